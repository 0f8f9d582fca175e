/**
 * node:dgram on virtual hosts: a socket gets a handle of ours as it is made. All the rest is Node's own code.
 *
 * Read first: lib/dgram.js of Node: the socket keeps its handle in an object under a symbol.
 */
import dgram from "node:dgram";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { UdpHandle } from "./udp-handle.ts";

type Constructor = new (...args: unknown[]) => dgram.Socket & { readonly type: string };
interface State {
  handle: { close(): void; lookup: unknown } | null;
}

export function patchDgram(patches: Patches): void {
  const probe = dgram.createSocket("udp4");
  stateOf(probe);
  probe.close();
  const make = (create: () => dgram.Socket): dgram.Socket => {
    const socket = create();
    const owner = current();
    if (owner !== undefined) replaceHandle(owner, socket as InstanceType<Constructor>);
    return socket;
  };
  patches.replace(dgram, "createSocket", (original) => {
    return ((...args: Parameters<typeof dgram.createSocket>) => make(() => original(...args))) as typeof original;
  });
  patches.replace(dgram as unknown as { Socket: Constructor }, "Socket", (original) => {
    return new Proxy(original, {
      construct: (target, args, newTarget) => make(() => Reflect.construct(target, args, newTarget)),
    });
  });
}

/** The same of every socket. */
let symbol: symbol | undefined;

/** What a socket has as its handle; null when it is closed. */
export function datagramHandle(socket: dgram.Socket): object | null {
  return stateOf(socket).handle;
}

function stateOf(socket: dgram.Socket): State {
  symbol ??= Object.getOwnPropertySymbols(socket).find(({ description }) => description === "state symbol");
  const state = symbol === undefined ? undefined : (socket as unknown as Record<symbol, State>)[symbol];
  if (state === undefined) throw new Error("a dgram.Socket keeps its state somewhere else");
  return state;
}

function replaceHandle(owner: NodeProcess, socket: InstanceType<Constructor>): void {
  const state = stateOf(socket);
  const real = state.handle as NonNullable<State["handle"]>;
  const handle = new UdpHandle(owner, socket.type === "udp6" ? 6 : 4);
  handle.lookup = real.lookup;
  for (const key of Object.getOwnPropertySymbols(real)) Object.assign(handle, { [key]: Reflect.get(real, key) });
  real.close();
  state.handle = handle as unknown as State["handle"];
}
