/**
 * Two handles for Node's own net.js: a plain object, and a subclass of JSStream.
 *
 * Read first: lib/net.js and lib/internal/stream_base_commons.js of Node, which call every method here.
 * Control: net.Socket → handle method → try-call on the endpoint → number for Node (0 or a negative UV code);
 *          endpoint wakes → Operation in a turn → the handle's context → onread | oncomplete | onconnection.
 */

import { AsyncResource } from "node:async_hooks";
import { getSystemErrorMap } from "node:util";
import { Operation } from "./memory.mjs";
import { hold, release } from "./turns.mjs";

const { streamBaseState, kReadBytesOrError, kArrayBufferOffset, kBytesWritten, kLastWriteWasAsync, kLastWriteErr } =
  process.binding("stream_wrap");
export const { JSStream } = process.binding("js_stream");
/** libuv's code of each errno literal. On Windows it is not the platform's errno negated, so the table is asked. */
const uvCodes = new Map([...getSystemErrorMap()].map(([code, [name]]) => [name, code]));
const uvCode = (errno) => uvCodes.get(errno);
const UV_EOF = uvCode("EOF");
const UV_ECANCELED = uvCode("ECANCELED");
const SLAB_BYTES = 65536;
const READ_BYTES_MIN = 4096;

/** Blocks of received bytes are cut from a slab that Node then owns: nothing is written there twice. */
let slab = new Uint8Array(new ArrayBuffer(SLAB_BYTES));
let slabUsed = 0;

function reserveSlab() {
  if (SLAB_BYTES - slabUsed >= READ_BYTES_MIN) return;
  slab = new Uint8Array(new ArrayBuffer(SLAB_BYTES));
  slabUsed = 0;
}

