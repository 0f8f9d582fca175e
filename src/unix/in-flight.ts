/**
 * Account of the files that are in flight: sent over a Unix-domain socket, and not yet received.
 *
 * Read first: unix(7), ETOOMANYREFS; Linux's net/unix/garbage.c. A socket may be held by nothing but messages in flight,
 * even by ones in its own queue. collect.ts finds these; here is what it has to know.
 */
import type { Errno } from "../abi/errno.ts";
import type { OpenFile } from "../file/open-file.ts";
import type { Task } from "../file/task.ts";
import type { Flight, Rights } from "../socket/ancillary.ts";
import { Socket } from "../socket/socket.ts";

/** Files that a user may have in flight: RLIMIT_NOFILE's usual soft limit. Root is not bound by it. */
const PER_USER_MAX = 1024;
/** Files that a host has in flight at most. */
const PER_HOST_MAX = 65_536;

export class InFlight implements Flight {
  /** How many times each Unix-domain socket is in flight. */
  readonly sockets: Map<OpenFile, number> = new Map<OpenFile, number>();
  readonly #perUser: Map<number, number> = new Map<number, number>();
  readonly #senders: Map<Rights, number> = new Map<Rights, number>();
  /** Files of any kind. */
  total = 0;

  /** May this user send files? ETOOMANYREFS. */
  check({ uid }: Task): 0 | Errno {
    if (this.total >= PER_HOST_MAX) return "ETOOMANYREFS";
    return uid !== 0 && (this.#perUser.get(uid) ?? 0) > PER_USER_MAX ? "ETOOMANYREFS" : 0;
  }

  enter(rights: Rights, { uid }: Task): void {
    rights.depart(this);
    this.#senders.set(rights, uid);
    this.#count(rights, uid, 1);
  }

  leave(rights: Rights): void {
    const uid = this.#senders.get(rights);
    if (uid === undefined) return;
    this.#senders.delete(rights);
    this.#count(rights, uid, -1);
  }

  #count({ files }: Rights, uid: number, by: 1 | -1): void {
    this.total += by * files.length;
    add(this.#perUser, uid, by * files.length);
    for (const file of files) if (isUnixSocket(file)) add(this.sockets, file, by);
  }
}

/** Can a file hold others in a queue of its own? */
function isUnixSocket({ ops }: OpenFile): boolean {
  return ops instanceof Socket && ops.requests.pair !== undefined;
}

/** Adds to an entry, which goes when it is zero. */
function add<K>(map: Map<K, number>, key: K, by: number): void {
  const sum = (map.get(key) ?? 0) + by;
  if (sum === 0) map.delete(key);
  else map.set(key, sum);
}
