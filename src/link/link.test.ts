/** What cables and segments share: ends, cuts, options that change, frames that are too long. */
import { describe, expect, test } from "vitest";
import { Cable } from "./cable.ts";
import { A, B, imbalance, range, TestInterface, TestWorld } from "./link.fixture.ts";
import { Segment } from "./segment.ts";

describe.each([
  ["a cable", Cable],
  ["a segment", Segment],
])("%s", (_, Kind) => {
  function wire() {
    const world = new TestWorld();
    const machine = world.machine("wan");
    const link = new Kind(machine, { delayMs: 10, rateMbps: Number.POSITIVE_INFINITY });
    const a = new TestInterface(world, link.port(), A);
    const b = new TestInterface(world, link.port(), B);
    return { world, machine, link, a, b };
  }

  test("its ports tell an interface what it needs to know", () => {
    const { link, a } = wire();
    expect(a.device).toMatchObject({ linkType: "ethernet", namePrefix: "eth", mtu: 1500, queuePackets: 1000 });
    expect(a.device.linkName).toBe("wan");
    link.set({ mtu: 9000, queuePackets: 5 });
    expect([a.device.mtu, a.device.queuePackets]).toEqual([9000, 5]);
    expect(link.options).toMatchObject({ delayMs: 10, mtu: 9000 });
  });

  test("a change that is refused changes nothing", () => {
    const { link } = wire();
    const before = link.options;
    expect(() => link.set({ delayMs: 5, lossRate: 2 })).toThrow('link "wan": lossRate is 2');
    expect(link.options).toEqual(before);
  });

  test("a port is opened once", () => {
    const { world, a } = wire();
    expect(() => new TestInterface(world, a.device, A)).toThrow("opened by one interface");
  });

  test("an interface is told when its carrier comes and goes", () => {
    const { link, a, b } = wire();
    a.carriers.length = 0;
    b.carriers.length = 0;
    const cut = link.cut();
    expect([a.device.carrier, b.device.carrier]).toEqual([false, false]);
    cut[Symbol.dispose]();
    link.disconnect(b.device);
    expect([a.carriers, b.carriers]).toEqual([
      [false, true],
      [false, true, false],
    ]);
  });

  test("while it is cut nothing passes in either direction, and cuts add up", () => {
    const { world, machine, link, a, b } = wire();
    const cuts = [link.cut(), link.cut()];
    expect(link.up).toBe(false);
    a.sendNumbers(B, [0]);
    b.sendNumbers(A, [1]);
    world.run();
    cuts[0]?.[Symbol.dispose]();
    cuts[0]?.[Symbol.dispose]();
    a.sendNumbers(B, [2]);
    world.run();
    cuts[1]?.[Symbol.dispose]();
    expect(link.up).toBe(true);
    a.sendNumbers(B, [3]);
    world.run();
    expect([a.numbers, b.numbers]).toEqual([[], [3]]);
    expect(machine.counters.snapshot()).toEqual({ LinkCutDrops: 3 });
    expect(imbalance(link.snapshot())).toBe(0);
  });

  test("a frame under way is lost when it would arrive during the cut, and passes a cut that is over by then", () => {
    const { world, link, a, b } = wire();
    a.sendNumbers(B, [0]);
    world.run(5_000_000);
    a.sendNumbers(B, [1]);
    const cut = link.cut();
    world.run(12_000_000);
    cut[Symbol.dispose]();
    world.run();
    expect(b.numbers).toEqual([1]);
    expect(imbalance(link.snapshot())).toBe(0);
  });

  test("a port that is disconnected neither sends nor receives", () => {
    const { world, link, a, b } = wire();
    const gone = link.disconnect(b.device);
    a.sendNumbers(B, [0]);
    b.sendNumbers(A, [1]);
    world.run();
    expect([a.numbers, b.numbers]).toEqual([[], []]);
    expect(link.up).toBe(true);
    gone[Symbol.dispose]();
    a.sendNumbers(B, [2]);
    world.run();
    expect(b.numbers).toEqual([2]);
    expect(imbalance(link.snapshot())).toBe(0);
  });

  test("a frame under way is lost when either end is disconnected at its arrival", () => {
    const { world, link, a, b } = wire();
    a.sendNumbers(B, [0]);
    b.sendNumbers(A, [1]);
    world.run(5_000_000);
    link.disconnect(b.device);
    world.run();
    expect([a.numbers, b.numbers]).toEqual([[], []]);
    expect(imbalance(link.snapshot())).toBe(0);
  });

  test("a device of another link can't be disconnected", () => {
    const { world, link } = wire();
    const other = new Cable(world.machine("lan")).port();
    expect(() => link.disconnect(other)).toThrow('link "wan": that device is on link "lan"');
  });

  test("a frame longer than the mtu and a tagged header is dropped", () => {
    const { world, link, a, b } = wire();
    a.sendNumbers(B, [0], 1518);
    a.sendNumbers(B, [1], 1519);
    world.run();
    expect(b.numbers).toEqual([0]);
    expect(link.snapshot().ports[0]?.drops).toEqual({ tooLong: 1 });
    expect(a.device.ready).toBe(true);
  });

  test("without anybody at the other end, frames are dropped and counted", () => {
    const world = new TestWorld();
    const link = new Kind(world.machine("wan"));
    const a = new TestInterface(world, link.port(), A);
    a.sendNumbers(B, [0]);
    world.run();
    link.port();
    a.sendNumbers(B, [1]);
    world.run();
    const drops = link.snapshot().ports.map((port) => port.drops.noReceiver ?? 0);
    expect(drops.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(imbalance(link.snapshot())).toBe(0);
  });

  test("a snapshot is plain data", () => {
    const { world, link, a } = wire();
    a.sendNumbers(B, range(3), 100);
    const before = link.snapshot();
    expect(before.ports[0]).toMatchObject({ label: "port 1", txPackets: 3, txBytes: 300, inFlight: 3 });
    world.run();
    expect(link.snapshot().ports[1]).toMatchObject({ label: "port 2", rxPackets: 3, rxBytes: 300, inFlight: 0 });
    expect(structuredClone(before)).toEqual(before);
    expect(before.ports[0]?.inFlight).toBe(3);
  });
});

test("a cable has two ends", () => {
  const cable = new Cable(new TestWorld().machine("uplink"));
  cable.port();
  cable.port();
  expect(() => cable.port()).toThrow('cable "uplink" has two ends, and both are taken');
});

test("a cable with one end has no carrier until somebody takes the other", () => {
  const world = new TestWorld();
  const cable = new Cable(world.machine("wan"));
  const a = new TestInterface(world, cable.port(), A);
  expect(a.device.carrier).toBe(false);
  new TestInterface(world, cable.port(), B);
  expect([a.device.carrier, a.carriers]).toEqual([true, [true]]);
});
