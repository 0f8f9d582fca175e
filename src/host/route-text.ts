/**
 * Routes in the words of ip-route(8) and route(8): printed, and what `ip route` prints and takes, read.
 *
 * Read first: ip-route(8), route(8). A line that parseRoute() reads is one that formatRoute() may have written, or the arguments of
 * `ip route add`: `[TYPE] PREFIX [via ADDRESS] [dev NAME] [proto NAME] [src ADDRESS] [metric NUMBER] [scope …] [linkdown]`.
 */
import type { RefusalKind, RouteProtocol, RouteSnapshot } from "../inet/ip/route.ts";
import { maskV4 } from "../wire/ip-address.ts";
import { formatTable } from "./table.ts";

/** A line of `ip route` as it is written: the interface by its name. */
export interface RouteText {
  /** "10.1.0.0/16", "10.1.0.1" or "default". */
  readonly to: string;
  readonly kind?: "unicast" | RefusalKind;
  readonly via?: string;
  readonly dev?: string;
  readonly protocol?: RouteProtocol;
  readonly source?: string;
  readonly metric?: number;
}

const KINDS: ReadonlySet<string> = new Set(["unicast", "blackhole", "unreachable", "prohibit"]);
const PROTOCOLS: ReadonlySet<string> = new Set(["kernel", "static", "redirect", "ra", "ospf"]);
/** Words without a value, which say nothing that is not known otherwise. */
const FLAGS: ReadonlySet<string> = new Set(["linkdown", "onlink", "dead"]);
const METRIC_MAX = 0xffff_ffff;

/** The lines of `ip route`, or of `ip -6 route`. Routes of interfaces that are down are left out. */
export function formatIpRoute(routes: readonly RouteSnapshot[], family: 4 | 6 = 4): string {
  const shown = routes.filter((route) => familyOf(route) === family && route.usable);
  return shown.map((route) => formatRoute(route)).join("\n");
}

/** One line of `ip route`. */
export function formatRoute(route: RouteSnapshot): string {
  const { kind, gateway, interface: dev, protocol, source, metric, linkDown } = route;
  const isDirectV4 = kind === "unicast" && gateway === null && familyOf(route) === 4;
  const words = [
    kind === "unicast" ? "" : kind,
    shorten(route),
    gateway === null ? "" : `via ${gateway}`,
    dev === "" ? "" : `dev ${dev}`,
    // A route without a protocol is one of "boot" on Linux, which is what `ip route add` makes.
    `proto ${protocol}`,
    isDirectV4 ? "scope link" : "",
    source === null ? "" : `src ${source}`,
    metric === 0 ? "" : `metric ${metric}`,
    linkDown ? "linkdown" : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** Reads such a line. A text in place of a route says what is wrong with it, in iproute2's words. */
export function parseRoute(line: string): RouteText | string {
  const words = line.trim().split(/\s+/);
  const kind = KINDS.has(words[0] ?? "") ? (words.shift() as RouteText["kind"]) : undefined;
  const to = words.shift();
  if (to === undefined || to === "") return 'Command line is not complete. Try option "help"';
  if (to !== "default" && !/^[0-9a-f.:]+(\/\d{1,3})?$/i.test(to))
    return `Error: any valid prefix is expected rather than "${to}".`;
  let route: RouteText = kind === undefined ? { to } : { to, kind };
  while (words.length > 0) {
    const key = words.shift() as string;
    if (FLAGS.has(key)) continue;
    const value = words.shift();
    if (value === undefined) return `Command line is not complete. Try option "help"`;
    const read = readWord(route, key, value);
    if (typeof read === "string") return read;
    route = read;
  }
  return route;
}

function readWord(route: RouteText, key: string, value: string): RouteText | string {
  switch (key) {
    case "via":
      return { ...route, via: value };
    case "dev":
      return { ...route, dev: value };
    case "src":
      return { ...route, source: value };
    case "proto":
      if (!PROTOCOLS.has(value)) return `Error: argument "${value}" is wrong: "protocol" value is invalid`;
      return { ...route, protocol: value as RouteProtocol };
    case "metric": {
      const metric = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
      return metric <= METRIC_MAX
        ? { ...route, metric }
        : `Error: argument "${value}" is wrong: "metric" value is invalid`;
    }
    case "scope":
      return route;
    default:
      return `Error: either "to" is duplicate, or "${key}" is a garbage.`;
  }
}

/** The table of `route -n`, IPv4 alone. */
export function formatRouteN(routes: readonly RouteSnapshot[]): string {
  const columns = ["Destination", "Gateway", "Genmask", "Flags", "Metric", "Ref", "Use", "Iface"];
  const rows = routes
    .filter((route) => familyOf(route) === 4 && route.usable)
    .map((route) => {
      const [network = "", length = "0"] = route.destination.split("/");
      const isHost = length === "32";
      const refuses = route.kind !== "unicast";
      const flags = `${refuses ? "!" : "U"}${route.gateway === null ? "" : "G"}${isHost ? "H" : ""}`;
      const gateway = refuses ? "-" : (route.gateway ?? "0.0.0.0");
      const iface = refuses ? "-" : route.interface;
      return [network, gateway, dotted(maskV4(Number(length))), flags, route.metric, 0, 0, iface];
    });
  return `Kernel IP routing table\n${formatTable(
    columns.map((heading) => ({ heading })),
    rows,
  )}`;
}

/** One line of `route -n`. */
export interface RouteNRow {
  readonly destination: string;
  readonly gateway: string | null;
  readonly metric: number;
  readonly interface: string;
  readonly refuses: boolean;
}

/** Reads the table of `route -n`; lines that are none are left out. */
export function parseRouteN(text: string): readonly RouteNRow[] {
  return text.split("\n").flatMap((line) => {
    const [network, gateway, mask, flags, metric, , , iface] = line.trim().split(/\s+/);
    if (network === undefined || mask === undefined || iface === undefined || !/^[\d.]+$/.test(network)) return [];
    const length = lengthOf(mask);
    if (length === undefined || flags === undefined) return [];
    const refuses = flags.startsWith("!");
    const row = {
      destination: `${network}/${length}`,
      gateway: flags.includes("G") ? (gateway as string) : null,
      metric: Number(metric),
      interface: refuses ? "" : iface,
      refuses,
    };
    return [row];
  });
}

function familyOf({ destination }: RouteSnapshot): 4 | 6 {
  return destination.includes(":") ? 6 : 4;
}

/** "default", and a single address without its length. */
function shorten({ destination }: RouteSnapshot): string {
  if (destination === "0.0.0.0/0" || destination === "::/0") return "default";
  return destination.replace(/^([0-9.]+)\/32$/, "$1").replace(/^([0-9a-f:]+)\/128$/, "$1");
}

function dotted(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
}

function lengthOf(mask: string): number | undefined {
  for (let length = 0; length <= 32; length++) if (dotted(maskV4(length)) === mask) return length;
  return undefined;
}
