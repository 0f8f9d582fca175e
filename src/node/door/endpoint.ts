/**
 * Endpoint: a socket descriptor of a virtual process, as handles use it: kernel calls that never wait, and operations that
 * are made once and used again.
 *
 * Read first: kernel/operation.ts; docs/SPIKE-NODE-HANDLE.md, "What the kernel calls and Operation must offer".
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../abi/poll.ts";
import { MSG_MORE, SHUT_WR, SO_LINGER, SOL_SOCKET } from "../../abi/socket.ts";
import * as ioCalls from "../../kernel/calls/io.ts";
import * as messages from "../../kernel/calls/socket-messages.ts";
import * as options from "../../kernel/calls/socket-options.ts";
import * as sockets from "../../kernel/calls/sockets.ts";
import { type Attempt, Operation, type Sleeper } from "../../kernel/operation.ts";
import type { SocketAddress } from "../../socket/address.ts";
import type { OptionValue } from "../../socket/option.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import type { Socket } from "../../socket/socket.ts";
import type { NodeProcess } from "./node-process.ts";

const READABLE = POLLIN | POLLRDHUP | POLLHUP | POLLERR;
const WRITABLE = POLLOUT | POLLHUP | POLLERR;

export class Endpoint {
  readonly owner: NodeProcess;
  /** -1 when it is closed: the number may be another socket's by then. */
  fd: number;
  readonly socket: Socket;

  private constructor(owner: NodeProcess, fd: number, socket: Socket) {
    this.owner = owner;
    this.fd = fd;
    this.socket = socket;
  }

  /** A new socket. */
  static open(owner: NodeProcess, domain: number, type: number): Endpoint | Errno {
    const fd = owner.call("socket", () => sockets.socket(owner.process, domain, type, 0));
    return typeof fd === "string" ? fd : Endpoint.of(owner, fd);
  }

  /** The socket behind a descriptor. */
  static of(owner: NodeProcess, fd: number): Endpoint | Errno {
    const socket = sockets.socketOf(owner.process, fd);
    return typeof socket === "string" ? socket : new Endpoint(owner, fd, socket);
  }

  /** What is written from now on stays out of the determinism hash. */
  seal(): void {
    const file = this.owner.process.descriptors.get(this.fd);
    if (file !== undefined) file.isSealed = true;
  }

  bind(address: SocketAddress): 0 | Errno {
    return this.owner.call("bind", () => sockets.bind(this.owner.process, this.fd, address));
  }

  listen(backlog: number): 0 | Errno {
    return this.owner.call("listen", () => sockets.listen(this.owner.process, this.fd, backlog));
  }

  connect(address: SocketAddress): 0 | Errno {
    return this.owner.call("connect", () => sockets.connect(this.owner.process, this.fd, address));
  }

  /**
   * What has become of a connect that was in progress: EAGAIN while it still is. As libuv it asks for SO_ERROR, so that to
   * connect(2) the connection is still being made: a second one finds it made, and succeeds.
   */
  connectResult(): 0 | Errno {
    const { socket } = this;
    return socket.state === "connected" && !socket.hasError ? 0 : socket.connectResult();
  }

  /**
   * The next connection, as an endpoint of the same process. As libuv (uv__emfile_trick), where there is no descriptor left, all
   * who wait are accepted by a spare one, and closed: the error would come again for ever.
   */
  accept(): Endpoint | Errno {
    const accepted = this.#acceptNow();
    if (accepted !== "EMFILE" && accepted !== "ENFILE") return accepted;
    const { descriptors } = this.owner.process;
    descriptors.limit++;
    try {
      for (;;) {
        const unwanted = this.#acceptNow();
        if (typeof unwanted === "string") return unwanted;
        unwanted.close();
      }
    } finally {
      descriptors.limit--;
    }
  }

  #acceptNow(): Endpoint | Errno {
    const accepted = this.owner.call("accept", () => sockets.accept(this.owner.process, this.fd, 0));
    return typeof accepted === "string" ? accepted : Endpoint.of(this.owner, accepted.fd);
  }

  read(into: Uint8Array): number | Errno {
    const { owner } = this;
    return owner.enterCall("read") ? owner.leaveCall("read", ioCalls.read(owner.process, this.fd, into)) : "EBADF";
  }

  write(from: Uint8Array): number | Errno {
    const { owner } = this;
    return owner.enterCall("write") ? owner.leaveCall("write", ioCalls.write(owner.process, this.fd, from)) : "EBADF";
  }

  /** As write(), of which more follows at once: what would fill no segment waits for it. */
  writeMore(from: Uint8Array): number | Errno {
    return this.owner.call("write", () => messages.send(this.owner.process, this.fd, from, null, MSG_MORE));
  }

  shutdown(): 0 | Errno {
    return this.owner.call("shutdown", () => sockets.shutdown(this.owner.process, this.fd, SHUT_WR));
  }

  /** Whatever is called of it afterwards fails with EBADF. */
  close(): void {
    const { fd } = this;
    this.fd = -1;
    this.owner.call("close", () => ioCalls.close(this.owner.process, fd));
  }

  /** Closes with a reset: SO_LINGER with no time. */
  reset(): void {
    this.setOption(SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
    this.close();
  }

  /** sendto(2). */
  sendTo(from: Uint8Array, destination: SocketAddress | null): number | Errno {
    return this.owner.call("sendto", () => messages.send(this.owner.process, this.fd, from, destination));
  }

  /** recvfrom(2). */
  receive(into: Uint8Array): Received | Errno {
    return this.owner.call("recvfrom", () => messages.receive(this.owner.process, this.fd, into, 0));
  }

  getOption(level: number, option: number): OptionValue | Errno {
    return options.getsockopt(this.owner.process, this.fd, level, option);
  }

  setOption(level: number, option: number, value: OptionValue): 0 | Errno {
    const set = () => options.setsockopt(this.owner.process, this.fd, level, option, value);
    return this.owner.call("setsockopt", set);
  }

  get localAddress(): SocketAddress | Errno {
    return sockets.getsockname(this.owner.process, this.fd);
  }

  get remoteAddress(): SocketAddress | Errno {
    return sockets.getpeername(this.owner.process, this.fd);
  }

  /** An operation that waits until the socket can be read from, or has a connection to accept. */
  whenReadable<R>(call: string, attempt: () => R | Errno, done: (result: R | Errno) => void): Operation<R> {
    return this.#operation(call, READABLE, attempt, done);
  }

  /** An operation that waits until there is room, or a connect has ended. */
  whenWritable<R>(call: string, attempt: () => R | Errno, done: (result: R | Errno) => void): Operation<R> {
    return this.#operation(call, WRITABLE, attempt, done);
  }

  #operation<R>(call: string, events: number, attempt: () => R | Errno, done: (result: R | Errno) => void) {
    return new Operation<R>(this.owner.process, new SocketAttempt<R>(call, this.socket, events, attempt), done);
  }
}

class SocketAttempt<R> implements Attempt<R> {
  readonly call: string;
  readonly attempt: () => R | Errno;
  readonly #socket: Socket;
  readonly #events: number;

  constructor(call: string, socket: Socket, events: number, attempt: () => R | Errno) {
    this.call = call;
    this.#socket = socket;
    this.#events = events;
    this.attempt = attempt;
  }

  isReady(): boolean {
    return (this.#socket.poll() & this.#events) !== 0;
  }

  enlist(sleeper: Sleeper): void {
    sleeper.enlist(this.#socket.waiters, this.#events);
  }

  expired(): R | Errno {
    return "EAGAIN";
  }

  on(): string {
    const { type, name } = this.#socket.describe();
    return `${type} ${name}`;
  }

  end(): void {}
}
