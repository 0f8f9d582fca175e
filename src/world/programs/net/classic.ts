/** The older programs that show and change routes, neighbours and interfaces: route(8), arp(8), ifconfig(8). */
import {
  RTM_DELADDR,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_NEWADDR,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTM_SETLINK,
} from "../../../abi/netlink.ts";
import { AF_INET, AF_INET6 } from "../../../abi/socket.ts";
import { formatRouteN } from "../../../host/route-text.ts";
import type { InterfaceSnapshot } from "../../../netif/interface-table.ts";
import { IpAddress, maskV4, prefixLengthV4 } from "../../../wire/ip-address.ts";
import { Netlink } from "../../netlink.ts";
import { table } from "../columns.ts";
import type { Tool, Toolbox } from "../tool.ts";
import { nameOf, targets } from "./names.ts";
import { formatRoute6N } from "./netstat.ts";

export const route: Tool = {
  name: "route",
  usage:
    "[-n] [-6] | [-6] add|del [-net|-host] DESTINATION [netmask MASK] [gw GATEWAY] [metric NUMBER] [[dev] INTERFACE] [reject]",
  summary: `Shows the routing table, or adds or deletes a route. -n  addresses in numbers.
  route add default gw 10.0.0.1        route add -net 10.1.0.0 netmask 255.255.0.0 gw 10.0.0.2
  route del -net 10.1.0.0/16           route add -host 10.2.0.1 dev eth0`,
  options: "n46e",
  async run(box) {
    const netlink = new Netlink(box.sys);
    const [command, ...words] = box.operands;
    if (command === undefined)
      return await box.out(`${box.has("6") ? formatRoute6N(netlink.routes()) : formatRouteN(netlink.routes())}\n`);
    if (command !== "add" && command !== "del" && command !== "delete")
      box.refuse(`"${command}" is neither add nor del`);
    const request = await routeRequest(box, words);
    netlink.change(command === "add" ? RTM_NEWROUTE : RTM_DELROUTE, request);
  },
};

async function routeRequest(box: Toolbox, words: readonly string[]): Promise<object> {
  const rest = [...words];
  const first = rest[0];
  if (first === "-net" || first === "-host") rest.shift();
  const to = rest.shift() ?? box.refuse("which destination?");
  let [mask, via, dev, metric, kind]: (string | undefined)[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "netmask") mask = rest.shift();
    else if (word === "gw") via = await numeric(box, rest.shift() ?? box.refuse("gw needs an address"));
    else if (word === "metric") metric = rest.shift();
    else if (word === "reject") kind = "unreachable";
    else dev = word === "dev" ? rest.shift() : word;
  }
  const isV6Default = to === "default" && box.has("6");
  return {
    to: isV6Default ? "::/0" : await networkText(box, to, mask, first === "-net"),
    ...(via === undefined ? {} : { via }),
    ...(dev === undefined ? {} : { dev }),
    ...(kind === undefined ? {} : { kind }),
    ...(metric === undefined ? {} : { metric: box.integer(metric) }),
  };
}

async function networkText(box: Toolbox, to: string, mask: string | undefined, isNet: boolean): Promise<string> {
  if (to === "default" || to.includes("/")) return to;
  const address = await numeric(box, to);
  if (mask === undefined) return isNet && !address.includes(":") ? `${address}/${classLength(address)}` : address;
  const bits = IpAddress.parse(mask);
  const length = bits === undefined ? undefined : prefixLengthV4(bits.w3);
  return `${address}/${length ?? box.refuse(`"${mask}" is no netmask`)}`;
}

