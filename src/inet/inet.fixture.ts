/**
 * Hosts for tests: interfaces, addresses and sockets, without a kernel.
 */
import type { Errno } from "../abi/errno.ts";
import { IPPROTO_ICMP, IPPROTO_UDP } from "../abi/socket.ts";
import type { Machine } from "../base/machine.ts";
import type { Task } from "../file/task.ts";
import { Loopback } from "../link/loopback.ts";
import type { Interface } from "../netif/interface.ts";
import { describeFrame, frame, joinDevices, TestDevice, TestWorld } from "../netif/netif.fixture.ts";
import { Netif } from "../netif/netif.ts";
import { type InetAddress, inetAddress } from "../socket/address.ts";
import { Socket } from "../socket/socket.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as icmpv4 from "../wire/icmpv4.ts";
import { IpAddress } from "../wire/ip-address.ts";
import * as ipv4 from "../wire/ipv4.ts";
import { Packet } from "../wire/packet.ts";
import * as udp from "../wire/udp.ts";
import { Inet } from "./inet.ts";
import { udpProtocol } from "./udp/udp.ts";

export const ROOT: Task = { pid: 1, name: "root", uid: 0, gid: 0 };
export const USER: Task = { pid: 2, name: "user", uid: 1000, gid: 1000 };

/** Throws on nonsense, so that tests may write addresses as people do. */
export function ip(text: string): IpAddress {
  const address = IpAddress.parse(text);
  if (address === undefined) throw new Error(`"${text}" is no address`);
  return address;
}

/** "10.0.0.1:7" */
export function at(text: string): InetAddress {
  const [address = "", port = ""] = text.split(":");
  return inetAddress(ip(address), Number(port));
}

/** A UDP socket whose calls take text. */
export class TestSocket {
  readonly socket: Socket;

  constructor(host: TestHost, inode: number) {
    this.socket = new Socket(host.machine, udpProtocol(host.inet.udp), inode);
  }

  bind(address: string, task: Task = ROOT): 0 | Errno {
    return this.socket.requests.bind(task, at(address));
  }

  connect(address: string): 0 | Errno {
    return this.socket.requests.connect(ROOT, at(address));
  }

  /** Answers as send(2) and sendto(2) do. */
  send(data: string | Uint8Array, to: string | null = null): number | Errno {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return this.socket.send(ROOT, bytes, to === null ? null : at(to));
  }

  /** `source text` of the next datagram, or the errno. */
  receive(): string {
    const into = new Uint8Array(65_536);
    const received = this.socket.receive(into, 0);
    if (typeof received === "string") return received;
    const { address, port } = received.source as InetAddress;
    return `${address}:${port} ${new TextDecoder().decode(into.subarray(0, received.bytes))}`;
  }

  get local(): string {
    const { address, port } = this.socket.requests.localAddress() as InetAddress;
    return `${address}:${port}`;
  }

  close(): void {
    this.socket.release();
  }
}

export class TestHost {
  readonly machine: Machine;
  readonly netif: Netif;
  readonly inet: Inet;
  readonly lo: Interface;
  #inodes = 0;

  constructor(world: TestWorld, name: string) {
    this.machine = world.machine(name);
    this.netif = new Netif(this.machine);
    this.inet = new Inet(this.machine, this.netif);
    this.lo = this.netif.interfaces.attach(new Loopback(this.machine), 0);
    this.inet.addAddress(this.lo, "127.0.0.1/8");
  }

  attach(device: TestDevice, macAddress: number, address: string): Interface {
    const attached = this.netif.interfaces.attach(device, macAddress);
    this.inet.addAddress(attached, address);
    return attached;
  }

