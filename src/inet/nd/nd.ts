/**
 * Neighbour discovery of one host, put together: IPv6 on an interface begins and ends here, and addresses come and go.
 *
 * Read first: RFC 4861, RFC 4862. Messages come up through input.ts; what they teach is kept by the neighbour table (netif/),
 * by dad.ts, routers.ts, prefixes.ts and redirect.ts, and told to IP's own tables of addresses and routes. output.ts sends;
 * advertise.ts is the router's side.
 *
 *     start(eth0) → fe80::…, tentative → [dad.ts] → preferred → router solicitations → an advertisement → routes, addresses
 */
import type { Errno } from "../../abi/errno.ts";
import { TimedEvent } from "../../base/event-queue.ts";
import type { Interface } from "../../netif/interface.ts";
import type { InterfaceChange } from "../../netif/interface-table.ts";
import { IpAddress, type Prefix } from "../../wire/ip-address.ts";
import { MTU_MIN } from "../../wire/ipv6.ts";
import type { AddressOptions, InterfaceAddress } from "../ip/addresses.ts";
import type { Ip } from "../ip/ip.ts";
import { Advertisers } from "./advertise.ts";
import { DuplicateDetection } from "./dad.ts";
import { makeAddress } from "./identifier.ts";
import { ALL_NODES, ALL_ROUTERS, solicitedNode, solicitRouters } from "./output.ts";
import { type Lifetimes, Prefixes } from "./prefixes.ts";
import { Redirects } from "./redirect.ts";
import { DefaultRouters } from "./routers.ts";

const NS_PER_SECOND = 1_000_000_000;
const LINK_LOCAL: IpAddress = IpAddress.v6(0xfe80_0000, 0, 0, 0);
/** IDGEN_RETRIES of RFC 7217 §7: so many identifiers are tried when each is another's. */
const ATTEMPTS_MAX = 3;

/** What an interface is about. */
interface Link {
  solicitationsLeft: number;
  readonly solicitation: TimedEvent;
  /** How many identifiers were another's. */
  attempts: number;
  /** Name servers that routers have told of. */
  dnsServers: readonly IpAddress[];
}

export class NeighbourDiscovery {
  readonly ip: Ip;
  readonly dad: DuplicateDetection;
  readonly routers: DefaultRouters;
  readonly prefixes: Prefixes;
  readonly redirects: Redirects;
  readonly advertisers: Advertisers;
  readonly #links: Map<Interface, Link> = new Map<Interface, Link>();
  /** Those that had IPv6 until their MTU was set below what it takes. */
  readonly #narrow: Set<Interface> = new Set<Interface>();
  readonly #secret: number;
  /** The end of the next address, prefix or router that was given for a time. */
  readonly #expiry: TimedEvent = new TimedEvent("ipv6 lifetimes", () => this.#expire(), true);

