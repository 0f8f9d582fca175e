/**
 * Process groups and sessions: setpgid(2), getpgid(2), setsid(2), getsid(2). Read first: credentials(7).
 */
import type { Errno } from "../../abi/errno.ts";
import type { Process } from "../process.ts";

/**
 * setpgid(2): moves a process, itself (0) or a child, into a group of its session, or into a new one (0: with its own
 * number). ESRCH: neither itself nor a child; EACCES: the child has replaced its program; EPERM: another session, a
 * session's leader, or no such group; EINVAL.
 */
export function setpgid(process: Process, pid: number, pgid: number): 0 | Errno {
  if (!Number.isInteger(pid) || !Number.isInteger(pgid) || pgid < 0) return "EINVAL";
  const target = pid === 0 || pid === process.pid ? process : process.kernel.processes.get(pid);
  if (target === undefined || (target !== process && target.parent !== process)) return "ESRCH";
  if (target !== process) {
    if (target.sid !== process.sid) return "EPERM";
    if (target.hasExecuted) return "EACCES";
  }
  if (target.sid === target.pid) return "EPERM";
  const wanted = pgid === 0 ? target.pid : pgid;
  if (wanted !== target.pid && !hasGroup(process, wanted)) return "EPERM";
  process.kernel.processes.setGroup(target, wanted);
  return 0;
}

/** getpgid(2): 0 is the caller. ESRCH. */
export function getpgid(process: Process, pid: number): number | Errno {
  return find(process, pid)?.pgid ?? "ESRCH";
}

/** setsid(2): a new session and a new group, both led by the caller. EPERM: it leads a group already. */
export function setsid(process: Process): number | Errno {
  const { processes } = process.kernel;
  for (const _member of processes.group(process.pid)) return "EPERM";
  process.terminal = null;
  processes.setSession(process);
  return process.pid;
}

/** getsid(2): 0 is the caller. ESRCH. */
export function getsid(process: Process, pid: number): number | Errno {
  return find(process, pid)?.sid ?? "ESRCH";
}

function find(process: Process, pid: number): Process | undefined {
  return pid === 0 ? process : process.kernel.processes.get(pid);
}

/** Is there such a group in the caller's session? */
function hasGroup(process: Process, pgid: number): boolean {
  for (const member of process.kernel.processes.group(pgid)) if (member.sid === process.sid) return true;
  return false;
}
