/**
 * netstat(8): interfaces, sockets, routes, neighbours and counters of a host, as data and as text.
 */
import type { Machine } from "../base/machine.ts";
import type { Inet } from "../inet/inet.ts";
import type { AddressSnapshot } from "../inet/ip/addresses.ts";
import type { RouteSnapshot } from "../inet/ip/route.ts";
import type { PacketSnapshot } from "../inet/packet/packet.ts";
import type { RawSnapshot } from "../inet/raw/snapshot.ts";
import type { ConnectionSnapshot } from "../inet/tcp/snapshot.ts";
import type { UdpSnapshot } from "../inet/udp/udp.ts";
import type { InterfaceSnapshot } from "../netif/interface-table.ts";
import type { NeighbourSnapshot } from "../netif/neighbour-table.ts";
import type { Netif } from "../netif/netif.ts";
import type { UnixDomain, UnixSnapshot } from "../unix/unix.ts";
import { formatTable } from "./table.ts";

/** What netstat knows of a host at one moment. */
export interface Netstat {
  readonly host: string;
  readonly interfaces: readonly InterfaceSnapshot[];
  readonly addresses: readonly AddressSnapshot[];
  readonly sockets: readonly UdpSnapshot[];
  /** Of TCP: listeners, connections, requests that wait for their ACK, and what is in TIME_WAIT. */
  readonly connections: readonly ConnectionSnapshot[];
  readonly rawSockets: readonly RawSnapshot[];
  readonly packetSockets: readonly PacketSnapshot[];
  readonly unixSockets: readonly UnixSnapshot[];
  /** Multicast groups, by interface. */
  readonly groups: readonly GroupSnapshot[];
  readonly routes: readonly RouteSnapshot[];
  readonly neighbours: readonly NeighbourSnapshot[];
  /** net.ipv4.ip_forward and net.ipv4.ip_default_ttl. */
  readonly forwarding: boolean;
  readonly defaultTtl: number;
  /** Every counter that ever moved, by its name in nstat(8). */
  readonly counters: Readonly<Record<string, number>>;
}

/** One group on one interface, as `netstat -g` shows it. */
export interface GroupSnapshot {
  readonly interface: string;
  readonly group: string;
  readonly users: number;
}

export function netstat(machine: Machine, netif: Netif, inet: Inet, unix: UnixDomain): Netstat {
  return {
    host: machine.name,
    interfaces: netif.interfaces.snapshot(),
    addresses: inet.ip.addresses.snapshot(),
    sockets: inet.udp.snapshot(),
    connections: inet.tcp.snapshot(),
    rawSockets: [...inet.raw.sockets.snapshot(), ...inet.raw6.sockets.snapshot()],
    packetSockets: inet.packets.snapshot(),
    unixSockets: unix.snapshot(),
    groups: inet.ip.groups.snapshot().map(({ through, group, users }) => ({
      interface: through.name,
      group: group.toString(),
      users,
    })),
    forwarding: inet.ip.forwarding,
    defaultTtl: inet.ip.settings.defaultTtl.value,
    routes: inet.ip.routes.snapshot(),
    neighbours: netif.neighbours.snapshot(),
    counters: machine.counters.snapshot(),
  };
}

/** In the manner of `netstat -i`, `netstat -an`, `netstat -x`, `netstat -rn`, `arp -n` and `netstat -s`. Empty tables are left out. */
export function formatNetstat(snapshot: Netstat): string {
  const tables = [
    section("Interfaces", formatInterfaces(snapshot)),
    section("Routes", formatRoutes(snapshot.routes)),
    section("Neighbours", formatNeighbours(snapshot.neighbours)),
    section("Sockets", formatSockets([...snapshot.connections, ...snapshot.sockets])),
    section("Unix sockets", formatUnixSockets(snapshot.unixSockets)),
    section("Counters", formatCounters(snapshot.counters)),
  ];
  return tables.filter((text) => text !== "").join("\n\n");
}

