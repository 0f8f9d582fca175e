/**
 * select(2): waiting for any of several descriptors, given as three sets.
 *
 * Sets are arrays of descriptors here, as a bit map is of no use to a program in JavaScript. What counts as ready is
 * poll(2)'s readiness, grouped as Linux does it (fs/select.c): an error or a hang-up lets a read return at once.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI } from "../../abi/poll.ts";
import type { OpenFile } from "../../file/open-file.ts";
import type { Attempt, Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";

/** The descriptors to watch; what is left out is empty. */
export interface SelectSets {
  readonly read?: Iterable<number>;
  readonly write?: Iterable<number>;
  readonly except?: Iterable<number>;
}

/** The descriptors that are ready, in ascending order. */
export interface SelectResult {
  /** How many there are in all three sets together; 0 at the deadline. */
  readonly count: number;
  readonly read: number[];
  readonly write: number[];
  readonly except: number[];
}

const READ = POLLIN | POLLHUP | POLLERR;
const WRITE = POLLOUT | POLLERR;
const EXCEPT = POLLPRI;

/** A descriptor and the sets in which it stands. */
interface Selected {
  readonly fd: number;
  readonly file: OpenFile;
  /** READ, WRITE and EXCEPT, those that were asked for. */
  readonly sets: number[];
  /** All of their bits. */
  events: number;
}

/** select(2) for a caller that waits. EBADF: one of them is not open; EFAULT: no sets. */
export function selecting(process: Process, sets: SelectSets): Attempt<SelectResult> | Errno {
  if (typeof sets !== "object" || sets === null) return "EFAULT";
  const byFd = new Map<number, Selected>();
  const groups = [
    [sets.read ?? [], READ],
    [sets.write ?? [], WRITE],
    [sets.except ?? [], EXCEPT],
  ] as const;
  for (const [fds, bits] of groups) {
    if (typeof fds[Symbol.iterator] !== "function") return "EFAULT";
    for (const fd of fds) {
      const file = process.descriptors.get(fd);
      if (file === undefined) return "EBADF";
      const selected = byFd.get(fd) ?? { fd, file, sets: [], events: 0 };
      if (!selected.sets.includes(bits)) selected.sets.push(bits);
      selected.events |= bits;
      byFd.set(fd, selected);
    }
  }
  return new SelectAttempt(
    process,
    [...byFd.values()].sort((a, b) => a.fd - b.fd),
  );
}

class SelectAttempt implements Attempt<SelectResult> {
  readonly call = "select";
  readonly #process: Process;
  readonly #selected: readonly Selected[];
  #isHeld = false;

  constructor(process: Process, selected: readonly Selected[]) {
    this.#process = process;
    this.#selected = selected;
  }

  attempt(): SelectResult | Errno {
    const result = { read: [] as number[], write: [] as number[], except: [] as number[] };
    for (const { fd, file, sets } of this.#selected) {
      const events = file.ops.poll();
      for (const bits of sets) {
        if ((events & bits) === 0) continue;
        (bits === READ ? result.read : bits === WRITE ? result.write : result.except).push(fd);
      }
    }
    const count = result.read.length + result.write.length + result.except.length;
    if (count === 0) return "EAGAIN";
    this.#process.runState.progress();
    return { count, ...result };
  }

  isReady(): boolean {
    return this.#selected.some(({ file, events }) => (file.ops.poll() & events) !== 0);
  }

  enlist(sleeper: Sleeper): void {
    this.#isHeld = true;
    for (const { file, events } of this.#selected) sleeper.enlist(file.reference().ops.waiters, events);
  }

  expired(): SelectResult {
    return { count: 0, read: [], write: [], except: [] };
  }

  on(): string {
    return `${this.#selected.length} descriptors`;
  }

  end(): void {
    if (this.#isHeld) for (const { file } of this.#selected) file.unreference();
    this.#isHeld = false;
  }
}
