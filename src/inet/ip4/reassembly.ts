/**
 * Fragments become datagrams again.
 *
 * Read first: RFC 791 §3.2 ("An Example Reassembly Procedure"), RFC 1122 §3.3.2, RFC 5722 (overlaps), RFC 3168 §5.3; Linux's
 * ip_frag_queue and inet_frag_queue_insert.
 *
 *     runs of a datagram   [0 ········ 1480)        [2960 ········ 4440)      gaps are still to come
 *                           piece piece              piece
 *
 * A piece that lies within a run is there already, and is dropped; one that overlaps a run in part makes nonsense of the
 * datagram, of which everything is thrown away. The timer runs from the first piece, and is not restarted. What waits is bounded
 * by net.ipv4.ipfrag_high_thresh, and for each sender by net.ipv4.ipfrag_max_dist.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import { countDrop } from "../../base/machine.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";

const DATAGRAM_MAX_BYTES = 65_535;
/** The bits that stand for the four values of the ECN field, and what several together come to. */
const NOT_ECT = 1;
const CE = 8;

interface Piece {
  /** In bytes of the datagram's payload. */
  readonly offset: number;
  readonly end: number;
  readonly packet: Packet;
}

/** A datagram of which pieces are here. */
class Incomplete {
  readonly key: string;
  readonly peer: string;
  readonly frameKind: FrameKind;
  /** In the order of their places; none overlap. */
  readonly pieces: Piece[] = [];
  /** Bytes of payload that are here. */
  bytes = 0;
  trueBytes = 0;
  /** The end of the payload as far as it is known, and whether the last piece has told. */
  endOffset = 0;
  hasLast = false;
  ecnSeen = 0;
  /** The count of the sender's fragments when the last one for this datagram came. */
  lastCount = 0;
  readonly timer: TimedEvent;

  constructor(key: string, peer: string, frameKind: FrameKind, expire: (incomplete: Incomplete) => void) {
    this.timer = new TimedEvent("ip reassembly", () => expire(this));
    this.key = key;
    this.peer = peer;
    this.frameKind = frameKind;
  }
}

/** How many fragments a sender has sent while any of its datagrams is incomplete, and how many of those there are. */
interface Peer {
  fragments: number;
  datagrams: number;
}

export class Reassembly {
  readonly #ip: Ip;
  readonly #incomplete: Map<string, Incomplete> = new Map<string, Incomplete>();
  readonly #peers: Map<string, Peer> = new Map<string, Peer>();
  readonly #expire: (incomplete: Incomplete) => void = (incomplete) => this.#timeout(incomplete);
  #trueBytes = 0;

  constructor(ip: Ip) {
    this.#ip = ip;
  }

  /** True bytes of the fragments that wait. */
  get trueBytes(): number {
    return this.#trueBytes;
  }

  /** Datagrams of which pieces wait. */
  get size(): number {
    return this.#incomplete.size;
  }

  /** Takes a fragment, which starts with its IP header. Answers the datagram, if this was what was missing of it. */
  add(packet: Packet, arrival: Arrival): Packet | null {
    const { counters } = this.#ip.machine;
    counters.bump("IpReasmReqds");
    if (this.#trueBytes > this.#ip.settings.ipfragHighThreshold.value) {
      this.#discard(packet, "IpReasmFails");
      return null;
    }
    const incomplete = this.#find(packet, arrival) ?? this.#create(packet, arrival);
    const verdict = this.#place(incomplete, packet, arrival.headerLength);
    if (verdict !== "taken") {
      if (verdict === "overlap") counters.bump("IpExtReasmOverlaps");
      this.#discard(packet, verdict === "duplicate" ? "IpExtReasmDuplicates" : "IpReasmFails");
      if (verdict !== "duplicate") this.#forget(incomplete);
      return null;
    }
    if (!incomplete.hasLast || incomplete.bytes < incomplete.endOffset) return null;
    return this.#join(incomplete);
  }

