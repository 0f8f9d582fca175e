import { expect, test } from "vitest";
import type { TraceEvent } from "../../base/trace.ts";
import { BROADCAST } from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import { datagram, udpDatagram, WiredHost } from "../inet.fixture.ts";

/** A host with a socket on port 7; what a packet does to it. */
function take(packet: Packet, frameDestination?: number, port: string = "0.0.0.0:7"): { host: WiredHost; got: string } {
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind(port);
  host.arrives(packet, frameDestination);
  return { host, got: socket.receive() };
}

/** The packet is dropped, and this is what the counters say, beside that it came. */
function expectDropped(packet: Packet, counters: Record<string, number>, frameDestination?: number): void {
  const { host, got } = take(packet, frameDestination);
  expect(got).toBe("EAGAIN");
  expect(host.machine.counters.snapshot()).toEqual({ IpInReceives: 1, ...counters });
}

const poke = (packet: Packet, offset: number, value: number): Packet => {
  packet.view.setUint8(packet.start + offset, value);
  return packet;
};

test("a datagram for us is delivered, link padding cut off", () => {
  const packet = udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hi");
  expect(take(Packet.from(Uint8Array.of(...packet.copyBytes(), 0, 0, 0, 0))).got).toBe("10.0.0.2:9 hi");
});

test("an address that is taken away, or given, counts from the next datagram on, though it comes as the last one did", () => {
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind("0.0.0.0:7");
  const receive = (): string => {
    host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.9:7", "hi"));
    return socket.receive();
  };
  expect(receive()).toBe("EAGAIN");
  host.inet.addAddress(host.eth0, "10.0.0.9/24");
  expect([receive(), receive()]).toEqual(["10.0.0.2:9 hi", "10.0.0.2:9 hi"]);
  host.inet.deleteAddress(host.eth0, "10.0.0.9");
  expect(receive()).toBe("EAGAIN");
});

test("options are skipped, also where the header is split", () => {
  const options = new Uint8Array(8).fill(1);
  const packet = udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hi", { options });
  expect(take(packet).got).toBe("10.0.0.2:9 hi");
  const host = new WiredHost();
  const socket = host.socket();
  socket.bind("0.0.0.0:7");
  const bytes = packet.copyBytes();
  for (const place of [5, 20, 22, 28, 30, 36]) {
    const linkHeader = [2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 0, 0xb, 8, 0];
    const split = Packet.from(Uint8Array.of(...linkHeader, ...bytes.subarray(0, place)));
    split.tail = bytes.slice(place);
    host.device.client?.receive(split);
    host.world.run();
    expect(socket.receive()).toBe("10.0.0.2:9 hi");
  }
});

test("a header that is short, of another version, damaged, or longer than the packet is dropped and counted", () => {
  const sound = (): Packet => udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hi");
  expectDropped(Packet.from(sound().copyBytes().subarray(0, 19)), { IpInHdrErrors: 1 });
  expectDropped(poke(sound(), 0, 0x65), { IpInHdrErrors: 1 });
  expectDropped(poke(sound(), 0, 0x44), { IpInHdrErrors: 1 });
  expectDropped(poke(sound(), 8, 63), { IpExtInCsumErrors: 1 });
  expectDropped(Packet.from(sound().copyBytes().subarray(0, 29)), { IpExtInTruncatedPkts: 1 });
});

test("martians: addresses that can't have come this way", () => {
  const from = (source: string, destination: string = "10.0.0.1:7"): Packet =>
    udpDatagram(`${source}:9`, destination, "x");
  for (const source of ["127.0.0.1", "10.0.0.1", "10.0.0.255", "255.255.255.255", "224.0.0.1", "0.0.0.0"]) {
    expectDropped(from(source), { IpInAddrErrors: 1 });
  }
  expectDropped(from("10.0.0.2", "127.0.0.1:7"), { IpInAddrErrors: 1 });
});

test("who has no address yet may ask everybody", () => {
  expect(take(udpDatagram("0.0.0.0:68", "255.255.255.255:7", "?"), BROADCAST).got).toBe("0.0.0.0:68 ?");
});

test("RFC 1122 §3.3.6: a datagram for one host in a frame for all is dropped", () => {
  expectDropped(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x"), { IpInAddrErrors: 1 }, BROADCAST);
});

test("a datagram for another host is dropped while forwarding is off, and so is multicast", () => {
  expectDropped(udpDatagram("10.0.0.2:9", "10.0.0.3:7", "x"), { IpInAddrErrors: 1 });
  const strangers = { IpInAddrErrors: 1, IpExtInMcastPkts: 1 };
  expectDropped(udpDatagram("10.0.0.2:9", "239.0.0.1:7", "x"), strangers, 0x01_00_5e_00_00_01);
});

test("a protocol that nobody takes is answered with ICMP protocol unreachable", () => {
  const packet = datagram({ from: "10.0.0.2", to: "10.0.0.1", protocol: 132 }, new Uint8Array(12));
  const { host } = take(packet);
  expect(host.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.1 protocol 132 unreachable, length 40"]);
  expect(host.count("IpInUnknownProtos")).toBe(1);
});

test("the trace tells the way up, step by step", () => {
  const host = new WiredHost();
  host.socket().bind("0.0.0.0:7");
  const steps: string[] = [];
  host.world.tracer.subscribe((event: TraceEvent) => {
    const ends = "source" in event ? ` ${event.source} > ${event.destination} ${event.bytes}` : "";
    steps.push(event.step + ends);
  });
  host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hello"));
  expect(steps).toEqual([
    "netif/input",
    "inet/ip/input 10.0.0.2 > 10.0.0.1 33",
    "inet/udp/input 10.0.0.2:9 > 10.0.0.1:7 13",
  ]);
});
