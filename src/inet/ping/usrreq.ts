/**
 * What a ping socket is asked to do: bind to an identifier, connect, send echo requests, set options, close.
 *
 * Read first: Linux's ping_bind and ping_v4_sendmsg, whose order of checks is kept. The program writes the ICMP header; the
 * identifier and the checksum in it are the kernel's.
 */
import type { Errno } from "../../abi/errno.ts";
import { IP_FREEBIND } from "../../abi/ip.ts";
import { POLLERR } from "../../abi/poll.ts";
import { AF_INET, AF_UNSPEC, IPPROTO_ICMP, IPPROTO_IP, MSG_OOB } from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import { type InetAddress, inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import { ANY_V4 } from "../../wire/ip-address.ts";
import { Packet } from "../../wire/packet.ts";
import { bindToDevice } from "../ip/device.ts";
import { output } from "../ip/output.ts";
import { NO_WISHES, queueLocalError, readWishes, sendOptions } from "../ip4/control.ts";
import { mtuFor } from "../ip4/output.ts";
import { wayTo } from "../ip4/way.ts";
import type { Ping, PingPcb } from "./ping.ts";

const LENGTH_MAX_BYTES = 65_535;

export class PingRequests implements UserRequests {
  readonly #ping: Ping;
  readonly #pcb: PingPcb;

  constructor(ping: Ping, pcb: PingPcb) {
    this.#ping = ping;
    this.#pcb = pcb;
  }

  bind(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const { address, port } = endpoint;
    const { addresses, settings } = this.#ping.ip;
    const kind = addresses.kindOf(address);
    const mayBeForeign = pcb.options.has(IP_FREEBIND) || settings.nonlocalBind.value !== 0;
    if (kind !== "local" && kind !== "unspecified" && !mayBeForeign) return "EADDRNOTAVAIL";
    if (pcb.identifier !== 0) return "EINVAL";
    const result = this.#ping.identify(pcb, port);
    if (result === 0) pcb.localAddress = address;
    return result;
  }

  connect(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family === AF_UNSPEC) {
      pcb.remote = null;
      return 0;
    }
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const way = wayTo(this.#ping.ip, pcb, endpoint.address, NO_WISHES);
    if (typeof way === "string") return way;
    if (!this.#autobind()) return "EAGAIN";
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
    const { ip } = this.#ping;
    if (data.length > LENGTH_MAX_BYTES) return "EMSGSIZE";
    if (data.length < icmpv4.HEADER_LENGTH) return "EINVAL";
    if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
    if (data[0] !== icmpv4.ECHO_REQUEST || data[1] !== 0) return "EINVAL";
    if (destination !== null && destination.family !== AF_INET) return "EAFNOSUPPORT";
    const to = destination === null ? pcb.remote : destination.address;
    if (to === null) return "EDESTADDRREQ";
    if (!this.#autobind()) return "EAGAIN";
    const wishes = readWishes(ancillary);
    if (typeof wishes === "string") return wishes;
    const way = wayTo(ip, pcb, to, wishes);
    if (typeof way === "string") return way;
    const { path, source } = way;
    const refusal = pcb.socket.room();
    if (refusal !== 0) return refusal;
    const packet = this.#request(data);
    pcb.socket.chargeSend(packet);
    ip.machine.counters.bump("IcmpOutMsgs");
    ip.machine.counters.bump("IcmpOutEchos");
    const options = sendOptions(pcb.options, wishes, path.kind === "multicast");
    const result = output(ip, packet, path, source, IPPROTO_ICMP, options);
    if (result === "EMSGSIZE") {
      queueLocalError(
        pcb.options,
        "EMSGSIZE",
        inetAddress(path.destination, 0),
        mtuFor(ip, path, options.mtuDiscovery ?? 0),
      );
    }
    return result === 0 ? data.length : result;
  }

  receiveError(into: Uint8Array): Received | Errno {
    return this.#pcb.options.errors.receive(into);
  }

  poll(): number {
    const { socket, options } = this.#pcb;
    return options.errors.isEmpty ? socket.readiness() : socket.readiness() | POLLERR;
  }

  getsockopt(level: number, option: number): OptionValue | Errno {
    return level === IPPROTO_IP ? this.#pcb.options.get(option, this.#pcb.remote) : "ENOPROTOOPT";
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    return level === IPPROTO_IP ? this.#pcb.options.set(option, value) : "ENOPROTOOPT";
  }

  changing(_task: Task, option: number, value: OptionValue): 0 | Errno {
    return bindToDevice(this.#ping.ip, this.#pcb, option, value);
  }

  /** The port is the identifier. */
  localAddress(): InetAddress {
    return inetAddress(this.#pcb.localAddress, this.#pcb.identifier);
  }

  remoteAddress(): InetAddress | Errno {
    const { remote } = this.#pcb;
    return remote === null ? "ENOTCONN" : inetAddress(remote, 0);
  }

  detach(): void {
    this.#ping.remove(this.#pcb);
    this.#pcb.options.detach();
    this.#pcb.localAddress = ANY_V4;
  }

  #autobind(): boolean {
    return this.#pcb.identifier !== 0 || this.#ping.identify(this.#pcb, 0) === 0;
  }

  /** The program's bytes with our identifier and the checksum. */
  #request(data: Uint8Array): Packet {
    const packet = Packet.allocate(data.length);
    packet.bytes.set(data, packet.start);
    const { view, start } = packet;
    const { identifier } = this.#pcb;
    icmpv4.emit(view, start, { kind: "echo-request", identifier, sequence: view.getUint16(start + SEQUENCE) });
    icmpv4.fillChecksum(view, start, data.length);
    return packet;
  }
}

/** Where the ICMP header of an echo request says its number. */
const SEQUENCE = 6;
