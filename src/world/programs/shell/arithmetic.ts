/**
 * Expressions of `$((…))`: integers, variables, + - * / %, comparisons, && || !, parentheses. Read first: POSIX 2.6.4.
 */
import { ShellSyntaxError } from "./syntax.ts";

/** Weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/", "%"],
];
const TOKEN = /\s*(\d+|[A-Za-z_]\w*|\|\||&&|[=!<>]=|[-+*/%()<>!])/y;
const DEPTH_MAX = 100;

/** The value; `lookUp` gives that of a variable as text. Throws ShellSyntaxError. */
export function evaluate(expression: string, lookUp: (name: string) => string): number {
  const tokens = tokensOf(expression);
  let at = 0;
  let depth = 0;

  function level(index: number): number {
    const operators = LEVELS[index];
    if (operators === undefined) return unary();
    let value = level(index + 1);
    while (operators.includes(tokens[at] ?? "")) {
      const operator = tokens[at++] as string;
      value = apply(operator, value, level(index + 1));
    }
    return value;
  }

  function unary(): number {
    if (++depth > DEPTH_MAX * LEVELS.length) throw new ShellSyntaxError("the expression is nested too deeply");
    const token = tokens[at++];
    if (token === undefined) throw new ShellSyntaxError(`"${expression}": an operand is missing`);
    if (token === "-") return -unary();
    if (token === "+") return unary();
    if (token === "!") return unary() === 0 ? 1 : 0;
    if (token === "(") {
      const value = level(0);
      if (tokens[at++] !== ")") throw new ShellSyntaxError(`"${expression}": ) is missing`);
      return value;
    }
    const number = Number(/^\d/.test(token) ? token : lookUp(token).trim() || "0");
    if (!Number.isSafeInteger(number)) throw new ShellSyntaxError(`"${token}" is no integer`);
    return number;
  }

  if (tokens.length === 0) return 0;
  const value = level(0);
  if (at < tokens.length) throw new ShellSyntaxError(`"${expression}": unexpected "${tokens[at]}"`);
  return value;
}

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new ShellSyntaxError(`"${expression}": unexpected "${text.slice(from).trim()}"`);
    tokens.push(match[1] as string);
  }
  return tokens;
}

function apply(operator: string, left: number, right: number): number {
  if ((operator === "/" || operator === "%") && right === 0) throw new ShellSyntaxError("division by 0");
  const results: Readonly<Record<string, () => number | boolean>> = {
    "+": () => left + right,
    "-": () => left - right,
    "*": () => left * right,
    "/": () => Math.trunc(left / right),
    "%": () => left % right,
    "<": () => left < right,
    ">": () => left > right,
    "<=": () => left <= right,
    ">=": () => left >= right,
    "==": () => left === right,
    "!=": () => left !== right,
    "&&": () => left !== 0 && right !== 0,
    "||": () => left !== 0 || right !== 0,
  };
  return Number(results[operator]?.() ?? 0);
}
