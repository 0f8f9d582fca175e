/**
 * What a shell's text means, as data: the tree that parser.ts makes and execute.ts walks.
 *
 * Read first: POSIX, Shell Command Language, 2.9 and 2.10.
 */

/** A piece of a word. What is quoted is neither split into fields nor taken for a pattern. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly isQuoted: boolean }
  /** `$NAME`, `${NAME:-word}`. */
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly isQuoted: boolean;
      /** `:-` `-` `:=` `=` `:+` `+` `:?` `?` and the word behind it; `#` is the length. */
      readonly operator: string;
      readonly word: Word;
    }
  /** `$(list)` and `` `list` ``. */
  | { readonly kind: "command"; readonly list: List; readonly isQuoted: boolean }
  /** `$((expression))`. */
  | { readonly kind: "arithmetic"; readonly word: Word; readonly isQuoted: boolean };

export type Word = readonly Part[];

export interface Redirection {
  readonly fd: number;
  readonly operator: "<" | ">" | ">>" | "<>" | ">|" | "<&" | ">&" | "<<";
  /** The file, the descriptor, or the text of a here-document. */
  readonly word: Word;
}

export interface Assignment {
  readonly name: string;
  readonly word: Word;
}

export type Command =
  | {
      readonly kind: "simple";
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: "subshell"; readonly body: List; readonly redirections: readonly Redirection[] }
  | { readonly kind: "group"; readonly body: List; readonly redirections: readonly Redirection[] }
  | {
      readonly kind: "if";
      /** Conditions and what they lead to; the last one may have no condition: `else`. */
      readonly branches: readonly { readonly condition: List | null; readonly body: List }[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "while";
      /** `until` goes on while the condition fails. */
      readonly isUntil: boolean;
      readonly condition: List;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "for";
      readonly name: string;
      /** null: the positional parameters. */
      readonly words: readonly Word[] | null;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "case";
      readonly word: Word;
      /** The first one of which a pattern matches is done. */
      readonly branches: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
      readonly redirections: readonly Redirection[];
    };

export interface Pipeline {
  readonly commands: readonly Command[];
  readonly isNegated: boolean;
  /** As it was written, for `jobs`. */
  readonly text: string;
}

/** Pipelines joined by && and ||. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: "&&" | "||"; readonly pipeline: Pipeline }[];
  readonly isBackground: boolean;
  readonly text: string;
}

export type List = readonly AndOr[];

/** The text is no command. */
export class ShellSyntaxError extends Error {}

/** The text is the beginning of a command: there must be more of it. */
export class IncompleteError extends ShellSyntaxError {}
