/** What the socket layer does for a protocol whose connections take time, as those of TCP do. */
import {
  AF_INET,
  MSG_NOSIGNAL,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SO_ERROR,
  SO_SNDTIMEO,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { Chunk, type Host, IpAddress, inetAddress, type Protocol, type Socket } from "netloom/kernel";
import { describe, expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

/** A number for experiments: RFC 3692. */
const SLOW = 253;
const ADDRESS = { address: "127.0.0.1", port: 7 };
const nowhere = inetAddress(IpAddress.v4(0), 0);

/** A stream protocol that leaves everything to the test; the sockets that were made. */
function slowProtocol(sockets: Socket[]): Protocol {
  return {
    domain: AF_INET,
    type: SOCK_STREAM,
    protocol: SLOW,
    name: "slow",
    attach(socket) {
      sockets.push(socket);
      return {
        bind: () => 0,
        connect: () => {
          if (socket.state === "connected") return "EISCONN";
          if (socket.state === "connecting") return "EALREADY";
          socket.state = "connecting";
          return "EINPROGRESS";
        },
        send: (_task, data) => socket.room() || data.length,
        localAddress: () => nowhere,
        remoteAddress: () => "ENOTCONN",
        detach: () => {},
      };
    },
  };
}

/** Runs a program whose sockets are slow. */
async function run(program: (sys: Sys, sockets: readonly Socket[], host: Host) => Promise<void>) {
  const { world, alice } = oneHost();
  const sockets: Socket[] = [];
  alice.protocols.add(slowProtocol(sockets));
  alice.spawn("program", (sys) => program(sys, sockets, alice));
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

describe("connect", () => {
  test("waits until the connection stands", async () => {
    await run(async (sys, sockets) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM, SLOW);
      sys.fork(async (child) => {
        await child.sleep(2);
        sockets[0]?.connected();
      });
      await sys.connect(fd, ADDRESS);
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(2);
      await expect(sys.connect(fd, ADDRESS)).rejects.toThrow("EISCONN");
    });
  });

  test("answers what it failed with", async () => {
    await run(async (sys, sockets) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM, SLOW);
      const connecting = sys.connect(fd, ADDRESS);
      sockets[0]?.fail("ECONNREFUSED");
      await expect(connecting).rejects.toMatchObject({ code: "ECONNREFUSED", syscall: "connect" });
      expect(sys.getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
    });
  });

  test("that does not wait is EINPROGRESS, then EALREADY; poll and SO_ERROR tell the end", async () => {
    await run(async (sys, sockets) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, SLOW);
      await expect(sys.connect(fd, ADDRESS)).rejects.toThrow("EINPROGRESS");
      await expect(sys.connect(fd, ADDRESS)).rejects.toThrow("EALREADY");
      sockets[0]?.fail("ETIMEDOUT");
      expect(await sys.poll([{ fd, events: POLLIN }], 0)).toBe(1);
      expect(sys.getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(110);
    });
  });

  test("with SO_SNDTIMEO is EINPROGRESS when the time is over", async () => {
    await run(async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM, SLOW);
      sys.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, 3);
      await expect(sys.connect(fd, ADDRESS)).rejects.toThrow("EINPROGRESS");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(3);
    });
  });
});

test("a protocol fills the stream that receivers drain, and leaves out what it does not have", async () => {
  await run(async (sys, sockets) => {
    const fd = sys.socket(AF_INET, SOCK_STREAM, SLOW);
    const watched = { fd, events: POLLIN | POLLOUT, revents: 0 };
    await sys.poll([watched], 0);
    expect(watched.revents).toBe(POLLOUT | POLLHUP);
    const [socket] = sockets as [Socket];
    const payer = { uncharge: () => {} };
    for (const byte of [1, 2, 3]) socket.append(new Chunk(Uint8Array.of(byte), payer, 0), nowhere, null);
    const buffer = new Uint8Array(5);
    expect([await sys.read(fd, buffer), ...buffer]).toEqual([3, 1, 2, 3, 0, 0]);
    expect(() => sys.listen(fd, 1)).toThrow("EOPNOTSUPP");
    expect(() => sys.shutdown(fd, 0)).toThrow("EOPNOTSUPP");
    expect(() => sys.socketpair(AF_INET, SOCK_STREAM)).toThrow("EOPNOTSUPP");
    await expect(sys.accept(fd)).rejects.toThrow("EOPNOTSUPP");
    socket.shutDown(3);
    await expect(sys.send(fd, "x", MSG_NOSIGNAL)).rejects.toThrow("EPIPE");
    expect(await sys.read(fd, buffer)).toBe(0);
  });
});
