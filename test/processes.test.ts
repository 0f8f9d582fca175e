/** Processes through the system calls: birth, death, zombies, orphans, exec, crashes, and calls that are outstanding. */
import {
  F_SETFD,
  FD_CLOEXEC,
  type Program,
  type Sys,
  WEXITSTATUS,
  WIFEXITED,
  WIFSIGNALED,
  WNOHANG,
  WTERMSIG,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

describe("fork and wait", () => {
  test("the parent gets the child's pid and its exit status", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(() => 7);
      const { pid: waited, status } = await sys.wait();
      expect(waited).toBe(pid);
      expect([WIFEXITED(status), WEXITSTATUS(status)]).toEqual([true, 7]);
    });
  });

  test("only the low eight bits of an exit status are kept", async () => {
    await runProgram(async (sys) => {
      sys.fork((child) => child.exit(0x1ff));
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0xff);
    });
  });

  test("the child has the parent's descriptions, in a table of its own", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork(async (child) => {
        child.close(readEnd);
        await child.write(writeEnd, "hello");
      });
      sys.close(writeEnd);
      const buffer = new Uint8Array(10);
      expect(await sys.read(readEnd, buffer)).toBe(5);
      expect(await sys.read(readEnd, buffer)).toBe(0);
      await sys.wait();
    });
  });

  test("the child knows its parent, and arguments are passed", async () => {
    await runProgram(async (sys) => {
      const parent = sys.getpid();
      sys.fork((child, ...args) => (child.getppid() === parent && args.join() === "a,b" ? 0 : 1), "a", "b");
      expect(WEXITSTATUS((await sys.wait()).status)).toBe(0);
    });
  });

  test("waiting without children is ECHILD; WNOHANG does not wait", async () => {
    await runProgram(async (sys) => {
      await expect(sys.wait()).rejects.toMatchObject({ code: "ECHILD", errno: 10, syscall: "wait" });
      const pid = sys.fork((child) => child.sleep(1).then(() => 3));
      expect(await sys.waitpid(pid, WNOHANG)).toEqual({ pid: 0, status: 0 });
      await expect(sys.waitpid(pid + 1)).rejects.toMatchObject({ code: "ECHILD" });
      await expect(sys.waitpid(-1, 0x40)).rejects.toMatchObject({ code: "EINVAL" });
      expect(WEXITSTATUS((await sys.waitpid(pid)).status)).toBe(3);
    });
  });

  test("waitpid waits for the child that is named, whoever ends first", async () => {
    await runProgram(async (sys) => {
      const slow = sys.fork((child) => child.sleep(2).then(() => 2));
      const fast = sys.fork((child) => child.sleep(1).then(() => 1));
      expect((await sys.waitpid(slow)).pid).toBe(slow);
      expect((await sys.wait()).pid).toBe(fast);
    });
  });

  test("a process has a number of its own while it is in the table", async () => {
    await runProgram(async (sys) => {
      const pids = Array.from({ length: 50 }, () => sys.fork(() => 0));
      expect(new Set(pids).size).toBe(50);
      for (const _ of pids) await sys.wait();
    });
  });

  test("too many processes are EAGAIN, and nothing is lost", async () => {
    await runProgram(async (sys) => {
      let error: unknown;
      let children = 0;
      try {
        for (;;) {
          sys.fork(() => 0);
          children++;
        }
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: "EAGAIN", syscall: "fork" });
      for (let i = 0; i < children; i++) await sys.wait();
      expect(sys.fork(() => 0)).toBeGreaterThan(1);
    });
  });
});

