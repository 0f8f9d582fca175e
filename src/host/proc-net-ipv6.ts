/**
 * The text of /proc/net/{if_inet6,ipv6_route,udp6,raw6,snmp6}. Read first: proc(5); Linux's if6_seq_show, rt6_info_route and snmp6_seq_show.
 *
 * Addresses of if_inet6 and ipv6_route are 32 hexadecimal digits as they are sent; those of udp6 four little-endian numbers.
 */
import type { AddressSnapshot } from "../inet/ip/addresses.ts";
import type { RawSnapshot } from "../inet/raw/snapshot.ts";
import type { UdpSnapshot } from "../inet/udp/udp.ts";
import { IpAddress } from "../wire/ip-address.ts";
import type { Netstat } from "./netstat.ts";

/** IFA_F_PERMANENT and its like, by the state of an address. */
const FLAGS: Readonly<Record<AddressSnapshot["state"], number>> = {
  preferred: 0,
  deprecated: 0x20,
  tentative: 0x40,
  dadfailed: 0x48,
};
const PERMANENT = 0x80;
/** IPV6_ADDR_LOOPBACK, IPV6_ADDR_LINKLOCAL, and 0 for the rest. */
const SCOPES: Readonly<Record<AddressSnapshot["scope"], number>> = { host: 0x10, link: 0x20, global: 0 };
/** RTF_UP and RTF_GATEWAY of route(7); RTF_ADDRCONF and RTF_DYNAMIC of RFC's routers. */
const ROUTE_UP = 0x1;
const ROUTE_GATEWAY = 0x2;
const ROUTE_DYNAMIC = 0x10;
const ROUTE_ADDRCONF = 0x4_0000;
const NOWHERE = "0".repeat(32);

export function interfaceAddressText({ addresses, interfaces }: Netstat): string {
  const own = addresses.filter(({ address }) => address.includes(":"));
  return own
    .map(({ address, interface: name, prefixLength, scope, state, validUntilNs }) => {
      const index = interfaces.find((one) => one.name === name)?.index ?? 0;
      const flags = FLAGS[state] | (validUntilNs === null ? PERMANENT : 0);
      const numbers = [index, prefixLength, SCOPES[scope], flags].map((number) => hex(number, 2));
      return `${plain(address)} ${numbers.join(" ")} ${name.padStart(8)}\n`;
    })
    .join("");
}

export function route6Text({ routes }: Netstat): string {
  const lines = routes
    .filter(({ destination, usable }) => usable && destination.includes(":"))
    .map(({ destination, gateway, metric, protocol, interface: name }) => {
      const [network = "", length = "0"] = destination.split("/");
      const origin = protocol === "ra" ? ROUTE_ADDRCONF : protocol === "redirect" ? ROUTE_DYNAMIC : 0;
      const flags = ROUTE_UP | (gateway === null ? 0 : ROUTE_GATEWAY) | origin;
      const hop = gateway === null ? NOWHERE : plain(gateway);
      const numbers = [metric, 1, 0, flags].map((number) => hex(number, 8)).join(" ");
      return `${plain(network)} ${hex(Number(length), 2)} ${NOWHERE} 00 ${hop} ${numbers} ${(name || "lo").padStart(8)}\n`;
    });
  return lines.join("");
}

export function udp6Text({ sockets }: Netstat): string {
  const own = sockets.filter(({ protocol }) => protocol === "udp6");
  return socketsText(own.map((socket, index) => socketLine(String(index).padStart(5), socket)));
}

/** The port is the protocol. */
export function raw6Text({ rawSockets }: Netstat): string {
  const own = rawSockets.filter(({ localAddress }) => localAddress.includes(":"));
  const line = (socket: RawSnapshot): string => {
    const ports = { localPort: socket.protocol, remotePort: null };
    const state = socket.remoteAddress === null ? "" : "ESTABLISHED";
    return socketLine(String(socket.protocol).padStart(5), { ...socket, ...ports, state });
  };
  return socketsText(own.map(line));
}

function socketsText(lines: readonly string[]): string {
  const head =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops";
  return [head, ...lines].map((line) => `${line}\n`).join("");
}

function socketLine(number: string, socket: Omit<UdpSnapshot, "protocol">): string {
  const local = endpoint(socket.localAddress, socket.localPort);
  const remote = endpoint(socket.remoteAddress ?? "::", socket.remotePort ?? 0);
  const state = socket.state === "ESTABLISHED" ? "01" : "07";
  const queues = `${hex(socket.sendQueueBytes, 8)}:${hex(socket.receiveQueueBytes, 8)}`.toUpperCase();
  const uid = String(socket.uid).padStart(5);
  const rest = `00:00000000 00000000 ${uid}        0 ${socket.inode} 2 0000000000000000 ${socket.drops}`;
  return `${number}: ${local} ${remote} ${state} ${queues} ${rest}`;
}

/** Each counter of IPv6, ICMPv6 and UDP over IPv6 that ever moved. */
export function snmp6Text({ counters }: Netstat): string {
  const own = Object.keys(counters).filter((name) => /^(Ip6|Icmp6|Udp6)/.test(name));
  return own.map((name) => `${name.padEnd(32)}\t${counters[name]}\n`).join("");
}

function wordsOf(address: string): readonly number[] {
  const { w0 = 0, w1 = 0, w2 = 0, w3 = 0 } = IpAddress.parse(address) ?? {};
  return [w0, w1, w2, w3];
}

function plain(address: string): string {
  return wordsOf(address)
    .map((word) => hex(word, 8))
    .join("");
}

function endpoint(address: string, port: number): string {
  const words = wordsOf(address).map((word) => {
    return hex(((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24), 8);
  });
  return `${words.join("")}:${hex(port, 4)}`.toUpperCase();
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, "0");
}
