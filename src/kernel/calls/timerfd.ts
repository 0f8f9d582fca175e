/**
 * timerfd_create(2), timerfd_settime(2), timerfd_gettime(2). The timer itself is ipc/timerfd.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import { TFD_CLOEXEC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET } from "../../abi/timerfd.ts";
import { END_OF_TIME_NS } from "../../base/scheduler.ts";
import { TimerFile, type TimerState } from "../../ipc/timerfd.ts";
import type { Process } from "../process.ts";
import { type ClockName, sinceEpoch, type Timespec } from "./time.ts";

/** struct itimerspec, as the kernel gives it. */
export interface TimerSpec {
  /** Until the next expiration; zero: disarmed. */
  readonly value: Timespec;
  /** From one expiration to the next; zero: only once. */
  readonly interval: Timespec;
}

/** struct itimerspec, as programs give it: what is left out is zero. */
export interface TimerSetting {
  readonly value: Partial<Timespec>;
  readonly interval?: Partial<Timespec>;
}

/** A timer on CLOCK_REALTIME: the moments it is set to are real ones. */
class RealtimeTimer extends TimerFile {}

/** timerfd_create(2). EINVAL: unknown clock or flags; EMFILE. */
export function timerfdCreate(process: Process, clock: ClockName, flags: number): number | Errno {
  if (clock !== "CLOCK_MONOTONIC" && clock !== "CLOCK_REALTIME") return "EINVAL";
  if ((flags & ~(TFD_NONBLOCK | TFD_CLOEXEC)) !== 0) return "EINVAL";
  const Timer = clock === "CLOCK_REALTIME" ? RealtimeTimer : TimerFile;
  const timer = new Timer(process.runState.scheduler, process.kernel.clock, process.kernel.nextInode());
  const isNonBlocking = (flags & TFD_NONBLOCK) !== 0;
  return process.kernel.install(
    process,
    timer,
    isNonBlocking ? O_RDWR | O_NONBLOCK : O_RDWR,
    (flags & TFD_CLOEXEC) !== 0,
  );
}

/** timerfd_settime(2): answers how the timer stood. EBADF; EINVAL: no timer, or times or flags that are none; EFAULT. */
export function timerfdSettime(process: Process, fd: number, flags: number, setting: TimerSetting): TimerSpec | Errno {
  if (!isSetting(setting)) return "EFAULT";
  const valueNs = toNanoseconds(setting.value);
  const intervalNs = toNanoseconds(setting.interval ?? {});
  if (valueNs === "EINVAL" || intervalNs === "EINVAL") return "EINVAL";
  if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) return "EINVAL";
  const timer = timerOf(process, fd);
  if (typeof timer === "string") return timer;
  let expiryNs: number | null = null;
  if (valueNs > 0) {
    const isAbsolute = (flags & TFD_TIMER_ABSTIME) !== 0;
    if (!isAbsolute) expiryNs = timer.nowNs + valueNs;
    else expiryNs = timer instanceof RealtimeTimer ? sinceEpoch(setting.value, process.kernel.clock.epochMs) : valueNs;
    // What would come after the end of virtual time stands for its end.
    expiryNs = Math.min(expiryNs, END_OF_TIME_NS);
  }
  return toTimerSpec(timer.settime(expiryNs, intervalNs, process.daemon));
}

/** timerfd_gettime(2). EBADF; EINVAL: no timer. */
export function timerfdGettime(process: Process, fd: number): TimerSpec | Errno {
  const timer = timerOf(process, fd);
  return typeof timer === "string" ? timer : toTimerSpec(timer.gettime());
}

function timerOf(process: Process, fd: number): TimerFile | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.ops instanceof TimerFile ? file.ops : "EINVAL";
}

function isSetting(setting: TimerSetting): boolean {
  const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null;
  return isRecord(setting) && isRecord(setting.value) && (setting.interval === undefined || isRecord(setting.interval));
}

function toNanoseconds({ seconds = 0, nanoseconds = 0 }: Partial<Timespec>): number | "EINVAL" {
  if (!Number.isSafeInteger(seconds) || !Number.isInteger(nanoseconds)) return "EINVAL";
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= 1e9) return "EINVAL";
  return seconds * 1e9 + nanoseconds;
}

function toTimerSpec({ remainingNs, intervalNs }: TimerState): TimerSpec {
  return { value: toTimespec(remainingNs), interval: toTimespec(intervalNs) };
}

function toTimespec(timeNs: number): Timespec {
  return { seconds: Math.floor(timeNs / 1e9), nanoseconds: timeNs % 1e9 };
}
