/**
 * Raw sockets over IPv6: each datagram that is taken in for a protocol goes, without its headers, to every raw socket of that protocol,
 * before the protocol itself sees it.
 *
 * Read first: RFC 3542 §3, ipv6(7), icmp6(4); Linux's raw6_local_deliver, rawv6_rcv and rawv6_sendmsg. usrreq6.ts is what such a
 * socket is asked to do; raw6Protocol() is the row for the host's table of protocols: it takes any protocol number.
 */
import { IPV6_RECVERR } from "../../abi/ipv6.ts";
import { AF_INET6, IPPROTO_ICMPV6, SOCK_RAW } from "../../abi/socket.ts";
import { countDrop } from "../../base/machine.ts";
import { ErrorQueue } from "../../socket/error-queue.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { Socket } from "../../socket/socket.ts";
import * as checksum from "../../wire/checksum.ts";
import { ANY_V6 } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError, Ip } from "../ip/ip.ts";
import { control6, inet6Address, queueIcmpError6 } from "../ip6/control.ts";
import { Ipv6SocketOptions } from "../ip6/socket-options.ts";
import { RawControlBlock, RawTable } from "./table.ts";
import { Raw6Requests } from "./usrreq6.ts";

/** Where ICMPv6 has its checksum, which the kernel always sees to. */
const ICMPV6_CHECKSUM = 2;

/** One raw socket. */
export class Raw6Pcb extends RawControlBlock {
  readonly options6: Ipv6SocketOptions;
  readonly errors: ErrorQueue;
  /** ICMPV6_FILTER: 256 bits, one for each type that is not received. */
  icmpFilter: Uint32Array = new Uint32Array(8);
  /** IPV6_CHECKSUM: where in the payload it goes; −1: nowhere. */
  checksumOffset: number;

  constructor(ip: Ip, socket: Socket) {
    super(socket, ANY_V6);
    this.options6 = new Ipv6SocketOptions(ip, socket);
    this.errors = new ErrorQueue(socket);
    this.checksumOffset = this.protocol === IPPROTO_ICMPV6 ? ICMPV6_CHECKSUM : -1;
  }
}

export class Raw6 {
  readonly ip: Ip;
  readonly sockets: RawTable<Raw6Pcb> = new RawTable();

  constructor(ip: Ip) {
    this.ip = ip;
    ip.v6.rawInput = (packet, arrival, protocol) => !this.sockets.isEmpty && this.#input(packet, arrival, protocol);
    ip.v6.rawError = (protocol, news) => !this.sockets.isEmpty && this.#error(protocol, news);
  }

  /** True when the datagram was for any, whether or not that one wanted it. */
  #input(packet: Packet, arrival: Arrival, protocol: number): boolean {
    const { source, destination, through, kind, headerLength } = arrival;
    const takers = this.sockets.matching(protocol, destination, source, through);
    for (const pcb of takers) {
      if (kind === "multicast" && !pcb.options6.hears(destination, source, through)) continue;
      if (protocol === IPPROTO_ICMPV6 && isFiltered(pcb, packet, headerLength)) continue;
      const copy = packet.clone();
      copy.completeChecksum();
      copy.trimStart(headerLength);
      if (pcb.checksumOffset >= 0 && !hasRightChecksum(copy, arrival, protocol)) {
        countDrop(this.ip.machine, "Ip6InDiscards", copy.length);
        continue;
      }
      const messages = control6(pcb.options6, arrival);
      const ancillary = messages.length === 0 ? null : { credentials: null, rights: null, control: messages };
      pcb.socket.deliver(copy, inet6Address(source, 0, through), ancillary);
    }
    return takers.length > 0;
  }

  /** As rawv6_err. */
  #error(protocol: number, news: IcmpError): boolean {
    const { through } = this.ip.arrival;
    const concerned = this.sockets.matching(protocol, news.source, news.destination, through);
    for (const { options6, errors, remote, socket } of concerned) {
      const isAsked = options6.has(IPV6_RECVERR);
      if (isAsked) queueIcmpError6(errors, news, 0, 0);
      if (isAsked || (news.isHard && remote !== null)) socket.fail(news.errno);
    }
    return concerned.length > 0;
  }
}

function isFiltered({ icmpFilter }: Raw6Pcb, packet: Packet, headerLength: number): boolean {
  if (!packet.pullUp(headerLength + 1)) return true;
  const type = packet.view.getUint8(packet.start + headerLength);
  return (((icmpFilter[type >>> 5] as number) >>> (type & 31)) & 1) !== 0;
}

function hasRightChecksum(packet: Packet, { source, destination }: Arrival, protocol: number): boolean {
  packet.pullUp(packet.length);
  const initial = checksum.pseudoHeader(source, destination, protocol, packet.length);
  return checksum.fold(checksum.sum(packet.view, packet.start, packet.length, initial)) === 0xffff;
}

/** The row that makes socket(AF_INET6, SOCK_RAW, any protocol) work, for root. */
export function raw6Protocol(raw: Raw6): Protocol {
  return {
    domain: AF_INET6,
    type: SOCK_RAW,
    // The lowest number that it takes: IPPROTO_IP stands for none.
    protocol: 1,
    isWild: true,
    name: "raw6",
    permits: ({ uid }) => (uid === 0 ? 0 : "EPERM"),
    attach: (socket) => {
      const pcb = new Raw6Pcb(raw.ip, socket);
      raw.sockets.add(pcb);
      return new Raw6Requests(raw, pcb);
    },
  };
}
