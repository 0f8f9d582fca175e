/**
 * A segment comes up: is it sound, and whose is it?
 *
 * Read first: RFC 9293 §3.10.7. Order: input() → segmentArrives() of a connection, or synSentArrives(), requestArrives() of
 * the SYN queue, timeWaitArrives(), listenArrives(), closedArrives(). error() is ICMP's news of a segment of ours.
 */
import { countDrop } from "../../base/machine.ts";
import type { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import type { Arrival } from "../ip/ip.ts";
import { segmentArrives } from "./arrives.ts";
import { closedArrives } from "./closed.ts";
import { connectionHash } from "./demux.ts";
import { listenArrives, requestArrives } from "./listen.ts";
import type { Segment } from "./segment.ts";
import { synSentArrives } from "./syn-sent.ts";
import type { Tcp } from "./tcp.ts";
import { timeWaitArrives } from "./time-wait.ts";

// @rfc 9293 3.9.2.3 MUST-57
export function input(tcp: Tcp, packet: Packet, arrival: Arrival): void {
  const { counters, tracer } = tcp.machine;
  tcp.inSegs.bump();
  const fault = checkHeader(packet, arrival);
  if (fault !== null) {
    // Linux counts a wrong checksum in both.
    if (fault === "TcpInCsumErrors") counters.bump("TcpInErrs");
    countDrop(tcp.machine, fault, packet.length);
    packet.release();
    return;
  }
  const seg = tcp.segment;
  seg.read(packet, arrival.headerLength, arrival.source, arrival.destination);
  seg.ecn = arrival.trafficClass & 3;
  seg.through = arrival.through;
  if (tracer.on) trace(tcp, packet, seg);
  // RFC 9293 §3.9.2.3, MUST-57: nothing that is for many, or from them, is a connection. H19: nor is it answered.
  if (arrival.kind !== "local" || arrival.frameKind === "group") {
    countDrop(tcp.machine, "TcpInErrs", packet.length);
  } else {
    dispatch(tcp, seg);
  }
  seg.discard();
}

// @rfc 9293 3.1 MUST-3
/** H36: the counter of what is wrong with it, null when nothing is. */
function checkHeader(packet: Packet, arrival: Arrival): string | null {
  const { headerLength } = arrival;
  const isOffloaded = packet.checksumStart >= 0;
  if (!packet.pullUp(isOffloaded ? headerLength + wire.HEADER_LENGTH : packet.length)) return "TcpInErrs";
  if (isOffloaded) packet.pullUp(headerLength + wire.headerLength(packet.view, packet.start + headerLength));
  const addresses = isOffloaded ? "offloaded" : arrival;
  switch (wire.check(packet.view, packet.start + headerLength, packet.length - headerLength, addresses)) {
    case true:
      return null;
    case "bad-checksum":
      return "TcpInCsumErrors";
    default:
      return "TcpInErrs";
  }
}

function dispatch(tcp: Tcp, seg: Segment): void {
  const found = tcp.demux.find(seg.destination, seg.destinationPort, seg.source, seg.sourcePort);
  if (found === null) {
    newcomer(tcp, seg);
    return;
  }
  switch (found.kind) {
    case "connection":
      if (found.state === "SYN_SENT") synSentArrives(found, seg);
      else segmentArrives(found, seg);
      return;
    case "request":
      // The last ACK of the handshake may carry data: what is left of the segment is the new connection's.
      if (requestArrives(found, seg) === "closed") closedArrives(tcp, seg);
      return;
    case "time-wait":
      // A new connection may take the place of the old one.
      if (timeWaitArrives(found, seg) === "reopen") newcomer(tcp, seg);
  }
}

/** Not of a connection that is there. */
function newcomer(tcp: Tcp, seg: Segment): void {
  const spread = connectionHash(seg.destination, seg.destinationPort, seg.source, seg.sourcePort);
  const listener = tcp.demux.findListener(seg.destination, seg.destinationPort, spread);
  if (listener === null) closedArrives(tcp, seg);
  else listenArrives(listener, seg);
}

function trace({ machine }: Tcp, packet: Packet, seg: Segment): void {
  machine.tracer.emit(machine.name, {
    step: "inet/tcp/input",
    source: `${seg.source}:${seg.sourcePort}`,
    destination: `${seg.destination}:${seg.destinationPort}`,
    bytes: packet.length - seg.dataOffset + seg.dataLength,
  });
}
