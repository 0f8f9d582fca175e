/**
 * ARP messages come up: RFC 826, "Packet Reception", in its order.
 *
 * Read first: RFC 826, RFC 5227 §1.1 and §2.4 (probes, conflicts), Linux's arp_process.
 *
 *     is it Ethernet and IPv4?            arp.check()
 *     can the sender be who it says?      doubt(): not in RFC 826, which trusts everybody
 *     is the sender in the table?         correct the entry
 *     is the target one of our addresses? if the sender is not in the table, put it there
 *     is it a request?                    answer
 */
import { countDrop } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import * as arp from "../../wire/arp.ts";
import { ETHERTYPE_IPV4 } from "../../wire/ethernet.ts";
import { isMulticast } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Ip } from "../ip/ip.ts";
import { output } from "./output.ts";

export function input(ip: Ip, packet: Packet, from: Interface, frameKind: FrameKind): void {
  if (arp.check(packet.view, packet.start, packet.headLength) !== true) {
    countDrop(ip.machine, "ArpInErrors", packet.length);
    return;
  }
  const message = arp.parse(packet.view, packet.start);
  const doubtful = doubt(ip, from, message);
  if (doubtful !== null) {
    countDrop(ip.machine, doubtful, packet.length);
    return;
  }
  ip.machine.counters.bump(message.op === arp.REPLY ? "ArpInReplies" : "ArpInRequests");
  const isForUs = ip.addresses.kindOf(message.tpa) === "local" && !message.tpa.isLoopback;
  const confirmed = message.op === arp.REPLY && isForUs && frameKind === "host";
  // RFC 5227 §1.1: a probe asks whether an address is free, from 0.0.0.0, of which the table learns nothing.
  const lesson = { create: isForUs, confirmed, etherType: ETHERTYPE_IPV4 };
  ip.netif.neighbours.learn(from, message.spa, message.sha, lesson);
  if (isForUs && message.op === arp.REQUEST && mayAnswer(ip, from, message)) reply(from, message);
}

/** As arp_ignore: 0, for any address of ours; 1, of this interface; 2, and to who is in its network; 8, for none. */
function mayAnswer(ip: Ip, from: Interface, { spa, tpa }: arp.Message): boolean {
  const mode = ip.settings.interfaces.larger(from, "arp_ignore");
  if (mode === 0) return true;
  if (mode === 8) return false;
  const own = ip.addresses.list().find(({ address, through }) => through === from && address.equals(tpa));
  return own !== undefined && (mode !== 2 || own.network.contains(spa));
}

/** The counter of what is wrong with the sender, null when nothing is: these would poison the table. */
function doubt(ip: Ip, from: Interface, { sha, spa, tpa }: arp.Message): string | null {
  if (sha === 0 || isMulticast(sha) || sha === from.macAddress) return "ArpInMartians";
  if (tpa.isMulticast || tpa.isLoopback) return "ArpInMartians";
  switch (ip.addresses.kindOf(spa)) {
    case "unicast":
    case "unspecified":
      return null;
    case "local":
      // RFC 5227 §2.4 (c): the host keeps its address and does not defend it.
      return spa.isLoopback ? "ArpInMartians" : "ArpInConflicts";
    default:
      return "ArpInMartians";
  }
}

/** RFC 826: "Swap hardware and protocol fields, putting the local hardware and protocol addresses in the sender fields." */
function reply(from: Interface, { sha, spa, tpa }: arp.Message): void {
  output(from, sha, { op: arp.REPLY, sha: from.macAddress, spa: tpa, tha: sha, tpa: spa });
}
