/**
 * System V semaphores: semget(2), semop(2), semctl(2). The arrays are ipc/sysv-semaphores.ts's.
 */
import type { Errno } from "../../abi/errno.ts";
import {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_INFO,
  IPC_NOWAIT,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SEM_INFO,
  SEM_STAT,
  SEM_STAT_ANY,
  SEM_UNDO,
  SETALL,
  SETVAL,
} from "../../abi/sysv.ts";
import { READ, type SysvChange, WRITE } from "../../ipc/sysv.ts";
import {
  ALL_MAX,
  ARRAY_MAX,
  OPERATIONS_MAX,
  SEMAPHORE_MAX,
  SemaphoreArray,
  SemaphoreClaim,
  type SemaphoreOperation,
  type SemaphoreStatus,
} from "../../ipc/sysv-semaphores.ts";
import type { Process } from "../process.ts";
import { ClaimAttempt } from "./claim-attempt.ts";
import { isSysvChange } from "./sysv.ts";
import { atPlace, type SemaphoreInfo, semaphoreInfo } from "./sysv-info.ts";

/** semget(2). EACCES, EEXIST, EINVAL, ENOENT, ENOSPC. */
export function semget(process: Process, key: number, count: number, flags: number): number | Errno {
  if (!Number.isInteger(count) || count < 0 || count > ARRAY_MAX) return "EINVAL";
  const { semaphores, nowSeconds } = process.kernel.ipc;
  const make = (): SemaphoreArray | Errno => {
    if (count === 0) return "EINVAL";
    let used = 0;
    for (const { size } of semaphores.all()) used += size;
    if (used + count > ALL_MAX) return "ENOSPC";
    return new SemaphoreArray(key | 0, flags, process, nowSeconds, count);
  };
  const array = semaphores.get(process, key | 0, flags, make, ({ size }) => (count > size ? "EINVAL" : null));
  return typeof array === "string" ? array : array.id;
}

/** semop(2) for a caller that waits. E2BIG, EACCES, EAGAIN, EFBIG, EIDRM, EINVAL, ERANGE. */
export function semOperating(
  process: Process,
  call: string,
  id: number,
  operations: readonly SemaphoreOperation[],
): ClaimAttempt<0> | Errno {
  if (!Array.isArray(operations)) return "EFAULT";
  if (operations.length < 1) return "EINVAL";
  if (operations.length > OPERATIONS_MAX) return "E2BIG";
  if (!operations.every(isOperation)) return "EINVAL";
  const array = process.kernel.ipc.semaphores.object(id);
  if (array === "EINVAL") return array;
  if (operations.some(({ num }) => num >= array.size)) return "EFBIG";
  const changes = operations.some(({ op }) => op !== 0);
  if (!array.allows(process, changes ? WRITE : READ)) return "EACCES";
  return new OperateAttempt(
    call,
    process,
    array,
    operations.map(({ num, op, flags = 0 }) => ({ num, op, flags })),
  );
}

/** What semctl(2) answers: a number, all values, the state, or nothing. */
export type SemctlResult = { readonly value: number } | number[] | SemaphoreStatus | SemaphoreInfo | 0;

/** semctl(2). EACCES, EFAULT, EINVAL, EPERM, ERANGE. */
export function semctl(
  process: Process,
  id: number,
  num: number,
  command: number,
  argument: unknown,
): SemctlResult | Errno {
  if (command === SETVAL && !isValue(argument)) return "ERANGE";
  const { semaphores } = process.kernel.ipc;
  if (command === IPC_INFO || command === SEM_INFO) {
    return id < 0 ? "EINVAL" : semaphoreInfo(semaphores, command === SEM_INFO);
  }
  if (command === SEM_STAT || command === SEM_STAT_ANY) {
    return atPlace<SemaphoreStatus>(process, semaphores, id, command === SEM_STAT_ANY);
  }
  const array = semaphores.object(id);
  if (array === "EINVAL") return array;
  switch (command) {
    case IPC_STAT:
      return array.allows(process, READ) ? array.status : "EACCES";
    case IPC_SET:
    case IPC_RMID:
      return changeArray(process, array, command, argument);
    case GETALL:
      return array.allows(process, READ) ? array.values : "EACCES";
    case SETALL:
      return setAll(process, array, argument);
    case SETVAL:
      if (!isIndex(array, num)) return "EINVAL";
      if (!array.allows(process, WRITE)) return "EACCES";
      array.setValue(num, argument as number, process.pid);
      return 0;
    default:
      return ask(process, array, num, command);
  }
}

