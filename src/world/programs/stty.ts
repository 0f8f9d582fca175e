/** stty(1): how a terminal is set. Read first: termios(3). */
import * as t from "../../abi/termios.ts";
import { cfmakeraw, INITIAL_TERMIOS, type Termios } from "../../tty/termios.ts";
import type { Tool, Toolbox } from "./tool.ts";

const FLAGS: Readonly<Record<string, readonly ["iflag" | "oflag" | "lflag", number]>> = {
  icrnl: ["iflag", t.ICRNL],
  inlcr: ["iflag", t.INLCR],
  igncr: ["iflag", t.IGNCR],
  istrip: ["iflag", t.ISTRIP],
  ixon: ["iflag", t.IXON],
  ixany: ["iflag", t.IXANY],
  iutf8: ["iflag", t.IUTF8],
  opost: ["oflag", t.OPOST],
  onlcr: ["oflag", t.ONLCR],
  ocrnl: ["oflag", t.OCRNL],
  onocr: ["oflag", t.ONOCR],
  onlret: ["oflag", t.ONLRET],
  tabs3: ["oflag", t.XTABS],
  isig: ["lflag", t.ISIG],
  icanon: ["lflag", t.ICANON],
  iexten: ["lflag", t.IEXTEN],
  echo: ["lflag", t.ECHO],
  echoe: ["lflag", t.ECHOE],
  echok: ["lflag", t.ECHOK],
  echonl: ["lflag", t.ECHONL],
  echoctl: ["lflag", t.ECHOCTL],
  echoke: ["lflag", t.ECHOKE],
  noflsh: ["lflag", t.NOFLSH],
  tostop: ["lflag", t.TOSTOP],
};

const CHARACTERS: Readonly<Record<string, number>> = {
  intr: t.VINTR,
  quit: t.VQUIT,
  erase: t.VERASE,
  kill: t.VKILL,
  eof: t.VEOF,
  eol: t.VEOL,
  start: t.VSTART,
  stop: t.VSTOP,
  susp: t.VSUSP,
  rprnt: t.VREPRINT,
  werase: t.VWERASE,
  lnext: t.VLNEXT,
};

export const stty: Tool = {
  name: "stty",
  usage: "[-a | size | SETTING...]",
  summary: `Shows how the terminal of standard input is set, or changes that: echo, -echo, icanon, isig, tostop, … ; intr ^X and its
like; min N, time N; raw, cooked, sane; rows N, cols N. size shows the rows and columns.`,
  isRaw: true,
  async run(box) {
    const { sys, operands } = box;
    if (operands.length === 0 || operands[0] === "-a") {
      await box.out(describeSettings(box, sys.tcgetattr(0)));
      return;
    }
    if (operands[0] === "size" && operands.length === 1) {
      const { rows, columns } = sys.tcgetwinsize(0);
      await box.out(`${rows} ${columns}\n`);
      return;
    }
    await sys.tcsetattr(0, t.TCSADRAIN, changed(box, sys.tcgetattr(0)));
  },
};

function describeSettings(box: Toolbox, termios: Termios): string {
  const { rows, columns } = box.sys.tcgetwinsize(0);
  const characters = Object.entries(CHARACTERS).map(([name, place]) => `${name} = ${caret(termios.cc[place] ?? 0)};`);
  const flags = Object.entries(FLAGS).map(([name, [field, bit]]) => ((termios[field] & bit) !== 0 ? name : `-${name}`));
  const numbers = `min = ${termios.cc[t.VMIN]}; time = ${termios.cc[t.VTIME]};`;
  return `rows ${rows}; columns ${columns};\n${characters.join(" ")}\n${numbers}\n${flags.join(" ")}\n`;
}

function changed(box: Toolbox, old: Termios): Termios {
  let termios = old;
  const words = [...box.operands];
  const value = (name: string): string => words.shift() ?? box.refuse(`${name} needs a value`);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const name = word.replace(/^-/, "");
    const flag = FLAGS[name];
    const place = CHARACTERS[name];
    if (flag !== undefined) {
      const [field, bit] = flag;
      termios = { ...termios, [field]: word === name ? termios[field] | bit : termios[field] & ~bit };
    } else if (place !== undefined && word === name) {
      termios = { ...termios, cc: termios.cc.with(place, uncaret(box, value(word))) };
    } else if (word === "min" || word === "time") {
      const number = Math.min(box.integer(value(word)), 255);
      termios = { ...termios, cc: termios.cc.with(word === "min" ? t.VMIN : t.VTIME, number) };
    } else if (word === "rows" || word === "cols" || word === "columns") {
      const size = box.sys.tcgetwinsize(0);
      const number = box.integer(value(word));
      box.sys.tcsetwinsize(0, word === "rows" ? { ...size, rows: number } : { ...size, columns: number });
    } else if (word === "raw") termios = cfmakeraw(termios);
    else if (word === "sane" || word === "cooked" || word === "-raw") termios = INITIAL_TERMIOS;
    else box.refuse(`there is no setting "${word}"`);
  }
  return termios;
}

/** `^C`, `^?`, `<undef>`. */
function caret(byte: number): string {
  if (byte === 0) return "<undef>";
  return byte < 32 || byte === 127 ? `^${String.fromCharCode(byte ^ 64)}` : String.fromCharCode(byte);
}

function uncaret(box: Toolbox, text: string): number {
  if (text === "undef" || text === "^-") return 0;
  if (/^\^[?-_a-z]$/.test(text)) return text.toUpperCase().charCodeAt(1) ^ 64;
  if (text.length === 1 && text.charCodeAt(0) < 256) return text.charCodeAt(0);
  return box.refuse(`"${text}" is no character`);
}
