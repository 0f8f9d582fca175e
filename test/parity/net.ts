/** Scenarios of node:net: sockets, servers, Unix paths. */
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { event, type Facet, failureOf, pause, type Scenario, type Stage, text } from "./stage.ts";

const SOCKET_EVENTS = ["lookup", "connect", "ready", "data", "end", "finish", "drain", "timeout", "error", "close"];

/** A server whose connections are watched as "server", and a client that is watched as "client". */
async function pair(
  stage: Stage,
  serve: (socket: net.Socket) => void,
  options: Partial<net.NetConnectOpts & net.ServerOpts> = {},
) {
  const server = net.createServer(options as net.ServerOpts, (socket) =>
    serve(stage.watch("server", socket, ...SOCKET_EVENTS)),
  );
  const port = await stage.listen(server);
  const client = net.connect({ port, host: "127.0.0.1", ...options } as net.NetConnectOpts);
  return stage.watch("client", client, ...SOCKET_EVENTS);
}

const echo = (socket: net.Socket): void => void socket.pipe(socket);

/** As many bytes there and back. */
const echoed =
  (bytes: number): Scenario =>
  async (stage) => {
    const server = net.createServer(echo);
    const client = net.connect(await stage.listen(server), "127.0.0.1");
    client.end(Buffer.alloc(bytes, "x"));
    return (await text(client)).length;
  };

const encoded =
  (encoding: BufferEncoding): Scenario =>
  async (stage) => {
    const client = await pair(stage, (socket) => socket.end("76c3a4", encoding));
    return await text(client);
  };

/** Both sides end, in that order. */
const ending =
  (allowHalfOpen: boolean, first: "client" | "server"): Scenario =>
  async (stage) => {
    const client = await pair(
      stage,
      (socket) => {
        socket.resume();
        if (first === "server") socket.end("bye");
        else socket.on("end", () => allowHalfOpen && socket.end("late"));
      },
      { allowHalfOpen },
    );
    client.resume();
    if (first === "client") client.end("bye");
    else client.on("end", () => allowHalfOpen && client.end("late"));
    await event(client, "close");
    await pause(5);
  };

