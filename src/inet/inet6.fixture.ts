/**
 * Hosts that speak IPv6, for tests: a wire with several, and echo requests without a socket.
 */
import type { Interface } from "../netif/interface.ts";
import { frame, joinDevices, NS_PER_SECOND, TestDevice, TestWorld } from "../netif/netif.fixture.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as icmpv6 from "../wire/icmpv6.ts";
import type { IpAddress } from "../wire/ip-address.ts";
import * as ipv6 from "../wire/ipv6.ts";
import * as nd from "../wire/nd.ts";
import { Packet } from "../wire/packet.ts";
import * as icmp6 from "./icmp6/output.ts";
import { ip, TestHost } from "./inet.fixture.ts";

const ICMPV6 = 58;

/** Hosts on one wire, whose link addresses end with 1, 2, …, and so their link-local ones: fe80::ff:fe00:1, … */
export class Lan {
  readonly world: TestWorld;
  readonly hosts: TestHost[];
  readonly eth: Interface[];
  readonly devices: TestDevice[];

  constructor(count: number, world: TestWorld = new TestWorld(), hosts: TestHost[] = []) {
    this.world = world;
    this.devices = Array.from({ length: count }, () => new TestDevice());
    joinDevices(world, ...this.devices);
    this.hosts = this.devices.map((_, index) => hosts[index] ?? new TestHost(world, `h${index + 1}`));
    this.eth = this.hosts.map((host, index) => {
      return host.netif.interfaces.attach(this.devices[index] as TestDevice, 0x02_00_00_00_00_01 + index);
    });
  }

  host(number: number): TestHost {
    return this.hosts[number - 1] as TestHost;
  }

  /** The interface of a host on this wire. */
  on(number: number): Interface {
    return this.eth[number - 1] as Interface;
  }

  /** IPv6 on all of them, until their link-local addresses are theirs. */
  start(): this {
    for (const [index, host] of this.hosts.entries()) host.inet.startIpv6(this.eth[index] as Interface);
    this.world.run(20 * NS_PER_SECOND);
    return this;
  }
}

/** The IPv6 addresses of a host but the loopback one: "2001:db8::1/64 preferred". */
export function addressesOf(host: TestHost): string[] {
  return host.inet.ip.addresses
    .snapshot()
    .filter(({ interface: name, address }) => name !== "lo" && address.includes(":"))
    .map(({ address, prefixLength, state }) => `${address}/${prefixLength} ${state}`);
}

/** The IPv6 routes of a host: "::/0 via fe80::1 ra". */
export function routesOf(host: TestHost): string[] {
  return host.inet.ip.routes
    .snapshot()
    .filter(({ destination }) => destination.includes(":"))
    .map(
      ({ destination, gateway, protocol }) => `${destination}${gateway === null ? "" : ` via ${gateway}`} ${protocol}`,
    );
}

/** Sends an echo request with so many bytes; answers the errno, or 0. */
export function ping(host: TestHost, to: string, bytes: number = 8, through: Interface | null = null): string | 0 {
  const path = host.inet.ip.paths.to(ip(to), through);
  if (typeof path === "string") return path;
  const packet = Packet.allocate(icmpv6.HEADER_LENGTH + bytes);
  packet.bytes.fill(0x61, packet.start, packet.end);
  icmpv6.emit(packet.view, packet.start, { kind: "echo-request", identifier: 1, sequence: 1 });
  return icmp6.send(host.inet.ip, packet, path, path.source);
}

/** An IPv6 packet with this payload; what is left out is as a decent host would have it. */
export function packet6(fields: Partial<ipv6.Header> & { from: string; to: string }, payload: Uint8Array): Packet {
  const { from, to, ...rest } = fields;
  const packet = Packet.from(payload);
  ipv6.emit(packet.view, packet.prepend(ipv6.HEADER_LENGTH), {
    trafficClass: 0,
    flowLabel: 0,
    payloadLength: payload.length,
    nextHeader: ICMPV6,
    hopLimit: 64,
    source: ip(from),
    destination: ip(to),
    ...rest,
  });
  return packet;
}

/** The same with an ICMPv6 message, and data behind it. */
export function icmp6Packet(
  fields: Partial<ipv6.Header> & { from: string; to: string },
  message: icmpv6.Message,
  data: Uint8Array = new Uint8Array(0),
): Packet {
  const bytes = new Uint8Array(icmpv6.HEADER_LENGTH + data.length);
  bytes.set(data, icmpv6.HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  icmpv6.emit(view, 0, message);
  const addresses: { source: IpAddress; destination: IpAddress } = {
    source: ip(fields.from),
    destination: ip(fields.to),
  };
  icmpv6.fillChecksum(view, 0, bytes.length, addresses);
  return packet6(fields, bytes);
}

/** The same with a message of neighbour discovery. */
export function ndPacket(fields: Partial<ipv6.Header> & { from: string; to: string }, message: nd.Message): Packet {
  const bytes = new Uint8Array(nd.lengthOf(message));
  const view = new DataView(bytes.buffer);
  nd.emit(view, 0, message);
  icmpv6.fillChecksum(view, 0, bytes.length, { source: ip(fields.from), destination: ip(fields.to) });
  return packet6({ hopLimit: 255, ...fields }, bytes);
}

/** A packet arrives at a host in a frame for it, or for a group. */
export function arrives(lan: Lan, number: number, packet: Packet, destination?: number): void {
  const header = {
    destination: destination ?? lan.on(number).macAddress,
    source: 0x02_00_00_00_00_99,
    etherType: ethernet.ETHERTYPE_IPV6,
  };
  (lan.devices[number - 1] as TestDevice).client?.receive(frame(header, packet.copyBytes()));
  lan.world.run(0);
}
