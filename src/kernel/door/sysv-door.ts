/**
 * System V message queues and semaphores, for TypeScript programs. Read first: kernel/sys/sysv.ts,
 * kernel/calls/sysv-messages.ts, kernel/calls/sysv-semaphores.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import {
  type GETALL,
  type IPC_INFO,
  IPC_NOWAIT,
  type IPC_STAT,
  type MSG_INFO,
  type MSG_STAT,
  type MSG_STAT_ANY,
  type SEM_INFO,
  type SEM_STAT,
  type SEM_STAT_ANY,
} from "../../abi/sysv.ts";
import type { SysvChange } from "../../ipc/sysv.ts";
import type { MessageQueueStatus } from "../../ipc/sysv-messages.ts";
import type { SemaphoreOperation, SemaphoreStatus } from "../../ipc/sysv-semaphores.ts";
import { ftok } from "../calls/sysv.ts";
import type { MessageInfo, SemaphoreInfo } from "../calls/sysv-info.ts";
import * as messages from "../calls/sysv-messages.ts";
import * as semaphores from "../calls/sysv-semaphores.ts";
import { isBytes, toBytes } from "./bytes.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { TerminalDoor } from "./terminal-door.ts";

export abstract class SysvDoor extends TerminalDoor {
  ftok(path: string, project: number): number {
    return this.now("ftok", [path, project], () => ftok(this.process, path, project)).key;
  }

  msgget(key: number, flags: number): number {
    return this.now("msgget", [key, flags], () => messages.msgget(this.process, key, flags));
  }

  msgsnd(id: number, type: number, data: Uint8Array | string, flags: number = 0): Promise<void> {
    if (!this.enter("msgsnd")) return never();
    const bytes = toBytes(data);
    const attempt = isBytes(bytes) ? messages.msgSending(this.process, id, type, bytes) : "EFAULT";
    const deadlineNs = (flags & IPC_NOWAIT) !== 0 ? 0 : NO_DEADLINE;
    return this.later<0, void>("msgsnd", [id, type, bytes], attempt, deadlineNs, () => undefined);
  }

  msgrcv(id: number, buffer: Uint8Array, type: number, flags: number = 0): Promise<messages.TypedReceipt> {
    if (!this.enter("msgrcv")) return never();
    const attempt = isBytes(buffer) ? messages.msgReceiving(this.process, id, buffer, type, flags) : "EFAULT";
    return this.later("msgrcv", [id, buffer, type, flags], attempt, NO_DEADLINE);
  }

  msgctl(id: number, command: typeof IPC_STAT): MessageQueueStatus;
  msgctl(id: number, command: typeof IPC_INFO | typeof MSG_INFO): MessageInfo;
  msgctl(place: number, command: typeof MSG_STAT | typeof MSG_STAT_ANY): MessageQueueStatus & { readonly id: number };
  msgctl(id: number, command: number, change?: SysvChange & { readonly qbytes?: number }): void;
  msgctl(id: number, command: number, change?: SysvChange): MessageQueueStatus | MessageInfo | undefined {
    const result = this.now("msgctl", [id, command], () => messages.msgctl(this.process, id, command, change));
    return result === 0 ? undefined : result;
  }

  semget(key: number, count: number, flags: number): number {
    return this.now("semget", [key, count, flags], () => semaphores.semget(this.process, key, count, flags));
  }

  semop(id: number, operations: readonly SemaphoreOperation[]): Promise<void> {
    return this.#operate("semop", id, operations, NO_DEADLINE);
  }

  semtimedop(id: number, operations: readonly SemaphoreOperation[], timeoutNs: number): Promise<void> {
    const isTime = typeof timeoutNs === "number" && timeoutNs >= 0;
    const deadlineNs = isTime ? this.after(Math.round(timeoutNs)) : "EINVAL";
    return this.#operate("semtimedop", id, operations, deadlineNs);
  }

  semctl(id: number, num: number, command: typeof GETALL): number[];
  semctl(id: number, num: number, command: typeof IPC_STAT): SemaphoreStatus;
  semctl(id: number, num: number, command: typeof IPC_INFO | typeof SEM_INFO): SemaphoreInfo;
  semctl(
    place: number,
    num: number,
    command: typeof SEM_STAT | typeof SEM_STAT_ANY,
  ): SemaphoreStatus & { readonly id: number };
  semctl(id: number, num: number, command: 11 | 12 | 14 | 15): number;
  semctl(id: number, num: number, command: number, argument?: unknown): undefined;
  semctl(
    id: number,
    num: number,
    command: number,
    argument?: unknown,
  ): number | number[] | SemaphoreStatus | SemaphoreInfo | undefined {
    const args = [id, num, command];
    const result = this.now(`semctl`, args, () => semaphores.semctl(this.process, id, num, command, argument));
    if (result === 0) return undefined;
    return typeof result === "object" && "value" in result ? result.value : result;
  }

  #operate(
    call: string,
    id: number,
    operations: readonly SemaphoreOperation[],
    deadlineNs: number | Errno,
  ): Promise<void> {
    if (!this.enter(call)) return never();
    if (typeof deadlineNs === "string") return this.later<never>(call, [id], deadlineNs, 0);
    const attempt = semaphores.semOperating(this.process, call, id, operations);
    return this.later<0, void>(call, [id], attempt, deadlineNs, () => undefined);
  }
}
