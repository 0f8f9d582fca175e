/**
 * A segment for which there is no connection: RFC 9293 §3.10.7.1, and resets in general.
 *
 * Read first: RFC 9293 §3.5.2 and §3.5.3. H19: a reset is never answered with one.
 */
import { countDrop } from "../../base/machine.ts";
import { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import { noOptions } from "../../wire/tcp-options.ts";
import { emit } from "./emit.ts";
import type { FourTuple } from "./isn.ts";
import type { Segment } from "./segment.ts";
import type { Tcp } from "./tcp.ts";

const NO_OPTIONS = noOptions();

/** RFC 9293 §3.10.7.1. */
export function closedArrives(tcp: Tcp, seg: Segment): void {
  countDrop(tcp.machine, "TcpExtTCPNoSocket", seg.dataLength);
  replyReset(tcp, seg);
}

/** Tells the sender of a segment that there is no such connection. H19: SEQ is its ACK, or 0 when it has none. */
export function replyReset(tcp: Tcp, seg: Segment): void {
  if (seg.has(wire.RST)) return;
  const tuple = answerTo(seg);
  const header = seg.has(wire.ACK)
    ? { seq: seg.ack, ack: 0, flags: wire.RST, window: 0, urgentPointer: 0 }
    : { seq: 0, ack: seg.end, flags: wire.RST | wire.ACK, window: 0, urgentPointer: 0 };
  emit(tcp, tuple, Packet.allocate(0), header, NO_OPTIONS);
}

/** From whom, and to whom, an answer goes. */
export function answerTo(seg: Segment): FourTuple {
  return {
    localAddress: seg.destination,
    localPort: seg.destinationPort,
    remoteAddress: seg.source,
    remotePort: seg.sourcePort,
    device: seg.source.isLinkLocal ? seg.through : null,
  };
}
