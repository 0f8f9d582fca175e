/**
 * Axes of a plot: round numbers for their ticks, units that suit the size, and curves with no more points than can be seen.
 */

/** What a value is divided by, and what it is called then. */
export interface Unit {
  readonly name: string;
  readonly size: number;
}

export const BYTES: readonly Unit[] = [
  { name: "B", size: 1 },
  { name: "KiB", size: 1024 },
  { name: "MiB", size: 1024 * 1024 },
];
export const NANOSECONDS: readonly Unit[] = [
  { name: "µs", size: 1e3 },
  { name: "ms", size: 1e6 },
  { name: "s", size: 1e9 },
];
export const BITS_PER_SECOND: readonly Unit[] = [
  { name: "bit/s", size: 1 },
  { name: "kbit/s", size: 1e3 },
  { name: "Mbit/s", size: 1e6 },
  { name: "Gbit/s", size: 1e9 },
];
export const SEGMENTS: readonly Unit[] = [{ name: "segments", size: 1 }];

/** Steps between ticks, within a power of ten. */
const STEPS = [1, 2, 5, 10];
/** From so many of a unit on numbers are no longer than they need be. */
const UNIT_MIN = 2;

/** The largest unit of which there are enough. */
export function unitFor(units: readonly Unit[], largest: number): Unit {
  let chosen = units[0] as Unit;
  for (const unit of units) if (largest >= UNIT_MIN * unit.size) chosen = unit;
  return chosen;
}

/** A round step of which at most so many cover the span; 1 where there is none. */
export function stepFor(span: number, countMax: number): number {
  if (!(span > 0 && Number.isFinite(span))) return 1;
  let power = 1;
  while (span / power < countMax / 10) power /= 10;
  while (span / power > countMax * 10) power *= 10;
  while (span / power <= countMax) power /= 10;
  for (;;) {
    for (const step of STEPS) if (span / (step * power) <= countMax) return step * power;
    power *= 10;
  }
}

/** Multiples of the step, from the first one that is not below `from`; none of what has no end. */
export function ticks(from: number, to: number, step: number): readonly number[] {
  if (!Number.isFinite(to - from)) return [];
  const found: number[] = [];
  for (let n = Math.ceil(from / step - 1e-9) + 0; n * step <= to + step * 1e-9; n++) found.push(n * step);
  return found;
}

/** A number with as many decimals as the step needs. */
export function tickText(value: number, step: number): string {
  let decimals = 0;
  for (let size = step; size < 0.999 && decimals < 9; size *= 10) decimals++;
  return value.toFixed(decimals);
}

/** Points of a curve in pixels. */
export interface Dot {
  readonly x: number;
  readonly y: number;
}

/**
 * Of the points in one column of pixels the first, the highest, the lowest and the last are all that can be seen.
 */
export function thinned(dots: readonly Dot[]): readonly Dot[] {
  const kept: Dot[] = [];
  for (let from = 0; from < dots.length; ) {
    const column = Math.floor((dots[from] as Dot).x);
    let to = from;
    let high = from;
    let low = from;
    for (; to < dots.length && Math.floor((dots[to] as Dot).x) === column; to++) {
      if ((dots[to] as Dot).y < (dots[high] as Dot).y) high = to;
      if ((dots[to] as Dot).y > (dots[low] as Dot).y) low = to;
    }
    const order = [from, high, low, to - 1].sort((one, other) => one - other);
    for (const [place, index] of order.entries()) if (index !== order[place - 1]) kept.push(dots[index] as Dot);
    from = to;
  }
  return kept;
}
