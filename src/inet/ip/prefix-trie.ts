/**
 * A map from networks to values that finds the longest prefix of an address: a path-compressed binary trie.
 *
 * Read first: Sklower, "A Tree-Based Packet Routing Table for Berkeley Unix" (1991), whose tree this is without its
 * masks to the side. A node is a network that has a value, or one at which two others part; so there are fewer than
 * twice as many nodes as values, and none has an only child without a value of its own.
 *
 *                    0.0.0.0/0 •                           a child's network lies within its parent's, and the first
 *                        │ 0                               bit behind the parent's prefix says which child it is
 *                  10.0.0.0/14 ◦
 *                 0 ╱         ╲ 1
 *        10.0.0.0/16 •         • 10.2.0.0/16
 *
 * Each family has a tree of its own: an IPv4 address is a mapped one, and would go through 96 bits to no end.
 */
import type { IpAddress } from "../../wire/ip-address.ts";
import { Network } from "./network.ts";

interface Node<T> {
  readonly network: Network;
  /** Undefined where networks only part. */
  value: T | undefined;
  zero: Node<T> | null;
  one: Node<T> | null;
}

export class PrefixTrie<T> {
  #v4: Node<T> | null = null;
  #v6: Node<T> | null = null;

  get(network: Network): T | undefined {
    const { address } = network;
    let node = this.#root(network);
    while (node !== null && node.network.bits < network.bits && node.network.contains(address)) {
      node = childOf(node, address);
    }
    return node?.network.equals(network) ? node.value : undefined;
  }

  set(network: Network, value: T): void {
    this.#setRoot(network, insert(this.#root(network), { network, value, zero: null, one: null }));
  }

  delete(network: Network): void {
    this.#setRoot(network, remove(this.#root(network), network));
  }

  /**
   * What `pick` makes of the value with the longest prefix of which it makes anything. It is asked for every prefix of
   * the address, the shortest first: so the way leads down once.
   */
  longest<R>(address: IpAddress, pick: (value: T) => R | undefined): R | undefined {
    let found: R | undefined;
    let node = address.family === 4 ? this.#v4 : this.#v6;
    while (node?.network.contains(address)) {
      if (node.value !== undefined) found = pick(node.value) ?? found;
      node = node.network.bits === 128 ? null : childOf(node, address);
    }
    return found;
  }

  /** All values: IPv4 first, and in the order of their networks, a shorter prefix before those within it. */
  *values(): Generator<T> {
    // Depth first with a stack of one's own; it is never deeper than there are bits.
    const waiting = [this.#v6, this.#v4];
    while (waiting.length > 0) {
      const node = waiting.pop();
      if (node === undefined || node === null) continue;
      if (node.value !== undefined) yield node.value;
      waiting.push(node.one, node.zero);
    }
  }

  #root(network: Network): Node<T> | null {
    return network.address.family === 4 ? this.#v4 : this.#v6;
  }

  #setRoot(network: Network, root: Node<T> | null): void {
    if (network.address.family === 4) this.#v4 = root;
    else this.#v6 = root;
  }
}

/** The tree with one more node: at most as many calls deep as there are bits. */
function insert<T>(tree: Node<T> | null, added: Node<T>): Node<T> {
  if (tree === null) return added;
  const { network } = added;
  const common = Math.min(commonBits(tree.network.address, network.address), tree.network.bits, network.bits);
  if (common === tree.network.bits) {
    if (common === network.bits) tree.value = added.value;
    else if (bitAt(network.address, common) === 0) tree.zero = insert(tree.zero, added);
    else tree.one = insert(tree.one, added);
    return tree;
  }
  if (common === network.bits) return withChildren(added, tree);
  const { address, prefixLength } = network;
  const shorter = prefixLength - (network.bits - common);
  const parting = { network: new Network({ address, prefixLength: shorter }), value: undefined, zero: null, one: null };
  return withChildren(withChildren(parting, tree), added);
}

function withChildren<T>(parent: Node<T>, child: Node<T>): Node<T> {
  if (bitAt(child.network.address, parent.network.bits) === 0) parent.zero = child;
  else parent.one = child;
  return parent;
}

/** The tree without that network's value, and without nodes that are of no more use. */
function remove<T>(tree: Node<T> | null, network: Network): Node<T> | null {
  if (tree === null || tree.network.bits > network.bits) return tree;
  if (tree.network.bits === network.bits) {
    if (tree.network.equals(network)) tree.value = undefined;
  } else if (bitAt(network.address, tree.network.bits) === 0) {
    tree.zero = remove(tree.zero, network);
  } else {
    tree.one = remove(tree.one, network);
  }
  const isOfUse = tree.value !== undefined || (tree.zero !== null && tree.one !== null);
  return isOfUse ? tree : (tree.zero ?? tree.one);
}

function childOf<T>(node: Node<T>, address: IpAddress): Node<T> | null {
  return bitAt(address, node.network.bits) === 0 ? node.zero : node.one;
}

function wordOf(address: IpAddress, word: number): number {
  if (word === 3) return address.w3;
  if (word === 2) return address.w2;
  return word === 1 ? address.w1 : address.w0;
}

/** The bit with that number; the first one is number 0. */
function bitAt(address: IpAddress, bit: number): number {
  return (wordOf(address, bit >>> 5) >>> (31 - (bit & 31))) & 1;
}

/** How many bits the two have in common before the first one that differs. */
function commonBits(one: IpAddress, other: IpAddress): number {
  for (let word = 0; word < 4; word++) {
    const difference = wordOf(one, word) ^ wordOf(other, word);
    if (difference !== 0) return 32 * word + Math.clz32(difference);
  }
  return 128;
}
