/**
 * What a name server of the world would say: addresses of hosts, and the records that were given to names; and the form in which Node's
 * channel answers each question.
 *
 * Read first: src/cares_wrap.cc of Node, the parsers of replies; RFC 1034 §3.6.2 (aliases), §4.3.2.
 */
import { Door } from "../../kernel/door/door.ts";
import type { DnsRecord, TYPES } from "../../wire/dns.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { hostByAddress, hostByName } from "../../world/names/hosts.ts";
import type { NodeProcess } from "./node-process.ts";

export type Type = keyof typeof TYPES;
/** Records, or the code of Node's error. */
export type Found = readonly DnsRecord[] | string;

/** A host has these records for ever. */
const TTL_SECONDS = 86_400;
/** So many aliases may follow each other. */
const ALIASES_MAX = 8;

/** The records of a name, as far as they are asked for. */
export async function worldRecords(owner: NodeProcess, name: string, type: Type): Promise<Found> {
  let at = name;
  for (let i = 0; i < ALIASES_MAX; i++) {
    const all = await allOf(owner, at);
    if (all.length === 0) return "ENOTFOUND";
    const wanted = type === "ANY" ? all : all.filter((record) => record.type === type);
    const alias = all.find((record) => record.type === "CNAME");
    if (wanted.length > 0 || alias === undefined) return wanted.length > 0 ? wanted : "ENODATA";
    at = String((alias as { value?: unknown }).value);
  }
  return "ESERVFAIL";
}

async function allOf(owner: NodeProcess, name: string): Promise<readonly DnsRecord[]> {
  const sys = new Door(owner.image);
  const given = owner.host.records.of(name);
  const reversed = addressIn(name);
  const found = await hostByName(sys, name);
  const addresses = (found?.addresses ?? []).map((address) => ({
    type: address.family === 4 ? ("A" as const) : ("AAAA" as const),
    address: address.toString(),
    ttl: TTL_SECONDS,
  }));
  const host = reversed === undefined ? undefined : await hostByAddress(sys, reversed);
  return [...addresses, ...(host === undefined ? [] : [{ type: "PTR" as const, value: host }]), ...given];
}

/** RFC 1035 §3.5, RFC 3596 §2.5: "4.3.2.1.in-addr.arpa" is 1.2.3.4. */
function addressIn(name: string): IpAddress | undefined {
  const [, digits, nibbles] = /^(?:([\d.]+)\.in-addr|([\da-f.]+)\.ip6)\.arpa\.?$/i.exec(name) ?? [];
  if (digits !== undefined) return IpAddress.parse(digits.split(".").reverse().join("."));
  const groups = nibbles?.split(".").reverse().join("").match(/.{4}/g);
  return groups === undefined || groups === null ? undefined : IpAddress.parse(groups.join(":"));
}

/** The name under which the name of an address stands. Undefined when it is none. */
export function reverseName(text: string): string | undefined {
  const address = IpAddress.parse(text);
  if (address === undefined) return undefined;
  const parts = address.family === 4 ? address.toString().split(".") : [...hexadecimal(address)];
  return `${parts.reverse().join(".")}.${address.family === 4 ? "in-addr" : "ip6"}.arpa`;
}

function hexadecimal(address: IpAddress): string {
  const [head = "", tail = ""] = address.toString().split("::");
  const [before, behind] = [head, tail].map((half) => half.split(":").filter((group) => group !== "")) as [
    string[],
    string[],
  ];
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => "0");
  return [...before, ...zeros, ...behind].map((group) => group.padStart(4, "0")).join("");
}

/** Node gives them in this order, whatever the server's. */
const ANY_ORDER: readonly string[] = "A CNAME AAAA MX NS TXT SRV PTR NAPTR SOA CAA".split(" ");

/** What the channel tells of records that were found: the error or null, the answers, and how long each holds. */
export function answersOf(type: Type, found: Found): readonly unknown[] {
  if (typeof found === "string") return [found];
  if (type === "ANY") {
    const place = ({ type: one }: DnsRecord): number => ANY_ORDER.indexOf(one);
    return [null, [...found].sort((one, other) => place(one) - place(other)).map(withTtl)];
  }
  const wanted = found.filter((record) => record.type === type);
  if (wanted.length === 0) return ["ENODATA"];
  if (type === "SOA") return [null, withoutType(wanted[0] as DnsRecord)];
  const ttls =
    type === "A" || type === "AAAA" ? [wanted.map((record) => ("ttl" in record ? record.ttl : TTL_SECONDS))] : [];
  return [null, wanted.map(single), ...ttls];
}

const withTtl = (record: DnsRecord): unknown =>
  record.type === "A" || record.type === "AAAA"
    ? { address: record.address, ttl: record.ttl ?? TTL_SECONDS, type: record.type }
    : { ...withoutType(record), type: record.type };

function single(record: DnsRecord): unknown {
  if ("address" in record) return record.address;
  if ("entries" in record) return [...(record.entries as readonly string[])];
  if (record.type === "CNAME" || record.type === "NS" || record.type === "PTR") return record.value;
  const fields = withoutType(record);
  if (!TYPED.includes(record.type)) return fields;
  // That of CAA comes before the property.
  return record.type === "CAA"
    ? { critical: record.critical, type: record.type, ...fields }
    : { ...fields, type: record.type };
}

/** The fields in Node's order, where that of a message, or of who gave the record, is another. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  MX: ["exchange", "priority"],
  SRV: ["name", "port", "priority", "weight"],
  NAPTR: ["flags", "service", "regexp", "replacement", "order", "preference"],
};

/** From Node 24 on, these say what they are. */
const TYPED: readonly string[] = Number.parseInt(process.versions.node, 10) >= 24 ? ["CAA", "MX", "SRV"] : [];

function withoutType({ type, ...fields }: DnsRecord): object {
  const known = fields as Readonly<Record<string, unknown>>;
  return Object.fromEntries((FIELDS[type] ?? Object.keys(known)).map((name) => [name, known[name]]));
}
