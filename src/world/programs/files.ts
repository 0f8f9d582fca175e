/** Programs that change names: mkdir(1), rmdir(1), rm(1), ln(1), mv(1), cp(1), touch(1), mkfifo(1), chmod(1), chown(1). */
import { O_CREAT, O_TRUNC, O_WRONLY } from "../../abi/fcntl.ts";
import { S_ISDIR } from "../../abi/stat.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";
import { pieces, writeAll } from "./lines.ts";
import type { Tool, Toolbox } from "./tool.ts";

const ALL_MODE = 0o777;
const FILE_MODE = 0o666;

export const mkdir: Tool = {
  name: "mkdir",
  usage: "[-p] [-m MODE] DIRECTORY...",
  summary: "Makes directories. -p makes those above them, too, and minds none that is there; -m sets their mode.",
  options: "pm:",
  async run(box) {
    const mode = octal(box, box.value("m")) ?? ALL_MODE;
    await each(box, (path) => {
      if (box.has("p")) for (const above of parents(path)) makeUnlessThere(box.sys, above);
      if (box.has("p")) makeUnlessThere(box.sys, path, mode);
      else box.sys.mkdir(path, mode);
    });
  },
};

export const rmdir: Tool = {
  name: "rmdir",
  usage: "DIRECTORY...",
  summary: "Removes directories that are empty.",
  run: (box) => each(box, (path) => box.sys.rmdir(path)),
};

export const rm: Tool = {
  name: "rm",
  usage: "[-f] [-r] FILE...",
  summary: "Removes files. -r removes directories with what is in them, too; -f minds none that is not there.",
  options: "frR",
  async run(box) {
    const isRecursive = box.has("r") || box.has("R");
    if (box.operands.length === 0 && !box.has("f")) box.refuse("which file?");
    await box.each((path) => {
      try {
        removeTree(box.sys, path, isRecursive);
      } catch (error) {
        if (!box.has("f") || !(error instanceof SystemError) || error.code !== "ENOENT") throw error;
      }
    });
  },
};

export const ln: Tool = {
  name: "ln",
  usage: "[-s] [-f] TARGET NAME",
  summary: "Makes NAME another name of TARGET, or with -s a symbolic link to it. -f removes a NAME that is there.",
  options: "sf",
  async run(box) {
    const [target, name] = two(box);
    const path = within(box.sys, target, name);
    if (box.has("f") && exists(box.sys, path)) box.sys.unlink(path);
    await box.each(() => (box.has("s") ? box.sys.symlink(target, path) : box.sys.link(target, path)), [path]);
  },
};

export const mv: Tool = {
  name: "mv",
  usage: "FILE... TARGET",
  summary: "Renames a file, or moves files into a directory.",
  async run(box) {
    await eachTo(box, (from, to) => box.sys.rename(from, to));
  },
};

export const cp: Tool = {
  name: "cp",
  usage: "[-r] FILE... TARGET",
  summary: "Copies a file, or files into a directory. -r copies directories with what is in them.",
  options: "rR",
  async run(box) {
    await eachTo(box, (from, to) => copyTree(box, from, to, box.has("r") || box.has("R")));
  },
};

export const touch: Tool = {
  name: "touch",
  usage: "FILE...",
  summary: "Makes files that are not there, empty.",
  run: (box) => each(box, async (path) => box.sys.close(await box.sys.open(path, O_WRONLY | O_CREAT, FILE_MODE))),
};

export const mkfifo: Tool = {
  name: "mkfifo",
  usage: "[-m MODE] NAME...",
  summary: "Makes named pipes.",
  options: "m:",
  run: (box) => each(box, (path) => box.sys.mkfifo(path, octal(box, box.value("m")) ?? FILE_MODE)),
};

export const chmod: Tool = {
  name: "chmod",
  usage: "MODE FILE...",
  summary: "Sets permissions: octal (644), or letters ([ugoa]+-=[rwx], joined by commas).",
  isRaw: true,
  async run(box) {
    const [mode = "", ...files] = box.operands;
    if (files.length === 0) box.refuse("which file?");
    await box.each((path) => box.sys.chmod(path, changedMode(box, mode, box.sys.stat(path).mode)), files);
  },
};

