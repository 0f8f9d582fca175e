/**
 * The router's side of discovery: advertisements, by setting or by solicitation.
 *
 * Read first: RFC 4861 §6.2; radvd.conf(5), whose words and defaults the specification has.
 * Order: start() → three soon after one another, then one every few minutes; solicited() → one after a random delay;
 * stop() → a last one, which says that this is no router any more.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Prng } from "../../base/prng.ts";
import type { Interface } from "../../netif/interface.ts";
import { IpAddress, parsePrefix } from "../../wire/ip-address.ts";
import type { Preference, RouterAdvertisement } from "../../wire/nd.ts";
import type { Option, PrefixOption } from "../../wire/nd-option.ts";
import type { Ip } from "../ip/ip.ts";
import { Network } from "../ip/network.ts";
import { ALL_NODES, linkAddress, send } from "./output.ts";

const NS_PER_SECOND = 1_000_000_000;
/** MAX_INITIAL_RTR_ADVERT_INTERVAL and MAX_INITIAL_RTR_ADVERTISEMENTS. */
const INITIAL_INTERVAL_NS = 16 * NS_PER_SECOND;
const INITIAL_COUNT = 3;
/** MIN_DELAY_BETWEEN_RAS and MAX_RA_DELAY_TIME. */
const BETWEEN_NS = 3 * NS_PER_SECOND;
const ANSWER_DELAY_NS = NS_PER_SECOND / 2;

/** What a router advertises on a link; what is left out is as radvd has it. */
export interface AdvertiseSpec {
  /** "2001:db8:1::/64", or several. Default: the networks of the interface's own addresses. */
  readonly prefix?: string | readonly string[];
  /** So long it is a default router; 0: it is none. Default 1800. */
  readonly lifetimeSeconds?: number;
  /** Default 86400 and 14400. */
  readonly validSeconds?: number;
  readonly preferredSeconds?: number;
  /** Is the prefix on the link, and are addresses made of it? Default true. */
  readonly onLink?: boolean;
  readonly autonomous?: boolean;
  /** Default: none is said. */
  readonly mtu?: number;
  /** Default 64. */
  readonly hopLimit?: number;
  readonly preference?: Preference;
  /** Addresses of name servers: RFC 8106. */
  readonly dnsServers?: readonly string[];
  /** Between two advertisements that nobody has asked for. Default 200 and 600. */
  readonly minIntervalSeconds?: number;
  readonly maxIntervalSeconds?: number;
}

/** Reads the specification. Undefined: a text in it is none. */
function readOptions(ip: Ip, through: Interface, spec: AdvertiseSpec): readonly Option[] | undefined {
  const texts = spec.prefix === undefined ? ownNetworks(ip, through) : [spec.prefix].flat();
  const prefixes = texts.map((text) => parsePrefix(text));
  const servers = (spec.dnsServers ?? []).map((text) => IpAddress.parse(text));
  if (prefixes.includes(undefined) || servers.includes(undefined)) return undefined;
  const { validSeconds = 86_400, preferredSeconds = 14_400, onLink = true, autonomous = true } = spec;
  const made = prefixes.map((prefix): PrefixOption => {
    const network = new Network(prefix as NonNullable<typeof prefix>);
    const lifetimes = { validSeconds, preferredSeconds };
    const flags = { isOnLink: onLink, isAutonomous: autonomous };
    return { kind: "prefix", prefix: network.address, prefixLength: network.prefixLength, ...flags, ...lifetimes };
  });
  const lifetimeSeconds = spec.lifetimeSeconds ?? 1800;
  return [
    ...linkAddress(through, "source-link-address"),
    ...(spec.mtu === undefined ? [] : [{ kind: "mtu" as const, mtu: spec.mtu }]),
    ...made,
    ...(servers.length === 0
      ? []
      : [{ kind: "dns-servers" as const, lifetimeSeconds, servers: servers as readonly IpAddress[] }]),
  ];
}

function ownNetworks(ip: Ip, through: Interface): readonly string[] {
  const own = ip.addresses.list().filter((address) => address.through === through && address.address.family === 6);
  return [...new Set(own.filter(({ address }) => !address.isLinkLocal).map(({ network }) => network.toString()))];
}

