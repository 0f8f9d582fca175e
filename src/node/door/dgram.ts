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

type Arguments = readonly unknown[];
type Constructor = new (...args: unknown[]) => dgram.Socket & { readonly type: string };
interface State {
  handle: { close(): void; lookup: unknown } | null;
}

export function patchDgram(patches: Patches): void {
  const probe = dgram.createSocket("udp4");
  stateOf(probe);
  probe.close();
  patches.replace(
    dgram as unknown as { createSocket: (...args: Arguments) => dgram.Socket },
    "createSocket",
    (original) => {
      return (...args) => make(args, (given) => original(...given));
    },
  );
  patches.replace(dgram as unknown as { Socket: Constructor }, "Socket", (original) => {
    return new Proxy(original, {
      construct: (target, args, newTarget) => make(args, (given) => Reflect.construct(target, given, newTarget)),
    });
  });
}

function make(args: Arguments, create: (args: Arguments) => dgram.Socket): dgram.Socket {
  const owner = current();
  if (owner === undefined) return create(args);
  const [options, ...rest] = args;
  // Node closes it as it is made: here when it has a handle of ours.
  const isAborted = hasAbortedSignal(options);
  const socket = create(isAborted ? [{ ...options, signal: undefined }, ...rest] : args);
  replaceHandle(owner, socket as InstanceType<Constructor>);
  if (isAborted) socket.close();
  return socket;
}

function hasAbortedSignal(options: unknown): options is object {
  if (typeof options !== "object" || options === null) return false;
  const { signal } = options as { signal?: unknown };
  return typeof signal === "object" && (signal as Partial<AbortSignal> | null)?.aborted === true;
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
