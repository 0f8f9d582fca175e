/**
 * Congestion control: how much may be in the network at a time. The table of algorithms, and what one is asked.
 *
 * Read first: RFC 5681. An algorithm is one file with one row. recovery.ts finds out what was lost and sends it again;
 * the algorithm only says how the window grows with ACKs, and how far it shrinks when something was lost.
 * All is in bytes.
 */
import type { AckNews } from "../ack-news.ts";
import { bbr } from "./bbr.ts";
import { cubic } from "./cubic.ts";
import { newReno } from "./newreno.ts";

/** RFC 6928: the window of a new connection, in segments. */
export const INITIAL_WINDOW_SEGMENTS = 10;

/** The window of one connection. */
export interface Window {
  /** Bytes that may be in flight. */
  cwnd: number;
  /** Slow start below, congestion avoidance from here on. */
  ssthresh: number;
  /** The sender's maximum segment size. */
  readonly mss: number;
  readonly srttNs: number;
  readonly nowNs: number;
  readonly snd: { readonly una: number; readonly nxt: number };
  /** Bytes a second that may leave; infinite: they are not paced. */
  pacingRate: number;
  /** What a connection begins with: RFC 6928. */
  readonly initialCwnd: number;
  /** What is measured now says how much the user sends, not what the path carries. */
  readonly isAppLimited: boolean;
  /** And so does what will be measured of what is in flight. */
  noteAppLimited(): void;
  /** A whole number by chance, less than the bound. */
  below(bound: number): number;
  /** What the algorithm remembers of this connection; nobody else looks. */
  memory: unknown;
}

/** What an ACK says to an algorithm that has a model of the path. */
export interface Sample {
  /** The rate at which data were delivered; 0: this ACK says nothing of it. */
  readonly bytesPerSecond: number;
  /** The bytes that were delivered while what has just arrived was on its way. */
  readonly sampleBytes: number;
  /** Lost meanwhile. */
  readonly sampleLostBytes: number;
  /** In the network when it had been sent, itself included. */
  readonly txInFlightBytes: number;
  /** The user sent less than the path would carry. */
  readonly isAppLimited: boolean;
  /** Delivered in all: when what has just arrived was sent (-1: nothing has), and now. */
  readonly priorDeliveredBytes: number;
  readonly deliveredTotalBytes: number;
  /** Delivered, and found to be lost, by this ACK. */
  readonly deliveredBytes: number;
  readonly lostBytes: number;
  /** In the network now. */
  readonly pipeBytes: number;
  /** -1: not measured. */
  readonly rttNs: number;
  /** The peer echoes a mark. */
  readonly isMarked: boolean;
  /** The window has held sending back since the last ACK. */
  readonly isCwndLimited: boolean;
  /** Losses are being repaired; by fast recovery, or after a timeout. */
  readonly isRecovering: boolean;
  readonly isFastRecovery: boolean;
}

/** A segment that was found to be lost, to an algorithm that has a model of the path. */
export interface LostPacket {
  readonly bytes: number;
  /** In the network when it had been sent, itself included. */
  readonly txInFlightBytes: number;
  /** Lost since it was sent, itself included. */
  readonly lostSinceBytes: number;
  readonly isAppLimited: boolean;
  /** What comes before it is not lost. */
  readonly isNewRange: boolean;
  /** Delivered in all. */
  readonly deliveredTotalBytes: number;
}

// @rfc 9293 3.8.2 MUST-19, MAY-18
export interface CongestionControl {
  /** As TCP_CONGESTION and tcp_congestion_control name it. */
  readonly name: string;
  /** A connection begins with it, or takes it up. */
  start(window: Window): void;
  /** New data was acknowledged, nothing is lost, and the window was what held sending back: */
  acknowledged(window: Window, news: AckNews): void;
  /** Something was lost, or marked, for the first time in this episode: the new ssthresh. */
  thresholdAfterLoss(window: Window, flight: number): number;
  /** The retransmission timer has expired. */
  timedOut(window: Window): void;
  /** A segment was found to be lost. */
  lost?(window: Window, packet: LostPacket): void;
  /** The last reduction was not needed; cwnd and ssthresh are as before it. */
  undone?(window: Window): void;
  /** Takes the place of acknowledged() and of the reduction in recovery: it sets cwnd and pacingRate at each ACK. */
  control?(window: Window, sample: Sample): void;
  /** A round trip was measured, without what a delayed ACK adds. */
  measured?(window: Window, rttNs: number): void;
  /** Sending goes on after a pause. */
  idle?(window: Window, idleNs: number): void;
}

const ALGORITHMS: ReadonlyMap<string, CongestionControl> = new Map(
  [newReno, cubic, bbr].map((each) => [each.name, each]),
);

/** As net.ipv4.tcp_available_congestion_control has them. */
export const CONGESTION_CONTROL_NAMES: string = [...ALGORITHMS.keys()].join(" ");

export function congestionControl(name: string): CongestionControl | undefined {
  return ALGORITHMS.get(name);
}

export const DEFAULT_CONGESTION_CONTROL: CongestionControl = cubic;
