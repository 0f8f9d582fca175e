/**
 * Calls on sockets, for TypeScript programs. Read first: kernel/sys/, kernel/calls/{sockets,socket-messages}.ts.
 */
import type { Credentials } from "../../socket/ancillary.ts";
import { type ControlMessage, type OptionValue, type Text, text, type ValueOf } from "../../socket/option.ts";
import type { Received } from "../../socket/receive-buffer.ts";
import { CONTROL_MAX_BYTES, pack } from "../calls/ancillary.ts";
import * as messages from "../calls/socket-messages.ts";
import * as options from "../calls/socket-options.ts";
import * as sockets from "../calls/sockets.ts";
import type {
  AcceptedConnection,
  Endpoint,
  Message,
  MessageToSend,
  ReceivedMessage,
  SocketName,
} from "../sys/sockets.ts";
import { gather, isBytes, scatter, toBytes, totalLength } from "./bytes.ts";
import { never } from "./caller.ts";
import { DescriptorDoor } from "./descriptor-door.ts";
import { parseEndpoint, socketName } from "./endpoint.ts";

export abstract class SocketDoor extends DescriptorDoor {
  socket(domain: number, type: number, protocol: number = 0): number {
    const open = () => sockets.socket(this.process, domain, type, protocol);
    return this.now("socket", [domain, type, protocol], open);
  }

  socketpair(domain: number, type: number, protocol: number = 0): readonly [number, number] {
    const open = () => sockets.socketpair(this.process, domain, type, protocol);
    return this.now("socketpair", [domain, type, protocol], open);
  }

  bind(fd: number, address: Endpoint): void {
    this.now("bind", [fd, address], () => {
      const parsed = parseEndpoint(address);
      return typeof parsed === "string" ? parsed : sockets.bind(this.process, fd, parsed);
    });
  }

  connect(fd: number, address: Endpoint): Promise<void> {
    if (!this.enter("connect")) return never();
    const parsed = parseEndpoint(address);
    const attempt = typeof parsed === "string" ? parsed : sockets.connecting(this.process, fd, parsed);
    return this.later("connect", [fd, address], attempt, this.deadline(fd, 0, "send"), () => {});
  }

  listen(fd: number, backlog: number): void {
    this.now("listen", [fd, backlog], () => sockets.listen(this.process, fd, backlog));
  }

  accept(fd: number): Promise<AcceptedConnection> {
    return this.#accept("accept", fd, 0);
  }

  accept4(fd: number, flags: number): Promise<AcceptedConnection> {
    return this.#accept("accept4", fd, flags);
  }

  shutdown(fd: number, how: number): void {
    this.now("shutdown", [fd, how], () => sockets.shutdown(this.process, fd, how));
  }

  send(fd: number, data: Uint8Array | string, flags: number = 0): Promise<number> {
    return this.#send("send", fd, data, null, flags);
  }

  sendto(fd: number, data: Uint8Array | string, address: Endpoint, flags: number = 0): Promise<number> {
    return this.#send("sendto", fd, data, address, flags);
  }

  sendmsg(fd: number, message: MessageToSend, flags: number = 0): Promise<number> {
    if (!this.enter("sendmsg")) return never();
    const { data: given, address, rights, credentials, control } = message ?? {};
    const data = gather(given);
    const args = [fd, data, ...(address === undefined ? [] : [address]), ...(rights === undefined ? [] : [rights])];
    const attempt = this.#sendingMessage(fd, data, address, { rights, credentials, control }, flags);
    return this.later("sendmsg", args, attempt, this.deadline(fd, flags, "send"));
  }

  recv(fd: number, buffer: Uint8Array, flags: number = 0): Promise<number> {
    return this.#receive("recv", fd, buffer, flags, ({ bytes }) => bytes);
  }

  recvfrom(fd: number, buffer: Uint8Array, flags: number = 0): Promise<Message> {
    return this.#receive("recvfrom", fd, buffer, flags, toMessage);
  }

