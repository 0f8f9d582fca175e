/** Scenarios of timers, of signals, and of errors that objects of Node make. */
import { EventEmitter, once } from "node:events";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import { Readable } from "node:stream";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import util from "node:util";
import { event, type Facet, failureOf, pause, type Scenario, type Stage } from "./stage.ts";
import { order, timerPromises } from "./timer-promises.ts";

const property =
  (read: (timer: NodeJS.Timeout) => unknown): Scenario =>
  () => {
    const timer = setTimeout(() => {}, 5);
    const value = read(timer);
    clearTimeout(timer);
    return value;
  };

/** What programs see of Node's inside. */
const insideOf = (timer: object): unknown => {
  const { _destroyed, _idleTimeout, _repeat } = timer as Record<string, unknown>;
  return [_destroyed, _idleTimeout, _repeat];
};

/** Not every Node has them. */
const legacy = timers as unknown as Record<string, ((item: object, delayMs?: number) => void) | undefined>;

export const timersFacet: Facet = {
  name: "timers",
  scenarios: {
    "run in the order of their delays": order((note) => {
      setTimeout(note("8 ms"), 8);
      setTimeout(note("2 ms"), 2);
      setTimeout(note("5 ms"), 5);
    }),
    "run in the order in which they were set": order((note) => {
      for (const name of ["a", "b", "c"]) setTimeout(note(name), 3);
    }),
    "come after ticks and microtasks": order((note) => {
      setTimeout(note("timer"), 0);
      process.nextTick(note("tick"));
      queueMicrotask(note("microtask"));
      void Promise.resolve().then(note("promise"));
    }),
    "let ticks of one run before the next": order((note) => {
      for (const name of ["a", "b"]) {
        setTimeout(() => {
          note(`timer ${name}`)();
          process.nextTick(note(`tick ${name}`));
          queueMicrotask(note(`microtask ${name}`));
        }, 2);
      }
    }),
    "let ticks of one immediate run before the next": order((note) => {
      for (const name of ["a", "b"]) {
        setImmediate(() => {
          note(`immediate ${name}`)();
          process.nextTick(note(`tick ${name}`));
        });
      }
    }),
    "give arguments": (stage) =>
      new Promise<void>((resolve) => {
        setTimeout(
          (...args: unknown[]) => {
            stage.note("args", args.join());
            resolve();
          },
          1,
          "a",
          2,
        );
      }),
    "are known by their names": () =>
      [setTimeout(() => {}, 1), setInterval(() => {}, 1).unref(), setImmediate(() => {})].map((timer) => [
        timer.constructor.name,
        Object.prototype.toString.call(timer),
        util.inspect(timer).split(" ")[0],
      ]),
    "give arguments to immediates": () => new Promise((resolve) => setImmediate((a, b) => resolve([a, b]), 1, 2)),
    "are cleared": order((note) => clearTimeout(setTimeout(note("never"), 1))),
    "are cleared by number": order((note) => clearTimeout(Number(setTimeout(note("never"), 1)))),
    "are cleared as intervals": order((note) => clearInterval(setTimeout(note("never"), 1))),
    "take nothing to clear": () =>
      [clearTimeout(undefined), clearInterval(undefined), clearImmediate(undefined)].length,
    "clear an immediate": order((note) => clearImmediate(setImmediate(note("never")))),
    repeat: (stage) =>
      new Promise<void>((resolve) => {
        let count = 0;
        const timer = setInterval(() => {
          stage.note("interval", String(++count));
          if (count < 4) return;
          clearInterval(timer);
          resolve();
        }, 1);
      }),
    "are refreshed": async (stage) => {
      const timer = setTimeout(() => stage.note("order", "refreshed"), 60);
      setTimeout(() => timer.refresh(), 30);
      setTimeout(() => stage.note("order", "other"), 62);
      await pause(110);
    },
    "run again when refreshed afterwards": async () => {
      let count = 0;
      const timer = setTimeout(() => count++, 1);
      await pause(8);
      timer.refresh();
      await pause(8);
      return count;
    },
    "have references": property((timer) => [timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef()]),
    "have no reference when they are immediates that have run": async () => {
      const [run, cleared, unreferenced] = [0, 1, 2].map(() => setImmediate(() => {})) as [never, never, never];
      const before = [run, cleared, unreferenced as NodeJS.Immediate].map((one: NodeJS.Immediate) => one.hasRef());
      clearImmediate(cleared);
      const without = (unreferenced as NodeJS.Immediate).unref().hasRef();
      await pause(5);
      return [
        before,
        without,
        [run, cleared, unreferenced].map((one: NodeJS.Immediate) => [one.hasRef(), insideOf(one)]),
      ];
    },
    "run as immediates without a reference, where something else waits": order((note) => {
      setImmediate(note("immediate")).unref();
    }),
    "show their delay": () => {
      const timers = [...[5, 1.7, "12", 0], undefined].map((delay) => setTimeout(() => {}, delay as number));
      const shown = timers.map(insideOf);
      for (const timer of timers) clearTimeout(timer);
      return [shown, timers.map(insideOf)];
    },
    "show their delay as intervals": () => {
      const timer = setInterval(() => {}, 5);
      const shown = insideOf(timer);
      clearInterval(timer);
      return [shown, insideOf(timer)];
    },
    "show that they have fired": async () => {
      const timer = setTimeout(() => {}, 1);
      await pause(10);
      return insideOf(timer);
    },
    "warn of a delay that is too long": async () => {
      const warned = once(process, "warning");
      clearTimeout(setTimeout(() => {}, 2 ** 31));
      const [{ name, message }] = await warned;
      return [name, message];
    },
    "are objects of programs": async (stage) => {
      const item = { _onTimeout: () => stage.note("items", "fired") };
      legacy.enroll?.(item, 2);
      legacy.active?.(item);
      await pause(10);
      legacy.active?.(item);
      legacy.unenroll?.(item);
      await pause(10);
    },
    "are numbers when asked": property((timer) => typeof +timer),
    "can be closed": property((timer) => timer.close() === timer),
    "are one of globalThis and of the module": () =>
      (["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"] as const).map(
        (name) => [timers[name] === globalThis[name], timers[name].name, timers[name].length],
      ),
    "refuse what is no function": () => failureOf(() => setTimeout("text" as never, 1)),
    "refuse an immediate that is no function": () => failureOf(() => setImmediate(1 as never)),
    "are promises": async () => [await timersPromises.setTimeout(1, "a"), await timersPromises.setImmediate("b")],
    "are promises that are aborted": () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 2);
      return failureOf(timersPromises.setTimeout(1000, null, { signal: controller.signal }));
    },
    "are promises that were aborted before": () =>
      failureOf(timersPromises.setTimeout(1000, null, { signal: AbortSignal.abort() })),
    ...timerPromises,
    "are promisified": async () => await util.promisify(setTimeout)(1, "value"),
    "are iterated": async () => {
      const values: unknown[] = [];
      for await (const value of timersPromises.setInterval(1, "x")) if (values.push(value) === 3) break;
      return values;
    },
    "are of the module, too": () => new Promise((resolve) => timers.setTimeout(resolve, 1, "value")),
    "time out a signal": async () => {
      const signal = AbortSignal.timeout(2);
      await Promise.all([once(signal as never, "abort").catch(() => {}), pause(10)]);
      return [signal.aborted, signal.reason.name, signal.reason.message];
    },
    measure: async () => {
      const started = performance.now();
      await pause(20);
      return Math.abs(performance.now() - started - 20) < 15;
    },
  },
};

