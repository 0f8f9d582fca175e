/**
 * Calls on shared memory: mmap(2), shmat(2) and their kin, futex(2), and looking and storing. Words first, then rows.
 *
 * Both sides map at the same addresses, which the program chooses among a few places. Bytes are looked at and stored by
 * process_vm_readv(2) and process_vm_writev(2) on oneself, which say EFAULT where a processor would fault.
 */
import fc from "fast-check";
import * as netloom from "netloom";
import type { Process } from "netloom/kernel";
import { hex, pattern, room, unhex } from "../memory.ts";
import type { Outcome } from "../netloom.ts";
import { type Call, choice, type Row, row, rowOn } from "../row.ts";
import { readable, type View, type Wish } from "../view.ts";
import { ftruncate, open, pread, pwrite } from "./files.ts";
import { SYS } from "./numbers.ts";
import { nameOf } from "./processes.ts";
import { getFlags, hasAny, idOf, key } from "./sysv.ts";

const { IPC_CREAT, IPC_RMID, IPC_STAT, MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, SHM_RDONLY } = netloom;
const { O_CREAT, O_RDONLY, O_RDWR, PROT_READ, PROT_WRITE } = netloom;

const PAGE = 4096;
/** So much is looked at and stored at once. */
const ACCESS_BYTES = 8;

/** The places at which things are mapped. */
const addressOf = (place: number): number => 0x1000_0000_0000 + place * 0x10_0000;

/** On Linux with MAP_FIXED_NOREPLACE: what is there already is not replaced. */
const MAP_FIXED_NOREPLACE = 0x10_0000;

const hexText = (value: number): string => `0x${value.toString(16)}`;

export const mmap = (
  place: number,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
): Call => {
  const address = addressOf(place);
  return {
    text: `mmap(${hexText(address)}, ${length}, ${protection}, ${flags}, ${fd}, ${offset})`,
    sysText: `mmap(${length}, ${protection}, ${flags}, ${fd}, ${offset}, ${hexText(address)})`,
    linux: [SYS.mmap, address, length, protection, flags | MAP_FIXED_NOREPLACE, fd, offset],
    netloom: (sys) => hexText(sys.mmap(length, protection, flags, fd, offset, address).address),
    outcome: ({ result }) => hexText(result),
  };
};

const munmap = (place: number, length: number): Call => ({
  text: `munmap(${hexText(addressOf(place))}, ${length})`,
  sysText: `munmap({ address: ${hexText(addressOf(place))} })`,
  linux: [SYS.munmap, addressOf(place), length],
  netloom: (sys) => sys.munmap({ address: addressOf(place) }),
});

/** struct iovec for the program's own memory and for the address; the first follows as argument 6. */
function access(number: number, view: View, address: number, memory: string): Call["linux"] {
  const own = `${hex([8, 8], [0, ACCESS_BYTES])}@0=6`;
  return [number, view.worker.name, own, 1, hex([8, 8], [address, ACCESS_BYTES]), 1, 0, memory];
}

/** What netloom has at an address: its bytes, or EFAULT. */
function bytesAt(process: Process, address: number, writes: boolean): Uint8Array | "EFAULT" {
  const mapping = process.ipc.memory.around(address);
  const offset = address - (mapping?.address ?? 0);
  if (mapping === undefined || mapping.fault(offset, ACCESS_BYTES, writes) !== null) return "EFAULT";
  return mapping.bytes.subarray(offset, offset + ACCESS_BYTES);
}

const look = (view: View, place: number, offset: number): Call => {
  const address = addressOf(place) + offset;
  const { process } = view.worker;
  return {
    text: `look at ${hexText(address)}`,
    linux: access(SYS.process_vm_readv, view, address, room(ACCESS_BYTES)),
    netloom: (): Outcome => {
      const bytes = bytesAt(process, address, false);
      return typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("hex");
    },
    outcome: ({ memory }) => memory.at(-1) as string,
  };
};

