/**
 * Word expansion: tilde, parameters, commands, arithmetic, splitting into fields, file names, quotes.
 *
 * Read first: POSIX, Shell Command Language, 2.6. Within, a field is a list of characters that know whether they are quoted.
 */
import { evaluate } from "./arithmetic.ts";
import { type Character, hasPattern, matcher, matchingPaths } from "./pattern.ts";
import type { ShellState } from "./state.ts";
import { type List, type Part, ShellSyntaxError, type Word } from "./syntax.ts";

/** Runs a list in a subshell, and answers what it has written. */
export type Capture = (list: List) => Promise<string>;

/** The fields of words: the command and its arguments. */
export async function expandWords(state: ShellState, words: readonly Word[], capture: Capture): Promise<string[]> {
  const expander = new Expander(state, capture);
  const all: string[] = [];
  for (const word of words) all.push(...(await expander.fields(word)));
  return all;
}

/** One word as one text, neither split nor matched: values of assignments, files of redirections, here-documents. */
export function expandText(state: ShellState, word: Word, capture: Capture): Promise<string> {
  return new Expander(state, capture).text(word);
}

/** Does one of the patterns match the text? Of `case`. */
export async function matchesPattern(
  state: ShellState,
  text: string,
  patterns: readonly Word[],
  capture: Capture,
): Promise<boolean> {
  for (const pattern of patterns) if (matcher(await new Expander(state, capture).pattern(pattern))(text)) return true;
  return false;
}

/** A field in the making; null stands between two fields. */
type Piece = Character | null;

class Expander {
  readonly #state: ShellState;
  readonly #capture: Capture;

  constructor(state: ShellState, capture: Capture) {
    this.#state = state;
    this.#capture = capture;
  }

  async fields(word: Word): Promise<string[]> {
    const pieces: Piece[] = [];
    let isQuoted = false;
    for (const part of this.#withHome(word)) {
      isQuoted ||= part.kind === "text" && part.isQuoted;
      pieces.push(...(await this.#pieces(part)));
    }
    const isAllAt = word.some((part) => part.kind === "variable" && part.name === "@");
    const fields = split(pieces, isQuoted && !(isAllAt && this.#state.positional.length === 0));
    return fields.flatMap((field) => {
      const matches = hasPattern(field) ? matchingPaths(this.#state.sys, field) : [];
      return matches.length > 0 ? matches : [field.map(({ text }) => text).join("")];
    });
  }

  /** One word as a pattern: what is quoted means itself. */
  async pattern(word: Word): Promise<Character[]> {
    const all: Character[] = [];
    for (const part of this.#withHome(word)) {
      const text = part.kind === "text" ? part.text : (await this.#values(part)).join(" ");
      all.push(...characters(text, part.isQuoted));
    }
    return all;
  }

  async text(word: Word): Promise<string> {
    let text = "";
    for (const part of this.#withHome(word)) {
      text += part.kind === "text" ? part.text : (await this.#values(part)).join(" ");
    }
    return text;
  }

  /** `~` in front of a word is the home directory. */
  #withHome(word: Word): Word {
    const [first, ...rest] = word;
    if (first?.kind !== "text" || first.isQuoted || !/^~(\/|$)/.test(first.text)) return word;
    const home = this.#state.get("HOME") ?? "/";
    return [{ kind: "text", text: home, isQuoted: true }, { ...first, text: first.text.slice(1) }, ...rest];
  }

  async #pieces(part: Part): Promise<Piece[]> {
    if (part.kind === "text") return characters(part.text, part.isQuoted);
    const values = await this.#values(part);
    if (part.isQuoted)
      return values.flatMap((value, index) => [...(index > 0 ? [null] : []), ...characters(value, true)]);
    return values.flatMap((value, index) => [...(index > 0 ? [null] : []), ...splitBlanks(value)]);
  }

  /** More than one only for `$@` and `$*`. */
  async #values(part: Exclude<Part, { kind: "text" }>): Promise<readonly string[]> {
    switch (part.kind) {
      case "command":
        return [(await this.#capture(part.list)).replace(/\n+$/, "")];
      case "arithmetic":
        return [String(evaluate(await this.text(part.word), (name) => this.#state.get(name) ?? ""))];
      case "variable":
        return await this.#variable(part);
    }
  }

  async #variable(part: Part & { kind: "variable" }): Promise<readonly string[]> {
    const { name, operator, word, isQuoted } = part;
    if (name === "@") return this.#state.positional;
    if (name === "*") return isQuoted ? [this.#state.positional.join(" ")] : this.#state.positional;
    const value = this.#parameter(name);
    if (operator === "") return [value ?? ""];
    if (operator === "#") return [String([...(value ?? "")].length)];
    const isMissing = operator.startsWith(":") ? (value ?? "") === "" : value === undefined;
    switch (operator.at(-1)) {
      case "-":
        return [isMissing ? await this.text(word) : (value ?? "")];
      case "+":
        return [isMissing ? "" : await this.text(word)];
      case "=": {
        if (!isMissing) return [value ?? ""];
        const given = await this.text(word);
        this.#state.set(name, given);
        return [given];
      }
      default:
        if (!isMissing) return [value ?? ""];
        throw new ShellSyntaxError(`${name}: ${(await this.text(word)) || "parameter not set"}`);
    }
  }

  #parameter(name: string): string | undefined {
    const state = this.#state;
    if (/^\d+$/.test(name)) return name === "0" ? state.name : state.positional[Number(name) - 1];
    switch (name) {
      case "?":
        return String(state.status);
      case "$":
        return String(state.pid);
      case "!":
        return state.lastBackground === 0 ? undefined : String(state.lastBackground);
      case "#":
        return String(state.positional.length);
      case "-":
        return state.isInteractive ? "im" : "";
      default:
        return state.get(name);
    }
  }
}

function characters(text: string, isQuoted: boolean): Character[] {
  return [...text].map((character) => ({ text: character, isQuoted }));
}

/** An unquoted value: blanks in it stand between fields. */
function splitBlanks(value: string): Piece[] {
  return [...value].map((character) => (/[ \t\n]/.test(character) ? null : { text: character, isQuoted: false }));
}

/** Fields are what is between the marks; an empty one counts only where something was quoted. */
function split(pieces: readonly Piece[], isQuoted: boolean): Character[][] {
  const fields: Character[][] = [];
  let field: Character[] | undefined;
  for (const piece of pieces) {
    if (piece === null) {
      if (field !== undefined) fields.push(field);
      field = undefined;
    } else {
      field ??= [];
      field.push(piece);
    }
  }
  if (field !== undefined) fields.push(field);
  if (fields.length === 0 && isQuoted) fields.push([]);
  return fields;
}
