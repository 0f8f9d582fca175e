/**
 * node:tls on virtual hosts: a socket that it takes over gets the native form of its handle first.
 *
 * Read first: lib/_tls_wrap.js of Node; native-handle.ts. Sockets that tls.connect() opens, and those that tls.Server accepts,
 * have it from the beginning (net.ts).
 */
import type { EventEmitter } from "node:events";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { useNative } from "../turns.ts";
import { current } from "./context.ts";
import { plainOf, type Taker, toNative } from "./native-handle.ts";
import type { NodeProcess, Owned } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;

export function patchTls(patches: Patches): void {
  patches.replace(tls as unknown as { connect: Call }, "connect", (original) => {
    return function (this: unknown, ...args): unknown {
      if (current() !== undefined)
        for (const options of args) toNative((options as { socket?: unknown })?.socket, "tls");
      return original.apply(this, args);
    };
  });
  patches.replace(tls as { TLSSocket: typeof tls.TLSSocket }, "TLSSocket", (original) => {
    return new Proxy(original, {
      construct: (target, args, newTarget) => {
        const owner = current();
        if (owner === undefined) return Reflect.construct(target, args, newTarget);
        toNative(args[0], "tls");
        const socket: tls.TLSSocket = Reflect.construct(target, args, newTarget);
        if (isStream(args[0])) useNativelyUntilClose(owner, socket);
        return socket;
      },
    });
  });
  patches.replace(tls.Server.prototype as unknown as { emit: Call }, "emit", (original) => {
    return function (this: unknown, ...args): unknown {
      if (args[0] === "connection") takeOver(args[1], "tls");
      return original.apply(this, args);
    };
  });
}

/** A server of TLS or HTTP/2 is about to take this connection over. */
export function takeOver(connection: unknown, taker: Taker): void {
  const owner = current();
  if (owner === undefined) return;
  toNative(connection, taker);
  if (isStream(connection)) useNativelyUntilClose(owner, connection);
}

/** A stream that is no socket of ours: Node puts native code of its own under what it makes of it. */
function isStream(value: unknown): value is Duplex {
  return value instanceof Duplex && plainOf((value as { _handle?: unknown })._handle) === undefined;
}

/** Native code is at work for it until it closes, or its process ends. */
export function useNativelyUntilClose({ owned }: NodeProcess, emitter: EventEmitter): void {
  const abandon = useNative();
  const use: Owned = { abandon };
  owned.add(use);
  emitter.once("close", () => {
    owned.delete(use);
    abandon();
  });
}
