/**
 * Fast open of a server: who comes with a good cookie has a connection before the handshake is complete.
 *
 * Read first: RFC 7413 §4.2.2 and §5.1; Linux's tcp_try_fastopen, tcp_fastopen_create_child.
 * Order: synArrives() of listen.ts → tryFastOpen(): a connection in SYN_RECEIVED, with the data of the SYN, in the accept queue;
 * it may be read and written → its SYN-ACK is acknowledged → ESTABLISHED.
 * fast-open-queue.ts bounds how many of these a listener has at a time.
 */
import { diff } from "../../base/seq32.ts";
import { startTransfer } from "./establish.ts";
import { FastOpen } from "./fast-open.ts";
import type { CookieKeys } from "./fast-open-cookie.ts";
import type { Listener } from "./listener.ts";
import { connectionFrom } from "./passive-open.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import type { Segment } from "./segment.ts";
import type { SynRequest } from "./syn-queue.ts";
import type { Tcb } from "./tcb.ts";
import { takeSynText } from "./text.ts";
import { RETRANSMIT } from "./timers.ts";
import { sendSyn } from "./transmit.ts";

/** Bits of net.ipv4.tcp_fastopen. */
const SERVER = 2;
const COOKIE_NOT_REQUIRED = 0x200;
const EVERY_LISTENER = 0x400;
/** How many a listener may have at a time: TCP_FASTOPEN, or its backlog where the settings say that all may. 0: none. */
export function fastOpenMax({ tcb, tcp, socket }: Listener): number {
  const { fastOpenMax } = tcb.options;
  const isForAll = (tcp.settings.fastopen.value & EVERY_LISTENER) !== 0;
  return fastOpenMax > 0 || !isForAll ? fastOpenMax : (socket.acceptQueue?.backlogMax ?? 0);
}

// @rfc 7413 4.2.2 REC-1
/** A connection at once; else null, and the request takes the usual way, with a cookie if one was asked for. */
export function tryFastOpen(request: SynRequest, seg: Segment): Tcb | null {
  const { listener } = request;
  const { tcp, tcb } = listener;
  const { counters } = tcp.machine;
  const given = seg.options.fastOpenCookie;
  if (given?.length === 0) counters.bump("TcpExtTCPFastOpenCookieReqd");
  const isAsked = seg.dataLength > 0 || given !== null;
  if ((tcp.settings.fastopen.value & SERVER) === 0 || !isAsked || !hasPlace(listener)) return null;
  const needsNone = (tcp.settings.fastopen.value & COOKIE_NOT_REQUIRED) !== 0 || tcb.options.fastOpenNoCookie;
  const keys = keysOf(listener);
  if (!needsNone) {
    if (given === null) return null;
    const whose = given.length === 0 ? "none" : keys.whose(request, given);
    // One that is missing, wrong or old is replaced.
    if (whose !== "current") request.fastOpenCookie = keys.cookie(request);
    if (whose === "old") counters.bump("TcpExtTCPFastOpenPassiveAltKey");
    if (whose === "none") {
      if (given.length > 0) counters.bump("TcpExtTCPFastOpenPassiveFail");
      return null;
    }
  }
  counters.bump("TcpExtTCPFastOpenPassive");
  return childOf(request, seg);
}

/** TCP_FASTOPEN_KEY, or the host's. */
function keysOf({ tcb, tcp }: Listener): CookieKeys {
  return tcb.options.fastOpenKeys ?? tcp.fastOpen.keys;
}

function hasPlace(listener: Listener): boolean {
  const max = fastOpenMax(listener);
  if (max === 0) return false;
  const { fastOpen, tcp } = listener;
  if (fastOpen.hasPlace(max, tcp.machine.scheduler.nowNs)) return true;
  tcp.machine.counters.bump("TcpExtTCPFastOpenListenOverflow");
  return false;
}

/** The connection, with the data of the SYN, waits for accept(2) and for the ACK of its SYN-ACK. */
function childOf(request: SynRequest, seg: Segment): Tcb {
  const { listener } = request;
  request.sentNs = listener.tcp.machine.scheduler.nowNs;
  const tcb = connectionFrom(request);
  const { socket, snd, timers } = tcb;
  tcb.fastOpen = new FastOpen(false);
  tcb.fastOpen.listener = listener;
  listener.fastOpen.enter();
  // RFC 7323 §2.2: the window of a SYN is never scaled.
  snd.wnd = seg.wnd;
  snd.maxWnd = seg.wnd;
  // The SYN-ACK is no small segment that others wait for.
  snd.sml = snd.una;
  startTransfer(tcb);
  socket?.connected();
  takeSynText(tcb, seg);
  tcb.fastOpen.isAcknowledged = diff(tcb.rcv.nxt, request.irs) > 1;
  timers.set(RETRANSMIT, rtoNs(tcb));
  sendSyn(tcb, undefined, request.fastOpenCookie);
  if (socket !== null) listener.socket.enqueue(socket);
  return tcb;
}
