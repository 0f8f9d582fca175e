/**
 * Numbers of the socket interface, as Linux has them on x86-64.
 *
 * Read first: socket(2), socket(7), ip(7), recv(2).
 */

/** Unix-domain addresses: endpoints on one host. unix(7). */
export const AF_UNIX = 1;
/** IPv4 addresses. ip(7). */
export const AF_INET = 2;
/** IPv6 addresses. ipv6(7). */
export const AF_INET6 = 10;

/** Connected, reliable byte stream. */
export const SOCK_STREAM = 1;
/** Datagrams: message boundaries, no connection, best effort. */
export const SOCK_DGRAM = 2;
/** Access to the network protocol itself. */
export const SOCK_RAW = 3;
/** The bits of the type argument that name the type; the others are flags. */
export const SOCK_TYPE_MASK = 0xf;
/** Flag of the type argument: the new description is non-blocking. */
export const SOCK_NONBLOCK = 0o4000;
/** Flag of the type argument: the new descriptor is closed by exec. */
export const SOCK_CLOEXEC = 0o2000000;

export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;

export const SOL_SOCKET = 1;
/** Fetch and clear the pending error: its number. */
export const SO_ERROR = 4;
export const SO_TYPE = 3;
export const SO_REUSEADDR = 2;
export const SO_BROADCAST = 6;
/** Send buffer in bytes; the kernel doubles what is set, for its own overhead, as Linux does. */
export const SO_SNDBUF = 7;
/** Receive buffer in bytes; the kernel doubles what is set. */
export const SO_RCVBUF = 8;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;

/** Look at the message and leave it in the queue. */
export const MSG_PEEK = 0x2;
/** Answer with the real length of the datagram, even when the buffer was shorter. */
export const MSG_TRUNC = 0x20;
/** This call does not wait. */
export const MSG_DONTWAIT = 0x40;
/** Don't raise SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;
