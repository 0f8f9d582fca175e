/**
 * Explicit congestion notification: a router marks instead of dropping, the receiver echoes it, the sender slows down.
 *
 * Read first: RFC 3168 §6.1; Linux's tcp_ecn_* in tcp_input.c and tcp_output.c.
 *
 *     sender ── ECT ──▶ router ── CE ──▶ receiver
 *        ◀────────── ECE, in each ACK, until ──────
 *        ── CWR, with the next new data ──▶
 */
import * as wire from "../../wire/tcp.ts";
import type { SendOptions } from "../ip/ip.ts";
import type { AckNews } from "./ack-news.ts";
import { enterCwr } from "./episode.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

/** ECN of the IP header: capable, and marked. RFC 3168 §5. */
const ECT_0 = 2;
const CE = 3;
const ECN_MASK = 3;
const BOTH: number = wire.ECE | wire.CWR;

/** Of a connection that has agreed on it. */
export class Ecn {
  /** A mark has come, and the sender has not said that it slows down. */
  isEchoing = false;
  /** We have slowed down, and not said so yet. */
  isCwrDue = false;
  /** Those of the connection, and the same with ECT: made anew when they change. */
  #plain: SendOptions | null = null;
  #capable: SendOptions | null = null;

  capable(plain: SendOptions): SendOptions {
    if (this.#plain !== plain || this.#capable === null) {
      this.#plain = plain;
      this.#capable = { ...plain, trafficClass: ((plain.trafficClass ?? 0) & ~ECN_MASK) | ECT_0 };
    }
    return this.#capable;
  }
}

/** net.ipv4.tcp_ecn: 1: asked for; 2, the default: taken up when the peer asks. */
export function asksForEcn({ settings }: Tcp): boolean {
  return settings.ecn.value === 1;
}

/** RFC 3168 §6.1.1: a SYN with both bits asks. H32: the bits make no SYN malformed. */
export function takesUpEcn({ settings }: Tcp, syn: Segment): boolean {
  return settings.ecn.value !== 0 && (syn.flags & BOTH) === BOTH;
}

/** SYN-ACK agrees with ECE alone. */
export function isEcnAgreed(synAck: Segment): boolean {
  return (synAck.flags & BOTH) === wire.ECE;
}

/** RFC 3168 §6.1.3: a segment with data has come. */
export function takeMark({ ecn, acknowledgment, tcp }: Tcb, seg: Segment): void {
  if (ecn === null) return;
  if (seg.has(wire.CWR)) ecn.isEchoing = false;
  if (seg.ecn !== CE || seg.dataLength === 0) return;
  tcp.machine.counters.bump("TcpExtTCPDeliveredCEReceived");
  // The sender is to hear of it at once, and of what follows too.
  if (!ecn.isEchoing) acknowledgment.isNow = true;
  ecn.isEchoing = true;
}

// @rfc 9293 3.8.2 SHLD-8
/** RFC 3168 §6.1.2: the peer echoes a mark: the window is reduced, once in a window of data. So many segments have arrived. */
export function takeEcho(tcb: Tcb, seg: Segment, news: AckNews, delivered: number): void {
  const { ecn } = tcb;
  if (ecn === null || !seg.has(wire.ECE) || seg.has(wire.SYN)) return;
  news.isMarked = true;
  tcb.rate.markedSegments += delivered;
  if (tcb.phase !== "open") return;
  tcb.tcp.machine.counters.bump("TcpExtTCPDeliveredCE");
  enterCwr(tcb);
  ecn.isCwrDue = true;
}

// @rfc 3168 6.1.2 MUST-2; @rfc 3168 6.1.3 REC
/** The bits of a segment that carries so many new bytes. */
export function ecnFlags({ ecn }: Tcb, newBytes: number): number {
  if (ecn === null) return 0;
  let flags = ecn.isEchoing ? wire.ECE : 0;
  if (ecn.isCwrDue && newBytes > 0) {
    flags |= wire.CWR;
    ecn.isCwrDue = false;
  }
  return flags;
}

// @rfc 3168 6.1.4 MUST; @rfc 3168 6.1.5 MUST
/** RFC 3168 §6.1.5: neither retransmissions nor pure ACKs are capable. */
export function ecnOptions({ ecn, sendOptions }: Tcb, newBytes: number): SendOptions {
  return ecn === null || newBytes === 0 ? sendOptions : ecn.capable(sendOptions);
}
