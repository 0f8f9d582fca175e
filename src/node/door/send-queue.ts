/**
 * Datagrams for which a socket had no room when they were sent: they go in that order, each when there is.
 *
 * Read first: uv_udp_send() of libuv, whose write queue this is; udp-handle.ts.
 */
import { AsyncResource } from "node:async_hooks";
import type { Errno } from "../../abi/errno.ts";
import type { Operation } from "../../kernel/operation.ts";
import type { SocketAddress } from "../../socket/address.ts";
import type { Endpoint } from "./endpoint.ts";
import { uvCode } from "./internals.ts";

/** Node's: told when the datagram has gone, if somebody asked for it. */
export interface SendRequest {
  oncomplete?(status: number, bytes: number): void;
}
interface Waiting {
  readonly request: SendRequest;
  readonly bytes: Uint8Array;
  readonly destination: SocketAddress | null;
  readonly scope: AsyncResource;
}

export class SendQueue {
  readonly #endpoint: Endpoint;
  readonly #changed: () => void;
  readonly #waiting: Waiting[] = [];
  readonly #sending: Operation<number>;

  /** `changed` is called when the queue is empty, or no longer is. */
  constructor(endpoint: Endpoint, changed: () => void) {
    this.#endpoint = endpoint;
    this.#changed = changed;
    this.#sending = endpoint.whenWritable(
      "sendto",
      () => this.#sendFirst(),
      (result) => this.#sent(result),
    );
  }

  get count(): number {
    return this.#waiting.length;
  }

  /** In bytes. */
  get size(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** The bytes may be changed afterwards. */
  add(request: SendRequest, bytes: Uint8Array, destination: SocketAddress | null): void {
    const scope = new AsyncResource("NETLOOM_SEND");
    this.#waiting.push({ request, bytes: bytes.slice(), destination, scope });
    if (this.#waiting.length > 1) return;
    this.#sending.arm();
    this.#changed();
  }

  /** The socket is closed: none of them goes. */
  cancel(): void {
    this.#sending.cancel();
    for (const { request, scope } of this.#waiting.splice(0)) {
      this.#endpoint.owner.turn(() => scope.runInAsyncScope(() => request.oncomplete?.(uvCode("ECANCELED"), 0)));
    }
  }

  #sendFirst(): number | Errno {
    const { bytes, destination } = this.#waiting[0] as Waiting;
    return this.#endpoint.sendTo(bytes, destination);
  }

  #sent(result: number | Errno): void {
    const { request, bytes, scope } = this.#waiting.shift() as Waiting;
    if (this.#waiting.length > 0) this.#sending.arm();
    else this.#changed();
    const status = typeof result === "number" ? 0 : uvCode(result);
    scope.runInAsyncScope(() => request.oncomplete?.(status, status === 0 ? bytes.length : 0));
  }
}
