/**
 * From the text of a command to its tokens: words with their quoting, operators, newlines, here-documents.
 *
 * Read first: POSIX, Shell Command Language, 2.2 and 2.3. The parser asks for one token at a time, since `$(…)` within a word
 * is a command again.
 */
import { IncompleteError, type List, type Part, ShellSyntaxError, type Word } from "./syntax.ts";

export type Token =
  | { readonly kind: "word"; readonly word: Word; readonly source: string; readonly from: number }
  | { readonly kind: "operator"; readonly text: string; readonly from: number }
  /** The digits in front of a redirection: `2>`. */
  | { readonly kind: "number"; readonly value: number; readonly from: number }
  | { readonly kind: "newline"; readonly from: number }
  | { readonly kind: "end"; readonly from: number };

/** Longest first. */
const OPERATORS = ["<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "|", "&", ";", "<", ">", "(", ")"];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const SPECIAL = /^[?$!#@*0-9-]/;

/** A here-document whose text comes behind the end of the line. */
export interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  /** The lexer puts it here. */
  word: Word;
}

export class Lexer {
  readonly text: string;
  readonly #parse: (lexer: Lexer) => List;
  at = 0;
  #documents: HereDocument[] = [];

  /** `parse` reads a list up to `)`: for `$(…)`. */
  constructor(text: string, parse: (lexer: Lexer) => List) {
    this.text = text;
    this.#parse = parse;
  }

  /** The text of this one is read when the line has come to its end. */
  expectDocument(document: HereDocument): void {
    this.#documents.push(document);
  }

