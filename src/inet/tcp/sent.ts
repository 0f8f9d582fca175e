/**
 * The segments that are on their way, or were: from SND.UNA to SND.NXT, in order, with what became of each.
 *
 * Read first: RFC 9293 §3.8.1 (the retransmission queue), RFC 6675 §2 (pipe). SYN and FIN are segments of this list like
 * all others, so whatever is lost is sent again in the same way. SND.NXT is always the highest number that was sent: after
 * a timeout segments are marked as lost, and none of them is ever treated as unsent.
 *
 *     pipe = the bytes thought to be in the network:  + each segment that is neither sacked nor lost
 *                                                     + each that was lost and has been sent again
 */
import { diff, gt, leq } from "../../base/seq32.ts";

export class SentSegment {
  seq: number;
  /** The first sequence number behind it, SYN and FIN included. */
  end: number;
  /** SYN, FIN, PSH: the control bits that belong to its place in the stream. */
  flags: number;
  /** When it was sent last. */
  sentNs: number;
  transmissions = 1;
  /** Thought to be lost. Cleared when it has been sent again. */
  isLost = false;
  /** The peer has it, though not all that comes before it. */
  isSacked = false;
  previous: SentSegment | null = null;
  next: SentSegment | null = null;

  constructor(seq: number, end: number, flags: number, sentNs: number) {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.sentNs = sentNs;
  }

  get length(): number {
    return diff(this.end, this.seq);
  }
}

export class SentQueue {
  first: SentSegment | null = null;
  last: SentSegment | null = null;
  /** RFC 6675's pipe, in bytes. */
  pipeBytes = 0;

  get isEmpty(): boolean {
    return this.first === null;
  }

  push(segment: SentSegment): void {
    segment.previous = this.last;
    if (this.last === null) this.first = segment;
    else this.last.next = segment;
    this.last = segment;
    this.pipeBytes += segment.length;
  }

  /** Takes the first one out, when all of it is acknowledged; of one that is so in part, the front is cut off. */
  shiftAcknowledged(una: number): SentSegment | null {
    const { first } = this;
    if (first === null) return null;
    if (leq(first.end, una)) {
      this.#count(first, -1);
      this.first = first.next;
      if (this.first === null) this.last = null;
      else this.first.previous = null;
      return first;
    }
    if (gt(una, first.seq)) {
      this.#count(first, -1);
      first.seq = una;
      this.#count(first, 1);
    }
    return null;
  }

  markLost(segment: SentSegment): void {
    if (segment.isLost || segment.isSacked) return;
    this.#count(segment, -1);
    segment.isLost = true;
  }

  markSacked(segment: SentSegment): void {
    if (segment.isSacked) return;
    this.#count(segment, -1);
    segment.isLost = false;
    segment.isSacked = true;
  }

  /** It has been sent again. */
  markSent(segment: SentSegment, nowNs: number): void {
    this.#count(segment, -1);
    segment.isLost = false;
    segment.sentNs = nowNs;
    segment.transmissions++;
    this.#count(segment, 1);
  }

  /** The first one that is lost and has not been sent again. */
  firstLost(): SentSegment | null {
    let segment = this.first;
    while (segment !== null && !segment.isLost) segment = segment.next;
    return segment;
  }

  /** Makes two of one, the first ending at `at`. What belongs to the end (FIN, PSH) goes with the second. */
  split(segment: SentSegment, at: number, frontFlags: number): void {
    const rest = new SentSegment(at, segment.end, segment.flags, segment.sentNs);
    rest.transmissions = segment.transmissions;
    rest.isLost = segment.isLost;
    rest.isSacked = segment.isSacked;
    segment.end = at;
    segment.flags = frontFlags;
    rest.previous = segment;
    rest.next = segment.next;
    if (segment.next === null) this.last = rest;
    else segment.next.previous = rest;
    segment.next = rest;
  }

  clear(): void {
    this.first = null;
    this.last = null;
    this.pipeBytes = 0;
  }

  #count(segment: SentSegment, sign: 1 | -1): void {
    if (!segment.isLost && !segment.isSacked) this.pipeBytes += sign * segment.length;
  }
}
