/**
 * What routers have said of how much fits through on the way to a destination: path MTU discovery's memory.
 *
 * Read first: RFC 1191 §3, RFC 8201 §4; Linux's ip_rt_update_pmtu and ip6_rt_update_pmtu. ICMP's input calls learn();
 * senders ask PathTable.mtu(). What was learnt is forgotten after ten minutes, so that a better way is noticed.
 */
import type { Scheduler } from "../../base/scheduler.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

/** net.ipv4.route.mtu_expires and net.ipv6.route.mtu_expires. */
const EXPIRES_NS = 600 * 1_000_000_000;
/** net.ipv4.route.min_pmtu, and RFC 8201 §4: no claim makes an IPv6 path narrower than every IPv6 link has to be. */
const MTU_MIN_4 = 552;
export const MTU_MIN_6 = 1280;
/** Anyone can send such claims: the table is bounded, and the one made first is forgotten first. */
const CLAIMS_MAX = 1024;

interface Claim {
  readonly mtu: number;
  readonly expiresNs: number;
}

export class PathMtuTable {
  readonly #scheduler: Scheduler;
  /** What routers advertise for a whole link: IPv6 alone. */
  readonly #linkMtus: Map<Interface, number> = new Map<Interface, number>();
  readonly #claims: Map<string, Claim> = new Map<string, Claim>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A router says that no more than `mtu` bytes fit through. Nothing that it says makes a path wider. */
  learn(destination: IpAddress, mtu: number): void {
    const floored = Math.max(mtu, destination.family === 4 ? MTU_MIN_4 : MTU_MIN_6);
    if (floored >= this.of(destination, Number.POSITIVE_INFINITY)) return;
    const key = destination.toString();
    this.#claims.delete(key);
    if (this.#claims.size >= CLAIMS_MAX) {
      for (const oldest of this.#claims.keys()) {
        this.#claims.delete(oldest);
        break;
      }
    }
    this.#claims.set(key, { mtu: floored, expiresNs: this.#scheduler.nowNs + EXPIRES_NS });
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
