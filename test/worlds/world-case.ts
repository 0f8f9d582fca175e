/**
 * What a random world is made of: links with faults, partitions, and connections whose two sides do as they like.
 *
 * Read first: worlds.ts. Everything is a number or a word, so that a case can be printed, and made smaller by fast-check.
 */
import * as fc from "fast-check";
import type { LinkOptions } from "netloom";

/** How a side ends. */
export type Ending =
  /** Sends all, ends its direction, reads to the end, closes. */
  | "graceful"
  /** Reads to the end before it sends anything. */
  | "answers"
  /** Sends all and closes, whatever the other side still has to say. */
  | "closes"
  /** Sends all and closes with SO_LINGER and no time: a reset. */
  | "resets"
  /** At a moment: shutdown(2) of both directions, or of reading. */
  | "shuts-both"
  | "shuts-reading"
  /** At a moment its process is killed. */
  | "killed";

export interface Side {
  readonly bytes: number;
  /** A write has at most so many. */
  readonly writeBytes: number;
  readonly readBytes: number;
  /** Between two reads. */
  readonly readPauseMs: number;
  /** 0: as the host has it. */
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  /** Each write that begins with such a multiple is urgent; 0: none. */
  readonly urgentEvery: number;
  readonly ending: Ending;
  /** For endings that have a moment. */
  readonly afterMs: number;
}

export interface Meeting {
  readonly startMs: number;
  readonly client: Side;
  readonly server: Side;
}

/** From `startMs` on nothing passes that way, for so long. */
export interface Partition {
  readonly startMs: number;
  readonly durationMs: number;
  readonly way: "there" | "back" | "both";
}

export interface WorldCase {
  readonly seed: number;
  readonly family: 4 | 6;
  readonly link: LinkOptions;
  /** A router stands between, and the link behind it has this MTU; 0: there is none. */
  readonly behindMtu: number;
  readonly partitions: readonly Partition[];
  readonly backlog: number;
  readonly settings: Readonly<Record<string, number | string>>;
  readonly meetings: readonly Meeting[];
}

const rate = (max: number) => fc.oneof(fc.constant(0), fc.double({ min: 0, max, noNaN: true }));

const mtu = fc.constantFrom(1500, 1500, 1280, 1281, 1400, 9000, 65_535);

const links: fc.Arbitrary<LinkOptions> = fc.record({
  delayMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
  jitterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 30, noNaN: true })),
  lossRate: rate(0.25),
  duplicateRate: rate(0.3),
  corruptRate: rate(0.1),
  reorderRate: rate(0.3),
  reorderPackets: fc.integer({ min: 1, max: 8 }),
  rateMbps: fc.constantFrom(1000, 1000, 10, 1, 0.1),
  queuePackets: fc.constantFrom(1000, 1000, 20, 3),
  mtu,
});

const sides: fc.Arbitrary<Side> = fc.record({
  bytes: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 40_000 }) },
  ),
  writeBytes: fc.oneof(fc.integer({ min: 200, max: 2000 }), fc.integer({ min: 2000, max: 70_000 })),
  readBytes: fc.oneof(fc.constant(65_536), fc.integer({ min: 500, max: 8000 })),
  readPauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 })),
  receiveBuffer: fc.oneof(fc.constant(0), fc.integer({ min: 1152, max: 10_000 })),
  sendBuffer: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 2304, max: 20_000 })),
  noDelay: fc.boolean(),
  keepAlive: fc.boolean(),
  urgentEvery: fc.constantFrom(0, 0, 0, 2, 3),
  ending: fc.constantFrom<Ending>(
    "graceful",
    "graceful",
    "graceful",
    "graceful",
    "answers",
    "closes",
    "closes",
    "resets",
    "shuts-both",
    "shuts-reading",
    "killed",
  ),
  afterMs: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 20_000 })),
});

export const worldCases: fc.Arbitrary<WorldCase> = fc.record({
  seed: fc.nat(0xffff_ffff),
  family: fc.constantFrom<4 | 6>(4, 4, 6),
  link: links,
  behindMtu: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, mtu),
  partitions: fc.array(
    fc.record({
      startMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 })),
      durationMs: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 3_000_000 })),
      way: fc.constantFrom("there", "back", "both"),
    }),
    { maxLength: 2 },
  ),
  backlog: fc.constantFrom(16, 16, 1, 0),
  settings: fc.record({
    tcp_timestamps: fc.constantFrom(0, 1),
    tcp_window_scaling: fc.constantFrom(0, 1),
    tcp_sack: fc.constantFrom(0, 1),
    tcp_congestion_control: fc.constantFrom("cubic", "reno", "bbr"),
    tcp_syncookies: fc.constantFrom(0, 1, 1, 2),
    tcp_retries2: fc.constantFrom(15, 8, 3),
    tcp_tw_reuse: fc.constantFrom(0, 1, 2),
    tcp_rfc1337: fc.constantFrom(0, 1),
    tcp_abort_on_overflow: fc.constantFrom(0, 0, 1),
  }),
  meetings: fc.array(
    fc.record({
      startMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
      client: sides,
      server: sides,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