const received =
  (signal: NodeJS.Signals): Scenario =>
  async (stage) => {
    const got = event(process, signal);
    const isSent = process.kill(process.pid, signal);
    stage.note("order", "sent");
    const [name, number] = await got;
    return [isSent, name, number, os.constants.signals[signal] === number];
  };

const killFailure =
  (pid: unknown, signal?: unknown): Scenario =>
  () =>
    failureOf(() => process.kill(pid as number, signal as string));

const NOBODY = 0x3fff_fff;

export const signalsFacet: Facet = {
  name: "signals",
  scenarios: {
    ...Object.fromEntries(
      (
        [
          "SIGTERM",
          "SIGINT",
          "SIGHUP",
          "SIGUSR2",
          "SIGWINCH",
          "SIGCONT",
          "SIGALRM",
          "SIGIO",
          "SIGURG",
          "SIGCHLD",
        ] as const
      ).map((signal) => [`delivers ${signal}`, received(signal)]),
    ),
    "delivers to several listeners": async (stage) => {
      const first = () => stage.note("listeners", "first");
      process.on("SIGUSR2", first);
      process.prependOnceListener("SIGUSR2", () => stage.note("listeners", "before"));
      const got = event(process, "SIGUSR2");
      process.kill(process.pid, "SIGUSR2");
      await got;
      process.off("SIGUSR2", first);
      return process.listenerCount("SIGUSR2");
    },
    "delivers twice": async (stage) => {
      const count = (name: string) => stage.note("listener", name);
      process.on("SIGUSR2", count);
      for (let i = 0; i < 2; i++) {
        process.kill(process.pid, "SIGUSR2");
        await pause(5);
      }
      process.off("SIGUSR2", count);
    },
    "delivers by number": async () => {
      const got = event(process, "SIGUSR2");
      process.kill(process.pid, os.constants.signals.SIGUSR2);
      return await got;
    },
    "delivers later than ticks": async (stage) => {
      const got = event(process, "SIGUSR2").then(() => stage.note("order", "signal"));
      process.kill(process.pid, "SIGUSR2");
      process.nextTick(() => stage.note("order", "tick"));
      await got;
    },
    "asks with 0": () => process.kill(process.pid, 0),
    "finds nobody": killFailure(NOBODY),
    "finds nobody with 0": killFailure(NOBODY, 0),
    "knows no such signal": killFailure(NOBODY, "SIGNONE"),
    "knows no such number": killFailure("text"),
    "can't catch SIGKILL": () => failureOf(() => process.on("SIGKILL", () => {})),
    "can't catch SIGSTOP": () => failureOf(() => process.on("SIGSTOP", () => {})),
    "emits an event of its own": () => {
      let told: unknown;
      process.once(
        "own" as never,
        ((value: unknown) => {
          told = value;
        }) as never,
      );
      return [process.emit("own" as never, 7 as never), told, process.emit("own" as never, 8 as never)];
    },
  },
};

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
