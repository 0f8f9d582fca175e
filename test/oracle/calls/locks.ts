/** Calls on locks: flock(2), and fcntl(2) with F_GETLK, F_SETLK and F_SETLKW. Words first, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import { hex, unhex } from "../memory.ts";
import { type Call, choice, type Row, row, rowOn } from "../row.ts";
import type { Wish } from "../view.ts";
import { open } from "./files.ts";
import { SYS } from "./numbers.ts";
import { nameOf } from "./processes.ts";

const { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, F_GETLK, F_RDLCK, F_SETLK, F_SETLKW, F_UNLCK, F_WRLCK } = netloom;

export const flock = (fd: number, operation: number): Call => ({
  text: `flock(${fd}, ${operation})`,
  linux: [SYS.flock, fd, operation],
  netloom: (sys) => sys.flock(fd, operation),
});

/** struct flock, without whom it belongs to. */
export interface Range {
  readonly type: number;
  readonly start?: number;
  readonly length?: number;
  readonly whence?: number;
}

const COMMANDS = { F_GETLK, F_SETLK, F_SETLKW } as const;
const SIZES = [2, 2, 4, 8, 8, 4, 4];

export const lock = (fd: number, command: keyof typeof COMMANDS, range: Range): Call => {
  const { type, start = 0, length = 0, whence = 0 } = range;
  const gets = command === "F_GETLK";
  return {
    text: `fcntl(${fd}, ${command}, &(struct flock){ ${type}, ${whence}, ${start}, ${length} })`,
    sysText: `fcntl(${fd}, ${command}, { type: ${type}, whence: ${whence}, start: ${start}, length: ${length} })`,
    linux: [SYS.fcntl, fd, COMMANDS[command], hex(SIZES, [type, whence, 0, start, length])],
    netloom: async (sys, oracle) => {
      const found = { type, start, length, whence, pid: 0 };
      if (command === "F_SETLKW") return sys.fcntl(fd, F_SETLKW, found);
      const result = sys.fcntl(fd, gets ? F_GETLK : F_SETLK, found);
      return gets ? lockText(found.type, found.start, found.length, nameOf(oracle.workerOf(found.pid))) : result;
    },
    outcome: ({ result, memory }, workerOf) => {
      if (!gets) return String(result);
      const bytes = unhex(memory[0]);
      const [from, count] = [Number(bytes.readBigInt64LE(8)), Number(bytes.readBigInt64LE(16))];
      return lockText(bytes.readInt16LE(0), from, count, nameOf(workerOf(bytes.readInt32LE(24))));
    },
  };
};

function lockText(type: number, start: number, length: number, holder: string): string {
  return type === F_UNLCK ? "nothing in the way" : `type ${type} at ${start} for ${length} of ${holder}`;
}

// ---- rows ----

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(LOCK_EX, LOCK_SH) },
  { weight: 3, arbitrary: fc.constantFrom(LOCK_EX | LOCK_NB, LOCK_SH | LOCK_NB, LOCK_UN) },
  { weight: 1, arbitrary: fc.constantFrom(0, 3, LOCK_UN | LOCK_NB, 16) },
);

const range: fc.Arbitrary<Range> = fc.record({
  type: fc.constantFrom(F_RDLCK, F_WRLCK, F_WRLCK, F_WRLCK, F_UNLCK),
  start: fc.oneof({ weight: 15, arbitrary: fc.constantFrom(0, 0, 5, 10, 20) }, fc.constantFrom(-5, 2 ** 40)),
  length: fc.oneof({ weight: 15, arbitrary: fc.constantFrom(0, 5, 10, 10) }, fc.constantFrom(-5, -20)),
  whence: fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, 3)),
});
const command = fc.oneof(
  { weight: 3, arbitrary: fc.constant("F_SETLKW" as const) },
  { weight: 2, arbitrary: fc.constant("F_SETLK" as const) },
  { weight: 2, arbitrary: fc.constant("F_GETLK" as const) },
);

/** Locks are for what has a name: COMPATIBILITY. */
const aFile: Wish = ({ ops }) => ops.describe().type === "REG";

const { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } = netloom;
const name = fc.constantFrom("a", "a", "a", "b");
const flags = fc.constantFrom(O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, 3).map((mode) => mode | O_CREAT);

/** Opens one of two files. */
export const lockedFileRow: Row = row("open", 10, fc.tuple(name, flags), (args) => open(...args, 0o644));

export const lockRows: readonly Row[] = [
  lockedFileRow,
  rowOn(aFile, "flock", 12, fc.tuple(choice, operation), ([fd, what], view) => flock(view.fd(fd, aFile), what)),
  rowOn(aFile, "fcntl lock", 24, fc.tuple(choice, command, range), ([fd, what, where], view) =>
    lock(view.fd(fd, aFile), what, where),
  ),
];
