/**
 * Interfaces and their addresses in the words of ip-link(8) and ip-address(8).
 *
 * Read first: netdevice(7) for the flags. Both are made of what netstat() gives.
 */
import type { AddressSnapshot } from "../inet/ip/addresses.ts";
import type { InterfaceSnapshot } from "../netif/interface-table.ts";
import type { Netstat } from "./netstat.ts";

const LINK_NAMES: Readonly<Record<InterfaceSnapshot["linkType"], string>> = {
  ethernet: "link/ether",
  "raw-ip": "link/none",
  ppp: "link/ppp",
};

/** `ip link`, or with statistics `ip -s link`. */
export function formatIpLink({ interfaces }: Pick<Netstat, "interfaces">, withStatistics: boolean = false): string {
  return interfaces
    .map((shown) => [...linkLines(shown), ...(withStatistics ? statistics(shown) : [])].join("\n"))
    .join("\n");
}

/** `ip address`. */
export function formatIpAddress({ interfaces, addresses }: Pick<Netstat, "interfaces" | "addresses">): string {
  const lines = interfaces.flatMap((shown) => {
    const own = addresses.filter((address) => address.interface === shown.name);
    return [...linkLines(shown), ...own.flatMap(addressLines)];
  });
  return lines.join("\n");
}

function linkLines(shown: InterfaceSnapshot): string[] {
  const { index, name, mtu, qdisc, linkType, macAddress } = shown;
  const isLoopback = isLoop(shown);
  const state = isLoopback ? "UNKNOWN" : shown.up && shown.carrier ? "UP" : "DOWN";
  const link = isLoopback ? "link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00" : LINK_NAMES[linkType];
  const ethernet = linkType === "ethernet" ? ` ${macAddress} brd ff:ff:ff:ff:ff:ff` : "";
  return [
    `${index}: ${name}: <${flags(shown).join(",")}> mtu ${mtu} qdisc ${qdisc.kind} state ${state}`,
    `    ${link}${ethernet}`,
  ];
}

/** In the order in which ip prints them. */
function flags(shown: InterfaceSnapshot): string[] {
  const { up, carrier, linkType } = shown;
  return [
    ...(up && !carrier ? ["NO-CARRIER"] : []),
    ...(isLoop(shown) ? ["LOOPBACK"] : []),
    ...(linkType === "ethernet" ? ["BROADCAST", "MULTICAST"] : []),
    ...(linkType === "ppp" ? ["POINTOPOINT", "MULTICAST", "NOARP"] : []),
    ...(up ? ["UP"] : []),
    ...(up && carrier ? ["LOWER_UP"] : []),
  ];
}

function isLoop({ linkType, linkName }: InterfaceSnapshot): boolean {
  return linkType === "raw-ip" && linkName === "lo";
}

function addressLines(own: AddressSnapshot): string[] {
  const { address, peer, prefixLength, broadcast, scope, state, interface: name } = own;
  const isV6 = address.includes(":");
  const where = peer === null ? `${address}/${prefixLength}` : `${address} peer ${peer}/${prefixLength}`;
  const all = broadcast === null ? "" : ` brd ${broadcast}`;
  const label = isV6 ? "" : ` ${name}`;
  const stateText = state === "preferred" ? "" : ` ${state}`;
  const seconds = (untilNs: number | null): string => (untilNs === null ? "forever" : `until ${untilNs / 1e9}s`);
  return [
    `    ${isV6 ? "inet6" : "inet"} ${where}${all} scope ${scope}${stateText}${label}`,
    `       valid_lft ${seconds(own.validUntilNs)} preferred_lft ${seconds(own.preferredUntilNs)}`,
  ];
}

function statistics(shown: InterfaceSnapshot): string[] {
  const { rxBytes, rxPackets, rxErrors, rxDrops, rxMulticast, txBytes, txPackets, txDrops } = shown;
  return [
    ...columns(
      ["RX:  bytes", "packets", "errors", "dropped", "mcast"],
      [rxBytes, rxPackets, rxErrors, rxDrops, rxMulticast],
    ),
    ...columns(["TX:  bytes", "packets", "errors", "dropped"], [txBytes, txPackets, 0, txDrops]),
  ];
}

function columns(headings: readonly string[], values: readonly number[]): string[] {
  const widths = headings.map((heading, index) => Math.max(heading.length, String(values[index]).length));
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => String(cell).padStart(widths[index] ?? 0)).join(" ");
  return [`    ${row(headings)}`, `    ${row(values)}`];
}
