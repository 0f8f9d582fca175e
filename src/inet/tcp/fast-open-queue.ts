/**
 * How many connections of a listener may be open before their handshake is complete.
 *
 * Read first: RFC 7413 §5.1: anybody may send a SYN with a cookie that he has seen; Linux's tcp_fastopen_queue_check and
 * reqsk_fastopen_remove.
 */
import type { FastOpen } from "./fast-open.ts";

/** Who was reset in the middle of it keeps his place for so long, or resets with wrong addresses would make room for more. */
const RESET_HOLDS_NS = 60 * 1_000_000_000;

// @rfc 7413 5.1 REC
/** What a listener keeps. */
export class FastOpenQueue {
  /** Connections that wait for the ACK of their SYN-ACK. */
  #waiting = 0;
  /** When the places of those that were reset are free again, in order. */
  readonly #resets: number[] = [];

  /** A place for one more, of so many. */
  hasPlace(max: number, nowNs: number): boolean {
    if (this.#waiting + this.#resets.length < max) return true;
    const [first] = this.#resets;
    if (first === undefined || first > nowNs) return false;
    this.#resets.shift();
    return true;
  }

  enter(): void {
    this.#waiting++;
  }

  leave(isReset: boolean, nowNs: number): void {
    this.#waiting--;
    if (isReset) this.#resets.push(nowNs + RESET_HOLDS_NS);
  }
}

/** The SYN-ACK of a connection has been acknowledged, or it is over; `isReset`: by the peer. */
export function leaveFastOpenQueue(fastOpen: FastOpen, isReset: boolean, nowNs: number): void {
  const { listener } = fastOpen;
  if (listener === null) return;
  fastOpen.listener = null;
  listener.fastOpen.leave(isReset, nowNs);
}
