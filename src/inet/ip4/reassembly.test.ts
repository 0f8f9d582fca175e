import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NS_PER_SECOND } from "../../netif/netif.fixture.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import { at, datagram, udpBytes, WiredHost } from "../inet.fixture.ts";
import { fragment } from "./fragment.ts";

const ENDS = { from: "10.0.0.2", to: "10.0.0.1" };
const PAYLOAD = udpBytes(at("10.0.0.2:9"), at("10.0.0.1:7"), "0123456789abcdefghijklmnopqrstuvwxyz");

/** A part of the datagram's payload as a fragment. */
function piece(from: number, to: number, fields: Partial<ipv4.Header> = {}): Packet {
  const more = { dontFragment: false, moreFragments: to < PAYLOAD.length, fragmentOffset: from };
  return datagram({ ...ENDS, ...more, ...fields }, PAYLOAD.subarray(from, to));
}

function listening() {
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind("0.0.0.0:7");
  return { host, socket };
}

const TEXT = "10.0.0.2:9 0123456789abcdefghijklmnopqrstuvwxyz";

describe("H37: fragments", () => {
  test.each([
    [
      "in order",
      [
        [0, 16],
        [16, 32],
        [32, 44],
      ],
    ],
    [
      "backwards",
      [
        [32, 44],
        [16, 32],
        [0, 16],
      ],
    ],
    [
      "with a piece twice",
      [
        [0, 16],
        [0, 16],
        [16, 32],
        [16, 32],
        [32, 44],
      ],
    ],
    [
      "with a piece that lies within others",
      [
        [0, 16],
        [16, 32],
        [8, 24],
        [32, 44],
      ],
    ],
  ] as const)("%s become the datagram", (_name, places) => {
    const { host, socket } = listening();
    for (const [from, to] of places) host.arrives(piece(from, to));
    expect(socket.receive()).toBe(TEXT);
    expect(socket.receive()).toBe("EAGAIN");
    expect([host.count("IpReasmOKs"), host.count("IpReasmFails"), host.inet.ip.reassembly.size]).toEqual([1, 0, 0]);
    expect(host.inet.ip.reassembly.trueBytes).toBe(0);
  });

  test("pieces that overlap in part throw the datagram away: RFC 5722", () => {
    const { host, socket } = listening();
    host.arrives(piece(0, 16));
    host.arrives(piece(8, 24));
    expect([host.count("IpExtReasmOverlaps"), host.count("IpReasmFails"), host.inet.ip.reassembly.size]).toEqual([
      1, 1, 0,
    ]);
    for (const [from, to] of [
      [16, 32],
      [32, 44],
    ] as const)
      host.arrives(piece(from, to));
    expect(socket.receive()).toBe("EAGAIN");
  });

  test("a piece in the middle whose length is no multiple of eight counts as the next lower one", () => {
    const { host, socket } = listening();
    host.arrives(piece(0, 20));
    host.arrives(piece(16, 44));
    expect(socket.receive()).toBe(TEXT);
  });

  test.each([
    ["an empty piece", () => [piece(8, 8)]],
    ["a last piece that ends before others", () => [piece(32, 40), piece(16, 24, { moreFragments: false })]],
    ["a second last piece that ends elsewhere", () => [piece(32, 44), piece(24, 32, { moreFragments: false })]],
    ["a piece behind the last one", () => [piece(16, 32, { moreFragments: false }), piece(32, 40)]],
    ["more than 65,535 bytes", () => [piece(0, 16, { fragmentOffset: 65_528 })]],
  ])("%s is nonsense", (_name, pieces) => {
    const { host } = listening();
    for (const one of pieces()) host.arrives(one);
    expect([host.count("IpReasmFails"), host.inet.ip.reassembly.size]).toEqual([1, 0]);
  });

  test("the timer is fixed, and the sender hears of it when the first piece is here", () => {
    const { host } = listening();
    host.arrives(piece(0, 16));
    host.world.run(20 * NS_PER_SECOND);
    host.arrives(piece(16, 32));
    host.world.run(10 * NS_PER_SECOND - 1);
    expect(host.sent()).toEqual([]);
    host.world.run(1);
    expect(host.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP ip reassembly time exceeded, length 44"]);
    expect([host.count("IpReasmTimeout"), host.count("IpReasmFails"), host.inet.ip.reassembly.size]).toEqual([1, 1, 0]);
  });

  test("without the first piece nobody is told", () => {
    const { host } = listening();
    host.arrives(piece(16, 32));
    host.world.run(30 * NS_PER_SECOND);
    expect(host.sent()).toEqual([]);
    expect(host.count("IpReasmTimeout")).toBe(1);
  });

  test("what waits is bounded in bytes", () => {
    const { host } = listening();
    host.inet.ip.settings.ipfragHighThreshold.value = 20_000;
    for (let identification = 0; identification < 1000; identification++)
      host.arrives(piece(0, 16, { identification }));
    expect(host.inet.ip.reassembly.trueBytes).toBeLessThan(22_000);
    expect(host.count("IpReasmFails")).toBeGreaterThan(900);
    host.world.run(30 * NS_PER_SECOND);
    expect([host.inet.ip.reassembly.trueBytes, host.inet.ip.reassembly.size]).toEqual([0, 0]);
  });

  test("and for each sender: a datagram is given up when 64 other fragments have come from there", () => {
    const { host, socket } = listening();
    host.arrives(piece(0, 16, { identification: 7 }));
    for (let identification = 100; identification < 165; identification++)
      host.arrives(piece(0, 16, { identification }));
    host.arrives(piece(16, 44, { identification: 7 }));
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("IpReasmFails")).toBe(1);
  });

  test.each([
    [[2, 3], 3],
    [[1, 3], 3],
    [[2, 1], 2],
    [[0, 3], null],
  ] as const)("congestion marks %j come to %j: RFC 3168 §5.3", (marks, result) => {
    const { host } = listening();
    const seen: number[] = [];
    host.inet.ip.register(17, (_packet, { trafficClass }) => seen.push(trafficClass));
    host.arrives(piece(0, 16, { ecn: marks[0] }));
    host.arrives(piece(16, 44, { ecn: marks[1] }));
    expect(seen).toEqual(result === null ? [] : [result]);
  });
});

