import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as checksum from "../../wire/checksum.ts";
import type { Packet } from "../../wire/packet.ts";
import { Packet as WirePacket } from "../../wire/packet.ts";
import { flowHash, markCongestion, typeOfService } from "./classify.ts";
import { formatQdisc, makeQdisc, type QdiscOptions } from "./options.ts";
import { datagram, flowOf, NS_PER_MS, testOwner } from "./qdisc.fixture.ts";
import type { Qdisc } from "./qdisc.ts";

const make = (options: QdiscOptions) => {
  const owner = testOwner();
  return { owner, qdisc: makeQdisc(owner, options, () => 1000) };
};

test("pfifo and bfifo: in order, and what finds it full is dropped", () => {
  const { qdisc, owner } = make({ kind: "pfifo", limitPackets: 2 });
  for (const flow of [1, 2, 3]) qdisc.enqueue(datagram(flow), 0);
  expect(owner.dropped.map(flowOf)).toEqual([3]);
  expect([qdisc.dequeue(0), qdisc.dequeue(0)].map((packet) => packet && flowOf(packet))).toEqual([1, 2]);
  expect(qdisc.dequeue(0)).toBeUndefined();
  const bytes = make({ kind: "bfifo", limitBytes: 2500 });
  for (const flow of [1, 2, 3]) bytes.qdisc.enqueue(datagram(flow), 0);
  expect(bytes.owner.dropped.map(flowOf)).toEqual([3]);
  expect(bytes.qdisc.snapshot()).toMatchObject({ kind: "bfifo", backlogBytes: 2000, droppedPackets: 1 });
});

test("prio: minimum delay first, maximum throughput last", () => {
  const { qdisc } = make({ kind: "prio" });
  qdisc.enqueue(datagram(1, 100, 0x08), 0);
  qdisc.enqueue(datagram(2, 100, 0x00), 0);
  qdisc.enqueue(datagram(3, 100, 0x10), 0);
  expect([1, 2, 3].map(() => flowOf(qdisc.dequeue(0) as Packet))).toEqual([3, 2, 1]);
  expect(qdisc.snapshot()).toMatchObject({ backlogPackets: 0, more: { band0: 1, band1: 1, band2: 1 } });
});

test.each([
  ["1 Mbit/s", 1, 1000, 8_000_000],
  ["3 Mbit/s", 3, 1500, 4_000_000],
  ["7 Mbit/s", 7, 700, 800_000],
])("tbf at %s: n packets last n times their bits to the nanosecond", (_, rateMbps, lengthBytes, eachNs) => {
  const { qdisc } = make({ kind: "tbf", rateMbps, burstBytes: 2000, limitBytes: 10_000_000 });
  for (let count = 0; count < 1000; count++) qdisc.enqueue(datagram(1, lengthBytes), 0);
  let nowNs = 0;
  let sent = 0;
  while (qdisc.length > 0) {
    if (qdisc.dequeue(nowNs) === undefined) nowNs = qdisc.nextTimeNs(nowNs);
    else sent++;
  }
  expect(sent).toBe(1000);
  // The bucket was full: its 2000 bytes went at once.
  const burstNs = (eachNs * 2000) / lengthBytes;
  expect(nowNs).toBe(Math.ceil(eachNs * 1000 - burstNs));
});

test("tbf drops what waits longer than the latency, and what is larger than the bucket", () => {
  const { qdisc, owner } = make({ kind: "tbf", rateMbps: 8, burstBytes: 2000, latencyMs: 2 });
  // 1,000,000 bytes a second for 2 ms, and the burst.
  for (let count = 0; count < 6; count++) qdisc.enqueue(datagram(count, 1000), 0);
  expect(owner.dropped.map(flowOf)).toEqual([4, 5]);
  qdisc.enqueue(datagram(9, 2001), 0);
  expect(owner.dropped.map(flowOf)).toEqual([4, 5, 9]);
});

