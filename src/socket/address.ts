/**
 * Socket addresses as the kernel keeps them. The doors translate: `{ address: "10.0.0.1", port: 7 }` ↔ InetAddress,
 * `{ path: "/tmp/s" }` ↔ UnixAddress.
 */
import { AF_INET, AF_INET6, type AF_PACKET, AF_UNIX, AF_UNSPEC } from "../abi/socket.ts";
import type { IpAddress } from "../wire/ip-address.ts";

/** An Internet endpoint: sockaddr_in or sockaddr_in6. */
export interface InetAddress {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly address: IpAddress;
  /** 0 to 65535; 0 lets the kernel choose. */
  readonly port: number;
  /** sin6_scope_id: the index of the interface that a link-local address is behind. */
  readonly scopeId?: number;
  /** The same as it is written behind the address: "eth0", or the index. */
  readonly zone?: string;
}

/** A Unix-domain endpoint: sockaddr_un. */
export interface UnixAddress {
  readonly family: typeof AF_UNIX;
  /** A path name; an abstract name with its leading NUL; empty for a socket without a name. */
  readonly path: string;
}

/** A frame's end on a link: sockaddr_ll. */
export interface LinkAddress {
  readonly family: typeof AF_PACKET;
  /** EtherType. */
  readonly protocol: number;
  /** 0: any interface. */
  readonly ifindex: number;
  /** ARPHRD_ETHER and its like. */
  readonly hatype: number;
  /** PACKET_HOST, PACKET_OUTGOING, … */
  readonly pkttype: number;
  /** The link address as text; empty where there is none. */
  readonly addr: string;
}

/** No address: connect(2) with it undoes a connect. */
export interface NoAddress {
  readonly family: typeof AF_UNSPEC;
}

/** Any address that a socket can have. */
export type SocketAddress = InetAddress | UnixAddress | LinkAddress | NoAddress;

export function inetAddress(address: IpAddress, port: number): InetAddress {
  return { family: address.family === 4 ? AF_INET : AF_INET6, address, port };
}

export function unixAddress(path: string): UnixAddress {
  return { family: AF_UNIX, path };
}

/** The address of a Unix-domain socket without a name. */
export const UNNAMED: UnixAddress = unixAddress("");

/** No address at all. */
export const NO_NAME: NoAddress = { family: AF_UNSPEC };

/** In the manner of netstat: `10.0.0.1:7`, `*:7`, `[::1]:7`; `/tmp/s`, `@abstract`. */
export function formatAddress(endpoint: SocketAddress): string {
  if ("path" in endpoint) return endpoint.path.replaceAll("\0", "@");
  if ("ifindex" in endpoint) return `interface ${endpoint.ifindex}`;
  if (!("address" in endpoint)) return "*";
  const port = endpoint.port === 0 ? "*" : String(endpoint.port);
  if (endpoint.address.isUnspecified) return `*:${port}`;
  const text = endpoint.address.toString();
  return endpoint.family === AF_INET6 ? `[${text}]:${port}` : `${text}:${port}`;
}
