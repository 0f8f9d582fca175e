/** Frames of ARP and IPv4: datagrams, fragments, options, ICMP, IGMP, UDP; and bytes that nobody meant. */
import { IP_ADD_MEMBERSHIP, IP_PKTINFO, IP_RECVERR, IP_RECVOPTS } from "../../../src/abi/ip.ts";
import { ETH_P_ALL } from "../../../src/abi/packet.ts";
import { IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_IP, IPPROTO_UDP } from "../../../src/abi/socket.ts";
import type { Prng } from "../../../src/base/prng.ts";
import { at, datagram, ip, ROOT, udpBytes } from "../../../src/inet/inet.fixture.ts";
import * as arp from "../../../src/wire/arp.ts";
import * as checksum from "../../../src/wire/checksum.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as icmpv4 from "../../../src/wire/icmpv4.ts";
import * as igmp from "../../../src/wire/igmp.ts";
import * as ipv4 from "../../../src/wire/ipv4.ts";
import { BROADCAST, multicastV4 } from "../../../src/wire/mac-address.ts";
import { Packet } from "../../../src/wire/packet.ts";
import { random } from "../mutate.ts";
import type { Row } from "../row.ts";
import { HOST_MAC, PEER_MAC, type Subject } from "../subject.ts";

const GROUP = "239.1.2.3";
const SOURCES = [
  "10.0.0.2",
  "10.0.0.3",
  "10.1.0.9",
  "192.0.2.1",
  "10.0.0.1",
  "0.0.0.0",
  "127.0.0.1",
  GROUP,
  "10.0.0.255",
];
const DESTINATIONS = [
  "10.0.0.1",
  "10.0.0.1",
  "10.0.0.1",
  "10.0.0.255",
  "255.255.255.255",
  GROUP,
  "224.0.0.1",
  "10.1.0.7",
  "192.0.2.9",
];
const OPTIONS = [
  [],
  [],
  [],
  [148, 4, 0, 0],
  [7, 7, 4, 0, 0, 0, 0, 0],
  [68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [131, 7, 4, 10, 0, 0, 1, 0],
];

/** The frame of an IP packet, to the link address that goes with its destination. */
function inFrame(packet: Packet, to: string): Uint8Array {
  const address = ip(to);
  const isAll = to.endsWith(".255");
  const destination = isAll ? BROADCAST : address.isMulticast ? multicastV4(address.v4) : HOST_MAC;
  const header = { destination, source: PEER_MAC, etherType: ethernet.ETHERTYPE_IPV4 };
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), header);
  return packet.copyBytes();
}

export function ipFrame(
  chance: Prng,
  protocol: number,
  payload: Uint8Array,
  fields: Partial<ipv4.Header> = {},
  from: string = chance.pick(SOURCES),
  to: string = chance.pick(DESTINATIONS),
): Uint8Array {
  const base = {
    timeToLive: chance.pick([64, 64, 64, 1, 2, 0]),
    identification: chance.below(8),
    dontFragment: chance.chance(0.5),
    ecn: chance.below(4),
    options: Uint8Array.from(chance.pick(OPTIONS)),
  };
  return inFrame(datagram({ from, to, protocol, ...base, ...fields }, payload), to);
}

function udpPayload(chance: Prng): Uint8Array {
  const ports = [7, 8, 9, 53];
  const [from, to] = [`10.0.0.2:${chance.pick(ports)}`, `10.0.0.1:${chance.pick(ports)}`];
  return udpBytes(at(from), at(to), "x".repeat(chance.pick([0, 1, 5, 100, 1400])));
}

/** A piece of one of few datagrams, so that pieces meet. */
function fragmentFrame(chance: Prng): Uint8Array {
  const fields = {
    dontFragment: false,
    moreFragments: chance.chance(0.6),
    fragmentOffset: 8 * chance.below(chance.pick([4, 4, 8192])),
    identification: chance.below(4),
  };
  const payload = random(chance, 8 * chance.below(6) + chance.below(2));
  const from = chance.pick(["10.0.0.2", "10.0.0.2", ...SOURCES.slice(0, 3)]);
  return ipFrame(chance, chance.pick([IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP]), payload, fields, from, "10.0.0.1");
}

function icmpPayload(chance: Prng): Uint8Array {
  const quoted = datagram(
    { from: "10.0.0.1", to: chance.pick(SOURCES), protocol: chance.pick([1, 17, 6, 200]) },
    udpPayload(chance),
  );
  const code = chance.below(20);
  const message = chance.pick<icmpv4.Message>([
    { kind: "echo-request", identifier: 1, sequence: 1 },
    { kind: "echo-reply", identifier: 1, sequence: 1 },
    { kind: "destination-unreachable", code, nextHopMtu: chance.pick([0, 68, 576, 1280, 65_535]) },
    { kind: "time-exceeded", code: code & 1 },
    { kind: "parameter-problem", code: 0, pointer: code },
    { kind: "redirect", code: code & 3, gateway: ip(chance.pick(SOURCES)) },
    { kind: "timestamp-request", identifier: 1, sequence: 1 },
    { kind: "other", type: chance.below(256), code, rest: chance.nextU32() },
  ]);
  const bytes = Uint8Array.of(...new Uint8Array(icmpv4.HEADER_LENGTH), ...quoted.copyBytes().subarray(0, 64));
  icmpv4.emit(new DataView(bytes.buffer), 0, message);
  icmpv4.fillChecksum(new DataView(bytes.buffer), 0, bytes.length);
  return bytes;
}

