/**
 * The resource limits of a process: a soft limit, which the kernel enforces, and a hard one, up to which it may be raised.
 *
 * Read first: getrlimit(2). RLIMIT_NOFILE bounds the descriptor table, RLIMIT_NPROC fork(2). The others are kept here
 * for whoever enforces them: `process.limits.soft(RLIMIT_FSIZE)`.
 */
import type { Errno } from "../abi/errno.ts";
import {
  RLIM_INFINITY,
  RLIMIT_CPU,
  RLIMIT_FSIZE,
  RLIMIT_MSGQUEUE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_SIGPENDING,
} from "../abi/resource.ts";

/** struct rlimit; RLIM_INFINITY is no limit. */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}

/** fs.nr_open on Linux: nobody has more descriptors, root included. */
const DESCRIPTORS_MAX = 1_048_576;
const UNLIMITED: ResourceLimit = { soft: RLIM_INFINITY, hard: RLIM_INFINITY };

/** What process 1 has, and everybody who does not change it. */
const DEFAULTS: ReadonlyMap<number, ResourceLimit> = new Map([
  [RLIMIT_CPU, UNLIMITED],
  [RLIMIT_FSIZE, UNLIMITED],
  [RLIMIT_NPROC, UNLIMITED],
  [RLIMIT_NOFILE, { soft: 1024, hard: DESCRIPTORS_MAX }],
  // Linux derives this one from the memory of the machine; it has the same number of processes for a limit.
  [RLIMIT_SIGPENDING, { soft: 8192, hard: 8192 }],
  [RLIMIT_MSGQUEUE, { soft: 819_200, hard: 819_200 }],
]);

export class Limits {
  readonly #limits: Map<number, ResourceLimit>;

  constructor(limits: ReadonlyMap<number, ResourceLimit> = DEFAULTS) {
    this.#limits = new Map(limits);
  }

  /** fork(2), execve(2): limits are inherited. */
  copy(): Limits {
    return new Limits(this.#limits);
  }

  /** EINVAL: no such resource. */
  get(resource: number): ResourceLimit | Errno {
    return this.#limits.get(resource) ?? "EINVAL";
  }

  /** What is enforced now. */
  soft(resource: number): number {
    return this.#limits.get(resource)?.soft ?? RLIM_INFINITY;
  }

  /** RLIMIT_CPU in nanoseconds. */
  cpuNs(which: "soft" | "hard"): number {
    const seconds = this.#limits.get(RLIMIT_CPU)?.[which] ?? RLIM_INFINITY;
    return seconds === RLIM_INFINITY ? Number.POSITIVE_INFINITY : seconds * 1e9;
  }

  /** setrlimit(2). EINVAL: no such resource, or soft above hard; EPERM: only root raises a hard limit. */
  set(resource: number, { soft, hard }: ResourceLimit, isPrivileged: boolean): 0 | Errno {
    const current = this.#limits.get(resource);
    if (current === undefined || !isLimit(soft) || !isLimit(hard) || soft > hard) return "EINVAL";
    if (resource === RLIMIT_NOFILE && hard > DESCRIPTORS_MAX) return "EPERM";
    if (hard > current.hard && !isPrivileged) return "EPERM";
    this.#limits.set(resource, { soft, hard });
    return 0;
  }
}

function isLimit(value: number): boolean {
  return value === RLIM_INFINITY || (Number.isSafeInteger(value) && value >= 0);
}
