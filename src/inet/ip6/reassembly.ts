/**
 * IPv6 fragments become packets again.
 *
 * Read first: RFC 8200 §4.5, RFC 5722 (an overlap discards the packet, and so do later pieces of it), RFC 7112 (the first piece has
 * all headers); Linux's net/ipv6/reassembly.c.
 *
 *     [0 ········ 1448)        [2896 ········ 4344)        4344 … 5000, last        gaps are still to come
 *
 * The timer runs from the first piece, and is not restarted. What waits is bounded by net.ipv6.ip6frag_high_thresh.
 */

import { IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../abi/socket.ts";
import { TimedEvent } from "../../base/event-queue.ts";
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";

const NS_PER_SECOND = 1_000_000_000;

interface Piece {
  /** In bytes of the fragmentable part. */
  readonly offset: number;
  readonly end: number;
  readonly packet: Packet;
  /** Bytes of the piece before its data, fragment header included. */
  readonly headers: number;
  /** Where in the piece the octet is that announces the fragment header. */
  readonly field: number;
}

/** A packet of which pieces are here. */
class Incomplete {
  readonly key: string;
  readonly frameKind: FrameKind;
  readonly through: Interface | null;
  /** In the order of their places; none overlap. */
  readonly pieces: Piece[] = [];
  bytes = 0;
  trueBytes = 0;
  /** The end of the data, once the last piece has told it. */
  totalBytes: number | null = null;
  /** RFC 5722: pieces overlapped, so whatever else comes of it is dropped until the timer ends. */
  isSpoilt = false;
  readonly timer: TimedEvent;

  constructor(key: string, { frameKind, through }: Arrival, expire: (incomplete: Incomplete) => void) {
    this.timer = new TimedEvent("ipv6 reassembly", () => expire(this));
    this.key = key;
    this.frameKind = frameKind;
    this.through = through;
  }
}

export class Reassembly6 {
  readonly #ip: Ip;
  readonly #incomplete: Map<string, Incomplete> = new Map<string, Incomplete>();
  readonly #expire: (incomplete: Incomplete) => void = (incomplete) => this.#timeout(incomplete);
  #trueBytes = 0;

  constructor(ip: Ip) {
    this.#ip = ip;
  }

  /** True bytes of the fragments that wait. */
  get trueBytes(): number {
    return this.#trueBytes;
  }

  /** Packets of which pieces wait, or were thrown away. */
  get size(): number {
    return this.#incomplete.size;
  }

  /**
   * Takes a fragment whose fragment header is `at` bytes behind its start and announced by the octet at `field`. Answers the
   * packet, without that header, if this was what was missing of it.
   */
  add(packet: Packet, arrival: Arrival, at: number, field: number): Packet | null {
    this.#ip.machine.counters.bump("Ip6ReasmReqds");
    const header = extension.parseFragment(packet.view, packet.start + at);
    const headers = at + extension.FRAGMENT_LENGTH;
    const length = packet.length - headers;
    const offset = header.fragmentOffset;
    if (!this.#isSound(packet, arrival, at, header)) return null;
    if (this.#trueBytes > this.#ip.v6.settings.ip6fragHighThreshold.value) {
      this.#discard(packet, "Ip6ReasmFails");
      return null;
    }
    const key = `${arrival.source} ${arrival.destination} ${header.identification} ${scopeOf(arrival)}`;
    const incomplete = this.#incomplete.get(key) ?? this.#create(key, arrival);
    const piece = { offset, end: offset + length, packet, headers, field };
    const counter = incomplete.isSpoilt ? "Ip6ReasmFails" : place(incomplete, piece, !header.moreFragments);
    if (counter !== null) {
      this.#discard(packet, counter);
      if (counter === "Ip6ReasmFails") this.#spoil(incomplete);
      return null;
    }
    packet.compact(0);
    incomplete.trueBytes += packet.trueSizeBytes;
    this.#trueBytes += packet.trueSizeBytes;
    return incomplete.bytes === incomplete.totalBytes ? this.#join(incomplete) : null;
  }

  /** RFC 8200 §4.5: can it be a piece of anything? If not it is dropped, and the sender told. */
  #isSound(packet: Packet, arrival: Arrival, at: number, header: extension.FragmentHeader): boolean {
    const headers = at + extension.FRAGMENT_LENGTH;
    const length = packet.length - headers;
    const { fragmentOffset, moreFragments } = header;
    const problem = (code: number, pointer: number): false => {
      const message = { kind: "parameter-problem", code, pointer } as const;
      this.#ip.v6.sendError(packet, arrival.frameKind, message, arrival.through);
      this.#discard(packet, "Ip6InHdrErrors");
      return false;
    };
    if (moreFragments && length % 8 !== 0) return problem(icmpv6.ERRONEOUS_HEADER, 4);
    if (fragmentOffset + length + headers - ipv6.HEADER_LENGTH - 8 > ipv6.PAYLOAD_MAX_BYTES) {
      return problem(icmpv6.ERRONEOUS_HEADER, at + 2);
    }
    if (length === 0) {
      this.#discard(packet, "Ip6ReasmFails");
      return false;
    }
    if (fragmentOffset === 0 && isHeaderChainCut(packet, headers, header.nextHeader)) {
      // RFC 7112 §5: the sender is told with code 3.
      return problem(icmpv6.INCOMPLETE_HEADER_CHAIN, 0);
    }
    return true;
  }

  #create(key: string, arrival: Arrival): Incomplete {
    const created = new Incomplete(key, arrival, this.#expire);
    this.#incomplete.set(key, created);
    const seconds = this.#ip.v6.settings.ip6fragTime.value;
    this.#ip.machine.scheduler.after(created.timer, seconds * NS_PER_SECOND);
    return created;
  }

  #join(whole: Incomplete): Packet {
    const first = whole.pieces[0] as Piece;
    const unfragmentable = first.headers - extension.FRAGMENT_LENGTH;
    const { nextHeader } = extension.parseFragment(first.packet.view, first.packet.start + unfragmentable);
    const joined = Packet.allocate(unfragmentable + whole.bytes);
    first.packet.copyTo(joined.bytes.subarray(joined.start, joined.start + unfragmentable));
    for (const { offset, end, packet, headers } of whole.pieces) {
      const data = joined.start + unfragmentable;
      packet.copyTo(joined.bytes.subarray(data + offset, data + end), headers);
    }
    joined.view.setUint8(joined.start + first.field, nextHeader);
    ipv6.setPayloadLength(joined.view, joined.start, unfragmentable - ipv6.HEADER_LENGTH + whole.bytes);
    this.#forget(whole);
    this.#ip.machine.counters.bump("Ip6ReasmOKs");
    return joined;
  }

  #timeout(late: Incomplete): void {
    const { counters } = this.#ip.machine;
    counters.bump("Ip6ReasmTimeout");
    const first = late.pieces[0];
    if (!late.isSpoilt) counters.bump("Ip6ReasmFails");
    // RFC 8200 §4.5: only if the first fragment has come.
    if (first?.offset === 0) this.#ip.v6.sendError(first.packet, late.frameKind, TIME_EXCEEDED, late.through);
    this.#forget(late);
  }

  /** The pieces go; the entry stays until its time is over, so that late ones find that it is spoilt. */
  #spoil(spoilt: Incomplete): void {
    spoilt.isSpoilt = true;
    spoilt.pieces.length = 0;
    this.#trueBytes -= spoilt.trueBytes;
    // It counts as something, lest there be no end of them.
    spoilt.trueBytes = SPOILT_BYTES;
    this.#trueBytes += SPOILT_BYTES;
  }

  #forget(gone: Incomplete): void {
    this.#ip.machine.scheduler.events.cancel(gone.timer);
    this.#incomplete.delete(gone.key);
    this.#trueBytes -= gone.trueBytes;
  }

  #discard(packet: Packet, counter: string): void {
    countDrop(this.#ip.machine, counter, packet.length);
    packet.release();
  }
}

