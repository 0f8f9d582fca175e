/**
 * POSIX semaphores and futexes, for TypeScript programs. Read first: kernel/sys/memory.ts, kernel/calls/{semaphores,futex}.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import * as futexes from "../calls/futex.ts";
import { munmap } from "../calls/memory.ts";
import * as semaphores from "../calls/semaphores.ts";
import { shmUnlink } from "../calls/shared-memory.ts";
import { realtimeDeadline, type Timespec } from "../calls/time.ts";
import type { Futex, Semaphore } from "../sys/memory.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { MemoryDoor } from "./memory-door.ts";

export abstract class SemaphoreDoor extends MemoryDoor {
  semOpen(name: string, flags: number, mode: number = 0, value: number = 0): Semaphore {
    const open = () => {
      const mapping = semaphores.semOpen(this.process, name, flags, mode, value);
      return typeof mapping === "string" ? mapping : { mapping: { address: mapping.address }, offset: 0 };
    };
    return this.now("sem_open", [name, flags, mode, value], open);
  }

  semInit(semaphore: Semaphore, value: number): void {
    this.#onWord("sem_init", semaphore, (word) => semaphores.semInit(word, value));
  }

  semWait(semaphore: Semaphore): Promise<void> {
    return this.#waitFor("sem_wait", semaphore, NO_DEADLINE);
  }

  semTimedwait(semaphore: Semaphore, deadline: Timespec): Promise<void> {
    return this.#waitFor("sem_timedwait", semaphore, realtimeDeadline(this.process, deadline));
  }

  semTrywait(semaphore: Semaphore): void {
    this.#onWord("sem_trywait", semaphore, (word) => semaphores.semTrywait(this.process, word));
  }

  semPost(semaphore: Semaphore): void {
    this.#onWord("sem_post", semaphore, (word) => semaphores.semPost(this.process, word));
  }

  semGetvalue(semaphore: Semaphore): number {
    return this.#onWord("sem_getvalue", semaphore, (word) => futexes.wordAt(word));
  }

  semClose({ mapping }: Semaphore): void {
    this.now("sem_close", [mapping?.address], () => munmap(this.process, mapping?.address));
  }

  semDestroy(semaphore: Semaphore): void {
    this.#onWord("sem_destroy", semaphore, () => 0);
  }

  semUnlink(name: string): void {
    this.now("sem_unlink", [name], () => shmUnlink(this.process, name, "sem."));
  }

  futexWait(futex: Futex, expected: number, timeoutNs: number = NO_DEADLINE, bits?: number): Promise<void> {
    const call = timeoutNs === NO_DEADLINE ? "futex_wait" : "futex_timedwait";
    if (!this.enter(call)) return never();
    const word = this.#word(futex, bits);
    const isTime = typeof timeoutNs === "number" && timeoutNs >= 0;
    const attempt = typeof word === "string" ? word : futexes.futexWaiting(this.process, call, word, expected, bits);
    const deadlineNs = this.after(Math.round(timeoutNs));
    return this.later<0, void>(
      call,
      [futex?.offset, expected],
      isTime ? attempt : "EINVAL",
      deadlineNs,
      () => undefined,
    );
  }

  futexWake(futex: Futex, count: number, bits?: number): number {
    return this.#onWord("futex_wake", futex, (word) => futexes.futexWake(this.process, word, count, bits), bits);
  }

  futexRequeue(from: Futex, to: Futex, wake: number, move: number, expected?: number): number {
    return this.#onWord("futex_requeue", from, (source) => {
      const target = this.#word(to);
      if (typeof target === "string") return target;
      const counts = { wake, move, ...(expected === undefined ? {} : { expected }) };
      return futexes.futexRequeue(this.process, source, target, counts);
    });
  }

  #waitFor(call: string, semaphore: Semaphore, deadlineNs: number | Errno): Promise<void> {
    if (!this.enter(call)) return never();
    const word = this.#word(semaphore);
    const late = typeof deadlineNs === "string" ? deadlineNs : null;
    const attempt = late ?? (typeof word === "string" ? word : semaphores.semWaiting(this.process, call, word));
    const args = [semaphore?.mapping?.address, semaphore?.offset];
    return this.later<0, void>(call, args, attempt, late === null ? (deadlineNs as number) : 0, () => undefined);
  }

  #onWord(call: string, semaphore: Semaphore, run: (word: futexes.FutexWord) => number | Errno, bits?: number): number {
    return this.now(call, [semaphore?.mapping?.address, semaphore?.offset], () => {
      const word = this.#word(semaphore, bits);
      return typeof word === "string" ? word : run(word);
    });
  }

  /** A program passes a Mapping, of which the address counts. */
  #word(semaphore: Semaphore, bits?: number): futexes.FutexWord | Errno {
    return futexes.futexWord(this.process, semaphore?.mapping?.address, semaphore?.offset, bits);
  }
}
