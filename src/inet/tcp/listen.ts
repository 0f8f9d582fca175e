/**
 * A segment arrives at a listening socket: RFC 9293 §3.10.7.2; and at one of its requests, which are in SYN_RECEIVED.
 *
 * Read first: RFC 9293 §3.10.7.2 and §3.10.7.4, RFC 4987; Linux's tcp_conn_request and tcp_check_req.
 * Order: SYN → listenArrives() → a request in the SYN queue, or a cookie. ACK → requestArrives() → accept queue, which
 * may have no room (H31): then the ACK is passed over, and SYN-ACK is sent again.
 */

import { add, gt, leq, lt } from "../../base/seq32.ts";
import * as wire from "../../wire/tcp.ts";
import { segmentArrives } from "./arrives.ts";
import { isTooSoon } from "./challenge.ts";
import { answerTo, replyReset } from "./closed.ts";
import { takesUpEcn } from "./ecn.ts";
import { tryFastOpen } from "./fast-open-listen.ts";
import type { Listener } from "./listener.ts";
import { defaultMss } from "./mss.ts";
import { connectionFrom } from "./passive-open.ts";
import type { Segment } from "./segment.ts";
import { COOKIE_LIFE_NS, checkCookie, cookieTimestamp, makeCookie, readCookieTimestamp } from "./syn-cookie.ts";
import { enqueue, forget, offer, SynRequest, sendRequestAck, sendSynAck } from "./syn-queue.ts";
import { isOld, timestampNow } from "./timestamps.ts";

export function listenArrives(listener: Listener, seg: Segment): void {
  const { tcp } = listener;
  // First: RST. H19.
  if (seg.has(wire.RST)) return;
  // Second: ACK. Nothing was sent that it could acknowledge, unless a cookie comes back.
  if (seg.has(wire.ACK)) {
    if (!takeCookie(listener, seg)) replyReset(tcp, seg);
    return;
  }
  // Third: SYN. As on Linux one with FIN is dropped.
  if (!seg.has(wire.SYN) || seg.has(wire.FIN)) return;
  synArrives(listener, seg);
}

function synArrives(listener: Listener, seg: Segment): void {
  const { tcp } = listener;
  const { counters } = tcp.machine;
  const { syncookies, maxSynBacklog } = tcp.settings;
  const isFull = listener.isSynQueueFull;
  if (isFull && syncookies.value === 0) {
    counters.bump("TcpExtTCPReqQFullDrop");
    return;
  }
  // H31: a full accept queue drops the SYN, and the peer tries again.
  if (listener.isAcceptQueueFull) {
    counters.bump("TcpExtListenOverflows");
    counters.bump("TcpExtListenDrops");
    return;
  }
  const isCookie = isFull || syncookies.value === 2;
  // The last quarter is for peers that are known, and nobody is.
  if (!isCookie && syncookies.value === 0 && tcp.requestCount >= maxSynBacklog.value * (3 / 4)) {
    counters.bump("TcpExtListenDrops");
    return;
  }
  const request = requestFor(listener, seg);
  if (isCookie) {
    answerWithCookie(request);
  } else {
    request.iss = tcp.secrets.initialSequence(request, tcp.machine.scheduler.nowNs);
    if (tryFastOpen(request, seg) !== null) return;
    enqueue(request);
  }
  sendSynAck(request);
}

/** What the SYN says, and what we make of it. */
function requestFor(listener: Listener, seg: Segment): SynRequest {
  const { tcp } = listener;
  const { options } = seg;
  const { settings } = tcp;
  const request = new SynRequest(listener, answerTo(seg));
  request.irs = seg.seq;
  request.peerMss = options.mss > 0 ? options.mss : defaultMss(seg.source);
  request.peerScale = settings.windowScaling.value === 0 ? -1 : Math.min(options.windowScale, 14);
  request.sackPermitted = options.sackPermitted && tcp.settings.sack.value !== 0;
  request.hasTimestamps = options.hasTimestamps && settings.timestamps.value !== 0;
  request.isEcn = seg.has(wire.SYN) && takesUpEcn(tcp, seg);
  request.timestampRecent = options.timestampValue;
  if (settings.timestamps.value === 1) request.timestampOffset = tcp.secrets.timestampOffset(request);
  offer(request);
  return request;
}

function answerWithCookie(request: SynRequest): void {
  const { tcp } = request.listener;
  tcp.machine.counters.bump("TcpExtSyncookiesSent");
  request.listener.cookieSentNs = tcp.machine.scheduler.nowNs;
  request.iss = makeCookie(tcp, request, request.irs, request.peerMss);
  if (request.hasTimestamps) {
    const now = timestampNow(tcp, request.timestampOffset);
    const marked = cookieTimestamp(now, request.peerScale, request.sackPermitted);
    request.timestampOffset = add(request.timestampOffset, marked - now);
  } else {
    // Nothing remembers them.
    request.peerScale = -1;
    request.sackPermitted = false;
  }
}

