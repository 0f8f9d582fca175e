/**
 * Calls that wait for many, and descriptors made to be waited for, as programs see them.
 *
 * Read first: select(2), epoll(7), eventfd(2), timerfd_create(2). poll(2) is with the descriptors. Timeouts are in ms;
 * a negative one waits for ever.
 */
import type { PollFd } from "../calls/poll.ts";
import type { SelectResult, SelectSets } from "../calls/select.ts";
import type { ClockName } from "../calls/time.ts";
import type { TimerSetting, TimerSpec } from "../calls/timerfd.ts";
import type { EpollEvent } from "../epoll.ts";

/** What is watched: `data` is given back with each event, and is the descriptor itself when it is left out. */
export type EpollInterest = Pick<EpollEvent, "events"> & Partial<EpollEvent>;

export interface EventCalls {
  /** select(2): `sys.select({ read: [s], write: [t] }, 1000)` answers those that are ready. Errors: EBADF, EFAULT. */
  select(sets: SelectSets, timeoutMs?: number): Promise<SelectResult>;
  /** ppoll(2): as poll(), with another signal mask while it waits. Errors: EINTR, EINVAL, EFAULT. */
  ppoll(watched: readonly PollFd[], timeoutMs?: number, mask?: Iterable<number>): Promise<number>;
  /** pselect(2): as select(), with another signal mask while it waits. Errors: EINTR, EBADF, EINVAL, EFAULT. */
  pselect(sets: SelectSets, timeoutMs?: number, mask?: Iterable<number>): Promise<SelectResult>;
  /** epoll_create1(2). Errors: EINVAL, EMFILE. */
  epollCreate1(flags?: number): number;
  /** epoll_ctl(2): EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL. Errors: EBADF, EEXIST, ENOENT, EINVAL, ELOOP, EPERM, EFAULT. */
  epollCtl(epfd: number, operation: number, fd: number, event?: EpollInterest): void;
  /** epoll_wait(2): at most so many events; none at the timeout. Errors: EBADF, EINVAL. */
  epollWait(epfd: number, eventsMax: number, timeoutMs?: number): Promise<EpollEvent[]>;
  /** epoll_pwait(2): as epollWait(), with another signal mask while it waits. Errors: EINTR, EBADF, EINVAL. */
  epollPwait(epfd: number, eventsMax: number, timeoutMs?: number, mask?: Iterable<number>): Promise<EpollEvent[]>;
  /** eventfd(2): a counter, read and written as eight bytes, the low ones first. Errors: EINVAL, EMFILE. */
  eventfd(initial?: number, flags?: number): number;
  /** timerfd_create(2) on "CLOCK_MONOTONIC" or "CLOCK_REALTIME", in virtual time. Errors: EINVAL, EMFILE. */
  timerfdCreate(clock: ClockName, flags?: number): number;
  /** timerfd_settime(2): answers how the timer stood. Errors: EBADF, EINVAL, EFAULT. */
  timerfdSettime(fd: number, flags: number, setting: TimerSetting): TimerSpec;
  /** timerfd_gettime(2): what is left. Errors: EBADF, EINVAL. */
  timerfdGettime(fd: number): TimerSpec;
}