  recvmsg(
    fd: number,
    buffers: Uint8Array | readonly Uint8Array[],
    flags: number = 0,
    controlBytes: number = CONTROL_MAX_BYTES,
  ): Promise<ReceivedMessage> {
    if (!this.enter("recvmsg")) return never();
    const pieces = Array.isArray(buffers) ? (buffers as readonly Uint8Array[]) : [buffers as Uint8Array];
    const isSound = pieces.every(isBytes);
    const into = pieces.length === 1 ? (pieces[0] as Uint8Array) : new Uint8Array(isSound ? totalLength(pieces) : 0);
    const attempt = isSound ? messages.receivingMessage(this.process, fd, into, flags, controlBytes) : "EFAULT";
    return this.later("recvmsg", [fd, into], attempt, this.deadline(fd, flags, "receive"), (message) => {
      if (pieces.length > 1) scatter(into.subarray(0, message.bytes), pieces);
      return { ...message, source: socketName(message.source) };
    });
  }

  getsockname(fd: number): SocketName {
    return socketName(this.now("getsockname", [fd], () => sockets.getsockname(this.process, fd)));
  }

  getpeername(fd: number): SocketName {
    return socketName(this.now("getpeername", [fd], () => sockets.getpeername(this.process, fd)));
  }

  getsockopt<Level extends number, Option extends number>(
    fd: number,
    level: Level,
    option: Option,
  ): ValueOf<Level, Option> {
    const get = () => options.getsockopt(this.process, fd, level, option);
    return toProgram(this.now("getsockopt", [fd, level, option], get)) as ValueOf<Level, Option>;
  }

  setsockopt<Level extends number, Option extends number>(
    fd: number,
    level: Level,
    option: Option,
    value: ValueOf<Level, Option>,
  ): void {
    const given: unknown = typeof value === "string" ? text(value) : value;
    const set = () => options.setsockopt(this.process, fd, level, option, given as OptionValue);
    this.now("setsockopt", [fd, level, option, value], set);
  }

  #accept(call: string, fd: number, flags: number): Promise<AcceptedConnection> {
    if (!this.enter(call)) return never();
    const attempt = sockets.accepting(this.process, call, fd, flags);
    return this.later(call, [fd], attempt, this.deadline(fd, 0, "receive"), (accepted) => {
      return { fd: accepted.fd, address: socketName(accepted.address) };
    });
  }

  #sendingMessage(
    fd: number,
    data: Uint8Array | null,
    address: Endpoint | undefined,
    { rights, credentials, control }: Beside,
    flags: number,
  ): ReturnType<typeof messages.sending> {
    if (data === null) return "EFAULT";
    const on = sockets.socketOf(this.process, fd);
    if (typeof on === "string") return on;
    const destination = address === undefined ? null : parseEndpoint(address);
    if (typeof destination === "string") return destination;
    const packed = pack(this.process, on, rights, credentials, control);
    if (typeof packed === "string") return packed;
    return messages.sending(this.process, "sendmsg", fd, { data, destination, ancillary: packed.ancillary, flags });
  }

  #send(call: string, fd: number, data: Uint8Array | string, address: Endpoint | null, flags: number): Promise<number> {
    if (!this.enter(call)) return never();
    const bytes = toBytes(data);
    const args = address === null ? [fd, bytes] : [fd, bytes, address];
    const destination = address === null ? null : parseEndpoint(address);
    if (typeof destination === "string") return this.later<number>(call, args, destination, 0);
    const attempt = isBytes(bytes)
      ? messages.sending(this.process, call, fd, { data: bytes, destination, ancillary: null, flags })
      : "EFAULT";
    return this.later(call, args, attempt, this.deadline(fd, flags, "send"));
  }

  #receive<P>(
    call: string,
    fd: number,
    buffer: Uint8Array,
    flags: number,
    present: (received: Received) => P,
  ): Promise<P> {
    if (!this.enter(call)) return never();
    const attempt = isBytes(buffer) ? messages.receiving(this.process, call, fd, buffer, flags) : "EFAULT";
    return this.later(call, [fd, buffer], attempt, this.deadline(fd, flags, "receive"), present);
  }
}

/** What goes beside the bytes of a message. */
interface Beside {
  readonly rights: readonly number[] | undefined;
  readonly credentials: Credentials | undefined;
  readonly control: readonly ControlMessage[] | undefined;
}

/** A Text of the kernel is a string to programs. */
function toProgram(value: OptionValue): unknown {
  return typeof value === "object" && typeof (value as Text).text === "string" ? (value as Text).text : value;
}

function toMessage({ bytes, source }: Received): Message {
  return { bytes, source: socketName(source) };
}
