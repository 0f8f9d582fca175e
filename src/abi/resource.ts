/**
 * Numbers of getrlimit(2) and setrlimit(2), as Linux has them on x86-64.
 */

/** Processor time, in seconds. */
export const RLIMIT_CPU = 0;
/** Size of a file that the process may make, in bytes. */
export const RLIMIT_FSIZE = 1;
/** Processes of the real user. */
export const RLIMIT_NPROC = 6;
/** One more than the largest descriptor. */
export const RLIMIT_NOFILE = 7;
/** Queued signals of the real user. */
export const RLIMIT_SIGPENDING = 11;
/** Bytes in message queues of the real user. */
export const RLIMIT_MSGQUEUE = 12;

/** No limit. */
export const RLIM_INFINITY: number = Number.POSITIVE_INFINITY;
