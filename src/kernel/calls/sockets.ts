/**
 * The calls that make and join sockets: socket(2), socketpair(2), bind(2), connect(2), listen(2), accept(2), shutdown(2),
 * getsockname(2) and getpeername(2). socket-messages.ts has send(2) and recv(2), socket-options.ts the options.
 *
 * connect() and accept() never wait; connecting() and accepting() give the attempt for a caller that does.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import { POLLIN, POLLOUT } from "../../abi/poll.ts";
import { SHUT_RD, SHUT_RDWR, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_TYPE_MASK } from "../../abi/socket.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { NO_NAME, type SocketAddress } from "../../socket/address.ts";
import type { Protocol } from "../../socket/protocol.ts";
import { DEFAULT_BUFFER_BYTES } from "../../socket/send-account.ts";
import { Socket } from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { FileAttempt } from "./file-attempt.ts";

/** What accept(2) gives. */
export interface Accepted {
  readonly fd: number;
  /** Who has connected. */
  readonly address: SocketAddress;
}

/** socket(2). EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EMFILE; EINVAL for unknown flags in the type. */
export function socket(process: Process, domain: number, type: number, protocol: number): number | Errno {
  const row = lookup(process, domain, type, protocol);
  return typeof row === "string" ? row : install(process, create(process, row), type);
}

/** socketpair(2): two sockets that are connected to each other. As socket(2), and EOPNOTSUPP. */
export function socketpair(
  process: Process,
  domain: number,
  type: number,
  protocol: number,
): readonly [number, number] | Errno {
  const row = lookup(process, domain, type, protocol);
  if (typeof row === "string") return row;
  const [left, right] = [create(process, row), create(process, row)];
  const refusal = left.requests.pair?.(process, right.requests) ?? "EOPNOTSUPP";
  if (refusal !== 0) {
    left.release();
    right.release();
    return refusal;
  }
  const leftFd = install(process, left, type);
  if (typeof leftFd === "string") {
    right.release();
    return leftFd;
  }
  const rightFd = install(process, right, type);
  if (typeof rightFd !== "string") return [leftFd, rightFd];
  process.descriptors.close(leftFd);
  return rightFd;
}

/** The socket behind a descriptor. EBADF, ENOTSOCK. */
export function socketOf(process: Process, fd: number): Socket | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.ops instanceof Socket ? file.ops : "ENOTSOCK";
}

/** bind(2). */
export function bind(process: Process, fd: number, address: SocketAddress): 0 | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : found.requests.bind(process, address);
}

/** connect(2): EINPROGRESS when it has begun and not ended, EAGAIN when it can't begin yet. */
export function connect(process: Process, fd: number, address: SocketAddress): 0 | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : found.requests.connect(process, address);
}

/** connect(2) for a caller that waits. */
export function connecting(process: Process, fd: number, address: SocketAddress): FileAttempt<0> | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return new ConnectAttempt(process, process.descriptors.get(fd) as OpenFile, found, address);
}

/** listen(2). A backlog below 0 or above net.core.somaxconn is that. EOPNOTSUPP, EINVAL. */
export function listen(process: Process, fd: number, backlog: number): 0 | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (!Number.isInteger(backlog)) return "EINVAL";
  const max = process.kernel.sockets.somaxconn.value;
  return found.listen(process, backlog < 0 ? max : Math.min(backlog, max));
}

/** accept4(2): EAGAIN when nobody has connected. EINVAL: not listening, or unknown flags; EOPNOTSUPP, EMFILE. */
export function accept(process: Process, fd: number, flags: number): Accepted | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return acceptOn(process, found, flags, process.descriptors.get(fd)?.nonBlocking === true);
}

/** accept4(2) for a caller that waits. */
export function accepting(process: Process, call: string, fd: number, flags: number): FileAttempt<Accepted> | Errno {
  const found = socketOf(process, fd);
  // As on Linux, flags are looked at before it matters what the descriptor is.
  if (found !== "EBADF" && (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return "EINVAL";
  if (typeof found === "string") return found;
  return new AcceptAttempt(call, process, process.descriptors.get(fd) as OpenFile, found, flags);
}

/** shutdown(2). EINVAL: not SHUT_RD, SHUT_WR or SHUT_RDWR; ENOTCONN where the protocol asks for a peer. */
export function shutdown(process: Process, fd: number, how: number): 0 | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (!Number.isInteger(how) || how < SHUT_RD || how > SHUT_RDWR) return "EINVAL";
  process.runState.progress();
  // SHUT_RD, SHUT_WR, SHUT_RDWR → RECEIVE_SHUT, SEND_SHUT, BOTH_SHUT.
  return found.requests.shutdown?.(how + 1) ?? "EOPNOTSUPP";
}

/** getsockname(2). */
export function getsockname(process: Process, fd: number): SocketAddress | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : found.requests.localAddress();
}

