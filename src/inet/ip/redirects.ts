/**
 * The gateways that redirects have named: destination → gateway, for a while.
 *
 * Read first: RFC 1122 §3.3.1.2; Linux's exceptions to a route (update_or_create_fnhe), which last ip_rt_gc_timeout, five
 * minutes. The path table asks here after the routing table; a change counts as one of the routing table's.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Scheduler } from "../../base/scheduler.ts";
import type { Interface } from "../../netif/interface.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

const EXPIRES_NS = 300 * 1_000_000_000;
/** Anyone on the link can send redirects: the one made first is forgotten first. */
const REDIRECTS_MAX = 1024;

class Redirect {
  readonly gateway: IpAddress;
  readonly through: Interface;
  readonly expiry: TimedEvent;

  constructor(gateway: IpAddress, through: Interface, expire: () => void) {
    this.gateway = gateway;
    this.through = through;
    this.expiry = new TimedEvent("redirect expires", expire, true);
  }
}

export class RedirectTable {
  readonly #scheduler: Scheduler;
  readonly #redirects: Map<string, Redirect> = new Map<string, Redirect>();
  #generation = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Moves with each change. */
  get generation(): number {
    return this.#generation;
  }

  learn(destination: IpAddress, gateway: IpAddress, through: Interface): void {
    const key = destination.toString();
    this.#forget(key);
    for (const oldest of this.#redirects.keys()) {
      if (this.#redirects.size < REDIRECTS_MAX) break;
      this.#forget(oldest);
    }
    const redirect = new Redirect(gateway, through, () => this.#forget(key));
    this.#redirects.set(key, redirect);
    this.#scheduler.after(redirect.expiry, EXPIRES_NS);
    this.#generation++;
  }

  /** The gateway to use on that interface, where one was named. */
  of(destination: IpAddress, through: Interface): IpAddress | undefined {
    if (this.#redirects.size === 0) return undefined;
    const found = this.#redirects.get(destination.toString());
    return found?.through === through ? found.gateway : undefined;
  }

  /** The routes or the interfaces have changed: what was an exception to them may be one no more. */
  clear(): void {
    for (const key of [...this.#redirects.keys()]) this.#forget(key);
  }

  #forget(key: string): void {
    const gone = this.#redirects.get(key);
    if (gone === undefined) return;
    this.#scheduler.events.cancel(gone.expiry);
    this.#redirects.delete(key);
    this.#generation++;
  }
}
