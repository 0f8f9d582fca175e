/**
 * Ping sockets of one host: echo requests without being root. A socket has an identifier, as UDP's have ports, and receives the
 * replies to its own requests.
 *
 * Read first: icmp(7) ("ping_group_range"); Linux's net/ipv4/ping.c. Down: usrreq.ts. Up: icmp/input.ts → input(). ICMP's news of
 * requests come to error(). pingProtocol() is the row for the host's table of protocols.
 */
import { IP_PMTUDISC_DONT, IP_RECVERR } from "../../abi/ip.ts";
import { AF_INET, IPPROTO_ICMP, SOCK_DGRAM } from "../../abi/socket.ts";
import type { Interface } from "../../netif/interface.ts";
import { inetAddress } from "../../socket/address.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { Socket } from "../../socket/socket.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import { ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError, Ip } from "../ip/ip.ts";
import { controlWith, queueIcmpError } from "../ip4/control.ts";
import { IpSocketOptions } from "../ip4/socket-options.ts";
import { PingRequests } from "./usrreq.ts";

const IDENTIFIERS = 0x1_0000;

/** One ping socket. */
export class PingPcb {
  readonly socket: Socket;
  readonly options: IpSocketOptions;
  localAddress: IpAddress = ANY_V4;
  /** 0: none yet. */
  identifier = 0;
  remote: IpAddress | null = null;
  device: Interface | null = null;

  constructor(socket: Socket, options: IpSocketOptions) {
    this.socket = socket;
    this.options = options;
  }

  /** Is what has come for this identifier and address its affair? */
  matches(identifier: number, local: IpAddress, through: Interface | null): boolean {
    if (identifier !== this.identifier || (this.device !== null && this.device !== through)) return false;
    return this.localAddress.isUnspecified || this.localAddress.equals(local);
  }
}

export class Ping {
  readonly ip: Ip;
  /** Those that have an identifier. */
  #sockets: readonly PingPcb[] = [];
  #lastIdentifier: number;

  constructor(ip: Ip) {
    this.ip = ip;
    this.#lastIdentifier = ip.machine.random("ping identifiers").below(IDENTIFIERS);
    ip.pingInput = (packet, arrival, options) => this.#sockets.length > 0 && this.#input(packet, arrival, options);
    ip.registerError(IPPROTO_ICMP, (news) => this.#error(news));
  }

  /** As ping_get_port: 0 takes the next that nobody has. EADDRINUSE: somebody has it, and not both share. */
  identify(pcb: PingPcb, wanted: number): 0 | "EADDRINUSE" {
    const identifier = wanted === 0 ? this.#nextIdentifier() : wanted;
    const isTaken = this.#sockets.some((other) => {
      const bothShare = other.socket.reuseAddress && pcb.socket.reuseAddress;
      return other.identifier === identifier && !bothShare;
    });
    if (isTaken || identifier === null) return "EADDRINUSE";
    pcb.identifier = identifier;
    this.#sockets = [...this.#sockets, pcb];
    return 0;
  }

  remove(pcb: PingPcb): void {
    this.#sockets = this.#sockets.filter((other) => other !== pcb);
  }

  #nextIdentifier(): number | null {
    const taken = new Set(this.#sockets.map(({ identifier }) => identifier));
    for (let step = 0; step < IDENTIFIERS; step++) {
      this.#lastIdentifier = (this.#lastIdentifier + 1) % IDENTIFIERS;
      if (this.#lastIdentifier !== 0 && !taken.has(this.#lastIdentifier)) return this.#lastIdentifier;
    }
    return null;
  }

  /** An echo reply, which starts with its ICMP header. False: nobody has asked. */
  #input(packet: Packet, arrival: Arrival, headerOptions: Uint8Array): boolean {
    const message = icmpv4.parse(packet.view, packet.start);
    if (message.kind !== "echo-reply") return false;
    const { source, destination, through } = arrival;
    const pcb = this.#sockets.find((one) => one.matches(message.identifier, destination, through));
    if (pcb === undefined) return false;
    const messages = controlWith(pcb.options, headerOptions.length === 0 ? null : headerOptions, arrival, 0);
    pcb.socket.deliver(packet, inetAddress(source, 0), messages);
    return true;
  }

  /** As ping_err: who has asked for errors hears of all, a connected socket of the hard ones. */
  #error(news: IcmpError): boolean {
    const { view, offset, length, source } = news;
    if (source.family !== 4 || length < icmpv4.HEADER_LENGTH) return false;
    const message = icmpv4.parse(view, offset);
    if (message.kind !== "echo-request") return false;
    const { through } = this.ip.arrival;
    const pcb = this.#sockets.find((one) => one.matches(message.identifier, source, through));
    if (pcb === undefined) return false;
    const { options, socket, remote } = pcb;
    const isTooBig = news.kind === "packet-too-big";
    if (isTooBig && options.mtuDiscovery === IP_PMTUDISC_DONT) return true;
    const isAsked = options.has(IP_RECVERR);
    if (isAsked) queueIcmpError(options, news, 0, 0);
    if (isAsked || ((news.isHard || isTooBig) && remote !== null)) socket.fail(news.errno);
    return true;
  }
}

/** The row that makes socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) work, for the groups that net.ipv4.ping_group_range names. */
export function pingProtocol(ping: Ping): Protocol {
  return {
    domain: AF_INET,
    type: SOCK_DGRAM,
    protocol: IPPROTO_ICMP,
    name: "ping",
    // As ping_init_sock, which makes no exception for root.
    permits: ({ gid }) => {
      const [low = 1, high = 0] = ping.ip.settings.pingGroupRange.values;
      return gid >= low && gid <= high ? 0 : "EACCES";
    },
    attach: (socket) => new PingRequests(ping, new PingPcb(socket, new IpSocketOptions(ping.ip, socket))),
  };
}