/** Calls that do not depend on who reads: shared by both handles. */
const withSocketCalls = (Base) =>
  class SocketHandle extends Base {
    constructor(task, endpoint) {
      super("NETLOOM_TCP");
      this.task = task;
      this.endpoint = endpoint;
      /** Node's own note of whether it has called readStart(): never written here, isReading is ours. */
      this.reading = false;
      this.isReading = false;
      this.isHeld = false;
      this.isReferenced = true;
      this.isClosed = false;
      this.bindError = 0;
      this.connectRequest = null;
      this.acceptOperation = null;
      this.connectOperation = null;
      this.readOperation = new Operation(
        task,
        endpoint.readable,
        () => endpoint.isReadable(),
        () => this.attemptRead(),
        (result) => this.finishRead(result),
      );
    }

    get fd() {
      return -1;
    }

    /** Node waits for us while a read, a write, a connect or a listen is outstanding and the handle is referenced. */
    updateHold() {
      const isHeld = this.isReferenced && !this.isClosed && this.isActive();
      if (isHeld === this.isHeld) return;
      this.isHeld = isHeld;
      if (isHeld) hold();
      else release();
    }

    isActive() {
      return (
        this.isReading ||
        this.connectRequest !== null ||
        this.acceptOperation !== null ||
        this.hasPendingWrite() ||
        this.shutdownRequest != null
      );
    }

    ref() {
      this.isReferenced = true;
      this.updateHold();
    }

    unref() {
      this.isReferenced = false;
      this.updateHold();
    }

    hasRef() {
      return this.isReferenced;
    }

    /** libuv reports an address in use from listen() or connect(), not from bind(): Node's messages depend on it. */
    bind(_address, port) {
      const result = this.endpoint.bind(port);
      if (result !== 0) this.bindError = uvCode(result);
      return 0;
    }

    bind6(address, port) {
      return this.bind(address, port);
    }

    listen(backlogMax) {
      if (this.bindError !== 0) return this.bindError;
      const result = this.endpoint.listen(backlogMax);
      if (result !== 0) return uvCode(result);
      const { endpoint } = this;
      this.acceptOperation = new Operation(
        this.task,
        endpoint.readable,
        () => endpoint.isReadable(),
        () => endpoint.accept(),
        (accepted) => {
          this.acceptOperation.arm();
          // The new handle's context is the process's own, not that of the code which called listen().
          const handle = this.task.root.runInAsyncScope(() => new this.constructor(this.task, accepted));
          this.inContext(() => this.onconnection(0, handle));
        },
      );
      this.acceptOperation.arm();
      this.updateHold();
      return 0;
    }

    connect(request, _address, port) {
      if (this.bindError !== 0) return this.bindError;
      const { endpoint } = this;
      this.connectRequest = request;
      const scope = new AsyncResource("NETLOOM_CONNECT");
      const result = endpoint.connect(port);
      if (result !== "EINPROGRESS") return uvCode(result);
      this.connectOperation = new Operation(
        this.task,
        endpoint.writable,
        () => endpoint.isConnectFinished(),
        () => endpoint.finishConnect(),
        (outcome) => {
          this.connectRequest = null;
          this.updateHold();
          const status = outcome === 0 ? 0 : uvCode(outcome);
          scope.runInAsyncScope(() => request.oncomplete(status, this, request, true, true));
        },
      );
      this.connectOperation.arm();
      this.updateHold();
      return 0;
    }

    connect6(request, address, port) {
      return this.connect(request, address, port);
    }

    getsockname(out) {
      return Object.assign(out, { address: "127.0.0.1", family: "IPv4", port: this.endpoint.localPort }) && 0;
    }

    getpeername(out) {
      if (this.endpoint.remotePort === 0) return uvCode("ENOTCONN");
      return Object.assign(out, { address: "127.0.0.1", family: "IPv4", port: this.endpoint.remotePort }) && 0;
    }

    setNoDelay() {
      return 0;
    }

    setKeepAlive() {
      return 0;
    }

    setTypeOfService() {
      return 0;
    }

    getTypeOfService() {
      return 0;
    }

    /** Before the data goes up: a handler that throws must not end the reading. An error or the end is the last. */
    rearmRead(result) {
      if (typeof result === "string" || result === 0) this.isReading = false;
      else this.readOperation.arm();
      this.updateHold();
    }

    /** Runs in a turn of its own, in the order in which it was asked for. */
    later(callback) {
      // AsyncResource.bind() would do the same at ten times the price.
      const scope = new AsyncResource("NETLOOM_REQUEST");
      this.task.schedule({ run: () => scope.runInAsyncScope(callback) });
    }

    close(callback) {
      this.finish(callback, () => this.endpoint.close());
    }

    reset(callback) {
      this.finish(callback, () => this.endpoint.reset());
      return 0;
    }

    /** Leaves the descriptor alone and gives it away: to a handle of the other kind. Not while a write is pending. */
    detach() {
      this.finish(undefined, () => {});
      return this.endpoint;
    }

    finish(callback, closeEndpoint) {
      if (this.isClosed) return;
      const { connectRequest } = this;
      // Every operation, and at once: a turn that is owed already must not find the closed descriptor.
      this.readOperation.cancel();
      this.acceptOperation?.cancel();
      this.connectOperation?.cancel();
      this.writeOperation?.cancel();
      this.isClosed = true;
      this.updateHold();
      // Asked for before the peer is woken: libuv's close callbacks end the iteration, the peer is polled in the next.
      this.later(() => {
        connectRequest?.oncomplete(UV_ECANCELED, this, connectRequest, false, false);
        this.cancelRequests();
        callback?.call(this);
      });
      closeEndpoint();
    }
  };

/** Node's shape of a native TCP handle, as far as net.js looks at it. TLS and HTTP/2 refuse it. */
export class PlainHandle extends withSocketCalls(AsyncResource) {
  bytesRead = 0;
  bytesWritten = 0;
  /** Bytes not yet taken. When they stay the same for a whole period, net.Socket emits 'timeout'. */
  writeQueueSize = 0;
  userBuffer = null;
  shutdownRequest = null;
  /** The one write that the kernel has not taken whole: Node has at most one outstanding per socket. */
  pendingWrite = null;
  writeOperation = null;

  /** A kept-alive socket that the http Agent hands to the next request changes its context here. */
  asyncReset() {
    this.scope = new AsyncResource("NETLOOM_TCP");
  }

  getAsyncId() {
    return (this.scope ?? this).asyncId();
  }

  getProviderType() {
    return 0;
  }

  inContext(callback) {
    (this.scope ?? this).runInAsyncScope(callback);
  }

  hasPendingWrite() {
    return this.pendingWrite !== null;
  }

  useUserBuffer(buffer) {
    this.userBuffer = buffer;
  }

  readStart() {
    this.isReading = true;
    this.readOperation.arm();
    this.updateHold();
    return 0;
  }

  readStop() {
    this.isReading = false;
    this.readOperation.cancel();
    this.updateHold();
    return 0;
  }

