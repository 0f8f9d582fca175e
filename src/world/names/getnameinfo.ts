/**
 * getnameinfo(3): from an endpoint to the names of its host and service.
 */
import type { InetEndpoint } from "../../kernel/sys/sockets.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { GaiError } from "./gai-error.ts";
import { hostByAddress } from "./hosts.ts";
import { getservbyport } from "./services.ts";

/** The address in numbers. */
export const NI_NUMERICHOST = 1;
/** The port in digits. */
export const NI_NUMERICSERV = 2;
/** A host without a name is an error, instead of its address in numbers. */
export const NI_NAMEREQD = 8;
/** The service's name for datagrams, where it differs. */
export const NI_DGRAM = 16;

/** The names of an endpoint. Throws a GaiError: EAI_FAMILY, EAI_NONAME. */
export async function getnameinfo(
  sys: Sys,
  { address: text, port, scopeId = 0 }: InetEndpoint,
  flags: number = 0,
): Promise<{ readonly host: string; readonly service: string }> {
  const [plain = "", zone = scopeId === 0 ? "" : String(scopeId)] = text.split("%", 2);
  const address = IpAddress.parse(plain);
  if (address === undefined) throw new GaiError("EAI_FAMILY", text);
  const name = (flags & NI_NUMERICHOST) === 0 ? await hostByAddress(sys, address) : undefined;
  if (name === undefined && (flags & NI_NAMEREQD) !== 0) throw new GaiError("EAI_NONAME", text);
  const protocol = (flags & NI_DGRAM) !== 0 ? "udp" : "tcp";
  const found = (flags & NI_NUMERICSERV) === 0 ? await getservbyport(sys, port, protocol) : undefined;
  return { host: name ?? (zone === "" ? plain : `${plain}%${zone}`), service: found?.name ?? String(port) };
}
