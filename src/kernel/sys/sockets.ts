/**
 * Calls on sockets, as programs see them. Read first: socket(2), bind(2), connect(2), send(2), recv(2), socket(7).
 */

/** An Internet endpoint, as programs write it. */
export interface Endpoint {
  /** "10.0.0.1"; "0.0.0.0" for any address of the host. */
  readonly address: string;
  /** 0 to 65535; 0 lets the kernel choose when binding. */
  readonly port: number;
}

/** An endpoint as the kernel gives it. */
export interface SocketName extends Endpoint {
  /** AF_INET. */
  readonly family: number;
}

/** A received message. */
export interface Message {
  /** Bytes put into the buffer (with MSG_TRUNC the length of the whole message). */
  readonly bytes: number;
  /** Who sent it. */
  readonly source: SocketName;
}

export interface SocketCalls {
  /** socket(2). Errors: EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT, EINVAL, EMFILE. */
  socket(domain: number, type: number, protocol?: number): number;
  /** bind(2). Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL, EBADF, ENOTSOCK. */
  bind(fd: number, address: Endpoint): void;
  /** connect(2); on a datagram socket it fixes the peer. Errors: ENETUNREACH, EBADF, ENOTSOCK. */
  connect(fd: number, address: Endpoint): Promise<void>;
  /** send(2) to the connected peer. Waits while the send buffer is full. Errors: EDESTADDRREQ, ECONNREFUSED, EMSGSIZE. */
  send(fd: number, data: Uint8Array | string, flags?: number): Promise<number>;
  /** sendto(2). Waits while the send buffer is full. Errors: EMSGSIZE, ENETUNREACH, EACCES, EAGAIN with MSG_DONTWAIT. */
  sendto(fd: number, data: Uint8Array | string, address: Endpoint, flags?: number): Promise<number>;
  /** recv(2): the next message. Errors: ECONNREFUSED, EAGAIN with MSG_DONTWAIT. */
  recv(fd: number, buffer: Uint8Array, flags?: number): Promise<number>;
  /** recvfrom(2): the next message and who sent it; what does not fit the buffer is lost. */
  recvfrom(fd: number, buffer: Uint8Array, flags?: number): Promise<Message>;
  /** getsockname(2). Errors: EBADF, ENOTSOCK. */
  getsockname(fd: number): SocketName;
  /** getpeername(2). Errors: ENOTCONN, EBADF, ENOTSOCK. */
  getpeername(fd: number): SocketName;
  /** getsockopt(2) for options that hold a number. Errors: ENOPROTOOPT, EBADF, ENOTSOCK. */
  getsockopt(fd: number, level: number, option: number): number;
  /** setsockopt(2). Errors: ENOPROTOOPT, EINVAL, EBADF, ENOTSOCK. */
  setsockopt(fd: number, level: number, option: number, value: number): void;
}
