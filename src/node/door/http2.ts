/**
 * node:http2 on virtual hosts: a session reads from a native stream of ours, which hands it frame by frame (http2-frames.ts).
 *
 * Read first: lib/internal/http2/core.js of Node: connect(), connectionListener(), setupHandle(), which takes `_handle` of the
 * socket over, at once or on "connect" or "secureConnect". A socket in clear has the native form of its handle there; under TLS
 * the handle is exchanged for a stream over it (http2-over-tls.ts) for just that moment.
 */
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { promisify } from "node:util";
import { alike } from "./alike.ts";
import { current } from "./context.ts";
import { endUnknown } from "./http2-clocks.ts";
import { overTls } from "./http2-over-tls.ts";
import { nativeForm, type Taker, toNative } from "./native-handle.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import type { StreamHandle } from "./stream-handle.ts";
import { takeOver, useNativelyUntilClose } from "./tls.ts";

type Call = (this: unknown, ...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

/** Not exported by Node. */
const ClearServer = http2.createServer().constructor as unknown as new () => object;
const SecureServer = http2.createSecureServer().constructor as unknown as new () => object;

/** Who takes connections over from this server of net? */
export function takerOf(server: object): Taker | undefined {
  if (server instanceof tls.Server) return "tls";
  return server instanceof ClearServer ? "http2 server" : undefined;
}

export function patchHttp2(patches: Patches): void {
  patches.replace(ClearServer.prototype as unknown as Calls, "emit", (original) => {
    return function (this: unknown, ...args): unknown {
      if (args[0] === "connection") takeOver(args[1], "http2 server");
      return original?.apply(this, args);
    };
  });
  patches.replace(SecureServer.prototype as unknown as Calls, "emit", (original) => {
    return function (this: unknown, ...args): unknown {
      const [event, socket] = args;
      const owner = current();
      if (event === "unknownProtocol" && owner !== undefined && isStreaming(socket)) {
        const isHeard = original?.apply(this, args);
        if (!isHeard) endUnknown(owner, this as object, socket);
        return isHeard;
      }
      if (event !== "secureConnection" || owner === undefined || !isHttp2(socket)) return original?.apply(this, args);
      return handedOver(owner, socket, "http2 server", () => original?.apply(this, args));
    };
  });
  // http2.connect() opens one socket, of net or of tls.
  patches.replace(tls as unknown as Calls, "connect", (original) => {
    return function (this: unknown, ...args): unknown {
      const told = made;
      made = null;
      const socket = original?.apply(this, args);
      told?.(socket);
      return socket;
    };
  });
  patches.replace(http2 as unknown as Calls, "connect", (original) => {
    const connecting: Call = function (this: unknown, ...args): unknown {
      const owner = current();
      if (owner === undefined) return original?.apply(this, args);
      const session = connect(owner, args, (own) => original?.apply(this, own));
      useNativelyUntilClose(owner, session as http2.ClientHttp2Session);
      return session;
    };
    return promisified(connecting, original as Call);
  });
  if (!("performServerHandshake" in http2)) return;
  patches.replace(http2 as unknown as Calls, "performServerHandshake", (original) => {
    return function (this: unknown, socket, ...rest): unknown {
      const owner = current();
      if (owner === undefined) return original?.call(this, socket, ...rest);
      takeOver(socket, "http2 server");
      const run = (): unknown => original?.call(this, socket, ...rest);
      return socket instanceof tls.TLSSocket ? handedOver(owner, socket, "http2 server", run) : run();
    };
  });
}

/** What util.promisify() gives calls Node's own connect(): in a virtual process it is to call this one. */
function promisified(connecting: Call, original: Call): Call {
  const { custom } = promisify;
  const before = (original as unknown as Record<symbol, Call>)[custom];
  if (before === undefined) return connecting;
  const promise: Call = (authority, options) => {
    if (current() === undefined) return before(authority, options);
    return new Promise((resolve, reject) => {
      const session = connecting.call(http2, authority, options, () => {
        session.removeListener("error", reject);
        resolve(session);
      }) as http2.ClientHttp2Session;
      session.once("error", reject);
    });
  };
  Object.defineProperty(connecting, custom, { value: alike(promise, before) });
  return connecting;
}

const isStreaming = (socket: unknown): socket is net.Socket => socket instanceof net.Socket;

function isHttp2(socket: unknown): socket is tls.TLSSocket {
  return socket instanceof tls.TLSSocket && socket.alpnProtocol === "h2";
}

/** Told of the socket that http2.connect() opens by itself. */
let made: ((socket: unknown) => void) | null = null;

/** The form that a socket which connects now is given. */
export function wantedForm(plain: StreamHandle): object {
  return made === null ? plain : nativeForm(plain, "http2 client");
}

/** Calls http2.connect(), and sees to the socket between its making and that of the session. */
function connect(owner: NodeProcess, args: unknown[], run: (args: unknown[]) => unknown): unknown {
  const [authority, options, ...rest] = args;
  const exchange = new Exchange(owner, "http2 client");
  const before = made;
  made = (socket) => exchange.prepare(socket);
  try {
    const create = (options as { createConnection?: unknown } | undefined)?.createConnection;
    if (typeof create !== "function") return run(args);
    const createConnection = (...own: unknown[]): unknown => {
      made = null;
      const socket: unknown = Reflect.apply(create, options, own);
      toNative(socket, "http2 client");
      exchange.prepare(socket);
      return socket;
    };
    return run([authority, { ...(options as object), createConnection }, ...rest]);
  } finally {
    made = before;
    exchange.finish();
  }
}

/** Runs what makes a session of a socket that is secure already. */
function handedOver(owner: NodeProcess, socket: tls.TLSSocket, taker: Taker, run: () => unknown): unknown {
  const exchange = new Exchange(owner, taker);
  exchange.prepare(socket);
  try {
    return run();
  } finally {
    exchange.finish();
  }
}

/** A socket of TLS whose handle is another one while a session takes it over. */
class Exchange {
  readonly #owner: NodeProcess;
  readonly #taker: Taker;
  #putBack: (() => void) | null = null;
  #socket: tls.TLSSocket | null = null;

  constructor(owner: NodeProcess, taker: Taker) {
    this.#owner = owner;
    this.#taker = taker;
  }

  /** Now, or when it is secure: the session's listener is then the next one. */
  prepare(socket: unknown): void {
    if (!(socket instanceof tls.TLSSocket)) return;
    this.#socket = socket;
    if (!socket.connecting && !(socket as { secureConnecting?: boolean }).secureConnecting) this.#exchange(socket);
    else socket.once("secureConnect", () => this.#exchange(socket));
  }

  /** The session has been made: it has taken the handle, or has its listener. */
  finish(): void {
    if (this.#putBack !== null) this.#putBack();
    else this.#socket?.once("secureConnect", () => this.#putBack?.());
  }

  #exchange(socket: tls.TLSSocket): void {
    const inside = socket as unknown as { _handle: object };
    const { _handle: handle } = inside;
    inside._handle = overTls(this.#owner, handle, this.#taker);
    this.#putBack = () => {
      inside._handle = handle;
    };
  }
}
