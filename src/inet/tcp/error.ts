/**
 * ICMP says that a segment of ours has come to grief.
 *
 * Read first: RFC 5927, RFC 1122 §4.2.3.9, RFC 9293 §3.9.2.2; Linux's tcp_v4_err. H34: a connection that stands is not ended
 * by such news, which anybody can send; and what is quoted must lie in flight.
 */
import { between } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import type { IcmpError } from "../ip/ip.ts";
import { fail } from "./finish.ts";
import { updateMss } from "./mss.ts";
import { output } from "./output.ts";
import { forget } from "./syn-queue.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import { segmentBytes } from "./transmit.ts";

/** Ports and sequence number: RFC 792 promises no more. */
const QUOTE_MIN_BYTES = 8;

// @rfc 9293 3.9.2.2 MUST-54
/** True when the segment was one of a connection that is there. */
export function error(tcp: Tcp, news: IcmpError): boolean {
  const { view, offset, length } = news;
  if (length < QUOTE_MIN_BYTES) return false;
  const localPort = wire.sourcePort(view, offset);
  const remotePort = wire.destinationPort(view, offset);
  const found = tcp.demux.find(news.source, localPort, news.destination, remotePort);
  if (found === null) return false;
  if (found.kind === "time-wait") return true;
  const seq = wire.sequence(view, offset);
  if (found.kind === "request") {
    if (seq === found.iss && news.kind === "unreachable") forget(found);
    return true;
  }
  // RFC 5927 §4.1.
  if (!between(found.snd.una, seq, found.snd.nxt)) {
    tcp.machine.counters.bump("TcpExtOutOfWindowIcmps");
    return true;
  }
  tell(found, news);
  return true;
}

// @rfc 9293 3.9.1.8 MUST-47; @rfc 9293 3.9.2.2 MUST-56, SHLD-25
function tell(tcb: Tcb, { kind, errno }: IcmpError): void {
  if (kind === "packet-too-big") {
    pathIsNarrower(tcb);
  } else if (tcb.state === "SYN_SENT" || tcb.state === "SYN_RECEIVED") {
    // RFC 1122 §4.2.3.9 would go on after soft errors; Linux tells the user at once.
    fail(tcb, errno, "ICMP");
  } else {
    tcb.softError = errno;
  }
}

/** RFC 1191 §6.5: what is in flight does not fit, and is sent again in smaller pieces. */
function pathIsNarrower(tcb: Tcb): void {
  const before = tcb.mss;
  updateMss(tcb);
  if (tcb.mss >= before) return;
  const { sent } = tcb;
  const bytes = segmentBytes(tcb);
  for (let segment = sent.first; segment !== null; segment = segment.next) {
    if (segment.length > bytes) sent.markLost(segment);
  }
  output(tcb);
}
