/**
 * Readiness bits, as poll(2) names them. Wait queues use the same bits: a sleeper says which it waits for, an object
 * says which may have changed.
 */

/** There is something to read, end-of-file included. */
export const POLLIN = 0x1;
/** Writing will not wait. */
export const POLLOUT = 0x4;
/** An error is pending, or the other end of a pipe has no reader. */
export const POLLERR = 0x8;
/** The other end is gone. */
export const POLLHUP = 0x10;
/** Not an open descriptor. */
export const POLLNVAL = 0x20;
/** The peer of a stream has shut down its sending side. */
export const POLLRDHUP = 0x2000;
