/** printf(1): arguments in a format. Read first: POSIX, printf. */
import type { Tool, Toolbox } from "./tool.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};
/** No field is wider. */
const WIDTH_MAX = 1000;

export const printf: Tool = {
  name: "printf",
  usage: "FORMAT [ARGUMENT]...",
  summary: `Writes its arguments as FORMAT says: %s, %b (with escapes), %c, %d, %i, %u, %o, %x, %X and %%, with -, 0, a width and a precision;
\\n, \\t, \\NNN and their like. FORMAT is used again while there are arguments.`,
  isRaw: true,
  async run(box) {
    const [first, ...values] = box.operands;
    const format = first ?? box.refuse("a format is needed");
    do {
      const before = values.length;
      const wrong: string[] = [];
      const text = once(box, format, values, wrong);
      for (const message of wrong) await box.complain(message);
      await box.out(text);
      // A format without conversions takes no arguments.
      if (values.length === before) break;
    } while (values.length > 0);
  },
};

/** The format once, with the arguments that it takes; `wrong` gets what is to be said of them. */
function once(box: Toolbox, format: string, values: string[], wrong: string[]): string {
  const pieces = /\\([0-7]{1,3}|.)|%([-0]*)(\d*)(?:\.(\d*))?(.)?/gsu;
  return format.replaceAll(pieces, (whole, code, flags = "", width = "", precision, conversion) => {
    if (code !== undefined) return unescaped(whole, code);
    if (conversion === "%" && whole === "%%") return "%";
    const text = converted(box, whole, conversion, values.shift(), precision, wrong);
    const places = Math.min(Number(width), WIDTH_MAX);
    if (flags.includes("-")) return text.padEnd(places);
    const isNumber = !"sbc".includes(conversion);
    if (!flags.includes("0") || !isNumber) return text.padStart(places);
    return text.startsWith("-") ? `-${text.slice(1).padStart(places - 1, "0")}` : text.padStart(places, "0");
  });
}

function converted(
  box: Toolbox,
  whole: string,
  conversion: string | undefined,
  value: string | undefined,
  precision: string | undefined,
  wrong: string[],
): string {
  switch (conversion) {
    case "s":
      return precision === undefined ? (value ?? "") : (value ?? "").slice(0, Number(precision));
    case "b":
      return (value ?? "").replaceAll(/\\([0-7]{1,3}|.)/gsu, unescaped);
    case "c":
      return [...(value ?? "")][0] ?? "";
    case "d":
    case "i":
    case "u":
      return String(number(value, wrong));
    case "o":
      return BigInt.asUintN(64, number(value, wrong)).toString(8);
    case "x":
      return BigInt.asUintN(64, number(value, wrong)).toString(16);
    case "X":
      return BigInt.asUintN(64, number(value, wrong)).toString(16).toUpperCase();
    default:
      return box.fail(`${whole}: there is no such conversion`);
  }
}

/** Decimal, 0x…, 0…, or 'c for the code of a character; nothing is 0. */
function number(value: string | undefined, wrong: string[]): bigint {
  if (value === undefined) return 0n;
  if (/^['"]./su.test(value)) return BigInt(value.codePointAt(1) as number);
  const [, sign = "", digits = ""] = /^([+-]?)(\d+|0[xX][\da-fA-F]+)$/.exec(value) ?? [];
  if (digits === "") {
    if (value !== "") wrong.push(`${value}: not a number`);
    return 0n;
  }
  const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : BigInt(digits);
  return sign === "-" ? -magnitude : magnitude;
}

function unescaped(whole: string, code: string): string {
  if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
  return ESCAPES[code] ?? whole;
}
