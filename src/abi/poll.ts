/**
 * Readiness bits, as poll(2) names them. Wait queues use the same bits: a sleeper says which it waits for, an object
 * says which may have changed.
 */

/** There is something to read, end-of-file included. */
export const POLLIN = 0x1;
/** Urgent data, or another exceptional condition. */
export const POLLPRI = 0x2;
/** Writing will not wait. */
export const POLLOUT = 0x4;
/** An error is pending, or the other end of a pipe has no reader. */
export const POLLERR = 0x8;
/** The other end is gone. */
export const POLLHUP = 0x10;
/** Not an open descriptor. */
export const POLLNVAL = 0x20;
/** Where bytes and messages are read: as POLLIN. */
export const POLLRDNORM = 0x40;
/** Where bytes and messages are written: as POLLOUT. */
export const POLLWRNORM = 0x100;
/** The peer has shut down its sending half: there is no more to read than what is here. */
export const POLLRDHUP = 0x2000;

/** In wait queues only: urgent data are announced, whose owner is sent SIGURG. */
export const URGENT = 0x2_0000;
/** In wait queues only: there is more room than before; a writer that does not wait is told by SIGIO. */
export const MORE_ROOM = 0x4_0000;
/** In wait queues only: it is the turn of the next who reads a terminal, or the time of one is over. */
export const READ_TURN = 0x8_0000;
/** In wait queues only: a line has ended, or without lines bytes have come; for SIGIO. */
export const INPUT_CAME = 0x10_0000;
/** In wait queues only: who waits for this writes, and is one of those among whom room is shared out in turn. */
export const WRITER = 0x20_0000;
