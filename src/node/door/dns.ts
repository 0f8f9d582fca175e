/**
 * node:dns on virtual hosts: lookup() and lookupService() ask the names of the host, resolve*() and reverse() the same names
 * in the place of a name server: /etc/hosts, and every host of the world.
 *
 * Read first: lib/dns.js of Node and lib/internal/dns/*, which call getaddrinfo(), getnameinfo() and the channel's query*() of
 * the binding; world/names/.
 */
import { AsyncResource } from "node:async_hooks";
import dns from "node:dns";
import { isIP } from "node:net";
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../abi/socket.ts";
import { Door } from "../../kernel/door/door.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import { getaddrinfo } from "../../world/names/getaddrinfo.ts";
import { getnameinfo } from "../../world/names/getnameinfo.ts";
import { hostByAddress, hostByName } from "../../world/names/hosts.ts";
import { current } from "./context.ts";
import { binding, uvCode } from "./internals.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";

/** A request of Node's. */
interface Asking {
  oncomplete(error: number | string | null, ...results: unknown[]): void;
}
type Query = (this: unknown, request: Asking, name: string) => number;
interface Cares {
  getaddrinfo(request: Asking, name: string, family: number, hints: number, order: unknown): number;
  getnameinfo(request: Asking, address: string, port: number): number;
  readonly ChannelWrap: { readonly prototype: Record<string, Query> };
}

/** A host has these records for ever. */
const TTL_SECONDS = 86_400;
const VERBATIM = 0;
const IPV6_FIRST = 2;

export function patchDns(patches: Patches): void {
  const cares = binding<Cares>("cares_wrap");
  patches.replace(cares, "getaddrinfo", (original) => {
    return (request, name, family, hints, order) => {
      const owner = current();
      if (owner === undefined) return original.call(cares, request, name, family, hints, order);
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
  const { prototype } = cares.ChannelWrap;
  for (const name of Object.keys(prototype).filter((key) => /^query|^getHostByAddr$/.test(key))) {
    patches.replace(prototype, name, (original) => {
      return function (this: unknown, request, subject) {
        const owner = current();
        if (owner === undefined) return (original as Query).call(this, request, subject);
        if (name === "getHostByAddr" && isIP(subject) === 0) return uvCode("EINVAL");
        return answer(owner, request, () => records(owner, name, subject));
      };
    });
  }
}

/** Answers the request in a turn of its own. */
function answer(owner: NodeProcess, request: Asking, find: () => Promise<readonly unknown[]>): number {
  const scope = new AsyncResource("NETLOOM_DNS");
  owner.reference();
  void find().then((results) => {
    owner.turn(() => {
      owner.unreference();
      scope.runInAsyncScope(() => request.oncomplete(...(results as [null])));
    });
  });
  return 0;
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
    return [];
  }
}

/** What a name server of the world would have. */
async function records(owner: NodeProcess, query: string, subject: string): Promise<readonly unknown[]> {
  const sys = new Door(owner.image);
  if (query === "getHostByAddr") return named(await nameOf(owner, subject));
  if (query === "queryPtr") return named(await nameOf(owner, addressIn(subject)));
  const found = await hostByName(sys, subject);
  if (found === undefined) return ["ENOTFOUND"];
  const of = (family: 4 | 6): string[] =>
    found.addresses.filter((address) => address.family === family).map((address) => address.toString());
  const [v4, v6] = [of(4), of(6)];
  if (query === "queryA" && v4.length > 0) return [null, v4, v4.map(() => TTL_SECONDS)];
  if (query === "queryAaaa" && v6.length > 0) return [null, v6, v6.map(() => TTL_SECONDS)];
  if (query !== "queryAny") return ["ENODATA"];
  const record = (type: string) => (address: string) => ({ address, ttl: TTL_SECONDS, type });
  return [null, [...v4.map(record("A")), ...v6.map(record("AAAA"))]];
}

const named = (name: string | undefined): readonly unknown[] => (name === undefined ? ["ENOTFOUND"] : [null, [name]]);

async function nameOf(owner: NodeProcess, text: string): Promise<string | undefined> {
  const address = IpAddress.parse(text);
  return address === undefined ? undefined : await hostByAddress(new Door(owner.image), address);
}

/** RFC 1035 §3.5: "4.3.2.1.in-addr.arpa" is 1.2.3.4. */
function addressIn(name: string): string {
  const [, digits = ""] = /^([\d.]+)\.in-addr\.arpa$/i.exec(name) ?? [];
  return digits.split(".").reverse().join(".");
}
