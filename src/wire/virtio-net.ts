/**
 * The header that a virtual network device puts in front of a frame: what is still to be done to it.
 *
 * Read first: virtio 1.2 §5.1.6, Linux's include/uapi/linux/virtio_net.h, virtio_net_hdr_to_skb and virtio_net_hdr_from_skb.
 *
 *      0       1          2               4              6                8
 *     ┌───────┬──────────┬───────────────┬──────────────┬────────────────┬─────────────────┬───────
 *     │ flags │ GSO type │ header length │ segment size │ checksum start │ checksum offset │ frame   little endian
 *     └───────┴──────────┴───────────────┴──────────────┴────────────────┴─────────────────┴───────
 *
 * A checksum that is left for later, and segments that are still to be cut, are what packet.ts has for them.
 */
import * as ethernet from "./ethernet.ts";
import * as ipv4 from "./ipv4.ts";
import type { Packet } from "./packet.ts";
import * as tcp from "./tcp.ts";

const FLAGS = 0;
const GSO_TYPE = 1;
const HEADER_BYTES = 2;
const GSO_SIZE = 4;
const CHECKSUM_START = 6;
const CHECKSUM_OFFSET = 8;
export const HEADER_LENGTH = 10;

const NEEDS_CHECKSUM = 1;
const GSO_NONE = 0;
const GSO_TCP_V4 = 1;
const GSO_TCP_V6 = 4;
const GSO_ECN = 0x80;

export type Reason = "truncated" | "bad-checksum-place" | "unknown-segmentation" | "bad-segmentation";

/** Puts the header in front of a frame, which starts with its Ethernet header. */
export function prepend(packet: Packet): void {
  const isLarge = packet.segments > 1;
  const start = packet.prepend(HEADER_LENGTH);
  const { view, checksumStart, checksumField } = packet;
  const isPartial = checksumStart >= 0;
  const frame = start + HEADER_LENGTH;
  view.setUint8(start + FLAGS, isPartial ? NEEDS_CHECKSUM : 0);
  view.setUint8(start + GSO_TYPE, isLarge ? gsoType(view, frame, checksumStart) : GSO_NONE);
  view.setUint16(start + HEADER_BYTES, isLarge ? packet.payloadStart - frame : 0, true);
  view.setUint16(start + GSO_SIZE, isLarge ? packet.segmentBytes : 0, true);
  view.setUint16(start + CHECKSUM_START, isPartial ? checksumStart - frame : 0, true);
  view.setUint16(start + CHECKSUM_OFFSET, isPartial ? checksumField : 0, true);
}

function gsoType(view: DataView, frame: number, transport: number): number {
  const isV6 = ipv4.version(view, frame + ethernet.HEADER_LENGTH) === 6;
  const hasCwr = (tcp.flags(view, transport) & tcp.CWR) !== 0;
  return (isV6 ? GSO_TCP_V6 : GSO_TCP_V4) | (hasCwr ? GSO_ECN : 0);
}

/** Takes the header off a packet, and notes what it says. Anything but true: it makes no sense, and nothing is changed. */
export function strip(packet: Packet): true | Reason {
  const { view, start, headLength } = packet;
  if (headLength < HEADER_LENGTH + ethernet.HEADER_LENGTH) return "truncated";
  const gso = view.getUint8(start + GSO_TYPE) & ~GSO_ECN;
  if (gso !== GSO_NONE && gso !== GSO_TCP_V4 && gso !== GSO_TCP_V6) return "unknown-segmentation";
  const needsChecksum = (view.getUint8(start + FLAGS) & NEEDS_CHECKSUM) !== 0;
  const offset = HEADER_LENGTH + view.getUint16(start + CHECKSUM_START, true);
  const field = view.getUint16(start + CHECKSUM_OFFSET, true);
  if (needsChecksum && offset + field + 2 > headLength) return "bad-checksum-place";
  if (gso !== GSO_NONE) {
    const segmentBytes = view.getUint16(start + GSO_SIZE, true);
    // Linux never leaves the one without the other.
    const isTcp = needsChecksum && field === tcp.CHECKSUM && offset + tcp.HEADER_LENGTH <= headLength;
    const payload = isTcp ? offset + tcp.headerLength(view, start + offset) : headLength;
    if (segmentBytes === 0 || payload >= headLength) return "bad-segmentation";
    packet.segmentBytes = segmentBytes;
    packet.payloadStart = start + payload;
  }
  if (needsChecksum) {
    packet.checksumStart = start + offset;
    packet.checksumField = field;
  }
  packet.trimStart(HEADER_LENGTH);
  return true;
}
