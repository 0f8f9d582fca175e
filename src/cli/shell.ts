/**
 * `netloom shell`: a person sits at a host's terminal, in real time; or a script from standard input runs there.
 *
 * Order: load the scenario, or take the world of three hosts → build → choose the host → sit() at a terminal (keyboard.ts), or
 * runScript() where standard input is none → the shell's exit status.
 */
import type { Host } from "../entry-kernel.ts";
import {
  type ConsoleOutput,
  type SpawnedProcess,
  WEXITSTATUS,
  WIFEXITED,
  type World,
  type WorldOptions,
  WTERMSIG,
} from "../entry-node.ts";
import { Failure, summarize, toFailure } from "./failure.ts";
import { settles } from "./idle.ts";
import { Keyboard } from "./keyboard.ts";
import { load, locate, type Scenario } from "./load.ts";
import type { ShellArguments } from "./shell-arguments.ts";
import { threeHosts } from "./shell-world.ts";
import { Stage } from "./stage.ts";

/** How often it is looked whether the shell has ended. */
const LOOK_MS = 40;
/** A longer script is refused. */
const SCRIPT_MAX_BYTES = 16_777_216;

/** Runs it and answers the exit status: the shell's. */
export async function shell(given: ShellArguments): Promise<number> {
  const isPerson = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const { build, options }: Scenario =
    given.file === undefined ? { build: threeHosts, options: {} } : await load(locate(given.file));
  const listeners: ((output: ConsoleOutput) => void)[] = [];
  const ours: WorldOptions = {
    ...options,
    ...(given.seed === undefined ? {} : { seed: given.seed }),
    ...(isPerson ? { time: "real" } : {}),
    console: (output) => {
      for (const listener of listeners) listener(output);
    },
  };
  const stage = new Stage(ours);
  await settles(build(stage), "the scenario");
  const host = chooseHost(stage, given.host);
  const listen = (listener: (output: ConsoleOutput) => void): void => void listeners.push(listener);
  return isPerson ? await sit(stage, host, given, listen) : await runScript(stage, host, given, listen);
}

function chooseHost(world: World, name: string | undefined): Host {
  const names = [...world.hosts.keys()];
  const chosen = name ?? names[0];
  if (chosen === undefined) throw new Failure(2, "the scenario makes no host to sit at");
  const host = world.hosts.get(chosen);
  if (host === undefined) throw new Failure(2, `there is no host "${chosen}"; there are ${names.join(", ")}`);
  return host as Host;
}

function environment(): Record<string, string> {
  return { PATH: "/bin", HOME: "/root", USER: "root", SHELL: "/bin/sh", TERM: process.env.TERM ?? "dumb" };
}

/** A person at a terminal. */
async function sit(
  stage: Stage,
  host: Host,
  { showsConsole }: ShellArguments,
  listen: (listener: (output: ConsoleOutput) => void) => void,
): Promise<number> {
  process.stdout.write(`This is ${host.name}. "help" tells what the shell knows; "exit" or Ctrl-D leaves.\n`);
  let hasLeft = false;
  const leave = (): void => {
    hasLeft = true;
  };
  const signals = ["SIGHUP", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, leave);
  const tell = (text: string): void => void process.stdout.write(`${text.replaceAll("\n", "\r\n")}\r\n`);
  if (showsConsole) listen(({ host: where, process: who, text }) => tell(`${where} ${who}: ${text.trimEnd()}`));
  const terminal = host.openTerminal();
  let status: number;
  try {
    using _keyboard = new Keyboard(stage, terminal, leave);
    const options = { env: environment(), cwd: "/root", terminal };
    const process_ = host.spawn("sh", host.programs.get("sh"), options);
    status = await runUntilEnd(stage, process_, () => hasLeft, tell);
  } finally {
    for (const signal of signals) process.off(signal, leave);
  }
  return status;
}

/** A script from standard input, in the world's own time. */
async function runScript(
  stage: Stage,
  host: Host,
  { showsConsole }: ShellArguments,
  listen: (listener: (output: ConsoleOutput) => void) => void,
): Promise<number> {
  if (process.stdin.isTTY !== true) {
    process.stderr.write(
      `netloom: standard input is no terminal: what comes from it is run as a script on ${host.name}\n`,
    );
  } else {
    process.stderr.write("netloom: standard output is no terminal: type a script, and Ctrl-D\n");
  }
  const text = await readAll();
  const options = { args: ["-c", text], env: environment(), cwd: "/root" };
  const process_ = host.spawn("sh", host.programs.get("sh"), options);
  const groups = new Set([process_.pid]);
  listen((output) => {
    const group = output.host === host.name ? host.kernel.processes.get(output.pid)?.pgid : undefined;
    if (group !== undefined && groups.has(group)) process.stdout.write(output.text);
    else if (showsConsole) process.stderr.write(`${output.host} ${output.process}: ${output.text}`);
  });
  return await runUntilEnd(
    stage,
    process_,
    () => false,
    (message) => void process.stderr.write(`${message}\n`),
  );
}

async function readAll(): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of process.stdin) {
    parts.push(part);
    bytes += part.length;
    if (bytes > SCRIPT_MAX_BYTES) throw new Failure(2, "the script is longer than 16 MiB");
  }
  return Buffer.concat(parts).toString();
}

/** Runs the world until the shell has ended, or the person has left; answers the exit status. */
async function runUntilEnd(
  stage: Stage,
  shell_: SpawnedProcess,
  hasLeft: () => boolean,
  tell: (text: string) => void,
): Promise<number> {
  let told = 0;
  let failure: Failure | null = null;
  const running = stage.run().catch((error: unknown) => {
    failure = toFailure(error);
  });
  let hasRun = false;
  void running.then(() => {
    hasRun = true;
  });
  while (shell_.state === "running" && !hasLeft() && !hasRun) {
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    const { crashes } = stage.result();
    for (const { host, process: who, error } of crashes.slice(told)) {
      tell(`netloom: ${who} on ${host} crashed: ${summarize(error)}`);
    }
    told = crashes.length;
  }
  const ended = shell_.state !== "running";
  const stopped: Failure | null = failure;
  if (!ended && stopped !== null) throw stopped;
  await stage.close();
  await running;
  if (!ended) return 1;
  return WIFEXITED(shell_.status) ? WEXITSTATUS(shell_.status) : 128 + WTERMSIG(shell_.status);
}
