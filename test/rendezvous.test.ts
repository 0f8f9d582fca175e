/** Direct messages: src/kernel/sys/rendezvous.ts. */
import { type Program, SA_RESTART, SIGCONT, SIGSTOP, SIGUSR1, type Sys, World } from "netloom";
import { describe, expect, test } from "vitest";
import { asUsers, others, outcome, text } from "./support/ipc.ts";
import { oneHost, runProgram } from "./support/world.ts";

/** Answers so many requests in capitals. */
const server =
  (count: number): Program =>
  async (sys) => {
    for (let i = 0; i < count; i++) {
      const { pid, data } = await sys.msgReceive();
      sys.msgReply(pid, text(data).toUpperCase());
    }
  };

const ask = async (sys: Sys, pid: number, request: string): Promise<string> => {
  const reply = await outcome(() => sys.msgSend(pid, request));
  return typeof reply === "string" ? reply : text(reply.data);
};

describe("meeting", () => {
  test("whoever comes first waits for the other; the sender goes on with the answer", async () => {
    await runProgram(async (sys) => {
      const pid = sys.fork(server(2));
      expect(await ask(sys, pid, "first")).toBe("FIRST");
      await others(sys);
      expect(await ask(sys, pid, "second")).toBe("SECOND");
    });
  });

  test("nothing is buffered: the sender waits until it is received, and the boundaries are kept", async () => {
    const log: string[] = [];
    await runProgram(async (sys) => {
      const pid = sys.getpid();
      for (const name of ["a", "b"]) {
        sys.fork(async (child) => {
          await child.msgSend(pid, `from ${name}`);
          log.push(`${name} goes on`);
        });
        await others(sys);
      }
      expect(log).toEqual([]);
      for (let i = 0; i < 2; i++) {
        const { pid: from, data, bytes } = await sys.msgReceive();
        log.push(`${bytes}: ${text(data)}`);
        await others(sys);
        sys.msgReply(from);
        await others(sys);
      }
    });
    expect(log).toEqual(["6: from a", "a goes on", "6: from b", "b goes on"]);
  });

  test("a receiver may choose its sender, and answer in another order than it has received", async () => {
    const log: string[] = [];
    await runProgram(async (sys) => {
      const pid = sys.getpid();
      const [a, b] = ["a", "b"].map((name) =>
        sys.fork(async (child) => void log.push(`${name}: ${await ask(child, pid, name)}`)),
      ) as [number, number];
      await others(sys);
      expect((await sys.msgReceive(b)).pid).toBe(b);
      expect((await sys.msgReceive()).pid).toBe(a);
      sys.msgReply(a, "one");
      await others(sys);
      sys.msgReply(b, "two");
      await sys.wait();
      await sys.wait();
      expect(await outcome(() => sys.msgReceive(a))).toBe("ESRCH");
    });
    expect(log).toEqual(["a: one", "b: two"]);
  });

  test("what the sender changes after the meeting is not seen", async () => {
    await runProgram(async (sys) => {
      const pid = sys.getpid();
      const data = Uint8Array.of(1);
      sys.fork(async (child) => void (await child.msgSend(pid, data)));
      await others(sys);
      const request = await sys.msgReceive();
      data[0] = 2;
      expect(request.data[0]).toBe(1);
      sys.msgReply(request.pid);
    });
  });
});

describe("states", () => {
  test("ps shows who is blocked in SEND, REPLY and RECEIVE", async () => {
    const { world, alice } = oneHost();
    const server = alice.spawn("server", async (sys) => {
      const { pid } = await sys.msgReceive();
      await sys.sleep(2);
      sys.msgReply(pid);
      sys.msgReply((await sys.msgReceive()).pid);
    });
    for (const name of ["first", "second"]) {
      alice.spawn(name, async (sys) => void (await sys.msgSend(server.pid, name)));
    }
    alice.spawn("idle", (sys) => sys.msgReceive().then(() => {}), { daemon: true });
    let rows: unknown;
    alice.spawn("watch", async (sys) => {
      await sys.sleep(1);
      rows = alice.ps().map(({ name, waits }) => [name, waits[0]?.on]);
    });
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
    expect(rows).toEqual([
      ["init", undefined],
      ["server", "the clock"],
      ["first", "REPLY: server[2] answers"],
      ["second", "SEND: server[2] receives"],
      ["idle", "RECEIVE: anybody sends"],
      ["watch", undefined],
    ]);
  });

  test("two that send to each other are reported, with who waits for whom", async () => {
    const world = new World();
    const alice = world.host("alice");
    const a = alice.spawn("a", async (sys) => void (await sys.msgSend(a.pid + 1, "to b")));
    alice.spawn("b", async (sys) => void (await sys.msgSend(a.pid, "to a")));
    await expect(world.run()).rejects.toThrow(
      /deadlock[\s\S]*a\[2\] on alice: msg_send\(\) waits on SEND: b\[3\] receives\n.*b\[3\] on alice: msg_send\(\) waits on SEND: a\[2\] receives/,
    );
  });
});

