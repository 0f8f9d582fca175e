/**
 * The socket calls: socket(2), bind(2), connect(2), send(2), recv(2), getsockname(2), getsockopt(2) and their kin.
 *
 * send() and receive() never wait; sending() and receiving() give the attempt for a caller that waits.
 */
import { ERRNO, type Errno } from "../../abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import { POLLIN, POLLOUT } from "../../abi/poll.ts";
import {
  MSG_PEEK,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_TYPE_MASK,
  SOL_SOCKET,
} from "../../abi/socket.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { SocketAddress } from "../../socket/address.ts";
import {
  BUFFER_MAX_BYTES,
  RECEIVE_BUFFER_MIN_BYTES,
  type Received,
  SEND_BUFFER_MIN_BYTES,
  Socket,
} from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { FileAttempt } from "./file-attempt.ts";

/** socket(2). EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EMFILE; EINVAL for unknown flags in the type. */
export function socket(process: Process, domain: number, type: number, protocol: number): number | Errno {
  if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return "EINVAL";
  const { kernel } = process;
  const row = kernel.protocols.lookup(domain, type & SOCK_TYPE_MASK, protocol);
  if (typeof row === "string") return row;
  const created = new Socket(kernel.machine, row, kernel.nextInode());
  const flags = (type & SOCK_NONBLOCK) === 0 ? O_RDWR : O_RDWR | O_NONBLOCK;
  return kernel.install(process, created, flags, (type & SOCK_CLOEXEC) !== 0);
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

/** connect(2). */
export function connect(process: Process, fd: number, address: SocketAddress): 0 | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : found.requests.connect(process, address);
}

/** sendto(2), or send(2) with no destination: EAGAIN when the send buffer is full. */
export function send(
  process: Process,
  fd: number,
  data: Uint8Array,
  destination: SocketAddress | null,
): number | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : sendOn(process, found, data, destination);
}

/** sendto(2) for a caller that waits for room. */
export function sending(
  process: Process,
  call: string,
  fd: number,
  data: Uint8Array,
  destination: SocketAddress | null,
): FileAttempt<number> | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return new SendAttempt(call, process, process.descriptors.get(fd) as OpenFile, found, data, destination);
}

/** recvfrom(2): EAGAIN when nothing has come. */
export function receive(process: Process, fd: number, into: Uint8Array, flags: number): Received | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : receiveOn(process, found, into, flags);
}

/** recvfrom(2) for a caller that waits for a message. */
export function receiving(
  process: Process,
  call: string,
  fd: number,
  into: Uint8Array,
  flags: number,
): FileAttempt<Received> | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return new ReceiveAttempt(call, process, process.descriptors.get(fd) as OpenFile, found, into, flags);
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

/** getsockopt(2) for the options of SOL_SOCKET that hold a number. ENOPROTOOPT. */
export function getsockopt(process: Process, fd: number, level: number, option: number): number | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (level !== SOL_SOCKET) return "ENOPROTOOPT";
  switch (option) {
    case SO_TYPE:
      return found.type;
    case SO_DOMAIN:
      return found.domain;
    case SO_PROTOCOL:
      return found.protocol.protocol;
    case SO_ERROR: {
      const error = found.takeError();
      return error === null ? 0 : ERRNO[error];
    }
    case SO_SNDBUF:
      return found.sendLimitBytes;
    case SO_RCVBUF:
      return found.receiveLimitBytes;
    case SO_BROADCAST:
      return Number(found.broadcast);
    case SO_REUSEADDR:
      return Number(found.reuseAddress);
    default:
      return "ENOPROTOOPT";
  }
}

/** setsockopt(2). ENOPROTOOPT; EINVAL for a value that is no integer. Buffer sizes are doubled and clamped (socket(7)). */
export function setsockopt(process: Process, fd: number, level: number, option: number, value: number): 0 | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (level !== SOL_SOCKET) return "ENOPROTOOPT";
  if (!Number.isInteger(value)) return "EINVAL";
  switch (option) {
    case SO_SNDBUF:
      found.sendLimitBytes = doubled(value, SEND_BUFFER_MIN_BYTES);
      found.waiters.wake(POLLOUT);
      return 0;
    case SO_RCVBUF:
      found.receiveLimitBytes = doubled(value, RECEIVE_BUFFER_MIN_BYTES);
      return 0;
    case SO_BROADCAST:
      found.broadcast = value !== 0;
      return 0;
    case SO_REUSEADDR:
      found.reuseAddress = value !== 0;
      return 0;
    default:
      return "ENOPROTOOPT";
  }
}

/** socket(7): the kernel doubles the value to allow for its own overhead; net.core.[rw]mem_max bounds it. */
function doubled(value: number, minBytes: number): number {
  // As on Linux the value is compared without its sign: -1 asks for the most.
  return Math.max(Math.min(value >>> 0, BUFFER_MAX_BYTES) * 2, minBytes);
}

function sendOn(process: Process, on: Socket, data: Uint8Array, destination: SocketAddress | null): number | Errno {
  const result = on.send(process, data, destination);
  if (typeof result === "number") process.runState.progress();
  return result;
}

function receiveOn(process: Process, on: Socket, into: Uint8Array, flags: number): Received | Errno {
  const result = on.receive(into, flags);
  if (typeof result !== "string" && (flags & MSG_PEEK) === 0) process.runState.progress();
  return result;
}

class SendAttempt extends FileAttempt<number> {
  readonly #socket: Socket;
  readonly #data: Uint8Array;
  readonly #destination: SocketAddress | null;

  constructor(
    call: string,
    process: Process,
    file: OpenFile,
    on: Socket,
    data: Uint8Array,
    destination: SocketAddress | null,
  ) {
    super(call, process, file, POLLOUT);
    this.#socket = on;
    this.#data = data;
    this.#destination = destination;
  }

  /** POLLOUT says that there is much room; a send may fit before that. */
  override isReady(): boolean {
    return true;
  }

  override attempt(): number | Errno {
    return sendOn(this.process, this.#socket, this.#data, this.#destination);
  }
}

class ReceiveAttempt extends FileAttempt<Received> {
  readonly #socket: Socket;
  readonly #into: Uint8Array;
  readonly #flags: number;

  constructor(call: string, process: Process, file: OpenFile, on: Socket, into: Uint8Array, flags: number) {
    super(call, process, file, POLLIN);
    this.#socket = on;
    this.#into = into;
    this.#flags = flags;
  }

  override attempt(): Received | Errno {
    return receiveOn(this.process, this.#socket, this.#into, this.#flags);
  }
}
