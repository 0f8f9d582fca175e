/** Calls on descriptors: pipe(2), dup(2), fcntl(2), read(2), write(2), close(2), poll(2). Words first, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import { Socket } from "netloom/kernel";
import type { LinuxAnswer } from "../linux.ts";
import {
  type Data,
  dataArgument,
  dataBytes,
  dataSysText,
  dataText,
  filled,
  filledRoom,
  hex,
  room,
  unhex,
} from "../memory.ts";
import { type Call, choice, plainRow, type Row, row, rowOn } from "../row.ts";
import { readable, writable } from "../view.ts";
import { SYS } from "./numbers.ts";

const TWO_FDS = hex([4, 4], [0, 0]);

function twoFds({ memory }: LinuxAnswer): string {
  const fds = unhex(memory[0]);
  return `[${fds.readInt32LE(0)}, ${fds.readInt32LE(4)}]`;
}

export const pipe = (): Call => ({
  text: "pipe(fds)",
  sysText: "pipe()",
  linux: [SYS.pipe, TWO_FDS],
  netloom: (sys) => `[${sys.pipe().join(", ")}]`,
  outcome: twoFds,
});

export const pipe2 = (flags: number): Call => ({
  text: `pipe2(fds, ${flags})`,
  sysText: `pipe2(${flags})`,
  linux: [SYS.pipe2, TWO_FDS, flags],
  netloom: (sys) => `[${sys.pipe2(flags).join(", ")}]`,
  outcome: twoFds,
});

export const dup = (fd: number): Call => ({
  text: `dup(${fd})`,
  linux: [SYS.dup, fd],
  netloom: (sys) => sys.dup(fd),
});

const dup2 = (fd: number, to: number): Call => ({
  text: `dup2(${fd}, ${to})`,
  linux: [SYS.dup2, fd, to],
  netloom: (sys) => sys.dup2(fd, to),
});

export const close = (fd: number): Call => ({
  text: `close(${fd})`,
  linux: [SYS.close, fd],
  netloom: (sys) => sys.close(fd),
});

const { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_SETFD, F_SETFL, F_GETPIPE_SZ, F_SETPIPE_SZ, O_NONBLOCK } =
  netloom;
const COMMANDS = { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_SETFD, F_SETFL, F_GETPIPE_SZ, F_SETPIPE_SZ } as const;
const UNKNOWN_COMMAND = 9999;
/** Linux sets it on every file of a 64-bit process and shows it in F_GETFL; netloom has no smaller files to tell apart. */
const O_LARGEFILE = 0o100000;

export const fcntl = (fd: number, name: keyof typeof COMMANDS | "unknown", argument: number = 0): Call => {
  const number = name === "unknown" ? UNKNOWN_COMMAND : COMMANDS[name];
  return {
    text: `fcntl(${fd}, ${name === "unknown" ? number : name}, ${argument})`,
    linux: [SYS.fcntl, fd, number, argument],
    netloom: (sys) => sys.fcntl(fd, number, argument),
    outcome: ({ result }) => String(name === "F_GETFL" ? result & ~O_LARGEFILE : result),
  };
};

export const read = (fd: number, count: number): Call => ({
  text: `read(${fd}, buffer, ${count})`,
  sysText: `read(${fd}, new Uint8Array(${count}))`,
  linux: [SYS.read, fd, room(count), count],
  netloom: async (sys) => {
    const buffer = new Uint8Array(count);
    return filled(await sys.read(fd, buffer), buffer);
  },
  outcome: ({ result, memory }) => filledRoom(result, memory[0], count),
});

export const write = (fd: number, data: Data): Call => ({
  text: `write(${fd}, ${dataText(data)})`,
  sysText: `write(${fd}, ${dataSysText(data)})`,
  linux: [SYS.write, fd, dataArgument(data), data.length],
  netloom: (sys) => sys.write(fd, dataBytes(data)),
});

/** What poll(2) is asked about one descriptor. */
export interface Watched {
  readonly fd: number;
  readonly events: number;
}