describe("when the partner ends", () => {
  test("before it received: ESRCH; before it answered: ECONNRESET; exec counts as an end", async () => {
    const log: string[] = [];
    await runProgram(async (sys) => {
      const endings: Program[] = [
        async (child) => child.sleep(1),
        async (child) => void (await child.msgReceive()),
        async (child) => {
          await child.msgReceive();
          await child.exec(async (program) => program.sleep(1));
        },
      ];
      for (const ending of endings) {
        const pid = sys.fork(ending);
        log.push(await ask(sys, pid, "hello"));
      }
      log.push(await ask(sys, 9999, "hello"), await ask(sys, sys.getpid(), "hello"), await ask(sys, 1, "hello"));
    });
    expect(log).toEqual(["ESRCH", "ECONNRESET", "ECONNRESET", "ESRCH", "EDEADLK", "ESRCH"]);
  });

  test("a dead sender's request is gone, and its answer finds nobody; who waits for it alone hears of it", async () => {
    await runProgram(async (sys) => {
      const self = sys.getpid();
      const sender = (): number => sys.fork(async (child) => void (await child.msgSend(self, "hello")));
      const [unreceived, received] = [sender(), sender()];
      await others(sys);
      await sys.kill(unreceived, 9);
      expect((await sys.msgReceive()).pid).toBe(received);
      await sys.kill(received, 9);
      expect(await outcome(() => sys.msgReply(received))).toBe("ESRCH");
      const third = sys.fork(async (child) => child.sleep(1));
      expect(await outcome(() => sys.msgReply(third))).toBe("EINVAL");
      expect(await outcome(() => sys.msgReceive(third))).toBe("ESRCH");
    });
  });
});

describe("signals", () => {
  test("a handler ends msgSend with EINTR at either stage, and restarts msgReceive with SA_RESTART", async () => {
    const log: string[] = [];
    await runProgram(async (sys) => {
      const self = sys.getpid();
      const sender = (name: string): number =>
        sys.fork(async (child) => {
          child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
          log.push(`${name} ${await ask(child, self, name)}`);
        });
      const [one, two] = [sender("one"), sender("two")];
      await others(sys);
      expect((await sys.msgReceive()).pid).toBe(one);
      await sys.kill(one, SIGUSR1);
      await sys.kill(two, SIGUSR1);
      await others(sys);
      expect(await outcome(() => sys.msgReply(one))).toBe("ESRCH");
      const receiver = sys.fork(async (child) => {
        child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
        child.msgReply((await child.msgReceive()).pid, "restarted");
      });
      await others(sys);
      await sys.kill(receiver, SIGUSR1);
      await others(sys);
      log.push(await ask(sys, receiver, "hello"));
    });
    expect(log).toEqual(["one EINTR", "two EINTR", "restarted"]);
  });

  test("a sender that is stopped has sent; a receiver that is stopped receives when it goes on", async () => {
    await runProgram(async (sys) => {
      const self = sys.getpid();
      const sender = sys.fork(async (child) => void (await child.msgSend(self, "hello")));
      await others(sys);
      await sys.kill(sender, SIGSTOP);
      expect((await sys.msgReceive()).pid).toBe(sender);
      sys.msgReply(sender);
      await sys.kill(sender, SIGCONT);
      await sys.wait();
      const receiver = sys.fork(server(1));
      await others(sys);
      await sys.kill(receiver, SIGSTOP);
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.kill(receiver, SIGCONT);
      });
      expect(await ask(sys, receiver, "hello")).toBe("HELLO");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(1);
    });
  });
});

describe("names and permission", () => {
  test("others send to a process that has attached a name that they may write, and to no other", async () => {
    const { world, alice } = oneHost();
    const log: string[] = [];
    const service = alice.spawn(
      "service",
      async (sys) => {
        sys.umask(0);
        sys.msgAttach("printer", 0o622);
        sys.msgAttach("private", 0o600);
        await server(1)(sys);
        sys.msgDetach("printer");
        await sys.sleep(1);
      },
      { uid: 7 },
    );
    alice.spawn(
      "client",
      async (sys) => {
        log.push(await ask(sys, sys.msgLocate("printer"), "print this"));
        await others(sys);
        log.push(String(await outcome(() => sys.msgLocate("printer"))), await ask(sys, service.pid, "again"));
        log.push(String(await outcome(() => sys.msgLocate("private"))), String(sys.readdir("/dev/name")));
        await sys.sleep(2);
        log.push(String(sys.readdir("/dev/name")));
      },
      { uid: 8 },
    );
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
    expect(log).toEqual(["PRINT THIS", "ENOENT", "EPERM", "EACCES", "private", ""]);
  });

  test("what is no name, and one that is taken", async () => {
    await asUsers([
      7,
      async (sys) => {
        sys.msgAttach("x");
        for (const [name, code] of [
          ["x", "EEXIST"],
          ["", "EINVAL"],
          ["a/b", "EINVAL"],
          ["..", "EINVAL"],
        ] as const) {
          expect(await outcome(() => sys.msgAttach(name))).toBe(code);
        }
        expect(await outcome(() => sys.msgDetach("y"))).toBe("EINVAL");
      },
    ]);
  });
});
