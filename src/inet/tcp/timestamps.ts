/**
 * Timestamps: the clock that they show, and segments that are older than they look (PAWS).
 *
 * Read first: RFC 7323 §4 and §5.
 */
import { diff, leq, lt } from "../../base/seq32.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

const NS_PER_MS = 1_000_000;
/** RFC 7323 §5.5: after so long without a segment nothing can be told from timestamps: 24 days. */
const STALE_NS = 24 * 24 * 3600 * 1_000_000_000;
/** RFC 7323 §5.2 allows for segments that have overtaken each other; Linux's TCP_PAWS_WINDOW. */
const REPLAY_MS = 1;

/** A millisecond clock with an offset that others don't know. */
export function timestampNow({ machine }: Tcp, offset: number): number {
  return (Math.floor(machine.scheduler.nowNs / NS_PER_MS) + offset) >>> 0;
}

/** Ours, as it was then; 0 where there are none. */
export function timestampAt({ timestamps }: Tcb, ns: number): number {
  return timestamps === null ? 0 : (Math.floor(ns / NS_PER_MS) + timestamps.offset) >>> 0;
}

// @rfc 7323 5.3 MUST; @rfc 7323 5.5 SHOULD
/** RFC 7323 §5.3, R1: is the segment older than one that has come before? H23: not after 24 idle days. */
export function isOld(recent: number, recentAtNs: number, nowNs: number, value: number): boolean {
  return diff(recent, value) > REPLAY_MS && nowNs - recentAtNs < STALE_NS;
}

// @rfc 7323 4.3 MUST
/** RFC 7323 §4.3: TS.Recent moves only with a segment that covers what was acknowledged last: H23. */
export function noteTimestamp({ timestamps, nowNs }: Tcb, seg: Segment): void {
  if (timestamps === null || !seg.options.hasTimestamps) return;
  if (!leq(seg.seq, timestamps.lastAckSent) || lt(seg.options.timestampValue, timestamps.recent)) return;
  timestamps.recent = seg.options.timestampValue;
  timestamps.recentAtNs = nowNs;
}