const storeAt = (view: View, place: number, offset: number, seed: number): Call => {
  const address = addressOf(place) + offset;
  const { process } = view.worker;
  const data = pattern(ACCESS_BYTES, seed);
  return {
    text: `store at ${hexText(address)}`,
    linux: access(SYS.process_vm_writev, view, address, `x${Buffer.from(data).toString("hex")}`),
    netloom: (): Outcome | number => {
      const bytes = bytesAt(process, address, true);
      if (typeof bytes === "string") return bytes;
      bytes.set(data);
      return ACCESS_BYTES;
    },
  };
};

export const shmget = (of: number, size: number, flags: number): Call => ({
  text: `shmget(${of}, ${size}, 0${flags.toString(8)})`,
  linux: [SYS.shmget, of, size, flags],
  netloom: (sys) => sys.shmget(of, size, flags),
});

export const shmat = (id: number, place: number, flags: number): Call => ({
  text: `shmat(${id}, ${hexText(addressOf(place))}, ${flags})`,
  sysText: `shmat(${id}, ${flags}, ${hexText(addressOf(place))})`,
  linux: [SYS.shmat, id, addressOf(place), flags],
  netloom: (sys) => hexText(sys.shmat(id, flags, addressOf(place)).address),
  outcome: ({ result }) => hexText(result),
});

export const shmdt = (place: number): Call => ({
  text: `shmdt(${hexText(addressOf(place))})`,
  linux: [SYS.shmdt, addressOf(place)],
  netloom: (sys) => sys.shmdt({ address: addressOf(place) }),
});

export const shmStat = (id: number): Call => ({
  text: `shmctl(${id}, IPC_STAT, &status)`,
  linux: [SYS.shmctl, id, IPC_STAT, `x${"00".repeat(112)}`],
  netloom: (sys, oracle) => {
    const { perm, segsz, cpid, lpid, nattch } = sys.shmctl(id, IPC_STAT);
    const who = [cpid, lpid].map((pid) => (pid === 0 ? "nobody" : nameOf(oracle.workerOf(pid))));
    return `key ${perm.key} mode ${perm.mode.toString(8)} ${segsz} ${who.join(" ")} ${nattch}`;
  },
  outcome: ({ memory }, workerOf) => {
    const bytes = unhex(memory[0]);
    const who = [80, 84]
      .map((at) => bytes.readInt32LE(at))
      .map((pid) => (pid === 0 ? "nobody" : nameOf(workerOf(pid))));
    const mode = (bytes.readUInt32LE(20) & 0o7777).toString(8);
    return `key ${bytes.readInt32LE(0)} mode ${mode} ${bytes.readBigInt64LE(48)} ${who.join(" ")} ${bytes.readBigInt64LE(88)}`;
  },
});

export const shmRemove = (id: number): Call => ({
  text: `shmctl(${id}, IPC_RMID)`,
  linux: [SYS.shmctl, id, IPC_RMID, 0],
  netloom: (sys) => sys.shmctl(id, IPC_RMID),
});

const [FUTEX_WAIT, FUTEX_WAKE, FUTEX_CMP_REQUEUE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET] = [0, 1, 4, 9, 10];

/** A word of memory. */
const word = (place: number, offset: number): netloom.Futex => ({ mapping: { address: addressOf(place) }, offset });

export const futexWait = (place: number, offset: number, expected: number, bits?: number): Call => ({
  text: `futex(${hexText(addressOf(place) + offset)}, FUTEX_WAIT, ${expected}, bits ${bits})`,
  linux: [
    SYS.futex,
    addressOf(place) + offset,
    bits === undefined ? FUTEX_WAIT : FUTEX_WAIT_BITSET,
    expected,
    0,
    0,
    bits ?? 0,
  ],
  netloom: (sys) => sys.futexWait(word(place, offset), expected, undefined, bits),
});

