/**
 * Services and protocols by name and number: getservbyname(3), getservbyport(3), getprotobyname(3).
 *
 * They read /etc/services and /etc/protocols of the host, so what its root writes there counts.
 */
import type { Sys } from "../../kernel/sys/sys.ts";
import { readTable } from "./table-file.ts";

/** struct servent. */
export interface Service {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly port: number;
  /** "tcp", "udp". */
  readonly protocol: string;
}

/** struct protoent. */
export interface ProtocolEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly number: number;
}

const PORT_MAX = 65_535;

/** getservbyname(3): by its name or an alias; of any protocol when none is given. Undefined when there is none. */
export async function getservbyname(sys: Sys, name: string, protocol?: string): Promise<Service | undefined> {
  const wanted = ({ name: own, aliases }: Service): boolean => own === name || aliases.includes(name);
  return (await services(sys)).find((entry) => wanted(entry) && isOf(entry, protocol));
}

/** getservbyport(3). Undefined when there is none. */
export async function getservbyport(sys: Sys, port: number, protocol?: string): Promise<Service | undefined> {
  return (await services(sys)).find((entry) => entry.port === port && isOf(entry, protocol));
}

/** getprotobyname(3): by its name or an alias. Undefined when there is none. */
export async function getprotobyname(sys: Sys, name: string): Promise<ProtocolEntry | undefined> {
  return (await protocols(sys)).find((entry) => entry.name === name || entry.aliases.includes(name));
}

/** getprotobynumber(3). Undefined when there is none. */
export async function getprotobynumber(sys: Sys, number: number): Promise<ProtocolEntry | undefined> {
  return (await protocols(sys)).find((entry) => entry.number === number);
}

function isOf(entry: Service, protocol: string | undefined): boolean {
  return protocol === undefined || entry.protocol === protocol;
}

async function services(sys: Sys): Promise<Service[]> {
  const lines = await readTable(sys, "/etc/services");
  return lines.flatMap(([name = "", where = "", ...aliases]) => {
    const [, digits = "", protocol = ""] = /^(\d{1,5})\/(\w+)$/.exec(where) ?? [];
    const port = Number(digits);
    return protocol === "" || port > PORT_MAX ? [] : [{ name, aliases, port, protocol }];
  });
}

async function protocols(sys: Sys): Promise<ProtocolEntry[]> {
  const lines = await readTable(sys, "/etc/protocols");
  return lines.flatMap(([name = "", digits = "", ...aliases]) =>
    /^\d{1,3}$/.test(digits) ? [{ name, aliases, number: Number(digits) }] : [],
  );
}