/** Sends what a link of that many packets a millisecond takes; the packets, and what has been dropped when. */
function drive(qdisc: Qdisc, dropped: readonly Packet[], durationMs: number, offer: (ms: number) => Packet[]) {
  const sent: Packet[] = [];
  const dropsMs: number[] = [];
  for (let ms = 0; ms < durationMs; ms++) {
    for (const packet of offer(ms)) qdisc.enqueue(packet, ms * NS_PER_MS);
    const before = dropped.length;
    const packet = qdisc.dequeue(ms * NS_PER_MS);
    if (packet !== undefined) sent.push(packet);
    for (let count = before; count < dropped.length; count++) dropsMs.push(ms);
  }
  return { sent, dropsMs };
}

test("fq_codel drops from a standing queue by the control law of RFC 8289", () => {
  const { qdisc, owner } = make({ kind: "fq_codel", ecn: false });
  // One flow with 400 packets in advance that comes as fast as it goes.
  const { dropsMs } = drive(qdisc, owner.dropped, 600, (ms) =>
    Array.from({ length: ms === 0 ? 400 : 1 }, () => datagram(1)),
  );
  // §5.4: above TARGET for an INTERVAL from the first time at 5 ms; §5.6: then every INTERVAL / sqrt(count), from 1.
  const expected = [105];
  for (let next = 105, count = 1; ; count++) {
    next += 100 / Math.sqrt(count);
    if (next >= 600) break;
    expected.push(Math.ceil(next));
  }
  expect(dropsMs.length).toBe(expected.length);
  for (const [index, ms] of dropsMs.entries()) {
    expect(Math.abs(ms - (expected[index] as number))).toBeLessThanOrEqual(1);
  }
});

test("fq_codel marks what can be marked", () => {
  const { qdisc, owner } = make({ kind: "fq_codel" });
  const { sent } = drive(qdisc, owner.dropped, 400, (ms) =>
    Array.from({ length: ms === 0 ? 200 : 1 }, () => datagram(1, 1000, 0x02)),
  );
  const marked = sent.filter((packet) => typeOfService(packet, "raw-ip") === 0x03);
  expect(owner.dropped).toEqual([]);
  expect(marked.length).toBeGreaterThan(3);
  expect(qdisc.snapshot().more).toMatchObject({ ecnMark: marked.length });
});

test("fq_codel: two flows have equal shares, however much one of them sends, and a thin one never waits", () => {
  const { qdisc, owner } = make({ kind: "fq_codel", quantumBytes: 1000 });
  const { sent } = drive(qdisc, owner.dropped, 1000, (ms) => [
    ...Array.from({ length: 9 }, () => datagram(1)),
    datagram(2),
    ...(ms % 100 === 50 ? [datagram(3, 100)] : []),
  ]);
  const bytesOf = (flow: number): number =>
    sent.filter((packet) => flowOf(packet) === flow).reduce((sum, packet) => sum + packet.length, 0);
  expect(Math.abs(bytesOf(1) - bytesOf(2)) / bytesOf(1)).toBeLessThan(0.02);
  expect(bytesOf(3)).toBe(1000);
  expect(owner.dropped.filter((packet) => flowOf(packet) === 3)).toEqual([]);
});

test("fq_codel: too many packets cost the fattest flow half of its own", () => {
  const { qdisc, owner } = make({ kind: "fq_codel", limitPackets: 40 });
  qdisc.enqueue(datagram(2), 0);
  for (let count = 0; count < 40; count++) qdisc.enqueue(datagram(1), 0);
  expect(owner.dropped.map(flowOf)).toEqual(new Array(20).fill(1));
  expect(qdisc.snapshot().more).toMatchObject({ dropOverlimit: 20 });
});

