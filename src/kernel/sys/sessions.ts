/**
 * Calls on process groups and sessions, as programs see them. Read first: credentials(7), setpgid(2), setsid(2).
 */
export interface SessionCalls {
  /** setpgid(2): moves a process (0: itself) into a group (0: a new one with its number). Errors: EINVAL, ESRCH, EACCES, EPERM. */
  setpgid(pid: number, pgid: number): void;
  /** getpgid(2); 0 is the caller. Errors: ESRCH. */
  getpgid(pid: number): number;
  /** getpgrp(2). */
  getpgrp(): number;
  /** setsid(2): leads a new session and a new group. Errors: EPERM. */
  setsid(): number;
  /** getsid(2); 0 is the caller. Errors: ESRCH. */
  getsid(pid: number): number;
}
