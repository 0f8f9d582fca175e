import { expect, test } from "vitest";
import type { TraceEvent } from "../../base/trace.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import { WiredHost } from "../inet.fixture.ts";

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

test("EMSGSIZE: what does not fit into a frame is refused, counted, and costs the socket nothing", () => {
  const host = new WiredHost();
  const socket = host.socket();
  expect(socket.send(new Uint8Array(1472), "10.0.0.2:7")).toBe(1472);
  expect(socket.send(new Uint8Array(1473), "10.0.0.2:7")).toBe("EMSGSIZE");
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
