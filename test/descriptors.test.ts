/** Descriptors of several processes against a plain model of POSIX: tables of small numbers that share descriptions. */
import fc from "fast-check";
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_NONBLOCK,
  O_WRONLY,
  type Program,
  SIG_IGN,
  SIGPIPE,
  World,
} from "netloom";
import { descriptorCalls, ioCalls, type Process, processCalls } from "netloom/kernel";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const LIMIT = 1024;
const PAGE = 4096;
const PAGES = 16;
const CAPACITY = PAGES * PAGE;

interface Description {
  readonly kind: "console" | "read" | "write";
  readonly pipe: number;
  flags: number;
}

interface Slot {
  readonly description: Description;
  closeOnExec: boolean;
}

/** What POSIX says, in the simplest words: no counting of references, just a look at who refers to what. */
class Model {
  readonly tables: Map<number, Slot>[] = [];
  /** By pipe: the pages in use, each with how much of it is unread and where that ends. */
  readonly contents: { held: number; end: number }[][] = [];

  spawn(): void {
    const console: Description = { kind: "console", pipe: -1, flags: 2 };
    this.tables.push(new Map([0, 1, 2].map((fd) => [fd, { description: console, closeOnExec: false }])));
  }

  fork(process: number): void {
    this.tables.push(new Map([...this.table(process)].map(([fd, slot]) => [fd, { ...slot }])));
  }

  exec(process: number): void {
    for (const [fd, { closeOnExec }] of [...this.table(process)]) if (closeOnExec) this.table(process).delete(fd);
  }

  exit(process: number): void {
    this.table(process).clear();
  }

  pipe(process: number): readonly number[] {
    const pipe = this.contents.push([]) - 1;
    return [
      this.#install(process, { description: { kind: "read", pipe, flags: 0 }, closeOnExec: false }, 0),
      this.#install(process, { description: { kind: "write", pipe, flags: O_WRONLY }, closeOnExec: false }, 0),
    ];
  }

  close(process: number, fd: number): number | string {
    return this.table(process).delete(fd) ? 0 : "EBADF";
  }

  duplicate(process: number, fd: number, from: number, closeOnExec: boolean): number | string {
    const slot = this.table(process).get(fd);
    if (slot === undefined) return "EBADF";
    if (from < 0 || from >= LIMIT) return "EINVAL";
    return this.#install(process, { ...slot, closeOnExec }, from);
  }

  dup2(process: number, fd: number, to: number): number | string {
    const slot = this.table(process).get(fd);
    if (slot === undefined || to < 0 || to >= LIMIT) return "EBADF";
    if (fd !== to) this.table(process).set(to, { ...slot, closeOnExec: false });
    return to;
  }

  slot(process: number, fd: number): Slot | undefined {
    return this.table(process).get(fd);
  }

  write(process: number, fd: number, length: number): number | string {
    const description = this.slot(process, fd)?.description;
    if (description === undefined || description.kind === "read") return "EBADF";
    if (description.kind === "console") return length;
    if (length === 0) return 0;
    if (!this.#isHeld(description.pipe, "read")) return "EPIPE";
    const pages = this.contents[description.pipe] ?? [];
    let rest = length;
    const last = pages.at(-1);
    const odd = length % PAGE;
    if (last !== undefined && last.end + odd <= PAGE) {
      last.held += odd;
      last.end += odd;
      rest -= odd;
    }
    while (rest > 0 && pages.length < PAGES) {
      const bytes = Math.min(rest, PAGE);
      pages.push({ held: bytes, end: bytes });
      rest -= bytes;
    }
    return rest === length ? "EAGAIN" : length - rest;
  }

  read(process: number, fd: number, length: number): number | string {
    const description = this.slot(process, fd)?.description;
    if (description === undefined || description.kind === "write") return "EBADF";
    if (description.kind === "console" || length === 0) return 0;
    const pages = this.contents[description.pipe] ?? [];
    if (pages.length === 0) return this.#isHeld(description.pipe, "write") ? "EAGAIN" : 0;
    let rest = length;
    for (let first = pages[0]; first !== undefined && rest > 0; first = pages[0]) {
      const bytes = Math.min(first.held, rest);
      first.held -= bytes;
      rest -= bytes;
      if (first.held === 0) pages.shift();
    }
    return length - rest;
  }

  #isHeld(pipe: number, kind: "read" | "write"): boolean {
    return this.tables.some((table) =>
      [...table.values()].some(({ description }) => description.pipe === pipe && description.kind === kind),
    );
  }

  table(process: number): Map<number, Slot> {
    return this.tables[process] as Map<number, Slot>;
  }

  #install(process: number, slot: Slot, from: number): number {
    let fd = from;
    while (this.table(process).has(fd)) fd++;
    this.table(process).set(fd, slot);
    return fd;
  }
}

/** The real thing, driven by kernel calls; its programs sleep for ever, and SIGPIPE does not end them. */
class Machine {
  readonly processes: Process[] = [];
  readonly #host = new World({ console: () => {} }).host("alice");
  readonly #program: Program = (sys) => sys.sleep(1e6);

  spawn(): void {
    this.#keep(this.#host.spawn("program", this.#program).pid);
    const { signals } = this.at(0);
    signals.setAction(SIGPIPE, { ...signals.actionOf(SIGPIPE), handler: SIG_IGN });
  }

  fork(process: number): void {
    this.#keep(processCalls.fork(this.at(process), this.#program, []) as number);
  }

  at(process: number): Process {
    return this.processes[process] as Process;
  }

