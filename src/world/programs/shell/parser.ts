/**
 * From tokens to the tree of syntax.ts, by recursive descent.
 *
 * Read first: POSIX, Shell Command Language, 2.10. parse() reads all of a text. IncompleteError says that the text is the
 * beginning of a command, so that an interactive shell asks for more.
 */
import { type HereDocument, Lexer, plainText, type Token } from "./lexer.ts";
import {
  type AndOr,
  type Assignment,
  type Command,
  IncompleteError,
  type List,
  type Pipeline,
  type Redirection,
  ShellSyntaxError,
  type Word,
} from "./syntax.ts";

const REDIRECTIONS: ReadonlySet<string> = new Set(["<", ">", ">>", "<>", ">|", "<&", ">&", "<<", "<<-"]);
/** Words that end a list where a command could begin. */
const CLOSERS: ReadonlySet<string> = new Set(["then", "elif", "else", "fi", "do", "done", "esac", "}"]);
/** Commands within commands; deeper ones are refused. */
const DEPTH_MAX = 100;

/** All commands of a text. Throws ShellSyntaxError. */
export function parse(text: string): List {
  const parser = new Parser(new Lexer(text, (lexer) => new Parser(lexer).substitution()));
  return parser.program();
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #lastEnd = 0;
  #depth = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
    this.#token = lexer.next();
  }

  program(): List {
    const list = this.#list();
    if (this.#token.kind !== "end") this.#refuse();
    return list;
  }

  /** A list up to `)`, behind which the lexer goes on. */
  substitution(): List {
    const list = this.#list();
    if (!this.#isOperator(")")) this.#refuse();
    return list;
  }

  #list(): List {
    if (++this.#depth > DEPTH_MAX) throw new ShellSyntaxError("commands are nested too deeply");
    const items: AndOr[] = [];
    this.#skipNewlines();
    while (!this.#isEndOfList()) {
      items.push(this.#andOr());
      if (this.#isOperator(";") || this.#isOperator("&") || this.#token.kind === "newline") this.#advance();
      else if (!this.#isEndOfList()) this.#refuse();
      this.#skipNewlines();
    }
    this.#depth--;
    return items;
  }

  #andOr(): AndOr {
    const { from } = this.#token;
    const first = this.#pipeline();
    const rest: { operator: "&&" | "||"; pipeline: Pipeline }[] = [];
    while (this.#isOperator("&&") || this.#isOperator("||")) {
      const operator = this.#isOperator("&&") ? "&&" : "||";
      this.#advance();
      this.#skipNewlines();
      rest.push({ operator, pipeline: this.#pipeline() });
    }
    return { first, rest, isBackground: this.#isOperator("&"), text: this.#text(from) };
  }

  #pipeline(): Pipeline {
    const { from } = this.#token;
    const isNegated = this.#isWord("!");
    if (isNegated) this.#advance();
    const commands = [this.#command()];
    while (this.#isOperator("|")) {
      this.#advance();
      this.#skipNewlines();
      commands.push(this.#command());
    }
    return { commands, isNegated, text: this.#text(from) };
  }

  #command(): Command {
    if (this.#isOperator("(")) {
      this.#advance();
      const body = this.#list();
      this.#expectOperator(")");
      return { kind: "subshell", body, redirections: this.#redirections() };
    }
    if (this.#isWord("{")) {
      this.#advance();
      const body = this.#list();
      this.#expectWord("}");
      return { kind: "group", body, redirections: this.#redirections() };
    }
    if (this.#isWord("if")) return this.#if();
    if (this.#isWord("while") || this.#isWord("until")) return this.#while();
    if (this.#isWord("for")) return this.#for();
    if (this.#isWord("case")) return this.#case();
    return this.#simple();
  }

  #if(): Command {
    const branches: { condition: List | null; body: List }[] = [];
    while (this.#isWord("if") || this.#isWord("elif")) {
      this.#advance();
      const condition = this.#list();
      this.#expectWord("then");
      branches.push({ condition, body: this.#list() });
    }
    if (this.#isWord("else")) {
      this.#advance();
      branches.push({ condition: null, body: this.#list() });
    }
    this.#expectWord("fi");
    return { kind: "if", branches, redirections: this.#redirections() };
  }

  #while(): Command {
    const isUntil = this.#isWord("until");
    this.#advance();
    const condition = this.#list();
    const body = this.#body();
    return { kind: "while", isUntil, condition, body, redirections: this.#redirections() };
  }

  #for(): Command {
    this.#advance();
    const name = this.#token.kind === "word" ? plainText(this.#token.word) : "";
    if (!/^[A-Za-z_]\w*$/.test(name)) this.#refuse();
    this.#advance();
    this.#skipNewlines();
    let words: Word[] | null = null;
    if (this.#isWord("in")) {
      this.#advance();
      words = [];
      for (; this.#token.kind === "word"; this.#advance()) words.push(this.#token.word);
    }
    if (this.#isOperator(";")) this.#advance();
    this.#skipNewlines();
    return { kind: "for", name, words, body: this.#body(), redirections: this.#redirections() };
  }

  #case(): Command {
    this.#advance();
    const word = this.#expectAnyWord();
    this.#advance();
    this.#skipNewlines();
    this.#expectWord("in");
    this.#skipNewlines();
    const branches: { patterns: Word[]; body: List }[] = [];
    while (!this.#isWord("esac")) {
      const patterns = this.#patterns();
      branches.push({ patterns, body: this.#list() });
      if (this.#isOperator(";;")) this.#advance();
      else if (!this.#isWord("esac")) this.#refuse();
      this.#skipNewlines();
    }
    this.#expectWord("esac");
    return { kind: "case", word, branches, redirections: this.#redirections() };
  }

  /** `a|b)`, with or without a parenthesis in front. */
  #patterns(): Word[] {
    if (this.#isOperator("(")) this.#advance();
    const patterns = [this.#expectAnyWord()];
    for (this.#advance(); this.#isOperator("|"); this.#advance()) {
      this.#advance();
      patterns.push(this.#expectAnyWord());
    }
    this.#expectOperator(")");
    return patterns;
  }

  #body(): List {
    this.#expectWord("do");
    const body = this.#list();
    this.#expectWord("done");
    return body;
  }

  #simple(): Command {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const redirection = this.#redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      if (this.#token.kind !== "word") break;
      const assignment = words.length === 0 ? asAssignment(this.#token.word) : undefined;
      if (assignment === undefined) words.push(this.#token.word);
      else assignments.push(assignment);
      this.#advance();
    }
    if (assignments.length + words.length + redirections.length === 0) this.#refuse();
    return { kind: "simple", assignments, words, redirections };
  }

  #redirections(): Redirection[] {
    const all: Redirection[] = [];
    for (let one = this.#redirection(); one !== undefined; one = this.#redirection()) all.push(one);
    return all;
  }

  #redirection(): Redirection | undefined {
    let fd: number | undefined;
    if (this.#token.kind === "number") {
      fd = this.#token.value;
      this.#advance();
    }
    if (this.#token.kind !== "operator" || !REDIRECTIONS.has(this.#token.text)) return undefined;
    const operator = this.#token.text;
    this.#advance();
    const word = this.#expectAnyWord();
    if (operator.startsWith("<<")) return this.#hereDocument(fd ?? 0, operator, word);
    this.#advance();
    const standard = operator.startsWith("<") ? 0 : 1;
    return { fd: fd ?? standard, operator: operator as Redirection["operator"], word };
  }

  #hereDocument(fd: number, operator: string, word: Word): Redirection {
    const document: HereDocument = {
      delimiter: plainText(word),
      isQuoted: word.some((part) => part.kind === "text" && part.isQuoted),
      stripsTabs: operator === "<<-",
      word: [],
    };
    this.#lexer.expectDocument(document);
    this.#advance();
    // The lexer fills the word in at the end of the line.
    return {
      fd,
      operator: "<<",
      get word() {
        return document.word;
      },
    };
  }

  /** The word that has to be here; it stays the next token. */
  #expectAnyWord(): Word {
    return this.#token.kind === "word" ? this.#token.word : this.#refuse();
  }

  #advance(): void {
    this.#lastEnd = this.#lexer.at;
    this.#token = this.#lexer.next();
  }

  #skipNewlines(): void {
    while (this.#token.kind === "newline") this.#advance();
  }

  /** What was written from there up to the token before this one. */
  #text(from: number): string {
    return this.#lexer.text
      .slice(from, this.#lastEnd)
      .replace(/\s*\n\s*/g, "; ")
      .trim();
  }

  #isOperator(text: string): boolean {
    return this.#token.kind === "operator" && this.#token.text === text;
  }

  /** A word that is written without quotes. */
  #isWord(text: string): boolean {
    return this.#token.kind === "word" && this.#token.source === text;
  }

  #isEndOfList(): boolean {
    if (this.#token.kind === "end" || this.#isOperator(")") || this.#isOperator(";;")) return true;
    return this.#token.kind === "word" && CLOSERS.has(this.#token.source);
  }

  #expectOperator(text: string): void {
    if (!this.#isOperator(text)) this.#refuse();
    this.#advance();
  }

  #expectWord(text: string): void {
    if (!this.#isWord(text)) this.#refuse();
    this.#advance();
  }

  #refuse(): never {
    const token = this.#token;
    if (token.kind === "end") throw new IncompleteError("syntax error: unexpected end of file");
    const near = token.kind === "word" ? token.source : token.kind === "operator" ? token.text : token.kind;
    throw new ShellSyntaxError(`syntax error near "${near}"`);
  }
}

/** `NAME=value`; undefined when it is none. */
function asAssignment(word: Word): Assignment | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== "text" || first.isQuoted) return undefined;
  const [whole, name] = /^([A-Za-z_]\w*)=/.exec(first.text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  return { name, word: [{ ...first, text: first.text.slice(whole.length) }, ...rest] };
}
