/**
 * A write of Node's: the buffers of one request, and how much of them the kernel has taken.
 */
import { AsyncResource } from "node:async_hooks";
import type { Errno } from "../../abi/errno.ts";
import type { Endpoint } from "./endpoint.ts";

/** Buffers of one request that are not more than this go down as one, as writev(2) takes them: an answer's head and its body. */
const JOINED_MAX_BYTES = 65_536;

export class PendingWrite {
  /** Bytes in all. */
  readonly length: number;
  /** Bytes that the kernel has not taken. */
  left: number;
  /** The context of the call that wrote, once it has to wait. */
  #scope: AsyncResource | null = null;
  readonly #endpoint: Endpoint;
  readonly #buffers: readonly Uint8Array[];
  readonly #told: (status: number) => void;
  #index = 0;
  #offset = 0;

  /** So many bytes of the first buffer are taken already. */
  constructor(endpoint: Endpoint, buffers: readonly Uint8Array[], told: (status: number) => void, taken: number) {
    this.#endpoint = endpoint;
    this.#buffers = buffers;
    this.#told = told;
    this.#offset = taken;
    this.length = lengthOf(buffers);
    this.left = this.length - taken;
  }

  /** Hands on what fits: 0 when all is taken, EAGAIN when some is left. */
  push(): 0 | Errno {
    for (; this.#index < this.#buffers.length; this.#index++, this.#offset = 0) {
      const buffer = this.#buffers[this.#index] as Uint8Array;
      while (this.#offset < buffer.length) {
        const rest = this.#offset === 0 ? buffer : buffer.subarray(this.#offset);
        const isLast = this.#index === this.#buffers.length - 1;
        const taken = isLast ? this.#endpoint.write(rest) : this.#endpoint.writeMore(rest);
        if (typeof taken === "string") return taken;
        this.#offset += taken;
        this.left -= taken;
      }
    }
    return 0;
  }

  /** Some is left, so it is told later. */
  wait(): this {
    this.#scope = new AsyncResource("NETLOOM_WRITE");
    return this;
  }

  /** Tells Node, in the context of the call that wrote. */
  complete(status: number): void {
    this.#scope?.runInAsyncScope(this.#told, undefined, status);
  }
}

/** The buffers as one, where that is not too much to be copied. */
export function join(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  if (buffers.length < 2) return buffers;
  const length = lengthOf(buffers);
  return length <= JOINED_MAX_BYTES ? [Buffer.concat(buffers, length)] : buffers;
}

function lengthOf(buffers: readonly Uint8Array[]): number {
  let length = 0;
  for (const buffer of buffers) length += buffer.length;
  return length;
}

/** What writev() is given: buffers, or pairs of a chunk and its encoding, which are written into one where they are not large. */
export function toBuffers(chunks: readonly unknown[], areBuffers: boolean): readonly Uint8Array[] {
  if (areBuffers) return chunks as Uint8Array[];
  let bytes = 0;
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i] as string | Uint8Array;
    bytes += typeof chunk === "string" ? Buffer.byteLength(chunk, chunks[i + 1] as BufferEncoding) : chunk.length;
  }
  if (bytes <= JOINED_MAX_BYTES) return [encoded(chunks, bytes)];
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i];
    buffers.push(
      typeof chunk === "string" ? Buffer.from(chunk, chunks[i + 1] as BufferEncoding) : (chunk as Uint8Array),
    );
  }
  return buffers;
}

function encoded(chunks: readonly unknown[], bytesMax: number): Uint8Array {
  const whole = Buffer.allocUnsafe(bytesMax);
  let bytes = 0;
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i] as string | Uint8Array;
    if (typeof chunk === "string") bytes += whole.write(chunk, bytes, chunks[i + 1] as BufferEncoding);
    else {
      whole.set(chunk, bytes);
      bytes += chunk.length;
    }
  }
  // Text in base64 may be shorter than its length says.
  return bytes === bytesMax ? whole : whole.subarray(0, bytes);
}
