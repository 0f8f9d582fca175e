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
  /** What the algorithm remembers of this connection; nobody else looks. */
  memory: unknown;
}

/** What an ACK says to an algorithm that has a model of the path. */
export interface Sample {
  /** The rate at which data were delivered, of the latest sample. */
  readonly bytesPerSecond: number;
  /** The user sent less than the path would carry. */
  readonly isAppLimited: boolean;
  /** Delivered in all: when what has just arrived was sent, and now. */
  readonly priorDeliveredBytes: number;
  readonly deliveredTotalBytes: number;
  /** Delivered, and found to be lost, by this ACK. */
  readonly deliveredBytes: number;
  readonly lostBytes: number;
  /** In the network now. */
  readonly pipeBytes: number;
  /** -1: not measured. */
  readonly rttNs: number;
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
  /** The last reduction was not needed; cwnd and ssthresh are as before it. */
  undone?(window: Window): void;
  /** Takes the place of acknowledged() and of the reduction in recovery: it sets cwnd and pacingRate at each ACK. */
  control?(window: Window, sample: Sample): void;
  /** A round trip was measured, without what a delayed ACK adds. */
  measured?(window: Window, rttNs: number): void;
  /** Sending goes on after a pause. */
  idle?(window: Window, idleNs: number): void;
}

const ALGORITHMS: readonly CongestionControl[] = [newReno, cubic, bbr];

/** As net.ipv4.tcp_available_congestion_control has them. */
export const CONGESTION_CONTROL_NAMES: string = ALGORITHMS.map(({ name }) => name).join(" ");

export function congestionControl(name: string): CongestionControl | undefined {
  return ALGORITHMS.find((each) => each.name === name);
}

export const DEFAULT_CONGESTION_CONTROL: CongestionControl = cubic;
