/**
 * A route as a person writes it, and the route that it means on this host.
 *
 * Read first: ip-route(8), Linux's fib_check_nh. Order: addRoute() → resolve() → RouteTable.add(); deleteRoute() likewise.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Interface } from "../../netif/interface.ts";
import { IpAddress, parsePrefix } from "../../wire/ip-address.ts";
import type { Ip } from "./ip.ts";
import { Network } from "./network.ts";
import { isRefusal, type Refusal, type RefusalKind, type Route, type RouteProtocol } from "./route.ts";

/** A route in the words of ip-route(8). */
export interface RouteSpec {
  /** "10.1.0.0/16", a single address, or "default": of IPv6 where `via` or `source` is. */
  readonly to: string;
  /** The gateway: an address that an interface reaches directly. */
  readonly via?: string | undefined;
  /** Needed where no gateway tells it, or the gateway is a link-local address. */
  readonly through?: Interface | undefined;
  /** Default: 0 for IPv4, 1024 for IPv6, as on Linux. */
  readonly metric?: number | undefined;
  /** What to send from, an address of this host. */
  readonly source?: string | undefined;
  /** A route that refuses; it has neither gateway nor interface. */
  readonly kind?: "unicast" | RefusalKind | undefined;
  readonly protocol?: RouteProtocol | undefined;
}

/** IP6_RT_PRIO_USER. */
const METRIC_V6 = 1024;
const METRIC_MAX = 0xffff_ffff;

/**
 * Adds a route. EINVAL: a text or the kind is none, bits are set behind the prefix, the gateway is no other host, or the source none
 * of our addresses. ENODEV: neither gateway nor interface. ENETUNREACH: the gateway is not on a link of ours. EEXIST:
 * there is such a route.
 */
export function addRoute(ip: Ip, spec: RouteSpec): 0 | Errno {
  const route = resolve(ip, spec);
  return typeof route === "string" ? route : ip.routes.add(route);
}

/** Takes the first route away that is as the specification says. EINVAL: a text is none. ESRCH: there is no such route. */
export function deleteRoute(ip: Ip, spec: RouteSpec): 0 | Errno {
  const network = parseNetwork(spec.to, familyOf(spec));
  const gateway = spec.via === undefined ? null : IpAddress.parse(spec.via);
  if (network === undefined || gateway === undefined) return "EINVAL";
  const { metric, through, protocol, kind } = spec;
  const refuses = kind === "unicast" ? undefined : kind;
  return ip.routes.delete(network, { metric, through, protocol, refuses, gateway: gateway ?? undefined });
}

function resolve(ip: Ip, spec: RouteSpec): Route | Refusal | Errno {
  const network = parseNetwork(spec.to, familyOf(spec));
  if (network === undefined) return "EINVAL";
  const { family } = network.address;
  const { metric = family === 4 ? 0 : METRIC_V6, protocol = "static", kind = "unicast" } = spec;
  if (!(Number.isInteger(metric) && metric >= 0 && metric <= METRIC_MAX)) return "EINVAL";
  if (kind !== "unicast") {
    // fib_create_info: a route that refuses has no next hop.
    const hasHop = spec.via !== undefined || spec.through !== undefined;
    return hasHop || !isRefusal(kind) ? "EINVAL" : { network, refuses: kind, metric, protocol };
  }
  const hop = resolveHop(ip, spec, family);
  return typeof hop === "string" ? hop : { network, metric, protocol, ...hop };
}

function resolveHop(ip: Ip, spec: RouteSpec, family: 4 | 6): Pick<Route, "gateway" | "through" | "source"> | Errno {
  const gateway = spec.via === undefined ? null : IpAddress.parse(spec.via);
  const source = spec.source === undefined ? null : IpAddress.parse(spec.source);
  if (gateway === undefined || source === undefined) return "EINVAL";
  if (gateway !== null && (gateway.family !== family || ip.addresses.kindOf(gateway) !== "unicast")) return "EINVAL";
  if (source !== null && (source.family !== family || ip.addresses.kindOf(source) !== "local")) return "EINVAL";
  if (spec.through !== undefined) return { gateway, through: spec.through, source };
  if (gateway === null) return "ENODEV";
  const towards = ip.routes.lookup(gateway);
  return typeof towards === "string" ? "ENETUNREACH" : { gateway, through: towards.through, source };
}

/** What "default" means is seen from the addresses beside it. */
function familyOf({ via = "", source = "" }: RouteSpec): 4 | 6 {
  return via.includes(":") || source.includes(":") ? 6 : 4;
}

function parseNetwork(text: string, family: 4 | 6): Network | undefined {
  if (text === "default") return parseNetwork(family === 4 ? "0.0.0.0/0" : "::/0", family);
  const prefix = text.includes("/") ? parsePrefix(text) : parseSingle(text);
  if (prefix === undefined) return undefined;
  const network = new Network(prefix);
  return network.address.equals(prefix.address) ? network : undefined;
}

function parseSingle(text: string): ReturnType<typeof parsePrefix> {
  const address = IpAddress.parse(text);
  return address && { address, prefixLength: address.family === 4 ? 32 : 128 };
}
