/**
 * What is set at one end of a PPP link, in the manner of pppd(8)'s options, checked and completed.
 */
import { IpAddress } from "../../wire/ip-address.ts";
import type { Credentials } from "./auth.ts";
import type { AuthProtocol } from "./lcp.ts";

/** One end of a PPP link. Everything may be left out. */
export interface PppOptions {
  /** Our IPv4 address. Left out: the peer assigns it. */
  readonly local?: string;
  /** The peer's IPv4 address, which it is told. Left out: it has its own. */
  readonly remote?: string;
  /** Speak IPv6 with it as well. Default true. */
  readonly ipv6?: boolean;
  /** Adds a default route of IPv4 while the link is up. Default false. */
  readonly defaultRoute?: boolean;
  /** Who we are, and the secret that shows it, where the peer asks. */
  readonly name?: string;
  readonly secret?: string;
  /** The peer has to show who it is: one of `peers`, which has secrets by names. */
  readonly require?: AuthProtocol;
  readonly peers?: Readonly<Record<string, string>>;
  /** The largest packet that we take: 128 to 16384. Default 1500. */
  readonly mru?: number;
  /** The control characters that the peer shall escape, a bit for each. Default 0. */
  readonly asyncMap?: number;
  /** Ask for short headers. Default true. */
  readonly compress?: boolean;
  /** How often the peer is asked for a sign of life; 0: never. Default 10000. */
  readonly echoIntervalMs?: number;
  /** After so many questions without an answer the link is down. Default 3. */
  readonly echoFailures?: number;
  /** How long it waits before it tries again after it has given up. Default 10000. */
  readonly holdoffMs?: number;
}

/** The same, complete. */
export interface PppSettings {
  readonly local: IpAddress | null;
  readonly remote: IpAddress | null;
  readonly ipv6: boolean;
  readonly own: Credentials | null;
  readonly require: AuthProtocol | null;
  readonly peers: Readonly<Record<string, string>>;
  readonly mru: number;
  readonly asyncMap: number;
  readonly compress: boolean;
  readonly echoIntervalNs: number;
  readonly echoFailures: number;
  readonly holdoffNs: number;
}

const NS_PER_MS = 1_000_000;
const MRU_MIN = 128;
const MRU_MAX = 16_384;
const DAY_MS = 86_400_000;

/** Throws a TypeError or RangeError that names the option. */
export function resolvePpp(options: PppOptions): PppSettings {
  const { ipv6 = true, name, secret, require, peers = {}, mru = 1500, asyncMap = 0, compress = true } = options;
  const { echoIntervalMs = 10_000, echoFailures = 3, holdoffMs = 10_000 } = options;
  inRange("mru", mru, MRU_MIN, MRU_MAX);
  inRange("asyncMap", asyncMap, 0, 0xffff_ffff);
  inRange("echoIntervalMs", echoIntervalMs, 0, DAY_MS);
  inRange("echoFailures", echoFailures, 1, 1000);
  inRange("holdoffMs", holdoffMs, 1, DAY_MS);
  if (require !== undefined && require !== "pap" && require !== "chap") {
    throw new TypeError(`require is ${JSON.stringify(require)}; allowed is "pap" or "chap"`);
  }
  return {
    local: addressOf("local", options.local),
    remote: addressOf("remote", options.remote),
    ipv6,
    own: name === undefined || secret === undefined ? null : { name, secret },
    require: require ?? null,
    peers,
    mru,
    asyncMap,
    compress,
    echoIntervalNs: echoIntervalMs * NS_PER_MS,
    echoFailures,
    holdoffNs: holdoffMs * NS_PER_MS,
  };
}

function addressOf(option: string, text: string | undefined): IpAddress | null {
  if (text === undefined) return null;
  const address = IpAddress.parse(text);
  if (address?.family === 4) return address;
  throw new TypeError(`${option} is ${JSON.stringify(text)}; allowed is an IPv4 address such as "10.0.0.1"`);
}

function inRange(option: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${option} is ${String(value)}; allowed is a whole number from ${min} to ${max}`);
}
