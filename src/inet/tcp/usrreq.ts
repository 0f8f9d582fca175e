/**
 * What a TCP socket is asked to do: bind, connect, listen, send, shut down, close.
 *
 * Read first: tcp(7), ip(7); RFC 9293 §3.10.1 to §3.10.6; Linux's inet_stream_connect, tcp_sendmsg, tcp_shutdown, tcp_close
 * and tcp_poll, whose order of checks is kept. Making connections is open.ts, ending them close.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { SIOCOUTQNSD } from "../../abi/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDHUP } from "../../abi/poll.ts";
import { AF_INET, AF_UNSPEC, MSG_FASTOPEN, MSG_MORE, MSG_OOB } from "../../abi/socket.ts";
import type { Task } from "../../file/task.ts";
import type { InetAddress, SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT, type Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { close, disconnect, endSending, lingerNs, stopListening } from "./close.ts";
import { anyAddress, checkBind, checkConnect, FamilyOptions, nameOf } from "./family.ts";
import { FastOpen, isClientEnabled, sendFastSyn } from "./fast-open.ts";
import { activeOpen, passiveOpen } from "./open.ts";
import { output } from "./output.ts";
import { hasRead, isReadable } from "./receive-buffer.ts";
import { hasEnoughUnsent, POLL_SHARE, unsentBytes } from "./room.ts";
import { initialBuffers } from "./send-buffer.ts";
import { changing, get, set } from "./sockopt.ts";
import { maySend } from "./state.ts";
import { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import { markUrgent } from "./urgent.ts";

/** The most that one piece of the send queue takes. */
const PIECE_MAX_BYTES = 65_536;

export class TcpRequests implements UserRequests {
  readonly #tcp: Tcp;
  /** Another one after the socket was disconnected. */
  tcb: Tcb;
  #families: FamilyOptions | null = null;
  /** As Linux's sock->state: what connect(2) has told the user. */
  #phase: "unconnected" | "connecting" | "connected" | "disconnecting" = "unconnected";
  /** As on Linux getsockname(2) shows the port of a connection that was dissolved until there is another. */
  #lastPort = 0;

  constructor(tcp: Tcp, tcb: Tcb) {
    this.#tcp = tcp;
    this.tcb = tcb;
    const { socket } = tcb;
    if (socket === null) return;
    initialBuffers(tcp, socket);
    tcb.localAddress = anyAddress(socket);
    if (tcp.ip.v6.settings.bindV6Only.value !== 0) tcb.sharing = { ...tcb.sharing, v6Only: true };
  }

  // @rfc 9293 3.9.1.1 MUST-43
  bind(task: Task, endpoint: SocketAddress): 0 | Errno {
    const { tcb } = this;
    const address = checkBind(tcb, tcb.socket?.domain ?? AF_INET, endpoint);
    if (typeof address === "string") return address;
    const { ip } = this.#tcp;
    const kind = ip.addresses.kindOf(address.address);
    // As inet_bind, which minds neither broadcast addresses nor groups, though nobody can connect to them.
    const isForeign = kind === "unicast" || (kind === "multicast" && address.address.family === 6);
    if (isForeign && ip.settings.nonlocalBind.value === 0) return "EADDRNOTAVAIL";
    const { port } = address;
    if (port !== 0 && port < ip.settings.unprivilegedPortStart.value && task.uid !== 0) return "EACCES";
    if (tcb.state !== "CLOSED" || tcb.binding !== null) return "EINVAL";
    this.#noteSharing(task);
    const chosen = port === 0 ? this.#tcp.ports.choose(address.address, tcb.sharing) : port;
    if (chosen === null || this.#tcp.ports.isTaken(chosen, address.address, tcb.sharing)) return "EADDRINUSE";
    tcb.localAddress = address.address;
    tcb.hasBoundAddress = kind !== "unspecified";
    this.#takePort(chosen, port !== 0);
    return 0;
  }

  connect(task: Task, endpoint: SocketAddress): 0 | Errno {
    if (endpoint.family === AF_UNSPEC) {
      this.#disconnect();
      return 0;
    }
    const { options } = this.tcb;
    const result = this.#begin(task, endpoint, options.fastOpenConnect ? new FastOpen(true) : null);
    return result === "EINPROGRESS" && this.tcb.fastOpen?.isDeferred === true ? 0 : result;
  }

  /** Sends SYN, or is about to. Without an endpoint none was named. */
  #begin(task: Task, endpoint: SocketAddress | null, fastOpen: FastOpen | null): 0 | Errno {
    const { tcb } = this;
    switch (this.#phase) {
      case "connected":
        return "EISCONN";
      case "connecting":
        return this.#connectAgain();
      case "disconnecting":
        return "EINVAL";
      case "unconnected":
        // One that has come from accept(2) stays connected, as Linux sees it, when its connection is over.
        if (tcb.state !== "CLOSED" || tcb.remotePort !== 0) return "EISCONN";
    }
    if (endpoint === null) return "EINVAL";
    const address = checkConnect(tcb, tcb.socket?.domain ?? AF_INET, endpoint);
    if (typeof address === "string") return address;
    this.#noteSharing(task);
    tcb.fastOpen = fastOpen;
    const result = activeOpen(tcb, address);
    if (result === "EINPROGRESS") this.#phase = "connecting";
    else tcb.fastOpen = null;
    return result;
  }

