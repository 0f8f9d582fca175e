/**
 * The segments of a connection, each with what every one of them carries: acknowledgment, window, timestamp.
 *
 * Read first: RFC 9293 §3.10.7.4 at its beginning (each segment in a synchronised state carries ACK), RFC 7323 §3.2.
 * output.ts decides what is sent and when; recovery.ts what is sent again.
 */
import { add, diff, gt } from "../../base/seq32.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { noOptions, type Options } from "../../wire/tcp-options.ts";
import { asksForEcn, ecnFlags, ecnOptions } from "./ecn.ts";
import { emit, type Outgoing } from "./emit.ts";
import { headerBytes } from "./mss.ts";
import { blocksMax } from "./sack.ts";
import type { SentSegment } from "./sent.ts";
import type { Tcb } from "./tcb.ts";
import { DELAYED_ACK } from "./timers.ts";
import { timestampNow } from "./timestamps.ts";
import { initialWindow, selectWindow } from "./window.ts";

/** One record each for all segments; nothing keeps it. */
const outgoing: { -readonly [Field in keyof Outgoing]: Outgoing[Field] } = {
  seq: 0,
  ack: 0,
  flags: 0,
  window: 0,
  urgentPointer: 0,
};
const options: Options = noOptions();
const NO_BLOCKS = options.sackBlocks;

/** Sends data of the connection, or none, with its ACK. */
export function transmit(tcb: Tcb, packet: Packet, seq: number, flags: number, isNew: boolean = false): void {
  const { tcp, rcv } = tcb;
  const bytes = packet.length;
  outgoing.window = selectWindow(tcb) >>> rcv.scale;
  setOptions(tcb);
  const urgentPointer = urgentPointerFor(tcb, seq);
  const newBytes = isNew ? bytes : 0;
  const urgent = urgentPointer > 0 ? wire.URG : 0;
  const control = flags | wire.ACK | urgent | ecnFlags(tcb, newBytes);
  acknowledged(tcb);
  count(tcb, packet.segments, bytes);
  outgoing.seq = seq;
  outgoing.ack = rcv.nxt;
  outgoing.flags = control;
  outgoing.urgentPointer = urgentPointer;
  const result = emit(tcp, tcb, packet, outgoing, options, ecnOptions(tcb, newBytes));
  // As on Linux a segment that has no way is as good as lost: it will be sent again, and may have one then.
  if (result !== 0) tcb.softError = result;
}

/** An ACK by itself. H35: its SEQ is SND.NXT, which any peer takes. */
export function sendAck(tcb: Tcb): void {
  transmit(tcb, Packet.allocate(0), acceptableSeq(tcb), 0);
}

// @rfc 9293 3.8.4 SHLD-12; @rfc 9293 3.8.6.1 MUST-36
/** RFC 1122 §4.2.3.6: a segment that the peer must answer, since it has what this number stands for. */
export function sendProbe(tcb: Tcb): void {
  transmit(tcb, Packet.allocate(0), add(tcb.snd.una, -1), 0);
}

/** Ends the connection for the peer. */
export function sendReset(tcb: Tcb): void {
  setOptions(tcb);
  const header = { seq: acceptableSeq(tcb), ack: tcb.rcv.nxt, flags: wire.RST | wire.ACK, window: 0, urgentPointer: 0 };
  emit(tcb.tcp, tcb, Packet.allocate(0), header, options, tcb.sendOptions);
}

