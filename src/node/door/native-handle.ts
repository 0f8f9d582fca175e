/**
 * A handle of ours in the form of a native stream: what TLS takes over. It leads to a plain handle, which does the work.
 *
 * Read first: lib/internal/js_stream_socket.js of Node; docs/SPIKE-NODE-HANDLE.md, "TLS and HTTP/2". Node's native methods
 * (readStart, writev, shutdown, …) call the on… methods here; what net.Socket calls beside them is passed on.
 */
import net from "node:net";
import { internals, type JsStream, uvCode } from "./internals.ts";
import { type Request, StreamHandle } from "./stream-handle.ts";

const UV_ECANCELED = uvCode("ECANCELED");

interface QueuedWrite {
  readonly request: object;
  readonly buffers: readonly Uint8Array[];
}

/** What net.Socket calls that a native stream does not have itself. */
const PASSED_ON: readonly string[] =
  "connect connect6 bind bind6 getsockname getpeername setNoDelay setKeepAlive ref unref hasRef setTypeOfService getTypeOfService".split(
    " ",
  );

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** The native form of a handle. */
export function nativeForm(plain: StreamHandle): JsStream {
  const { JSStream } = internals();
  const stream = new JSStream();
  const faced = Object.assign(stream, facade(plain, stream));
  for (const name of PASSED_ON) {
    const method = (plain as unknown as Methods)[name];
    if (method !== undefined) (faced as unknown as Methods)[name] = (...args) => method.apply(plain, args);
  }
  Object.defineProperty(faced, "fd", { get: () => plain.fd });
  plain.face = faced;
  plain.usedByNative();
  plains.set(faced, plain);
  return faced;
}

const plains: WeakMap<object, StreamHandle> = new WeakMap<object, StreamHandle>();

/** The plain handle behind a handle of ours in either form; undefined for others. */
export function plainOf(handle: unknown): StreamHandle | undefined {
  if (handle instanceof StreamHandle) return handle;
  return typeof handle === "object" && handle !== null ? plains.get(handle) : undefined;
}

let isNativeWanted = false;

/** Sockets that connect within the function have native handles. */
export function withNativeForm<T>(run: () => T): T {
  const before = isNativeWanted;
  isNativeWanted = true;
  try {
    return run();
  } finally {
    isNativeWanted = before;
  }
}

/** The form that a socket which connects now is given. */
export function wantedForm(plain: StreamHandle): object {
  return isNativeWanted ? nativeForm(plain) : plain;
}

/** Gives a socket that has a plain handle the native form of it: TLS is about to take it over. */
export function toNative(socket: unknown): void {
  if (!(socket instanceof net.Socket)) return;
  const { _handle: handle } = socket as net.Socket & { _handle: unknown };
  if (!(handle instanceof StreamHandle)) return;
  handle.lend();
  const reinitialize = (socket as unknown as Record<symbol, (handle: object) => void>)[internals().reinitializeHandle];
  reinitialize?.call(socket, nativeForm(handle));
}

function facade(plain: StreamHandle, stream: JsStream): object {
  const { streamBaseState, kReadBytesOrError } = internals().stream;
  const writes: QueuedWrite[] = [];
  let shutdownRequest: object | null = null;
  plain.sink = {
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
  const finish = ({ request }: QueuedWrite, status: number): void => {
    stream.finishWrite(request, status);
    writes.shift();
    const next = writes[0];
    if (next !== undefined) begin(next);
    else if (shutdownRequest !== null) shutDown();
  };
  /** Finishes at once when the kernel takes all of it, as a real socket does. */
  const begin = (write: QueuedWrite): void => {
    const result = plain.writeBuffers(write.buffers, (status) => finish(write, status));
    // Node notes the length after this and takes it for a write in progress: the same figure says that it is not.
    if (result !== "pending") faced.writeQueueSize = write.buffers.reduce((sum, { length }) => sum + length, 0);
    if (result !== "pending") finish(write, result);
  };
  const shutDown = (): void => {
    const request = shutdownRequest;
    shutdownRequest = null;
    if (request === null) return;
    plain.shutdown({ oncomplete: (status) => stream.finishShutdown(request, status as number) } as Request);
  };
  const faced = {
    writeQueueSize: 0,
    isClosing: () => plain.isClosed,
    onreadstart: () => plain.readStart(),
    onreadstop: () => plain.readStop(),
    onwrite: (request: object, buffers: readonly Uint8Array[]) => {
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
    close: (callback?: () => void) => plain.close(() => cancel(callback)),
    reset: (callback?: () => void) => plain.reset(() => cancel(callback)),
  };
  const cancel = (callback: (() => void) | undefined): void => {
    for (const { request } of writes.splice(0)) stream.finishWrite(request, UV_ECANCELED);
    if (shutdownRequest !== null) stream.finishShutdown(shutdownRequest, UV_ECANCELED);
    callback?.call(stream);
  };
  return faced;
}
