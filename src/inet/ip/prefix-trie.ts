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
 * Nodes lie in one array of 32-bit numbers, eight for each: half a cache line, where objects would take a miss for
 * each of node, network and address. A look-up among 100,000 routes goes through some twenty nodes.
 *
 *     nodes  │ w0 w1 w2 w3 │ bits │ zero │ one │ value │ …      zero, one: numbers of nodes; value: a place in values
 *
 * Each family has a tree of its own: an IPv4 address is a mapped one, and would go through 96 bits to no end.
 */
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Network } from "./network.ts";

const NODE_WORDS = 8;
const BITS = 4;
const ZERO = 5;
const VALUE = 7;
const NONE = -1;
const CAPACITY_MIN = 8;
/** Of the free list: a node that is free has the number of the next one here. */
const NEXT_FREE = 0;

export class PrefixTrie<T> {
  #nodes: Int32Array = new Int32Array(CAPACITY_MIN * NODE_WORDS);
  #used = 0;
  #free = NONE;
  /** By the number of the node. */
  readonly #values: (T | undefined)[] = [];
  #rootV4 = NONE;
  #rootV6 = NONE;

  get(network: Network): T | undefined {
    let node = this.#root(network.address);
    while (node !== NONE && this.#bits(node) < network.bits && this.#contains(node, network.address)) {
      node = this.#child(node, network.address);
    }
    return node !== NONE && this.#isAt(node, network) ? this.#values[node] : undefined;
  }

  set(network: Network, value: T): void {
    this.#setRoot(network.address, this.#insert(this.#root(network.address), network, value));
  }

  delete(network: Network): void {
    this.#setRoot(network.address, this.#remove(this.#root(network.address), network));
  }

  /**
   * What `pick` makes of the value with the longest prefix of which it makes anything. It is asked for every prefix of
   * the address, the shortest first: so the way leads down once.
   */
  longest<R>(address: IpAddress, pick: (value: T) => R | undefined): R | undefined {
    const nodes = this.#nodes;
    let found: R | undefined;
    let node = this.#root(address);
    while (node !== NONE && this.#contains(node, address)) {
      const at = node * NODE_WORDS;
      if (nodes[at + VALUE] !== NONE) found = pick(this.#values[node] as T) ?? found;
      node = nodes[at + BITS] === 128 ? NONE : this.#child(node, address);
    }
    return found;
  }

  /** All values: IPv4 first, and in the order of their networks, a shorter prefix before those within it. */
  *values(): Generator<T> {
    // Depth first with a stack of one's own; it is never deeper than there are bits.
    const waiting = [this.#rootV6, this.#rootV4];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node === NONE) continue;
      const at = node * NODE_WORDS;
      if (this.#nodes[at + VALUE] !== NONE) yield this.#values[node] as T;
      waiting.push(this.#nodes[at + ZERO + 1] as number, this.#nodes[at + ZERO] as number);
    }
  }

  #root(address: IpAddress): number {
    return address.family === 4 ? this.#rootV4 : this.#rootV6;
  }

  #setRoot(address: IpAddress, root: number): void {
    if (address.family === 4) this.#rootV4 = root;
    else this.#rootV6 = root;
  }

  #bits(node: number): number {
    return this.#nodes[node * NODE_WORDS + BITS] as number;
  }

