/**
 * The public types of the package, as text: what an entry file exports and all that those declarations refer to.
 *
 * TypeScript 7 has no JavaScript API, but its declaration files are regular: top-level statements, one name each, imports by
 * name. So: read a module into statements, follow the names.
 * Order: publicTypes() → exportedNames() → resolve() → references() → … until nothing new is reached.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve as resolvePath } from "node:path";
import { scan } from "./source-text.ts";

interface Place {
  readonly module: Module;
  /** A name of the module, or "*" for the module itself as a namespace. */
  readonly name: string;
}

interface Link {
  readonly from: string;
  readonly name: string;
}

interface Statement {
  /** The statement without comments, and without `export`. */
  readonly text: string;
  /** The same with the insides of strings blanked. */
  readonly code: string;
}

interface Module {
  readonly path: string;
  readonly statements: Map<string, Statement[]>;
  /** Local names that come from elsewhere. */
  readonly imports: Map<string, Link>;
  /** Exported name → where it is; `from` is empty for a local one. */
  readonly exports: Map<string, Link>;
  /** `export * from` these. */
  readonly stars: string[];
}

const NAME = "[A-Za-z_$][\\w$]*";
const ENDS_WITH_BRACE =
  /^\s*(?:export\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|interface|namespace|module|global|enum)\b/;
const DECLARATION = new RegExp(
  `^(export\\s+)?(?:declare\\s+)?(?:abstract\\s+)?(?:class|interface|namespace|enum|function|const|let|var|type)\\s+(${NAME})`,
);

export class Declarations {
  readonly #modules = new Map<string, Module>();

  /** `entry` is the path of a declaration file. */
  publicTypes(entry: string): string {
    const root = this.#module(resolvePath(entry));
    const exported = this.#exportedNames(root);
    const reached = new Map<string, Place>();
    const pending = [...exported.values()];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      const key = keyOf(place);
      if (reached.has(key)) continue;
      reached.set(key, place);
      pending.push(...this.#references(place));
    }

    const names = [...exported].sort(([a], [b]) => (a < b ? -1 : 1));
    const shown = new Set(names.map(([, place]) => keyOf(place)));
    const hidden = [...reached].filter(([key]) => !shown.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
    const lines = names.map(([name, place]) => printExport(name, place));
    const base = dirname(root.path);
    const reachedLines = hidden.map(([, place]) => `// ${relative(base, place.module.path)}\n${print(place)}`);
    return [...lines, "// ---- Not exported, but reached from the above. ----", ...reachedLines].join("\n\n");
  }

  #module(path: string): Module {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const module = parse(path, readFileSync(path, "utf8"));
    this.#modules.set(path, module);
    return module;
  }

