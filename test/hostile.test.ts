/** Programs that misbehave: whatever they do is their own failure, and the world goes on or says what is wrong. */
import { LivelockError, POLLOUT, type Program, World } from "netloom";
import { describe, expect, test, vi } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

describe("a program that never waits", () => {
  const loops: Record<string, Program> = {
    "polls what is always ready": async (sys) => {
      for (;;) await sys.poll([{ fd: 1, events: POLLOUT }], 0);
    },
    "writes to itself": async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const byte = new Uint8Array(1);
      for (;;) {
        await sys.write(writeEnd, byte);
        await sys.read(readEnd, byte);
      }
    },
    "forks and waits": async (sys) => {
      for (;;) {
        sys.fork(() => 0);
        await sys.wait();
      }
    },
    "asks for its environment": async (sys) => {
      for (;;) {
        sys.getenv("x");
        await null;
      }
    },
  };

  test.each(Object.entries(loops))("%s: a livelock", async (_name, program) => {
    const { world, alice } = oneHost({ livelockCalls: 3000 });
    alice.spawn("program", program);
    await expect(world.run()).rejects.toThrow(LivelockError);
  });

  test("lets the platform have its turn", async () => {
    const { world, alice } = oneHost({ livelockCalls: 1e9 });
    alice.spawn("program", loops["writes to itself"] as Program);
    const running = world.run();
    const turns = vi.fn();
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      turns();
    }
    await world.close();
    await expect(running).rejects.toThrow("closed");
    expect(turns).toHaveBeenCalledTimes(3);
  });
});

describe("what is no program", () => {
  test("is ENOEXEC, and changes nothing", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      expect(() => sys.fork(5 as unknown as Program)).toThrow("ENOEXEC");
      expect(() => sys.spawn({} as unknown as Program)).toThrow("ENOEXEC");
      await expect(sys.exec("sh" as unknown as Program)).rejects.toMatchObject({ code: "ENOEXEC", syscall: "exec" });
      await expect(sys.wait()).rejects.toThrow("ECHILD");
      // No copy of the table was left behind that would hold the pipe open.
      sys.close(writeEnd);
      expect(await sys.read(readEnd, new Uint8Array(1))).toBe(0);
    });
    const { world, alice } = oneHost();
    expect(() => alice.spawn("p", 5)).toThrow(TypeError);
    expect((await world.run()).nowNs).toBe(0);
  });

  test("names are printable", () => {
    const { alice } = oneHost();
    for (const name of ["", "a\nb", "x".repeat(65), 7 as unknown as string]) {
      expect(() => alice.spawn(name, () => 0)).toThrow(/named with 1 to 64 printable characters/);
    }
  });
});

describe("what a program throws", () => {
  test("may be something that can't be shown", async () => {
    const { world, alice } = oneHost();
    const thrown = Object.create(null);
    alice.spawn("program", () => {
      throw thrown;
    });
    const { crashes } = await world.run();
    expect(crashes[0]?.error === thrown).toBe(true);
  });

  test("is its own crash, though it happens in somebody else's call", async () => {
    const { world, alice, printed } = oneHost();
    alice.spawn("writer", async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork(async (child) => {
        child.close(writeEnd);
        await child.sleep(1);
        const buffer = new Uint8Array(65_536);
        await child.read(readEnd, buffer);
        await child.write(1, "the reader goes on");
      });
      const data = new Uint8Array(100_000);
      const writing = sys.write(writeEnd, data);
      structuredClone(data, { transfer: [data.buffer] });
      await writing;
    });
    const { crashes } = await world.run();
    expect(crashes.map(({ process, pid }) => `${process}[${pid}]`)).toEqual(["writer[2]"]);
    expect(printed).toEqual(["the reader goes on"]);
  });
});

test("arguments that are none are errors of the call, not exceptions in the kernel", async () => {
  await runProgram(async (sys) => {
    const odd = [Symbol("s"), 5n, null, {}, "0"] as never[];
    for (const fd of odd) await expect(sys.read(fd, new Uint8Array(1))).rejects.toThrow("EBADF");
    await expect(sys.poll(null as never)).rejects.toThrow("EFAULT");
    await expect(sys.poll([], Number.NaN)).rejects.toThrow("EINVAL");
    await expect(sys.external(5 as never)).resolves.toBe(5);
    const thenable = Object.defineProperty({}, ["th", "en"].join(""), {
      get() {
        throw new Error("no");
      },
    });
    await expect(sys.external(thenable as never)).rejects.toThrow("no");
  });
});

test("a run ends though daemons go on sending", async () => {
  const world = new World();
  const alice = world.host("alice");
  alice.attach(world.segment("lan"), "10.0.0.1/24");
  alice.spawn(
    "flooder",
    async (sys) => {
      for (;;) {
        await sys.sendto(sys.socket(2, 2), "x", { address: "127.0.0.1", port: 9 });
        await sys.nanosleep(10_000_000);
      }
    },
    { daemon: true },
  );
  alice.spawn("other", (sys) => sys.sleep(0.5));
  expect((await world.run()).nowNs).toBeLessThanOrEqual(1.5e9);
});

describe("memory", () => {
  test("what waits in a receive queue does not hold on to the memory of others", async () => {
    await runProgram(async (sys) => {
      const sockets = Array.from({ length: 20 }, (_, i) => {
        const s = sys.socket(2, 2);
        sys.bind(s, { address: "127.0.0.1", port: 7000 + i });
        return s;
      });
      const sender = sys.socket(2, 2);
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 5000; i++) {
        await sys.sendto(sender, "x", { address: "127.0.0.1", port: 7000 + (i % 20) });
        await sys.sendto(sender, new Uint8Array(1400), { address: "127.0.0.1", port: 6999 });
      }
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6);
      expect(sockets).toHaveLength(20);
    });
  });

  test("a wire without a rate holds so many frames and no more: the sender has to wait", async () => {
    const world = new World();
    const wire = world.cable({ rateMbps: Number.POSITIVE_INFINITY, delayMs: 1000 });
    const [alice, bob] = [world.host("alice"), world.host("bob")];
    alice.attach(wire, "10.0.0.1/24");
    bob.attach(wire, "10.0.0.2/24");
    let sent = 0;
    alice.spawn("sender", async (sys) => {
      const s = sys.socket(2, 2);
      for (; sent < 30_000; sent++) await sys.sendto(s, "x", { address: "10.0.0.2", port: 9 });
    });
    await world.run({ until: "2500ms" });
    expect(sent).toBeGreaterThan(10_000);
    expect(sent).toBeLessThan(20_000);
  });
});

test("two runs that differ only in what is printed, or in which host does it, have different hashes", async () => {
  const hashOf = async (text: string, host: "alice" | "bob") => {
    const world = new World({ console: () => {} });
    const hosts = { alice: world.host("alice"), bob: world.host("bob") };
    hosts[host].spawn("program", async (sys) => void (await sys.write(1, text)));
    return (await world.run()).hash;
  };
  const hashes = [await hashOf("aaaa", "alice"), await hashOf("bbbb", "alice"), await hashOf("aaaa", "bob")];
  expect(new Set(hashes).size).toBe(3);
  expect(await hashOf("aaaa", "alice")).toBe(hashes[0]);
});
