/**
 * What is printed after a run: the state of each host, programs that threw, files that were written, the result.
 */
import { type Crash, formatNetstat, formatSeconds, type RunResult, type World } from "../entry-node.ts";
import { describeError, summarize } from "./failure.ts";
import type { CaptureFile } from "./stage.ts";
import type { Style } from "./style.ts";

/** All of it, for people. */
export function formatReport(
  world: World,
  result: RunResult,
  crashes: readonly Crash[],
  captures: readonly CaptureFile[],
  style: Style,
): string {
  const hosts = [...world.hosts.values()].map((host) => section(host.name, formatNetstat(host.netstat()), style));
  const stacks = crashes.map((crash) => section(`crash of ${title(crash)}`, describeError(crash.error), style));
  const files = captures.length === 0 ? [] : [section("captures, for Wireshark", formatFiles(captures), style)];
  const parts = [...hosts, ...stacks, ...files];
  return `\n${parts.map((part) => `${part}\n\n`).join("")}${formatResult(result)}`;
}

/** The last line, which two equal runs have in common. */
export function formatResult({ hash, events, calls, nowNs }: RunResult): string {
  return `hash ${hash}  events ${events}  calls ${calls}  time ${formatSeconds(nowNs)}\n`;
}

/** The same as a JSON line. `error` is why the run stopped before its end. */
export function formatJsonResult(world: World, result: RunResult, error: string | undefined): string {
  const { hash, events, calls, barriers, nowNs: timeNs } = result;
  const crashes = result.crashes.map(({ error: thrown, ...crash }) => ({ ...crash, error: summarize(thrown) }));
  const record = { step: "result", seed: world.seed, hash, events, calls, barriers, timeNs, crashes };
  return `${JSON.stringify(error === undefined ? record : { ...record, error })}\n`;
}

/** A program that threw, in one line or with the places in its files. */
export function formatCrash(crash: Crash, withStack: boolean): string {
  return `${title(crash)} crashed: ${withStack ? describeError(crash.error) : summarize(crash.error)}`;
}

function formatFiles(captures: readonly CaptureFile[]): string {
  const width = Math.max(...captures.map(({ path }) => path.length));
  return captures.map(({ path, packets }) => `${path.padEnd(width)}  ${packets} packets`).join("\n");
}

function title({ process, pid, host, timeNs }: Crash): string {
  return `${process}[${pid}] on ${host} at ${formatSeconds(timeNs)}`;
}

function section(heading: string, text: string, style: Style): string {
  const body = text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
  return `${style.bold(heading)}\n${body.join("\n")}`;
}
