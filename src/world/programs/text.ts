/** Programs on text: head(1), tail(1), wc(1), grep(1), sort(1), tee(1). */
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from "../../abi/fcntl.ts";
import { lines, pieces, writeAll } from "./lines.ts";
import type { Tool, Toolbox } from "./tool.ts";

const DEFAULT_LINES = 10;
/** tail and sort keep no more lines than these. */
const LINES_MAX = 1_000_000;

export const head: Tool = {
  name: "head",
  usage: "[-n LINES] [FILE]...",
  summary: "Writes the first lines, 10 unless -n says how many.",
  options: "n:",
  async run(box) {
    const count = countOf(box);
    await box.eachInput(async (fd, name) => {
      await title(box, name);
      let left = count;
      if (left === 0) return;
      for await (const line of lines(box.sys, fd)) {
        await box.out(line);
        if (--left <= 0) return;
      }
    });
  },
};

export const tail: Tool = {
  name: "tail",
  usage: "[-n LINES] [FILE]...",
  summary: "Writes the last lines, 10 unless -n says how many.",
  options: "n:",
  async run(box) {
    const count = countOf(box);
    await box.eachInput(async (fd, name) => {
      await title(box, name);
      const last: string[] = [];
      for await (const line of lines(box.sys, fd)) {
        last.push(line);
        if (last.length > count) last.shift();
      }
      await box.out(last.join(""));
    });
  },
};

function countOf(box: Toolbox): number {
  const count = box.integer((box.value("n") ?? String(DEFAULT_LINES)).replace(/^-/, ""));
  if (count > LINES_MAX) box.refuse(`at most ${LINES_MAX} lines`);
  return count;
}

async function title(box: Toolbox, name: string): Promise<void> {
  if (box.operands.length > 1) await box.out(`==> ${name} <==\n`);
}

export const wc: Tool = {
  name: "wc",
  usage: "[-l] [-w] [-c] [FILE]...",
  summary: "Counts lines (-l), words (-w) and bytes (-c).",
  options: "lwc",
  async run(box) {
    const total = { l: 0, w: 0, c: 0 };
    const isAll = !(["l", "w", "c"] as const).some((letter) => box.has(letter));
    const show = (counts: typeof total, name: string): Promise<void> => {
      const shown = (["l", "w", "c"] as const).filter((letter) => isAll || box.has(letter));
      const numbers = shown.map((letter) => String(counts[letter]));
      const isBare = shown.length === 1 && box.operands.length === 0;
      return box.out(
        `${isBare ? numbers[0] : numbers.map((text) => text.padStart(7)).join("")}${name === "-" ? "" : ` ${name}`}\n`,
      );
    };
    await box.eachInput(async (fd, name) => {
      const counts = { l: 0, w: 0, c: 0 };
      let isInWord = false;
      for await (const piece of pieces(box.sys, fd)) {
        counts.c += piece.length;
        for (const byte of piece) {
          if (byte === 10) counts.l++;
          const isBlank = byte === 32 || (byte >= 9 && byte <= 13);
          if (!isBlank && !isInWord) counts.w++;
          isInWord = !isBlank;
        }
      }
      for (const letter of ["l", "w", "c"] as const) total[letter] += counts[letter];
      await show(counts, name);
    });
    if (box.operands.length > 1) await show(total, "total");
  },
};

export const grep: Tool = {
  name: "grep",
  usage: "[-i] [-v] [-n] [-c] [-q] [-F] PATTERN [FILE]...",
  summary: `Writes the lines that match a regular expression. -i minds no case, -v takes those that do not match, -n numbers them,
-c only counts, -q only tells by the exit status, -F takes the pattern as it is. Exit status 1: no line.`,
  options: "ivncqFE",
  async run(box) {
    const [pattern, ...files] = box.operands;
    const expression = expressionOf(box, pattern ?? box.refuse("which pattern?"));
    let found = 0;
    await box.eachInput(async (fd, name) => {
      let [number, count] = [0, 0];
      const prefix = files.length > 1 ? `${name}:` : "";
      for await (const line of lines(box.sys, fd)) {
        number++;
        if (expression.test(line.replace(/\n$/, "")) === box.has("v")) continue;
        count++;
        if (box.has("q")) break;
        if (box.has("c")) continue;
        await box.out(`${prefix}${box.has("n") ? `${number}:` : ""}${line.replace(/\n?$/, "\n")}`);
      }
      if (box.has("c") && !box.has("q")) await box.out(`${prefix}${count}\n`);
      found += count;
    }, files);
    if (box.status !== 0) return 2;
    return found > 0 ? 0 : 1;
  },
};

function expressionOf(box: Toolbox, pattern: string): RegExp {
  const source = box.has("F") ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") : pattern;
  try {
    return new RegExp(source, box.has("i") ? "iu" : "u");
  } catch {
    return box.refuse(`"${pattern}" is no regular expression`);
  }
}

export const sort: Tool = {
  name: "sort",
  usage: "[-n] [-r] [-u] [FILE]...",
  summary: "Writes the lines in order. -n by number, -r the other way round, -u equal ones once.",
  options: "nru",
  async run(box) {
    const all: string[] = [];
    await box.eachInput(async (fd) => {
      for await (const line of lines(box.sys, fd)) {
        if (all.length >= LINES_MAX) box.refuse(`more than ${LINES_MAX} lines`);
        all.push(line.replace(/\n?$/, "\n"));
      }
    });
    const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    const byNumber = (a: string, b: string): number => numberOf(a) - numberOf(b) || byText(a, b);
    all.sort(box.has("n") ? byNumber : byText);
    if (box.has("r")) all.reverse();
    const shown = box.has("u") ? all.filter((line, index) => line !== all[index - 1]) : all;
    for (let at = 0; at < shown.length; at += DEFAULT_LINES)
      await box.out(shown.slice(at, at + DEFAULT_LINES).join(""));
  },
};

/** What a line begins with; 0 when that is no number. */
function numberOf(line: string): number {
  return Number(/^\s*-?\d+(\.\d+)?/.exec(line)?.[0] ?? 0);
}

export const tee: Tool = {
  name: "tee",
  usage: "[-a] [FILE]...",
  summary: "Writes what comes in to standard output and to files. -a appends.",
  options: "a",
  async run(box) {
    const targets = [1];
    await box.each(async (path) => {
      const flags = O_WRONLY | O_CREAT | (box.has("a") ? O_APPEND : O_TRUNC);
      targets.push(await box.sys.open(path, flags, 0o666));
    });
    for await (const piece of pieces(box.sys, 0)) for (const fd of targets) await writeAll(box.sys, fd, piece);
  },
};