describe("zombies and orphans", () => {
  test("a child that has ended is a zombie until it is collected", async () => {
    const { world, alice } = oneHost();
    alice.spawn("parent", async (sys) => {
      const pid = sys.fork(() => 0);
      await sys.sleep(1);
      expect(alice.ps().find((row) => row.pid === pid)).toMatchObject({ state: "Z", name: "parent" });
      await sys.wait();
      expect(alice.ps().some((row) => row.pid === pid)).toBe(false);
    });
    expect((await world.run()).crashes).toEqual([]);
  });

  test("process 1 adopts orphans and collects them", async () => {
    const { world, alice } = oneHost();
    let adopted = 0;
    alice.spawn("parent", (sys) => {
      sys.fork(async (child) => {
        await child.sleep(1);
        adopted = child.getppid();
      });
    });
    await world.run();
    expect(adopted).toBe(1);
    expect(alice.ps().map(({ name }) => name)).toEqual(["init"]);
  });

  test("a zombie whose parent ends is collected by process 1", async () => {
    const { world, alice } = oneHost();
    alice.spawn("parent", async (sys) => {
      sys.fork(() => 0);
      await sys.sleep(1);
    });
    await world.run();
    expect(alice.ps()).toHaveLength(1);
  });
});

describe("the end of a process", () => {
  test("closes its descriptors: the reader of its pipe sees end-of-file", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork((child) => child.sleep(1).then(() => 0));
      sys.close(writeEnd);
      expect(await sys.read(readEnd, new Uint8Array(1))).toBe(0);
      expect(sys.clockGettime("CLOCK_MONOTONIC")).toEqual({ seconds: 1, nanoseconds: 0 });
    });
  });

  test("cancels what is outstanding: it never settles, and no finally runs", async () => {
    const { world, alice } = oneHost();
    const seen: string[] = [];
    alice.spawn("victim", async (sys) => {
      const [readEnd] = sys.pipe();
      const wait = async (name: string, call: Promise<unknown>) => {
        try {
          await call;
          seen.push(`${name} settled`);
        } catch {
          seen.push(`${name} failed`);
        } finally {
          seen.push(`${name} finally`);
        }
      };
      void wait("read", sys.read(readEnd, new Uint8Array(1)));
      void wait("sleep", sys.sleep(5));
      await sys.sleep(1);
      seen.push("exits");
      await sys.exit(4);
      seen.push("after exit");
    });
    const { nowNs } = await world.run();
    expect(seen).toEqual(["exits"]);
    expect(nowNs).toBe(1e9);
  });

  test("leaves calls of its left-over code without effect", async () => {
    const { world, alice, printed } = oneHost();
    let outside: (() => void) | undefined;
    let thrown: unknown;
    const victim = alice.spawn("victim", async (sys) => {
      await Promise.all([
        sys.sleep(10),
        new Promise<void>((resolve) => {
          outside = resolve;
        }),
      ]);
    });
    let left: Sys | undefined;
    alice.spawn("left", async (sys) => {
      left = sys;
      await sys.sleep(1);
    });
    await world.run({ until: "2s" });
    victim.kill();
    outside?.();
    void left?.write(1, "too late");
    try {
      left?.pipe();
    } catch (error) {
      thrown = error;
    }
    await world.run();
    expect(String(thrown)).toContain("pipe() did nothing: left[3] on alice has ended");
    expect(printed).toEqual([]);
  });

  test("by SIGKILL is told as such", async () => {
    const { world, alice } = oneHost();
    const victim = alice.spawn("victim", (sys) => sys.sleep(100));
    await world.run({ until: "1s" });
    victim.kill();
    expect([victim.state, WIFSIGNALED(victim.status), WTERMSIG(victim.status)]).toEqual(["reaped", true, 9]);
    await world.run();
    expect(world.nowNs).toBe(1e9);
  });
});

