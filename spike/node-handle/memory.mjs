/**
 * A stand-in for the kernel: descriptors over bounded byte queues, and the one blocking primitive.
 *
 * Read first: "Three layers of calling" in the design. Every call here is synchronous and answers with a
 * number or an errno literal, so a string is always an error. Nothing in this file knows Node.
 *
 * Control: call → change state → wake(queue) → operation.ready() → task.schedule(operation)
 *          … a turn chosen by the door … → operation.run() → attempt() → done(result).
 */

const QUEUE_BYTES_MAX = 65536;
const QUEUE_BYTES_MIN = 1024;
const NO_BYTES = new Uint8Array(0);
const EPHEMERAL_PORT_FIRST = 32768;

/**
 * @typedef {"EAGAIN" | "EINPROGRESS" | "ECONNREFUSED" | "ECONNRESET" | "EPIPE" | "EADDRINUSE" | "ENOTCONN"} Errno
 */

/**
 * A ring of bytes with running totals: empty when they are equal, full when they differ by the limit.
 * It starts without memory and doubles: 64 KiB for each new connection would cost more than the connection.
 */
class ByteQueue {
  bytes = NO_BYTES;
  readTotal = 0;
  writeTotal = 0;

  get length() {
    return this.writeTotal - this.readTotal;
  }

  /** Takes as many bytes as there is room for and answers with their number. */
  write(source, offset, length) {
    const count = Math.min(length, QUEUE_BYTES_MAX - this.length);
    if (this.length + count > this.bytes.length) this.grow(this.length + count);
    const start = this.writeTotal % this.bytes.length;
    const first = Math.min(count, this.bytes.length - start);
    this.bytes.set(source.subarray(offset, offset + first), start);
    if (first < count) this.bytes.set(source.subarray(offset + first, offset + count), 0);
    this.writeTotal += count;
    return count;
  }

  read(target, offset, length) {
    const count = Math.min(length, this.length);
    if (count === 0) return 0;
    const start = this.readTotal % this.bytes.length;
    const first = Math.min(count, this.bytes.length - start);
    target.set(this.bytes.subarray(start, start + first), offset);
    if (first < count) target.set(this.bytes.subarray(0, count - first), offset + first);
    this.readTotal += count;
    return count;
  }

  grow(bytesMin) {
    let size = Math.max(QUEUE_BYTES_MIN, this.bytes.length);
    while (size < bytesMin) size *= 2;
    const bytes = new Uint8Array(size);
    const length = this.read(bytes, 0, this.length);
    this.bytes = bytes;
    this.readTotal = 0;
    this.writeTotal = length;
  }
}

/** Operations asleep on one condition of one object. Woken after the object's state has changed. */
class WaitQueue {
  /** @type {Operation[]} */
  sleepers = [];

  wake() {
    if (this.sleepers.length === 0) return;
    const sleepers = this.sleepers;
    this.sleepers = [];
    for (const sleeper of sleepers) sleeper.ready();
  }
}

/**
 * A call that may have to wait. Made once for each direction of a handle and used again and again:
 * neither start(), arm() nor cancel() allocates.
 */
export class Operation {
  /** idle → asleep (on a wait queue) → ready (the door owes a turn) → idle, or asleep again. */
  state = "idle";
  turnOwed = false;

  /**
   * @param {{ schedule(operation: Operation): void }} task whose door gives the turns
   * @param {WaitQueue} queue where to sleep
   * @param {() => boolean} isReady whether attempt() would not answer EAGAIN; consumes nothing
   * @param {() => number | object | Errno} attempt
   * @param {(result: number | object | Errno) => void} done
   */
  constructor(task, queue, isReady, attempt, done) {
    this.task = task;
    this.queue = queue;
    this.isReady = isReady;
    this.attempt = attempt;
    this.done = done;
  }

  /** Tries now. A result is returned, and done() is not called; only EAGAIN leaves the operation pending. */
  start() {
    const result = this.attempt();
    if (result === "EAGAIN") this.sleep();
    return result;
  }

  /** Does not try now: the first try has a turn of its own, so done() never runs inside the caller. */
  arm() {
    if (this.state !== "idle") return;
    if (this.isReady()) this.ready();
    else this.sleep();
  }

  /** Afterwards done() is not called, and nothing has been consumed: the try runs in the turn, not at the wake. */
  cancel() {
    if (this.state === "asleep") this.queue.sleepers.splice(this.queue.sleepers.indexOf(this), 1);
    this.state = "idle";
  }

  sleep() {
    this.state = "asleep";
    this.queue.sleepers.push(this);
  }

  ready() {
    this.state = "ready";
    if (this.turnOwed) return;
    this.turnOwed = true;
    this.task.schedule(this);
  }

  /** The door's turn. */
  run() {
    this.turnOwed = false;
    if (this.state !== "ready") return;
    const result = this.attempt();
    if (result === "EAGAIN") return this.sleep();
    this.state = "idle";
    this.done(result);
  }
}

/** All endpoints of one experiment: who listens where. */
export class Network {
  /** @type {Map<number, Endpoint>} */
  listeners = new Map();
  nextPort = EPHEMERAL_PORT_FIRST;

