/**
 * The files of /proc/net, and the text of {tcp,tcp6,udp,unix,route,dev,arp}, from the same snapshots as netstat. Read first: proc(5), "net".
 *
 * Addresses are written as Linux writes them: four bytes as one little-endian number in hexadecimal, 10.0.0.1 as 0100000A.
 */
import type { Netstat } from "./netstat.ts";
import type { NetFiles } from "./proc.ts";
import { interfaceAddressText, raw6Text, route6Text, snmp6Text, udp6Text } from "./proc-net-ipv6.ts";
import { igmpText, netstatText, packetText, rawText, snmpText } from "./proc-net-protocols.ts";
import { tcpText } from "./proc-net-tcp.ts";

/** The files of /proc/net, each written anew from what netstat() gives. */
export function procNet(netstat: () => Netstat): NetFiles {
  return {
    arp: () => arpText(netstat()),
    dev: () => devText(netstat()),
    if_inet6: () => interfaceAddressText(netstat()),
    igmp: () => igmpText(netstat()),
    ipv6_route: () => route6Text(netstat()),
    netstat: () => netstatText(netstat()),
    packet: () => packetText(netstat()),
    raw: () => rawText(netstat()),
    raw6: () => raw6Text(netstat()),
    route: () => routeText(netstat()),
    snmp: () => snmpText(netstat()),
    snmp6: () => snmp6Text(netstat()),
    tcp: () => tcpText(netstat().connections, "tcp"),
    tcp6: () => tcpText(netstat().connections, "tcp6"),
    udp: () => inetText(netstat().sockets.filter(({ protocol }) => protocol === "udp")),
    udp6: () => udp6Text(netstat()),
    unix: () => unixText(netstat()),
  };
}

function arpText({ neighbours }: Netstat): string {
  const own = neighbours.filter(({ address }) => !address.includes(":"));
  const lines = own.map(({ address, macAddress, interface: device }) => {
    const isComplete = macAddress !== "";
    const hardware = isComplete ? macAddress : "00:00:00:00:00:00";
    return `${address.padEnd(16)} 0x1         ${isComplete ? "0x2" : "0x0"}         ${hardware}     *        ${device}\n`;
  });
  return `IP address       HW type     Flags       HW address            Mask     Device\n${lines.join("")}`;
}

function devText({ interfaces }: Netstat): string {
  const head =
    "Inter-|   Receive                                                |  Transmit\n" +
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
  const lines = interfaces.map((shown) => {
    const received = [shown.rxBytes, shown.rxPackets, shown.rxErrors, shown.rxDrops, 0, 0, 0, shown.rxMulticast];
    const sent = [shown.txBytes, shown.txPackets, 0, shown.txDrops, 0, 0, 0, 0];
    return `${shown.name.padStart(6)}: ${columns(received, RECEIVE_WIDTHS)} ${columns(sent, SEND_WIDTHS)}\n`;
  });
  return head + lines.join("");
}

const RECEIVE_WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9];
const SEND_WIDTHS = [8, 7, 4, 4, 4, 5, 7, 10];

function columns(values: readonly number[], widths: readonly number[]): string {
  return values.map((value, index) => String(value).padStart(widths[index] ?? 0)).join(" ");
}

/** RTF_UP and its like of route(7). */
const ROUTE_UP = 0x1;
const ROUTE_GATEWAY = 0x2;
const ROUTE_HOST = 0x4;
const ROUTE_REJECT = 0x200;

function routeText({ routes }: Netstat): string {
  const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
  const lines = routes
    // IPv6 has a file of its own on Linux.
    .filter(({ usable, destination }) => usable && !destination.includes(":"))
    .map((route) => {
      const [network = "", length = "0"] = route.destination.split("/");
      const refuses = route.kind !== "unicast";
      const isHost = length === "32";
      const flags =
        ROUTE_UP |
        (route.gateway === null ? 0 : ROUTE_GATEWAY) |
        (isHost ? ROUTE_HOST : 0) |
        (refuses ? ROUTE_REJECT : 0);
      const name = refuses ? "*" : route.interface;
      const gateway = hexAddress(route.gateway ?? "0.0.0.0");
      const mask = hexAddress(maskText(Number(length)));
      const cells = [name, hexAddress(network), gateway, hex(flags, 4), 0, 0, route.metric, mask, 0, 0, 0];
      return cells.join("\t");
    });
  // Linux fills each line with blanks up to 127 characters.
  return [head, ...lines].map((line) => `${line.padEnd(127)}\n`).join("");
}

/** TCP's states as /proc numbers them; a datagram socket has the first or the seventh. */
const STATES = [
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];

function stateNumber(state: string): number {
  const number = STATES.indexOf(state.replace("SYN_RECEIVED", "SYN_RECV").replace(/FIN_WAIT_/, "FIN_WAIT")) + 1;
  return number === 0 ? STATES.indexOf("CLOSE") + 1 : number;
}

function inetText(sockets: Netstat["sockets"]): string {
  const head =
    "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
  const lines = sockets.map((socket, index) => {
    const local = endpoint(socket.localAddress, socket.localPort);
    const remote = endpoint(socket.remoteAddress ?? "0.0.0.0", socket.remotePort ?? 0);
    const state = hex(stateNumber(socket.state), 2);
    const queues = `${hex(socket.sendQueueBytes, 8)}:${hex(socket.receiveQueueBytes, 8)}`;
    const rest = `00:00000000 00000000 ${String(socket.uid).padStart(5)}        0 ${socket.inode} 2 0000000000000000 ${socket.drops}`;
    return `${String(index).padStart(5)}: ${local} ${remote} ${state} ${queues} ${rest}`;
  });
  return [head, ...lines].map((line) => `${line.padEnd(127)}\n`).join("");
}

const UNIX_TYPES = { STREAM: 1, DGRAM: 2, SEQPACKET: 5 };
/** SO_ACCEPTCON in the flags, and SS_UNCONNECTED and SS_CONNECTED in the column St. */
const ACCEPTS = 0x10000;
const UNCONNECTED = 1;
const CONNECTED = 3;

function unixText({ unixSockets }: Netstat): string {
  const lines = unixSockets.map(({ type, state, inode, peerInode, path }) => {
    const references = hex(peerInode === null ? 2 : 3, 8);
    const flags = hex(state === "LISTENING" ? ACCEPTS : 0, 8);
    const connection = hex(state === "CONNECTED" ? CONNECTED : UNCONNECTED, 2);
    const name = path === "" ? "" : ` ${path}`;
    return `0000000000000000: ${references} 00000000 ${flags} ${hex(UNIX_TYPES[type], 4)} ${connection} ${String(inode).padStart(5)}${name}\n`;
  });
  return `Num       RefCount Protocol Flags    Type St Inode Path\n${lines.join("")}`;
}

function endpoint(address: string, port: number): string {
  return `${hexAddress(address === "*" ? "0.0.0.0" : address)}:${hex(port, 4)}`;
}

function hexAddress(address: string): string {
  const bytes = address.split(".").map((byte) => hex(Number(byte), 2));
  return bytes.reverse().join("");
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

/** The mask of a prefix: 24 is 255.255.255.0. */
function maskText(length: number): string {
  const bytes = [0, 8, 16, 24].map((before) => {
    const bits = Math.max(0, Math.min(8, length - before));
    return 256 - (1 << (8 - bits));
  });
  return bytes.join(".");
}
