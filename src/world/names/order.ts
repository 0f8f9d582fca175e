/**
 * The order in which a program should try the addresses of a name.
 *
 * Read first: RFC 6724 §6. As the C library does it, the kernel is asked: a datagram socket that is connected to an address,
 * which sends nothing, tells which source address would be used, or that there is no way.
 */
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../abi/socket.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

/** Any port will do: nothing is sent. */
const DISCARD = 9;

/** The addresses, best first. */
export async function destinationOrder(sys: Sys, addresses: readonly IpAddress[]): Promise<IpAddress[]> {
  if (addresses.length < 2) return [...addresses];
  const ranked: { address: IpAddress; isReachable: boolean }[] = [];
  for (const address of addresses) ranked.push({ address, isReachable: await isReachable(sys, address) });
  // Rule 1: avoid unusable destinations. The sort is stable, so what is equal stays as it was.
  return ranked.sort((one, other) => Number(other.isReachable) - Number(one.isReachable)).map(({ address }) => address);
}

async function isReachable(sys: Sys, address: IpAddress): Promise<boolean> {
  let fd: number | undefined;
  try {
    fd = sys.socket(address.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
    await sys.connect(fd, { address: address.toString(), port: DISCARD });
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  } finally {
    if (fd !== undefined) sys.close(fd);
  }
}