test("any datagram through any chain of MTUs, in any order and with repeats, is the same bytes", () => {
  const mtus = fc.array(fc.integer({ min: 68, max: 1500 }), { minLength: 1, maxLength: 4 });
  const payload = fc.uint8Array({ minLength: 1, maxLength: 4000 });
  const property = fc.property(
    payload,
    mtus,
    fc.infiniteStream(fc.nat()),
    fc.boolean(),
    (bytes, chain, dice, loses) => {
      const host = new WiredHost();
      const got: Uint8Array[] = [];
      host.inet.ip.register(200, (packet, { headerLength }) => got.push(packet.copyBytes().subarray(headerLength)));
      let packets = [datagram({ ...ENDS, protocol: 200, dontFragment: false }, bytes)];
      for (const mtu of chain) {
        packets = packets.flatMap((packet) => {
          if (packet.length <= mtu) return [packet];
          const pieces: Packet[] = [];
          fragment(host.inet.ip, packet, mtu, (one) => pieces.push(one));
          for (const one of pieces) expect(ipv4.check(one.view, one.start, one.length)).toBe(true);
          return pieces;
        });
      }
      const roll = (): number => dice.next().value ?? 0;
      const lost = loses ? roll() % packets.length : -1;
      const sent = packets.filter((_packet, index) => index !== lost);
      const copies = sent.flatMap((packet) => (roll() % 3 === 0 ? [packet, packet.clone()] : [packet]));
      const order = copies.map((packet) => ({ packet, key: roll() })).sort((one, other) => one.key - other.key);
      for (const { packet } of order) host.arrives(packet);
      host.world.run(31 * NS_PER_SECOND);
      // A whole datagram that comes twice is two.
      if (lost < 0) expect(got.length).toBeGreaterThan(0);
      else if (packets.length > 1) expect(got).toEqual([]);
      for (const one of got) expect(one).toEqual(bytes);
      expect(host.inet.ip.reassembly.trueBytes).toBe(0);
    },
  );
  fc.assert(property, { numRuns: 200 });
});
