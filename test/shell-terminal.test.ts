/**
 * `netloom shell` as a person meets it: under a real terminal (tmux), typed at, and read off the screen; and as a script meets it.
 *
 * The screen is looked at again and again until it shows what is expected, or a deadline has passed: nothing is inferred from time.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ROOT } from "./tidy/tree.ts";

const MAIN = `${ROOT}dist/cli/main.js`;
/** A busy machine needs its time to start processes. */
const SLOW = { timeout: 120_000 };
const PATIENCE_LOOKS = 1200;
const LOOK_MS = 50;

const reason = spawnSync("tmux", ["-V"]).status === 0 ? undefined : "there is no tmux";
const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;

/** A terminal of tmux with a command in it. */
class Screen implements Disposable {
  readonly #socket: string;

  constructor(name: string, ...command: readonly string[]) {
    this.#socket = `netloom-test-${process.pid}-${name}`;
    const line = [process.execPath, MAIN, ...command].map((word) => `'${word}'`).join(" ");
    this.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "80",
      "-y",
      "24",
      `${line}; echo "ended with $?"; sleep 100`,
    );
  }

  /** Types; words such as Enter and C-c are keys. */
  type(...keys: readonly string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  get lines(): string[] {
    return this.#tmux("capture-pane", "-p", "-J").trimEnd().split("\n");
  }

  /** Waits until the screen, or its last line, is so. */
  async shows(what: RegExp): Promise<string> {
    for (let look = 0; look < PATIENCE_LOOKS; look++) {
      const shown = this.lines.join("\n");
      if (what.test(shown)) return shown;
      await pause(LOOK_MS);
    }
    throw new Error(`the screen never showed ${what}, but:\n${this.lines.join("\n")}`);
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
  }

  #tmux(...words: readonly string[]): string {
    return spawnSync("tmux", ["-L", this.#socket, ...words], { encoding: "utf8" }).stdout ?? "";
  }
}

const PROMPT_LAST = /alice:~# *$/;

describe(`at a terminal of this machine${skipped}`, () => {
  test.skipIf(reason)("a session: commands, Ctrl-C, Ctrl-Z, jobs, the size of the window, the end", SLOW, async () => {
    using screen = new Screen("session", "shell");
    await screen.shows(PROMPT_LAST);
    screen.type("echo hello | cat -n", "Enter");
    await screen.shows(/^ +1\s+hello\nalice:~# *$/m);
    screen.type("sleep 1000", "Enter");
    await screen.shows(/sleep 1000$/m);
    screen.type("C-z");
    await screen.shows(/\^Z\n\[1\]\+ {2}Stopped +sleep 1000\nalice:~# *$/m);
    screen.type("fg", "Enter");
    await screen.shows(/fg\nsleep 1000$/m);
    screen.type("C-c");
    await screen.shows(/\^C\nalice:~# *$/m);
    screen.type("clear_", "BSpace", "_", "C-u", "stty -a | head -n 1", "Enter");
    await screen.shows(/^rows 24; columns 80;\nalice:~# *$/m);
    screen.resize(100, 30);
    screen.type("stty -a | head -n 1", "Enter");
    await screen.shows(/^rows 30; columns 100;\nalice:~# *$/m);
    screen.type("ps", "Enter");
    await screen.shows(/ pts\/0 S sh\n.* pts\/0 R ps\n/);
    screen.type("exit 3", "Enter");
    await screen.shows(/ended with 3/);
  });

  test.skipIf(reason)("another host, output without end, and leaving by force", SLOW, async () => {
    using screen = new Screen("force", "shell", "--host", "carol");
    await screen.shows(/carol:~# *$/);
    screen.type("yes", "Enter");
    await screen.shows(/y\ny\ny\ny\n/);
    screen.type("C-c");
    await screen.shows(/\^C\ncarol:~# *$/m);
    screen.type("while :; do :; done", "Enter");
    await screen.shows(/done$/m);
    screen.type("C-]", "C-]", "C-]");
    await screen.shows(/ended with 1/);
  });
});

describe("without a terminal", () => {
  async function run(input: string, ...words: readonly string[]) {
    const child = spawn(process.execPath, [MAIN, "shell", ...words], { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.end(input);
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number]>,
    ]);
    return { stdout, stderr, status };
  }

  test("what comes from standard input is run as a script, in virtual time", SLOW, async () => {
    const { stdout, stderr, status } = await run("hostname\nsleep 100000\ndate +%s\nexit 4\n", "--host", "bob");
    expect({ stdout, status }).toEqual({ stdout: "bob\n1767325600\n", status: 4 });
    expect(stderr).toMatch(/standard input is no terminal: what comes from it is run as a script on bob/);
  });

  test("what is wrong on the command line is told", SLOW, async () => {
    expect(await run("", "--host", "nobody")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no host "nobody"; there are alice, bob, carol'),
    });
    expect(await run("", "--nonsense")).toMatchObject({ status: 2, stderr: expect.stringContaining("--nonsense") });
    expect(await run("", "no-such-file.ts")).toMatchObject({ status: 2 });
    expect((await run("", "--help")).stdout).toContain("netloom shell [FILE] [options]");
  });
});
