/**
 * Calls on descriptors, as programs see them. Read first: read(2), write(2), dup(2), fcntl(2), poll(2), pipe(2).
 */
import type { PollFd } from "../calls/poll.ts";

export interface DescriptorCalls {
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
  /** dup3(2): as dup2(), with O_CLOEXEC or 0. Errors: EBADF, EINVAL. */
  dup3(fd: number, to: number, flags: number): number;
  /** fcntl(2): F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL. Errors: EBADF, EINVAL, EMFILE. */
  fcntl(fd: number, command: number, argument?: number): number;
  /**
   * poll(2): fills in `revents`; answers how many entries are ready. A negative timeout waits for ever.
   * Errors: EINVAL, EFAULT.
   */
  poll(watched: readonly PollFd[], timeoutMs?: number): Promise<number>;
  /** pipe(2): [read end, write end]. Errors: EMFILE. */
  pipe(): readonly [number, number];
}
