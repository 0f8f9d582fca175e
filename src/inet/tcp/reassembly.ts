/**
 * Segments that came before others that are missing: kept in order, without overlaps.
 *
 * Read first: RFC 9293 §3.10.7.4, "seventh" (what may be kept), RFC 815 in spirit.
 *
 *     rcv.nxt                                        rcv.nxt + rcv.wnd
 *        ↓   hole      ↓ held ↓   hole   ↓ held ↓           ↓
 *        │·············│ [ e f ] [ g ]   │ [ m ] FIN        │
 *
 * The bound is that of the receive buffer: input never keeps more than it has room for.
 */
import { diff, geq, gt, leq, lt } from "../../base/seq32.ts";
import type { Packet } from "../../wire/packet.ts";
import type { SackBlock } from "../../wire/tcp-options.ts";

export interface HeldSegment {
  /** Its data: what it had beside them is cut off. */
  readonly packet: Packet;
  readonly seq: number;
  readonly end: number;
  /** A FIN stands behind its data. */
  readonly fin: boolean;
}

export class Reassembly {
  /** Ascending. Segments mostly come in order behind one hole, so the end is where one looks first. */
  readonly #held: HeldSegment[] = [];
  /** True bytes. */
  bytes = 0;

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  get segments(): readonly HeldSegment[] {
    return this.#held;
  }

  /** Keeps the data at [seq, end), less what is here already. False: nothing of it was new. */
  insert(packet: Packet, seq: number, end: number, fin: boolean): boolean {
    const held = this.#held;
    let place = held.length;
    while (place > 0 && gt((held[place - 1] as HeldSegment).seq, seq)) place--;
    let start = seq;
    const before = held[place - 1];
    if (before !== undefined && geq(before.end, seq)) {
      // What is here covers it, unless it brings a FIN that was not known.
      if (geq(before.end, end) && !(fin && !before.fin && before.end === end)) return false;
      start = lt(before.end, end) ? before.end : end;
    }
    this.#cover(place, end, fin);
    const cut = diff(start, seq);
    if (cut > 0) consume(packet, cut);
    held.splice(place, 0, { packet, seq: start, end, fin });
    this.bytes += packet.trueSizeBytes;
    return true;
  }

  // @rfc 2883 4.2 REC
  /** The first run of what is here already within [seq, end): RFC 2883 §4.2.3 tells of that alone. Null: all of it is new. */
  overlap(seq: number, end: number): SackBlock | null {
    const held = this.#held;
    let place = held.length;
    while (place > 0 && gt((held[place - 1] as HeldSegment).end, seq)) place--;
    const first = held[place];
    if (first === undefined || geq(first.seq, end)) return null;
    let last = first.end;
    for (let next = held[++place]; next !== undefined && next.seq === last; next = held[++place]) last = next.end;
    return { start: gt(first.seq, seq) ? first.seq : seq, end: lt(last, end) ? last : end };
  }

  /** Takes out the next one that begins at or before `nxt`; undefined while there is a hole. */
  shift(nxt: number): HeldSegment | undefined {
    const [first] = this.#held;
    if (first === undefined || gt(first.seq, nxt)) return undefined;
    this.#held.shift();
    this.bytes -= first.packet.trueSizeBytes;
    return first;
  }

  /** Gives up the one farthest ahead, to make room for what comes first. */
  dropLast(): HeldSegment | undefined {
    const last = this.#held.pop();
    if (last !== undefined) this.bytes -= last.packet.trueSizeBytes;
    return last;
  }

  clear(): void {
    this.#held.length = 0;
    this.bytes = 0;
  }

  /** Removes from `place` on what the new one covers, and cuts it where it is covered in part. */
  #cover(place: number, end: number, fin: boolean): void {
    const held = this.#held;
    for (;;) {
      const after = held[place];
      if (after === undefined || geq(after.seq, end)) return;
      held.splice(place, 1);
      this.bytes -= after.packet.trueSizeBytes;
      if (leq(after.end, end) && (fin || !after.fin)) continue;
      const cut = Math.min(diff(end, after.seq), diff(after.end, after.seq));
      consume(after.packet, cut);
      held.splice(place, 0, { ...after, seq: end });
      this.bytes += after.packet.trueSizeBytes;
      return;
    }
  }
}

/** Takes so many bytes off the front of a packet that has no header any more. */
export function consume(packet: Packet, count: number): void {
  const inHead = Math.min(count, packet.headLength);
  packet.trimStart(inHead);
  const { tail } = packet;
  if (count > inHead && tail !== null) packet.tail = tail.subarray(count - inHead);
}
