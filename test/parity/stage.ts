/**
 * A scenario of the parity suite is written once and played twice: on the real loopback of this machine, and on a virtual host.
 * What it answers, and the events that it watched, in order for each object, must be the same.
 */
import "netloom/register";
import { type EventEmitter, once } from "node:events";
import fs from "node:fs";
import type { AddressInfo, Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { World } from "netloom";

export type Scenario = (stage: Stage) => unknown;

/** A part of Node, and its scenarios by name. */
export interface Facet {
  readonly name: string;
  readonly scenarios: Readonly<Record<string, Scenario>>;
}

/** What came of playing a scenario. */
export interface Outcome {
  readonly result: unknown;
  readonly events: Readonly<Record<string, readonly string[]>>;
}

export class Stage {
  /** Where Unix paths may be made. */
  readonly directory: string;
  readonly events: Record<string, string[]> = {};
  readonly #after: (() => void)[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Notes each of these events of an object. */
  watch<T extends EventEmitter>(name: string, emitter: T, ...events: string[]): T {
    for (const event of events)
      emitter.on(event, (...values: unknown[]) => this.note(name, [event, ...values.map(brief)].join(" ").trim()));
    return emitter;
  }

  note(name: string, text: string): void {
    this.events[name] = [...(this.events[name] ?? []), text];
  }

  /** To be done when the scenario is over. */
  after(run: () => void): void {
    this.#after.push(run);
  }

  /** Listens on loopback, and answers the port. The server is closed when the scenario is over. */
  async listen(server: Server, ...args: unknown[]): Promise<number> {
    this.after(() => {
      server.close();
      (server as { closeAllConnections?: () => void }).closeAllConnections?.();
    });
    // A client that goes while its server writes is no error of the scenario.
    server.on("connection", (socket) => socket.on("error", () => {}));
    (server.listen as (...args: unknown[]) => void)(...(args.length === 0 ? [0, "127.0.0.1"] : args));
    await once(server, "listening");
    return (server.address() as AddressInfo | null)?.port ?? 0;
  }

  finish(): void {
    for (const run of this.#after.splice(0).reverse()) run();
  }
}

/** An error as far as it must be the same. */
function failure(error: unknown): unknown {
  const { name, message, code, errno, syscall, address, port, errors } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
    errors?: unknown[];
  };
  return JSON.parse(
    JSON.stringify({
      name,
      message: anonymous(message),
      code,
      errno,
      syscall,
      address: address === undefined ? undefined : anonymous(address),
      hasPort: port !== undefined,
      errors: errors?.map(failure),
    }),
  );
}

/** What a promise, or a call, fails with. */
export async function failureOf(attempt: (() => unknown) | PromiseLike<unknown>): Promise<unknown> {
  try {
    await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    return failure(error);
  }
  return "no failure";
}

/** Everything that a stream gives. */
export async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let whole = "";
  for await (const piece of stream) whole += String(piece);
  return whole;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The next event of an object, without minding errors. */
export const event = (emitter: EventEmitter, name: string): Promise<unknown[]> =>
  new Promise((resolve) => emitter.once(name, (...values) => resolve(values)));

/** Ports and paths differ from run to run. */
function anonymous(message: string): string {
  return message.replace(/:\d{4,5}\b/g, ":PORT").replace(/\/tmp\/parity-\w+\//g, "/tmp/");
}

function brief(value: unknown): string {
  if (value instanceof Error) return (value as NodeJS.ErrnoException).code ?? value.message;
  if (typeof value === "boolean" || typeof value === "number" || value === null) return String(value);
  return typeof value === "string" && value.length < 20 ? value : "";
}

async function play(scenario: Scenario, stage: Stage): Promise<Outcome> {
  try {
    // Both begin in a microtask.
    await null;
    const result = await scenario(stage);
    return { result: result ?? null, events: stage.events };
  } finally {
    stage.finish();
    // What closing sets off belongs to this run.
    await pause(5);
  }
}

export async function playReal(scenario: Scenario): Promise<Outcome> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "parity-"));
  try {
    return await play(scenario, new Stage(directory));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

export async function playVirtual(scenario: Scenario): Promise<Outcome> {
  const world = new World({ console: () => {} });
  const outcome = await world.host("localhost").run(() => play(scenario, new Stage("/tmp")), { env: { HOME: "/" } });
  const crash = world.result().crashes[0];
  if (crash !== undefined) throw crash.error;
  return outcome;
}
