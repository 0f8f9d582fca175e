/** `process`, `console`, `os`, errors that nobody caught, and what is refused, in virtual processes. */
import "netloom/register";
import crypto from "node:crypto";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import { World } from "netloom";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a process knows who and where it is", async () => {
  const { a } = twoHosts();
  const told = await a.run(
    () => ({
      pid: process.pid > 1 && process.pid < 100,
      ppid: process.ppid,
      argv: process.argv.slice(2),
      env: { ...process.env },
      cwd: process.cwd(),
      host: os.hostname(),
      eth0: os.networkInterfaces().eth0,
      user: process.getuid?.(),
    }),
    { argv: ["--port", "7"], env: { LEVEL: "debug" }, uid: 1000, cwd: "/tmp" },
  );
  expect(told).toMatchObject({
    pid: true,
    ppid: 1,
    argv: ["--port", "7"],
    env: { LEVEL: "debug" },
    cwd: "/tmp",
    host: "a",
    eth0: [{ address: "10.0.0.1", netmask: "255.255.255.0", family: "IPv4", internal: false, cidr: "10.0.0.1/24" }],
    user: 1000,
  });
});

test('exit() ends the process: listeners of "exit" run, the code behind it does not', async () => {
  const { world, a } = twoHosts();
  const seen: unknown[] = [];
  const started = a.start({
    main: () => {
      process.on("exit", (status) => seen.push(status));
      net.createServer().listen(1);
      setTimeout(() => {
        process.exit(3);
        seen.push("goes on");
      }, 10);
    },
  });
  await world.run({ until: "1s" });
  expect([seen, started.state, started.status >> 8]).toEqual([[3], "reaped", 3]);
  await expect(a.run(() => process.exit(4))).rejects.toThrow('the process "run" exited with status 4');
});

test("a process ends when nothing of it can happen any more, with its exitCode", async () => {
  const { world, a } = twoHosts();
  const seen: unknown[] = [];
  const started = a.start({
    main: () => {
      process.exitCode = 5;
      process.once("beforeExit", () => setTimeout(() => seen.push("once more"), 100));
      process.on("exit", (status) => seen.push(status));
    },
  });
  await world.run({ until: "1s" });
  expect([seen, started.status >> 8, process.exitCode]).toEqual([["once more", 5], 5, undefined]);
});

const THROWERS: Record<string, () => void> = {
  "in main": () => {
    throw new Error("oh");
  },
  "in a timer": () => setTimeout(() => fail(), 1),
  "in a tick": () => process.nextTick(() => fail()),
  "in a microtask": () => queueMicrotask(() => fail()),
  "in a promise": () => void Promise.reject(new Error("oh")),
  "in an async function": () => void later(1).then(() => fail()),
  "in a socket's listener": () => void net.connect(9, "10.0.0.2").on("error", () => fail()),
  "by an error event": () => void net.connect(9, "10.0.0.2"),
};

function fail(): never {
  throw new Error("oh");
}

test.each(Object.entries(THROWERS))(
  "an error that nobody caught ends its process only: %s",
  async (_where, thrower) => {
    const { world, a, b } = twoHosts();
    const other = b.start({ main: () => net.createServer().listen(1) });
    const started = a.start({ main: thrower });
    const { crashes } = await world.run({ until: "10s" });
    expect(crashes).toMatchObject([{ host: "a", process: "main" }]);
    expect(String(crashes[0]?.error)).toMatch(/oh|ECONNREFUSED/);
    expect([started.state, started.status >> 8, other.state]).toEqual(["reaped", 1, "running"]);
  },
);

test("a listener of uncaughtException keeps the process alive", async () => {
  const { a } = twoHosts();
  const seen = await a.run(async () => {
    const errors: unknown[] = [];
    process.on("uncaughtException", (error, origin) => errors.push(error.message, origin));
    process.on("unhandledRejection", (reason) => errors.push(String(reason)));
    setTimeout(() => fail(), 5);
    void Promise.reject("no");
    await later(20);
    return errors;
  });
  expect(seen).toEqual(["no", "oh", "uncaughtException"]);
});

test("signals: a handler, the default, one to oneself, one to nobody", async () => {
  const { world, a } = twoHosts();
  const seen: unknown[] = [];
  const server = (name: string) => () => {
    net.createServer().listen(name === "first" ? 1 : 2);
    if (name === "first") process.on("SIGTERM", (signal: string, number: number) => seen.push(name, signal, number));
  };
  const [first, second] = ["first", "second"].map((name) => a.start({ main: server(name) }));
  await world.run({ until: "1s" });
  first?.kill("SIGTERM");
  second?.kill("SIGTERM");
  await world.run({ until: "2s" });
  expect([seen, first?.state, second?.state]).toEqual([["first", "SIGTERM", 15], "running", "reaped"]);
  const told = await a.run(async () => {
    const got = new Promise((resolve) => process.on("SIGUSR1", resolve));
    process.kill(process.pid, "SIGUSR1");
    const signal = await got;
    try {
      process.kill(999);
    } catch (error) {
      return [signal, (error as NodeJS.ErrnoException).code, (error as Error).message];
    }
    return [];
  });
  expect(told).toEqual(["SIGUSR1", "ESRCH", "kill ESRCH"]);
});

