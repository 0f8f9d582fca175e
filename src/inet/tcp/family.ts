/**
 * The two families of a TCP socket: which addresses it takes, how it shows them, and the options of the levels below TCP.
 *
 * Read first: ipv6(7), ip(7), RFC 3493 §3.7 and §5.3; Linux's inet6_bind and tcp_v6_connect. A socket of AF_INET6 speaks IPv4 with
 * mapped addresses unless it is IPV6_V6ONLY. Few connections ask for options of IP: the records are made when one does.
 */
import type { Errno } from "../../abi/errno.ts";
import { AF_INET, AF_INET6, IPPROTO_IP, IPPROTO_IPV6 } from "../../abi/socket.ts";
import { type InetAddress, inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { Socket } from "../../socket/socket.ts";
import { ANY_V4, ANY_V6, type IpAddress } from "../../wire/ip-address.ts";
import type { SendOptions } from "../ip/ip.ts";
import { IpSocketOptions } from "../ip4/socket-options.ts";
import { inet6Address, zoneOf } from "../ip6/control.ts";
import { Ipv6SocketOptions } from "../ip6/socket-options.ts";
import type { Tcb } from "./tcb.ts";

/** Any address, in the socket's own family. */
export function anyAddress({ domain }: Socket): IpAddress {
  return domain === AF_INET ? ANY_V4 : ANY_V6;
}

/** An address that bind(2) is given: may the socket have it? */
export function checkBind(tcb: Tcb, domain: number, endpoint: SocketAddress): InetAddress | Errno {
  if (domain === AF_INET) return endpoint.family === AF_INET ? endpoint : "EAFNOSUPPORT";
  // As inet6_bind: a sockaddr_in is too short.
  if (endpoint.family === AF_INET) return "EINVAL";
  if (endpoint.family !== AF_INET6) return "EAFNOSUPPORT";
  if (endpoint.address.family === 4) return tcb.sharing.v6Only ? "EINVAL" : endpoint;
  // As __inet6_bind: a stream does not come from a group.
  return endpoint.address.isMulticast ? "EINVAL" : zoned(tcb, endpoint);
}

/** An address that connect(2) is given: can the socket have such a peer? */
export function checkConnect(tcb: Tcb, domain: number, endpoint: SocketAddress): InetAddress | Errno {
  if (domain === AF_INET) return endpoint.family === AF_INET ? endpoint : "EAFNOSUPPORT";
  if (endpoint.family !== AF_INET6 && endpoint.family !== AF_INET) return "EAFNOSUPPORT";
  const own = tcb.localAddress;
  if (endpoint.address.family === 4) {
    return tcb.sharing.v6Only || (own.family === 6 && !own.isUnspecified) ? "ENETUNREACH" : endpoint;
  }
  return own.family === 4 ? "EAFNOSUPPORT" : zoned(tcb, endpoint);
}

/** How the socket shows an address. */
export function nameOf(tcb: Tcb, domain: number, address: IpAddress, port: number): InetAddress {
  return domain === AF_INET6 ? inet6Address(address, port, tcb.device) : inetAddress(address, port);
}

/** RFC 4007: a link-local address is nothing without its interface, to which the socket is bound from then on. */
function zoned(tcb: Tcb, endpoint: InetAddress): InetAddress | Errno {
  if (!endpoint.address.isLinkLocal) return endpoint;
  const zone = zoneOf(tcb.tcp.ip, endpoint);
  if (typeof zone === "string") return "EINVAL";
  const through = zone ?? tcb.device;
  if (through === null || (tcb.device !== null && tcb.device !== through)) return "EINVAL";
  tcb.device = through;
  return endpoint;
}

/** The options of IPPROTO_IP and IPPROTO_IPV6 of one socket. */
export class FamilyOptions {
  readonly #tcb: () => Tcb;
  #options4: IpSocketOptions | null = null;
  #options6: Ipv6SocketOptions | null = null;

  constructor(tcb: () => Tcb) {
    this.#tcb = tcb;
  }

  /** Null: it is none of these levels. */
  get(level: number, option: number): OptionValue | Errno | null {
    const { remoteAddress, remotePort } = this.#tcb();
    return this.#level(level)?.get(option, remotePort === 0 ? null : remoteAddress) ?? null;
  }

  set(level: number, option: number, value: OptionValue): 0 | Errno | null {
    const isBound = this.#tcb().localPort !== 0;
    const result = this.#level(level)?.set(option, value, isBound) ?? null;
    if (result === 0) this.#takeEffect();
    return result;
  }

  #level(level: number): IpSocketOptions | Ipv6SocketOptions | null {
    const { socket, tcp } = this.#tcb();
    if (socket === null) return null;
    if (level === IPPROTO_IP) {
      this.#options4 ??= new IpSocketOptions(tcp.ip, socket);
      return this.#options4;
    }
    if (level !== IPPROTO_IPV6 || socket.domain !== AF_INET6) return null;
    this.#options6 ??= new Ipv6SocketOptions(tcp.ip, socket);
    return this.#options6;
  }

  // @rfc 9293 3.9.1.9 MUST-48, SHLD-21, SHLD-22; @rfc 9293 3.9.2 MUST-49
  /** What is sent from now on says so. */
  #takeEffect(): void {
    const tcb = this.#tcb();
    const v4 = this.#options4;
    const v6 = this.#options6;
    if (v6 !== null) tcb.sharing = { ...tcb.sharing, v6Only: v6.v6Only };
    const isV4 = tcb.remoteAddress.family === 4 && (tcb.remotePort !== 0 || tcb.socket?.domain === AF_INET);
    tcb.sendOptions = isV4
      ? sendOptions(v4?.timeToLive ?? -1, v4?.tos ?? 0)
      : sendOptions(v6?.hopLimit ?? -1, v6?.trafficClass ?? 0);
  }
}

function sendOptions(timeToLive: number, trafficClass: number): SendOptions {
  return timeToLive < 0 ? { trafficClass } : { timeToLive, trafficClass };
}
