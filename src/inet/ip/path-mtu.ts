/**
 * What routers have said of how much fits through on the way to a destination: path MTU discovery's memory.
 *
 * Read first: RFC 1191 §3, RFC 8201 §4; Linux's ip_rt_update_pmtu and ip6_rt_update_pmtu. ICMP's input calls learn();
 * senders ask PathTable.mtu(). What was learnt is forgotten after ten minutes, so that a better way is noticed.
 */
import type { Scheduler } from "../../base/scheduler.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

/** RFC 8201 §4: no claim makes an IPv6 path narrower than every IPv6 link has to be. */
const MTU_MIN_6 = 1280;
/** Anyone can send such claims: the table is bounded, and the one made first is forgotten first. */
const CLAIMS_MAX = 1024;

/** Settings, which may change. */
export interface PathMtuLimits {
  /** net.ipv4.route.min_pmtu. */
  readonly mtuMin4: number;
  /** net.ipv4.route.mtu_expires, and net.ipv6.route.mtu_expires, which is the same here. */
  readonly expiresNs: number;
}

const DEFAULT_LIMITS: PathMtuLimits = { mtuMin4: 552, expiresNs: 600 * 1_000_000_000 };

interface Claim {
  readonly mtu: number;
  /** Less was claimed than a path is believed to be: as Linux's locked metric, so gateways may cut what is sent. */
  readonly isFloored: boolean;
  readonly expiresNs: number;
}

export class PathMtuTable {
  readonly #scheduler: Scheduler;
  readonly #limits: PathMtuLimits;
  /** What routers advertise for a whole link: IPv6 alone. */
  readonly #linkMtus: Map<Interface, number> = new Map<Interface, number>();
  readonly #claims: Map<string, Claim> = new Map<string, Claim>();

  constructor(scheduler: Scheduler, limits: PathMtuLimits = DEFAULT_LIMITS) {
    this.#scheduler = scheduler;
    this.#limits = limits;
  }

  /** A router says that no more than `mtu` bytes fit through. Nothing that it says makes a path wider. */
  learn(destination: IpAddress, mtu: number): void {
    const floored = Math.max(mtu, destination.family === 4 ? this.#limits.mtuMin4 : MTU_MIN_6);
    if (floored >= this.of(destination, Number.POSITIVE_INFINITY)) return;
    const key = destination.toString();
    this.#claims.delete(key);
    if (this.#claims.size >= CLAIMS_MAX) {
      for (const oldest of this.#claims.keys()) {
        this.#claims.delete(oldest);
        break;
      }
    }
    this.#claims.set(key, {
      mtu: floored,
      isFloored: mtu < floored,
      expiresNs: this.#scheduler.nowNs + this.#limits.expiresNs,
    });
  }

  /** Has a router claimed that even less fits than is believed? Then "don't fragment" would be the end of what is sent. */
  isFloored(destination: IpAddress): boolean {
    if (this.#claims.size === 0) return false;
    const claim = this.#claims.get(destination.toString());
    return claim?.isFloored === true && claim.expiresNs > this.#scheduler.nowNs;
  }

  /** A router has said how much is to be sent at a time on its link: RFC 4861 §4.6.4. */
  setLinkMtu(through: Interface, mtu: number): void {
    this.#linkMtus.set(through, mtu);
  }

  /** The MTU of a link, for packets of that family. */
  ofLink(through: Interface, family: 4 | 6): number {
    if (family === 4 || this.#linkMtus.size === 0) return through.mtu;
    return Math.min(through.mtu, this.#linkMtus.get(through) ?? through.mtu);
  }

  /** What fits through to this destination over a link with that MTU. */
  of(destination: IpAddress, linkMtu: number): number {
    if (this.#claims.size === 0) return linkMtu;
    const key = destination.toString();
    const claim = this.#claims.get(key);
    if (claim === undefined) return linkMtu;
    if (claim.expiresNs > this.#scheduler.nowNs) return Math.min(claim.mtu, linkMtu);
    this.#claims.delete(key);
    return linkMtu;
  }
}
