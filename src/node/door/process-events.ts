/**
 * process.on() and its kin, in virtual processes: events and signals of the process that calls.
 *
 * Read first: lib/internal/process/{execution,promises}.js of Node, which tell of errors that nobody caught by
 * process.emit("uncaughtException" | "unhandledRejection"), in the context of who threw. That is where the error finds its
 * process. A listener for a signal is a handler by sigaction(2), which only owes the process a turn.
 */
import { SA_RESTART, SIG_DFL, SIG_IGN, SIGPIPE, signalNumber } from "../../abi/signal.ts";
import { sigaction } from "../../kernel/calls/signals.ts";
import { SignalSet } from "../../kernel/signals/signal-set.ts";
import { current, enter } from "./context.ts";
import { ExitSignal } from "./exit-signal.ts";
import { systemError } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { errorOf } from "./uncaught.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Emitter = Record<string, Method>;

const METHODS: readonly string[] =
  "on once off addListener removeListener removeAllListeners prependListener prependOnceListener listeners rawListeners listenerCount eventNames getMaxListeners setMaxListeners".split(
    " ",
  );
/** Node registers for these itself, to print them. */
const SHARED_EVENTS: ReadonlySet<unknown> = new Set(["warning", "worker"]);

export function patchProcessEvents(patches: Patches): void {
  const target = process as unknown as Emitter;
  // Some have two names.
  const made = new Map<Method, Method>();
  for (const method of METHODS) {
    patches.replace(target, method, (original) => {
      const known = made.get(original as Method);
      if (known !== undefined) return known;
      const replacement: Method = function (this: unknown, ...args: unknown[]): unknown {
        const owner = current();
        if (owner === undefined) return (original as Method).apply(process, args);
        const events = owner.events as unknown as Emitter;
        prepare(owner);
        const result = events[method]?.(...args);
        return result === owner.events ? process : result;
      };
      made.set(original as Method, replacement);
      return replacement;
    });
  }
  patches.replace(target, "emit", (original) => {
    return function (this: unknown, ...args: unknown[]): unknown {
      // Node tells of it in the context of who handled any other promise at that time.
      if (args[0] === "rejectionHandled") {
        const rejecting = rejecters.get(args[1] as object);
        if (rejecting !== undefined) return handled(rejecting, args[1]);
      }
      const owner = current();
      if (owner === undefined) return (original as Method).apply(this, args);
      const [event, ...values] = args;
      if (event === "uncaughtException" && isOrigin(values[1])) return uncaught(owner, values[0], values[1]);
      if (event === "unhandledRejection") return rejected(owner, values[0], values[1]);
      if (event === "uncaughtExceptionMonitor") return true;
      const isHeard = owner.events.emit(event as string, ...values);
      return SHARED_EVENTS.has(event) ? (original as Method).apply(this, args) : isHeard;
    };
  });
  // Node 20 and 22 don't know whose microtask it was that threw.
  patches.replace(globalThis, "queueMicrotask", (original) => (callback) => {
    const owner = current();
    if (owner === undefined || typeof callback !== "function") {
      original(callback);
      return;
    }
    original(() => {
      try {
        callback();
      } catch (error) {
        owner.uncaught(error);
      }
    });
  });
}

type Origin = "uncaughtException" | "unhandledRejection";

/** Node tells where an error comes from. Code may emit the event, too, which is for the listeners alone. */
function isOrigin(value: unknown): value is Origin {
  return value === "uncaughtException" || value === "unhandledRejection";
}

function uncaught(owner: NodeProcess, error: unknown, origin: Origin): true {
  owner.uncaught(error, origin);
  return true;
}

/** A promise whose rejection nobody handled in time. */
interface Rejection {
  readonly owner: NodeProcess;
  readonly id: number;
}

const rejecters: WeakMap<object, Rejection> = new WeakMap<object, Rejection>();

function rejected(owner: NodeProcess, reason: unknown, promise: unknown): true {
  if (!owner.isAlive || reason instanceof ExitSignal) return true;
  owner.state.rejections = (owner.state.rejections ?? 0) + 1;
  rejecters.set(promise as object, { owner, id: owner.state.rejections });
  if (owner.events.listenerCount("unhandledRejection") > 0) owner.events.emit("unhandledRejection", reason, promise);
  else owner.uncaught(errorOf(reason), "unhandledRejection");
  return true;
}

/** It was handled after all. */
function handled({ owner, id }: Rejection, promise: unknown): true {
  if (!owner.isAlive) return true;
  enter(owner, () => {
    if (owner.events.emit("rejectionHandled", promise)) return;
    process.emitWarning(
      `Promise rejection was handled asynchronously (rejection id: ${id})`,
      "PromiseRejectionHandledWarning",
    );
  });
  return true;
}

const prepared: WeakSet<NodeProcess> = new WeakSet<NodeProcess>();

/** The first listener for a signal sets a handler, the last one that goes puts the default back. */
function prepare(owner: NodeProcess): void {
  if (prepared.has(owner)) return;
  prepared.add(owner);
  const { events } = owner;
  events.on("newListener", (name: unknown) => {
    const signo = signalOf(name);
    if (signo === undefined || events.listenerCount(name as string) > 0) return;
    const handler = (): void =>
      owner.turn(() => owner.root.runInAsyncScope(() => events.emit(name as string, name, signo)));
    const set = sigaction(owner.process, signo, { handler, flags: SA_RESTART, mask: new SignalSet() });
    if (typeof set === "string") throw systemError(set, "uv_signal_start");
  });
  events.on("removeListener", (name: unknown) => {
    const signo = signalOf(name);
    if (signo === undefined || events.listenerCount(name as string) > 0) return;
    const handler = signo === SIGPIPE ? SIG_IGN : SIG_DFL;
    sigaction(owner.process, signo, { handler, flags: 0, mask: new SignalSet() });
  });
}

function signalOf(name: unknown): number | undefined {
  return typeof name === "string" && name.startsWith("SIG") ? signalNumber(name) : undefined;
}
