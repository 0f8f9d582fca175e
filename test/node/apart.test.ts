/** Hosts with the same port, the same library and the same process-wide singletons; WebSocket; and programs in real time. */
import "netloom/register";
import dgram from "node:dgram";
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import tls from "node:tls";
import { type Host, World } from "netloom";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { cert, key } from "./certificate.ts";
import { twoHosts } from "./two-hosts.ts";

const viaAgent = (agent: http.Agent): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = http.get({ host: "localhost", port: 80, agent }, async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      resolve(text);
    });
    request.on("error", reject);
  });

test("two hosts do not see each other's sockets", async () => {
  const { a, b } = twoHosts();
  const library = new http.Agent({ keepAlive: true });
  const connections: Record<string, number> = { a: 0, b: 0 };
  const serve = (): void => {
    const name = os.hostname();
    const server = http.createServer((_request, response) => response.end(`${name} ${os.hostname()}`)).listen(80);
    server.on("connection", () => {
      connections[name] = (connections[name] ?? 0) + 1;
    });
  };
  for (const host of [a, b]) host.start({ main: serve });
  const ask = async (): Promise<string[]> => {
    const answers: string[] = [];
    for (let i = 0; i < 3; i++) {
      answers.push(await viaAgent(http.globalAgent), await viaAgent(library));
      answers.push(await (await fetch("http://localhost/")).text());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return answers;
  };
  // Both at once, so that each finds what the other has kept alive.
  const [ofA, ofB] = await Promise.all([a.run(ask), b.run(ask)]);
  expect([...new Set(ofA)], "a").toEqual(["a a"]);
  expect([...new Set(ofB)], "b").toEqual(["b b"]);
  // Each kept one connection for each agent and dispatcher, and used it again.
  expect(connections).toEqual({ a: 3, b: 3 });
  expect(Object.keys(library.freeSockets).filter((name) => !name.includes(":a.") && !name.includes(":b."))).toEqual([]);
});

test.skipIf(typeof WebSocket === "undefined")("the global WebSocket, there and back", async () => {
  const { world, a, b } = twoHosts({ delayMs: 20 });
  b.start({
    main: () => {
      new WebSocketServer({ port: 80 }).on("connection", (socket: WebSocket & { on: net.Socket["on"] }) =>
        socket.on("message", (data) => socket.send(`you said ${data}`)),
      );
    },
  });
  const told = await a.run(
    () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket("ws://b/");
        socket.onopen = () => socket.send("hello");
        socket.onerror = reject;
        socket.onmessage = ({ data }) => {
          socket.onclose = ({ code }) => resolve([data, code]);
          socket.close(1000);
        };
      }),
  );
  expect(told).toEqual(["you said hello", 1000]);
  expect(world.nowNs).toBeGreaterThan(160e6);
});

test("in real time the same code runs against the wall clock", async () => {
  const world = new World({ time: "real", console: () => {} });
  const wire = world.cable({ delayMs: 20 });
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(wire, "10.0.0.1/24");
  b.attach(wire, "10.0.0.2/24");
  b.start({ main: () => http.createServer((_request, response) => response.end("hello")).listen(80) });
  const startedMs = performance.now();
  const told = await a.run(async () => {
    const begun = performance.now();
    const text = await (await fetch("http://b/")).text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return [text, Math.round(performance.now() - begun)] as const;
  });
  const tookMs = performance.now() - startedMs;
  expect(told[0]).toBe("hello");
  // ARP, the handshake, the request, each there and back; then the timer.
  expect(told[1]).toBeGreaterThanOrEqual(170);
  expect(tookMs).toBeGreaterThanOrEqual(told[1] - 1);
});

