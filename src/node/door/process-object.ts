/**
 * The object `process`, and `console`, as code of a virtual process sees them.
 *
 * Code that names `process` gets a view of it in which `process.exitCode` is its own too, and which has no channel: those
 * properties can't be replaced on the object itself. Properties of the object that are not here (versions, memoryUsage(), …) are those of the machine.
 */
import nodeConsole from "node:console";
import { ERRNO_TEXT } from "../../abi/errno.ts";
import { signalNumber } from "../../abi/signal.ts";
import * as files from "../../kernel/calls/files.ts";
import { kill as killCall } from "../../kernel/calls/signals.ts";
import { current } from "./context.ts";
import { environmentOf } from "./environment.ts";
import { ExitSignal } from "./exit-signal.ts";
import { systemError } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";
import { consoleOf, input, output } from "./standard-streams.ts";

const ABORTED = "SIGABRT";
/** That of the Node process. */
const ENVIRONMENT = process.env;
const UMASK_MAX = 0xffff_ffff;

export function patchProcessObject(patches: Patches): void {
  for (const [name, get] of Object.entries(VALUES)) {
    const before = Object.getOwnPropertyDescriptor(process, name);
    const outside = (): unknown => (before?.get === undefined ? before?.value : before.get.call(process));
    patches.define(
      process,
      name,
      () => {
        const owner = current();
        return owner === undefined ? outside() : get(owner);
      },
      (value) => {
        const owner = current();
        if (owner !== undefined) SETTERS[name]?.(owner, value);
        else if (before?.set !== undefined) before.set.call(process, value);
        else if (before !== undefined) before.value = value;
      },
    );
  }
  for (const [name, call] of Object.entries(CALLS)) {
    if (!(name in process)) continue;
    patches.replace(process as unknown as Record<string, Call>, name, (original) => {
      return (...args) => {
        const owner = current();
        // Node's own makes the error of what it does not take.
        const isOutside = owner === undefined || TAKES[name]?.(args[0]) === false;
        return isOutside ? original?.apply(process, args) : call(owner, ...args);
      };
    });
  }
  patchChannel(patches);
  patchGlobals(patches);
  patchConsole(patches);
}

/**
 * The methods of Node's own console are bound to it, and it keeps the streams that it has found at first. Code that has taken a method
 * (`const { log } = console`) comes here from wherever it runs: what the console keeps is each time that of whose code it is.
 */
function patchConsole(patches: Patches): void {
  for (const key of Reflect.ownKeys(nodeConsole)) {
    const before = Object.getOwnPropertyDescriptor(nodeConsole, key) as PropertyDescriptor;
    const isKept = before.set !== undefined || (before.writable === true && typeof before.value !== "function");
    if (!isKept) continue;
    // It goes on with what it has come to meanwhile.
    patches.add(() => {
      if ("value" in before) Object.defineProperty(nodeConsole, key, before);
    });
    patches.define(
      nodeConsole,
      key,
      () => {
        const owner = current();
        if (owner !== undefined) return Reflect.get(consoleOf(owner), key);
        return before.get === undefined ? before.value : before.get.call(nodeConsole);
      },
      (value) => {
        const owner = current();
        if (owner !== undefined) Reflect.set(consoleOf(owner), key, value);
        else if (before.set === undefined) before.value = value;
        else before.set.call(nodeConsole, value);
      },
    );
  }
}

/** Through `import process`, too, there is no parent to talk to. */
function patchChannel(patches: Patches): void {
  for (const name of CHANNEL) {
    if (!(name in process)) continue;
    let outside: unknown = (process as unknown as Record<string, unknown>)[name];
    patches.define(
      process,
      name,
      () => (current() === undefined ? outside : undefined),
      (value) => {
        outside = value;
      },
    );
  }
}

type Call = (...args: unknown[]) => unknown;

const VALUES: Readonly<Record<string, (owner: NodeProcess) => unknown>> = {
  pid: ({ process }) => process.pid,
  ppid: ({ process }) => process.parent?.pid ?? 0,
  argv: (owner) => stateOf(owner, "argv", () => ["/usr/bin/node", `/${owner.process.name}`, ...owner.args]),
  env: (owner) => stateOf(owner, "env", () => environmentOf(owner.process.env, ENVIRONMENT)),
  title: (owner) => stateOf(owner, "title", () => owner.process.name),
  stdin: (owner) => input(owner),
  stdout: (owner) => output(owner, 1),
  stderr: (owner) => output(owner, 2),
};

/** A virtual process has no channel to a parent; but Node's own code, and that of test runners, goes on using the real one. */
const HIDDEN: ReadonlySet<PropertyKey> = new Set(["connected", "channel", "send", "disconnect"]);
/** Of these, what reaches the parent. (A test runner has taken its own before.) */
const CHANNEL: readonly string[] = ["send", "disconnect"];

