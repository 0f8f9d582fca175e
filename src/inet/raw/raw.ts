/**
 * Raw sockets of one host: each datagram that is taken in for a protocol goes to every raw socket of that protocol, header
 * and all, before the protocol itself sees it.
 *
 * Read first: raw(7), icmp(7); Linux's raw_v4_input, raw_local_deliver and raw_err. Down: usrreq.ts. rawProtocol() is the row
 * for the host's table of protocols: it takes any protocol number.
 */
import { IP_HDRINCL, IP_MULTICAST_ALL, IP_PMTUDISC_DONT, IP_RECVERR } from "../../abi/ip.ts";
import { AF_INET, IPPROTO_ICMP, IPPROTO_RAW, SOCK_RAW } from "../../abi/socket.ts";
import { inetAddress } from "../../socket/address.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { Socket } from "../../socket/socket.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import { ANY_V4 } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError, Ip } from "../ip/ip.ts";
import { control, queueIcmpError } from "../ip4/control.ts";
import { IpSocketOptions } from "../ip4/socket-options.ts";
import { RawControlBlock, RawTable } from "./table.ts";
import { RawRequests } from "./usrreq.ts";

/** One raw socket. */
export class RawPcb extends RawControlBlock {
  readonly options: IpSocketOptions;
  /** ICMP_FILTER: a bit for each type that is not received. */
  icmpFilter = 0;

  constructor(socket: Socket, options: IpSocketOptions) {
    super(socket, ANY_V4);
    this.options = options;
  }
}

export class Raw {
  readonly ip: Ip;
  readonly sockets: RawTable<RawPcb> = new RawTable();

  constructor(ip: Ip) {
    this.ip = ip;
    ip.rawInput = (packet, arrival) => !this.sockets.isEmpty && this.#input(packet, arrival);
    ip.rawError = (protocol, news) => !this.sockets.isEmpty && this.#error(protocol, news);
  }

  /** True when the datagram was for any, whether or not that one wanted it. */
  #input(packet: Packet, arrival: Arrival): boolean {
    const { source, destination, through, kind, headerLength } = arrival;
    const protocol = packet.view.getUint8(packet.start + PROTOCOL_OFFSET);
    const takers = this.sockets.matching(protocol, destination, source, through);
    for (const pcb of takers) {
      const { options } = pcb;
      if (protocol === IPPROTO_ICMP && isFiltered(pcb, packet, headerLength)) continue;
      const isHeard =
        kind !== "multicast" || options.memberships.allows(destination, source, through, options.has(IP_MULTICAST_ALL));
      if (!isHeard) continue;
      const copy = packet.clone();
      copy.completeChecksum();
      pcb.socket.deliver(copy, inetAddress(source, 0), control(options, packet, arrival, 0));
    }
    return takers.length > 0;
  }

  /** As raw_err: who has asked for errors hears of all, a connected socket of the hard ones. */
  #error(protocol: number, news: IcmpError): boolean {
    const { source, destination } = news;
    // As icmp_socket_deliver on Linux, which goes by the interface that the news has come through.
    const through = this.ip.arrival.through;
    const concerned = this.sockets.matching(protocol, source, destination, through);
    for (const { options, remote, socket } of concerned) {
      const isTooBig = news.kind === "packet-too-big";
      const isHard = news.isHard || (isTooBig && options.mtuDiscovery !== IP_PMTUDISC_DONT);
      if (options.has(IP_RECVERR)) queueIcmpError(options, news, 0, 0);
      if (options.has(IP_RECVERR) || (isHard && remote !== null)) socket.fail(news.errno);
    }
    return concerned.length > 0;
  }
}

/** Where the IP header says the protocol. */
const PROTOCOL_OFFSET = 9;

/** As icmp_filter: types beyond 31 are always received. */
function isFiltered({ icmpFilter }: RawPcb, packet: Packet, headerLength: number): boolean {
  if (!packet.pullUp(headerLength + 1)) return true;
  const type = icmpv4.type(packet.view, packet.start + headerLength);
  return type < 32 && ((icmpFilter >>> type) & 1) !== 0;
}

/** The row that makes socket(AF_INET, SOCK_RAW, any protocol) work, for root. */
export function rawProtocol(raw: Raw): Protocol {
  return {
    domain: AF_INET,
    type: SOCK_RAW,
    // The lowest number that it takes: IPPROTO_IP stands for none.
    protocol: 1,
    isWild: true,
    name: "raw",
    permits: ({ uid }) => (uid === 0 ? 0 : "EPERM"),
    attach: (socket) => {
      const options = new IpSocketOptions(raw.ip, socket);
      if (socket.protocol.protocol === IPPROTO_RAW) options.turnOn(IP_HDRINCL);
      const pcb = new RawPcb(socket, options);
      raw.sockets.add(pcb);
      return new RawRequests(raw, pcb);
    },
  };
}