function changeArray(process: Process, array: SemaphoreArray, command: number, argument: unknown): 0 | Errno {
  if (command === IPC_SET && !isSysvChange(argument as SysvChange)) return "EINVAL";
  if (!array.isOwnedBy(process)) return "EPERM";
  if (command === IPC_SET) {
    array.change(argument as SysvChange);
    return 0;
  }
  process.kernel.ipc.semaphores.remove(array);
  array.remove();
  return 0;
}

function setAll(process: Process, array: SemaphoreArray, argument: unknown): 0 | Errno {
  if (!array.allows(process, WRITE)) return "EACCES";
  if (!Array.isArray(argument) || argument.length < array.size) return "EFAULT";
  const values = argument.slice(0, array.size);
  if (!values.every(isValue)) return "ERANGE";
  array.setValues(values, process.pid);
  return 0;
}

function ask(process: Process, array: SemaphoreArray, num: number, command: number): SemctlResult | Errno {
  if (![GETVAL, GETPID, GETNCNT, GETZCNT].includes(command)) return "EINVAL";
  if (!array.allows(process, READ)) return "EACCES";
  if (!isIndex(array, num)) return "EINVAL";
  if (command === GETVAL) return { value: array.values[num] as number };
  if (command === GETPID) return { value: array.pidOf(num) };
  return { value: array.waitersOf(num, command === GETZCNT) };
}

function isValue(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= SEMAPHORE_MAX;
}

function isIndex({ size }: SemaphoreArray, num: number): boolean {
  return Number.isInteger(num) && num >= 0 && num < size;
}

/** sem_num is an unsigned, sem_op a signed integer of 16 bits. */
function isOperation(operation: SemaphoreOperation): boolean {
  if (typeof operation !== "object" || operation === null) return false;
  const { num, op, flags = 0 } = operation;
  return (num & 0xffff) === num && (op << 16) >> 16 === op && Number.isInteger(flags);
}

class OperateAttempt extends ClaimAttempt<0> {
  protected readonly claim: SemaphoreClaim;
  readonly #array: SemaphoreArray;

  constructor(call: string, process: Process, array: SemaphoreArray, operations: readonly SemaphoreOperation[]) {
    super(call, process, "EAGAIN");
    this.#array = array;
    const hasUndo = operations.some(({ flags = 0 }) => (flags & SEM_UNDO) !== 0);
    this.claim = new SemaphoreClaim(process.pid, operations, hasUndo ? process.ipc.undos.of(array) : null);
  }

  on(): string {
    const { id } = this.#array;
    const { blocking } = this.claim;
    if (blocking === null) return `semaphore ${id}`;
    return `semaphore ${blocking.num} of ${id} ${blocking.op === 0 ? "to be zero" : `to be ${-blocking.op} or more`}`;
  }

  /** IPC_NOWAIT is each operation's: it ends the call when it is this one that would have to wait. */
  override isRefused(): boolean {
    return super.isRefused() || (!this.claim.isListed && ((this.claim.blocking?.flags ?? 0) & IPC_NOWAIT) !== 0);
  }

  protected override tryNow(): 0 | Errno {
    const array = this.#array;
    if (array.isRemoved) return "EIDRM";
    const result = array.operate(this.claim);
    if (result === 0) this.process.runState.progress();
    return result;
  }

  protected override join(): void {
    this.#array.wait(this.claim);
  }

  protected override leave(): void {
    this.#array.leave(this.claim);
  }
}
