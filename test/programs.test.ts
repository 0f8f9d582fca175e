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

/** What a script of programs prints. */
async function printedBy(text: string): Promise<string> {
  const { world, alice, printed } = oneHost();
  alice.spawn("sh", alice.programs.get("sh"), { args: ["-c", text], env: { PATH: "/bin" }, cwd: "/tmp" });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  return printed.join("");
}

test.each([
  [
    "printf '%s-%d|%5s|%-4s|%03d|%x\\n' a 5 b c -7 255; printf '%s\\n' p q; printf 'x\\101%%\\n' unused",
    "a-5|    b|c   |-07|ff\np\nq\nxA%\n",
  ],
  [
    "printf %d x 2>&1; echo $?; printf '%y' 1 2>&1; echo $?",
    "printf: x: not a number\n01\nprintf: %y: there is no such conversion\n1\n",
  ],
  ["echo a > f; cat < f >> f; echo $?; cat f", "cat: -: input file is output file\n1\na\n"],
  ["seq 20 | head -n 2; seq 20 | tail -n 2", "1\n2\n19\n20\n"],
  ["seq 5 | wc; echo a b | wc -w; seq 3 > f; wc -l f", "      5      5     10\n2\n      3 f\n"],
  [
    "(echo b; echo 10; echo 9; echo 9) | sort -u; (echo 10; echo 9) | sort -n; (echo a; echo b) | sort -r",
    "10\n9\nb\n9\n10\nb\na\n",
  ],
  [
    "seq 12 | grep 1; seq 12 | grep -c 1; seq 3 | grep -v 2; seq 3 | grep -q 9; echo $?; echo a.b | grep -F .",
    "1\n10\n11\n12\n4\n1\n3\n1\na.b\n",
  ],
  ["echo hi | tee a b; echo more | tee -a a > /dev/null; cat a b", "hi\nhi\nmore\nhi\n"],
  ["yes | head -n 2; yes no | head -n 1", "y\ny\nno\n"],
])("text: %s", async (text, expected) => expect(await printedBy(text)).toBe(expected));

test.each([
  [
    "mkdir -p a/b; touch a/f; ls a; ls -l a/f; rmdir a 2>&1; rm -r a; ls",
    "b\nf\n-rw-r--r-- 1 root root 0 Jan  1 00:00 a/f\nrmdir: a: Directory not empty\n",
  ],
  [
    "echo x > f; cp f g; mv g h; ln h i; ln -s h j; ls -l j; cat i j; chmod 600 f; chmod u+x,go+r f; ls -l f | head -n 1",
    "lrwxrwxrwx 1 root root 1 Jan  1 00:00 j -> h\nx\nx\n-rwxr--r-- 1 root root 2 Jan  1 00:00 f\n",
  ],
  [
    "mkdir d; echo 1 > d/f; cp -r d e; ls e; cp d x 2>&1; rm d 2>&1; rm -f nothing; rm nothing 2>&1",
    "f\ncp: d: is a directory (-r copies it)\nrm: d: Is a directory\nrm: nothing: No such file or directory\n",
  ],
  ["mkfifo p; cat p & echo through > p; wait", "through\n"],
  ["touch .h v; ls; ls -a", "v\n.\n..\n.h\nv\n"],
])("files: %s", async (text, expected) => expect(await printedBy(text)).toBe(expected));

test.each([
  ["hostname; whoami; id -u; uname; tty", "alice\nroot\n0\nNetloom\nnot a tty\n"],
  ["date; sleep 90061; date '+%F %T %s %a'", "Thu Jan  1 00:00:00 UTC 2026\n2026-01-02 01:01:01 1767315661 Fri\n"],
  [
    "env -i A=1 env; A=2 env | grep A=; env nothing 2>&1; echo $?",
    "A=1\nA=2\nenv: nothing: No such file or directory\n127\n",
  ],
  ["sleep 100 & kill $!; wait $!; echo $?; kill 9999 2>&1", "143\nsh: kill: 9999: No such process\n"],
  ["ps | grep -v grep", "PID TTY S CMD\n  1 ?   S [init]\n  3 ?   R ps\n"],
  ["lsof -p $$ | head -n 2", "COMMAND PID FD NAME\nsh        2  0 /dev/console\n"],
])("the system: %s", async (text, expected) => {
  expect(await printedBy(text)).toBe(expected);
});
