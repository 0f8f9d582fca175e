/** One direction of a wire: rate, delay, jitter, and each fault by itself. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimedEvent } from "../base/event-queue.ts";
import { Cable } from "./cable.ts";
import { A, B, imbalance, numbered, range, TestInterface, TestWorld } from "./link.fixture.ts";
import type { LinkOptions } from "./options.ts";
import { HOLD_MAX_NS } from "./overtaking.ts";

interface Wire {
  readonly world: TestWorld;
  readonly cable: Cable;
  readonly a: TestInterface;
  readonly b: TestInterface;
}

/** A cable between two interfaces, without delay and rate unless they are given. */
function wire(options: LinkOptions = {}, world: TestWorld = new TestWorld()): Wire {
  const cable = new Cable(world.machine("wan"), { delayMs: 0, rateMbps: Number.POSITIVE_INFINITY, ...options });
  const a = new TestInterface(world, cable.port(), A, "alice");
  const b = new TestInterface(world, cable.port(), B, "bob");
  return { world, cable, a, b };
}

/** Sends 0 … n - 1 from a to b and answers in what order they arrived. */
function order(options: LinkOptions, n: number): number[] {
  const { world, cable, a, b } = wire(options);
  a.sendNumbers(B, range(n));
  world.run();
  expect(imbalance(cable.snapshot())).toBe(0);
  return b.numbers;
}

const allRates = { lossRate: 0.1, duplicateRate: 0.1, corruptRate: 0.1, reorderRate: 0.1, jitterMs: 1 };

describe("rate", () => {
  test("N frames of S bytes at R Mbit/s take N·S·8/R, exactly", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 18, max: 1518 }),
        fc.integer({ min: 1, max: 100_000 }),
        (n, bytes, kbps) => {
          const { world, a, b } = wire({ rateMbps: kbps / 1000, delayMs: 1 });
          a.sendNumbers(B, range(n), bytes);
          world.run();
          const expected = range(n).map((i) => Number((BigInt((i + 1) * bytes * 8) * 1_000_000n) / BigInt(kbps)));
          expect(a.doneNs).toEqual(expected);
          expect(b.timesNs).toEqual(expected.map((timeNs) => timeNs + 1_000_000));
        },
      ),
    );
  });

  test("a million bytes at 3 Mbit/s last 2.666666666 s: no drift", () => {
    const { world, a, b } = wire({ rateMbps: 3 });
    a.sendNumbers(B, range(1000), 1000);
    world.run();
    expect(b.timesNs.at(-1)).toBe(2_666_666_666);
  });

  test("at a finite rate the device is busy until the last bit has left, and the packet is paid for until then", () => {
    const { world, a } = wire({ rateMbps: 1, delayMs: 5 });
    const freed: number[] = [];
    const packet = numbered(A, B, 0, 125);
    packet.charge({ uncharge: () => freed.push(world.scheduler.nowNs) });
    a.device.transmit(packet);
    expect(a.device.ready).toBe(false);
    expect(() => a.device.transmit(numbered(A, B, 1))).toThrow("one frame at a time");
    expect(freed).toEqual([]);
    expect(world.run()).toBe(2);
    expect(freed).toEqual([1_000_000]);
    expect(a.doneNs).toEqual([1_000_000]);
    expect(a.device.ready).toBe(true);
  });

  test("at an infinite rate the device is always ready, and frames of one instant cost one event for each 64", () => {
    const { world, a, b } = wire({ delayMs: 1 });
    a.sendNumbers(B, range(64));
    expect(a.device.ready).toBe(true);
    expect(b.arrivals).toHaveLength(0);
    expect(world.run()).toBe(1);
    expect(b.timesNs).toEqual(range(64).map(() => 1_000_000));
    a.sendNumbers(B, range(129));
    expect(world.run()).toBe(3);
    expect(b.numbers).toEqual([...range(64), ...range(129)]);
    expect(a.doneNs).toEqual([]);
  });

  test("what else is due at the instant comes between two bursts", () => {
    const { world, a, b } = wire({ delayMs: 1 });
    a.sendNumbers(B, range(100));
    const seen: number[] = [];
    world.scheduler.after(new TimedEvent("look", () => seen.push(b.arrivals.length)), 1_000_000);
    world.run();
    expect(seen).toEqual([64]);
    expect(b.numbers).toEqual(range(100));
  });

  test("frames of different instants come at theirs, also right behind a burst", () => {
    const { world, a, b } = wire({ delayMs: 1 });
    a.sendNumbers(B, range(3));
    world.scheduler.after(new TimedEvent("send", () => a.sendNumbers(B, [3, 4])), 500_000);
    world.run();
    expect(b.timesNs).toEqual([1_000_000, 1_000_000, 1_000_000, 1_500_000, 1_500_000]);
  });

  test("a sender that waited for room in the wire goes on when a burst has arrived", () => {
    const { world, a, b } = wire({ delayMs: 1 });
    a.sendNumbers(B, range(16_384));
    expect(a.device.ready).toBe(false);
    world.step();
    expect([b.arrivals.length, a.doneNs, a.device.ready]).toEqual([64, [1_000_000], true]);
  });

  test("without delay a frame still arrives by an event, not within transmit()", () => {
    const { world, a, b } = wire();
    a.sendNumbers(B, [7]);
    expect(b.arrivals).toHaveLength(0);
    world.run();
    expect(b.numbers).toEqual([7]);
    expect(world.scheduler.nowNs).toBe(0);
  });

  test("the two directions do not share the wire", () => {
    const { world, a, b } = wire({ rateMbps: 1 });
    a.sendNumbers(B, [1], 125);
    b.sendNumbers(A, [2], 125);
    world.run();
    expect([a.timesNs, b.timesNs]).toEqual([[1_000_000], [1_000_000]]);
  });
});