function igmpPayload(chance: Prng): Uint8Array {
  const type = chance.pick([igmp.QUERY, igmp.QUERY, igmp.REPORT_V1, igmp.REPORT_V2, igmp.LEAVE, igmp.REPORT_V3, 0x13]);
  const bytes = new Uint8Array(igmp.MESSAGE_LENGTH);
  const group = ip(chance.pick(["0.0.0.0", GROUP, "224.0.0.1"]));
  igmp.emit(new DataView(bytes.buffer), 0, { type, responseTime: chance.below(256), group });
  return bytes;
}

function arpFrame(chance: Prng): Uint8Array {
  const packet = Packet.allocate(arp.MESSAGE_LENGTH);
  const sha = chance.pick([PEER_MAC, HOST_MAC, BROADCAST, 0, 0x02_00_00_00_00_00 + chance.below(0x1_0000)]);
  const spa = chance.chance(0.5) ? ip(chance.pick(SOURCES)) : ip(`10.0.0.${chance.below(256)}`);
  const op = chance.pick([arp.REQUEST, arp.REQUEST, arp.REPLY, 9]);
  arp.emit(packet.view, packet.start, { op, sha, spa, tha: 0, tpa: ip(chance.pick(DESTINATIONS)) });
  const header = {
    destination: chance.pick([BROADCAST, HOST_MAC]),
    source: PEER_MAC,
    etherType: ethernet.ETHERTYPE_ARP,
  };
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), header);
  return packet.copyBytes();
}

function noise(chance: Prng): Uint8Array {
  const packet = Packet.from(random(chance, chance.below(200)));
  const header = {
    destination: chance.pick([HOST_MAC, BROADCAST, 0x0100_5e00_0001, 0x3333_0000_0001, PEER_MAC]),
    source: PEER_MAC,
    etherType: chance.pick([
      ethernet.ETHERTYPE_IPV4,
      ethernet.ETHERTYPE_ARP,
      ethernet.ETHERTYPE_IPV6,
      chance.below(0x1_0000),
    ]),
  };
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), header);
  return packet.copyBytes();
}

/** Header, and what is behind it as far as it is known. */
export function repair(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const start = ethernet.HEADER_LENGTH;
  if (frame.length < start + ipv4.HEADER_LENGTH || ethernet.etherType(view, 0) !== ethernet.ETHERTYPE_IPV4) return;
  const headerLength = Math.max(ipv4.HEADER_LENGTH, Math.min(ipv4.headerLength(view, start), frame.length - start));
  view.setUint16(start + 10, 0);
  view.setUint16(start + 10, checksum.finish(checksum.sum(view, start, headerLength, 0)));
  const length = Math.min(frame.length - start, ipv4.totalLength(view, start)) - headerLength;
  const protocol = ipv4.protocol(view, start);
  if ((protocol !== IPPROTO_ICMP && protocol !== IPPROTO_IGMP) || length < 8) return;
  // The checksum of both is at the same place.
  icmpv4.fillChecksum(view, start + headerLength, length);
}

function prepare(subject: Subject): void {
  const udp = subject.protocol("udp");
  const raw = subject.protocol("raw");
  for (const port of [7, 8]) {
    const socket = subject.open(udp);
    socket.requests.bind(ROOT, at(`0.0.0.0:${port}`));
    for (const option of [IP_RECVERR, IP_PKTINFO, IP_RECVOPTS])
      socket.requests.setsockopt?.(ROOT, IPPROTO_IP, option, 1);
    socket.requests.setsockopt?.(ROOT, IPPROTO_IP, IP_ADD_MEMBERSHIP, {
      imr_multiaddr: GROUP,
      imr_address: "10.0.0.1",
    });
  }
  subject.open(udp).requests.connect(ROOT, at("10.0.0.2:9"));
  for (const protocol of [IPPROTO_ICMP, 200]) subject.open({ ...raw, protocol });
  subject.open({ ...subject.protocol("packet"), protocol: ETH_P_ALL });
}

const row = (name: string, weight: number, frame: Row["frame"], more: Partial<Row> = {}): Row => ({
  name,
  weight,
  frame,
  repair,
  ...more,
});

export const ipv4Rows: readonly Row[] = [
  row("udp", 4, (chance) => ipFrame(chance, IPPROTO_UDP, udpPayload(chance)), { prepare }),
  row("icmp", 4, (chance) => ipFrame(chance, IPPROTO_ICMP, icmpPayload(chance))),
  row("igmp", 2, (chance) => ipFrame(chance, IPPROTO_IGMP, igmpPayload(chance))),
  row("other protocols", 1, (chance) => ipFrame(chance, chance.below(256), random(chance, chance.below(40)))),
  row("fragments", 4, fragmentFrame),
  row("arp", 2, arpFrame),
  row("noise", 2, noise),
];
