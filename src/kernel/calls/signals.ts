/**
 * Calls on signals that never wait: kill(2), killpg(3), raise(3), sigqueue(3), sigaction(2), sigprocmask(2),
 * sigpending(2), signalfd(2).
 */
import type { Errno } from "../../abi/errno.ts";
import { O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import {
  isSignal,
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SI_QUEUE,
  SI_TKILL,
  SI_USER,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  SIGSTOP,
} from "../../abi/signal.ts";
import type { Process } from "../process.ts";
import type { SignalAction } from "../signals/action.ts";
import { type SigInfo, userSignal } from "../signals/siginfo.ts";
import { SignalSet } from "../signals/signal-set.ts";
import { SignalFile } from "../signals/signalfd.ts";

/**
 * kill(2). `pid` above 0: that process; 0: the caller's group; -1: everybody it may, but itself and process 1; below: that
 * group. Signal 0 only asks. EINVAL: no such signal; ESRCH: nobody there; EPERM: somebody, but not for this caller.
 */
export function kill(process: Process, pid: number, signo: number): 0 | Errno {
  // Linux looks for the process first, and at the signal when it has one.
  if (pid > 0 && Number.isInteger(pid) && process.kernel.processes.get(pid) === undefined) return "ESRCH";
  if (!isSignalOrNone(signo)) return "EINVAL";
  if (!Number.isInteger(pid)) return "EINVAL";
  const info = userSignal(signo, SI_USER, process);
  if (pid > 0) return one(process, pid, info, false);
  if (pid === -1) return everybody(process, info);
  return group(process, pid === 0 ? process.pgid : -pid, info);
}

/** killpg(3): 0 is the caller's group. EINVAL, ESRCH, EPERM. */
export function killpg(process: Process, pgid: number, signo: number): 0 | Errno {
  return Number.isInteger(pgid) && pgid >= 0 ? kill(process, -pgid, signo) : "EINVAL";
}

/** raise(3). EINVAL. */
export function raise(process: Process, signo: number): 0 | Errno {
  return isSignalOrNone(signo) ? one(process, process.pid, userSignal(signo, SI_TKILL, process), true) : "EINVAL";
}

/** sigqueue(3): a signal with a value, a 32-bit integer. EAGAIN: too many are queued; EINVAL, ESRCH, EPERM. */
export function sigqueue(process: Process, pid: number, signo: number, value: number): 0 | Errno {
  if (!isSignalOrNone(signo) || !Number.isInteger(value) || !Number.isInteger(pid)) return "EINVAL";
  return pid > 0 ? one(process, pid, userSignal(signo, SI_QUEUE, process, value | 0), true) : "ESRCH";
}

/**
 * sigaction(2): what the process does on a signal; null only asks. Answers what it was. EINVAL: no such signal, or one
 * that can't be caught, or one that the C library keeps for itself (32, 33).
 */
export function sigaction(process: Process, signo: number, action: SignalAction | null): SignalAction | Errno {
  if (!isSignal(signo) || (signo > 31 && signo < SIGRTMIN)) return "EINVAL";
  if (action !== null && (signo === SIGKILL || signo === SIGSTOP)) return "EINVAL";
  const old = process.signals.actionOf(signo);
  if (action !== null) process.signals.setAction(signo, action);
  return old;
}

/** sigprocmask(2): null only asks. Answers the mask that was. EINVAL: `how` is none of the three. */
export function sigprocmask(process: Process, how: number, set: SignalSet | null): SignalSet | Errno {
  const old = process.signals.blocked;
  if (set === null) return old;
  if (how === SIG_BLOCK) process.signals.setBlocked(old.union(set));
  else if (how === SIG_UNBLOCK) process.signals.setBlocked(old.without(set));
  else if (how === SIG_SETMASK) process.signals.setBlocked(set);
  else return "EINVAL";
  return old;
}

/** sigpending(2): what has come and is blocked. */
export function sigpending(process: Process): SignalSet {
  const { pending, blocked } = process.signals;
  return SignalSet.of(...pending.inOrder().filter((signo) => blocked.has(signo)));
}

/** signalfd(2): a new descriptor, or with `fd` not -1 another mask for that one. EINVAL, EBADF, EMFILE. */
export function signalfd(process: Process, fd: number, mask: SignalSet, flags: number): number | Errno {
  if ((flags & ~(SFD_NONBLOCK | SFD_CLOEXEC)) !== 0) return "EINVAL";
  const kept = mask.without(SignalSet.of(SIGKILL, SIGSTOP));
  if (fd === -1) {
    const status = O_RDWR | ((flags & SFD_NONBLOCK) === 0 ? 0 : O_NONBLOCK);
    return process.kernel.install(process, new SignalFile(process, kept), status, (flags & SFD_CLOEXEC) !== 0);
  }
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  if (!(file.ops instanceof SignalFile)) return "EINVAL";
  file.ops.mask = kept;
  return fd;
}

function isSignalOrNone(signo: number): boolean {
  return signo === 0 || isSignal(signo);
}

/** kill(2): root; whose real or effective user is the target's real or saved one; for SIGCONT also the same session. */
export function maySignal(process: Process, target: Process, signo: number): boolean {
  const { user } = process.credentials;
  const { real, saved } = target.credentials.user;
  if (process.credentials.isPrivileged) return true;
  if ([user.real, user.effective].some((id) => id === real || id === saved)) return true;
  return signo === SIGCONT && process.sid === target.sid;
}

function one(process: Process, pid: number, info: SigInfo, mayBeRefused: boolean): 0 | Errno {
  const target = process.kernel.processes.get(pid);
  return target === undefined ? "ESRCH" : send(process, target, info, mayBeRefused);
}

function send(process: Process, target: Process, info: SigInfo, mayBeRefused: boolean): 0 | Errno {
  if (!maySignal(process, target, info.signo)) return "EPERM";
  return info.signo === 0 ? 0 : target.signals.post(info, mayBeRefused);
}

/** One success is enough; else the last error counts. */
function group(process: Process, pgid: number, info: SigInfo): 0 | Errno {
  let result: 0 | Errno = "ESRCH";
  for (const member of selfLast(process, process.kernel.processes.group(pgid))) {
    const sent = send(process, member, info, false);
    if (result !== 0) result = sent;
  }
  return result;
}

/** As on Linux: not being allowed to signal anybody at all is no error. */
function everybody(process: Process, info: SigInfo): 0 | Errno {
  const others = [...process.kernel.processes.all()].filter((other) => other.pid !== 1 && other !== process);
  for (const other of others) send(process, other, info, false);
  return others.length === 0 ? "ESRCH" : 0;
}

/** A caller that the signal ends has sent it to everybody before. */
function selfLast(process: Process, members: Iterable<Process>): Process[] {
  const all = [...members];
  return all.includes(process) ? [...all.filter((member) => member !== process), process] : all;
}
