/**
 * POSIX semaphores: sem_open(3), sem_init(3), sem_wait(3), sem_post(3) and their kin. Read first: sem_overview(7).
 *
 * A semaphore is 32 bytes of memory that processes share, and a futex, as in Linux's C library: its value, and behind it how many
 * wait. A named one is the file /dev/shm/sem.name. Who is woken tries again, so that another may have been faster.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } from "../../abi/fcntl.ts";
import { PROT_READ, PROT_WRITE, SEM_VALUE_MAX } from "../../abi/mman.ts";
import { RegularFile } from "../../file/inode.ts";
import { openPath } from "../../file/open.ts";
import { FutexClaim } from "../../ipc/futex.ts";
import type { Mapping } from "../../ipc/mapping.ts";
import type { Process } from "../process.ts";
import { ClaimAttempt } from "./claim-attempt.ts";
import { type FutexWord, keyOf, setWord, wordAt } from "./futex.ts";
import { mapFile } from "./memory.ts";
import { shmPath } from "./shared-memory.ts";

/** sizeof(sem_t). */
const SEMAPHORE_BYTES = 32;
/** Where it says how many wait. */
const WAITERS_OFFSET = 4;

/** sem_open(3): the semaphore is at the beginning of the mapping. EACCES, EEXIST, EINVAL, ENOENT, ENOMEM. */
export function semOpen(process: Process, name: string, flags: number, mode: number, value: number): Mapping | Errno {
  const place = shmPath(name, "sem.");
  if (place === "EINVAL") return place;
  const { files } = process.kernel;
  const creation = flags & (O_CREAT | O_EXCL);
  const isThere = typeof files.lookup(process, place.path, false) !== "string";
  if (!isThere && (creation & O_CREAT) !== 0 && !isSemaphoreValue(value)) return "EINVAL";
  const inode = openPath(files, process, place.path, O_RDWR | O_NOFOLLOW | creation, mode);
  if (typeof inode === "string") return inode;
  if (!(inode instanceof RegularFile)) return "EINVAL";
  if (isThere && inode.size < SEMAPHORE_BYTES) return "EINVAL";
  if (process.ipc.memory.isFull) return "ENOMEM";
  const mapping = mapFile(inode, place.path, SEMAPHORE_BYTES, PROT_READ | PROT_WRITE);
  if (typeof mapping === "string") return mapping;
  process.ipc.memory.add(mapping);
  if (isThere) return mapping;
  inode.content.resize(SEMAPHORE_BYTES);
  setWord({ mapping, offset: 0 }, value);
  return mapping;
}

/** sem_init(3). EINVAL: more than SEM_VALUE_MAX. */
export function semInit(word: FutexWord, value: number): 0 | Errno {
  if (!isSemaphoreValue(value)) return "EINVAL";
  if (word.mapping.fault(word.offset, SEMAPHORE_BYTES, true) !== null) return "EFAULT";
  word.mapping.bytes.fill(0, word.offset, word.offset + SEMAPHORE_BYTES);
  setWord(word, value);
  return 0;
}

/** sem_trywait(3). EAGAIN: it is zero. */
export function semTrywait(process: Process, word: FutexWord): 0 | Errno {
  const value = wordAt(word);
  if (value <= 0) return "EAGAIN";
  setWord(word, value - 1);
  process.runState.progress();
  return 0;
}

/** sem_wait(3) and sem_timedwait(3). EINTR, ETIMEDOUT. */
export function semWaiting(process: Process, call: string, word: FutexWord): ClaimAttempt<0> {
  return new SemaphoreAttempt(call, process, word);
}

/** sem_post(3). EOVERFLOW: it has the largest value. */
export function semPost(process: Process, word: FutexWord): 0 | Errno {
  const value = wordAt(word);
  if (value === SEM_VALUE_MAX) return "EOVERFLOW";
  setWord(word, value + 1);
  if (wordAt(waitersOf(word)) > 0) process.kernel.ipc.futexes.wake(keyOf(word), 1);
  process.runState.progress();
  return 0;
}

function isSemaphoreValue(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= SEM_VALUE_MAX;
}

function waitersOf({ mapping, offset }: FutexWord): FutexWord {
  return { mapping, offset: offset + WAITERS_OFFSET };
}

/** It is woken to try again. */
class SemaphoreClaim extends FutexClaim {
  readonly #word: FutexWord;

  constructor(word: FutexWord) {
    super(keyOf(word));
    this.#word = word;
  }

  override woken(): void {
    this.count(-1);
    this.retry();
  }

  count(change: number): void {
    const waiters = waitersOf(this.#word);
    setWord(waiters, wordAt(waiters) + change);
  }
}

class SemaphoreAttempt extends ClaimAttempt<0> {
  protected readonly claim: SemaphoreClaim;
  readonly #word: FutexWord;

  constructor(call: string, process: Process, word: FutexWord) {
    super(call, process, "ETIMEDOUT");
    this.#word = word;
    this.claim = new SemaphoreClaim(word);
  }

  on(): string {
    const { mapping, offset } = this.#word;
    return mapping.name === ""
      ? `the semaphore at ${offset} of anonymous memory`
      : `the semaphore at ${offset} of ${mapping.name}`;
  }

  protected override tryNow(): 0 | Errno {
    return semTrywait(this.process, this.#word);
  }

  protected override join(): void {
    this.claim.count(1);
    this.process.kernel.ipc.futexes.wait(this.claim);
  }

  protected override leave(): void {
    this.claim.count(-1);
    this.process.kernel.ipc.futexes.leave(this.claim);
  }
}
