/**
 * Multicast listener discovery of one host: routers, and switches that listen, are told which groups are wanted.
 *
 * Read first: RFC 2710 (version 1), RFC 3810 §6 (version 2), net.ipv6.conf.*.force_mld_version. Version 2 is spoken until a querier of
 * version 1 is heard. Nobody is told of all nodes, nor of groups that reach no farther than the interface. No source is ever
 * excluded or included: a version 2 report always says "from anybody" or "no more".
 */
import { CallbackEvent } from "../../base/event-queue.ts";
import { countDrop } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import type { Interface } from "../../netif/interface.ts";
import { ANY_V6, IpAddress } from "../../wire/ip-address.ts";
import * as mld from "../../wire/mld.ts";
import { Packet } from "../../wire/packet.ts";
import * as icmp6 from "../icmp6/output.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { ALL_NODES, ALL_ROUTERS, directPath } from "../nd/output.ts";

const NS_PER_MS = 1_000_000;
const ALL_MLD2_ROUTERS: IpAddress = IpAddress.v6(0xff02_0000, 0, 0, 0x16);
/** RFC 3810 §9.1 and §9.11: a change is reported as often, within this time of one another. */
const ROBUSTNESS = 2;
const UNSOLICITED_MS = 1000;
/** RFC 2710 §7.10. */
const UNSOLICITED_1_MS = 10_000;
/** A version 1 query of this length is one of version 2 (RFC 3810 §8.1). */
const QUERY_1_LENGTH = 24;
/** RFC 3810 §5.2.12. */
const MODE_IS_EXCLUDE = 2;
const CHANGE_TO_INCLUDE = 3;
const CHANGE_TO_EXCLUDE = 4;

/** Hop-by-hop: router alert for MLD (RFC 2711 §2.1), and a PadN to eight bytes. */
const ROUTER_ALERT = Uint8Array.of(0, 0, 5, 2, 0, 0, 1, 0);
const OPTIONS = { timeToLive: 1, hopByHop: ROUTER_ALERT, multicastLoop: false } as const;

/** A report that is still to be sent. */
interface Pending {
  readonly timer: CallbackEvent;
  readonly through: Interface;
  readonly group: IpAddress;
  timesLeft: number;
  isChange: boolean;
}

export class MulticastListener {
  readonly #ip: Ip;
  readonly #random: Prng;
  readonly #pending: Map<string, Pending> = new Map<string, Pending>();
  /** The interfaces on which a querier of version 1 was heard. */
  readonly #version1: Set<Interface> = new Set<Interface>();

  constructor(ip: Ip) {
    this.#ip = ip;
    this.#random = ip.machine.random("multicast listener");
    ip.groups.listen(6, (through, group, change) =>
      change === "join" ? this.#join(through, group) : this.#leave(through, group),
    );
    ip.netif.interfaces.subscribe((changed, change) => {
      if (change === "down" || change === "detach") this.#cancel(({ through }) => through === changed);
    });
  }

  /** A message has come; the packet starts with the ICMPv6 header. */
  input(packet: Packet, { source, through, timeToLive }: Arrival): void {
    packet.release();
    const { view, start, length } = packet;
    // RFC 2710 §3: what has come from farther than the link, or not from a host on it, is not believed.
    const isSound = through !== null && timeToLive === 1 && mld.check(view, start, length) === true;
    if (!isSound || !(source.isLinkLocal || source.isUnspecified)) {
      countDrop(this.#ip.machine, "Icmp6InErrors", length);
      return;
    }
    const message = mld.parse(view, start, length);
    if (message.kind === "query") this.#queried(through, message.group, message.maxResponseMs, length);
    // §4: another has reported the group, which is enough; routers of version 2 want to hear it of each.
    else if (message.kind === "report") this.#cancel((report) => this.#isSuppressed(report, through, message.group));
  }

  #join(through: Interface, group: IpAddress): void {
    if (!isReported(through, group)) return;
    this.#schedule(through, group, 0, ROBUSTNESS, true);
  }

