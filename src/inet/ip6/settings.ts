/**
 * The settings below net.ipv6, with the values that Linux starts with.
 *
 * Read first: Linux's Documentation/networking/ip-sysctl ("/proc/sys/net/ipv6"), ipv6(7). One differs: net.ipv6.conf.*.disable_ipv6
 * is 1 until an interface gets an IPv6 address or is told to find its own, so that nobody who has not asked for IPv6 sees its
 * messages (docs/COMPATIBILITY.md). Written as 0 it starts IPv6 on the interface, or on all that come later.
 */
import type { IntegerSetting, Sysctl } from "../../base/sysctl.ts";
import type { Interface } from "../../netif/interface.ts";
import { InterfaceSettings, type SettingNames, settingNames } from "../../netif/interface-settings.ts";
import type { InterfaceTable } from "../../netif/interface-table.ts";

/** net.ipv6.conf.*: what each interface has for itself, with the values of "default". */
const INITIAL = {
  disable_ipv6: 1,
  forwarding: 0,
  hop_limit: 64,
  accept_ra: 1,
  accept_ra_defrtr: 1,
  accept_ra_pinfo: 1,
  accept_ra_mtu: 1,
  accept_ra_rtr_pref: 1,
  accept_ra_min_hop_limit: 1,
  accept_redirects: 1,
  autoconf: 1,
  max_addresses: 16,
  /** 0: from the link address (EUI-64); 2 and 3: a stable number that does not show it (RFC 7217). */
  addr_gen_mode: 0,
  accept_dad: 1,
  dad_transmits: 1,
  router_solicitations: 3,
  router_solicitation_interval: 4,
  router_solicitation_delay: 1,
  force_mld_version: 0,
} as const;

export type Ipv6InterfaceSetting = keyof typeof INITIAL;

const INTERFACE_SETTINGS: SettingNames<Ipv6InterfaceSetting> = settingNames(INITIAL);

export class Ipv6Settings {
  readonly bindV6Only: IntegerSetting;
  readonly ip6fragHighThreshold: IntegerSetting;
  readonly ip6fragTime: IntegerSetting;
  readonly icmpRateLimit: IntegerSetting;
  readonly icmpEchoIgnoreAll: IntegerSetting;
  readonly icmpEchoIgnoreMulticast: IntegerSetting;
  readonly interfaces: InterfaceSettings<Ipv6InterfaceSetting>;
  /** Who starts and stops IPv6 on an interface when disable_ipv6 is written. */
  onDisable: (through: Interface, disabled: boolean) => void = () => {};
  /** Who does what has to be done when `forwarding` is written. */
  onForwarding: () => void = () => {};

  constructor(sysctl: Sysctl, interfaces: InterfaceTable) {
    const integer = sysctl.integer.bind(sysctl);
    const flag = { min: 0, max: 1 };
    this.bindV6Only = integer("net.ipv6.bindv6only", 0, flag);
    this.ip6fragHighThreshold = integer("net.ipv6.ip6frag_high_thresh", 4_194_304, { min: 0 });
    this.ip6fragTime = integer("net.ipv6.ip6frag_time", 60, { min: 0 });
    this.icmpRateLimit = integer("net.ipv6.icmp.ratelimit", 1000, { min: 0 });
    this.icmpEchoIgnoreAll = integer("net.ipv6.icmp.echo_ignore_all", 0, flag);
    this.icmpEchoIgnoreMulticast = integer("net.ipv6.icmp.echo_ignore_multicast", 0, flag);
    this.interfaces = new InterfaceSettings(sysctl, interfaces, "net/ipv6/conf", INTERFACE_SETTINGS, (who, name) =>
      this.#changed(interfaces, who, name),
    );
  }

  /** Is IPv6 running on this interface? */
  isEnabled(through: Interface): boolean {
    return this.interfaces.of(through).disable_ipv6.value === 0;
  }

  /** Does this interface pass packets on to others? */
  isForwarding(through: Interface): boolean {
    return this.interfaces.of(through).forwarding.value !== 0;
  }

  /** As addrconf_fixup_forwarding: the one setting sets those of all interfaces, and of those to come. */
  setForwarding(forwarding: boolean): void {
    for (const settings of this.interfaces.every()) settings.forwarding.value = Number(forwarding);
    this.onForwarding();
  }

  #changed(interfaces: InterfaceTable, who: string, name: Ipv6InterfaceSetting): void {
    const { all } = this.interfaces;
    if (name === "forwarding" && who === "all") this.setForwarding(all.forwarding.value !== 0);
    else if (name === "forwarding") this.onForwarding();
    if (name !== "disable_ipv6") return;
    for (const through of interfaces.list()) {
      if (who !== "all" && who !== through.name) continue;
      const own = this.interfaces.of(through).disable_ipv6;
      if (who === "all") own.value = all.disable_ipv6.value;
      this.onDisable(through, own.value !== 0);
    }
  }
}
