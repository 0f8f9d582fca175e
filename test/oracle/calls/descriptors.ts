/** Rows of the calls on descriptors: pipe(2), dup(2), fcntl(2), read(2), write(2), close(2), poll(2). */
import fc from "fast-check";
import * as netloom from "netloom";
import { bytesOutcome, choice, hashOf, hex, pattern, type Row, row, unhex } from "../row.ts";
import { SYS } from "./numbers.ts";

/** Around the atomic size and the page, the capacity, and a few pages less: what fills a pipe and what just does not. */
const LENGTHS = [0, 1, 100, 4095, 4096, 4097, 5000, 8192, 61_440, 61_441, 65_535, 65_536, 65_537, 70_000];
const length = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...LENGTHS) },
  { weight: 1, arbitrary: fc.nat({ max: 5000 }) },
);

/** Linux sets it on every file of a 64-bit process and shows it in F_GETFL; netloom has no smaller files to tell apart. */
const O_LARGEFILE = 0o100000;

/** Numbers that a duplicate may be asked to have: RLIMIT_NOFILE is 1024 on both sides. */
const target = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1023, 1024, 2_000_000_000) },
);

/** Makes a pipe. */
export const pipe: Row = row("pipe", 4, fc.constant(undefined), () => ({
  text: "pipe(fds)",
  sysText: "pipe()",
  linux: [SYS.pipe, hex([4, 4], [0, 0])],
  netloom: (sys) => `[${sys.pipe().join(", ")}]`,
  outcome: ({ memory }) => {
    const fds = unhex(memory[0]);
    return `[${fds.readInt32LE(0)}, ${fds.readInt32LE(4)}]`;
  },
}));

const pipe2 = row("pipe2", 2, fc.constantFrom(0, netloom.O_NONBLOCK, netloom.O_CLOEXEC, 0x8), (flags) => ({
  text: `pipe2(fds, ${flags})`,
  sysText: `pipe2(${flags})`,
  linux: [SYS.pipe2, hex([4, 4], [0, 0]), flags],
  netloom: (sys) => `[${sys.pipe2(flags).join(", ")}]`,
  outcome: ({ memory }) => {
    const fds = unhex(memory[0]);
    return `[${fds.readInt32LE(0)}, ${fds.readInt32LE(4)}]`;
  },
}));

const dup = row("dup", 2, choice, (chosen, view) => {
  const fd = view.fd(chosen);
  return { text: `dup(${fd})`, linux: [SYS.dup, fd], netloom: (sys) => sys.dup(fd) };
});

const dup2 = row("dup2", 3, fc.tuple(choice, target), ([chosen, to], view) => {
  const fd = view.fd(chosen);
  return { text: `dup2(${fd}, ${to})`, linux: [SYS.dup2, fd, to], netloom: (sys) => sys.dup2(fd, to) };
});

const close = row("close", 6, choice, (chosen, view) => {
  const fd = view.fd(chosen);
  return {
    text: `close(${fd})`,
    linux: [SYS.close, fd],
    netloom: (sys) => {
      sys.close(fd);
      return 0;
    },
  };
});

const { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_GETFL, F_SETFD, F_SETFL, F_GETPIPE_SZ, F_SETPIPE_SZ, O_NONBLOCK } =
  netloom;
const command = fc.oneof(
  fc.tuple(fc.constantFrom("F_DUPFD", "F_DUPFD_CLOEXEC"), target),
  fc.tuple(fc.constantFrom("F_GETFD", "F_GETFL"), fc.constant(0)),
  fc.tuple(fc.constant("F_SETFD"), fc.nat({ max: 3 })),
  { weight: 3, arbitrary: fc.tuple(fc.constant("F_SETFL"), fc.constantFrom(0, O_NONBLOCK, O_NONBLOCK | 1, 2)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant("F_SETPIPE_SZ"), fc.constantFrom(0, 4096, 5000, 8192, 65_536, 131_072)),
  },
  fc.tuple(fc.constantFrom("9999", "F_GETPIPE_SZ"), fc.constant(0)),
);
const COMMANDS: Readonly<Record<string, number>> = {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  F_GETPIPE_SZ,
  F_SETPIPE_SZ,
};

const fcntl = row("fcntl", 6, fc.tuple(choice, command), ([chosen, [name, argument]], view) => {
  const fd = view.fd(chosen);
  const number = COMMANDS[name] ?? Number(name);
  return {
    text: `fcntl(${fd}, ${name}, ${argument})`,
    linux: [SYS.fcntl, fd, number, argument],
    netloom: (sys) => sys.fcntl(fd, number, argument),
    outcome: ({ result }) => String(name === "F_GETFL" ? result & ~O_LARGEFILE : result),
  };
});

const read = row("read", 14, fc.tuple(choice, length), ([chosen, count], view) => {
  const fd = view.fd(chosen, "readable");
  return {
    text: `read(${fd}, buffer, ${count})`,
    sysText: `read(${fd}, new Uint8Array(${count}))`,
    linux: [SYS.read, fd, `r${count}`, count],
    netloom: async (sys) => {
      const buffer = new Uint8Array(count);
      const got = await sys.read(fd, buffer);
      return bytesOutcome(got, hashOf(buffer.subarray(0, got)));
    },
    outcome: ({ result, memory }) => bytesOutcome(result, memory[0] as string),
  };
});

const write = row("write", 16, fc.tuple(choice, length), ([chosen, count], view) => {
  const fd = view.fd(chosen, "writable");
  return {
    text: `write(${fd}, bytes, ${count})`,
    sysText: `write(${fd}, new Uint8Array(${count}))`,
    linux: [SYS.write, fd, `w${count}:${view.step}`, count],
    netloom: (sys) => sys.write(fd, pattern(count, view.step)),
  };
});

const { POLLIN, POLLOUT } = netloom;
const watched = fc.tuple(choice, fc.constantFrom(POLLIN, POLLOUT, POLLIN | POLLOUT, 0));
const timeout = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(-1) });

const poll = row("poll", 6, fc.tuple(fc.array(watched, { minLength: 1, maxLength: 3 }), timeout), (args, view) => {
  const [chosen, timeoutMs] = args;
  const entries = chosen.map(([fd, events]) => ({ fd: view.fd(fd), events, revents: 0 }));
  const list = entries.map(({ fd, events }) => `{ fd: ${fd}, events: ${events} }`).join(", ");
  return {
    text: `poll((struct pollfd[]){${list.replaceAll(/\b(fd|events):/g, ".$1 =")}}, ${entries.length}, ${timeoutMs})`,
    sysText: `poll([${list}], ${timeoutMs})`,
    linux: [
      SYS.poll,
      hex(
        entries.flatMap(() => [4, 2, 2]),
        entries.flatMap(({ fd, events }) => [fd, events, 0]),
      ),
      entries.length,
      timeoutMs,
    ],
    netloom: async (sys) => pollOutcome(await sys.poll(entries, timeoutMs), entries),
    outcome: ({ result, memory }) => {
      const bytes = unhex(memory[0]);
      return pollOutcome(
        result,
        entries.map((_, index) => ({ revents: bytes.readInt16LE(8 * index + 6) })),
      );
    },
  };
});

function pollOutcome(count: number, entries: readonly { readonly revents: number }[]): string {
  return `${count} ready: ${entries.map(({ revents }) => revents).join(", ")}`;
}

export const descriptorRows: readonly Row[] = [pipe, pipe2, dup, dup2, close, fcntl, read, write, poll];
