/**
 * The Internet layer of one host, for both families: its addresses, routes, paths and settings, and the tables of who takes
 * what from it.
 *
 * Read first: RFC 791, RFC 8200, RFC 1122 §3. This folder is what the families share, and knows which one it deals with by
 * `address.family`; ip4/ and ip6/ are what each does with its own headers (input, output, forward), icmp/ and icmp6/
 * tell of what goes wrong, in the words of the family.
 *
 *     a transport            output(ip, packet, path, source, protocol, options)    ip/output.ts → ip4/ or ip6/, by path.destination
 *     ip.register()          a datagram of either family, with an Arrival           ← ip4/input.ts, ip6/input.ts
 *     ip.registerError()     news of a datagram that was sent, as an IcmpError      ← icmp/input.ts, icmp6/input.ts
 *     ip.portUnreachable()   nobody takes a datagram                                → icmp/output.ts, icmp6/output.ts
 *     ip.paths.to(), ip.paths.mtu()    where to, from where, and how much at a time
 *
 * A transport so written registers once and serves both. The pseudo-header of its checksum is checksum.pseudoHeader() for
 * both; what it keeps for headers is headerLength(path.destination).
 */
import type { Errno } from "../../abi/errno.ts";
import type { Counter } from "../../base/counters.ts";
import type { Machine } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { Netif } from "../../netif/netif.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import type { Message } from "../../wire/icmpv4.ts";
import { type AddressPair, ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { Reassembly } from "../ip4/reassembly.ts";
import { Ipv4Settings } from "../ip4/settings.ts";
import { Ipv6 } from "../ip6/ip6.ts";
import { type AddressKind, AddressTable } from "./addresses.ts";
import { GroupTable } from "./groups.ts";
import { PathTable } from "./path.ts";
import { type RouteProtocol, RouteTable } from "./route.ts";

/** What the IP header and the link said of the datagram that is being taken in. */
export interface Arrival extends AddressPair {
  /** The transport's header lies this many bytes behind the packet's start: IPv4 options and extension headers included. */
  headerLength: number;
  source: IpAddress;
  destination: IpAddress;
  /** What the destination is to this host. */
  kind: AddressKind;
  frameKind: FrameKind;
  /** The interface that it came through; null only before the first one. */
  through: Interface | null;
  /** Time to live, or hop limit, as it arrived. */
  timeToLive: number;
  /** The octet of type of service (DSCP and ECN), or the traffic class. */
  trafficClass: number;
  /** IPv6: the flow label; 0 over IPv4. */
  flowLabel: number;
}

/** What was found out about a datagram: it holds for the next one between the same addresses, until these change. */
export interface Way {
  source: IpAddress;
  destination: IpAddress;
  through: Interface | null;
  frameKind: FrameKind;
  /** What the destination is to this host. */
  kind: AddressKind;
  /** That of the table of addresses. */
  generation: number;
}

/**
 * What a transport registers: takes a datagram, which starts with its IP header, and consumes it. There is one Arrival
 * for all datagrams of a host: it is good until the function returns.
 */
export type TransportInput = (packet: Packet, arrival: Arrival) => void;

/** ICMP's news of a datagram that this host has sent, in words that fit both families. */
export interface IcmpError {
  readonly kind: "unreachable" | "packet-too-big" | "time-exceeded" | "parameter-problem";
  /** As Linux's icmp_err_convert and icmpv6_err_convert translate it. */
  readonly errno: Errno;
  /** It will not go away by itself (RFC 1122 §4.2.3.9). False as well for "packet-too-big": sending less helps. */
  readonly isHard: boolean;
  /** Of "packet-too-big": what the next hop takes, 0 when the router did not say. The path table knows already. */
  readonly mtu: number;
  /** As they stand in the message, for the error queue; `family` of `source` says of which ICMP. */
  readonly type: number;
  readonly code: number;
  /** Who says so. */
  readonly reporter: IpAddress;
  /** Addresses of the datagram that is quoted: `source` is ours. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Where the quoted transport header starts, and how much of it came along. */
  readonly view: DataView;
  readonly offset: number;
  readonly length: number;
}

/** True when the datagram was one of a socket that is there. */
export type TransportError = (error: IcmpError) => boolean;

/** What a sender may wish for one datagram; what is left out is as the host has it. */
export interface SendOptions {
  /** Time to live or hop limit, 0 to 255. */
  readonly timeToLive?: number;
  /** Type of service or traffic class, 0 to 255. */
  readonly trafficClass?: number;
  /** IPv6: 20 bits. */
  readonly flowLabel?: number;
  /** IP_MTU_DISCOVER: one of the IP_PMTUDISC constants; default IP_PMTUDISC_WANT, unless net.ipv4.ip_no_pmtu_disc says otherwise. */
  readonly mtuDiscovery?: number;
  /** IPv4: the options of the header, whole words and at most 40 bytes. */
  readonly ipOptions?: Uint8Array;
  /** IPv6: a hop-by-hop options header, whole; its first octet is filled in. */
  readonly hopByHop?: Uint8Array;
  /** IPV6_DONTFRAG: what does not fit the path is EMSGSIZE, and not cut by this host. */
  readonly dontFragment?: boolean;
  /** Do sockets of this host hear what is sent to a group? Default true. */
  readonly multicastLoop?: boolean;
}

/** Nothing out of the ordinary. */
export const NO_OPTIONS: SendOptions = {};

/** Sends an ICMP error about a packet that starts with its IPv4 header; the packet stays the caller's. */
export type ErrorSender = (packet: Packet, frameKind: FrameKind, message: Message) => void;

/** The same in words of either family: no socket has this port. */
export type PortUnreachable = (packet: Packet, arrival: Arrival) => void;

const PROTOCOLS = 256;

/** Routes that did not come with an address. */
const ADDED: readonly RouteProtocol[] = ["static", "redirect", "ra", "ospf"];

export class Ip {
  readonly machine: Machine;
  readonly netif: Netif;
  readonly routes: RouteTable;
  readonly addresses: AddressTable;
  readonly paths: PathTable;
  readonly groups: GroupTable = new GroupTable();
  /** What IPv6 has for itself. */
  readonly v6: Ipv6;
  /** Linux's settings below net.ipv4. */
  readonly settings: Ipv4Settings;
  /** ICMP fills these in: IP can't import its own user. */
  sendError: ErrorSender = () => {};
  portUnreachable: PortUnreachable = () => {};
  /** Raw sockets fill these in: each gets a copy of what comes for its protocol; true when any has. */
  rawInput: (packet: Packet, arrival: Arrival) => boolean = () => false;
  /** And ICMP's news of what they have sent: the protocol is that of the quoted datagram. */
  rawError: (protocol: number, error: IcmpError) => boolean = () => false;
  /** Ping sockets: an echo reply has come, which starts with its ICMP header; true when one has taken it. */
  pingInput: (packet: Packet, arrival: Arrival, headerOptions: Uint8Array) => boolean = () => false;
  /** The identification of the next IPv4 datagram. */
  nextIdentification: number;
  readonly inReceives: Counter;
  readonly inDelivers: Counter;
  readonly outRequests: Counter;
  readonly forwarded: Counter;
  /** IPv4 fragments that wait for the rest. */
  readonly reassembly: Reassembly;
  /** Written anew for each datagram that is taken in. */
  readonly arrival: Arrival = {
    headerLength: 0,
    source: ANY_V4,
    destination: ANY_V4,
    kind: "unspecified",
    frameKind: "host",
    through: null,
    timeToLive: 0,
    trafficClass: 0,
    flowLabel: 0,
  };
  /** The last datagram of IPv4 that may have come the way that it has come. */
  readonly way: Way = {
    source: ANY_V4,
    destination: ANY_V4,
    through: null,
    frameKind: "host",
    kind: "unspecified",
    generation: -1,
  };
  readonly #inputs: (TransportInput | undefined)[] = new Array<TransportInput | undefined>(PROTOCOLS).fill(undefined);
  readonly #inputs6: (TransportInput | undefined)[] = new Array<TransportInput | undefined>(PROTOCOLS).fill(undefined);
  readonly #errors: (TransportError | undefined)[] = new Array<TransportError | undefined>(PROTOCOLS).fill(undefined);

  constructor(machine: Machine, netif: Netif) {
    this.machine = machine;
    this.netif = netif;
    this.inReceives = machine.counters.of("IpInReceives");
    this.inDelivers = machine.counters.of("IpInDelivers");
    this.outRequests = machine.counters.of("IpOutRequests");
    this.forwarded = machine.counters.of("IpForwDatagrams");
    this.v6 = new Ipv6(machine, netif);
    this.settings = new Ipv4Settings(machine.sysctl, netif.interfaces);
    this.routes = new RouteTable();
    this.addresses = new AddressTable(this.routes);
    this.paths = new PathTable(machine.scheduler, netif.interfaces, this.addresses, this.routes, this.settings);
    this.nextIdentification = machine.random("ip identification").below(0x1_0000);
    this.reassembly = new Reassembly(this);
    netif.interfaces.subscribe((changed, change) => {
      // fib_disable_ip: what came with an address serves again when the interface is up; all else has to be added again.
      if (change === "down") for (const protocol of ADDED) this.routes.deleteThrough(changed, { protocol });
      if (change !== "detach") return;
      this.addresses.deleteThrough(changed);
      this.routes.deleteThrough(changed);
      this.groups.deleteThrough(changed);
    });
  }

  /** Milliseconds since midnight UT: timestamps of RFC 791 and RFC 792. */
  get timeOfDayMs(): number {
    const { clock, scheduler } = this.machine;
    return (clock.epochMs + Math.floor(clock.localNs(scheduler.nowNs) / 1_000_000)) % 86_400_000;
  }

  /** net.ipv4.ip_forward: is this host a gateway? */
  get forwarding(): boolean {
    return this.settings.forward.value !== 0;
  }

  set forwarding(forwarding: boolean) {
    this.settings.setForwarding(forwarding);
  }

  /** From now on datagrams with this protocol number go to this function: those of both families, unless one is named. */
  register(protocol: number, input: TransportInput, family: 4 | 6 | null = null): void {
    if (family !== 6) this.#inputs[protocol] = input;
    if (family !== 4) this.#inputs6[protocol] = input;
  }

  /** From now on ICMP errors about datagrams with this protocol number go to this function. */
  registerError(protocol: number, handler: TransportError): void {
    this.#errors[protocol] = handler;
  }

  inputFor(protocol: number, family: 4 | 6): TransportInput | undefined {
    return (family === 4 ? this.#inputs : this.#inputs6)[protocol];
  }

  errorHandlerFor(protocol: number): TransportError | undefined {
    return this.#errors[protocol];
  }
}
