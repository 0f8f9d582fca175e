/**
 * What a UDP socket is asked to do: bind, connect, send, close.
 *
 * Read first: ip(7), udp(7); Linux's __inet_bind, __ip4_datagram_connect and udp_sendmsg, whose order of checks is kept.
 */
import type { Errno } from "../../abi/errno.ts";
import { AF_INET, MSG_OOB } from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import { type InetAddress, inetAddress, type SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import { ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import type { Path } from "../ip/path.ts";
import { output } from "./output.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

/** What the length field of UDP could say: udp_sendmsg refuses more before it looks at anything else. */
const LENGTH_MAX_BYTES = 65_535;
/** 65,535 less the headers of IP and UDP. */
const PAYLOAD_MAX_BYTES = 65_507;
/** net.ipv4.ip_unprivileged_port_start. */
const PRIVILEGED_PORTS = 1024;
/** net.ipv4.ip_local_port_range. */
const EPHEMERAL_FIRST = 32_768;
const EPHEMERAL_LAST = 60_999;

export class UdpRequests implements UserRequests {
  readonly #udp: Udp;
  readonly #pcb: UdpPcb;

  constructor(udp: Udp, pcb: UdpPcb) {
    this.#udp = udp;
    this.#pcb = pcb;
  }

  bind(task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const { address, port } = endpoint;
    const kind = this.#udp.ip.addresses.kindOf(address);
    if (kind === "unicast" || kind === "multicast") return "EADDRNOTAVAIL";
    if (port !== 0 && port < PRIVILEGED_PORTS && task.uid !== 0) return "EACCES";
    if (pcb.localPort !== 0) return "EINVAL";
    const chosen = port === 0 ? this.#ephemeralPort() : port;
    if (chosen === null || this.#isTaken(address, chosen)) return "EADDRINUSE";
    pcb.localAddress = address;
    pcb.localPort = chosen;
    this.#udp.table.add(pcb);
    return 0;
  }

  connect(_task: Task, endpoint: SocketAddress): 0 | Errno {
    const pcb = this.#pcb;
    if (endpoint.family !== AF_INET) return "EAFNOSUPPORT";
    const { address, port } = endpoint;
    if (!this.#autobind()) return "EAGAIN";
    const path = this.#path(address);
    if (typeof path === "string") return path;
    if (path.kind === "broadcast" && !pcb.socket.broadcast) return "EACCES";
    this.#udp.table.remove(pcb);
    // A wildcard becomes the address that datagrams to this peer leave from, and stays it, as on Linux.
    if (pcb.localAddress.isUnspecified) pcb.localAddress = path.source;
    pcb.remote = inetAddress(path.destination, port);
    this.#udp.table.add(pcb);
    return 0;
  }

  send(
    _task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    _ancillary: Ancillary | null,
    flags: number,
  ): number | Errno {
    const pcb = this.#pcb;
    // As inet_sendmsg on Linux: a port is taken first, even if nothing is sent in the end.
    if (!this.#autobind()) return "EAGAIN";
    if (data.length > LENGTH_MAX_BYTES) return "EMSGSIZE";
    if ((flags & MSG_OOB) !== 0) return "EOPNOTSUPP";
    const to = destination ?? pcb.remote;
    if (to === null) return "EDESTADDRREQ";
    if (to.family !== AF_INET) return "EAFNOSUPPORT";
    // A peer may have been given port 0: connect(2) doesn't mind, and what is sent there finds nobody.
    if (to.port === 0 && destination !== null) return "EINVAL";
    const path = this.#path(to.address);
    if (typeof path === "string") return path;
    if (path.kind === "broadcast" && !pcb.socket.broadcast) return "EACCES";
    const source = this.#source(path);
    // Nothing from 127/8 leaves the host: RFC 1122 §3.2.1.3 (g).
    if (source.isLoopback && path.kind !== "local") return "EINVAL";
    if (data.length > PAYLOAD_MAX_BYTES) return "EMSGSIZE";
    const refusal = pcb.socket.room();
    if (refusal !== 0) return refusal;
    return output(this.#udp, pcb, data, path, source, to.port);
  }

  shutdown(how: number): 0 | Errno {
    if (this.#pcb.remote === null) return "ENOTCONN";
    this.#pcb.socket.shutDown(how);
    return 0;
  }

  localAddress(): InetAddress {
    return inetAddress(this.#pcb.localAddress, this.#pcb.localPort);
  }

  remoteAddress(): InetAddress | Errno {
    const { remote } = this.#pcb;
    return remote === null || remote.port === 0 ? "ENOTCONN" : remote;
  }

  detach(): void {
    if (this.#pcb.localPort !== 0) this.#udp.table.remove(this.#pcb);
    this.#pcb.localPort = 0;
  }

  /** Where to; a failure is counted. */
  #path(destination: IpAddress): Path | Errno {
    const { ip, machine } = this.#udp;
    const { localAddress } = this.#pcb;
    // As ip_route_output_key_hash on Linux: 0.0.0.0 is this host, by the address that the socket has.
    const to = destination.isUnspecified ? localAddress : destination;
    const path =
      to.isBroadcast && !localAddress.isUnspecified ? ip.paths.broadcastFrom(localAddress, to) : ip.paths.to(to);
    if (typeof path === "string") machine.counters.bump("IpOutNoRoutes");
    return path;
  }

  /** Where from: the bound address, unless that is one that only others send to. */
  #source(path: Path): IpAddress {
    const { localAddress } = this.#pcb;
    if (localAddress.isUnspecified) return path.source;
    return this.#udp.ip.addresses.kindOf(localAddress) === "broadcast" ? path.source : localAddress;
  }

  /** A socket that sends before it was bound gets a port. False when there is none left. */
  #autobind(): boolean {
    const pcb = this.#pcb;
    if (pcb.localPort !== 0) return true;
    const port = this.#ephemeralPort();
    if (port === null) return false;
    pcb.localAddress = ANY_V4;
    pcb.localPort = port;
    this.#udp.table.add(pcb);
    return true;
  }

  /** RFC 6056 §3.3.1: from a random place onward to the next port that nobody has; null when all are in use. */
  #ephemeralPort(): number | null {
    const count = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1;
    const first = this.#udp.ports.below(count);
    for (let step = 0; step < count; step++) {
      const port = EPHEMERAL_FIRST + ((first + step) % count);
      if (this.#udp.table.onPort(port).length === 0) return port;
    }
    return null;
  }

  /** Two sockets may share a port when their addresses differ and neither is a wildcard, or when both allow it. */
  #isTaken(address: IpAddress, port: number): boolean {
    const { reuseAddress } = this.#pcb.socket;
    return this.#udp.table.onPort(port).some((other) => {
      const overlaps = address.isUnspecified || other.localAddress.isUnspecified || other.localAddress.equals(address);
      return overlaps && !(reuseAddress && other.socket.reuseAddress);
    });
  }
}