export const netSocket: Facet = {
  name: "net.Socket",
  scenarios: {
    "echoes a byte": echoed(1),
    "echoes what fits a segment": echoed(1400),
    "echoes more than a buffer": echoed(300_000),
    "echoes a megabyte": echoed(1 << 20),
    "writes hex": encoded("hex"),
    "writes utf8": encoded("utf8"),
    "writes latin1": encoded("latin1"),
    "writes utf16le": encoded("utf16le"),
    "writes base64": encoded("base64"),
    "ends first, both ways closed": ending(false, "client"),
    "the server ends first, both ways closed": ending(false, "server"),
    "ends first, half open": ending(true, "client"),
    "the server ends first, half open": ending(true, "server"),
    "is destroyed by itself": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await event(client, "connect");
      client.destroy();
      await event(client, "close");
      await pause(5);
      return [client.destroyed, client.readyState];
    },
    "is destroyed with an error": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await event(client, "connect");
      client.destroy(new Error("mine"));
      await event(client, "close");
    },
    "is reset": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await event(client, "connect");
      await pause(5);
      client.resetAndDestroy();
      await event(client, "close");
      await pause(5);
    },
    "is reset before it connects": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      client.resetAndDestroy();
      await event(client, "close");
    },
    "tells its addresses": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      const { connecting, pending, readyState, remoteAddress } = client;
      await event(client, "connect");
      const { address, family } = client.address() as AddressInfo;
      const now = [
        client.connecting,
        client.pending,
        client.readyState,
        client.remoteAddress,
        client.remoteFamily,
        client.localAddress,
      ];
      client.destroy();
      return [
        connecting,
        pending,
        readyState,
        remoteAddress ?? null,
        address,
        family,
        now,
        client.remoteAddress ?? null,
      ];
    },
    "counts its bytes": async (stage) => {
      const client = await pair(stage, echo);
      client.write("abc");
      client.write("äöü");
      client.end("x");
      await text(client);
      return [client.bytesRead, client.bytesWritten];
    },
    "waits for drain": async (stage) => {
      const server = net.createServer((socket) => setTimeout(() => socket.resume(), 10));
      const client = net.connect(await stage.listen(server), "127.0.0.1");
      stage.watch("client", client, "connect", "drain", "finish", "end", "close");
      await event(client, "connect");
      const wasTaken = client.write(Buffer.alloc(16 << 20));
      await event(client, "drain");
      const left = client.writableLength;
      client.end();
      await event(client.resume(), "close");
      return [wasTaken, left];
    },
    "calls back each write in order": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      for (const name of ["one", "two", "three"]) client.write(name, () => stage.note("writes", name));
      client.end(() => stage.note("writes", "end"));
      await event(client, "close");
    },
    "is corked": async (stage) => {
      const client = await pair(stage, echo);
      client.cork();
      client.write("a");
      client.write("b");
      process.nextTick(() => client.uncork());
      const [data] = await once(client, "data");
      client.end();
      await event(client, "close");
      return String(data);
    },
    "times out": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      client.setTimeout(20);
      await event(client, "timeout");
      client.destroy();
      return client.timeout;
    },
    "is paused": async (stage) => {
      const client = await pair(stage, (socket) => socket.end("later"));
      client.pause();
      await pause(10);
      stage.note("client", "resumes");
      client.resume();
      await event(client, "close");
    },
    "reads into a buffer of the user": async (stage) => {
      const server = net.createServer((socket) => socket.end("x".repeat(40)));
      const port = await stage.listen(server);
      const sizes: number[] = [];
      const buffer = Buffer.alloc(16);
      const onread = { buffer, callback: (bytes: number) => sizes.push(bytes) > 0 };
      const client = net.connect({ port, host: "127.0.0.1", onread });
      await event(client, "close");
      return sizes;
    },
    "is aborted by a signal": async (stage) => {
      const controller = new AbortController();
      const client = await pair(stage, (socket) => socket.resume(), { signal: controller.signal } as never);
      await event(client, "connect");
      controller.abort();
      await event(client, "close");
    },
    "takes noDelay and keepAlive": async (stage) => {
      const client = await pair(stage, (socket) => socket.end(), {
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 1000,
      });
      client.setNoDelay(false).setKeepAlive(false).resume();
      await event(client, "close");
    },
    "binds to an address of its own": async (stage) => {
      const client = await pair(stage, (socket) => socket.end(String(socket.remoteAddress)), {
        localAddress: "127.0.0.2",
      });
      return [client.localAddress ?? null, await text(client)];
    },
    "uses one port of its own for two connections, one after the other": async (stage) => {
      const server = net.createServer((socket) => socket.end());
      const port = await stage.listen(server);
      const ports: (number | undefined)[] = [];
      for (let count = 0; count < 2; count++) {
        const localPort: number = ports[0] ?? 0;
        const client = net.connect({ port, host: "127.0.0.1", localAddress: "127.0.0.1", localPort });
        await event(client, "connect");
        ports.push(client.localPort);
        await event(client.resume(), "close");
      }
      return ports[0] === ports[1];
    },
    "has a name looked up": async (stage) => {
      const server = net.createServer((socket) => socket.end("hello"));
      const port = await stage.listen(server);
      const lookup = ((_name: string, _options: object, done: (...values: unknown[]) => void) =>
        done(null, [{ address: "127.0.0.1", family: 4 }])) as never;
      const client = net.connect({ port, host: "example.test", lookup });
      stage.watch("client", client, "lookup", "connect", "end");
      return await text(client);
    },
    "tries one address after the other": async (stage) => {
      const server = net.createServer((socket) => socket.end("hello"));
      const port = await stage.listen(server);
      const addresses = [
        { address: "127.0.0.3", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ];
      const lookup = ((_name: string, _options: object, done: (...values: unknown[]) => void) =>
        done(null, addresses)) as never;
      const client = net.connect({ port, host: "example.test", lookup });
      return [await text(client), client.autoSelectFamilyAttemptedAddresses?.length];
    },
  },
};

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
