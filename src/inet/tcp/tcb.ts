/**
 * The transmission control block: all that one end of a connection knows.
 *
 * Read first: RFC 9293 §3.3.1, whose names the variables have:
 *
 *          1         2          3          4                          1          2          3
 *     ─────────│──────────│──────────│─────────            ──────────│──────────│──────────
 *          SND.UNA     SND.NXT   SND.UNA+SND.WND              RCV.NXT   RCV.NXT+RCV.WND
 *     1 acknowledged  2 in flight  3 may be sent            1 received  2 may come
 *
 * It does nothing by itself: usrreq.ts, input.ts and timeouts.ts are what happens to it. It may outlive its socket, as
 * what was sent before close(2) still has to arrive.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { Socket } from "../../socket/socket.ts";
import { ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import { NO_OPTIONS, type SendOptions } from "../ip/ip.ts";
import {
  type CongestionControl,
  congestionControl,
  DEFAULT_CONGESTION_CONTROL,
  INITIAL_WINDOW_SEGMENTS,
  type Window,
} from "./congestion/congestion.ts";
import { type ConnectionOptions, DEFAULT_OPTIONS } from "./connection-options.ts";
import type { Endpoint } from "./demux.ts";
import type { Ecn } from "./ecn.ts";
import type { FastOpen } from "./fast-open.ts";
import type { Listener } from "./listener.ts";
import { LossState } from "./loss-state.ts";
import type { PortBinding, PortOwner, Sharing } from "./ports.ts";
import { DeliveryRate } from "./rate.ts";
import { Reassembly } from "./reassembly.ts";
import { RoundTrip } from "./rtt.ts";
import type { SackReceiver } from "./sack.ts";
import { type ChargedPayer, SendQueue } from "./send-queue.ts";
import { SentQueue } from "./sent.ts";
import type { State } from "./state.ts";
import type { Tcp } from "./tcp.ts";
import { type TimerOwner, Timers } from "./timers.ts";

const ALONE: Sharing = { reuseAddress: false, reusePort: false, uid: 0, v6Only: false };

/** The send sequence variables, and what else is known of this direction. */
export class SendVariables {
  una = 0;
  /** The highest number that was sent, and one: SND.MAX of BSD. It never goes back. */
  nxt = 0;
  wnd = 0;
  /** Behind the last urgent byte. */
  up = 0;
  /** SEG.SEQ and SEG.ACK of the segment that brought `wnd`. */
  wl1 = 0;
  wl2 = 0;
  /** The largest window that the peer has ever offered: a guess at its buffer. */
  maxWnd = 0;
  /** Snd.Wind.Shift. */
  scale = 0;
  /** What the peer has said that it takes: SendMSS. */
  mss = 536;
  /** Minshall: behind the last segment that was smaller than the MSS. */
  sml = 0;
}

/** The receive sequence variables. */
export class ReceiveVariables {
  nxt = 0;
  /** The window as the peer knows it: from `wup` on. */
  wnd = 0;
  /** RCV.NXT when the window was last sent. */
  wup = 0;
  /** Behind the last urgent byte. */
  up = 0;
  /** Rcv.Wind.Shift. */
  scale = 0;
  /** What we have said that we take. */
  mss = 0;
}

/** What is owed to the peer. */
export class Acknowledgment {
  /** Something has come that asks for an ACK: with the next segment, or when the timer expires. */
  isPending = false;
  /** At once. */
  isNow = false;
  /** So many segments are acknowledged at once: a peer in slow start waits for each of them. */
  quick = 0;
  /** Questions and answers go back and forth: an ACK can wait for the answer. */
  isInteractive = false;
  /** As large as full segments seem to be. */
  segmentBytes = 0;
  lastReceivedNs: number = Number.NEGATIVE_INFINITY;
}

/** Timestamps: RFC 7323. */
export class Timestamps {
  /** Ours are milliseconds and this. */
  offset = 0;
  recent = 0;
  /** When `recent` was taken. */
  recentAtNs = 0;
  /** RCV.NXT of the last ACK that was sent. */
  lastAckSent = 0;
}

