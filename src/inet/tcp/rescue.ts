/**
 * RFC 6675's last resorts: in recovery, when nothing is known to be lost and nothing new may go, what may be lost goes again.
 *
 * Read first: RFC 6675 §4, NextSeg, rules (3) and (4). For hosts whose tcp_recovery turns RACK off; RACK finds such losses by time, and
 * the probe of the tail those at the end. resend.ts sends what is marked here.
 */
import { gt } from "../../base/seq32.ts";
import { congestionRoom, unsentBytes, usableWindow } from "./room.ts";
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";
import { segmentBytes } from "./transmit.ts";

/** The bit of net.ipv4.tcp_recovery. */
const RACK = 1;

// @rfc 6675 4 REC-2
/** An ACK has come in recovery, and the window is set. One for each ACK, as the window has room for one. */
export function rescue(tcb: Tcb): void {
  const { sent, tcp } = tcb;
  if ((tcp.settings.recovery.value & RACK) !== 0 || sent.lostBytes > 0) return;
  if (congestionRoom(tcb) < segmentBytes(tcb)) return;
  // Rule (2): new data come first.
  if (unsentBytes(tcb) > 0 && usableWindow(tcb) >= Math.min(unsentBytes(tcb), segmentBytes(tcb))) return;
  const segment = belowWhatHasArrived(tcb) ?? highest(tcb);
  if (segment !== null) sent.markLost(segment);
}

/** Rule (3): above it something has arrived, though not enough to call it lost; it was not sent again yet. */
function belowWhatHasArrived({ sent, loss }: Tcb): SentSegment | null {
  for (let segment = sent.first; segment !== null && !gt(segment.end, loss.rack.fack); segment = segment.next) {
    if (segment.isInPipe && segment.transmissions === 1) return segment;
  }
  return null;
}

// @rfc 6675 4 SHOULD
/** Rule (4), RescueRxt: the highest one that has not arrived, once in each recovery; what has gone again already waits for the timer. */
function highest({ sent, loss }: Tcb): SentSegment | null {
  if (loss.isRescued) return null;
  let segment = sent.last;
  while (segment?.isSacked) segment = segment.previous;
  if (segment === null || segment.transmissions > 1) return null;
  loss.isRescued = true;
  return sent.lastOnWire(segment);
}
