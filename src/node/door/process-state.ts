/**
 * What the parts of the door keep of a virtual process: each part makes its own when it is first asked for.
 */
import type { Console } from "node:console";
import type { Agent } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { Prng } from "../../base/prng.ts";
import type { Defaults } from "./defaults.ts";
import type { HttpParser } from "./http-parsers.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Capture } from "./uncaught.ts";

export interface ProcessState {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  console: Console;
  env: NodeJS.ProcessEnv;
  argv: string[];
  title: string;
  /** undici's dispatchers, by where undici looks for them: of global fetch() and WebSocket. */
  dispatchers: Map<symbol, object>;
  random: Prng;
  /** Descriptors of the machine that it has opened. */
  descriptors: Set<number>;
  /** Those at work for it. */
  httpParsers: Set<HttpParser>;
  /** Those that have sockets of it, perhaps. */
  httpAgents: Set<Agent>;
  capture: Capture;
  defaults: Defaults;
  /** How many promises were rejected that nobody handled in time. */
  rejections: number;
}

/** What the process has of it, made now if need be. */
export function stateOf<K extends keyof ProcessState>(
  { state }: NodeProcess,
  name: K,
  make: () => ProcessState[K],
): ProcessState[K] {
  const known = state[name];
  if (known !== undefined) return known as ProcessState[K];
  const made = make();
  state[name] = made;
  return made;
}
