/** Scenarios of node:net over Unix paths. */
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { event, type Facet, failureOf, type Scenario, type Stage, text } from "./stage.ts";

const SOCKET_EVENTS = ["connect", "ready", "data", "end", "finish", "drain", "timeout", "error", "close"];
const SERVER_EVENTS = ["listening", "connection", "drop", "error", "close"];

const echo = (socket: net.Socket): void => void socket.pipe(socket);

const bindPath =
  (serve: (socket: net.Socket) => void, run: (stage: Stage, file: string) => unknown, options: object = {}): Scenario =>
  async (stage) => {
    const file = path.join(stage.directory, "s");
    const server = stage.watch("server", net.createServer(options, serve), ...SERVER_EVENTS);
    await stage.listen(server, file);
    return await run(stage, file);
  };

const overPath = (bytes: number): Scenario =>
  bindPath(echo, async (_stage, file) => {
    const client = net.connect(file);
    client.end(Buffer.alloc(bytes, "x"));
    return (await text(client)).length;
  });

const pathFailure =
  (name: string): Scenario =>
  async (stage) => {
    const client = net.connect(path.join(stage.directory, name));
    stage.watch("client", client, ...SOCKET_EVENTS);
    const [error] = await event(client, "error");
    return await failureOf(Promise.reject(error));
  };

const pathEnding = (allowHalfOpen: boolean, first: "client" | "server"): Scenario =>
  bindPath(
    (socket) => {
      socket.resume();
      if (first === "server") socket.end("bye");
      else socket.on("end", () => allowHalfOpen && socket.end("late"));
    },
    async (stage, file) => {
      const client = stage.watch("client", net.connect({ path: file, allowHalfOpen }), ...SOCKET_EVENTS).resume();
      if (first === "client") client.end("bye");
      else client.on("end", () => allowHalfOpen && client.end("late"));
      await event(client, "close");
    },
    { allowHalfOpen },
  );

const unlinks: readonly ((file: string) => unknown)[] = [
  (file) => fs.rmSync(file, { force: true }),
  (file) => new Promise((resolve) => fs.unlink(file, resolve)),
  (file) => new Promise((resolve) => fs.rm(Buffer.from(file), { force: true }, resolve)),
  (file) => fs.promises.unlink(pathToFileURL(file)),
  (file) => fs.promises.rm(file),
];

const abstractName = (): string => `\0parity-${process.pid}-${Date.now()}`;

export const unixPaths: Facet = {
  name: "Unix paths",
  scenarios: {
    "echoes a byte": overPath(1),
    "echoes a page": overPath(4096),
    "echoes more than a buffer": overPath(300_000),
    "echoes a megabyte": overPath(1 << 20),
    "ends first, both ways closed": pathEnding(false, "client"),
    "the server ends first, both ways closed": pathEnding(false, "server"),
    "ends first, half open": pathEnding(true, "client"),
    "the server ends first, half open": pathEnding(true, "server"),
    "finds nobody": pathFailure("nobody"),
    "finds no directory": pathFailure("nowhere/s"),
    "finds its path taken": bindPath(echo, async (stage, file) => {
      const other = net.createServer();
      stage.watch("other", other, ...SERVER_EVENTS).listen(file);
      const [error] = await event(other, "error");
      return await failureOf(Promise.reject(error));
    }),
    "is still there when another server has found its path taken": bindPath(
      (socket) => socket.end("hello"),
      async (_stage, file) => {
        const [error] = await event(net.createServer().listen(file), "error");
        return [(error as NodeJS.ErrnoException).code, await text(net.connect(file))];
      },
    ),
    "is unlinked, and another server takes its path": bindPath(echo, async (stage, file) => {
      fs.unlinkSync(file);
      const [error] = await event(net.connect(file), "error");
      const codes = [(error as NodeJS.ErrnoException).code];
      for (const unlink of unlinks) {
        const server = net.createServer((socket) => socket.end("hello"));
        await stage.listen(server, file);
        codes.push(await text(net.connect(file)));
        await unlink(file);
      }
      return codes;
    }),
    "can't listen in no directory": async (stage) => {
      const server = net.createServer().listen(path.join(stage.directory, "nowhere/s"));
      const [error] = await event(server, "error");
      return await failureOf(Promise.reject(error));
    },
    "tells its address": bindPath(echo, async (_stage, file) => {
      const client = net.connect(file);
      await once(client, "connect");
      const told = [
        client.remoteAddress ?? null,
        client.localAddress ?? null,
        client.remoteFamily ?? null,
        JSON.stringify(client.address()),
      ];
      client.destroy();
      return told;
    }),
    "tells where the server listens": bindPath(
      (socket) => socket.end(JSON.stringify([socket.address(), socket.remoteAddress ?? null])),
      async (stage, file) => {
        const server = net.createServer();
        const before = server.address();
        const other = path.join(stage.directory, "other");
        await stage.listen(server, other);
        return [before, server.address() === other, await text(net.connect(file))];
      },
    ),
    "tells the abstract name of a server": async (stage) => {
      const name = abstractName();
      const server = net.createServer();
      await stage.listen(server, name);
      return server.address() === name;
    },
    "is gone when the server is closed": async (stage) => {
      const file = path.join(stage.directory, "s");
      const server = net.createServer();
      await stage.listen(server, file);
      await new Promise((resolve) => server.close(resolve));
      const [error] = await event(net.connect(file), "error");
      return (error as NodeJS.ErrnoException).code;
    },
    "listens again on the same path": async (stage) => {
      const file = path.join(stage.directory, "s");
      for (let i = 0; i < 2; i++) {
        const server = net.createServer();
        await stage.listen(server, file);
        await new Promise((resolve) => server.close(resolve));
      }
    },
    "has an abstract name": async (stage) => {
      const name = abstractName();
      await stage.listen(
        net.createServer((socket) => socket.end("hello")),
        name,
      );
      return await text(net.connect(name));
    },
    "finds no abstract name": async () => {
      const [error] = await event(net.connect(`${abstractName()}-none`), "error");
      return (error as NodeJS.ErrnoException).code;
    },
    "serves several at a time": bindPath(
      (socket) => socket.end("hello"),
      (_stage, file) => Promise.all([1, 2, 3].map(() => text(net.connect(file)))),
    ),
    "waits for drain": bindPath(
      (socket) => setTimeout(() => socket.resume(), 10),
      async (_stage, file) => {
        const client = net.connect(file);
        await once(client, "connect");
        const wasTaken = client.write(Buffer.alloc(4 << 20));
        await event(client, "drain");
        client.end();
        return wasTaken;
      },
    ),
    "takes a path in options": bindPath(
      (socket) => socket.end("hello"),
      (_stage, file) => text(net.createConnection({ path: file })),
    ),
    "is destroyed": bindPath(
      (socket) => socket.resume(),
      async (stage, file) => {
        const client = stage.watch("client", net.connect(file), ...SOCKET_EVENTS);
        await event(client, "connect");
        client.destroy();
        await event(client, "close");
      },
    ),
  },
};
