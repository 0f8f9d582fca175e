/**
 * A handle of ours in the form of a native stream: what TLS and HTTP/2 take over. It leads to a plain handle, which does the work.
 *
 * Read first: lib/internal/js_stream_socket.js of Node; docs/SPIKE-NODE-HANDLE.md, "TLS and HTTP/2". Node's native methods
 * (readStart, writev, shutdown, …) call the on… methods here; what net.Socket calls beside them is passed on.
 */
import net from "node:net";
import { FramedReading } from "./http2-frames.ts";
import { internals, type JsStream, uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import { refuse } from "./refuse.ts";
import { type Request, type Sink, StreamHandle } from "./stream-handle.ts";

const UV_ECANCELED = uvCode("ECANCELED");

interface QueuedWrite {
  readonly request: object;
  readonly buffers: readonly Uint8Array[];
}

/** Who takes the stream over: TLS, or an end of an HTTP/2 connection in clear. */
export type Taker = "tls" | "http2 client" | "http2 server";

/** What does the work below a native stream: a plain handle, or TLS. */
export interface Below {
  readonly owner: NodeProcess;
  readonly isClosed: boolean;
  sink: Sink | null;
  readStart(): number;
  readStop(): number;
  writeBuffers(buffers: readonly Uint8Array[], told: (status: number) => void): number | "pending";
  shutdown(request: Request): number;
}

/** What net.Socket calls that a native stream does not have itself. */
const PASSED_ON: readonly string[] =
  "connect connect6 bind bind6 getsockname getpeername setNoDelay setKeepAlive ref unref hasRef setTypeOfService getTypeOfService".split(
    " ",
  );

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** The native form of a handle. */
export function nativeForm(plain: StreamHandle, taker: Taker): JsStream {
  const { stream, cancel } = nativeStream(plain, taker);
  Object.assign(stream, {
    close: (callback?: () => void) => plain.close(() => cancel(callback)),
    reset: (callback?: () => void) => plain.reset(() => cancel(callback)),
  });
  for (const name of PASSED_ON) {
    const method = (plain as unknown as Methods)[name];
    if (method !== undefined) (stream as unknown as Methods)[name] = (...args) => method.apply(plain, args);
  }
  Object.defineProperty(stream, "fd", { get: () => plain.fd });
  plain.face = stream;
  plain.usedByNative();
  if (taker === "tls") plain.seal();
  plains.set(stream, plain);
  takers.set(plain, taker);
  return stream;
}

const plains: WeakMap<object, StreamHandle> = new WeakMap<object, StreamHandle>();
const takers: WeakMap<StreamHandle, Taker> = new WeakMap<StreamHandle, Taker>();

/** The form that another handle has, for one in its place. */
export function formAs(other: StreamHandle, plain: StreamHandle): object {
  const taker = takers.get(other);
  return taker === undefined ? plain : nativeForm(plain, taker);
}

/** The plain handle behind a handle of ours in either form; undefined for others. */
export function plainOf(handle: unknown): StreamHandle | undefined {
  if (handle instanceof StreamHandle) return handle;
  return typeof handle === "object" && handle !== null ? plains.get(handle) : undefined;
}

/** The same, also of what stands on TLS. */
export function plainUnder(handle: unknown): StreamHandle | undefined {
  return plainOf(handle) ?? plainOf(parentOf(handle));
}

/** What a TLS handle stands on. */
function parentOf(handle: unknown): unknown {
  return (handle as { _parent?: unknown } | null)?._parent;
}

/** Is it one of Node's own handles, that leads to the real network, or TLS over one? */
export function isOfMachine(handle: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(handle);
  const { TCP, Pipe } = internals();
  if (prototype === TCP.prototype || prototype === Pipe.prototype) return true;
  const parent = parentOf(handle);
  return typeof parent === "object" && parent !== null && isOfMachine(parent);
}

/** Gives a socket that has a plain handle the native form of it: it is about to be taken over. */
export function toNative(socket: unknown, taker: Taker): void {
  if (!(socket instanceof net.Socket)) return;
  const { _handle: handle } = socket as net.Socket & { _handle: object | null };
  if (handle !== null && isOfMachine(handle))
    refuse(`${taker === "tls" ? "TLS" : "HTTP/2"} over a socket of the machine`, "net");
  if (!(handle instanceof StreamHandle)) return;
  const { isReading } = handle;
  handle.lend();
  const reinitialize = (socket as unknown as Record<symbol, (handle: object) => void>)[internals().reinitializeHandle];
  // What a socket has read already goes by the frames that would be looked for: its session is given all at once.
  const stream = nativeForm(handle, socket.readableLength > 0 ? "tls" : taker);
  reinitialize?.call(socket, stream);
  // TLS begins to read by itself.
  if (isReading && taker !== "tls") stream.readStart();
}

interface NativeStream {
  readonly stream: JsStream;
  /** Answers what is outstanding, and then calls back: it is closed. */
  cancel(callback: (() => void) | undefined): void;
}

/** A native stream over what does its work. */
export function nativeStream(below: Below, taker: Taker): NativeStream {
  const { JSStream } = internals();
  const stream = new JSStream();
  const sink = sinkOf(stream);
  const framed = taker === "tls" ? null : new FramedReading(below, taker === "http2 server", sink);
  below.sink = framed ?? sink;
  const writes: QueuedWrite[] = [];
  let shutdownRequest: object | null = null;
  const finish = ({ request }: QueuedWrite, status: number): void => {
    stream.finishWrite(request, status);
    writes.shift();
    const next = writes[0];
    if (next !== undefined) begin(next);
    else if (shutdownRequest !== null) shutDown();
  };
  /** Finishes at once when the kernel takes all of it, as a real socket does. */
  const begin = (write: QueuedWrite): void => {
    const result = below.writeBuffers(write.buffers, (status) => finish(write, status));
    // Node notes the length after this and takes it for a write in progress: the same figure says that it is not.
    if (result !== "pending") methods.writeQueueSize = write.buffers.reduce((sum, { length }) => sum + length, 0);
    if (result !== "pending") finish(write, result);
  };
  const shutDown = (): void => {
    const request = shutdownRequest;
    shutdownRequest = null;
    if (request === null) return;
    below.shutdown({ oncomplete: (status) => stream.finishShutdown(request, status as number) } as Request);
  };
  const methods = Object.assign(stream, {
    writeQueueSize: 0,
    isClosing: () => below.isClosed,
    onreadstart: () => framed?.start() ?? below.readStart(),
    onreadstop: () => framed?.stop() ?? below.readStop(),
    onwrite: (request: object, buffers: readonly Uint8Array[]) => {
      // What goes by TLS was looked at when the socket was written to.
      if (taker !== "tls") below.owner.assertOwn();
      below.owner.awaitNative();
      const write = { request, buffers };
      if (writes.push(write) === 1) begin(write);
      return 0;
    },
    /** TLS asks for it while a write is outstanding. */
    onshutdown: (request: object) => {
      shutdownRequest = request;
      if (writes.length === 0) shutDown();
      return 0;
    },
  });
  const cancel = (callback: (() => void) | undefined): void => {
    for (const { request } of writes.splice(0)) stream.finishWrite(request, UV_ECANCELED);
    if (shutdownRequest !== null) stream.finishShutdown(shutdownRequest, UV_ECANCELED);
    callback?.call(stream);
  };
  return { stream, cancel };
}

/** Hands what is read to native code. */
function sinkOf(stream: JsStream): Sink {
  const { streamBaseState, kReadBytesOrError } = internals().stream;
  return {
    data: (bytes) => stream.readBuffer(bytes),
    end: (status) => {
      if (status === 0) {
        stream.emitEOF();
        return;
      }
      // There is no native call for a read error: the listener of net.js is told directly.
      streamBaseState[kReadBytesOrError] = status;
      stream.onread?.(undefined);
    },
  };
}