/** An ACK for which there is no request: does it bring back a cookie? Then it makes a connection. */
function takeCookie(listener: Listener, seg: Segment): boolean {
  const { tcp } = listener;
  if (tcp.settings.syncookies.value === 0 || seg.has(wire.SYN)) return false;
  // As tcp_synq_no_recent_overflow on Linux: who has sent none has none to come back.
  if (tcp.machine.scheduler.nowNs - listener.cookieSentNs > COOKIE_LIFE_NS) return false;
  const mss = checkCookie(tcp, answerTo(seg), add(seg.seq, -1), add(seg.ack, -1));
  if (mss === null) {
    tcp.machine.counters.bump("TcpExtSyncookiesFailed");
    return false;
  }
  tcp.machine.counters.bump("TcpExtSyncookiesRecv");
  if (listener.isAcceptQueueFull) {
    tcp.machine.counters.bump("TcpExtListenOverflows");
    return true;
  }
  const request = requestFor(listener, seg);
  request.irs = add(seg.seq, -1);
  request.iss = add(seg.ack, -1);
  request.peerMss = mss;
  const known = request.hasTimestamps ? readCookieTimestamp(seg.options.timestampEcho) : null;
  request.peerScale = known?.scale ?? -1;
  request.sackPermitted = (known?.sackPermitted ?? false) && tcp.settings.sack.value !== 0;
  offer(request);
  establish(request, seg);
  return true;
}

/** RFC 9293 §3.10.7.4 for a request. "closed": it is no more, and the segment is nobody's. */
export function requestArrives(request: SynRequest, seg: Segment): "taken" | "closed" {
  const { listener } = request;
  const { tcp } = listener;
  const { counters } = tcp.machine;
  // The SYN again: SYN-ACK again.
  if (seg.seq === request.irs && (seg.flags & (wire.SYN | wire.ACK | wire.RST)) === wire.SYN) {
    if (!isTooSoon(tcp, request)) sendSynAck(request);
    return "taken";
  }
  if (!isAcceptable(request, seg)) {
    if (!seg.has(wire.RST) && !isTooSoon(tcp, request)) sendRequestAck(request);
    return "taken";
  }
  // RFC 5961 §3.2, other than Linux: a reset that is only somewhere in the window draws an ACK.
  if (seg.has(wire.RST) && seg.seq !== add(request.irs, 1)) {
    if (!isTooSoon(tcp, request)) sendRequestAck(request);
    return "taken";
  }
  if (seg.has(wire.RST) || (seg.has(wire.SYN) && seg.seq !== request.irs)) {
    // H14: back to LISTEN, by whose request it was; nobody is told. A SYN elsewhere in the window is answered.
    counters.bump("TcpExtEmbryonicRsts");
    counters.bump("TcpAttemptFails");
    forget(request);
    if (!seg.has(wire.RST)) replyReset(tcp, seg);
    return "taken";
  }
  if (!seg.has(wire.ACK)) return "taken";
  if (seg.ack !== add(request.iss, 1)) {
    replyReset(tcp, seg);
    return "taken";
  }
  acknowledged(request, seg);
  return "taken";
}

function isAcceptable(request: SynRequest, seg: Segment): boolean {
  const next = add(request.irs, 1);
  const { options } = seg;
  if (request.hasTimestamps && options.hasTimestamps && !seg.has(wire.RST)) {
    const { nowNs } = request.listener.tcp.machine.scheduler;
    if (isOld(request.timestampRecent, nowNs, nowNs, options.timestampValue)) return false;
  }
  return !lt(seg.end, next) && !gt(seg.seq, add(next, request.window));
}

/** The handshake is complete, if there is room. */
function acknowledged(request: SynRequest, seg: Segment): void {
  const { listener } = request;
  const { tcp, tcb } = listener;
  const { counters } = tcp.machine;
  const isBare = seg.dataLength === 0 && !seg.has(wire.FIN);
  if (isBare && request.retransmissions < tcb.options.deferAccept) {
    request.isAcknowledged = true;
    counters.bump("TcpExtTCPDeferAcceptDrop");
    return;
  }
  if (listener.isAcceptQueueFull) {
    counters.bump("TcpExtListenOverflows");
    counters.bump("TcpExtListenDrops");
    if (tcp.settings.abortOnOverflow.value !== 0) {
      forget(request);
      replyReset(tcp, seg);
    } else {
      request.isAcknowledged = true;
    }
    return;
  }
  if (request.hasTimestamps && seg.options.hasTimestamps && leq(seg.seq, add(request.irs, 1))) {
    request.timestampRecent = seg.options.timestampValue;
  }
  forget(request);
  establish(request, seg);
}

/** A connection of its own, which takes the segment in, and then waits for accept(2). */
function establish(request: SynRequest, seg: Segment): void {
  const { listener } = request;
  const connection = connectionFrom(request);
  const { socket } = connection;
  segmentArrives(connection, seg);
  if (socket !== null) listener.socket.enqueue(socket);
}
