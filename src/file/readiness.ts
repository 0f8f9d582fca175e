/**
 * Readiness as programs see it: POLLRDNORM stands beside POLLIN and POLLWRNORM beside POLLOUT, where Linux has them.
 *
 * Read first: poll(2), "POLLRDNORM"; Linux's eventfd_poll, timerfd_poll and signalfd_poll, which give POLLIN alone. Objects and their
 * wait queues know POLLIN and POLLOUT only; poll(2) and epoll(7) come by here.
 */
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import type { FileOps } from "./open-file.ts";

/** POLLRDNORM is POLLIN, and POLLWRNORM POLLOUT, moved up by so many bits. */
const NORM_SHIFT = 6;

/** What holds of the object. */
export function readinessOf(ops: FileOps): number {
  const ready = ops.poll();
  return ops.isPlain === true ? ready : ready | ((ready & (POLLIN | POLLOUT)) << NORM_SHIFT);
}

/** The bits to wait for on the object's queue, for who has asked for these events. */
export function wakeBits(events: number): number {
  return events | ((events >>> NORM_SHIFT) & (POLLIN | POLLOUT));
}