const SPOILT_BYTES = 256;
const TIME_EXCEEDED = { kind: "time-exceeded", code: icmpv6.REASSEMBLY_TIME_EXCEEDED } as const;

/** RFC 4007: equal link-local addresses on two links are two hosts. */
function scopeOf({ source, destination, through }: Arrival): number {
  return source.isLinkLocal || destination.isLinkLocal || destination.isMulticast ? (through?.index ?? 0) : 0;
}

/** Puts the piece in its place; or answers the counter for one that is there already, or makes nonsense of the packet. */
function place(of: Incomplete, piece: Piece, isLast: boolean): string | null {
  const { offset, end } = piece;
  const ends = of.pieces.at(-1)?.end ?? 0;
  if (isLast && (end < ends || (of.totalBytes !== null && of.totalBytes !== end))) return "Ip6ReasmFails";
  if (!isLast && of.totalBytes !== null && end > of.totalBytes) return "Ip6ReasmFails";
  // Fragments mostly come in order, and then the place is the end.
  let index = of.pieces.length;
  while (index > 0 && (of.pieces[index - 1] as Piece).offset >= offset) index--;
  const before = of.pieces[index - 1];
  const behind = of.pieces[index];
  // RFC 8200 §4.5: exactly the same piece once more is no overlap.
  if (behind?.offset === offset && behind.end === end) return "Ip6ReasmDuplicates";
  if ((before !== undefined && before.end > offset) || (behind !== undefined && behind.offset < end)) {
    return "Ip6ReasmFails";
  }
  of.pieces.splice(index, 0, piece);
  of.bytes += end - offset;
  if (isLast) of.totalBytes = end;
  return null;
}

const TRANSPORT_HEADERS: ReadonlyMap<number, number> = new Map([
  [IPPROTO_TCP, 20],
  [IPPROTO_UDP, 8],
  [IPPROTO_ICMPV6, 4],
  [extension.NO_NEXT_HEADER, 0],
]);

/** RFC 7112 §5: does a first fragment end before the headers do? */
function isHeaderChainCut(packet: Packet, headers: number, nextHeader: number): boolean {
  packet.pullUp(packet.length);
  const available = packet.length - headers;
  const walk = extension.walk(packet.view, packet.start + headers, available, nextHeader);
  if (walk.isCut) return true;
  const transport = TRANSPORT_HEADERS.get(walk.protocol) ?? 1;
  return walk.offset + transport > packet.start + packet.length;
}
