/**
 * futex(2): FUTEX_WAIT, FUTEX_WAKE, FUTEX_REQUEUE and their kin, on a word of mapped memory.
 */
import type { Errno } from "../../abi/errno.ts";
import { ANY_BIT, FutexClaim, type FutexKey } from "../../ipc/futex.ts";
import type { Mapping } from "../../ipc/mapping.ts";
import type { Process } from "../process.ts";
import { ClaimAttempt } from "./claim-attempt.ts";

/** A word in mapped memory. */
export interface FutexWord {
  readonly mapping: Mapping;
  readonly offset: number;
}

/** The word at an offset of the mapping at an address. EINVAL: not at a multiple of four, no bits; EFAULT: not mapped. */
export function futexWord(
  process: Process,
  address: number,
  offset: number,
  bits: number = ANY_BIT,
): FutexWord | Errno {
  if (bits >>> 0 === 0) return "EINVAL";
  if (!Number.isSafeInteger(offset) || offset % 4 !== 0) return "EINVAL";
  const mapping = process.ipc.memory.at(address);
  if (mapping === undefined || mapping.fault(offset, 4, false) !== null) return "EFAULT";
  return { mapping, offset };
}

export function keyOf({ mapping, offset }: FutexWord): FutexKey {
  return { memory: mapping.memory, offset: mapping.memoryOffset + offset };
}

/** The value of the word, a signed integer. By bytes, as a view made for each look would cost more. */
export function wordAt({ mapping: { bytes }, offset }: FutexWord): number {
  const at = (index: number): number => bytes[offset + index] as number;
  return at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24);
}

export function setWord({ mapping: { bytes }, offset }: FutexWord, value: number): void {
  for (let index = 0; index < 4; index++) bytes[offset + index] = value >> (8 * index);
}

/** FUTEX_WAIT, FUTEX_WAIT_BITSET: sleeps if the word has that value. EAGAIN: it has not; ETIMEDOUT. */
export function futexWaiting(
  process: Process,
  call: string,
  word: FutexWord,
  expected: number,
  bits: number = ANY_BIT,
): ClaimAttempt<0> {
  return new FutexAttempt(call, process, word, expected | 0, bits >>> 0);
}

/** FUTEX_WAKE, FUTEX_WAKE_BITSET: answers how many were woken. */
export function futexWake(process: Process, word: FutexWord, count: number, bits: number = ANY_BIT): number | Errno {
  if (!Number.isInteger(count)) return "EINVAL";
  const woken = process.kernel.ipc.futexes.wake(keyOf(word), Math.max(count, 1), bits >>> 0);
  if (woken > 0) process.runState.progress();
  return woken;
}

/** FUTEX_CMP_REQUEUE: answers how many were woken or moved. EAGAIN: the word has another value. */
export function futexRequeue(
  process: Process,
  from: FutexWord,
  to: FutexWord,
  { wake, move, expected }: { readonly wake: number; readonly move: number; readonly expected?: number },
): number | Errno {
  if (!Number.isInteger(wake) || !Number.isInteger(move) || wake < 0 || move < 0) return "EINVAL";
  if (expected !== undefined && wordAt(from) !== (expected | 0)) return "EAGAIN";
  return process.kernel.ipc.futexes.requeue(keyOf(from), keyOf(to), wake, move);
}

class FutexAttempt extends ClaimAttempt<0> {
  protected readonly claim: FutexClaim;
  readonly #word: FutexWord;
  readonly #expected: number;
  #hasChanged = false;

  constructor(call: string, process: Process, word: FutexWord, expected: number, bits: number) {
    super(call, process, "ETIMEDOUT");
    this.#word = word;
    this.#expected = expected;
    this.claim = new FutexClaim(keyOf(word), bits);
  }

  on(): string {
    return `the word at ${this.#word.offset} of ${this.#word.mapping.name || "anonymous memory"}`;
  }

  /** The word has another value than the caller thought. */
  override isRefused(): boolean {
    return this.#hasChanged;
  }

  protected override tryNow(): Errno {
    this.#hasChanged = wordAt(this.#word) !== this.#expected;
    return "EAGAIN";
  }

  protected override join(): void {
    this.process.kernel.ipc.futexes.wait(this.claim);
  }

  protected override leave(): void {
    this.process.kernel.ipc.futexes.leave(this.claim);
  }
}