  attemptRead() {
    if (this.userBuffer) return this.endpoint.read(this.userBuffer, 0, this.userBuffer.length);
    reserveSlab();
    return this.endpoint.read(slab, slabUsed, SLAB_BYTES - slabUsed);
  }

  finishRead(result) {
    this.rearmRead(result);
    this.inContext(() => this.deliverRead(result));
  }

  deliverRead(result) {
    if (typeof result === "string" || result === 0) {
      streamBaseState[kReadBytesOrError] = result === 0 ? UV_EOF : uvCode(result);
      this.onread(undefined);
      return;
    }
    this.bytesRead += result;
    streamBaseState[kReadBytesOrError] = result;
    if (this.userBuffer) {
      const next = this.onread(undefined);
      if (next !== undefined) this.userBuffer = next;
      return;
    }
    streamBaseState[kArrayBufferOffset] = slabUsed;
    slabUsed += result;
    this.onread(slab.buffer);
  }

  writeBuffer(request, buffer) {
    return this.write(request, [buffer], buffer.length);
  }

  writev(request, chunks, allBuffers) {
    const buffers = [];
    if (allBuffers) buffers.push(...chunks);
    else for (let i = 0; i < chunks.length; i += 2) buffers.push(toBuffer(chunks[i], chunks[i + 1]));
    let length = 0;
    for (const buffer of buffers) length += buffer.length;
    return this.write(request, buffers, length);
  }

  writeUtf8String(request, text) {
    return this.writeBuffer(request, Buffer.from(text, "utf8"));
  }

  writeAsciiString(request, text) {
    return this.writeBuffer(request, Buffer.from(text, "latin1"));
  }

  writeLatin1String(request, text) {
    return this.writeBuffer(request, Buffer.from(text, "latin1"));
  }

  writeUcs2String(request, text) {
    return this.writeBuffer(request, Buffer.from(text, "utf16le"));
  }

  /**
   * Moves what fits now. All of it: answers 0 with kLastWriteWasAsync 0, and Node calls its callback at once, as it
   * does after a successful uv_try_write(). Else the rest waits, and oncomplete() follows in a turn of its own.
   */
  write(request, buffers, length) {
    streamBaseState[kBytesWritten] = length;
    this.bytesWritten += length;
    this.writeQueueSize = length;
    const write = { request, buffers, index: 0, offset: 0, scope: null };
    const result = this.pushBytes(write);
    streamBaseState[kLastWriteWasAsync] = result === "EAGAIN" ? 1 : 0;
    if (kLastWriteErr !== undefined) streamBaseState[kLastWriteErr] = 0;
    if (result === 0) return 0;
    if (result !== "EAGAIN") return uvCode(result);

    write.scope = new AsyncResource("NETLOOM_WRITE");
    this.pendingWrite = write;
    const { endpoint } = this;
    this.writeOperation ??= new Operation(
      this.task,
      endpoint.writable,
      () => endpoint.isWritable(),
      () => this.pushBytes(this.pendingWrite),
      (outcome) => this.finishWriting(outcome),
    );
    this.writeOperation.arm();
    this.updateHold();
    // Node 26 passes no request: it wants the handle's own, with `writeStatus`, and attaches oncomplete itself.
    write.request ??= { writeStatus: null };
    return request === null ? write.request : 0;
  }

  /** Answers 0 when all is taken. */
  pushBytes(write) {
    for (; write.index < write.buffers.length; write.index++, write.offset = 0) {
      const buffer = write.buffers[write.index];
      while (write.offset < buffer.length) {
        const count = this.endpoint.write(buffer, write.offset, buffer.length - write.offset);
        if (typeof count === "string") return count;
        write.offset += count;
        this.writeQueueSize -= count;
      }
    }
    return 0;
  }

  finishWriting(outcome) {
    const { request, scope } = this.pendingWrite;
    this.pendingWrite = null;
    this.updateHold();
    scope.runInAsyncScope(() => request.oncomplete(outcome === 0 ? 0 : uvCode(outcome)));
  }

  /** Node asks for it when no write is outstanding. libuv sends the FIN in a turn of its own too, then completes. */
  shutdown(request) {
    this.shutdownRequest = request;
    this.updateHold();
    this.later(() => {
      if (this.shutdownRequest === null) return;
      this.shutdownRequest = null;
      this.updateHold();
      const result = this.endpoint.shutdown();
      request.oncomplete(result === 0 ? 0 : uvCode(result));
    });
    return 0;
  }