describe("delay and jitter", () => {
  test("a smaller delay set meanwhile does not let a frame overtake", () => {
    const { world, cable, a, b } = wire({ delayMs: 10 });
    a.sendNumbers(B, [0]);
    cable.set({ delayMs: 1 });
    a.sendNumbers(B, [1]);
    world.run();
    a.sendNumbers(B, [2]);
    world.run();
    expect(b.numbers).toEqual([0, 1, 2]);
    expect(b.timesNs).toEqual([10_000_000, 10_000_000, 11_000_000]);
  });

  test("jitter stays within its bounds, keeps the order, and never makes a delay negative", () => {
    const { world, a, b } = wire({ delayMs: 10, jitterMs: 4 });
    const sentNs = range(500).map((number) => {
      a.sendNumbers(B, [number]);
      world.run(world.scheduler.nowNs + 20_000_000);
      return world.scheduler.nowNs - 20_000_000;
    });
    expect(b.numbers).toEqual(range(500));
    const delaysMs = b.timesNs.map((timeNs, index) => (timeNs - (sentNs[index] as number)) / 1e6);
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(6);
    expect(Math.min(...delaysMs)).toBeLessThan(6.2);
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(14);
    expect(Math.max(...delaysMs)).toBeGreaterThan(13.8);

    const close = wire({ delayMs: 1, jitterMs: 50 });
    close.a.sendNumbers(B, range(500));
    close.world.run();
    expect(close.b.numbers).toEqual(range(500));
  });
});

describe("loss", () => {
  test("the share that is lost is the one asked for", () => {
    const arrived = order({ lossRate: 0.1 }, 20_000);
    // Four standard deviations of a binomial distribution: 4 · √(20000 · 0.1 · 0.9) = 170.
    expect(Math.abs(20_000 - arrived.length - 2000)).toBeLessThan(170);
    expect(arrived).toEqual(arrived.toSorted((one, other) => one - other));
  });

  test("0 loses none, 1 loses all, and each loss is counted and traced", () => {
    expect(order({ lossRate: 0 }, 100)).toEqual(range(100));
    const { world, cable, a, b } = wire({ lossRate: 1 }, new TestWorld().listen());
    a.sendNumbers(B, range(5));
    world.run();
    expect(b.arrivals).toHaveLength(0);
    expect(cable.snapshot().ports[0]).toMatchObject({ label: "alice", txPackets: 5, drops: { lost: 5 } });
    expect(world.trace.filter((event) => event.step === "drop")).toHaveLength(5);
    expect(world.trace[0]).toEqual({ timeNs: 0, host: "wan", step: "link", link: "wan", what: "send", bytes: 64 });
    expect(world.trace[1]).toMatchObject({ step: "link", what: "lose" });
    expect(world.trace[2]).toMatchObject({ step: "drop", counter: "LinkLost", bytes: 64 });
  });
});

