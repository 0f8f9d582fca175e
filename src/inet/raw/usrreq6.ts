/**
 * What a raw socket over IPv6 is asked to do: bind, connect, send, set options, close.
 *
 * Read first: RFC 3542 §3; Linux's rawv6_bind, rawv6_sendmsg and do_rawv6_setsockopt. The program never writes the IPv6 header.
 */
import type { Errno } from "../../abi/errno.ts";
import { IPV6_CHECKSUM } from "../../abi/ipv6.ts";
import { POLLERR } from "../../abi/poll.ts";
import {
  AF_INET6,
  AF_UNSPEC,
  ICMPV6_FILTER,
  IPPROTO_ICMPV6,
  IPPROTO_IPV6,
  MSG_OOB,
  SOL_RAW,
} from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import type { InetAddress, SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { Icmpv6Filter, OptionValue } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import * as checksum from "../../wire/checksum.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { PAYLOAD_MAX_BYTES } from "../../wire/ipv6.ts";
import { Packet } from "../../wire/packet.ts";
import { bindToDevice } from "../ip/device.ts";
import { output } from "../ip/output.ts";
import { inet6Address, NO_WISHES_6, readWishes6, sendOptions6, zoneOf } from "../ip6/control.ts";
import { pathTo6, sourceOn6 } from "../ip6/way.ts";
import type { Raw6, Raw6Pcb } from "./raw6.ts";

/** struct icmp6_filter: eight words, a bit for each type that is not received. */
const FILTER_WORDS = 8;

export class Raw6Requests implements UserRequests {
  readonly #raw: Raw6;
  readonly #pcb: Raw6Pcb;

  constructor(raw: Raw6, pcb: Raw6Pcb) {
    this.#raw = raw;
    this.#pcb = pcb;
  }

  bind(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const { ip } = this.#raw;
    if (endpoint.family !== AF_INET6) return "EINVAL";
    const { address } = endpoint;
    if (address.family === 4) return "EADDRNOTAVAIL";
    const zone = zoneOf(ip, endpoint);
    if (typeof zone === "string") return zone;
    if (address.isLinkLocal && (zone ?? this.#pcb.device) === null) return "EINVAL";
    const kind = ip.addresses.kindOf(address);
    if (kind === "unicast") return "EADDRNOTAVAIL";
    if (address.isLinkLocal) this.#pcb.device = zone ?? this.#pcb.device;
    this.#pcb.localAddress = address;
    return 0;
  }

  connect(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    const { ip } = this.#raw;
    if (endpoint.family === AF_UNSPEC) {
      pcb.remote = null;
      return 0;
    }
    if (endpoint.family !== AF_INET6 || endpoint.address.family === 4) return "EAFNOSUPPORT";
    const path = pathTo6(ip, pcb, endpoint, NO_WISHES_6);
    if (typeof path === "string") return path;
    const source = sourceOn6(ip, pcb, path, NO_WISHES_6);
    if (typeof source === "string") return source;
    if (pcb.localAddress.isUnspecified) pcb.localAddress = source;
    if (endpoint.address.isLinkLocal) pcb.device = path.kind === "local" ? pcb.device : path.through;
    pcb.remote = path.destination;
    return 0;
  }

  send(
    _task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null,
    flags: number,
  ): number | Errno {
    const pcb = this.#pcb;
    const { ip } = this.#raw;
    if (data.length > PAYLOAD_MAX_BYTES) return "EMSGSIZE";
    if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
    if (destination !== null && destination.family !== AF_INET6) return "EAFNOSUPPORT";
    const to = destination ?? (pcb.remote === null ? null : inet6Address(pcb.remote, 0, pcb.device));
    if (to === null) return "EDESTADDRREQ";
    if (to.address.family === 4) return "ENETUNREACH";
    const wishes = readWishes6(ancillary);
    if (typeof wishes === "string") return wishes;
    const path = pathTo6(ip, pcb, to, wishes);
    if (typeof path === "string") return path;
    const source = sourceOn6(ip, pcb, path, wishes);
    if (typeof source === "string") return source;
    const refusal = pcb.socket.room();
    if (refusal !== 0) return refusal;
    const packet = Packet.from(data);
    const isSummed = pcb.checksumOffset < 0 || this.#sum(packet, source, path.destination);
    if (!isSummed) return "EINVAL";
    pcb.socket.chargeSend(packet);
    const options = sendOptions6(pcb.options6, wishes, path.kind === "multicast");
    const result = output(ip, packet, path, source, pcb.protocol, options);
    return result === 0 ? data.length : result;
  }

  receiveError(into: Uint8Array): Received | Errno {
    return this.#pcb.errors.receive(into);
  }

  poll(): number {
    const { socket, errors } = this.#pcb;
    return errors.isEmpty ? socket.readiness() : socket.readiness() | POLLERR;
  }

  getsockopt(level: number, option: number): OptionValue | Errno {
    const pcb = this.#pcb;
    const isOfRaw = level === IPPROTO_IPV6 || level === SOL_RAW;
    if (isOfRaw && option === IPV6_CHECKSUM) return pcb.checksumOffset;
    if (level === IPPROTO_IPV6) return pcb.options6.get(option, pcb.remote);
    if (level !== IPPROTO_ICMPV6 || option !== ICMPV6_FILTER) return "ENOPROTOOPT";
    return pcb.protocol === IPPROTO_ICMPV6 ? { data: [...pcb.icmpFilter] } : "EOPNOTSUPP";
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    const pcb = this.#pcb;
    const isOfRaw = level === IPPROTO_IPV6 || level === SOL_RAW;
    if (isOfRaw && option === IPV6_CHECKSUM) return this.#setChecksum(value);
    if (level === IPPROTO_IPV6) return pcb.options6.set(option, value, !pcb.localAddress.isUnspecified);
    if (level !== IPPROTO_ICMPV6 || option !== ICMPV6_FILTER) return "ENOPROTOOPT";
    if (pcb.protocol !== IPPROTO_ICMPV6) return "EOPNOTSUPP";
    const { data } = value as Partial<Icmpv6Filter>;
    if (!Array.isArray(data) || data.length !== FILTER_WORDS || !data.every(Number.isInteger)) return "EINVAL";
    pcb.icmpFilter = Uint32Array.from(data);
    return 0;
  }

  changing(_task: Task, option: number, value: OptionValue): 0 | Errno {
    return bindToDevice(this.#raw.ip, this.#pcb, option, value);
  }

  localAddress(): InetAddress {
    // As on Linux, where a raw socket's port is its protocol.
    return inet6Address(this.#pcb.localAddress, this.#pcb.protocol, this.#pcb.device);
  }

  remoteAddress(): InetAddress | Errno {
    const { remote, device } = this.#pcb;
    return remote === null ? "ENOTCONN" : inet6Address(remote, 0, device);
  }

  detach(): void {
    this.#raw.sockets.remove(this.#pcb);
    this.#pcb.options6.detach();
    this.#pcb.errors.clear();
  }

  /** RFC 3542 §3.1: an even offset; of ICMPv6 it can't be changed. */
  #setChecksum(value: OptionValue): 0 | Errno {
    if (typeof value !== "number" || !Number.isInteger(value)) return "EINVAL";
    if (this.#pcb.protocol === IPPROTO_ICMPV6 || (value > 0 && value % 2 !== 0)) return "EINVAL";
    this.#pcb.checksumOffset = Math.max(-1, value);
    return 0;
  }

  /** As rawv6_push_pending_frames. False: the payload ends before the place of its checksum. */
  #sum(packet: Packet, source: IpAddress, destination: IpAddress): boolean {
    const { checksumOffset, protocol } = this.#pcb;
    if (checksumOffset + 2 > packet.length) return false;
    packet.pullUp(packet.length);
    const { view, start, length } = packet;
    view.setUint16(start + checksumOffset, 0);
    const initial = checksum.pseudoHeader(source, destination, protocol, length);
    view.setUint16(start + checksumOffset, checksum.finish(checksum.sum(view, start, length, initial)) || 0xffff);
    return true;
  }
}