  #follow(module: Module, from: string): Module | undefined {
    if (from === "") return module;
    if (!from.startsWith(".")) return undefined; // A package or node: module: its types are not ours.
    return this.#module(resolvePath(dirname(module.path), from.replace(/\.[jt]s$/, ".d.ts")));
  }

  #exportedNames(module: Module, seen = new Set<Module>()): Map<string, Place> {
    const names = new Map<string, Place>();
    if (seen.has(module)) return names;
    seen.add(module);
    for (const from of module.stars) {
      const target = this.#follow(module, from);
      if (target !== undefined) for (const [name, place] of this.#exportedNames(target, seen)) names.set(name, place);
    }
    for (const name of module.exports.keys()) {
      const place = this.#resolve(module, name, true);
      if (place !== undefined) names.set(name, place);
    }
    return names;
  }

  /** Where `name` is declared, seen from inside the module or (`outside`) by those who import from it. */
  #resolve(module: Module, name: string, outside: boolean): Place | undefined {
    if (name === "*") return { module, name };
    const link = outside ? module.exports.get(name) : (module.imports.get(name) ?? { from: "", name });
    if (link === undefined) {
      for (const from of module.stars) {
        const target = this.#follow(module, from);
        const place = target && this.#resolve(target, name, true);
        if (place !== undefined) return place;
      }
      return undefined;
    }
    if (link.from !== "") {
      const target = this.#follow(module, link.from);
      return target && this.#resolve(target, link.name, true);
    }
    if (module.statements.has(link.name)) return { module, name: link.name };
    return module.imports.has(link.name) ? this.#resolve(module, link.name, false) : undefined;
  }

  #references(place: Place): Place[] {
    if (place.name === "*") return [...this.#exportedNames(place.module).values()];
    const found: (Place | undefined)[] = [];
    // Not the name of a member, a parameter or a method: those are followed by a colon or a parenthesis.
    const pattern = new RegExp(`(?<![.\\w$])(${NAME})(?:\\.(${NAME}))?(?![\\w$]|\\??:|\\()`, "g");
    for (const { text, code } of place.module.statements.get(place.name) ?? []) {
      for (const [, name = "", member] of code.matchAll(pattern)) {
        const target = this.#resolve(place.module, name, false);
        const isNamespace = target?.name === "*" && member !== undefined;
        found.push(isNamespace ? this.#resolve(target.module, member, true) : target);
      }
      for (const [, from = "", name = ""] of text.matchAll(/import\("([^"]+)"\)\.([\w$]+)/g)) {
        const target = this.#follow(place.module, from);
        found.push(target && this.#resolve(target, name, true));
      }
    }
    return found.filter((target) => target !== undefined);
  }
}

const keyOf = (place: Place): string => `${place.module.path}#${place.name}`;

const print = (place: Place): string =>
  place.name === "*"
    ? `namespace of ${place.module.path.replace(/^.*\//, "")}`
    : (place.module.statements.get(place.name) ?? []).map(({ text }) => text).join("\n");

function printExport(name: string, place: Place): string {
  if (place.name === "*") {
    const members = [...place.module.exports.keys()].sort().join(", ");
    return `export * as ${name}: ${members}`;
  }
  const text = (place.module.statements.get(place.name) ?? [])
    .map((statement) => `export ${statement.text}`)
    .join("\n");
  return name === place.name ? text : `// as ${name}\n${text}`;
}

function parse(path: string, text: string): Module {
  const module: Module = { path, statements: new Map(), imports: new Map(), exports: new Map(), stars: [] };
  for (const statement of split(text)) {
    const from = /\bfrom\s*"([^"]+)"/.exec(statement.text)?.[1] ?? "";
    const declaration = DECLARATION.exec(statement.text);
    if (declaration !== null) {
      const [, isExported, name = ""] = declaration;
      const known = module.statements.get(name) ?? [];
      module.statements.set(name, [...known, withoutExport(statement)]);
      if (isExported !== undefined) module.exports.set(name, { from: "", name });
    } else if (/^import\b/.test(statement.text)) {
      for (const [local, name] of bindings(statement.text)) module.imports.set(local, { from, name });
    } else if (/^export\s*\*\s*from/.test(statement.text)) {
      module.stars.push(from);
    } else if (/^export\b/.test(statement.text)) {
      for (const [outer, name] of bindings(statement.text)) module.exports.set(outer, { from, name });
    }
  }
  return module;
}

/** `{ a, type B as C }`, `* as ns` and `def` as pairs of the new name and the name at the source. */
function bindings(text: string): [string, string][] {
  const list = /\{([^}]*)\}/.exec(text)?.[1] ?? "";
  const pairs = list.split(",").flatMap((part): [string, string][] => {
    const match = new RegExp(`^\\s*(?:type\\s+)?(${NAME})(?:\\s+as\\s+(${NAME}))?\\s*$`).exec(part);
    return match === null ? [] : [[match[2] ?? match[1] ?? "", match[1] ?? ""]];
  });
  const namespace = new RegExp(`\\*\\s*as\\s+(${NAME})`).exec(text)?.[1];
  if (namespace !== undefined) pairs.push([namespace, "*"]);
  return pairs;
}

/** The top-level statements, without comments, empty lines and private members. */
function split(text: string): Statement[] {
  const { withoutComments, code } = scan(text);
  const statements: Statement[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < code.length; at++) {
    const char = code[at] ?? "";
    if ("{([".includes(char)) depth++;
    if ("})]".includes(char)) depth--;
    const ends = char === ";" || (char === "}" && ENDS_WITH_BRACE.test(code.slice(start, at)));
    if (depth > 0 || !ends) continue;
    statements.push(tidy({ text: withoutComments.slice(start, at + 1), code: code.slice(start, at + 1) }));
    start = at + 1;
  }
  return statements.filter((statement) => statement.text !== "");
}

function tidy({ text, code }: Statement): Statement {
  const lines = text.split("\n");
  const kept = lines.map((line) => line.trim() !== "" && !/^\s*(?:#private|private (?!constructor)[^(]*);$/.test(line));
  const join = (all: readonly string[]): string =>
    all
      .filter((_, index) => kept[index])
      .map((line) => line.trimEnd())
      .join("\n")
      .trim();
  return { text: join(lines), code: join(code.split("\n")) };
}

function withoutExport({ text, code }: Statement): Statement {
  return { text: text.replace(/^export\s+/, ""), code: code.replace(/^export\s+/, "") };
}
