/**
 * ip(8): interfaces, addresses, routes and neighbours, shown and changed.
 *
 * Read first: ip(8), ip-link(8), ip-address(8), ip-route(8), ip-neighbour(8). Words may be shortened as people do, `ip a`, `ip r`.
 * Order: run() → OBJECTS → what to do → Netlink. What iproute2 says of errors is said here: "RTNETLINK answers: File exists".
 */
import {
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETLINK,
} from "../../../abi/netlink.ts";
import { formatIpAddress, formatIpLink } from "../../../host/ip-text.ts";
import { formatRoute, parseRoute } from "../../../host/route-text.ts";
import type { RouteSnapshot } from "../../../inet/ip/route.ts";
import type { LinkRequest } from "../../../kernel/sys/netlink.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import type { NeighbourSnapshot } from "../../../netif/neighbour-table.ts";
import { Netlink } from "../../netlink.ts";
import { errorText, type Tool, type Toolbox } from "../tool.ts";
import { showRouteTo } from "./ip-route-get.ts";

/** One call of ip. */
interface Work {
  readonly box: Toolbox;
  readonly netlink: Netlink;
  /** What stands behind the object and the command. */
  readonly words: readonly string[];
}

type Command = (work: Work) => Promise<void>;

export const ip: Tool = {
  name: "ip",
  usage: "[-4 | -6] [-s] OBJECT [COMMAND]",
  summary: `Shows and changes the network of this host; root may change it.
  ip link [show [dev] NAME]                   ip link set [dev] NAME up | down | mtu NUMBER
  ip address [show [dev] NAME]                ip address add | del ADDRESS/LENGTH [peer ADDRESS] dev NAME
  ip route [show] [PREFIX] [dev NAME]         ip route add | replace | del PREFIX [via ADDRESS] [dev NAME]
  ip route get ADDRESS                           [src ADDRESS] [metric NUMBER]; add unreachable | blackhole | prohibit PREFIX
  ip neigh [show] [dev NAME]                  ip neigh add | replace | del ADDRESS lladdr MAC dev NAME [nud permanent | stale]
  ip address | route | neigh flush dev NAME   -s with numbers of packets; -4, -6 of one family`,
  options: "46s",
  async run(box) {
    const [object = "", given, ...rest] = box.operands;
    const commands =
      OBJECTS.find(([name]) => object !== "" && name.startsWith(object))?.[1] ??
      box.stop(
        object === "" ? 'which object? "ip --help" tells' : `Object "${object}" is unknown, try "ip --help".`,
        1,
      );
    const name = given ?? "show";
    // `ip route 10.0.0.0/8` and `ip address eth0` show; what is no name and no prefix is no command.
    const named = commands.find(([command]) => command.startsWith(name));
    const mayShow = /[\d.:/]/.test(name) || name === "dev";
    const known =
      named ?? (mayShow ? commands[0] : undefined) ?? box.stop(`Command "${name}" is unknown, try "ip --help".`);
    const words = known[0].startsWith(name) ? rest : [name, ...rest];
    const work = { box, netlink: new Netlink(box.sys), words };
    try {
      await known[1](work);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.code === "ENODEV") box.stop(`Cannot find device "${wordAfter(words, "dev") ?? words[0] ?? ""}"`);
      await box.sys.write(2, `RTNETLINK answers: ${errorText(error)}\n`);
      return 2;
    }
    return box.status;
  },
};

/** The first one shows. */
type Commands = readonly (readonly [name: string, command: Command])[];

const OBJECTS: readonly (readonly [string, Commands])[] = [
  [
    "link",
    [
      ["show", showLinks],
      ["list", showLinks],
      ["set", setLink],
    ],
  ],
  [
    "address",
    [
      ["show", showAddresses],
      ["list", showAddresses],
      ["add", addAddress],
      ["delete", deleteAddress],
      ["flush", flushAddresses],
    ],
  ],
  [
    "route",
    [
      ["show", showRoutes],
      ["list", showRoutes],
      ["get", showRouteGet],
      ["add", addRoute],
      ["append", addRoute],
      ["replace", replaceRoute],
      ["change", replaceRoute],
      ["delete", deleteRoute],
      ["flush", flushRoutes],
    ],
  ],
  [
    "neighbour",
    [
      ["show", showNeighbours],
      ["list", showNeighbours],
      ["add", addNeighbour],
      ["replace", setNeighbour],
      ["change", setNeighbour],
      ["delete", deleteNeighbour],
      ["flush", flushNeighbours],
    ],
  ],
  ["neighbor", [["show", showNeighbours]]],
];

