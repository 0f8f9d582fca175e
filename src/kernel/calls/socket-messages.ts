/**
 * The calls that move messages: send(2), sendto(2), sendmsg(2), recv(2), recvfrom(2), recvmsg(2).
 *
 * send() and receive() never wait; sending() and receiving() give the attempt for a caller that does.
 * kernel/calls/ancillary.ts makes and unpacks what goes with a message.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLIN, POLLOUT } from "../../abi/poll.ts";
import { SIGPIPE } from "../../abi/signal.ts";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  MSG_NOSIGNAL,
  MSG_PEEK,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../../abi/socket.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { SocketAddress } from "../../socket/address.ts";
import type { Ancillary } from "../../socket/ancillary.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import { RECEIVE_SHUT, type Socket } from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { kernelSignal } from "../signals/siginfo.ts";
import { type ReceivedMessage, unpack } from "./ancillary.ts";
import { FileAttempt } from "./file-attempt.ts";
import { socketOf } from "./sockets.ts";

/** What a sending call is given. */
export interface Outgoing {
  readonly data: Uint8Array;
  readonly destination: SocketAddress | null;
  /** Its rights belong to the call from here on. */
  readonly ancillary: Ancillary | null;
  readonly flags: number;
}

/** sendto(2), or send(2) with no destination: EAGAIN when there is no room. A stream may take a part. */
export function send(
  process: Process,
  fd: number,
  data: Uint8Array,
  destination: SocketAddress | null,
  flags: number = 0,
): number | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return sendOn(process, found, data, { data, destination, ancillary: null, flags });
}

/** sendto(2), sendmsg(2) for a caller that waits for room. */
export function sending(process: Process, call: string, fd: number, message: Outgoing): FileAttempt<number> | Errno {
  const found = socketOf(process, fd);
  if (typeof found !== "string") {
    return new SendAttempt(call, process, process.descriptors.get(fd) as OpenFile, found, message);
  }
  message.ancillary?.rights?.discard();
  return found;
}

/**
 * recvfrom(2): EAGAIN when nothing has come. Files that came with it are in the result's ancillary, to be taken or
 * discarded.
 */
export function receive(process: Process, fd: number, into: Uint8Array, flags: number): Received | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  const isNonBlocking = process.descriptors.get(fd)?.nonBlocking === true;
  return receiveOn(process, found, into, isNonBlocking ? flags | MSG_DONTWAIT : flags);
}

/** recvfrom(2) for a caller that waits for a message. Files that come with it are closed. */
export function receiving(
  process: Process,
  call: string,
  fd: number,
  into: Uint8Array,
  flags: number,
): FileAttempt<Received> | Errno {
  return receivingAs(process, call, fd, into, flags, withoutRights);
}

/** read(2) from a socket for whose SO_RCVLOWAT a caller waits. */
export function readingLeast(process: Process, fd: number, into: Uint8Array): FileAttempt<number> | Errno {
  return receivingAs(process, "read", fd, into, 0, (received) => withoutRights(received).bytes);
}

/** recvmsg(2) for a caller that waits: files that come with the message become descriptors of the process. */
export function receivingMessage(
  process: Process,
  fd: number,
  into: Uint8Array,
  flags: number,
  controlBytes: number,
): FileAttempt<ReceivedMessage> | Errno {
  if (!Number.isInteger(controlBytes) || controlBytes < 0) return "EINVAL";
  return receivingAs(process, "recvmsg", fd, into, flags, (received, on) => {
    return unpack(process, on, received, controlBytes, flags);
  });
}

function receivingAs<R>(
  process: Process,
  call: string,
  fd: number,
  into: Uint8Array,
  flags: number,
  finish: (received: Received, on: Socket) => R,
): FileAttempt<R> | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  const file = process.descriptors.get(fd) as OpenFile;
  const whole = file.nonBlocking ? flags | MSG_DONTWAIT : flags;
  const least = leastBytes(found, into, flags);
  return least > 1
    ? new FillAttempt(call, process, file, found, into, whole, finish, least)
    : new ReceiveAttempt(call, process, file, found, into, whole, finish);
}

