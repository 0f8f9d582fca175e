/**
 * What System V's message queues, semaphores and shared memory have in common: keys, identifiers, owners and modes.
 *
 * Read first: sysvipc(7), svipc(7). SysvTable.get() is what msgget, semget and shmget do; object() finds by identifier.
 * An identifier is the object's place in the table and, above it, a number that rises when places are used again, so that
 * one of a removed object is not taken for its successor. The numbers are Linux's (ipc/util.c).
 */
import type { Errno } from "../abi/errno.ts";
import { IPC_CREAT, IPC_EXCL, IPC_PRIVATE } from "../abi/sysv.ts";
import { type Credentials, isInGroup } from "../file/permission.ts";

/** Bits of an identifier that are the place. */
const PLACE_BITS = 15;
const SEQUENCE_MAX = 0xffff;
/** Places are used one after the other; a small table begins anew after so many. */
const CYCLE_MIN = 64;

/** Who calls. */
export interface SysvCaller extends Credentials {
  readonly pid: number;
}

/** What a caller wants of an object: permission bits as in an open, 4 to read and 2 to write. */
export const READ = 0o444;
export const WRITE = 0o222;

/** struct ipc_perm. */
export interface SysvPermission {
  readonly key: number;
  readonly uid: number;
  readonly gid: number;
  readonly cuid: number;
  readonly cgid: number;
  /** Permission bits; for shared memory also SHM_DEST. */
  readonly mode: number;
}

/** What IPC_SET changes of each kind of object; what is left out stays. */
export interface SysvChange {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
}

export abstract class SysvObject implements SysvPermission {
  key: number;
  id = -1;
  uid: number;
  gid: number;
  readonly cuid: number;
  readonly cgid: number;
  mode: number;
  /** In seconds since 1970: the making, or the last IPC_SET. */
  ctime: number;
  readonly nowSeconds: () => number;

  constructor(key: number, flags: number, caller: SysvCaller, nowSeconds: () => number) {
    this.key = key;
    this.uid = caller.uid;
    this.gid = caller.gid;
    this.cuid = caller.uid;
    this.cgid = caller.gid;
    this.mode = flags & 0o777;
    this.nowSeconds = nowSeconds;
    this.ctime = nowSeconds();
  }

  /** May the caller do what these permission bits ask for? Any of the three sets may ask: ipcperms() of Linux. */
  allows(caller: SysvCaller, wanted: number): boolean {
    if (caller.uid === 0) return true;
    const requested = (wanted >> 6) | (wanted >> 3) | wanted;
    const isOwner = caller.uid === this.uid || caller.uid === this.cuid;
    const isMember = isInGroup(caller, this.gid) || isInGroup(caller, this.cgid);
    return (requested & ~(this.mode >> (isOwner ? 6 : isMember ? 3 : 0)) & 7) === 0;
  }

  /** May the caller change or remove it? */
  isOwnedBy({ uid }: SysvCaller): boolean {
    return uid === 0 || uid === this.uid || uid === this.cuid;
  }

  get permission(): SysvPermission {
    const { key, uid, gid, cuid, cgid, mode } = this;
    return { key, uid, gid, cuid, cgid, mode };
  }

  /** IPC_SET. */
  change({ uid = this.uid, gid = this.gid, mode = this.mode }: SysvChange): void {
    this.uid = uid;
    this.gid = gid;
    this.mode = (this.mode & ~0o777) | (mode & 0o777);
    this.ctime = this.nowSeconds();
  }
}

/** The objects of one kind. */
export class SysvTable<T extends SysvObject> {
  readonly #places: (T | undefined)[] = [];
  readonly #byKey: Map<number, T> = new Map<number, T>();
  readonly #max: number;
  #count = 0;
  #sequence = 0;
  #lastPlace = -1;
  #nextPlace = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  /** All of them, by place. */
  *all(): Generator<T> {
    for (const object of this.#places) if (object !== undefined) yield object;
  }

  /**
   * msgget(2) and its kin: finds the object of a key, or makes one. EEXIST, ENOENT, EACCES; ENOSPC: there are too many; and
   * what `fits` says of one that is there.
   */
  get(
    caller: SysvCaller,
    key: number,
    flags: number,
    make: () => T | Errno,
    fits: (found: T) => Errno | null = () => null,
  ): T | Errno {
    const found = key === IPC_PRIVATE ? undefined : this.#byKey.get(key);
    if (found === undefined) {
      if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) return "ENOENT";
      const made = make();
      return typeof made === "string" ? made : this.#add(made);
    }
    if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) return "EEXIST";
    const misfit = fits(found);
    if (misfit !== null) return misfit;
    return found.allows(caller, flags & 0o777) ? found : "EACCES";
  }

  /** By identifier. EINVAL: there is none. */
  object(id: number): T | "EINVAL" {
    if (!Number.isInteger(id) || id < 0) return "EINVAL";
    const object = this.#places[id & ((1 << PLACE_BITS) - 1)];
    return object?.id === id ? object : "EINVAL";
  }

  /** By place, which may also be given by an identifier, whatever object that was of. EINVAL: there is none. */
  at(place: number): T | "EINVAL" {
    if (!Number.isInteger(place) || place < 0) return "EINVAL";
    return this.#places[place & ((1 << PLACE_BITS) - 1)] ?? "EINVAL";
  }

  /** The highest place that is used, or 0. */
  get highest(): number {
    return Math.max(
      this.#places.findLastIndex((object) => object !== undefined),
      0,
    );
  }

  /** Nobody finds it by its key any more. */
  forgetKey(object: T): void {
    if (object.key !== IPC_PRIVATE) this.#byKey.delete(object.key);
    object.key = IPC_PRIVATE;
  }

  remove(object: T): void {
    this.forgetKey(object);
    this.#places[object.id & ((1 << PLACE_BITS) - 1)] = undefined;
    this.#count--;
  }

  #add(object: T): T | "ENOSPC" {
    if (this.#count >= this.#max) return "ENOSPC";
    const place = this.#freePlace();
    if (place <= this.#lastPlace) this.#sequence = this.#sequence >= SEQUENCE_MAX ? 0 : this.#sequence + 1;
    this.#lastPlace = place;
    this.#nextPlace = place + 1;
    object.id = (this.#sequence << PLACE_BITS) + place;
    while (this.#places.length < place) this.#places.push(undefined);
    this.#places[place] = object;
    if (object.key !== IPC_PRIVATE) this.#byKey.set(object.key, object);
    this.#count++;
    return object;
  }

  /** The next free place in a cycle that is no longer than it has to be. */
  #freePlace(): number {
    const cycle = Math.min(Math.max(Math.floor((this.#count * 3) / 2), CYCLE_MIN), this.#max);
    for (let place = this.#nextPlace; place < cycle; place++) if (this.#places[place] === undefined) return place;
    let place = 0;
    while (this.#places[place] !== undefined) place++;
    return place;
  }
}