  constructor(ip: Ip) {
    this.ip = ip;
    this.#secret = ip.machine.random("ipv6 stable secret").nextU32();
    this.dad = new DuplicateDetection(ip);
    this.routers = new DefaultRouters(ip);
    this.prefixes = new Prefixes(ip, (through, { prefix }, untilNs) => this.#autoconfigure(through, prefix, untilNs));
    this.redirects = new Redirects(ip);
    this.advertisers = new Advertisers(ip);
    this.dad.onEnd = (address, isOurs) => this.#decided(address, isOurs);
    ip.v6.settings.onDisable = (through, disabled) => (disabled ? this.stop(through) : this.start(through));
    ip.v6.settings.onForwarding = () => this.#forwardingChanged();
    ip.netif.interfaces.subscribe((changed, change) => this.#interfaceChanged(changed, change));
    ip.netif.neighbours.onFailure(6, (through, address) => {
      this.redirects.failed(through, address);
      this.routers.choose();
    });
  }

  /** IPv6 begins on an interface. EINVAL: its MTU is below the least (RFC 8200 §5). */
  start(through: Interface): 0 | Errno {
    if (this.#links.has(through)) return 0;
    if (through.mtu < MTU_MIN) return "EINVAL";
    const solicitation = new TimedEvent("router solicitation", () => this.#solicit(through), true);
    this.#links.set(through, { solicitationsLeft: 0, solicitation, attempts: 0, dnsServers: [] });
    this.ip.v6.settings.interfaces.of(through).disable_ipv6.value = 0;
    this.ip.groups.join(through, ALL_NODES);
    if (this.ip.v6.settings.isForwarding(through)) this.ip.groups.join(through, ALL_ROUTERS);
    this.#addLinkLocal(through);
    return 0;
  }

  /** IPv6 ends on an interface, and all its IPv6 addresses go. */
  stop(through: Interface): void {
    const link = this.#links.get(through);
    if (link === undefined) return;
    this.ip.v6.settings.interfaces.of(through).disable_ipv6.value = 1;
    this.#forgetRouters(through);
    for (const own of this.#own(through)) this.deleteAddress(through, own.address);
    for (const group of this.ip.groups.on(through)) if (group.family === 6) this.ip.groups.leave(through, group);
    this.#links.delete(through);
  }

  /**
   * Gives an interface an address, on which IPv6 begins unless it has. With `verified` nobody is asked whether the address is
   * free. EEXIST, EINVAL.
   */
  addAddress(through: Interface, prefix: Prefix, verified: boolean, options: AddressOptions = {}): 0 | Errno {
    const { addresses, groups } = this.ip;
    if (prefix.address.isMulticast || prefix.address.isUnspecified) return "EINVAL";
    if (!through.isLoopback) {
      const refusal = this.start(through);
      if (refusal !== 0) return refusal;
    }
    const state = verified || through.isLoopback ? "preferred" : "tentative";
    const result = addresses.add(through, prefix, { ...options, state });
    if (result !== 0) return result;
    if (!through.isLoopback) groups.join(through, solicitedNode(prefix.address));
    const added = addresses.find(through, prefix.address) as InterfaceAddress;
    if (state === "tentative" && through.up) this.dad.begin(added);
    this.#schedule();
    return 0;
  }

  /** Takes an address away. EADDRNOTAVAIL. */
  deleteAddress(through: Interface, address: IpAddress): 0 | Errno {
    const gone = this.ip.addresses.find(through, address);
    if (gone === undefined) return "EADDRNOTAVAIL";
    this.dad.cancel(gone);
    this.ip.addresses.delete(through, address);
    this.ip.groups.leave(through, solicitedNode(address));
    const { machine } = this.ip;
    const detail = { interface: through.name, address: address.toString(), state: "removed" };
    if (machine.tracer.on) machine.tracer.emit(machine.name, { step: "inet/nd/address", ...detail });
    return 0;
  }

  /** Name servers that a router has told of on any link. */
  get dnsServers(): readonly IpAddress[] {
    return [...this.#links.values()].flatMap(({ dnsServers }) => dnsServers);
  }

  setDnsServers(through: Interface, servers: readonly IpAddress[]): void {
    const link = this.#links.get(through);
    if (link !== undefined) link.dnsServers = servers;
  }

  /** A router has answered: no need to go on asking. And lifetimes have changed. */
  advertised(through: Interface): void {
    const link = this.#links.get(through);
    if (link?.solicitation.queued) this.ip.machine.scheduler.events.cancel(link.solicitation);
    this.#schedule();
  }

  /** As ipv6_accept_ra: routers do not listen to routers, unless they are told to. */
  acceptsAdvertisements(through: Interface): boolean {
    const accept = this.ip.v6.settings.interfaces.of(through).accept_ra.value;
    return this.ip.v6.settings.isForwarding(through) ? accept === 2 : accept !== 0;
  }

  #own(through: Interface): readonly InterfaceAddress[] {
    return this.ip.addresses.list().filter((own) => own.through === through && own.address.family === 6);
  }

  #addLinkLocal(through: Interface): void {
    // RFC 5072 §5: on PPP it is made of the identifier on which IPV6CP has agreed.
    if (through.isPointToPoint) return;
    const attempt = this.#links.get(through)?.attempts ?? 0;
    const address = makeAddress(this.ip, through, LINK_LOCAL, this.#secret, attempt);
    this.addAddress(through, { address, prefixLength: 64 }, false, { origin: "kernel_ll" });
  }

  #autoconfigure(through: Interface, prefix: IpAddress, { preferredNs, validNs }: Lifetimes): void {
    const attempt = this.#links.get(through)?.attempts ?? 0;
    const max = this.ip.v6.settings.interfaces.of(through).max_addresses.value;
    if (max > 0 && this.#own(through).length >= max) return;
    const address = makeAddress(this.ip, through, prefix, this.#secret, attempt);
    const options = {
      origin: "kernel_ra",
      preferredUntilNs: preferredNs,
      validUntilNs: validNs,
      withRoute: false,
    } as const;
    this.addAddress(through, { address, prefixLength: 64 }, false, options);
  }

  #decided({ through, address, origin, network }: InterfaceAddress, isOurs: boolean): void {
    const link = this.#links.get(through);
    if (link === undefined) return;
    if (isOurs) {
      if (!address.isLinkLocal) return;
      this.advertisers.ready(through);
      this.#beginSoliciting(through, link);
      return;
    }
    // Only an identifier that is not the link address can be made anew.
    const isStable = this.ip.v6.settings.interfaces.of(through).addr_gen_mode.value !== 0;
    if (origin === "static" || !isStable || ++link.attempts >= ATTEMPTS_MAX) return;
    this.deleteAddress(through, address);
    if (origin === "kernel_ll") this.#addLinkLocal(through);
    else this.#autoconfigure(through, network.address, FOREVER);
  }

  #beginSoliciting(through: Interface, link: Link): void {
    if (!this.acceptsAdvertisements(through)) return;
    const settings = this.ip.v6.settings.interfaces.of(through);
    link.solicitationsLeft = settings.router_solicitations.value;
    this.#solicit(through);
  }

  #solicit(through: Interface): void {
    const link = this.#links.get(through);
    const source = this.#own(through).find(({ address, state }) => address.isLinkLocal && state === "preferred");
    if (link === undefined || link.solicitationsLeft <= 0 || source === undefined || !through.up) return;
    link.solicitationsLeft--;
    solicitRouters(this.ip, through, source.address);
    const { scheduler } = this.ip.machine;
    const intervalNs = this.ip.v6.settings.interfaces.of(through).router_solicitation_interval.value * NS_PER_SECOND;
    if (link.solicitation.queued) scheduler.events.cancel(link.solicitation);
    scheduler.after(link.solicitation, intervalNs);
  }

  #forgetRouters(through: Interface): void {
    const link = this.#links.get(through);
    if (link?.solicitation.queued) this.ip.machine.scheduler.events.cancel(link.solicitation);
    this.routers.flush(through);
    this.prefixes.flush(through);
    this.redirects.flush(through);
  }

  #interfaceChanged(changed: Interface, change: InterfaceChange): void {
    const link = this.#links.get(changed);
    if (change === "mtu") {
      this.#mtuChanged(changed);
      return;
    }
    if (link === undefined) {
      if (change === "attach" && this.#isWanted(changed)) this.start(changed);
      return;
    }
    if (change === "detach") {
      this.#narrow.delete(changed);
      this.#forgetRouters(changed);
      for (const own of this.#own(changed)) this.dad.cancel(own);
      this.#links.delete(changed);
    } else if (change === "down") {
      this.#forgetRouters(changed);
      for (const own of this.#own(changed)) {
        if (own.origin === "kernel_ra") this.deleteAddress(changed, own.address);
        else this.dad.cancel(own);
      }
    } else if (change === "up") {
      // Another may have taken our addresses while we were away.
      for (const own of this.#own(changed)) this.dad.begin(own);
    }
  }

  /** RFC 8200 §5, and as addrconf_notify: an interface that is too narrow loses IPv6, and begins it anew when it is wide enough. */
  #mtuChanged(changed: Interface): void {
    if (changed.mtu < MTU_MIN) {
      if (!this.#links.has(changed)) return;
      this.stop(changed);
      this.#narrow.add(changed);
    } else if (this.#narrow.delete(changed)) this.start(changed);
  }

  /** As on Linux where net.ipv6.conf.default.disable_ipv6 is 0. */
  #isWanted(through: Interface): boolean {
    return !through.isLoopback && this.ip.v6.settings.isEnabled(through);
  }

  #forwardingChanged(): void {
    for (const [through, link] of this.#links) {
      const isRouter = this.ip.v6.settings.isForwarding(through);
      const isMember = this.ip.groups.has(through, ALL_ROUTERS);
      if (isRouter && !isMember) {
        this.ip.groups.join(through, ALL_ROUTERS);
        // RFC 4861 §6.2.2, and as addrconf_fixup_forwarding: a router has no default routers by advertisement.
        if (!this.acceptsAdvertisements(through)) this.routers.flush(through);
      } else if (!isRouter && isMember) {
        this.ip.groups.leave(through, ALL_ROUTERS);
        this.#beginSoliciting(through, link);
      }
    }
  }

  #schedule(): void {
    const { scheduler } = this.ip.machine;
    const ends = this.ip.addresses.list().flatMap(({ state, preferredUntilNs, validUntilNs }) => {
      return state === "preferred" ? [preferredUntilNs, validUntilNs] : [validUntilNs];
    });
    const next = Math.min(this.routers.nextExpiryNs, this.prefixes.nextExpiryNs, ...ends);
    if (this.#expiry.queued) scheduler.events.cancel(this.#expiry);
    if (Number.isFinite(next)) scheduler.after(this.#expiry, Math.max(0, next - scheduler.nowNs));
  }

  #expire(): void {
    const { nowNs } = this.ip.machine.scheduler;
    this.routers.expire(nowNs);
    this.prefixes.expire(nowNs);
    for (const own of [...this.ip.addresses.list()]) {
      if (own.validUntilNs <= nowNs) this.deleteAddress(own.through, own.address);
      else if (own.preferredUntilNs <= nowNs && own.state === "preferred") {
        this.ip.addresses.setState(own, "deprecated");
      }
    }
    this.#schedule();
  }
}

const FOREVER: Lifetimes = { preferredNs: Number.POSITIVE_INFINITY, validNs: Number.POSITIVE_INFINITY };
