/** Hosts with the same port, the same library and the same process-wide singletons; WebSocket; and programs in real time. */
import "netloom/register";
import http from "node:http";
import type net from "node:net";
import os from "node:os";
import { World } from "netloom";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
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
