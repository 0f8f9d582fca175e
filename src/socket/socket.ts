/**
 * A socket: the endpoint behind a descriptor, with its two bounded buffers and the state of its connection.
 *
 * Read first: socket(7), udp(7), unix(7). Down: kernel → send() → the protocol's `send`, which asks for room() and charges
 * what it sends to the send buffer until that has left. Up: the protocol's input → deliver(), append() or enqueue() fills
 * the receive queue, or drops and counts → wake → the sleeper's attempt calls receive().
 * The socket layer owns the buffers and the conditions under which calls wait; protocols fill and drain them.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDHUP, URGENT } from "../abi/poll.ts";
import { AF_UNIX, MSG_DONTWAIT, MSG_ERRQUEUE, MSG_OOB, MSG_PEEK, SOCK_DGRAM, SOCK_STREAM } from "../abi/socket.ts";
import { countDrop, type Machine } from "../base/machine.ts";
import type { FileDescription, FileOps, ObjectDetails } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { Packet } from "../wire/packet.ts";
import { AcceptQueue } from "./accept-queue.ts";
import type { SocketAddress } from "./address.ts";
import type { Ancillary, Credentials } from "./ancillary.ts";
import type { Chunk } from "./chunk.ts";
import * as control from "./control.ts";
import { DEFAULT_GENERIC_OPTIONS, type GenericOptions } from "./generic-options.ts";
import { MERGED_MAX_BYTES } from "./merged-piece.ts";
import { PacketPiece } from "./packet-piece.ts";
import type { Protocol, UserRequests } from "./protocol.ts";
import { END_OF_FILE, type ReceiveBuffer, type Received } from "./receive-buffer.ts";
import { RecordBuffer } from "./record-buffer.ts";
import { DEFAULT_BUFFER_BYTES, SendAccount } from "./send-account.ts";
import { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT } from "./shut.ts";
import { StreamBuffer } from "./stream-buffer.ts";
import type { StreamPiece } from "./stream-piece.ts";

/** So many datagrams may wait in memory that they share with other packets. */
const SHARED_MAX_PACKETS = 2;

export { BOTH_SHUT, RECEIVE_SHUT, SEND_SHUT };

/** Where a socket stands that makes connections; others stay unconnected, or are connected while they have a peer. */
export type ConnectionState = "unconnected" | "connecting" | "connected" | "listening";

const EVERYTHING = POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP;

export class Socket extends SendAccount implements FileOps {
  readonly machine: Machine;
  readonly domain: number;
  readonly type: number;
  readonly protocol: Protocol;
  readonly requests: UserRequests;
  /** Tells sockets of one host apart in lsof and the trace. */
  readonly inode: number;
  /** The effective user of who has made it, or accepted it. */
  uid = 0;
  /** SO_RCVBUF as the kernel accounts it, in true bytes. */
  receiveLimitBytes: number = DEFAULT_BUFFER_BYTES;
  /** SO_RCVTIMEO; infinite: wait for as long as it takes. */
  receiveTimeoutNs: number = Number.POSITIVE_INFINITY;
  /** SO_SNDTIMEO. */
  sendTimeoutNs: number = Number.POSITIVE_INFINITY;
  /** SO_BROADCAST. */
  broadcast = false;
  /** SO_REUSEADDR. */
  reuseAddress = false;
  /** The options that several protocols share. */
  options: GenericOptions = DEFAULT_GENERIC_OPTIONS;
  /** SO_PASSCRED. */
  passCredentials = false;
  /** SO_PEERCRED: who the peer was when the connection was made. */
  peerCredentials: Credentials | null = null;
  state: ConnectionState = "unconnected";
  /** RECEIVE_SHUT, SEND_SHUT: shutdown(2), and the end of the peer. Protocols set it with shutDown(). */
  shut = 0;
  /** The connections that wait for accept(2); null unless it listens. */
  acceptQueue: AcceptQueue | null = null;
  /** Datagrams dropped because the receive queue was full. */
  drops = 0;
  /** The peer has ended its stream: what is read behind it is its end, whatever happens later. */
  hasEnded = false;
  /** Its last descriptor has been closed. */
  isReleased = false;
  readonly #stream: StreamBuffer | null;
  readonly #records: RecordBuffer | null;
  readonly #buffer: StreamBuffer | RecordBuffer;
  #error: Errno | null = null;

