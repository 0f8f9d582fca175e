/**
 * Durations as people write them: "10s", "250ms", "1.5 min", or a number of nanoseconds.
 */
import { END_OF_TIME_NS } from "../base/scheduler.ts";

const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  d: 86_400e9,
};

/** The duration in integer nanoseconds. Throws a RangeError that names the option. */
export function parseDuration(option: string, duration: string | number): number {
  const timeNs = typeof duration === "number" ? duration : parseText(duration);
  if (Number.isInteger(timeNs) && timeNs >= 0 && timeNs <= END_OF_TIME_NS) return timeNs;
  const units = Object.keys(UNITS_NS).join(", ");
  throw new RangeError(
    `${option} is a time such as "10s" or "250ms" (units: ${units}), or whole nanoseconds, up to 104 days; ` +
      `not ${JSON.stringify(duration)}`,
  );
}

function parseText(text: string): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text) ?? [];
  const unitNs = unit === undefined ? undefined : UNITS_NS[unit];
  return amount === undefined || unitNs === undefined ? Number.NaN : Math.round(Number(amount) * unitNs);
}
