/**
 * What a host makes of the prefixes that routers advertise: routes to what is on the link, and addresses (SLAAC).
 *
 * Read first: RFC 4861 §6.3.4 (on-link), RFC 4862 §5.5.3 (autonomous, with the rule of two hours); Linux's addrconf_prefix_rcv.
 */
import type { Interface } from "../../netif/interface.ts";
import { FOREVER_SECONDS, type PrefixOption } from "../../wire/nd-option.ts";
import type { InterfaceAddress } from "../ip/addresses.ts";
import type { Ip } from "../ip/ip.ts";
import { Network } from "../ip/network.ts";

const NS_PER_SECOND = 1_000_000_000;
const TWO_HOURS_NS = 7200 * NS_PER_SECOND;
/** RFC 4862 §5.5.3 (d): the prefix and the identifier come to 128 bits. */
const PREFIX_LENGTH = 64;
/** IP6_RT_PRIO_ADDRCONF. */
const METRIC = 256;
/** Anyone on the link can advertise: so many prefixes are remembered for an interface. */
const PREFIXES_MAX = 64;

/** A prefix that is on the link, by word of a router. */
interface OnLink {
  readonly through: Interface;
  readonly network: Network;
  untilNs: number;
}

export class Prefixes {
  readonly #ip: Ip;
  readonly #onLink: OnLink[] = [];
  /** Makes an address behind a prefix, and starts asking whether it is free. */
  readonly #makeAddress: (through: Interface, option: PrefixOption, untilNs: Lifetimes) => void;

  constructor(ip: Ip, makeAddress: (through: Interface, option: PrefixOption, untilNs: Lifetimes) => void) {
    this.#ip = ip;
    this.#makeAddress = makeAddress;
  }

  take(through: Interface, option: PrefixOption): void {
    if (option.prefix.isLinkLocal || option.prefix.isMulticast || option.prefixLength > 128) return;
    if (option.isOnLink) this.#takeOnLink(through, option);
    if (option.isAutonomous && this.#ip.v6.settings.interfaces.of(through).autoconf.value !== 0) {
      this.#takeAutonomous(through, option);
    }
  }

  /** When the next of them ends. */
  get nextExpiryNs(): number {
    return this.#onLink.reduce((next, { untilNs }) => Math.min(next, untilNs), Number.POSITIVE_INFINITY);
  }

  expire(nowNs: number): void {
    for (const prefix of this.#onLink.filter(({ untilNs }) => untilNs <= nowNs)) this.#remove(prefix);
  }

  /** The interface has gone down, or the host has become a router. */
  flush(through: Interface): void {
    for (const prefix of this.#onLink.filter((known) => known.through === through)) this.#remove(prefix);
  }

  #takeOnLink(through: Interface, { prefix, prefixLength, validSeconds }: PrefixOption): void {
    const network = new Network({ address: prefix, prefixLength });
    const known = this.#onLink.find((other) => other.through === through && other.network.equals(network));
    const untilNs = this.#after(validSeconds);
    if (known !== undefined && validSeconds === 0) this.#remove(known);
    else if (known !== undefined) known.untilNs = untilNs;
    else if (validSeconds > 0 && this.#countOf(through) < PREFIXES_MAX) {
      const route = { network, gateway: null, through, source: null, metric: METRIC, protocol: "ra" } as const;
      // An address may have brought the same route already.
      if (this.#ip.routes.add(route) === 0) this.#onLink.push({ through, network, untilNs });
    }
  }

  #takeAutonomous(through: Interface, option: PrefixOption): void {
    const { preferredSeconds, validSeconds, prefixLength } = option;
    // RFC 4862 §5.5.3 (c) and (d).
    if (preferredSeconds > validSeconds || prefixLength !== PREFIX_LENGTH) return;
    const network = new Network({ address: option.prefix, prefixLength });
    const own = this.#ip.addresses.list().filter((address) => isMadeOf(address, through, network));
    const untilNs = { preferredNs: this.#after(preferredSeconds), validNs: this.#after(validSeconds) };
    if (own.length === 0 && validSeconds > 0) this.#makeAddress(through, option, untilNs);
    for (const address of own) this.#renew(address, untilNs);
  }

  /** §5.5.3 (e): nobody shortens the life of an address to less than two hours but by waiting. */
  #renew(address: InterfaceAddress, { preferredNs, validNs }: Lifetimes): void {
    const { nowNs } = this.#ip.machine.scheduler;
    const remainingNs = address.validUntilNs - nowNs;
    if (validNs - nowNs > TWO_HOURS_NS || validNs > address.validUntilNs) address.validUntilNs = validNs;
    else if (remainingNs > TWO_HOURS_NS) address.validUntilNs = nowNs + TWO_HOURS_NS;
    address.preferredUntilNs = preferredNs;
    if (address.state === "deprecated" && preferredNs > nowNs) this.#ip.addresses.setState(address, "preferred");
  }

  #after(seconds: number): number {
    const { nowNs } = this.#ip.machine.scheduler;
    return seconds === FOREVER_SECONDS ? Number.POSITIVE_INFINITY : nowNs + seconds * NS_PER_SECOND;
  }

  #countOf(through: Interface): number {
    return this.#onLink.filter((known) => known.through === through).length;
  }

  #remove(gone: OnLink): void {
    this.#onLink.splice(this.#onLink.indexOf(gone), 1);
    this.#ip.routes.delete(gone.network, { through: gone.through, protocol: "ra" });
  }
}

/** Until when an address is good. */
export interface Lifetimes {
  readonly preferredNs: number;
  readonly validNs: number;
}

function isMadeOf({ through, network, origin }: InterfaceAddress, on: Interface, prefix: Network): boolean {
  return through === on && origin === "kernel_ra" && network.equals(prefix);
}