/** Urgent data in both directions; most connections never have any. */
export interface Urgent {
  /** We have something urgent up to snd.up, which was not acknowledged yet. */
  isSending: boolean;
  /** The byte before rcv.up is urgent, and has not come yet. */
  isAwaited: boolean;
}

/** The phase of loss recovery. "recovery" is fast recovery; "cwr" a reduction without loss; "loss" follows a timeout. */
export type Phase = "open" | "recovery" | "cwr" | "loss";

export class Tcb implements TimerOwner, Endpoint, PortOwner, Window, ChargedPayer {
  readonly kind = "connection";
  readonly tcp: Tcp;
  /** Null when nobody has it open any more. */
  socket: Socket | null;
  /** SO_LINGER: a close(2) waits on the socket that it had. */
  lingerer: Socket | null = null;
  state: State = "CLOSED";
  localAddress: IpAddress = ANY_V4;
  localPort = 0;
  remoteAddress: IpAddress = ANY_V4;
  remotePort = 0;
  /** The next one in the chain of the hash table. */
  nextInChain: Endpoint | null = null;
  /** Its share of the local port. */
  binding: PortBinding | null = null;
  earlierOwner: PortOwner | null = null;
  laterOwner: PortOwner | null = null;
  /** bind(2) has named an address, or a port: disconnecting leaves them. */
  hasBoundAddress = false;
  hasBoundPort = false;
  /** It has its port to itself, as bind(2) and listen(2) give one: no connect(2) takes it. */
  holdsPort = false;
  /** All goes through this interface; null: as the routing table says. */
  device: Interface | null = null;
  sendOptions: SendOptions = NO_OPTIONS;
  sharing: Sharing = ALONE;
  /** Set while it listens. */
  listener: Listener | null = null;
  // @rfc 9293 3.5 MUST-11
  /** Made by connect(2): then a reset in SYN_RECEIVED ends it. */
  isActive = false;

  readonly snd: SendVariables = new SendVariables();
  readonly rcv: ReceiveVariables = new ReceiveVariables();
  iss = 0;
  irs = 0;
  readonly sendQueue: SendQueue = new SendQueue();
  readonly sent: SentQueue = new SentQueue();
  #reassembly: Reassembly | null = null;
  readonly timers: Timers;
  readonly rtt: RoundTrip = new RoundTrip();
  readonly acknowledgment: Acknowledgment = new Acknowledgment();
  /** Null: not agreed on. */
  timestamps: Timestamps | null = null;
  sackPermitted = false;
  /** Null: not agreed on. */
  ecn: Ecn | null = null;
  /** What the peer is told of data that came early; made when the first do. */
  sack: SackReceiver | null = null;
  options: ConnectionOptions = DEFAULT_OPTIONS;
  urgent: Urgent | null = null;
  /** Null: it is not opened fast. */
  fastOpen: FastOpen | null = null;

  /** Sender's maximum segment: what the peer takes and the path carries, without options. */
  mss = 536;
  congestion: CongestionControl;
  cwnd = 0;
  pacingRate: number = Number.POSITIVE_INFINITY;
  /** Before then nothing leaves, where sending is paced. */
  paceNs = 0;
  ssthresh: number = Number.POSITIVE_INFINITY;
  memory: unknown = null;
  phase: Phase = "open";
  /** RFC 6582's recover: SND.NXT when the episode began. */
  recover = 0;
  duplicateAcks = 0;
  /** Without SACK, where the algorithm sets the window by itself: so much above a hole has arrived, as duplicate ACKs tell. */
  arrivedBytes = 0;
  readonly loss: LossState = new LossState();
  readonly rate: DeliveryRate = new DeliveryRate();
  /** The user has ended his stream before the connection stood. */
  isEndQueued = false;
  /** MSG_MORE, in the midst of send(2): what is sent is to wait for more. */
  isMoreComing = false;
  /** The window was what held sending back, since the last ACK. */
  isWindowLimited = false;
  /** RFC 7661: the most that was in flight since then, while the window was not full. */
  usedBytes = 0;
  usedSinceNs = 0;
  lastSentNs = 0;

