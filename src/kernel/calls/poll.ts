/**
 * poll(2): waiting for any of several descriptors, over the same wait queues as every other call.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR, POLLHUP, POLLNVAL } from "../../abi/poll.ts";
import { RLIMIT_NOFILE } from "../../abi/resource.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { readinessOf, wakeBits } from "../../file/readiness.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

/** struct pollfd: what to watch. A negative descriptor is passed over. */
export interface PollFd {
  readonly fd: number;
  readonly events: number;
  /** Filled in by the call: what holds, POLLERR, POLLHUP and POLLNVAL unasked. */
  revents?: number;
}

/**
 * poll(2): fills in `revents` and answers how many entries have any; 0 at the deadline. EINVAL: more entries than
 * RLIMIT_NOFILE; EFAULT: no entries.
 */
export function polling(process: Process, watched: readonly PollFd[]): Attempt<number> | Errno {
  if (!Array.isArray(watched)) return "EFAULT";
  if (watched.length > process.limits.soft(RLIMIT_NOFILE)) return "EINVAL";
  if (!watched.every((entry) => typeof entry === "object" && entry !== null)) return "EFAULT";
  return new PollAttempt(process, watched);
}

function readiness(file: OpenFile | undefined, { fd, events }: PollFd): number {
  if (fd < 0) return 0;
  if (file === undefined) return POLLNVAL;
  return readinessOf(file.ops) & (events | POLLERR | POLLHUP);
}

class PollAttempt implements Attempt<number> {
  readonly call = "poll";
  readonly #watched: readonly PollFd[];
  /** The descriptions that were open when the call began: a close in mid-wait does not take them away. */
  readonly #files: (OpenFile | undefined)[];
  #isHeld = false;

  constructor(process: Process, watched: readonly PollFd[]) {
    this.#watched = watched;
    this.#files = watched.map(({ fd }) => process.descriptors.get(fd));
  }

  attempt(): number | Errno {
    let count = 0;
    for (const [index, entry] of this.#watched.entries()) {
      entry.revents = readiness(this.#files[index], entry);
      if (entry.revents !== 0) count++;
    }
    return count > 0 ? count : "EAGAIN";
  }

  isReady(): boolean {
    return this.#watched.some((entry, index) => readiness(this.#files[index], entry) !== 0);
  }

  enlist(sleeper: Sleeper): void {
    this.#isHeld = true;
    for (const [index, { events }] of this.#watched.entries()) {
      const file = this.#files[index];
      if (file !== undefined) sleeper.enlist(file.reference().ops.waiters, wakeBits(events) | POLLERR | POLLHUP);
    }
  }

  /** Looks once more: what happens at the very instant of the deadline counts. */
  expired(): number {
    const count = this.attempt();
    if (typeof count === "number") return count;
    return 0;
  }

  on(): string {
    return `${this.#watched.length} descriptors`;
  }

  end(): void {
    if (this.#isHeld) for (const file of this.#files) file?.unreference();
    this.#isHeld = false;
  }
}
