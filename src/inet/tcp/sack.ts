/**
 * What the peer is told of data that came early, and of data that came twice.
 *
 * Read first: RFC 2018 §3 and §4, RFC 2883 §4; Linux's tcp_sack_new_ofo_skb, tcp_sack_remove, tcp_dsack_set. scoreboard.ts
 * is what the other end makes of it.
 *
 *     first what came twice (D-SACK), once; then blocks of what waits, the one that has changed last first
 *
 * Whatever was told here is kept until the user has it: reassembly.ts never gives up what it has taken.
 */
import { geq, gt, leq, lt } from "../../base/seq32.ts";
import { SACK_BLOCKS_MAX, type SackBlock } from "../../wire/tcp-options.ts";
import type { Tcb } from "./tcb.ts";

const NONE: readonly SackBlock[] = [];

export class SackReceiver {
  /** The block that has changed last comes first. */
  #blocks: SackBlock[] = [];
  #duplicate: SackBlock | null = null;

  // @rfc 2018 4 MUST
  /** Data at [start, end) wait: RFC 2018 §4. */
  add(start: number, end: number): void {
    let first = start;
    let last = end;
    const others: SackBlock[] = [];
    for (const block of this.#blocks) {
      if (gt(block.start, last) || lt(block.end, first)) {
        others.push(block);
      } else {
        if (lt(block.start, first)) first = block.start;
        if (gt(block.end, last)) last = block.end;
      }
    }
    this.#blocks = [{ start: first, end: last }, ...others.slice(0, SACK_BLOCKS_MAX - 1)];
  }

  /** Everything before `nxt` is in order. */
  advance(nxt: number): void {
    if (this.#blocks.length > 0) this.#blocks = this.#blocks.filter((block) => gt(block.end, nxt));
  }

  /** RFC 2883 §4: data at [start, end) had come before. Only the first of such news goes with an ACK. */
  duplicate(start: number, end: number): void {
    this.#duplicate ??= { start, end };
  }

  // @rfc 2018 4 SHOULD-1, SHOULD-2; @rfc 2883 4 REC-2
  /** The blocks of the next segment. */
  blocks(blocksMax: number): readonly SackBlock[] {
    const duplicate = this.#duplicate;
    if (duplicate === null && this.#blocks.length === 0) return NONE;
    if (duplicate === null) return this.#blocks.length <= blocksMax ? this.#blocks : this.#blocks.slice(0, blocksMax);
    // RFC 2883 §4.2: the block around what came twice follows it.
    const around = this.#blocks.findIndex(({ start, end }) => leq(start, duplicate.start) && geq(end, duplicate.end));
    const rest = this.#blocks.filter((_, index) => index !== around);
    const blocks = around < 0 ? rest : [this.#blocks[around] as SackBlock, ...rest];
    return [duplicate, ...blocks].slice(0, blocksMax);
  }

  /** They have been sent. */
  sent(): void {
    this.#duplicate = null;
  }

  get count(): number {
    return this.#blocks.length + (this.#duplicate === null ? 0 : 1);
  }
}

/** Data at [start, end) came early, and were new. */
export function noteEarly(tcb: Tcb, start: number, end: number): void {
  if (!tcb.sackPermitted) return;
  tcb.sack ??= new SackReceiver();
  tcb.sack.add(start, end);
}

// @rfc 2883 4 REC-1
/** Data at [start, end) were here already: below RCV.NXT, or in what waits. */
export function noteDuplicate(tcb: Tcb, start: number, end: number): void {
  const { tcp, rcv } = tcb;
  if (!tcb.sackPermitted || tcp.settings.dsack.value === 0) return;
  const isOld = lt(start, rcv.nxt);
  // What lies beyond was not here, and is not kept.
  if (!isOld && tcb.heldBytes === 0) return;
  const last = isOld && gt(end, rcv.nxt) ? rcv.nxt : end;
  if (!gt(last, start)) return;
  tcp.machine.counters.bump(isOld ? "TcpExtTCPDSACKOldSent" : "TcpExtTCPDSACKOfoSent");
  tcb.sack ??= new SackReceiver();
  tcb.sack.duplicate(start, last);
}

/** So many blocks fit: 40 bytes of options, timestamps included. RFC 2018 §3. */
export function blocksMax({ timestamps }: Tcb): number {
  return timestamps === null ? SACK_BLOCKS_MAX : SACK_BLOCKS_MAX - 1;
}
