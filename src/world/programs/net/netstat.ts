/**
 * netstat(8): sockets, routes, interfaces, groups and counters.
 *
 * Read first: netstat(8), host/netstat.ts. One kind of table for each of -r, -i, -g and -s; without them the sockets of -t, -u, -w and
 * -x, those that listen only with -l or -a.
 */
import type { Netstat } from "../../../host/netstat.ts";
import { formatRouteN } from "../../../host/route-text.ts";
import type { RouteSnapshot } from "../../../inet/ip/route.ts";
import { diagnose } from "../../netlink.ts";
import { table } from "../columns.ts";
import type { Tool, Toolbox } from "../tool.ts";
import { EndNames } from "./endpoints.ts";
import { type SocketOwner, socketOwners } from "./socket-owners.ts";
import { statisticsText } from "./statistics.ts";

export const netstat: Tool = {
  name: "netstat",
  usage: "[-46ailnprstuwgx]",
  summary: `Shows the sockets of this host; -t TCP, -u UDP, -w raw, -x Unix; -l those that listen, -a these too, -p whose they are.
  -r  the routing table    -i  the interfaces    -g  groups    -s  the counters of the protocols
  -n  numbers instead of names    -4, -6  the family`,
  options: "46aegilnprstuwx",
  isMixed: true,
  async run(box) {
    const snapshot = diagnose(box.sys);
    if (box.has("r"))
      return await box.out(`${box.has("6") ? formatRoute6N(snapshot.routes) : formatRouteN(snapshot.routes)}\n`);
    if (box.has("i")) return await box.out(interfacesText(snapshot));
    if (box.has("g")) return await box.out(groupsText(snapshot));
    if (box.has("s")) return await box.out(statisticsText(snapshot, { tcp: box.has("t"), udp: box.has("u") }));
    await box.out(await socketsText(box, snapshot));
  },
};

function interfacesText({ interfaces }: Netstat): string {
  const headings = ["Iface", ">MTU", ">RX-OK", ">RX-ERR", ">RX-DRP", ">TX-OK", ">TX-ERR", ">TX-DRP", "Flg"];
  const rows = interfaces.map((one) => {
    const kind = one.name.startsWith("lo") ? "L" : one.linkType === "ppp" ? "P" : "BM";
    const flags = `${kind}${one.up ? "RU" : ""}`;
    const numbers = [one.mtu, one.rxPackets, one.rxErrors, one.rxDrops, one.txPackets, 0, one.txDrops];
    return [one.name, ...numbers.map(String), flags];
  });
  return `Kernel Interface table\n${table(headings, rows)}`;
}

function groupsText({ groups }: Netstat): string {
  const rows = groups.map(({ interface: name, users, group }) => [name, String(users), group]);
  return `IPv6/IPv4 Group Memberships\n${table(["Interface", "RefCnt", "Group"], rows)}`;
}

/** `netstat -rn -6`. */
export function formatRoute6N(routes: readonly RouteSnapshot[]): string {
  const rows = routes
    .filter(({ destination, usable }) => destination.includes(":") && usable)
    .map((route) => {
      const refuses = route.kind !== "unicast";
      const isHost = route.destination.endsWith("/128");
      const flags = `${refuses ? "!" : "U"}${route.gateway === null ? "" : "G"}${isHost ? "H" : ""}`;
      const destination = route.destination === "::/0" ? "[::]/0" : route.destination;
      return [destination, route.gateway ?? "[::]", flags, String(route.metric), refuses ? "lo" : route.interface];
    });
  return `Kernel IPv6 routing table\n${table(["Destination", "Next Hop", "Flag", ">Met", "Iface"], rows)}`.trimEnd();
}

/** A socket of one of the Internet protocols, as a row needs it. */
interface Row {
  readonly protocol: string;
  readonly receive: number;
  readonly send: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  readonly state: string;
  readonly inode: number;
  readonly isListening: boolean;
}

