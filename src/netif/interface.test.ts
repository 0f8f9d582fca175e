import { expect, test } from "vitest";
import type { TraceEvent } from "../base/trace.ts";
import { IpAddress } from "../wire/ip-address.ts";
import { Packet } from "../wire/packet.ts";
import type { Interface } from "./interface.ts";
import { TestDevice, TestWorld } from "./netif.fixture.ts";
import { Netif } from "./netif.ts";
import { output, send } from "./output.ts";

function attached(): { world: TestWorld; netif: Netif; device: TestDevice; eth0: Interface } {
  const world = new TestWorld();
  const netif = new Netif(world.machine("a"));
  const device = new TestDevice();
  return { world, netif, device, eth0: netif.interfaces.attach(device, 0x02_00_00_00_00_01) };
}

const packetOf = (...octets: number[]): Packet => Packet.from(Uint8Array.from(octets));
const lastOctets = (packets: readonly Packet[]): (number | undefined)[] =>
  packets.map((sent) => sent.copyBytes().at(-1));

/** Who pays learns when the packet has left the interface, by whichever way. */
function charged(packet: Packet): { left: boolean } {
  const state = { left: false };
  packet.charge({ uncharge: () => (state.left = true) });
  return state;
}

test("interfaces are named and numbered in the order in which they come", () => {
  const { netif } = attached();
  const { interfaces } = netif;
  interfaces.attach(new TestDevice("raw-ip", "lo"), 0);
  interfaces.attach(new TestDevice("raw-ip", "ppp"), 0);
  interfaces.attach(new TestDevice(), 2);
  expect(interfaces.list().map(({ name, index }) => `${index} ${name}`)).toEqual([
    "1 eth0",
    "2 lo",
    "3 ppp0",
    "4 eth1",
  ]);
});

test("a name is used again, an index never", () => {
  const { netif, eth0 } = attached();
  netif.interfaces.detach(eth0);
  expect(netif.interfaces.get("eth0")).toBeUndefined();
  expect(netif.interfaces.attach(new TestDevice(), 1)).toMatchObject({ name: "eth0", index: 2 });
});

test("a packet goes to the device at once while it is ready, with an Ethernet header", () => {
  const { device, eth0 } = attached();
  send(eth0, packetOf(1, 2, 3), 0x02_00_00_00_00_02, 0x0800);
  expect([...(device.sent[0] as Packet).copyBytes()]).toEqual([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 1, 2, 3]);
  expect(eth0.counters).toMatchObject({ txPackets: 1, txBytes: 17, txDrops: 0 });
});

test("a raw link gets no header", () => {
  const { netif } = attached();
  const device = new TestDevice("raw-ip", "ppp");
  send(netif.interfaces.attach(device, 0), packetOf(0x45), 0, 0x0800);
  expect([...(device.sent[0] as Packet).copyBytes()]).toEqual([0x45]);
});

test("packets wait in order while the device is busy, and the one too many is dropped and counted", () => {
  const { netif, device, eth0 } = attached();
  device.ready = false;
  device.queuePackets = 2;
  const states = [1, 2, 3].map((octet) => {
    const packet = packetOf(octet);
    const state = charged(packet);
    send(eth0, packet, 1, 0x0800);
    return state;
  });
  expect(device.sent).toEqual([]);
  expect(states.map(({ left }) => left)).toEqual([false, false, true]);
  expect(eth0.counters.txDrops).toBe(1);
  expect(netif.machine.counters.get("IfOutDiscards")).toBe(1);
  device.done();
  expect(lastOctets(device.sent)).toEqual([1, 2]);
  expect(states.map(({ left }) => left)).toEqual([true, true, true]);
});

test("what comes later does not overtake what waits", () => {
  const { device, eth0 } = attached();
  device.ready = false;
  send(eth0, packetOf(1), 1, 0x0800);
  device.ready = true;
  send(eth0, packetOf(2), 1, 0x0800);
  device.done();
  expect(lastOctets(device.sent)).toEqual([1, 2]);
});

test("an interface that goes down drops what waits, sends nothing and takes nothing", () => {
  const { netif, device, eth0 } = attached();
  device.ready = false;
  const waiting = packetOf(1);
  const state = charged(waiting);
  send(eth0, waiting, 1, 0x0800);
  netif.interfaces.setUp(eth0, false);
  expect(state.left).toBe(true);
  device.ready = true;
  send(eth0, packetOf(2), 1, 0x0800);
  device.client?.receive(packetOf(3));
  expect(device.sent).toEqual([]);
  expect(eth0.counters).toMatchObject({ txDrops: 2, rxDrops: 1, rxPackets: 0 });
  expect(netif.machine.counters.snapshot()).toEqual({ IfInDiscards: 1, IfOutDiscards: 2 });
  netif.interfaces.setUp(eth0, true);
  send(eth0, packetOf(4), 1, 0x0800);
  expect(device.sent).toHaveLength(1);
});