/**
 * As sock_rcvlowat on Linux: for so many bytes a call waits. MSG_WAITALL and SO_RCVLOWAT mean something only to streams. Who looks and
 * leaves the bytes there waits for more of them in TCP only: unix_stream_read_generic stops behind what is there.
 */
function leastBytes({ type, domain, options }: Socket, into: Uint8Array, flags: number): number {
  if (type !== SOCK_STREAM || ((flags & MSG_PEEK) !== 0 && domain === AF_UNIX)) return 1;
  return (flags & MSG_WAITALL) === 0 ? Math.min(options.receiveLowWaterBytes, into.length) : into.length;
}

function withoutRights(received: Received): Received {
  received.ancillary?.rights?.discard();
  return received;
}

function sendOn(process: Process, on: Socket, data: Uint8Array, message: Outgoing): number | Errno {
  const { destination, ancillary, flags } = message;
  const result = on.send(process, data, destination, ancillary, flags);
  if (typeof result === "number") process.runState.progress();
  else if (result === "EPIPE" && on.type === SOCK_STREAM) brokenPipe(process, flags);
  return result;
}

/** The place where SIGPIPE is raised: a stream without a reader was written to. MSG_NOSIGNAL prevents it. */
function brokenPipe(process: Process, flags: number): void {
  if ((flags & MSG_NOSIGNAL) === 0) process.signals.post(kernelSignal(SIGPIPE));
}

function receiveOn(process: Process, on: Socket, into: Uint8Array, flags: number): Received | Errno {
  const result = on.receive(into, flags);
  if (typeof result !== "string" && (flags & MSG_PEEK) === 0) process.runState.progress();
  return result;
}

/** A part that went in before an error counts, as in write(2). */
class SendAttempt extends FileAttempt<number> {
  readonly #socket: Socket;
  #message: Outgoing;
  #sent = 0;
  /** Fast open: what is sent makes the connection, which a caller that waits waits for. */
  #opening: "no" | "yes" | "begun";
  /** The protocol has taken over what goes with the message. */
  #hasLeft = false;

  constructor(call: string, process: Process, file: OpenFile, on: Socket, message: Outgoing) {
    super(call, process, file, POLLOUT);
    this.#socket = on;
    this.#message = message;
    this.#opening = on.requests.opensWith?.(message.flags) === true ? "yes" : "no";
  }