  #leave(through: Interface, group: IpAddress): void {
    if (!isReported(through, group)) return;
    this.#cancel((report) => report.through === through && report.group.equals(group));
    if (this.#speaks1(through)) this.#send(through, ALL_ROUTERS, { kind: "done", group });
    else this.#report2(through, [{ type: CHANGE_TO_INCLUDE, group, sources: [] }]);
  }

  #queried(through: Interface, asked: IpAddress, maxResponseMs: number, length: number): void {
    if (length === QUERY_1_LENGTH) this.#version1.add(through);
    for (const group of this.#ip.groups.on(through)) {
      if (group.family !== 6 || !isReported(through, group)) continue;
      if (!asked.isUnspecified && !asked.equals(group)) continue;
      const delayNs = this.#random.below(maxResponseMs * NS_PER_MS + 1);
      this.#schedule(through, group, delayNs, 1, false);
    }
  }

  #schedule(through: Interface, group: IpAddress, delayNs: number, times: number, isChange: boolean): void {
    const key = `${through.index} ${group}`;
    const { scheduler } = this.#ip.machine;
    const known = this.#pending.get(key);
    // RFC 2710 §4: a timer that runs out sooner stays.
    if (known?.timer.queued && known.timer.timeNs <= scheduler.nowNs + delayNs) return;
    if (known?.timer.queued) scheduler.events.cancel(known.timer);
    const timer = new CallbackEvent("multicast report", () => this.#turn(key), true);
    this.#pending.set(key, { timer, through, group, timesLeft: times, isChange });
    scheduler.after(timer, delayNs);
  }

  #turn(key: string): void {
    const report = this.#pending.get(key);
    if (report === undefined) return;
    const { through, group, isChange, timer } = report;
    if (this.#speaks1(through)) this.#send(through, group, { kind: "report", group });
    else this.#report2(through, [{ type: isChange ? CHANGE_TO_EXCLUDE : MODE_IS_EXCLUDE, group, sources: [] }]);
    if (--report.timesLeft <= 0) {
      this.#pending.delete(key);
      return;
    }
    const intervalMs = this.#speaks1(through) ? UNSOLICITED_1_MS : UNSOLICITED_MS;
    this.#ip.machine.scheduler.after(timer, this.#random.below(intervalMs * NS_PER_MS) + 1);
  }

  #report2(through: Interface, records: readonly mld.GroupRecord[]): void {
    this.#send(through, ALL_MLD2_ROUTERS, { kind: "report-2", records });
  }

  #send(through: Interface, destination: IpAddress, message: mld.Message): void {
    if (!through.up) return;
    const own = this.#ip.addresses.list().find(({ through: its, address, state }) => {
      return its === through && address.isLinkLocal && (state === "preferred" || state === "deprecated");
    });
    // RFC 3590 §4: from the unspecified address while the link-local one is being verified.
    const source = own?.address ?? ANY_V6;
    const packet = Packet.allocate(mld.lengthOf(message));
    mld.emit(packet.view, packet.start, message);
    icmp6.send(this.#ip, packet, directPath(through, destination, source), source, OPTIONS);
  }

  #speaks1(through: Interface): boolean {
    const forced = this.#ip.v6.settings.interfaces.of(through).force_mld_version.value;
    return forced === 0 ? this.#version1.has(through) : forced === 1;
  }

  #isSuppressed(report: Pending, through: Interface, group: IpAddress): boolean {
    return report.through === through && report.group.equals(group) && this.#speaks1(through);
  }

  #cancel(isGone: (report: Pending) => boolean): void {
    for (const [key, report] of [...this.#pending]) {
      if (!isGone(report)) continue;
      if (report.timer.queued) this.#ip.machine.scheduler.events.cancel(report.timer);
      this.#pending.delete(key);
    }
  }
}

/** RFC 2710 §5: all nodes is never reported, nor what stays within the host. */
function isReported(through: Interface, group: IpAddress): boolean {
  return !through.isLoopback && !group.equals(ALL_NODES) && ((group.w0 >>> 16) & 0xf) > 1;
}
