/**
 * TIME_WAIT: for two MSL the four-tuple is kept from being used again, by a small record and not by a connection.
 *
 * Read first: RFC 9293 §3.6.1 and §3.10.7.4 for TIME-WAIT, RFC 1337, RFC 6191; Linux's tcp_timewait_state_process.
 * All last equally long, so they stand in a queue, oldest first, and the host has one event for the first: H15.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import { add, gt, lt } from "../../base/seq32.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { noOptions, type Options } from "../../wire/tcp-options.ts";
import { isTooSoon } from "./challenge.ts";
import type { Endpoint } from "./demux.ts";
import { emit } from "./emit.ts";
import type { PortBinding, PortOwner, Sharing } from "./ports.ts";
import type { Segment } from "./segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";
import { isOld, timestampNow } from "./timestamps.ts";
import * as trace from "./trace.ts";

// @rfc 9293 3.6.1 MUST-13
/** Linux's TCP_TIMEWAIT_LEN, twice an MSL of 30 s. RFC 9293 §3.4.2 takes 2 minutes for one. */
export const TIME_WAIT_NS: number = 60 * 1_000_000_000;

const options: Options = noOptions();

export class TimeWait implements Endpoint, PortOwner {
  readonly kind = "time-wait";
  readonly tcp: Tcp;
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly device: Interface | null;
  readonly sharing: Sharing;
  readonly isListening = false;
  readonly sndNxt: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly rcvScale: number;
  readonly hasTimestamps: boolean;
  readonly timestampOffset: number;
  timestampRecent: number;
  timestampRecentAtNs: number;
  nextInChain: Endpoint | null = null;
  binding: PortBinding | null = null;
  earlierOwner: PortOwner | null = null;
  laterOwner: PortOwner | null = null;
  /** Its place in the queue. */
  dueNs = 0;
  older: TimeWait | null = null;
  newer: TimeWait | null = null;
  lastChallengeNs: number = Number.NEGATIVE_INFINITY;

  constructor(tcb: Tcb) {
    const { snd, rcv, timestamps } = tcb;
    this.tcp = tcb.tcp;
    this.localAddress = tcb.localAddress;
    this.localPort = tcb.localPort;
    this.remoteAddress = tcb.remoteAddress;
    this.remotePort = tcb.remotePort;
    this.device = tcb.device;
    this.sharing = tcb.sharing;
    this.sndNxt = snd.nxt;
    this.rcvNxt = rcv.nxt;
    this.rcvWnd = rcv.wnd;
    this.rcvScale = rcv.scale;
    this.hasTimestamps = timestamps !== null;
    this.timestampOffset = timestamps?.offset ?? 0;
    this.timestampRecent = timestamps?.recent ?? 0;
    this.timestampRecentAtNs = timestamps?.recentAtNs ?? 0;
  }
}

/** Those of one host, in the order in which they end. */
export class TimeWaitQueue {
  readonly #tcp: Tcp;
  readonly #timer: TimedEvent;
  #oldest: TimeWait | null = null;
  #newest: TimeWait | null = null;
  count = 0;

  constructor(tcp: Tcp) {
    this.#tcp = tcp;
    // It wakes nobody: a world does not wait for it.
    this.#timer = new TimedEvent(tcp.timerLabel, () => this.#expire(), true);
  }