const SETTERS: Readonly<Record<string, (owner: NodeProcess, value: unknown) => void>> = {
  env: (owner, value) => {
    owner.state.env = value as NodeJS.ProcessEnv;
  },
  argv: (owner, value) => {
    owner.state.argv = value as string[];
  },
  title: (owner, value) => {
    owner.state.title = String(value);
  },
};

const CALLS: Readonly<Record<string, (owner: NodeProcess, ...args: unknown[]) => unknown>> = {
  cwd: ({ process }) => {
    const path = files.getcwd(process);
    if (typeof path === "string") throw systemError(path, "uv_cwd");
    return path.text;
  },
  chdir: (owner, to) => {
    const result = owner.call("chdir", () => files.chdir(owner.process, String(to)));
    if (result === 0) return;
    const from = files.getcwd(owner.process);
    const path = typeof from === "string" ? "" : from.text;
    const error = systemError(result, "chdir");
    error.message = `${result}: ${ERRNO_TEXT[result]}, chdir '${path}' -> '${to}'`;
    throw Object.assign(error, { path, dest: to });
  },
  umask: ({ process }, mask) => {
    if (mask === undefined) return process.umask;
    return files.umask(process, typeof mask === "string" ? Number.parseInt(mask, 8) : (mask as number));
  },
  getuid: ({ process }) => process.credentials.user.real,
  geteuid: ({ process }) => process.uid,
  getgid: ({ process }) => process.credentials.group.real,
  getegid: ({ process }) => process.gid,
  getgroups: ({ process }) => [...process.groups],
  exit: (owner, status) => exit(owner, status),
  reallyExit: (owner, status) => exit(owner, status),
  abort: (owner) => {
    owner.process.kill(ABORTED);
    throw new ExitSignal(0);
  },
  kill: (owner, pid, signal = "SIGTERM") => kill(owner, pid, signal),
};

/** Which arguments Node takes, of methods that throw for others. */
const TAKES: Readonly<Record<string, (value: unknown) => boolean>> = {
  chdir: (path) => typeof path === "string" && !path.includes("\0"),
  umask: (mask) =>
    mask === undefined ||
    (typeof mask === "string" && /^[0-7]+$/.test(mask)) ||
    (Number.isInteger(mask) && (mask as number) >= 0 && (mask as number) <= UMASK_MAX),
};

/** Is that an exit code, or none at all? */
function isExitCode(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Number.isSafeInteger(typeof value === "string" && value !== "" ? Number(value) : value);
}

/** Throws what Node throws where it is no exit code. */
function checkExitCode(value: unknown): void {
  if (!isExitCode(value)) process.exitCode = value as number;
}

function exit(owner: NodeProcess, status: unknown): never {
  checkExitCode(status);
  const number = Number(status ?? owner.exitCode ?? 0);
  owner.exit(number);
  throw new ExitSignal(number);
}

function kill(owner: NodeProcess, pid: unknown, signal: unknown): true {
  const signo = signal === 0 ? 0 : signalNumber(signal as string | number);
  // Node's own makes the error of what is no process or no signal.
  if (!Number.isInteger(pid) || signo === undefined)
    return originals.kill.call(process, pid as number, signal as string);
  const result = owner.call("kill", () => killCall(owner.process, pid as number, signo));
  if (result !== 0) throw systemError(result, "kill");
  if (!owner.isAlive) throw new ExitSignal(0);
  return true;
}

function patchGlobals(patches: Patches): void {
  const real = process;
  const view = new Proxy(real, {
    get: (target, name) => {
      if (name === "exitCode") return current()?.exitCode;
      if (HIDDEN.has(name) && current() !== undefined) return undefined;
      return Reflect.get(target, name, target);
    },
    set: (target, name, value) => {
      const owner = current();
      if (name !== "exitCode" || owner === undefined) return Reflect.set(target, name, value, target);
      if (!isExitCode(value)) return Reflect.set(target, name, value, target);
      owner.exitCode = value === undefined || value === null ? undefined : Number(value);
      return true;
    },
  });
  shared(patches, "process", () => view);
  shared(patches, "console", consoleOf);
}

/** A global that is another thing inside: what is set outside of virtual processes stays there. */
function shared(patches: Patches, name: string, inside: (owner: NodeProcess) => unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  let outside: unknown = (globalThis as Record<string, unknown>)[name];
  // A tool that has replaced it meanwhile, such as a test runner, finds its own again.
  patches.add(() => {
    if (before !== undefined && "value" in before) {
      Object.defineProperty(globalThis, name, { ...before, value: outside });
    }
  });
  patches.define(
    globalThis,
    name,
    () => {
      const owner = current();
      return owner === undefined ? outside : inside(owner);
    },
    (value) => {
      if (current() === undefined) outside = value;
    },
  );
}
