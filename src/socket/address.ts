/**
 * Socket addresses as the kernel keeps them. The doors translate: `{ address: "10.0.0.1", port: 7 }` ↔ InetAddress.
 */
import { AF_INET, AF_INET6 } from "../abi/socket.ts";
import type { IpAddress } from "../wire/ip-address.ts";

/** An Internet endpoint: sockaddr_in or sockaddr_in6. */
export interface InetAddress {
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly address: IpAddress;
  /** 0 to 65535; 0 lets the kernel choose. */
  readonly port: number;
}

/** Any address that a socket can be given. */
export type SocketAddress = InetAddress;

export function inetAddress(address: IpAddress, port: number): InetAddress {
  return { family: address.family === 4 ? AF_INET : AF_INET6, address, port };
}

/** In the manner of netstat: `10.0.0.1:7`, `*:7`, `[::1]:7`. */
export function formatAddress(endpoint: InetAddress): string {
  const port = endpoint.port === 0 ? "*" : String(endpoint.port);
  if (endpoint.address.isUnspecified) return `*:${port}`;
  const text = endpoint.address.toString();
  return endpoint.family === AF_INET6 ? `[${text}]:${port}` : `${text}:${port}`;
}
