/** Scenarios of node:http2. */
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { cert, key } from "../node/certificate.ts";
import { event, type Facet, pause, type Scenario, type Stage, text } from "./stage.ts";

type Session = http2.ClientHttp2Session;
const SESSION_EVENTS = ["connect", "remoteSettings", "localSettings", "ping", "goaway", "timeout", "error", "close"];

const session =
  (
    serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
    run: (client: Session, stage: Stage) => unknown,
    isSecure = true,
    connect?: (port: number) => net.Socket,
  ): Scenario =>
  async (stage) => {
    const server = isSecure ? http2.createSecureServer({ cert, key }) : http2.createServer();
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      serve(stream, headers);
    });
    server.on("session", (own) => stage.watch("server", own, "close"));
    const port = await stage.listen(server as unknown as net.Server);
    const own = connect === undefined ? {} : { createConnection: () => connect(port) };
    const client = http2.connect(`${isSecure ? "https" : "http"}://127.0.0.1:${port}`, { ca: cert, ...own });
    stage.watch("session", client, ...SESSION_EVENTS).on("error", () => {});
    try {
      return await run(client, stage);
    } finally {
      client.close();
      await Promise.race([event(client, "close"), pause(50)]);
    }
  };

async function asked(client: Session, headers: http2.OutgoingHttpHeaders = {}, body?: string): Promise<unknown> {
  const stream = client.request({ ":path": "/", ...headers });
  if (body === undefined) stream.end();
  else stream.end(body);
  // Read from the beginning: what comes in one piece may be over before a promise of the response is settled.
  const [whole, [received]] = await Promise.all([text(stream), once(stream, "response")]);
  return [received[":status"], received["x-a"] ?? null, whole.length > 50 ? whole.length : whole];
}

const hello = (stream: http2.ServerHttp2Stream): void => {
  stream.respond({ ":status": 200, "x-a": "b" });
  stream.end("hello");
};

const echo = (stream: http2.ServerHttp2Stream): void => {
  stream.respond({ ":status": 200 });
  stream.pipe(stream);
};

const streamFailure =
  (serve: (stream: http2.ServerHttp2Stream) => void): Scenario =>
  (stage) =>
    session(serve, async (client) => {
      const stream = stage.watch(
        "stream",
        client.request({ ":path": "/" }),
        "response",
        "aborted",
        "end",
        "error",
        "close",
      );
      stream.resume().on("error", () => {});
      await event(stream, "close");
      return stream.rstCode;
    })(stage);

/** Answers in several frames, which one read brings. */
const orderly = (stream: http2.ServerHttp2Stream): void => {
  stream.respond({ ":status": 200 });
  stream.write("a");
  stream.end("b");
};

async function heard(client: Session, stage: Stage): Promise<void> {
  const stream = stage.watch("stream", client.request({ ":path": "/" }), "response", "end", "close");
  for (const name of ["response", "data"]) {
    stream.on(name, () => {
      stage.note("stream", name);
      process.nextTick(() => stage.note("stream", `tick after ${name}`));
      void Promise.resolve().then(() => stage.note("stream", `microtask after ${name}`));
    });
  }
  await event(stream, "close");
}

const SIZES = [1, 1000, 100_000, 400_000];

export const http2Facet: Facet = {
  name: "http2",
  scenarios: {
    "gets a page": session(hello, (client) => asked(client)),
    "gets a page in clear": session(hello, (client) => asked(client), false),
    ...Object.fromEntries(
      SIZES.flatMap((bytes) => [
        [`echoes ${bytes}`, session(echo, (client) => asked(client, { ":method": "POST" }, "x".repeat(bytes)))],
        [
          `echoes ${bytes} in clear`,
          session(echo, (client) => asked(client, { ":method": "POST" }, "x".repeat(bytes)), false),
        ],
      ]),
    ),
    "gets a status": session(
      (stream) => stream.respond({ ":status": 404 }, { endStream: true }),
      (client) => asked(client),
    ),
    "tells its path": session(
      (stream, headers) => {
        stream.respond();
        stream.end(String(headers[":path"]));
      },
      (client) => asked(client, { ":path": "/a?b" }),
    ),
    "asks several at a time": session(hello, (client) => Promise.all([1, 2, 3, 4].map(() => asked(client)))),
    "asks one after the other": session(hello, async (client) => [await asked(client), await asked(client)]),
    pings: session(hello, async (client) => {
      await once(client, "connect");
      return await new Promise((resolve) =>
        client.ping(Buffer.from("12345678"), (error, _ms, payload) => resolve([error, String(payload)])),
      );
    }),
    "tells settings": session(hello, async (client) => {
      await Promise.all([once(client, "remoteSettings"), once(client, "localSettings")]);
      return [
        client.remoteSettings.maxFrameSize,
        client.remoteSettings.enablePush,
        client.encrypted,
        client.alpnProtocol,
      ];
    }),
    pushes: session(
      (stream) => {
        stream.pushStream({ ":path": "/pushed" }, (_error, pushed) => {
          pushed.respond({ ":status": 200 });
          pushed.end("pushed");
        });
        stream.respond();
        stream.end("asked");
      },
      async (client) => {
        const pushed = new Promise((resolve) => {
          client.on("stream", (stream, headers) => resolve(text(stream).then((whole) => [headers[":path"], whole])));
        });
        return [await asked(client), await pushed];
      },
    ),
    "calls back in order, with ticks between": session(orderly, heard),
    "calls back in order in clear": session(orderly, heard, false),
    "takes a socket of one's own": session(
      echo,
      (client) => asked(client, { ":method": "POST" }, "x".repeat(1_000_000)),
      false,
      (port) => net.connect(port, "127.0.0.1"),
    ),
    "takes a socket of one's own over TLS": session(
      echo,
      (client) => asked(client, { ":method": "POST" }, "x".repeat(1_000_000)),
      true,
      (port) => tls.connect({ port, host: "127.0.0.1", ca: cert, ALPNProtocols: ["h2"] }),
    ),
    "tells its headers in order": session(
      (stream) => {
        stream.respond({ ":status": 201, "x-a": "b" });
        stream.end();
      },
      async (client) => Object.keys((await once(client.request({ ":path": "/" }), "response"))[0]),
    ),
    "sends trailers": session(
      (stream) => {
        stream.respond({ ":status": 200 }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "x-t": "t" }));
        stream.end("x");
      },
      async (client) => {
        const stream = client.request({ ":path": "/" });
        const trailers = once(stream, "trailers");
        await text(stream);
        return (await trailers)[0]["x-t"];
      },
    ),
    "has a stream reset": streamFailure((stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)),
    "has a stream refused": streamFailure((stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)),
    "has a stream destroyed": streamFailure((stream) => stream.destroy()),
    "is sent away": session(
      (stream) => {
        stream.respond({ ":status": 200 });
        stream.end("last");
        stream.session?.goaway(0);
      },
      (client) => asked(client),
    ),
    "times out": session(
      () => {},
      async (client) => {
        await once(client, "connect");
        client.setTimeout(30);
        await event(client, "timeout");
      },
    ),
    "works with requests as http has them": async (stage) => {
      const server = http2.createSecureServer({ cert, key }, (request, response) => {
        response.setHeader("x-a", "b");
        response.end(`${request.method} ${request.url}`);
      });
      const port = await stage.listen(server as unknown as net.Server);
      const client = http2.connect(`https://127.0.0.1:${port}`, { ca: cert });
      const answer = await asked(client, { ":path": "/c" });
      client.close();
      return answer;
    },
  },
};
