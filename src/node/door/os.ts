/**
 * node:os of a virtual process: the name and the interfaces of its host. What the machine is made of (processors, memory) is
 * the real one's.
 */
import os from "node:os";
import type { Host } from "../../host/host.ts";
import type { InterfaceAddress } from "../../inet/ip/addresses.ts";
import { IpAddress } from "../../wire/ip-address.ts";
import * as mac from "../../wire/mac-address.ts";
import { current } from "./context.ts";
import type { Patches } from "./patch.ts";

export function patchOs(patches: Patches): void {
  patches.replace(os, "hostname", (original) => asText(() => current()?.hostName ?? original()));
  patches.replace(os, "uptime", (original) =>
    asText(() => {
      const owner = current();
      return owner === undefined ? original() : owner.nowNs / 1e9;
    }),
  );
  patches.replace(os, "networkInterfaces", (original) => () => {
    const owner = current();
    return owner === undefined ? original() : interfacesOf(owner.host);
  });
}

/** As text, these functions are what they answer. */
function asText<T>(call: () => T): () => T {
  return Object.assign(call, { [Symbol.toPrimitive]: call });
}

function interfacesOf({ inet }: Host): NodeJS.Dict<os.NetworkInterfaceInfo[]> {
  const found: NodeJS.Dict<os.NetworkInterfaceInfo[]> = {};
  for (const own of inet.ip.addresses.list()) {
    if (!own.through.up) continue;
    const rows = found[own.through.name] ?? [];
    rows.push(rowOf(own));
    found[own.through.name] = rows;
  }
  return found;
}

function rowOf({ address, network, through }: InterfaceAddress): os.NetworkInterfaceInfo {
  // In Node's order.
  const common = {
    address: address.toString(),
    netmask: netmask(address.family, network.prefixLength),
    family: `IPv${address.family}`,
    mac: mac.format(through.macAddress),
    internal: through.isLoopback,
    cidr: `${address}/${network.prefixLength}`,
  };
  const scope = address.family === 4 ? {} : { scopeid: address.isLinkLocal ? through.index : 0 };
  return { ...common, ...scope } as os.NetworkInterfaceInfo;
}

/** The mask of a prefix, as text. */
function netmask(family: 4 | 6, length: number): string {
  const word = (index: number): number => {
    const bits = Math.min(Math.max(length - index * 32, 0), 32);
    return bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
  };
  return (family === 4 ? IpAddress.v4(word(0)) : IpAddress.v6(word(0), word(1), word(2), word(3))).toString();
}
