/**
 * Routes by shortest paths: what a routing protocol would come to when the network is at rest.
 *
 * Read first: RFC 2328 §16 (OSPF's calculation, which this is from the other end: one tree for each link that is a
 * destination); topology.ts. Order: for each family and each link → shortestPaths() among the gateways → for each host the
 * next hop → install(). A host that is no gateway and has one next hop for everything gets a default route alone.
 *
 * Equals are decided by the order in which hosts, then interfaces, were made, so equal worlds have equal routes.
 */
import type { Host } from "../host/host.ts";
import { Network } from "../inet/ip/network.ts";
import type { RouteTable } from "../inet/ip/route.ts";
import type { Interface } from "../netif/interface.ts";
import type { IpAddress } from "../wire/ip-address.ts";
import { ANY_V4, ANY_V6 } from "../wire/ip-address.ts";
import { type Attachment, type LinkNode, type Node, readTopology, type Topology } from "./topology.ts";

/** The routes of a person, whose metric is lower, go first. */
const METRIC_V4 = 20;
const METRIC_V6 = 1044;

const DEFAULT_ROUTE: Readonly<Record<4 | 6, Network>> = {
  4: new Network({ address: ANY_V4, prefixLength: 0 }),
  6: new Network({ address: ANY_V6, prefixLength: 0 }),
};

/** Where a host sends what is for a link that it is not on. */
interface NextHop {
  readonly through: Interface;
  /** Null on a point-to-point link. */
  readonly gateway: IpAddress | null;
}

/** The way of each gateway to one link, and the gateway that is nearest to it on every other link. */
interface Tree {
  readonly target: LinkNode;
  readonly distances: Map<Node, number>;
  readonly parents: Map<Node, { readonly own: Attachment; readonly next: Attachment }>;
  readonly nearest: Map<LinkNode, Attachment>;
}

/** Replaces the routes of an earlier call by those of the network as it is now. */
export function autoroute(hosts: readonly Host[], costOf: (linkName: string) => number): void {
  for (const host of hosts) forget(host.inet.ip.routes);
  for (const family of [4, 6] as const) {
    const topology = readTopology(hosts, family, costOf);
    const trees = topology.links.filter(({ networks }) => networks.length > 0).map((link) => shortestPaths(link));
    for (const node of topology.nodes) if (node.attachments.length > 0) install(node, trees, topology, family);
  }
}

function forget(routes: RouteTable): void {
  for (const route of routes.list()) {
    if (route.protocol === "ospf") routes.delete(route.network, { protocol: "ospf" });
  }
}

/** Dijkstra's algorithm from a link outwards, over gateways. */
function shortestPaths(target: LinkNode): Tree {
  const tree: Tree = { target, distances: new Map(), parents: new Map(), nearest: new Map() };
  const frontier = new Frontier();
  const spread = (link: LinkNode, from: Attachment, distance: number): void => {
    // The first gateway to be reached that is on a link is the nearest of those on it, so each link spreads once.
    if (tree.nearest.has(link)) return;
    tree.nearest.set(link, from);
    for (const own of link.attachments) reach(tree, frontier, own, from, distance + link.cost);
  };
  for (const own of target.attachments) {
    if (own.node.isGateway) frontier.push(target.cost, own.node);
    if (own.node.isGateway) tree.distances.set(own.node, target.cost);
  }
  for (let node = frontier.pop(); node !== undefined; node = frontier.pop()) {
    for (const attachment of node.attachments) {
      if (attachment.link !== target) spread(attachment.link, attachment, tree.distances.get(node) as number);
    }
  }
  return tree;
}

function reach(tree: Tree, frontier: Frontier, own: Attachment, next: Attachment, distance: number): void {
  const { node } = own;
  if (!node.isGateway || distance >= (tree.distances.get(node) ?? Number.POSITIVE_INFINITY)) return;
  tree.distances.set(node, distance);
  tree.parents.set(node, { own, next });
  frontier.push(distance, node);
}

