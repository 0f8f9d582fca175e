/**
 * Flags of timerfd_create(2) and timerfd_settime(2), as Linux has them on x86-64.
 */

/** The new description is non-blocking. */
export const TFD_NONBLOCK = 0o4000;
/** The new descriptor is closed by exec. */
export const TFD_CLOEXEC = 0o2000000;
/** The first expiration is a moment of the clock, not a delay. */
export const TFD_TIMER_ABSTIME = 1;
/** A timer for a moment of CLOCK_REALTIME is told when that clock is set. */
export const TFD_TIMER_CANCEL_ON_SET = 2;
