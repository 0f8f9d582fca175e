/**
 * Where the pattern of fs.glob() leads: the folder, or the file, that each of its alternatives begins with.
 *
 * Read first: minimatch, which is behind it and expands braces first; a backslash is a slash to it, on every system.
 */

/** Numbers or letters from one to the other. */
const RANGES = /\{-?\w+\.\.-?\w+(\.\.-?\d+)?\}/g;
/** The innermost of the braces that give a choice. */
const CHOICE = /\{([^{}]*,[^{}]*)\}/;
const MAGIC = /[*?[\](){}!+@|]/;

/** The places, all below which may be read; undefined when it can't be said, as of a pattern with ".." behind a star. */
export function placesOf(pattern: string): string[] | undefined {
  const places: string[] = [];
  for (const one of alternatives(pattern.replaceAll("\\", "/").replace(RANGES, "*"))) {
    const parts = one.split("/");
    const known = parts.findIndex((part) => MAGIC.test(part));
    if (known >= 0 && parts.slice(known).some(mayLeadUp)) return undefined;
    const place = known < 0 ? one : parts.slice(0, known).join("/");
    places.push(place === "" && one.startsWith("/") ? "/" : place);
  }
  return places;
}

function alternatives(pattern: string): string[] {
  const found = CHOICE.exec(pattern);
  if (found === null) return [pattern];
  const { index, 0: group, 1: choice = "" } = found;
  const [before, after] = [pattern.slice(0, index), pattern.slice(index + group.length)];
  return choice.split(",").flatMap((one) => alternatives(before + one + after));
}

/** `..`, also as a class of one character each; and braces that are left are read in one way by one, in another by the next. */
function mayLeadUp(part: string): boolean {
  return part.replace(/[[\]-]/g, "") === ".." || /[{}]/.test(part);
}
