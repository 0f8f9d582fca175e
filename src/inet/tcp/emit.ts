/**
 * A segment goes down: header, options, and the sum of the pseudo-header; IP does the rest.
 *
 * Read first: RFC 9293 §3.1. The checksum is left for whoever lets the segment out of the simulation, as for UDP.
 */
import type { Errno } from "../../abi/errno.ts";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import * as checksum from "../../wire/checksum.ts";
import type { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import * as tcpOptions from "../../wire/tcp-options.ts";
import { NO_OPTIONS, type SendOptions } from "../ip/ip.ts";
import { output as ipOutput } from "../ip/output.ts";
import type { Path } from "../ip/path.ts";
import type { FourTuple } from "./isn.ts";
import type { Tcp } from "./tcp.ts";

/** What goes into the header beside the ports. */
export interface Outgoing {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  /** As it is to stand there. */
  readonly window: number;
  readonly urgentPointer: number;
}

// @rfc 9293 3.1 MUST-2; @rfc 9293 3.9.1.1 MUST-44, MUST-45
/** Puts a header in front of the data and sends it. The errno of the route when there is none. */
export function emit(
  tcp: Tcp,
  { localAddress, localPort, remoteAddress, remotePort, device = null }: FourTuple,
  packet: Packet,
  { seq, ack, flags, window, urgentPointer }: Outgoing,
  options: Readonly<tcpOptions.Options>,
  sendOptions: SendOptions = NO_OPTIONS,
): 0 | Errno {
  const { ip, machine } = tcp;
  const path: Path | Errno = ip.paths.to(remoteAddress, device);
  if (typeof path === "string") {
    machine.counters.bump("IpOutNoRoutes");
    packet.release();
    return path;
  }
  const headerLength = wire.HEADER_LENGTH + tcpOptions.lengthOf(options);
  const start = packet.prepend(headerLength);
  const { length } = packet;
  packet.checksumStart = start;
  packet.checksumField = wire.CHECKSUM;
  wire.emit(packet.view, start, {
    sourcePort: localPort,
    destinationPort: remotePort,
    sequence: seq,
    acknowledgment: ack,
    headerLength,
    flags,
    window,
    checksum: checksum.fold(checksum.pseudoHeader(localAddress, remoteAddress, IPPROTO_TCP, length)),
    urgentPointer,
  });
  tcpOptions.emit(packet.view, start + wire.HEADER_LENGTH, options);
  tcp.outSegs.bump(packet.segments);
  if ((flags & wire.RST) !== 0) machine.counters.bump("TcpOutRsts");
  if (machine.tracer.on) {
    const source = `${localAddress}:${localPort}`;
    const destination = `${remoteAddress}:${remotePort}`;
    machine.tracer.emit(machine.name, { step: "inet/tcp/output", source, destination, bytes: length });
  }
  return ipOutput(ip, packet, path, localAddress, IPPROTO_TCP, sendOptions);
}
