/** The loopback device: at once, but never from within. */
import { expect, test } from "vitest";
import { Packet } from "../wire/packet.ts";
import { A, range, TestInterface, TestWorld } from "./link.fixture.ts";
import { Loopback } from "./loopback.ts";

function loopback() {
  const world = new TestWorld().listen();
  const device = new Loopback(world.machine("alice"));
  return { world, device };
}

const sized = (length: number): Packet => Packet.allocate(length, 0);

test("a packet comes round through the ready queue, at the same instant and without an event", () => {
  const { world, device } = loopback();
  const lo = new TestInterface(world, device, 0);
  world.run(42);
  lo.send(sized(20));
  expect(lo.arrivals).toHaveLength(0);
  expect(world.scheduler.events.size).toBe(0);
  expect(world.scheduler.runReady(10)).toBe(1);
  expect(lo.timesNs).toEqual([42]);
  expect(world.trace).toEqual([
    { timeNs: 42, host: "alice", step: "link", link: "lo", what: "send", bytes: 20 },
    { timeNs: 42, host: "alice", step: "link", link: "lo", what: "deliver", bytes: 20 },
  ]);
});

test("a receiver that answers at once is not entered again before it has returned", () => {
  const { world, device } = loopback();
  const log: string[] = [];
  device.open(
    {
      receive: (packet) => {
        log.push(`in ${packet.length}`);
        if (packet.length > 0) device.transmit(sized(packet.length - 1));
        log.push(`out ${packet.length}`);
      },
      transmitDone: () => undefined,
    },
    0,
  );
  device.transmit(sized(2));
  world.scheduler.runReady(10);
  expect(log).toEqual(["in 2", "out 2", "in 1", "out 1", "in 0", "out 0"]);
});

test("one run takes one packet, so that a budget bounds what comes round", () => {
  const { world, device } = loopback();
  const lo = new TestInterface(world, device, 0);
  for (const length of range(5)) lo.send(sized(length));
  expect(world.scheduler.runReady(3)).toBe(3);
  expect(lo.arrivals.map(({ packet }) => packet.length)).toEqual([0, 1, 2]);
});

test("the sender stops paying before the receiver has the packet", () => {
  const { world, device } = loopback();
  const lo = new TestInterface(world, device, 0);
  const packet = sized(10);
  let freed = 0;
  packet.charge({ uncharge: (bytes) => (freed = bytes) });
  lo.send(packet);
  expect(freed).toBe(packet.trueSizeBytes);
  expect(lo.arrivals).toHaveLength(0);
});

test("it takes a thousand at a time, and says when it can take more", () => {
  const { world, device } = loopback();
  const lo = new TestInterface(world, device, 0);
  for (const length of range(1500)) lo.send(sized(length % 7));
  expect(device.ready).toBe(false);
  expect(() => device.transmit(sized(1))).toThrow("ready when it is given a packet");
  while (world.scheduler.runReady(100) > 0);
  expect(lo.arrivals).toHaveLength(1500);
  expect(device.ready).toBe(true);
});

test("it looks as on Linux, and is opened once", () => {
  const { world, device } = loopback();
  expect(device).toMatchObject({ linkType: "raw-ip", namePrefix: "lo", mtu: 65_536, linkName: "lo" });
  const hash = world.scheduler.hash.digest();
  const lo = new TestInterface(world, device, 0);
  lo.send(sized(20));
  expect(world.scheduler.hash.digest()).not.toBe(hash);
  expect(() => new TestInterface(world, device, A)).toThrow("opened by one interface");
});
