/**
 * The order of callbacks and events on real loopback and on each handle, for scripted scenarios.
 *
 *   node spike/node-handle/order.mjs [--scenario name] [--deliveries] [--verbose]
 *
 * Two processes' worth of events race on a real socket, so each scenario runs there many times. A handle's order is
 * "same" when some real run had it, "same on each side" when the client's and the server's own orders were each seen
 * (only the race between them was not), and otherwise "differs", and both orders are printed.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";
import net from "node:net";
import { parseArgs } from "node:util";
import { makeAgent, makeDoor } from "./door.mjs";
import { JSStreamHandle } from "./handles.mjs";
import { deliveries } from "./turns.mjs";

const REAL_RUNS = 30;
const RUN_MS_MAX = 2000;
const { values: options } = parseArgs({
  options: { scenario: { type: "string" }, deliveries: { type: "boolean" }, verbose: { type: "boolean" } },
});

const macrotask = () => new Promise((resolve) => setImmediate(resolve));
const listenOn = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
const closed = (emitter) => new Promise((resolve) => emitter.once("close", resolve));

/** Logs `label`, then when the tick and the microtask that follow it run. */
function probe(log, label) {
  log.push(label);
  process.nextTick(() => log.push(`${label}.tick`));
  queueMicrotask(() => log.push(`${label}.microtask`));
}

function watch(log, side, emitter, events = ["connect", "ready", "data", "drain", "end", "finish", "error", "close"]) {
  for (const event of events) {
    emitter.on(event, (argument) => {
      const detail =
        argument instanceof Error ? `(${argument.code})` : typeof argument === "boolean" ? `(${argument})` : "";
      log.push(`${side}:${event}${detail}`);
    });
  }
  return emitter;
}

/** Starts a server, gives its port and one promise that settles when every accepted socket has closed. */
async function serve(door, onSocket, serverOptions = {}) {
  const sockets = [];
  const server = door.prepare(
    net.createServer(serverOptions, (socket) => {
      sockets.push(closed(socket));
      onSocket(socket, sockets.length);
    }),
  );
  const port = await listenOn(server);
  return {
    port,
    server,
    finish: async (...others) => {
      await Promise.all(others);
      await macrotask();
      await Promise.all(sockets);
      server.close();
      await closed(server);
      for (let i = 0; i < 4; i++) await macrotask();
    },
  };
}