  socket() {
    return new Endpoint(this);
  }
}

/** A stream socket as a process sees it: the object behind a descriptor. */
export class Endpoint {
  /** @type {"new" | "listening" | "connecting" | "refused" | "connected" | "closed"} */
  state = "new";
  localPort = 0;
  remotePort = 0;
  received = new ByteQueue();
  peer = null;
  hasSentFin = false;
  hasReceivedFin = false;
  /** @type {Errno | null} reported once by the next read or write, as SO_ERROR is */
  error = null;
  isReset = false;
  /** @type {Endpoint[]} */
  accepted = [];
  backlogMax = 0;
  readable = new WaitQueue();
  writable = new WaitQueue();

  constructor(network) {
    this.network = network;
  }

  bind(port) {
    if (port !== 0 && this.network.listeners.has(port)) return "EADDRINUSE";
    this.localPort = port === 0 ? this.network.nextPort++ : port;
    return 0;
  }

  listen(backlogMax) {
    if (this.network.listeners.has(this.localPort)) return "EADDRINUSE";
    if (this.localPort === 0) this.bind(0);
    this.network.listeners.set(this.localPort, this);
    this.state = "listening";
    this.backlogMax = backlogMax;
    return 0;
  }

  accept() {
    return this.accepted.shift() ?? "EAGAIN";
  }

  /** Answers EINPROGRESS as a non-blocking connect(2) does; finishConnect() has the outcome. */
  connect(port) {
    if (this.localPort === 0) this.bind(0);
    this.remotePort = port;
    const listener = this.network.listeners.get(port);
    if (!listener || listener.accepted.length >= listener.backlogMax) {
      this.state = "refused";
      this.writable.wake();
      return "EINPROGRESS";
    }
    const other = new Endpoint(this.network);
    other.localPort = port;
    other.remotePort = this.localPort;
    other.peer = this;
    other.state = "connected";
    this.peer = other;
    this.state = "connected";
    listener.accepted.push(other);
    listener.readable.wake();
    this.writable.wake();
    return "EINPROGRESS";
  }

  finishConnect() {
    if (this.state === "connecting") return "EAGAIN";
    return this.state === "refused" ? "ECONNREFUSED" : 0;
  }

  isConnectFinished() {
    return this.state !== "connecting";
  }

  isReadable() {
    return this.accepted.length > 0 || this.received.length > 0 || this.hasReceivedFin || this.error !== null;
  }

  isWritable() {
    const { peer } = this;
    return peer === null || this.error !== null || peer.received.length < QUEUE_BYTES_MAX;
  }

  /** Takes what fits and answers with the number of bytes taken, EAGAIN when none. */
  write(source, offset, length) {
    if (this.error !== null) return this.takeError();
    if (this.hasSentFin || this.isReset) return "EPIPE";
    if (this.peer === null) return "ENOTCONN";
    if (length === 0) return 0;
    if (this.peer.state === "closed") {
      // RFC 9293 §3.10.7.1: a segment for a closed connection is answered with a reset.
      this.receiveReset();
      return length;
    }
    const count = this.peer.received.write(source, offset, length);
    if (count === 0) return "EAGAIN";
    this.peer.readable.wake();
    return count;
  }

  /** Answers with the number of bytes read; 0 is the end of the stream. */
  read(target, offset, length) {
    if (this.error !== null) return this.takeError();
    const count = this.received.read(target, offset, length);
    if (count > 0) {
      this.peer?.writable.wake();
      return count;
    }
    return this.hasReceivedFin ? 0 : "EAGAIN";
  }

  shutdown() {
    if (this.peer === null) return "ENOTCONN";
    if (!this.hasSentFin) this.sendFin();
    return 0;
  }

  /** What the kernel has taken is still delivered; unread input makes the close a reset (RFC 1122 §4.2.2.13). */
  close() {
    if (this.state === "closed") return 0;
    if (this.state === "listening") {
      this.network.listeners.delete(this.localPort);
      for (const waiting of this.accepted) waiting.reset();
    } else if (this.peer !== null && this.received.length > 0) {
      this.peer.receiveReset();
    } else if (this.peer !== null && !this.hasSentFin) {
      this.sendFin();
    }
    this.state = "closed";
    // A writer asleep on our full queue must wake up: its next bytes will be answered with a reset.
    this.received = new ByteQueue();
    this.peer?.writable.wake();
    return 0;
  }

  /** Close with SO_LINGER 0. */
  reset() {
    this.peer?.receiveReset();
    this.state = "closed";
    return 0;
  }

  sendFin() {
    this.hasSentFin = true;
    this.peer.hasReceivedFin = true;
    this.peer.readable.wake();
  }

  receiveReset() {
    if (this.state === "closed") return;
    // As Linux does: a reset in CLOSE_WAIT is a broken pipe.
    this.error = this.hasReceivedFin ? "EPIPE" : "ECONNRESET";
    this.isReset = true;
    this.received.readTotal = this.received.writeTotal;
    this.readable.wake();
    this.writable.wake();
  }

  takeError() {
    const { error } = this;
    this.error = null;
    this.hasReceivedFin = true;
    return error;
  }
}
