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

  constructor(endpoint: Endpoint, buffers: readonly Uint8Array[], told: (status: number) => void) {
    let length = 0;
    for (const buffer of buffers) length += buffer.length;
    this.#endpoint = endpoint;
    this.#buffers = buffers.length > 1 && length <= JOINED_MAX_BYTES ? [Buffer.concat(buffers, length)] : buffers;
    this.#told = told;
    this.length = length;
    this.left = length;
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

/** What writev() is given: buffers, or pairs of a chunk and its encoding. */
export function toBuffers(chunks: readonly unknown[], areBuffers: boolean): Uint8Array[] {
  if (areBuffers) return [...(chunks as Uint8Array[])];
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < chunks.length; i += 2) {
    const chunk = chunks[i];
    buffers.push(
      typeof chunk === "string" ? Buffer.from(chunk, chunks[i + 1] as BufferEncoding) : (chunk as Uint8Array),
    );
  }
  return buffers;
}
