/** Scenarios of node:tls. */
import { once } from "node:events";
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
