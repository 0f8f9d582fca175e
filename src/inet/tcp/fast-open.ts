/**
 * Fast open of a client: data go with the SYN, a round trip earlier than they could otherwise.
 *
 * Read first: RFC 7413 §4.2; Linux's tcp_fastopen_cookie_check, tcp_send_syn_data, tcp_rcv_fastopen_synack and
 * tcp_fastopen_active_detect_blackhole. fast-open-listen.ts is the server.
 *
 *     first time       SYN, "a cookie, please" ──▶      ◀── SYN-ACK, cookie       data go behind the handshake
 *     from then on     SYN, cookie, data ──────▶      ◀── SYN-ACK of the data       the answer may follow at once
 *
 * Order: connect(2) or sendmsg(2) → open.ts → beginFastOpen() → sendFastSyn() → synSentArrives() → takeFastOpenAnswer().
 * A SYN that is sent again has neither cookie nor data: whatever is wrong, the connection is made as ever.
 */
import { add, gt } from "../../base/seq32.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import type { Listener } from "./listener.ts";
import { updateMss } from "./mss.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import type { Segment } from "./segment.ts";
import { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import { RETRANSMIT } from "./timers.ts";
import { sendSyn } from "./transmit.ts";

/** Bits of net.ipv4.tcp_fastopen. */
const CLIENT = 1;
const CLIENT_NO_COOKIE = 4;
/** Room that is left for options of the peers' middleboxes: MAX_TCP_OPTION_SPACE. */
const OPTIONS_MAX_BYTES = 40;
/** Of consecutive timeouts, the one at which the path is suspected. */
const SUSPECT_TIMEOUTS = 2;
const NO_COOKIE = new Uint8Array(0);

/** TFO_COOKIE_UNAVAILABLE, TFO_DATA_NOT_ACKED, TFO_SYN_RETRANSMITTED. */
const UNAVAILABLE = 1;
const NOT_ACKNOWLEDGED = 2;
const SENT_AGAIN = 3;

/** What a connection keeps that is, or may be, opened fast. */
export class FastOpen {
  /** TCP_FASTOPEN_CONNECT: connect(2) has said yes, and SYN waits for data. */
  isDeferred: boolean;
  /** The SYN had a cookie, or asked for one, or had data. */
  isAsked = false;
  /** Bytes of data in the SYN of ours. */
  synBytes = 0;
  /** The data of the SYN, of either side, have been taken. */
  isAcknowledged = false;
  /** tcpi_fastopen_client_fail. */
  clientFailure = 0;
  /** It shows whether a path that was suspected is better now. */
  isTrial = false;
  /** Of a server: in whose queue it counts, until the handshake is complete. */
  listener: Listener | null = null;

  constructor(isDeferred: boolean) {
    this.isDeferred = isDeferred;
  }
}

/** May a SYN have data, and with which cookie? An empty one: it asks for one. Null: it says nothing of it. */
interface Permission {
  readonly mayHaveData: boolean;
  readonly cookie: Uint8Array | null;
}

/** net.ipv4.tcp_fastopen: do programs of this host open fast? */
export function isClientEnabled({ settings }: Tcp): boolean {
  return (settings.fastopen.value & CLIENT) !== 0;
}

/** The connection has its numbers, and its SYN may go: with data, or later. */
export function beginFastOpen(tcb: Tcb, fastOpen: FastOpen): void {
  // With TCP_FASTOPEN_CONNECT the data come later, unless there is no cookie, when waiting would gain nothing.
  if (fastOpen.isDeferred && permissionOf(tcb, fastOpen).mayHaveData) return;
  if (fastOpen.isDeferred) sendFastSyn(tcb, fastOpen, NO_COOKIE);
}

/** Sends SYN, with as much of the data as may go along: so many bytes. */
export function sendFastSyn(tcb: Tcb, fastOpen: FastOpen, data: Uint8Array): number {
  const { snd, timers, sent, nowNs } = tcb;
  const { mayHaveData, cookie } = permissionOf(tcb, fastOpen);
  fastOpen.isDeferred = false;
  fastOpen.isAsked = cookie !== null || mayHaveData;
  const bytes = mayHaveData ? Math.min(data.length, roomInSyn(tcb)) : 0;
  sent.push(new SentSegment(tcb.iss, add(tcb.iss, 1), wire.SYN, nowNs));
  let packet = Packet.allocate(0);
  if (bytes > 0) {
    tcb.sendQueue.append(data, 0, bytes, tcb);
    packet = tcb.sendQueue.packet(snd.nxt, bytes);
    sent.push(new SentSegment(snd.nxt, add(snd.nxt, bytes), wire.PSH, nowNs));
    snd.nxt = add(snd.nxt, bytes);
    snd.sml = snd.nxt;
    tcb.lastSentNs = nowNs;
  }
  fastOpen.synBytes = bytes;
  timers.set(RETRANSMIT, rtoNs(tcb));
  sendSyn(tcb, packet, cookie);
  return bytes;
}

/** As tcp_fastopen_cookie_check on Linux. */
function permissionOf(tcb: Tcb, fastOpen: FastOpen): Permission {
  const { tcp, localAddress, remoteAddress, options } = tcb;
  const host = tcp.fastOpen;
  if (host.isPaused(tcb.nowNs)) return { mayHaveData: false, cookie: null };
  fastOpen.isTrial = host.isOnTrial;
  const needsNone = (tcp.settings.fastopen.value & CLIENT_NO_COOKIE) !== 0 || options.fastOpenNoCookie;
  if (needsNone) return { mayHaveData: true, cookie: null };
  const cookie = host.known(localAddress, remoteAddress)?.cookie ?? null;
  if (cookie !== null) return { mayHaveData: true, cookie };
  fastOpen.clientFailure = UNAVAILABLE;
  return { mayHaveData: false, cookie: NO_COOKIE };
}

/** RFC 7413 §4.1.3: as much as the MSS that the server said last, less what options may take. */
function roomInSyn(tcb: Tcb): number {
  const { snd, tcp, localAddress, remoteAddress } = tcb;
  snd.mss = tcp.fastOpen.known(localAddress, remoteAddress)?.mss ?? tcb.rcv.mss;
  updateMss(tcb);
  return Math.max(0, tcb.mss - OPTIONS_MAX_BYTES);
}

/** SYN-ACK has come, and SND.UNA moved. What the server has not taken of the data goes again, at once. */
export function takeFastOpenAnswer(tcb: Tcb, seg: Segment): void {
  const { fastOpen, tcp, sent, snd } = tcb;
  if (fastOpen?.isAsked !== true) return;
  const given = seg.options.fastOpenCookie;
  const cookie = given === null || given.length === 0 ? null : given;
  tcp.fastOpen.learn(tcb.localAddress, tcb.remoteAddress, cookie, snd.mss);
  if (fastOpen.synBytes === 0) return;
  const { counters } = tcp.machine;
  if (!gt(snd.nxt, snd.una)) {
    fastOpen.isAcknowledged = true;
    counters.bump("TcpExtTCPFastOpenActive");
    return;
  }
  fastOpen.clientFailure = tcb.retransmissions > 0 ? SENT_AGAIN : NOT_ACKNOWLEDGED;
  counters.bump("TcpExtTCPFastOpenActiveFail");
  // It is no sign of congestion.
  if (sent.first !== null) sent.markLost(sent.first);
}

// @rfc 7413 7.1 REC
/** The retransmission timer has expired: RFC 7413 §7.1, does something on the path lose what it does not know? */
export function suspectPath(tcb: Tcb, isGivenUp: boolean): void {
  const { fastOpen, sent, state } = tcb;
  if (fastOpen === null || fastOpen.listener !== null || !fastOpen.isAsked) return;
  const timeouts = (sent.first?.transmissions ?? 1) - 1;
  if (timeouts !== SUSPECT_TIMEOUTS && !(timeouts < SUSPECT_TIMEOUTS && isGivenUp)) return;
  pause(tcb);
  fastOpen.clientFailure = state === "SYN_SENT" ? SENT_AGAIN : NOT_ACKNOWLEDGED;
}

/** A reset that does not belong to the window: one that a middlebox has made? */
export function suspectReset(tcb: Tcb): void {
  const { fastOpen, state, dataSegmentsIn } = tcb;
  if (fastOpen?.isAsked === true && state === "ESTABLISHED" && dataSegmentsIn === 0) pause(tcb);
}

/** The connection is over. All that came was a FIN out of its turn: the data before it were lost on the way. */
export function judgePath(tcb: Tcb): void {
  const { fastOpen, tcp, dataSegmentsIn, remoteAddress } = tcb;
  if (fastOpen?.isAsked !== true) return;
  if (dataSegmentsIn > 0) {
    if (fastOpen.isTrial && !remoteAddress.isLoopback) tcp.fastOpen.passed();
    return;
  }
  const waiting = tcb.hasHole ? [...tcb.reassembly.segments] : [];
  if (waiting.length === 1 && waiting[0]?.fin === true) pause(tcb);
}

function pause({ tcp, nowNs }: Tcb): void {
  if (tcp.settings.fastopenBlackholeTimeoutSec.value === 0) return;
  tcp.machine.counters.bump("TcpExtTCPFastOpenBlackhole");
  tcp.fastOpen.pause(nowNs);
}
