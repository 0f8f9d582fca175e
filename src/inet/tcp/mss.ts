/**
 * How large a segment may be: what we say, what the peer says, and what the path carries.
 *
 * Read first: RFC 9293 §3.7.1, RFC 6691 (H21: headers are subtracted once, options per segment), RFC 1191, RFC 8201.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as wire from "../../wire/tcp.ts";
import { headerLength } from "../ip/output.ts";
import { blocksMax } from "./sack.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

/** RFC 9293 §3.7.1, MUST-15: what is assumed of a peer that says nothing. */
const DEFAULT_MSS_V4 = 536;
const DEFAULT_MSS_V6 = 1220;
/** The longest datagram of IPv4: a loopback interface would carry a byte more. */
const MTU_MAX = 65_535;
const TIMESTAMPS_BYTES = 12;
const SACK_BYTES = 4;
const SACK_BLOCK_BYTES = 8;

// @rfc 9293 3.7.1 MUST-15
export function defaultMss(peer: IpAddress): number {
  return peer.family === 4 ? DEFAULT_MSS_V4 : DEFAULT_MSS_V6;
}

/** The largest segment that fits through to this address. */
function pathMss({ ip }: Tcp, peer: IpAddress, device: Interface | null): number | Errno {
  const path = ip.paths.to(peer, device);
  if (typeof path === "string") return path;
  return Math.min(MTU_MAX, ip.paths.mtu(path)) - headerLength(peer) - wire.HEADER_LENGTH;
}

// @rfc 9293 3.7.1 MUST-67, SHLD-6
/** What the MSS option says: RFC 9293 §3.7.1, MMS_R less the header, of the interface and not of the path. */
export function advertisedMss({ ip }: Tcp, peer: IpAddress, device: Interface | null, maxSegment: number): number {
  const path = ip.paths.to(peer, device);
  if (typeof path === "string") return defaultMss(peer);
  const mss = Math.min(MTU_MAX, path.through.mtu) - headerLength(peer) - wire.HEADER_LENGTH;
  return maxSegment > 0 ? Math.min(mss, maxSegment) : mss;
}

/** As Linux tells of an MSS: less the timestamps that are in each segment. */
export function withoutTimestamps({ timestamps }: Tcb, mss: number): number {
  return timestamps === null ? mss : mss - TIMESTAMPS_BYTES;
}

/** Bytes of options that the next segment of the connection carries. */
export function headerBytes(tcb: Tcb): number {
  const { timestamps, sack } = tcb;
  const bytes = timestamps === null ? 0 : TIMESTAMPS_BYTES;
  const blocks = sack === null ? 0 : Math.min(sack.count, blocksMax(tcb));
  return blocks === 0 ? bytes : bytes + SACK_BYTES + blocks * SACK_BLOCK_BYTES;
}

// @rfc 9293 3.7.1 MUST-16
/** Sees what fits now, after the path or the peer has said something. */
export function updateMss(tcb: Tcb): void {
  const fits = pathMss(tcb.tcp, tcb.remoteAddress, tcb.device);
  const peer = Math.max(tcb.snd.mss, tcb.tcp.settings.minSndMss.value);
  let mss = typeof fits === "string" ? peer : Math.min(peer, fits);
  if (tcb.options.maxSegment > 0) mss = Math.min(mss, tcb.options.maxSegment);
  // Segments of more than half of the largest window that was ever offered would stop and go: Linux's tcp_bound_to_half_wnd.
  const { maxWnd } = tcb.snd;
  if (maxWnd > 0) mss = Math.min(mss, Math.max(Math.floor(maxWnd / 2), 68));
  tcb.mss = Math.max(mss, 1);
}