  cancelRequests() {
    const { pendingWrite, shutdownRequest } = this;
    this.pendingWrite = null;
    this.shutdownRequest = null;
    if (pendingWrite) pendingWrite.scope.runInAsyncScope(() => pendingWrite.request.oncomplete(UV_ECANCELED));
    shutdownRequest?.oncomplete(UV_ECANCELED);
  }
}

function toBuffer(chunk, encoding) {
  return typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
}

/**
 * A native StreamBase whose far side is ours: TLS, HTTP/2 and the http parser take it over.
 * Node's native methods (readStart, writev, shutdown, …) call the on… methods below.
 */
export class JSStreamHandle extends withSocketCalls(JSStream) {
  /** Finish a write inside onwrite() when the kernel took all of it; off, each write completes in a turn of its own. */
  static finishesWritesAtOnce = false;

  constructor(task, endpoint) {
    super(task, endpoint);
    this.scope = new AsyncResource("NETLOOM_TCP");
    /** Node has one write outstanding at a time here too, but TLS asks for a shutdown before it is done. */
    this.writes = [];
    this.writeQueueSize = 0;
    this.shutdownRequest = null;
    this.writeOperation = new Operation(
      task,
      endpoint.writable,
      () => endpoint.isWritable(),
      () => PlainHandle.prototype.pushBytes.call(this, this.writes[0]),
      (outcome) => this.finishWriting(outcome),
    );
  }

  inContext(callback) {
    this.scope.runInAsyncScope(callback);
  }

  hasPendingWrite() {
    return this.writes.length > 0;
  }

  get fd() {
    return -1;
  }

  isClosing() {
    return this.isClosed;
  }

  onreadstart() {
    this.isReading = true;
    this.readOperation.arm();
    this.updateHold();
    return 0;
  }

  onreadstop() {
    this.isReading = false;
    this.readOperation.cancel();
    this.updateHold();
    return 0;
  }

  attemptRead() {
    reserveSlab();
    return this.endpoint.read(slab, slabUsed, SLAB_BYTES - slabUsed);
  }

  finishRead(result) {
    this.rearmRead(result);
    if (result === 0) this.emitEOF();
    else if (typeof result === "string") this.failRead(result);
    // readBuffer() copies, so the slab's space is used again.
    else this.readBuffer(slab.subarray(slabUsed, slabUsed + result));
  }

  /** JSStream has no native call for a read error: the listener of net.js is told directly. */
  failRead(errno) {
    this.inContext(() => {
      streamBaseState[kReadBytesOrError] = uvCode(errno);
      this.onread?.(undefined);
    });
  }

  onwrite(request, buffers) {
    const write = { request, buffers, index: 0, offset: 0 };
    if (this.writes.length > 0) {
      this.writes.push(write);
      return 0;
    }
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    this.writeQueueSize = length;
    const result = PlainHandle.prototype.pushBytes.call(this, write);
    if (result !== 0 && result !== "EAGAIN") return uvCode(result);
    if (result === 0 && JSStreamHandle.finishesWritesAtOnce) {
      this.finishWrite(request, 0);
      // Node notes the length after this and takes it for a write in progress: the same figure says that it is not.
      this.writeQueueSize = length;
      return 0;
    }
    this.writes.push(write);
    if (result === 0) this.writeOperation.ready();
    else this.writeOperation.arm();
    this.updateHold();
    return 0;
  }

  finishWriting(outcome) {
    const { request } = this.writes.shift();
    this.finishWrite(request, outcome === 0 ? 0 : uvCode(outcome));
    if (this.isClosed) return;
    if (this.writes.length > 0) this.writeOperation.arm();
    else if (this.shutdownRequest !== null) this.flushShutdown();
    this.updateHold();
  }

  onshutdown(request) {
    this.shutdownRequest = request;
    if (this.writes.length === 0) this.flushShutdown();
    this.updateHold();
    return 0;
  }

  flushShutdown() {
    const request = this.shutdownRequest;
    this.later(() => {
      if (this.shutdownRequest !== request) return;
      this.shutdownRequest = null;
      this.updateHold();
      const result = this.endpoint.shutdown();
      this.finishShutdown(request, result === 0 ? 0 : uvCode(result));
    });
  }

  cancelRequests() {
    const { writes, shutdownRequest } = this;
    this.writes = [];
    this.shutdownRequest = null;
    for (const { request } of writes) this.finishWrite(request, UV_ECANCELED);
    if (shutdownRequest !== null) this.finishShutdown(shutdownRequest, UV_ECANCELED);
  }
}
