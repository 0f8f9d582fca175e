/**
 * The filter language of tcpdump(8): which packets are meant.
 *
 * Read first: pcap-filter(7), of which this is the part that people use: host, net, port, portrange, ether, proto, the protocols by
 * name, src and dst, less and greater, broadcast and multicast, and, or, not, parentheses.
 *
 *     expression = term { ("and" | "or") term }        equal precedence, from left to right
 *     term       = "not" term | "(" expression ")" | primitive
 *     primitive  = { protocol | "src" | "dst" | "host" | "net" | "port" | … } [ value ]
 */

import { IpAddress, parsePrefix } from "../../../wire/ip-address.ts";
import * as mac from "../../../wire/mac-address.ts";
import { contains } from "./ip-route-get.ts";
import type { Facts } from "./packet-facts.ts";

export type Filter = (packet: Facts) => boolean;

/** What a name stands for, which a filter needs to know before it sees packets. */
export interface FilterNames {
  addresses(name: string): Promise<readonly IpAddress[]>;
  port(name: string): Promise<number | undefined>;
}

/** The expression is none. */
export class FilterError extends Error {}

const PROTOCOLS: Readonly<Record<string, Filter>> = {
  ip: ({ version }) => version === 4,
  ip6: ({ version }) => version === 6,
  arp: ({ etherType }) => etherType === 0x0806,
  tcp: ({ protocol }) => protocol === 6,
  udp: ({ protocol }) => protocol === 17,
  icmp: ({ version, protocol }) => version === 4 && protocol === 1,
  icmp6: ({ version, protocol }) => version === 6 && protocol === 58,
  igmp: ({ version, protocol }) => version === 4 && protocol === 2,
};
const KINDS: ReadonlySet<string> = new Set(["host", "net", "port", "portrange", "proto"]);
const DIRECTIONS: ReadonlySet<string> = new Set(["src", "dst"]);
const PORT_MAX = 65_535;

/** Reads an expression; an empty one means every packet. Throws a FilterError. */
export async function parseFilter(text: string, names: FilterNames): Promise<Filter> {
  const words = text
    .replace(/[()]/g, " $& ")
    .replace(/&&/g, " and ")
    .replace(/\|\|/g, " or ")
    .replace(/!(?!=)/g, " not ")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return () => true;
  const parser = new Parser(words, names);
  return await parser.whole();
}

/** What stands before a value; what is left out is taken over from the primitive before: "port 7 or 9". */
interface Qualifiers {
  readonly protocol: string | undefined;
  readonly direction: "src" | "dst" | undefined;
  readonly kind: string;
}

class Parser {
  readonly #words: readonly string[];
  readonly #names: FilterNames;
  #at = 0;
  #before: Qualifiers | undefined;

  constructor(words: readonly string[], names: FilterNames) {
    this.#words = words;
    this.#names = names;
  }

  async whole(): Promise<Filter> {
    const filter = await this.#expression();
    if (this.#at < this.#words.length) throw new FilterError(`syntax error at "${this.#words[this.#at]}"`);
    return filter;
  }

  async #expression(): Promise<Filter> {
    let left = await this.#term();
    for (;;) {
      const operator = this.#words[this.#at];
      if (operator !== "and" && operator !== "or") return left;
      this.#at++;
      const [one, other] = [left, await this.#term()];
      left = operator === "and" ? (packet) => one(packet) && other(packet) : (packet) => one(packet) || other(packet);
    }
  }

  async #term(): Promise<Filter> {
    const word = this.#next("an expression");
    if (word === "not") {
      const inner = await this.#term();
      return (packet) => !inner(packet);
    }
    if (word !== "(") return await this.#primitive(word);
    const inner = await this.#expression();
    if (this.#next(")") !== ")") throw new FilterError(`")" is missing`);
    return inner;
  }

  async #primitive(first: string): Promise<Filter> {
    let word: string | undefined = first;
    if (word === "less" || word === "greater") return this.#length(word);
    if (word === "broadcast" || word === "multicast") return groupFilter(word);
    if (word === "ether") return this.#ether();
    let protocol: string | undefined;
    let direction: Qualifiers["direction"];
    let kind: string | undefined;
    if (word in PROTOCOLS) {
      protocol = word;
      word = this.#peek();
      const hasMore = word !== undefined && (DIRECTIONS.has(word) || KINDS.has(word));
      const isGroup = word === "broadcast" || word === "multicast";
      if (!hasMore && !isGroup) return PROTOCOLS[protocol] as Filter;
      this.#at++;
      if (isGroup) return both(PROTOCOLS[protocol] as Filter, groupFilter(word as string));
    }
    if (word !== undefined && DIRECTIONS.has(word)) {
      direction = word as "src" | "dst";
      word = this.#next("a value");
    }
    if (word !== undefined && KINDS.has(word)) {
      kind = word;
      word = this.#next("a value");
    }
    const hasQualifiers = protocol !== undefined || direction !== undefined || kind !== undefined;
    const qualifiers = hasQualifiers
      ? { protocol, direction, kind: kind ?? "host" }
      : (this.#before ?? { protocol, direction, kind: "host" });
    this.#before = qualifiers;
    return await this.#meaning(qualifiers, word as string);
  }

  async #meaning({ protocol, direction, kind }: Qualifiers, value: string): Promise<Filter> {
    const within = protocol === undefined ? undefined : PROTOCOLS[protocol];
    const own = await this.#value(direction, kind, value);
    return within === undefined ? own : both(within, own);
  }

