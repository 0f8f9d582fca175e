/**
 * POSIX message queues: mq_open(3), mq_send(3), mq_receive(3), mq_notify(3) and their like. Read first: mq_overview(7).
 *
 * The queues are ipc/mqueue.ts's. A queue is an inode in /dev/mqueue, so opening checks modes as open(2) does.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ACCMODE, O_CREAT, O_EXCL, O_NONBLOCK, O_RDWR } from "../../abi/fcntl.ts";
import { MQ_PRIO_MAX, SIGEV_NONE, SIGEV_SIGNAL } from "../../abi/mqueue.ts";
import { RLIMIT_MSGQUEUE } from "../../abi/resource.ts";
import { isSignal, SI_MESGQ } from "../../abi/signal.ts";
import type { Directory } from "../../file/inode.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { mayAccess, wantedBy } from "../../file/permission.ts";
import type { Task } from "../../file/task.ts";
import {
  MessageQueue,
  type QueueMessage,
  type QueueShape,
  ReceiveClaim,
  SendClaim,
  type Sender,
} from "../../ipc/mqueue.ts";
import { QueueDirectory, type QueueMaker } from "../../ipc/mqueue-space.ts";
import type { Kernel } from "../kernel.ts";
import type { Sleeper } from "../operation.ts";
import type { Process } from "../process.ts";
import { userSignal } from "../signals/siginfo.ts";
import { ClaimAttempt } from "./claim-attempt.ts";
import { hashBytes } from "./io.ts";

/** struct mq_attr. */
export interface QueueAttributes extends QueueShape {
  /** O_NONBLOCK or 0: of the descriptor. */
  readonly flags: number;
  /** Messages in the queue now. */
  readonly curmsgs: number;
}

/** struct sigevent: how mq_notify(3) tells. */
export interface SignalEvent {
  /** SIGEV_SIGNAL or SIGEV_NONE. */
  readonly notify: number;
  /** The signal. */
  readonly signo?: number;
  /** What comes with it, a 32-bit integer. */
  readonly value?: number;
}

/** What mq_receive(3) gives, beside the bytes in the buffer. */
export interface QueueReceipt {
  readonly bytes: number;
  readonly priority: number;
}

/** Makes /dev/mqueue. */
export function mountQueues(kernel: Kernel): void {
  const { files, ipc, processes } = kernel;
  const dev = files.root.get("dev", processes.init) as Directory;
  const makerOf = ({ pid }: Task): QueueMaker => queueMaker(processes.get(pid) ?? processes.init);
  files.mount(new QueueDirectory(dev, ipc.queues, makerOf));
}

/** To whom a queue that this process makes is charged. */
function queueMaker(process: Process): QueueMaker {
  const { credentials, limits } = process;
  const { isPrivileged, user } = credentials;
  return { uid: user.real, isPrivileged, bytesMax: limits.soft(RLIMIT_MSGQUEUE) };
}

/** mq_open(3). Names are "/name". EINVAL, EACCES, EEXIST, ENOENT, ENAMETOOLONG, EMFILE, ENOSPC. */
export function mqOpen(
  process: Process,
  name: string,
  flags: number,
  mode: number,
  shape: QueueShape | undefined,
  messagesMin: number = 1,
): number | Errno {
  const path = pathOf(name);
  if (path === "EINVAL") return path;
  // As the manual page of mq_open(3) lists them: a descriptor first, then the name.
  if (process.descriptors.isFull) return "EMFILE";
  if (typeof path === "string") return path;
  const queue = findOrMake(process, path.path, flags, mode, shape, messagesMin);
  if (typeof queue === "string") return queue;
  return process.kernel.install(process, queue.openAs(path.path), flags & (O_ACCMODE | O_NONBLOCK), true);
}

/** A mailbox: a queue that may also be made without room. Errors: those of mq_open(3). */
export function mailbox(
  process: Process,
  name: string,
  capacity: number,
  messageBytes: number,
  mode: number,
): number | Errno {
  return mqOpen(process, name, O_CREAT | O_RDWR, mode, { maxmsg: capacity, msgsize: messageBytes }, 0);
}