  socket(): TestSocket {
    return new TestSocket(this, ++this.#inodes);
  }

  /** Counters by name, those that never moved being zero. */
  count(name: string): number {
    return this.machine.counters.get(name);
  }
}

/** Two hosts on one wire: a is 10.0.0.1, b is 10.0.0.2. */
export function twoHosts(): { world: TestWorld; a: TestHost; b: TestHost; eth: { a: Interface; b: Interface } } {
  const world = new TestWorld();
  const devices = [new TestDevice(), new TestDevice()] as const;
  joinDevices(world, ...devices);
  const a = new TestHost(world, "a");
  const b = new TestHost(world, "b");
  const eth = {
    a: a.attach(devices[0], 0x02_00_00_00_00_0a, "10.0.0.1/24"),
    b: b.attach(devices[1], 0x02_00_00_00_00_0b, "10.0.0.2/24"),
  };
  return { world, a, b, eth };
}

/** An IPv4 packet; what is left out is as a decent host would have it. */
export function datagram(fields: Partial<ipv4.Header> & { from: string; to: string }, payload: Uint8Array): Packet {
  const { from, to, options = new Uint8Array(0), ...rest } = fields;
  const packet = Packet.from(payload);
  const start = packet.prepend(ipv4.HEADER_LENGTH + options.length);
  ipv4.emit(packet.view, start, {
    dscp: 0,
    ecn: 0,
    totalLength: packet.length,
    identification: 1,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: IPPROTO_UDP,
    source: ip(from),
    destination: ip(to),
    options,
    ...rest,
  });
  return packet;
}

/** A UDP datagram with a checksum, without its IP header. */
export function udpBytes(from: InetAddress, to: InetAddress, text: string): Uint8Array {
  const data = new TextEncoder().encode(text);
  const bytes = new Uint8Array(udp.HEADER_LENGTH + data.length);
  bytes.set(data, udp.HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  udp.emit(view, 0, { sourcePort: from.port, destinationPort: to.port, length: bytes.length, checksum: 0 });
  udp.fillChecksum(view, 0, { source: from.address, destination: to.address });
  return bytes;
}

/** The same with an IP header: "10.0.0.2:9" to "10.0.0.1:7". */
export function udpDatagram(from: string, to: string, text: string, fields: Partial<ipv4.Header> = {}): Packet {
  const [source, destination] = [at(from), at(to)];
  const ends = { from: `${source.address}`, to: `${destination.address}` };
  return datagram({ ...ends, ...fields }, udpBytes(source, destination, text));
}

export const PORT_UNREACHABLE: icmpv4.Message = { kind: "destination-unreachable", code: 3, nextHopMtu: 0 };

/** An ICMP message with its IP header; an error is about `quoted`. */
export function icmpDatagram(from: string, to: string, message: icmpv4.Message, quoted: Packet | null = null): Packet {
  const data = quoted?.copyBytes() ?? new Uint8Array(0);
  const bytes = new Uint8Array(icmpv4.HEADER_LENGTH + data.length);
  bytes.set(data, icmpv4.HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  icmpv4.emit(view, 0, message);
  icmpv4.fillChecksum(view, 0, bytes.length);
  return datagram({ from, to, protocol: IPPROTO_ICMP }, bytes);
}

/** A host with one interface, 10.0.0.1/24, on a wire that the test holds; 10.0.0.2 is known to be :0b. */
export class WiredHost extends TestHost {
  readonly world: TestWorld;
  readonly device: TestDevice;
  readonly eth0: Interface;

  constructor(world: TestWorld = new TestWorld()) {
    super(world, "a");
    this.world = world;
    this.device = new TestDevice();
    this.eth0 = this.attach(this.device, 0x02_00_00_00_00_0a, "10.0.0.1/24");
    this.learn(this.eth0, "10.0.0.2", 0x02_00_00_00_00_0b);
  }

  learn(through: Interface, address: string, macAddress: number): void {
    const lesson = { create: true, confirmed: true, etherType: ethernet.ETHERTYPE_IPV4 };
    this.netif.neighbours.learn(through, ip(address), macAddress, lesson);
  }

  /** An IP packet arrives in a frame for this host, or in a broadcast. */
  arrives(packet: Packet, destination: number = this.eth0.macAddress): void {
    const header = { destination, source: 0x02_00_00_00_00_0b, etherType: ethernet.ETHERTYPE_IPV4 };
    this.device.client?.receive(frame(header, packet.copyBytes()));
    this.world.run(0);
  }

  /** What tcpdump would say of the frames sent since the last look. */
  sent(): string[] {
    return this.device.sent.splice(0).map(describeFrame);
  }
}
