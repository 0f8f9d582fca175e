/**
 * Multicast listener discovery of one host: routers, and switches that listen, are told which groups are wanted.
 *
 * Read first: RFC 2710 (version 1), RFC 3810 §6 (version 2), net.ipv6.conf.*.force_mld_version. Version 2 is spoken until a querier of
 * version 1 is heard. Nobody is told of all nodes, nor of groups that reach no farther than the interface. No source is ever
 * excluded or included: a version 2 report always says "from anybody" or "no more".
 */
import { TimedEvent } from "../../base/event-queue.ts";
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
/** RFC 3810 §9.12 with the values of §9: so long after its last query a querier of version 1 is taken to be gone. */
const VERSION_1_NS = 260_000 * NS_PER_MS;
/** A query of exactly this length is one of version 1 (RFC 3810 §8.1). */
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
  readonly timer: TimedEvent;
  readonly through: Interface;
  readonly group: IpAddress;
  timesLeft: number;
  /** In version 2: what the record says. */
  recordType: number;
}

export class MulticastListener {
  readonly #ip: Ip;
  readonly #random: Prng;
  readonly #pending: Map<string, Pending> = new Map<string, Pending>();
  /** The interfaces on which a querier of version 1 was heard, and until when that counts. */
  readonly #version1UntilNs: Map<Interface, number> = new Map<Interface, number>();
  /** RFC 2710 §4: the groups of which we were the last to report, in version 1. */
  readonly #lastReporter: Set<string> = new Set<string>();

  constructor(ip: Ip) {
    this.#ip = ip;
    this.#random = ip.machine.random("multicast listener");
    ip.groups.listen(6, (through, group, change) =>
      change === "join" ? this.#join(through, group) : this.#leave(through, group),
    );
    ip.netif.interfaces.subscribe((changed, change) => {
      if (change !== "down" && change !== "detach") return;
      this.#cancel(({ through }) => through === changed);
      this.#version1UntilNs.delete(changed);
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
    else if (message.kind === "report") this.#othersReport(through, message.group);
  }

  #join(through: Interface, group: IpAddress): void {
    if (!isReported(through, group)) return;
    this.#cancel((report) => report.through === through && report.group.equals(group));
    this.#schedule(through, group, 0, ROBUSTNESS, CHANGE_TO_EXCLUDE);
  }

  #leave(through: Interface, group: IpAddress): void {
    if (!isReported(through, group)) return;
    this.#cancel((report) => report.through === through && report.group.equals(group));
    const wasLast = this.#lastReporter.delete(keyOf(through, group));
    if (!this.#speaks1(through)) this.#schedule(through, group, 0, ROBUSTNESS, CHANGE_TO_INCLUDE);
    // RFC 2710 §4: if another has reported it since, there is somebody left.
    else if (wasLast) this.#send(through, ALL_ROUTERS, { kind: "done", group });
  }

  /** RFC 2710 §4: one report is enough. Routers of version 2 want to hear it of each. */
  #othersReport(through: Interface, group: IpAddress): void {
    if (!this.#speaks1(through)) return;
    this.#cancel((report) => report.through === through && report.group.equals(group));
    this.#lastReporter.delete(keyOf(through, group));
  }

  #queried(through: Interface, asked: IpAddress, maxResponseMs: number, length: number): void {
    const { nowNs } = this.#ip.machine.scheduler;
    if (length === QUERY_1_LENGTH) this.#version1UntilNs.set(through, nowNs + VERSION_1_NS);
    for (const group of this.#ip.groups.on(through)) {
      if (group.family !== 6 || !isReported(through, group)) continue;
      if (!asked.isUnspecified && !asked.equals(group)) continue;
      const delayNs = this.#random.below(maxResponseMs * NS_PER_MS + 1);
      this.#schedule(through, group, delayNs, 1, MODE_IS_EXCLUDE);
    }
  }

  #schedule(through: Interface, group: IpAddress, delayNs: number, times: number, recordType: number): void {
    const key = keyOf(through, group);
    const { scheduler } = this.#ip.machine;
    const known = this.#pending.get(key);
    // RFC 2710 §4: a timer that runs out sooner stays.
    if (known?.timer.queued && known.timer.timeNs <= scheduler.nowNs + delayNs) return;
    if (known?.timer.queued) scheduler.events.cancel(known.timer);
    const timer = new TimedEvent("multicast report", () => this.#turn(key), true);
    this.#pending.set(key, { timer, through, group, timesLeft: times, recordType });
    scheduler.after(timer, delayNs);
  }

  #turn(key: string): void {
    const report = this.#pending.get(key);
    if (report === undefined) return;
    const { through, group, recordType, timer } = report;
    if (!this.#speaks1(through)) this.#report2(through, [{ type: recordType, group, sources: [] }]);
    else if (recordType !== CHANGE_TO_INCLUDE) {
      this.#lastReporter.add(key);
      this.#send(through, group, { kind: "report", group });
    }
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
    const untilNs = this.#version1UntilNs.get(through) ?? 0;
    return forced === 0 ? this.#ip.machine.scheduler.nowNs < untilNs : forced === 1;
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

function keyOf(through: Interface, group: IpAddress): string {
  return `${through.index} ${group}`;
}
