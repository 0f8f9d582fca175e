/**
 * Endpoints as programs write them, and as the kernel keeps them. Read first: kernel/sys/sockets.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import { AF_INET, AF_INET6, AF_PACKET, AF_UNIX, AF_UNSPEC } from "../../abi/socket.ts";
import { inetAddress, NO_NAME, type SocketAddress, unixAddress } from "../../socket/address.ts";
import { ANY_V4, IpAddress } from "../../wire/ip-address.ts";
import type { Endpoint, InetEndpoint, LinkEndpoint, SocketName } from "../sys/sockets.ts";

/** The address that was read last: programs tend to send to the same one again. */
let lastText = "0.0.0.0";
let lastAddress: IpAddress | undefined = IpAddress.parse(lastText);

/** The address that was shown last, and its text: messages tend to come from the same one again. */
let shownAddress: IpAddress = ANY_V4;
let shownText = "0.0.0.0";

/**
 * EINVAL: neither an address with a port number, nor a path, nor AF_UNSPEC; the message of the SystemError shows what was
 * given.
 */
export function parseEndpoint(endpoint: Endpoint): SocketAddress | Errno {
  if (typeof endpoint !== "object" || endpoint === null) return "EINVAL";
  if ("path" in endpoint) return typeof endpoint.path === "string" ? unixAddress(endpoint.path) : "EINVAL";
  if ("ifindex" in endpoint) return parseLinkEndpoint(endpoint);
  if (!("port" in endpoint)) return endpoint.family === AF_UNSPEC ? NO_NAME : "EINVAL";
  const { address, port } = endpoint;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return "EINVAL";
  if (address !== lastText) {
    lastText = String(address);
    lastAddress = IpAddress.parse(ZONED.exec(lastText)?.[1] ?? lastText);
  }
  if (lastAddress === undefined) return "EINVAL";
  return lastText.includes(":") ? parseInet6(lastText, lastAddress, endpoint) : inetAddress(lastAddress, port);
}

/** RFC 4007 §11: what stands behind the address, for the link that it is on. */
const ZONED = /^((?:fe[89ab]|ff.2)[^%]*)%([^%]+)$/i;

/** Written with colons it is an address of AF_INET6, be it a mapped one. */
function parseInet6(text: string, address: IpAddress, { port, scopeId = 0 }: InetEndpoint): SocketAddress | Errno {
  if (!Number.isInteger(scopeId) || scopeId < 0 || scopeId > 0xffff_ffff) return "EINVAL";
  const zone = ZONED.exec(text)?.[2];
  const endpoint = { family: AF_INET6, address, port } as const;
  if (zone !== undefined) return { ...endpoint, zone };
  return scopeId === 0 ? endpoint : { ...endpoint, scopeId };
}

function parseLinkEndpoint({ ifindex, protocol = 0, addr = "" }: LinkEndpoint): SocketAddress | Errno {
  const isSound = Number.isInteger(ifindex) && Number.isInteger(protocol) && typeof addr === "string";
  return isSound ? { family: AF_PACKET, ifindex, protocol, addr, hatype: 0, pkttype: 0 } : "EINVAL";
}

export function socketName(address: SocketAddress | null): SocketName {
  if (address === null || address.family === AF_UNSPEC) return { family: AF_UNSPEC };
  if (address.family === AF_UNIX) return { family: AF_UNIX, path: address.path };
  if (address.family === AF_PACKET) return address;
  if (!address.address.equals(shownAddress)) {
    shownAddress = address.address;
    shownText = shownAddress.toString();
  }
  if (address.family === AF_INET) return { family: AF_INET, address: shownText, port: address.port };
  const text = address.address.family === 4 ? `::ffff:${shownText}` : shownText;
  const name = { family: AF_INET6, address: text, port: address.port } as const;
  return address.scopeId === undefined ? name : { ...name, scopeId: address.scopeId };
}

/** What an error message shows of an argument that is an endpoint. */
export function endpointText(argument: unknown): string | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  const { address, port, path } = argument as { address?: unknown; port?: unknown; path?: unknown };
  if (path !== undefined) return String(path).replaceAll("\0", "@");
  return "address" in argument && address !== undefined ? `${address}:${port}` : undefined;
}
