/**
 * ARP messages go down: requests for an address, and replies.
 *
 * Read first: RFC 826 ("Packet Generation"). The neighbour table calls solicit() when it wants to know an address, or,
 * with `unicastTo`, whether what it knows still holds; it counts and times the requests.
 */
import type { Interface } from "../../netif/interface.ts";
import { send } from "../../netif/output.ts";
import * as arp from "../../wire/arp.ts";
import { ETHERTYPE_ARP } from "../../wire/ethernet.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { BROADCAST, type MacAddress } from "../../wire/mac-address.ts";
import { Packet } from "../../wire/packet.ts";
import type { Ip } from "../ip/ip.ts";

export function solicit(ip: Ip, through: Interface, target: IpAddress, unicastTo: MacAddress = BROADCAST): void {
  const spa = ip.addresses.select(through, target);
  // An address that was taken away while packets were waiting leaves nothing to ask from.
  if (spa === undefined) return;
  output(through, unicastTo, { op: arp.REQUEST, sha: through.macAddress, spa, tha: 0, tpa: target });
}

export function output(through: Interface, destination: MacAddress, message: arp.Message): void {
  const packet = Packet.allocate(arp.MESSAGE_LENGTH);
  arp.emit(packet.view, packet.start, message);
  send(through, packet, destination, ETHERTYPE_ARP);
}