describe("reordering", () => {
  test("a frame that is held back is overtaken by exactly `reorderPackets` others", () => {
    const arrived = order({ reorderRate: 0.02, reorderPackets: 3 }, 5000);
    expect(arrived.toSorted((one, other) => one - other)).toEqual(range(5000));
    const overtaken = range(5000 - 100).map((number) => {
      const place = arrived.indexOf(number);
      return arrived.slice(0, place).filter((other) => other > number).length;
    });
    const held = overtaken.filter((count) => count > 0);
    expect(Math.abs(held.length - 98)).toBeLessThan(40);
    // Two that are held at once count each other out: of those that went ahead none was held.
    expect(new Set(held)).toEqual(new Set([3]));
  });

  test("when nothing follows, it is let go after 100 ms", () => {
    const { world, cable, a, b } = wire({ reorderRate: 1, delayMs: 1 });
    a.sendNumbers(B, [0]);
    world.run(30_000_000);
    a.sendNumbers(B, [1]);
    expect(cable.snapshot().ports[0]).toMatchObject({ reordered: 2, inFlight: 2 });
    cable.set({ reorderRate: 0 });
    a.sendNumbers(B, [2]);
    world.run();
    expect(b.numbers).toEqual([2, 0, 1]);
    expect(b.timesNs).toEqual([31_000_000, 1_000_000 + HOLD_MAX_NS, 31_000_000 + HOLD_MAX_NS]);
    expect(HOLD_MAX_NS).toBe(100_000_000);
  });

  test("once all have been overtaken, no event is left waiting", () => {
    const { world, cable, a, b } = wire({ reorderRate: 1, reorderPackets: 2 });
    a.sendNumbers(B, [0]);
    cable.set({ reorderRate: 0 });
    a.sendNumbers(B, [1, 2, 3]);
    world.run(0);
    expect(b.numbers).toEqual([1, 2, 0, 3]);
    expect(world.scheduler.events.size).toBe(0);
  });
});

describe("duplication and corruption", () => {
  test("a duplicate follows its original and shares its bytes until somebody changes them", () => {
    const { world, cable, a, b } = wire({ duplicateRate: 1 });
    a.sendNumbers(B, [0, 1]);
    world.run();
    expect(b.numbers).toEqual([0, 0, 1, 1]);
    expect(cable.snapshot().ports[0]).toMatchObject({ txPackets: 2, duplicated: 2 });
    const [original, copy] = b.arrivals.map((arrival) => arrival.packet);
    expect(original?.bytes).toBe(copy?.bytes);
    expect([original?.shared, copy?.shared]).toEqual([true, true]);
  });

  test("corruption flips bits of one byte, of one copy, and of nobody else's bytes", () => {
    const { world, a, b } = wire({ duplicateRate: 1, corruptRate: 0.5 });
    const kept = range(300).map((number) => {
      const packet = numbered(A, B, number, 100);
      const retransmission = packet.clone();
      a.send(packet);
      return retransmission;
    });
    world.run();
    const changes = b.arrivals.map(({ packet }, index) => {
      const original = (kept[index >> 1] as (typeof kept)[number]).copyBytes();
      expect(original).toEqual(numbered(A, B, index >> 1, 100).copyBytes());
      const received = packet.copyBytes();
      return range(100).filter((place) => received[place] !== original[place]);
    });
    const damaged = changes.filter((places) => places.length > 0);
    expect(new Set(damaged.map((places) => places.length))).toEqual(new Set([1]));
    expect(Math.abs(damaged.length - 300)).toBeLessThan(50);
    // Anywhere: nearly every byte of the frame was hit by one of 300.
    expect(new Set(damaged.flat()).size).toBeGreaterThan(85);
    // Some frames had one copy damaged and the other not.
    const halves = range(300).filter((i) => changes[2 * i]?.length !== changes[2 * i + 1]?.length);
    expect(halves.length).toBeGreaterThan(100);
  });

  test("a checksum left for later is filled in before bits are flipped, so it does not hide them", () => {
    const { world, a, b } = wire({ corruptRate: 1 });
    for (const number of range(50)) {
      const packet = numbered(A, B, number, 100);
      packet.checksumStart = packet.start + 18;
      packet.checksumField = 2;
      a.send(packet);
    }
    world.run();
    for (const { packet } of b.arrivals) expect(packet.checksumStart).toBe(-1);
    const intact = numbered(A, B, 0, 100);
    intact.checksumStart = intact.start + 18;
    intact.checksumField = 2;
    const expected = intact.copyBytes();
    const wrong = b.arrivals.map(({ packet }, number) => {
      new DataView(expected.buffer).setUint32(14, number);
      const received = packet.copyBytes();
      return received.filter((byte, place) => byte !== expected[place]).length;
    });
    expect(wrong).toEqual(range(50).map(() => 1));
  });

  test("a payload by reference is never changed in place", () => {
    const payload = new Uint8Array(3000).fill(7);
    const { world, a, b } = wire({ corruptRate: 1, mtu: 4000 });
    for (let i = 0; i < 20; i++) {
      const packet = numbered(A, B, i, 20);
      packet.tail = payload;
      a.send(packet);
    }
    world.run();
    expect(b.arrivals).toHaveLength(20);
    expect(payload.every((byte) => byte === 7)).toBe(true);
    expect(
      b.arrivals.some(({ packet }) =>
        packet
          .copyBytes()
          .subarray(20)
          .some((byte) => byte !== 7),
      ),
    ).toBe(true);
  });
});