const scenarios = {
  async connect(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      probe(log, "s:connection");
      watch(log, "s", socket, ["end", "finish", "close"]).resume();
    });
    const client = door.socket();
    client.on("connect", () => probe(log, "c:connect"));
    client.on("ready", () => {
      log.push("c:ready");
      client.end();
    });
    watch(log, "c", client, ["end", "finish", "close"]);
    client.connect(port, "127.0.0.1");
    log.push("c:connect() returned");
    await finish(closed(client.resume()));
  },

  async echo(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      watch(log, "s", socket, ["end", "finish", "close"]);
      socket.on("data", (bytes) => {
        probe(log, "s:data");
        socket.write(bytes, () => log.push("s:written"));
      });
    });
    const client = watch(log, "c", door.socket(), ["end", "finish", "close"]).connect(port, "127.0.0.1");
    client.on("connect", () => client.write("ping", () => probe(log, "c:written")));
    client.on("data", () => {
      probe(log, "c:data");
      client.end(() => log.push("c:end callback"));
    });
    await finish(closed(client));
  },

  async "re-entry"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      socket.on("data", () => {
        log.push("s:data, before write()");
        socket.write("y");
        log.push("s:after write()");
        socket.end();
        log.push("s:after end()");
      });
      watch(log, "s", socket, ["end", "close"]);
    });
    const client = watch(log, "c", door.socket(), ["data", "end", "close"]);
    client.connect(port, "127.0.0.1", () => {
      log.push("c:before write()");
      client.write("x");
      log.push("c:after write()");
    });
    await finish(closed(client));
  },

  async "write then destroy"(door, log) {
    let count = 0;
    const { port, finish } = await serve(door, (socket) => {
      watch(log, "s", socket, ["end", "error", "close"]);
      socket.on("data", (bytes) => (count += bytes.length));
    });
    const client = watch(log, "c", door.socket(), ["finish", "error", "close"]);
    client.connect(port, "127.0.0.1", () => {
      client.write(Buffer.alloc(1000), () => log.push("c:written"));
      client.destroy();
    });
    await finish(closed(client));
    log.push(`s:${count} bytes`);
  },

  async "write and drain"(door, log) {
    let count = 0;
    const { port, finish } = await serve(door, (socket) => {
      socket.once("data", () => log.push("s:first data"));
      socket.on("data", (bytes) => (count += bytes.length));
      watch(log, "s", socket, ["end", "finish", "close"]);
    });
    const client = watch(log, "c", door.socket(), ["drain", "finish", "end", "close"]);
    client.connect(port, "127.0.0.1", () => {
      const size = 16 * 1024 * 1024;
      log.push(`c:write() is ${client.write(Buffer.alloc(size), () => log.push("c:written 1"))}`);
      client.write("tail", () => log.push("c:written 2"));
      client.once("drain", () => client.end());
    });
    await finish(closed(client));
    log.push(`s:${count} bytes`);
  },

  async "half open"(door, log) {
    const { port, finish } = await serve(
      door,
      (socket) => {
        watch(log, "s", socket, ["finish", "close"]);
        socket.on("end", () => {
          probe(log, "s:end");
          setImmediate(() => setImmediate(() => socket.end("late")));
        });
        socket.resume();
      },
      { allowHalfOpen: true },
    );
    const client = watch(log, "c", door.socket({ allowHalfOpen: true }), ["finish", "data", "end", "close"]);
    client.connect(port, "127.0.0.1", () => client.end("x"));
    await finish(closed(client));
  },

  async "end before connect"(door, log) {
    const { port, finish } = await serve(door, (socket) => watch(log, "s", socket, ["data", "end", "finish", "close"]));
    const client = watch(log, "c", door.socket(), ["connect", "ready", "finish", "end", "close"]).resume();
    client.connect(port, "127.0.0.1");
    client.end("early", () => log.push("c:end callback"));
    await finish(closed(client));
  },

  async "destroy with pending writes"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      socket.pause();
      setTimeout(() => watch(log, "s", socket, ["error", "end", "close"]).resume(), 30);
    });
    const client = watch(log, "c", door.socket(), ["drain", "finish", "error", "close"]);
    client.connect(port, "127.0.0.1", () => {
      const pending = (label) => (error) => log.push(`c:${label} ${error?.code ?? "ok"}`);
      client.write(Buffer.alloc(32 * 1024 * 1024), pending("written 1"));
      client.write("more", pending("written 2"));
      setTimeout(() => {
        client.destroy();
        log.push("c:destroyed");
      }, 10);
    });
    await finish(closed(client));
  },

  async refused(door, log) {
    const { port, finish } = await serve(door, () => {});
    await finish();
    const client = door.socket();
    client.on("error", (error) => probe(log, `c:error ${error.code} ${error.syscall} ${error.address}`));
    watch(log, "c", client, ["connect", "close"]);
    client.connect(port, "127.0.0.1");
    log.push("c:connect() returned");
    await closed(client);
  },

  async "destroy while connecting"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      watch(log, "s", socket, ["error"]).resume();
    });
    const client = watch(log, "c", door.socket(), ["connect", "error", "close"]);
    client.connect(port, "127.0.0.1");
    process.nextTick(() => {
      client.destroy();
      log.push("c:destroyed");
    });
    await finish(closed(client));
  },

  async "address in use"(door, log) {
    const { port, finish } = await serve(door, () => {});
    const other = door.prepare(net.createServer());
    other.on("error", (error) =>
      probe(log, `s:error ${error.code} ${error.syscall} ${error.message.replace(port, "PORT")}`),
    );
    other.listen(port, "127.0.0.1");
    log.push("s:listen() returned");
    await new Promise((resolve) => other.once("error", resolve));
    await finish();
  },

  async "three clients"(door, log) {
    const { port, finish } = await serve(door, (socket, number) => {
      probe(log, `s:connection ${number}`);
      socket.resume();
    });
    const clients = [1, 2, 3].map((number) =>
      door.socket().connect(port, "127.0.0.1", function () {
        probe(log, `c:connect ${number}`);
        this.end();
      }),
    );
    await finish(...clients.map((client) => closed(client.resume())));
  },

  async "two sockets ready"(door, log) {
    const accepted = [];
    const { port, finish } = await serve(door, (socket) => accepted.push(socket.resume()));
    const clients = [];
    for (const name of ["a", "b"]) {
      const client = door.socket().connect(port, "127.0.0.1");
      client.on("data", () => {
        probe(log, `c:data ${name}`);
        Promise.resolve().then(() => process.nextTick(() => log.push(`c:data ${name}.microtask.tick`)));
      });
      await new Promise((resolve) => client.once("connect", resolve));
      clients.push(client);
    }
    while (accepted.length < 2) await macrotask();
    for (const socket of accepted) socket.write("x");
    // Both are readable before the loop looks: the two callbacks fall into one iteration.
    const until = performance.now() + 5;
    while (performance.now() < until);
    await Promise.all(clients.map((client) => new Promise((resolve) => client.once("data", resolve))));
    for (let i = 0; i < 4; i++) await macrotask();
    for (const client of clients) client.end();
    await finish(...clients.map(closed));
  },

  async "immediate beside data"(door, log) {
    const { port, finish } = await serve(door, (socket) => socket.pipe(socket));
    const client = door.socket().connect(port, "127.0.0.1");
    await new Promise((resolve) => client.once("connect", resolve));
    let round = 0;
    client.on("data", () => {
      log.push(`c:data ${round}`);
      process.nextTick(() => log.push("c:tick"));
      setImmediate(() => log.push("c:immediate"));
      if (++round < 3) client.write("x", () => log.push("c:written"));
      else setImmediate(() => client.end());
    });
    client.write("x");
    await finish(closed(client));
  },

  async "peer closes with unread input"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      socket.pause();
      watch(log, "s", socket, ["error", "close"]);
      setTimeout(() => socket.destroy(), 20);
    });
    const client = watch(log, "c", door.socket(), ["data", "end", "error", "close"]);
    client.connect(port, "127.0.0.1", () => {
      client.write(Buffer.alloc(200_000));
      client.resume();
    });
    await finish(closed(client));
  },

  async "write after the peer has closed"(door, log) {
    const { port, finish } = await serve(door, (socket) => socket.destroy());
    const client = watch(log, "c", door.socket({ allowHalfOpen: true }), ["end", "error", "close"]).resume();
    client.connect(port, "127.0.0.1");
    client.once("end", () => {
      client.write("one", (error) => log.push(`c:written 1 ${error?.code ?? "ok"}`));
      setTimeout(() => client.write("two", (error) => log.push(`c:written 2 ${error?.code ?? "ok"}`)), 10);
    });
    await finish(closed(client));
  },

  async "pause and resume"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      socket.write("one");
      setTimeout(() => socket.end("two"), 10);
    });
    const client = watch(log, "c", door.socket(), ["end", "close"]);
    client.connect(port, "127.0.0.1", () => client.pause());
    client.on("data", (bytes) => log.push(`c:data ${bytes}`));
    setTimeout(() => {
      log.push("c:resume");
      client.resume();
    }, 30);
    await finish(closed(client));
  },

  async timeout(door, log) {
    const { port, finish } = await serve(door, (socket) => socket.on("error", () => {}).resume());
    const client = door.socket();
    client.on("timeout", () => log.push("c:timeout"));
    client.connect(port, "127.0.0.1", () => {
      client.setTimeout(40);
      client.write("x");
      setTimeout(() => {
        log.push("c:60 ms later");
        client.destroy();
      }, 60);
    });
    await finish(closed(client), new Promise((resolve) => client.once("close", () => setImmediate(resolve))));
  },

  async "user buffer (onread)"(door, log) {
    const { port, finish } = await serve(door, (socket) => socket.end("x".repeat(40)));
    const onread = { buffer: Buffer.alloc(16), callback: (count) => log.push(`c:onread ${count}`) };
    const client = watch(log, "c", door.socket({ onread }), ["data", "end", "close"]).connect(port, "127.0.0.1");
    await finish(closed(client));
  },

  async context(door, log) {
    const storage = new AsyncLocalStorage();
    const store = () => storage.getStore() ?? "none";
    const { port, server, finish } = await storage.run("server", () =>
      serve(door, (socket) => {
        log.push(`s:connection in ${store()}`);
        socket.on("data", (bytes) => {
          log.push(`s:data in ${store()}`);
          storage.run("reply", () => socket.write(bytes, () => log.push(`s:written in ${store()}`)));
        });
        socket.on("end", () => log.push(`s:end in ${store()}`));
        socket.on("close", () => log.push(`s:close in ${store()}`));
      }),
    );
    server.on("close", () => log.push(`s:server close in ${store()}`));
    const client = storage.run("client", () => door.socket());
    client.on("data", () => {
      log.push(`c:data in ${store()}`);
      storage.run("end", () => client.end(() => log.push(`c:end callback in ${store()}`)));
    });
    client.on("end", () => log.push(`c:end in ${store()}`));
    client.on("close", () => log.push(`c:close in ${store()}`));
    storage.run("connect", () =>
      client.connect(port, "127.0.0.1", () => {
        log.push(`c:connect in ${store()}`);
        storage.run("write", () => client.write("x", () => log.push(`c:written in ${store()}`)));
      }),
    );
    await finish(closed(client));
  },

  async "context of a pending write"(door, log) {
    const storage = new AsyncLocalStorage();
    const { port, finish } = await serve(door, (socket) => setTimeout(() => socket.resume(), 10));
    const client = storage.run("client", () => door.socket()).connect(port, "127.0.0.1");
    await new Promise((resolve) => client.once("connect", resolve));
    storage.run("write", () =>
      client.write(Buffer.alloc(16 * 1024 * 1024), () => log.push(`c:written in ${storage.getStore()}`)),
    );
    client.on("drain", () => {
      log.push(`c:drain in ${storage.getStore()}`);
      client.end();
    });
    await finish(closed(client.resume()));
  },

  async "throw in a data handler"(door, log) {
    const { port, finish } = await serve(door, (socket) => {
      socket.once("data", () => {
        log.push("s:data throws");
        process.nextTick(() => log.push("s:tick"));
        throw new Error("thrown by the server");
      });
      socket.on("end", () => log.push("s:end"));
    });
    const client = door.socket();
    client.on("error", (error) => log.push(`c:error ${error.message}`));
    client.connect(port, "127.0.0.1", () => {
      client.write("x");
      log.push("c:after write()");
      setImmediate(() => setImmediate(() => client.end()));
    });
    await finish(closed(client.resume()));
  },

  async http(door, log) {
    const server = door.prepare(
      http.createServer((request, response) => {
        log.push("s:request");
        watch(log, "s:request", request, ["end", "close"]).resume();
        watch(log, "s:response", response, ["finish", "close"]).end("hello");
      }),
    );
    server.on("connection", (socket) => watch(log, "s:socket", socket, ["end", "close"]));
    const port = await listenOn(server);
    const agent = makeAgent(http, door, { keepAlive: false });
    const request = http.request({ host: "127.0.0.1", port, agent, method: "POST" });
    watch(log, "c:request", request, ["socket", "finish", "close"]).end("body");
    request.on("socket", (socket) => watch(log, "c:socket", socket, ["connect", "ready", "end", "close"]));
    request.on("response", (response) => watch(log, "c:response", response, ["data", "end", "close"]));
    await closed(request);
    server.close();
    await closed(server);
    for (let i = 0; i < 4; i++) await macrotask();
  },
};

