/**
 * Calls on sockets, as programs see them. Read first: socket(2), bind(2), connect(2), send(2), recv(2), socket(7), unix(7).
 */
import type { AF_INET, AF_INET6, AF_PACKET, AF_UNIX, AF_UNSPEC } from "../../abi/socket.ts";
import type { Credentials } from "../../socket/ancillary.ts";
import type { ControlMessage, ValueOf } from "../../socket/option.ts";

/** An Internet endpoint, as programs write it. */
export interface InetEndpoint {
  /** "10.0.0.1", "2001:db8::1", "fe80::1%eth0"; "0.0.0.0" or "::" for any address of the host. */
  readonly address: string;
  /** 0 to 65535; 0 lets the kernel choose when binding. */
  readonly port: number;
  /** sin6_scope_id: the index of the interface that a link-local address is behind, where no name is behind the address. */
  readonly scopeId?: number;
}

/** A Unix-domain endpoint, as programs write it. */
export interface UnixEndpoint {
  /** A path name of at most 108 bytes; "\0name" for an abstract name; "" lets the kernel choose one when binding. */
  readonly path: string;
}

/** No endpoint: a datagram socket that connects to it has no peer any more. */
export interface NoEndpoint {
  readonly family: typeof AF_UNSPEC;
}

/** An end on a link, as programs write it: struct sockaddr_ll. */
export interface LinkEndpoint {
  /** The interface's index; 0 for all of them when binding. */
  readonly ifindex: number;
  /** EtherType; 0, or left out, for the one that the socket has. */
  readonly protocol?: number;
  /** Where to, on a SOCK_DGRAM socket: "02:00:00:00:00:01". Default: to all. */
  readonly addr?: string;
}

/** Any endpoint that a call can be given. */
export type Endpoint = InetEndpoint | UnixEndpoint | LinkEndpoint | NoEndpoint;

/** An Internet endpoint as the kernel gives it. */
export interface InetName extends InetEndpoint {
  /** AF_INET or AF_INET6: that of the socket. */
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly path?: undefined;
}

/** A Unix-domain endpoint as the kernel gives it; the path of a socket without a name is empty. */
export interface UnixName extends UnixEndpoint {
  readonly family: typeof AF_UNIX;
  readonly address?: undefined;
  readonly port?: undefined;
}

/** An end on a link as the kernel gives it. */
export interface LinkName extends LinkEndpoint {
  readonly family: typeof AF_PACKET;
  readonly protocol: number;
  /** ARPHRD_ETHER and its like. */
  readonly hatype: number;
  /** PACKET_HOST, PACKET_OUTGOING, … */
  readonly pkttype: number;
  /** The link address; empty where there is none. */
  readonly addr: string;
  readonly address?: undefined;
  readonly port?: undefined;
  readonly path?: undefined;
}

/** What stands for an endpoint where there is none. */
export interface NoName extends NoEndpoint {
  readonly address?: undefined;
  readonly port?: undefined;
  readonly path?: undefined;
}

/** An endpoint as the kernel gives it. */
export type SocketName = InetName | UnixName | LinkName | NoName;

/** A received message. */
export interface Message {
  /** Bytes put into the buffer (with MSG_TRUNC the length of the whole message). */
  readonly bytes: number;
  /** Who sent it. */
  readonly source: SocketName;
}

/** What sendmsg(2) sends. */
export interface MessageToSend {
  /** The bytes; of several pieces one message is made. */
  readonly data: Uint8Array | string | readonly (Uint8Array | string)[];
  /** Where to, on a socket that is not connected. */
  readonly address?: Endpoint;
  /** SCM_RIGHTS: up to 253 descriptors, which the receiver gets as descriptors of its own. */
  readonly rights?: readonly number[];
  /** SCM_CREDENTIALS: who sends; only root may say that it is somebody else. */
  readonly credentials?: Credentials;
  /** Control messages for the protocol: cmsg(3). */
  readonly control?: readonly ControlMessage[];
}

/** What recvmsg(2) gives. */
export interface ReceivedMessage extends Message {
  /** MSG_TRUNC: the message was longer than the buffer; MSG_CTRUNC: descriptors or credentials were lost. */
  readonly flags: number;
  /** SCM_RIGHTS: new descriptors. */
  readonly rights: readonly number[];
  /** SCM_CREDENTIALS: who has sent it; null unless SO_PASSCRED is set. */
  readonly credentials: Credentials | null;
  /** The control messages of the protocol, and of SO_TIMESTAMP. */
  readonly control: readonly ControlMessage[];
}

