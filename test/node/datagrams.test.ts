/** Datagrams for which there is no room wait, as in libuv: none is lost, none overtakes another. */
import "netloom/register";
import dgram from "node:dgram";
import { once } from "node:events";
import { World } from "netloom";
import { expect, test } from "vitest";

const COUNT = 60;
const BYTES = 1000;

function slowHosts() {
  const world = new World({ console: () => {} });
  const wire = world.cable({ rateMbps: 1, queuePackets: 1000 });
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(wire, "10.0.0.1/24");
  b.attach(wire, "10.0.0.2/24");
  return { world, a, b };
}

test("more than the buffer holds, over a slow link", async () => {
  const { a, b } = slowHosts();
  const received: number[] = [];
  b.start({
    main: () => {
      dgram
        .createSocket("udp4")
        .on("message", (message) => received.push(message.readUInt32BE()))
        .bind(9);
    },
  });
  const told = await a.run(async () => {
    const socket = dgram.createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    // The neighbour is known, so that nothing is lost while it is looked for.
    await new Promise((resolve) => socket.send(Buffer.alloc(4, 0xff), 9, "10.0.0.2", resolve));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    socket.setSendBufferSize(5000);
    const sent: unknown[] = [];
    for (let i = 0; i < COUNT; i++) {
      const buffer = Buffer.alloc(BYTES);
      buffer.writeUInt32BE(i);
      socket.send(buffer, 9, "10.0.0.2", (error, bytes) => sent.push(error ?? bytes));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    const queued = [socket.getSendQueueCount() > 0, socket.getSendQueueSize() === BYTES * socket.getSendQueueCount()];
    while (sent.length < COUNT) await new Promise((resolve) => setTimeout(resolve, 10));
    const left = [socket.getSendQueueCount(), socket.getSendQueueSize()];
    await new Promise((resolve) => setTimeout(resolve, 1000));
    socket.close();
    return { sent, queued, left };
  });
  expect(told).toEqual({ sent: Array.from({ length: COUNT }, () => BYTES), queued: [true, true], left: [0, 0] });
  expect(received.slice(1)).toEqual(Array.from({ length: COUNT }, (_, index) => index));
});

test("what waits when the socket is closed is cancelled", async () => {
  const { a } = slowHosts();
  const codes = await a.run(async () => {
    const socket = dgram.createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    socket.setSendBufferSize(5000);
    const all = Array.from(
      { length: COUNT },
      () =>
        new Promise((resolve) => {
          socket.send(Buffer.alloc(BYTES), 9, "10.0.0.2", (error) =>
            resolve((error as NodeJS.ErrnoException | null)?.code ?? "sent"),
          );
        }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1));
    socket.close();
    return await Promise.all(all);
  });
  expect(codes[0]).toBe("sent");
  expect(codes.at(-1)).toBe("ECANCELED");
});
