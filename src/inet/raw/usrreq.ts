/**
 * What a raw socket is asked to do: bind, connect, send, set options, close.
 *
 * Read first: raw(7); Linux's raw_sendmsg and raw_send_hdrinc, whose order of checks is kept.
 */
import type { Errno } from "../../abi/errno.ts";
import { IP_FREEBIND, IP_HDRINCL } from "../../abi/ip.ts";
import { POLLERR } from "../../abi/poll.ts";
import { AF_INET, AF_UNSPEC, ICMP_FILTER, IPPROTO_ICMP, IPPROTO_IP, MSG_OOB, SOL_RAW } from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import { type InetAddress, inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { IcmpFilter, OptionValue } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import { ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { Packet } from "../../wire/packet.ts";
import { bindToDevice } from "../ip/device.ts";
import { output } from "../ip/output.ts";
import type { Path } from "../ip/path.ts";
import { NO_WISHES, queueLocalError, readWishes, sendOptions, type Wishes } from "../ip4/control.ts";
import { mtuFor, transmit } from "../ip4/output.ts";
import { pathTo, sourceOn, wayTo } from "../ip4/way.ts";
import type { Raw, RawPcb } from "./raw.ts";

const LENGTH_MAX_BYTES = 65_535;

export class RawRequests implements UserRequests {
  readonly #raw: Raw;
  readonly #pcb: RawPcb;

  constructor(raw: Raw, pcb: RawPcb) {
    this.#raw = raw;
    this.#pcb = pcb;
  }

  bind(_task: Task, endpoint: SocketAddress): 0 | Errno {
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const { ip } = this.#raw;
    const isForeign = ip.addresses.kindOf(endpoint.address) === "unicast";
    const mayBeForeign = this.#pcb.options.has(IP_FREEBIND) || ip.settings.nonlocalBind.value !== 0;
    if (isForeign && !mayBeForeign) return "EADDRNOTAVAIL";
    this.#pcb.localAddress = endpoint.address;
    return 0;
  }

  connect(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family === AF_UNSPEC) {
      pcb.remote = null;
      return 0;
    }
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const way = wayTo(this.#raw.ip, pcb, endpoint.address, NO_WISHES);
    if (typeof way === "string") return way;
    if (pcb.localAddress.isUnspecified) pcb.localAddress = way.source;
    pcb.remote = way.path.destination;
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
    if (data.length > LENGTH_MAX_BYTES) return "EMSGSIZE";
    if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
    if (destination !== null && destination.family !== AF_INET) return "EAFNOSUPPORT";
    const to = destination === null ? pcb.remote : destination.address;
    if (to === null) return "EDESTADDRREQ";
    const wishes = readWishes(ancillary);
    if (typeof wishes === "string") return wishes;
    const path = pathTo(ip, pcb, to, wishes);
    if (typeof path === "string") return path;
    if (path.kind === "broadcast" && !pcb.socket.broadcast) return "EACCES";
    const refusal = pcb.socket.room();
    if (refusal !== 0) return refusal;
    if (pcb.options.has(IP_HDRINCL)) return this.#sendWhole(data, path);
    return this.#sendPayload(data, path, wishes);
  }

  receiveError(into: Uint8Array): Received | Errno {
    return this.#pcb.options.errors.receive(into);
  }

  poll(): number {
    const { socket, options } = this.#pcb;
    return options.errors.isEmpty ? socket.readiness() : socket.readiness() | POLLERR;
  }

  getsockopt(level: number, option: number): OptionValue | Errno {
    const pcb = this.#pcb;
    if (level === IPPROTO_IP) return pcb.options.get(option, pcb.remote);
    if (level !== SOL_RAW || option !== ICMP_FILTER) return "ENOPROTOOPT";
    return pcb.protocol === IPPROTO_ICMP ? { data: pcb.icmpFilter } : "EOPNOTSUPP";
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    const pcb = this.#pcb;
    if (level === IPPROTO_IP) return pcb.options.set(option, value);
    if (level !== SOL_RAW || option !== ICMP_FILTER) return "ENOPROTOOPT";
    if (pcb.protocol !== IPPROTO_ICMP) return "EOPNOTSUPP";
    const { data } = value as Partial<IcmpFilter>;
    if (typeof data !== "number" || !Number.isInteger(data)) return "EINVAL";
    pcb.icmpFilter = data >>> 0;
    return 0;
  }

  changing(_task: Task, option: number, value: OptionValue): 0 | Errno {
    return bindToDevice(this.#raw.ip, this.#pcb, option, value);
  }

  localAddress(): InetAddress {
    // As on Linux, where a raw socket's port is its protocol.
    return inetAddress(this.#pcb.localAddress, this.#pcb.protocol);
  }

  remoteAddress(): InetAddress | Errno {
    const { remote } = this.#pcb;
    return remote === null ? "ENOTCONN" : inetAddress(remote, 0);
  }

  detach(): void {
    this.#raw.sockets.remove(this.#pcb);
    this.#pcb.options.detach();
    this.#pcb.localAddress = ANY_V4;
  }

  #sendPayload(data: Uint8Array, path: Path, wishes: Wishes): number | Errno {
    const pcb = this.#pcb;
    const { ip } = this.#raw;
    const source = sourceOn(ip, pcb, path, wishes);
    if (typeof source === "string") return source;
    const packet = Packet.from(data);
    pcb.socket.chargeSend(packet);
    const options = sendOptions(pcb.options, wishes, path.kind === "multicast");
    const result = output(ip, packet, path, source, pcb.protocol, options);
    if (result === "EMSGSIZE") return this.#tooLong(path);
    return result === 0 ? data.length : result;
  }

  /** The program has written the header; the length, the checksum, and a source or identification of zero are ours. */
  #sendWhole(data: Uint8Array, path: Path): number | Errno {
    const { ip } = this.#raw;
    const pcb = this.#pcb;
    if (data.length > path.through.mtu) return this.#tooLong(path);
    if (data.length < ipv4.HEADER_LENGTH) return "EINVAL";
    const packet = Packet.from(data);
    packet.pullUp(data.length);
    const { view, start } = packet;
    const headerLength = ipv4.headerLength(view, start);
    if (headerLength > data.length) return "EINVAL";
    pcb.socket.chargeSend(packet);
    if (headerLength >= ipv4.HEADER_LENGTH) this.#complete(packet, data.length, path.source);
    ip.outRequests.bump();
    transmit(ip, packet, path, path.through.mtu);
    return data.length;
  }

  #complete({ view, start }: Packet, length: number, source: IpAddress): void {
    const { ip } = this.#raw;
    if (ipv4.source(view, start).isUnspecified) ipv4.setSource(view, start, source);
    ipv4.setTotalLength(view, start, length);
    if (ipv4.identification(view, start) === 0) {
      ipv4.setIdentification(view, start, ip.nextIdentification);
      ip.nextIdentification = (ip.nextIdentification + 1) & 0xffff;
    }
    ipv4.fillChecksum(view, start);
  }

  #tooLong(path: Path): Errno {
    const { options } = this.#pcb;
    const mtu = mtuFor(this.#raw.ip, path, options.mtuDiscovery);
    queueLocalError(options, "EMSGSIZE", inetAddress(path.destination, 0), mtu);
    return "EMSGSIZE";
  }
}
