/**
 * Netlink sockets: how a program reads and changes the interfaces, addresses, routes and neighbours of its host.
 *
 * Read first: netlink(7), rtnetlink(7), sock_diag(7). A request has Linux's name and number, and is a record that is given to
 * ioctl(2), which answers records: `sys.ioctl(s, RTM_NEWROUTE, { to: "10.1.0.0/16", via: "10.0.0.1" })`. Everybody may ask, root
 * may change. docs/COMPATIBILITY.md, "Netlink requests are records".
 */
import type { Errno } from "../abi/errno.ts";
import * as abi from "../abi/netlink.ts";
import { AF_UNSPEC, SOCK_DGRAM, SOCK_RAW } from "../abi/socket.ts";
import type { Task } from "../file/task.ts";
import type { Inet } from "../inet/inet.ts";
import { isRefusal, type RouteProtocol, type RouteSnapshot } from "../inet/ip/route.ts";
import type { AddressRequest, LinkRequest, NeighbourRequest, RouteRequest } from "../kernel/sys/netlink.ts";
import type { Interface } from "../netif/interface.ts";
import type { Protocol, UserRequests } from "../socket/protocol.ts";
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6 } from "../wire/ethernet.ts";
import { IpAddress } from "../wire/ip-address.ts";
import * as mac from "../wire/mac-address.ts";
import type { Netstat } from "./netstat.ts";

/** What a request does; `record` is what the program has given, whatever it is. */
type Request = (inet: Inet, record: Readonly<Record<string, unknown>>) => number | object | Errno;

const READING: Readonly<Record<number, Request>> = {
  [abi.RTM_GETLINK]: ({ netif }) => netif.interfaces.snapshot(),
  [abi.RTM_GETADDR]: ({ ip }) => ip.addresses.snapshot(),
  [abi.RTM_GETROUTE]: ({ ip }) => ip.routes.snapshot(),
  [abi.RTM_GETNEIGH]: ({ netif }) => netif.neighbours.snapshot(),
};

const CHANGING: Readonly<Record<number, Request>> = {
  [abi.RTM_SETLINK]: setLink,
  [abi.RTM_NEWADDR]: addAddress,
  [abi.RTM_DELADDR]: deleteAddress,
  [abi.RTM_NEWROUTE]: addRoute,
  [abi.RTM_DELROUTE]: deleteRoute,
  [abi.RTM_NEWNEIGH]: setNeighbour,
  [abi.RTM_DELNEIGH]: deleteNeighbour,
};

/** The rows that make socket(AF_NETLINK, …) work. */
export function netlinkProtocols(inet: Inet, netstat: () => Netstat): readonly Protocol[] {
  const row = (protocol: number, type: number, ioctl: NonNullable<UserRequests["ioctl"]>): Protocol => ({
    domain: abi.AF_NETLINK,
    type,
    protocol,
    name: "netlink",
    attach: () => requestsOf(ioctl),
  });
  const diagnose = (_task: Task, request: number): object | undefined =>
    request === abi.SOCK_DIAG_BY_FAMILY ? netstat() : undefined;
  return [SOCK_RAW, SOCK_DGRAM].flatMap((type) => [
    row(abi.NETLINK_ROUTE, type, (task, request, argument) => route(inet, task, request, argument)),
    row(abi.NETLINK_SOCK_DIAG, type, diagnose),
  ]);
}

function requestsOf(ioctl: NonNullable<UserRequests["ioctl"]>): UserRequests {
  return {
    ioctl,
    bind: () => "EOPNOTSUPP",
    connect: () => "EOPNOTSUPP",
    send: () => "EOPNOTSUPP",
    localAddress: () => ({ family: AF_UNSPEC }),
    remoteAddress: () => "ENOTCONN",
    detach: () => {},
  };
}

function route(inet: Inet, { uid }: Task, request: number, argument: unknown): number | object | Errno | undefined {
  const reads = READING[request];
  if (reads !== undefined) return reads(inet, {});
  const changes = CHANGING[request];
  if (changes === undefined) return undefined;
  if (uid !== 0) return "EPERM";
  if (typeof argument !== "object" || argument === null) return "EFAULT";
  return changes(inet, argument as Readonly<Record<string, unknown>>);
}

function interfaceOf(inet: Inet, name: unknown): Interface | "ENODEV" {
  return (typeof name === "string" ? inet.netif.interfaces.get(name) : undefined) ?? "ENODEV";
}

function setLink(inet: Inet, record: Partial<LinkRequest>): 0 | Errno {
  const changed = interfaceOf(inet, record.dev);
  if (typeof changed === "string") return changed;
  const { up, mtu } = record;
  if (mtu !== undefined) {
    const result = inet.netif.interfaces.setMtu(changed, mtu);
    if (result !== 0) return result;
  }
  if (typeof up === "boolean") inet.netif.interfaces.setUp(changed, up);
  return 0;
}

