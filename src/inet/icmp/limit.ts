/**
 * How many ICMP errors a host sends: token buckets.
 *
 * Read first: RFC 1812 §4.3.2.8; net.ipv4.icmp_ratelimit, icmp_ratemask, icmp_msgs_per_sec and icmp_msgs_burst of Linux;
 * its inet_peer_xrlim_allow and icmp_global_allow. By default to each destination one error a second after a burst of six,
 * to all together 1000 a second after a burst of fifty. How many redirects a host sends: ip_rt_send_redirect.
 */
import type { IpAddress } from "../../wire/ip-address.ts";

const NS_PER_SECOND = 1_000_000_000;
/** XRLIM_BURST_FACTOR. */
const DESTINATION_BURST = 6;
/** The limit of one that is forgotten starts anew; the global one still holds. */
const DESTINATIONS_MAX = 256;

/** net.ipv4.route.redirect_load, redirect_number and redirect_silence of Linux. */
const REDIRECT_LOAD_NS = NS_PER_SECOND / 50;
const REDIRECTS_MAX = 9;
const REDIRECT_SILENCE_NS = REDIRECT_LOAD_NS * 1024;

class TokenBucket {
  #creditNs: number;
  #lastNs = 0;

  constructor(creditNs: number) {
    this.#creditNs = creditNs;
  }

  /** One token comes in `intervalNs`; so many as `burst` can be saved up. */
  take(nowNs: number, intervalNs: number, burst: number): boolean {
    this.#creditNs = Math.min(intervalNs * burst, this.#creditNs + nowNs - this.#lastNs);
    this.#lastNs = nowNs;
    if (this.#creditNs < intervalNs) return false;
    this.#creditNs -= intervalNs;
    return true;
  }
}

/** What a host has sent to one other. */
interface Destination {
  readonly errors: TokenBucket;
  redirects: number;
  lastRedirectNs: number;
}

/** What bounds errors: settings, which may change. */
export interface ErrorLimits {
  readonly icmpRateMask: { readonly value: number };
  readonly icmpRateLimitNs: number;
  readonly icmpMessagesPerSecond: { readonly value: number };
  readonly icmpMessagesBurst: { readonly value: number };
}

const DEFAULT_LIMITS: ErrorLimits = {
  icmpRateMask: { value: -1 },
  icmpRateLimitNs: NS_PER_SECOND,
  icmpMessagesPerSecond: { value: 1000 },
  icmpMessagesBurst: { value: 50 },
};

export class ErrorLimit {
  readonly #settings: ErrorLimits;
  readonly #global: TokenBucket = new TokenBucket(Number.POSITIVE_INFINITY);
  /** In the order in which they were first needed. */
  readonly #destinations: Map<string, Destination> = new Map<string, Destination>();

  constructor(settings: ErrorLimits = DEFAULT_LIMITS) {
    this.#settings = settings;
  }

  /** Null when one more, of this type of ICMP, may be sent, else the counter of the limit that is reached. */
  refuses(destination: IpAddress, nowNs: number, type: number | null = null): string | null {
    const { icmpRateMask, icmpRateLimitNs, icmpMessagesPerSecond, icmpMessagesBurst } = this.#settings;
    if (type !== null && ((icmpRateMask.value >>> type) & 1) === 0) return null;
    if (icmpRateLimitNs > 0) {
      const { errors } = this.#of(destination);
      if (!errors.take(nowNs, icmpRateLimitNs, DESTINATION_BURST)) return "IcmpOutRateLimitHost";
    }
    const perSecond = icmpMessagesPerSecond.value;
    if (perSecond === 0) return "IcmpOutRateLimitGlobal";
    const isLet = this.#global.take(nowNs, NS_PER_SECOND / perSecond, icmpMessagesBurst.value);
    return isLet ? null : "IcmpOutRateLimitGlobal";
  }

  /** May this host be told once more of a better way? Less and less often while it does not listen, and then no more. */
  allowsRedirect(destination: IpAddress, nowNs: number): boolean {
    const host = this.#of(destination);
    if (nowNs > host.lastRedirectNs + REDIRECT_SILENCE_NS) host.redirects = 0;
    if (host.redirects >= REDIRECTS_MAX) {
      host.lastRedirectNs = nowNs;
      return false;
    }
    const waitNs = REDIRECT_LOAD_NS * (1 << host.redirects);
    if (host.redirects > 0 && nowNs <= host.lastRedirectNs + waitNs) return false;
    host.redirects++;
    host.lastRedirectNs = nowNs;
    return true;
  }

  #of(address: IpAddress): Destination {
    const key = address.toString();
    const known = this.#destinations.get(key);
    if (known !== undefined) return known;
    if (this.#destinations.size >= DESTINATIONS_MAX) {
      for (const oldest of this.#destinations.keys()) {
        this.#destinations.delete(oldest);
        break;
      }
    }
    const made = { errors: new TokenBucket(Number.POSITIVE_INFINITY), redirects: 0, lastRedirectNs: 0 };
    this.#destinations.set(key, made);
    return made;
  }
}
