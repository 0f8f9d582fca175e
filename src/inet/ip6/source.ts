/**
 * Which of our addresses a packet is sent from, and in which order a name's addresses are tried.
 *
 * Read first: RFC 6724 (all of it is short); RFC 4291 §2.7 for scopes. Both families are weighed alike, as §3.1 wants it, for
 * IpAddress keeps IPv4 as mapped addresses, which is how the policy table names them.
 * Rules 4 (home addresses) and 7 (temporary addresses) of §5 speak of what there is not here; 5.5 is left out, as on Linux.
 */
import type { Interface } from "../../netif/interface.ts";
import { IpAddress } from "../../wire/ip-address.ts";

/** An address to send from. */
export interface Candidate {
  readonly address: IpAddress;
  readonly through: Interface;
  /** Only "preferred" and "deprecated" ones are ours to use. */
  readonly state: "preferred" | "deprecated" | "tentative" | "dadfailed";
}

interface Policy {
  readonly prefix: IpAddress;
  readonly length: number;
  readonly precedence: number;
  readonly label: number;
}

const policy = (text: string, length: number, precedence: number, label: number): Policy => ({
  prefix: IpAddress.parse(text) as IpAddress,
  length,
  precedence,
  label,
});

/** RFC 6724 §2.1, the longest prefix first. */
const POLICIES: readonly Policy[] = [
  policy("::1", 128, 50, 0),
  policy("::ffff:0.0.0.0", 96, 35, 4),
  policy("::", 96, 1, 3),
  policy("2001::", 32, 5, 5),
  policy("2002::", 16, 30, 2),
  policy("3ffe::", 16, 1, 12),
  policy("fec0::", 10, 1, 11),
  policy("fc00::", 7, 3, 13),
  policy("::", 0, 40, 1),
];

function policyOf(address: IpAddress): Policy {
  return POLICIES.find(({ prefix, length }) => commonBits(address, prefix) >= length) as Policy;
}

const LINK_LOCAL = 2;
const SITE_LOCAL = 5;
const GLOBAL = 14;

/** RFC 6724 §3.1 and §3.2: how far an address reaches; larger is farther. */
function scopeOf(address: IpAddress): number {
  if (address.family === 4) {
    const isLinkLocal = address.isLoopback || address.w3 >>> 16 === 0xa9fe;
    return isLinkLocal ? LINK_LOCAL : GLOBAL;
  }
  if (address.isMulticast) return (address.w0 >>> 16) & 0xf;
  if (address.isLinkLocal || address.isLoopback) return LINK_LOCAL;
  return address.w0 >>> 22 === 0xfec0 >>> 6 ? SITE_LOCAL : GLOBAL;
}

/** How many leading bits two addresses have in common. */
function commonBits(one: IpAddress, other: IpAddress): number {
  const differences = [one.w0 ^ other.w0, one.w1 ^ other.w1, one.w2 ^ other.w2, one.w3 ^ other.w3];
  const word = differences.findIndex((difference) => difference !== 0);
  return word < 0 ? 128 : 32 * word + Math.clz32(differences[word] as number);
}

/** RFC 6724 §5: the best address to reach the destination through that interface; undefined when there is none. */
export function selectSource<C extends Candidate>(
  candidates: readonly C[],
  destination: IpAddress,
  outgoing: Interface,
): C | undefined {
  // §4: for link-local and multicast destinations only the interface's own addresses will do.
  const isBound = destination.isMulticast || destination.isLinkLocal;
  let best: C | undefined;
  for (const candidate of candidates) {
    if (!isUsable(candidate, destination) || (isBound && candidate.through !== outgoing)) continue;
    if (best === undefined || compareSources(candidate, best, destination, outgoing) < 0) best = candidate;
  }
  return best;
}

function isUsable({ address, state }: Candidate, destination: IpAddress): boolean {
  if (address.family !== destination.family || (state !== "preferred" && state !== "deprecated")) return false;
  // RFC 4291 §2.5.3: the loopback address is never the source of what leaves the host.
  return !address.isLoopback || destination.isLoopback;
}

/** Negative: `one` is the better source. Each line is a rule of §5. */
function compareSources(one: Candidate, other: Candidate, destination: IpAddress, outgoing: Interface): number {
  const prefers = (isOne: boolean, isOther: boolean): number => Number(isOther) - Number(isOne);
  return (
    prefers(one.address.equals(destination), other.address.equals(destination)) || // Rule 1
    compareScopes(scopeOf(one.address), scopeOf(other.address), scopeOf(destination)) || // Rule 2
    prefers(one.state !== "deprecated", other.state !== "deprecated") || // Rule 3
    prefers(one.through === outgoing, other.through === outgoing) || // Rule 5
    prefers(hasLabelOf(one.address, destination), hasLabelOf(other.address, destination)) || // Rule 6
    commonPrefix(other.address, destination) - commonPrefix(one.address, destination) // Rule 8
  );
}

/** Rule 2: the smaller scope, unless it is too small for the destination. */
function compareScopes(one: number, other: number, destination: number): number {
  if (one === other) return 0;
  if (one < other) return one < destination ? 1 : -1;
  return other < destination ? -1 : 1;
}

function hasLabelOf(one: IpAddress, other: IpAddress): boolean {
  return policyOf(one).label === policyOf(other).label;
}

/** §2.2: the interface identifier does not count. */
function commonPrefix(source: IpAddress, destination: IpAddress): number {
  return Math.min(commonBits(source, destination), source.family === 4 ? 128 : 64);
}

/** A destination, and what it would be reached from: null when there is no way to it. */
interface Reachable {
  readonly destination: IpAddress;
  readonly source: Source | null;
}

/** What the order of destinations depends on. */
type Source = Pick<Candidate, "address" | "state">;

/** RFC 6724 §6: the addresses of a name in the order in which to try them. `sourceFor` answers null when there is no way. */
export function sortDestinations(
  destinations: readonly IpAddress[],
  sourceFor: (destination: IpAddress) => Source | null,
): readonly IpAddress[] {
  const known = destinations.map((destination) => ({ destination, source: sourceFor(destination) }));
  // Rule 10: what is left equal stays in its order, as sort() has it.
  return known.sort(compareDestinations).map(({ destination }) => destination);
}

function compareDestinations(one: Reachable, other: Reachable): number {
  if (one.source === null || other.source === null) return Number(one.source === null) - Number(other.source === null); // Rule 1
  const prefers = (isOne: boolean, isOther: boolean): number => Number(isOther) - Number(isOne);
  const [a, b] = [one.destination, other.destination];
  const [sourceA, sourceB] = [one.source.address, other.source.address];
  return (
    prefers(scopeOf(a) === scopeOf(sourceA), scopeOf(b) === scopeOf(sourceB)) || // Rule 2
    prefers(one.source.state !== "deprecated", other.source.state !== "deprecated") || // Rule 3
    prefers(hasLabelOf(a, sourceA), hasLabelOf(b, sourceB)) || // Rule 5
    policyOf(b).precedence - policyOf(a).precedence || // Rule 6
    scopeOf(a) - scopeOf(b) || // Rule 8
    (a.family === b.family ? commonPrefix(sourceB, b) - commonPrefix(sourceA, a) : 0) // Rule 9
  );
}
