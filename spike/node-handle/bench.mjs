/**
 * Requests and connections per second on real loopback, on the plain handle and on the JSStream handle.
 *
 *   node spike/node-handle/bench.mjs [--rounds 5] [--seconds 1] [--deliveries] [path of another node] …
 *
 * "at-once" finishes a JSStream write inside the call that makes it. --deliveries compares ways of calling back.
 * The kinds take turns in each round, each in a fresh process (a shared one would make net.js's call sites
 * megamorphic), and a ratio is taken within a round, so that the machine's noise falls on all of them.
 */

import { execFileSync } from "node:child_process";
import http from "node:http";
import net from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeAgent, makeDoor } from "./door.mjs";
import { JSStreamHandle } from "./handles.mjs";
import { deliveries } from "./turns.mjs";

const CONCURRENCY = 16;
const BULK_BYTES = 64 * 1024;
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    deliveries: { type: "boolean", default: false },
    child: { type: "string" },
  },
});

const listenOn = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

/** Runs `once(next)` in CONCURRENCY loops, warms up, then counts per second and per second of CPU time. */
function rate(once, seconds) {
  return new Promise((resolve) => {
    let count = 0;
    let isOver = false;
    let loopsLeft = CONCURRENCY;
    let startNs = 0n;
    let startCpu;
    let result;
    const next = () => {
      count++;
      if (!isOver) return once(next);
      if (--loopsLeft === 0) resolve(result);
    };
    setTimeout(() => {
      count = 0;
      startNs = process.hrtime.bigint();
      startCpu = process.cpuUsage();
      setTimeout(() => {
        const { user, system } = process.cpuUsage(startCpu);
        const wall = count / (Number(process.hrtime.bigint() - startNs) / 1e9);
        result = { wall, cpu: count / ((user + system) / 1e6) };
        isOver = true;
      }, seconds * 1000);
    }, seconds * 500);
    for (let i = 0; i < CONCURRENCY; i++) once(next);
  });
}

function fail(error) {
  throw error;
}

async function httpRate(door, keepAlive, seconds) {
  const server = door.prepare(http.createServer((_request, response) => response.end("Hello, world\n")));
  const port = await listenOn(server);
  // Without keepAlive and without a limit of sockets the Agent sends `Connection: close`.
  const agent = makeAgent(http, door, keepAlive ? { keepAlive, maxSockets: CONCURRENCY } : { keepAlive });
  const once = (next) =>
    http
      .request({ host: "127.0.0.1", port, path: "/", agent }, (response) => response.on("end", next).resume())
      .on("error", fail)
      .end();
  const result = await rate(once, seconds);
  agent.destroy();
  server.close();
  return result;
}

/** Connect, one byte there, one byte back, end on both sides. */
async function connectionRate(door, seconds) {
  const server = door.prepare(net.createServer((socket) => socket.once("data", (bytes) => socket.end(bytes))));
  const port = await listenOn(server);
  const once = (next) => {
    const socket = door.socket().connect(port, "127.0.0.1", () => socket.write("x"));
    socket.on("error", fail).on("close", next).resume();
  };
  const result = await rate(once, seconds);
  server.close();
  return result;
}

/** MB per second in one direction, on CONCURRENCY connections. */
async function bulkRate(door, seconds) {
  const server = door.prepare(net.createServer((socket) => socket.on("data", () => {})));
  const port = await listenOn(server);
  const block = Buffer.alloc(BULK_BYTES, 1);
  const sockets = [];
  const once = (next) => {
    const socket = next.socket ?? sockets.pop() ?? door.socket().connect(port, "127.0.0.1").on("error", fail);
    socket.write(block, () => {
      sockets.push(socket);
      next();
    });
  };
  const result = await rate(once, seconds);
  for (const socket of sockets) socket.destroy();
  server.close();
  return { wall: (result.wall * BULK_BYTES) / 1e6, cpu: (result.cpu * BULK_BYTES) / 1e6 };
}

async function child(name) {
  const [kind, delivery, at] = name.split("/");
  JSStreamHandle.finishesWritesAtOnce = at === "at-once";
  const door = makeDoor(kind, delivery);
  const seconds = Number(options.seconds);
  const figures = {
    keepAlive: await httpRate(door, true, seconds),
    close: await httpRate(door, false, seconds),
    connections: await connectionRate(door, seconds),
    bulk: await bulkRate(door, seconds),
  };
  console.log(JSON.stringify(figures));
  process.exit(0);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function measure(node, names) {
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const figures = {};
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const args = ["--no-warnings", fileURLToPath(import.meta.url), "--child", name, "--seconds", options.seconds];
      try {
        const timeout = 1000 * (5 + 10 * Number(options.seconds));
        figures[name] = JSON.parse(
          execFileSync(node, args, { encoding: "utf8", timeout, stdio: ["ignore", "pipe", "ignore"] }),
        );
      } catch {
        figures[name] = null;
      }
    }
    rounds.push(figures);
  }
  return rounds;
}

function report(node, names) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const rounds = measure(node, names);
  console.log(
    `\nNode ${version}, ${rounds.length} rounds: medians per second (and of the ratios to ${names[0]}, wall and CPU)`,
  );
  const columns = ["keepAlive", "close", "connections", "bulk"];
  const titles = ["http req/s, keep-alive", "http req/s, own connection", "net connections/s", "net MB/s"];
  console.log(["".padEnd(28), ...titles.map((title) => title.padStart(29))].join(""));
  for (const name of names) {
    const cells = columns.map((column) => {
      const good = rounds.filter((round) => round[name] && round[names[0]]);
      if (good.length === 0) return "never returns".padStart(29);
      const value = median(good.map((round) => round[name][column].wall));
      const ratio = (clock) => median(good.map((round) => round[name][column][clock] / round[names[0]][column][clock]));
      return `${Math.round(value)} (${ratio("wall").toFixed(2)}, cpu ${ratio("cpu").toFixed(2)})`.padStart(29);
    });
    console.log([name.padEnd(28), ...cells].join(""));
  }
}

if (options.child) {
  await child(options.child);
} else {
  const names = options.deliveries
    ? Object.keys(deliveries).map((delivery) => `plain/${delivery}`)
    : ["real", "plain", "jsstream", "jsstream/immediate/at-once"];
  for (const node of [process.execPath, ...positionals]) report(node, names);
}
