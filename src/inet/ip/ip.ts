/**
 * The Internet layer of one host: its addresses, routes and settings, and the tables of who takes what from it.
 *
 * Read first: RFC 791, RFC 1122 §3. ip/output.ts and ip/input.ts are what goes through here; a transport protocol
 * registers for its protocol number and gets datagrams and, separately, ICMP's news of those it has sent.
 * Not modelled: fragmentation, reassembly, multicast, IP options (taken along, not acted on).
 */
import type { Machine } from "../../base/machine.ts";
import type { Netif } from "../../netif/netif.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import type { Message } from "../../wire/icmpv4.ts";
import { type AddressPair, ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { type AddressKind, AddressTable } from "./addresses.ts";
import { PathTable } from "./path.ts";
import { RouteTable } from "./route.ts";

/** What the IP header and the link said of the datagram that is being taken in. */
export interface Arrival extends AddressPair {
  /** The transport's header lies this many bytes behind the packet's start. */
  headerLength: number;
  source: IpAddress;
  destination: IpAddress;
  /** What the destination is to this host. */
  kind: AddressKind;
  frameKind: FrameKind;
}

/**
 * What a transport registers: takes a datagram, which starts with its IP header, and consumes it. There is one Arrival
 * for all datagrams of a host: it is good until the function returns.
 */
export type TransportInput = (packet: Packet, arrival: Arrival) => void;

/** ICMP's news of a datagram that this host has sent. */
export interface IcmpError {
  readonly message: Message;
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

/** Sends an ICMP error about a packet that starts with its IP header; the packet stays the caller's. */
export type ErrorSender = (packet: Packet, frameKind: FrameKind, message: Message) => void;

const PROTOCOLS = 256;

export class Ip {
  readonly machine: Machine;
  readonly netif: Netif;
  readonly routes: RouteTable;
  readonly addresses: AddressTable;
  readonly paths: PathTable;
  /** net.ipv4.ip_forward: is this host a gateway? */
  forwarding = false;
  /** net.ipv4.ip_default_ttl. */
  defaultTtl = 64;
  /** ICMP fills it in: IP can't import its own user. */
  sendError: ErrorSender = () => {};
  /** The identification of the next datagram. */
  nextIdentification: number;
  /** Written anew for each datagram that is taken in. */
  readonly arrival: Arrival = {
    headerLength: 0,
    source: ANY_V4,
    destination: ANY_V4,
    kind: "unspecified",
    frameKind: "host",
  };
  readonly #inputs: (TransportInput | undefined)[] = new Array<TransportInput | undefined>(PROTOCOLS).fill(undefined);
  readonly #errors: (TransportError | undefined)[] = new Array<TransportError | undefined>(PROTOCOLS).fill(undefined);

  constructor(machine: Machine, netif: Netif) {
    this.machine = machine;
    this.netif = netif;
    this.routes = new RouteTable();
    this.addresses = new AddressTable(this.routes);
    this.paths = new PathTable(netif.interfaces, this.addresses, this.routes);
    this.nextIdentification = machine.random("ip identification").below(0x1_0000);
    netif.interfaces.subscribe((changed, change) => {
      if (change !== "detach") return;
      this.addresses.deleteThrough(changed);
      this.routes.deleteThrough(changed);
    });
  }

  /** From now on datagrams with this protocol number go to this function. */
  register(protocol: number, input: TransportInput): void {
    this.#inputs[protocol] = input;
  }

  /** From now on ICMP errors about datagrams with this protocol number go to this function. */
  registerError(protocol: number, handler: TransportError): void {
    this.#errors[protocol] = handler;
  }

  inputFor(protocol: number): TransportInput | undefined {
    return this.#inputs[protocol];
  }

  errorHandlerFor(protocol: number): TransportError | undefined {
    return this.#errors[protocol];
  }
}