  #find(packet: Packet, arrival: Arrival): Incomplete | undefined {
    const found = this.#incomplete.get(keyOf(packet, arrival));
    if (found === undefined) return undefined;
    const peer = this.#peers.get(found.peer) as Peer;
    const distance = ++peer.fragments - found.lastCount;
    found.lastCount = peer.fragments;
    const distanceMax = this.#ip.settings.ipfragMaxDistance.value;
    if (distanceMax === 0 || distance <= distanceMax) return found;
    // Its number has come round again: what is here is of an older datagram.
    this.#ip.machine.counters.bump("IpReasmFails");
    this.#forget(found);
    return undefined;
  }

  #create(packet: Packet, arrival: Arrival): Incomplete {
    const peerKey = arrival.source.toString();
    const peer = this.#peers.get(peerKey) ?? { fragments: 0, datagrams: 0 };
    this.#peers.set(peerKey, peer);
    peer.datagrams++;
    const created = new Incomplete(keyOf(packet, arrival), peerKey, arrival.frameKind, this.#expire);
    created.lastCount = ++peer.fragments;
    this.#incomplete.set(created.key, created);
    this.#ip.machine.scheduler.after(created.timer, this.#ip.settings.ipfragTimeNs);
    return created;
  }

  #place(of: Incomplete, packet: Packet, headerLength: number): "taken" | "duplicate" | "overlap" | "nonsense" {
    const { view, start } = packet;
    const isLast = !ipv4.moreFragments(view, start);
    const offset = ipv4.fragmentOffset(view, start);
    const length = packet.length - headerLength;
    // RFC 791 §3.2: all but the last carry a multiple of eight; Linux takes as much of others.
    const end = offset + (isLast ? length : length & ~7);
    if (end === offset || end + headerLength > DATAGRAM_MAX_BYTES) return "nonsense";
    if (isLast ? end < of.endOffset || (of.hasLast && end !== of.endOffset) : of.hasLast && end > of.endOffset) {
      return "nonsense";
    }
    const place = placeOf(of.pieces, offset, end);
    if (typeof place === "string") return place;
    packet.truncate(headerLength + end - offset);
    packet.compact(0);
    of.pieces.splice(place, 0, { offset, end, packet });
    of.bytes += end - offset;
    of.endOffset = Math.max(of.endOffset, end);
    of.hasLast ||= isLast;
    of.ecnSeen |= 1 << (ipv4.typeOfService(view, start) & 3);
    of.trueBytes += packet.trueSizeBytes;
    this.#trueBytes += packet.trueSizeBytes;
    return "taken";
  }

  #join(whole: Incomplete): Packet | null {
    const first = (whole.pieces[0] as Piece).packet;
    const headerLength = ipv4.headerLength(first.view, first.start);
    this.#forget(whole);
    const total = headerLength + whole.endOffset;
    const congestion = congestionOf(whole.ecnSeen);
    if (congestion === "nonsense" || total > DATAGRAM_MAX_BYTES) {
      countDrop(this.#ip.machine, "IpReasmFails", total);
      return null;
    }
    const joined = Packet.allocate(total);
    const bytes = joined.bytes.subarray(joined.start, joined.end);
    first.copyTo(bytes.subarray(0, headerLength));
    for (const { offset, end, packet } of whole.pieces) {
      const from = ipv4.headerLength(packet.view, packet.start);
      packet.copyTo(bytes.subarray(headerLength + offset, headerLength + end), from);
    }
    if (congestion === "experienced") ipv4.setCongestionExperienced(joined.view, joined.start);
    ipv4.setFragment(joined.view, joined.start, total, 0, false);
    this.#ip.machine.counters.bump("IpReasmOKs");
    return joined;
  }

  #timeout(late: Incomplete): void {
    const { counters } = this.#ip.machine;
    counters.bump("IpReasmTimeout");
    counters.bump("IpReasmFails");
    const first = late.pieces[0];
    // RFC 792: "If fragment zero is not available then no time exceeded need be sent at all."
    if (first !== undefined && first.offset === 0) this.#ip.sendError(first.packet, late.frameKind, TIME_EXCEEDED);
    this.#forget(late);
  }

  #forget(gone: Incomplete): void {
    this.#ip.machine.scheduler.events.cancel(gone.timer);
    this.#incomplete.delete(gone.key);
    this.#trueBytes -= gone.trueBytes;
    gone.trueBytes = 0;
    const peer = this.#peers.get(gone.peer) as Peer;
    if (--peer.datagrams === 0) this.#peers.delete(gone.peer);
  }

  #discard(packet: Packet, counter: string): void {
    countDrop(this.#ip.machine, counter, packet.length);
    packet.release();
  }
}

const TIME_EXCEEDED: icmpv4.Message = { kind: "time-exceeded", code: icmpv4.REASSEMBLY_TIME_EXCEEDED };

/** RFC 791: the four fields that tell datagrams apart. */
function keyOf({ view, start }: Packet, { source, destination }: Arrival): string {
  return `${source} ${destination} ${ipv4.protocol(view, start)} ${ipv4.identification(view, start)}`;
}

/** Where the piece goes among the others. Pieces that follow one another without a gap are one run. */
function placeOf(pieces: readonly Piece[], offset: number, end: number): number | "duplicate" | "overlap" {
  // Fragments mostly come in order, and then the place is the end.
  let place = pieces.length;
  while (place > 0 && (pieces[place - 1] as Piece).offset >= offset) place--;
  const before = pieces[place - 1];
  const behind = pieces[place];
  if ((before === undefined || before.end <= offset) && (behind === undefined || behind.offset >= end)) return place;
  // It touches others: harmless only where a run has all of it.
  let covered = before !== undefined && before.end > offset ? before.end : offset;
  for (let index = place; index < pieces.length && covered < end; index++) {
    const piece = pieces[index] as Piece;
    if (piece.offset > covered) break;
    covered = Math.max(covered, piece.end);
  }
  return covered >= end ? "duplicate" : "overlap";
}

/** RFC 3168 §5.3, as Linux's ip_frag_ecn_table: one piece marked marks all; marked and unmarked kinds do not mix. */
function congestionOf(seen: number): "none" | "experienced" | "nonsense" {
  if ((seen & CE) === 0) return "none";
  return (seen & NOT_ECT) === 0 ? "experienced" : "nonsense";
}