function rowsOf(box: Toolbox, { connections, sockets, rawSockets }: Netstat): readonly Row[] {
  const isAll = !["t", "u", "w", "x"].some((letter) => box.has(letter));
  const rows: Row[] = [];
  const add = (one: Netstat["connections"][number] | Netstat["sockets"][number], isListening: boolean): void => {
    rows.push({ ...one, receive: one.receiveQueueBytes, send: one.sendQueueBytes, isListening });
  };
  if (isAll || box.has("t")) for (const one of connections) add(one, one.state === "LISTEN");
  if (isAll || box.has("u")) for (const one of sockets) add(one, one.remoteAddress === null);
  if (isAll || box.has("w")) {
    for (const one of rawSockets) {
      const isV6 = one.localAddress.includes(":");
      const ends = { localPort: one.protocol, remotePort: null, state: "7", isListening: one.remoteAddress === null };
      const queues = { receive: one.receiveQueueBytes, send: one.sendQueueBytes };
      rows.push({ ...one, protocol: isV6 ? "raw6" : "raw", ...ends, ...queues });
    }
  }
  const family = box.has("4") ? false : box.has("6") ? true : undefined;
  return rows.filter(({ protocol, isListening }) => {
    if (family !== undefined && protocol.endsWith("6") !== family) return false;
    return box.has("a") || isListening === box.has("l");
  });
}

async function socketsText(box: Toolbox, snapshot: Netstat): Promise<string> {
  const owners = box.has("p") ? await socketOwners(box) : undefined;
  const names = new EndNames(box.sys, box.has("n"));
  const kinds = box.has("a") ? "servers and established" : box.has("l") ? "only servers" : "w/o servers";
  const isAll = !["t", "u", "w", "x"].some((letter) => box.has(letter));
  const parts: string[] = [];
  if (isAll || box.has("t") || box.has("u") || box.has("w")) {
    const headings = [
      "Proto",
      ">Recv-Q",
      ">Send-Q",
      "Local Address".padEnd(23),
      "Foreign Address".padEnd(23),
      "State".padEnd(11),
    ];
    if (owners !== undefined) headings.push("PID/Program name");
    const rows: string[][] = [];
    for (const row of rowsOf(box, snapshot)) rows.push(await cells(row, names, owners));
    parts.push(`Active Internet connections (${kinds})\n${table(headings, rows)}`);
  }
  if (isAll || box.has("x")) parts.push(`Active UNIX domain sockets (${kinds})\n${unixText(box, snapshot, owners)}`);
  return parts.join("");
}

async function cells(
  row: Row,
  names: EndNames,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): Promise<string[]> {
  const { protocol, receive, send, localAddress, localPort, remoteAddress, remotePort, state, inode } = row;
  const local = `${await names.host(unmapped(localAddress))}:${await names.service(localPort, protocol)}`;
  const any = localAddress.includes(":") ? "::" : "0.0.0.0";
  const remote = `${remoteAddress === null ? any : await names.host(unmapped(remoteAddress))}:${await names.service(remotePort, protocol)}`;
  const shown = [protocol, String(receive), String(send), local, remote, state];
  return owners === undefined ? shown : [...shown, ownerText(owners, inode)];
}

/** netstat shows an IPv4 address in its own form, also of a socket of IPv6. */
function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/, "");
}

function ownerText(owners: ReadonlyMap<number, readonly SocketOwner[]>, inode: number): string {
  const [first] = owners.get(inode) ?? [];
  return first === undefined ? "-" : `${first.pid}/${first.name}`;
}

function unixText(
  box: Toolbox,
  { unixSockets }: Netstat,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): string {
  const headings = ["Proto", "RefCnt", "Flags", "Type", "State", ">I-Node"];
  if (owners !== undefined) headings.push("PID/Program name");
  headings.push("Path");
  const isListener = ({ state, type }: Netstat["unixSockets"][number]): boolean =>
    state === "LISTENING" || (type === "DGRAM" && state === "");
  const rows = unixSockets
    .filter((one) => box.has("a") || isListener(one) === box.has("l"))
    .map((one) => {
      const flags = one.state === "LISTENING" ? "[ ACC ]" : "[ ]";
      const shown = ["unix", one.peerInode === null ? "2" : "3", flags, one.type, one.state, String(one.inode)];
      return [...shown, ...(owners === undefined ? [] : [ownerText(owners, one.inode)]), one.path];
    });
  return table(headings, rows);
}
