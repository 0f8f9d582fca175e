/**
 * Direct messages, for TypeScript programs. Read first: kernel/sys/rendezvous.ts, kernel/calls/rendezvous.ts.
 */
import type { Reply, Request } from "../../ipc/rendezvous.ts";
import * as rendezvous from "../calls/rendezvous.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { SemaphoreDoor } from "./semaphore-door.ts";

export abstract class RendezvousDoor extends SemaphoreDoor {
  msgSend(pid: number, request: Uint8Array | string): Promise<Reply> {
    if (!this.enter("msg_send")) return never();
    const bytes = toBytes(request);
    const attempt = isBytes(bytes) ? rendezvous.msgSending(this.process, pid, bytes) : "EFAULT";
    return this.later("msg_send", [pid, bytes], attempt, NO_DEADLINE);
  }

  msgReceive(from: number = 0): Promise<Request> {
    if (!this.enter("msg_receive")) return never();
    return this.later("msg_receive", [from], rendezvous.msgReceiving(this.process, from), NO_DEADLINE);
  }

  msgReply(pid: number, answer: Uint8Array | string = ""): void {
    const bytes = toBytes(answer);
    const reply = () => (isBytes(bytes) ? rendezvous.msgReply(this.process, pid, bytes) : "EFAULT");
    this.now("msg_reply", [pid, bytes], reply);
  }

  msgAttach(name: string, mode: number = 0o666): void {
    this.now("msg_attach", [name, mode], () => rendezvous.msgAttach(this.process, name, mode));
  }

  msgDetach(name: string): void {
    this.now("msg_detach", [name], () => rendezvous.msgDetach(this.process, name));
  }

  msgLocate(name: string): number {
    return this.now("msg_locate", [name], () => rendezvous.msgLocate(this.process, name)).pid;
  }
}
