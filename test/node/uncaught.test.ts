/** Errors that nobody caught in virtual processes: capture callbacks, domains, rejections, and listeners that throw. */
import "netloom/register";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a capture callback is of its process, and gets every error of it before listeners do", async () => {
  const { world, a, b } = twoHosts();
  const got: string[] = [];
  const note = (error: Error) => got.push(error.message);
  a.start({
    main: () => {
      process.on("uncaughtException", () => got.push("a listener"));
      process.setUncaughtExceptionCaptureCallback(note);
      setTimeout(() => {
        throw new Error("timer");
      }, 20);
      setImmediate(() => {
        process.nextTick(() => {
          throw new Error("tick");
        });
        throw new Error("immediate");
      });
      setTimeout(() => Promise.reject(new Error("promise")), 30);
      try {
        process.setUncaughtExceptionCaptureCallback(() => {});
      } catch (error) {
        got.push((error as NodeJS.ErrnoException).code ?? "");
      }
    },
  });
  b.start({
    main: () => {
      setTimeout(() => {
        process.nextTick(() => {
          throw new Error("of b");
        });
      }, 10);
    },
  });
  await world.run({ until: "1s" });
  expect(got).toEqual(["ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET", "immediate", "tick", "timer", "promise"]);
  expect(world.result().crashes.map(({ error }) => (error as Error).message)).toEqual(["of b"]);
  expect(process.hasUncaughtExceptionCaptureCallback()).toBe(false);
  expect(await a.run(() => process.hasUncaughtExceptionCaptureCallback())).toBe(false);
  await expect(a.run(() => process.setUncaughtExceptionCaptureCallback(5 as never))).rejects.toMatchObject({
    code: "ERR_INVALID_ARG_TYPE",
  });
});

// Domains of Node 24 and later are told of errors by a way that virtual timers do not go.
const hasOldDomains = Number(process.versions.node.split(".")[0]) < 24;

test.skipIf(!hasOldDomains)("a domain gets the errors of ticks, immediates and timers", async () => {
  const { a } = twoHosts();
  const { default: domain } = await import("node:domain");
  const got: string[] = [];
  await a.run(async () => {
    const own = domain.create();
    own.on("error", (error: Error) => got.push(error.message));
    own.run(() => {
      process.nextTick(() => {
        throw new Error("tick");
      });
      setImmediate(() => {
        throw new Error("immediate");
      });
      setTimeout(() => {
        throw new Error("timer");
      }, 5);
    });
    await later(20);
  });
  expect(got).toEqual(["tick", "immediate", "timer"]);
});

test("what a promise was rejected with becomes an error, and a rejection may be handled later", async () => {
  const { a } = twoHosts();
  const got: unknown[] = [];
  await a.run(async () => {
    process.on("uncaughtException", (error, origin) => got.push([(error as NodeJS.ErrnoException).code, origin]));
    for (const reason of [undefined, "text", { a: 1 }]) Promise.reject(reason);
    await later(1);
    process.on("unhandledRejection", (reason) => got.push(reason));
    process.on("rejectionHandled", () => got.push("handled"));
    const late = Promise.reject(5);
    await later(1);
    late.catch(() => {});
    await later(1);
  });
  const error = ["ERR_UNHANDLED_REJECTION", "unhandledRejection"];
  expect(got).toEqual([error, error, error, 5, "handled"]);
});

test("a rejection that is handled later, and that nobody asks for, is a warning", async () => {
  const { a } = twoHosts();
  const got: string[] = [];
  await a.run(async () => {
    process.on("warning", ({ name }) => got.push(name));
    process.on("unhandledRejection", () => {});
    const late = Promise.reject(5);
    await later(1);
    late.catch(() => {});
    await later(1);
  });
  expect(got).toEqual(["PromiseRejectionHandledWarning"]);
});

test("a listener of uncaughtException that throws ends its process with status 7", async () => {
  const { world, a } = twoHosts();
  const seen: unknown[] = [];
  const started = a.start({
    main: () => {
      process.on("exit", (status) => seen.push(status));
      process.on("uncaughtException", () => {
        throw new Error("again");
      });
      setTimeout(() => {
        throw new Error("first");
      }, 1);
    },
  });
  await world.run({ until: "1s" });
  expect([seen, started.status >> 8]).toEqual([[7], 7]);
});
