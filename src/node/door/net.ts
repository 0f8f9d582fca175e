/**
 * node:net on virtual hosts: a socket that connects gets a handle of ours first, a server has one before it listens. All
 * the rest is Node's own code.
 *
 * Read first: lib/net.js of Node: Socket.prototype.connect, setupListenHandle; stream-handle.ts.
 */
import net from "node:net";
import { current } from "./context.ts";
import { PipeHandle, TcpHandle, wildcard } from "./handles.ts";
import { internals } from "./internals.ts";
import type { Patches } from "./patch.ts";
import { StreamHandle } from "./stream-handle.ts";

/** What net.Socket and net.Server have inside. */
interface Inside {
  _handle: unknown;
  [reinitialize: symbol]: (handle: unknown) => void;
}
type Connect = (this: Inside & net.Socket, ...args: unknown[]) => net.Socket;
type Listen2 = (
  this: Inside & net.Server,
  address: string | null,
  port: number,
  addressType: number | string,
  backlog: number,
  fd: number,
  flags?: number,
) => void;
interface ServerPrototype {
  _listen2: Listen2;
}

export function patchNet(patches: Patches): void {
  const { reinitializeHandle } = internals();
  patches.replace(net.Socket.prototype as unknown as { connect: Connect }, "connect", (original) => {
    return function (this: Inside & net.Socket, ...args: unknown[]): net.Socket {
      const owner = current();
      const { _handle: handle } = this;
      if (owner === undefined || handle instanceof StreamHandle) return original.apply(this, args);
      const made = isPath(args) ? new PipeHandle(owner) : new TcpHandle(owner);
      (this[reinitializeHandle] as (handle: unknown) => void).call(this, made);
      return original.apply(this, args);
    } as Connect;
  });
  patches.replace(net.Server.prototype as unknown as ServerPrototype, "_listen2", (original) => {
    return function (this: Inside & net.Server, address, port, addressType, backlog, fd, flags) {
      const owner = current();
      if (owner === undefined || fd >= 0 || this._handle) {
        original.call(this, address, port, addressType, backlog, fd, flags);
        return;
      }
      if (port === -1 && addressType === -1) {
        this._handle = bound(new PipeHandle(owner), (handle) => handle.bind(address ?? ""));
        original.call(this, address, port, addressType, backlog, fd, flags);
        return;
      }
      // As setupListenHandle() does without an address: all of them, of both families where there are two.
      const choices: [string, number | string][] =
        address === null
          ? [
              [wildcard(6), 6],
              [wildcard(4), 4],
            ]
          : [[address, addressType]];
      for (const [at, family] of choices) {
        this._handle = bound(new TcpHandle(owner), (handle) => handle.bind(at, port));
        if (!(this._handle instanceof StreamHandle) && family === 6 && choices.length > 1) continue;
        original.call(this, at, port, family, backlog, fd, flags);
        return;
      }
    } as Listen2;
  });
}

/** net.connect() has normalized its arguments already; socket.connect() may be given them as they are. */
function isPath(args: readonly unknown[]): boolean {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === "object" && first !== null) return Boolean((first as { path?: unknown }).path);
  return typeof first === "string" && !/^\d+$/.test(first);
}

/** The handle; when it can't be bound, one that says so in listen(), from which Node makes the error. */
function bound<H extends StreamHandle>(handle: H, bind: (handle: H) => number): unknown {
  const error = bind(handle);
  if (error === 0) return handle;
  handle.close();
  return { listen: () => error, close: () => {}, getAsyncId: () => handle.getAsyncId() };
}
