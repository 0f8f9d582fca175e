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
import { F_OWNER_PGRP, F_OWNER_PID, F_OWNER_TID, O_ASYNC } from "../../abi/fcntl.ts";
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

/** struct f_owner_ex: who is sent SIGIO and SIGURG. */
export interface FileOwnerRecord {
  /** F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP. */
  readonly type: number;
  readonly pid: number;
}

/** All that an object may wake its queue for. */
const ALL_EVENTS = 0x7fff_ffff;

export class FileOwner implements ReleaseListener, Waiter, Runnable {
  readonly #kernel: Kernel;
  readonly #file: OpenFile;
  readonly #entry: WaitEntry = new WaitEntry(this, ALL_EVENTS);
  /** F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP, of that number; 0 is nobody. */
  #type: number = F_OWNER_TID;
  #id = 0;
  /** The process of that number when it was set: another may have it later. */
  #process: Process | null = null;
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

  /** F_SETOWN: a group by its negative number. EINVAL; ESRCH: nobody has that number. */
  setOwner(caller: Process, id: number): 0 | Errno {
    if (!Number.isInteger(id) || id <= -(2 ** 31) || id >= 2 ** 31) return "EINVAL";
    return this.#set(caller, id < 0 ? F_OWNER_PGRP : F_OWNER_PID, Math.abs(id));
  }

  /** F_SETOWN_EX. EFAULT: it is no record of two numbers; EINVAL: no such type; ESRCH. */
  setOwnerRecord(caller: Process, given: unknown): 0 | Errno {
    const { type, pid } = (typeof given === "object" && given !== null ? given : {}) as Partial<FileOwnerRecord>;
    if (typeof type !== "number" || typeof pid !== "number") return "EFAULT";
    if (!Number.isInteger(type) || type < F_OWNER_TID || type > F_OWNER_PGRP) return "EINVAL";
    return this.#set(caller, type, pid);
  }

  /** F_GETOWN: 0 when there is no such process or group any more. */
  get owner(): number {
    const { type, pid } = this.record;
    return type === F_OWNER_PGRP && pid !== 0 ? -pid : pid;
  }

  /** F_GETOWN_EX. */
  get record(): FileOwnerRecord {
    return { type: this.#type, pid: this.#isThere() ? this.#id : 0 };
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
  setAsync(caller: Process, isOn: boolean, fd: number): void {
    const { ops } = this.#file;
    if (ops.band === undefined) return;
    if (isOn) this.#fd = fd;
    if (isOn && this.#id === 0 && ops.asyncOwner !== undefined) this.setOwner(caller, ops.asyncOwner() || caller.pid);
    this.#file.flags = isOn ? this.#file.flags | O_ASYNC : this.#file.flags & ~O_ASYNC;
  }

  wake(events: number): void {
    const isUrgent = (events & URGENT) !== 0;
    const bit = (this.#file.flags & O_ASYNC) === 0 ? 0 : (this.#file.ops.band?.(events) ?? 0);
    if (this.#id === 0 || (bit === 0 && !isUrgent)) return;
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

  #set(caller: Process, type: number, id: number): 0 | Errno {
    const { processes } = this.#kernel;
    if (id !== 0 && !processes.isTaken(id)) return "ESRCH";
    this.#type = type;
    this.#id = id;
    this.#process = processes.get(id) ?? null;
    const { real, effective } = caller.credentials.user;
    this.#users = [real, effective];
    return 0;
  }

  #isThere(): boolean {
    for (const _member of this.#members()) return true;
    return false;
  }

  /** Who is meant, as far as it is still there. */
  #members(): Iterable<Process> {
    if (this.#type === F_OWNER_PGRP) return this.#kernel.processes.group(this.#id);
    return this.#process === null || this.#process.state === "reaped" ? [] : [this.#process];
  }

  #targets(): Process[] {
    return [...this.#members()].filter((process) => this.#mayBeSent(process));
  }

  /** As sigio_perm on Linux: root, or a user that is the target's real or saved one. */
  #mayBeSent({ credentials }: Process): boolean {
    const { real, saved } = credentials.user;
    return this.#users[1] === 0 || this.#users.some((user) => user === real || user === saved);
  }
}
