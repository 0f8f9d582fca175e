/**
 * Frames of the trace in the words of tcpdump.
 */
import { describePacket, LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW, type TraceEvent } from "../entry-node.ts";

/** A frame that passes an interface. */
export type FrameEvent = Extract<TraceEvent, { step: "netif/output" | "netif/input" }>;

const LINKTYPES: Readonly<Record<FrameEvent["linkType"], number>> = {
  ethernet: LINKTYPE_ETHERNET,
  "raw-ip": LINKTYPE_RAW,
  ppp: LINKTYPE_PPP,
};

export function formatFrame({ linkType, frame }: FrameEvent): string {
  const bytes = frame.copyBytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return describePacket(LINKTYPES[linkType], view, 0, bytes.length);
}
