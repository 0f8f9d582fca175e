/**
 * POSIX message queues: bounded lists of messages with priorities, behind names in /dev/mqueue.
 *
 * Read first: mq_overview(7). A queue is an inode: names, owners, modes and unlink(2) are the file tree's. send() gives a
 * message to the receiver that waits longest, else inserts it; receive() takes the first one and lets the sender that waits
 * longest insert its own. Both wake pollers only when no partner waits, as ipc/mqueue.c on Linux does. What a descriptor
 * of a queue can do is in mqueue-file.ts, the directory and its limits in mqueue-space.ts.
 *
 * A queue without room (a mailbox of capacity 0, which Linux does not have) keeps nothing: receive() takes the message from the hands of
 * the sender that waits longest.
 */
import type { Errno } from "../abi/errno.ts";
import { POLLIN, POLLOUT } from "../abi/poll.ts";
import { S_IFREG } from "../abi/stat.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import { Inode, type Ownership } from "../file/inode.ts";
import type { FileOps } from "../file/open-file.ts";
import type { Volume } from "../file/volume.ts";
import { Claim, ClaimList } from "./claim.ts";
import { PriorityList } from "./priority-list.ts";

/** struct mq_attr, of which these two are chosen when the queue is made. */
export interface QueueShape {
  /** Messages that it holds at most. */
  readonly maxmsg: number;
  /** Bytes of a message at most. */
  readonly msgsize: number;
}

/** What mq_receive(3) gives. */
export interface QueueMessage {
  readonly data: Uint8Array;
  readonly priority: number;
}

/** A sender that waits for room. */
export class SendClaim extends Claim<0> {
  readonly message: QueueMessage;

  constructor(message: QueueMessage) {
    super();
    this.message = message;
  }
}

/** A receiver that waits for a message. */
export class ReceiveClaim extends Claim<QueueMessage> {}

/** Who is to be told of a message in the empty queue: mq_notify(3). */
export interface Notification {
  readonly pid: number;
  /** Tells owners of the registration apart: the descriptor table of the process. */
  readonly owner: object;
  /** The signal; 0 for none. */
  readonly signo: number;
  /** Tells the process, on behalf of the sender. */
  tell(sender: Sender): void;
}

/** Who sends: what the signal of a notification says. */
export interface Sender {
  readonly pid: number;
  readonly uid: number;
}

/** stat(2) shows the size of the line that read(2) gives. */
const LINE_BYTES = 80;

export class MessageQueue extends Inode {
  readonly shape: QueueShape;
  /** Woken with readiness bits, for poll(2). */
  readonly pollers: WaitQueue = new WaitQueue();
  readonly senders: ClaimList<SendClaim> = new ClaimList();
  readonly receivers: ClaimList<ReceiveClaim> = new ClaimList();
  readonly #messages: PriorityList<Uint8Array> = new PriorityList();
  readonly #openAs: (queue: MessageQueue, path: string) => FileOps;
  readonly #gone: () => void;
  #bytes = 0;
  #notification: Notification | null = null;

  constructor(
    volume: Volume,
    ownership: Ownership,
    shape: QueueShape,
    { openAs, gone }: { readonly openAs: (queue: MessageQueue, path: string) => FileOps; readonly gone: () => void },
  ) {
    super(volume, S_IFREG, ownership);
    this.shape = shape;
    this.#openAs = openAs;
    this.#gone = gone;
  }

  override get size(): number {
    return LINE_BYTES;
  }

  override openAs(path: string): FileOps {
    return this.#openAs(this, path);
  }

  /** Messages in it. */
  get length(): number {
    return this.#messages.length;
  }

  /** Bytes of the messages in it. */
  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.length === this.shape.maxmsg;
  }

  /** Would a receiver get something now? */
  get isReadable(): boolean {
    return this.length > 0 || (this.#isUnbuffered() && !this.senders.isEmpty);
  }

  /** Could a sender be rid of a message now? */
  get isWritable(): boolean {
    return this.#isUnbuffered() ? !this.receivers.isEmpty : !this.isFull;
  }

  #isUnbuffered(): boolean {
    return this.shape.maxmsg === 0;
  }

  get notification(): Notification | null {
    return this.#notification;
  }

  /** The messages in it, in the order in which they would be given. */
  messages(): Iterable<{ readonly priority: number; readonly message: Uint8Array }> {
    return this.#messages;
  }

  /** mq_send(3). EAGAIN: it is full. */
  send(message: QueueMessage, sender: Sender): 0 | Errno {
    if (!this.isWritable) return "EAGAIN";
    this.touchState();
    const receiver = this.receivers.shift();
    if (receiver !== undefined) {
      receiver.settle(message);
      return 0;
    }
    this.#insert(message);
    if (this.length === 1) this.#notify(sender);
    this.pollers.wake(POLLIN);
    return 0;
  }

  /** A sender goes to sleep. Without room, that is what a receiver can hear of it. */
  senderWaits(claim: SendClaim, sender: Sender): void {
    this.senders.add(claim);
    if (!this.#isUnbuffered()) return;
    if (this.senders.length === 1) this.#notify(sender);
    this.pollers.wake(POLLIN);
  }

  /** A receiver goes to sleep. */
  receiverWaits(claim: ReceiveClaim): void {
    this.receivers.add(claim);
    if (this.#isUnbuffered()) this.pollers.wake(POLLOUT);
  }

  /** mq_receive(3). EAGAIN: it is empty. */
  receive(): QueueMessage | Errno {
    const first = this.#messages.shift();
    if (first === undefined) return this.#takeFromSender();
    const { priority, message: data } = first;
    this.#bytes -= data.length;
    this.touchState();
    const sender = this.senders.shift();
    if (sender === undefined) {
      this.pollers.wake(POLLOUT);
    } else {
      this.#insert(sender.message);
      sender.settle(0);
    }
    return { data, priority };
  }

  /** mq_notify(3). EBUSY: somebody is registered. */
  register(notification: Notification): 0 | Errno {
    if (this.#notification !== null) return "EBUSY";
    this.#notification = notification;
    return 0;
  }

  /** Ends the registration if it is this owner's. */
  unregister(owner: object): void {
    if (this.#notification?.owner === owner) this.#notification = null;
  }

  protected override free(): void {
    this.#gone();
  }

  /** With room, nobody waits to send to an empty queue. */
  #takeFromSender(): QueueMessage | Errno {
    const sender = this.senders.shift();
    if (sender === undefined) return "EAGAIN";
    this.touchState();
    sender.settle(0);
    return sender.message;
  }

  #insert({ data, priority }: QueueMessage): void {
    this.#messages.add(priority, data);
    this.#bytes += data.length;
  }

  /** Only what ends emptiness is told, once, and only when no receiver has taken it. */
  #notify(sender: Sender): void {
    const notification = this.#notification;
    if (notification === null) return;
    this.#notification = null;
    notification.tell(sender);
  }
}