/** getpeername(2). ENOTCONN. */
export function getpeername(process: Process, fd: number): SocketAddress | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : found.requests.remoteAddress();
}

function lookup(process: Process, domain: number, type: number, protocol: number): Protocol | Errno {
  const { kernel } = process;
  if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return "EINVAL";
  const row = kernel.protocols.lookup(domain, type & SOCK_TYPE_MASK, protocol);
  if (typeof row === "string") return row;
  return row.permits?.(process) || row;
}

function create({ kernel, uid }: Process, row: Protocol): Socket {
  const created = new Socket(kernel.machine, row, kernel.nextInode());
  created.uid = uid;
  const { rmemDefault, wmemDefault } = kernel.sockets;
  // Other sizes are the protocol's own.
  if (created.receiveLimitBytes === DEFAULT_BUFFER_BYTES) created.receiveLimitBytes = rmemDefault.value;
  if (created.sendLimitBytes === DEFAULT_BUFFER_BYTES) created.sendLimitBytes = wmemDefault.value;
  return created;
}

/** Gives the socket a descriptor, with SOCK_NONBLOCK and SOCK_CLOEXEC of the flags. */
function install(process: Process, created: Socket, flags: number): number | Errno {
  const status = (flags & SOCK_NONBLOCK) === 0 ? O_RDWR : O_RDWR | O_NONBLOCK;
  return process.kernel.install(process, created, status, (flags & SOCK_CLOEXEC) !== 0);
}

function acceptOn(process: Process, listener: Socket, flags: number, dontWait: boolean): Accepted | Errno {
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return "EINVAL";
  // As on Linux the descriptor comes first: a connection for which there is none stays in the queue.
  if (!process.descriptors.hasRoom) return "EMFILE";
  const accepted = listener.accept(dontWait);
  if (typeof accepted === "string") return accepted;
  accepted.uid = process.uid;
  process.runState.progress();
  const peer = accepted.requests.acceptedFrom?.() ?? accepted.requests.remoteAddress();
  const fd = install(process, accepted, flags);
  return typeof fd === "string" ? fd : { fd, address: typeof peer === "string" ? NO_NAME : peer };
}

class AcceptAttempt extends FileAttempt<Accepted> {
  readonly #listener: Socket;
  readonly #flags: number;
  /** As it was when the call began. */
  #wasNonBlocking: boolean;

  constructor(call: string, process: Process, file: OpenFile, listener: Socket, flags: number) {
    super(call, process, file, POLLIN);
    this.#listener = listener;
    this.#flags = flags;
    this.#wasNonBlocking = file.nonBlocking;
  }

  override attempt(): Accepted | Errno {
    return acceptOn(this.process, this.#listener, this.#flags, this.#wasNonBlocking);
  }

  /** When it begins again, it looks again. */
  withdraw(): void {
    this.#wasNonBlocking = this.file.nonBlocking;
  }
}

class ConnectAttempt extends FileAttempt<0> {
  readonly #socket: Socket;
  readonly #address: SocketAddress;
  /** What a caller is told who does not wait: it has begun now, or had before. */
  #begun: "EINPROGRESS" | "EALREADY" | null = null;

  constructor(process: Process, file: OpenFile, on: Socket, address: SocketAddress) {
    super("connect", process, file, POLLOUT);
    this.#socket = on;
    this.#address = address;
  }

  override attempt(): 0 | Errno {
    if (this.#begun !== null) return this.#socket.connectResult();
    const result = this.#socket.requests.connect(this.process, this.#address);
    if (result === 0) this.process.runState.progress();
    if (result !== "EINPROGRESS" && result !== "EALREADY") return result;
    this.#begun = result;
    return this.#socket.connectResult();
  }

  override isReady(): boolean {
    return this.#begun === null || this.#socket.state !== "connecting";
  }

  override expired(): Errno {
    return this.#begun ?? "EAGAIN";
  }
}
