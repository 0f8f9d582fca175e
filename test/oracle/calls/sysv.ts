/** Calls on System V message queues and semaphores. Words first, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import { filled, hex, pattern, unhex } from "../memory.ts";
import type { Netloom } from "../netloom.ts";
import { type Call, choice, type Row, row, type WorkerOf } from "../row.ts";
import type { View } from "../view.ts";
import { SYS } from "./numbers.ts";
import { nameOf } from "./processes.ts";

const { IPC_CREAT, IPC_EXCL, IPC_NOWAIT, IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT } = netloom;
const { MSG_COPY, MSG_EXCEPT, MSG_NOERROR, SEM_UNDO } = netloom;
const { GETALL, GETNCNT, GETPID, GETVAL, GETZCNT, SETALL, SETVAL } = netloom;

export const msgget = (key: number, flags: number): Call => ({
  text: `msgget(${key}, 0${flags.toString(8)})`,
  linux: [SYS.msgget, key, flags],
  netloom: (sys) => sys.msgget(key, flags),
});

export const msgsnd = (id: number, type: number, length: number, seed: number, flags: number = 0): Call => {
  const data = pattern(length, seed);
  return {
    text: `msgsnd(${id}, { ${type}, bytes }, ${length}, ${flags})`,
    sysText: `msgsnd(${id}, ${type}, new Uint8Array(${length}), ${flags})`,
    linux: [SYS.msgsnd, id, `${hex([8], [type])}${Buffer.from(data).toString("hex")}`, length, flags],
    netloom: (sys) => sys.msgsnd(id, type, data, flags),
  };
};

export const msgrcv = (id: number, length: number, type: number, flags: number = 0): Call => ({
  text: `msgrcv(${id}, &message, ${length}, ${type}, ${flags})`,
  sysText: `msgrcv(${id}, new Uint8Array(${length}), ${type}, ${flags})`,
  linux: [SYS.msgrcv, id, `x${"00".repeat(8 + length)}`, length, type, flags],
  netloom: async (sys) => {
    const buffer = new Uint8Array(length);
    const got = await sys.msgrcv(id, buffer, type, flags);
    return `${filled(got.bytes, buffer)} of type ${got.type}`;
  },
  outcome: ({ result, memory }) => {
    const bytes = unhex(memory[0]);
    return `${filled(result, bytes.subarray(8))} of type ${bytes.readBigInt64LE(0)}`;
  },
});

/** struct ipc64_perm takes 48 bytes. */
const MSQID_BYTES = 120;
/** The first six fields of it, and then words of 8 bytes, of which the ninth is msg_qbytes. */
const MSQID_FIELDS = [4, 4, 4, 4, 4, 4, ...Array<number>(12).fill(8)];

function permissionText(bytes: Buffer): string {
  const at = (offset: number): number => bytes.readUInt32LE(offset);
  return `key ${bytes.readInt32LE(0)} owner ${at(4)}:${at(8)} maker ${at(12)}:${at(16)} mode ${(at(20) & 0o7777).toString(8)}`;
}

function permissionTextOf({ key, uid, gid, cuid, cgid, mode }: netloom.SysvPermission): string {
  return `key ${key} owner ${uid}:${gid} maker ${cuid}:${cgid} mode ${mode.toString(8)}`;
}

const pidText = (pid: number, workerOf: WorkerOf): string => (pid === 0 ? "nobody" : nameOf(workerOf(pid)));

export const msgStat = (id: number): Call => ({
  text: `msgctl(${id}, IPC_STAT, &status)`,
  sysText: `msgctl(${id}, IPC_STAT)`,
  linux: [SYS.msgctl, id, IPC_STAT, `x${"00".repeat(MSQID_BYTES)}`],
  netloom: (sys, oracle) => {
    const { perm, cbytes, qnum, qbytes, lspid, lrpid } = sys.msgctl(id, IPC_STAT);
    const who = [lspid, lrpid].map((pid) => pidText(pid, (one) => oracle.workerOf(one)));
    return `${permissionTextOf(perm)}; ${cbytes} ${qnum} ${qbytes} ${who.join(" ")}`;
  },
  outcome: ({ memory }, workerOf) => {
    const bytes = unhex(memory[0]);
    const counts = [72, 80, 88].map((at) => bytes.readBigInt64LE(at)).join(" ");
    const who = [96, 100].map((at) => pidText(bytes.readInt32LE(at), workerOf));
    return `${permissionText(bytes)}; ${counts} ${who.join(" ")}`;
  },
});

