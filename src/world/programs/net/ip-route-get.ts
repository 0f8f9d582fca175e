/**
 * `ip route get`: by which route a packet to an address would go, and from where.
 *
 * The kernel is asked for the source by connecting a datagram socket, which sends nothing; the route is the one with the longest prefix
 * of those that can be used.
 */
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../../abi/socket.ts";
import type { RouteSnapshot } from "../../../inet/ip/route.ts";
import { IpAddress, parsePrefix } from "../../../wire/ip-address.ts";
import type { Netlink } from "../../netlink.ts";
import type { Toolbox } from "../tool.ts";

const DISCARD = 9;

export async function showRouteTo(box: Toolbox, netlink: Netlink, text: string): Promise<void> {
  const { sys } = box;
  const address =
    IpAddress.parse(text.replace(/%.*$/, "")) ??
    box.stop(`Error: any valid address is expected rather than "${text}".`, 1);
  const fd = sys.socket(address.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
  await sys.connect(fd, { address: text, port: DISCARD });
  const source = sys.getsockname(fd).address ?? "";
  sys.close(fd);
  const own = netlink.addresses().find((one) => one.address === text);
  if (own !== undefined) {
    await box.out(`local ${text} dev lo src ${source} uid ${sys.geteuid()}\n    cache <local>\n`);
    return;
  }
  const route = longest(netlink.routes(), address);
  const via = route?.gateway ? ` via ${route.gateway}` : "";
  const dev = route === undefined ? " dev lo" : ` dev ${route.interface}`;
  await box.out(`${text}${via}${dev} src ${source} uid ${sys.geteuid()}\n    cache\n`);
}

function longest(routes: readonly RouteSnapshot[], address: IpAddress): RouteSnapshot | undefined {
  let best: { readonly route: RouteSnapshot; readonly length: number } | undefined;
  for (const route of routes) {
    const prefix = parsePrefix(route.destination);
    if (prefix === undefined || !route.usable || !contains(prefix.address, prefix.prefixLength, address)) continue;
    if (best !== undefined && best.length > prefix.prefixLength) continue;
    const isBetter = best === undefined || prefix.prefixLength > best.length || route.metric < best.route.metric;
    if (isBetter) best = { route, length: prefix.prefixLength };
  }
  return best?.route;
}

/** Are the first bits the same? */
export function contains(network: IpAddress, prefixLength: number, address: IpAddress): boolean {
  if (address.family !== network.family) return false;
  const bits = prefixLength + (address.family === 4 ? 96 : 0);
  const own = [address.w0, address.w1, address.w2, address.w3];
  return [network.w0, network.w1, network.w2, network.w3].every((word, index) => {
    const count = Math.max(0, Math.min(32, bits - 32 * index));
    return count === 0 || (word ^ (own[index] as number)) >>> (32 - count) === 0;
  });
}
