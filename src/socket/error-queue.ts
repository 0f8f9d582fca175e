/**
 * The queue of errors of a socket: what went wrong with messages that it has sent, for recvmsg(2) with MSG_ERRQUEUE.
 *
 * Read first: ip(7), IP_RECVERR; recvmsg(2), MSG_ERRQUEUE; Linux's sock_queue_err_skb and sock_dequeue_err_skb. The bytes are those
 * of the message at fault, the address is where it went, and a control message says what and who.
 */
import { ERRNO, type Errno } from "../abi/errno.ts";
import { POLLERR } from "../abi/poll.ts";
import { MSG_ERRQUEUE, MSG_TRUNC } from "../abi/socket.ts";
import { countDrop } from "../base/machine.ts";
import { Ring } from "../base/ring.ts";
import type { SocketAddress } from "./address.ts";
import type { Received } from "./receive-buffer.ts";
import type { Socket } from "./socket.ts";

/** Who has found the error: this host, or a router or host that has said so by ICMP. */
export const SO_EE_ORIGIN_LOCAL = 1;
export const SO_EE_ORIGIN_ICMP = 2;
export const SO_EE_ORIGIN_ICMP6 = 3;

/** An address as it stands in a control message: struct sockaddr_in. */
export interface NamedAddress {
  readonly family: number;
  readonly address: string;
  readonly port: number;
}

/** struct sock_extended_err, and the address behind it. */
export interface ExtendedError {
  readonly ee_errno: number;
  readonly ee_origin: number;
  readonly ee_type: number;
  readonly ee_code: number;
  /** With EMSGSIZE the MTU. */
  readonly ee_info: number;
  readonly ee_data: number;
  /** Who has reported it; null where nobody has. */
  readonly offender: NamedAddress | null;
}

/** One error that waits. */
export interface QueuedError {
  readonly errno: Errno;
  readonly origin: number;
  readonly type: number;
  readonly code: number;
  readonly info: number;
  readonly offender: NamedAddress | null;
  /** Bytes of the message at fault, as far as they are known. */
  readonly payload: Uint8Array;
  /** Where it was sent to. */
  readonly destination: SocketAddress;
  /** Level and type of the control message: IPPROTO_IP, IP_RECVERR. */
  readonly level: number;
  readonly option: number;
}

/** What an error costs beside its bytes: an sk_buff. */
const OVERHEAD_BYTES = 512;

export class ErrorQueue {
  readonly #socket: Socket;
  readonly #errors: Ring<QueuedError> = new Ring<QueuedError>();
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get isEmpty(): boolean {
    return this.#errors.length === 0;
  }

  /** Queues an error, or drops and counts it when the receive buffer has no room. */
  push(error: QueuedError): void {
    const socket = this.#socket;
    const bytes = error.payload.length + OVERHEAD_BYTES;
    if (this.#bytes + bytes + socket.receiveQueueBytes >= socket.receiveLimitBytes) {
      countDrop(socket.machine, "SockErrorQueueDrops", error.payload.length);
      return;
    }
    this.#errors.push(error);
    this.#bytes += bytes;
    socket.waiters.wake(POLLERR);
  }

  /** The oldest one. "EAGAIN" when there is none. */
  receive(into: Uint8Array): Received | Errno {
    const error = this.#errors.shift();
    if (error === undefined) return "EAGAIN";
    const { payload, destination, level, option: type } = error;
    this.#bytes -= payload.length + OVERHEAD_BYTES;
    this.#settlePending(error);
    const copied = Math.min(payload.length, into.length);
    into.set(payload.subarray(0, copied));
    const control = [{ level, type, value: extendedError(error) }];
    return {
      bytes: copied,
      source: destination,
      flags: MSG_ERRQUEUE | (copied < payload.length ? MSG_TRUNC : 0),
      ancillary: { credentials: null, rights: null, control },
      isWhole: true,
    };
  }

  clear(): void {
    this.#errors.clear();
    this.#bytes = 0;
  }

  /** As sock_dequeue_err_skb: the socket's pending error is that of the next one which came by ICMP. */
  #settlePending(read: QueuedError): void {
    const next = this.#errors.peek();
    if (next !== undefined && next.origin !== SO_EE_ORIGIN_LOCAL) this.#socket.fail(next.errno);
    else if (read.origin !== SO_EE_ORIGIN_LOCAL) this.#socket.takeError();
  }
}

function extendedError({ errno, origin, type, code, info, offender }: QueuedError): ExtendedError {
  return {
    ee_errno: ERRNO[errno],
    ee_origin: origin,
    ee_type: type,
    ee_code: code,
    ee_info: info,
    ee_data: 0,
    offender,
  };
}
