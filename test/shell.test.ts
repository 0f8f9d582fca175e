/** The shell: what scripts mean, and what a person sees at a terminal. */

import { WEXITSTATUS, WIFSIGNALED, WTERMSIG } from "netloom";
import { describe, expect, test } from "vitest";
import { atTerminal, type Person } from "./support/person.ts";
import { oneHost } from "./support/world.ts";

/** Runs a script; answers what it printed and its exit status. */
async function script(text: string, args: readonly string[] = []): Promise<{ text: string; status: number }> {
  const { world, alice, printed } = oneHost();
  const options = { args: ["-c", text, "sh", ...args], env: { PATH: "/bin" } };
  const shell = alice.spawn("sh", alice.programs.get("sh"), options);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  return { text: printed.join(""), status: WEXITSTATUS(shell.status) };
}
const output = async (text: string, args: readonly string[] = []): Promise<string> => (await script(text, args)).text;

describe("scripts", () => {
  test.each([
    ["echo one 'two  three' \"four\" a\\ b", "one two  three four a b\n"],
    ['X=5; echo $X "$X" \'$X\' \\$X "\\$X" ${X}y', "5 5 $X $X $X 5y\n"],
    ["X='a  b'; echo $X; echo \"$X\"", "a b\na  b\n"],
    ["echo ${N:-none} ${N:=set} $N ${N:+yes} ${#N}", "none set set yes 3\n"],
    ['echo $# $1 "$@" $0', "2 p p q r sh\n"],
    ["true; echo $?; false; echo $?; nothing 2>&1; echo $?", "0\n1\nsh: nothing: command not found\n127\n"],
    ["echo $$ $(echo $$)", "2 2\n"],
    ["echo $((1 + 2 * 3)) $(((1+2)*3)) $((7 / 2 % 2)) $((1 < 2 && !0))", "7 9 1 1\n"],
    ["echo $(echo a; echo b) `echo c`", "a b c\n"],
  ])("words: %s", async (text, expected) => expect(await output(text, ["p", "q r"])).toBe(expected));

  test.each([
    ["true && echo a || echo b; false && echo c || echo d; ! false && echo e", "a\nd\ne\n"],
    ["if false; then echo a; elif true; then echo b; else echo c; fi", "b\n"],
    ["i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done", "0\n1\n2\n"],
    ["for i in a b c; do [ $i = b ] && continue; echo $i; done", "a\nc\n"],
    ["case abc in x) echo x;; a*|b) echo yes;; *) echo no;; esac; echo $?", "yes\n0\n"],
    ['P="a*"; case abc in "$P") echo q;; $P) echo p; esac; case x in (y) ;; esac; echo $?', "p\n0\n"],
    [
      "for i in a.c b.h .x; do case $i in *.[ch]) echo $i;; esac; done\ncase x in\n y | x )\n echo z\n ;;\nesac",
      "a.c\nb.h\nz\n",
    ],
    ["for i in 1 2 3; do for j in 1 2; do [ $j = 2 ] && break 2; echo $i$j; done; done", "11\n"],
    ["until true; do echo never; done; for i in; do echo never; done", ""],
    ['(cd /tmp; X=1; pwd); pwd; echo "<$X>"', "/tmp\n/\n<>\n"],
    ["{ echo a; echo b; } | cat -n", "     1\ta\n     2\tb\n"],
    ["exit 3; echo never", ""],
  ])("control: %s", async (text, expected) => expect(await output(text)).toBe(expected));

  test.each([
    ["cd /tmp; echo a > f; echo b >> f; cat < f; cat f 2>&1 >/dev/null", "a\nb\n"],
    ["cat nothing 2>&1 | cat -n", "     1\tcat: nothing: No such file or directory\n"],
    ["cat nothing 2> /tmp/e; cat /tmp/e", "cat: nothing: No such file or directory\n"],
    ["X=5; cat <<A; cat <<'B'\n$X $((X+1))\nA\n$X\nB\necho end", "5 6\n$X\nend\n"],
    ["{ echo a >&3; } 3>/tmp/f; cat /tmp/f", "a\n"],
    ["echo > /nowhere/f; echo $?", "sh: /nowhere/f: No such file or directory\n1\n"],
    ["exec > /tmp/f; echo hidden; exec > /dev/console; cat /tmp/f", "hidden\n"],
    ["seq 100000 | head_ 2>&1; echo $?", "sh: head_: command not found\n127\n"],
  ])("redirections: %s", async (text, expected) => expect(await output(text)).toBe(expected));

  test.each([
    [
      "cd /tmp; for f in a.c b.c .h; do : > $f; done; echo *.c ? * '*' \\* [ab].c [!a]*",
      "a.c b.c ? a.c b.c * * a.c b.c b.c\n",
    ],
    ["echo /b*n/ech? /nothing*", "/bin/echo /nothing*\n"],
    ["cd /tmp; : > '*'; : > x; echo \"*\" '*'", "* *\n"],
  ])("names of files: %s", async (text, expected) => expect(await output(text)).toBe(expected));

  test("what makes no sense is refused with status 2", async () => {
    for (const text of [
      "echo (",
      "if true; then",
      "| cat",
      "echo 'a",
      "for 1 in a; do :; done",
      "echo $((1/0))",
      "fi",
    ]) {
      const { status, text: said } = await script(text);
      expect([text, status]).toEqual([text, 2]);
      expect(said).toMatch(/^sh: ./);
    }
  });

  test("`exit`, the last status, and a signal make the status of the shell", async () => {
    expect((await script("exit 7")).status).toBe(7);
    expect((await script("false")).status).toBe(1);
    expect(await output("sh -c 'kill -9 $$'; echo $?")).toBe("Killed\n137\n");
  });

  test("a background command: $!, wait, and no keyboard", async () => {
    expect(await output("sleep 5 & echo $!; wait $!; echo done; cat & wait; (exit 4) & wait $!; echo $?")).toBe(
      "3\ndone\n4\n",
    );
  });

  test("files of commands: by name, with an interpreter line, without one, and read in", async () => {
    const make = "cd /tmp; umask 022; cat > s <<'E'\n#!/bin/sh\necho script $0 $1; V=set\nE\n";
    expect(await output(`${make}sh s a; . ./s b; echo $V`)).toBe("script s a\nscript sh b\nset\n");
    expect(await output(`${make}./s`)).toBe("sh: ./s: Permission denied\n");
  });

  test("variables are exported, unset, read, and shown", async () => {
    expect(await output("A=1; export B=2; sh -c 'echo $A-$B'; C=3 sh -c 'echo $C'; unset B; echo $B.")).toBe(
      "-2\n3\n.\n",
    );
    expect(await output("echo one two three > /tmp/f; read a b < /tmp/f; echo $b $a")).toBe("two three one\n");
    expect(await output("export A='x y'; export -p")).toContain("export A='x y'\n");
  });

  test("commands come from standard input, line by line, and what is behind them is there for them", async () => {
    expect(await output("printf_='x'; sh <<'E'\nread line\nthis is it\necho got $line\nE\n")).toBe("got this is it\n");
  });
});