/** What -net without a mask meant when networks had classes. */
function classLength(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

async function numeric(box: Toolbox, name: string): Promise<string> {
  const [first] = await targets(box, name, {
    status: 1,
    family: box.has("6") || name.includes(":") ? AF_INET6 : AF_INET,
  });
  return first?.address ?? name;
}

export const arp: Tool = {
  name: "arp",
  usage: "[-n] [-i INTERFACE] [HOST] | -d HOST [-i INTERFACE] | -s HOST MAC [-i INTERFACE]",
  summary:
    "Shows the neighbours of IPv4, deletes one (-d), or says where one is for good (-s). -n  addresses in numbers.",
  options: "ai:nds",
  isMixed: true,
  async run(box) {
    const netlink = new Netlink(box.sys);
    const dev = box.value("i");
    const [host, lladdr] = box.operands;
    const address = host === undefined ? undefined : await numeric(box, host);
    const own = netlink
      .neighbours()
      .filter((one) => !one.address.includes(":") && (dev === undefined || one.interface === dev));
    if (box.has("s")) {
      if (address === undefined || lladdr === undefined) return box.refuse("which host, and where?");
      return netlink.change(RTM_NEWNEIGH, { address, lladdr, dev: dev ?? deviceTowards(box, netlink, address) });
    }
    const shown = own.filter((one) => address === undefined || one.address === address);
    if (address !== undefined && shown.length === 0) box.fail(`${host} (${address}) -- no entry`);
    if (box.has("d")) {
      if (address === undefined) return box.refuse("which host?");
      for (const one of shown) netlink.change(RTM_DELNEIGH, { address, dev: one.interface });
      return;
    }
    if (shown.length === 0) return;
    const rows: string[][] = [];
    for (const { address: text, macAddress, state, interface: name } of shown) {
      const isKnown = macAddress !== "";
      const flags = !isKnown ? "" : state === "PERMANENT" ? "CM" : "C";
      const label = box.has("n") ? text : await nameOf(box.sys, text);
      rows.push([
        label.padEnd(24),
        isKnown ? "ether" : "",
        (isKnown ? macAddress : "(incomplete)").padEnd(19),
        flags.padEnd(21),
        name,
      ]);
    }
    await box.out(table(["Address", "HWtype", "HWaddress", "Flags Mask", "Iface"], rows));
  },
};

function deviceTowards(box: Toolbox, netlink: Netlink, text: string): string {
  const target = IpAddress.parse(text);
  const near = netlink.addresses().find(({ address, prefixLength, interface: name }) => {
    const own = IpAddress.parse(address);
    if (own?.family !== 4 || target === undefined || name === "lo") return false;
    return ((own.w3 ^ target.w3) & maskV4(prefixLength)) === 0;
  });
  return near?.interface ?? box.fail(`${text}: Network is unreachable`);
}

export const ifconfig: Tool = {
  name: "ifconfig",
  usage: "[-a] [INTERFACE [ADDRESS[/LENGTH]] [netmask MASK] [mtu NUMBER] [up|down]]",
  summary: "Shows the interfaces that are up (-a: all), or changes one.",
  options: "a",
  async run(box) {
    const netlink = new Netlink(box.sys);
    const [name, ...words] = box.operands;
    const links = netlink.links().filter((link) => (name === undefined ? link.up || box.has("a") : link.name === name));
    if (name !== undefined && links.length === 0)
      box.fail(`${name}: error fetching interface information: Device not found`);
    if (name !== undefined && words.length > 0) return change(box, netlink, name, words);
    await box.out(links.map((link) => interfaceText(netlink, link)).join(""));
  },
};

function change(box: Toolbox, netlink: Netlink, dev: string, words: readonly string[]): void {
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "up" || word === "down") netlink.change(RTM_SETLINK, { dev, up: word === "up" });
    else if (word === "mtu") netlink.change(RTM_SETLINK, { dev, mtu: box.integer(rest.shift() ?? "") });
    else {
      const at = rest.indexOf("netmask");
      const [, maskText = ""] = at < 0 ? [] : rest.splice(at, 2);
      const mask = IpAddress.parse(maskText);
      const given = mask === undefined ? undefined : prefixLengthV4(mask.w3);
      const address = word.includes("/") ? word : `${word}/${given ?? classLength(word)}`;
      // SIOCSIFADDR: the address takes the place of the first one.
      const before = netlink.addresses().find((one) => one.interface === dev && !one.address.includes(":"));
      if (before !== undefined) netlink.change(RTM_DELADDR, { dev, address: before.address });
      netlink.change(RTM_NEWADDR, { dev, address });
    }
  }
}

function interfaceText(netlink: Netlink, link: InterfaceSnapshot): string {
  const isLoopback = link.name.startsWith("lo");
  const flags = [
    ...(link.up ? ["UP"] : []),
    ...(isLoopback ? ["LOOPBACK"] : link.linkType === "ppp" ? ["POINTOPOINT"] : ["BROADCAST"]),
    ...(link.up && link.carrier ? ["RUNNING"] : []),
    ...(link.linkType === "ppp" ? ["NOARP"] : []),
    ...(isLoopback ? [] : ["MULTICAST"]),
  ];
  const own = netlink.addresses().filter((one) => one.interface === link.name);
  const lines = own.map(({ address, prefixLength, broadcast, peer, scope }) => {
    if (address.includes(":")) return `inet6 ${address}  prefixlen ${prefixLength}  scopeid <${scope}>`;
    const other = peer === null ? (broadcast === null ? "" : `  broadcast ${broadcast}`) : `  destination ${peer}`;
    return `inet ${address}  netmask ${IpAddress.v4(maskV4(prefixLength))}${other}`;
  });
  const hardware =
    link.macAddress === ""
      ? isLoopback
        ? "loop  (Local Loopback)"
        : "ppp  (Point-to-Point Protocol)"
      : `ether ${link.macAddress}  (Ethernet)`;
  const counts = [
    `RX packets ${link.rxPackets}  bytes ${link.rxBytes}`,
    `RX errors ${link.rxErrors}  dropped ${link.rxDrops}`,
    `TX packets ${link.txPackets}  bytes ${link.txBytes}`,
    `TX errors 0  dropped ${link.txDrops}`,
  ];
  const body = [...lines, hardware, ...counts].map((line) => `        ${line}\n`).join("");
  return `${link.name}: flags=<${flags.join(",")}>  mtu ${link.mtu}\n${body}\n`;
}
