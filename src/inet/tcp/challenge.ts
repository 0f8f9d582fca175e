/**
 * Answers to segments that don't fit: limited, or two hosts would answer each other for ever: H18.
 *
 * Read first: RFC 5961 §7; Linux's tcp_send_challenge_ack and tcp_oow_rate_limited.
 */
import { add } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { noteDuplicate } from "./sack.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import { sendAck } from "./transmit.ts";

const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;

/** How many challenge ACKs a host sends in a second. */
export class ChallengeLimit {
  #secondNs = 0;
  #count = 0;

  take({ machine, settings }: Tcp): boolean {
    const { nowNs } = machine.scheduler;
    if (nowNs - this.#secondNs >= NS_PER_SECOND) {
      this.#secondNs = nowNs;
      this.#count = 0;
    }
    return ++this.#count <= settings.challengeAckLimit.value;
  }
}

// @rfc 9293 3.10.7.4 MAY-12
/** RFC 5961: an ACK with our own numbers. */
export function challenge(tcb: Tcb): void {
  const { counters } = tcb.tcp.machine;
  if (isTooSoon(tcb.tcp, tcb) || !tcb.tcp.challenges.take(tcb.tcp)) {
    counters.bump("TcpExtTCPACKSkippedChallenge");
    return;
  }
  counters.bump("TcpExtTCPChallengeACK");
  sendAck(tcb);
}

/** An ACK for a segment outside the window. One with data is always answered: the peer may have lost our ACK. */
export function answerOutside(tcb: Tcb, seg: Segment): void {
  if ((seg.dataLength === 0 || seg.has(wire.SYN)) && isTooSoon(tcb.tcp, tcb)) {
    tcb.tcp.machine.counters.bump("TcpExtTCPACKSkippedSeq");
    return;
  }
  noteDuplicate(tcb, seg.dataSeq, add(seg.dataSeq, seg.dataLength));
  sendAck(tcb);
}

/** At most one such answer in tcp_invalid_ratelimit for each connection. */
export function isTooSoon({ machine, settings }: Tcp, whose: { lastChallengeNs: number }): boolean {
  const { nowNs } = machine.scheduler;
  if (nowNs - whose.lastChallengeNs < settings.invalidRatelimit.value * NS_PER_MS) return true;
  whose.lastChallengeNs = nowNs;
  return false;
}
