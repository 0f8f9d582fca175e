/** Programs by name: /bin, execve(2) by path, and the programs that we ship. */

import { O_CREAT, O_WRONLY, type Program, type Sys, WEXITSTATUS } from "netloom";
import { expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

/** Runs a program by path in a child, and answers its exit status and what it printed. */
async function execute(path: string, args: readonly string[], prepare?: (sys: Sys) => Promise<void>, uid = 0) {
  const { world, alice, printed } = oneHost();
  let status = -1;
  const parent: Program = async (sys) => {
    await prepare?.(sys);
    const pid = sys.fork(async (child) => {
      if (uid !== 0) child.setuid(uid);
      await child.execve(path, args);
    });
    status = (await sys.waitpid(pid)).status;
  };
  alice.spawn("parent", parent);
  const { crashes } = await world.run();
  return { status: WEXITSTATUS(status), text: printed.join(""), code: (crashes[0]?.error as { code?: string })?.code };
}

function script(path: string, text: string, mode: number) {
  return async (sys: Sys) => {
    const fd = await sys.open(path, O_WRONLY | O_CREAT, mode);
    await sys.write(fd, text);
    sys.close(fd);
  };
}

test("execve() starts a program of /bin by its path, with its name and arguments", async () => {
  expect(await execute("/bin/echo", ["one", "two"])).toEqual({ status: 0, text: "one two\n", code: undefined });
  expect(await execute("/bin/false", [])).toMatchObject({ status: 1 });
});

test("execve() says why it does not: ENOENT, EACCES, ENOEXEC, ELOOP", async () => {
  expect(await execute("/bin/nothing", [])).toMatchObject({ code: "ENOENT" });
  expect(await execute("/bin", [])).toMatchObject({ code: "EACCES" });
  expect(await execute("/tmp/x", [], script("/tmp/x", "no program", 0o644))).toMatchObject({ code: "EACCES" });
  expect(await execute("/tmp/x", [], script("/tmp/x", "no program", 0o755))).toMatchObject({ code: "ENOEXEC" });
  expect(await execute("/tmp/x", [], script("/tmp/x", "#!/tmp/x\n", 0o755))).toMatchObject({ code: "ELOOP" });
  const forOwner = script("/tmp/x", "#!/bin/echo\n", 0o700);
  expect(await execute("/tmp/x", [], forOwner, 1000)).toMatchObject({ code: "EACCES" });
});

test("a script is run by the interpreter that its first line names", async () => {
  const made = script("/tmp/x", "#! /bin/echo -n and one argument \n", 0o755);
  expect((await execute("/tmp/x", ["more"], made)).text).toBe("-n and one argument /tmp/x more\n");
});

test("a host has programs of its own beside those that are shipped", async () => {
  const { world, alice, printed } = oneHost();
  alice.programs.add("hello", async (sys) => void (await sys.write(1, `hello from ${sys.gethostname()}\n`)));
  expect(() => alice.programs.add("no/name", () => {})).toThrow(TypeError);
  alice.spawn("parent", (sys) => sys.execve("/bin/hello"));
  await world.run();
  expect(printed.join("")).toBe("hello from alice\n");
  expect(alice.programs.names).toContain("cat");
});

test("the environment is given on, or replaced", async () => {
  const { world, alice, printed } = oneHost();
  alice.programs.add("show", async (sys) => void (await sys.write(1, `${JSON.stringify(sys.environ())}\n`)));
  const parent: Program = async (sys) => {
    for (const env of [undefined, { B: "2" }])
      await sys.waitpid(sys.fork((child) => child.execve("/bin/show", [], env)));
  };
  alice.spawn("parent", parent, { env: { A: "1" } });
  await world.run();
  expect(printed.join("")).toBe('{"A":"1"}\n{"B":"2"}\n');
});

test("every shipped program tells what it does, and refuses unknown options", async () => {
  const { world, alice, printed } = oneHost();
  const names = alice.programs.names;
  alice.spawn("parent", async (sys) => {
    for (const name of names) await sys.waitpid(sys.fork((child) => child.execve(`/bin/${name}`, ["--help"])));
  });
  await world.run();
  const text = printed.join("");
  for (const name of names) expect(text).toContain(`usage: ${name}`);
});
