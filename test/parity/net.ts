/** Scenarios of node:net: sockets. */
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { event, type Facet, pause, type Scenario, type Stage, text } from "./stage.ts";

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
    "is ended and destroyed at once, and another connects": async (stage) => {
      const server = net.createServer(echo);
      const port = await stage.listen(server);
      const first = net.connect(port, "127.0.0.1");
      await event(first, "connect");
      stage.watch("first", first, ...SOCKET_EVENTS);
      first.end();
      first.destroy();
      const second = stage.watch("second", net.connect(port, "127.0.0.1"), ...SOCKET_EVENTS);
      await event(second, "connect");
      await pause(5);
      second.write("hello");
      await event(second, "data");
      await pause(5);
      return [second.readyState, second.end().readyState];
    },
    "connects twice at once": async (stage) => {
      const port = await stage.listen(net.createServer(echo));
      const client = stage.watch("client", new net.Socket(), ...SOCKET_EVENTS);
      const told = event(client, "error");
      for (let count = 0; count < 2; count++) client.connect(port, "127.0.0.1");
      const [{ code, syscall }] = (await told) as [NodeJS.ErrnoException];
      await event(client, "close");
      return [code, syscall];
    },
    "connects again when it is connected, and once more": async (stage) => {
      const client = await pair(stage, (socket) => socket.resume());
      await event(client, "connect");
      const { remotePort = 0 } = client;
      client.connect(remotePort, "127.0.0.1");
      await pause(5);
      stage.note("client", client.readyState);
      client.connect(remotePort, "127.0.0.1");
      await event(client, "close");
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