export const poll = (watched: readonly Watched[], timeoutMs: number): Call => {
  const list = watched.map(({ fd, events }) => `{ fd: ${fd}, events: ${events} }`).join(", ");
  const pollfds = hex(
    watched.flatMap(() => [4, 2, 2]),
    watched.flatMap(({ fd, events }) => [fd, events, 0]),
  );
  return {
    text: `poll((struct pollfd[]){${list.replaceAll(/\b(fd|events):/g, ".$1 =")}}, ${watched.length}, ${timeoutMs})`,
    sysText: `poll([${list}], ${timeoutMs})`,
    linux: [SYS.poll, pollfds, watched.length, timeoutMs],
    netloom: async (sys) => {
      const entries = watched.map((entry) => ({ ...entry, revents: 0 }));
      const ready = await sys.poll(entries, timeoutMs);
      return pollOutcome(
        ready,
        entries.map(({ revents }) => revents),
      );
    },
    outcome: ({ result, memory }) => {
      const bytes = unhex(memory[0]);
      return pollOutcome(
        result,
        watched.map((_, index) => bytes.readInt16LE(8 * index + 6)),
      );
    },
  };
};

const pollOutcome = (ready: number, revents: readonly number[]): string => `${ready} ready: ${revents.join(", ")}`;

// ---- rows ----

/** Around the atomic size and the page, the capacity, and a few pages less: what fills a pipe and what just does not. */
const LENGTHS = [0, 1, 100, 4095, 4096, 4097, 5000, 8192, 61_440, 61_441, 65_535, 65_536, 65_537, 70_000];
const length = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...LENGTHS) },
  { weight: 1, arbitrary: fc.nat({ max: 5000 }) },
);

/** Numbers that a duplicate may be asked to have: RLIMIT_NOFILE is 1024 on both sides. */
const target = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1023, 1024, 2_000_000_000) },
);

const commands = fc.oneof(
  fc.tuple(fc.constantFrom("F_DUPFD", "F_DUPFD_CLOEXEC"), target),
  fc.tuple(fc.constantFrom("F_GETFD", "F_GETFL"), fc.constant(0)),
  fc.tuple(fc.constant("F_SETFD"), fc.nat({ max: 3 })),
  { weight: 3, arbitrary: fc.tuple(fc.constant("F_SETFL"), fc.constantFrom(0, O_NONBLOCK, O_NONBLOCK | 1, 2)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant("F_SETPIPE_SZ"), fc.constantFrom(0, 4096, 5000, 8192, 65_536, 131_072)),
  },
  fc.tuple(fc.constantFrom("unknown", "F_GETPIPE_SZ"), fc.constant(0)),
) as fc.Arbitrary<["F_GETFL" | "unknown", number]>;

const { POLLIN, POLLOUT } = netloom;
const watched = fc.tuple(choice, fc.constantFrom(POLLIN, POLLOUT, POLLIN | POLLOUT, 0));
const watchedList = fc.array(watched, { minLength: 1, maxLength: 3 });
const timeout = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(-1) });

/** Makes a pipe. */
export const pipeRow: Row = plainRow("pipe", 4, pipe);
export const readRow: Row = rowOn(readable, "read", 14, fc.tuple(choice, length), ([chosen, count], view) => {
  const fd = view.fd(chosen, readable);
  const file = view.file(fd);
  // COMPATIBILITY, "A non-blocking read() of a datagram socket that was shut down for reading".
  const isOdd = file?.ops instanceof Socket && file.ops.type === netloom.SOCK_DGRAM && file.nonBlocking;
  return isOdd && file.ops.shut !== 0 ? undefined : read(fd, count);
});
export const writeRow: Row = rowOn(writable, "write", 16, fc.tuple(choice, length), ([fd, count], view) =>
  write(view.fd(fd, writable), { length: count, seed: view.step }),
);
export const pollRow: Row = row("poll", 6, fc.tuple(watchedList, timeout), ([chosen, timeoutMs], view) =>
  poll(
    chosen.map(([fd, events]) => ({ fd: view.fd(fd), events })),
    timeoutMs,
  ),
);

/** What can be done with any descriptor. */
export const descriptorRows: readonly Row[] = [
  row("dup", 2, choice, (fd, view) => dup(view.fd(fd))),
  row("dup2", 3, fc.tuple(choice, target), ([fd, to], view) => dup2(view.fd(fd), to)),
  row("close", 6, choice, (fd, view) => close(view.fd(fd))),
  row("fcntl", 6, fc.tuple(choice, commands), ([fd, [name, argument]], view) => fcntl(view.fd(fd), name, argument)),
];

/** What is done with pipes. */
export const pipeRows: readonly Row[] = [
  pipeRow,
  row("pipe2", 2, fc.constantFrom(0, netloom.O_NONBLOCK, netloom.O_CLOEXEC, netloom.O_DIRECT, 0x8), pipe2),
  readRow,
  writeRow,
  pollRow,
];