describe("a program that throws", () => {
  test("crashes its process with status 1; the world goes on and the result says so", async () => {
    const { world, alice } = oneHost();
    const error = new Error("on purpose");
    const crashed = alice.spawn("crasher", async (sys) => {
      await sys.sleep(1);
      throw error;
    });
    const other = alice.spawn("other", (sys) => sys.sleep(2).then(() => 0));
    const { crashes, nowNs } = await world.run();
    expect(crashes).toEqual([{ timeNs: 1e9, host: "alice", pid: crashed.pid, process: "crasher", error }]);
    expect([WEXITSTATUS(crashed.status), WEXITSTATUS(other.status), nowNs]).toEqual([1, 0, 2e9]);
  });

  test("at once, before its first await, crashes as well", async () => {
    const { world, alice } = oneHost();
    alice.spawn("crasher", () => {
      throw new TypeError("at once");
    });
    expect((await world.run()).crashes).toHaveLength(1);
  });

  test("an exit status that is no integer is a mistake", async () => {
    const { world, alice } = oneHost();
    alice.spawn("odd", (() => "fine") as unknown as Program);
    expect(String((await world.run()).crashes[0]?.error)).toContain("an integer as its exit status");
  });
});

describe("exec and spawn", () => {
  test("exec keeps the pid, replaces the program and closes what is marked FD_CLOEXEC", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const pid = sys.fork(async (child) => {
        child.fcntl(readEnd, F_SETFD, FD_CLOEXEC);
        void child.sleep(50);
        await child.exec(
          async function second(again, ...args) {
            expect(() => again.close(readEnd)).toThrow("EBADF");
            await again.write(writeEnd, `${again.getpid()} ${args.join(" ")}`);
          },
          "x",
          "y",
        );
        throw new Error("exec came back");
      });
      sys.close(writeEnd);
      const buffer = new Uint8Array(20);
      const bytes = await sys.read(readEnd, buffer);
      expect(new TextDecoder().decode(buffer.subarray(0, bytes))).toBe(`${pid} x y`);
      await sys.wait();
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(0);
    });
  });

  test("spawn gives a child its own name, arguments, environment and user", async () => {
    const { world, alice, printed } = oneHost();
    const show: Program = async (sys, ...args) => {
      await sys.write(1, [sys.getuid(), sys.getenv("LANG"), sys.getenv("toString"), sys.getcwd(), ...args].join(" "));
    };
    alice.spawn("parent", async (sys) => {
      sys.spawn(show, { name: "shown", args: ["a"], env: { LANG: "C" }, uid: 1000, cwd: "/tmp" });
      expect(alice.ps().at(-1)).toMatchObject({ name: "shown", uid: 1000 });
      await sys.wait();
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(printed).toEqual(["1000 C  /tmp a"]);
  });

  test("only root chooses another user for its child", async () => {
    const { world, alice } = oneHost();
    alice.spawn(
      "user",
      (sys) => {
        expect(() => sys.spawn(() => 0, { uid: 0 })).toThrow("EPERM");
      },
      { uid: 1000 },
    );
    expect((await world.run()).crashes).toEqual([]);
  });

  test("what is no program is refused by name", () => {
    const { alice } = oneHost();
    expect(() => alice.spawn("odd", { main: 1 })).toThrow(/kind that a runtime accepts \(function\), not object/);
  });
});

describe("several outstanding calls", () => {
  test("run like threads, one for each call", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const order: string[] = [];
      const reading = sys.read(readEnd, new Uint8Array(1)).then(() => order.push("read"));
      const sleeping = sys.sleep(1).then(() => order.push("sleep"));
      await sys.sleep(0.5);
      await sys.write(writeEnd, "x");
      await Promise.all([reading, sleeping]);
      expect(order).toEqual(["read", "sleep"]);
    });
  });

  test("readers of one pipe are served in the order in which they came", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const order: number[] = [];
      const readers = [0, 1, 2].map((i) => sys.read(readEnd, new Uint8Array(1)).then(() => order.push(i)));
      await sys.sleep(1);
      await sys.write(writeEnd, "abc");
      await Promise.all(readers);
      expect(order).toEqual([0, 1, 2]);
    });
  });

  test("a descriptor that is closed under a sleeping read does not take the pipe away", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const buffer = new Uint8Array(1);
      const reading = sys.read(readEnd, buffer);
      sys.close(readEnd);
      await sys.write(writeEnd, "z");
      expect([await reading, buffer[0]]).toEqual([1, 122]);
    });
  });
});