describe("at a terminal", () => {
  test("a session: prompt, commands, editing, an unfinished command, the end", async () => {
    await atTerminal(async (person) => {
      await person.expect("alice:/# ");
      expect(await person.run("echo hello")).toBe("hello\n");
      expect(await person.run("cd /tmp")).toBe("");
      expect(person.shown).toBe("");
      await person.type("echp\x7fo x\n");
      expect(await person.expect("/tmp# ")).toContain("x\r\n");
      await person.type("if true\nthen echo yes\nfi\n");
      expect(await person.expect("# ")).toContain("> ");
      expect(person.shown).toBe("");
      await person.type("\x04");
      await person.expect("exit\r\n");
      expect(await person.end()).toBe(0);
    });
  });

  test("Ctrl-C ends the program in the foreground, and gives up a line or a loop; the shell stays", async () => {
    const act = async (person: Person) => {
      await person.expect("# ");
      for (const command of ["sleep 1000", "while true; do sleep 1; done; echo never", "while :; do :; done"]) {
        await person.type(`${command}\n`);
        await person.wait(2);
        await person.type("\x03");
        await person.expect("^C\r\nalice:/# ");
      }
      await person.type("half a line\x03");
      await person.expect("^C\r\nalice:/# ");
      expect(await person.run("echo $?")).toBe("130\n");
      await person.type("exit 5\n");
      expect(WEXITSTATUS(await person.end())).toBe(5);
    };
    await atTerminal(act, { cpu: { perCallNs: 100_000 } });
  });

  test("a pipeline is stopped by Ctrl-Z, listed, continued in the background, and brought to the front", async () => {
    await atTerminal(async (person) => {
      await person.expect("# ");
      await person.type("sleep 10 | cat\n");
      await person.wait(1);
      await person.type("\x1a");
      await person.expect("^Z\r\n[1]+  Stopped                 sleep 10 | cat\r\n");
      await person.expect("# ");
      expect(await person.run("jobs")).toBe("[1]+  Stopped                 sleep 10 | cat\n");
      expect(await person.run("echo $?")).toBe("0\n");
      expect(await person.run("bg")).toBe("[1]+ sleep 10 | cat &\n");
      expect(await person.run("jobs")).toBe("[1]+  Running                 sleep 10 | cat &\n");
      await person.type("fg\n");
      await person.expect("sleep 10 | cat\r\n");
      await person.expect("# ");
      expect(await person.run("jobs")).toBe("");
    });
  });

  test("jobs in the background: told when they are done, several at once, by number and name, killed", async () => {
    await atTerminal(async (person) => {
      await person.expect("# ");
      expect(await person.run("sleep 2 &")).toMatch(/^\[1\] \d+\n$/);
      expect(await person.run("sleep 50 &")).toMatch(/^\[2\] \d+\n$/);
      await person.wait(3);
      expect(await person.run("echo x")).toBe("x\n[1]   Done                    sleep 2\n".replace("[1]  ", "[1]- "));
      expect(await person.run("kill %2")).toBe("[2]+  Terminated              sleep 50\n");
      expect(await person.run("fg")).toBe("sh: fg: current: no such job\n");
      expect(await person.run("sleep 1 & wait")).toMatch(/^\[1\] \d+\n\[1\]\+ {2}Done {20}sleep 1\n$/);
    });
  });

  test("who reads from the background is stopped, and gets its line in the foreground", async () => {
    await atTerminal(async (person) => {
      await person.expect("# ");
      await person.run("cat &");
      await person.wait(1);
      expect(await person.run("jobs")).toBe("[1]+  Stopped                 cat\n");
      await person.type("fg\n");
      await person.expect("cat\r\n");
      await person.wait(1);
      await person.type("line\n");
      await person.expect("line\r\nline\r\n");
      await person.type("\x04");
      await person.expect("# ");
    });
  });

  test("stopped jobs are warned of at the end, and hung up", async () => {
    await atTerminal(async (person) => {
      await person.expect("# ");
      await person.type("sleep 100\n");
      await person.wait(1);
      await person.type("\x1a");
      await person.expect("# ");
      await person.type("exit\n");
      await person.expect("There are stopped jobs.\r\n");
      await person.expect("# ");
      await person.type("exit\n");
      expect(await person.end()).toBe((128 + 20) << 8);
    });
  });

  test("a hang-up ends the shell and its jobs", async () => {
    const { alice } = await atTerminal(async (person) => {
      await person.expect("# ");
      await person.run("sleep 1000 &");
      await person.type("sleep 2000\n");
      await person.wait(1);
      person.hangUp();
      const status = await person.end();
      expect([WIFSIGNALED(status), WTERMSIG(status)]).toEqual([true, 1]);
    });
    expect(alice.ps().map(({ name }) => name)).not.toContain("sleep 2000");
  });

  test("a shell in a shell has jobs of its own, and gives the terminal back", async () => {
    await atTerminal(async (person) => {
      await person.expect("# ");
      await person.run("sh");
      await person.type("sleep 100\n");
      await person.wait(1);
      await person.type("\x1a");
      await person.expect("Stopped");
      await person.expect("# ");
      await person.run("kill %1");
      await person.type("exit\n");
      await person.expect("# ");
      expect(await person.run("echo back")).toBe("back\n");
    });
  });
});
