/**
 * node:dns on virtual hosts: lookup() and lookupService() ask the names of the host: /etc/hosts, every host of the world, and
 * what names were given beside (dns-records.ts). For resolve*() and reverse() see dns-resolvers.ts.
 *
 * Read first: lib/dns.js of Node and lib/internal/dns/*, which call getaddrinfo(), getnameinfo() and the channel's query*() of
 * the binding; world/names/.
 */
import dns from "node:dns";
import { isIP } from "node:net";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../abi/socket.ts";
import { Door } from "../../kernel/door/door.ts";
import { getaddrinfo } from "../../world/names/getaddrinfo.ts";
import { getnameinfo } from "../../world/names/getnameinfo.ts";
import { current } from "./context.ts";
import { worldRecords } from "./dns-records.ts";
import { answer, type Cares, patchResolvers } from "./dns-resolvers.ts";
import { binding, uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

/** libuv has room for no more. */
const HOST_NAME_MAX = 255;
const VERBATIM = 0;
const IPV6_FIRST = 2;

export function patchDns(patches: Patches): void {
  const cares = binding<Cares>("cares_wrap");
  patches.replace(cares, "getaddrinfo", (original) => {
    return (request, name, family, hints, order) => {
      const owner = current();
      if (owner === undefined) return original.call(cares, request, name, family, hints, order);
      if (name.length > HOST_NAME_MAX) return uvCode("EINVAL");
      return answer(owner, request, async () => {
        const addresses = await addressesOf(owner, name, family, order);
        return addresses.length === 0 ? [uvCode("EAI_NONAME")] : [null, addresses];
      });
    };
  });
  patches.replace(cares, "getnameinfo", (original) => {
    return (request, address, port) => {
      const owner = current();
      if (owner === undefined) return original.call(cares, request, address, port);
      return answer(owner, request, async () => {
        const { host, service } = await getnameinfo(new Door(owner.image), { address, port });
        return [null, host, service];
      });
    };
  });
  // dns/promises has taken these out of the binding for itself: inside, it goes by the callbacks.
  patches.replace(dns.promises as { lookup: unknown }, "lookup", (original) => {
    return (name: string, options: dns.LookupAllOptions = { all: false } as never) => {
      if (current() === undefined) return (original as typeof dns.promises.lookup)(name, options);
      return new Promise((resolve, reject) => {
        dns.lookup(name, options, (error, address, family?: number) => {
          if (error !== null) reject(error);
          else resolve(Array.isArray(address) ? address : { address, family });
        });
      });
    };
  });
  patches.replace(dns.promises, "lookupService", (original) => (address, port) => {
    if (current() === undefined) return original(address, port);
    return new Promise((resolve, reject) => {
      dns.lookupService(address, port, (error, hostname, service) => {
        if (error !== null) reject(error);
        else resolve({ hostname, service });
      });
    });
  });
  patchResolvers(patches, cares);
}

async function addressesOf(owner: NodeProcess, name: string, family: number, order: unknown): Promise<string[]> {
  const isNumeric = isIP(name) !== 0;
  const hints = family === 0 ? {} : { family: family === 4 ? AF_INET : AF_INET6 };
  try {
    const found = await getaddrinfo(new Door(owner.image), name, null, { ...hints, socktype: SOCK_STREAM });
    const addresses = found.map(({ address }) => address.address);
    if (isNumeric || order === VERBATIM || order === undefined) return addresses;
    const first = order === IPV6_FIRST ? 6 : 4;
    return addresses.sort((one, other) => Number(isIP(other) === first) - Number(isIP(one) === first));
  } catch {
    return isNumeric ? [] : await aliased(owner, name, family);
  }
}

/** As a resolver that asks a name server after /etc/hosts: an alias, or a name that was given an address. */
async function aliased(owner: NodeProcess, name: string, family: number): Promise<string[]> {
  const found = await Promise.all(
    (["A", "AAAA"] as const)
      .filter((type) => family === 0 || (family === 4) === (type === "A"))
      .map((type) => worldRecords(owner, name, type)),
  );
  return found.flatMap((records) =>
    typeof records === "string"
      ? []
      : records.flatMap((record) => ("address" in record ? [String(record.address)] : [])),
  );
}