/** mq_unlink(3): the name goes at once, the queue when nobody has it open. EACCES, ENOENT, ENAMETOOLONG, EINVAL. */
export function mqUnlink(process: Process, name: string): 0 | Errno {
  const path = pathOf(name);
  if (typeof path === "string") return path;
  const result = process.kernel.files.unlink(process, path.path);
  // The sticky bit of the directory: the C library says EACCES, as POSIX wants it.
  return result === "EPERM" ? "EACCES" : result;
}

/** mq_send(3) for a caller that waits. EBADF, EMSGSIZE, EINVAL. */
export function mqSending(process: Process, mqd: number, data: Uint8Array, priority: number): ClaimAttempt<0> | Errno {
  if (!Number.isInteger(priority) || priority < 0 || priority >= MQ_PRIO_MAX) return "EINVAL";
  const file = queueFile(process, mqd);
  if (typeof file === "string" || !file.writable) return "EBADF";
  const queue = file.ops.named as MessageQueue;
  if (data.length > queue.shape.msgsize) return "EMSGSIZE";
  hashBytes(process, data, data.length);
  return new SendAttempt(process, file, queue, { data: data.slice(), priority });
}

/** mq_receive(3) for a caller that waits. EBADF, EMSGSIZE: the buffer is smaller than a message may be. */
export function mqReceiving(
  process: Process,
  mqd: number,
  into: Uint8Array,
): QueueAttempt<QueueReceipt, QueueMessage> | Errno {
  const file = queueFile(process, mqd);
  if (typeof file === "string" || !file.readable) return "EBADF";
  const queue = file.ops.named as MessageQueue;
  return into.length < queue.shape.msgsize ? "EMSGSIZE" : new ReceiveAttempt(process, file, queue, into);
}

/** mq_notify(3); null ends the registration. EBADF, EBUSY, EINVAL. */
export function mqNotify(process: Process, mqd: number, event: SignalEvent | null): 0 | Errno {
  if (event !== null && !isEvent(event)) return "EINVAL";
  const file = queueFile(process, mqd);
  if (typeof file === "string") return file;
  const queue = file.ops.named as MessageQueue;
  const owner = process.descriptors;
  if (event === null) {
    queue.unregister(owner);
    return 0;
  }
  const signo = event.notify === SIGEV_SIGNAL ? (event.signo ?? 0) : 0;
  return queue.register({
    pid: process.pid,
    owner,
    signo,
    tell: (sender) => {
      if (signo !== 0) process.signals.post(userSignal(signo, SI_MESGQ, sender, (event.value ?? 0) | 0));
    },
  });
}

/** mq_getattr(3). EBADF. */
export function mqGetattr(process: Process, mqd: number): QueueAttributes | Errno {
  const file = queueFile(process, mqd);
  if (typeof file === "string") return file;
  const { shape, length } = file.ops.named as MessageQueue;
  return { flags: file.flags & O_NONBLOCK, ...shape, curmsgs: length };
}

/** mq_setattr(3): only O_NONBLOCK can be changed; answers what it was. EINVAL: another flag; EBADF. */
export function mqSetattr(process: Process, mqd: number, flags: number): QueueAttributes | Errno {
  if (!Number.isInteger(flags) || (flags & ~O_NONBLOCK) !== 0) return "EINVAL";
  const old = mqGetattr(process, mqd);
  const file = queueFile(process, mqd);
  if (typeof file !== "string") file.flags = (file.flags & ~O_NONBLOCK) | flags;
  return old;
}

/** The path of a queue. EINVAL: no slash before it; ENOENT: nothing behind it; EACCES: more slashes, `.` or `..`. */
function pathOf(name: string): { readonly path: string } | Errno {
  if (typeof name !== "string" || !name.startsWith("/")) return "EINVAL";
  const rest = name.slice(1);
  if (rest === "") return "ENOENT";
  if (rest.includes("/") || rest === "." || rest === "..") return "EACCES";
  return { path: `/dev/mqueue/${rest}` };
}

