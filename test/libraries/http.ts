/** HTTP: express and fastify with axios, got, undici and the global fetch. */
import axios from "axios";
import express from "express";
import fastify from "fastify";
import got from "got";
import * as undici from "undici";
import { type Client, type Library, nothing, PORT, type Tell } from "./library.ts";

const PAGE = `http://b:${PORT}/`;

const serveExpress = (): void => {
  const app = express();
  app.get("/:word", (request: { params: { word: string } }, response: { send(text: string): void }) =>
    response.send(request.params.word.toUpperCase()),
  );
  app.listen(PORT);
};

const serveFastify = async (): Promise<void> => {
  const app = fastify();
  app.get("/:word", async (request) => (request.params as { word: string }).word.toUpperCase());
  await app.listen({ port: PORT, host: "0.0.0.0" });
};

const asking =
  (ask: (url: string, tell: Tell) => Promise<string>): ((tell: Tell) => Client) =>
  (tell) => ({ exchange: (word) => ask(PAGE + word, tell), close: nothing });

/** It tries again by itself, up to Node 22. */
const askGot = async (url: string, tell: Tell): Promise<string> => {
  const noteRetry = (error: { code: string }, count: number): void => tell(`retry ${count} after ${error.code}`);
  const retry = { limit: 5, errorCodes: ["ETIMEDOUT", "EHOSTUNREACH"] };
  return await got(url, { timeout: { request: 10_000 }, retry, hooks: { beforeRetry: [noteRetry] } }).text();
};

const GOT_RETRIES = [
  "11 s: retry 1 after ETIMEDOUT",
  "23 s: retry 2 after ETIMEDOUT",
  "37 s: retry 3 after ETIMEDOUT",
  "48 s: retry 4 after EHOSTUNREACH",
  "67 s: retry 5 after EHOSTUNREACH",
  "67 s: DURING",
];
/** From Node 24 on, on the real network too, the promise is rejected with what the request says that got itself has ended. */
const GOT_FAILS = [
  "10 s: ERR_SOCKET_CLOSED_BEFORE_CONNECTION: Socket closed before the connection was established",
  "11 s: retry 1 after ETIMEDOUT",
];
const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

/** undici, with its own dispatcher that tries again. */
const openUndici = (tell: Tell): Client => {
  const agent = new undici.Agent({ headersTimeout: 10_000, connect: { timeout: 10_000 } });
  const retry: undici.RetryHandler.RetryOptions["retry"] = (error, { state, opts }, done) => {
    tell(`retry ${state.counter} after ${(error as NodeJS.ErrnoException).code}`);
    setTimeout(() => done(state.counter > (opts.retryOptions?.maxRetries ?? 5) ? error : null), 5000);
  };
  const dispatcher = new undici.RetryAgent(agent, { retry, maxRetries: 9 });
  return {
    exchange: async (word) => await (await undici.request(PAGE + word, { dispatcher })).body.text(),
    close: () => agent.destroy(),
  };
};

export const http: readonly Library[] = [
  {
    name: "express and axios",
    serve: serveExpress,
    open: asking(async (url) => (await axios.get(url, { timeout: 10_000 })).data),
    partition: ["10 s: ECONNABORTED: timeout of 10000ms exceeded"],
  },
  {
    name: "express and got",
    serve: serveExpress,
    open: asking(askGot),
    partition: NODE_MAJOR < 24 ? GOT_RETRIES : GOT_FAILS,
  },
  {
    name: "fastify and undici",
    serve: serveFastify,
    open: openUndici,
    partition: [
      "10 s: retry 1 after UND_ERR_HEADERS_TIMEOUT",
      "26 s: retry 2 after UND_ERR_CONNECT_TIMEOUT",
      "41 s: retry 3 after UND_ERR_CONNECT_TIMEOUT",
      "49 s: retry 4 after EHOSTUNREACH",
      "57 s: retry 5 after EHOSTUNREACH",
      "62 s: DURING",
    ],
  },
  {
    name: "fastify and fetch",
    serve: serveFastify,
    open: asking(async (url) => await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text()),
    partition: ["10 s: TimeoutError: The operation was aborted due to timeout"],
  },
];
