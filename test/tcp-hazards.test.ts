/** Hazards of TCP that want a network. */
import { AF_INET, SOCK_STREAM, World } from "netloom";
import { expect, test } from "vitest";

// @rfc 9293 3.1 MUST-3
test("H36: a segment whose bits were flipped is dropped, counted, and sent again", async () => {
  const world = new World();
  const wire = world.cable({ delayMs: 1 });
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(wire, "10.0.0.1/24");
  b.attach(wire, "10.0.0.2/24");
  const payload = "x".repeat(500);
  let isFirst = true;
  world.rule(wire, (packet) => {
    // Ethernet, IP and TCP take 66 bytes; the first segment with data has a bit of its last byte flipped.
    if (!isFirst || packet.length < 66 + payload.length) return "pass";
    isFirst = false;
    const bytes = packet.bytes.slice();
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x04;
    return { replace: bytes };
  });
  let text = "";
  b.spawn("server", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(s, { address: "0.0.0.0", port: 7 });
    sys.listen(s, 1);
    const { fd } = await sys.accept(s);
    const buffer = new Uint8Array(1000);
    for (let got = await sys.recv(fd, buffer); got > 0; got = await sys.recv(fd, buffer)) {
      text += new TextDecoder().decode(buffer.subarray(0, got));
    }
  });
  a.spawn("client", async (sys) => {
    await sys.sleep(0.01);
    const s = sys.socket(AF_INET, SOCK_STREAM);
    await sys.connect(s, { address: "10.0.0.2", port: 7 });
    await sys.send(s, payload);
    sys.close(s);
  });
  expect((await world.run()).crashes).toEqual([]);
  const { TcpInCsumErrors, TcpInErrs } = b.netstat().counters;
  expect([isFirst, text === payload, TcpInCsumErrors, TcpInErrs]).toEqual([false, true, 1, 1]);
});
