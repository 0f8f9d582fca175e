/**
 * A pipeline in the shell, stopped and continued: a person at a terminal starts it, stops it with Ctrl-Z, lets it go on in the
 * background, brings it back to the front, and ends it with Ctrl-C.
 *
 * Run it:   npx netloom run examples/shell-jobs.ts
 * By hand:  npx netloom shell
 * Manual pages: pty(7), termios(3), setpgid(2), tcsetpgrp(3), credentials(7).
 */
import { POLLIN, type Program, type Sys, type World } from "netloom";

const STDOUT = 1;
const PROMPT = "# ";

/** Reads the screen until it shows that text; answers what came up to it. */
async function watch(sys: Sys, terminal: number, text: string): Promise<string> {
  const buffer = new Uint8Array(4096);
  let shown = "";
  while (!shown.includes(text)) {
    await sys.poll([{ fd: terminal, events: POLLIN, revents: 0 }]);
    const bytes = await sys.read(terminal, buffer);
    shown += new TextDecoder().decode(buffer.subarray(0, bytes));
  }
  return shown;
}

/** Types, waits as long as it takes, and writes down what the screen shows. */
const person: Program = async (sys) => {
  const { master, slave } = sys.openpty(undefined, { rows: 24, columns: 80 });
  const session = sys.fork(async (child) => {
    child.close(master);
    child.loginTty(slave);
    await child.execve("/bin/sh", [], { PATH: "/bin" });
  });
  sys.close(slave);
  await sys.write(STDOUT, await watch(sys, master, PROMPT));
  const steps: readonly (readonly [keys: string, seconds: number, until: string])[] = [
    ["yes line | cat -n > /tmp/lines\n", 0, "\n"],
    ["\x1a", 1, PROMPT],
    ["jobs\n", 0, PROMPT],
    ["bg\n", 0, PROMPT],
    ["jobs\n", 1, PROMPT],
    ["fg\n", 0, "/tmp/lines\r\n"],
    ["\x03", 1, PROMPT],
    ["test -s /tmp/lines && echo there are lines\n", 0, PROMPT],
    ["exit\n", 0, "exit\r\n"],
  ];
  for (const [keys, seconds, until] of steps) {
    await sys.sleep(seconds);
    await sys.write(master, keys);
    await sys.write(STDOUT, await watch(sys, master, until));
  }
  await sys.waitpid(session);
};

/** Calls cost a little, or a pipeline that never waits would never come to the next second. */
export const options = { cpu: { perCallNs: 200_000 } };

export default function scenario(world: World): void {
  world.host("alice").spawn("person", person);
}
