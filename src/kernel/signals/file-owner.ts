/**
 * Signal-driven I/O: who is sent SIGIO and SIGURG about an open file description, and when.
 *
 * Read first: fcntl(2), "Managing signals"; Linux's fs/fcntl.c. It stands in the wait queue of the object as a sleeper
 * does, so every kind of descriptor that wakes its queue can do it. wake() takes note, within the object that changed; run()
 * sends, when that has finished, before the next call of any program.
 *
 *     object ──wake(events)──▶ band(events): which one is news? ──▶ noted ──▶ run() ──▶ the owner, or each of its group
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ASYNC } from "../../abi/fcntl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, URGENT } from "../../abi/poll.ts";
import { POLL_ERR, POLL_HUP, POLL_IN, POLL_OUT, POLL_PRI, SIGIO, SIGRTMAX, SIGURG } from "../../abi/signal.ts";
import type { Runnable } from "../../base/scheduler.ts";
import { WaitEntry, type Waiter, WaitQueue } from "../../base/wait-queue.ts";
import type { OpenFile, ReleaseListener } from "../../file/open-file.ts";
import type { Kernel } from "../kernel.ts";
import type { Process } from "../process.ts";
import { kernelSignal, type SigInfo } from "./siginfo.ts";

/** si_code and si_band by readiness bit, as band_table on Linux has them. */
const NEWS: ReadonlyMap<number, { readonly code: number; readonly band: number }> = new Map([
  [POLLIN, { code: POLL_IN, band: 0x41 }],
  [POLLOUT, { code: POLL_OUT, band: 0x304 }],
  [POLLERR, { code: POLL_ERR, band: 0x8 }],
  [POLLPRI, { code: POLL_PRI, band: 0x82 }],
  [POLLHUP, { code: POLL_HUP, band: 0x18 }],
]);

/** All that an object may wake its queue for. */
const ALL_EVENTS = 0x7fff_ffff;

export class FileOwner implements ReleaseListener, Waiter, Runnable {
  readonly #kernel: Kernel;
  readonly #file: OpenFile;
  readonly #entry: WaitEntry = new WaitEntry(this, ALL_EVENTS);
  /** A process, or a group by its negative number. */
  #owner: Process | number = 0;
  /** The real and the effective user of who set the owner: in his name signals are sent. */
  #users: readonly [number, number] = [0, 0];
  #signo = 0;
  /** The descriptor by which O_ASYNC was set. */
  #fd = -1;
  #noted: number[] = [];

  private constructor(kernel: Kernel, file: OpenFile) {
    this.#kernel = kernel;
    this.#file = file;
    file.owner = this;
    file.ops.waiters.enlist(this.#entry);
  }

  static of(kernel: Kernel, file: OpenFile): FileOwner {
    return file.owner instanceof FileOwner ? file.owner : new FileOwner(kernel, file);
  }

  /** F_SETOWN. EINVAL; ESRCH: there is nobody of that number. */
  setOwner(caller: Process, id: number): 0 | Errno {
    if (!Number.isInteger(id) || id <= -(2 ** 31) || id >= 2 ** 31) return "EINVAL";
    const { processes } = this.#kernel;
    const owner = id > 0 ? processes.get(id) : id;
    const isThere = typeof owner !== "number" || owner === 0 || [...processes.group(-owner)].length > 0;
    if (owner === undefined || !isThere) return "ESRCH";
    this.#owner = owner;
    const { real, effective } = caller.credentials.user;
    this.#users = [real, effective];
    return 0;
  }

  /** F_GETOWN: 0 when the process is gone. */
  get owner(): number {
    if (typeof this.#owner === "number") return this.#owner;
    return this.#owner.state === "reaped" ? 0 : this.#owner.pid;
  }

  /** F_SETSIG. EINVAL. */
  setSignal(signo: number): 0 | Errno {
    if (!Number.isInteger(signo) || signo < 0 || signo > SIGRTMAX) return "EINVAL";
    this.#signo = signo;
    return 0;
  }

  /** F_GETSIG. */
  get signal(): number {
    return this.#signo;
  }

  /** O_ASYNC. Does nothing to what has no readiness to tell of. */
  setAsync(isOn: boolean, fd: number): void {
    if (this.#file.ops.band === undefined) return;
    if (isOn) this.#fd = fd;
    this.#file.flags = isOn ? this.#file.flags | O_ASYNC : this.#file.flags & ~O_ASYNC;
  }

  wake(events: number): void {
    const isUrgent = (events & URGENT) !== 0;
    const bit = (this.#file.flags & O_ASYNC) === 0 ? 0 : (this.#file.ops.band?.(events) ?? 0);
    if (this.#owner === 0 || (bit === 0 && !isUrgent)) return;
    if (this.#noted.length === 0) this.#kernel.runState.scheduler.raise(this);
    if (bit !== 0) this.#noted.push(bit);
    if (isUrgent) this.#noted.push(URGENT);
  }

  run(): void {
    const noted = this.#noted;
    this.#noted = [];
    for (const bit of noted) {
      for (const target of this.#targets()) {
        if (bit === URGENT) target.signals.post(kernelSignal(SIGURG));
        else this.#send(target, bit);
      }
    }
  }

  released(): void {
    WaitQueue.delist(this.#entry);
  }

  /** As send_sigio on Linux: when no more can be queued, SIGIO says that something was missed. */
  #send(target: Process, bit: number): void {
    const info = this.#info(bit);
    if (target.signals.post(info, true) !== 0) target.signals.post(kernelSignal(SIGIO));
  }

  #info(bit: number): SigInfo {
    const news = NEWS.get(bit);
    if (this.#signo === 0 || news === undefined) return kernelSignal(SIGIO);
    return { ...kernelSignal(this.#signo), ...news, fd: this.#fd };
  }

  #targets(): Process[] {
    const { processes } = this.#kernel;
    const all = typeof this.#owner === "number" ? [...processes.group(-this.#owner)] : [this.#owner];
    return all.filter((process) => this.#mayBeSent(process));
  }

  /** As sigio_perm on Linux: root, or a user that is the target's real or saved one. */
  #mayBeSent({ credentials }: Process): boolean {
    const { real, saved } = credentials.user;
    return this.#users[1] === 0 || this.#users.some((user) => user === real || user === saved);
  }
}
