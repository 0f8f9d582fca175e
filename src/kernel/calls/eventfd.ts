/**
 * eventfd(2): makes a counter behind a descriptor. The counter itself is ipc/eventfd.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../../abi/eventfd.ts";
import { O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import { EventCounter } from "../../ipc/eventfd.ts";
import type { Process } from "../process.ts";

/** eventfd(2). EINVAL: unknown flags, or a first value that is no unsigned 32-bit integer; EMFILE. */
export function eventfd(process: Process, initial: number, flags: number): number | Errno {
  if ((flags & ~(EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC)) !== 0 || initial >>> 0 !== initial) return "EINVAL";
  const counter = new EventCounter(process.kernel.nextInode(), initial, (flags & EFD_SEMAPHORE) !== 0);
  const isNonBlocking = (flags & EFD_NONBLOCK) !== 0;
  return process.kernel.install(
    process,
    counter,
    isNonBlocking ? O_RDWR | O_NONBLOCK : O_RDWR,
    (flags & EFD_CLOEXEC) !== 0,
  );
}
