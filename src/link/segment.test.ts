/** The switch: learning, ageing, flooding, store and forward, its queues; and what all links promise, as properties. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Packet } from "../wire/packet.ts";
import { A, ALL, B, C, imbalance, numbered, range, TestInterface, TestWorld } from "./link.fixture.ts";
import { AGEING_NS, ENTRIES_MAX, MacTable } from "./mac-table.ts";
import type { LinkOptions } from "./options.ts";
import type { Port } from "./port.ts";
import { Segment } from "./segment.ts";

const INFINITE = Number.POSITIVE_INFINITY;

function lan(options: LinkOptions = {}, hosts = 3) {
  const world = new TestWorld();
  const segment = new Segment(world.machine("lan"), { delayMs: 0, rateMbps: INFINITE, ...options });
  const members = range(hosts).map((index) => new TestInterface(world, segment.port(), A + index));
  const [a, b, c] = members as [TestInterface, TestInterface, TestInterface];
  return { world, segment, members, a, b, c };
}

describe("learning", () => {
  test("a frame to an unknown address goes to all others, one to a known address only there", () => {
    const { world, segment, a, b, c } = lan();
    a.sendNumbers(B, [0]);
    world.run();
    expect([a.numbers, b.numbers, c.numbers]).toEqual([[], [0], [0]]);
    b.sendNumbers(A, [1]);
    world.run();
    a.sendNumbers(B, [2]);
    world.run();
    expect([a.numbers, b.numbers, c.numbers]).toEqual([[1], [0, 2], [0]]);
    expect(segment.snapshot().ports[0]?.flooded).toBe(1);
    expect(imbalance(segment.snapshot())).toBe(0);
  });

  test("broadcast and multicast go to all others, never back", () => {
    const { world, a, b, c } = lan();
    a.sendNumbers(ALL, [0]);
    a.sendNumbers(0x01_005e_0000_01, [1]);
    world.run();
    expect([a.numbers, b.numbers, c.numbers]).toEqual([[], [0, 1], [0, 1]]);
    expect(b.arrivals[0]?.packet === c.arrivals[0]?.packet).toBe(false);
  });

  test("a source that claims to be a group is not believed", () => {
    const { world, a, b, c } = lan();
    b.send(numbered(ALL, C, 0));
    world.run();
    a.sendNumbers(ALL, [1]);
    world.run();
    expect([b.numbers, c.numbers]).toEqual([[1], [0, 1]]);
  });

  test("no copies are made for ports that nobody has opened, or that are disconnected", () => {
    const { world, segment, a, b } = lan({}, 4);
    segment.port();
    segment.disconnect(b.device);
    a.sendNumbers(ALL, [0]);
    world.run();
    expect(segment.snapshot().ports.map((port) => port.rxPackets)).toEqual([0, 0, 1, 1, 0]);
    expect(segment.snapshot().ports[0]).toMatchObject({ flooded: 1, drops: {} });
    expect(segment.snapshot().ports.flatMap((port) => Object.keys(port.drops))).toEqual([]);
  });

  test("an address that has not been seen for 300 s is unknown again", () => {
    const { world, a, b, c } = lan();
    b.sendNumbers(ALL, [0]);
    world.run(AGEING_NS - 1);
    a.sendNumbers(B, [1]);
    world.run(AGEING_NS);
    expect(c.numbers).toEqual([0]);
    a.sendNumbers(B, [2]);
    world.run();
    expect(c.numbers).toEqual([0, 2]);
    expect(AGEING_NS).toBe(300e9);
  });

  test("an address that moves is followed", () => {
    const { world, a, b, c } = lan();
    b.sendNumbers(ALL, [0]);
    world.run();
    // Now somebody behind the third port says that it is B.
    c.send(numbered(B, ALL, 1));
    world.run();
    a.sendNumbers(B, [2]);
    world.run();
    expect([b.numbers, c.numbers]).toEqual([[1], [0, 2]]);
  });

  test("a frame whose receiver is behind the port it came from goes nowhere", () => {
    const { world, segment, a, b } = lan();
    a.sendNumbers(ALL, [0]);
    world.run();
    a.sendNumbers(A, [1]);
    world.run();
    expect(b.numbers).toEqual([0]);
    expect(segment.snapshot().ports[0]?.drops).toEqual({ filtered: 1 });
  });

  test("a port that was disconnected is forgotten, and its frames go nowhere", () => {
    const { world, segment, a, b, c } = lan();
    b.sendNumbers(ALL, [0]);
    world.run();
    const gone = segment.disconnect(b.device);
    a.sendNumbers(B, [1]);
    world.run();
    gone[Symbol.dispose]();
    expect([b.numbers, c.numbers]).toEqual([[], [0, 1]]);
    expect(imbalance(segment.snapshot())).toBe(0);
  });

  test("a frame too short for an Ethernet header is dropped", () => {
    const { world, segment, a, b } = lan();
    a.sendNumbers(B, [0], 18);
    a.send(Packet.allocate(13, 0));
    world.run();
    expect(b.numbers).toEqual([0]);
    expect(segment.snapshot().ports[0]?.drops).toEqual({ malformed: 1 });
  });
});

describe("MacTable", () => {
  const port = { number: 1 } as Port;
  const other = { number: 2 } as Port;

  test("is bounded: a full table learns nothing new until something is too old", () => {
    const table = new MacTable();
    for (const index of range(ENTRIES_MAX)) table.learn(A + index, port, index);
    table.learn(A - 1, other, ENTRIES_MAX);
    expect([table.size, table.lookup(A - 1, ENTRIES_MAX)]).toEqual([ENTRIES_MAX, undefined]);
    table.learn(A, other, ENTRIES_MAX);
    expect(table.lookup(A, ENTRIES_MAX)).toBe(other);
    // The second entry has aged by now, and only that one.
    table.learn(A - 1, other, AGEING_NS + 1);
    expect(table.lookup(A - 1, AGEING_NS + 1)).toBe(other);
    expect(table.lookup(A + 1, 2)).toBeUndefined();
    expect(table.size).toBe(ENTRIES_MAX);
  });

  test("forgets a port", () => {
    const table = new MacTable();
    table.learn(A, port, 0);
    table.learn(B, other, 0);
    table.forget(port);
    expect([table.lookup(A, 0), table.lookup(B, 0)]).toEqual([undefined, other]);
  });
});

describe("timing", () => {
  test("store and forward: length twice, delay once", () => {
    const { world, a, b } = lan({ rateMbps: 10, delayMs: 2 });
    a.sendNumbers(B, [0, 1], 1250);
    world.run();
    // 1250 bytes last 1 ms. The second is sent while the first is on its way.
    expect(b.timesNs).toEqual([4_000_000, 5_000_000]);
  });

  test("at an infinite rate frames of one instant cost one event, at a finite one each costs three", () => {
    const count = (rateMbps: number) => {
      const { world, a } = lan({ rateMbps }, 2);
      a.sendNumbers(B, range(10));
      return world.run();
    };
    expect(count(INFINITE)).toBe(1);
    expect(count(10)).toBe(30);
  });

  test("two senders share the way out to a third, whose queue is bounded", () => {
    const { world, segment, members, a, b, c } = lan({ rateMbps: 10, queuePackets: 4 });
    c.sendNumbers(ALL, [99]);
    world.run();
    for (const member of [a, b]) member.sendNumbers(C, range(20), 1250);
    world.run();
    // Twice as many come in as go out: from the fifth pair on one of each is refused.
    const [, , third] = segment.snapshot().ports;
    const refused = third?.drops.queueFull ?? 0;
    expect(c.numbers).toHaveLength(40 - refused);
    expect(refused).toBe(40 - (20 + 4));
    expect(imbalance(segment.snapshot())).toBe(0);
    // The way out never pauses: a frame each millisecond.
    const gaps = c.timesNs.slice(1).map((timeNs, index) => timeNs - (c.timesNs[index] as number));
    expect(new Set(gaps)).toEqual(new Set([1_000_000]));
    expect(members).toHaveLength(3);
  });

  test("a queue that stands when the rate becomes infinite empties in order", () => {
    const { world, segment, a, b } = lan({ rateMbps: 1 }, 2);
    a.sendNumbers(B, [0]);
    world.run(1);
    segment.rule(() => ({ duplicate: 3 }));
    world.run(1_000_000);
    segment.set({ rateMbps: INFINITE });
    a.sendNumbers(B, [1]);
    world.run();
    expect(b.numbers).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });
});

describe("partition", () => {
  test("ports of different groups do not reach each other; one in no group reaches all", () => {
    const { world, segment, members } = lan({}, 4);
    const [a, b, c, d] = members as [TestInterface, TestInterface, TestInterface, TestInterface];
    const parted = segment.partition([a.device, b.device], [c.device]);
    const talk = () => {
      for (const member of members) member.arrivals.length = 0;
      for (const [index, member] of members.entries()) member.sendNumbers(ALL, [index]);
      world.run();
      for (const member of members) member.sendNumbers(C, [10]);
      world.run();
      return members.map((member) => member.numbers);
    };
    expect(talk()).toEqual([
      [1, 3],
      [0, 3],
      [3, 10],
      [0, 1, 2],
    ]);
    expect(segment.snapshot().ports.map((port) => port.drops.partition ?? 0)).toEqual([1, 1, 0, 0]);
    parted[Symbol.dispose]();
    expect(talk()).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3, 10, 10, 10],
      [0, 1, 2],
    ]);
    expect(imbalance(segment.snapshot())).toBe(0);
    expect(d.numbers).toHaveLength(3);
  });

  test("all of a broadcast stopped at a partition is a drop", () => {
    const { world, segment, a, b, c } = lan();
    segment.partition([a.device], [b.device, c.device]);
    a.sendNumbers(ALL, [0]);
    world.run();
    expect(segment.snapshot().ports[0]?.drops).toEqual({ partition: 1 });
  });
});

interface Sending {
  readonly from: number;
  readonly to: number;
  readonly waitNs: number;
}

const HOSTS = 4;
const sendings = fc.array(
  fc.record({
    from: fc.nat(HOSTS - 1),
    to: fc.nat(HOSTS),
    waitNs: fc.oneof(fc.constant(0), fc.nat(100_000), fc.nat(100_000_000)),
  }),
  { maxLength: 120 },
);

/** Frames numbered by their place in the list; `to` beyond the hosts is everybody. */
function play(options: LinkOptions, list: readonly Sending[]) {
  const played = lan(options, HOSTS);
  for (const [number, { from, to, waitNs }] of list.entries()) {
    played.world.run(played.world.scheduler.nowNs + waitNs);
    played.members[from]?.sendNumbers(to === HOSTS ? ALL : A + to, [number]);
  }
  return played;
}

