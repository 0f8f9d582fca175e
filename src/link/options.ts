/**
 * The options of a link: one record of named numbers with units, and the same in the integers that the channels use.
 *
 * Read first: tc-netem(8), whose vocabulary this is.
 * Order: resolve() checks what a person wrote and fills in the rest; convert() turns milliseconds and megabits into
 * nanoseconds and bits. Both run when a link is made and at each `link.set({ … })`, never per packet.
 */

import { suggest } from "../base/suggest.ts";

/** How a link behaves. Everything may be left out, and changed while the link runs. */
export interface LinkOptions {
  /** How long a bit travels, in milliseconds. Default 0.005: a kilometre of fibre. */
  readonly delayMs?: number;
  /** A frame's delay lies between `delayMs - jitterMs` and `delayMs + jitterMs`, all values being equally likely. Default 0. */
  readonly jitterMs?: number;
  /** Share of frames that are lost. Default 0. */
  readonly lossRate?: number;
  /** Share of frames that arrive twice. Default 0. */
  readonly duplicateRate?: number;
  /** Share of frames of which some bits are flipped. Default 0. */
  readonly corruptRate?: number;
  /** Share of frames that are held back until `reorderPackets` later ones have gone ahead. Default 0. */
  readonly reorderRate?: number;
  /** How many later frames overtake one that is held back. Default 3: as many duplicate ACKs make a fast retransmit. */
  readonly reorderPackets?: number;
  /** Speed in megabits (10^6 bits) a second, in each direction. Infinity: a frame takes no time. Default 1000. */
  readonly rateMbps?: number;
  /** How many packets wait where a frame has to wait: in an interface, and at each port of a switch. Default 1000. */
  readonly queuePackets?: number;
  /** Largest payload of a frame in bytes, Ethernet header not counted. Default 1500. */
  readonly mtu?: number;
}

/** Every option with its value. */
export type ResolvedOptions = Required<LinkOptions>;

/** The options in the units that a channel counts in. */
export interface LinkSettings {
  readonly delayNs: number;
  readonly jitterNs: number;
  readonly lossRate: number;
  readonly duplicateRate: number;
  readonly corruptRate: number;
  readonly reorderRate: number;
  readonly reorderPackets: number;
  /** An integer, or Infinity. */
  readonly rateBitsPerSecond: number;
  readonly queuePackets: number;
  readonly mtu: number;
  /** Nothing is left to chance, but for the delay. */
  readonly isFaultless: boolean;
  /** Frames take no time, and nothing happens to any of them. */
  readonly isIdeal: boolean;
}

interface OptionSpec {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
  /** Infinity is allowed beyond `max`. */
  readonly infinite?: boolean;
}

const NS_PER_MS = 1_000_000;
const BITS_PER_MEGABIT = 1_000_000;
/** A day. */
export const DELAY_MAX_MS: number = 86_400_000;
const RATE: OptionSpec = { initial: 0, min: 0, max: 1 };

const SPECS: Readonly<Record<keyof LinkOptions, OptionSpec>> = {
  delayMs: { initial: 0.005, min: 0, max: DELAY_MAX_MS },
  jitterMs: { initial: 0, min: 0, max: DELAY_MAX_MS },
  lossRate: RATE,
  duplicateRate: RATE,
  corruptRate: RATE,
  reorderRate: RATE,
  reorderPackets: { initial: 3, min: 1, max: 1000, integer: true },
  // From a bit a second to a petabit: channel arithmetic is exact in between.
  rateMbps: { initial: 1000, min: 0.000_001, max: 1_000_000_000, infinite: true },
  queuePackets: { initial: 1000, min: 1, max: 1_000_000, integer: true },
  // RFC 791: every module forwards 68 bytes unfragmented; 65535 is the longest datagram.
  mtu: { initial: 1500, min: 68, max: 65_535, integer: true },
};

const NAMES = Object.keys(SPECS) as (keyof LinkOptions)[];

const DEFAULTS: ResolvedOptions = Object.fromEntries(
  NAMES.map((name) => [name, SPECS[name].initial]),
) as unknown as ResolvedOptions;

/**
 * The options of the link after a change. An option that is undefined counts as not given.
 *
 * Throws a TypeError for an unknown name or a value that is no number, a RangeError for one out of range; nothing has
 * changed then.
 */
export function resolve(linkName: string, given: LinkOptions, current: ResolvedOptions = DEFAULTS): ResolvedOptions {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`link "${linkName}": the options are ${show(given)}; allowed is a record, { delayMs: 20 }`);
  }
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(SPECS, name) ? SPECS[name as keyof LinkOptions] : undefined;
    if (spec === undefined) {
      throw new TypeError(`link "${linkName}": there is no option "${name}"; ${suggest(name, NAMES)}`);
    }
    if (value !== undefined) check(linkName, name, value, spec);
  }
  const definite = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...current, ...definite };
}

/** The same in integer nanoseconds and bits. */
export function convert(options: ResolvedOptions): LinkSettings {
  const { delayMs, jitterMs, rateMbps, ...same } = options;
  const { lossRate, duplicateRate, corruptRate, reorderRate } = same;
  const isFaultless = lossRate + duplicateRate + corruptRate + reorderRate === 0;
  return {
    ...same,
    isFaultless,
    isIdeal: isFaultless && rateMbps === Number.POSITIVE_INFINITY && delayMs + jitterMs === 0,
    delayNs: millisecondsToNs(delayMs),
    jitterNs: millisecondsToNs(jitterMs),
    rateBitsPerSecond: Math.round(rateMbps * BITS_PER_MEGABIT),
  };
}

/** To the nearest nanosecond. */
export function millisecondsToNs(milliseconds: number): number {
  return Math.round(milliseconds * NS_PER_MS);
}

/** A value in an error message: what was written, quickly recognised, never long. */
export function show(value: unknown): string {
  if (typeof value === "string") return value.length <= 40 ? `"${value}"` : `"${value.slice(0, 40)}…"`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  if (typeof value !== "object" || value === null) return String(value);
  return `an object with ${Object.keys(value).join(", ") || "no properties"}`;
}

function check(linkName: string, name: string, value: unknown, spec: OptionSpec): void {
  const complaint = `link "${linkName}": ${name} is ${show(value)}; allowed is ${allowed(spec)}`;
  if (typeof value !== "number") throw new TypeError(complaint);
  if (value === Number.POSITIVE_INFINITY && spec.infinite === true) return;
  const inRange = value >= spec.min && value <= spec.max;
  if (!inRange || (spec.integer === true && !Number.isInteger(value))) throw new RangeError(complaint);
}

function allowed(spec: OptionSpec): string {
  const kind = spec.integer === true ? "a whole number" : "a number";
  return `${kind} from ${spec.min} to ${spec.max}${spec.infinite === true ? ", or Infinity" : ""}`;
}
