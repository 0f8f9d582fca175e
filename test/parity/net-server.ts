/** Scenarios of node:net: servers. */
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { event, type Facet, failureOf, pause, type Scenario, type Stage, text } from "./stage.ts";

const SERVER_EVENTS = ["listening", "connection", "drop", "error", "close"];

const watched = (stage: Stage, ...args: unknown[]): net.Server =>
  stage.watch(
    "server",
    new (net.Server as unknown as new (...args: unknown[]) => net.Server)(...args),
    ...SERVER_EVENTS,
  );

const listenFailure =
  (...args: unknown[]): Scenario =>
  (stage) =>
    failureOf(() => stage.listen(watched(stage), ...args));

/** Where it says that it listens. */
const listeningAt =
  (...args: unknown[]): Scenario =>
  async (stage) => {
    const server = watched(stage);
    await stage.listen(server, ...args);
    const { address, family } = server.address() as AddressInfo;
    return [address, family, server.listening];
  };

export const netServer: Facet = {
  name: "net.Server",
  scenarios: {
    "listens on an address": listeningAt(0, "127.0.0.1"),
    "listens on any address of IPv4": listeningAt(0, "0.0.0.0"),
    "listens with a backlog of options": listeningAt({ port: 0, host: "127.0.0.1", backlog: 5 }),
    "listens on IPv6": listeningAt({ port: 0, host: "::1" }),
    "listens with ipv6Only": listeningAt({ port: 0, host: "::", ipv6Only: true }),
    "listens with a backlog": listeningAt(0, "127.0.0.1", 1),
    "listens exclusively": listeningAt({ port: 0, host: "127.0.0.1", exclusive: true }),
    "does not listen on an address of others": listenFailure(0, "192.0.2.1"),
    "does not listen on a name that is none": listenFailure(0, "nobody.invalid"),
    "does not listen on a port that is none": listenFailure(70_000, "127.0.0.1"),
    "does not listen without anything": (stage) => failureOf(() => watched(stage).listen({} as never)),
    "does not listen twice": async (stage) => {
      const server = watched(stage);
      await stage.listen(server);
      return await failureOf(() => server.listen(0));
    },
    "finds its port taken": async (stage) => {
      const port = await stage.listen(watched(stage));
      const other = stage.watch("other", net.createServer(), ...SERVER_EVENTS);
      other.listen(port, "127.0.0.1");
      const [error] = await event(other, "error");
      return await failureOf(Promise.reject(error));
    },
    "is closed while nobody is connected": async (stage) => {
      const server = watched(stage);
      await stage.listen(server);
      const closed = new Promise((resolve) => server.close(resolve));
      return [await closed, server.listening, server.address()];
    },
    "is closed before it listens": async (stage) => {
      const error = await new Promise((resolve) => watched(stage).close(resolve));
      return await failureOf(Promise.reject(error));
    },
    "closes when the last connection does": async (stage) => {
      const server = watched(stage);
      server.on("connection", (socket) => socket.resume());
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      await event(server, "connection");
      server.close();
      stage.note("server", "close() called");
      client.end();
      await event(server, "close");
    },
    "counts connections": async (stage) => {
      const server = watched(stage);
      const port = await stage.listen(server);
      const clients = [1, 2, 3].map(() => net.connect(port, "127.0.0.1"));
      for (const client of clients) await once(client, "connect");
      await pause(5);
      const count = await new Promise((resolve) => server.getConnections((_error, number) => resolve(number)));
      for (const client of clients) client.destroy();
      return count;
    },
    "drops above maxConnections": async (stage) => {
      const server = watched(stage);
      server.maxConnections = 1;
      server.on("connection", (socket) => socket.resume());
      const port = await stage.listen(server);
      const first = net.connect(port, "127.0.0.1");
      await once(first, "connect");
      const second = stage.watch("second", net.connect(port, "127.0.0.1"), "connect", "end", "close");
      second.resume().on("error", () => {});
      await event(second, "close");
      first.destroy();
    },
    "pauses on connect": async (stage) => {
      const server = watched(stage, { pauseOnConnect: true });
      server.on("connection", (socket: net.Socket) => {
        stage.watch("socket", socket, "data", "end");
        setTimeout(() => {
          stage.note("socket", "resumes");
          socket.resume();
        }, 10);
      });
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      client.end("hello");
      await event(client.resume(), "close");
    },
    "serves several at a time": async (stage) => {
      const server = watched(stage);
      server.on("connection", (socket: net.Socket) => socket.end("hello"));
      const port = await stage.listen(server);
      return await Promise.all([1, 2, 3, 4, 5].map(() => text(net.connect(port, "127.0.0.1"))));
    },
    "is aborted by a signal": async (stage) => {
      const controller = new AbortController();
      const server = watched(stage);
      await stage.listen(server, { port: 0, host: "127.0.0.1", signal: controller.signal });
      controller.abort();
      await event(server, "close");
      return server.listening;
    },
    "listens again where it had a connection": async (stage) => {
      const server = watched(stage);
      server.on("connection", (socket: net.Socket) => socket.end("bye"));
      const port = await stage.listen(server);
      const served = await text(net.connect(port, "127.0.0.1"));
      await new Promise((resolve) => server.close(resolve));
      await stage.listen(server, port, "127.0.0.1");
      return [served, await text(net.connect(port, "127.0.0.1"))];
    },
    "another listens while a connection of the first is open": async (stage) => {
      const server = watched(stage);
      const port = await stage.listen(server);
      const client = net.connect(port, "127.0.0.1");
      const [accepted] = await event(server, "connection");
      server.close();
      const other = stage.watch("other", net.createServer(), ...SERVER_EVENTS);
      await stage.listen(other, port, "127.0.0.1");
      client.destroy();
      (accepted as net.Socket).destroy();
      return other.listening;
    },
    "with ipv6Only leaves IPv4 to others": async (stage) => {
      const server = watched(stage);
      const port = await stage.listen(server, { port: 0, host: "::", ipv6Only: true });
      const other = stage.watch(
        "other",
        net.createServer((socket) => socket.end("IPv4")),
        ...SERVER_EVENTS,
      );
      await stage.listen(other, port, "0.0.0.0");
      return await text(net.connect(port, "127.0.0.1"));
    },
    "without ipv6Only has IPv4, too": async (stage) => {
      const server = watched(stage);
      const port = await stage.listen(server, { port: 0, host: "::" });
      const other = stage.watch("other", net.createServer(), ...SERVER_EVENTS);
      other.listen(port, "0.0.0.0");
      const [error] = await event(other, "error");
      return await failureOf(Promise.reject(error));
    },
    "shares a port with reusePort": async (stage) => {
      const server = watched(stage);
      const port = await stage.listen(server, { port: 0, host: "127.0.0.1", reusePort: true });
      const other = stage.watch("other", net.createServer(), ...SERVER_EVENTS);
      other.listen({ port, host: "127.0.0.1", reusePort: true } as net.ListenOptions);
      // Node 20 does not know the option.
      return await Promise.race([event(other, "listening"), event(other, "error")]).then(() => other.listening);
    },
    "listens again after it was closed": async (stage) => {
      const server = watched(stage);
      await stage.listen(server);
      await new Promise((resolve) => server.close(resolve));
      await stage.listen(server);
      return server.listening;
    },
  },
};
