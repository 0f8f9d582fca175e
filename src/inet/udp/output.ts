/**
 * A datagram goes down: the payload is copied, once, and gets its header; IP does the rest.
 *
 * Read first: RFC 768. The checksum is left for whoever lets the datagram out of the simulation: its field holds the
 * sum of the pseudo-header, and the packet says where it is to be completed (as CHECKSUM_PARTIAL on Linux).
 */
import type { Errno } from "../../abi/errno.ts";
import { IPPROTO_UDP } from "../../abi/socket.ts";
import * as checksum from "../../wire/checksum.ts";
import { Packet } from "../../wire/packet.ts";
import * as udp from "../../wire/udp.ts";
import { output as ipOutput } from "../ip/output.ts";
import type { Way } from "./cork.ts";
import type { UdpPcb } from "./pcb.ts";
import type { Udp } from "./udp.ts";

/** Sends the bytes from the socket's port; answers how many. */
export function output(
  { ip, machine }: Udp,
  pcb: UdpPcb,
  data: Uint8Array,
  { path, source, port: destinationPort, options }: Way,
): number | Errno {
  const packet = Packet.from(data);
  const start = packet.prepend(udp.HEADER_LENGTH);
  const { length } = packet;
  // RFC 8200 §8.1: over IPv6 the checksum is not optional.
  const hasNone = pcb.noChecksum && path.destination.family === 4;
  if (!hasNone) {
    packet.checksumStart = start;
    packet.checksumField = udp.CHECKSUM;
  }
  udp.emit(packet.view, start, {
    sourcePort: pcb.localPort,
    destinationPort,
    length,
    checksum: hasNone ? 0 : checksum.fold(checksum.pseudoHeader(source, path.destination, IPPROTO_UDP, length)),
  });
  pcb.socket.chargeSend(packet);
  if (machine.tracer.on) {
    const from = `${source}:${pcb.localPort}`;
    const to = `${path.destination}:${destinationPort}`;
    machine.tracer.emit(machine.name, { step: "inet/udp/output", source: from, destination: to, bytes: length });
  }
  const result = ipOutput(ip, packet, path, source, IPPROTO_UDP, options);
  if (result !== 0) return result;
  machine.counters.bump(path.destination.family === 4 ? "UdpOutDatagrams" : "Udp6OutDatagrams");
  return data.length;
}
