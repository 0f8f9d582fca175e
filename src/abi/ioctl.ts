/**
 * Numbers of ioctl(2) that are not of one kind of device, as Linux has them on x86-64. Read first: ioctl(2), socket(7).
 */

/** How many bytes can be read at once? */
export const FIONREAD = 0x541b;
/** Of a socket: how much was sent and has not been received? TIOCOUTQ of a terminal. */
export const SIOCOUTQ = 0x5411;
/** Of a TCP socket: how much of it was not even sent? */
export const SIOCOUTQNSD = 0x894b;
/** O_NONBLOCK, on or off. */
export const FIONBIO = 0x5421;
/** O_ASYNC, on or off. */
export const FIOASYNC = 0x5452;
/** Don't close by exec. */
export const FIONCLEX = 0x5450;
/** Close by exec. */
export const FIOCLEX = 0x5451;
/** Of a socket: F_SETOWN. */
export const FIOSETOWN = 0x8901;
export const SIOCSPGRP = 0x8902;
/** Of a socket: F_GETOWN. */
export const FIOGETOWN = 0x8903;
export const SIOCGPGRP = 0x8904;
/** Of a socket: is what is read next the urgent byte? */
export const SIOCATMARK = 0x8905;
