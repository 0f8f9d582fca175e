/**
 * An epoll instance: a set of watched descriptors, and the list of those that may be ready.
 *
 * Read first: epoll(7). Each watch has an entry in the wait queue of its object. The object wakes the entry → the watch
 * goes to the end of the ready list → the instance's own queue is woken → whoever waits collects, which looks only at
 * the ready list. So a wait costs what is ready, not what is watched.
 *
 *     object ──wake──▶ Watch ──▶ ready list ──collect──▶ still ready? reported
 *                                    ▲                     level-triggered: to the end of the list, looked at again
 *                                    └─────────────────────edge-triggered: out, until the object wakes it again
 *
 * An instance does not keep what it watches open: when the last descriptor of a description is closed, its watches go.
 * As an instance has a wait queue itself, it can be watched by another one, to a depth of five.
 */
import {
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLWAKEUP,
} from "../abi/epoll.ts";
import type { Errno } from "../abi/errno.ts";
import { POLLIN } from "../abi/poll.ts";
import { WaitEntry, type Waiter, WaitQueue } from "../base/wait-queue.ts";
import type { FileDescription, FileOps, OpenFile, ReleaseListener } from "../file/open-file.ts";
import { readinessOf, wakeBits } from "../file/readiness.ts";

/** struct epoll_event: what is watched, or what holds. */
export interface EpollEvent {
  readonly events: number;
  /** Whatever the program gave for this descriptor. */
  readonly data: number;
}

/** EP_MAX_NESTS on Linux: so many instances may stand above or below one in a chain. */
const NESTING_MAX = 4;
/** fs.epoll.max_user_watches on Linux bounds a user; this bounds an instance. */
const WATCHES_MAX = 1_048_576;
/** Bits that say how to watch, not what for. */
const MODES = EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE;
/** What may stand beside EPOLLEXCLUSIVE. */
const EXCLUSIVE_ALLOWED = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

/** One watched descriptor: it is woken by the object, and marks itself ready. */
class Watch implements Waiter {
  readonly file: OpenFile;
  readonly fd: number;
  /** What is watched, EPOLLERR and EPOLLHUP included; 0 when a one-shot watch has been reported. */
  events = 0;
  modes = 0;
  data = 0;
  readonly #instance: Epoll;
  #entry: WaitEntry | null = null;

  constructor(instance: Epoll, file: OpenFile, fd: number) {
    this.#instance = instance;
    this.file = file;
    this.fd = fd;
  }

  /** What holds of what is watched. */
  get readiness(): number {
    return this.events === 0 ? 0 : readinessOf(this.file.ops) & this.events;
  }

  get isEdgeTriggered(): boolean {
    return (this.modes & EPOLLET) !== 0;
  }

