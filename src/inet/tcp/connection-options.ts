/**
 * What the user has set for one connection, at the level IPPROTO_TCP. sockopt.ts reads and writes them.
 *
 * Read first: tcp(7). Most connections have none of these set, and share one record; whoever sets one gets his own.
 * Null stands for "as the host's settings say".
 */
import type { CookieKeys } from "./fast-open-cookie.ts";

export interface ConnectionOptions {
  readonly noDelay: boolean;
  readonly cork: boolean;
  /** TCP_MAXSEG; 0: as the path says. */
  readonly maxSegment: number;
  readonly keepIdleNs: number | null;
  readonly keepIntervalNs: number | null;
  readonly keepCount: number | null;
  readonly synCount: number | null;
  /** TCP_LINGER2: for FIN_WAIT_2 of an orphan. Negative: not at all. */
  readonly linger2Ns: number | null;
  /** TCP_DEFER_ACCEPT: so many retransmissions of SYN-ACK it waits for data; 0: it doesn't. */
  readonly deferAccept: number;
  /** TCP_WINDOW_CLAMP; 0: none. */
  readonly windowClamp: number;
  /** TCP_USER_TIMEOUT; 0: none. */
  readonly userTimeoutNs: number;
  /** TCP_NOTSENT_LOWAT, as an unsigned int; 0: as the host's settings say. */
  readonly notSentLowWaterBytes: number;
  /** SO_MAX_PACING_RATE, in bytes a second. */
  readonly maxPacingRate: number;
  /** SO_RCVBUF, SO_SNDBUF have been set: no auto-tuning. */
  readonly isReceiveBufferFixed: boolean;
  readonly isSendBufferFixed: boolean;
  /** TCP_FASTOPEN; 0: none. */
  readonly fastOpenMax: number;
  readonly fastOpenConnect: boolean;
  readonly fastOpenNoCookie: boolean;
  /** TCP_FASTOPEN_KEY. */
  readonly fastOpenKeys: CookieKeys | null;
}

export const DEFAULT_OPTIONS: ConnectionOptions = {
  noDelay: false,
  cork: false,
  maxSegment: 0,
  keepIdleNs: null,
  keepIntervalNs: null,
  keepCount: null,
  synCount: null,
  linger2Ns: null,
  deferAccept: 0,
  windowClamp: 0,
  userTimeoutNs: 0,
  notSentLowWaterBytes: 0,
  maxPacingRate: Number.POSITIVE_INFINITY,
  isReceiveBufferFixed: false,
  isSendBufferFixed: false,
  fastOpenMax: 0,
  fastOpenConnect: false,
  fastOpenNoCookie: false,
  fastOpenKeys: null,
};
