/**
 * The segments that are on their way, or were: from SND.UNA to SND.NXT, in order, with what became of each.
 *
 * Read first: RFC 9293 §3.8.1 (the retransmission queue), RFC 6675 §2 (pipe), RFC 8985 §5.2. SYN and FIN are segments of
 * this list like all others, so whatever is lost is sent again in the same way. SND.NXT is always the highest number that
 * was sent: after a timeout segments are marked as lost, and none of them is ever treated as unsent.
 *
 *     pipe = the bytes thought to be in the network:  + each segment that is neither sacked nor lost
 *                                                     + each that was lost and has been sent again
 *
 * Those in the pipe stand in a second list, in the order in which they were sent last:
 *
 *     by number   A ─ B ─ C ─ D ─ E          C: sacked
 *     by time     A ─ D ─ E ─ B              B: lost, and sent again
 */
import { add, diff, geq, gt, leq, lt } from "../../base/seq32.ts";

// @rfc 8985 4 MUST
export class SentSegment {
  // Numbers from the beginning: of a field that was undefined first, engines keep each number that is not small in an object of its own.
  seq = 0;
  /** The first sequence number behind it, SYN and FIN included. */
  end = 0;
  /** SYN, FIN, PSH: the control bits that belong to its place in the stream. */
  flags = 0;
  /** When it was sent last. */
  sentNs = 0;
  /** The data of each segment on the wire but the last: a large segment is many. */
  segmentBytes: number = Number.POSITIVE_INFINITY;
  transmissions = 1;
  /** Thought to be lost. Cleared when it has been sent again. */
  isLost = false;
  /** The peer has it, though not all that comes before it. */
  isSacked = false;
  previous: SentSegment | null = null;
  next: SentSegment | null = null;
  /** Its neighbours in the list by time, while it is in the pipe. */
  earlier: SentSegment | null = null;
  later: SentSegment | null = null;
  /** What rate.ts notes when it is sent: bytes delivered until then, when, and when the first of its flight was sent. */
  deliveredBytes = 0;
  deliveredNs = 0;
  flightStartNs = 0;
  isAppLimited = false;
  /** Bytes in the pipe with it, and lost until then. */
  txInFlightBytes = 0;
  priorLostBytes = 0;

  constructor(
    seq: number,
    end: number,
    flags: number,
    sentNs: number,
    segmentBytes: number = Number.POSITIVE_INFINITY,
  ) {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.sentNs = sentNs;
    this.segmentBytes = segmentBytes;
  }

  /** It stands for another segment from now on, in no list yet. What rate.ts notes is noted anew. */
  begin(seq: number, end: number, flags: number, sentNs: number, segmentBytes: number): void {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.sentNs = sentNs;
    this.segmentBytes = segmentBytes;
    this.transmissions = 1;
    this.isLost = false;
    this.isSacked = false;
    this.previous = null;
    this.next = null;
  }

  /** How many segments it is on the wire. */
  get count(): number {
    const { length, segmentBytes } = this;
    return length <= segmentBytes ? 1 : Math.ceil(length / segmentBytes);
  }

  get length(): number {
    return diff(this.end, this.seq);
  }

  get isInPipe(): boolean {
    return !this.isLost && !this.isSacked;
  }
}

export class SentQueue {
  first: SentSegment | null = null;
  last: SentSegment | null = null;
  /** Of those in the pipe, the one that was sent first, and the one that was sent last. */
  oldest: SentSegment | null = null;
  newest: SentSegment | null = null;
  /** RFC 6675's pipe, in bytes. */
  pipeBytes = 0;
  sackedBytes = 0;
  sackedCount = 0;
  /** Lost, and not sent again. */
  lostBytes = 0;
  /** None before it is lost: where firstLost() begins to look. */
  #lostFrom: SentSegment | null = null;
  /** Where find() has looked last: the next block is mostly near. */
  #cursor: SentSegment | null = null;

  /** The last one that was acknowledged: the next one that is sent takes its place, so that most connections make few. */
  #spare: SentSegment | null = null;

  get isEmpty(): boolean {
    return this.first === null;
  }

  /** A segment that is sent for the first time, and not in the list yet. */
  make(seq: number, end: number, flags: number, sentNs: number, segmentBytes: number): SentSegment {
    const spare = this.#spare;
    if (spare === null) return new SentSegment(seq, end, flags, sentNs, segmentBytes);
    this.#spare = null;
    spare.begin(seq, end, flags, sentNs, segmentBytes);
    return spare;
  }

  push(segment: SentSegment): void {
    segment.previous = this.last;
    if (this.last === null) this.first = segment;
    else this.last.next = segment;
    this.last = segment;
    this.#enter(segment);
  }

