/**
 * Sys: the system-call interface that a TypeScript program is given.
 *
 * Names are POSIX's in camelCase; the manual page of each call is its specification. A call that can't block returns at
 * once; one that can returns a promise. Errors are SystemError, with `code`, `errno` and `syscall`. Descriptors are
 * small integers. kernel/door/ implements it on kernel calls and operations.
 */

import type { PollFd } from "./calls/poll.ts";
import type { WaitResult } from "./calls/processes.ts";
import type { ClockName, Timespec } from "./calls/time.ts";

/** A program: runs as a process and gives its exit status (0 when it returns nothing). */
export type Program = (sys: Sys, ...args: string[]) => number | void | Promise<number | void>;

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

/** What a spawned process gets; the rest it inherits. */
export interface SpawnAttributes {
  /** Its name in ps and in messages. Default: that of the program's function. */
  readonly name?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** User; only root may choose another than its own. */
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  /** A daemon does not keep the world running, and may wait for ever. */
  readonly daemon?: boolean;
}

/** The system calls of one process. */
export interface Sys {
  // ---- processes ----

  getpid(): number;
  /** The parent's number; 1 when the parent has ended. */
  getppid(): number;
  getuid(): number;
  getgid(): number;
  getcwd(): string;
  /** The value of an environment variable. */
  getenv(name: string): string | undefined;
  gethostname(): string;
  /**
   * fork(2): a child with a copy of the descriptor table, which runs `child` (a JavaScript function can't be cloned in
   * mid-flight). Answers the child's pid. Errors: EAGAIN.
   */
  fork(child: Program, ...args: string[]): number;
  /** posix_spawn(3): a child that runs `program`. Answers its pid. Errors: EAGAIN, EPERM. */
  spawn(program: Program, attributes?: SpawnAttributes): number;
  /** execve(2): replaces the program, honouring FD_CLOEXEC. Never settles. */
  exec(program: Program, ...args: string[]): Promise<never>;
  /** exit(3): ends the process. Never settles: `return sys.exit(1)` or `await sys.exit(1)`. */
  exit(status: number): Promise<never>;
  /** wait(2): waits for any child to end. Errors: ECHILD. */
  wait(): Promise<WaitResult>;
  /** waitpid(2): -1 for any child; options: WNOHANG. Errors: ECHILD, EINVAL. */
  waitpid(pid: number, options?: number): Promise<WaitResult>;

  // ---- time ----

  /** clock_gettime(2), in virtual time. Errors: EINVAL. */
  clockGettime(clock: ClockName): Timespec;
  /** sleep(3), for that many seconds; fractions count. */
  sleep(seconds: number): Promise<void>;
  /** nanosleep(2), for that many nanoseconds. */
  nanosleep(nanoseconds: number): Promise<void>;
  /**
   * Awaits something outside the kernel (a file of the outer machine, an import) while other calls of this process are
   * outstanding: the clock stands still until it is there. Several are handed in in the order in which they were asked
   * for, so that a run does not depend on which came first.
   */
  external<T>(promise: PromiseLike<T>): Promise<T>;

  // ---- descriptors ----

  /** read(2): fills the buffer as far as there are bytes; 0 is end-of-file. Errors: EBADF, EAGAIN, EFAULT. */
  read(fd: number, buffer: Uint8Array): Promise<number>;
  /** write(2): waits until all bytes are taken, unless O_NONBLOCK. Errors: EBADF, EAGAIN, EPIPE, EFAULT. */
  write(fd: number, data: Uint8Array | string): Promise<number>;
  /** close(2). Errors: EBADF. */
  close(fd: number): void;
  /** dup(2): the lowest free descriptor refers to the same description. Errors: EBADF, EMFILE. */
  dup(fd: number): number;
  /** dup2(2). Errors: EBADF. */
  dup2(fd: number, to: number): number;
  /** fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL. Errors: EBADF, EINVAL, EMFILE. */
  fcntl(fd: number, command: number, argument?: number): number;
  /** poll(2): fills in `revents`; answers how many entries are ready. A negative timeout waits for ever. */
  poll(watched: readonly PollFd[], timeoutMs?: number): Promise<number>;
  /** pipe(2): [read end, write end]. Errors: EMFILE. */
  pipe(): readonly [number, number];

  // ---- sockets ----

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
