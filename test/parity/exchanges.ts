/** Requests and answers, as scenarios of http and https have them in common. */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { cert, key } from "../node/certificate.ts";
import { type Scenario, text } from "./stage.ts";

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** What both ways of http have: a server, and a client's request to it. */
interface Way {
  serve(handler: Handler, options?: object): http.Server;
  request(port: number, options?: https.RequestOptions): http.ClientRequest;
}

export const plain: Way = {
  serve: (handler, options = {}) => http.createServer(options, handler),
  request: (port, options = {}) => http.request({ port, host: "127.0.0.1", agent: false, ...options }),
};

export const secure: Way = {
  serve: (handler, options = {}) => https.createServer({ cert, key, ...options }, handler),
  request: (port, options = {}) => https.request({ port, host: "127.0.0.1", ca: cert, agent: false, ...options }),
};

export const REQUEST_EVENTS = [
  "response",
  "finish",
  "abort",
  "timeout",
  "error",
  "close",
  "continue",
  "information",
  "upgrade",
  "connect",
];
export const HEADERS_OF_TIME = new Set(["date", "connection", "keep-alive"]);

export async function answerOf(request: http.ClientRequest, body?: string | Buffer): Promise<unknown> {
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const headers = Object.entries(response.headers).filter(([name]) => !HEADERS_OF_TIME.has(name));
  return [response.statusCode, response.statusMessage, headers, response.httpVersion, digest(await text(response))];
}

const digest = (whole: string): string => (whole.length > 50 ? `${whole.length} characters` : whole);

export const exchange =
  (way: Way, handler: Handler, options: https.RequestOptions = {}, body?: string | Buffer): Scenario =>
  async (stage) => {
    const port = await stage.listen(way.serve(handler));
    return await answerOf(stage.watch("request", way.request(port, options), ...REQUEST_EVENTS), body);
  };

export const echoBody: Handler = async (request, response) => {
  response.end(await text(request));
};

/** Exchanges that client and server, plain and over TLS, have in common. */
export const exchanges = (way: Way): Record<string, Scenario> => ({
  "gets a page": exchange(way, (_request, response) => response.end("hello")),
  "gets an empty page": exchange(way, (_request, response) => response.end()),
  "gets a status": exchange(way, (_request, response) => response.writeHead(404, "Nowhere").end("none")),
  "gets headers": exchange(way, (_request, response) =>
    response.setHeader("X-A", ["1", "2"]).setHeader("Content-Type", "text/a").end(),
  ),
  "gets much": exchange(way, (_request, response) => response.end("x".repeat(500_000))),
  "gets it in pieces": exchange(way, (_request, response) => {
    response.write("a");
    setTimeout(() => response.end("b"), 3);
  }),
  "tells its path, method and headers": exchange(
    way,
    (request, response) => response.end([request.url, request.method, request.headers["x-b"]].join()),
    { path: "/a?b=c", method: "DELETE", headers: { "X-B": "c" } },
  ),
  "posts a body": exchange(way, echoBody, { method: "POST" }, "body"),
  "posts much": exchange(way, echoBody, { method: "POST" }, "x".repeat(300_000)),
  "posts with a length": exchange(way, echoBody, { method: "PUT", headers: { "content-length": 4 } }, "body"),
  "asks for the head": exchange(way, (_request, response) => response.setHeader("content-length", 5).end(), {
    method: "HEAD",
  }),
  "gets no content": exchange(way, (_request, response) => response.writeHead(204).end()),
});