function wordAfter(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
}

/** The name behind "dev", or the first word. */
function deviceOf(words: readonly string[]): string | undefined {
  return wordAfter(words, "dev") ?? words.find((word) => word !== "dev");
}

/** 4, 6, or undefined for both. */
function wantedFamily(box: Toolbox): 4 | 6 | undefined {
  return box.has("6") ? 6 : box.has("4") ? 4 : undefined;
}

function isOf(family: 4 | 6 | undefined, address: string): boolean {
  return family === undefined || address.includes(":") === (family === 6);
}

async function print({ box }: Work, text: string): Promise<void> {
  await box.out(text === "" ? "" : `${text}\n`);
}

// ---- ip link ----

function linksNamed({ box, netlink, words }: Work) {
  const name = deviceOf(words);
  const links = netlink.links().filter((link) => name === undefined || link.name === name);
  if (name !== undefined && links.length === 0) box.stop(`Device "${name}" does not exist.`);
  return links;
}

async function showLinks(work: Work): Promise<void> {
  await print(work, formatIpLink({ interfaces: linksNamed(work) }, work.box.has("s")));
}

async function setLink({ box, netlink, words }: Work): Promise<void> {
  const rest = words[0] === "dev" ? words.slice(1) : [...words];
  const dev = rest.shift() ?? box.stop('Not enough information: "dev" argument is required.');
  const request: { -readonly [Key in keyof LinkRequest]: LinkRequest[Key] } = { dev };
  while (rest.length > 0) {
    const word = rest.shift();
    if (word === "up" || word === "down") request.up = word === "up";
    else if (word === "mtu") {
      const text = rest.shift() ?? "";
      if (!/^\d{1,9}$/.test(text)) box.stop(`Error: argument "${text}" is wrong: Invalid "mtu" value`);
      request.mtu = Number(text);
    } else box.stop(`Error: either "dev" is duplicate, or "${word}" is a garbage.`);
  }
  netlink.change(RTM_SETLINK, request);
}

// ---- ip address ----

async function showAddresses(work: Work): Promise<void> {
  const family = wantedFamily(work.box);
  const addresses = work.netlink.addresses().filter(({ address }) => isOf(family, address));
  const links = linksNamed(work);
  const interfaces =
    family === undefined ? links : links.filter(({ name }) => addresses.some((one) => one.interface === name));
  await print(work, formatIpAddress({ interfaces, addresses }));
}

function addressRequest({ box, words }: Work) {
  const [address] = words;
  const dev = wordAfter(words, "dev");
  if (address === undefined || dev === undefined) box.stop('Not enough information: "dev" argument is required.');
  const peer = wordAfter(words, "peer")?.replace(/\/\d+$/, "");
  return { dev, address, ...(peer === undefined ? {} : { peer }) };
}

async function addAddress(work: Work): Promise<void> {
  work.netlink.change(RTM_NEWADDR, addressRequest(work));
}

async function deleteAddress(work: Work): Promise<void> {
  work.netlink.change(RTM_DELADDR, addressRequest(work));
}

async function flushAddresses({ box, netlink, words }: Work): Promise<void> {
  const dev = deviceOf(words) ?? box.stop("Flush requires arguments.");
  if (!netlink.links().some(({ name }) => name === dev)) box.stop(`Device "${dev}" does not exist.`);
  const family = wantedFamily(box);
  for (const { interface: name, address } of netlink.addresses()) {
    if (name === dev && isOf(family, address)) netlink.change(RTM_DELADDR, { dev, address });
  }
}

// ---- ip route ----

/** The routes that the words mean: a prefix, and what stands behind dev, via and proto. */
function routesMeant({ box, netlink, words }: Work): readonly RouteSnapshot[] {
  const family = wantedFamily(box) ?? (words.some((word) => word.includes(":")) ? 6 : 4);
  const keys = ["dev", "via", "proto", "table", "metric"];
  const prefix = words.find(
    (word, index) =>
      !keys.includes(word) && !keys.includes(words[index - 1] ?? "") && word !== "root" && word !== "exact",
  );
  const [dev, via, proto] = ["dev", "via", "proto"].map((key) => wordAfter(words, key));
  const wanted =
    prefix === undefined || prefix === "all"
      ? undefined
      : prefix === "default"
        ? family === 4
          ? "0.0.0.0/0"
          : "::/0"
        : prefix.includes("/")
          ? prefix
          : `${prefix}/${family === 4 ? 32 : 128}`;
  return netlink
    .routes()
    .filter(
      (route) =>
        isOf(family, route.destination) &&
        (wanted === undefined || route.destination === wanted) &&
        (dev === undefined || route.interface === dev) &&
        (via === undefined || route.gateway === via) &&
        (proto === undefined || route.protocol === proto),
    );
}

