/**
 * Large segments: many at once go down as one, where the interface takes it, and are cut only where a wire begins.
 *
 * Read first: wire/segmentation.ts; Linux's tcp_mss_split_point and tcp_tso_autosize. To everything above it is a segment
 * like any other, with a size at which it is cut; what counts segments (TCP_INFO, OutSegs) counts those on the wire.
 * Order: output.ts finds that a full segment may go → largeLength() → one packet. What is lost of it goes again one by one.
 */
import { shouldWait } from "./nagle.ts";
import { burstBytes } from "./pacing.ts";
import { congestionRoom, unsentBytes, usableWindow } from "./room.ts";
import type { Tcb } from "./tcb.ts";

/** The longest datagram, less the longest headers of IP and TCP. */
const LARGE_MAX_BYTES = 65_535 - 60 - 60;

/** Bytes of the next segment, when more than a full one waits and a full one may be sent. */
export function largeLength(tcb: Tcb, mss: number): number {
  if (2 * mss > LARGE_MAX_BYTES || !goesWhole(tcb)) return mss;
  const unsent = unsentBytes(tcb);
  const room = Math.min(unsent, usableWindow(tcb), congestionRoom(tcb), burstBytes(tcb, mss), LARGE_MAX_BYTES);
  const rest = room % mss;
  // A last segment that is not full goes along unless Nagle lets it wait.
  return room === unsent && (rest === 0 || !shouldWait(tcb)) ? room : Math.max(mss, room - rest);
}

function goesWhole({ tcp, urgent, sendOptions, remoteAddress, device }: Tcb): boolean {
  // The urgent pointer is counted from each segment; a long header of options leaves less room than is reckoned with.
  if (urgent?.isSending === true || sendOptions.hopByHop !== undefined) return false;
  const path = tcp.ip.paths.to(remoteAddress, device);
  return typeof path !== "string" && path.through.sendsLargeSegments;
}
