/**
 * Numbers of the level IPPROTO_TCP, as Linux has them. Read first: tcp(7).
 */

/** Send small segments at once. */
export const TCP_NODELAY = 1;
/** The largest segment, in bytes; 0: as the path says. */
export const TCP_MAXSEG = 2;
/** Hold back what does not fill a segment, for at most 200 ms. */
export const TCP_CORK = 3;
/** Seconds of silence before the first keepalive probe. */
export const TCP_KEEPIDLE = 4;
/** Seconds between keepalive probes. */
export const TCP_KEEPINTVL = 5;
/** So many probes without an answer end the connection. */
export const TCP_KEEPCNT = 6;
/** How often SYN is sent again. */
export const TCP_SYNCNT = 7;
/** Seconds in FIN_WAIT_2 after close(2); -1: none at all. */
export const TCP_LINGER2 = 8;
/** Seconds for which accept(2) waits for data to come with a connection. */
export const TCP_DEFER_ACCEPT = 9;
/** The largest window to offer, in bytes. */
export const TCP_WINDOW_CLAMP = 10;
/** What there is to know: TcpInfo. */
export const TCP_INFO = 11;
/** Acknowledge at once; the kernel may turn it off again. */
export const TCP_QUICKACK = 12;
/** The algorithm of congestion control, by name. */
export const TCP_CONGESTION = 13;
/** Milliseconds for which what was sent may stay unacknowledged; 0: as the host's settings say. */
export const TCP_USER_TIMEOUT = 18;
/** So many connections may be open before their handshake is complete: fast open. */
export const TCP_FASTOPEN = 23;
/** What timestamps show now. It can't be set. */
export const TCP_TIMESTAMP = 24;
/** Writable only while so few bytes wait to be sent. */
export const TCP_NOTSENT_LOWAT = 25;

/** connect(2) answers at once, and SYN goes with the first data. */
export const TCP_FASTOPEN_CONNECT = 30;
/** The key of the cookies: 16 bytes, or 32 with the one before. */
export const TCP_FASTOPEN_KEY = 33;
/** Fast open without cookies. */
export const TCP_FASTOPEN_NO_COOKIE = 34;

/**
 * struct tcp_info: what a connection knows of itself, without the prefix of the names. Times are microseconds unless it is
 * said otherwise; `snd_cwnd` and the like are segments.
 */
export interface TcpInfo {
  /** TCP_ESTABLISHED and the others: 1 to 11. */
  readonly state: number;
  /** 0 open, 3 recovery, 4 loss. */
  readonly ca_state: number;
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  /** Bits: 1 timestamps, 2 SACK, 4 window scale, 8 ECN, 32 the data of the SYN were taken, 128 opened fast by the peer. */
  readonly options: number;
  /** 1: `delivery_rate` says what the user sends, not what the path carries. */
  readonly delivery_rate_app_limited: number;
  readonly snd_wscale: number;
  readonly rcv_wscale: number;
  readonly rto: number;
  readonly ato: number;
  readonly snd_mss: number;
  readonly rcv_mss: number;
  /** Segments in flight; of a listening socket how many connections wait for accept(2). */
  readonly unacked: number;
  /** Segments that the peer has selectively acknowledged; of a listening socket its backlog. */
  readonly sacked: number;
  readonly lost: number;
  /** Segments that were sent again and are in flight. */
  readonly retrans: number;
  /** Milliseconds since then. */
  readonly last_data_sent: number;
  /** 0: as on Linux nobody remembers. */
  readonly last_ack_sent: number;
  readonly last_data_recv: number;
  readonly last_ack_recv: number;
  readonly pmtu: number;
  /** The largest window that is offered. */
  readonly rcv_ssthresh: number;
  readonly rtt: number;
  readonly rttvar: number;
  readonly snd_ssthresh: number;
  readonly snd_cwnd: number;
  readonly advmss: number;
  /** Segments by which others have been overtaken, at the most; net.ipv4.tcp_reordering where that is more. */
  readonly reordering: number;
  readonly rcv_rtt: number;
  readonly rcv_space: number;
  /** Segments sent again, in all. */
  readonly total_retrans: number;
  /** Bytes a second; Infinity where Linux has all ones: no bound is known, or set by SO_MAX_PACING_RATE. */
  readonly pacing_rate: number;
  readonly max_pacing_rate: number;
  readonly bytes_acked: number;
  readonly bytes_received: number;
  readonly bytes_sent: number;
  readonly bytes_retrans: number;
  readonly segs_out: number;
  readonly segs_in: number;
  /** Of these, those with data. */
  readonly data_segs_out: number;
  readonly data_segs_in: number;
  /** Bytes a second that have arrived, when it was measured last. */
  readonly delivery_rate: number;
  /** Microseconds in which something was on its way, or waited to be. */
  readonly busy_time: number;
  /** Segments that have arrived, SYN and FIN included; those of them whose ACKs had ECE. */
  readonly delivered: number;
  readonly delivered_ce: number;
  /** Segments that the peer has had twice, as its SACKs say. */
  readonly dsack_dups: number;
  /** Bytes that wait to be sent. */
  readonly notsent_bytes: number;
  readonly min_rtt: number;
  /** Why data did not go with the SYN: 1 no cookie, 2 they were not taken, 3 the SYN was sent again. */
  readonly fastopen_client_fail: number;
  /** How often a segment has been overtaken. */
  readonly reord_seen: number;
  /** Segments that came before what was missing. */
  readonly rcv_ooopack: number;
  readonly snd_wnd: number;
  readonly rcv_wnd: number;
}
