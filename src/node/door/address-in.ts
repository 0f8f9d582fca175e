/**
 * Addresses as Node gives them to handles: text of one family, which its caller has found out.
 */
import { AF_INET, AF_INET6 } from "../../abi/socket.ts";
import type { InetAddress } from "../../socket/address.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import type { NodeProcess } from "./node-process.ts";

/** As uv_ip4_addr() and uv_ip6_addr(); undefined where these answer EINVAL. An IPv4 address of IPv6 is in its mapped form. */
export function addressIn(owner: NodeProcess, family: 4 | 6, text: string, port: number): InetAddress | undefined {
  if (text.includes(":") !== (family === 6)) return undefined;
  const bare = family === 6 ? withoutZone(text) : text;
  const address = IpAddress.parse(bare);
  if (address === undefined) return undefined;
  if (family === 4) return { family: AF_INET, address, port };
  const scopeId = zoneIndex(owner, text);
  return scopeId === 0 ? { family: AF_INET6, address, port } : { family: AF_INET6, address, port, scopeId };
}

/** The index of the interface behind "%eth0"; 0 where none is named, or there is none of that name. */
export function zoneIndex(owner: NodeProcess, text: string): number {
  const at = text.indexOf("%");
  return at < 0 ? 0 : (owner.host.netif.interfaces.get(text.slice(at + 1))?.index ?? 0);
}

function withoutZone(text: string): string {
  const at = text.indexOf("%");
  return at < 0 ? text : text.slice(0, at);
}
