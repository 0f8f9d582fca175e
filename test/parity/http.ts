/** Scenarios of node:http: client, server and agent; of node:https; and of fetch(). */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { cert, key } from "../node/certificate.ts";
import { event, type Facet, failureOf, pause, type Scenario, type Stage, text } from "./stage.ts";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** What both ways of http have: a server, and a client's request to it. */
interface Way {
  serve(handler: Handler, options?: object): http.Server;
  request(port: number, options?: https.RequestOptions): http.ClientRequest;
}

const plain: Way = {
  serve: (handler, options = {}) => http.createServer(options, handler),
  request: (port, options = {}) => http.request({ port, host: "127.0.0.1", agent: false, ...options }),
};

const secure: Way = {
  serve: (handler, options = {}) => https.createServer({ cert, key, ...options }, handler),
  request: (port, options = {}) => https.request({ port, host: "127.0.0.1", ca: cert, agent: false, ...options }),
};

const REQUEST_EVENTS = [
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
const HEADERS_OF_TIME = new Set(["date", "connection", "keep-alive"]);

async function answerOf(request: http.ClientRequest, body?: string | Buffer): Promise<unknown> {
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  const headers = Object.entries(response.headers).filter(([name]) => !HEADERS_OF_TIME.has(name));
  return [response.statusCode, response.statusMessage, headers, response.httpVersion, digest(await text(response))];
}

const digest = (whole: string): string => (whole.length > 50 ? `${whole.length} characters` : whole);

const exchange =
  (way: Way, handler: Handler, options: https.RequestOptions = {}, body?: string | Buffer): Scenario =>
  async (stage) => {
    const port = await stage.listen(way.serve(handler));
    return await answerOf(stage.watch("request", way.request(port, options), ...REQUEST_EVENTS), body);
  };

const echoBody: Handler = async (request, response) => {
  response.end(await text(request));
};

/** Exchanges that client and server, plain and over TLS, have in common. */
const exchanges = (way: Way): Record<string, Scenario> => ({
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

export const httpClient: Facet = {
  name: "http client",
  scenarios: {
    ...exchanges(plain),
    "writes in pieces": async (stage) => {
      const port = await stage.listen(plain.serve(echoBody));
      const request = plain.request(port, { method: "POST" });
      request.write("a");
      await pause(3);
      request.write("b");
      return await answerOf(request, "c");
    },
    "waits to continue": async (stage) => {
      const port = await stage.listen(plain.serve(echoBody));
      const request = stage.watch(
        "request",
        plain.request(port, { method: "POST", headers: { expect: "100-continue" } }),
        ...REQUEST_EVENTS,
      );
      request.flushHeaders();
      await event(request, "continue");
      return await answerOf(request, "body");
    },
    "is told early": exchange(plain, (_request, response) => {
      response.writeProcessing();
      response.end("done");
    }),
    "is destroyed before the answer": async (stage) => {
      const server = plain.serve(() => {});
      const port = await stage.listen(server);
      const request = stage.watch("request", plain.request(port), ...REQUEST_EVENTS);
      request.end();
      await event(server, "request");
      request.destroy();
      await event(request, "close");
    },
    "is destroyed within the answer": async (stage) => {
      const port = await stage.listen(plain.serve((_request, response) => void response.write("half")));
      const request = plain.request(port).end();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      stage.watch("response", response, "data", "aborted", "error", "close");
      await event(response, "data");
      request.destroy();
      await event(response, "close");
    },
    "times out": async (stage) => {
      const port = await stage.listen(plain.serve(() => {}));
      const request = stage.watch("request", plain.request(port, { timeout: 20 }), ...REQUEST_EVENTS).end();
      await event(request, "timeout");
      request.destroy();
    },
    "finds nobody": async (stage) => {
      const server = plain.serve(() => {});
      const port = await stage.listen(server);
      await new Promise((resolve) => server.close(resolve));
      return await failureOf(answerOf(stage.watch("request", plain.request(port), "error", "close")));
    },
    "has the answer broken off": async (stage) => {
      const port = await stage.listen(
        plain.serve((_request, response) => {
          response.writeHead(200, { "content-length": 10 }).write("half");
          setTimeout(() => response.destroy(), 3);
        }),
      );
      return await failureOf(answerOf(plain.request(port)));
    },
    "is hung up on": async (stage) => {
      const port = await stage.listen(plain.serve((request) => request.socket.destroy()));
      return await failureOf(answerOf(stage.watch("request", plain.request(port), "error", "close")));
    },
    "gets what is no http": async (stage) => {
      const port = await stage.listen(net.createServer((socket) => socket.end("nonsense\r\n\r\n")));
      return await failureOf(answerOf(plain.request(port)));
    },
    "is aborted by a signal": async (stage) => {
      const controller = new AbortController();
      const port = await stage.listen(plain.serve(() => {}));
      const request = plain.request(port, { signal: controller.signal });
      setTimeout(() => controller.abort(), 3);
      return await failureOf(answerOf(request));
    },
    upgrades: async (stage) => {
      const server = plain.serve(() => {});
      server.on("upgrade", (_request, socket: net.Socket) => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: own\r\nConnection: Upgrade\r\n\r\n");
        socket.pipe(socket);
      });
      const request = plain
        .request(await stage.listen(server), { headers: { connection: "Upgrade", upgrade: "own" } })
        .end();
      const [response, socket] = (await once(request, "upgrade")) as [http.IncomingMessage, net.Socket];
      socket.end("raw");
      return [response.statusCode, await text(socket)];
    },
    "connects through": async (stage) => {
      const server = plain.serve(() => {});
      server.on("connect", (request, socket: net.Socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\nto ${request.url}`));
      const request = plain.request(await stage.listen(server), { method: "CONNECT", path: "b:1" }).end();
      const [response, socket, head] = (await once(request, "connect")) as [http.IncomingMessage, net.Socket, Buffer];
      return [response.statusCode, String(head) + (await text(socket))];
    },
  },
};

/** What a server answers to this text on a connection. */
const raw =
  (request: string, handler: Handler = (_request, response) => response.end("ok"), options: object = {}): Scenario =>
  async (stage) => {
    const server = http.createServer(options, handler);
    stage.watch("server", server, "request", "checkContinue", "clientError", "close");
    const client = net.connect(await stage.listen(server), "127.0.0.1");
    client.write(request);
    setTimeout(() => client.end(), 15);
    return (await text(client)).replace(/Date: .*/g, "Date: …");
  };

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CLOSE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

export const httpServer: Facet = {
  name: "http server",
  scenarios: {
    answers: raw(CLOSE),
    "keeps alive": raw(GET),
    "answers two in one": raw(GET + CLOSE),
    "answers HTTP/1.0": raw("GET / HTTP/1.0\r\n\r\n"),
    "wants a host": raw("GET / HTTP/1.1\r\n\r\n"),
    "refuses nonsense": raw("nonsense\r\n\r\n"),
    "refuses a header without a colon": raw("GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n"),
    "refuses headers that are too long": raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`),
    "refuses both lengths": raw(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "reads chunks": raw(
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      echoBody,
    ),
    "writes chunks": raw(CLOSE, (_request, response) => {
      response.write("a");
      response.end("b");
    }),
    "writes trailers": raw(CLOSE, (_request, response) => {
      response.writeHead(200, { Trailer: "X-T" }).write("a");
      response.addTrailers({ "X-T": "t" });
      response.end();
    }),
    "writes early hints": raw(CLOSE, (_request, response) => {
      response.writeEarlyHints({ link: "</a>; rel=preload" });
      response.end("ok");
    }),
    continues: raw(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx",
      echoBody,
    ),
    "does not know an expectation": raw("POST / HTTP/1.1\r\nHost: a\r\nExpect: other\r\nConnection: close\r\n\r\n"),
    "sends no date": raw(CLOSE, (_request, response) => {
      response.sendDate = false;
      response.end();
    }),
    "sends a date of its own": raw(CLOSE, (_request, response) => response.setHeader("Date", "never").end()),
    "closes idle connections": async (stage) => {
      const server = http.createServer((_request, response) => response.end("ok"));
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      client.write(GET);
      await event(client, "data");
      server.close(() => stage.note("server", "closed"));
      server.closeIdleConnections();
      await event(client.resume(), "close");
      await pause(3);
    },
    "closes after so many requests": raw(GET + GET, (_request, response) => response.end("ok"), {}),
    "says how long it keeps alive": raw(GET, undefined, { keepAliveTimeout: 7000 }),
    "times out requests": async (stage) => {
      const server = http
        .createServer(() => {})
        .setTimeout(10, (socket: net.Socket) => {
          stage.note("server", "timeout");
          socket.destroy();
        });
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      client.write(GET);
      await event(client.resume(), "close");
    },
    "notes that the client goes": async (stage) => {
      const server = http.createServer((request, response) => {
        stage.watch("request", request, "aborted", "error", "close");
        stage.watch("response", response, "finish", "close");
      });
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      client.write(GET);
      await event(server, "request");
      client.destroy();
      await pause(10);
    },
  },
};

/** Requests one after the other, or at a time, through an agent; and on how many connections. */
const through =
  (
    options: http.AgentOptions,
    count: number,
    areParallel: boolean,
    handler: Handler = (_request, response) => response.end("ok"),
  ): Scenario =>
  async (stage) => {
    const server = http.createServer(handler);
    let connections = 0;
    server.on("connection", () => connections++);
    const port = await stage.listen(server);
    const agent = new http.Agent(options);
    stage.after(() => agent.destroy());
    const ask = async (number: number) => {
      const request = http.request({ port, host: "127.0.0.1", agent }).end();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      await text(response);
      await pause(2);
      stage.note("requests", `${number} ${request.reusedSocket}`);
    };
    if (areParallel) await Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
    else for (let i = 0; i < count; i++) await ask(i);
    const keysOf = (of: NodeJS.ReadOnlyDict<unknown[]>) => Object.values(of).map((sockets) => sockets?.length);
    return [connections, keysOf(agent.sockets), keysOf(agent.freeSockets), keysOf(agent.requests)];
  };

const closing: Handler = (_request, response) => response.setHeader("connection", "close").end("ok");

export const agentFacet: Facet = {
  name: "agent",
  scenarios: Object.fromEntries([
    ...[1, 3].flatMap((count) =>
      [false, true].flatMap((keepAlive) =>
        [false, true].map((areParallel) => [
          `${count} ${areParallel ? "at a time" : "in a row"}, keepAlive ${keepAlive}`,
          through({ keepAlive }, count, areParallel),
        ]),
      ),
    ),
    ["at most one connection", through({ maxSockets: 1 }, 3, true)],
    ["at most one connection, kept", through({ keepAlive: true, maxSockets: 1 }, 3, true)],
    ["at most two in all", through({ keepAlive: true, maxTotalSockets: 2 }, 4, true)],
    ["keeps one only", through({ keepAlive: true, maxFreeSockets: 1 }, 3, true)],
    ["takes the last that was free", through({ keepAlive: true, scheduling: "lifo" }, 4, false)],
    ["takes the first that was free", through({ keepAlive: true, scheduling: "fifo" }, 4, false)],
    ["the server closes each", through({ keepAlive: true }, 3, false, closing)],
    ["the server closes each, at a time", through({ keepAlive: true, maxSockets: 2 }, 3, true, closing)],
    [
      "a name of its own for each place",
      () =>
        [
          new http.Agent().getName({ host: "a", port: 1 }),
          new http.Agent().getName({ host: "a", port: 1, localAddress: "b", family: 4 }),
        ].map((name) => name.replace(/:localhost\..*$/, "")),
    ],
    [
      "is destroyed",
      async (stage: Stage) => {
        const port = await stage.listen(http.createServer(() => {}));
        const agent = new http.Agent({ keepAlive: true });
        const request = stage
          .watch("request", http.request({ port, host: "127.0.0.1", agent }), "error", "close")
          .end();
        await pause(5);
        agent.destroy();
        await event(request, "close");
      },
    ],
    [
      "gives up a socket that was closed while it was free",
      async (stage: Stage) => {
        const server = http.createServer((_request, response) => response.end("ok"));
        const port = await stage.listen(server);
        const agent = new http.Agent({ keepAlive: true });
        stage.after(() => agent.destroy());
        const ask = async () =>
          text((await once(http.request({ port, host: "127.0.0.1", agent }).end(), "response"))[0]);
        const first = await ask();
        await pause(3);
        server.closeIdleConnections();
        await pause(5);
        return [first, await ask()];
      },
    ],
    [
      "the global one",
      async (stage: Stage) => {
        const port = await stage.listen(http.createServer((_request, response) => response.end("ok")));
        const [response] = await once(http.get(`http://127.0.0.1:${port}/`), "response");
        const whole = await text(response);
        await pause(2);
        http.globalAgent.destroy();
        return whole;
      },
    ],
  ]) as Record<string, Scenario>,
};

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
