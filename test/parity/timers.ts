/** Scenarios of timers and of signals. */
import { once } from "node:events";
import os from "node:os";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import util from "node:util";
import { event, type Facet, failureOf, pause, type Scenario } from "./stage.ts";
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
