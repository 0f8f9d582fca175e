/**
 * resolve*() and reverse() of node:dns on virtual hosts. A resolver that was told of servers asks them over the virtual network; without,
 * it answers as a name server of the world would.
 *
 * Read first: lib/internal/dns/utils.js of Node, ResolverBase; dns-records.ts, dns-client.ts. A resolver stands on a channel of
 * the binding, whose query*() are replaced; the default one is one for the whole Node process, so each virtual process has
 * servers of its own for it.
 */
import { AsyncResource } from "node:async_hooks";
import dns from "node:dns";
import { isIP } from "node:net";
import { TYPES } from "../../wire/dns.ts";
import { current, enter } from "./context.ts";
import { ask, PATIENCE, type Patience, type Server } from "./dns-client.ts";
import { answersOf, type Found, reverseName, type Type, worldRecords } from "./dns-records.ts";
import { uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

/** A request of Node's. */
export interface Asking {
  oncomplete(error: number | string | null, ...results: unknown[]): void;
}
type Query = (this: object, request: Asking, name: string) => number;
type Call = (this: object, ...args: unknown[]) => unknown;
export interface Cares {
  getaddrinfo(request: Asking, name: string, family: number, hints: number, order: unknown): number;
  getnameinfo(request: Asking, address: string, port: number): number;
  readonly ChannelWrap: { readonly prototype: object };
}
interface Resolver {
  readonly _handle: object;
}

/** What a process has told a channel. */
interface Channel {
  servers: readonly Server[];
  readonly outstanding: Set<AbortController>;
}

/** Where a resolver without servers would ask, as c-ares has it. */
const NO_SERVER: readonly Server[] = [{ address: "127.0.0.1", port: 53 }];

const LABEL_MAX = 63;
/** As text, without the root's dot. */
const NAME_MAX = 253;

const channels: WeakMap<NodeProcess, WeakMap<object, Channel>> = new WeakMap();
/** How long a channel waits, and how often it tries. */
const patience: WeakMap<object, Patience> = new WeakMap();

export function patchResolvers(patches: Patches, cares: Cares): void {
  const prototype = cares.ChannelWrap.prototype as Record<string, Call>;
  const queries = prototype as unknown as Record<string, Query>;
  const byDefault = defaultChannel(queries);
  for (const name of Object.keys(prototype).filter((key) => /^query|^getHostByAddr$/.test(key))) {
    patches.replace(queries, name, (original) => {
      return function (request, subject) {
        const owner = current();
        if (owner === undefined) return (original as Query).call(this, request, subject);
        const isReverse = name === "getHostByAddr";
        const wanted = isReverse ? reverseName(subject) : subject;
        if (wanted === undefined || (isReverse && isIP(subject) === 0)) return uvCode("EINVAL");
        const type = isReverse ? "PTR" : name.slice("query".length).toUpperCase();
        const find = !isDomainName(wanted)
          ? Promise.resolve("EBADNAME")
          : type in TYPES
            ? records(owner, this, wanted, type as Type)
            : Promise.resolve("ENODATA");
        return answer(owner, request, async () => answersOf(type as Type, await find));
      };
    });
  }
  patches.replace(prototype, "setServers", (original) => {
    return function (list) {
      const owner = current();
      if (owner === undefined) return original?.call(this, list);
      channelOf(owner, this).servers = (list as [number, string, number][]).map(([, address, port]) => ({
        address,
        port,
      }));
      return 0;
    };
  });
  patches.replace(prototype, "getServers", (original) => {
    return function () {
      const owner = current();
      if (owner === undefined) return original?.call(this);
      const { servers } = channelOf(owner, this);
      // Node writes into what it is given.
      return (servers.length === 0 ? NO_SERVER : servers).map(({ address, port }) => [address, port]);
    };
  });
  patches.replace(prototype, "cancel", (original) => {
    return function () {
      const owner = current();
      if (owner === undefined) return original?.call(this);
      for (const one of channelOf(owner, this).outstanding) one.abort();
      return undefined;
    };
  });
  // Node makes another default resolver for all: inside, that of the process is told.
  for (const module of [dns, dns.promises] as unknown as Record<string, Call>[]) {
    patches.replace(module, "setServers", (original) => {
      return (servers) => {
        const owner = current();
        if (owner === undefined) return original?.call(module, servers);
        const checking = new dns.Resolver();
        checking.setServers(servers as string[]);
        channelOf(owner, byDefault).servers = channelOf(owner, (checking as unknown as Resolver)._handle).servers;
        return undefined;
      };
    });
  }
  patchPatience(patches);
}

/** RFC 1035 §2.3.4: labels of 1 to 63 octets, 255 in all with their lengths. c-ares asks nobody for what is none. */
function isDomainName(name: string): boolean {
  const labels = name.replace(/\.$/, "");
  return (
    labels === "" ||
    (labels.length <= NAME_MAX && labels.split(".").every(({ length }) => length > 0 && length <= LABEL_MAX))
  );
}

/** A resolver's options go into native code. */
function patchPatience(patches: Patches): void {
  const base = Object.getPrototypeOf(dns.Resolver.prototype) as Record<symbol, Call>;
  const symbols = Object.getOwnPropertySymbols(base);
  const initialize = symbols.find(({ description }) => description === "dns:resolver:initializeHandle");
  if (initialize === undefined) throw new Error("resolvers make their channel otherwise");
  patches.replace(base, initialize, (original) => {
    return function (timeout, tries, ...rest) {
      const result = original?.call(this, timeout, tries, ...rest);
      patience.set((this as Resolver)._handle, {
        timeoutMs: typeof timeout === "number" && timeout >= 0 ? timeout : PATIENCE.timeoutMs,
        tries: typeof tries === "number" ? tries : PATIENCE.tries,
      });
      return result;
    };
  });
}

/** The channel of the functions of the module itself: the one that is asked. */
function defaultChannel(queries: Record<string, Query>): object {
  const { queryA } = queries;
  let asked: object = {};
  queries.queryA = function () {
    asked = this;
    return 0;
  };
  try {
    dns.resolve4("nobody.invalid", () => {});
  } finally {
    queries.queryA = queryA as Query;
  }
  return asked;
}

function channelOf(owner: NodeProcess, handle: object): Channel {
  const known = channels.get(owner) ?? new WeakMap<object, Channel>();
  channels.set(owner, known);
  const channel = known.get(handle) ?? { servers: [], outstanding: new Set<AbortController>() };
  known.set(handle, channel);
  return channel;
}

async function records(owner: NodeProcess, handle: object, name: string, type: Type): Promise<Found> {
  const { servers, outstanding } = channelOf(owner, handle);
  if (servers.length === 0) return await worldRecords(owner, name, type);
  const controller = new AbortController();
  outstanding.add(controller);
  try {
    return await enter(owner, () => ask(servers, name, type, patience.get(handle) ?? PATIENCE, controller.signal));
  } finally {
    outstanding.delete(controller);
  }
}

/** Answers the request in a turn of its own. */
export function answer(owner: NodeProcess, request: Asking, find: () => Promise<readonly unknown[]>): number {
  const scope = new AsyncResource("NETLOOM_DNS");
  owner.reference();
  void find().then((results) => {
    owner.turn(() => {
      owner.unreference();
      scope.runInAsyncScope(() => request.oncomplete(...(results as [null])));
    });
  });
  return 0;
}
