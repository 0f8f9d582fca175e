/**
 * The settings below net.ipv4, with the values that Linux starts with.
 *
 * Read first: Linux's Documentation/networking/ip-sysctl, icmp(7), ip(7). Each is read where it takes effect; who needs
 * another one adds it here, or where it is obeyed (net.ipv4.tcp_* belong to TCP).
 */
import { IP_PMTUDISC_DONT, IP_PMTUDISC_WANT } from "../../abi/ip.ts";
import type { IntegerSetting, IntegersSetting, Sysctl } from "../../base/sysctl.ts";
import type { Interface } from "../../netif/interface.ts";
import {
  InterfaceSettings,
  type SettingColumn,
  type SettingNames,
  settingNames,
} from "../../netif/interface-settings.ts";
import type { InterfaceTable } from "../../netif/interface-table.ts";
import type { PathMtuLimits } from "../ip/path-mtu.ts";
import { ReservedPorts } from "../ip/reserved-ports.ts";

const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
/** Linux keeps them in a byte, and takes whatever that holds. */
const SMALL = { min: 0, max: 255 };

/** net.ipv4.conf.*: what each interface has for itself, with the values of "default". */
const INITIAL = {
  forwarding: 0,
  accept_redirects: 1,
  secure_redirects: 1,
  send_redirects: 1,
  shared_media: 1,
  rp_filter: 0,
  accept_local: 0,
  arp_ignore: 0,
  force_igmp_version: 0,
} as const;

export type Ipv4InterfaceSetting = keyof typeof INITIAL;

const INTERFACE_SETTINGS: SettingNames<Ipv4InterfaceSetting> = settingNames(INITIAL);

export class Ipv4Settings implements PathMtuLimits {
  readonly forward: IntegerSetting;
  readonly defaultTtl: IntegerSetting;
  readonly noPmtuDiscovery: IntegerSetting;
  readonly minPmtu: IntegerSetting;
  readonly mtuExpires: IntegerSetting;
  readonly ipfragHighThreshold: IntegerSetting;
  readonly ipfragTime: IntegerSetting;
  readonly ipfragMaxDistance: IntegerSetting;
  readonly localPortRange: IntegersSetting;
  readonly reservedPorts: ReservedPorts;
  readonly unprivilegedPortStart: IntegerSetting;
  readonly nonlocalBind: IntegerSetting;
  readonly icmpEchoIgnoreAll: IntegerSetting;
  readonly icmpEchoIgnoreBroadcasts: IntegerSetting;
  readonly icmpRateLimit: IntegerSetting;
  readonly icmpRateMask: IntegerSetting;
  readonly icmpMessagesPerSecond: IntegerSetting;
  readonly icmpMessagesBurst: IntegerSetting;
  readonly pingGroupRange: IntegersSetting;
  readonly igmpMaxMemberships: IntegerSetting;
  readonly interfaces: InterfaceSettings<Ipv4InterfaceSetting>;
  readonly #rpFilter: SettingColumn;

  constructor(sysctl: Sysctl, interfaces: InterfaceTable) {
    const integer = sysctl.integer.bind(sysctl);
    const flag = { min: 0, max: 1 };
    this.interfaces = new InterfaceSettings(sysctl, interfaces, "net/ipv4/conf", INTERFACE_SETTINGS);
    this.#rpFilter = this.interfaces.column("rp_filter");
    this.forward = integer("net.ipv4.ip_forward", 0, { changed: () => this.setForwarding(this.forward.value !== 0) });
    this.defaultTtl = integer("net.ipv4.ip_default_ttl", 64, { min: 1, max: 255 });
    this.noPmtuDiscovery = integer("net.ipv4.ip_no_pmtu_disc", 0, SMALL);
    this.minPmtu = integer("net.ipv4.route.min_pmtu", 552, { min: 68 });
    this.mtuExpires = integer("net.ipv4.route.mtu_expires", 600, { min: 0 });
    this.ipfragHighThreshold = integer("net.ipv4.ipfrag_high_thresh", 4_194_304, { min: 0 });
    this.ipfragTime = integer("net.ipv4.ipfrag_time", 30, { min: 0, max: 255 });
    this.ipfragMaxDistance = integer("net.ipv4.ipfrag_max_dist", 64, { min: 0 });
    this.localPortRange = sysctl.integers(
      "net.ipv4.ip_local_port_range",
      [32_768, 60_999],
      { min: 1, max: 65_535 },
      // As ipv4_local_port_range: it begins above what is for privileged users only.
      ([first = 0, last = 0]) => first <= last && first >= this.unprivilegedPortStart.value,
    );
    this.reservedPorts = sysctl.other("net.ipv4.ip_local_reserved_ports", new ReservedPorts());
    this.unprivilegedPortStart = integer("net.ipv4.ip_unprivileged_port_start", 1024, {
      min: 0,
      max: 65_535,
      accepts: (port) => port <= (this.localPortRange.values[0] ?? 0),
    });
    this.nonlocalBind = integer("net.ipv4.ip_nonlocal_bind", 0, SMALL);
    this.icmpEchoIgnoreAll = integer("net.ipv4.icmp_echo_ignore_all", 0, flag);
    this.icmpEchoIgnoreBroadcasts = integer("net.ipv4.icmp_echo_ignore_broadcasts", 1, flag);
    this.icmpRateLimit = integer("net.ipv4.icmp_ratelimit", 1000, { min: 0 });
    this.icmpRateMask = integer("net.ipv4.icmp_ratemask", 0x1818);
    this.icmpMessagesPerSecond = integer("net.ipv4.icmp_msgs_per_sec", 1000, { min: 0 });
    this.icmpMessagesBurst = integer("net.ipv4.icmp_msgs_burst", 50, { min: 0 });
    this.pingGroupRange = sysctl.integers("net.ipv4.ping_group_range", [1, 0], { min: 0 });
    this.igmpMaxMemberships = integer("net.ipv4.igmp_max_memberships", 20, { min: 0 });
  }

  /** IN_DEV_FORWARD: does this host pass on what comes through that interface? */
  forwardsOn(from: Interface): boolean {
    return this.interfaces.of(from).forwarding.value !== 0;
  }

  /** rp_filter of that interface: asked for each packet. */
  reversePathFilter(from: Interface): number {
    return this.#rpFilter.larger(from);
  }

  /** As inet_forward_change: the one setting sets those of all interfaces, and of those to come. */
  setForwarding(forwarding: boolean): void {
    const value = Number(forwarding);
    this.forward.value = value;
    for (const settings of this.interfaces.every()) settings.forwarding.value = value;
  }

  /** What IP_MTU_DISCOVER is of a socket that has not set it. */
  get mtuDiscovery(): number {
    return this.noPmtuDiscovery.value === 0 ? IP_PMTUDISC_WANT : IP_PMTUDISC_DONT;
  }

  get ipfragTimeNs(): number {
    return this.ipfragTime.value * NS_PER_SECOND;
  }

  get mtuMin4(): number {
    return this.minPmtu.value;
  }

  get expiresNs(): number {
    return this.mtuExpires.value * NS_PER_SECOND;
  }

  get icmpRateLimitNs(): number {
    return this.icmpRateLimit.value * NS_PER_MS;
  }
}