export const chown: Tool = {
  name: "chown",
  usage: "USER[:GROUP] FILE...",
  summary: "Sets the owner of files, by numbers.",
  async run(box) {
    const [owner = "", ...files] = box.operands;
    const [, user = "", group = ""] = /^(\d*)(?::(\d*))?$/.exec(owner) ?? box.refuse(`"${owner}" is no USER:GROUP`);
    const id = (text: string): number => (text === "" ? -1 : Number(text));
    if (files.length === 0) box.refuse("which file?");
    await box.each((path) => box.sys.chown(path, id(user), id(group)), files);
  },
};

function each(box: Toolbox, work: (path: string) => unknown): Promise<void> {
  if (box.operands.length === 0) box.refuse("which name?");
  return box.each(work);
}

/** For each file the place that it is to have: the target, or in the directory that the target is. */
async function eachTo(box: Toolbox, work: (from: string, to: string) => unknown): Promise<void> {
  const target = box.operands.at(-1) ?? "";
  const files = box.operands.slice(0, -1);
  if (files.length === 0) box.refuse("from where, and to where?");
  if (files.length > 1 && !isDirectory(box.sys, target)) box.refuse(`"${target}" is no directory`);
  await box.each((from) => work(from, within(box.sys, from, target)), files);
}

function two(box: Toolbox): readonly [string, string] {
  const [first, second] = box.operands;
  if (first === undefined || second === undefined || box.operands.length > 2) box.refuse("two names");
  return [first, second];
}

function within(sys: Sys, from: string, target: string): string {
  const name = from.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return isDirectory(sys, target) ? `${target.replace(/\/$/, "")}/${name}` : target;
}

function isDirectory(sys: Sys, path: string): boolean {
  return exists(sys, path) && S_ISDIR(sys.stat(path).mode);
}

function exists(sys: Sys, path: string): boolean {
  try {
    sys.stat(path);
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

function parents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  const root = path.startsWith("/") ? "/" : "";
  return parts.slice(0, -1).map((_, index) => root + parts.slice(0, index + 1).join("/"));
}

function makeUnlessThere(sys: Sys, path: string, mode: number = ALL_MODE): void {
  if (!isDirectory(sys, path)) sys.mkdir(path, mode);
}

function removeTree(sys: Sys, path: string, isRecursive: boolean): void {
  if (isRecursive && S_ISDIR(sys.lstat(path).mode)) {
    for (const name of sys.readdir(path)) removeTree(sys, `${path}/${name}`, true);
    sys.rmdir(path);
  } else {
    sys.unlink(path);
  }
}

async function copyTree(box: Toolbox, from: string, to: string, isRecursive: boolean): Promise<void> {
  const { sys } = box;
  const { mode } = sys.stat(from);
  if (S_ISDIR(mode)) {
    if (!isRecursive) {
      await box.complain(`${from}: is a directory (-r copies it)`);
      return;
    }
    makeUnlessThere(sys, to, mode & ALL_MODE);
    for (const name of sys.readdir(from)) await copyTree(box, `${from}/${name}`, `${to}/${name}`, true);
    return;
  }
  const source = await sys.open(from, 0);
  const target = await sys.open(to, O_WRONLY | O_CREAT | O_TRUNC, mode & ALL_MODE);
  for await (const piece of pieces(sys, source)) await writeAll(sys, target, piece);
  sys.close(source);
  sys.close(target);
}

function octal(box: Toolbox, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[0-7]{1,4}$/.test(text) ? Number.parseInt(text, 8) : box.refuse(`"${text}" is no mode`);
}

/** chmod's MODE, octal or by letters. */
function changedMode(box: Toolbox, text: string, old: number): number {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = old & 0o7777;
  for (const clause of text.split(",")) {
    const [, who = "", operator, rights = ""] = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause) ?? [];
    if (operator === undefined) box.refuse(`"${text}" is no mode`);
    const classes =
      who === "" || who.includes("a") ? 0o111 : [...who].reduce((sum, one) => sum | CLASSES[one as "u"], 0);
    const bits = classes * [...rights].reduce((sum, right) => sum | RIGHTS[right.toLowerCase() as "r"], 0);
    if (operator === "=") mode = (mode & ~(classes * 7)) | bits;
    else mode = operator === "+" ? mode | bits : mode & ~bits;
  }
  return mode;
}

const CLASSES = { u: 0o100, g: 0o010, o: 0o001 } as const;
const RIGHTS = { r: 4, w: 2, x: 1 } as const;