test("whatever comes, each packet is sent, dropped or waits, and a purge empties", () => {
  const options = fc.constantFrom<QdiscOptions>(
    { kind: "pfifo", limitPackets: 5 },
    { kind: "bfifo", limitBytes: 3000 },
    { kind: "prio" },
    { kind: "fq_codel", limitPackets: 8, flows: 3, quantumBytes: 300 },
    { kind: "tbf", rateMbps: 1, burstBytes: 900 },
  );
  const frame = fc.uint8Array({ maxLength: 900 });
  const steps = fc.array(fc.oneof(frame, fc.nat({ max: 50 })), { maxLength: 60 });
  const property = fc.property(options, steps, (chosen, script) => {
    const { qdisc, owner } = make(chosen);
    let nowNs = 0;
    let put = 0;
    let taken = 0;
    for (const step of script) {
      if (typeof step === "number") {
        nowNs += step * NS_PER_MS;
        if (qdisc.dequeue(nowNs) !== undefined) taken++;
      } else {
        put++;
        qdisc.enqueue(WirePacket.from(step), nowNs);
      }
      expect(taken + owner.dropped.length + qdisc.length).toBe(put);
      expect(qdisc.nextTimeNs(nowNs)).toBeGreaterThanOrEqual(nowNs);
    }
    qdisc.purge();
    expect([qdisc.length, qdisc.backlogBytes, taken + owner.dropped.length]).toEqual([0, 0, put]);
  });
  fc.assert(property);
});

test("a mark leaves the IPv4 checksum right, and the copy of a retransmission queue alone", () => {
  const packet = datagram(7, 40, 0x01);
  const { view, start } = packet;
  view.setUint16(start + 10, checksum.finish(checksum.sum(view, start, 20, 0)));
  const kept = packet.clone();
  expect(markCongestion(packet, "raw-ip")).toBe(true);
  expect(checksum.finish(checksum.sum(packet.view, packet.start, 20, 0))).toBe(0);
  expect([typeOfService(packet, "raw-ip"), typeOfService(kept, "raw-ip")]).toEqual([3, 1]);
  expect(markCongestion(datagram(7), "raw-ip")).toBe(false);
});

test("a flow is addresses, protocol and ports, of IPv6 too", () => {
  const six = (port: number): Packet => {
    const packet = datagram(0, 60);
    packet.view.setUint32(packet.start, 0x6000_0000);
    packet.view.setUint8(packet.start + 6, 17);
    packet.view.setUint16(packet.start + 40, port);
    return packet;
  };
  expect(flowHash(six(1), "raw-ip", 1)).toBe(flowHash(six(1), "raw-ip", 1));
  expect(flowHash(six(1), "raw-ip", 1)).not.toBe(flowHash(six(2), "raw-ip", 1));
  expect(flowHash(six(1), "raw-ip", 1)).not.toBe(flowHash(six(1), "raw-ip", 2));
});

test("options that are none are refused with what is allowed", () => {
  expect(() => make({ kind: "pfifo", limitPackets: 0 })).toThrow("limitPackets is 0; allowed is a whole number from 1");
  expect(() => make({ kind: "tbf", rateMbps: 1, burstBytes: -1 })).toThrow(RangeError);
  expect(() => make({ kind: "tbf", rateMbps: Number.NaN, burstBytes: 1 })).toThrow(RangeError);
  expect(() => make({ kind: "red" } as unknown as QdiscOptions)).toThrow('no queue discipline "red"');
  const stray = { kind: "pfifo", limit: 3 } as unknown as QdiscOptions;
  expect(() => make(stray)).toThrow('pfifo has no option "limit"; it has limitPackets');
});

test("prints what tc prints", () => {
  const { qdisc } = make({ kind: "tbf", rateMbps: 1, burstBytes: 1500, limitBytes: 3000 });
  qdisc.enqueue(datagram(1), 0);
  qdisc.dequeue(0);
  expect(formatQdisc("eth0", qdisc.snapshot())).toBe(
    "qdisc tbf root dev eth0 rate 1000000bit burst 1500b limit 3000b\n" +
      " Sent 1000 bytes 1 pkt (dropped 0, overlimits 0 requeues 0)\n" +
      " backlog 0b 0p requeues 0",
  );
});
