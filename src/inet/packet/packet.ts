/**
 * Packet sockets of one host: frames as they are on a link, in both directions.
 *
 * Read first: packet(7); Linux's packet_rcv and dev_queue_xmit_nit. Each interface is listened to while there is any such
 * socket. A socket sees what comes in for its protocol (an EtherType) on its interface, and with ETH_P_ALL also what goes out. Rows
 * for the host's table of protocols: SOCK_RAW has the link header in the bytes, SOCK_DGRAM in the address.
 */
import {
  ETH_P_ALL,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  PACKET_OUTGOING,
} from "../../abi/packet.ts";
import { AF_PACKET, SOCK_DGRAM, SOCK_RAW } from "../../abi/socket.ts";
import type { Direction, Interface } from "../../netif/interface.ts";
import type { Netif } from "../../netif/netif.ts";
import type { LinkAddress } from "../../socket/address.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { Socket } from "../../socket/socket.ts";
import * as ethernet from "../../wire/ethernet.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as mac from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";
import { PacketRequests } from "./usrreq.ts";

/** ARPHRD_ETHER, ARPHRD_PPP and ARPHRD_LOOPBACK: kinds of links. */
const HARDWARE_TYPES = { ethernet: 1, ppp: 512, "raw-ip": 772 } as const;

/** One packet socket. */
export class PacketPcb {
  readonly socket: Socket;
  /** The EtherType that it sees; 0: nothing. */
  protocol: number;
  /** Null: all of them. */
  through: Interface | null = null;
  /** PACKET_STATISTICS: since the last look. */
  packets = 0;
  dropsBefore = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.protocol = socket.protocol.protocol;
  }

  /** Does it see a frame of that EtherType? */
  wants(through: Interface, direction: Direction, etherType: number): boolean {
    if (this.through !== null && this.through !== through) return false;
    if (this.protocol === ETH_P_ALL) return true;
    return direction === "in" && this.protocol === etherType;
  }
}

/** One line of /proc/net/packet. */
export interface PacketSnapshot {
  readonly type: number;
  readonly protocol: number;
  readonly interfaceIndex: number;
  readonly receiveQueueBytes: number;
  readonly inode: number;
}

export class PacketSockets {
  readonly netif: Netif;
  #sockets: readonly PacketPcb[] = [];
  readonly #taps: Map<Interface, Disposable> = new Map<Interface, Disposable>();

  constructor(netif: Netif) {
    this.netif = netif;
    netif.interfaces.subscribe((changed, change) => {
      if (change === "attach" && this.#sockets.length > 0) this.#listen(changed);
      else if (change === "down" || change === "detach") this.#lose(changed, change);
    });
  }

  add(pcb: PacketPcb): void {
    if (this.#sockets.length === 0) for (const each of this.netif.interfaces.list()) this.#listen(each);
    this.#sockets = [...this.#sockets, pcb];
  }

  remove(pcb: PacketPcb): void {
    this.#sockets = this.#sockets.filter((other) => other !== pcb);
    if (this.#sockets.length > 0) return;
    for (const tap of this.#taps.values()) tap[Symbol.dispose]();
    this.#taps.clear();
  }

  snapshot(): readonly PacketSnapshot[] {
    return this.#sockets.map(({ socket, protocol, through }) => ({
      type: socket.type,
      protocol,
      interfaceIndex: through?.index ?? 0,
      receiveQueueBytes: socket.receiveQueueBytes,
      inode: socket.inode,
    }));
  }

  #listen(through: Interface): void {
    this.#taps.set(
      through,
      through.tap((direction, frame) => this.#see(through, direction, frame)),
    );
  }

  #lose(gone: Interface, change: "down" | "detach"): void {
    for (const { through, socket } of this.#sockets) if (through === gone) socket.fail("ENETDOWN");
    if (change === "down") return;
    this.#taps.get(gone)?.[Symbol.dispose]();
    this.#taps.delete(gone);
  }

  #see(through: Interface, direction: Direction, frame: Packet): void {
    const { linkType } = through;
    if (frame.headLength < HEADER_LENGTHS[linkType]) return;
    const kind = direction === "out" ? PACKET_OUTGOING : kindOf(through, frame);
    // What the filter of a network card keeps out nobody sees.
    if (kind === PACKET_OTHERHOST && through.filter.promiscuous === 0) return;
    if (kind === PACKET_MULTICAST && !isHeard(through, frame)) return;
    const etherType = etherTypeOf(linkType, frame);
    for (const pcb of this.#sockets) {
      if (pcb.wants(through, direction, etherType)) deliver(pcb, through, frame, etherType, kind);
    }
  }
}

const HEADER_LENGTHS = { ethernet: ethernet.HEADER_LENGTH, ppp: ppp.HEADER_LENGTH, "raw-ip": 1 } as const;

function deliver(pcb: PacketPcb, through: Interface, frame: Packet, etherType: number, kind: number): void {
  const { socket } = pcb;
  const { linkType } = through;
  const source: LinkAddress = {
    family: AF_PACKET,
    protocol: etherType,
    ifindex: through.index,
    hatype: HARDWARE_TYPES[linkType],
    pkttype: kind,
    addr: linkType === "ethernet" ? mac.format(ethernet.parse(frame.view, frame.start).source) : "",
  };
  const copy = frame.clone();
  copy.completeChecksum();
  if (socket.type === SOCK_DGRAM && linkType !== "raw-ip") copy.trimStart(HEADER_LENGTHS[linkType]);
  pcb.packets++;
  socket.deliver(copy, source);
}

function kindOf(through: Interface, { view, start }: Packet): number {
  if (through.linkType !== "ethernet") return PACKET_HOST;
  const destination = ethernet.destination(view, start);
  if (destination === mac.BROADCAST) return PACKET_BROADCAST;
  if (mac.isMulticast(destination)) return PACKET_MULTICAST;
  return destination === through.macAddress ? PACKET_HOST : PACKET_OTHERHOST;
}

function isHeard(through: Interface, { view, start }: Packet): boolean {
  return through.filter.promiscuous > 0 || through.filter.hears(ethernet.destination(view, start));
}

function etherTypeOf(linkType: Interface["linkType"], { view, start }: Packet): number {
  switch (linkType) {
    case "ethernet":
      return ethernet.etherType(view, start);
    case "ppp":
      return ppp.protocol(view, start) === ppp.PROTOCOL_IPV6 ? ethernet.ETHERTYPE_IPV6 : ethernet.ETHERTYPE_IPV4;
    case "raw-ip":
      return ipv4.version(view, start) === 6 ? ethernet.ETHERTYPE_IPV6 : ethernet.ETHERTYPE_IPV4;
  }
}

/** The rows that make socket(AF_PACKET, SOCK_RAW or SOCK_DGRAM, EtherType) work, for root. */
export function packetProtocols(sockets: PacketSockets): readonly Protocol[] {
  return [SOCK_RAW, SOCK_DGRAM].map((type) => ({
    domain: AF_PACKET,
    type,
    protocol: 0,
    isWild: true,
    name: "packet",
    permits: ({ uid }) => (uid === 0 ? 0 : "EPERM"),
    attach: (socket) => {
      const pcb = new PacketPcb(socket);
      sockets.add(pcb);
      return new PacketRequests(sockets, pcb);
    },
  }));
}
