/**
 * node:tls and node:http2 on virtual hosts: a socket that they take over gets the native form of its handle first.
 *
 * Read first: lib/_tls_wrap.js of Node; native-handle.ts. Sockets that tls.connect() and http2.connect() open, and those that their
 * servers accept, have it from the beginning (net.ts).
 */
import http2 from "node:http2";
import tls from "node:tls";
import { current } from "./context.ts";
import { toNative, withNativeForm } from "./native-handle.ts";
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
        if (current() !== undefined) toNative(args[0]);
        return Reflect.construct(target, args, newTarget);
      },
    });
  });
  for (const { prototype } of [tls.Server, Http2Server]) {
    patches.replace(prototype as unknown as { emit: Call }, "emit", (original) => {
      return function (this: unknown, ...args): unknown {
        if (args[0] === "connection" && current() !== undefined) toNative(args[1]);
        return original.apply(this, args);
      };
    });
  }
  patches.replace(http2 as unknown as { connect: Call }, "connect", (original) => {
    return function (this: unknown, ...args): unknown {
      return current() === undefined ? original.apply(this, args) : withNativeForm(() => original.apply(this, args));
    };
  });
}

/** Not exported by Node. */
const Http2Server = http2.createServer().constructor as unknown as new () => object;

/** Does it take connections over from net? */
export function takesOver(server: object): boolean {
  return server instanceof tls.Server || server instanceof Http2Server;
}
