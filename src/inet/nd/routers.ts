/**
 * The default routers of a host, as they advertise themselves.
 *
 * Read first: RFC 4861 §6.3.4 and §6.3.6, RFC 4191 §3.2 (preference). One of them is the default route: one that is not known to be
 * unreachable if there is any, of those the most preferred, of those the first. The choice is made again whenever something of
 * this changes.
 */
import type { Interface } from "../../netif/interface.ts";
import { ANY_V6, type IpAddress } from "../../wire/ip-address.ts";
import type { Preference, RouterAdvertisement } from "../../wire/nd.ts";
import type { Ip } from "../ip/ip.ts";
import { Network } from "../ip/network.ts";

const NS_PER_SECOND = 1_000_000_000;
/** IP6_RT_PRIO_USER. */
const METRIC = 1024;
/** Anyone on the link can advertise. */
const ROUTERS_MAX = 16;
const DEFAULT_NETWORK = new Network({ address: ANY_V6, prefixLength: 0 });
const RANKS: Readonly<Record<Preference, number>> = { low: 0, medium: 1, high: 2 };

interface DefaultRouter {
  readonly through: Interface;
  readonly address: IpAddress;
  preference: Preference;
  untilNs: number;
}

/** One default router, as `ip -6 route` shows it. */
export interface RouterSnapshot {
  readonly interface: string;
  readonly address: string;
  readonly preference: Preference;
  readonly untilNs: number;
  readonly isChosen: boolean;
}

export class DefaultRouters {
  readonly #ip: Ip;
  readonly #routers: DefaultRouter[] = [];
  #chosen: DefaultRouter | null = null;

  constructor(ip: Ip) {
    this.#ip = ip;
  }

  take(through: Interface, address: IpAddress, { lifetimeSeconds, preference }: RouterAdvertisement): void {
    const known = this.#find(through, address);
    const untilNs = this.#ip.machine.scheduler.nowNs + lifetimeSeconds * NS_PER_SECOND;
    const settings = this.#ip.v6.settings.interfaces.of(through);
    const rank = settings.accept_ra_rtr_pref.value === 0 ? "medium" : preference;
    if (known !== undefined) {
      if (lifetimeSeconds === 0) this.remove(through, address);
      known.preference = rank;
      known.untilNs = untilNs;
    } else if (lifetimeSeconds > 0 && this.#routers.length < ROUTERS_MAX) {
      this.#routers.push({ through, address, preference: rank, untilNs });
    }
    this.choose();
  }

  /** It is no router any more. */
  remove(through: Interface, address: IpAddress): void {
    const place = this.#routers.findIndex((router) => router.through === through && router.address.equals(address));
    if (place >= 0) this.#routers.splice(place, 1);
    this.choose();
  }

  /** When the next of them ends. */
  get nextExpiryNs(): number {
    return this.#routers.reduce((next, { untilNs }) => Math.min(next, untilNs), Number.POSITIVE_INFINITY);
  }

  expire(nowNs: number): void {
    for (const { through, address, untilNs } of [...this.#routers]) if (untilNs <= nowNs) this.remove(through, address);
  }

  /** The interface has gone down, or the host has become a router. */
  flush(through: Interface): void {
    for (const router of [...this.#routers]) if (router.through === through) this.remove(through, router.address);
  }

  /** Makes the best of them the default route. */
  choose(): void {
    let best: DefaultRouter | null = null;
    for (const router of this.#routers) {
      if (best === null || this.#rank(router) > this.#rank(best)) best = router;
    }
    if (best === this.#chosen) return;
    this.#unroute();
    this.#chosen = best;
    if (best === null) return;
    const { address: gateway, through } = best;
    const route = { network: DEFAULT_NETWORK, gateway, through, source: null, metric: METRIC, protocol: "ra" } as const;
    // A person's own default route with this metric stays.
    if (this.#ip.routes.add(route) !== 0) this.#chosen = null;
  }

  snapshot(): readonly RouterSnapshot[] {
    return this.#routers.map((router) => ({
      interface: router.through.name,
      address: router.address.toString(),
      preference: router.preference,
      untilNs: router.untilNs,
      isChosen: router === this.#chosen,
    }));
  }

  #rank({ through, address, preference }: DefaultRouter): number {
    const isDead = this.#ip.netif.neighbours.get(through, address)?.state === "FAILED";
    return (isDead ? 0 : 10) + RANKS[preference];
  }

  #unroute(): void {
    const gone = this.#chosen;
    if (gone === null) return;
    this.#ip.routes.delete(DEFAULT_NETWORK, { through: gone.through, gateway: gone.address, protocol: "ra" });
  }

  #find(through: Interface, address: IpAddress): DefaultRouter | undefined {
    return this.#routers.find((router) => router.through === through && router.address.equals(address));
  }
}