export const futexWake = (place: number, offset: number, count: number, bits?: number): Call => ({
  text: `futex(${hexText(addressOf(place) + offset)}, FUTEX_WAKE, ${count}, bits ${bits})`,
  linux: [
    SYS.futex,
    addressOf(place) + offset,
    bits === undefined ? FUTEX_WAKE : FUTEX_WAKE_BITSET,
    count,
    0,
    0,
    bits ?? 0,
  ],
  netloom: (sys) => sys.futexWake(word(place, offset), count, bits),
});

export const futexRequeue = (
  place: number,
  from: number,
  to: number,
  wake: number,
  move: number,
  expected: number,
): Call => ({
  text: `futex(${hexText(addressOf(place) + from)}, FUTEX_CMP_REQUEUE, ${wake}, ${move}, to ${to}, ${expected})`,
  linux: [SYS.futex, addressOf(place) + from, FUTEX_CMP_REQUEUE, wake, move, addressOf(place) + to, expected],
  netloom: (sys) => sys.futexRequeue(word(place, from), word(place, to), wake, move, expected),
});

// ---- rows ----

const regular: Wish = (file) => file.ops.describe().type === "REG";
const mappable: Wish = (file) => regular(file) && readable(file);

const place = fc.nat({ max: 3 });
/** Within a page, so that an access has one fate. */
const offset = fc.constantFrom(0, 0, 0, 8, 100, PAGE - 8, PAGE, PAGE + 100);
const length = fc.constantFrom(PAGE, PAGE, 2 * PAGE);
const protection = fc.constantFrom(PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ);
const size = fc.constantFrom(0, 10, PAGE, PAGE + 50, 2 * PAGE, 3 * PAGE);

/** A place where something is mapped, mostly. */
function used({ worker }: View, chosen: number): number {
  const there = [0, 1, 2, 3].filter((one) => worker.process.ipc.memory.at(addressOf(one)) !== undefined);
  return there.length === 0 || chosen % 10 === 9 ? chosen % 4 : (there[chosen % there.length] as number);
}

/** How long what is mapped there is: munmap(2) of a part is not here. */
function lengthAt({ worker }: View, where: number): number | undefined {
  return worker.process.ipc.memory.at(addressOf(where))?.length;
}

/** Is a System V segment there? Only shmdt(2) takes it away, by its beginning. */
function isSegment({ worker }: View, where: number): boolean {
  return worker.process.ipc.memory.at(addressOf(where))?.name.startsWith("/SYSV") === true;
}

/** Shares anonymous memory, and some files. */
export const sharedRow: Row = row("mmap", 1, fc.constant(0), () =>
  mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
);
export const segmentRow: Row = row("shmget", 1, fc.constant(0), () => shmget(1, PAGE, IPC_CREAT | 0o600));
export const fileRow: Row = row("open", 2, fc.constantFrom(O_RDWR, O_RDWR, O_RDWR, O_RDONLY), (mode) =>
  open("f", mode | O_CREAT, 0o644),
);
export const sizedRow: Row = rowOn(regular, "ftruncate", 6, fc.tuple(choice, size), ([fd, to], view) =>
  ftruncate(view.fd(fd, regular), to),
);