async function run(name, door) {
  const log = [];
  const uncaught = (error) => log.push(`uncaught ${error.message}`);
  process.on("uncaughtException", uncaught);
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(() => resolve(log.push("HANGS")), RUN_MS_MAX);
  });
  try {
    await Promise.race([scenarios[name](door, log), timeout]);
  } catch (error) {
    log.push(`THROWS ${error.message}`);
  }
  clearTimeout(timer);
  process.off("uncaughtException", uncaught);
  return log;
}

const sideOf = (log, side) => log.filter((line) => !line.startsWith(side === "c" ? "s:" : "c:")).join("\n");

function judge(log, realLogs) {
  if (realLogs.some((real) => real.join("\n") === log.join("\n"))) return "same";
  const isSeen = (side) => realLogs.some((real) => sideOf(real, side) === sideOf(log, side));
  return isSeen("c") && isSeen("s") ? "same on each side" : "differs";
}

function mostFrequent(logs) {
  const counts = new Map();
  for (const log of logs) counts.set(log.join(" · "), (counts.get(log.join(" · ")) ?? 0) + 1);
  const [text, count] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return { text, count, kinds: counts.size };
}

const subjects = [
  ["plain", "immediate"],
  ["jsstream", "immediate"],
  ["jsstream", "immediate", "at once"],
  ...(options.deliveries
    ? Object.keys(deliveries)
        .filter((name) => name !== "immediate")
        .map((name) => ["plain", name])
    : []),
];

