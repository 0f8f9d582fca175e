/**
 * What an HTTP/2 session reads and writes of a connection over TLS: a native stream of ours, above Node's handle of TLS.
 *
 * Read first: native-handle.ts, whose streams stand over a plain handle as this one stands over that of TLS; http2-frames.ts for
 * why it is there. Node's session tells the listener below it of the end of what can be read, so this one is told, too.
 */
import { internals, type JsStream, uvCode } from "./internals.ts";
import { type Below, nativeStream, type Taker } from "./native-handle.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Request, Sink } from "./stream-handle.ts";

const UV_EOF = uvCode("EOF");

/** Node's handle of TLS, as net.js uses it. */
interface TlsHandle {
  onread(buffer: ArrayBuffer | undefined): unknown;
  readStart(): number;
  readStop(): number;
  writev(request: object | null, buffers: readonly Uint8Array[], areBuffers: true): unknown;
  shutdown(request: object): number;
}

/** A stream over it, for a session. */
export function overTls(owner: NodeProcess, handle: object, taker: Taker): JsStream {
  const tls = handle as TlsHandle;
  const { onread } = tls;
  const below = new BelowSession(owner, tls);
  const { stream } = nativeStream(below, taker);
  stream.onread = (buffer) => onread.call(tls, buffer);
  return stream;
}

class BelowSession implements Below {
  readonly owner: NodeProcess;
  readonly isClosed = false;
  sink: Sink | null = null;
  readonly #tls: TlsHandle;

  constructor(owner: NodeProcess, tls: TlsHandle) {
    this.owner = owner;
    this.#tls = tls;
    tls.onread = (buffer) => this.#read(buffer);
  }

  readStart(): number {
    return this.#tls.readStart();
  }

  readStop(): number {
    return this.#tls.readStop();
  }

  writeBuffers(buffers: readonly Uint8Array[], told: (status: number) => void): number | "pending" {
    const { streamBaseState, kLastWriteWasAsync, kLastWriteErr, WriteWrap } = internals().stream;
    // Whoever holds the request holds the bytes.
    const whole = { buffers, oncomplete: told };
    if (kLastWriteErr === undefined) {
      const status = this.#tls.writev(Object.assign(new WriteWrap(), whole), buffers, true) as number;
      return status !== 0 || streamBaseState[kLastWriteWasAsync] === 0 ? status : "pending";
    }
    // Node 26 answers a request of its own where it is not done yet.
    const result = this.#tls.writev(null, buffers, true) as number | { writeStatus: number | null };
    if (typeof result === "number") return result;
    const failure = streamBaseState[kLastWriteErr] as number;
    if (failure !== 0) return failure;
    Object.assign(result, whole);
    return result.writeStatus ?? "pending";
  }

  shutdown({ oncomplete }: Request): number {
    const { ShutdownWrap } = internals().stream;
    return this.#tls.shutdown(Object.assign(new ShutdownWrap(), { oncomplete }));
  }

  #read(buffer: ArrayBuffer | undefined): void {
    const { streamBaseState, kReadBytesOrError, kArrayBufferOffset } = internals().stream;
    const bytes = streamBaseState[kReadBytesOrError] as number;
    if (buffer === undefined) this.sink?.end(bytes === UV_EOF ? 0 : bytes);
    else this.sink?.data(new Uint8Array(buffer, streamBaseState[kArrayBufferOffset], bytes));
  }
}
