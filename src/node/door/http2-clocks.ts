/**
 * What HTTP/2 says of the time, in virtual time: the date of a response, which Node caches for a real second, and how long a
 * PING or SETTINGS took, which Node measures in native code; a PING also carries the clock.
 *
 * Read first: lib/internal/http2/core.js of Node: prepareResponseHeaders(), Http2Session.ping(), settingsCallback().
 */
import type net from "node:net";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { http2Prototypes } from "./socket-timeouts.ts";
import { VirtualTimeout } from "./timers.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const PING_BYTES = 8;
/** Methods that send a response, with the place of the headers among their arguments. */
const RESPONSES: Readonly<Record<string, number>> = { respond: 0, respondWithFD: 1, respondWithFile: 1 };

export function patchHttp2Clocks(patches: Patches): void {
  const session = http2Prototypes()[0] as Calls;
  patches.replace(session, "ping", (original) => {
    return function (this: unknown, ...args) {
      const owner = current();
      const callback = args.at(-1);
      if (owner === undefined || typeof callback !== "function") return original?.apply(this, args);
      const payload = args.length > 1 && args[0] ? args[0] : clockOf(owner);
      return original?.call(this, payload, timed(owner, 1, callback as Call));
    };
  });
  patches.replace(session, "settings", (original) => {
    return function (this: unknown, settings, callback) {
      const owner = current();
      if (owner === undefined || typeof callback !== "function") return original?.call(this, settings, callback);
      return original?.call(this, settings, timed(owner, 2, callback as Call));
    };
  });
  let isDated = false;
  // The class of a server's streams is not exported: the first stream shows it.
  dateStreams = (stream) => {
    if (isDated) return;
    isDated = true;
    const prototype = prototypeOf(stream, "respond");
    if (prototype === undefined) return;
    for (const [name, place] of Object.entries(RESPONSES)) patches.replace(prototype, name, dated(place));
  };
  patches.add(() => {
    dateStreams = nothing;
  });
}

const nothing = (): void => {};

/** A server is about to be told of this stream. */
export let dateStreams: (stream: unknown) => void = nothing;

/** The callback, with the duration in ms at that place of what it is told. */
function timed(owner: NodeProcess, place: number, callback: Call): Call {
  const sentNs = owner.nowNs;
  return (...results) =>
    callback(...results.map((result, index) => (index === place ? (owner.nowNs - sentNs) / 1e6 : result)));
}

/** As Node: the clock in ns. */
function clockOf(owner: NodeProcess): Buffer {
  const bytes = Buffer.alloc(PING_BYTES);
  bytes.writeBigUInt64LE(BigInt(owner.nowNs));
  return bytes;
}

function dated(place: number): (original: Call | undefined) => Call {
  return (original) =>
    function (this: unknown, ...args) {
      const options = args[place + 1] as { sendDate?: boolean } | null | undefined;
      if (current() !== undefined && options?.sendDate !== false) args[place] = withDate(args[place] ?? {});
      return original?.apply(this, args);
    };
}

function withDate(headers: unknown): unknown {
  const date = new Date().toUTCString();
  if (Array.isArray(headers)) {
    return headers.some((name, index) => index % 2 === 0 && /^date$/i.test(name))
      ? headers
      : [...headers, "date", date];
  }
  return typeof headers !== "object" || headers === null || "date" in headers ? headers : { ...headers, date };
}

function prototypeOf(object: unknown, name: string): Calls | undefined {
  for (let at = object; at; at = Object.getPrototypeOf(at)) if (Object.hasOwn(at, name)) return at as Calls;
  return undefined;
}

/** As Node has it. */
const UNKNOWN_PROTOCOL_MS = 10_000;

/**
 * Nobody wants a client that speaks something else: Node is about to give it some time to go away. It sets a timer of the real
 * time, which it clears when the socket is closed: told so at once, it leaves that to the one that is set here.
 */
export function endUnknown(owner: NodeProcess, server: object, socket: net.Socket): void {
  const symbol = Object.getOwnPropertySymbols(server).find(({ description }) => description === "options");
  const { unknownProtocolTimeout: delayMs = UNKNOWN_PROTOCOL_MS } =
    ((server as Record<symbol, unknown>)[symbol as symbol] as { unknownProtocolTimeout?: number } | undefined) ?? {};
  const timer = new VirtualTimeout(owner, () => void socket.destroy(), delayMs, [], false).unref();
  socket.once("close", () => timer.clear());
  const own = Object.getOwnPropertyDescriptor(socket, "once");
  const putBack = (): void => {
    if (own === undefined) delete (socket as Partial<net.Socket>).once;
    else Object.defineProperty(socket, "once", own);
  };
  const { once } = socket as unknown as { once: Call };
  const leaveToUs: Call = (event, listener) => {
    putBack();
    if (event !== "close") return once.call(socket, event, listener);
    (listener as () => void)();
    return socket;
  };
  Object.assign(socket, { once: leaveToUs });
  // It has not set one.
  process.nextTick(putBack);
}
