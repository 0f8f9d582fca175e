/** Scenarios of node:https, and of fetch(). */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { cert } from "../node/certificate.ts";
import { answerOf, echoBody, exchanges, type Handler, HEADERS_OF_TIME, plain, secure } from "./exchanges.ts";
import { event, type Facet, failureOf, pause, type Scenario, text } from "./stage.ts";

export const httpsFacet: Facet = {
  name: "https",
  scenarios: {
    ...exchanges(secure),
    "checks the certificate": async (stage) => {
      const port = await stage.listen(secure.serve(echoBody));
      return await failureOf(answerOf(secure.request(port, { ca: [] })));
    },
    "checks the name": async (stage) => {
      const port = await stage.listen(secure.serve(echoBody));
      return await failureOf(answerOf(secure.request(port, { servername: "other.test" })));
    },
    "trusts anybody when told so": async (stage) => {
      const port = await stage.listen(secure.serve(echoBody));
      return await answerOf(secure.request(port, { ca: [], rejectUnauthorized: false }), "x");
    },
    "keeps alive": async (stage) => {
      const server = secure.serve((_request, response) => response.end("ok"));
      const port = await stage.listen(server);
      const agent = new https.Agent({ keepAlive: true, ca: cert });
      stage.after(() => agent.destroy());
      const answers = [await answerOf(secure.request(port, { agent }))];
      await pause(5);
      answers.push(await answerOf(secure.request(port, { agent })));
      return answers;
    },
    "finds nobody": async (stage) => {
      const server = secure.serve(echoBody);
      const port = await stage.listen(server);
      await new Promise((resolve) => server.close(resolve));
      return await failureOf(answerOf(secure.request(port)));
    },
    "meets a server without TLS": async (stage) => {
      const port = await stage.listen(http.createServer(() => {}));
      const error = (await failureOf(answerOf(secure.request(port)))) as { code?: string };
      return error.code ?? null;
    },
    "is met by a client without TLS": async (stage) => {
      const server = stage.watch("server", secure.serve(echoBody), "tlsClientError");
      return ((await failureOf(answerOf(plain.request(await stage.listen(server))))) as { code: string }).code;
    },
    "is destroyed within the answer": async (stage) => {
      const port = await stage.listen(secure.serve((_request, response) => void response.write("half")));
      const request = secure.request(port).end();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      stage.watch("response", response, "data", "aborted", "error", "close");
      await event(response, "data");
      request.destroy();
      await event(response, "close");
    },
    "times out": async (stage) => {
      const port = await stage.listen(secure.serve(() => {}));
      const request = stage.watch("request", secure.request(port, { timeout: 40 }), "timeout", "error", "close").end();
      await event(request, "timeout");
      request.destroy();
      await event(request, "close");
    },
  },
};

const fetched =
  (
    handler: Handler,
    init: RequestInit = {},
    read: (response: Response) => unknown = (response) => response.text(),
  ): Scenario =>
  async (stage) => {
    const port = await stage.listen(http.createServer(handler));
    const response = await fetch(`http://127.0.0.1:${port}/path`, init);
    const headers = [...response.headers].filter(([name]) => !HEADERS_OF_TIME.has(name));
    return [response.status, response.ok, response.redirected, headers, await read(response)];
  };

const fetchFailure =
  (
    handler: Handler,
    init: () => RequestInit = () => ({}),
    read: (response: Response) => unknown = (response) => response.text(),
  ): Scenario =>
  async (stage) => {
    const port = await stage.listen(http.createServer(handler));
    try {
      return await read(await fetch(`http://127.0.0.1:${port}/`, init()));
    } catch (error) {
      const { name, message, cause } = error as Error & { cause?: { code?: string } };
      return [name, message, cause?.code ?? null];
    }
  };

const hello: Handler = (_request, response) => response.end("hello");

export const fetchFacet: Facet = {
  name: "fetch",
  scenarios: {
    "gets text": fetched(hello),
    "gets JSON": fetched(
      (_request, response) => response.end('{"a":1}'),
      {},
      (response) => response.json(),
    ),
    "gets bytes": fetched(hello, {}, async (response) => (await response.arrayBuffer()).byteLength),
    "gets a blob": fetched(hello, {}, async (response) => (await response.blob()).size),
    "gets much": fetched(
      (_request, response) => response.end("x".repeat(500_000)),
      {},
      async (response) => (await response.text()).length,
    ),
    "gets a status": fetched((_request, response) => response.writeHead(503).end("no")),
    "gets headers": fetched((_request, response) => response.setHeader("x-a", "b").end()),
    "gets it in pieces": fetched((_request, response) => {
      response.write("a");
      setTimeout(() => response.end("b"), 3);
    }),
    "reads it as a stream": fetched(
      hello,
      {},
      async (response) => await text(response.body as unknown as AsyncIterable<string>),
    ),
    "posts text": fetched(echoBody, { method: "POST", body: "body" }),
    "posts bytes": fetched(echoBody, { method: "POST", body: new Uint8Array([97, 98]) }),
    "posts a form": fetched((request, response) => response.end(request.headers["content-type"]), {
      method: "POST",
      body: new URLSearchParams({ a: "b" }),
    }),
    "sends headers": fetched((request, response) => response.end(String(request.headers["x-b"])), {
      headers: { "x-b": "c" },
    }),
    follows: fetched((request, response) => {
      if (request.url === "/path") response.writeHead(302, { location: "/other" }).end();
      else response.end(request.url);
    }),
    "does not follow when told so": fetched(
      (_request, response) => response.writeHead(302, { location: "/other" }).end(),
      { redirect: "manual" },
    ),
    "fails at a redirect when told so": fetchFailure(
      (_request, response) => response.writeHead(302, { location: "/other" }).end(),
      () => ({ redirect: "error" }),
    ),
    "is aborted": fetchFailure(
      () => {},
      () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 5);
        return { signal: controller.signal };
      },
    ),
    "times out": fetchFailure(
      () => {},
      () => ({ signal: AbortSignal.timeout(10) }),
    ),
    "is hung up on": fetchFailure((request) => request.socket.destroy()),
    "has the answer broken off": fetchFailure((_request, response) => {
      response.writeHead(200, { "content-length": 10 }).write("half");
      setTimeout(() => response.destroy(), 3);
    }),
    "gets what is no JSON": fetchFailure(
      hello,
      () => ({}),
      (response) => response.json(),
    ),
    "finds nobody": async (stage) => {
      const server = http.createServer(hello);
      const port = await stage.listen(server);
      await new Promise((resolve) => server.close(resolve));
      try {
        await fetch(`http://127.0.0.1:${port}/`);
      } catch (error) {
        return failureOf(Promise.reject((error as Error).cause));
      }
      return null;
    },
    "finds no name": async () => {
      try {
        await fetch("http://nobody.invalid/");
      } catch (error) {
        return failureOf(Promise.reject((error as Error).cause));
      }
      return null;
    },
    "asks several at a time": async (stage) => {
      const port = await stage.listen(http.createServer((request, response) => response.end(request.url)));
      return await Promise.all([1, 2, 3].map(async (n) => (await fetch(`http://127.0.0.1:${port}/${n}`)).text()));
    },
  },
};
