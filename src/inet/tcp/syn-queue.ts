/**
 * Connections that are being made: a small record for each SYN that was answered, until its ACK comes.
 *
 * Read first: RFC 4987 §3.3; Linux's request_sock and reqsk_timer_handler. In RFC 9293's words each is in SYN_RECEIVED.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import { add } from "../../base/seq32.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { noOptions, type Options } from "../../wire/tcp-options.ts";
import type { Endpoint } from "./demux.ts";
import { emit } from "./emit.ts";
import type { FourTuple } from "./isn.ts";
import type { Listener } from "./listener.ts";
import { advertisedMss } from "./mss.ts";
import { doubled } from "./retransmission-timeout.ts";
import { RTO_INITIAL_NS } from "./rtt.ts";
import { timestampNow } from "./timestamps.ts";
import { bufferMaxBytes, initialWindow, scaleFor } from "./window.ts";

const options: Options = noOptions();

export class SynRequest implements Endpoint {
  readonly kind = "request";
  readonly listener: Listener;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly device: Interface | null;
  readonly timer: TimedEvent;
  nextInChain: Endpoint | null = null;
  irs = 0;
  iss = 0;
  /** What the peer's SYN has said; -1: no window scale. */
  peerMss = 0;
  peerScale = -1;
  scale = 0;
  sackPermitted = false;
  /** What SYN-ACK is to give, the first time that it is sent. */
  fastOpenCookie: Uint8Array | null = null;
  hasTimestamps = false;
  isEcn = false;
  timestampRecent = 0;
  timestampOffset = 0;
  /** When SYN-ACK was sent; -1: nobody remembers. */
  sentNs = -1;
  window = 0;
  retransmissions = 0;
  /** The ACK has come, and was passed over: there was no room, or no data yet. */
  isAcknowledged = false;
  lastChallengeNs: number = Number.NEGATIVE_INFINITY;

  constructor(listener: Listener, tuple: FourTuple) {
    this.timer = new TimedEvent(listener.tcp.timerLabel, () => this.#expire());
    this.listener = listener;
    this.localAddress = tuple.localAddress;
    this.localPort = tuple.localPort;
    this.remoteAddress = tuple.remoteAddress;
    this.remotePort = tuple.remotePort;
    this.device = tuple.device ?? listener.tcb.device;
  }

  /** The timer has expired: SYN-ACK again, or it is given up. */
  #expire(): void {
    const { listener } = this;
    const { tcp, tcb } = listener;
    const retriesMax = tcb.options.synCount ?? tcp.settings.synackRetries.value;
    const { deferAccept } = tcb.options;
    if (this.retransmissions >= Math.max(retriesMax, deferAccept)) {
      tcp.machine.counters.bump("TcpExtTCPTimeouts");
      tcp.machine.counters.bump("TcpAttemptFails");
      forget(this);
      return;
    }
    this.retransmissions++;
    // TCP_DEFER_ACCEPT: whose ACK has come is not bothered until its time is up.
    if (!this.isAcknowledged || deferAccept === 0 || this.retransmissions >= deferAccept) {
      tcp.machine.counters.bump("TcpRetransSegs");
      tcp.machine.counters.bump("TcpExtTCPSynRetrans");
      sendSynAck(this);
    }
    arm(this);
  }
}

/** It has been answered, and waits. */
export function enqueue(request: SynRequest): void {
  const { listener } = request;
  listener.requests.add(request);
  listener.tcp.demux.add(request);
  request.sentNs = listener.tcp.machine.scheduler.nowNs;
  arm(request);
}

/** It leaves the queue: it has become a connection, or never will. */
export function forget(request: SynRequest): void {
  const { listener } = request;
  if (!listener.requests.delete(request)) return;
  listener.tcp.demux.remove(request);
  listener.tcp.machine.scheduler.events.cancel(request.timer);
}

/** RFC 9293 §3.10.7.2, "third": SYN and ACK. */
export function sendSynAck(request: SynRequest): void {
  const { listener } = request;
  const { tcp, tcb } = listener;
  options.mss = advertisedMss(tcp, request.remoteAddress, request.device, tcb.options.maxSegment);
  options.windowScale = request.peerScale >= 0 ? request.scale : -1;
  options.sackPermitted = request.sackPermitted;
  options.hasTimestamps = request.hasTimestamps;
  options.timestampValue = timestampNow(tcp, request.timestampOffset);
  options.timestampEcho = request.timestampRecent;
  options.fastOpenCookie = request.fastOpenCookie;
  request.fastOpenCookie = null;
  const header = {
    seq: request.iss,
    ack: add(request.irs, 1),
    flags: wire.SYN | wire.ACK | (request.isEcn ? wire.ECE : 0),
    window: request.window,
    urgentPointer: 0,
  };
  emit(tcp, request, Packet.allocate(0), header, options);
  options.fastOpenCookie = null;
}

/** An ACK from the numbers of the request. */
export function sendRequestAck(request: SynRequest): void {
  const { tcp } = request.listener;
  options.mss = 0;
  options.windowScale = -1;
  options.sackPermitted = false;
  options.hasTimestamps = request.hasTimestamps;
  options.timestampValue = timestampNow(tcp, request.timestampOffset);
  options.timestampEcho = request.timestampRecent;
  const window = request.window >>> (request.peerScale >= 0 ? request.scale : 0);
  const header = { seq: add(request.iss, 1), ack: add(request.irs, 1), flags: wire.ACK, window, urgentPointer: 0 };
  emit(tcp, request, Packet.allocate(0), header, options);
}

/** What we offer: the window, and the scale of later ones. */
export function offer(request: SynRequest): void {
  const { tcb, socket } = request.listener;
  request.window = initialWindow(socket.receiveLimitBytes, tcb.options.windowClamp);
  request.scale = request.peerScale >= 0 ? scaleFor(bufferMaxBytes(tcb)) : 0;
}

function arm(request: SynRequest): void {
  const { scheduler } = request.listener.tcp.machine;
  const delayNs = doubled(RTO_INITIAL_NS, request.retransmissions, request.listener.tcp.settings.rtoMaxNs);
  scheduler.after(request.timer, delayNs);
}
