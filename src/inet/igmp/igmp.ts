/**
 * IGMP version 2, as a host speaks it: routers and switches are told which groups somebody here listens to.
 *
 * Read first: RFC 2236 §3 and §6 (the states of a host), §4 (a router of version 1); Linux's igmp.c.
 *
 *     Non-Member ─ join: report, once more later ─→ Delaying Member ─ timer: report ─→ Idle Member
 *         ↑                                             ↑  │  another's report              │
 *         └──────── leave, if the last report was ours ─┘  └────────────────────────────────┘ query: timer
 *
 * ip.groups says who has joined what. 224.0.0.1 is joined by all, and never reported.
 */

import { IP_PMTUDISC_DO } from "../../abi/ip.ts";
import { IPPROTO_IGMP } from "../../abi/socket.ts";
import { TimedEvent } from "../../base/event-queue.ts";
import { countDrop } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import type { Interface } from "../../netif/interface.ts";
import * as igmp from "../../wire/igmp.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { ROUTER_ALERT_BYTES } from "../../wire/ipv4-options.ts";
import { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { output } from "../ip/output.ts";

const NS_PER_TENTH = 100_000_000;
/** RFC 2236 §8.10: the time between a first report and its repetition. */
const UNSOLICITED_INTERVAL_NS = 100 * NS_PER_TENTH;
/** RFC 2236 §8.11: after a query of version 1 its querier is believed to be there for so long. */
const VERSION_1_NS = 4000 * NS_PER_TENTH;
/** What a query of version 1, which says none, means. */
const VERSION_1_RESPONSE_TENTHS = 100;
/** RFC 2236 §8.1: reports of a join. */
const ROBUSTNESS = 2;
/** RFC 2236 §9 and RFC 791: of network control. */
const TRAFFIC_CLASS = 0xc0;

const ALL_SYSTEMS = IpAddress.v4(0xe000_0001);
const ALL_ROUTERS = IpAddress.v4(0xe000_0002);

/** One group on one interface, as routers are told of it. */
class Reported {
  readonly through: Interface;
  readonly group: IpAddress;
  /** Reports that follow without being asked for. */
  unsolicited = ROBUSTNESS - 1;
  /** The last report on the link was ours: so it is for us to say that we leave. */
  isLastReporter = false;
  dueNs = 0;
  readonly timer: TimedEvent;

  constructor(through: Interface, group: IpAddress, report: (reported: Reported) => void) {
    this.timer = new TimedEvent("igmp report", () => report(this));
    this.through = through;
    this.group = group;
  }
}

export class Igmp {
  readonly #ip: Ip;
  readonly #chance: Prng;
  readonly #reported: Map<string, Reported> = new Map<string, Reported>();
  /** By the interface's index: until when a router of version 1 is believed to be there. */
  readonly #version1UntilNs: Map<number, number> = new Map<number, number>();
  readonly #report: (reported: Reported) => void = (reported) => this.#timeout(reported);

  constructor(ip: Ip) {
    this.#ip = ip;
    this.#chance = ip.machine.random("igmp");
    ip.register(IPPROTO_IGMP, (packet, arrival) => this.#input(packet, arrival));
    ip.groups.listen(4, (through, group, change) => {
      if (change === "join") this.#join(through, group);
      else this.#leave(through, group);
    });
    ip.netif.interfaces.subscribe((changed, change) => {
      if (change === "attach") ip.groups.join(changed, ALL_SYSTEMS);
      else if (change === "up") this.#joinAgain(changed);
      else this.#stop(changed);
    });
  }

  #join(through: Interface, group: IpAddress): void {
    if (through.isLoopback || group.equals(ALL_SYSTEMS) || !through.up) return;
    const reported = new Reported(through, group, this.#report);
    this.#reported.set(keyOf(through, group), reported);
    this.#sendReport(reported);
    this.#start(reported, UNSOLICITED_INTERVAL_NS);
  }

  #joinAgain(through: Interface): void {
    for (const group of this.#ip.groups.on(through)) if (group.family === 4) this.#join(through, group);
  }

  #leave(through: Interface, group: IpAddress): void {
    const reported = this.#reported.get(keyOf(through, group));
    if (reported === undefined) return;
    this.#forget(reported);
    // RFC 2236 §4: a router of version 1 does not know what that is.
    if (reported.isLastReporter && through.up && !this.#isVersion1(through)) {
      this.#send(through, ALL_ROUTERS, { type: igmp.LEAVE, responseTime: 0, group });
    }
  }

  /** The interface is down or gone. */
  #stop(through: Interface): void {
    for (const reported of [...this.#reported.values()]) if (reported.through === through) this.#forget(reported);
    this.#version1UntilNs.delete(through.index);
  }

  #forget(reported: Reported): void {
    this.#ip.machine.scheduler.events.cancel(reported.timer);
    this.#reported.delete(keyOf(reported.through, reported.group));
  }

  #input(packet: Packet, arrival: Arrival): void {
    const { machine } = this.#ip;
    packet.pullUp(packet.length);
    const { view, start, length } = packet;
    const offset = start + arrival.headerLength;
    if (igmp.check(view, offset, length - arrival.headerLength) !== true) {
      countDrop(machine, "IgmpInErrors", length);
    } else {
      const message = igmp.parse(view, offset);
      this.#take(message, arrival);
    }
    packet.release();
  }

  #take(message: igmp.Message, { through, frameKind }: Arrival): void {
    const { counters } = this.#ip.machine;
    if (through === null) return;
    switch (message.type) {
      case igmp.QUERY:
        counters.bump("IgmpInQueries");
        this.#query(through, message);
        return;
      case igmp.REPORT_V1:
      case igmp.REPORT_V2:
        counters.bump("IgmpInReports");
        // Our own, which we hear as a member, does not count.
        if (frameKind !== "looped") this.#hear(through, message.group);
        return;
      default:
        counters.bump("IgmpInOthers");
    }
  }

  /** RFC 2236 §3: an answer for each group, at a random time within what the router allows. */
  #query(through: Interface, { responseTime, group }: igmp.Message): void {
    if (responseTime === 0) {
      this.#version1UntilNs.set(through.index, this.#ip.machine.scheduler.nowNs + VERSION_1_NS);
    }
    const maxNs = (responseTime || VERSION_1_RESPONSE_TENTHS) * NS_PER_TENTH;
    for (const reported of this.#reported.values()) {
      if (reported.through !== through) continue;
      if (!group.isUnspecified && !group.equals(reported.group)) continue;
      const leftNs = reported.timer.queued
        ? reported.dueNs - this.#ip.machine.scheduler.nowNs
        : Number.POSITIVE_INFINITY;
      if (leftNs > maxNs) this.#start(reported, maxNs);
    }
  }

  /** Another host on the link listens too: the router needs no second report. */
  #hear(through: Interface, group: IpAddress): void {
    const reported = this.#reported.get(keyOf(through, group));
    if (reported === undefined) return;
    this.#ip.machine.scheduler.events.cancel(reported.timer);
    reported.isLastReporter = false;
    reported.unsolicited = 0;
  }

  #timeout(reported: Reported): void {
    this.#sendReport(reported);
    if (reported.unsolicited > 0) this.#start(reported, UNSOLICITED_INTERVAL_NS);
  }

  /** Within (0, maxNs]. */
  #start(reported: Reported, maxNs: number): void {
    const { scheduler } = this.#ip.machine;
    reported.dueNs = scheduler.nowNs + 1 + this.#chance.below(maxNs);
    scheduler.at(reported.timer, reported.dueNs);
    if (reported.unsolicited > 0) reported.unsolicited--;
  }

  #sendReport(reported: Reported): void {
    const type = this.#isVersion1(reported.through) ? igmp.REPORT_V1 : igmp.REPORT_V2;
    reported.isLastReporter = true;
    this.#send(reported.through, reported.group, { type, responseTime: 0, group: reported.group });
  }

  #send(through: Interface, destination: IpAddress, message: igmp.Message): void {
    const { machine, paths } = this.#ip;
    const path = paths.to(destination, through);
    // An interface without an address has nobody to speak for.
    if (typeof path === "string") return;
    const packet = Packet.allocate(igmp.MESSAGE_LENGTH);
    igmp.emit(packet.view, packet.start, message);
    const options = {
      timeToLive: 1,
      trafficClass: TRAFFIC_CLASS,
      mtuDiscovery: IP_PMTUDISC_DO,
      ipOptions: ROUTER_ALERT_BYTES,
      multicastLoop: true,
    };
    machine.counters.bump(message.type === igmp.LEAVE ? "IgmpOutLeaves" : "IgmpOutReports");
    output(this.#ip, packet, path, path.source, IPPROTO_IGMP, options);
  }

  #isVersion1(through: Interface): boolean {
    if (this.#ip.settings.interfaces.larger(through, "force_igmp_version") === 1) return true;
    return (this.#version1UntilNs.get(through.index) ?? 0) > this.#ip.machine.scheduler.nowNs;
  }
}

function keyOf(through: Interface, group: IpAddress): string {
  return `${through.index} ${group}`;
}
