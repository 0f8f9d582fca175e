/**
 * Which frames of its link an interface takes beside those to its own address: groups, all groups, everything.
 *
 * Read first: packet(7), PACKET_ADD_MEMBERSHIP; Linux's dev_mc_add and dev_set_promiscuity. Each wish is counted, for several
 * may have it at a time. Packet sockets see what a promiscuous interface takes; protocols are not given what is for others.
 */
import { BROADCAST, type MacAddress } from "../wire/mac-address.ts";

export class ReceiveFilter {
  /** How many want all frames of the link, and how many those to all groups. */
  promiscuous = 0;
  allGroups = 0;
  readonly #groups: Map<MacAddress, number> = new Map<MacAddress, number>();

  /** Frames to this group are taken from now on, until as many have left as have joined. */
  join(group: MacAddress): void {
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
  }

  leave(group: MacAddress): void {
    const users = this.#groups.get(group) ?? 0;
    if (users > 1) this.#groups.set(group, users - 1);
    else this.#groups.delete(group);
  }

  /** Does anybody here listen to what this group address is sent? */
  hears(group: MacAddress): boolean {
    return group === BROADCAST || this.allGroups > 0 || this.#groups.has(group);
  }
}
