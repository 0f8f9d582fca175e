/**
 * Tail loss probes: the end of what was sent has nothing behind it whose arrival would show that it is lost.
 *
 * Read first: RFC 8985 §7; Linux's tcp_schedule_loss_probe, tcp_send_loss_probe, tcp_process_tlp_ack.
 * Order: scheduleProbe() after data were sent and after ACKs → the timer → probeTail() in timeouts.ts → takeProbeAck().
 */
import { geq, gt } from "../../base/seq32.ts";
import type { AckNews } from "./ack-news.ts";
import { reduceOnce } from "./episode.ts";
import { paceDelayNs } from "./pacing.ts";
import type { Tcb } from "./tcb.ts";
import { RETRANSMIT, TAIL_PROBE } from "./timers.ts";

const NS_PER_MS = 1_000_000;
/** Linux's TCP_TIMEOUT_MIN: two ticks. */
const TIMEOUT_MIN_NS = 2 * NS_PER_MS;
/** RFC 8985 §7.2: where nothing was measured. */
const UNMEASURED_NS = 1000 * NS_PER_MS;

// @rfc 8985 7.2 REC
/** TLP_calc_PTO, and whether a probe makes sense at all. */
export function scheduleProbe(tcb: Tcb): void {
  const { sent, timers, sackPermitted, phase, loss, rtt, nowNs, tcp } = tcb;
  if (sent.first === null) {
    timers.clear(TAIL_PROBE);
    return;
  }
  // As on Linux not before the handshake is complete.
  const isUseful =
    sackPermitted && !tcb.isOpenEarly && tcp.settings.earlyRetrans.value >= 3 && (phase === "open" || phase === "cwr");
  if (!isUseful || sent.sackedCount > 0 || loss.probe.endSeq !== null) {
    timers.clear(TAIL_PROBE);
    return;
  }
  let timeoutNs = rtt.isMeasured ? 2 * rtt.srttNs : UNMEASURED_NS;
  // One segment alone may wait for its delayed ACK. RFC 8985 §7.2, TLP.max_ack_delay: as on Linux the least RTO.
  const isAlone = sent.first === sent.last && sent.first.count === 1;
  timeoutNs += rtt.isMeasured && isAlone ? tcp.settings.rtoMinNs : TIMEOUT_MIN_NS;
  timeoutNs += paceDelayNs(tcb);
  // The probe takes the place of a timeout that would come first.
  const leftNs = timers.dueNs(RETRANSMIT) - nowNs;
  timers.set(TAIL_PROBE, Math.max(1, Math.min(timeoutNs, leftNs)));
}

// @rfc 8985 7.4 MUST
/** RFC 8985 §7.4: was it a loss that the probe has mended, without anybody hearing of it? */
export function takeProbeAck(tcb: Tcb, news: AckNews): void {
  const { loss, snd, tcp } = tcb;
  const { probe } = loss;
  if (probe.endSeq === null || !geq(snd.una, probe.endSeq)) return;
  if (!probe.isRetransmission || news.isDuplicateSack) {
    probe.endSeq = null;
  } else if (gt(snd.una, probe.endSeq) || news.ackedBytes === 0) {
    // What came behind the probe is acknowledged, and nothing says that it was there twice.
    const isLoss = gt(snd.una, probe.endSeq);
    probe.endSeq = null;
    if (!isLoss) return;
    tcp.machine.counters.bump("TcpExtTCPLossProbeRecovery");
    reduceOnce(tcb);
  }
}
