/**
 * Numbers of the socket interface, as Linux has them on x86-64.
 *
 * Read first: socket(2), socket(7), ip(7), recv(2).
 */

/** No address: connect(2) with it undoes a datagram socket's connect. */
export const AF_UNSPEC = 0;
/** Unix-domain addresses: endpoints on one host. unix(7). */
export const AF_UNIX = 1;
/** Interfaces themselves: packet(7). */
export const AF_PACKET = 17;
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
/** Connected and reliable as a stream, with boundaries as datagrams. */
export const SOCK_SEQPACKET = 5;
/** The bits of the type argument that name the type; the others are flags. */
export const SOCK_TYPE_MASK = 0xf;
/** Flag of the type argument: the new description is non-blocking. */
export const SOCK_NONBLOCK = 0o4000;
/** Flag of the type argument: the new descriptor is closed by exec. */
export const SOCK_CLOEXEC = 0o2000000;

export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
/** Who listens to which group: RFC 2236. */
export const IPPROTO_IGMP = 2;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_ICMPV6 = 58;

/** A raw socket that writes whole datagrams, of any protocol, and receives none. */
export const IPPROTO_RAW = 255;

export const SOL_SOCKET = 1;
/** Options of raw sockets: raw(7). */
export const SOL_RAW = 255;
/** Of the level SOL_RAW: which types of ICMP are not received, a bit each: { data }. */
export const ICMP_FILTER = 1;
/** Of the level IPPROTO_ICMPV6: which types of ICMPv6 are not received, a bit each, in eight words: { data }. */
export const ICMPV6_FILTER = 1;
/** Fetch and clear the pending error: its number. */
/** Stored: nothing is recorded for it, as on Linux. */
export const SO_DEBUG = 1;
export const SO_ERROR = 4;
export const SO_TYPE = 3;
/** To hosts on a link of ours only, passing the routing table by. */
export const SO_DONTROUTE = 5;
export const SO_REUSEADDR = 2;
export const SO_BROADCAST = 6;
/** Send buffer in bytes; the kernel doubles what is set, for its own overhead, as Linux does. */
export const SO_SNDBUF = 7;
/** Receive buffer in bytes; the kernel doubles what is set. */
export const SO_RCVBUF = 8;
/** A connection that is silent for long is asked whether it still stands. */
export const SO_KEEPALIVE = 9;
/** Urgent data stays in the stream. */
export const SO_OOBINLINE = 10;
/** UDP without a checksum. */
export const SO_NO_CHECK = 11;
/** 0 to 6; more is for root. */
export const SO_PRIORITY = 12;
/** close(2) waits for what was sent, or throws it away: { onoff, linger } with seconds. */
export const SO_LINGER = 13;
/** Several sockets may have the same address and port, when all of them say so. */
export const SO_REUSEPORT = 15;
/** Messages that are received carry the credentials of their sender. unix(7). */
export const SO_PASSCRED = 16;
/** Who was at the other end when the connection was made: pid, uid, gid. unix(7). */
export const SO_PEERCRED = 17;
/** So many bytes make a receiving call on a stream worth while. */
export const SO_RCVLOWAT = 18;
/** Always 1 on Linux, and it can't be set. */
export const SO_SNDLOWAT = 19;
/** A receiving call that has waited so long answers EAGAIN; 0 waits for ever. */
export const SO_RCVTIMEO = 20;
/** A sending call that has waited so long answers EAGAIN; 0 waits for ever. */
export const SO_SNDTIMEO = 21;
/** Only through the interface of this name; "" through any. */
export const SO_BINDTODEVICE = 25;
/** Messages that are received carry the time at which they came, in microseconds: { seconds, microseconds }. */
export const SO_TIMESTAMP = 29;
/** Has listen(2) been called? */
export const SO_ACCEPTCONN = 30;
/** As SO_SNDBUF and SO_RCVBUF, for root, whatever net.core.wmem_max and rmem_max say. */
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
/** As SO_TIMESTAMP, in nanoseconds: { seconds, nanoseconds }. */
export const SO_TIMESTAMPNS = 35;
/** A number that routing rules may look at. */
export const SO_MARK = 36;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
/** Bytes a second that a connection may send; 0xffffffff: as many as it can. */
export const SO_MAX_PACING_RATE = 47;

/** Out-of-band data. */
export const MSG_OOB = 0x1;
/** Look at the message and leave it in the queue. */
export const MSG_PEEK = 0x2;
/** In the flags of a received message: ancillary data had no room and was discarded. */
export const MSG_CTRUNC = 0x8;
/** To hosts on a link of ours only. */
export const MSG_DONTROUTE = 0x4;
/** The neighbour is there: it has answered. */
export const MSG_CONFIRM = 0x800;
/** More of this datagram is to come. */
export const MSG_MORE = 0x8000;
/** Answer with the real length of the datagram, even when the buffer was shorter. */
export const MSG_TRUNC = 0x20;
/** This call does not wait. */
export const MSG_DONTWAIT = 0x40;
/** Wait until the whole buffer is full. */
export const MSG_WAITALL = 0x100;
/** Receive from the queue of errors instead. */
export const MSG_ERRQUEUE = 0x2000;
/** Don't raise SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;
/** Connects, and sends as much as goes with SYN: fast open. */
export const MSG_FASTOPEN = 0x2000_0000;
/** Descriptors that come with the message are closed by exec. */
export const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** Of the level IPPROTO_UDP: hold back until it is taken out again. */
export const UDP_CORK = 1;

/** Nothing more is received. */
export const SHUT_RD = 0;
/** Nothing more is sent. */
export const SHUT_WR = 1;
/** Neither. */
export const SHUT_RDWR = 2;

/** The longest queue of connections that listen(2) gives: net.core.somaxconn. */
export const SOMAXCONN = 4096;
