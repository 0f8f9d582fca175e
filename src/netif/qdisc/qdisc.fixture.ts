/** What tests of queue disciplines stand on: an owner that notes what is dropped, and frames of flows. */
import { Packet } from "../../wire/packet.ts";
import type { QdiscOwner } from "./qdisc.ts";

export const NS_PER_MS = 1_000_000;

/** An owner of a link without headers. */
export function testOwner(): QdiscOwner & { readonly dropped: Packet[] } {
  const dropped: Packet[] = [];
  return {
    linkType: "raw-ip",
    mtu: () => 1500,
    perturb: () => 1,
    drop: (packet) => {
      dropped.push(packet);
      packet.release();
    },
    dropped,
  };
}

/** An IPv4 datagram of that flow, whose checksum is not looked at. */
export function datagram(flow: number, lengthBytes: number = 1000, typeOfService: number = 0): Packet {
  const packet = Packet.allocate(lengthBytes);
  packet.bytes.fill(0, packet.start, packet.end);
  packet.view.setUint8(packet.start, 0x45);
  packet.view.setUint8(packet.start + 1, typeOfService);
  packet.view.setUint8(packet.start + 9, 17);
  packet.view.setUint32(packet.start + 12, flow);
  return packet;
}

export function flowOf(packet: Packet): number {
  return packet.view.getUint32(packet.start + 12);
}
