/**
 * A scanner that tells TypeScript's code from its comments and its strings, without a parser.
 *
 * TypeScript 7 has no JavaScript API, and the checks that read the tree need no more than this: text of the same length and the
 * same lines, with comments (or comments and the insides of strings) blanked out, so that an offset found in it is an offset in
 * the file. A template's `${…}` is code and stays.
 */

export interface SourceText {
  /** The file as it is. */
  readonly text: string;
  /** Comments are blanks; strings stay. */
  readonly withoutComments: string;
  /** Comments are blanks, and so is what stands inside strings, templates and regular expressions. */
  readonly code: string;
}

/** After one of these words a slash begins a regular expression, although a word usually ends an operand. */
const WORDS_BEFORE_REGEXP = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "delete",
  "void",
  "throw",
  "new",
  "do",
  "else",
  "yield",
  "await",
]);

/** What a stretch of the file is; the pattern is tried where the scanner stands. */
const STRETCHES = [
  { kind: "comment", pattern: /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y },
  { kind: "string", pattern: /"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/y },
  { kind: "word", pattern: /[\p{ID_Start}$_#\d][\p{ID_Continue}$.]*/uy },
  { kind: "space", pattern: /\s+/y },
] as const;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PIECE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

export function scan(text: string): SourceText {
  // One element for each UTF-16 unit, so that offsets stay true beside characters outside the basic plane.
  const withoutComments = text.split("");
  const code = [...withoutComments];
  const blank = (target: string[], from: number, to: number): void => {
    for (let at = from; at < to; at++) if (target[at] !== "\n") target[at] = " ";
  };
  // For each open brace: is it a template's `${`? Its closing brace takes the scanner back into the template.
  const braces: boolean[] = [];
  let before = "";
  let at = 0;

  const template = (from: number): number => {
    TEMPLATE_PIECE.lastIndex = from;
    const to = from + (TEMPLATE_PIECE.exec(text)?.[0].length ?? 0);
    blank(code, from, to);
    if (text[to] !== "$") return to + 1;
    braces.push(true);
    before = "{";
    return to + 2;
  };
  const regexpMayBegin = (): boolean =>
    /^[\p{ID_Start}$_#\d]/u.test(before) ? WORDS_BEFORE_REGEXP.has(before) : !/[)\]"`]/.test(before);

  scanning: while (at < text.length) {
    for (const { kind, pattern } of STRETCHES) {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found === undefined) continue;
      if (kind === "comment") {
        blank(withoutComments, at, at + found.length);
        blank(code, at, at + found.length);
      }
      if (kind === "string") blank(code, at + 1, at + found.length - 1);
      if (kind === "string" || kind === "word") before = kind === "word" ? found : '"';
      at += found.length;
      continue scanning;
    }
    REGEXP.lastIndex = at;
    const regexp = text[at] === "/" && regexpMayBegin() ? REGEXP.exec(text)?.[0] : undefined;
    if (regexp !== undefined) {
      blank(code, at + 1, at + regexp.lastIndexOf("/"));
      before = '"';
      at += regexp.length;
    } else if (text[at] === "`") {
      before = "`";
      at = template(at + 1);
    } else if (text[at] === "}" && braces.pop() === true) {
      before = "`";
      at = template(at + 1);
    } else {
      before = text[at] ?? "";
      if (before === "{") braces.push(false);
      at++;
    }
  }
  return { text, withoutComments: withoutComments.join(""), code: code.join("") };
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