  /** Watches for these events from now on. */
  set({ events, data }: EpollEvent): void {
    this.leave();
    this.modes = events & MODES;
    this.events = (events & ~MODES) | EPOLLERR | EPOLLHUP;
    this.data = data;
    this.#entry = new WaitEntry(this, wakeBits(this.events));
    this.file.ops.waiters.enlist(this.#entry);
  }

  /** A one-shot watch says nothing more. */
  disable(): void {
    this.events = 0;
    this.leave();
  }

  wake(): void {
    this.#instance.mayBeReady(this);
  }

  leave(): void {
    if (this.#entry !== null) WaitQueue.delist(this.#entry);
    this.#entry = null;
  }
}

export class Epoll implements FileOps, ReleaseListener {
  readonly waiters: WaitQueue = new WaitQueue();
  readonly #inode: number;
  /** The watches of each description: one for each descriptor under which it was added. */
  readonly #watches: Map<OpenFile, Watch[]> = new Map<OpenFile, Watch[]>();
  /** Those that may be ready, in the order in which they will be reported. */
  readonly #ready: Set<Watch> = new Set<Watch>();
  /** The instances that watch this one, each as often as it does. */
  readonly #watchers: Epoll[] = [];
  #count = 0;

  constructor(inode: number) {
    this.#inode = inode;
  }

  // ---- epoll_ctl(2) ----

  add(file: OpenFile, fd: number, event: EpollEvent): 0 | Errno {
    const isExclusive = (event.events & EPOLLEXCLUSIVE) !== 0;
    if (isExclusive && (file.ops instanceof Epoll || (event.events & ~EXCLUSIVE_ALLOWED) !== 0)) return "EINVAL";
    if (file.ops instanceof Epoll && this.#wouldLoop(file.ops)) return "ELOOP";
    if (this.#find(file, fd) !== undefined) return "EEXIST";
    if (this.#count >= WATCHES_MAX) return "ENOSPC";
    const watch = new Watch(this, file, fd);
    const watches = this.#watches.get(file);
    if (watches === undefined) this.#listen(file, watch);
    else watches.push(watch);
    this.#count++;
    if (file.ops instanceof Epoll) file.ops.#watchers.push(this);
    this.#set(watch, event);
    return 0;
  }

  modify(file: OpenFile, fd: number, event: EpollEvent): 0 | Errno {
    const watch = this.#find(file, fd);
    // epoll_ctl(2): EPOLLEXCLUSIVE can be given to EPOLL_CTL_ADD only, and such a watch can't be modified.
    if ((event.events & EPOLLEXCLUSIVE) !== 0) return "EINVAL";
    if (watch === undefined) return "ENOENT";
    if ((watch.modes & EPOLLEXCLUSIVE) !== 0) return "EINVAL";
    this.#set(watch, event);
    return 0;
  }

  remove(file: OpenFile, fd: number): 0 | Errno {
    const watches = this.#watches.get(file);
    const watch = this.#find(file, fd);
    if (watches === undefined || watch === undefined) return "ENOENT";
    this.#drop(watch);
    if (watches.length > 1) watches.splice(watches.indexOf(watch), 1);
    else this.#forget(file);
    return 0;
  }

  // ---- epoll_wait(2) ----

  /** The events of at most so many ready descriptors; none when nothing is ready. */
  collect(eventsMax: number): EpollEvent[] {
    const collected: EpollEvent[] = [];
    const again: Watch[] = [];
    for (const watch of this.#ready) {
      if (collected.length === eventsMax) break;
      this.#ready.delete(watch);
      const events = watch.readiness;
      if (events === 0) continue;
      collected.push({ events, data: watch.data });
      if ((watch.modes & EPOLLONESHOT) !== 0) watch.disable();
      else if (!watch.isEdgeTriggered) again.push(watch);
    }
    // Behind those that had no turn, so that a small eventsMax starves nobody.
    for (const watch of again) this.#ready.add(watch);
    return collected;
  }

  /** Of a Watch: its object has changed. */
  mayBeReady(watch: Watch): void {
    this.#ready.add(watch);
    this.waiters.wake(POLLIN);
  }

  // ---- FileOps ----

  read(): Errno {
    return "EINVAL";
  }

  write(): Errno {
    return "EINVAL";
  }

  /** Readable when something watched is ready. What is on the list and is not ready leaves it: it will be woken. */
  poll(): number {
    for (const watch of this.#ready) {
      if (watch.readiness !== 0) return POLLIN;
      this.#ready.delete(watch);
    }
    return 0;
  }

  release(): void {
    for (const [file, watches] of this.#watches) {
      for (const watch of watches) this.#drop(watch);
      this.#forget(file);
    }
  }

  describe(): FileDescription {
    const watched = [...this.#watches.values()].flat().map(({ fd }) => fd);
    const shown = watched.length <= 8 ? watched.join(",") : `${watched.slice(0, 8).join(",")},…`;
    return { type: "a_inode", node: String(this.#inode), name: `[eventpoll:${shown}]` };
  }

  /** Of an OpenFile: its last descriptor is closed. */
  released(file: OpenFile): void {
    for (const watch of this.#watches.get(file) ?? []) this.#drop(watch);
    this.#watches.delete(file);
  }

  #find(file: OpenFile, fd: number): Watch | undefined {
    return this.#watches.get(file)?.find((watch) => watch.fd === fd);
  }

  /**
   * Both ADD and MOD look at once: what is ready already is an edge, too. What stands on the list has been told of
   * already, as ep_modify on Linux has it.
   */
  #set(watch: Watch, event: EpollEvent): void {
    watch.set(event);
    if (watch.readiness !== 0 && !this.#ready.has(watch)) this.mayBeReady(watch);
  }

  #listen(file: OpenFile, first: Watch): void {
    this.#watches.set(file, [first]);
    file.releaseListeners ??= new Set();
    file.releaseListeners.add(this);
  }

  #forget(file: OpenFile): void {
    this.#watches.delete(file);
    file.releaseListeners?.delete(this);
  }

  #drop(watch: Watch): void {
    watch.leave();
    this.#ready.delete(watch);
    this.#count--;
    const { ops } = watch.file;
    if (ops instanceof Epoll) ops.#watchers.splice(ops.#watchers.indexOf(this), 1);
  }

  /** Would watching `target` close a circle, or make a chain too long? */
  #wouldLoop(target: Epoll): boolean {
    const below = target.#depthBelow(new Map([[this, NESTING_MAX]]));
    return below + 1 + this.#depthAbove(new Map()) > NESTING_MAX;
  }

  /** Links of the longest chain below it. What is known is not looked at again, however many ways lead there. */
  #depthBelow(known: Map<Epoll, number>): number {
    let depth = known.get(this);
    if (depth !== undefined) return depth;
    depth = 0;
    for (const { ops } of this.#watches.keys()) {
      if (ops instanceof Epoll) depth = Math.max(depth, 1 + ops.#depthBelow(known));
    }
    known.set(this, depth);
    return depth;
  }

  /** Links of the longest chain above it. */
  #depthAbove(known: Map<Epoll, number>): number {
    let depth = known.get(this);
    if (depth !== undefined) return depth;
    depth = 0;
    for (const watcher of this.#watchers) depth = Math.max(depth, 1 + watcher.#depthAbove(known));
    known.set(this, depth);
    return depth;
  }
}
