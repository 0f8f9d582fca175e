/**
 * Calls that make, duplicate and mark descriptors: pipe(2), dup(2), dup2(2), dup3(2), fcntl(2).
 */
import type { Errno } from "../../abi/errno.ts";
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETOWN,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_OWNER_TID,
  F_SETFD,
  F_SETFL,
  F_SETOWN,
  F_SETPIPE_SZ,
  F_SETSIG,
  FD_CLOEXEC,
  O_ACCMODE,
  O_APPEND,
  O_ASYNC,
  O_CLOEXEC,
  O_DIRECT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
} from "../../abi/fcntl.ts";
import { createPipe, PipeEnd } from "../../ipc/pipe.ts";
import type { Process } from "../process.ts";
import { FileOwner, type FileOwnerRecord } from "../signals/file-owner.ts";

/** The status flags that F_SETFL may change. */
const SETTABLE_FLAGS = O_NONBLOCK | O_APPEND;
/** How the name was looked up when it was opened; F_GETFL shows them for good, as on Linux. */
const LOOKUP_FLAGS = O_DIRECTORY | O_NOFOLLOW;

/** pipe(2): the descriptors of the read end and of the write end. EMFILE. */
export function pipe(process: Process): readonly [number, number] | Errno {
  return pipe2(process, 0);
}

/** pipe2(2): with O_NONBLOCK, O_CLOEXEC, O_DIRECT. EMFILE; EINVAL: other flags. */
export function pipe2(process: Process, flags: number): readonly [number, number] | Errno {
  if ((flags & ~(O_NONBLOCK | O_CLOEXEC | O_DIRECT)) !== 0) return "EINVAL";
  const { kernel } = process;
  const closeOnExec = (flags & O_CLOEXEC) !== 0;
  const status = flags & O_NONBLOCK;
  const { readEnd, writeEnd } = createPipe(kernel.nextInode());
  const readFd = kernel.install(process, readEnd, O_RDONLY | status, closeOnExec);
  if (typeof readFd === "string") return readFd;
  const writeFd = kernel.install(process, writeEnd, O_WRONLY | status | (flags & O_DIRECT), closeOnExec);
  if (typeof writeFd === "string") {
    process.descriptors.close(readFd);
    return writeFd;
  }
  return [readFd, writeFd];
}

/** dup(2): another descriptor, the lowest free one, for the same description. EBADF, EMFILE. */
export function dup(process: Process, fd: number): number | Errno {
  return process.descriptors.duplicate(fd, 0, false);
}

/** dup2(2). EBADF. */
export function dup2(process: Process, fd: number, to: number): number | Errno {
  return process.descriptors.duplicateTo(fd, to);
}

/** dup3(2): as dup2(2), with O_CLOEXEC for the new descriptor. EBADF; EINVAL: the same descriptor, or other flags. */
export function dup3(process: Process, fd: number, to: number, flags: number): number | Errno {
  if (fd === to || (flags & ~O_CLOEXEC) !== 0) return "EINVAL";
  return process.descriptors.duplicateTo(fd, to, (flags & O_CLOEXEC) !== 0);
}

/** fcntl(2): F_DUPFD, F_GETFD, F_GETFL, F_SETOWN, F_SETSIG, F_SETPIPE_SZ and their kin. EBADF, EINVAL, EMFILE, ESRCH. */
export function fcntl(process: Process, fd: number, command: number, argument: number): number | Errno {
  const { descriptors } = process;
  const file = descriptors.get(fd);
  if (file === undefined) return "EBADF";
  const owner = (): FileOwner => FileOwner.of(process.kernel, file);
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return descriptors.duplicate(fd, argument, command === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return descriptors.closeOnExec(fd) === true ? FD_CLOEXEC : 0;
    case F_SETFD:
      return descriptors.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
    case F_GETFL:
      return file.flags & (O_ACCMODE | SETTABLE_FLAGS | O_DIRECT | O_ASYNC | LOOKUP_FLAGS);
    case F_SETFL:
      // As setfl on Linux: the packet mode of pipes is set with O_DIRECT; files of a tmpfs, which this tree is like, may have it, too.
      if ((argument & O_DIRECT) !== 0 && file.ops.named === undefined && !(file.ops instanceof PipeEnd))
        return "EINVAL";
      file.flags = (file.flags & ~(SETTABLE_FLAGS | O_DIRECT)) | (argument & (SETTABLE_FLAGS | O_DIRECT));
      if (((file.flags ^ argument) & O_ASYNC) !== 0) owner().setAsync(process, (argument & O_ASYNC) !== 0, fd);
      return 0;
    case F_SETOWN:
      return owner().setOwner(process, argument);
    case F_GETOWN:
      return file.owner === null ? 0 : owner().owner;
    case F_SETSIG:
      return owner().setSignal(argument);
    case F_GETSIG:
      return file.owner === null ? 0 : owner().signal;
    case F_GETPIPE_SZ:
      return file.ops instanceof PipeEnd ? file.ops.pipe.buffer.capacity : "EBADF";
    case F_SETPIPE_SZ:
      return file.ops instanceof PipeEnd ? file.ops.pipe.resize(process, argument) : "EBADF";
    default:
      return "EINVAL";
  }
}

/** fcntl(F_SETOWN_EX). EBADF, EFAULT, EINVAL, ESRCH. */
export function setOwner(process: Process, fd: number, given: unknown): 0 | Errno {
  const file = process.descriptors.get(fd);
  return file === undefined ? "EBADF" : FileOwner.of(process.kernel, file).setOwnerRecord(process, given);
}

/** fcntl(F_GETOWN_EX). EBADF. */
export function getOwner(process: Process, fd: number): FileOwnerRecord | Errno {
  const file = process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  return file.owner === null ? { type: F_OWNER_TID, pid: 0 } : FileOwner.of(process.kernel, file).record;
}
