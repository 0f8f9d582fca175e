/**
 * What TLS and HTTP/2 say to each handle, and what becomes of a plain handle that is swapped for a JSStream one.
 *
 *   node spike/node-handle/tls.mjs        (needs the openssl command for a throw-away certificate)
 */

import { execFileSync } from "node:child_process";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { makeDoor, reinitializeHandle } from "./door.mjs";
import { JSStreamHandle } from "./handles.mjs";

const ATTEMPT_MS_MAX = 3000;
const BULK_BYTES = 4 * 1024 * 1024;
const pem = execFileSync(
  "openssl",
  [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-days",
    "2",
    "-keyout",
    "-",
    "-out",
    "-",
  ],
  { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
);
const credentials = { key: pem, cert: pem };
const body = "x".repeat(BULK_BYTES);

const listenOn = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
const count = (stream) =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    stream
      .on("data", (chunk) => (bytes += chunk.length))
      .on("end", () => resolve(`${bytes} bytes`))
      .on("error", reject);
  });

const attempts = {
  async https(door) {
    const server = door.prepare(https.createServer(credentials, (_request, response) => response.end(body)));
    const port = await listenOn(server);
    const createConnection = () =>
      tls.connect({ socket: door.socket().connect(port, "127.0.0.1"), rejectUnauthorized: false });
    const response = await new Promise((resolve, reject) =>
      https.get({ createConnection, path: "/" }, resolve).on("error", reject),
    );
    return count(response);
  },

  async "http2 over tls"(door) {
    const server = door.prepare(http2.createSecureServer(credentials, (_request, response) => response.end(body)));
    const port = await listenOn(server);
    const createConnection = () =>
      tls.connect({
        socket: door.socket().connect(port, "127.0.0.1"),
        rejectUnauthorized: false,
        ALPNProtocols: ["h2"],
      });
    const session = http2.connect(`https://127.0.0.1:${port}`, { createConnection });
    session.on("error", () => {});
    const result = await count(session.request({ ":path": "/" }));
    session.close();
    return result;
  },

  async "http2 in clear"(door) {
    const server = door.prepare(http2.createServer((_request, response) => response.end(body)));
    const port = await listenOn(server);
    const createConnection = () => door.socket().connect(port, "127.0.0.1");
    const session = http2.connect(`http://127.0.0.1:${port}`, { createConnection });
    session.on("error", () => {});
    const result = await count(session.request({ ":path": "/" }));
    session.close();
    return result;
  },

  /** Lines in clear first, then TLS on the same connection; a plain handle is swapped on both sides. */
  async starttls(door) {
    const upgrade = (socket) => {
      if (door.kind === "plain") socket[reinitializeHandle](new JSStreamHandle(door.task, socket._handle.detach()));
      return socket;
    };
    const server = door.prepare(
      net.createServer((socket) => {
        socket.once("data", () => {
          socket.write("220 go ahead\n", () => {
            const secure = new tls.TLSSocket(upgrade(socket), { isServer: true, ...credentials });
            secure.end(body);
          });
        });
      }),
    );
    const port = await listenOn(server);
    const socket = door.socket().connect(port, "127.0.0.1", () => socket.write("STARTTLS\n"));
    await new Promise((resolve) => socket.once("data", resolve));
    return count(tls.connect({ socket: upgrade(socket), rejectUnauthorized: false }));
  },

  async "reset under tls"(door) {
    const server = door.prepare(tls.createServer(credentials, (secure) => secure.on("error", () => {}).write("hello")));
    server.on("connection", (socket) => {
      server.once("secureConnection", () => setTimeout(() => (socket._handle ?? socket).reset(() => {}), 10));
    });
    const port = await listenOn(server);
    const socket = door.socket().connect(port, "127.0.0.1");
    const secure = tls.connect({ socket, rejectUnauthorized: false }).resume();
    const events = [];
    const listeners = socket.listenerCount("error");
    secure.on("error", (error) => events.push(`tls error ${error.code}`));
    await new Promise((resolve) => secure.on("close", resolve));
    return `${events.join(", ")}; ${listeners} error listeners on the socket below`;
  },
};

async function outcome(attempt, door) {
  let timer;
  let onUncaught;
  const trouble = new Promise((_resolve, reject) => {
    onUncaught = reject;
    process.on("uncaughtException", onUncaught);
    timer = setTimeout(() => reject(new Error("no answer")), ATTEMPT_MS_MAX);
  });
  try {
    return `ok: ${await Promise.race([attempt(door), trouble])}`;
  } catch (error) {
    return `${error.code ?? error.name}: ${error.message.split("\n")[0]}`;
  } finally {
    clearTimeout(timer);
    // Each side of the connection may object, one after the other.
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off("uncaughtException", onUncaught);
  }
}

console.log(`Node ${process.version}`);
for (const [name, attempt] of Object.entries(attempts)) {
  for (const [kind, at] of [["real"], ["plain"], ["jsstream"], ["jsstream", "at once"]]) {
    JSStreamHandle.finishesWritesAtOnce = at !== undefined;
    const startMs = performance.now();
    const result = await outcome(attempt, makeDoor(kind));
    const ms = Math.round(performance.now() - startMs);
    console.log(`  ${name.padEnd(18)} ${[kind, at].filter(Boolean).join(" ").padEnd(18)} ${result} (${ms} ms)`);
  }
}
process.exit(0);