/** Where the node sends what is for the target of the tree; undefined when it is on it, or there is no way. */
function nextHopOf(node: Node, tree: Tree): NextHop | undefined {
  if (node.attachments.some(({ link }) => link === tree.target)) return undefined;
  if (node.isGateway) {
    const parent = tree.parents.get(node);
    return parent && hopBetween(parent.own, parent.next);
  }
  let best: { readonly own: Attachment; readonly next: Attachment; readonly distance: number } | undefined;
  for (const own of node.attachments) {
    const next = tree.nearest.get(own.link);
    if (next === undefined) continue;
    const distance = own.link.cost + (tree.distances.get(next.node) as number);
    if (best === undefined || distance < best.distance) best = { own, next, distance };
  }
  return best && hopBetween(best.own, best.next);
}

function hopBetween(own: Attachment, next: Attachment): NextHop | undefined {
  const { through } = own;
  if (through.isPointToPoint) return { through, gateway: null };
  // An address in a network of ours can be reached without knowing more. So can a link-local one, but it is not its owner's before
  // others have been asked, which takes a second or two from the beginning of the world.
  const isShared = ({ address }: Attachment["addresses"][number]): boolean =>
    own.addresses.some(({ network }) => network.contains(address));
  const candidates = next.addresses.filter(isShared);
  const shared = candidates.find(({ address }) => !address.isLinkLocal) ?? candidates[0];
  return shared && { through, gateway: shared.address };
}

function install(node: Node, trees: readonly Tree[], { links }: Topology, family: 4 | 6): void {
  const { routes } = node.host.inet.ip;
  const hops = trees.map((tree) => ({ tree, hop: nextHopOf(node, tree) }));
  const usual = node.isGateway || links.length < 2 ? undefined : mostFrequent(hops.map(({ hop }) => hop));
  const add = (network: Network, { through, gateway }: NextHop): void => {
    const metric = family === 4 ? METRIC_V4 : METRIC_V6;
    routes.add({ network, gateway, through, source: null, metric, protocol: "ospf" });
  };
  if (usual !== undefined) add(DEFAULT_ROUTE[family], usual);
  for (const { tree, hop } of hops) {
    if (hop === undefined || isSame(hop, usual)) continue;
    for (const network of tree.target.networks) add(network, hop);
  }
}

/** An address of an attachment is one object, so it is enough to look whether it is the same. */
function isSame(one: NextHop, other: NextHop | undefined): boolean {
  return one.through === other?.through && one.gateway === other.gateway;
}

/** The first of those that occur most often. */
function mostFrequent(hops: readonly (NextHop | undefined)[]): NextHop | undefined {
  const counts: { readonly hop: NextHop; count: number }[] = [];
  for (const hop of hops) {
    if (hop === undefined) continue;
    const known = counts.find((candidate) => isSame(candidate.hop, hop));
    if (known === undefined) counts.push({ hop, count: 1 });
    else known.count++;
  }
  let best: { readonly hop: NextHop; readonly count: number } | undefined;
  for (const candidate of counts) {
    if (best === undefined || candidate.count > best.count) best = candidate;
  }
  return best?.hop;
}

/** Gateways that have been reached, the nearest first, and among equals the one that was made first: a binary heap. */
class Frontier {
  readonly #heap: { readonly distance: number; readonly node: Node }[] = [];
  readonly #popped: Set<Node> = new Set<Node>();

  push(distance: number, node: Node): void {
    const heap = this.#heap;
    heap.push({ distance, node });
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >>> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** The nearest that was not popped before. */
  pop(): Node | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      this.#removeFirst();
      if (this.#popped.has(first.node)) continue;
      this.#popped.add(first.node);
      return first.node;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && this.#before(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.distance < other.distance || (one.distance === other.distance && one.node.index < other.node.index);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const kept = heap[a] as (typeof heap)[number];
    heap[a] = heap[b] as (typeof heap)[number];
    heap[b] = kept;
  }
}
