/**
 * Calls on descriptors, as programs see them. Read first: read(2), write(2), dup(2), fcntl(2), poll(2), pipe(2).
 */
import type { F_GETLK, F_GETOWN_EX, F_SETLK, F_SETLKW, F_SETOWN_EX } from "../../abi/fcntl.ts";
import type { TIOCGWINSZ } from "../../abi/termios.ts";
import type { WindowSize } from "../../tty/termios.ts";
import type { RecordLock } from "../calls/locks.ts";
import type { PollFd } from "../calls/poll.ts";
import type { FileOwnerRecord } from "../signals/file-owner.ts";
import type { NetlinkRecords } from "./netlink.ts";

/** The requests of ioctl(2) that answer a record: a kind of device adds its own. */
export interface IoctlRecords extends NetlinkRecords {
  [TIOCGWINSZ]: WindowSize;
}

/** What a request of ioctl(2) answers. */
export type IoctlResult<Request extends number> = Request extends keyof IoctlRecords ? IoctlRecords[Request] : number;

export interface DescriptorCalls {
  /** read(2): fills the buffer as far as there are bytes; 0 is end-of-file. Errors: EBADF, EAGAIN, EFAULT. */
  read(fd: number, buffer: Uint8Array): Promise<number>;
  /** write(2): waits until all bytes are taken, unless O_NONBLOCK. Errors: EBADF, EAGAIN, EPIPE, EFAULT. */
  write(fd: number, data: Uint8Array | string): Promise<number>;
  /**
   * close(2): done at once, and undefined is answered; but with SO_LINGER a promise, which is settled when what was sent is
   * acknowledged or the time is over. Errors: EBADF.
   */
  close(fd: number): void | Promise<void>;
  /** dup(2): the lowest free descriptor refers to the same description. Errors: EBADF, EMFILE. */
  dup(fd: number): number;
  /** dup2(2). Errors: EBADF. */
  dup2(fd: number, to: number): number;
  /** dup3(2): as dup2(), with O_CLOEXEC or 0. Errors: EBADF, EINVAL. */
  dup3(fd: number, to: number, flags: number): number;
  /** fcntl(F_SETLKW): waits for a record lock. Errors: EBADF, EINVAL, EDEADLK, ENOLCK. */
  fcntl(fd: number, command: typeof F_SETLKW, lock: RecordLock): Promise<number>;
  /**
   * fcntl(F_SETLK): sets or clears a record lock; EAGAIN when another process's is in the way. fcntl(F_GETLK): fills in
   * the lock that is in the way, or F_UNLCK as its type. Errors: EBADF, EINVAL, ENOLCK.
   */
  fcntl(fd: number, command: typeof F_SETLK | typeof F_GETLK, lock: RecordLock): number;
  /** fcntl(F_SETOWN_EX): who is sent SIGIO and SIGURG; 0 is nobody. Errors: EBADF, EFAULT, EINVAL, ESRCH. */
  fcntl(fd: number, command: typeof F_SETOWN_EX, owner: FileOwnerRecord): number;
  /** fcntl(F_GETOWN_EX). Errors: EBADF. */
  fcntl(fd: number, command: typeof F_GETOWN_EX): FileOwnerRecord;
  /**
   * fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETOWN, F_SETOWN,
   * F_GETSIG, F_SETSIG, F_GETPIPE_SZ, F_SETPIPE_SZ. Errors: EBADF, EINVAL, EMFILE, ESRCH; EBUSY, EPERM (the size of a pipe).
   */
  fcntl(fd: number, command: number, argument?: number): number;
  /**
   * ioctl(2): FIONREAD, SIOCOUTQ, SIOCATMARK, FIONBIO, FIOASYNC, FIOCLEX, and what the object has. Where C fills an int, the
   * number is answered; where it fills a struct, a record. Errors: EBADF, ENOTTY, EINVAL.
   */
  ioctl<Request extends number>(fd: number, request: Request, argument?: number | object): IoctlResult<Request>;
  /**
   * poll(2): fills in `revents`; answers how many entries are ready. A negative timeout waits for ever.
   * Errors: EINVAL, EFAULT.
   */
  poll(watched: readonly PollFd[], timeoutMs?: number): Promise<number>;
  /** pipe(2): [read end, write end]. Errors: EMFILE. */
  pipe(): readonly [number, number];
  /** pipe2(2): flags O_NONBLOCK, O_CLOEXEC, O_DIRECT (packet mode). Errors: EMFILE, EINVAL. */
  pipe2(flags: number): readonly [number, number];
}
