/** What `world.record()` may be asked for: a filter that a person wrote, checked as the options of a link are. */
import { suggest } from "../base/suggest.ts";
import type { SeriesFilter } from "../inet/tcp/series.ts";
import { DELAY_MAX_MS, show } from "../link/options.ts";

interface Spec {
  readonly type: "string" | "number";
  readonly allowed: string;
  readonly isAllowed: (value: number | string) => boolean;
}

const SPECS: Readonly<Record<keyof SeriesFilter, Spec>> = {
  // It may be made later.
  host: { type: "string", allowed: "the name of a host", isAllowed: (value) => value !== "" },
  port: {
    type: "number",
    allowed: "a whole number from 1 to 65535",
    isAllowed: (value) => Number.isInteger(value) && isBetween(value as number, 1, 65_535),
  },
  intervalMs: {
    type: "number",
    allowed: `a number from 0 to ${DELAY_MAX_MS}`,
    isAllowed: (value) => isBetween(value as number, 0, DELAY_MAX_MS),
  },
};

/** Throws a TypeError for an unknown name or a value of another kind, a RangeError for one out of range. */
export function checkFilter(filter: SeriesFilter): void {
  if (typeof filter !== "object" || filter === null || Array.isArray(filter)) {
    throw new TypeError(`world.record(): the filter is ${show(filter)}; allowed is a record, { port: 80 }`);
  }
  for (const [name, value] of Object.entries(filter)) {
    const spec = Object.hasOwn(SPECS, name) ? SPECS[name as keyof SeriesFilter] : undefined;
    if (spec === undefined) {
      throw new TypeError(`world.record(): there is no option "${name}"; ${suggest(name, Object.keys(SPECS))}`);
    }
    if (value === undefined) continue;
    const complaint = `world.record(): ${name} is ${show(value)}; allowed is ${spec.allowed}`;
    if (typeof value !== spec.type) throw new TypeError(complaint);
    if (!spec.isAllowed(value)) throw new RangeError(complaint);
  }
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
