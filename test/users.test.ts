/** credentials(7): who a process is, who it may become, and what that lets it do. The figures are Linux's own. */
import fc from "fast-check";
import { AF_INET, F_OK, O_CREAT, O_RDWR, R_OK, SOCK_DGRAM, type Sys, W_OK, X_OK } from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

/** The error's name, or "ok". */
function outcome(call: () => unknown): string {
  try {
    call();
    return "ok";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const ids = ({ real, effective, saved }: ReturnType<Sys["getresuid"]>) => [real, effective, saved];

describe("root", () => {
  test("who calls setuid() gives up its rights for good", async () => {
    await runProgram((sys) => {
      sys.setgid(100);
      sys.setuid(1000);
      expect(ids(sys.getresuid())).toEqual([1000, 1000, 1000]);
      expect(ids(sys.getresgid())).toEqual([100, 100, 100]);
      expect(outcome(() => sys.seteuid(0))).toBe("EPERM");
      expect(outcome(() => sys.setgid(0))).toBe("EPERM");
    });
  });

  test("who calls seteuid() gives them up for a while", async () => {
    await runProgram((sys) => {
      sys.seteuid(1000);
      expect([sys.getuid(), sys.geteuid(), sys.getgid(), sys.getegid()]).toEqual([0, 1000, 0, 0]);
      expect(outcome(() => sys.setuid(7))).toBe("EPERM");
      expect(outcome(() => sys.setreuid(7, -1))).toBe("EPERM");
      expect(outcome(() => sys.setresuid(-1, 7, -1))).toBe("EPERM");
      expect(outcome(() => sys.setgid(5))).toBe("EPERM");
      sys.seteuid(0);
      sys.setreuid(5, 1000);
      expect(ids(sys.getresuid())).toEqual([5, 1000, 1000]);
      sys.setreuid(1000, -1);
      expect(ids(sys.getresuid())).toEqual([1000, 1000, 1000]);
      expect(outcome(() => sys.setreuid(5, -1))).toBe("EPERM");
    });
  });
});

test("what is no user is EINVAL, and -1 leaves an id as it is where two or three are given", async () => {
  await runProgram((sys) => {
    expect(outcome(() => sys.setuid(-1))).toBe("EINVAL");
    expect(outcome(() => sys.seteuid(-1))).toBe("EINVAL");
    expect(outcome(() => sys.setegid(0xffff_ffff))).toBe("EINVAL");
    expect(outcome(() => sys.setuid("me" as unknown as number))).toBe("EINVAL");
    sys.setresuid(-1, -1, -1);
    sys.setresgid(-1, 7, -1);
    sys.setregid(-1, 8);
    expect([ids(sys.getresuid()), ids(sys.getresgid())]).toEqual([
      [0, 0, 0],
      [0, 8, 8],
    ]);
  });
});

test("supplementary groups are sorted, root's to set, and inherited", async () => {
  await runProgram(async (sys) => {
    sys.setgroups([3, 1, 2]);
    sys.seteuid(1000);
    expect(outcome(() => sys.setgroups([]))).toBe("EPERM");
    sys.fork((child) => (child.getgroups().join() === "1,2,3" && child.geteuid() === 1000 ? 0 : 1));
    expect((await sys.wait()).status).toBe(0);
    sys.seteuid(0);
    expect(outcome(() => sys.setgroups(new Array(65_537).fill(1)))).toBe("EINVAL");
    expect(outcome(() => sys.setgroups([-1]))).toBe("EINVAL");
    expect(outcome(() => sys.setgroups(7 as unknown as number[]))).toBe("EINVAL");
  });
});

describe("a child", () => {
  test("that is spawned with a user is that user three times over; without, it is who its parent is", async () => {
    const { world, alice, printed } = oneHost();
    const show = (sys: Sys) => sys.write(1, ids(sys.getresuid()).join(" ")).then(() => 0);
    alice.spawn("parent", async (sys) => {
      sys.spawn(show, { uid: 1000 });
      await sys.wait();
      sys.seteuid(1000);
      sys.spawn(show);
      await sys.wait();
      expect(outcome(() => sys.spawn(show, { uid: 1001 }))).toBe("EPERM");
      expect(outcome(() => sys.spawn(show, { uid: -1 }))).toBe("EINVAL");
      sys.setresuid(-1, -1, 1000);
      expect(outcome(() => sys.spawn(show, { gid: 5 }))).toBe("EPERM");
      sys.spawn(show, { uid: 0 });
      await sys.wait();
    });
    expect((await world.run()).crashes).toEqual([]);
    // execve(2) saves the effective user.
    expect(printed).toEqual(["1000 1000 1000", "0 1000 1000", "0 0 0"]);
  });

  test("that execs saves its effective user", async () => {
    const { world, alice, printed } = oneHost();
    alice.spawn("parent", async (sys) => {
      sys.setresuid(1000, 1001, 0);
      await sys.exec(async (after) => {
        await after.write(1, ids(after.getresuid()).join(" "));
      });
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(printed).toEqual(["1000 1001 1001"]);
  });
});

test("ports below 1024 are for who is root at that moment", async () => {
  await runProgram((sys) => {
    const bind = (port: number) =>
      outcome(() => sys.bind(sys.socket(AF_INET, SOCK_DGRAM), { address: "0.0.0.0", port }));
    sys.seteuid(1000);
    expect([bind(1023), bind(1024)]).toEqual(["EACCES", "ok"]);
    sys.seteuid(0);
    expect(bind(1023)).toBe("ok");
    sys.setuid(1000);
    expect(bind(1022)).toBe("EACCES");
  });
});

test("access() asks for the real user, on the way too, and open() for the effective one", async () => {
  await runProgram(async (sys) => {
    sys.mkdir("/tmp/d", 0o700);
    sys.close(await sys.open("/tmp/d/root", O_CREAT | O_RDWR, 0o600));
    sys.close(await sys.open("/tmp/root", O_CREAT | O_RDWR, 0o600));
    sys.setresuid(1000, 0, 0);
    expect(outcome(() => sys.access("/tmp/root", R_OK))).toBe("EACCES");
    expect(outcome(() => sys.access("/tmp/d/root", F_OK))).toBe("EACCES");
    expect(outcome(() => sys.access("/tmp", R_OK | W_OK | X_OK))).toBe("ok");
    expect(await sys.open("/tmp/d/root", O_RDWR)).toBeGreaterThan(2);
  });
});

test("whatever a process without root calls, its ids stay among those it had", async () => {
  const id = fc.constantFrom(-1, 0, 1, 2, 3, 4);
  const call = fc.oneof(
    id.map((uid) => (sys: Sys) => sys.setuid(uid)),
    id.map((uid) => (sys: Sys) => sys.seteuid(uid)),
    fc.tuple(id, id).map(
      ([a, b]) =>
        (sys: Sys) =>
          sys.setreuid(a, b),
    ),
    fc.tuple(id, id, id).map(
      ([a, b, c]) =>
        (sys: Sys) =>
          sys.setresuid(a, b, c),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
      await runProgram((sys) => {
        sys.setresuid(1, 2, 3);
        for (const each of calls) {
          outcome(() => each(sys));
          for (const held of ids(sys.getresuid())) expect([1, 2, 3]).toContain(held);
        }
      });
    }),
    { numRuns: 50 },
  );
});