  exec(process: number): void {
    processCalls.exec(this.at(process), "program", this.#program, []);
  }

  #keep(pid: number): void {
    this.processes.push(this.#host.kernel.processes.get(pid) as Process);
  }
}

describe("descriptors", () => {
  test("behave as the model in any sequence of calls by up to four processes", () => {
    const fd = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 12 }) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 1023, 1024) },
    );
    const length = fc.constantFrom(0, 1, 100, PAGE, PAGE + 1, CAPACITY, CAPACITY + 1);
    const which = fc.nat({ max: 3 });
    const step = fc.oneof(
      fc.tuple(fc.constant("fork" as const), which),
      fc.tuple(fc.constant("exec" as const), which),
      fc.tuple(fc.constant("exit" as const), which),
      { weight: 2, arbitrary: fc.tuple(fc.constant("pipe" as const), which) },
      { weight: 2, arbitrary: fc.tuple(fc.constant("close" as const), which, fd) },
      fc.tuple(fc.constant("dup" as const), which, fd),
      { weight: 2, arbitrary: fc.tuple(fc.constant("dup2" as const), which, fd, fd) },
      fc.tuple(fc.constant("dupfd" as const), which, fd, fd, fc.boolean()),
      fc.tuple(fc.constant("cloexec" as const), which, fd, fc.boolean()),
      fc.tuple(fc.constant("nonblock" as const), which, fd, fc.boolean()),
      { weight: 3, arbitrary: fc.tuple(fc.constant("write" as const), which, fd, length) },
      { weight: 3, arbitrary: fc.tuple(fc.constant("read" as const), which, fd, length) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const model = new Model();
        const machine = new Machine();
        model.spawn();
        machine.spawn();
        for (const [call, chosen, ...args] of steps) {
          const process = chosen % model.tables.length;
          const at = machine.at(process);
          if (at.state !== "running") continue;
          const [first = 0, second = 0, third] = args as [number?, number?, boolean?];
          switch (call) {
            case "fork":
              if (model.tables.length < 4) {
                model.fork(process);
                machine.fork(process);
              }
              break;
            case "exec":
              model.exec(process);
              machine.exec(process);
              break;
            case "exit":
              if (process > 0) {
                model.exit(process);
                at.kill();
              }
              break;
            case "pipe":
              expect(descriptorCalls.pipe(at)).toEqual(model.pipe(process));
              break;
            case "close":
              expect(ioCalls.close(at, first)).toBe(model.close(process, first));
              break;
            case "dup":
              expect(descriptorCalls.dup(at, first)).toBe(model.duplicate(process, first, 0, false));
              break;
            case "dup2":
              expect(descriptorCalls.dup2(at, first, second)).toBe(model.dup2(process, first, second));
              break;
            case "dupfd": {
              const command = third === true ? F_DUPFD_CLOEXEC : F_DUPFD;
              const expected = model.duplicate(process, first, second, third === true);
              expect(descriptorCalls.fcntl(at, first, command, second)).toBe(expected);
              break;
            }
            case "cloexec": {
              const on = (args[1] as unknown as boolean) ? FD_CLOEXEC : 0;
              const slot = model.slot(process, first);
              if (slot !== undefined) slot.closeOnExec = on !== 0;
              expect(descriptorCalls.fcntl(at, first, F_SETFD, on)).toBe(slot === undefined ? "EBADF" : 0);
              expect(descriptorCalls.fcntl(at, first, F_GETFD, 0)).toBe(slot === undefined ? "EBADF" : on);
              break;
            }
            case "nonblock": {
              const on = (args[1] as unknown as boolean) ? O_NONBLOCK : 0;
              const description = model.slot(process, first)?.description;
              if (description !== undefined) description.flags = (description.flags & ~O_NONBLOCK) | on;
              expect(descriptorCalls.fcntl(at, first, F_SETFL, on)).toBe(description === undefined ? "EBADF" : 0);
              expect(descriptorCalls.fcntl(at, first, F_GETFL, 0)).toBe(description?.flags ?? "EBADF");
              break;
            }
            case "write":
              expect(ioCalls.write(at, first, new Uint8Array(second))).toBe(model.write(process, first, second));
              break;
            case "read":
              expect(ioCalls.read(at, first, new Uint8Array(second))).toBe(model.read(process, first, second));
              break;
          }
          const open = [...at.descriptors.entries()].map((entry) => entry.fd);
          expect(open).toEqual([...model.table(process).keys()].sort((a, b) => a - b));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("run out at RLIMIT_NOFILE: EMFILE, and nothing leaks", async () => {
    await runProgram((sys) => {
      let last = 0;
      for (;;) {
        try {
          last = sys.dup(0);
        } catch (error) {
          expect(error).toMatchObject({ code: "EMFILE", errno: 24, syscall: "dup" });
          break;
        }
      }
      expect(last).toBe(LIMIT - 1);
      sys.close(500);
      // A pipe takes two: the one that was installed first is given back.
      expect(() => sys.pipe()).toThrow("EMFILE");
      expect(sys.dup(0)).toBe(500);
    });
  });

  test("numbers that are none are EBADF", async () => {
    await runProgram(async (sys) => {
      for (const fd of [-1, 3, 0.5, Number.NaN, 1e9, "1" as never, undefined as never]) {
        expect(() => sys.dup(fd), String(fd)).toThrow("EBADF");
        await expect(sys.read(fd, new Uint8Array(1))).rejects.toThrow("EBADF");
      }
      await expect(sys.read(0, [] as never)).rejects.toThrow("EFAULT");
    });
  });
});
