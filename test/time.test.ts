/** When time moves, and when it does not: sleeping, the outside, the watchdog, deadlocks, livelocks, the cost of calls. */
import { readFile } from "node:fs/promises";
import { DeadlockError, EndOfTimeError, F_SETFL, HeldClockError, LivelockError, O_NONBLOCK, World } from "netloom";
import { describe, expect, test, vi } from "vitest";
import { oneHost, runProgram, watchedWorld } from "./support/world.ts";

describe("virtual time", () => {
  test("moves by what is slept, and an hour takes no time", async () => {
    await runProgram(async (sys) => {
      await sys.sleep(3600);
      await sys.nanosleep(1);
      expect(sys.clockGettime("CLOCK_MONOTONIC")).toEqual({ seconds: 3600, nanoseconds: 1 });
    });
  });

  test("starts at the world's epoch", async () => {
    await runProgram(
      async (sys) => {
        await sys.sleep(0.75);
        expect(sys.clockGettime("CLOCK_REALTIME")).toEqual({ seconds: 1001, nanoseconds: 250_000_000 });
      },
      { epoch: 1_000_500 },
    );
  });

  test("a sleep that is none, or beyond the end of time, is an error", async () => {
    await runProgram(async (sys) => {
      await expect(sys.sleep(-1)).rejects.toMatchObject({ code: "EINVAL" });
      await expect(sys.sleep(Number.NaN)).rejects.toMatchObject({ code: "EINVAL" });
      expect(() => sys.clockGettime("CLOCK_NONE" as "CLOCK_REALTIME")).toThrow("EINVAL");
    });
    const { world, alice } = oneHost();
    alice.spawn("sleeper", (sys) => sys.sleep(105 * 86_400));
    await expect(world.run()).rejects.toThrow(EndOfTimeError);
  });

  test("run() stops where it is told to, and goes on from there", async () => {
    const { world, alice, printed } = oneHost();
    alice.spawn("ticker", async (sys) => {
      for (let i = 1; i <= 3; i++) {
        await sys.sleep(1);
        await sys.write(1, `${i}`);
      }
    });
    expect((await world.run({ until: "1500ms" })).nowNs).toBe(1.5e9);
    expect(printed).toEqual(["1"]);
    await world.run({ until: 2e9 });
    expect(printed).toEqual(["1", "2"]);
    await world.run();
    expect([printed.length, world.nowNs]).toEqual([3, 3e9]);
  });

  test("a run goes on for a daemon only until everybody else has ended", async () => {
    const { world, alice } = oneHost();
    let beats = 0;
    alice.spawn(
      "daemon",
      async (sys) => {
        for (;;) {
          await sys.sleep(1);
          beats++;
        }
      },
      { daemon: true },
    );
    alice.spawn("other", (sys) => sys.sleep(3.5));
    await world.run();
    expect([beats, world.nowNs]).toEqual([3, 3.5e9]);
    await world.run({ until: "10s" });
    expect(beats).toBe(10);
  });

  test("what can't be a time is refused by name", async () => {
    const { world } = oneHost();
    await expect(world.run({ until: "soon" })).rejects.toThrow(/until is a time such as "10s".*not "soon"/);
    await expect(world.run({ until: 0.5 })).rejects.toThrow(RangeError);
    expect(() => new World({ seeed: 1 } as object)).toThrow(/no option "seeed"/);
    expect(() => new World({ cpu: { perCallNs: -1 } })).toThrow(/cpu.perCallNs/);
  });
});

describe("real time", () => {
  test("the same world is driven by the wall clock", async () => {
    const { world, alice, printed } = oneHost({ time: "real" });
    const began = performance.now();
    alice.spawn("sleeper", async (sys) => {
      await sys.sleep(0.02);
      await sys.write(1, "awake");
    });
    const { nowNs } = await world.run();
    expect(printed).toEqual(["awake"]);
    expect(nowNs).toBeGreaterThanOrEqual(20e6);
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
  });
});

