/**
 * Calls that wait for many, for TypeScript programs. Read first: kernel/sys/events.ts, kernel/calls/{select,epoll,eventfd,timerfd}.ts.
 */
import { epollCreate1, epollCtl, epollWaiting } from "../calls/epoll.ts";
import { eventfd } from "../calls/eventfd.ts";
import { type SelectResult, type SelectSets, selecting } from "../calls/select.ts";
import type { ClockName } from "../calls/time.ts";
import { type TimerSetting, type TimerSpec, timerfdCreate, timerfdGettime, timerfdSettime } from "../calls/timerfd.ts";
import type { EpollEvent } from "../epoll.ts";
import type { EpollInterest } from "../sys/events.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { FileDoor } from "./file-door.ts";

export abstract class EventDoor extends FileDoor {
  select(sets: SelectSets, timeoutMs: number = -1): Promise<SelectResult> {
    if (!this.enter("select")) return never();
    return this.later("select", [timeoutMs], selecting(this.process, sets), this.#deadlineIn(timeoutMs));
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

  #deadlineIn(timeoutMs: number): number {
    return timeoutMs < 0 ? NO_DEADLINE : this.runState.scheduler.nowNs + Math.round(timeoutMs * 1e6);
  }
}
