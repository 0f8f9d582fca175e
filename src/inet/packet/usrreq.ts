/**
 * What a packet socket is asked to do: bind to an interface, send frames, take more of a link, close.
 *
 * Read first: packet(7); Linux's packet_do_bind, packet_snd and packet_mc_add.
 */
import type { Errno } from "../../abi/errno.ts";
import {
  PACKET_ADD_MEMBERSHIP,
  PACKET_DROP_MEMBERSHIP,
  PACKET_HOST,
  PACKET_MR_ALLMULTI,
  PACKET_MR_MULTICAST,
  PACKET_MR_PROMISC,
  PACKET_STATISTICS,
  SOL_PACKET,
} from "../../abi/packet.ts";
import { AF_PACKET, SOCK_DGRAM } from "../../abi/socket.ts";
import type { FileDescription } from "../../file/open-file.ts";
import type { Task } from "../../file/task.ts";
import type { Interface } from "../../netif/interface.ts";
import { send } from "../../netif/output.ts";
import type { LinkAddress, SocketAddress } from "../../socket/address.ts";
import type { OptionValue, PacketMembership } from "../../socket/option.ts";
import type { UserRequests } from "../../socket/protocol.ts";
import * as ethernet from "../../wire/ethernet.ts";
import * as mac from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import type { PacketPcb, PacketSockets } from "./packet.ts";

interface Membership {
  readonly through: Interface;
  readonly type: number;
  readonly group: mac.MacAddress;
  users: number;
}

export class PacketRequests implements UserRequests {
  readonly #sockets: PacketSockets;
  readonly #pcb: PacketPcb;
  #memberships: Membership[] = [];

  constructor(sockets: PacketSockets, pcb: PacketPcb) {
    this.#sockets = sockets;
    this.#pcb = pcb;
  }

  bind(_task: Task, endpoint: SocketAddress): 0 | Errno {
    if (endpoint.family !== AF_PACKET) return "EINVAL";
    const through = this.#interface(endpoint.ifindex);
    if (through === undefined) return "ENODEV";
    this.#pcb.through = through;
    // As packet_do_bind: a protocol of 0 leaves the one that there is.
    if (endpoint.protocol !== 0) this.#pcb.protocol = endpoint.protocol;
    if (through !== null && !through.up) this.#pcb.socket.fail("ENETDOWN");
    return 0;
  }

  connect(): Errno {
    return "EOPNOTSUPP";
  }

  send(_task: Task, data: Uint8Array, destination: SocketAddress | null): number | Errno {
    const { socket, through: own, protocol } = this.#pcb;
    if (destination !== null && destination.family !== AF_PACKET) return "EINVAL";
    const through = destination === null ? own : this.#interface(destination.ifindex);
    if (through === undefined || through === null) return "ENXIO";
    if (!through.up) return "ENETDOWN";
    const isRaw = socket.type !== SOCK_DGRAM;
    const headerLength = isRaw && through.linkType === "ethernet" ? ethernet.HEADER_LENGTH : 0;
    if (data.length > through.mtu + headerLength) return "EMSGSIZE";
    if (data.length < Math.max(1, headerLength)) return "EINVAL";
    const refusal = socket.room();
    if (refusal !== 0) return refusal;
    const to = destination === null || destination.addr === "" ? mac.BROADCAST : mac.parse(destination.addr);
    if (to === undefined) return "EINVAL";
    const packet = Packet.from(data);
    // Whoever is handed a frame reads its header: it lies in the head.
    packet.pullUp(Math.min(data.length, ethernet.HEADER_LENGTH));
    socket.chargeSend(packet);
    if (isRaw) through.enqueue(packet);
    else send(through, packet, to, destination?.protocol || protocol);
    return data.length;
  }

  getsockopt(level: number, option: number): OptionValue | Errno {
    if (level !== SOL_PACKET || option !== PACKET_STATISTICS) return "ENOPROTOOPT";
    const pcb = this.#pcb;
    const statistics = { tp_packets: pcb.packets, tp_drops: pcb.socket.drops - pcb.dropsBefore };
    pcb.packets = 0;
    pcb.dropsBefore = pcb.socket.drops;
    return statistics;
  }

  setsockopt(_task: Task, level: number, option: number, value: OptionValue): 0 | Errno {
    const isAdding = option === PACKET_ADD_MEMBERSHIP;
    if (level !== SOL_PACKET || !(isAdding || option === PACKET_DROP_MEMBERSHIP)) return "ENOPROTOOPT";
    const { mr_ifindex, mr_type, mr_address = "" } = value as Partial<PacketMembership>;
    if (typeof mr_ifindex !== "number" || typeof mr_type !== "number") return "EINVAL";
    const through = this.#interface(mr_ifindex);
    if (through === undefined || through === null) return "ENODEV";
    const group = mr_type === PACKET_MR_MULTICAST ? mac.parse(mr_address) : 0;
    if (group === undefined || mr_type < PACKET_MR_MULTICAST || mr_type > PACKET_MR_ALLMULTI) return "EINVAL";
    return isAdding ? this.#join(through, mr_type, group) : this.#leave(through, mr_type, group);
  }

  localAddress(): LinkAddress {
    const { protocol, through } = this.#pcb;
    const addr = through?.linkType === "ethernet" ? mac.format(through.macAddress) : "";
    return { family: AF_PACKET, protocol, ifindex: through?.index ?? 0, hatype: 1, pkttype: PACKET_HOST, addr };
  }

  remoteAddress(): Errno {
    return "EOPNOTSUPP";
  }

  describe(): FileDescription {
    const { socket, protocol, through } = this.#pcb;
    const name = `${through?.name ?? "*"} protocol=0x${protocol.toString(16).padStart(4, "0")}`;
    return { type: "pack", node: String(socket.inode), name };
  }

  detach(): void {
    for (const { through, type, group } of this.#memberships) apply(through, type, group, -1);
    this.#memberships = [];
    this.#sockets.remove(this.#pcb);
  }

  #join(through: Interface, type: number, group: mac.MacAddress): 0 {
    const known = this.#find(through, type, group);
    if (known !== undefined) {
      known.users++;
      return 0;
    }
    this.#memberships.push({ through, type, group, users: 1 });
    apply(through, type, group, 1);
    return 0;
  }

  #leave(through: Interface, type: number, group: mac.MacAddress): 0 | Errno {
    const known = this.#find(through, type, group);
    if (known === undefined) return "EADDRNOTAVAIL";
    if (--known.users > 0) return 0;
    this.#memberships = this.#memberships.filter((other) => other !== known);
    apply(through, type, group, -1);
    return 0;
  }

  #find(through: Interface, type: number, group: mac.MacAddress): Membership | undefined {
    return this.#memberships.find((one) => one.through === through && one.type === type && one.group === group);
  }

  /** Null for the index 0, which is all of them; undefined where there is none. */
  #interface(index: number): Interface | null | undefined {
    return index === 0 ? null : this.#sockets.netif.interfaces.list().find((one) => one.index === index);
  }
}

function apply({ filter }: Interface, type: number, group: mac.MacAddress, by: 1 | -1): void {
  if (type === PACKET_MR_PROMISC) filter.promiscuous += by;
  else if (type === PACKET_MR_ALLMULTI) filter.allGroups += by;
  else if (by === 1) filter.join(group);
  else filter.leave(group);
}
