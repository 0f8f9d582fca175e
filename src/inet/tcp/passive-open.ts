/**
 * A request becomes a connection with a socket, in SYN_RECEIVED, to which its ACK is about to be shown.
 *
 * Read first: accept(2); Linux's tcp_create_openreq_child and sk_clone: what a connection takes over from its listener.
 */
import { add } from "../../base/seq32.ts";
import { Socket } from "../../socket/socket.ts";
import * as wire from "../../wire/tcp.ts";
import { Ecn } from "./ecn.ts";
import { advertisedMss } from "./mss.ts";
import { SentSegment } from "./sent.ts";
import type { SynRequest } from "./syn-queue.ts";
import { type Tcb, Timestamps } from "./tcb.ts";

export function connectionFrom(request: SynRequest): Tcb {
  const { listener } = request;
  const { tcp } = listener;
  const socket = new Socket(tcp.machine, listener.socket.protocol, tcp.nextInode());
  const tcb = tcp.tcbOf(socket) as Tcb;
  inherit(socket, listener.socket);
  tcb.options = listener.tcb.options;
  tcb.congestion = listener.tcb.congestion;
  tcb.sharing = listener.tcb.sharing;
  tcb.localAddress = request.localAddress;
  tcb.localPort = request.localPort;
  // As sk_clone: what was bound stays when the connection is dissolved, but the port, which is the listener's.
  tcb.hasBoundAddress = listener.tcb.hasBoundAddress;
  tcb.remoteAddress = request.remoteAddress;
  tcb.remotePort = request.remotePort;
  tcb.device = request.device;
  tcb.sendOptions = listener.tcb.sendOptions;
  tcb.state = "SYN_RECEIVED";
  numbers(tcb, request);
  tcp.join(tcb);
  return tcb;
}

function numbers(tcb: Tcb, request: SynRequest): void {
  const { snd, rcv, sent, tcp } = tcb;
  tcb.iss = request.iss;
  tcb.irs = request.irs;
  // As tcp_create_openreq_child: the SYN has come in, and that ours is acknowledged is no news.
  tcb.segmentsIn = 1;
  tcb.bytesAcked = -1;
  snd.una = request.iss;
  snd.nxt = add(request.iss, 1);
  snd.sml = snd.nxt;
  snd.up = snd.una;
  tcb.sendQueue.start(snd.nxt);
  snd.mss = request.peerMss;
  snd.scale = Math.max(0, request.peerScale);
  snd.wl1 = request.irs;
  rcv.nxt = add(request.irs, 1);
  rcv.wup = rcv.nxt;
  rcv.wnd = request.window;
  rcv.up = rcv.nxt;
  rcv.scale = request.peerScale >= 0 ? request.scale : 0;
  rcv.mss = advertisedMss(tcp, request.remoteAddress, tcb.device, tcb.options.maxSegment);
  tcb.sackPermitted = request.sackPermitted;
  if (request.isEcn) tcb.ecn = new Ecn();
  if (request.hasTimestamps) {
    const timestamps = new Timestamps();
    timestamps.offset = request.timestampOffset;
    timestamps.recent = request.timestampRecent;
    timestamps.recentAtNs = tcb.nowNs;
    timestamps.lastAckSent = rcv.nxt;
    tcb.timestamps = timestamps;
  }
  const syn = new SentSegment(snd.una, snd.nxt, wire.SYN, request.sentNs);
  syn.transmissions += request.retransmissions;
  // Of a cookie nobody remembers when it was sent.
  if (request.sentNs < 0) syn.transmissions++;
  if (syn.transmissions > 1) tcb.rtt.fallBack();
  sent.push(syn);
}

function inherit(socket: Socket, from: Socket): void {
  socket.receiveLimitBytes = from.receiveLimitBytes;
  socket.sendLimitBytes = from.sendLimitBytes;
  socket.receiveTimeoutNs = from.receiveTimeoutNs;
  socket.sendTimeoutNs = from.sendTimeoutNs;
  socket.reuseAddress = from.reuseAddress;
  socket.broadcast = from.broadcast;
  const { options } = from;
  socket.options = options.priority === 0 ? options : { ...options, priority: 0 };
}
