/**
 * The clocks inside node:http in virtual time: the Date header, which Node caches for a real second, and the limits on how
 * long a client may take to send its request (headersTimeout, requestTimeout), which Node keeps in native code.
 *
 * Read first: lib/_http_outgoing.js, _storeHeader(); lib/_http_server.js, checkConnections(); lib/internal/http.js, utcDate().
 */
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { current } from "./context.ts";
import { dateStreams } from "./http2-clocks.ts";
import type { NodeProcess } from "./node-process.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { VirtualTimeout } from "./timers.ts";

type StoreHeader = (this: Outgoing, firstLine: string, headers: unknown) => void;
interface Outgoing {
  _header: string;
  sendDate: boolean;
  hasHeader(name: string): boolean;
}

export function patchHttpClocks(patches: Patches): void {
  probe();
  const outgoing = http.OutgoingMessage.prototype as unknown as { _storeHeader: StoreHeader };
  patches.replace(outgoing, "_storeHeader", (original) => {
    return function (this: Outgoing, firstLine, headers) {
      original.call(this, firstLine, headers);
      const owner = current();
      if (owner === undefined || !this.sendDate || this.hasHeader("date") || namesDate(headers)) return;
      this._header = withDate(this._header, owner);
    };
  });
  // Where http.Server begins to check its connections: when it listens.
  patches.replace(net.Server.prototype as unknown as { emit: Emit }, "emit", (original) => {
    return function (this: net.Server, event, ...values) {
      const owner = current();
      if (event === "stream") dateStreams(values[0]);
      if (owner !== undefined && event === "listening" && isHttp(this)) {
        const isHeard = original.call(this, event, ...values);
        virtualizeChecks(owner, this);
        return isHeard;
      }
      return original.call(this, event, ...values);
    };
  });
}

const DATE_NAME = "\r\nDate: ";
let lastDate = { second: -1, text: "" };

/** What Node has written there is a date, too, and as long. */
function withDate(header: string, { wallMs }: NodeProcess): string {
  const at = header.indexOf(DATE_NAME);
  if (at < 0) return header;
  const second = Math.floor(wallMs / 1000);
  if (lastDate.second !== second) lastDate = { second, text: new originals.Date(wallMs).toUTCString() };
  const begin = at + DATE_NAME.length;
  return header.slice(0, begin) + lastDate.text + header.slice(begin + lastDate.text.length);
}

type Emit = (this: net.Server, event: string, ...values: unknown[]) => boolean;
type HttpServer = http.Server & { readonly [interval: symbol]: NodeJS.Timeout };

const isHttp = (server: net.Server): server is HttpServer =>
  server instanceof http.Server || server instanceof https.Server;

/** Headers that writeHead() was given, in one of its two forms. */
function namesDate(headers: unknown): boolean {
  if (headers === null || headers === undefined) return false;
  const names = Array.isArray(headers) ? headers.filter((_, index) => index % 2 === 0) : Object.keys(headers);
  return names.some((name) => String(name).toLowerCase() === "date");
}

/** How far a client has come with the request that it sends. */
interface Sending {
  /** When the connection, or the first byte of the next request, came. Null: between two requests. */
  sinceNs: number | null;
  hasHeaders: boolean;
}

/** Under it a server that listens keeps the interval in which it checks its connections. */
function intervalSymbol(server: object): symbol {
  const symbol = Object.getOwnPropertySymbols(server).find(
    ({ description }) => description === "http.server.connectionsCheckingInterval",
  );
  if (symbol === undefined) throw new Error("http.Server keeps its interval somewhere else");
  return symbol;
}

/** A server that only believes that it listens shows whether Node is one that the door knows. */
function probe(): void {
  const server = http.createServer() as HttpServer;
  server.emit("listening");
  originals.clearInterval(server[intervalSymbol(server)]);
}

function virtualizeChecks(owner: NodeProcess, server: HttpServer): void {
  const symbol = intervalSymbol(server);
  originals.clearInterval(server[symbol]);
  const clients = new Map<net.Socket, Sending>();
  const event = server instanceof https.Server ? "secureConnection" : "connection";
  server.prependListener(event, (socket: net.Socket) => follow(owner, clients, socket));
  server.prependListener("request", (request: http.IncomingMessage) => {
    const sending = clients.get(request.socket);
    if (sending === undefined) return;
    sending.hasHeaders = true;
    request.on("end", () => {
      sending.sinceNs = null;
      sending.hasHeaders = false;
    });
  });
  const { connectionsCheckingInterval = 30_000 } = server as { connectionsCheckingInterval?: number };
  const check = new VirtualTimeout(owner, () => expire(owner, server, clients), connectionsCheckingInterval, [], true);
  // Node clears it when the server is closed.
  (server as unknown as Record<symbol, unknown>)[symbol] = check.unref();
}

function follow(owner: NodeProcess, clients: Map<net.Socket, Sending>, socket: net.Socket): void {
  const sending: Sending = { sinceNs: owner.nowNs, hasHeaders: false };
  clients.set(socket, sending);
  socket.on("close", () => clients.delete(socket));
  const { push } = socket;
  socket.push = function (this: net.Socket, ...args) {
    sending.sinceNs ??= owner.nowNs;
    return push.apply(this, args);
  };
}

function expire(owner: NodeProcess, server: http.Server, clients: Map<net.Socket, Sending>): void {
  const { headersTimeout, requestTimeout } = server;
  if (headersTimeout === 0 && requestTimeout === 0) return;
  for (const [socket, { sinceNs, hasHeaders }] of clients) {
    // A socket that was upgraded has no parser any more: it belongs to another protocol.
    const { parser } = socket as net.Socket & { parser?: object | null };
    if (sinceNs === null || !parser) continue;
    const tookMs = (owner.nowNs - sinceNs) / 1e6;
    const isLate =
      (requestTimeout > 0 && tookMs >= requestTimeout) ||
      (!hasHeaders && headersTimeout > 0 && tookMs >= headersTimeout);
    // The listener of the server answers 408, or asks "clientError".
    if (isLate) socket.emit("error", Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" }));
  }
}
