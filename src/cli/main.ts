#!/usr/bin/env node
/**
 * The command `netloom`.
 *
 * Order: parse() → help, version or run() → exit status: 0 fine, 1 the experiment failed, 2 the command line or the
 * scenario file is wrong, 130 interrupted. What went wrong is told on standard error, without a stack of our own code.
 */
import { readFileSync } from "node:fs";
import { type Command, parse } from "./arguments.ts";
import { Failure, toFailure } from "./failure.ts";
import { HELP } from "./help.ts";
import { output } from "./output.ts";

/** Room for the frames of a scenario behind ours, which are taken out of what is shown. */
const STACK_FRAMES_MAX = 50;

async function main(): Promise<number> {
  Error.stackTraceLimit = STACK_FRAMES_MAX;
  process.on("uncaughtException", lastResort);
  process.on("unhandledRejection", lastResort);
  try {
    return await perform(parse(process.argv.slice(2)));
  } catch (error) {
    return tell(toFailure(error));
  }
}

async function perform(command: Command): Promise<number> {
  switch (command.name) {
    case "help":
      output.write(HELP[command.topic]);
      return 0;
    case "version":
      output.write(`${version()}\n`);
      return 0;
    case "explain": {
      const { explain } = await import("./explain/explain.ts");
      output.write(await explain(command.arguments));
      return 0;
    }
    case "shell": {
      const { shell } = await import("./shell.ts");
      return await shell(command.arguments);
    }
    case "run": {
      // The loader of TypeScript takes longer to start than everything else that the command can say.
      const { run } = await import("./run.ts");
      return await run(command.arguments);
    }
  }
}

/** An error that nobody caught while no world was running; in a run stray.ts takes care of it. */
function lastResort(error: unknown): void {
  if (process.listenerCount("unhandledRejection") > 1) return;
  stop(new Failure(1, `an error that nobody caught: ${toFailure(error).message}`));
}

function tell(failure: Failure): number {
  output.flush();
  process.stderr.write(`netloom: ${failure.message}\n`);
  return failure.status;
}

/** Ends at once, whatever the scenario has left open: servers and timers of its own do not keep a command alive. */
function stop(ending: Failure | number): void {
  const status = typeof ending === "number" ? ending : tell(ending);
  output.flush();
  process.exit(status);
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}

stop(await main());
