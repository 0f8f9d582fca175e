/**
 * epoll_create1(2), epoll_ctl(2), epoll_wait(2). The instance itself is kernel/epoll.ts.
 */
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from "../../abi/epoll.ts";
import type { Errno } from "../../abi/errno.ts";
import { O_RDWR } from "../../abi/fcntl.ts";
import { POLLIN } from "../../abi/poll.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { Epoll, type EpollEvent } from "../epoll.ts";
import type { Process } from "../process.ts";
import { FileAttempt } from "./file-attempt.ts";

/** EP_MAX_EVENTS on Linux: what fits into INT_MAX bytes. */
const EVENTS_MAX = 178_956_970;

/** epoll_create1(2). EINVAL: unknown flags; EMFILE. */
export function epollCreate1(process: Process, flags: number): number | Errno {
  if ((flags & ~EPOLL_CLOEXEC) !== 0) return "EINVAL";
  const { kernel } = process;
  return kernel.install(process, new Epoll(kernel.nextInode()), O_RDWR, (flags & EPOLL_CLOEXEC) !== 0);
}

/** epoll_ctl(2). EBADF, EPERM, EINVAL, ELOOP, EEXIST, ENOENT, ENOSPC; EFAULT: no event where one is needed. */
export function epollCtl(
  process: Process,
  epfd: number,
  operation: number,
  fd: number,
  event: EpollEvent | null,
): 0 | Errno {
  if (operation !== EPOLL_CTL_DEL && !isEvent(event)) return "EFAULT";
  const instance = process.descriptors.get(epfd);
  const target = process.descriptors.get(fd);
  if (instance === undefined || target === undefined) return "EBADF";
  if (target.ops.pollable === false) return "EPERM";
  if (instance === target || !(instance.ops instanceof Epoll)) return "EINVAL";
  switch (operation) {
    case EPOLL_CTL_ADD:
      return instance.ops.add(target, fd, event as EpollEvent);
    case EPOLL_CTL_MOD:
      return instance.ops.modify(target, fd, event as EpollEvent);
    case EPOLL_CTL_DEL:
      return instance.ops.remove(target, fd);
    default:
      return "EINVAL";
  }
}

/** epoll_wait(2) for a caller that waits: an empty list at the deadline. EBADF, EINVAL. */
export function epollWaiting(process: Process, epfd: number, eventsMax: number): FileAttempt<EpollEvent[]> | Errno {
  const file = process.descriptors.get(epfd);
  if (file === undefined) return "EBADF";
  if (!Number.isInteger(eventsMax) || eventsMax <= 0 || eventsMax > EVENTS_MAX) return "EINVAL";
  return file.ops instanceof Epoll ? new EpollAttempt(process, file, file.ops, eventsMax) : "EINVAL";
}

function isEvent(event: EpollEvent | null): event is EpollEvent {
  return typeof event === "object" && event !== null && Number.isInteger(event.events);
}

class EpollAttempt extends FileAttempt<EpollEvent[]> {
  readonly #instance: Epoll;
  readonly #eventsMax: number;

  constructor(process: Process, file: OpenFile, instance: Epoll, eventsMax: number) {
    super("epoll_wait", process, file, POLLIN);
    this.#instance = instance;
    this.#eventsMax = eventsMax;
  }

  override attempt(): EpollEvent[] | Errno {
    const events = this.#instance.collect(this.#eventsMax);
    if (events.length === 0) return "EAGAIN";
    this.process.runState.progress();
    return events;
  }

  override expired(): EpollEvent[] {
    return [];
  }
}
