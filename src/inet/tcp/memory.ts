/**
 * What all connections of a host hold together: bytes that were sent and not acknowledged, and bytes that nobody has read.
 *
 * Read first: tcp(7), tcp_mem; Linux's sk_stream_memory_free, tcp_under_memory_pressure and __sk_mem_raise_allocated.
 * However little is left, each connection may hold the least of tcp_wmem and tcp_rmem, so that all of them go on.
 */
import { nth, type TcpSettings } from "./settings.ts";

const PAGE_BYTES = 4096;

export class HostMemory {
  readonly #settings: TcpSettings;
  bytes = 0;

  constructor(settings: TcpSettings) {
    this.#settings = settings;
  }

  /** Is it time to offer less? */
  get isUnderPressure(): boolean {
    return this.bytes > nth(this.#settings.mem, 1) * PAGE_BYTES;
  }

  /** May a connection that has so much waiting to be sent take more? */
  maySend(queuedBytes: number): boolean {
    return !this.#isFull() || queuedBytes < nth(this.#settings.wmem, 0);
  }

  /** May one that has so much waiting to be read take more? */
  mayReceive(queuedBytes: number): boolean {
    return !this.#isFull() || queuedBytes < nth(this.#settings.rmem, 0);
  }

  #isFull(): boolean {
    return this.bytes >= nth(this.#settings.mem, 2) * PAGE_BYTES;
  }
}