function findOrMake(
  process: Process,
  path: string,
  flags: number,
  mode: number,
  shape: QueueShape | undefined,
  messagesMin: number,
): MessageQueue | Errno {
  const { files, ipc } = process.kernel;
  const place = files.walk(process, path, "before-slash");
  if (typeof place === "string") return place;
  if (place.inode === null) {
    if ((flags & O_CREAT) === 0) return "ENOENT";
    const maker = queueMaker(process);
    return files.makeAt(process, place, mode, (ownership) =>
      ipc.queues.make(files.volume, ownership, maker, shape, messagesMin),
    );
  }
  if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) return "EEXIST";
  if ((flags & O_ACCMODE) === O_ACCMODE) return "EINVAL";
  if (!(place.inode instanceof MessageQueue)) return "EACCES";
  return mayAccess(process, place.inode, wantedBy(flags & O_ACCMODE)) ? place.inode : "EACCES";
}

function queueFile(process: Process, mqd: number): OpenFile | "EBADF" {
  const file = process.descriptors.get(mqd);
  return file?.ops.named instanceof MessageQueue ? file : "EBADF";
}

function isEvent(event: SignalEvent): boolean {
  if (typeof event !== "object") return false;
  const { notify, signo = 0 } = event;
  return notify === SIGEV_NONE || (notify === SIGEV_SIGNAL && (signo === 0 || isSignal(signo)));
}

/** What sending and receiving have in common: they hold the description while they sleep. */
abstract class QueueAttempt<R, O = R> extends ClaimAttempt<R, O> {
  protected readonly file: OpenFile;
  protected readonly queue: MessageQueue;
  #isHeld = false;

  constructor(call: string, process: Process, file: OpenFile, queue: MessageQueue) {
    super(call, process, file.nonBlocking ? "EAGAIN" : "ETIMEDOUT");
    this.file = file;
    this.queue = queue;
  }

  override enlist(sleeper: Sleeper): void {
    this.file.reference();
    this.#isHeld = true;
    super.enlist(sleeper);
  }

  isNonBlocking(): boolean {
    return this.file.nonBlocking;
  }

  on(): string {
    return `the queue ${this.file.ops.describe().name}`;
  }

  override end(): void {
    super.end();
    if (this.#isHeld) this.file.unreference();
    this.#isHeld = false;
  }
}

class SendAttempt extends QueueAttempt<0> {
  protected readonly claim: SendClaim;

  constructor(process: Process, file: OpenFile, queue: MessageQueue, message: QueueMessage) {
    super("mq_send", process, file, queue);
    this.claim = new SendClaim(message);
  }

  protected override tryNow(): 0 | Errno {
    const result = this.queue.send(this.claim.message, this.#sender());
    if (result === 0) this.process.runState.progress();
    return result;
  }

  protected override join(): void {
    this.queue.senderWaits(this.claim, this.#sender());
  }

  #sender(): Sender {
    return { pid: this.process.pid, uid: this.process.credentials.user.real };
  }

  protected override leave(): void {
    this.queue.senders.remove(this.claim);
  }
}

class ReceiveAttempt extends QueueAttempt<QueueReceipt, QueueMessage> {
  protected readonly claim: ReceiveClaim = new ReceiveClaim();
  readonly #into: Uint8Array;

  constructor(process: Process, file: OpenFile, queue: MessageQueue, into: Uint8Array) {
    super("mq_receive", process, file, queue);
    this.#into = into;
  }

  protected override answer({ data, priority }: QueueMessage): QueueReceipt {
    this.#into.set(data);
    return { bytes: data.length, priority };
  }

  protected override tryNow(): QueueMessage | Errno {
    const result = this.queue.receive();
    if (typeof result !== "string") this.process.runState.progress();
    return result;
  }

  protected override join(): void {
    this.queue.receiverWaits(this.claim);
  }

  protected override leave(): void {
    this.queue.receivers.remove(this.claim);
  }
}