describe("properties", () => {
  test("without faults nothing is lost, doubled or reordered between two hosts", () => {
    const rates = fc.constantFrom(INFINITE, 0.5, 10);
    const jitters = fc.constantFrom(0, 3);
    fc.assert(
      fc.property(sendings, rates, jitters, (list, rateMbps, jitterMs) => {
        const { world, members, segment } = play({ delayMs: 1, rateMbps, jitterMs }, list);
        world.run();
        for (const [to, member] of members.entries()) {
          for (const from of range(HOSTS)) {
            const sent = range(list.length).filter((number) => {
              const sending = list[number] as Sending;
              return sending.from === from && from !== to && (sending.to === to || sending.to === HOSTS);
            });
            const meant = new Set(sent);
            const got = member.numbers.filter((number) => meant.has(number));
            expect(got).toEqual(sent);
          }
        }
        expect(imbalance(segment.snapshot())).toBe(0);
      }),
    );
  });

  test("whatever the faults, what went in is delivered, dropped or under way, at every moment", () => {
    const rate = fc.constantFrom(0, 0.1, 0.5, 1);
    const options = fc.record({
      lossRate: rate,
      duplicateRate: rate,
      corruptRate: rate,
      reorderRate: rate,
      jitterMs: fc.constantFrom(0, 5),
      rateMbps: fc.constantFrom(INFINITE, 0.1, 100),
      queuePackets: fc.constantFrom(1, 3, 1000),
    });
    fc.assert(
      fc.property(options, sendings, fc.boolean(), (faults, list, partitioned) => {
        const { world, members, segment } = play({ delayMs: 1, ...faults }, list);
        if (partitioned)
          segment.partition([(members[0] as TestInterface).device], [(members[1] as TestInterface).device]);
        do {
          expect(imbalance(segment.snapshot())).toBe(0);
        } while (world.step());
        expect(segment.snapshot().ports.map((port) => port.inFlight)).toEqual(range(HOSTS).map(() => 0));
      }),
    );
  });
});
