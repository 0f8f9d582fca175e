/**
 * Calls that wait for many, for TypeScript programs. Read first: kernel/sys/events.ts, kernel/calls/{select,epoll,eventfd,timerfd}.ts.
 */

import type { Errno } from "../../abi/errno.ts";
import { epollCreate1, epollCtl, epollWaiting } from "../calls/epoll.ts";
import { eventfd } from "../calls/eventfd.ts";
import { MaskedAttempt } from "../calls/masked.ts";
import { type PollFd, polling } from "../calls/poll.ts";
import { type SelectResult, type SelectSets, selecting } from "../calls/select.ts";
import type { ClockName } from "../calls/time.ts";
import { type TimerSetting, type TimerSpec, timerfdCreate, timerfdGettime, timerfdSettime } from "../calls/timerfd.ts";
import type { EpollEvent } from "../epoll.ts";
import type { Attempt } from "../operation.ts";
import { SignalSet } from "../signals/signal-set.ts";
import type { EpollInterest } from "../sys/events.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { FileDoor } from "./file-door.ts";

export abstract class EventDoor extends FileDoor {
  select(sets: SelectSets, timeoutMs: number = -1): Promise<SelectResult> {
    if (!this.enter("select")) return never();
    return this.later("select", [timeoutMs], selecting(this.process, sets), this.#deadlineIn(timeoutMs));
  }

  ppoll(watched: readonly PollFd[], timeoutMs: number = -1, mask?: Iterable<number>): Promise<number> {
    if (!this.enter("ppoll")) return never();
    const attempt = this.#masked("ppoll", polling(this.process, watched), mask);
    return this.later("ppoll", [watched?.length, timeoutMs], attempt, this.#deadlineIn(timeoutMs));
  }

  pselect(sets: SelectSets, timeoutMs: number = -1, mask?: Iterable<number>): Promise<SelectResult> {
    if (!this.enter("pselect")) return never();
    const attempt = this.#masked("pselect", selecting(this.process, sets), mask);
    return this.later("pselect", [timeoutMs], attempt, this.#deadlineIn(timeoutMs));
  }

  epollPwait(epfd: number, eventsMax: number, timeoutMs: number = -1, mask?: Iterable<number>): Promise<EpollEvent[]> {
    if (!this.enter("epoll_pwait")) return never();
    const attempt = this.#masked("epoll_pwait", epollWaiting(this.process, epfd, eventsMax), mask);
    return this.later("epoll_pwait", [epfd, eventsMax, timeoutMs], attempt, this.#deadlineIn(timeoutMs));
  }

  epollCreate1(flags: number = 0): number {
    return this.now("epoll_create1", [flags], () => epollCreate1(this.process, flags));
  }

  epollCtl(epfd: number, operation: number, fd: number, event?: EpollInterest): void {
    const whole = event === undefined || event === null ? null : { events: event.events, data: event.data ?? fd };
    const args = whole === null ? [epfd, operation, fd] : [epfd, operation, fd, whole.events];
    this.now("epoll_ctl", args, () => epollCtl(this.process, epfd, operation, fd, whole));
  }

  epollWait(epfd: number, eventsMax: number, timeoutMs: number = -1): Promise<EpollEvent[]> {
    if (!this.enter("epoll_wait")) return never();
    const attempt = epollWaiting(this.process, epfd, eventsMax);
    return this.later("epoll_wait", [epfd, eventsMax, timeoutMs], attempt, this.#deadlineIn(timeoutMs));
  }

  eventfd(initial: number = 0, flags: number = 0): number {
    return this.now("eventfd", [initial, flags], () => eventfd(this.process, initial, flags));
  }

  timerfdCreate(clock: ClockName, flags: number = 0): number {
    return this.now("timerfd_create", [clock, flags], () => timerfdCreate(this.process, clock, flags));
  }

  timerfdSettime(fd: number, flags: number, setting: TimerSetting): TimerSpec {
    return this.now("timerfd_settime", [fd, flags], () => timerfdSettime(this.process, fd, flags, setting));
  }

  timerfdGettime(fd: number): TimerSpec {
    return this.now("timerfd_gettime", [fd], () => timerfdGettime(this.process, fd));
  }

  /** EINVAL: the mask is none. */
  #masked<R>(call: string, attempt: Attempt<R> | Errno, mask: Iterable<number> | undefined): Attempt<R> | Errno {
    if (typeof attempt === "string") return attempt;
    const set = mask === undefined ? this.process.signals.blocked : SignalSet.from(mask);
    return set === undefined ? "EINVAL" : new MaskedAttempt(call, this.process, attempt, set);
  }

  #deadlineIn(timeoutMs: number): number {
    return timeoutMs < 0 ? NO_DEADLINE : this.after(Math.round(timeoutMs * 1e6));
  }
}
