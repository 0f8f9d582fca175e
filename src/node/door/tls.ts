/**
 * node:tls on virtual hosts: a socket that TLS takes over gets the native form of its handle first.
 *
 * Read first: lib/_tls_wrap.js of Node; native-handle.ts. Sockets that tls.connect() opens, and those that tls.Server accepts,
 * have it from the beginning (net.ts).
 */
import tls from "node:tls";
import { current } from "./context.ts";
import { toNative } from "./native-handle.ts";
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
  patches.replace(tls.Server.prototype as unknown as { emit: Call }, "emit", (original) => {
    return function (this: unknown, ...args): unknown {
      if (args[0] === "connection" && current() !== undefined) toNative(args[1]);
      return original.apply(this, args);
    };
  });
}
