/**
 * setTimeout() of sockets and of HTTP/2 sessions and streams in virtual time, and all that stands on it: keepAliveTimeout of
 * http servers, agents' timeouts, tls.
 *
 * Read first: lib/internal/stream_base_commons.js of Node, setStreamTimeout(): it keeps a timer under a symbol, refreshes it
 * when something moves, and clears it in the end. Here that timer is one of ours, which looks like Node's to those calls.
 */
import http2 from "node:http2";
import net from "node:net";
import { Duplex } from "node:stream";
import { current } from "./context.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { StreamHandle } from "./stream-handle.ts";
import { DELAY_MAX_MS, VirtualTimeout } from "./timers.ts";

type SetTimeout = (this: Timed, delayMs: number, callback?: () => void) => unknown;
interface Timed {
  timeout: number;
  readonly destroyed: boolean;
  readonly _handle?: unknown;
  _onTimeout(): void;
  [timer: symbol]: unknown;
}

export function patchSocketTimeouts(patches: Patches): void {
  const symbol = timerSymbol();
  for (const prototype of [net.Socket.prototype, ...http2Prototypes()]) {
    patches.replace(prototype as unknown as { setTimeout: SetTimeout }, "setTimeout", (original) => {
      return function (this: Timed, delayMs: number, callback?: () => void): unknown {
        const owner = current();
        if (owner === undefined) return original.call(this, delayMs, callback);
        const { _handle: handle } = this;
        if (handle instanceof StreamHandle && handle.owner !== owner) handle.owner.assertNotForeign();
        const before = this[symbol];
        if (before instanceof VirtualTimeout) {
          before.clear();
          // http sets it twice for each request.
          if (prototype === net.Socket.prototype && callback === undefined && isPlain(delayMs) && !this.destroyed) {
            this.timeout = delayMs;
            if (delayMs > 0) before.restart(delayMs);
            return this;
          }
        }
        // Node checks the arguments and registers the listener; the timer that it makes is replaced at once.
        const result = original.call(this, delayMs, callback);
        const real = this[symbol];
        if (real === before || typeof real !== "object" || real === null) return result;
        originals.clearTimeout(real as NodeJS.Timeout);
        this[symbol] = new VirtualTimeout(owner, () => this._onTimeout(), delayMs, [], false).unref();
        return result;
      };
    });
  }
}

/** A delay about which Node has nothing to say. */
function isPlain(delayMs: unknown): delayMs is number {
  return typeof delayMs === "number" && delayMs >= 0 && delayMs <= DELAY_MAX_MS;
}

/** The symbol under which sockets keep their timer: it shows when one is set. */
function timerSymbol(): symbol {
  const socket = new net.Socket();
  socket.setTimeout(1);
  const found = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "timeout");
  socket.destroy();
  if (found === undefined) throw new Error("sockets keep their timer somewhere else");
  return found;
}

/** The classes of sessions and streams are not exported: a session that goes nowhere shows them. */
export function http2Prototypes(): [session: object, stream: object] {
  const nowhere = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const session = http2.connect("http://nowhere.invalid", { createConnection: () => nowhere });
  session.on("error", () => {});
  const stream = session.request();
  stream.on("error", () => {});
  const found: [object, object] = [owning(session, "setTimeout"), owning(stream, "setTimeout")];
  session.destroy();
  return found;
}

/** The object in the chain of prototypes that has a property. */
function owning(object: object, name: string): object {
  let at = object;
  while (!Object.hasOwn(at, name)) at = Object.getPrototypeOf(at);
  return at;
}
