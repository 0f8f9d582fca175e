/**
 * Ctrl-C: says where the experiment was and who waited for what, and ends with status 130.
 */
import { formatSeconds, type World } from "../entry-node.ts";
import { output } from "./output.ts";
import type { Stage } from "./stage.ts";

/** 128 + SIGINT, as a shell has it. */
const EXIT_INTERRUPTED = 130;
const PROCESSES_MAX = 20;

/** Until it is disposed of, SIGINT ends the command. */
export function onInterrupt(stage: Stage): Disposable {
  const interrupted = (): void => {
    stage.end();
    output.flush();
    const { nowNs, events, calls } = stage.result();
    const place = `interrupted at ${formatSeconds(nowNs)}, after ${events} events and ${calls} calls`;
    process.stderr.write(`netloom: ${[place, ...describeProcesses(stage)].join("\n")}\n`);
    process.exit(EXIT_INTERRUPTED);
  };
  process.once("SIGINT", interrupted);
  return {
    [Symbol.dispose]: () => {
      process.off("SIGINT", interrupted);
    },
  };
}

function describeProcesses(world: World): string[] {
  const lines = [...world.hosts.values()].flatMap((host) =>
    host
      .ps()
      .filter(({ pid }) => pid !== 1)
      .map(({ name, pid, waits }) => {
        const doing = waits.map(({ call, on }) => `${call}() waits on ${on}`).join(", ");
        return `  ${name}[${pid}] on ${host.name}: ${doing === "" ? "running" : doing}`;
      }),
  );
  const more = lines.length - PROCESSES_MAX;
  return more > 0 ? [...lines.slice(0, PROCESSES_MAX), `  and ${more} more processes`] : lines;
}
