/**
 * getaddrinfo(3): from a host's name and a service to endpoints that socket calls take.
 *
 * Read first: getaddrinfo(3), RFC 3493 §6.1. Order: flags → service → addresses (numbers, or hosts.ts) → filter by family →
 * order.ts → one result for each address and socket type.
 */
import { AF_INET, AF_INET6, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from "../../abi/socket.ts";
import type { InetEndpoint } from "../../kernel/sys/sockets.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { ANY_V4, ANY_V6, IpAddress, LOOPBACK_V4, LOOPBACK_V6 } from "../../wire/ip-address.ts";
import { Netlink } from "../netlink.ts";
import { parseNumeric } from "./dotted.ts";
import { GaiError } from "./gai-error.ts";
import { type HostEntry, hostByName } from "./hosts.ts";
import { destinationOrder } from "./order.ts";
import { getservbyname } from "./services.ts";
import { readTable } from "./table-file.ts";

/** For bind(): without a name, the wildcard address instead of loopback. */
export const AI_PASSIVE = 0x01;
/** The first result has the canonical name. */
export const AI_CANONNAME = 0x02;
/** The name is an address in numbers: nothing is looked up. */
export const AI_NUMERICHOST = 0x04;
/** IPv4 addresses as ::ffff:a.b.c.d where the family is AF_INET6 and there is no other. */
export const AI_V4MAPPED = 0x08;
/** With AI_V4MAPPED: IPv4 addresses beside those of IPv6. */
export const AI_ALL = 0x10;
/** Only families of which this host has an address beside loopback. */
export const AI_ADDRCONFIG = 0x20;
/** The service is a port in digits: nothing is looked up. */
export const AI_NUMERICSERV = 0x400;

const FLAGS = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV;
const PORT_MAX = 65_535;

/** What kind of endpoint is wanted. Everything may be left out. */
export interface AddrinfoHints {
  readonly flags?: number;
  /** AF_INET or AF_INET6; both when it is left out. */
  readonly family?: number;
  /** SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; all when it is left out. */
  readonly socktype?: number;
  readonly protocol?: number;
}

/** struct addrinfo. */
export interface Addrinfo {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly socktype: number;
  readonly protocol: number;
  readonly address: InetEndpoint;
  /** In the first result, when AI_CANONNAME asked for it. */
  readonly canonname?: string;
}

/** The kinds of sockets that a result may be for, and the protocol's name in /etc/services. */
const SOCKETS = [
  { socktype: SOCK_STREAM, protocol: IPPROTO_TCP, service: "tcp" },
  { socktype: SOCK_DGRAM, protocol: IPPROTO_UDP, service: "udp" },
  { socktype: SOCK_RAW, protocol: 0, service: null },
] as const;

interface Target {
  readonly socktype: number;
  readonly protocol: number;
  readonly port: number;
}

/**
 * Endpoints for a host (a name, or an address in numbers; null for this host) and a service (a name, or a port in digits;
 * null for none), best first. Throws a GaiError: EAI_NONAME, EAI_SERVICE, EAI_FAMILY, EAI_SOCKTYPE, EAI_BADFLAGS.
 */
export async function getaddrinfo(
  sys: Sys,
  node: string | null,
  service: string | null = null,
  hints: AddrinfoHints = {},
): Promise<Addrinfo[]> {
  const { flags = 0, family = 0 } = hints;
  const subject = [node, service].filter((part) => part !== null).join(":");
  const fail = (code: ConstructorParameters<typeof GaiError>[0]): never => {
    throw new GaiError(code, subject);
  };
  if ((flags & ~FLAGS) !== 0 || ((flags & AI_CANONNAME) !== 0 && node === null)) fail("EAI_BADFLAGS");
  if (family !== 0 && family !== AF_INET && family !== AF_INET6) fail("EAI_FAMILY");
  if (node === null && service === null) fail("EAI_NONAME");
  const targets = await findTargets(sys, service, hints);
  if (typeof targets === "string") return fail(targets);
  const [name, zone] = splitZone(node);
  const entry = zone !== "" && !hasInterface(sys, zone) ? undefined : await findHost(sys, name, flags);
  if (entry === undefined) return fail("EAI_NONAME");
  const addresses = await ofFamily(sys, entry.addresses, family, flags);
  if (addresses.length === 0) fail("EAI_NONAME");
  const ordered = await destinationOrder(sys, addresses);
  const results = ordered.flatMap((address) => targets.map((target) => resultOf(address, zone, target, family)));
  const [first, ...others] = results as [Addrinfo, ...Addrinfo[]];
  if ((flags & AI_CANONNAME) === 0) return results;
  return [{ ...first, canonname: entry.canonicalName }, ...others];
}

/** RFC 4007 §11: a link-local address is of an interface, which stands behind "%" by name or index. */
function splitZone(node: string | null): [node: string | null, zone: string] {
  const [, text = "", zone = ""] = /^([^%]*)%([^%]+)$/.exec(node ?? "") ?? [];
  return IpAddress.parse(text)?.isLinkLocal ? [text, zone] : [node, ""];
}

function hasInterface(sys: Sys, zone: string): boolean {
  const netlink = new Netlink(sys);
  const isThere = netlink.links().some(({ name, index }) => name === zone || String(index) === zone);
  netlink.close();
  return isThere;
}

/** Which kinds of sockets, and at which port. */
async function findTargets(
  sys: Sys,
  service: string | null,
  { socktype = 0, protocol = 0, flags = 0 }: AddrinfoHints,
): Promise<readonly Target[] | "EAI_SOCKTYPE" | "EAI_SERVICE" | "EAI_NONAME"> {
  const kinds = SOCKETS.filter((kind) => {
    const fits = kind.socktype === SOCK_RAW || protocol === 0 || kind.protocol === protocol;
    return fits && (socktype === 0 || kind.socktype === socktype);
  });
  if (kinds.length === 0) return "EAI_SOCKTYPE";
  const make = (kind: (typeof SOCKETS)[number], port: number): Target => ({
    socktype: kind.socktype,
    protocol: kind.socktype === SOCK_RAW ? protocol : kind.protocol,
    port,
  });
  if (service === null) return kinds.map((kind) => make(kind, 0));
  if (/^\d{1,5}$/.test(service) && Number(service) <= PORT_MAX) return kinds.map((kind) => make(kind, Number(service)));
  if ((flags & AI_NUMERICSERV) !== 0) return "EAI_NONAME";
  const targets: Target[] = [];
  for (const kind of kinds) {
    const found = kind.service === null ? undefined : await getservbyname(sys, service, kind.service);
    if (found !== undefined) targets.push(make(kind, found.port));
  }
  return targets.length === 0 ? "EAI_SERVICE" : targets;
}

async function findHost(sys: Sys, node: string | null, flags: number): Promise<HostEntry | undefined> {
  if (node === null) {
    const addresses = (flags & AI_PASSIVE) !== 0 ? [ANY_V4, ANY_V6] : [LOOPBACK_V6, LOOPBACK_V4];
    return { canonicalName: "", addresses };
  }
  const numeric = parseNumeric(node);
  if (numeric !== undefined) return { canonicalName: node, addresses: [numeric] };
  return (flags & AI_NUMERICHOST) !== 0 ? undefined : await hostByName(sys, node);
}

/** The addresses that the hints allow. */
async function ofFamily(
  sys: Sys,
  addresses: readonly IpAddress[],
  family: number,
  flags: number,
): Promise<readonly IpAddress[]> {
  const [v4, v6] = [4, 6].map((wanted) => addresses.filter((address) => address.family === wanted));
  const configured = (flags & AI_ADDRCONFIG) === 0 ? { v4: true, v6: true } : await configuredFamilies(sys);
  const allowed = [...(configured.v6 ? (v6 ?? []) : []), ...(configured.v4 ? (v4 ?? []) : [])];
  const kept = allowed.sort((one, other) => addresses.indexOf(one) - addresses.indexOf(other));
  if (family === 0) return kept;
  const own = kept.filter((address) => address.family === (family === AF_INET ? 4 : 6));
  if (family === AF_INET || (flags & AI_V4MAPPED) === 0) return own;
  // Mapped addresses are IPv4 addresses here; resultOf() writes them in their IPv6 form.
  return own.length === 0 || (flags & AI_ALL) !== 0 ? kept : own;
}

/** RFC 3493 §6.1: which families has this host an address of, beside loopback? */
async function configuredFamilies(sys: Sys): Promise<{ v4: boolean; v6: boolean }> {
  const own = sys.gethostname();
  const lines = await readTable(sys, "/run/hosts");
  const addresses = lines
    .filter(([, name]) => name === own)
    .map(([text = ""]) => {
      const address = IpAddress.parse(text);
      return address?.isLoopback === true ? undefined : address;
    });
  return {
    v4: addresses.some((address) => address?.family === 4),
    v6: addresses.some((address) => address?.family === 6),
  };
}

function resultOf(address: IpAddress, zone: string, { socktype, protocol, port }: Target, family: number): Addrinfo {
  const isMapped = address.family === 4 && family === AF_INET6;
  const text = isMapped ? `::ffff:${address}` : zone === "" ? address.toString() : `${address}%${zone}`;
  const ownFamily = address.family === 4 && !isMapped ? AF_INET : AF_INET6;
  return { family: ownFamily, socktype, protocol, address: { address: text, port } };
}