  constructor(machine: Machine, protocol: Protocol, inode: number) {
    super(protocol.writableShare ?? 2, protocol.tellsRoomOnDemand === true);
    this.machine = machine;
    this.domain = protocol.domain;
    this.type = protocol.type;
    this.protocol = protocol;
    this.inode = inode;
    this.#stream = protocol.type === SOCK_STREAM ? new StreamBuffer(protocol.domain === AF_UNIX) : null;
    this.#records = this.#stream === null ? new RecordBuffer() : null;
    this.#buffer = this.#stream ?? (this.#records as RecordBuffer);
    this.requests = protocol.attach(this);
  }

  /** True bytes in the receive queue, or bytes of a stream (netstat's Recv-Q). */
  get receiveQueueBytes(): number {
    return this.#buffer.bytes;
  }

  /** How many records wait to be received. */
  get queuedRecords(): number {
    return this.#records?.length ?? 0;
  }

  get receiveBuffer(): ReceiveBuffer {
    return this.#buffer;
  }

  // ---- from above: the kernel's calls ----

  /** sendto(2), send(2), sendmsg(2): "EAGAIN" while there is no room. A stream may take a part. */
  send(
    task: Task,
    data: Uint8Array,
    destination: SocketAddress | null,
    ancillary: Ancillary | null = null,
    flags: number = 0,
  ): number | Errno {
    const sent = this.requests.send(task, data, destination, ancillary, flags);
    if (typeof sent === "number" && this.machine.tracer.on) this.#traceStep("socket/send", sent, this.sendQueueBytes);
    return sent;
  }

  /** recvfrom(2), recv(2), recvmsg(2): "EAGAIN" when there is nothing. */
  receive(into: Uint8Array, flags: number): Received | Errno {
    if ((flags & MSG_ERRQUEUE) !== 0 && this.requests.receiveError !== undefined) {
      return this.requests.receiveError(into, flags);
    }
    const refusal = this.requests.receivable?.(flags) ?? 0;
    if (refusal !== 0) return refusal;
    if ((flags & MSG_OOB) !== 0) return this.#receiveUrgent(into, flags);
    if (this.#stream === null || this.#stream.isEmpty) {
      const end = this.#endOrError();
      if (end !== null) return end;
    }
    const received = this.#buffer.receive(into, flags, this.passCredentials, this.options.oobInline);
    if (received === null) return this.#endOrError() ?? this.#nothingThere(flags);
    if ((flags & MSG_PEEK) === 0) {
      this.requests.received?.(received.bytes);
      if (this.machine.tracer.on) this.#traceStep("socket/receive", received.bytes, this.#buffer.bytes);
    }
    return received;
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    // As sock_read_iter on Linux: reading nothing takes no datagram, and does not wait for one.
    if (into.length === 0) return 0;
    const received = this.receive(into, 0);
    if (typeof received === "string") return received;
    received.ancillary?.rights?.discard();
    return received.bytes;
  }

  write(task: Task, from: Uint8Array): number | Errno {
    return this.send(task, from, null);
  }

  /** listen(2). EOPNOTSUPP, EINVAL. */
  listen(task: Task, backlogMax: number): 0 | Errno {
    const { requests } = this;
    if (requests.listen === undefined) return "EOPNOTSUPP";
    const refusal = requests.listen(task, backlogMax);
    if (refusal !== 0) return refusal;
    this.state = "listening";
    if (this.acceptQueue === null) this.acceptQueue = new AcceptQueue(backlogMax);
    else this.acceptQueue.backlogMax = backlogMax;
    requests.accepted?.(null);
    return 0;
  }