export const memoryRows: readonly Row[] = [
  fileRow,
  sizedRow,
  rowOn(
    mappable,
    "mmap",
    10,
    fc.tuple(place, length, protection, choice, fc.constantFrom(0, 0, 0, PAGE, 1)),
    (args, view) => {
      const [where, bytes, rights, fd, from] = args;
      return lengthAt(view, where) === undefined
        ? mmap(where, bytes, rights, MAP_SHARED, view.fd(fd, mappable), from)
        : undefined;
    },
  ),
  row("mmap", 2, fc.tuple(place, length, fc.constantFrom(MAP_PRIVATE, MAP_SHARED, 0)), ([where, bytes, type], view) =>
    lengthAt(view, where) === undefined
      ? mmap(where, bytes, PROT_READ | PROT_WRITE, type | MAP_ANONYMOUS, -1, 0)
      : undefined,
  ),
  row("munmap", 3, choice, (chosen, view) => {
    const where = used(view, chosen);
    const bytes = lengthAt(view, where);
    return bytes === undefined || isSegment(view, where) ? undefined : munmap(where, bytes);
  }),
  row("look", 16, fc.tuple(choice, offset), ([chosen, at], view) => look(view, used(view, chosen), at)),
  row("store", 16, fc.tuple(choice, offset), ([chosen, at], view) => storeAt(view, used(view, chosen), at, view.step)),
  rowOn(mappable, "pread", 8, fc.tuple(choice, offset), ([fd, at], view) => pread(view.fd(fd, mappable), 20, at)),
  rowOn(regular, "pwrite", 8, fc.tuple(choice, offset), ([fd, at], view) =>
    pwrite(view.fd(fd, regular), { length: 20, seed: view.step }, at),
  ),
];

const onSegments = (view: View, call: Call): Call | undefined => (hasAny(view, "segments") ? call : undefined);

export const segmentRows: readonly Row[] = [
  row("shmget", 3, fc.tuple(key, fc.constantFrom(PAGE, PAGE, 2 * PAGE, 0), getFlags), (args) => shmget(...args)),
  row("shmat", 10, fc.tuple(choice, place, fc.constantFrom(0, 0, 0, SHM_RDONLY)), ([id, where, flags], view) =>
    onSegments(view, shmat(idOf(view, "segments", id), where, flags)),
  ),
  row("shmdt", 5, choice, (chosen, view) => shmdt(used(view, chosen))),
  row("shmctl", 6, choice, (id, view) => onSegments(view, shmStat(idOf(view, "segments", id)))),
  row("shmctl", 2, choice, (id, view) => onSegments(view, shmRemove(idOf(view, "segments", id)))),
  row("look", 10, fc.tuple(choice, offset), ([chosen, at], view) => look(view, used(view, chosen), at)),
  row("store", 10, fc.tuple(choice, offset), ([chosen, at], view) => storeAt(view, used(view, chosen), at, view.step)),
];

const wordOffset = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(0, 0, 0, 4) }, fc.constantFrom(2, 2 * PAGE));
const bits = fc.oneof({ weight: 15, arbitrary: fc.constantFrom(undefined, undefined, 1, 2, 3) }, fc.constant(0));

/** What the word is now, mostly: only then somebody sleeps. */
function expectedAt({ worker: { process } }: View, where: number, at: number, luck: number): number {
  const bytes = bytesAt(process, addressOf(where) + at, false);
  return typeof bytes === "string" || luck === 0 ? 7 : Buffer.from(bytes).readInt32LE(0);
}

export const futexRows: readonly Row[] = [
  row("futex wait", 20, fc.tuple(choice, wordOffset, fc.nat({ max: 6 }), bits), ([chosen, at, luck, mask], view) => {
    const where = used(view, chosen);
    return futexWait(where, at, expectedAt(view, where, at, luck), mask);
  }),
  row(
    "futex wake",
    14,
    fc.tuple(choice, wordOffset, fc.constantFrom(0, 1, 1, 2, 9), bits),
    ([chosen, at, count, mask], view) => futexWake(used(view, chosen), at, count, mask),
  ),
  row(
    "futex requeue",
    6,
    fc.tuple(choice, wordOffset, wordOffset, fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 6 })),
    (args, view) => {
      const [chosen, from, to, wake, move, luck] = args;
      const where = used(view, chosen);
      return from === to ? undefined : futexRequeue(where, from, to, wake, move, expectedAt(view, where, from, luck));
    },
  ),
  row("store", 5, fc.tuple(choice, fc.constantFrom(0, 8)), ([chosen, at], view) =>
    storeAt(view, used(view, chosen), at, view.step),
  ),
];