export const msgSet = (id: number, mode: number, qbytes: number): Call => ({
  text: `msgctl(${id}, IPC_SET, { .mode = 0${mode.toString(8)}, .msg_qbytes = ${qbytes} })`,
  sysText: `msgctl(${id}, IPC_SET, { uid: 0, gid: 0, mode: 0o${mode.toString(8)}, qbytes: ${qbytes} })`,
  linux: [SYS.msgctl, id, IPC_SET, hex(MSQID_FIELDS, [0, 0, 0, 0, 0, mode, ...Array<number>(8).fill(0), qbytes])],
  netloom: (sys) => sys.msgctl(id, IPC_SET, { uid: 0, gid: 0, mode, qbytes }),
});

export const msgRemove = (id: number): Call => ({
  text: `msgctl(${id}, IPC_RMID)`,
  linux: [SYS.msgctl, id, IPC_RMID, 0],
  netloom: (sys) => sys.msgctl(id, IPC_RMID),
});

export const semget = (key: number, count: number, flags: number): Call => ({
  text: `semget(${key}, ${count}, 0${flags.toString(8)})`,
  linux: [SYS.semget, key, count, flags],
  netloom: (sys) => sys.semget(key, count, flags),
});

/** Several operations; with a timeout of zero, or none. */
export const semop = (
  id: number,
  operations: readonly netloom.SemaphoreOperation[],
  isTimed: boolean = false,
): Call => {
  const list = operations.map(({ num, op, flags = 0 }) => `{ ${num}, ${op}, 0${flags.toString(8)} }`).join(", ");
  const sizes = operations.flatMap(() => [2, 2, 2]);
  const fields = operations.flatMap(({ num, op, flags = 0 }) => [num, op, flags]);
  const array = hex(sizes, fields);
  return {
    text: isTimed
      ? `semtimedop(${id}, {${list}}, ${operations.length}, { 0, 0 })`
      : `semop(${id}, {${list}}, ${operations.length})`,
    linux: isTimed
      ? [SYS.semtimedop, id, array, operations.length, hex([8, 8], [0, 0])]
      : [SYS.semop, id, array, operations.length],
    netloom: (sys) => (isTimed ? sys.semtimedop(id, operations, 0) : sys.semop(id, operations)),
  };
};

const QUESTIONS = { GETVAL, GETPID, GETNCNT, GETZCNT } as const;

export const semAsk = (id: number, num: number, question: keyof typeof QUESTIONS): Call => ({
  text: `semctl(${id}, ${num}, ${question})`,
  linux: [SYS.semctl, id, num, QUESTIONS[question], 0],
  netloom: (sys, oracle) => {
    const value = sys.semctl(id, num, QUESTIONS[question]);
    return question === "GETPID" ? pidText(value, (pid) => oracle.workerOf(pid)) : value;
  },
  outcome: ({ result }, workerOf) => (question === "GETPID" ? pidText(result, workerOf) : String(result)),
});

export const semSetValue = (id: number, num: number, value: number): Call => ({
  text: `semctl(${id}, ${num}, SETVAL, ${value})`,
  linux: [SYS.semctl, id, num, SETVAL, value],
  netloom: (sys) => sys.semctl(id, num, SETVAL, value),
});

/** So many semaphores an array has at most here. */
const ARRAY_MAX = 3;

