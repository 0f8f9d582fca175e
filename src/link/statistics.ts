/**
 * What happened at one port of a link, as numbers.
 *
 * They balance. Over all ports of a link,
 *
 *     txPackets + duplicated + flooded  =  rxPackets + drops of all causes + inFlight
 *
 * Order: channels, ports and switches bump the fields; drop() is the one way out for a frame that is discarded.
 */
import { countDrop } from "../base/machine.ts";
import type { Medium } from "./medium.ts";

/** Why a link discards a frame, with the counter that says so in the link's `netstat -s`. */
const DROP_COUNTERS = {
  /** By chance: `lossRate`. */
  lost: "LinkLost",
  /** A rule said so. */
  rule: "LinkRuleDrops",
  /** A rule threw, or answered what is no verdict. */
  ruleFailed: "LinkRuleFailures",
  /** The link was cut or the port disconnected, when the frame left or when it arrived. */
  cut: "LinkCutDrops",
  /** Switch: the two ports are on different sides of a partition. */
  partition: "LinkPartitionDrops",
  /** Switch: the queue of the port towards the receiver was full. */
  queueFull: "LinkQueueFull",
  /** Longer than the mtu and the Ethernet header with a tag. */
  tooLong: "LinkTooLong",
  /** Switch: too short for an Ethernet header. */
  malformed: "LinkMalformed",
  /** Switch: the destination is behind the port that the frame came from. */
  filtered: "LinkFiltered",
  /** No other port, or nothing that was opened at the far end. */
  noReceiver: "LinkNoReceiver",
} as const;

/** Why a link discards a frame. */
export type DropCause = keyof typeof DROP_COUNTERS;

const CAUSES = Object.keys(DROP_COUNTERS) as DropCause[];

/** What happened at one port, as plain data. */
export interface PortSnapshot {
  /** "port 1", or the name that the interface gave when it opened the port. */
  readonly label: string;
  /** Frames that the interface put on the link. */
  readonly txPackets: number;
  readonly txBytes: number;
  /** Frames that the link handed to the interface. */
  readonly rxPackets: number;
  readonly rxBytes: number;
  /** Extra copies that chance or a rule made of frames from this port. */
  readonly duplicated: number;
  /** Frames from this port of which chance or a rule flipped bits. */
  readonly corrupted: number;
  /** Frames from this port that were held back to be overtaken. */
  readonly reordered: number;
  /** Extra copies that a switch made of frames from this port, to send one to every other port. */
  readonly flooded: number;
  /** Frames discarded: those from this port, and of those towards it the ones that failed at its end. */
  readonly drops: Readonly<Partial<Record<DropCause, number>>>;
  /** Frames from this port on the wire or held back, and frames towards it that wait in a switch. */
  readonly inFlight: number;
}

/** The running numbers behind a snapshot. */
export class PortStatistics {
  txPackets = 0;
  txBytes = 0;
  rxPackets = 0;
  rxBytes = 0;
  duplicated = 0;
  corrupted = 0;
  reordered = 0;
  flooded = 0;
  readonly #drops: Map<DropCause, number> = new Map<DropCause, number>();

  /** A frame is discarded: counts it here and in the link's counters, and says so in the trace. */
  drop(medium: Medium, cause: DropCause, bytes: number): void {
    this.#drops.set(cause, (this.#drops.get(cause) ?? 0) + 1);
    countDrop(medium.machine, DROP_COUNTERS[cause], bytes);
  }

  snapshot(label: string, inFlight: number): PortSnapshot {
    const moved = CAUSES.filter((cause) => this.#drops.has(cause));
    const drops = Object.fromEntries(moved.map((cause) => [cause, this.#drops.get(cause)]));
    return { ...this, label, drops, inFlight };
  }
}
