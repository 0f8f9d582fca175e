/** Scenarios of node:http: client, server and agent. */
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { answerOf, echoBody, exchange, exchanges, type Handler, plain, REQUEST_EVENTS } from "./exchanges.ts";
import { event, type Facet, failureOf, pause, type Scenario, type Stage, text } from "./stage.ts";

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
