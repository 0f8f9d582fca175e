/** Scenarios of node:tls and node:http2. */
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { cert, key } from "../node/certificate.ts";
import { event, type Facet, failureOf, pause, type Scenario, type Stage, text } from "./stage.ts";

const EVENTS = ["connect", "secureConnect", "secure", "end", "finish", "timeout", "error", "close"];

/** A pair over TLS; the server's side is watched, too. */
async function pair(
  stage: Stage,
  serve: (socket: tls.TLSSocket) => void,
  { client = {}, server = {} }: { client?: tls.ConnectionOptions; server?: tls.TlsOptions } = {},
): Promise<tls.TLSSocket> {
  const listener = tls.createServer({ cert, key, ...server }, (socket) =>
    serve(stage.watch("server", socket, ...EVENTS)),
  );
  stage.watch("listener", listener, "tlsClientError");
  const port = await stage.listen(listener);
  return stage.watch("client", tls.connect({ port, host: "127.0.0.1", ca: cert, ...client }), ...EVENTS);
}

const echoed =
  (bytes: number, options: { client?: tls.ConnectionOptions; server?: tls.TlsOptions } = {}): Scenario =>
  async (stage) => {
    const client = await pair(stage, (socket) => void socket.pipe(socket), options);
    client.end(Buffer.alloc(bytes, "x"));
    const { length } = await text(client);
    return [length, client.bytesRead > bytes];
  };

const told =
  (
    read: (client: tls.TLSSocket) => unknown,
    options: { client?: tls.ConnectionOptions; server?: tls.TlsOptions } = {},
  ): Scenario =>
  async (stage) => {
    const client = await pair(stage, (socket) => socket.resume(), options);
    await once(client, "secureConnect");
    const value = read(client);
    client.end();
    await event(client.resume(), "close");
    return value;
  };

const refused =
  (options: { client?: tls.ConnectionOptions; server?: tls.TlsOptions }): Scenario =>
  async (stage) => {
    const client = await pair(stage, (socket) => socket.on("error", () => {}).resume(), options);
    const [error] = await event(client, "error");
    await pause(5);
    return (error as NodeJS.ErrnoException).code ?? null;
  };

export const tlsFacet: Facet = {
  name: "tls",
  scenarios: {
    "echoes a byte": echoed(1),
    "echoes a record": echoed(16_384),
    "echoes much": echoed(500_000),
    "echoes over TLS 1.2": echoed(1000, { client: { maxVersion: "TLSv1.2" } }),
    "tells the protocol": told((client) => client.getProtocol()),
    "tells the cipher": told((client) => client.getCipher().name),
    "tells that it is authorized": told((client) => [
      client.authorized,
      client.authorizationError ?? null,
      client.encrypted,
    ]),
    "tells the certificate": told((client) => client.getPeerCertificate().subject.CN),
    "tells its addresses": told((client) => [client.remoteAddress, client.remoteFamily, client.localAddress]),
    "tells the application protocol": told((client) => client.alpnProtocol, {
      client: { ALPNProtocols: ["b", "a"] },
      server: { ALPNProtocols: ["a", "b"] },
    }),
    "tells that there is no session yet": told((client) => client.isSessionReused()),
    "refuses an unknown certificate": refused({ client: { ca: [] } }),
    "refuses another name": refused({ client: { servername: "other.test" } }),
    "refuses versions that don't meet": refused({
      client: { maxVersion: "TLSv1.2" },
      server: { minVersion: "TLSv1.3" },
    }),
    "wants a certificate of the client": refused({ server: { requestCert: true, rejectUnauthorized: true } }),
    "ends first": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await once(client, "secureConnect");
      client.end("bye");
      await event(client.resume(), "close");
      await pause(5);
    },
    "the server ends first": async (stage) => {
      const client = await pair(stage, (socket) => socket.end("bye"));
      await event(client.resume(), "close");
      await pause(5);
    },
    "is destroyed": async (stage) => {
      const client = await pair(stage, (socket) =>
        socket
          .on("error", () => {})
          .resume()
          .write("hello"),
      );
      await event(client, "data");
      client.destroy();
      await event(client, "close");
      await pause(5);
    },
    "times out": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await once(client, "secureConnect");
      client.setTimeout(30);
      await event(client, "timeout");
      client.destroy();
      await event(client, "close");
    },
    "finds nobody": async (stage) => {
      const server = tls.createServer({ cert, key });
      const port = await stage.listen(server);
      await new Promise((resolve) => server.close(resolve));
      const [error] = await event(tls.connect({ port, host: "127.0.0.1" }), "error");
      return await failureOf(Promise.reject(error));
    },
    "takes over a socket": async (stage) => {
      const port = await stage.listen(tls.createServer({ cert, key }, (socket) => socket.end("hello")));
      const socket = net.connect(port, "127.0.0.1");
      await once(socket, "connect");
      const client = stage.watch("client", tls.connect({ socket, ca: cert, servername: "localhost" }), ...EVENTS);
      return await text(client);
    },
    "takes over a socket that connects": async (stage) => {
      const port = await stage.listen(tls.createServer({ cert, key }, (socket) => socket.end("hello")));
      const socket = net.connect(port, "127.0.0.1");
      return await text(tls.connect({ socket, ca: cert, servername: "localhost" }));
    },
    "takes over both sides later": async (stage) => {
      const server = net.createServer((socket) => {
        socket.once("data", () => {
          socket.write("go", () => new tls.TLSSocket(socket, { isServer: true, cert, key }).end("secret"));
        });
      });
      const socket = net.connect(await stage.listen(server), "127.0.0.1");
      socket.write("start");
      await once(socket, "data");
      return await text(tls.connect({ socket, ca: cert, servername: "localhost" }));
    },
    "chooses a certificate by name": told((client) => client.getPeerCertificate().subject.CN, {
      client: { servername: "a" },
      server: { SNICallback: (_name, done) => done(null, tls.createSecureContext({ cert, key })) },
    }),
  },
};

type Session = http2.ClientHttp2Session;
const SESSION_EVENTS = ["connect", "remoteSettings", "localSettings", "ping", "goaway", "timeout", "error", "close"];

const session =
  (
    serve: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
    run: (client: Session, stage: Stage) => unknown,
    isSecure = true,
  ): Scenario =>
  async (stage) => {
    const server = isSecure ? http2.createSecureServer({ cert, key }) : http2.createServer();
    server.on("stream", (stream, headers) => {
      stream.on("error", () => {});
      serve(stream, headers);
    });
    server.on("session", (own) => stage.watch("server", own, "close"));
    const port = await stage.listen(server as unknown as net.Server);
    const client = http2.connect(`${isSecure ? "https" : "http"}://127.0.0.1:${port}`, { ca: cert });
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
      await once(client, "remoteSettings");
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
