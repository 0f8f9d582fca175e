/** A person at a terminal, as a program: types, and reads the screen until it shows what is expected. */
import { type Program, type Sys, World, type WorldOptions } from "netloom";

/** Virtual time that a person waits for what should appear. */
const PATIENCE_MS = 20_000;

export class Person {
  readonly #sys: Sys;
  readonly #keyboard: number;
  /** The session's leader. */
  readonly pid: number;
  /** What was shown, and not been expected yet. */
  shown = "";

  constructor(sys: Sys, keyboard: number, pid: number) {
    this.#sys = sys;
    this.#keyboard = keyboard;
    this.pid = pid;
  }

  async type(keys: string): Promise<void> {
    await this.#sys.write(this.#keyboard, keys);
  }

  /** Waits until the screen shows it; answers all that came up to it. */
  async expect(text: string): Promise<string> {
    const buffer = new Uint8Array(4096);
    while (!this.shown.includes(text)) {
      const watched = [{ fd: this.#keyboard, events: 1, revents: 0 }];
      if ((await this.#sys.poll(watched, PATIENCE_MS)) === 0) {
        throw new Error(`the screen never showed ${JSON.stringify(text)}, but ${JSON.stringify(this.shown)}`);
      }
      const bytes = await this.#sys.read(this.#keyboard, buffer).catch(() => 0);
      if (bytes === 0)
        throw new Error(`the session ended before ${JSON.stringify(text)}: ${JSON.stringify(this.shown)}`);
      this.shown += new TextDecoder().decode(buffer.subarray(0, bytes));
    }
    const end = this.shown.indexOf(text) + text.length;
    const seen = this.shown.slice(0, end);
    this.shown = this.shown.slice(end);
    return seen;
  }

  /** Types a command, and answers what it shows before the next prompt. */
  async run(command: string, prompt = "# "): Promise<string> {
    await this.type(`${command}\n`);
    const echo = command.includes("\n") ? "" : `${command}\r\n`;
    const seen = await this.expect(prompt);
    const from = seen.indexOf(echo) + echo.length;
    const to = seen.lastIndexOf("\n", seen.length - prompt.length) + 1;
    return seen.slice(from, Math.max(from, to)).replaceAll("\r\n", "\n");
  }

  async wait(seconds: number): Promise<void> {
    await this.#sys.sleep(seconds);
  }

  /** Waits for the end of the session; answers the status word. */
  async end(): Promise<number> {
    return (await this.#sys.waitpid(this.pid)).status;
  }

  hangUp(): void {
    this.#sys.close(this.#keyboard);
  }
}

/** Seats a person at a new terminal of host alice, with the shell running on it, and lets them act. */
export async function atTerminal(act: (person: Person, sys: Sys) => Promise<void>, options: WorldOptions = {}) {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text), ...options });
  const alice = world.host("alice");
  const program: Program = async (sys) => {
    const { master, slave } = sys.openpty(undefined, { rows: 24, columns: 80 });
    const pid = sys.fork(async (child) => {
      child.close(master);
      child.loginTty(slave);
      await child.execve("/bin/sh", [], { PATH: "/bin", HOME: "/root" });
    });
    sys.close(slave);
    await act(new Person(sys, master, pid), sys);
  };
  alice.spawn("person", program);
  const result = await world.run();
  if (result.crashes[0] !== undefined) throw result.crashes[0].error;
  return { world, alice, printed, result };
}