  // @rfc 2018 8 MUST
  /** Takes the first one out, when all of it is acknowledged. It is good until the next one is made. */
  shiftAcknowledged(una: number): SentSegment | null {
    const { first } = this;
    if (first === null || gt(first.end, una)) return null;
    this.#leave(first);
    if (first.isSacked) this.sackedCount -= first.count;
    this.first = first.next;
    if (this.first === null) this.last = null;
    else this.first.previous = null;
    if (this.#lostFrom === first) this.#lostFrom = first.next;
    if (this.#cursor === first) this.#cursor = first.next;
    this.#spare = first;
    return first;
  }

  /** Cuts the front off the first one, as far as it is acknowledged; answers how many bytes that were. */
  trimAcknowledged(una: number): number {
    const { first } = this;
    if (first === null || !gt(una, first.seq)) return 0;
    const bytes = diff(una, first.seq);
    if (first.isSacked) this.sackedCount -= first.count;
    this.#count(first, -1);
    first.seq = una;
    this.#count(first, 1);
    if (first.isSacked) this.sackedCount += first.count;
    return bytes;
  }

  markLost(segment: SentSegment): void {
    if (!segment.isInPipe) return;
    this.#leave(segment);
    segment.isLost = true;
    this.#count(segment, 1);
    if (this.#lostFrom === null || lt(segment.seq, this.#lostFrom.seq)) this.#lostFrom = segment;
  }

  /** It was not lost after all, or is in the network again as far as anybody knows. */
  markFound(segment: SentSegment): void {
    if (segment.isInPipe) return;
    this.#leave(segment);
    segment.isLost = false;
    if (segment.isSacked) this.sackedCount -= segment.count;
    segment.isSacked = false;
    this.#enter(segment);
  }

  markSacked(segment: SentSegment): void {
    if (segment.isSacked) return;
    this.#leave(segment);
    segment.isLost = false;
    segment.isSacked = true;
    this.#count(segment, 1);
    this.sackedCount += segment.count;
  }

  /** It has been sent again. */
  markSent(segment: SentSegment, nowNs: number): void {
    this.#leave(segment);
    segment.isLost = false;
    segment.sentNs = nowNs;
    segment.transmissions++;
    this.#enter(segment);
  }

  /** The first one that is lost and has not been sent again. */
  firstLost(): SentSegment | null {
    if (this.lostBytes === 0) return null;
    let segment = this.#lostFrom;
    while (segment !== null && !segment.isLost) segment = segment.next;
    this.#lostFrom = segment;
    return segment;
  }

  /** The first one that ends behind `seq`; null when none does. */
  find(seq: number): SentSegment | null {
    let segment = this.#cursor ?? this.first;
    while (segment !== null && leq(segment.end, seq)) segment = segment.next;
    segment ??= this.last;
    while (segment?.previous && gt(segment.previous.end, seq)) segment = segment.previous;
    this.#cursor = segment;
    return segment === null || leq(segment.end, seq) ? null : segment;
  }

  /** Of a large segment, the last of those on the wire. */
  lastOnWire(segment: SentSegment): SentSegment {
    const { count, segmentBytes, seq } = segment;
    if (count === 1) return segment;
    this.split(segment, add(seq, (count - 1) * segmentBytes), 0);
    return segment.next as SentSegment;
  }

  /** Makes two of one, the first ending at `at`. What belongs to the end (FIN, PSH) goes with the second. */
  split(segment: SentSegment, at: number, frontFlags: number): void {
    const { end, flags, sentNs, segmentBytes, count } = segment;
    const rest = new SentSegment(at, end, flags, sentNs, segmentBytes);
    rest.transmissions = segment.transmissions;
    rest.isLost = segment.isLost;
    rest.isSacked = segment.isSacked;
    rest.deliveredBytes = segment.deliveredBytes;
    rest.deliveredNs = segment.deliveredNs;
    rest.flightStartNs = segment.flightStartNs;
    rest.isAppLimited = segment.isAppLimited;
    rest.txInFlightBytes = segment.txInFlightBytes;
    rest.priorLostBytes = segment.priorLostBytes;
    segment.end = at;
    segment.flags = frontFlags;
    rest.previous = segment;
    rest.next = segment.next;
    if (segment.next === null) this.last = rest;
    else segment.next.previous = rest;
    segment.next = rest;
    if (rest.isSacked) this.sackedCount += segment.count + rest.count - count;
    if (segment.isInPipe) this.#lineUpBehind(rest, segment);
  }

  clear(): void {
    this.first = null;
    this.last = null;
    this.oldest = null;
    this.newest = null;
    this.#lostFrom = null;
    this.#cursor = null;
    this.pipeBytes = 0;
    this.sackedBytes = 0;
    this.sackedCount = 0;
    this.lostBytes = 0;
  }

  /** Into the pipe, at its place in time, which is mostly the end. */
  #enter(segment: SentSegment): void {
    this.#count(segment, 1);
    let before = this.newest;
    while (before !== null && isSentAfter(before, segment)) before = before.earlier;
    this.#lineUpBehind(segment, before);
  }

  #lineUpBehind(segment: SentSegment, before: SentSegment | null): void {
    const after = before === null ? this.oldest : before.later;
    segment.earlier = before;
    segment.later = after;
    if (before === null) this.oldest = segment;
    else before.later = segment;
    if (after === null) this.newest = segment;
    else after.earlier = segment;
  }

  /** Out of what it is counted in. */
  #leave(segment: SentSegment): void {
    this.#count(segment, -1);
    if (!segment.isInPipe) return;
    const { earlier, later } = segment;
    if (earlier === null) this.oldest = later;
    else earlier.later = later;
    if (later === null) this.newest = earlier;
    else later.earlier = earlier;
    segment.earlier = null;
    segment.later = null;
  }

  #count(segment: SentSegment, sign: 1 | -1): void {
    const bytes = sign * segment.length;
    if (segment.isSacked) this.sackedBytes += bytes;
    else if (segment.isLost) this.lostBytes += bytes;
    else this.pipeBytes += bytes;
  }
}

/** RFC 8985 §5.2, RACK_sent_after: of what was sent at one moment, the one with the higher number was sent later. */
function isSentAfter(one: SentSegment, other: SentSegment): boolean {
  return one.sentNs > other.sentNs || (one.sentNs === other.sentNs && geq(one.seq, other.end));
}