  #child(node: number, address: IpAddress): number {
    const at = node * NODE_WORDS;
    return this.#nodes[at + ZERO + bitAt(address, this.#nodes[at + BITS] as number)] as number;
  }

  /** Is the address in the node's network? The last word differs first, and is all there is of IPv4. */
  #contains(node: number, { w0, w1, w2, w3 }: IpAddress): boolean {
    const nodes = this.#nodes;
    const at = node * NODE_WORDS;
    const bits = nodes[at + BITS] as number;
    return (
      ((w3 ^ (nodes[at + 3] as number)) & maskOf(bits - 96)) === 0 &&
      ((w2 ^ (nodes[at + 2] as number)) & maskOf(bits - 64)) === 0 &&
      ((w1 ^ (nodes[at + 1] as number)) & maskOf(bits - 32)) === 0 &&
      ((w0 ^ (nodes[at] as number)) & maskOf(bits)) === 0
    );
  }

  #isAt(node: number, network: Network): boolean {
    return this.#bits(node) === network.bits && this.#contains(node, network.address);
  }

  /** The tree with one more value: at most as many calls deep as there are bits. */
  #insert(node: number, network: Network, value: T): number {
    const { address, bits } = network;
    if (node === NONE) return this.#make(address, bits, value);
    const common = Math.min(this.#commonBits(node, address), this.#bits(node), bits);
    if (common === this.#bits(node)) {
      if (common === bits) this.#setValue(node, value);
      else this.#putChild(node, address, this.#insert(this.#child(node, address), network, value));
      return node;
    }
    const parent = common === bits ? this.#make(address, bits, value) : this.#make(address, common, undefined);
    this.#nodes[parent * NODE_WORDS + ZERO + this.#bitOf(node, common)] = node;
    if (common < bits) this.#putChild(parent, address, this.#make(address, bits, value));
    return parent;
  }

  /** The tree without that network's value, and without nodes that are of no more use. */
  #remove(node: number, network: Network): number {
    if (node === NONE || this.#bits(node) > network.bits) return node;
    if (this.#bits(node) < network.bits) {
      this.#putChild(node, network.address, this.#remove(this.#child(node, network.address), network));
    } else if (this.#isAt(node, network)) {
      this.#setValue(node, undefined);
    }
    const at = node * NODE_WORDS;
    const zero = this.#nodes[at + ZERO] as number;
    const one = this.#nodes[at + ZERO + 1] as number;
    if (this.#nodes[at + VALUE] !== NONE || (zero !== NONE && one !== NONE)) return node;
    this.#nodes[at + NEXT_FREE] = this.#free;
    this.#free = node;
    return zero === NONE ? one : zero;
  }

  #putChild(node: number, address: IpAddress, child: number): void {
    const at = node * NODE_WORDS;
    this.#nodes[at + ZERO + bitAt(address, this.#nodes[at + BITS] as number)] = child;
  }

  #setValue(node: number, value: T | undefined): void {
    this.#values[node] = value;
    this.#nodes[node * NODE_WORDS + VALUE] = value === undefined ? NONE : node;
  }

  #make({ w0, w1, w2, w3 }: IpAddress, bits: number, value: T | undefined): number {
    const node = this.#take();
    this.#nodes.set([w0, w1, w2, w3, bits, NONE, NONE, NONE], node * NODE_WORDS);
    this.#setValue(node, value);
    return node;
  }

  #take(): number {
    const node = this.#free;
    if (node !== NONE) {
      this.#free = this.#nodes[node * NODE_WORDS + NEXT_FREE] as number;
      return node;
    }
    if ((this.#used + 1) * NODE_WORDS > this.#nodes.length) {
      const larger = new Int32Array(2 * this.#nodes.length);
      larger.set(this.#nodes);
      this.#nodes = larger;
    }
    return this.#used++;
  }

  /** How many bits the node's address and the other have in common before the first one that differs. */
  #commonBits(node: number, address: IpAddress): number {
    const at = node * NODE_WORDS;
    for (let word = 0; word < 4; word++) {
      const difference = wordOf(address, word) ^ (this.#nodes[at + word] as number);
      if (difference !== 0) return 32 * word + Math.clz32(difference);
    }
    return 128;
  }

  #bitOf(node: number, bit: number): number {
    return ((this.#nodes[node * NODE_WORDS + (bit >>> 5)] as number) >>> (31 - (bit & 31))) & 1;
  }
}

/** The mask of a word of which so many bits belong to a prefix; fewer than none, and more than 32, are as none and 32. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
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
