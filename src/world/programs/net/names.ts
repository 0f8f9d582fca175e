/**
 * From what a person types to an address, and back, for the programs of the network.
 *
 * Read first: names/getaddrinfo.ts. Messages and exit statuses are those that people know from ping(8) and its like.
 */
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../../abi/socket.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { GaiError } from "../../names/gai-error.ts";
import { type AddrinfoHints, getaddrinfo } from "../../names/getaddrinfo.ts";
import { getnameinfo, NI_NUMERICSERV } from "../../names/getnameinfo.ts";
import type { Toolbox } from "../tool.ts";

/** Somebody to talk to. */
export interface Target {
  readonly family: typeof AF_INET | typeof AF_INET6;
  /** In numbers, with its zone. */
  readonly address: string;
  readonly port: number;
  /** What was typed. */
  readonly name: string;
  /** The address was typed in numbers. */
  readonly isNumeric: boolean;
}

/** AF_INET for -4, AF_INET6 for -6, else 0: either. */
export function familyOf(box: Toolbox): number {
  if (box.has("4") && box.has("6")) box.refuse("-4 or -6, not both");
  return box.has("4") ? AF_INET : box.has("6") ? AF_INET6 : 0;
}

/** All addresses behind a name, best first; the program ends when there is none. */
export async function targets(
  box: Toolbox,
  name: string,
  { service = null, status = 2, ...hints }: AddrinfoHints & { service?: string | null; status?: number } = {},
): Promise<readonly Target[]> {
  const [, host = name, zone] = /^([^%]*)(?:%(.+))?$/.exec(name) ?? [];
  try {
    const found = await getaddrinfo(box.sys, host, service, { socktype: SOCK_DGRAM, ...hints });
    return found.map(({ family, address }) => ({
      family,
      address: zone === undefined ? address.address : `${address.address}%${zone}`,
      port: address.port,
      name,
      isNumeric: host === address.address || host.includes(":"),
    }));
  } catch (error) {
    if (!(error instanceof GaiError)) throw error;
    return box.fail(`${name}: ${reasonOf(error)}`, status);
  }
}

/** The best address behind a name. */
export async function target(box: Toolbox, name: string, status: number = 2): Promise<Target> {
  const [first] = await targets(box, name, { family: familyOf(box), status });
  return first ?? box.fail(`${name}: Name or service not known`, status);
}

/** The name of an address, or the address when it has none. */
export async function nameOf(sys: Sys, address: string): Promise<string> {
  const { host } = await getnameinfo(sys, { address: address.replace(/%.*$/, ""), port: 0 }, NI_NUMERICSERV);
  return host.includes(":") ? address : host;
}

/** What gai_strerror(3) says, as a message begins. */
function reasonOf(error: GaiError): string {
  const text = error.message.slice(error.message.lastIndexOf(": ") + 2);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