  /** Doublings of the RTO, and when the first of these retransmissions was sent. */
  backoff = 0;
  retransmitsSinceNs = 0;
  /** Probes of a closed window, or of a silent peer, that were not answered. */
  probes = 0;
  /** Doublings of the time between probes of a closed window. */
  probeBackoff = 0;
  /** When the peer was heard last. */
  lastHeardNs = 0;
  /** Auto-tuning of the receive buffer: what the user reads in a round trip. */
  tuning: { copied: number; space: number; sinceNs: number; rttNs: number; lastEcho: number } | null = null;
  /** RFC 1122 §4.2.3.9: news that may pass. It is told when the connection fails in the end. */
  softError: Errno | null = null;
  /** When a segment outside the window was last answered. */
  lastChallengeNs: number = Number.NEGATIVE_INFINITY;
  retransmissions = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** What of the receive queue is charged to the host. */
  unreadBytes = 0;
  bytesAcked = 0;
  segmentsOut = 0;
  segmentsIn = 0;
  /** Of these, those with data. */
  dataSegmentsOut = 0;
  dataSegmentsIn = 0;
  /** Those that came before what is missing. */
  earlySegments = 0;
  bytesRetransmitted = 0;
  /** RFC 2883: so many segments have come to the peer twice, as it says. */
  duplicateSegments = 0;
  /** How long something was on its way or waited to be, before `busySinceNs`; -1: nothing is. */
  busyNs = 0;
  busySinceNs = -1;

  constructor(tcp: Tcp, socket: Socket | null) {
    this.tcp = tcp;
    this.socket = socket;
    this.congestion = congestionControl(tcp.settings.congestionControl.value) ?? DEFAULT_CONGESTION_CONTROL;
    this.timers = new Timers(tcp.timerLabel, tcp.machine.scheduler, this);
  }

  /** Segments that wait for others; made when the first one does. */
  get reassembly(): Reassembly {
    this.#reassembly ??= new Reassembly();
    return this.#reassembly;
  }

  /** Does anything wait for what is missing? */
  get hasHole(): boolean {
    return this.#reassembly !== null && !this.#reassembly.isEmpty;
  }

  /** True bytes that wait for what is missing. */
  get heldBytes(): number {
    return this.#reassembly === null ? 0 : this.#reassembly.bytes;
  }

  get isListening(): boolean {
    return this.state === "LISTEN";
  }

  /** It was opened fast by the peer: it may be used, though its SYN-ACK is not acknowledged yet. */
  get isOpenEarly(): boolean {
    return this.fastOpen !== null && this.fastOpen.listener !== null && this.state === "SYN_RECEIVED";
  }

  get initialCwnd(): number {
    return INITIAL_WINDOW_SEGMENTS * this.mss;
  }

  get isAppLimited(): boolean {
    return this.rate.appLimitedUntil > 0;
  }

  noteAppLimited(): void {
    this.rate.limit(this.pipeBytes);
  }

  below(bound: number): number {
    return this.tcp.random.below(bound);
  }

  get nowNs(): number {
    return this.tcp.machine.scheduler.nowNs;
  }

  get srttNs(): number {
    return this.rtt.srttNs;
  }

  /** FlightSize of RFC 5681: sent and not acknowledged, FIN and SYN included. */
  get flight(): number {
    return (this.snd.nxt - this.snd.una) | 0;
  }

  /** RFC 6675's pipe: what is thought to be in the network. */
  get pipeBytes(): number {
    return Math.max(0, this.sent.pipeBytes - this.arrivedBytes);
  }

  /** What waits to be acknowledged is charged to the send buffer, and to the host. */
  charge(bytes: number): void {
    this.tcp.memory.bytes += bytes;
    this.socket?.charge(bytes);
  }

  uncharge(bytes: number): void {
    this.tcp.memory.bytes -= bytes;
    this.socket?.uncharge(bytes);
  }

  /** So much nobody has read, and is charged to the host. Urgent bytes leave the queue unread, too: it is told as it is. */
  chargeUnread(bytes: number): void {
    this.tcp.memory.bytes += bytes - this.unreadBytes;
    this.unreadBytes = bytes;
  }

  expire(): void {
    this.tcp.expire(this);
  }
}
