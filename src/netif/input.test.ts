import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BROADCAST } from "../wire/mac-address.ts";
import { Packet } from "../wire/packet.ts";
import { frame, TestDevice, TestWorld } from "./netif.fixture.ts";
import { Netif } from "./netif.ts";
import { BACKLOG_MAX_PACKETS, BUDGET_PACKETS } from "./protocol-queue.ts";

const OURS = 0x02_00_00_00_00_01;
const THEIRS = 0x02_00_00_00_00_02;

/** A host that takes IPv4 and notes what it gets. */
function listening(linkType: "ethernet" | "raw-ip" = "ethernet"): {
  world: TestWorld;
  netif: Netif;
  device: TestDevice;
  heard: string[];
} {
  const world = new TestWorld();
  const netif = new Netif(world.machine("a"));
  const device = new TestDevice(linkType);
  netif.interfaces.attach(device, OURS);
  const heard: string[] = [];
  netif.register(0x0800, (packet, from, kind) => heard.push(`${from.name} ${kind} ${packet.copyBytes()}`));
  return { world, netif, device, heard };
}

const ipFrame = (destination: number, ...payload: number[]): Packet =>
  frame({ destination, source: THEIRS, etherType: 0x0800 }, Uint8Array.from(payload));

test("frames for us, for all and for a group go up, without their header, when the scheduler comes to it", () => {
  const { world, netif, device, heard } = listening();
  device.client?.receive(ipFrame(OURS, 1));
  device.client?.receive(ipFrame(BROADCAST, 2));
  netif.interfaces.get("eth0")?.filter.join(0x01_00_5e_00_00_01);
  device.client?.receive(ipFrame(0x01_00_5e_00_00_01, 3));
  device.client?.receive(ipFrame(0x01_00_5e_00_00_02, 4));
  expect(heard).toEqual([]);
  world.run();
  expect(heard).toEqual(["eth0 host 1", "eth0 group 2", "eth0 group 3"]);
  expect(netif.machine.counters.snapshot()).toEqual({ IfInOtherGroup: 1 });
});

test("a frame for somebody else is dropped and counted", () => {
  const { world, netif, device, heard } = listening();
  device.client?.receive(ipFrame(THEIRS, 1));
  world.run();
  expect(heard).toEqual([]);
  expect(netif.machine.counters.snapshot()).toEqual({ IfInOtherHost: 1 });
  expect(netif.interfaces.get("eth0")?.counters).toMatchObject({ rxPackets: 1, rxDrops: 1 });
});

test("a frame that is too short, an 802.3 length and an EtherType that nobody takes are dropped and counted", () => {
  const { world, netif, device, heard } = listening();
  device.client?.receive(Packet.from(new Uint8Array(13)));
  device.client?.receive(frame({ destination: OURS, source: THEIRS, etherType: 46 }, new Uint8Array(46)));
  device.client?.receive(frame({ destination: OURS, source: THEIRS, etherType: 0x88cc }, new Uint8Array(46)));
  world.run();
  expect(heard).toEqual([]);
  expect(netif.machine.counters.snapshot()).toEqual({ IfInErrors: 2, IfInUnknownProtos: 1 });
});

test("on a raw link the version says whose the packet is", () => {
  const { world, netif, device, heard } = listening("raw-ip");
  device.client?.receive(Packet.from(Uint8Array.of(0x45, 1)));
  device.client?.receive(Packet.from(Uint8Array.of(0x60, 2)));
  device.client?.receive(Packet.from(new Uint8Array(0)));
  world.run();
  expect(heard).toEqual([`eth0 host ${[0x45, 1]}`]);
  expect(netif.machine.counters.snapshot()).toEqual({ IfInErrors: 1, IfInUnknownProtos: 1 });
});

test("the protocol queue holds so many packets and no more", () => {
  const { world, netif, device, heard } = listening();
  for (let count = 0; count < BACKLOG_MAX_PACKETS + 3; count++) device.client?.receive(ipFrame(OURS, 0));
  world.run();
  expect(heard).toHaveLength(BACKLOG_MAX_PACKETS);
  expect(netif.machine.counters.snapshot()).toEqual({ SoftnetDropped: 3 });
  expect(netif.interfaces.get("eth0")?.counters.rxDrops).toBe(3);
});

test("after a budget of packets others have their turn", () => {
  const { world, device, heard } = listening();
  for (let count = 0; count < BUDGET_PACKETS + 1; count++) device.client?.receive(ipFrame(OURS, 0));
  const heardByThen: number[] = [];
  world.scheduler.raise({ run: () => heardByThen.push(heard.length) });
  world.run();
  expect(heardByThen).toEqual([BUDGET_PACKETS]);
  expect(heard).toHaveLength(BUDGET_PACKETS + 1);
});

test("a packet that arrives while the queue is run comes later in the same run", () => {
  const { world, netif, device, heard } = listening();
  netif.register(0x0801, () => device.client?.receive(ipFrame(OURS, 2)));
  device.client?.receive(frame({ destination: OURS, source: THEIRS, etherType: 0x0801 }, new Uint8Array(1)));
  device.client?.receive(ipFrame(OURS, 1));
  world.run();
  expect(heard).toEqual(["eth0 host 1", "eth0 host 2"]);
});

test("whatever arrives is handed up or counted", () => {
  const noise = fc.uint8Array({ maxLength: 40 });
  const almost = fc
    .tuple(fc.constantFrom(OURS, THEIRS, BROADCAST), fc.constantFrom(0x0800, 0x0806, 46), noise)
    .map(([destination, etherType, payload]) => frame({ destination, source: THEIRS, etherType }, payload).copyBytes());
  const property = fc.property(fc.array(fc.oneof(noise, almost)), fc.boolean(), (arriving, isRaw) => {
    const { world, netif, device, heard } = listening(isRaw ? "raw-ip" : "ethernet");
    for (const octets of arriving) device.client?.receive(Packet.from(octets));
    world.run();
    const counted = Object.values(netif.machine.counters.snapshot()).reduce((sum, count) => sum + count, 0);
    expect(heard.length + counted).toBe(arriving.length);
    expect(netif.interfaces.get("eth0")?.counters).toMatchObject({ rxPackets: arriving.length, rxDrops: counted });
  });
  fc.assert(property);
});
