/**
 * The order in which a program should try the addresses of a name.
 *
 * Read first: RFC 6724 §6. As the C library does it, the kernel is asked: a datagram socket that is connected to an address,
 * which sends nothing, tells which source address would be used, or that there is no way.
 */
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../abi/socket.ts";
import type { AddressSnapshot } from "../../inet/ip/addresses.ts";
import { sortDestinations } from "../../inet/ip6/source.ts";
import type { Sys } from "../../kernel/sys/sys.ts";
import { SystemError } from "../../kernel/system-error.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { Netlink } from "../netlink.ts";

/** Any port will do: nothing is sent. */
const DISCARD = 9;

/** What a destination would be reached from. */
type Source = Pick<AddressSnapshot, "state"> & { readonly address: IpAddress };

/** The addresses, best first. */
export async function destinationOrder(sys: Sys, addresses: readonly IpAddress[]): Promise<IpAddress[]> {
  if (addresses.length < 2) return [...addresses];
  const netlink = new Netlink(sys);
  const own = netlink.addresses();
  netlink.close();
  const sources = new Map<IpAddress, Source | null>();
  for (const address of addresses) sources.set(address, await sourceFor(sys, address, own));
  return [...sortDestinations(addresses, (destination) => sources.get(destination) ?? null)];
}

async function sourceFor(sys: Sys, address: IpAddress, own: readonly AddressSnapshot[]): Promise<Source | null> {
  let fd: number | undefined;
  try {
    fd = sys.socket(address.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM);
    await sys.connect(fd, { address: address.toString(), port: DISCARD });
    const text = sys.getsockname(fd).address ?? "";
    const source = IpAddress.parse(text.replace(/%.*$/, ""));
    if (source === undefined) return null;
    return { address: source, state: own.find((one) => one.address === source.toString())?.state ?? "preferred" };
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  } finally {
    if (fd !== undefined) sys.close(fd);
  }
}
