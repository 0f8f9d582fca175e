/**
 * Patterns of file names: `*`, `?`, `[a-z]`. Read first: glob(7), POSIX 2.13.
 */
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";

/** A character of a field; quoted ones mean themselves. */
export interface Character {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** So many names are made of one pattern at the most. */
const NAMES_MAX = 65_536;

export function hasPattern(field: readonly Character[]): boolean {
  return field.some(({ text, isQuoted }) => !isQuoted && /[*?[]/.test(text));
}

/** The names that match, in order; none when nothing does. */
export function matchingPaths(sys: Sys, field: readonly Character[]): string[] {
  const isAbsolute = field[0]?.text === "/";
  let found = [isAbsolute ? "/" : ""];
  for (const component of components(field)) {
    const next: string[] = [];
    for (const directory of found) {
      if (next.length > NAMES_MAX) break;
      next.push(...matchesIn(sys, directory, component));
    }
    found = next;
  }
  return found.sort();
}

function components(field: readonly Character[]): Character[][] {
  const parts: Character[][] = [[]];
  for (const character of field) {
    if (character.text === "/") parts.push([]);
    else (parts.at(-1) as Character[]).push(character);
  }
  return parts.filter((part) => part.length > 0);
}

function matchesIn(sys: Sys, directory: string, component: readonly Character[]): string[] {
  const join = (name: string): string =>
    (directory === "" || directory.endsWith("/") ? directory : `${directory}/`) + name;
  if (!hasPattern(component)) {
    const path = join(component.map(({ text }) => text).join(""));
    return exists(sys, path) ? [path] : [];
  }
  const match = matcher(component);
  // A name with a dot in front is meant only by a pattern that has one, too.
  const meansHidden = component[0]?.text === ".";
  return namesIn(sys, directory === "" ? "." : directory)
    .filter((name) => meansHidden === name.startsWith(".") && match(name))
    .map(join);
}

function namesIn(sys: Sys, directory: string): readonly string[] {
  try {
    return sys.readdir(directory);
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}

function exists(sys: Sys, path: string): boolean {
  try {
    sys.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** Does a name match? Each `*` takes up again where the last one has failed, so the time is bounded by the product of lengths. */
export function matcher(pattern: readonly Character[]): (name: string) => boolean {
  const steps = compile(pattern);
  return (name) => {
    let [step, at, lastStar, retryAt] = [0, 0, -1, 0];
    while (at < name.length) {
      const test = steps[step];
      if (test === "*") {
        lastStar = step++;
        retryAt = at;
      } else if (typeof test === "function" && test(name[at] as string)) {
        step++;
        at++;
      } else if (lastStar !== -1) {
        step = lastStar + 1;
        at = ++retryAt;
      } else {
        return false;
      }
    }
    while (steps[step] === "*") step++;
    return step === steps.length;
  };
}

type Step = "*" | ((character: string) => boolean);

function compile(pattern: readonly Character[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const { text, isQuoted } = pattern[at] as Character;
    const end =
      !isQuoted && text === "[" ? pattern.findIndex((other, index) => index > at + 1 && other.text === "]") : -1;
    if (end !== -1) {
      steps.push(setOf(pattern.slice(at + 1, end).map((character) => character.text)));
      at = end;
    } else if (!isQuoted && text === "*") steps.push("*");
    else if (!isQuoted && text === "?") steps.push(() => true);
    else steps.push((character) => character === text);
  }
  return steps;
}

/** `[a-z]`, `[!abc]`. */
function setOf(characters: readonly string[]): (character: string) => boolean {
  const isNegated = characters[0] === "!" || characters[0] === "^";
  const set = isNegated ? characters.slice(1) : characters;
  return (character) => {
    let isIn = false;
    for (let at = 0; at < set.length; at++) {
      const from = set[at] as string;
      const to = set[at + 1] === "-" ? set[at + 2] : undefined;
      if (to !== undefined) at += 2;
      if (character >= from && character <= (to ?? from)) isIn = true;
    }
    return isIn !== isNegated;
  };
}
