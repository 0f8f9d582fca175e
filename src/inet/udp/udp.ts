/**
 * UDP of one host, put together: its sockets, its place between IP and the socket layer.
 *
 * Read first: RFC 768, udp(7). Down: usrreq.ts → output.ts → ip. Up: ip → input.ts → socket.deliver(). ICMP's news of
 * datagrams that were sent come to error() in input.ts. udpProtocol() is the row for the host's table of protocols.
 */
import { AF_INET, AF_INET6, IPPROTO_UDP, SOCK_DGRAM } from "../../abi/socket.ts";
import type { Machine } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Ip } from "../ip/ip.ts";
import { IpSocketOptions } from "../ip4/socket-options.ts";
import { addressText } from "../ip6/control.ts";
import { Ipv6SocketOptions } from "../ip6/socket-options.ts";
import { error, input } from "./input.ts";
import { UdpPcb, UdpTable } from "./pcb.ts";
import { UdpRequests } from "./usrreq.ts";

/** One line of `netstat -u` or `ss -u`. */
export interface UdpSnapshot {
  readonly protocol: "udp" | "udp6";
  readonly receiveQueueBytes: number;
  readonly sendQueueBytes: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Null when it is not connected. */
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  /** In netstat's words; a datagram socket has no other state. */
  readonly state: "" | "ESTABLISHED";
  readonly inode: number;
  readonly uid: number;
  /** Datagrams that found the receive queue full. */
  readonly drops: number;
}

export class Udp {
  readonly machine: Machine;
  readonly ip: Ip;
  readonly table: UdpTable;
  /** Chooses ephemeral ports. */
  readonly ports: Prng;

  constructor(machine: Machine, ip: Ip) {
    this.machine = machine;
    this.ip = ip;
    this.table = new UdpTable(machine.random("udp reuseport").nextU32());
    this.ports = machine.random("udp ports");
    ip.register(IPPROTO_UDP, (packet, arrival) => input(this, packet, arrival));
    ip.registerError(IPPROTO_UDP, (news) => error(this, news));
  }

  /** All bound sockets. */
  snapshot(): readonly UdpSnapshot[] {
    return this.table.all().map(({ socket, localAddress, localPort, remote }) => ({
      protocol: socket.domain === AF_INET6 ? "udp6" : "udp",
      receiveQueueBytes: socket.receiveQueueBytes,
      sendQueueBytes: socket.sendQueueBytes,
      localAddress: nameOf(socket.domain, localAddress),
      localPort,
      remoteAddress: remote === null ? null : nameOf(socket.domain, remote.address),
      remotePort: remote === null ? null : remote.port,
      state: remote === null ? "" : "ESTABLISHED",
      inode: socket.inode,
      uid: socket.uid,
      drops: socket.drops,
    }));
  }
}

/** The row that makes socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) work, for both families. */
export function udp6Protocol(udp: Udp): Protocol {
  return {
    domain: AF_INET6,
    type: SOCK_DGRAM,
    protocol: IPPROTO_UDP,
    name: "udp6",
    attach: (socket) => {
      const options = new IpSocketOptions(udp.ip, socket);
      return new UdpRequests(udp, new UdpPcb(socket, options, new Ipv6SocketOptions(udp.ip, socket)));
    },
  };
}

/** The row that makes socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) work. */
export function udpProtocol(udp: Udp): Protocol {
  return {
    domain: AF_INET,
    type: SOCK_DGRAM,
    protocol: IPPROTO_UDP,
    name: "udp",
    attach: (socket) => new UdpRequests(udp, new UdpPcb(socket, new IpSocketOptions(udp.ip, socket))),
  };
}

/** A socket of both families shows IPv4 addresses as mapped ones. */
function nameOf(domain: number, address: IpAddress): string {
  return domain === AF_INET6 ? addressText(address) : address.toString();
}