function section(title: string, table: string): string {
  return table === "" ? "" : `${title}\n${table}`;
}

function formatInterfaces({ interfaces, addresses }: Netstat): string {
  const columns = [
    { heading: "Iface" },
    { heading: "Address" },
    { heading: "MTU", align: "right" },
    { heading: "RX-OK", align: "right" },
    { heading: "RX-DRP", align: "right" },
    { heading: "TX-OK", align: "right" },
    { heading: "TX-DRP", align: "right" },
    { heading: "Link" },
  ] as const;
  const rows = interfaces.map(({ name, mtu, rxPackets, rxDrops, txPackets, txDrops, linkName }) => {
    const own = addresses.filter((address) => address.interface === name);
    const address = own.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(" ");
    return [name, address === "" ? "-" : address, mtu, rxPackets, rxDrops, txPackets, txDrops, linkName];
  });
  return formatTable(columns, rows);
}

function formatRoutes(routes: readonly RouteSnapshot[]): string {
  if (routes.length === 0) return "";
  const columns = [
    { heading: "Destination" },
    { heading: "Gateway" },
    { heading: "Metric", align: "right" },
    { heading: "Iface" },
  ] as const;
  const rows = routes.map((route) => {
    const isDefault = route.destination === "0.0.0.0/0" || route.destination === "::/0";
    const destination = isDefault ? "default" : route.destination;
    return [destination, route.gateway ?? "-", route.metric, route.kind === "unicast" ? route.interface : route.kind];
  });
  return formatTable(columns, rows);
}

function formatNeighbours(neighbours: readonly NeighbourSnapshot[]): string {
  if (neighbours.length === 0) return "";
  const columns = [{ heading: "Address" }, { heading: "HWaddress" }, { heading: "State" }, { heading: "Iface" }];
  const rows = neighbours.map((neighbour) => {
    const macAddress = neighbour.macAddress === "" ? "(incomplete)" : neighbour.macAddress;
    return [neighbour.address, macAddress, neighbour.state, neighbour.interface];
  });
  return formatTable(columns, rows);
}

function formatSockets(sockets: readonly (UdpSnapshot | ConnectionSnapshot)[]): string {
  if (sockets.length === 0) return "";
  const columns = [
    { heading: "Proto" },
    { heading: "Recv-Q", align: "right" },
    { heading: "Send-Q", align: "right" },
    { heading: "Local Address" },
    { heading: "Foreign Address" },
    { heading: "State" },
  ] as const;
  const rows = sockets.map((socket) => {
    const local = `${socket.localAddress}:${socket.localPort}`;
    const remote = socket.remoteAddress === null ? "0.0.0.0:*" : `${socket.remoteAddress}:${socket.remotePort}`;
    return [socket.protocol, socket.receiveQueueBytes, socket.sendQueueBytes, local, remote, socket.state];
  });
  return formatTable(columns, rows);
}

function formatUnixSockets(sockets: readonly UnixSnapshot[]): string {
  if (sockets.length === 0) return "";
  const columns = [
    { heading: "Proto" },
    { heading: "Type" },
    { heading: "State" },
    { heading: "Recv-Q", align: "right" },
    { heading: "Send-Q", align: "right" },
    { heading: "I-Node", align: "right" },
    { heading: "Peer", align: "right" },
    { heading: "Path" },
  ] as const;
  const rows = sockets.map(({ protocol, type, state, receiveQueue, sendQueue, inode, peerInode, path }) => {
    return [protocol, type, state, receiveQueue, sendQueue, inode, peerInode ?? "*", path];
  });
  return formatTable(columns, rows);
}

function formatCounters(counters: Readonly<Record<string, number>>): string {
  const names = Object.keys(counters);
  if (names.length === 0) return "";
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `${name.padEnd(width)}  ${counters[name]}`).join("\n");
}
