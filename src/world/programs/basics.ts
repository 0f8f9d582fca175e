/** The smallest programs: echo(1), true(1), false(1), sleep(1), yes(1), seq(1), pwd(1), test(1). */
import { S_ISDIR, S_ISREG } from "../../abi/stat.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";
import type { Tool } from "./tool.ts";

export const echo: Tool = {
  name: "echo",
  usage: "[-n] [TEXT]...",
  summary: "Writes its arguments. -n leaves the newline out.",
  isRaw: true,
  async run(box) {
    const isBare = box.operands[0] === "-n";
    await box.out(`${box.operands.slice(isBare ? 1 : 0).join(" ")}${isBare ? "" : "\n"}`);
  },
};

export const trueTool: Tool = { name: "true", usage: "", summary: "Does nothing, well.", isRaw: true, run: () => 0 };

export const falseTool: Tool = {
  name: "false",
  usage: "",
  summary: "Does nothing, and fails.",
  isRaw: true,
  run: () => 1,
};

const UNITS_NS: Readonly<Record<string, number>> = { s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 };

export const sleep: Tool = {
  name: "sleep",
  usage: "TIME...",
  summary: "Waits that many seconds of virtual time; TIME may have a unit: 0.5, 10s, 5m, 1h, 1d.",
  async run(box) {
    if (box.operands.length === 0) box.refuse("how long?");
    let delayNs = 0;
    for (const operand of box.operands) {
      const [, amount, unit = "s"] = /^(\d+(?:\.\d*)?|\.\d+)([smhd])?$/.exec(operand) ?? [];
      if (amount === undefined) box.refuse(`"${operand}" is no time`);
      delayNs += Number(amount) * (UNITS_NS[unit] as number);
    }
    if (delayNs > Number.MAX_SAFE_INTEGER) box.refuse("that is longer than a world lasts");
    await box.sys.nanosleep(Math.round(delayNs));
  },
};

/** So much is written at a time. */
const CHUNK_CHARACTERS = 4096;

export const yes: Tool = {
  name: "yes",
  usage: "[TEXT]...",
  summary: 'Writes "y", or its arguments, again and again, until it is ended.',
  isRaw: true,
  async run(box) {
    const line = `${box.operands.length === 0 ? "y" : box.operands.join(" ")}\n`;
    const chunk = line.repeat(Math.max(1, Math.floor(CHUNK_CHARACTERS / line.length)));
    for (;;) await box.out(chunk);
  },
};

export const seq: Tool = {
  name: "seq",
  usage: "[FIRST [STEP]] LAST",
  summary: "Writes whole numbers from FIRST (1) to LAST, a line each.",
  isRaw: true,
  async run(box) {
    const numbers = box.operands.map((operand) => box.integer(operand, Number.MIN_SAFE_INTEGER));
    if (numbers.length < 1 || numbers.length > 3) box.refuse("one to three numbers");
    const last = numbers.at(-1) as number;
    const first = numbers.length > 1 ? (numbers[0] as number) : 1;
    const step = numbers.length > 2 ? (numbers[1] as number) : 1;
    if (step === 0) box.refuse("a step of 0 leads nowhere");
    let text = "";
    for (let at = first; step > 0 ? at <= last : at >= last; at += step) {
      text += `${at}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      await box.out(text);
      text = "";
    }
    await box.out(text);
  },
};

export const pwd: Tool = {
  name: "pwd",
  usage: "",
  summary: "Writes the working directory.",
  run: (box) => box.out(`${box.sys.getcwd()}\n`),
};

export const test: Tool = {
  name: "test",
  usage: "EXPRESSION",
  summary: `Exit status 0 when the expression holds, 1 when not:
  -e FILE  -f FILE  -d FILE  -s FILE  -n TEXT  -z TEXT  TEXT = TEXT  TEXT != TEXT
  NUMBER -eq|-ne|-lt|-le|-gt|-ge NUMBER  ! EXPRESSION`,
  isRaw: true,
  run: (box) => (holds(box.sys, box.operands) ? 0 : 1),
};

export const bracket: Tool = {
  ...test,
  name: "[",
  usage: "EXPRESSION ]",
  run(box) {
    if (box.operands.at(-1) !== "]") box.refuse("the last argument is ]");
    return holds(box.sys, box.operands.slice(0, -1)) ? 0 : 1;
  },
};

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "-eq": (a, b) => a === b,
  "-ne": (a, b) => a !== b,
  "-lt": (a, b) => a < b,
  "-le": (a, b) => a <= b,
  "-gt": (a, b) => a > b,
  "-ge": (a, b) => a >= b,
};

function holds(sys: Sys, words: readonly string[]): boolean {
  const [first = "", second, third] = words;
  if (first === "!" && words.length > 1) return !holds(sys, words.slice(1));
  if (words.length < 2) return first !== "";
  if (third !== undefined && second !== undefined) {
    if (second === "=") return first === third;
    if (second === "!=") return first !== third;
    return COMPARISONS[second]?.(Number(first), Number(third)) ?? false;
  }
  if (first === "-n") return second !== "";
  if (first === "-z") return second === "";
  try {
    const { mode, size } = sys.stat(second as string);
    if (first === "-f") return S_ISREG(mode);
    if (first === "-d") return S_ISDIR(mode);
    return first === "-s" ? size > 0 : first === "-e";
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}