interface Things {
  readonly server: net.Server;
  readonly web: http.Server;
  readonly accepted: net.Socket;
  readonly secure: tls.TLSSocket;
  readonly datagrams: dgram.Socket;
  /** What was told of them, and on which host. */
  readonly events: string[];
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** A process on that host with one of each, which other code is given. */
function things(host: Host): Promise<Things> {
  return new Promise((resolve, reject) => {
    const main = async () => {
      const events: string[] = [];
      const server = net.createServer({ allowHalfOpen: true }).listen(7);
      const web = http.createServer().listen(80);
      const private_ = tls.createServer({ cert, key }).listen(443);
      const datagrams = dgram.createSocket("udp4").bind(9);
      const all = { server, web, datagrams };
      const client = net.connect(7, "localhost");
      const [accepted] = await once(server, "connection");
      const secureClient = tls.connect({ port: 443, host: "localhost", rejectUnauthorized: false });
      const [secure] = await once(private_, "secureConnection");
      for (const one of [client, accepted, secureClient, secure]) one.on("error", () => {});
      for (const [name, one] of Object.entries({ ...all, accepted, secure })) {
        one.on("close", () => events.push(`${name} closed on ${os.hostname()}`));
      }
      accepted.on("data", (data: Buffer) => events.push(`${data} on ${os.hostname()}`));
      client.on("end", () => events.push(`end on ${os.hostname()}`));
      resolve({ ...all, accepted, secure, events });
      for (;;) {
        await pause(1000);
        if (client.writable) client.write("still here");
      }
    };
    host.start({ main: () => void main().catch(reject) });
  });
}

const USES: Record<string, (things: Things) => unknown> = {
  "socket.write()": ({ accepted }) => accepted.write("mine"),
  "socket.end()": ({ accepted }) => accepted.end(),
  "socket.end() with data": ({ accepted }) => accepted.end("mine"),
  "socket.destroy()": ({ accepted }) => accepted.destroy(),
  "socket.destroySoon()": ({ accepted }) => accepted.destroySoon(),
  "socket.resetAndDestroy()": ({ accepted }) => accepted.resetAndDestroy(),
  "socket.setNoDelay()": ({ accepted }) => accepted.setNoDelay(),
  "socket.setKeepAlive()": ({ accepted }) => accepted.setKeepAlive(true),
  "socket.setTimeout()": ({ accepted }) => accepted.setTimeout(10),
  "socket.read()": ({ accepted }) => accepted.read(),
  "socket.setEncoding()": ({ accepted }) => accepted.setEncoding("hex"),
  "socket.cork()": ({ accepted }) => accepted.cork(),
  "server.getConnections()": ({ server }) => server.getConnections(() => {}),
  "http.Server.setTimeout()": ({ web }) => web.setTimeout(10),
  "http.Server.closeAllConnections()": ({ web }) => web.closeAllConnections(),
  "http.Server.closeIdleConnections()": ({ web }) => web.closeIdleConnections(),
  "socket.pause()": ({ accepted }) => accepted.pause(),
  "socket.resume()": ({ accepted }) => accepted.resume(),
  "socket.unref()": ({ accepted }) => accepted.unref(),
  "socket.remoteAddress": ({ accepted }) => accepted.remoteAddress,
  "socket.localPort": ({ accepted }) => accepted.localPort,
  "TLSSocket.write()": ({ secure }) => secure.write("mine"),
  "TLSSocket.end()": ({ secure }) => secure.end("mine"),
  "TLSSocket.destroy()": ({ secure }) => secure.destroy(),
  "server.close()": ({ server }) => server.close(),
  "server.address()": ({ server }) => server.address(),
  "server.unref()": ({ server }) => server.unref(),
  "http.Server.close()": ({ web }) => web.close(),
  "dgram.send()": ({ datagrams }) => datagrams.send("mine", 9, "10.0.0.2", () => {}),
  "dgram.close()": ({ datagrams }) => datagrams.close(),
  "dgram.address()": ({ datagrams }) => datagrams.address(),
  "dgram.setTTL()": ({ datagrams }) => datagrams.setTTL(3),
  "dgram.unref()": ({ datagrams }) => datagrams.unref(),
  "dgram.getRecvBufferSize()": ({ datagrams }) => datagrams.getRecvBufferSize(),
};

test("to use what belongs to another host is an error that says so, and changes nothing of it", async () => {
  const { a, b } = twoHosts();
  const given = things(a);
  const told = await b.run(async () => {
    await pause(100);
    const failures: Record<string, string> = {};
    for (const [name, use] of Object.entries(USES)) {
      try {
        use(await given);
        failures[name] = "accepted";
      } catch (error) {
        failures[name] = (error as Error).message;
      }
    }
    await pause(1000);
    return failures;
  });
  for (const name of Object.keys(USES)) {
    expect(told[name], name).toBe("a socket of main[2] on a is used by run[2] on b: each process makes its own");
  }
  expect((await given).events).toEqual(["still here on a"]);
});

test("code outside of all processes closes them, and what follows is their owner's", async () => {
  const { world, a } = twoHosts();
  const given = things(a);
  await world.run({ until: "100ms" });
  const { server, web, accepted, secure, datagrams, events } = await given;
  expect((server.address() as AddressInfo).port).toBe(7);
  expect(() => accepted.write("outside")).toThrow("is used by code outside of all virtual processes");
  expect(() => accepted.end("outside")).toThrow("is used by code outside of all virtual processes");
  accepted.end();
  await world.run({ until: "200ms" });
  for (const one of [accepted, secure]) one.destroy();
  for (const one of [server, web, datagrams]) one.close();
  await world.run({ until: "300ms" });
  const closed = ["accepted", "datagrams", "secure", "server", "web"].map((name) => `${name} closed on a`);
  expect(events.sort()).toEqual([...closed, "end on a"].sort());
});

test("an AbortSignal of another process closes what was given it", async () => {
  const { a, b } = twoHosts();
  const controller = new AbortController();
  const { signal } = controller;
  b.start({ main: () => http.createServer(() => {}).listen(80) });
  const asked = a.run(async () => {
    const server = net.createServer().listen({ port: 7, signal });
    const request = http.get({ host: "b", signal });
    const closed = new Promise((resolve) => server.on("close", () => resolve(`server on ${os.hostname()}`)));
    const failed = new Promise((resolve) => request.on("error", ({ name }) => resolve(`${name} on ${os.hostname()}`)));
    const fetched = fetch("http://b/", { signal }).catch(({ name }: Error) => `fetch: ${name}`);
    return await Promise.all([closed, failed, fetched]);
  });
  const aborting = b.run(async () => {
    await pause(500);
    controller.abort();
    await pause(500);
  });
  expect(await asked).toEqual(["server on a", "AbortError on a", "fetch: AbortError"]);
  await aborting;
});

test("a shared agent closes its sockets of the process that asks for it only", async () => {
  const { a, b } = twoHosts();
  const agent = new http.Agent({ keepAlive: true });
  for (const host of [a, b])
    host.start({ main: () => http.createServer((_, response) => response.end("ok")).listen(80) });
  const used = a.run(async () => {
    await viaAgent(agent);
    await pause(1000);
    return Object.keys(agent.freeSockets).map((name) => name.replace(/.*:(\w+)\.\d+\.\d+$/, "$1"));
  });
  await b.run(async () => {
    await viaAgent(agent);
    await pause(100);
    agent.destroy();
    await pause(100);
  });
  expect(await used).toEqual(["a"]);
});

test("an agent forgets the sockets of a process that has ended, and does not count them", async () => {
  const { a, b } = twoHosts();
  b.start({ main: () => http.createServer((_, response) => response.end("ok")).listen(80) });
  const agent = new http.Agent({ keepAlive: true, maxTotalSockets: 2 });
  const ask = () =>
    new Promise((resolve) => {
      http.get({ host: "b", agent }, (response) => response.resume().on("end", resolve));
    });
  for (let i = 0; i < 4; i++) await a.run(ask);
  const { freeSockets, sockets, totalSocketCount } = agent as http.Agent & { totalSocketCount: number };
  expect([freeSockets, sockets, totalSocketCount]).toEqual([{}, {}, 0]);
});

test("real time begins at the machine's clock, unless it is told otherwise", async () => {
  const before = Date.now();
  const told = await new World({ time: "real", console: () => {} }).host("a").run(() => Date.now());
  expect(told).toBeGreaterThanOrEqual(before);
  expect(told).toBeLessThan(before + 60_000);
  const { epochMs } = new World({ time: "real", epoch: 7 });
  expect([epochMs, new World().epochMs]).toEqual([7, Date.UTC(2026, 0, 1)]);
});
