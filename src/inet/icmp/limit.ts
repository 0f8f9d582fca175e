/**
 * How many ICMP errors a host sends: token buckets.
 *
 * Read first: RFC 1812 §4.3.2.8; net.ipv4.icmp_ratelimit, icmp_msgs_per_sec and icmp_msgs_burst of Linux. To each
 * destination one error a second after a burst of six, to all together 1000 a second after a burst of fifty.
 */
import type { IpAddress } from "../../wire/ip-address.ts";

const NS_PER_SECOND = 1_000_000_000;
const PER_DESTINATION = { intervalNs: NS_PER_SECOND, burst: 6 } as const;
const GLOBAL = { intervalNs: NS_PER_SECOND / 1000, burst: 50 } as const;
/** The limit of one that is forgotten starts anew; the global one still holds. */
const DESTINATIONS_MAX = 256;

interface Rate {
  /** One token comes in this time. */
  readonly intervalNs: number;
  /** So many can be saved up. */
  readonly burst: number;
}

class TokenBucket {
  readonly #rate: Rate;
  #creditNs: number;
  #lastNs = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#creditNs = rate.intervalNs * rate.burst;
  }

  take(nowNs: number): boolean {
    const { intervalNs, burst } = this.#rate;
    this.#creditNs = Math.min(intervalNs * burst, this.#creditNs + nowNs - this.#lastNs);
    this.#lastNs = nowNs;
    if (this.#creditNs < intervalNs) return false;
    this.#creditNs -= intervalNs;
    return true;
  }
}

export class ErrorLimit {
  readonly #global: TokenBucket = new TokenBucket(GLOBAL);
  /** In the order in which they were first needed. */
  readonly #destinations: Map<string, TokenBucket> = new Map<string, TokenBucket>();

  /** Null when one more may be sent, else the counter of the limit that is reached. */
  refuses(destination: IpAddress, nowNs: number): string | null {
    if (!this.#bucketOf(destination).take(nowNs)) return "IcmpOutRateLimitHost";
    return this.#global.take(nowNs) ? null : "IcmpOutRateLimitGlobal";
  }

  #bucketOf(destination: IpAddress): TokenBucket {
    const key = destination.toString();
    const known = this.#destinations.get(key);
    if (known !== undefined) return known;
    if (this.#destinations.size >= DESTINATIONS_MAX) {
      for (const oldest of this.#destinations.keys()) {
        this.#destinations.delete(oldest);
        break;
      }
    }
    const bucket = new TokenBucket(PER_DESTINATION);
    this.#destinations.set(key, bucket);
    return bucket;
  }
}
