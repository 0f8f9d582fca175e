/**
 * Calls on users, groups and limits, as programs see them. Read first: credentials(7), getrlimit(2).
 */
import type { IdTriple } from "../credentials.ts";
import type { ResourceLimit } from "../limits.ts";

export interface UserCalls {
  /** geteuid(2): the user whose rights the process has. */
  geteuid(): number;
  /** getegid(2). */
  getegid(): number;
  /** getresuid(2): real, effective and saved. */
  getresuid(): IdTriple;
  /** getresgid(2). */
  getresgid(): IdTriple;
  /** getgroups(2): the supplementary groups, in ascending order. */
  getgroups(): readonly number[];
  /** setgroups(2). Errors: EPERM, EINVAL. */
  setgroups(groups: readonly number[]): void;
  /** setuid(2): root gives up its rights for good; others go back to their real or saved user. Errors: EPERM, EINVAL. */
  setuid(uid: number): void;
  /** seteuid(2): gives up rights for a while. Errors: EPERM, EINVAL. */
  seteuid(uid: number): void;
  /** setreuid(2); -1 leaves an id as it is. Errors: EPERM, EINVAL. */
  setreuid(real: number, effective: number): void;
  /** setresuid(2); -1 leaves an id as it is. Errors: EPERM, EINVAL. */
  setresuid(real: number, effective: number, saved: number): void;
  /** setgid(2). Errors: EPERM, EINVAL. */
  setgid(gid: number): void;
  /** setegid(2). Errors: EPERM, EINVAL. */
  setegid(gid: number): void;
  /** setregid(2). Errors: EPERM, EINVAL. */
  setregid(real: number, effective: number): void;
  /** setresgid(2). Errors: EPERM, EINVAL. */
  setresgid(real: number, effective: number, saved: number): void;
  /** getrlimit(2): RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE. Errors: EINVAL. */
  getrlimit(resource: number): ResourceLimit;
  /** setrlimit(2): only root raises a hard limit. Errors: EPERM, EINVAL, EFAULT. */
  setrlimit(resource: number, limit: ResourceLimit): void;
}
