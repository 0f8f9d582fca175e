import { expect, test } from "vitest";
import { IP_PMTUDISC_DO } from "../../abi/ip.ts";
import type { TraceEvent } from "../../base/trace.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { Packet } from "../../wire/packet.ts";
import { ip, WiredHost } from "../inet.fixture.ts";
import { output } from "./output.ts";

const header = (packet: Packet | undefined): ipv4.Header => {
  const bytes = packet?.copyBytes().subarray(14) ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect(ipv4.check(view, 0, bytes.length)).toBe(true);
  return ipv4.parse(view, 0);
};

test("the header: rising identification, don't fragment, TTL 64", () => {
  const host = new WiredHost();
  host.inet.ip.nextIdentification = 0xffff;
  const socket = host.socket();
  socket.send("abc", "10.0.0.2:7");
  socket.send("abc", "10.0.0.2:7");
  const [first, second] = host.device.sent.map(header);
  expect(first).toMatchObject({
    identification: 0xffff,
    dontFragment: true,
    timeToLive: 64,
    protocol: 17,
    totalLength: 31,
  });
  expect(second?.identification).toBe(0);
});

test("what does not fit into a frame goes in fragments, and costs the socket nothing once they are gone", () => {
  const host = new WiredHost();
  const socket = host.socket();
  expect(socket.send(new Uint8Array(1472), "10.0.0.2:7")).toBe(1472);
  expect(socket.send(new Uint8Array(1473), "10.0.0.2:7")).toBe(1473);
  const [whole, first, last] = host.device.sent.map(header);
  expect(whole).toMatchObject({ dontFragment: true, moreFragments: false, totalLength: 1500 });
  expect(first).toMatchObject({ dontFragment: false, moreFragments: true, fragmentOffset: 0, totalLength: 1500 });
  expect(last).toMatchObject({ moreFragments: false, fragmentOffset: 1480, totalLength: 21 });
  expect(last?.identification).toBe(first?.identification);
  expect(socket.socket.sendQueueBytes).toBe(0);
});

test("a datagram that waits in pieces is charged for as one, and never twice", () => {
  const host = new WiredHost();
  host.device.ready = false;
  host.device.queuePackets = 100;
  const socket = host.socket();
  socket.send(new Uint8Array(20_000), "10.0.0.2:7");
  const charge = socket.socket.sendQueueBytes;
  expect(charge).toBeGreaterThan(20_000);
  host.device.done();
  expect(socket.socket.sendQueueBytes).toBe(0);
});

test("EMSGSIZE: what may not be cut is refused, counted, and costs the socket nothing", () => {
  const host = new WiredHost();
  const socket = host.socket();
  host.inet.ip.settings.noPmtuDiscovery.value = 0;
  const packet = Packet.from(new Uint8Array(1481));
  const path = host.inet.ip.paths.to(ip("10.0.0.2"));
  if (typeof path === "string") throw new Error(path);
  expect(output(host.inet.ip, packet, path, path.source, 17, { mtuDiscovery: IP_PMTUDISC_DO })).toBe("EMSGSIZE");
  expect(socket.send(new Uint8Array(10), "10.0.0.2:7")).toBe(10);
  expect(host.device.sent).toHaveLength(1);
  expect(host.count("IpFragFails")).toBe(1);
  expect(host.count("UdpOutDatagrams")).toBe(1);
  expect(socket.socket.sendQueueBytes).toBe(0);
});

test("a datagram waits in the interface's queue at its sender's expense, and gives it back when it goes or is dropped", () => {
  const host = new WiredHost();
  host.device.ready = false;
  host.device.queuePackets = 1;
  const socket = host.socket();
  socket.send("a", "10.0.0.2:7");
  const charge = socket.socket.sendQueueBytes;
  expect(charge).toBeGreaterThan(0);
  expect(socket.send("b", "10.0.0.2:7")).toBe(1);
  expect(socket.socket.sendQueueBytes).toBe(charge);
  host.device.done();
  expect(socket.socket.sendQueueBytes).toBe(0);
});

test("the trace tells the way down, step by step", () => {
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind("10.0.0.1:5");
  const steps: string[] = [];
  host.world.tracer.subscribe((event: TraceEvent) => {
    const ends = "source" in event ? ` ${event.source} > ${event.destination} ${event.bytes}` : "";
    steps.push(event.step + ends);
  });
  socket.send("hello", "10.0.0.2:7");
  expect(steps).toEqual([
    "inet/udp/output 10.0.0.1:5 > 10.0.0.2:7 13",
    "inet/ip/output 10.0.0.1 > 10.0.0.2 33",
    "netif/output",
    "socket/send",
  ]);
});