/** What accept(2) gives. */
export interface AcceptedConnection {
  readonly fd: number;
  /** Who has connected. */
  readonly address: SocketName;
}

export interface SocketCalls {
  /** socket(2). Errors: EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EINVAL, EMFILE. */
  socket(domain: number, type: number, protocol?: number): number;
  /** socketpair(2): the duplex pipe. Errors: EOPNOTSUPP, and those of socket(). */
  socketpair(domain: number, type: number, protocol?: number): readonly [number, number];
  /** bind(2). Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL, EBADF, ENOTSOCK. */
  bind(fd: number, address: Endpoint): void;
  /**
   * connect(2): fixes the peer, or makes a connection. Waits while the listener's queue is full. Errors: ECONNREFUSED,
   * EISCONN, EINPROGRESS, EAGAIN, ENOENT, EPROTOTYPE, EPERM, EAFNOSUPPORT, ENETUNREACH, EINVAL.
   */
  connect(fd: number, address: Endpoint): Promise<void>;
  /** listen(2): connections are queued, `backlog` and one. Errors: EOPNOTSUPP, EINVAL: no name, or connected. */
  listen(fd: number, backlog: number): void;
  /** accept(2): waits for a connection. Errors: EINVAL: not listening; EOPNOTSUPP, EMFILE, EAGAIN. */
  accept(fd: number): Promise<AcceptedConnection>;
  /** accept4(2): as accept(), with SOCK_NONBLOCK and SOCK_CLOEXEC. */
  accept4(fd: number, flags: number): Promise<AcceptedConnection>;
  /** shutdown(2): SHUT_RD, SHUT_WR, SHUT_RDWR. Errors: EINVAL, ENOTCONN, EOPNOTSUPP. */
  shutdown(fd: number, how: number): void;
  /** send(2). Waits while the send buffer is full. Errors: EDESTADDRREQ, ENOTCONN, ECONNREFUSED, EMSGSIZE, EPIPE. */
  send(fd: number, data: Uint8Array | string, flags?: number): Promise<number>;
  /** sendto(2). Waits while the send buffer is full. Errors: EMSGSIZE, ENETUNREACH, EACCES, EAGAIN with MSG_DONTWAIT. */
  sendto(fd: number, data: Uint8Array | string, address: Endpoint, flags?: number): Promise<number>;
  /** sendmsg(2): with descriptors and credentials. Errors: EBADF, EPERM, ESRCH, EINVAL, ETOOMANYREFS, as sendto(). */
  sendmsg(fd: number, message: MessageToSend, flags?: number): Promise<number>;
  /** recv(2): the next message, or bytes of a stream; 0 at its end. Errors: ECONNREFUSED, ECONNRESET, ENOTCONN, EAGAIN. */
  recv(fd: number, buffer: Uint8Array, flags?: number): Promise<number>;
  /** recvfrom(2): the next message and who sent it; what does not fit the buffer is lost. */
  recvfrom(fd: number, buffer: Uint8Array, flags?: number): Promise<Message>;
  /**
   * recvmsg(2): the next message with its descriptors and credentials. `controlBytes` is the size of the control buffer
   * as in C (msg_controllen); without it there is room for all that can come.
   */
  recvmsg(
    fd: number,
    buffers: Uint8Array | readonly Uint8Array[],
    flags?: number,
    controlBytes?: number,
  ): Promise<ReceivedMessage>;
  /** getsockname(2). Errors: EBADF, ENOTSOCK. */
  getsockname(fd: number): SocketName;
  /** getpeername(2). Errors: ENOTCONN, EBADF, ENOTSOCK. */
  getpeername(fd: number): SocketName;
  /**
   * getsockopt(2): a number, or where C has a struct or a string a record or a string; timeouts are in seconds.
   * Errors: ENOPROTOOPT, EBADF, ENOTSOCK.
   */
  getsockopt<Level extends number, Option extends number>(
    fd: number,
    level: Level,
    option: Option,
  ): ValueOf<Level, Option>;
  /** setsockopt(2), with a value as getsockopt() gives it. Errors: ENOPROTOOPT, EINVAL, EPERM, EBADF, ENOTSOCK. */
  setsockopt<Level extends number, Option extends number>(
    fd: number,
    level: Level,
    option: Option,
    value: ValueOf<Level, Option>,
  ): void;
}
