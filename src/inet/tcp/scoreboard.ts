/**
 * SACK blocks arrive: which of the segments that were sent has the peer?
 *
 * Read first: RFC 2018 §5, RFC 2883 §4, RFC 6675 §4; Linux's tcp_sacktag_write_queue. Order: takeSack() → isDuplicate() →
 * isValid() → mark() of each block, less what the last ACK has said already. sent.ts is the scoreboard, rack.ts learns
 * from each segment that has arrived.
 */
import { diff, geq, gt, leq, lt } from "../../base/seq32.ts";
import type { SackBlock } from "../../wire/tcp-options.ts";
import type { AckNews } from "./ack-news.ts";
import { noteArrived } from "./rack.ts";
import { noteDelivered } from "./rate.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import { noteDuplicateSack } from "./undo.ts";

/** To be called when SND.UNA is where the segment's acknowledgment has brought it. */
export function takeSack(tcb: Tcb, seg: Segment, news: AckNews): void {
  const { loss, tcp } = tcb;
  const blocks = seg.options.sackBlocks;
  const [first, second] = blocks;
  if (first === undefined) {
    loss.blocks = blocks;
    return;
  }
  let isFirst = true;
  for (const block of blocks) {
    if (isFirst && isDuplicate(first, second, seg.ack)) {
      tcp.machine.counters.bump(lt(first.start, seg.ack) ? "TcpExtTCPDSACKRecv" : "TcpExtTCPDSACKOfoRecv");
      news.isDuplicateSack = true;
      // As tcp_dsack_seen: a block may tell of several.
      tcb.duplicateSegments += Math.max(1, Math.ceil(diff(first.end, first.start) / tcb.mss));
      noteDuplicateSack(tcb, first);
    } else if (isValid(tcb, block)) {
      mark(tcb, block, news);
    } else if (gt(block.end, tcb.snd.una)) {
      tcp.machine.counters.bump("TcpExtTCPSACKDiscard");
    }
    isFirst = false;
  }
  loss.blocks = blocks;
}

// @rfc 2883 5 REC
/** RFC 2883 §5: the first block is below the acknowledgment, or within the second one. */
function isDuplicate(first: SackBlock, second: SackBlock | undefined, ack: number): boolean {
  if (lt(first.start, ack)) return leq(first.end, ack);
  return second !== undefined && geq(first.start, second.start) && leq(first.end, second.end);
}

/** RFC 2018 §5.1 in Linux's words: of something that is on its way. */
function isValid({ snd }: Tcb, { start, end }: SackBlock): boolean {
  return gt(end, start) && gt(end, snd.una) && leq(end, snd.nxt) && lt(start, snd.nxt);
}

// @rfc 2018 5 REC
/** The peer has all of [start, end). */
function mark(tcb: Tcb, block: SackBlock, news: AckNews): void {
  const { sent, snd } = tcb;
  const start = newFrom(tcb, block);
  if (!lt(start, block.end)) return;
  let segment = sent.find(gt(start, snd.una) ? start : snd.una);
  for (; segment !== null && lt(segment.seq, block.end); segment = segment.next) {
    if (segment.isSacked) continue;
    if (lt(segment.seq, start)) {
      // The front of it has not arrived: the rest has its turn next.
      sent.split(segment, start, 0);
      continue;
    }
    if (gt(segment.end, block.end)) sent.split(segment, block.end, 0);
    noteArrived(tcb, segment, news);
    noteDelivered(tcb, segment, segment.length, segment.count);
    news.sackedBytes += segment.length;
    sent.markSacked(segment);
  }
}

/** Where a block goes on behind what the last ACK has told: the peer repeats itself. */
function newFrom({ loss }: Tcb, { start, end }: SackBlock): number {
  for (const known of loss.blocks) {
    if (leq(known.start, start) && gt(known.end, start)) return leq(known.end, end) ? known.end : end;
  }
  return start;
}