/** One interface on which this host says that it is a router. */
class Advertiser {
  readonly through: Interface;
  readonly #ip: Ip;
  readonly #random: Prng;
  readonly #spec: AdvertiseSpec;
  readonly #timer: TimedEvent = new TimedEvent("router advertisement", () => this.#turn(), true);
  #sent = 0;
  #lastNs = Number.NEGATIVE_INFINITY;

  constructor(ip: Ip, random: Prng, through: Interface, spec: AdvertiseSpec) {
    this.#ip = ip;
    this.#random = random;
    this.through = through;
    this.#spec = spec;
    this.#schedule(this.#random.below(ANSWER_DELAY_NS));
  }

  /** A host asks: it is answered together with all others. */
  solicited(): void {
    const { nowNs } = this.#ip.machine.scheduler;
    const dueNs = Math.max(nowNs + this.#random.below(ANSWER_DELAY_NS + 1), this.#lastNs + BETWEEN_NS);
    if (!this.#timer.queued || this.#timer.timeNs > dueNs) this.#schedule(dueNs - nowNs);
  }

  stop(): void {
    if (this.#timer.queued) this.#ip.machine.scheduler.events.cancel(this.#timer);
    this.#send(0);
  }

  #turn(): void {
    this.#send(this.#spec.lifetimeSeconds ?? 1800);
    const { minIntervalSeconds = 200, maxIntervalSeconds = 600 } = this.#spec;
    const range = Math.max(0, maxIntervalSeconds - minIntervalSeconds) * NS_PER_SECOND;
    const intervalNs = minIntervalSeconds * NS_PER_SECOND + this.#random.below(range + 1);
    this.#schedule(this.#sent < INITIAL_COUNT ? Math.min(intervalNs, INITIAL_INTERVAL_NS) : intervalNs);
  }

  #send(lifetimeSeconds: number): void {
    const { through } = this;
    const own = this.#ip.addresses.list().find(({ address, state, through: its }) => {
      return its === through && address.isLinkLocal && state === "preferred";
    });
    // RFC 4861 §6.1.2: without a link-local address nobody would believe it. The next turn may have one.
    if (own === undefined || !through.up) return;
    const isRouter = this.#ip.v6.settings.isForwarding(through);
    const message: RouterAdvertisement = {
      kind: "router-advertisement",
      hopLimit: this.#spec.hopLimit ?? 64,
      isManaged: false,
      hasOtherConfiguration: false,
      preference: this.#spec.preference ?? "medium",
      // RFC 4861 §6.2.5: who does not forward is no default router.
      lifetimeSeconds: isRouter ? lifetimeSeconds : 0,
      reachableMs: 0,
      retransmitMs: 0,
      options: readOptions(this.#ip, through, this.#spec) ?? [],
    };
    send(this.#ip, through, own.address, ALL_NODES, message);
    this.#sent++;
    this.#lastNs = this.#ip.machine.scheduler.nowNs;
  }

  #schedule(delayNs: number): void {
    const { scheduler } = this.#ip.machine;
    if (this.#timer.queued) scheduler.events.cancel(this.#timer);
    scheduler.after(this.#timer, Math.max(0, delayNs));
  }
}

export class Advertisers {
  readonly #ip: Ip;
  readonly #random: Prng;
  readonly #advertisers: Advertiser[] = [];

  constructor(ip: Ip) {
    this.#ip = ip;
    this.#random = ip.machine.random("router advertisements");
  }

  /** EINVAL: a text of the specification is none. Disposing of the result ends it. */
  start(through: Interface, spec: AdvertiseSpec): Disposable | "EINVAL" {
    if (readOptions(this.#ip, through, spec) === undefined) return "EINVAL";
    this.#stop(through);
    const advertiser = new Advertiser(this.#ip, this.#random, through, spec);
    this.#advertisers.push(advertiser);
    return {
      [Symbol.dispose]: () => {
        if (this.#advertisers.includes(advertiser)) this.#stop(through);
      },
    };
  }

  solicited(through: Interface): void {
    this.#advertisers.find((advertiser) => advertiser.through === through)?.solicited();
  }

  /** The address that advertisements are sent from has become ours. */
  ready(through: Interface): void {
    this.solicited(through);
  }

  #stop(through: Interface): void {
    const place = this.#advertisers.findIndex((advertiser) => advertiser.through === through);
    if (place >= 0) this.#advertisers.splice(place, 1)[0]?.stop();
  }
}
