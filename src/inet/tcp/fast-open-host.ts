/**
 * What a host remembers for fast open: the cookies that servers gave it, its own keys, and whether it pauses.
 *
 * Read first: RFC 7413 §4.1.3 (the client's cache), §4.1.3.1 and §7.1 (paths that lose what they do not know); Linux's
 * tcp_fastopen_cache_set in tcp_metrics.c, and tcp_fastopen_active_disable, tcp_fastopen_active_should_disable.
 */
import type { Prng } from "../../base/prng.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { CookieKeys } from "./fast-open-cookie.ts";
import type { TcpSettings } from "./settings.ts";

/** So many servers are remembered; for one more the one that was heard of longest ago is forgotten. */
const SERVERS_MAX = 1024;
/** The pause doubles so often. */
const DOUBLINGS_MAX = 6;
const NS_PER_SECOND = 1_000_000_000;

/** What is known of a server. */
export interface KnownServer {
  /** Null: it has never given one. */
  readonly cookie: Uint8Array | null;
  /** The MSS that it said last. */
  readonly mss: number;
}

// @rfc 7413 4.1.3 REC
export class FastOpenHost {
  readonly #settings: TcpSettings;
  readonly #servers: Map<string, KnownServer> = new Map<string, KnownServer>();
  /** Pauses in a row, and when the last one began. */
  #pauses = 0;
  #pausedAtNs = 0;
  #keys: { readonly text: string; readonly keys: CookieKeys };

  constructor(settings: TcpSettings, random: Prng) {
    this.#settings = settings;
    const keys = new CookieKeys([Int32Array.from([0, 0, 0, 0], () => random.nextU32() | 0)]);
    settings.fastopenKey.value = keys.text;
    this.#keys = { text: keys.text, keys };
  }

  /** net.ipv4.tcp_fastopen_key. */
  get keys(): CookieKeys {
    const text = this.#settings.fastopenKey.value;
    // The setting takes nothing else.
    if (text !== this.#keys.text) this.#keys = { text, keys: CookieKeys.fromText(text) as CookieKeys };
    return this.#keys.keys;
  }

  known(local: IpAddress, server: IpAddress): KnownServer | undefined {
    return this.#servers.get(nameOf(local, server));
  }

  /** A server has answered: with a cookie, or (null) without one, which leaves the one that there was. */
  learn(local: IpAddress, server: IpAddress, cookie: Uint8Array | null, mss: number): void {
    const name = nameOf(local, server);
    const before = this.#servers.get(name);
    this.#servers.delete(name);
    this.#servers.set(name, { cookie: cookie ?? before?.cookie ?? null, mss });
    if (this.#servers.size <= SERVERS_MAX) return;
    for (const oldest of this.#servers.keys()) {
      this.#servers.delete(oldest);
      return;
    }
  }

  /** RFC 7413 §7.1: the path seems to lose it. Connections are made as ever for a while, each time for longer. */
  pause(nowNs: number): void {
    if (this.#settings.fastopenBlackholeTimeoutSec.value === 0) return;
    this.#pauses++;
    this.#pausedAtNs = nowNs;
  }

  isPaused(nowNs: number): boolean {
    const seconds = this.#settings.fastopenBlackholeTimeoutSec.value;
    if (seconds === 0 || this.#pauses === 0) return false;
    const times = 1 << Math.min(this.#pauses - 1, DOUBLINGS_MAX);
    return nowNs < this.#pausedAtNs + times * seconds * NS_PER_SECOND;
  }

  /** A pause has ended, and nobody knows yet whether the path is better. */
  get isOnTrial(): boolean {
    return this.#pauses > 0;
  }

  /** It is: the next pause would be a short one again. */
  passed(): void {
    this.#pauses = 0;
  }
}

function nameOf(local: IpAddress, server: IpAddress): string {
  return `${local} ${server}`;
}
