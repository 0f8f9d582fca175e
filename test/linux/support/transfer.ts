/**
 * Transfers under impairments: netloom and Linux in all four pairs of sender and receiver, over the same link of netloom.
 *
 * Order: transfer() → a program pours for so many seconds, another takes in and measures → both say what they saw of the bytes.
 * Between netloom and netloom it is virtual time, so those figures are the same on each machine.
 */
import { createHash } from "node:crypto";
import {
  AF_INET,
  IPPROTO_TCP,
  type LinkOptions,
  type Program,
  SOCK_STREAM,
  type Sys,
  TCP_CONGESTION,
  World,
} from "netloom";
import type { LinuxSide } from "./namespace.ts";
import { client, PORT, pattern, serve } from "./peers.ts";
import { LINUX, NETLOOM, Span, Wire } from "./wire.ts";

/** Who sends and who receives. */
export const PAIRS = ["netloom → Linux", "Linux → netloom", "netloom → netloom", "Linux → Linux"] as const;
export type Pair = (typeof PAIRS)[number];

/** One transfer. */
export interface Plan {
  readonly link: LinkOptions;
  /** The sender's congestion control. */
  readonly algorithm: string;
  readonly seconds: number;
  readonly seed?: number;
}

/** What came of it. */
export interface Transfer {
  /** Goodput: from the first byte that came to the last. */
  readonly megabitsPerSecond: number;
  /** Did the same bytes come as were sent? */
  readonly intact: boolean;
  /** What Linux, where it sent, saw of the path. */
  readonly saw?: Path;
}

/** Means of TCP_INFO of a sender, and the share of its segments that went again. */
export interface Path {
  readonly roundTripMs: number;
  readonly windowSegments: number;
  readonly resentShare: number;
}

/** What one side saw of the bytes. */
export interface Seen {
  readonly bytes: number;
  readonly sha256: string;
  readonly saw?: Path;
}
export type Metered = Seen & { readonly ms: number };

/** Of the pattern, so that pieces in a row are the pattern again. */
const PIECE = pattern(251 * 256);

export async function transfer(pair: Pair, plan: Plan): Promise<Transfer> {
  const [sent, got] = await RUNS[pair](plan);
  return transferOf(sent, got);
}

/** What two sides saw of one transfer. */
export function transferOf(sent: Seen, got: Metered): Transfer {
  return {
    megabitsPerSecond: (got.bytes * 8) / 1000 / got.ms,
    intact: got.bytes > 0 && got.bytes === sent.bytes && got.sha256 === sent.sha256,
    ...(sent.saw && { saw: sent.saw }),
  };
}

const RUNS: Readonly<Record<Pair, (plan: Plan) => Promise<readonly [Seen, Metered]>>> = {
  "netloom → Linux": async (plan) => {
    await using wire = new Wire({ link: plan.link, world: seeded(plan) }).start();
    await likeNetloom(wire);
    const said = await serve(wire, "meter", LINUX.address);
    const sent = settled<Seen>();
    wire.host.spawn("pour", sent.by(pour(LINUX.address, plan, sent.resolve)));
    return [await sent.promise, (await said()) as Metered];
  },
  "Linux → netloom": async (plan) => {
    // The data go from the first end to the second in each pair, so that the same of them are lost.
    await using wire = new Wire({ link: plan.link, isLinuxFirst: true, world: seeded(plan) }).start();
    await likeNetloom(wire);
    const got = settled<Metered>();
    wire.host.spawn("meter", got.by(meter(wire.world, got.resolve)), { daemon: true });
    return [await pourFromLinux(wire, plan), await got.promise];
  },
  "netloom → netloom": async (plan) => {
    const world = new World({ console: () => {}, ...seeded(plan) });
    const [sender, receiver] = [world.host("sender"), world.host("receiver")];
    const cable = world.cable(plan.link);
    sender.attach(cable, `${LINUX.address}/24`);
    receiver.attach(cable, `${NETLOOM.address}/24`);
    const [sent, got] = [settled<Seen>(), settled<Metered>()];
    receiver.spawn("meter", meter(world, got.resolve));
    sender.spawn("pour", pour(NETLOOM.address, plan, sent.resolve));
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
    return Promise.all([sent.promise, got.promise]);
  },
  "Linux → Linux": async (plan) => {
    await using span = new Span(plan.link, seeded(plan));
    for (const side of [span.near, span.far]) await likeNetloom(side);
    const said = await serve(span.far, "meter", NETLOOM.address);
    return [await pourFromLinux(span.near, plan), (await said()) as Metered];
  },
};

const seeded = ({ seed = 1 }: Plan): { readonly seed: number } => ({ seed });

async function pourFromLinux(linux: LinuxSide, { algorithm, seconds }: Plan): Promise<Seen> {
  return (await client(linux, "pour", NETLOOM.address, `${algorithm} ${seconds}`)) as Seen;
}

/** Linux's own defaults for buffers, whatever this machine has been set to. */
async function likeNetloom(linux: LinuxSide): Promise<void> {
  await linux.linux("sysctl", "-qw", "net.ipv4.tcp_rmem=4096 131072 6291456", "net.ipv4.tcp_wmem=4096 16384 4194304");
}

/** A program that sends for so many seconds. */
function pour(address: string, { algorithm, seconds }: Plan, tell: (seen: Seen) => void): Program {
  return async (sys) => {
    const s = sys.socket(AF_INET, SOCK_STREAM);
    sys.setsockopt(s, IPPROTO_TCP, TCP_CONGESTION, algorithm);
    await sys.connect(s, { address, port: PORT });
    const end = now(sys) + seconds * 1e9;
    const hash = createHash("sha256");
    let bytes = 0;
    while (now(sys) < end) {
      hash.update(PIECE);
      bytes += PIECE.length;
      for (let sent = 0; sent < PIECE.length; ) sent += await sys.send(s, PIECE.subarray(sent));
    }
    sys.close(s);
    tell({ bytes, sha256: hash.digest("hex") });
  };
}

/** A program that takes one connection's bytes in, and measures from the first to the last. */
function meter(world: World, tell: (metered: Metered) => void): Program {
  return async (sys) => {
    const listener = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(listener, { address: "0.0.0.0", port: PORT });
    sys.listen(listener, 1);
    const { fd } = await sys.accept(listener);
    const buffer = new Uint8Array(262_144);
    const hash = createHash("sha256");
    let bytes = 0;
    let [first, last] = [0, 0];
    for (;;) {
      const got = await sys.recv(fd, buffer);
      if (got === 0) break;
      last = world.nowNs;
      if (bytes === 0) first = last;
      bytes += got;
      hash.update(buffer.subarray(0, got));
    }
    sys.close(fd);
    tell({ bytes, sha256: hash.digest("hex"), ms: (last - first) / 1e6 });
  };
}

function now(sys: Sys): number {
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return seconds * 1e9 + nanoseconds;
}

interface Settled<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  /** The program, whose failure is that of the promise. */
  by(program: Program): Program;
}

function settled<T>(): Settled<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  const by =
    (program: Program): Program =>
    async (sys, ...args) => {
      try {
        return await program(sys, ...args);
      } catch (error) {
        reject(error);
      }
    };
  return { promise, resolve, by };
}
