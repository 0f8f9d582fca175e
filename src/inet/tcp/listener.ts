/**
 * A listening socket: LISTEN, its SYN queue, and what its connections begin with.
 *
 * Read first: listen(2); Linux's inet_csk_listen_start and inet_csk_listen_stop. The accept queue is the socket's.
 *
 *     SYN ──▶ SYN queue: requests (syn-queue.ts) ──ACK──▶ accept queue: connections ──accept(2)──▶ the user
 */
import type { Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { FastOpenQueue } from "./fast-open-queue.ts";
import type { SynRequest } from "./syn-queue.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

export class Listener {
  readonly tcp: Tcp;
  /** Its socket's block, whose options connections take over. */
  readonly tcb: Tcb;
  readonly socket: Socket;
  nextInChain: Listener | null = null;
  readonly requests: Set<SynRequest> = new Set<SynRequest>();
  readonly fastOpen: FastOpenQueue = new FastOpenQueue();
  /** When a cookie was sent last. */
  cookieSentNs: number = Number.NEGATIVE_INFINITY;

  constructor(tcb: Tcb, socket: Socket) {
    this.tcp = tcb.tcp;
    this.tcb = tcb;
    this.socket = socket;
  }

  get localAddress(): IpAddress {
    return this.tcb.localAddress;
  }

  get localPort(): number {
    return this.tcb.localPort;
  }

  /** SO_REUSEPORT: others listen here too. */
  get sharesPort(): boolean {
    return this.tcb.sharing.reusePort;
  }

  /** IPV6_V6ONLY: :: stands for IPv6 alone. */
  accepts(local: IpAddress): boolean {
    return local.family === 6 || this.tcb.localAddress.family === 4 || !this.tcb.sharing.v6Only;
  }

  /** As inet_csk_reqsk_queue_is_full on Linux: one more than the backlog, as in the accept queue. */
  get isSynQueueFull(): boolean {
    return this.requests.size > (this.socket.acceptQueue?.backlogMax ?? 0);
  }

  get isAcceptQueueFull(): boolean {
    return this.socket.acceptQueue?.isFull ?? true;
  }
}