  /** accept(2): the connection that has waited longest. EOPNOTSUPP; EINVAL: it does not listen (any more). */
  accept(dontWait: boolean): Socket | Errno {
    if (this.requests.listen === undefined || this.type === SOCK_DGRAM) return "EOPNOTSUPP";
    if (this.acceptQueue === null) return "EINVAL";
    const error = this.takeError();
    if (error !== null) return error;
    const accepted = this.acceptQueue.shift();
    if (accepted === undefined) return (this.shut & RECEIVE_SHUT) === 0 || dontWait ? "EAGAIN" : "EINVAL";
    accepted.passCredentials = this.passCredentials;
    this.requests.accepted?.(accepted);
    return accepted;
  }

  /** What has become of a connect that was in progress: "EAGAIN" while it still is. */
  connectResult(): 0 | Errno {
    if (this.state === "connecting") return "EAGAIN";
    const error = this.takeError();
    const isMade = error === null && this.state === "connected";
    this.requests.connectFinished?.(isMade);
    return isMade ? 0 : (error ?? "ECONNABORTED");
  }

  ioctl(task: Task, request: number, argument: unknown): number | object | Errno {
    const own = this.requests.ioctl?.(task, request, argument);
    return own ?? control.ioctl(this, request, this.#buffer);
  }

  band(events: number): number {
    return control.band(this, events);
  }

  poll(): number {
    return this.requests.poll?.() ?? this.readiness();
  }

  release(): void {
    this.isReleased = true;
    this.requests.detach();
    this.discardReceived();
  }

  /** Is there an urgent byte that nobody has read, or will there be one? */
  get hasUrgent(): boolean {
    return this.#stream?.isUrgent === true;
  }

  /** Is it there, to be read out of its turn? */
  get canReadUrgent(): boolean {
    return this.#stream?.canReadUrgent === true;
  }

  /** Is the urgent byte the next one, so that a read would begin by passing it over? */
  get isBeforeUrgent(): boolean {
    return this.#stream?.isUrgentNext === true && !this.options.oobInline;
  }

  /** Does an error wait to be reported? */
  get hasError(): boolean {
    return this.#error !== null;
  }

  /** The pending error (SO_ERROR), which is reported once. */
  takeError(): Errno | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  describe(): FileDescription {
    return this.requests.describe?.() ?? control.describe(this);
  }

  inspect(): ObjectDetails {
    return control.inspect(this);
  }

  // ---- from below: the protocol's calls ----

  /** As sock_alloc_send_skb on Linux: may more be sent now? The pending error, EPIPE after a shutdown, EAGAIN, or 0. */
  room(): 0 | Errno {
    if (this.#error !== null) return this.takeError() as Errno;
    if ((this.shut & SEND_SHUT) !== 0) return "EPIPE";
    // One more packet is let in while the charge is below the limit.
    if (this.sendQueueBytes < this.sendLimitBytes) return 0;
    this.wantRoom();
    return "EAGAIN";
  }

  /** A datagram has come for this socket: queued, or dropped and counted when the queue is full. */
  deliver(packet: Packet, source: SocketAddress, ancillary: Ancillary | null = null): boolean {
    const records = this.#records as RecordBuffer;
    packet.release();
    // As __udp_enqueue_schedule_skb on Linux: refused only when what is queued already exceeds the limit.
    if (records.bytes > this.receiveLimitBytes) {
      this.drops++;
      countDrop(this.machine, `${this.#counterPrefix()}RcvbufErrors`, packet.length);
      return false;
    }
    // A reader that keeps up costs no copy; what waits in a longer queue does not hold on to the memory of others.
    if (records.length >= SHARED_MAX_PACKETS) packet.compact(0);
    records.push(packet, packet.trueSizeBytes, source, ancillary);
    this.waiters.wake(POLLIN);
    return true;
  }

  /** A record from a process of this host, whose sender pays for it until it is received. */
  append(chunk: Chunk, source: SocketAddress, ancillary: Ancillary | null): void {
    if (this.#stream !== null) this.#stream.push(chunk, source, ancillary);
    else this.#records?.push(chunk, chunk.length, source, ancillary);
    this.waiters.wake(POLLIN);
  }

  /** An urgent byte will come (TCP), or has: the owner of the socket is sent SIGURG. Does it take the place of one that is next? */
  announceUrgent(takesPlace: boolean): void {
    this.#stream?.expectUrgent(takesPlace && !this.options.oobInline);
    this.waiters.wake(POLLPRI | URGENT);
  }

  /** The urgent byte that was announced, at its place in the stream. */
  appendUrgent(chunk: StreamPiece, source: SocketAddress | null, ancillary: Ancillary | null): void {
    this.#stream?.pushUrgent(chunk, source, ancillary);
    this.waiters.wake(POLLIN);
  }

  /** The data of a segment, without headers, for a stream. */
  appendPacket(packet: Packet): void {
    const stream = this.#stream;
    if (stream === null) return;
    // Of a reader that does not keep up, what waits in a longer queue does not hold on to the memory of others.
    if (stream.length < SHARED_MAX_PACKETS) stream.push(new PacketPiece(packet), null, null);
    else if (packet.length <= MERGED_MAX_BYTES) stream.merge(packet);
    else {
      packet.compact(0);
      stream.push(new PacketPiece(packet), null, null);
    }
    this.waiters.wake(POLLIN);
  }

  /** The connection is over, by both sides or by failure: nothing more comes, and nothing goes. */
  disconnected(): void {
    this.state = "unconnected";
    this.shutDown(BOTH_SHUT);
  }

  /** It may be connected again, as if it were new. */
  reset(): void {
    this.state = "unconnected";
    this.acceptQueue = null;
    this.shut = 0;
    this.hasEnded = false;
    this.discardReceived();
    this.waiters.wake(EVERYTHING);
  }

  /** A connection that was made to this listening socket. */
  enqueue(connection: Socket): void {
    this.acceptQueue?.push(connection);
    this.waiters.wake(POLLIN);
  }

  /** An error is reported: the next call on this socket answers it. */
  fail(error: Errno): void {
    this.#error = error;
    if (this.state === "connecting") this.state = "unconnected";
    this.waiters.wake(POLLERR | POLLIN | POLLOUT);
  }

  /** The connection stands. */
  connected(): void {
    this.state = "connected";
    this.waiters.wake(POLLOUT);
  }

  /** Nothing more is received, or sent: RECEIVE_SHUT, SEND_SHUT. */
  shutDown(how: number): void {
    this.shut |= how;
    this.waiters.wake(EVERYTHING);
  }

  /** What waits to be received is thrown away. */
  discardReceived(): void {
    for (const rights of this.#buffer.drain()) rights.discard();
  }

  /** The readiness bits that follow from the buffers and the state of the connection. */
  readiness(): number {
    return control.readiness(this, this.#buffer);
  }

  /** MSG_OOB never waits, and tells of no error. */
  #receiveUrgent(into: Uint8Array, flags: number): Received | Errno {
    if (this.#stream === null) return "EOPNOTSUPP";
    return this.options.oobInline ? "EINVAL" : this.#stream.receiveUrgent(into, flags);
  }

  #endOrError(): Received | Errno | null {
    return this.hasEnded ? END_OF_FILE : this.takeError();
  }

  /** Nothing is queued: has it been shut down, or may something come? */
  #nothingThere(flags: number): Received | Errno {
    if ((this.shut & RECEIVE_SHUT) === 0) return "EAGAIN";
    // Linux tells a datagram socket that was shut down "nothing yet" when it does not wait, and end-of-file when it would.
    return this.type === SOCK_DGRAM && (flags & MSG_DONTWAIT) !== 0 ? "EAGAIN" : END_OF_FILE;
  }

  #counterPrefix(): string {
    const name = this.protocol.name;
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  #traceStep(step: "socket/send" | "socket/receive", bytes: number, queuedBytes: number): void {
    this.machine.tracer.emit(this.machine.name, { step, socket: this.describe().name, bytes, queuedBytes });
  }
}
