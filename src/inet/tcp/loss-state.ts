/**
 * What a connection remembers for finding out what is lost, and for taking back what it did when nothing was.
 *
 * Read first: RFC 8985 §5.3, RFC 6937 §3, RFC 5682, RFC 3522. rack.ts, tail-probe.ts, prr.ts and undo.ts are what happens
 * to it; the names are the RFCs'.
 */
import type { SackBlock } from "../../wire/tcp-options.ts";

/** RFC 8985 §5.3: of the segment that was sent last of those that have arrived. */
export class Rack {
  xmitNs: number = Number.NEGATIVE_INFINITY;
  endSeq = 0;
  rttNs = 0;
  /** Behind the highest number that has arrived. */
  fack = 0;
  isReorderingSeen = false;
  /** How often, and over how many segments at the most. */
  reorderings = 0;
  reordering = 0;
  reoWndMult = 1;
  reoWndPersist = 0;
  /** SND.NXT when the reordering window grew last: once in a round trip is enough. Null: not in this round. */
  dsackRound: number | null = null;
}

/** RFC 8985 §7.1: the probe of a tail. */
export class TailProbe {
  /** TLP.end_seq: SND.NXT when it was sent; null: none is out. */
  endSeq: number | null = null;
  isRetransmission = false;
}

/** RFC 6937 §3. */
export class ProportionalRate {
  /** RecoverFS. */
  priorBytes = 0;
  deliveredBytes = 0;
  outBytes = 0;
}

/** What the window was before it was reduced, and what would show that it need not have been. */
export class Undo {
  /** SND.UNA when the episode began; null: there is nothing to be undone. */
  marker: number | null = null;
  /** Retransmissions that no D-SACK has told of; negative: nothing was retransmitted yet. */
  pending = -1;
  /** Our timestamp at the first retransmission; null: none yet. */
  stamp: number | null = null;
  priorCwnd = 0;
  priorSsthresh = 0;
  /** RFC 5682: the timeout may have been spurious. */
  isFrto = false;
  /** RFC 5682 §2.1, step 2b: output() tries new data before it sends again what may be there. */
  wantsNewData = false;
}

const NO_BLOCKS: readonly SackBlock[] = [];

export class LossState {
  readonly rack: Rack = new Rack();
  readonly probe: TailProbe = new TailProbe();
  readonly prr: ProportionalRate = new ProportionalRate();
  readonly undo: Undo = new Undo();
  /** RFC 6675's RescueRxt: the end of the flight has gone again in this recovery. */
  isRescued = false;
  /** The blocks of the last ACK: what they say again is passed over. */
  blocks: readonly SackBlock[] = NO_BLOCKS;
}
