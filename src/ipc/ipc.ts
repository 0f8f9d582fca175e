/**
 * The interprocess communication of one host: where its objects are kept that no descriptor leads to.
 */
import { QueueSpace } from "./mqueue-space.ts";

export class Ipc {
  /** POSIX message queues. */
  readonly queues: QueueSpace = new QueueSpace();
}