  next(): Token {
    this.#skipBlanks();
    const from = this.at;
    const character = this.text[from];
    if (character === undefined) {
      if (this.#documents.length > 0) throw new IncompleteError("a here-document has no end");
      return { kind: "end", from };
    }
    if (character === "\n") {
      this.at++;
      this.#readDocuments();
      return { kind: "newline", from };
    }
    const digits = /^\d+(?=[<>])/.exec(this.text.slice(from, from + 12))?.[0];
    if (digits !== undefined) {
      this.at += digits.length;
      return { kind: "number", value: Number(digits), from };
    }
    const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, from));
    if (operator !== undefined) {
      this.at += operator.length;
      return { kind: "operator", text: operator, from };
    }
    const word = this.#word();
    return { kind: "word", word, source: this.text.slice(from, this.at), from };
  }

  #skipBlanks(): void {
    for (;;) {
      const character = this.text[this.at];
      if (character === " " || character === "\t") this.at++;
      else if (character === "\\" && this.text[this.at + 1] === "\n") this.#joinLines();
      else if (character === "#") while (this.at < this.text.length && this.text[this.at] !== "\n") this.at++;
      else return;
    }
  }

  /** A backslash at the end of a line: the next line belongs to it. */
  #joinLines(): void {
    this.at += 2;
    if (this.at >= this.text.length) throw new IncompleteError("the line goes on");
  }

  #word(): Word {
    const parts: Part[] = [];
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined || /[\s|&;<>()]/.test(character)) return parts;
      if (character === "'") parts.push(this.#singleQuoted());
      else if (character === '"') parts.push(...this.#doubleQuoted());
      else if (character === "\\") this.#escaped(parts);
      else if (character === "$" || character === "`") parts.push(this.#expansion(false));
      else {
        this.at++;
        append(parts, character, false);
      }
    }
  }

  #escaped(parts: Part[]): void {
    const character = this.text[this.at + 1];
    if (character === "\n") {
      this.#joinLines();
      return;
    }
    this.at += character === undefined ? 1 : 2;
    append(parts, character ?? "\\", true);
  }

  #singleQuoted(): Part {
    const end = this.text.indexOf("'", this.at + 1);
    if (end === -1) throw new IncompleteError("a quote has no end");
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return { kind: "text", text, isQuoted: true };
  }

  #doubleQuoted(): Part[] {
    this.at++;
    const end = this.text.length;
    const parts = this.#quoted('"', end);
    if (this.text[this.at] !== '"') throw new IncompleteError("a quote has no end");
    this.at++;
    return parts;
  }

  /** As between double quotes, up to a character or the end. */
  #quoted(stop: string | null, end: number): Part[] {
    // Even nothing, when it is quoted, is a word.
    const parts: Part[] = [{ kind: "text", text: "", isQuoted: true }];
    while (this.at < end && this.text[this.at] !== stop) {
      const character = this.text[this.at] as string;
      const next = this.text[this.at + 1] ?? "";
      if (character === "\\" && next === "\n") this.at += 2;
      else if (character === "\\" && '$`"\\'.includes(next) && next !== "") {
        append(parts, next, true);
        this.at += 2;
      } else if (character === "$" || character === "`") {
        parts.push(this.#expansion(true));
      } else {
        append(parts, character, true);
        this.at++;
      }
    }
    return parts;
  }

  /** `$…` or a command in backquotes. */
  #expansion(isQuoted: boolean): Part {
    if (this.text[this.at] === "`") return this.#backquoted(isQuoted);
    const rest = this.text.slice(this.at + 1, this.at + 64);
    if (rest.startsWith("((")) {
      const arithmetic = this.#arithmetic(isQuoted);
      if (arithmetic !== undefined) return arithmetic;
    }
    if (rest.startsWith("(")) {
      this.at += 2;
      const list = this.#parse(this);
      return { kind: "command", list, isQuoted };
    }
    if (rest.startsWith("{")) return this.#braced(isQuoted);
    const name = NAME.exec(this.text.slice(this.at + 1))?.[0] ?? SPECIAL.exec(rest)?.[0];
    this.at += 1 + (name?.length ?? 0);
    if (name === undefined) return { kind: "text", text: "$", isQuoted };
    return { kind: "variable", name, isQuoted, operator: "", word: [] };
  }

  #backquoted(isQuoted: boolean): Part {
    const end = /(?<!\\)`/.exec(this.text.slice(this.at + 1));
    if (end === null) throw new IncompleteError("a backquote has no end");
    const inner = this.text.slice(this.at + 1, this.at + 1 + end.index).replace(/\\([\\$`])/g, "$1");
    this.at += end.index + 2;
    const list = this.#parse(new Lexer(`${inner})`, this.#parse));
    return { kind: "command", list, isQuoted };
  }

  /** `$((…))`; undefined when it is a subshell in a command instead. */
  #arithmetic(isQuoted: boolean): Part | undefined {
    let depth = 0;
    for (let end = this.at + 1; end < this.text.length; end++) {
      if (this.text[end] === "(") depth++;
      if (this.text[end] === ")" && --depth === 0) {
        if (this.text[end - 1] !== ")") return undefined;
        const inner = this.text.slice(this.at + 3, end - 1);
        this.at = end + 1;
        return { kind: "arithmetic", word: documentWord(inner, this.#parse), isQuoted };
      }
    }
    throw new IncompleteError("$(( has no end");
  }

  /** `${NAME}`, `${NAME:-word}`, `${#NAME}`. */
  #braced(isQuoted: boolean): Part {
    this.at += 2;
    const isLength = this.text[this.at] === "#" && this.text[this.at + 1] !== "}";
    if (isLength) this.at++;
    const rest = this.text.slice(this.at);
    const name = NAME.exec(rest)?.[0] ?? /^(?:\d+|[?$!#@*-])/.exec(rest)?.[0];
    if (name === undefined) {
      if (rest === "") throw new IncompleteError("${ has no end");
      throw new ShellSyntaxError("bad substitution");
    }
    this.at += name.length;
    const operator = isLength ? "#" : (/^:?[-=+?]/.exec(this.text.slice(this.at))?.[0] ?? "");
    if (!isLength) this.at += operator.length;
    const parts = this.#quoted("}", this.text.length);
    if (this.text[this.at] !== "}") throw new IncompleteError("${ has no end");
    this.at++;
    return { kind: "variable", name, isQuoted, operator, word: parts };
  }

  /** What comes behind the line belongs to its here-documents. */
  #readDocuments(): void {
    const documents = this.#documents;
    this.#documents = [];
    for (const document of documents) {
      const lines: string[] = [];
      for (;;) {
        if (this.at >= this.text.length) throw new IncompleteError("a here-document has no end");
        const end = this.text.indexOf("\n", this.at);
        const stop = end === -1 ? this.text.length : end;
        const whole = this.text.slice(this.at, stop);
        const line = document.stripsTabs ? whole.replace(/^\t+/, "") : whole;
        this.at = Math.min(stop + 1, this.text.length);
        if (line === document.delimiter) break;
        if (end === -1) throw new IncompleteError("a here-document has no end");
        lines.push(`${line}\n`);
      }
      const text = lines.join("");
      document.word = document.isQuoted ? [{ kind: "text", text, isQuoted: true }] : documentWord(text, this.#parse);
    }
  }

  /** The whole text as between double quotes, but for the quotes themselves. */
  wholeQuoted(): Word {
    return this.#quoted(null, this.text.length);
  }
}

/** The text of a here-document, or of an expression: only `$`, backquotes and backslashes mean something. */
function documentWord(text: string, parse: (lexer: Lexer) => List): Word {
  return new Lexer(text, parse).wholeQuoted();
}

/** One more character of the text that the last part is, if it is of the same kind. */
function append(parts: Part[], text: string, isQuoted: boolean): void {
  const last = parts.at(-1);
  if (last?.kind === "text" && last.isQuoted === isQuoted)
    parts[parts.length - 1] = { ...last, text: last.text + text };
  else parts.push({ kind: "text", text, isQuoted });
}

/** The word as plain text, where nothing is expanded: a delimiter, the name of an assignment. */
export function plainText(word: Word): string {
  return word.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
