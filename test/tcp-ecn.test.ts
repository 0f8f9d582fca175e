/** ECN end to end: fq_codel marks, the receiver echoes, the sender slows down, and nothing is lost. */
import { expect, test } from "vitest";
import { connectTo, listenOn, pattern, readAll, twoHosts, writeAll } from "./support/tcp.ts";

const BYTES = 3_000_000;

async function transfer(ecn: number) {
  const { world, a, b } = twoHosts({ delayMs: 10, rateMbps: 10, queuePackets: 1000 });
  a.configure("eth0", { qdisc: { kind: "fq_codel", ecn: true } });
  for (const host of [a, b]) host.sysctl("net.ipv4.tcp_ecn", ecn);
  const senders = world.record({ host: "a" });
  let arrived = 0;
  b.spawn("server", async (sys) => {
    const { fd } = await sys.accept(listenOn(sys, 7));
    arrived = (await readAll(sys, fd)).length;
    sys.close(fd);
  });
  a.spawn("client", async (sys) => {
    const fd = await connectTo(sys);
    await writeAll(sys, fd, pattern(BYTES), 65_536);
    sys.close(fd);
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  expect(arrived).toBe(BYTES);
  const retransmissions = senders.connections[0]?.points.at(-1)?.retransmissions ?? -1;
  const marked = a.netstat().counters.TcpExtTCPDeliveredCE ?? 0;
  return { retransmissions, marked };
}

test("with ECN a queue that is too long costs no packet", async () => {
  const without = await transfer(0);
  expect(without.marked).toBe(0);
  expect(without.retransmissions).toBeGreaterThan(0);
  const capable = await transfer(1);
  expect(capable.marked).toBeGreaterThan(0);
  expect(capable.retransmissions).toBe(0);
});