console.log(`Node ${process.version}, ${REAL_RUNS} real runs of each scenario\n`);
const tally = new Map();
const hung = new Set();
for (const name of Object.keys(scenarios)) {
  if (options.scenario && options.scenario !== name) continue;
  const realLogs = [];
  for (let i = 0; i < REAL_RUNS; i++) realLogs.push(await run(name, makeDoor("real")));
  const real = mostFrequent(realLogs);
  console.log(`${name}\n  real (${real.count} of ${REAL_RUNS} runs, ${real.kinds} orders): ${real.text}`);
  for (const [kind, delivery, at] of subjects) {
    const subject = [kind, delivery, at].filter(Boolean).join(" ");
    if (hung.has(subject)) continue;
    JSStreamHandle.finishesWritesAtOnce = at !== undefined;
    const log = await run(name, makeDoor(kind, delivery));
    const verdict = judge(log, realLogs);
    const counts = tally.get(subject) ?? { same: 0, "same on each side": 0, differs: 0 };
    counts[verdict]++;
    tally.set(subject, counts);
    console.log(
      `  ${subject.padEnd(28)} ${verdict}${verdict === "same" && !options.verbose ? "" : `: ${log.join(" · ")}`}`,
    );
    // A delivery that never comes back goes on spinning: it has said enough.
    if (log.includes("HANGS")) hung.add(subject);
  }
}
console.log();
console.table(Object.fromEntries(tally));
process.exit(0);
