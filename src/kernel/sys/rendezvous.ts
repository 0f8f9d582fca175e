/**
 * Direct messages between processes, as programs see them: unbuffered, in the manner of QNX and MINIX. They are not Linux's.
 *
 * `msgSend` waits until the receiver has taken the request and answered it. One way (simplex): the answer is empty. Both ways:
 * each sends and receives. The buffered, indirect form is a message queue.
 */
import type { Reply, Request } from "../../ipc/rendezvous.ts";

export interface RendezvousCalls {
  /**
   * Sends a request to a process and waits for its answer. A signal handler ends it with EINTR: the request is withdrawn, or, if
   * it was received, its answer is not waited for. Errors: ESRCH (no such process, or it ended before it received), ECONNRESET
   * (it ended before it answered), EDEADLK (to oneself), EINTR, EPERM.
   */
  msgSend(pid: number, request: Uint8Array | string): Promise<Reply>;
  /** Waits for a request, of anybody or of one process. Errors: EINTR, EINVAL, ESRCH (that process is not there any more). */
  msgReceive(from?: number): Promise<Request>;
  /** Answers the oldest request of a process that this one has received; never waits. Errors: EINVAL (it owes none), ESRCH. */
  msgReply(pid: number, answer?: Uint8Array | string): void;
  /**
   * Gives this process a name, which is seen as /dev/name/NAME; whoever may write that may send. Errors: EACCES, EEXIST, EINVAL,
   * ENOSPC.
   */
  msgAttach(name: string, mode?: number): void;
  /** Takes the name away; the end of the process does so, too. Errors: EINVAL. */
  msgDetach(name: string): void;
  /** The process with a name. Errors: EACCES, EINVAL, ENOENT. */
  msgLocate(name: string): number;
}