test("console and the standard streams are descriptors 0, 1 and 2", async () => {
  const lines: string[] = [];
  const world = new World({ console: ({ host, text }) => lines.push(`${host} ${text}`) });
  await world.host("a").run(async () => {
    console.log("to %s", "one");
    process.stderr.write("two\n");
    await new Promise((resolve) => process.stdout.end("three\n", resolve as () => void));
    for await (const _ of process.stdin) throw new Error("a console gives end of file");
  });
  expect(lines).toEqual(["a to one\n", "a two\n", "a three\n"]);
});

test("chance is seeded by world and host", async () => {
  const draw = async (seed: number, name: string) => {
    const world = new World({ seed });
    return await world
      .host(name)
      .run(() => [
        Math.random(),
        crypto.randomBytes(8).toString("hex"),
        crypto.randomInt(1000),
        crypto.randomUUID(),
        globalThis.crypto.getRandomValues(new Uint16Array(2)).join(),
        crypto.randomFillSync(Buffer.alloc(4)).toString("hex"),
      ]);
  };
  const drawn = await draw(1, "a");
  expect(await draw(1, "a")).toEqual(drawn);
  expect(await draw(2, "a")).not.toEqual(drawn);
  expect(await draw(1, "b")).not.toEqual(drawn);
  expect(drawn[3]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a server that %s ended is started again at once, on its port",
  async (signal) => {
    const { world, a, b } = twoHosts();
    const server = { main: () => http.createServer((_request, response) => response.end("hello")).listen(80) };
    const get = async () => (await fetch("http://a/")).text();
    const first = a.start(server);
    expect(await b.run(get)).toBe("hello");
    first.kill(signal);
    const second = a.start(server);
    expect(await b.run(get)).toBe("hello");
    expect([first.state, second.state, world.result().crashes]).toEqual(["reaped", "running", []]);
  },
);

test("the world can be run as soon as host.run() has given its result", async () => {
  const { world, a } = twoHosts();
  const ticks: number[] = [];
  a.start({ main: () => void setInterval(() => ticks.push(performance.now()), 1000) });
  await a.run(() => later(1));
  await world.run({ until: "3500ms" });
  expect(ticks).toHaveLength(3);
  const both = [a.run(() => later(1)), world.run({ until: "4500ms" })];
  await expect(both[1]).rejects.toThrow("already running");
  await both[0];
});

test("a process may wait for the result of another", async () => {
  const { a, b } = twoHosts();
  const inner = async () => {
    await later(100);
    return [os.hostname(), performance.now()];
  };
  const outer = async () => {
    const told = await a.run(inner);
    await expect(a.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await later(5);
    return [told, os.hostname()];
  };
  expect(await b.run(outer)).toEqual([["a", 100], "b"]);
});

test("an error that nobody caught is on the standard error of its process, as on Node's", async () => {
  const lines: string[] = [];
  const { world, a } = twoHosts({ console: ({ text }) => lines.push(text) });
  a.start({ main: () => void net.createServer().listen(7) });
  a.start({
    main: () => {
      net.createServer().listen(7);
      setTimeout(() => console.log("not reached"), 1000);
    },
  });
  a.start({ main: () => Promise.reject({ odd: 1 }) });
  await world.run({ until: "2s" });
  expect(lines).toEqual([
    expect.stringContaining("Uncaught Error: listen EADDRINUSE: address already in use :::7"),
    expect.stringContaining("Uncaught { odd: 1 }"),
  ]);
});

test("chdir() to what is not there names both folders", async () => {
  const { a } = twoHosts();
  await expect(a.run(() => process.chdir("/nope"), { cwd: "/tmp" })).rejects.toMatchObject({
    message: "ENOENT: no such file or directory, chdir '/tmp' -> '/nope'",
    path: "/tmp",
    dest: "/nope",
  });
});

test("exit() with what is no status throws, and the process goes on", async () => {
  const { a } = twoHosts();
  const codes = await a.run(() =>
    ["abc", 1.5].map((status) => {
      try {
        return process.exit(status as number);
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    }),
  );
  expect(codes).toEqual(["ERR_INVALID_ARG_TYPE", "ERR_OUT_OF_RANGE"]);
});

test("run() and start() say what they expect", async () => {
  const { a } = twoHosts();
  await expect(a.run(5 as never)).rejects.toThrow(
    new TypeError("a: main of host.run(main, options) is a function, not number"),
  );
  expect(() => a.start({} as never)).toThrow(
    new TypeError("a: main of host.start({ main, … }) is a function, not undefined"),
  );
  await expect(a.run(() => {}, { allow: ["filesystem"] })).rejects.toThrow(
    'a: there is no way out named "filesystem" to allow; there are child_process, worker, ',
  );
});