describe("the outside", () => {
  test("a process that awaits it holds the clock", async () => {
    const { world, alice } = oneHost();
    alice.spawn("reader", async (sys) => {
      await readFile(new URL(import.meta.url));
      expect(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds).toBe(0);
      await sys.sleep(0.1);
    });
    alice.spawn("other", (sys) => sys.sleep(0.01));
    const { crashes, nowNs } = await world.run();
    expect([crashes, nowNs]).toEqual([[], 1e8]);
  });

  test("a heartbeat beside a file and an import, with random real delays: one hash in 100 runs", async () => {
    const delay = async <T>(promise: Promise<T>): Promise<T> => {
      const value = await promise;
      const turns = Math.floor(Math.random() * 20);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      if (Math.random() < 0.1) await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      return value;
    };
    const experiment = async (): Promise<string> => {
      const { world, alice, printed } = oneHost();
      alice.spawn("program", async (sys) => {
        const heartbeat = (async () => {
          for (let i = 0; i < 20; i++) {
            await sys.nanosleep(10_000_000);
            await sys.write(1, `beat ${i}`);
          }
        })();
        const file = sys.external(delay(readFile(new URL(import.meta.url), "utf8"))).then(async (text) => {
          await sys.write(1, `file ${text.length > 0}`);
          await sys.nanosleep(35_000_000);
          const again = await sys.external(delay(readFile(new URL(import.meta.url), "utf8")));
          await sys.write(1, `again ${again.length > 0}`);
        });
        const module = sys.external(delay(import("./support/world.ts"))).then(async (loaded) => {
          await sys.write(1, `module ${typeof loaded.oneHost}`);
        });
        await Promise.all([heartbeat, file, module]);
      });
      const { crashes, hash } = await world.run();
      expect(crashes).toEqual([]);
      return `${hash} ${printed.join()}`;
    };
    const outcomes = new Set<string>();
    for (let i = 0; i < 100; i++) outcomes.add(await experiment());
    expect(outcomes.size).toBe(1);
  });

  test("results are handed in in the order in which they were asked for", async () => {
    await runProgram(async (sys) => {
      const order: string[] = [];
      const late = new Promise<string>((resolve) => setTimeout(resolve, 5, "late"));
      await Promise.all([
        sys.external(late).then((name) => order.push(name)),
        sys.external(Promise.resolve("early")).then((name) => order.push(name)),
        sys.external(Promise.reject(new Error("failed"))).catch((error: Error) => order.push(error.message)),
      ]);
      expect(order).toEqual(["late", "early", "failed"]);
    });
  });

  test("a process that has ended is not waited for", async () => {
    const { world, alice } = oneHost();
    alice.spawn("gone", (sys) => {
      void sys.external(new Promise(() => {}));
    });
    alice.spawn("other", (sys) => sys.sleep(1));
    expect((await world.run()).nowNs).toBe(1e9);
  });
});

describe("a promise shared between two programs", () => {
  const shared = (world: World | ReturnType<typeof watchedWorld>["world"]) => {
    const alice = world.host("alice");
    let settle: (() => void) | undefined;
    const promise = new Promise<void>((resolve) => {
      settle = resolve;
    });
    alice.spawn("server", async (sys) => {
      await sys.sleep(1);
      settle?.();
    });
    alice.spawn("client", () => promise);
  };

  test("is named by the watchdog, with what to do", async () => {
    const { world, warnings } = watchedWorld({ watchdogMs: 5 });
    shared(world);
    const running = world.run();
    await vi.waitFor(() => expect(warnings.length).toBeGreaterThan(1));
    await world.close();
    await expect(running).rejects.toThrow("closed");
    expect(warnings[0]).toContain("has stood still at 0.000000000 s for 0.005 s, held by\n  client[3] on alice awaits");
    expect(warnings[0]).toContain("not by a shared promise");
  });

  test("ends the run at once where the platform knows that nobody else can answer", async () => {
    const { world, exhausted, exhaust } = watchedWorld();
    shared(world);
    const running = world.run();
    await vi.waitFor(() => expect(exhausted.length).toBe(1));
    exhaust();
    await expect(running).rejects.toThrow(HeldClockError);
    await expect(running).rejects.toThrow("client[3] on alice");
  });
});