  /** It begins, or begins again. */
  add(entry: TimeWait): void {
    const { scheduler } = this.#tcp.machine;
    entry.dueNs = scheduler.nowNs + TIME_WAIT_NS;
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.count++;
    if (!this.#timer.queued) scheduler.at(this.#timer, entry.dueNs);
  }

  remove(entry: TimeWait): void {
    if (entry.older === null) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    this.count--;
    if (this.count === 0) this.#tcp.machine.scheduler.events.cancel(this.#timer);
  }

  #expire(): void {
    const { scheduler } = this.#tcp.machine;
    let entry = this.#oldest;
    while (entry !== null && entry.dueNs <= scheduler.nowNs) {
      endTimeWait(entry, "2 MSL");
      entry = this.#oldest;
    }
    if (entry !== null && !this.#timer.queued) scheduler.at(this.#timer, entry.dueNs);
  }
}

/** The four-tuple is free again. */
export function endTimeWait(entry: TimeWait, cause: string): void {
  const { tcp, binding } = entry;
  trace.stateOf(tcp, entry, "TIME_WAIT", "CLOSED", cause);
  tcp.timeWaits.remove(entry);
  tcp.demux.remove(entry);
  if (binding !== null) tcp.ports.remove(binding, entry, false);
  entry.binding = null;
}

// @rfc 9293 3.6.1 MAY-2
/** RFC 9293 §3.10.7.4 for TIME-WAIT. "reopen": it has made room for the new connection that the segment asks for. */
export function timeWaitArrives(entry: TimeWait, seg: Segment): "taken" | "reopen" {
  const { tcp } = entry;
  const { counters, scheduler } = tcp.machine;
  const isStale = isOldTimestamp(entry, seg);
  if (!isStale && seg.seq === entry.rcvNxt && (seg.seq === seg.end || seg.has(wire.RST))) {
    // RFC 1337 §3: a reset does not end it, unless net.ipv4.tcp_rfc1337 was turned off.
    if (seg.has(wire.RST)) {
      if (tcp.settings.rfc1337.value === 0) endTimeWait(entry, "RST");
      return "taken";
    }
    noteTimestamp(entry, seg);
    return "taken";
  }
  if (seg.has(wire.SYN) && !seg.has(wire.RST) && !seg.has(wire.ACK) && !isStale && isNewer(entry, seg)) {
    endTimeWait(entry, "new SYN");
    return "reopen";
  }
  if (isStale) counters.bump("TcpExtPAWSTimewait");
  if (seg.has(wire.RST)) return "taken";
  // RFC 9293 §3.10.7.4, "eighth": a FIN again restarts the two MSL.
  if (seg.has(wire.FIN) && !isStale) {
    tcp.timeWaits.remove(entry);
    tcp.timeWaits.add(entry);
    entry.timestampRecentAtNs = scheduler.nowNs;
  }
  if (!isTooSoon(tcp, entry)) sendTimeWaitAck(entry);
  return "taken";
}

/** RFC 6191: by its sequence number or its timestamp the SYN is surely not of the old connection. */
function isNewer(entry: TimeWait, seg: Segment): boolean {
  return (
    gt(seg.seq, entry.rcvNxt) ||
    (entry.hasTimestamps && seg.options.hasTimestamps && lt(entry.timestampRecent, seg.options.timestampValue))
  );
}

function isOldTimestamp(entry: TimeWait, seg: Segment): boolean {
  if (!entry.hasTimestamps || !seg.options.hasTimestamps) return false;
  const { nowNs } = entry.tcp.machine.scheduler;
  return isOld(entry.timestampRecent, entry.timestampRecentAtNs, nowNs, seg.options.timestampValue);
}

function noteTimestamp(entry: TimeWait, seg: Segment): void {
  if (!entry.hasTimestamps || !seg.options.hasTimestamps) return;
  entry.timestampRecent = seg.options.timestampValue;
  entry.timestampRecentAtNs = entry.tcp.machine.scheduler.nowNs;
}

function sendTimeWaitAck(entry: TimeWait): void {
  const { tcp, sndNxt, rcvNxt, rcvWnd, rcvScale } = entry;
  options.hasTimestamps = entry.hasTimestamps;
  options.timestampValue = timestampNow(tcp, entry.timestampOffset);
  options.timestampEcho = entry.timestampRecent;
  const header = { seq: sndNxt, ack: rcvNxt, flags: wire.ACK, window: rcvWnd >>> rcvScale, urgentPointer: 0 };
  emit(tcp, entry, Packet.allocate(0), header, options);
}

/** Where a connection that takes the place of one in TIME_WAIT begins: RFC 6191 §2, Linux's tcp_twsk_unique. */
export function sequenceAfter(entry: TimeWait): number {
  return add(entry.sndNxt, 65_535 + 2);
}