async function showRoutes(work: Work): Promise<void> {
  const shown = routesMeant(work).filter(({ usable }) => usable);
  await print(work, shown.map(formatRoute).join("\n"));
}

async function showRouteGet({ box, netlink, words }: Work): Promise<void> {
  await showRouteTo(box, netlink, words[0] ?? box.stop("need at least a destination address"));
}

/** What ip says of a route, as a request. */
function routeRequest({ box, words }: Work): { readonly to: string } & Readonly<Record<string, unknown>> {
  const route = parseRoute(words.join(" "));
  if (typeof route === "string") return box.stop(route);
  const isV6Default = route.to === "default" && box.has("6") && route.via === undefined;
  return isV6Default ? { ...route, to: "::/0" } : { ...route };
}

async function addRoute(work: Work): Promise<void> {
  work.netlink.change(RTM_NEWROUTE, routeRequest(work));
}

async function replaceRoute(work: Work): Promise<void> {
  work.netlink.change(RTM_NEWROUTE, { ...routeRequest(work), replace: true });
}

async function deleteRoute(work: Work): Promise<void> {
  work.netlink.change(RTM_DELROUTE, routeRequest(work));
}

async function flushRoutes(work: Work): Promise<void> {
  if (work.words.length === 0) work.box.stop('"ip route flush" requires arguments.');
  for (const { destination: to, gateway, interface: dev, metric, kind } of routesMeant(work)) {
    const isPlain = kind === "unicast";
    work.netlink.change(RTM_DELROUTE, {
      to,
      metric,
      ...(isPlain ? { dev } : { kind }),
      ...(gateway === null ? {} : { via: gateway }),
    });
  }
}

// ---- ip neigh ----

function neighboursMeant({ box, netlink, words }: Work): readonly NeighbourSnapshot[] {
  const family = wantedFamily(box);
  const [dev, nud] = [wordAfter(words, "dev"), wordAfter(words, "nud")];
  const [first] = words;
  const to = first === "dev" || first === "nud" || first === "all" ? undefined : first;
  return netlink
    .neighbours()
    .filter(
      ({ address, interface: name, state }) =>
        isOf(family, address) &&
        (to === undefined || address === to) &&
        (dev === undefined || name === dev) &&
        (nud === undefined || nud === "all" || state === nud.toUpperCase()),
    );
}

async function showNeighbours(work: Work): Promise<void> {
  const lines = neighboursMeant(work).map(({ address, interface: dev, macAddress, state }) => {
    const where = macAddress === "" ? "" : ` lladdr ${macAddress}`;
    return `${address} dev ${dev}${where} ${state}`;
  });
  await print(work, lines.join("\n"));
}

function neighbourRequest({ box, words }: Work) {
  const [address] = words;
  const dev = wordAfter(words, "dev");
  if (address === undefined || dev === undefined) box.stop("Device and destination are required arguments.");
  const nud = wordAfter(words, "nud");
  if (nud !== undefined && nud !== "permanent" && nud !== "stale") box.stop("nud state is bad");
  const lladdr = wordAfter(words, "lladdr");
  return { address, dev, state: nud === "stale" ? "STALE" : "PERMANENT", ...(lladdr === undefined ? {} : { lladdr }) };
}

async function addNeighbour(work: Work): Promise<void> {
  const request = neighbourRequest(work);
  const isKnown = work.netlink
    .neighbours()
    .some(({ address, interface: dev }) => address === request.address && dev === request.dev);
  if (isKnown) work.box.stop("RTNETLINK answers: File exists", 2);
  work.netlink.change(RTM_NEWNEIGH, request);
}

async function setNeighbour(work: Work): Promise<void> {
  work.netlink.change(RTM_NEWNEIGH, neighbourRequest(work));
}

async function deleteNeighbour(work: Work): Promise<void> {
  work.netlink.change(RTM_DELNEIGH, neighbourRequest(work));
}

async function flushNeighbours(work: Work): Promise<void> {
  if (work.words.length === 0) work.box.stop("Flush requires arguments.");
  for (const { address, interface: dev, state } of neighboursMeant(work)) {
    if (state !== "PERMANENT") work.netlink.change(RTM_DELNEIGH, { address, dev });
  }
}
