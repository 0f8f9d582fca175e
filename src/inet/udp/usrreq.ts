/**
 * What a UDP socket is asked to do: bind, connect, set options, close. send.ts sends.
 *
 * Read first: ip(7), udp(7); Linux's __ip4_datagram_connect and __udp_disconnect, whose order of checks is kept.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR } from "../../abi/poll.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  SO_NO_CHECK,
  SOL_SOCKET,
  UDP_CORK,
} from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import { type InetAddress, inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { bindToDevice } from "../ip/device.ts";
import { NO_WISHES } from "../ip4/control.ts";
import { wayTo } from "../ip4/way.ts";
import { inet6Address } from "../ip6/control.ts";
import type { UdpPcb } from "./pcb.ts";
import { autobind, bind } from "./ports.ts";
import { flush, send } from "./send.ts";
import { checkBind6, checkFamily, connect6 } from "./send6.ts";
import type { Udp } from "./udp.ts";

export class UdpRequests implements UserRequests {
  readonly #udp: Udp;
  readonly #pcb: UdpPcb;

  constructor(udp: Udp, pcb: UdpPcb) {
    this.#udp = udp;
    this.#pcb = pcb;
  }

  bind(task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (pcb.socket.domain === AF_INET6) {
      const refusal = checkBind6(this.#udp, pcb, endpoint);
      if (refusal !== 0) return refusal;
    } else if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    if (!("address" in endpoint)) return "EAFNOSUPPORT";
    return bind(this.#udp, this.#pcb, task, endpoint.address, endpoint.port);
  }

  connect(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family === AF_UNSPEC) return this.#disconnect();
    if (!("address" in endpoint)) return "EAFNOSUPPORT";
    const refusal = checkFamily(pcb, endpoint);
    if (refusal !== 0) return refusal;
    if (!autobind(this.#udp, pcb)) return "EAGAIN";
    const way =
      endpoint.address.family === 6
        ? connect6(this.#udp, pcb, endpoint)
        : wayTo(this.#udp.ip, pcb, endpoint.address, NO_WISHES);
    if (typeof way === "string") return way;
    const { path, source } = way;
    const { port } = endpoint;
    this.#udp.table.remove(pcb);
    // A wildcard becomes the address that datagrams to this peer leave from, and stays it, as on Linux.
    if (pcb.localAddress.isUnspecified) pcb.localAddress = source;
    pcb.remote = this.#name(path.destination, port);
    this.#udp.table.add(pcb);
    return 0;
  }

  send(
    _task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null,
    flags: number,
  ): number | Errno {
    return send(this.#udp, this.#pcb, data, destination, ancillary, flags);
  }

  shutdown(how: number): 0 | Errno {
    if (this.#pcb.remote === null) return "ENOTCONN";
    this.#pcb.socket.shutDown(how);
    return 0;
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
    if (level === IPPROTO_IP) return pcb.options.get(option, pcb.remote?.address ?? null);
    if (level === IPPROTO_IPV6 && pcb.options6 !== null) return pcb.options6.get(option, pcb.remote?.address ?? null);
    if (level === SOL_SOCKET && option === SO_NO_CHECK) return Number(pcb.noChecksum);
    if (level === IPPROTO_UDP && option === UDP_CORK) return Number(pcb.isCorked);
    return "ENOPROTOOPT";
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    const pcb = this.#pcb;
    if (level === IPPROTO_IP) return pcb.options.set(option, value);
    if (level === IPPROTO_IPV6 && pcb.options6 !== null) return pcb.options6.set(option, value, pcb.localPort !== 0);
    const isNoCheck = level === SOL_SOCKET && option === SO_NO_CHECK;
    if (!isNoCheck && !(level === IPPROTO_UDP && option === UDP_CORK)) return "ENOPROTOOPT";
    if (typeof value !== "number") return "EINVAL";
    if (isNoCheck) {
      pcb.noChecksum = value !== 0;
    } else {
      pcb.isCorked = value !== 0;
      if (value === 0) flush(this.#udp, pcb);
    }
    return 0;
  }

  changing(_task: Task, option: number, value: OptionValue): 0 | Errno {
    return bindToDevice(this.#udp.ip, this.#pcb, option, value);
  }

  localAddress(): InetAddress {
    return this.#name(this.#pcb.localAddress, this.#pcb.localPort);
  }

  remoteAddress(): InetAddress | Errno {
    const { remote } = this.#pcb;
    return remote === null || remote.port === 0 ? "ENOTCONN" : remote;
  }

  detach(): void {
    const pcb = this.#pcb;
    if (pcb.localPort !== 0) this.#udp.table.remove(pcb);
    pcb.localPort = 0;
    pcb.corked = null;
    pcb.options.detach();
    pcb.options6?.detach();
  }

  /** An address as a socket of its family is told it. */
  #name(address: IpAddress, port: number): InetAddress {
    const { socket, device } = this.#pcb;
    return socket.domain === AF_INET6 ? inet6Address(address, port, device) : inetAddress(address, port);
  }

  /** AF_UNSPEC: no peer any more, and what bind(2) has not named goes as well. */
  #disconnect(): 0 {
    const pcb = this.#pcb;
    if (pcb.remote === null) return 0;
    const { table } = this.#udp;
    table.remove(pcb);
    pcb.remote = null;
    if (!pcb.hasOwnAddress) pcb.localAddress = pcb.anyAddress;
    if (pcb.hasOwnPort) table.add(pcb);
    else pcb.localPort = 0;
    return 0;
  }
}
