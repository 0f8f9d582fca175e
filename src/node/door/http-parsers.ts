/**
 * The native parsers of HTTP, which stay in memory, with all that they lead to, until Node frees them: those that a process
 * leaves behind are closed when it has ended, as a kept-alive connection has one at each end.
 *
 * Read first: lib/_http_common.js of Node, freeParser() and closeParserInstance().
 */
import http from "node:http";
import { Duplex } from "node:stream";
import { current, outside } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import { originals } from "./originals.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";

export interface HttpParser {
  /** It begins to serve a connection, or a request. */
  initialize(...args: unknown[]): void;
  /** It serves nobody any more, and waits to be used again. */
  free(): void;
  /** Out of the list of connections whose time is limited. */
  remove(): void;
  close(): void;
}

/** Which process a parser works for. */
const owners: WeakMap<HttpParser, NodeProcess> = new WeakMap<HttpParser, NodeProcess>();

export function patchHttpParsers(patches: Patches): void {
  const prototype = parserPrototype();
  patches.replace(prototype, "initialize", (original) => {
    return function (this: HttpParser, ...args) {
      const owner = current();
      if (owner !== undefined) keep(owner, this);
      original.apply(this, args);
    };
  });
  for (const name of ["free", "close"] as const) {
    patches.replace(prototype, name, (original) => {
      return function (this: HttpParser) {
        forget(this);
        original.call(this);
      };
    });
  }
}

/** Of the class, which not every Node gives away: a server has a parser for each connection. */
function parserPrototype(): HttpParser {
  const connection: Duplex & { parser?: HttpParser } = new Duplex({ read() {} });
  http.createServer().emit("connection", connection);
  const { parser } = connection;
  connection.destroy();
  if (typeof parser?.initialize !== "function") throw new Error("an http.Server keeps its parsers somewhere else");
  return Object.getPrototypeOf(parser);
}

function keep(owner: NodeProcess, parser: HttpParser): void {
  if (owners.get(parser) !== owner) forget(parser);
  owners.set(parser, owner);
  parsersOf(owner).add(parser);
}

function forget(parser: HttpParser): void {
  const owner = owners.get(parser);
  if (owner === undefined) return;
  owners.delete(parser);
  parsersOf(owner).delete(parser);
}

function parsersOf(owner: NodeProcess): Set<HttpParser> {
  return stateOf(owner, "httpParsers", () => {
    const parsers = new Set<HttpParser>();
    owner.owned.add({ abandon: () => closeLater(parsers) });
    return parsers;
  });
}

/** When the parser is not at work: it may be what has called the code that ended the process. */
function closeLater(parsers: ReadonlySet<HttpParser>): void {
  if (parsers.size === 0) return;
  outside(() =>
    originals.setImmediate(() => {
      for (const parser of [...parsers]) {
        parser.remove();
        parser.close();
      }
    }),
  );
}
