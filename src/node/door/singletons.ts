/**
 * What Node has once in a process, and virtual processes must not share: sockets that http agents keep, and the dispatcher
 * behind fetch().
 *
 * An agent keeps its sockets by a name; in virtual processes the name says whose they are, so that an agent which a module
 * made once, http.globalAgent or a library's, gives each process its own. undici's global dispatcher is a view that leads to
 * one of the process. Read first: lib/_http_agent.js of Node, Agent.getName(); undici, lib/global.js.
 */
import http from "node:http";
import https from "node:https";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";

type GetName = (this: unknown, ...args: unknown[]) => string;
type Functions = Record<PropertyKey, unknown>;

export function patchSingletons(patches: Patches): void {
  // https.Agent calls that of http.Agent: it is named there once.
  patches.replace(http.Agent.prototype as unknown as { getName: GetName }, "getName", (original) => {
    return function (this: unknown, ...args: unknown[]): string {
      const owner = current();
      const name = original.apply(this, args);
      return owner === undefined ? name : `${name}:${keyOf(owner)}`;
    };
  });
  if (!Object.hasOwn(https.Agent.prototype, "getName")) throw new Error("https.Agent has no getName()");
  patchDispatcher(patches);
}

let lastKey = 0;
const keys: WeakMap<NodeProcess, string> = new WeakMap<NodeProcess, string>();

/** Worlds may have hosts of the same name. */
function keyOf(owner: NodeProcess): string {
  const known = keys.get(owner);
  if (known !== undefined) return known;
  const key = `${owner.hostName}.${owner.process.pid}.${++lastKey}`;
  keys.set(owner, key);
  return key;
}

const DISPATCHER: symbol = Symbol.for("undici.globalDispatcher.1");

function patchDispatcher(patches: Patches): void {
  // Node makes it when one of these is first used, as a property that can't become an accessor.
  void new Response();
  const globals = globalThis as unknown as Record<symbol, object>;
  const outside = globals[DISPATCHER];
  if (outside === undefined) return;
  const Agent = outside.constructor as new () => object;
  const chosen = (): object => {
    const owner = current();
    return owner === undefined ? outside : stateOf(owner, "dispatcher", () => new Agent());
  };
  const view = new Proxy(outside, {
    get: (_target, name) => {
      const dispatcher = chosen() as Functions;
      const value = dispatcher[name];
      return typeof value === "function" ? value.bind(dispatcher) : value;
    },
  });
  globals[DISPATCHER] = view;
  takeDispatcher = (owner) => {
    const now = globals[DISPATCHER];
    if (now === view || now === undefined) return;
    globals[DISPATCHER] = view;
    owner.state.dispatcher = now;
  };
  patches.add(() => {
    takeDispatcher = () => {};
    if (globals[DISPATCHER] === view) globals[DISPATCHER] = outside;
  });
}

/** setGlobalDispatcher() writes it for everybody: after a turn of a process, what it has written becomes its own. */
export let takeDispatcher: (owner: NodeProcess) => void = () => {};
