/**
 * node:dns on virtual hosts: dns.lookup() asks the names of the host (/etc/hosts, and the hosts of the world).
 *
 * Read first: lib/dns.js of Node, which calls getaddrinfo() of the binding; world/names/. One address is answered where a
 * connection could try several at a time, as each would need a socket of its own.
 */
import { isIP } from "node:net";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../abi/socket.ts";
import { Door } from "../../kernel/door/door.ts";
import { getaddrinfo } from "../../world/names/getaddrinfo.ts";
import { current, enter } from "./context.ts";
import { uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

/** The request of Node's: GetAddrInfoReqWrap. */
interface LookupRequest {
  oncomplete(error: number | null, addresses?: string[]): void;
}
interface Cares {
  getaddrinfo(request: LookupRequest, name: string, family: number, hints: number, order: unknown): number;
}

export function patchDns(patches: Patches): void {
  const cares = (process as unknown as { binding: (name: string) => Cares }).binding("cares_wrap");
  patches.replace(cares, "getaddrinfo", (original) => {
    return (request, name, family, hints, order) => {
      const owner = current();
      if (owner === undefined) return original.call(cares, request, name, family, hints, order);
      void lookup(owner, request, name, family);
      return 0;
    };
  });
}

async function lookup(owner: NodeProcess, request: LookupRequest, name: string, family: number): Promise<void> {
  owner.reference();
  const addresses = await addressesOf(owner, name, family);
  owner.turn(() => {
    owner.unreference();
    enter(owner, () => {
      if (addresses.length === 0) request.oncomplete(uvCode("ENOTFOUND"));
      else request.oncomplete(null, addresses.slice(0, 1));
    });
  });
}

async function addressesOf(owner: NodeProcess, name: string, family: number): Promise<string[]> {
  if (isIP(name) !== 0) return [name];
  const hints = family === 0 ? {} : { family: family === 4 ? AF_INET : AF_INET6 };
  try {
    const found = await getaddrinfo(new Door(owner.image), name, null, { ...hints, socktype: SOCK_STREAM });
    return found.map(({ address }) => address.address);
  } catch {
    return [];
  }
}