function addAddress(inet: Inet, { dev, address, peer }: Partial<AddressRequest>): 0 | Errno {
  const to = interfaceOf(inet, dev);
  if (typeof to === "string") return to;
  if (typeof address !== "string") return "EINVAL";
  if (peer === undefined) return inet.addAddress(to, withPrefix(address));
  const [own, other] = [IpAddress.parse(address), typeof peer === "string" ? IpAddress.parse(peer) : undefined];
  if (own === undefined || other === undefined || own.family !== other.family) return "EINVAL";
  return inet.addPeerAddress(to, own, other);
}

/** ip-address(8): an address without a prefix is a network of its own. */
function withPrefix(address: string): string {
  if (address.includes("/")) return address;
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

function deleteAddress(inet: Inet, { dev, address }: Partial<AddressRequest>): 0 | Errno {
  const from = interfaceOf(inet, dev);
  if (typeof from === "string") return from;
  return typeof address === "string" ? inet.deleteAddress(from, address) : "EINVAL";
}

/** What the record says of a route, in the words of inet/ip/route-spec.ts. */
function routeSpec(inet: Inet, record: Partial<RouteRequest>) {
  const { to, via, dev, source, metric, kind, protocol } = record;
  const through = dev === undefined ? undefined : interfaceOf(inet, dev);
  if (through === "ENODEV") return "ENODEV";
  const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
  if (typeof to !== "string" || !isText(via) || !isText(source)) return "EINVAL";
  if (kind !== undefined && kind !== "unicast" && !isRefusal(kind)) return "EINVAL";
  return { to, via, through, source, metric, kind, protocol: protocol as RouteProtocol | undefined };
}

function addRoute(inet: Inet, record: Partial<RouteRequest>): 0 | Errno {
  const spec = routeSpec(inet, record);
  if (typeof spec === "string") return spec;
  if (record.replace !== true) return inet.addRoute(spec);
  // NLM_F_REPLACE: the first route to the same network with the same metric goes, and comes back if the new one can't come.
  const { to, metric = familyOf(spec) === 4 ? 0 : METRIC_V6 } = spec;
  const before = inet.ip.routes.snapshot();
  const place = to === "default" && familyOf(spec) === 6 ? "::/0" : to;
  if (inet.deleteRoute({ to: place, metric }) !== 0) return inet.addRoute(spec);
  const result = inet.addRoute(spec);
  if (result === 0) return 0;
  const after = inet.ip.routes.snapshot();
  const gone = before.find((one) => !after.some((other) => isSame(one, other)));
  if (gone !== undefined) restore(inet, gone);
  return result;
}

/** IP6_RT_PRIO_USER. */
const METRIC_V6 = 1024;

function familyOf({ to, via = "" }: { readonly to: string; readonly via?: string | undefined }): 4 | 6 {
  return to.includes(":") || via.includes(":") ? 6 : 4;
}

function isSame(one: RouteSnapshot, other: RouteSnapshot): boolean {
  const { destination, metric, gateway, kind } = one;
  const isAlike = other.metric === metric && other.gateway === gateway && other.kind === kind;
  return isAlike && other.destination === destination && other.interface === one.interface;
}

function restore(
  inet: Inet,
  { destination: to, kind, gateway, metric, protocol, source, interface: name }: RouteSnapshot,
): void {
  const through = kind === "unicast" ? inet.netif.interfaces.get(name) : undefined;
  inet.addRoute({ to, kind, via: gateway ?? undefined, through, metric, protocol, source: source ?? undefined });
}

function deleteRoute(inet: Inet, record: Partial<RouteRequest>): 0 | Errno {
  const spec = routeSpec(inet, record);
  return typeof spec === "string" ? spec : inet.deleteRoute(spec);
}

function setNeighbour(inet: Inet, { dev, address, lladdr, state }: Partial<NeighbourRequest>): 0 | Errno {
  const through = interfaceOf(inet, dev);
  if (typeof through === "string") return through;
  const target = typeof address === "string" ? IpAddress.parse(address) : undefined;
  const macAddress = typeof lladdr === "string" ? mac.parse(lladdr) : undefined;
  if (target === undefined || macAddress === undefined) return "EINVAL";
  const etherType = target.family === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
  return inet.netif.neighbours.set(through, target, { macAddress, etherType, isPermanent: state !== "STALE" });
}

function deleteNeighbour(inet: Inet, { dev, address }: Partial<NeighbourRequest>): 0 | Errno {
  const through = interfaceOf(inet, dev);
  if (typeof through === "string") return through;
  const target = typeof address === "string" ? IpAddress.parse(address) : undefined;
  return target === undefined ? "EINVAL" : inet.netif.neighbours.delete(through, target);
}
