/**
 * Defaults of node:dns and node:net that Node has once in a process, such as dns.setDefaultResultOrder(): what a virtual process sets
 * is its own. Until then it has those of code outside.
 */
import dns from "node:dns";
import net from "node:net";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";

type Call = (...args: unknown[]) => unknown;
type Functions = Record<string, Call>;

/** What a process has set. */
export interface Defaults {
  resultOrder?: unknown;
  autoSelectFamily?: unknown;
  attemptTimeoutMs?: unknown;
}

/** As Node has it: a shorter one is that. */
const ATTEMPT_MIN_MS = 10;
const ATTEMPT_MAX_MS = 0x7fff_ffff;
const ORDERS: readonly unknown[] = ["verbatim", "ipv4first", "ipv6first"];

export function patchDefaults(patches: Patches): void {
  for (const module of [dns, dns.promises]) {
    own(patches, module, "DefaultResultOrder", "resultOrder", (order) => (ORDERS.includes(order) ? order : undefined));
  }
  own(patches, net, "DefaultAutoSelectFamily", "autoSelectFamily", (is) => (typeof is === "boolean" ? is : undefined));
  own(patches, net, "DefaultAutoSelectFamilyAttemptTimeout", "attemptTimeoutMs", (ms) =>
    Number.isInteger(ms) && (ms as number) > 0 && (ms as number) <= ATTEMPT_MAX_MS
      ? Math.max(ms as number, ATTEMPT_MIN_MS)
      : undefined,
  );
  patches.replace(dns as unknown as Functions, "lookup", (original) => (...args) => {
    const order = current()?.state.defaults?.resultOrder;
    return original?.apply(dns, order === undefined ? args : inOrder(args, order));
  });
}

/** set…() and get…() of a default. `read` gives the value that is kept; undefined for one that Node's own code refuses. */
function own(
  patches: Patches,
  module: object,
  name: string,
  key: keyof Defaults,
  read: (value: unknown) => unknown,
): void {
  const functions = module as Functions;
  patches.replace(functions, `set${name}`, (original) => (...args) => {
    const owner = current();
    const value = owner === undefined ? undefined : read(args[0]);
    if (owner === undefined || value === undefined) return original?.apply(module, args);
    defaultsOf(owner)[key] = value;
    return undefined;
  });
  patches.replace(functions, `get${name}`, (original) => () => {
    return current()?.state.defaults?.[key] ?? original?.call(module);
  });
}

function defaultsOf(owner: NodeProcess): Defaults {
  return stateOf(owner, "defaults", () => ({}));
}

/** The arguments of dns.lookup(), with that order unless they say one. */
function inOrder(args: unknown[], order: unknown): unknown[] {
  const [name, options, ...rest] = args;
  if (typeof options === "function") return [name, { order }, options];
  if (options === undefined || options === null) return [name, { order }, ...rest];
  if (options === 0 || options === 4 || options === 6) return [name, { family: options, order }, ...rest];
  const { order: said, verbatim } = options as { order?: unknown; verbatim?: unknown };
  const isSaid = typeof options !== "object" || (said ?? verbatim ?? undefined) !== undefined;
  return isSaid ? args : [name, { ...options, order }, ...rest];
}

/** The options of a connection, with what its process has set for what they leave open. */
export function withDefaults<T extends net.TcpNetConnectOpts>({ state }: NodeProcess, options: T): T {
  const { defaults } = state;
  if (defaults === undefined) return options;
  const { autoSelectFamily, attemptTimeoutMs } = defaults as { autoSelectFamily?: boolean; attemptTimeoutMs?: number };
  return {
    ...options,
    autoSelectFamily: options.autoSelectFamily ?? autoSelectFamily,
    autoSelectFamilyAttemptTimeout: options.autoSelectFamilyAttemptTimeout ?? attemptTimeoutMs,
  };
}
