/**
 * Where a host's POSIX message queues live: the directory /dev/mqueue, and the limits on them.
 *
 * Read first: mq_overview(7), "/proc interfaces" and "Resource limit"; getrlimit(2), RLIMIT_MSGQUEUE. A queue is charged for
 * all that it could hold, to the user who has made it, until it is gone.
 */
import type { Errno } from "../abi/errno.ts";
import { MQ_PRIO_MAX } from "../abi/mqueue.ts";
import { S_IFMT, S_IFREG, S_ISVTX } from "../abi/stat.ts";
import { Directory, type Ownership } from "../file/inode.ts";
import type { Task } from "../file/task.ts";
import type { Volume } from "../file/volume.ts";
import { MessageQueue, type QueueShape } from "./mqueue.ts";
import { QueueFile } from "./mqueue-file.ts";

/** /proc/sys/fs/mqueue: queues of a host, and the largest queue that needs no privilege. */
const QUEUES_MAX = 256;
const MESSAGES_MAX = 10;
const MESSAGE_BYTES_MAX = 8192;
/** The largest queue of all. */
const ROOT_MESSAGES_MAX = 65_536;
const ROOT_MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
/** What Linux takes for a message, and for a priority that is in use. */
const MESSAGE_OVERHEAD_BYTES = 48;
const PRIORITY_OVERHEAD_BYTES = 48;

/** A queue as mq_open(3) makes it without attributes. */
const DEFAULT_SHAPE: QueueShape = { maxmsg: MESSAGES_MAX, msgsize: MESSAGE_BYTES_MAX };

/** Who makes a queue. */
export interface QueueMaker {
  /** Real user, to whom it is charged. */
  readonly uid: number;
  readonly isPrivileged: boolean;
  /** RLIMIT_MSGQUEUE. */
  readonly bytesMax: number;
}

export class QueueSpace {
  #queues = 0;
  readonly #bytesOfUser: Map<number, number> = new Map<number, number>();

  /** Bytes charged to a user. */
  bytesOf(uid: number): number {
    return this.#bytesOfUser.get(uid) ?? 0;
  }

  /** A new queue. EINVAL: no such shape; ENOSPC: too many queues; EMFILE: more than RLIMIT_MSGQUEUE. */
  make(
    volume: Volume,
    ownership: Ownership,
    maker: QueueMaker,
    shape: QueueShape = DEFAULT_SHAPE,
    messagesMin: number = 1,
  ): MessageQueue | Errno {
    if (this.#queues >= QUEUES_MAX && !maker.isPrivileged) return "ENOSPC";
    if (!isPossible(shape, messagesMin, maker.isPrivileged)) return "EINVAL";
    const bytes = chargeFor(shape);
    const charged = this.bytesOf(maker.uid) + bytes;
    if (charged > maker.bytesMax) return "EMFILE";
    this.#bytesOfUser.set(maker.uid, charged);
    this.#queues++;
    const gone = (): void => {
      this.#queues--;
      this.#bytesOfUser.set(maker.uid, this.bytesOf(maker.uid) - bytes);
    };
    const openAs = (queue: MessageQueue, path: string): QueueFile => new QueueFile(queue, path);
    return new MessageQueue(volume, ownership, { maxmsg: shape.maxmsg, msgsize: shape.msgsize }, { openAs, gone });
  }
}

/** /dev/mqueue: nothing but queues is made in it. */
export class QueueDirectory extends Directory {
  readonly #space: QueueSpace;
  readonly #makerOf: (task: Task) => QueueMaker;

  constructor(dev: Directory, space: QueueSpace, makerOf: (task: Task) => QueueMaker) {
    super(dev.volume, { uid: 0, gid: 0, permissions: 0o777 | S_ISVTX }, dev, "mqueue");
    this.#space = space;
    this.#makerOf = makerOf;
  }

  /** open(2) with O_CREAT makes a queue as mq_open(3) does without attributes. */
  override makeFile(task: Task, ownership: Ownership): MessageQueue | Errno {
    return this.#space.make(this.volume, ownership, this.#makerOf(task));
  }

  override accepts(type: number): boolean {
    return (type & S_IFMT) === S_IFREG;
  }
}

function isPossible({ maxmsg, msgsize }: QueueShape, messagesMin: number, isPrivileged: boolean): boolean {
  const [messages, bytes] = isPrivileged
    ? [ROOT_MESSAGES_MAX, ROOT_MESSAGE_BYTES_MAX]
    : [MESSAGES_MAX, MESSAGE_BYTES_MAX];
  return isWithin(maxmsg, messagesMin, messages) && isWithin(msgsize, 1, bytes);
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function chargeFor({ maxmsg, msgsize }: QueueShape): number {
  const priorities = Math.min(maxmsg, MQ_PRIO_MAX);
  return maxmsg * (msgsize + MESSAGE_OVERHEAD_BYTES) + priorities * PRIORITY_OVERHEAD_BYTES;
}
