/**
 * Default actions, and what a shell does jobs with: ending, stopping and continuing a process, telling its parent, and
 * orphaned process groups.
 *
 * Read first: signal(7), wait(2), credentials(7) "Process group and session", setpgid(2). A process that is stopped makes
 * no progress: turns and results that are due to it are held until it goes on (Process.hold).
 */
import {
  CLD_CONTINUED,
  CLD_STOPPED,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  signalName,
} from "../../abi/signal.ts";
import { CONTINUED_STATUS, signaledStatus, stoppedStatus } from "../../abi/wait.ts";
import type { Process } from "../process.ts";
import { childSignal, endOfChild, kernelSignal } from "./siginfo.ts";

/** A signal ends the process. */
export function end(process: Process, signo: number, hasDumpedCore: boolean): void {
  process.terminate(
    signaledStatus(signo, hasDumpedCore),
    "kill",
    hasDumpedCore ? `${signalName(signo)}, core dumped` : signalName(signo),
  );
}

/** A signal stops the process. */
export function stop(process: Process, signo: number): void {
  process.enterStop();
  process.jobStatus = stoppedStatus(signo);
  process.trace("stop", `stopped by ${signalName(signo)}`);
  tellParent(process, CLD_STOPPED, signo);
}

/** SIGCONT has come for a stopped process. */
export function resume(process: Process): void {
  process.jobStatus = CONTINUED_STATUS;
  process.trace("continue", "continued");
  process.leaveStop();
  tellParent(process, CLD_CONTINUED, SIGCONT);
}

function tellParent(process: Process, code: number, status: number): void {
  const { parent } = process;
  if (parent === null) return;
  const { flags } = parent.signals.actionOf(SIGCHLD);
  if ((flags & SA_NOCLDSTOP) === 0) parent.signals.post(childSignal(process, code, status));
  parent.childChanged();
}

/**
 * The process has ended: SIGCHLD for its parent. False when the parent has said that it collects no children, by
 * SA_NOCLDWAIT or by ignoring SIGCHLD: then there is no zombie.
 */
export function tellOfEnd(process: Process, parent: Process): boolean {
  const { handler, flags } = parent.signals.actionOf(SIGCHLD);
  parent.signals.post(endOfChild(process, process.status));
  return handler !== SIG_IGN && (flags & SA_NOCLDWAIT) === 0;
}

/** Does its group have no member whose parent is outside of the group, in the same session, and could continue it? */
export function isOrphaned(process: Process): boolean {
  return isOrphanedGroup(process, process.pgid);
}

function isOrphanedGroup(of: Process, pgid: number): boolean {
  for (const member of of.kernel.processes.group(pgid)) {
    const { parent } = member;
    if (member.state !== "running" || parent === null || member.isAdopted) continue;
    if (parent.pgid !== pgid && parent.sid === member.sid) return false;
  }
  return true;
}

/**
 * A process is about to leave the living: the groups that will be orphaned by it, if a member of them is stopped.
 * Answers what is to be done when it has left: SIGHUP and SIGCONT for each such group (_exit(2), POSIX).
 */
export function orphaning(process: Process): () => void {
  const { processes } = process.kernel;
  if (processes.stoppedCount === 0) return () => {};
  const groups = new Set([process.pgid, ...[...process.children].map(({ pgid }) => pgid)]);
  const connected = [...groups].filter((pgid) => !isOrphanedGroup(process, pgid));
  return () => {
    for (const pgid of connected) {
      const members = [...processes.group(pgid)];
      if (!members.some(({ isStopped }) => isStopped) || !isOrphanedGroup(process, pgid)) continue;
      for (const signo of [SIGHUP, SIGCONT]) for (const member of members) member.signals.post(kernelSignal(signo));
    }
  };
}
