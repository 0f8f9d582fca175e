/**
 * Signal numbers, as Linux has them on x86-64. Read first: signal(7).
 */

/** Terminate at once; can't be caught, blocked or ignored. */
export const SIGKILL = 9;
