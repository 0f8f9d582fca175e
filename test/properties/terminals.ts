/** The pseudo-terminal: a duplex stream with a line discipline in between. */
import { cfmakeraw, O_NOCTTY, O_RDWR, type Sys, TCSANOW } from "netloom";
import { type Channel, errnoOf, observe } from "./channel.ts";
import { descriptorEnd } from "./pipes.ts";

/** A pair whose line discipline passes all bytes as they are. */
async function rawPair(sys: Sys): Promise<{ readonly master: number; readonly slave: number }> {
  const { master, slave } = sys.openpty();
  await sys.tcsetattr(slave, TCSANOW, cfmakeraw(sys.tcgetattr(slave)));
  return { master, slave };
}

const pseudoTerminal: Channel = {
  name: "pty",
  title: "Pseudo-terminal",
  group: "streams",
  manual: "pty(7), termios(3)",
  summary: "a duplex stream with a line discipline: what a program takes for a keyboard and a screen",
  drawing: `
  terminal program        line discipline              program
  write(master) ──▶ [ editing, echo, Ctrl-C: SIGINT ] ──▶ read(slave)
  read(master)  ◀── [ newline: carriage return, too ] ◀── write(slave)`,
  open(scene, first, second) {
    const parent = async (sys: Sys): Promise<void> => {
      const { master, slave } = await rawPair(sys);
      sys.fork(async (child) => {
        child.close(master);
        await second(descriptorEnd(child, slave));
      });
      sys.close(slave);
      await first(descriptorEnd(sys, master));
    };
    scene.first.spawn("first", parent, { daemon: true });
  },
  addressing: {
    text: "a path: /dev/pts/0",
    make: async (sys) => sys.openpty(),
    join: (sys) => sys.open("/dev/pts/0", O_RDWR | O_NOCTTY),
  },
  connection: async () => {
    const code = await observe(async (sys) => {
      const { master, slave } = await rawPair(sys);
      sys.close(master);
      return errnoOf(() => sys.write(slave, "x"));
    });
    return { value: "connected from the start", detail: `without a master, ${code}` };
  },
  capacity: { unitBytes: 1, of: "" },
  waits: [
    {
      call: "write",
      when: "there is no room",
      scene: ({ first }) => {
        const fills = async (sys: Sys): Promise<void> => {
          await sys.write((await rawPair(sys)).master, new Uint8Array(100_000));
        };
        first.spawn("first", fills, { daemon: true });
      },
    },
  ],
};

export const terminals: readonly Channel[] = [pseudoTerminal];
