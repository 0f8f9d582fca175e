/**
 * Hosts by name and by address: /etc/hosts of the host first, then /run/hosts, which has every host of the world.
 *
 * Read first: hosts(5), nsswitch.conf(5). Names are compared without regard to case. A name may have several addresses, in
 * the order of the lines; the first name of a line is the canonical one.
 */
import type { Sys } from "../../kernel/sys/sys.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { readTable, type Table } from "./table-file.ts";

/** What a name stands for. */
export interface HostEntry {
  readonly canonicalName: string;
  readonly addresses: readonly IpAddress[];
}

const FILES = ["/etc/hosts", "/run/hosts"];

/** The addresses of a name, from the first file that has any. Undefined when none has. */
export async function hostByName(sys: Sys, name: string): Promise<HostEntry | undefined> {
  const wanted = name.toLowerCase().replace(/\.$/, "");
  for (const file of FILES) {
    const lines = (await hostLines(sys, file)).filter(({ names }) => names.some((own) => own.toLowerCase() === wanted));
    if (lines.length === 0) continue;
    return { canonicalName: lines[0]?.names[0] ?? name, addresses: distinct(lines.map(({ address }) => address)) };
  }
  return undefined;
}

/** The canonical name of an address. Undefined when it has none. */
export async function hostByAddress(sys: Sys, address: IpAddress): Promise<string | undefined> {
  for (const file of FILES) {
    const line = (await hostLines(sys, file)).find((candidate) => candidate.address.equals(address));
    if (line !== undefined) return line.names[0];
  }
  return undefined;
}

interface HostLine {
  readonly address: IpAddress;
  readonly names: readonly string[];
}

const linesOf: WeakMap<Table, readonly HostLine[]> = new WeakMap<Table, readonly HostLine[]>();

async function hostLines(sys: Sys, file: string): Promise<readonly HostLine[]> {
  const table = await readTable(sys, file);
  const before = linesOf.get(table);
  if (before !== undefined) return before;
  const lines = table.flatMap(([text = "", ...names]) => {
    const address = IpAddress.parse(text);
    return address === undefined || names.length === 0 ? [] : [{ address, names }];
  });
  linesOf.set(table, lines);
  return lines;
}

function distinct(addresses: readonly IpAddress[]): IpAddress[] {
  return addresses.filter((address, index) => addresses.findIndex((other) => other.equals(address)) === index);
}
