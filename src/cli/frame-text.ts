/**
 * Frames of the trace in the words of tcpdump.
 */
import { describePacket, LINKTYPE_ETHERNET, LINKTYPE_RAW, type TraceEvent } from "../entry-node.ts";

/** A frame that passes an interface. */
export type FrameEvent = Extract<TraceEvent, { step: "netif/output" | "netif/input" }>;

export function formatFrame({ linkType, frame }: FrameEvent): string {
  const bytes = frame.copyBytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return describePacket(linkType === "ethernet" ? LINKTYPE_ETHERNET : LINKTYPE_RAW, view, 0, bytes.length);
}
