/**
 * Queue disciplines as a person writes them, and as `tc -s qdisc` prints them.
 *
 * Read first: tc(8), tc-pfifo(8), tc-fq_codel(8), tc-tbf(8), tc-prio(8). Order: makeQdisc() checks and fills in what was left out.
 */

import { Fifo } from "./fifo.ts";
import { FqCodel } from "./fq-codel.ts";
import { Prio } from "./prio.ts";
import type { Qdisc, QdiscOwner, QdiscSnapshot } from "./qdisc.ts";
import { burstMaxBytes, Tbf } from "./tbf.ts";

/** How packets wait for an interface's device. What is left out has tc's default. */
export type QdiscOptions =
  /** First in, first out. Without a limit it is the link's `queuePackets`. */
  | { readonly kind: "pfifo"; readonly limitPackets?: number }
  | { readonly kind: "bfifo"; readonly limitBytes: number }
  /** Three bands by type of service, each a pfifo of the link's `queuePackets`. */
  | { readonly kind: "prio" }
  | {
      readonly kind: "fq_codel";
      /** Default 10240. */
      readonly limitPackets?: number;
      /** Default 32 MiB. */
      readonly memoryLimitBytes?: number;
      /** Default 1024. */
      readonly flows?: number;
      /** Default: the mtu and an Ethernet header. */
      readonly quantumBytes?: number;
      /** Default 5. */
      readonly targetMs?: number;
      /** Default 100. */
      readonly intervalMs?: number;
      /** Mark packets that can be marked. Default true. */
      readonly ecn?: boolean;
    }
  | {
      readonly kind: "tbf";
      readonly rateMbps: number;
      readonly burstBytes: number;
      /** How long a packet may wait; or `limitBytes`, how many may. Default 50 ms. */
      readonly latencyMs?: number;
      readonly limitBytes?: number;
    };

const NS_PER_MS = 1_000_000;
const ETHERNET_HEADER_BYTES = 14;
const PACKETS_MAX = 1_000_000;
const BYTES_MAX = 0xffff_ffff;
const FLOWS_MAX = 65_536;

/** What each kind takes beside its kind. */
const NAMES: Readonly<Record<QdiscOptions["kind"], readonly string[]>> = {
  pfifo: ["limitPackets"],
  bfifo: ["limitBytes"],
  prio: [],
  fq_codel: ["limitPackets", "memoryLimitBytes", "flows", "quantumBytes", "targetMs", "intervalMs", "ecn"],
  tbf: ["rateMbps", "burstBytes", "latencyMs", "limitBytes"],
};

/** Throws a RangeError for a value that is none, a TypeError for a kind or an option that is none. */
export function makeQdisc(owner: QdiscOwner, options: QdiscOptions, queuePackets: () => number): Qdisc {
  checkNames(options);
  switch (options.kind) {
    case "pfifo": {
      const { limitPackets } = options;
      if (limitPackets === undefined)
        return new Fifo(owner, { packets: queuePackets, bytes: Number.POSITIVE_INFINITY });
      whole("limitPackets", limitPackets, 1, PACKETS_MAX);
      return new Fifo(owner, { packets: () => limitPackets, bytes: Number.POSITIVE_INFINITY });
    }
    case "bfifo":
      whole("limitBytes", options.limitBytes, 1, BYTES_MAX);
      return new Fifo(owner, { packets: () => PACKETS_MAX, bytes: options.limitBytes });
    case "prio":
      return new Prio(
        owner,
        (counting) => new Fifo(counting, { packets: queuePackets, bytes: Number.POSITIVE_INFINITY }),
      );
    case "fq_codel":
      return makeFqCodel(owner, options);
    case "tbf":
      return makeTbf(owner, options);
  }
}

function checkNames({ kind, ...others }: QdiscOptions): void {
  if (!Object.hasOwn(NAMES, kind)) {
    throw new TypeError(
      `there is no queue discipline ${JSON.stringify(kind)}; there are ${Object.keys(NAMES).join(", ")}`,
    );
  }
  const stray = Object.keys(others).find((name) => !NAMES[kind].includes(name));
  if (stray === undefined) return;
  const known = NAMES[kind].length === 0 ? "none" : NAMES[kind].join(", ");
  throw new TypeError(`${kind} has no option ${JSON.stringify(stray)}; it has ${known}`);
}

function makeFqCodel(owner: QdiscOwner, options: Extract<QdiscOptions, { kind: "fq_codel" }>): Qdisc {
  const { limitPackets = 10_240, memoryLimitBytes = 33_554_432, flows = 1024, ecn = true } = options;
  const { quantumBytes = owner.mtu() + ETHERNET_HEADER_BYTES, targetMs = 5, intervalMs = 100 } = options;
  whole("limitPackets", limitPackets, 1, PACKETS_MAX);
  whole("memoryLimitBytes", memoryLimitBytes, 1, BYTES_MAX);
  whole("flows", flows, 1, FLOWS_MAX);
  whole("quantumBytes", quantumBytes, 1, PACKETS_MAX);
  const targetNs = Math.round(targetMs * NS_PER_MS);
  const intervalNs = Math.round(intervalMs * NS_PER_MS);
  whole("targetMs, in nanoseconds,", targetNs, 1, BYTES_MAX);
  whole("intervalMs, in nanoseconds,", intervalNs, 1, BYTES_MAX);
  return new FqCodel(owner, { limitPackets, memoryLimitBytes, flows, quantumBytes, targetNs, intervalNs, ecn });
}

function makeTbf(owner: QdiscOwner, options: Extract<QdiscOptions, { kind: "tbf" }>): Qdisc {
  const { rateMbps, burstBytes, latencyMs = 50 } = options;
  const rateBitsPerSecond = Math.round(rateMbps * 1_000_000);
  whole("rateMbps, in bits,", rateBitsPerSecond, 1, Number.MAX_SAFE_INTEGER / 8);
  whole("burstBytes", burstBytes, 1, burstMaxBytes(rateBitsPerSecond));
  if (!(latencyMs >= 0 && latencyMs <= 1_000_000))
    throw new RangeError(`latencyMs is ${latencyMs}; allowed is 0 to 1000000`);
  const limitBytes = options.limitBytes ?? Math.ceil((rateBitsPerSecond / 8000) * latencyMs) + burstBytes;
  whole("limitBytes", limitBytes, 1, Number.MAX_SAFE_INTEGER);
  return new Tbf(owner, { rateBitsPerSecond, burstBytes, limitBytes });
}

function whole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} is ${String(value)}; allowed is a whole number from ${min} to ${Math.floor(max)}`);
}

/** The lines of `tc -s qdisc show dev NAME`. */
export function formatQdisc(name: string, snapshot: QdiscSnapshot): string {
  const { kind, parameters, sentBytes, sentPackets, droppedPackets, overlimits, backlogBytes, backlogPackets } =
    snapshot;
  const words = Object.entries(parameters).map(([key, value]) => (value === "" ? key : `${key} ${value}`));
  const more = Object.entries(snapshot.more).map(([key, value]) => `${snakeCase(key)} ${value}`);
  const lines = [
    `qdisc ${kind} root dev ${name} ${words.join(" ")}`,
    ` Sent ${sentBytes} bytes ${sentPackets} pkt (dropped ${droppedPackets}, overlimits ${overlimits} requeues 0)`,
    ` backlog ${backlogBytes}b ${backlogPackets}p requeues 0`,
  ];
  return [...lines, ...(more.length === 0 ? [] : [`  ${more.join(" ")}`])].join("\n");
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