  connectFinished(isMade: boolean): void {
    if (isMade) this.#phase = "connected";
    else this.#disconnect();
  }

  listen(task: Task): 0 | Errno {
    const { tcb } = this;
    if (this.#phase !== "unconnected") return "EINVAL";
    if (tcb.state === "LISTEN") return 0;
    if (tcb.state !== "CLOSED" || tcb.remotePort !== 0) return "EINVAL";
    if (tcb.binding === null) {
      this.#noteSharing(task);
      const port = this.#tcp.ports.choose(tcb.localAddress, tcb.sharing);
      if (port === null) return "EADDRINUSE";
      this.#takePort(port, false);
    }
    return passiveOpen(tcb);
  }

  send(
    task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null,
    flags: number,
  ): number | Errno {
    const { tcb } = this;
    const { socket } = tcb;
    if (socket === null) return "EPIPE";
    if (this.opensWith(flags)) {
      const opened = this.#open(task, data, destination);
      if (opened !== 0) return opened;
    }
    if (!maySend(tcb.state) && !tcb.isOpenEarly) return this.#cantSend(socket);
    ancillary?.rights?.discard();
    let sent = 0;
    do {
      const isTaken = this.#tcp.memory.maySend(socket.sendQueueBytes) && !hasEnoughUnsent(tcb, 1);
      if (!isTaken) socket.wantRoom();
      const refusal = isTaken ? socket.room() : "EAGAIN";
      if (refusal !== 0 && sent === 0) return refusal;
      if (refusal !== 0) break;
      const length = Math.min(data.length - sent, PIECE_MAX_BYTES);
      if (length > 0) tcb.sendQueue.append(data, sent, length, tcb);
      sent += length;
    } while (sent < data.length);
    if ((flags & MSG_OOB) !== 0 && sent > 0) markUrgent(tcb);
    if (sent > 0 && tcb.busySinceNs < 0) tcb.busySinceNs = tcb.nowNs;
    // As tcp_push on Linux: it holds for this push alone; whatever calls for output later lets the data go.
    tcb.isMoreComing = (flags & MSG_MORE) !== 0;
    output(tcb);
    tcb.isMoreComing = false;
    return sent;
  }

  opensWith(flags: number): boolean {
    return (flags & MSG_FASTOPEN) !== 0 || this.tcb.fastOpen?.isDeferred === true;
  }

  /** As tcp_sendmsg_fastopen: so much went with SYN; "EINPROGRESS": nothing did; 0: the connection stands already. */
  #open(task: Task, data: Uint8Array, destination: SocketAddress | null): number | Errno {
    if (!isClientEnabled(this.#tcp) || destination?.family === AF_UNSPEC) return "EOPNOTSUPP";
    const { tcb } = this;
    if (tcb.fastOpen?.isDeferred !== true) {
      const begun = this.#begin(task, destination, new FastOpen(false));
      if (begun !== "EINPROGRESS") return begun;
    }
    const sent = sendFastSyn(tcb, tcb.fastOpen as FastOpen, data);
    return sent > 0 ? sent : "EINPROGRESS";
  }

  /** As inet_recv_error on Linux, whatever the state: no error is queued here, and what was received stays. */
  receiveError(): Errno {
    return "EAGAIN";
  }

  receivable(flags: number): 0 | Errno {
    const { state, socket } = this.tcb;
    if (state === "LISTEN") return "ENOTCONN";
    // As tcp_recv_urg: without an urgent byte it is EINVAL, whatever the state.
    if (state !== "CLOSED" || socket === null || ((flags & MSG_OOB) !== 0 && !socket.hasUrgent)) return 0;
    const hasNothing = socket.receiveBuffer.isEmpty && !socket.hasError && (socket.shut & RECEIVE_SHUT) === 0;
    return hasNothing ? "ENOTCONN" : 0;
  }

  received(bytes: number): void {
    const { tcb } = this;
    tcb.chargeUnread(tcb.socket?.receiveQueueBytes ?? 0);
    hasRead(tcb, bytes);
  }

  shutdown(how: number): 0 | Errno {
    const { tcb } = this;
    const { socket, state } = tcb;
    if (socket === null) return "ENOTCONN";
    if (this.#phase === "connecting") {
      const isMade = state !== "SYN_SENT" && state !== "SYN_RECEIVED" && state !== "CLOSED";
      this.#phase = isMade ? "connected" : "disconnecting";
    }
    if (state === "LISTEN" && (how & RECEIVE_SHUT) === 0) return 0;
    if (state === "LISTEN" || state === "SYN_SENT") {
      this.#disconnect();
      return 0;
    }
    socket.shutDown(how);
    if (state === "CLOSED") return "ENOTCONN";
    if ((how & SEND_SHUT) !== 0) endSending(tcb, "shutdown");
    return 0;
  }

  localAddress(): InetAddress {
    return this.#name(this.tcb.localAddress, this.tcb.localPort || this.#lastPort);
  }

  remoteAddress(): InetAddress | Errno {
    const { state, remoteAddress, remotePort } = this.tcb;
    if (state === "CLOSED" || state === "LISTEN" || state === "SYN_SENT") return "ENOTCONN";
    return this.#name(remoteAddress, remotePort);
  }

  /** As inet_getname for accept(2) on Linux, which does not ask whether the connection still stands. */
  acceptedFrom(): InetAddress {
    return this.#name(this.tcb.remoteAddress, this.tcb.remotePort);
  }

  detach(): void {
    close(this.tcb);
  }

  lingerNs(): number {
    const { lingerer } = this.tcb;
    return lingerer === null ? 0 : lingerNs(lingerer);
  }

  poll(): number {
    const { state, socket, fastOpen } = this.tcb;
    if (socket === null) return POLLHUP;
    if (state === "LISTEN") return socket.acceptQueue !== null && socket.acceptQueue.length > 0 ? POLLIN : 0;
    let events = 0;
    if (socket.shut === BOTH_SHUT || state === "CLOSED") events |= POLLHUP;
    if ((socket.shut & RECEIVE_SHUT) !== 0) events |= POLLIN | POLLRDHUP;
    if (fastOpen?.isDeferred === true) events |= POLLOUT;
    if ((state !== "SYN_SENT" && state !== "SYN_RECEIVED") || this.tcb.isOpenEarly) {
      if (isReadable(this.tcb, socket)) events |= POLLIN;
      const isWritable = socket.isWritable && !hasEnoughUnsent(this.tcb, POLL_SHARE);
      if ((socket.shut & SEND_SHUT) !== 0 || isWritable) events |= POLLOUT;
      else socket.wantRoom();
      // As tcp_poll: one that is announced is told of by SIGURG, and is ready when it has come.
      if (socket.canReadUrgent) events |= POLLPRI;
    }
    if (socket.hasError) events |= POLLERR;
    return events;
  }

  getsockopt(level: number, option: number): OptionValue | Errno {
    return this.#familyOptions().get(level, option) ?? get(this.tcb, level, option);
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    return this.#familyOptions().set(level, option, value) ?? set(this.tcb, level, option, value);
  }

  changing(_task: Task, option: number, value: OptionValue): 0 | Errno {
    return changing(this.tcb, option, value);
  }

  ioctl(_task: Task, request: number): number | Errno | undefined {
    const { state } = this.tcb;
    if (request !== SIOCOUTQNSD) return undefined;
    if (state === "LISTEN") return "EINVAL";
    return state === "SYN_SENT" || state === "SYN_RECEIVED" ? 0 : Math.max(0, unsentBytes(this.tcb));
  }

  /** As sk_stream_error on Linux: the error that waits, or EPIPE. One that is being made waits. */
  #cantSend(socket: Socket): Errno {
    const error = socket.takeError();
    if (error !== null) return error;
    const { state } = this.tcb;
    return state === "SYN_SENT" || state === "SYN_RECEIVED" ? "EAGAIN" : "EPIPE";
  }

  /** connect(2) while a connection is being made, or after that has come to an end. */
  #connectAgain(): 0 | Errno {
    const { state, socket, fastOpen } = this.tcb;
    if (fastOpen?.isDeferred === true) return "EISCONN";
    if (state === "SYN_SENT" || state === "SYN_RECEIVED") return "EALREADY";
    if (state !== "CLOSED") {
      this.#phase = "connected";
      return 0;
    }
    const error = socket?.takeError() ?? "ECONNABORTED";
    this.#disconnect();
    return error;
  }