export const semGetAll = (id: number): Call => ({
  text: `semctl(${id}, 0, GETALL, values)`,
  linux: [SYS.semctl, id, 0, GETALL, `x${"ffff".repeat(ARRAY_MAX)}`],
  netloom: (sys) => sys.semctl(id, 0, GETALL).join(),
  outcome: ({ memory }) => {
    const bytes = unhex(memory[0]);
    const values = Array.from({ length: ARRAY_MAX }, (_, index) => bytes.readUInt16LE(2 * index));
    return values.filter((value) => value !== 0xffff).join();
  },
});

const semSetAll = (id: number, values: readonly number[]): Call => ({
  text: `semctl(${id}, 0, SETALL, {${values.join(", ")}})`,
  linux: [
    SYS.semctl,
    id,
    0,
    SETALL,
    hex(
      values.map(() => 2),
      values,
    ),
  ],
  netloom: (sys) => sys.semctl(id, 0, SETALL, values),
});

const semStat = (id: number): Call => ({
  text: `semctl(${id}, 0, IPC_STAT, &status)`,
  linux: [SYS.semctl, id, 0, IPC_STAT, `x${"00".repeat(104)}`],
  netloom: (sys) => {
    const { perm, nsems } = sys.semctl(id, 0, IPC_STAT);
    return `${permissionTextOf(perm)}; ${nsems}`;
  },
  outcome: ({ memory }) => {
    const bytes = unhex(memory[0]);
    return `${permissionText(bytes)}; ${bytes.readBigInt64LE(80)}`;
  },
});

export const semRemove = (id: number): Call => ({
  text: `semctl(${id}, 0, IPC_RMID)`,
  linux: [SYS.semctl, id, 0, IPC_RMID, 0],
  netloom: (sys) => sys.semctl(id, 0, IPC_RMID),
});

// ---- rows ----

type Kind = "messages" | "semaphores" | "segments";

/** An identifier: mostly of an object that is there, seldom another. */
export function idOf({ worker }: View, kind: Kind, chosen: number): number {
  const there = [...worker.process.kernel.ipc[kind].all()].map(({ id }) => id);
  const luck = chosen % 20;
  if (luck === 19 || there.length === 0) return [-1, 0, 5, 32_768][chosen % 4] as number;
  return there[Math.floor(chosen / 20) % there.length] as number;
}

/** Are there any? Without one nothing but an error comes of a call. */
export function hasAny({ netloom: { workers }, step }: View, kind: Kind): boolean {
  const [first] = workers as [Netloom["workers"][number]];
  return step % 8 === 0 || first.process.kernel.ipc[kind].count > 0;
}

function rowOnId<A>(
  kind: Kind,
  name: string,
  weight: number,
  args: fc.Arbitrary<A>,
  call: (id: number, args: A, view: View) => Call,
): Row {
  return row(name, weight, fc.tuple(choice, args), ([chosen, drawn], view) =>
    hasAny(view, kind) ? call(idOf(view, kind, chosen), drawn, view) : undefined,
  );
}

export const key: fc.Arbitrary<number> = fc.constantFrom(IPC_PRIVATE, 1, 1, 2);
export const getFlags: fc.Arbitrary<number> = fc.constantFrom(
  IPC_CREAT | 0o600,
  IPC_CREAT | 0o666,
  IPC_CREAT | IPC_EXCL | 0o600,
  0,
);

const type = fc.constantFrom(1, 1, 2, 3, 100);
const typeOrNone = fc.oneof({ weight: 15, arbitrary: type }, fc.constantFrom(0, -1));
const wanted = fc.constantFrom(0, 0, 1, 2, 3, -1, -2, -3, -100);
const size = fc.constantFrom(0, 1, 10, 10, 25, 40);
const sendFlags = fc.constantFrom(0, 0, 0, IPC_NOWAIT);
const receiveFlags = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  fc.constantFrom(MSG_EXCEPT, MSG_NOERROR, MSG_EXCEPT | MSG_NOERROR),
  fc.constantFrom(IPC_NOWAIT, IPC_NOWAIT | MSG_NOERROR),
  fc.constantFrom(MSG_COPY | IPC_NOWAIT, MSG_COPY, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT),
);

