/**
 * A socket: the endpoint behind a descriptor, with its two bounded buffers.
 *
 * Read first: socket(7), udp(7). Down: kernel → send() → the protocol's `send`, which charges its packets to the send
 * buffer until they have left the interface queue. Up: the protocol's input → deliver() appends to the receive queue or
 * drops and counts → wake → the sleeper's attempt calls receive().
 */
import type { Errno } from "../abi/errno.ts";
import { POLLERR, POLLIN, POLLOUT } from "../abi/poll.ts";
import { MSG_PEEK, MSG_TRUNC } from "../abi/socket.ts";
import { countDrop, type Machine } from "../base/machine.ts";
import { Ring } from "../base/ring.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { Packet, Payer } from "../wire/packet.ts";
import { formatAddress, type SocketAddress } from "./address.ts";
import type { Protocol, UserRequests } from "./protocol.ts";

/** net.core.rmem_default and wmem_default on Linux, in bytes. */
const DEFAULT_BUFFER_BYTES = 212_992;

/** net.core.rmem_max and wmem_max on Linux: the largest value that SO_RCVBUF and SO_SNDBUF take, before doubling. */
export const BUFFER_MAX_BYTES = 212_992;
/** SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF on Linux. */
export const RECEIVE_BUFFER_MIN_BYTES = 2304;
export const SEND_BUFFER_MIN_BYTES = 4608;

/** So many datagrams may wait in memory that they share with other packets. */
const SHARED_MAX_PACKETS = 2;

/** A datagram that waits to be received. */
interface Datagram {
  readonly packet: Packet;
  readonly chargedBytes: number;
  readonly source: SocketAddress;
}

/** What recvfrom gives. */
export interface Received {
  /** Bytes put into the buffer; with MSG_TRUNC the real length of the datagram. */
  readonly bytes: number;
  readonly source: SocketAddress;
}

export class Socket implements FileOps, Payer {
  readonly machine: Machine;
  readonly domain: number;
  readonly type: number;
  readonly protocol: Protocol;
  readonly waiters: WaitQueue = new WaitQueue();
  readonly requests: UserRequests;
  /** Tells sockets of one host apart in lsof and the trace. */
  readonly inode: number;
  /** SO_RCVBUF as the kernel accounts it, in true bytes. */
  receiveLimitBytes: number = DEFAULT_BUFFER_BYTES;
  /** SO_SNDBUF as the kernel accounts it, in true bytes. */
  sendLimitBytes: number = DEFAULT_BUFFER_BYTES;
  /** SO_BROADCAST. */
  broadcast = false;
  /** SO_REUSEADDR. */
  reuseAddress = false;
  /** Datagrams dropped because the receive queue was full. */
  drops = 0;
  readonly #queue: Ring<Datagram> = new Ring<Datagram>();
  #receiveBytes = 0;
  #sendBytes = 0;
  #error: Errno | null = null;

  constructor(machine: Machine, protocol: Protocol, inode: number) {
    this.machine = machine;
    this.domain = protocol.domain;
    this.type = protocol.type;
    this.protocol = protocol;
    this.inode = inode;
    this.requests = protocol.attach(this);
  }

  /** True bytes in the receive queue (netstat's Recv-Q). */
  get receiveQueueBytes(): number {
    return this.#receiveBytes;
  }

  /** True bytes that were sent and have not left the interface queue (netstat's Send-Q). */
  get sendQueueBytes(): number {
    return this.#sendBytes;
  }

  // ---- from above: the kernel's calls ----