// @rfc 9293 3.7.1 MUST-14, SHLD-5, MAY-3, MUST-65
// @rfc 2018 2 MUST
/** SYN, or SYN and ACK: the options of the handshake, and with fast open a cookie, and data. */
export function sendSyn(tcb: Tcb, packet: Packet = Packet.allocate(0), fastOpenCookie: Uint8Array | null = null): void {
  const { tcp, rcv, snd, timestamps, state } = tcb;
  // Of a connection that was opened fast, the answer may be closed already.
  const isAnswer = state !== "SYN_SENT";
  const { settings } = tcp;
  options.mss = rcv.mss;
  options.windowScale =
    settings.windowScaling.value !== 0 && (!isAnswer || snd.scale > 0 || rcv.scale > 0) ? rcv.scale : -1;
  options.sackPermitted = tcb.sackPermitted;
  options.sackBlocks = NO_BLOCKS;
  options.hasTimestamps = timestamps !== null;
  options.timestampValue = timestamps === null ? 0 : timestampNow(tcp, timestamps.offset);
  options.timestampEcho = timestamps?.recent ?? 0;
  options.fastOpenCookie = fastOpenCookie;
  const window = initialWindow(tcb.socket?.receiveLimitBytes ?? 0, tcb.options.windowClamp);
  rcv.wnd = window;
  rcv.wup = rcv.nxt;
  count(tcb, 1, packet.length);
  const flags = isAnswer ? wire.SYN | wire.ACK : wire.SYN | synFlags(tcb);
  const header = { seq: tcb.iss, ack: isAnswer ? rcv.nxt : 0, flags, window, urgentPointer: 0 };
  const result = emit(tcp, tcb, packet, header, options, tcb.sendOptions);
  if (result !== 0) tcb.softError = result;
  options.fastOpenCookie = null;
  options.mss = 0;
  options.windowScale = -1;
  options.sackPermitted = false;
}

// @rfc 3168 6.1.1 REC
/** RFC 3168 §6.1.1, and its fallback: who gets no answer asks no more, for some firewalls drop what they don't know. */
function synFlags({ tcp, sent }: Tcb): number {
  const isAgain = tcp.settings.ecnFallback.value !== 0 && (sent.first?.transmissions ?? 1) > 1;
  return asksForEcn(tcp) && !isAgain ? wire.ECE | wire.CWR : 0;
}

// @rfc 7413 4.2.1 REC
/** Sends a segment once more: SYN, data, FIN, as it says. */
export function transmitSegment(tcb: Tcb, segment: SentSegment): void {
  if ((segment.flags & wire.SYN) !== 0) {
    sendSyn(tcb);
    return;
  }
  const bytes = segment.length - (segment.flags & wire.FIN ? 1 : 0);
  const packet = bytes > 0 ? tcb.sendQueue.packet(segment.seq, bytes) : Packet.allocate(0);
  if (packet.length < bytes) {
    // A large segment that straddles chunks: the rest, with its FIN, has its turn later.
    tcb.sent.split(segment, add(segment.seq, packet.length), 0);
    tcb.sent.markLost(segment.next as SentSegment);
  }
  tcb.bytesRetransmitted += packet.length;
  transmit(tcb, packet, segment.seq, segment.flags);
}

/** Bytes of data that a segment may have: the MSS is without options, RFC 6691. */
export function segmentBytes(tcb: Tcb): number {
  return Math.max(1, tcb.mss - headerBytes(tcb));
}

/** What is sent without data has the highest number that is surely in the peer's window, though that may have shrunk. */
function acceptableSeq({ snd }: Tcb): number {
  const edge = add(snd.una, snd.wnd);
  return gt(snd.nxt, edge) && diff(snd.nxt, edge) >= 1 << snd.scale ? edge : snd.nxt;
}

// @rfc 7323 3.2 MUST
function setOptions(tcb: Tcb): void {
  const { tcp, timestamps, sack } = tcb;
  options.sackBlocks = sack === null ? NO_BLOCKS : sack.blocks(blocksMax(tcb));
  options.hasTimestamps = timestamps !== null;
  if (timestamps === null) return;
  options.timestampValue = timestampNow(tcp, timestamps.offset);
  options.timestampEcho = timestamps.recent;
}

/** Whatever was owed to the peer has been said. */
function acknowledged({ acknowledgment, timestamps, timers, rcv, sack }: Tcb): void {
  sack?.sent();
  if (acknowledgment.quick > 0) acknowledgment.quick--;
  acknowledgment.isPending = false;
  acknowledgment.isNow = false;
  timers.clear(DELAYED_ACK);
  if (timestamps !== null) timestamps.lastAckSent = rcv.nxt;
}

function count(tcb: Tcb, segments: number, bytes: number): void {
  tcb.segmentsOut += segments;
  if (bytes > 0) tcb.dataSegmentsOut += segments;
  tcb.bytesSent += bytes;
}

/** RFC 9293 §3.8.5; 0: nothing is urgent. */
function urgentPointerFor({ urgent, snd }: Tcb, seq: number): number {
  if (urgent === null || !urgent.isSending || !gt(snd.up, seq)) return 0;
  const distance = diff(snd.up, seq);
  return distance > 0xffff ? 0xffff : distance;
}
