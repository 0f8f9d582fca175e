/** ls(1): what is in a directory. */
import { S_ISCHR, S_ISDIR, S_ISFIFO, S_ISGID, S_ISLNK, S_ISSOCK, S_ISUID, S_ISVTX } from "../../abi/stat.ts";
import type { Stat } from "../../kernel/calls/files.ts";
import { SystemError } from "../../kernel/system-error.ts";
import { sideBySide, table } from "./columns.ts";
import { formatMonthDay } from "./date.ts";
import type { Tool, Toolbox } from "./tool.ts";

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat;
}

export const ls: Tool = {
  name: "ls",
  usage: "[-a] [-l] [-i] [-d] [-1] [FILE]...",
  summary: `Writes the names in directories, in order. -a hidden ones, too; -l with mode, links, owner, size and time; -i with the
inode's number; -d the directory itself; -1 one a line.`,
  options: "alid1",
  async run(box) {
    const files: Entry[] = [];
    const directories: string[] = [];
    await box.each(
      (path) => {
        const entry = { name: path, path, stat: box.has("l") ? box.sys.lstat(path) : box.sys.stat(path) };
        if (S_ISDIR(entry.stat.mode) && !box.has("d")) directories.push(path);
        else files.push(entry);
      },
      box.operands.length === 0 ? ["."] : box.operands,
    );
    if (files.length > 0) await show(box, files, false);
    for (const [index, directory] of directories.entries()) {
      if (files.length > 0 || index > 0) await box.out("\n");
      if (files.length > 0 || directories.length > 1) await box.out(`${directory}:\n`);
      await box.each((path) => show(box, entriesOf(box, path), true), [directory]);
    }
  },
};

function entriesOf(box: Toolbox, directory: string): Entry[] {
  const names = [...box.sys.readdir(directory)].sort();
  const all = box.has("a") ? [".", "..", ...names] : names.filter((name) => !name.startsWith("."));
  return all.flatMap((name) => {
    const path = `${directory}/${name}`;
    try {
      return [{ name, path, stat: box.sys.lstat(path) }];
    } catch (error) {
      // It has gone meanwhile, or may not be looked at: what has no details is left out.
      if (error instanceof SystemError) return [];
      throw error;
    }
  });
}

async function show(box: Toolbox, entries: readonly Entry[], isDirectory: boolean): Promise<void> {
  if (box.has("l")) {
    const rows = entries.map((entry) => longRow(box, entry));
    const text = table([">", "", ">", ">", ">", ">", "", ""], rows).split("\n").slice(1).join("\n");
    const total = isDirectory ? `total ${entries.length}\n` : "";
    await box.out(total + (box.has("i") ? text : text.replace(/^ /gm, "")));
    return;
  }
  const names = entries.map(({ name, stat }) => (box.has("i") ? `${stat.ino} ${name}` : name));
  if (box.has("1") || !box.sys.isatty(1)) await box.out(names.map((name) => `${name}\n`).join(""));
  else await box.out(sideBySide(names, box.sys.tcgetwinsize(1).columns || 80));
}

function longRow(box: Toolbox, { name, path, stat }: Entry): string[] {
  const target = S_ISLNK(stat.mode) ? ` -> ${box.sys.readlink(path)}` : "";
  const { nlink, uid, gid, size, mtime, ino } = stat;
  const owner = uid === 0 ? "root" : String(uid);
  const group = gid === 0 ? "root" : gid === 5 ? "tty" : String(gid);
  const number = box.has("i") ? String(ino) : "";
  return [
    number,
    modeText(stat.mode),
    String(nlink),
    owner,
    group,
    String(size),
    formatMonthDay(mtime.seconds),
    name + target,
  ];
}

/** `drwxr-xr-x`. */
function modeText(mode: number): string {
  const types: readonly (readonly [(mode: number) => boolean, string])[] = [
    [S_ISDIR, "d"],
    [S_ISLNK, "l"],
    [S_ISFIFO, "p"],
    [S_ISSOCK, "s"],
    [S_ISCHR, "c"],
  ];
  const letters = [...(types.find(([is]) => is(mode))?.[1] ?? "-")];
  for (let bit = 8; bit >= 0; bit--) letters.push((mode & (1 << bit)) !== 0 ? ("xwr"[bit % 3] as string) : "-");
  const special: readonly (readonly [number, number, string])[] = [
    [S_ISUID, 3, "s"],
    [S_ISGID, 6, "s"],
    [S_ISVTX, 9, "t"],
  ];
  for (const [flag, place, letter] of special) {
    if ((mode & flag) !== 0) letters[place] = letters[place] === "x" ? letter : letter.toUpperCase();
  }
  return letters.join("");
}
