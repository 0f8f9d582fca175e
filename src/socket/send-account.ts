/**
 * What a socket has sent that has not left yet: how much of its send buffer is in use, and who is told when there is room.
 *
 * Read first: socket(7), SO_SNDBUF; Linux's sock_def_write_space and sk_stream_write_space. Packets and chunks charge
 * their payer when they are made, and give back when they are released.
 */
import { POLLOUT } from "../abi/poll.ts";
import { WaitQueue } from "../base/wait-queue.ts";
import type { Packet, Payer } from "../wire/packet.ts";

/** net.core.rmem_default and wmem_default on Linux, in bytes. */
export const DEFAULT_BUFFER_BYTES = 212_992;

export abstract class SendAccount implements Payer {
  readonly waiters: WaitQueue = new WaitQueue();
  /** SO_SNDBUF as the kernel accounts it, in true bytes. */
  sendLimitBytes: number = DEFAULT_BUFFER_BYTES;
  /** Writable while no more than one part in so many is in use. */
  readonly #writableShare: number;
  /** As sk_stream_write_space on Linux, not sock_def_write_space: room is told of only when somebody has found none before. */
  readonly #tellsOnDemand: boolean;
  /** Linux's SOCK_NOSPACE. */
  #isRoomWanted = false;
  /** Linux's SOCKWQ_ASYNC_NOSPACE: the owner (F_SETOWN) has not been told of any since. */
  isRoomNews = false;
  #sendBytes = 0;

  constructor(writableShare: number, tellsOnDemand: boolean) {
    this.#writableShare = writableShare;
    this.#tellsOnDemand = tellsOnDemand;
  }

  /** True bytes that were sent and have not left the queues of others (netstat's Send-Q). */
  get sendQueueBytes(): number {
    return this.#sendBytes;
  }

  /** Is so much of the send buffer free that it is worth while to send? */
  get isWritable(): boolean {
    return this.#sendBytes * this.#writableShare <= this.sendLimitBytes;
  }

  /** A send or a poll has found no room: whoever waits is woken when there is some. */
  wantRoom(): void {
    this.#isRoomWanted = true;
    this.isRoomNews = true;
  }

  /** The packet is charged to the send buffer until it is released. */
  chargeSend(packet: Packet): void {
    this.#sendBytes += packet.charge(this);
  }

  /** So many true bytes are charged to the send buffer, until uncharge(). */
  charge(bytes: number): void {
    this.#sendBytes += bytes;
  }

  uncharge(bytes: number): void {
    this.#sendBytes -= bytes;
    // As on Linux senders are woken when a good part of the buffer is free, not for each packet.
    if ((this.#tellsOnDemand && !this.#isRoomWanted) || !this.isWritable) return;
    this.#isRoomWanted = false;
    this.waiters.wake(POLLOUT);
  }
}
