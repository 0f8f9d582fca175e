/**
 * The handle under net.Socket and net.Server: a plain object in the shape of Node's TCPWrap and PipeWrap.
 *
 * Read first: lib/net.js and lib/internal/stream_base_commons.js of Node, which call every method here;
 * docs/SPIKE-NODE-HANDLE.md, "What order Node expects". Control: net.Socket → a method → a kernel call → a number for Node
 * (0, or a negative UV code); the kernel wakes → an operation's turn → the handle's context → onread, oncomplete,
 * onconnection. A handle does nothing that a system call does not.
 */
import { AsyncResource } from "node:async_hooks";
import type { Errno } from "../../abi/errno.ts";
import type { Operation } from "../../kernel/operation.ts";
import type { SocketAddress } from "../../socket/address.ts";
import { stir } from "../turns.ts";
import type { Endpoint } from "./endpoint.ts";
import { Handle } from "./handle.ts";
import { internals, uvCode } from "./internals.ts";
import { join, PendingWrite, toBuffers } from "./pending-write.ts";
import { ReadSlab } from "./read-slab.ts";
import { VirtualTimeout } from "./timers.ts";

const UV_EOF = uvCode("EOF");
const UV_ECANCELED = uvCode("ECANCELED");

/** A request object of Node's: connect, write, shutdown. */
export interface Request {
  oncomplete(...args: unknown[]): void;
}

/** Where a handle that Node has in another form (native-handle.ts) brings what it reads. */
export interface Sink {
  /** The bytes are only lent. */
  data(bytes: Uint8Array): void;
  /** No more comes: 0 at the end, or a UV code. */
  end(status: number): void;
}

export abstract class StreamHandle extends Handle {
  /** What Node has as the handle. */
  face: object = this;
  sink: Sink | null = null;
  /** Gives accepted connections the form in which the server takes them. */
  facing: (accepted: StreamHandle) => object = itself;
  bytesRead = 0;
  bytesWritten = 0;
  /** Bytes not yet taken. While they do not change for a whole period, net.Socket emits "timeout". */
  writeQueueSize = 0;
  /** Node's own note of whether it reads: never looked at here. */
  reading = false;
  /** Set by Node. */
  onread: (buffer: ArrayBuffer | undefined) => Uint8Array | undefined = () => undefined;
  onconnection: (status: number, handle?: object) => void = () => {};
  #isReading = false;
  #isSealed = false;
  #isLent = false;
  #bindError: Errno | null = null;
  #connectRequest: Request | null = null;
  #shutdownRequest: Request | null = null;
  #pendingWrite: PendingWrite | null = null;
  #userBuffer: Uint8Array | null = null;
  #accepting: Operation<Endpoint> | null = null;
  #connecting: Operation<0> | null = null;
  #writing: Operation<0> | null = null;
  #reading: Operation<number> | null = null;
  #endpoint: Endpoint | null = null;

  /** Has a connect() not been answered yet? */
  protected get isConnecting(): boolean {
    return this.#connectRequest !== null;
  }