  /** sendto(2), send(2): "EAGAIN" while the send buffer is full. */
  send(task: Task, data: Uint8Array, destination: SocketAddress | null): number | Errno {
    const error = this.takeError();
    if (error !== null) return error;
    // As sock_alloc_send_skb on Linux: one more packet is let in while the charge is below the limit.
    if (this.#sendBytes >= this.sendLimitBytes) return "EAGAIN";
    const sent = this.requests.send(task, data, destination);
    if (typeof sent === "number" && this.machine.tracer.on) this.#traceStep("socket/send", sent, this.#sendBytes);
    return sent;
  }

  /** recvfrom(2), recv(2): the next datagram, cut to the buffer; "EAGAIN" when there is none. */
  receive(into: Uint8Array, flags: number): Received | Errno {
    const error = this.takeError();
    if (error !== null) return error;
    const datagram = this.#queue.peek();
    if (datagram === undefined) return "EAGAIN";
    const copied = datagram.packet.copyTo(into);
    const bytes = (flags & MSG_TRUNC) === 0 ? copied : datagram.packet.length;
    if ((flags & MSG_PEEK) === 0) {
      this.#queue.shift();
      this.#receiveBytes -= datagram.chargedBytes;
      if (this.machine.tracer.on) this.#traceStep("socket/receive", copied, this.#receiveBytes);
    }
    return { bytes, source: datagram.source };
  }

  read(_task: Task, into: Uint8Array): number | Errno {
    // As sock_read_iter on Linux: nothing is asked for, nothing is taken.
    if (into.length === 0) return 0;
    const received = this.receive(into, 0);
    return typeof received === "string" ? received : received.bytes;
  }

  write(task: Task, from: Uint8Array): number | Errno {
    return this.send(task, from, null);
  }

  poll(): number {
    let events = 0;
    if (this.#queue.length > 0) events |= POLLIN;
    if (this.#sendBytes * 2 <= this.sendLimitBytes) events |= POLLOUT;
    if (this.#error !== null) events |= POLLERR | POLLIN;
    return events;
  }

  release(): void {
    this.requests.detach();
    this.#queue.clear();
    this.#receiveBytes = 0;
  }

  /** The pending error (SO_ERROR), which is reported once. */
  takeError(): Errno | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  describe(): FileDescription {
    const remote = this.requests.remoteAddress();
    const local = formatAddress(this.requests.localAddress());
    const name = typeof remote === "string" ? local : `${local}->${formatAddress(remote)}`;
    return { type: "IPv4", node: this.protocol.name.toUpperCase(), name };
  }

  // ---- from below: the protocol's calls ----

  /** A datagram has come for this socket: queued, or dropped and counted when the queue is full. */
  deliver(packet: Packet, source: SocketAddress): boolean {
    packet.release();
    // As __udp_enqueue_schedule_skb on Linux: refused only when what is queued already exceeds the limit.
    if (this.#receiveBytes > this.receiveLimitBytes) {
      this.drops++;
      countDrop(this.machine, `${this.#counterPrefix}RcvbufErrors`, packet.length);
      return false;
    }
    // A reader that keeps up costs no copy; what waits in a longer queue does not hold on to the memory of others.
    if (this.#queue.length >= SHARED_MAX_PACKETS) packet.compact(0);
    const chargedBytes = packet.trueSizeBytes;
    this.#queue.push({ packet, chargedBytes, source });
    this.#receiveBytes += chargedBytes;
    this.waiters.wake(POLLIN);
    return true;
  }

  /** The network reports an error: the next call on this socket answers it. */
  fail(error: Errno): void {
    this.#error = error;
    this.waiters.wake(POLLERR | POLLIN | POLLOUT);
  }

  /** The packet is charged to the send buffer until it is released. */
  chargeSend(packet: Packet): void {
    this.#sendBytes += packet.charge(this);
  }

  uncharge(bytes: number): void {
    this.#sendBytes -= bytes;
    // As sock_def_write_space on Linux: senders are woken when half of the buffer is free, not for each packet.
    if (this.#sendBytes * 2 <= this.sendLimitBytes) this.waiters.wake(POLLOUT);
  }

  get #counterPrefix(): string {
    const name = this.protocol.name;
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  #traceStep(step: "socket/send" | "socket/receive", bytes: number, queuedBytes: number): void {
    this.machine.tracer.emit(this.machine.name, { step, socket: this.describe().name, bytes, queuedBytes });
  }
}
