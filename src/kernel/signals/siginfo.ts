/**
 * siginfo_t: what is known of a signal beside its number. Read first: sigaction(2), "The siginfo_t argument".
 */
import { CLD_DUMPED, CLD_EXITED, CLD_KILLED, SI_KERNEL, SIGCHLD } from "../../abi/signal.ts";
import { WCOREDUMP, WEXITSTATUS, WIFEXITED, WTERMSIG } from "../../abi/wait.ts";

export interface SigInfo {
  readonly signo: number;
  /** Where it comes from: SI_USER, SI_QUEUE, SI_TKILL, SI_KERNEL; CLD_EXITED and its kin for SIGCHLD. */
  readonly code: number;
  /** The sender, or the child that SIGCHLD is about. */
  readonly pid: number;
  readonly uid: number;
  /** What came with sigqueue(3). */
  readonly value: number;
  /** SIGCHLD: the child's exit status, or the signal that ended, stopped or continued it. */
  readonly status: number;
  /** Of the signal that F_SETSIG has set: what can be done, in poll(2)'s bits. */
  readonly band?: number;
  /** … and on which descriptor. */
  readonly fd?: number;
}

/** A signal by the kernel itself. */
export function kernelSignal(signo: number): SigInfo {
  return { signo, code: SI_KERNEL, pid: 0, uid: 0, value: 0, status: 0 };
}

/** A signal by a process. */
export function userSignal(
  signo: number,
  code: number,
  sender: { readonly pid: number; readonly uid: number },
  value: number = 0,
): SigInfo {
  return { signo, code, pid: sender.pid, uid: sender.uid, value, status: 0 };
}

/** SIGCHLD about a child. */
export function childSignal(
  child: { readonly pid: number; readonly uid: number },
  code: number,
  status: number,
): SigInfo {
  return { signo: SIGCHLD, code, pid: child.pid, uid: child.uid, value: 0, status };
}

/** SIGCHLD about a child that has ended, with this status word. */
export function endOfChild(child: { readonly pid: number; readonly uid: number }, status: number): SigInfo {
  if (WIFEXITED(status)) return childSignal(child, CLD_EXITED, WEXITSTATUS(status));
  return childSignal(child, WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED, WTERMSIG(status));
}