/** Makes a queue, and makes it small. */
export const smallQueueRows: readonly Row[] = [
  row("msgget", 1, fc.constant(1), () => msgget(1, IPC_CREAT | 0o600)),
  row("msgctl", 1, fc.constantFrom(1, 30, 60, 60), (bytes) => msgSet(0, 0o600, bytes)),
];

export const messageRows: readonly Row[] = [
  row("msgget", 4, fc.tuple(key, getFlags), (args) => msgget(...args)),
  rowOnId("messages", "msgsnd", 22, fc.tuple(typeOrNone, size, sendFlags), (id, [of, length, flags], view) =>
    msgsnd(id, of, length, view.step, flags),
  ),
  rowOnId("messages", "msgrcv", 20, fc.tuple(fc.constantFrom(40, 40, 10, 0), wanted, receiveFlags), (id, args) =>
    // What MSG_COPY makes of a negative place is a place that no queue has.
    (args[2] & MSG_COPY) !== 0 && args[1] < 0 ? msgrcv(id, args[0], 0, args[2]) : msgrcv(id, ...args),
  ),
  rowOnId("messages", "msgctl", 4, fc.constant(0), msgStat),
  // Receivers are all woken by it, and the order in which they stand again is the choice of Linux's scheduler.
  row("msgctl", 3, fc.tuple(choice, fc.constantFrom(1, 30, 60, 16_384)), ([chosen, bytes], view) => {
    const id = idOf(view, "messages", chosen);
    const queue = view.worker.process.kernel.ipc.messages.object(id);
    return queue !== "EINVAL" && queue.receivers.length > 1 ? undefined : msgSet(id, 0o600, bytes);
  }),
  rowOnId("messages", "msgctl", 1, fc.constant(0), msgRemove),
];

const num = fc.oneof({ weight: 20, arbitrary: fc.nat({ max: ARRAY_MAX - 1 }) }, fc.constantFrom(3, 65_535));
const operation = fc.record({
  num,
  op: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(-2, -1, -1, -1, 0, 1, 1, 2) },
    fc.constantFrom(32_767, -32_768),
  ),
  flags: fc.constantFrom(0, 0, 0, 0, IPC_NOWAIT, SEM_UNDO, SEM_UNDO),
});
const operations = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(operation) },
  { weight: 2, arbitrary: fc.array(operation, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const value = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(0, 1, 1, 2, 3) }, fc.constantFrom(32_767, 32_768, -1));

/** Makes an array of three. */
export const arrayRow: Row = row("semget", 1, fc.constant(1), () => semget(1, ARRAY_MAX, IPC_CREAT | 0o600));

export const semaphoreRows: readonly Row[] = [
  row("semget", 3, fc.tuple(key, fc.constantFrom(1, 2, 3, 3, 0, -1, 32_001), getFlags), (args) => semget(...args)),
  rowOnId("semaphores", "semop", 36, fc.tuple(operations, fc.constantFrom(false, false, false, true)), (id, args) =>
    semop(id, ...args),
  ),
  rowOnId(
    "semaphores",
    "semctl",
    8,
    fc.tuple(num, fc.constantFrom<keyof typeof QUESTIONS>("GETVAL", "GETPID", "GETNCNT", "GETZCNT")),
    (id, args) => semAsk(id, ...args),
  ),
  rowOnId("semaphores", "semctl", 5, fc.tuple(num, value), (id, args) => semSetValue(id, ...args)),
  rowOnId("semaphores", "semctl", 4, fc.constant(0), semGetAll),
  rowOnId(
    "semaphores",
    "semctl",
    2,
    fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.constantFrom(0, 1, 32_768)),
    semSetAll,
  ),
  rowOnId("semaphores", "semctl", 2, fc.constant(0), semStat),
  rowOnId("semaphores", "semctl", 1, fc.constant(0), semRemove),
];
