/**
 * Throws frames at a host: nothing may be thrown, nothing may grow without bound, and each frame leaves its counter.
 *
 * `npm run fuzz -- --frames 1000000 --seed 1` for long runs; fuzz.test.ts has a share of it in `npm test`. Rows are in rows/.
 */
import { Prng } from "../../src/base/prng.ts";
import { mutate } from "./mutate.ts";
import type { Row } from "./row.ts";
import { ipv4Rows } from "./rows/ipv4.ts";
import { ipv6Rows } from "./rows/ipv6.ts";
import { tcpRows } from "./rows/tcp.ts";
import { Subject } from "./subject.ts";

export const ROWS: readonly Row[] = [...ipv4Rows, ...ipv6Rows, ...tcpRows];

const NS_PER_MS = 1_000_000;
/** A host sees so many frames, then there is a new one. */
const FRAMES_PER_HOST = 2000;

export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  /** Names of rows; default all. */
  readonly rows?: readonly string[] | undefined;
  readonly onProgress?: (frames: number) => void;
}

/** What went wrong, with the frame that did it. */
class FuzzError extends Error {
  constructor(
    what: string,
    { seed, frames }: FuzzOptions,
    index: number,
    name: string,
    frame: Uint8Array,
    cause?: unknown,
  ) {
    const hex = Buffer.from(frame).toString("hex");
    super(
      `${what}, at frame ${index} (${name}): ${hex}\nTo see it again: npm run fuzz -- --seed ${seed} --frames ${Math.min(frames, index + 1)}`,
      { cause },
    );
  }
}

/** Answers the counters that have moved, all hosts together. */
export function fuzz(options: FuzzOptions): ReadonlyMap<string, number> {
  const chance = Prng.stream(options.seed, "fuzz");
  const rows = ROWS.filter(({ name }) => options.rows?.includes(name) ?? true);
  const deck = rows.flatMap((row) => new Array<Row>(row.weight).fill(row));
  const counters = new Map<string, number>();
  let subject = prepared(rows);
  for (let index = 0; index < options.frames; index++) {
    if (index % FRAMES_PER_HOST === FRAMES_PER_HOST - 1) {
      tally(counters, subject);
      subject = prepared(rows);
    }
    one(options, index, chance, deck, subject, rows);
    if (index % 10_000 === 0) options.onProgress?.(index);
  }
  tally(counters, subject);
  return counters;
}

function one(
  options: FuzzOptions,
  index: number,
  chance: Prng,
  deck: readonly Row[],
  subject: Subject,
  rows: readonly Row[],
): void {
  const row = chance.pick(deck);
  let frame = row.frame(chance);
  const other = chance.pick(deck).frame(chance);
  if (chance.chance(0.6)) frame = mutate(chance, frame, other);
  if (chance.chance(0.8)) row.repair?.(frame);
  // A packet may come in two pieces, split anywhere.
  const headLength = chance.chance(0.8) ? frame.length : chance.below(frame.length + 1);
  const passNs = chance.pick([0, 0, 0, 0, 0, 0, 0, 0, 1, 20, 1000, 1000, 40_000]) * NS_PER_MS;
  let isCounted: boolean;
  try {
    isCounted = subject.take(frame, headLength);
    subject.pass(passNs);
  } catch (error) {
    throw new FuzzError(`thrown: ${error}`, options, index, row.name, frame, error);
  }
  if (!isCounted) throw new FuzzError("no counter tells what became of it", options, index, row.name, frame);
  if (index % 50 !== 0) return;
  const bounds = [...subject.bounds(), ...rows.flatMap((each) => each.bounds?.(subject) ?? [])];
  const broken = bounds.find(({ value, max }) => value > max);
  if (broken !== undefined) {
    const { what, value, max } = broken;
    throw new FuzzError(`${what}: ${value} is more than ${max}`, options, index, row.name, frame);
  }
}

function prepared(rows: readonly Row[]): Subject {
  const subject = new Subject();
  for (const row of rows) row.prepare?.(subject);
  return subject;
}

function tally(counters: Map<string, number>, { host }: Subject): void {
  for (const [name, count] of Object.entries(host.machine.counters.snapshot())) {
    counters.set(name, (counters.get(name) ?? 0) + count);
  }
}