  /** As tcp_disconnect: the socket is as new, with the name that bind(2) has given it. */
  #disconnect(): void {
    const old = this.tcb;
    const { socket } = old;
    if (socket === null) return;
    stopListening(old);
    disconnect(old);
    old.chargeUnread(0);
    const fresh = new Tcb(this.#tcp, socket);
    fresh.options = old.options;
    fresh.congestion = old.congestion;
    fresh.sharing = old.sharing;
    fresh.localAddress = old.hasBoundAddress ? old.localAddress : anyAddress(socket);
    fresh.device = old.device;
    fresh.sendOptions = old.sendOptions;
    fresh.hasBoundAddress = old.hasBoundAddress;
    // As on Linux it keeps the MSS of the connection, for TCP_MAXSEG to tell.
    fresh.mss = old.mss;
    const { localPort, hasBoundPort } = old;
    if (localPort !== 0) this.#lastPort = localPort;
    this.#tcp.releasePort(old);
    this.tcb = fresh;
    if (hasBoundPort) this.#takePort(localPort, true);
    this.#phase = "unconnected";
    socket.reset();
  }

  #familyOptions(): FamilyOptions {
    this.#families ??= new FamilyOptions(() => this.tcb);
    return this.#families;
  }

  /** As SOCK_BINDPORT_LOCK on Linux: only a port that was named stays when the connection is over. */
  #takePort(port: number, isNamed: boolean): void {
    const { tcb } = this;
    tcb.localPort = port;
    tcb.hasBoundPort = isNamed;
    tcb.holdsPort = true;
    tcb.binding = this.#tcp.ports.add(port, tcb, true);
  }

  #noteSharing(task: Task): void {
    const { tcb } = this;
    const { socket } = tcb;
    if (socket === null) return;
    const { reuseAddress, options } = socket;
    tcb.sharing = { reuseAddress, reusePort: options.reusePort, uid: task.uid, v6Only: tcb.sharing.v6Only };
  }

  #name(address: IpAddress, port: number): InetAddress {
    return nameOf(this.tcb, this.tcb.socket?.domain ?? AF_INET, address, port);
  }
}
