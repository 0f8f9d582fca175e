/** Scenarios of errors that objects of Node make, and of those that nobody caught. */
import { EventEmitter, once } from "node:events";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import { Readable } from "node:stream";
import { event, type Facet, failureOf, pause, type Scenario, type Stage } from "./stage.ts";

/** The first error of a client that does this. */
const clientError =
  (act: (client: net.Socket, stage: Stage) => void, listen = true): Scenario =>
  async (stage) => {
    const server = net.createServer((socket) => socket.resume().on("error", () => {}));
    const port = await stage.listen(server);
    if (!listen) await new Promise((resolve) => server.close(resolve));
    const client = stage.watch("client", net.connect(port, "127.0.0.1"), "connect", "error", "close");
    act(client, stage);
    const [error] = await event(client, "error");
    await pause(2);
    return await failureOf(Promise.reject(error));
  };

const thrown =
  (act: () => unknown): Scenario =>
  () =>
    failureOf(act);

export const errorsFacet: Facet = {
  name: "errors",
  scenarios: {
    "nobody listens": clientError(() => {}, false),
    "written after the end": clientError((client) => {
      client.end("x");
      client.write("y");
    }),
    "written after it was destroyed": async (stage) => {
      const port = await stage.listen(net.createServer());
      const client = net.connect(port, "127.0.0.1");
      client.destroy();
      return await new Promise((resolve) => client.write("x", (error) => resolve(failureOf(Promise.reject(error)))));
    },
    "the peer resets": async (stage) => {
      const server = net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
      const port = await stage.listen(server);
      const client = stage.watch("client", net.connect(port, "127.0.0.1"), "error", "close");
      client.write("x");
      client.resume();
      const [error] = await event(client, "error");
      return await failureOf(Promise.reject(error));
    },
    "the peer was destroyed": async (stage) => {
      const server = net.createServer((socket) => socket.destroy());
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      client.resume();
      await event(client, "end");
      client.on("error", (error) => stage.note("client", (error as NodeJS.ErrnoException).code ?? ""));
      await event(client, "close");
    },
    "a name that is none": async () => {
      const [error] = await event(net.connect(1, "nobody.invalid"), "error");
      return await failureOf(Promise.reject(error));
    },
    "a port that is none": thrown(() => net.connect(70_000, "127.0.0.1")),
    "a port that is no number": thrown(() => net.connect({ port: "x" as never })),
    "a host that is no text": thrown(() => net.connect({ port: 1, host: 7 as never, lookup: 3 as never })),
    "nothing to connect to": thrown(() => net.connect({} as never)),
    "a local address that is none": thrown(() => net.connect({ port: 1, host: "127.0.0.1", localAddress: "nowhere" })),
    ...Object.fromEntries(
      [
        ["127.0.0.1", "::1"],
        ["::1", "127.0.0.1"],
        ["127.0.0.1", "::ffff:127.0.0.1"],
        ["127.255.255.255", "127.0.0.1"],
      ].map(([host, localAddress]) => [
        `a local address ${localAddress} for ${host}`,
        async () => {
          const [error] = await event(net.connect({ port: 1, host, localAddress } as net.TcpNetConnectOpts), "error");
          return await failureOf(Promise.reject(error));
        },
      ]),
    ),
    "local addresses of many": async (stage) => {
      const port = await stage.listen(net.createServer((socket) => socket.end(String(socket.remoteAddress))));
      const answers: unknown[] = [];
      for (const localAddress of ["127.255.255.255", "224.0.0.1", "255.255.255.255"]) {
        const [data] = await once(net.connect({ port, host: "127.0.0.1", localAddress }), "data");
        const server = net.createServer().listen(0, localAddress);
        await once(server, "listening");
        answers.push([localAddress, String(data), (server.address() as net.AddressInfo).address]);
        server.close();
      }
      return answers;
    },
    "a local address of others": async () => {
      const [error] = await event(net.connect({ port: 1, host: "127.0.0.1", localAddress: "192.0.2.1" }), "error");
      return await failureOf(Promise.reject(error));
    },
    "a chunk that is none": thrown(() => new net.Socket().write(7 as never)),
    "a timeout that is none": thrown(() => new net.Socket().setTimeout(-1)),
    "an encoding that is none": thrown(() => new net.Socket().setEncoding("none" as never)),
    "a URL that is none": thrown(() => http.get("nothing")),
    "a protocol that is none": thrown(() => http.get("ftp://127.0.0.1/")),
    "a header that is none": thrown(() => http.get({ port: 1, headers: { "a b": "c" } })),
    "a value of a header that is none": thrown(() => http.get({ port: 1, headers: { a: "\n" } })),
    "a method that is none": thrown(() => http.request({ port: 1, method: "A B" })),
    "a path that is none": thrown(() => http.request({ port: 1, path: "/a b" })),
    "an error event without a listener": thrown(() => new EventEmitter().emit("error", new Error("mine"))),
    "an error in a pipeline": async () => {
      const source = Readable.from(["a"]);
      source.destroy(new Error("mine"));
      return await failureOf(once(source, "end"));
    },
    "an abort before the connection": () => failureOf(fetch("http://127.0.0.1:1", { signal: AbortSignal.abort() })),
    "what a process is not given": async () => {
      const env = process.env as Record<PropertyKey, unknown>;
      const refused: (() => unknown)[] = [
        () => process.umask("zz"),
        () => process.umask(-1),
        () => process.umask(1.5),
        () => process.chdir(5 as never),
        () => process.chdir("a\0b"),
        () => process.setUncaughtExceptionCaptureCallback(5 as never),
        () => Object.assign(process, { exitCode: "abc" }),
        () => Object.assign(process, { exitCode: 1.5 }),
        () => Object.assign(process, { exitCode: "" }),
        () => Object.assign(env, { PARITY: Symbol("value") }),
        () => Object.assign(env, { [Symbol("name")]: "value" }),
        () => Object.defineProperty(env, "PARITY", { get: () => "value" }),
        () => Object.defineProperty(env, "PARITY", { value: "value" }),
        () => Object.defineProperty(env, "PARITY", { configurable: true, enumerable: true, writable: true }),
      ];
      const failures: unknown[] = [];
      for (const attempt of refused) failures.push(await failureOf(attempt));
      return [failures, "PARITY" in env];
    },
    "a process takes text for numbers, and numbers for text": () => {
      const before = process.umask("027");
      const masks = [process.umask(before), process.umask() === before];
      const env: Record<string, unknown> = process.env;
      Object.defineProperty(env, "PARITY", { value: 5, configurable: true, enumerable: true, writable: true });
      const value = env.PARITY;
      delete env.PARITY;
      return [masks, value, process.on === process.addListener, String(os.hostname) === os.hostname()];
    },
    "a capture callback gets what was thrown": async (stage) => {
      const note = (error: Error) => stage.note("captured", error.message);
      process.setUncaughtExceptionCaptureCallback(note);
      stage.after(() => process.setUncaughtExceptionCaptureCallback(null));
      const second = await failureOf(() => process.setUncaughtExceptionCaptureCallback(note));
      setTimeout(() => {
        throw new Error("timer");
      }, 10);
      process.nextTick(() => {
        throw new Error("tick");
      });
      setImmediate(() => {
        throw new Error("immediate");
      });
      await pause(30);
      return [second, process.hasUncaughtExceptionCaptureCallback()];
    },
    "a local port that has such a connection already": async (stage) => {
      const port = await stage.listen(net.createServer((socket) => socket.resume()));
      const first = net.connect({ port, host: "127.0.0.1", localPort: 0 });
      await once(first, "connect");
      const localPort = first.localPort as number;
      const [error] = await event(net.connect({ port, host: "127.0.0.1", localPort }), "error");
      first.destroy();
      return await failureOf(Promise.reject(error));
    },
  },
};
