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
/** How many sockets it has, of all names: what maxTotalSockets looks at. */
type AgentInside = http.Agent & { totalSocketCount: number };

export function patchSingletons(patches: Patches): void {
  // https.Agent calls that of http.Agent: it is named there once.
  patches.replace(http.Agent.prototype as unknown as { getName: GetName }, "getName", (original) => {
    return function (this: unknown, ...args: unknown[]): string {
      const owner = current();
      const name = original.apply(this, args);
      if (owner === undefined) return name;
      agentsOf(owner).add(this as http.Agent);
      return `${name}:${keyOf(owner)}`;
    };
  });
  // It closes the sockets of all names.
  patches.replace(http.Agent.prototype, "destroy", (original) => {
    return function (this: http.Agent): void {
      const owner = current();
      if (owner === undefined) original.call(this);
      else destroyOf(this, owner);
    };
  });
  if (!Object.hasOwn(https.Agent.prototype, "getName")) throw new Error("https.Agent has no getName()");
  patchDispatcher(patches);
}

let lastKey = 0;
const keys: WeakMap<NodeProcess, string> = new WeakMap<NodeProcess, string>();

/** Worlds may have hosts of the same name. */
export function keyOf(owner: NodeProcess): string {
  const known = keys.get(owner);
  if (known !== undefined) return known;
  const key = `${owner.hostName}.${owner.process.pid}.${++lastKey}`;
  keys.set(owner, key);
  return key;
}

/** When the process has ended, none of its sockets is left in them. */
function agentsOf(owner: NodeProcess): Set<http.Agent> {
  return stateOf(owner, "httpAgents", () => {
    const agents = new Set<http.Agent>();
    owner.owned.add({
      abandon: () => {
        for (const agent of agents) forget(agent as AgentInside, `:${keyOf(owner)}`);
      },
    });
    return agents;
  });
}

/** What Agent.removeSocket() and Agent.destroy() would do, if anything of the process could still happen. */
function forget(agent: AgentInside, suffix: string): void {
  for (const table of [agent.sockets, agent.freeSockets, agent.requests] as Record<string, unknown[]>[]) {
    for (const name of Object.keys(table)) {
      if (!name.endsWith(suffix)) continue;
      if (table !== agent.requests) agent.totalSocketCount -= table[name]?.length ?? 0;
      delete table[name];
    }
  }
}

function destroyOf(agent: http.Agent, owner: NodeProcess): void {
  for (const sockets of [agent.freeSockets, agent.sockets]) {
    for (const [name, list] of Object.entries(sockets)) {
      if (!name.endsWith(`:${keyOf(owner)}`)) continue;
      for (const socket of list ?? []) socket.destroy();
    }
  }
}

/** Where undici keeps it: the second of Node 26, which has the first as a wrapper around it. */
const PLACES: readonly symbol[] = ["undici.globalDispatcher.2", "undici.globalDispatcher.1"].map((name) =>
  Symbol.for(name),
);

type Dispatchers = Map<symbol, object>;
type DispatcherClass = new (wrapped?: object) => object;

function patchDispatcher(patches: Patches): void {
  // Node makes it when one of these is first used, as a property that can't become an accessor.
  void new Response();
  const globals = globalThis as unknown as Record<symbol, object>;
  const places = PLACES.filter((place) => globals[place] !== undefined);
  const outside = new Map(places.map((place) => [place, globals[place] as object]));
  const views = places.map((place) => ({ place, view: viewOf(place, outside) }));
  for (const { place, view } of views) globals[place] = view;
  takeDispatcher = (owner) => {
    // After each turn: nearly always there is nothing to take.
    for (let i = 0; i < views.length; i++) {
      const { place, view } = views[i] as { place: symbol; view: object };
      const now = globals[place];
      if (now === view || now === undefined) continue;
      globals[place] = view;
      dispatchersOf(owner, outside).set(place, now);
    }
  };
  patches.add(() => {
    takeDispatcher = () => {};
    for (const { place, view } of views) if (globals[place] === view) globals[place] = outside.get(place) as object;
  });
}

/** Leads to the dispatcher of the process that uses it. */
function viewOf(place: symbol, outside: Dispatchers): object {
  const own = outside.get(place) as object;
  return new Proxy(own, {
    get: (_target, name) => {
      const owner = current();
      const dispatcher = (owner === undefined ? own : dispatchersOf(owner, outside).get(place)) as Functions;
      const value = dispatcher[name];
      return typeof value === "function" ? value.bind(dispatcher) : value;
    },
  });
}

function dispatchersOf(owner: NodeProcess, outside: Dispatchers): Dispatchers {
  return stateOf(owner, "dispatchers", () => {
    const made: Dispatchers = new Map();
    let first: object | undefined;
    for (const [place, dispatcher] of outside) {
      const Dispatcher = dispatcher.constructor as DispatcherClass;
      // The class of a wrapper is given what it wraps; one and the same agent may be in both places.
      const own: object = Dispatcher.name.endsWith("Wrapper")
        ? new Dispatcher(first)
        : dispatcher === [...outside.values()][0] && first !== undefined
          ? first
          : new Dispatcher();
      first ??= own;
      made.set(place, own);
    }
    return made;
  });
}

/** setGlobalDispatcher() writes it for everybody: after a turn of a process, what it has written becomes its own. */
export let takeDispatcher: (owner: NodeProcess) => void = () => {};
