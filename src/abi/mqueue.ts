/**
 * Numbers of POSIX message queues, as Linux has them. Read first: mq_overview(7).
 */

/** Priorities are below it. */
export const MQ_PRIO_MAX = 32_768;

/** struct sigevent, sigev_notify: by a signal. */
export const SIGEV_SIGNAL = 0;
/** struct sigevent, sigev_notify: not at all; the registration counts, and ends when a message comes. */
export const SIGEV_NONE = 1;
