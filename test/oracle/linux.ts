/**
 * The Linux side: compiles helper.c, starts it, and lets it run programs of system calls. helper.c says how that works.
 *
 * Order: compileHelper() once → Linux.start() for each helper → run() for each program.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { User } from "./netloom.ts";

/** One system call as the helper is told it: worker, number, arguments in the notation of helper.c. */
export interface LinuxCall {
  readonly worker: number;
  readonly number: number;
  readonly args: readonly (number | string)[];
}

/** A call has returned. */
export interface LinuxAnswer {
  readonly worker: number;
  /** As the C function gives it: -1 for an error. */
  readonly result: number;
  readonly errno: number;
  /** What is in the memory that was given, in the order of the arguments: hashes of `r`, bytes in hexadecimal of `x`. */
  readonly memory: readonly string[];
}

/** What one step has come to. */
export interface LinuxStep {
  readonly answers: readonly LinuxAnswer[];
  readonly blocked: ReadonlySet<number>;
  readonly dead: ReadonlySet<number>;
  readonly stopped: ReadonlySet<number>;
}

export interface LinuxRun {
  /** The process number of worker 0. */
  readonly pid: number;
  readonly steps: readonly LinuxStep[];
}

const SOURCE = fileURLToPath(new URL("./helper.c", import.meta.url));

/** The compiled helper, and the folder in which its programs make their files. */
export interface Helper extends Disposable {
  readonly path: string;
  readonly folder: string;
}

/** The compiled helper, or why there is none. Dispose of it when the suite has ended. */
export function compileHelper(): Helper | { readonly reason: string } {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return { reason: `this is ${process.platform} on ${process.arch}: the oracle is Linux on x86-64` };
  }
  const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined) return { reason: "there is no C compiler (cc, gcc or clang)" };
  // A tmpfs, where there is one: its rules are the plainest.
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "netloom-oracle-"));
  chmodSync(folder, 0o755);
  const path = join(folder, "helper");
  const compiled = spawnSync(compiler, ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", path, SOURCE]);
  if (compiled.status !== 0) throw new Error(`${compiler} refuses helper.c:\n${compiled.stderr}`);
  return { path, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What may be compared: sockets in a network of one's own; several users; queues and keys of one's own. */
export type Feature = "network" | "users" | "ipc";

export class Linux implements Disposable {
  /** What it may do here. */
  readonly features: ReadonlySet<Feature>;
  /** Whose rights worker 0 has. */
  readonly user: User;
  readonly #helper: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(helper: ChildProcess, lines: AsyncIterator<string>, hello: readonly string[]) {
    const [uid, gid, ...features] = hello;
    this.#helper = helper;
    this.#lines = lines;
    this.user = { uid: Number(uid), gid: Number(gid) };
    this.features = new Set(features as Feature[]);
  }

  /** Starts a helper, which keeps to one processor, and to a folder of its own. */
  static async start({ path, folder }: Helper, processor: number): Promise<Linux> {
    const own = mkdtempSync(join(folder, "programs-"));
    chmodSync(own, 0o755);
    const helper = spawn(path, [String(processor), own], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: helper.stdout })[Symbol.asyncIterator]();
    const hello = await lines.next();
    if (hello.done === true) throw new Error("the oracle's helper has ended before it began");
    return new Linux(helper, lines, hello.value.split(" ").slice(1));
  }

  /** Runs the calls, one after the other, in new processes. With patience it looks again after so many µs. */
  async run(calls: readonly LinuxCall[], patienceUs: number): Promise<LinuxRun> {
    const lines = calls.map(({ worker, number, args }) => [worker, number, ...args].join(" "));
    this.#helper.stdin?.write(`program ${calls.length} ${patienceUs}\n${lines.join("\n")}\n`);
    let pid = 0;
    const steps: LinuxStep[] = [];
    let answers: LinuxAnswer[] = [];
    for (;;) {
      const [word, ...fields] = (await this.#line()).split(" ");
      if (word === "pid") {
        pid = Number(fields[0]);
      } else if (word === "done") {
        const [worker, result, errno] = fields.slice(0, 3).map(Number) as [number, number, number];
        answers.push({ worker, result, errno, memory: fields.slice(3) });
      } else if (word === "end") {
        const [blocked, dead, stopped] = fields.map((field) => members(Number(field))) as [Workers, Workers, Workers];
        steps.push({ answers, blocked, dead, stopped });
        answers = [];
      } else if (word === "bye") {
        return { pid, steps };
      }
    }
  }

  /** Ends the helper, and with it its workers. */
  [Symbol.dispose](): void {
    this.#helper.stdin?.end();
  }

  async #line(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error("the oracle's helper has ended in the middle of a program");
    return line.value;
  }
}

type Workers = ReadonlySet<number>;

function members(bits: number): Workers {
  return new Set([0, 1, 2, 3].filter((worker) => (bits & (1 << worker)) !== 0));
}