  /** The socket, which is opened when the family of its address is known. */
  get endpoint(): Endpoint | null {
    return this.#endpoint;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** TLS writes to it: of chance that has no seed. */
  seal(): void {
    this.#isSealed = true;
    this.#endpoint?.seal();
  }

  /** From now on this is the handle of that socket. */
  use(endpoint: Endpoint): this {
    this.#endpoint = endpoint;
    if (this.#isSealed) endpoint.seal();
    this.#reading = endpoint.whenReadable(
      "read",
      () => endpoint.read(this.#userBuffer ?? ReadSlab.reserve()),
      (result) => this.#finishRead(result),
    );
    return this;
  }

  /** A socket of the family of that address, unless there is one already. */
  protected abstract open(address: SocketAddress): Endpoint | Errno;

  #opened(address: SocketAddress): Endpoint | Errno {
    if (this.#endpoint !== null) return this.#endpoint;
    const endpoint = this.open(address);
    if (typeof endpoint !== "string") this.use(endpoint);
    return endpoint;
  }

  /** A handle of the same kind, for a connection that was accepted. */
  protected abstract adopt(endpoint: Endpoint): StreamHandle;

  // ---- what handles of Node have ----

  get fd(): number {
    return this.isClosed ? -1 : (this.#endpoint?.fd ?? -1);
  }

  setBlocking(): number {
    return 0;
  }

  useUserBuffer(buffer: Uint8Array): void {
    this.#userBuffer = buffer;
  }

  /** Options that a socket has before bind(). */
  protected prepareToBind(_endpoint: Endpoint, _address: SocketAddress, _flags: number): void {}

  /** Does bind() itself fail with this? Else listen() or connect() does. */
  protected abstract isToldByBind(error: Errno): boolean;

  protected bindTo(address: SocketAddress, flags: number = 0): number {
    const endpoint = this.#opened(address);
    if (typeof endpoint === "string") return uvCode(endpoint);
    this.prepareToBind(endpoint, address, flags);
    const result = endpoint.bind(address);
    if (result !== 0 && this.isToldByBind(result)) return uvCode(result);
    if (result !== 0) this.#bindError = result;
    return 0;
  }

  listen(backlog: number): number {
    const endpoint = this.#endpoint;
    if (endpoint === null) return uvCode("EINVAL");
    const result = this.#bindError ?? endpoint.listen(backlog);
    if (result !== 0) return uvCode(result);
    this.#accepting ??= endpoint.whenReadable(
      "accept",
      () => endpoint.accept(),
      (accepted) => this.#finishAccept(accepted),
    );
    this.#accepting.arm();
    this.updateHold();
    return 0;
  }

  /** With a limit, an attempt that has not been answered by then has failed: ETIMEDOUT. */
  protected connectTo(request: Request, address: SocketAddress, limitMs: number | null = null): number {
    this.owner.assertOwn();
    if (this.#bindError !== null) return uvCode(this.#bindError);
    const endpoint = this.#opened(address);
    if (typeof endpoint === "string") return uvCode(endpoint);
    const result = endpoint.connect(address);
    if (result !== 0 && this.isToldAtOnce(result)) return uvCode(result);
    const scope = new AsyncResource("NETLOOM_CONNECT");
    const limit =
      limitMs === null ? null : new VirtualTimeout(this.owner, () => finish("ETIMEDOUT"), limitMs, [], false);
    const finish = (outcome: 0 | Errno): void => {
      limit?.clear();
      if (this.#connectRequest !== request) return;
      this.#connectRequest = null;
      this.updateHold();
      const status = outcome === 0 ? 0 : uvCode(outcome);
      scope.runInAsyncScope(() => request.oncomplete(status, this.face, request, true, true));
    };
    this.#connectRequest = request;
    if (result === "EINPROGRESS") {
      this.#connecting = endpoint.whenWritable("connect", () => endpoint.connectResult(), finish);
      this.#connecting.arm();
    } else {
      // As libuv does: what is known at once is told later.
      this.owner.turn(() => finish(result));
    }
    this.updateHold();
    return 0;
  }

  /** Does connect() itself fail with this? Else it is told later. */
  protected abstract isToldAtOnce(error: Errno): boolean;

  readStart(): number {
    if (this.isClosed) return uvCode("EINVAL");
    this.#isReading = true;
    this.#reading?.arm();
    this.updateHold();
    return 0;
  }

  readStop(): number {
    this.#isReading = false;
    this.#reading?.cancel();
    this.updateHold();
    return 0;
  }

  writeBuffer(request: Request | null, buffer: Uint8Array): number | object {
    return this.#write(request, [buffer]);
  }

  writev(request: Request | null, chunks: readonly unknown[], allBuffers: boolean): number | object {
    return this.#write(request, toBuffers(chunks, allBuffers));
  }

  writeUtf8String(request: Request | null, text: string): number | object {
    return this.#write(request, [Buffer.from(text, "utf8")]);
  }

  writeAsciiString(request: Request | null, text: string): number | object {
    return this.#write(request, [Buffer.from(text, "latin1")]);
  }

  writeLatin1String(request: Request | null, text: string): number | object {
    return this.#write(request, [Buffer.from(text, "latin1")]);
  }

  writeUcs2String(request: Request | null, text: string): number | object {
    return this.#write(request, [Buffer.from(text, "utf16le")]);
  }

  /** Node asks for it when no write is outstanding. As libuv, the FIN goes in a turn of its own, unless close() is first. */
  shutdown(request: Request): number {
    this.#shutdownRequest = request;
    this.updateHold();
    this.later(() => {
      if (this.isClosed || this.#shutdownRequest !== request) return;
      this.#shutdownRequest = null;
      this.updateHold();
      const result = this.#endpoint?.shutdown() ?? "ENOTCONN";
      request.oncomplete(result === 0 ? 0 : uvCode(result));
    });
    return 0;
  }

  close(callback?: () => void): void {
    // Node closes a handle that it replaces: here another form of the same one.
    if (this.#isLent) this.#isLent = false;
    else this.#finish(callback, () => this.#endpoint?.close());
  }

  /** The next close() is not meant: the handle goes on in another form. */
  lend(): void {
    this.readStop();
    this.#isLent = true;
  }

  reset(callback?: () => void): number {
    this.#finish(callback, () => this.#endpoint?.reset());
    return 0;
  }

  // ---- turns ----

  #finishAccept(accepted: Endpoint | Errno): void {
    this.#accepting?.arm();
    if (typeof accepted === "string") {
      this.inContext(() => this.onconnection(uvCode(accepted)));
      return;
    }
    // The new handle's context is the process's own, not that of the code which called listen().
    const handle = this.owner.root.runInAsyncScope(() => this.facing(this.adopt(accepted)));
    this.inContext(() => this.onconnection(0, handle));
  }

  #finishRead(result: number | Errno): void {
    const isLast = typeof result === "string" || result === 0;
    // Armed again before the data goes up: a handler that throws must not end the reading.
    if (isLast) {
      this.#isReading = false;
      this.updateHold();
    } else this.#reading?.arm();
    this.inContext(this.#deliver, result);
  }

  #deliver(result: number | Errno): void {
    const { streamBaseState, kReadBytesOrError, kArrayBufferOffset } = internals().stream;
    if (typeof result === "string" || result === 0) {
      const status = result === 0 ? UV_EOF : uvCode(result);
      streamBaseState[kReadBytesOrError] = status;
      if (this.sink === null) this.onread(undefined);
      else this.sink.end(result === 0 ? 0 : status);
      return;
    }
    this.bytesRead += result;
    if (this.sink !== null) {
      this.sink.data(ReadSlab.reserve().subarray(0, result));
      return;
    }
    streamBaseState[kReadBytesOrError] = result;
    if (this.#userBuffer !== null) {
      this.#userBuffer = this.onread(undefined) ?? this.#userBuffer;
      return;
    }
    streamBaseState[kArrayBufferOffset] = ReadSlab.offset;
    this.onread(ReadSlab.give(result));
  }

  /**
   * Moves what fits now. All of it: answers 0 and Node calls its callback at once, as after a successful uv_try_write().
   * Else the rest waits, and oncomplete() follows in a turn of its own.
   */
  #write(request: Request | null, buffers: readonly Uint8Array[]): number | object {
    const { streamBaseState, kBytesWritten, kLastWriteWasAsync, kLastWriteErr } = internals().stream;
    // Node 26 passes no request: it wants the handle's own, to which it attaches oncomplete.
    const own = request ?? ({ writeStatus: null } as unknown as Request);
    const before = this.bytesWritten;
    const result = this.writeBuffers(buffers, (status) => own.oncomplete(status));
    streamBaseState[kBytesWritten] = this.bytesWritten - before;
    streamBaseState[kLastWriteWasAsync] = result === "pending" ? 1 : 0;
    if (kLastWriteErr !== undefined) streamBaseState[kLastWriteErr] = 0;
    if (result !== "pending") return result;
    return request === null ? own : 0;
  }

  /** As #write(): 0 or a UV code at once, or "pending", and `told` is called with one later. */
  writeBuffers(buffers: readonly Uint8Array[], told: (status: number) => void): number | "pending" {
    const endpoint = this.#endpoint;
    if (endpoint === null) return uvCode("ENOTCONN");
    stir();
    const joined = join(buffers);
    const [first] = joined;
    // Nearly every write is one buffer that the kernel takes at once.
    const taken = joined.length === 1 && first !== undefined && first.length > 0 ? endpoint.write(first) : 0;
    if (taken === first?.length) {
      this.bytesWritten += taken;
      this.writeQueueSize = 0;
      return 0;
    }
    const write = new PendingWrite(endpoint, joined, told, typeof taken === "number" ? taken : 0);
    this.bytesWritten += write.length;
    const result = typeof taken === "number" ? write.push() : taken;
    this.writeQueueSize = write.left;
    if (result !== "EAGAIN") return result === 0 ? 0 : uvCode(result);
    this.#pendingWrite = write.wait();
    this.#writing ??= endpoint.whenWritable(
      "write",
      () => this.#pushPending(),
      (outcome) => this.#finishWrite(outcome),
    );
    this.#writing.arm();
    this.updateHold();
    return "pending";
  }

  #pushPending(): 0 | Errno {
    const write = this.#pendingWrite;
    if (write === null) return 0;
    const result = write.push();
    this.writeQueueSize = write.left;
    return result;
  }

  #finishWrite(outcome: 0 | Errno): void {
    const write = this.#pendingWrite;
    this.#pendingWrite = null;
    this.updateHold();
    write?.complete(outcome === 0 ? 0 : uvCode(outcome));
  }

  #finish(callback: (() => void) | undefined, closeEndpoint: () => void): void {
    if (this.isClosed) return;
    const connectRequest = this.#connectRequest;
    // Every operation, and at once: a turn that is owed already must not find the closed descriptor.
    for (const operation of [this.#reading, this.#accepting, this.#connecting, this.#writing]) operation?.cancel();
    this.#connectRequest = null;
    // Asked for before the peer is woken: libuv's close callbacks end the iteration, the peer is polled in the next.
    this.closeWith(() => {
      connectRequest?.oncomplete(UV_ECANCELED, this.face, connectRequest, false, false);
      this.#pendingWrite?.complete(UV_ECANCELED);
      this.#shutdownRequest?.oncomplete(UV_ECANCELED);
      callback?.call(this.face);
    });
    closeEndpoint();
  }

  /** It reads, writes, connects, shuts down or listens. */
  protected get isActive(): boolean {
    return (
      this.#isReading ||
      this.#accepting !== null ||
      this.#connectRequest !== null ||
      this.#pendingWrite !== null ||
      this.#shutdownRequest !== null
    );
  }
}

function itself(accepted: StreamHandle): object {
  return accepted;
}