test("nothing is resolved, and nothing sent, through an interface that is down", () => {
  const { netif } = attached();
  for (const linkType of ["ethernet", "raw-ip"] as const) {
    const device = new TestDevice(linkType);
    const down = netif.interfaces.attach(device, 1);
    netif.interfaces.setUp(down, false);
    output(netif, down, packetOf(1), IpAddress.v4(0x0a00_0002), 0x0800);
    expect(device.sent).toEqual([]);
    expect(down.counters.txDrops).toBe(1);
  }
  expect(netif.neighbours.size).toBe(0);
});

test("subscribers hear of each change, once", () => {
  const { netif, eth0 } = attached();
  const heard: string[] = [];
  netif.interfaces.subscribe((changed, change) => heard.push(`${changed.name} ${change}`));
  netif.interfaces.setUp(eth0, true);
  netif.interfaces.setUp(eth0, false);
  netif.interfaces.setUp(eth0, false);
  netif.interfaces.detach(eth0);
  netif.interfaces.attach(new TestDevice(), 1);
  expect(heard).toEqual(["eth0 down", "eth0 detach", "eth0 attach"]);
});

test("a tap sees frames both ways until it is disposed of, and another tap stays", () => {
  const { netif, device, eth0 } = attached();
  const seen: string[] = [];
  const listener = (direction: string, packet: Packet): void => void seen.push(`${direction} ${packet.length}`);
  const first = eth0.tap(listener);
  eth0.tap(listener);
  send(eth0, packetOf(1), 1, 0x0800);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  device.client?.receive(packetOf(1, 2));
  expect(seen).toEqual(["out 15", "out 15", "in 2"]);
  expect(netif.machine.counters.get("IfInErrors")).toBe(1);
});

test("the trace has the frames, and its bytes only for whoever asks", () => {
  const { world, device, eth0 } = attached();
  const events: TraceEvent[] = [];
  world.tracer.subscribe((event) => {
    events.push(event);
    if (event.step === "netif/output") expect(event.frame.copyBytes()).toHaveLength(15);
  });
  send(eth0, packetOf(1), 1, 0x0800);
  device.client?.receive(packetOf(9));
  expect(events.map(({ step }) => step)).toEqual(["netif/output", "netif/input", "drop"]);
});

test("a snapshot is what `ip -s link` shows", () => {
  const { netif, eth0 } = attached();
  send(eth0, packetOf(1), 1, 0x0800);
  expect(netif.interfaces.snapshot()).toEqual([
    {
      name: "eth0",
      index: 1,
      up: true,
      mtu: 1500,
      linkType: "ethernet",
      macAddress: "02:00:00:00:00:01",
      linkName: "wire",
      carrier: true,
      queueLength: 0,
      qdisc: expect.objectContaining({ kind: "pfifo", sentPackets: 1 }),
      largeSegments: false,
      rxErrors: 0,
      rxMulticast: 0,
      rxPackets: 0,
      rxBytes: 0,
      rxDrops: 0,
      txPackets: 1,
      txBytes: 15,
      txDrops: 0,
    },
  ]);
});

test("the mtu can be lowered and is told of; EINVAL: less than 68, or more than the link carries", () => {
  const { netif, device, eth0 } = attached();
  const heard: string[] = [];
  netif.interfaces.subscribe((changed, change) => heard.push(`${changed.name} ${change} ${changed.mtu}`));
  expect(netif.interfaces.setMtu(eth0, 1400)).toBe(0);
  expect(netif.interfaces.setMtu(eth0, 1400)).toBe(0);
  for (const mtu of [67, 1501, 100.5, Number.NaN]) expect(netif.interfaces.setMtu(eth0, mtu)).toBe("EINVAL");
  expect(heard).toEqual(["eth0 mtu 1400"]);
  device.mtu = 1200;
  expect(netif.interfaces.attach(new TestDevice(), 2).mtu).toBe(1500);
  expect(eth0.mtu).toBe(1400);
});

test("a queue discipline holds packets back and comes back by itself", () => {
  const { world, device, eth0 } = attached();
  // 17 bytes a frame; 17,000 bytes a second.
  eth0.setQdisc({ kind: "tbf", rateMbps: 0.136, burstBytes: 17, limitBytes: 1000 });
  for (const number of [1, 2, 3]) send(eth0, packetOf(0, 0, number), 1, 0x0800);
  expect(lastOctets(device.sent)).toEqual([1]);
  world.run(1_000_000);
  expect(lastOctets(device.sent)).toEqual([1, 2]);
  world.run(1_000_000);
  expect(lastOctets(device.sent)).toEqual([1, 2, 3]);
  expect(eth0.qdisc).toMatchObject({ kind: "tbf", sentPackets: 3, backlogPackets: 0 });
});

test("a new queue discipline drops what waited in the old one", () => {
  const { netif, device, eth0 } = attached();
  device.ready = false;
  for (const number of [1, 2]) send(eth0, packetOf(number), 1, 0x0800);
  eth0.setQdisc({ kind: "fq_codel" });
  expect([eth0.queueLength, eth0.counters.txDrops, netif.machine.counters.get("IfOutDiscards")]).toEqual([0, 2, 2]);
  expect(() => eth0.setQdisc({ kind: "pfifo", limitPackets: -1 })).toThrow(RangeError);
  expect(eth0.qdisc.kind).toBe("fq_codel");
});
