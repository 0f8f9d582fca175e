/** ps(1): the processes, as /proc/<pid>/stat and cmdline have them. Read first: proc(5). */
import { SystemError } from "../../kernel/system-error.ts";
import { table } from "./columns.ts";
import { processNumbers, readText } from "./system.ts";
import type { Tool, Toolbox } from "./tool.ts";

interface Row {
  readonly pid: string;
  readonly ppid: string;
  readonly pgid: string;
  readonly sid: string;
  readonly tty: string;
  readonly state: string;
  readonly command: string;
  readonly uid: string;
}

export const ps: Tool = {
  name: "ps",
  usage: "[-e] [-l] [-f]",
  summary: "Writes the processes of this session's terminal; -e all; -l and -f with parent, group and session.",
  options: "elfajx",
  async run(box) {
    const rows: Row[] = [];
    for (const pid of processNumbers(box)) {
      try {
        rows.push(await rowOf(box, pid));
      } catch (error) {
        // It has ended meanwhile.
        if (!(error instanceof SystemError)) throw error;
      }
    }
    const own = rows.find(({ pid }) => pid === String(box.sys.getpid()));
    const isOurs = (row: Row): boolean => (own?.tty === "?" ? row.sid === own.sid : row.tty === own?.tty);
    const shown = box.has("e") ? rows : rows.filter(isOurs);
    const isLong = box.has("l") || box.has("f") || box.has("j");
    const headings = isLong
      ? ["UID", ">PID", ">PPID", ">PGID", ">SID", "S", "TTY", "CMD"]
      : [">PID", "TTY", "S", "CMD"];
    const cells = shown.map(({ pid, ppid, pgid, sid, tty, state, command, uid }) =>
      isLong ? [uid, pid, ppid, pgid, sid, state, tty, command] : [pid, tty, state, command],
    );
    await box.out(table(headings, cells));
  },
};

async function rowOf(box: Toolbox, pid: string): Promise<Row> {
  const stat = await readText(box, `/proc/${pid}/stat`);
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  const [state = "?", ppid = "0", pgid = "0", sid = "0", device = "0"] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ");
  const words = (await readText(box, `/proc/${pid}/cmdline`)).split("\0").filter((word) => word !== "");
  const uid = String(box.sys.stat(`/proc/${pid}`).uid);
  const isZombie = state === "Z";
  const command = isZombie ? `${name} <defunct>` : words.length === 0 ? `[${name}]` : words.join(" ");
  return { pid, ppid, pgid, sid, tty: terminalName(Number(device)), state, command, uid: uid === "0" ? "root" : uid };
}

/** From the number of a device to its name: major 136 are pseudo-terminals. */
function terminalName(device: number): string {
  return device >> 8 === 136 ? `pts/${device & 0xff}` : "?";
}