describe("chance", () => {
  const run = (options: LinkOptions, seed: number) => {
    const { world, cable, a, b } = wire({ delayMs: 5, ...options }, new TestWorld(seed));
    a.sendNumbers(B, range(300));
    b.sendNumbers(A, range(300));
    world.run();
    return {
      arrivals: b.arrivals,
      hash: world.scheduler.hash.digest(),
      streams: world.streams,
      ports: cable.snapshot(),
    };
  };

  test("the same seed gives the same run, and another seed another", () => {
    const [one, again, other] = [run(allRates, 7), run(allRates, 7), run(allRates, 8)];
    const facts = ({ arrivals }: typeof one) => arrivals.map(({ timeNs, packet }) => [timeNs, packet.copyBytes()]);
    expect(facts(again)).toEqual(facts(one));
    expect(again.ports).toEqual(one.ports);
    expect(facts(other)).not.toEqual(facts(one));
  });

  test("switching one fault on does not shift what another draws", () => {
    const lostWith = (options: LinkOptions) => {
      const seen = new Set(run({ lossRate: 0.1, ...options }, 3).arrivals.map((arrival) => arrival.number));
      return range(300).filter((number) => !seen.has(number));
    };
    const alone = lostWith({});
    expect(alone.length).toBeGreaterThan(10);
    expect(lostWith({ duplicateRate: 0.3, reorderRate: 0.2, jitterMs: 2 })).toEqual(alone);
  });

  test("a stream is asked for only when its rate is above zero", () => {
    expect(run({}, 1).streams).toEqual([]);
    expect(run({ lossRate: 0.1 }, 1).streams).toEqual(["wan loss 1", "wan loss 2"]);
  });

  test("each fault of each direction has a stream of its own", () => {
    const { streams } = run(allRates, 1);
    // Five faults, and the places where bits are flipped.
    expect(streams).toHaveLength(12);
    expect(new Set(streams).size).toBe(12);
  });
});

test("the determinism hash sees when, where, how long and how a frame begins", () => {
  const digest = (number: number, bytes: number, waitNs: number, name = "wan") => {
    const world = new TestWorld();
    const cable = new Cable(world.machine(name));
    const a = new TestInterface(world, cable.port(), A);
    world.run(waitNs);
    a.send(numbered(A, B, number, bytes));
    return world.scheduler.hash.digest();
  };
  const variants = [digest(1, 64, 0), digest(2, 64, 0), digest(1, 65, 0), digest(1, 64, 1), digest(1, 64, 0, "lan")];
  expect(new Set(variants).size).toBe(variants.length);
  expect(digest(1, 64, 0)).toBe(variants[0]);

  const digestOfTail = (payload: number[]) => {
    const { world, a } = wire();
    const packet = numbered(A, B, 1, 54);
    packet.tail = Uint8Array.from(payload);
    a.send(packet);
    return world.scheduler.hash.digest();
  };
  const first = digestOfTail([...range(10), 0]);
  expect(digestOfTail([...range(9), 8, 0])).not.toBe(first);
  // The first 64 bytes count, and no more.
  expect(digestOfTail([...range(10), 1])).toBe(first);
});
