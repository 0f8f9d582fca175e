/**
 * What is joined to what in a world, for one address family: hosts by links, and the networks on each link.
 *
 * Read first: autoroute.ts, which looks for ways in this. Whoever is on a link is seen from the interfaces: two of them are
 * neighbours when their devices are on links of one name. Interfaces that are down or have no carrier are left out, but for
 * those of PPP, which have one only while the link is up.
 */
import type { Host } from "../host/host.ts";
import { Network } from "../inet/ip/network.ts";
import type { Interface } from "../netif/interface.ts";
import type { IpAddress } from "../wire/ip-address.ts";

/** A host's place on a link. */
export interface Attachment {
  readonly node: Node;
  readonly link: LinkNode;
  readonly through: Interface;
  /** What neighbours send to; empty where a point-to-point link has not come up yet. */
  readonly addresses: readonly { readonly address: IpAddress; readonly network: Network }[];
}

export interface Node {
  readonly host: Host;
  /** In the order in which the hosts were made: decides between equals. */
  readonly index: number;
  /** Does it pass on what is for others? */
  readonly isGateway: boolean;
  readonly attachments: Attachment[];
}

export interface LinkNode {
  readonly name: string;
  /** What it costs to cross: at least 1. */
  readonly cost: number;
  readonly attachments: Attachment[];
  /** The networks on it, each once. */
  readonly networks: Network[];
}

export interface Topology {
  readonly nodes: readonly Node[];
  readonly links: readonly LinkNode[];
}

/** Reads the world as it is now. */
export function readTopology(hosts: Iterable<Host>, family: 4 | 6, costOf: (linkName: string) => number): Topology {
  const links = new Map<string, LinkNode>();
  const nodes: Node[] = [];
  for (const host of hosts) {
    const node: Node = { host, index: nodes.length, isGateway: forwards(host, family), attachments: [] };
    nodes.push(node);
    for (const through of host.netif.interfaces.list()) {
      if (through.isLoopback || !through.up || !(through.carrier || through.isPointToPoint)) continue;
      const name = through.device.linkName;
      let link = links.get(name);
      if (link === undefined) {
        link = { name, cost: costOf(name), attachments: [], networks: [] };
        links.set(name, link);
      }
      attach(node, link, through, family);
    }
  }
  return { nodes, links: [...links.values()] };
}

function forwards(host: Host, family: 4 | 6): boolean {
  if (family === 4) return host.forwarding;
  return host.netif.interfaces.list().some((through) => host.inet.ip.v6.settings.isForwarding(through));
}

function attach(node: Node, link: LinkNode, through: Interface, family: 4 | 6): void {
  const own = node.host.inet.ip.addresses.list().filter((candidate) => {
    return candidate.through === through && candidate.address.family === family;
  });
  // A link-local address is no destination from afar, and on Ethernet no IPv4 means no place on it.
  if (own.length === 0 && !through.isPointToPoint) return;
  const addresses = own.map(({ address, network }) => ({ address, network }));
  const attachment = { node, link, through, addresses };
  node.attachments.push(attachment);
  link.attachments.push(attachment);
  for (const { address, network, peer } of own) {
    if (address.isLinkLocal) continue;
    const bits = family === 4 ? 32 : 128;
    addNetwork(link, peer === null ? network : new Network({ address, prefixLength: bits }));
  }
}

function addNetwork(link: LinkNode, added: Network): void {
  if (!link.networks.some((network) => network.equals(added))) link.networks.push(added);
}
