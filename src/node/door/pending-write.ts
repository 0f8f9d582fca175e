/**
 * A write of Node's: the buffers of one request, and how much of them the kernel has taken.
 */
import { AsyncResource } from "node:async_hooks";
import type { Errno } from "../../abi/errno.ts";
import type { Endpoint } from "./endpoint.ts";

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
    this.#endpoint = endpoint;
    this.#buffers = buffers;
    this.#told = told;
    let length = 0;
    for (const buffer of buffers) length += buffer.length;
    this.length = length;
    this.left = length;
  }

  /** Hands on what fits: 0 when all is taken, EAGAIN when some is left. */
  push(): 0 | Errno {
    for (; this.#index < this.#buffers.length; this.#index++, this.#offset = 0) {
      const buffer = this.#buffers[this.#index] as Uint8Array;
      while (this.#offset < buffer.length) {
        const taken = this.#endpoint.write(this.#offset === 0 ? buffer : buffer.subarray(this.#offset));
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
