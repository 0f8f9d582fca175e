/**
 * Addresses as Node asks handles for them: getsockname(out), getpeername(out), the source of a datagram.
 */
import { AF_INET6 } from "../../abi/socket.ts";
import type { SocketAddress } from "../../socket/address.ts";
import { uvCode } from "./internals.ts";

/** What Node asks addresses into. */
export interface AddressOut {
  address?: string;
  family?: string;
  port?: number;
}

/** Writes the address there: 0, or the UV code of why there is none. */
export function tell(out: AddressOut, address: SocketAddress | string): number {
  if (typeof address === "string") return uvCode(address);
  if (!("address" in address)) return uvCode("EINVAL");
  const isV6 = address.family === AF_INET6;
  const text = address.address.toString();
  // An IPv4 address of a dual-stack socket shows in its mapped form.
  out.address = isV6 && address.address.family === 4 ? (address.address.isUnspecified ? "::" : `::ffff:${text}`) : text;
  if (address.zone !== undefined) out.address += `%${address.zone}`;
  out.family = isV6 ? "IPv6" : "IPv4";
  out.port = address.port;
  return 0;
}
