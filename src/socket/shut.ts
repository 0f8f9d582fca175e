/**
 * Bits of `Socket.shut`: what shutdown(2), or the end of the peer, has closed.
 */

/** Nothing more is received. */
export const RECEIVE_SHUT = 1;
/** Nothing more is sent. */
export const SEND_SHUT = 2;
export const BOTH_SHUT = 3;
