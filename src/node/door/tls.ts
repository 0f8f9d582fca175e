/**
 * node:tls and node:http2 on virtual hosts: a socket that they take over gets the native form of its handle first.
 *
 * Read first: lib/_tls_wrap.js of Node; native-handle.ts. Sockets that tls.connect() and http2.connect() open, and those that their
 * servers accept, have it from the beginning (net.ts).
 */
import type { EventEmitter } from "node:events";
import http2 from "node:http2";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { useNative } from "../turns.ts";
import { current } from "./context.ts";
import { plainOf, toNative, withNativeForm } from "./native-handle.ts";
import type { NodeProcess, Owned } from "./node-process.ts";
import type { Patches } from "./patch.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;

export function patchTls(patches: Patches): void {
  patches.replace(tls as unknown as { connect: Call }, "connect", (original) => {
    return function (this: unknown, ...args): unknown {
      if (current() !== undefined) for (const options of args) toNative((options as { socket?: unknown })?.socket);
      return original.apply(this, args);
    };
  });
  patches.replace(tls as { TLSSocket: typeof tls.TLSSocket }, "TLSSocket", (original) => {
    return new Proxy(original, {
      construct: (target, args, newTarget) => {
        const owner = current();
        if (owner === undefined) return Reflect.construct(target, args, newTarget);
        toNative(args[0]);
        const socket: tls.TLSSocket = Reflect.construct(target, args, newTarget);
        if (isStream(args[0])) useNativelyUntilClose(owner, socket);
        return socket;
      },
    });
  });
  for (const { prototype } of [tls.Server, Http2Server]) {
    patches.replace(prototype as unknown as { emit: Call }, "emit", (original) => {
      return function (this: unknown, ...args): unknown {
        const owner = current();
        if (args[0] === "connection" && owner !== undefined) {
          toNative(args[1]);
          if (isStream(args[1])) useNativelyUntilClose(owner, args[1]);
        }
        return original.apply(this, args);
      };
    });
  }
  patches.replace(http2 as unknown as { connect: Call }, "connect", (original) => {
    return function (this: unknown, ...args): unknown {
      const owner = current();
      if (owner === undefined) return original.apply(this, args);
      const session = withNativeForm(() => original.apply(this, args)) as http2.ClientHttp2Session;
      useNativelyUntilClose(owner, session);
      return session;
    };
  });
}

/** A stream that is no socket of ours: Node puts native code of its own under what it makes of it. */
function isStream(value: unknown): value is Duplex {
  return value instanceof Duplex && plainOf((value as { _handle?: unknown })._handle) === undefined;
}

/** Native code is at work for it until it closes, or its process ends. */
function useNativelyUntilClose({ owned }: NodeProcess, emitter: EventEmitter): void {
  const abandon = useNative();
  const use: Owned = { abandon };
  owned.add(use);
  emitter.once("close", () => {
    owned.delete(use);
    abandon();
  });
}

/** Not exported by Node. */
const Http2Server = http2.createServer().constructor as unknown as new () => object;

/** Does it take connections over from net? */
export function takesOver(server: object): boolean {
  return server instanceof tls.Server || server instanceof Http2Server;
}