  override attempt(): number | Errno {
    const { data } = this.#message;
    if (this.#opening !== "no") {
      const refusal = this.#open(data);
      if (refusal !== 0) return refusal;
      if (this.#sent === data.length) return this.#sent;
    }
    if (this.#sent > 0) return this.#sendRest(data.subarray(this.#sent));
    const result = sendOn(this.process, this.#socket, data, this.#message);
    if (typeof result === "string") return result;
    this.#hasLeft = true;
    this.#sent = result;
    return result < data.length ? "EAGAIN" : result;
  }

  override expired(): number | Errno {
    if (this.#sent > 0) return this.#sent;
    return this.#opening === "begun" ? "EINPROGRESS" : "EAGAIN";
  }

  interrupted(): number | Errno {
    return this.#sent > 0 ? this.#sent : "EINTR";
  }

  override end(): void {
    super.end();
    if (!this.#hasLeft) this.#message.ancillary?.rights?.discard();
  }

  /** As inet_wait_for_connect for tcp_sendmsg_fastopen on Linux: 0 when the connection stands, whatever went with SYN. */
  #open(data: Uint8Array): 0 | Errno {
    if (this.#opening === "yes") {
      const result = sendOn(this.process, this.#socket, data, this.#message);
      if (typeof result === "string" && result !== "EINPROGRESS") return result;
      this.#hasLeft = true;
      this.#sent = typeof result === "number" ? result : 0;
      this.#opening = "begun";
    }
    const made = this.#socket.connectResult();
    if (made !== 0) return made;
    this.#opening = "no";
    this.#message = { ...this.#message, flags: this.#message.flags & ~MSG_FASTOPEN };
    return 0;
  }

  /** Descriptors have gone with the first part. Credentials go with each. */
  #sendRest(rest: Uint8Array): number | Errno {
    const { ancillary: whole, destination, flags } = this.#message;
    const ancillary = whole === null ? null : { ...whole, rights: null };
    const result = this.#socket.send(this.process, rest, destination, ancillary, flags);
    if (result === "EAGAIN") return result;
    if (typeof result === "string") return this.#sent;
    this.process.runState.progress();
    this.#sent += result;
    return result < rest.length ? "EAGAIN" : this.#sent;
  }
}

class ReceiveAttempt<R> extends FileAttempt<R> {
  protected readonly socket: Socket;
  protected readonly into: Uint8Array;
  protected readonly flags: number;
  /** What the caller gets of it: made at once, so that files which came are never without an owner. */
  protected readonly finish: (received: Received, on: Socket) => R;

  constructor(
    call: string,
    process: Process,
    file: OpenFile,
    on: Socket,
    into: Uint8Array,
    flags: number,
    finish: (received: Received, on: Socket) => R,
  ) {
    super(call, process, file, POLLIN);
    this.socket = on;
    this.into = into;
    this.flags = flags;
    this.finish = finish;
  }

  override attempt(): R | Errno {
    const result = receiveOn(this.process, this.socket, this.into, this.flags);
    return typeof result === "string" ? result : this.finish(result, this.socket);
  }
}

/** Receives until there are so many bytes, the stream ends, or what came must not be added to. */
class FillAttempt<R> extends ReceiveAttempt<R> {
  readonly #least: number;
  /** What has come so far. */
  #soFar: Received | null = null;

  constructor(
    call: string,
    process: Process,
    file: OpenFile,
    on: Socket,
    into: Uint8Array,
    flags: number,
    finish: (received: Received, on: Socket) => R,
    least: number,
  ) {
    super(call, process, file, on, into, flags, finish);
    this.#least = least;
  }

  /** Takes until there is nothing: the end may be there already, and nobody would wake the call for it. */
  override attempt(): R | Errno {
    if ((this.flags & MSG_PEEK) !== 0) return this.#look();
    for (;;) {
      const before = this.#soFar;
      const rest = before === null ? this.into : this.into.subarray(before.bytes);
      const result = receiveOn(this.process, this.socket, rest, this.flags);
      if (typeof result === "string") return result === "EAGAIN" || before === null ? result : this.#settle(before);
      const bytes = (before?.bytes ?? 0) + result.bytes;
      const whole = { ...result, bytes, source: before?.source ?? result.source };
      if (bytes >= this.#least || result.isWhole) return this.#settle(whole);
      this.#soFar = whole;
    }
  }

  /** MSG_PEEK: each look begins at the front again. It is the last one where nothing more can come. */
  #look(): R | Errno {
    const { socket } = this;
    const seen = receiveOn(this.process, socket, this.into, this.flags);
    if (typeof seen === "string") return seen;
    const isLast = seen.isWhole || socket.hasError || (socket.shut & RECEIVE_SHUT) !== 0;
    if (seen.bytes >= this.#least || isLast) return this.#settle(seen);
    this.#soFar = seen;
    return "EAGAIN";
  }

  override expired(): R | Errno {
    return this.#soFar === null ? "EAGAIN" : this.#settle(this.#soFar);
  }

  /** What has come is not lost. */
  interrupted(): R | Errno {
    return this.#soFar === null ? "EINTR" : this.#settle(this.#soFar);
  }

  #settle(received: Received): R {
    this.#soFar = null;
    return this.finish(received, this.socket);
  }
}