  async #value(direction: Qualifiers["direction"], kind: string, value: string): Promise<Filter> {
    switch (kind) {
      case "port":
      case "portrange":
        return portFilter(direction, await this.#ports(value));
      case "proto": {
        const named = PROTOCOLS[value.replace(/^\\+/, "")];
        if (named !== undefined) return named;
        const number = /^\d{1,3}$/.test(value) ? Number(value) : refuse(`unknown ip proto '${value}'`);
        return ({ protocol }) => protocol === number;
      }
      case "net": {
        const prefix = parsePrefix(widen(value)) ?? refuse(`"${value}" is no network`);
        return addressFilter(direction, (address) => contains(prefix.address, prefix.prefixLength, address));
      }
      default: {
        const parsed = IpAddress.parse(value);
        const addresses = parsed === undefined ? await this.#names.addresses(value) : [parsed];
        if (addresses.length === 0) throw new FilterError(`unknown host "${value}"`);
        return addressFilter(direction, (address) => addresses.some((one) => one.equals(address)));
      }
    }
  }

  async #ports(value: string): Promise<readonly [number, number]> {
    const [low = "", high = low] = value.split("-");
    const ends: number[] = [];
    for (const end of [low, high]) {
      const number = /^\d+$/.test(end) ? Number(end) : await this.#names.port(end);
      if (number === undefined || number > PORT_MAX) throw new FilterError(`unknown port '${value}'`);
      ends.push(number);
    }
    return ends as [number, number] & number[];
  }

  #ether(): Filter {
    let word = this.#next("an address");
    const direction = DIRECTIONS.has(word) ? word : undefined;
    if (word === "broadcast" || word === "multicast") return groupFilter(word);
    if (DIRECTIONS.has(word)) word = this.#next("an address");
    if (word === "host") word = this.#next("an address");
    if (word === "proto") return etherTypeFilter(this.#next("a number"));
    const wanted = mac.parse(word) ?? refuse(`"${word}" is no link address`);
    return ({ macSource, macDestination }) =>
      (direction !== "dst" && macSource === wanted) || (direction !== "src" && macDestination === wanted);
  }

  #length(word: "less" | "greater"): Filter {
    const text = this.#next("a number");
    const limit = /^\d+$/.test(text) ? Number(text) : refuse(`"${text}" is no length`);
    return word === "less" ? ({ length }) => length <= limit : ({ length }) => length >= limit;
  }

  #peek(): string | undefined {
    return this.#words[this.#at];
  }

  #next(wanted: string): string {
    const word = this.#words[this.#at++];
    return word ?? refuse(`syntax error: ${wanted} is missing`);
  }
}

function refuse(message: string): never {
  throw new FilterError(message);
}

function both(one: Filter, other: Filter): Filter {
  return (packet) => one(packet) && other(packet);
}

function etherTypeFilter(text: string): Filter {
  const named = PROTOCOLS[text.replace(/^\\+/, "")];
  if (named !== undefined) return named;
  const number = Number(text);
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) refuse(`"${text}" is no EtherType`);
  return ({ etherType }) => etherType === number;
}

function groupFilter(word: string): Filter {
  if (word === "broadcast") return ({ macDestination }) => macDestination === mac.BROADCAST;
  return ({ macDestination }) => macDestination !== undefined && mac.isMulticast(macDestination);
}

function addressFilter(direction: Qualifiers["direction"], fits: (address: IpAddress) => boolean): Filter {
  return ({ source, destination }) =>
    (direction !== "dst" && source !== undefined && fits(source)) ||
    (direction !== "src" && destination !== undefined && fits(destination));
}

function portFilter(direction: Qualifiers["direction"], [low, high]: readonly [number, number]): Filter {
  const fits = (port: number | undefined): boolean => port !== undefined && port >= low && port <= high;
  return ({ sourcePort, destinationPort }) =>
    (direction !== "dst" && fits(sourcePort)) || (direction !== "src" && fits(destinationPort));
}

/** "10.1" is 10.1.0.0/16, as tcpdump has it. */
function widen(value: string): string {
  if (value.includes("/") && !/^\d+(\.\d+){0,2}\//.test(value)) return value;
  const [address = "", length] = value.split("/");
  const parts = address.split(".");
  if (value.includes(":")) return `${address}/${length ?? 128}`;
  const bits = length ?? String(8 * parts.length);
  return `${[...parts, "0", "0", "0"].slice(0, 4).join(".")}/${bits}`;
}