describe("two programs that wait for each other", () => {
  test("are reported at once, with who waits on what", async () => {
    const { world, alice } = oneHost();
    const parent = async () => {};
    expect(parent).toBeTypeOf("function");
    alice.spawn("left", async (sys) => {
      const [leftRead, leftWrite] = sys.pipe();
      const [rightRead, rightWrite] = sys.pipe();
      sys.fork(async (child) => {
        await child.read(leftRead, new Uint8Array(1));
        await child.write(rightWrite, "x");
      });
      await sys.read(rightRead, new Uint8Array(1));
      await sys.write(leftWrite, "x");
    });
    const running = world.run();
    await expect(running).rejects.toThrow(DeadlockError);
    await expect(running).rejects.toThrow(
      /left\[2\] on alice: read\(\) waits on FIFO pipe\n {2}left\[3\] on alice: read\(\)/,
    );
  });

  test("a daemon may wait for ever", async () => {
    const { world, alice } = oneHost();
    alice.spawn("daemon", async (sys) => void (await sys.read(sys.pipe()[0], new Uint8Array(1))), { daemon: true });
    await expect(world.run()).resolves.toMatchObject({ crashes: [] });
  });
});

describe("a program that polls without waiting", () => {
  test("is reported as a livelock, with the process and the call", async () => {
    const { world, alice } = oneHost({ livelockCalls: 10_000 });
    alice.spawn("poller", async (sys) => {
      const [readEnd] = sys.pipe();
      sys.fcntl(readEnd, F_SETFL, O_NONBLOCK);
      for (;;) await sys.read(readEnd, new Uint8Array(1)).catch(() => {});
    });
    const running = world.run();
    await expect(running).rejects.toThrow(LivelockError);
    await expect(running).rejects.toThrow(/10000 calls at one instant.*read\(\) by poller\[2\] on alice/);
  });

  test("even when its calls are synchronous", async () => {
    const { world, alice } = oneHost({ livelockCalls: 10_000 });
    alice.spawn("spinner", (sys) => {
      for (;;) sys.getpid();
    });
    await expect(world.run()).rejects.toThrow(/getpid\(\) by spinner/);
  });

  test("a million calls that achieve something are none", async () => {
    await runProgram(
      async (sys) => {
        const [readEnd, writeEnd] = sys.pipe();
        const byte = new Uint8Array(1);
        for (let i = 0; i < 6000; i++) {
          await sys.write(writeEnd, byte);
          await sys.read(readEnd, byte);
        }
      },
      { livelockCalls: 10_000 },
    );
  });

  test("moves the clock when calls have a cost", async () => {
    const { world, alice } = oneHost({ cpu: { perCallNs: 500 }, livelockCalls: 10_000 });
    alice.spawn("poller", async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fcntl(readEnd, F_SETFL, O_NONBLOCK);
      sys.fork((child) => child.sleep(0.01).then(() => child.write(writeEnd, "x")));
      let tries = 0;
      while ((await sys.read(readEnd, new Uint8Array(1)).catch(() => 0)) === 0) tries++;
      expect(tries).toBeGreaterThan(10_000);
      expect(sys.clockGettime("CLOCK_PROCESS_CPUTIME_ID").nanoseconds).toBeGreaterThan(5_000_000);
    });
    const { crashes, nowNs } = await world.run();
    expect(crashes).toEqual([]);
    expect(nowNs).toBeGreaterThan(10_000_000);
  });
});
