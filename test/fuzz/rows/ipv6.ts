/** Frames of IPv6: extension headers, fragments, ICMPv6, neighbour discovery, multicast listeners, UDP. */
import { IPV6_JOIN_GROUP, IPV6_RECVERR, IPV6_RECVPKTINFO } from "../../../src/abi/ipv6.ts";
import { AF_INET6, IPPROTO_ICMPV6, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP } from "../../../src/abi/socket.ts";
import type { Prng } from "../../../src/base/prng.ts";
import { ip, ROOT } from "../../../src/inet/inet.fixture.ts";
import { packet6 } from "../../../src/inet/inet6.fixture.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as icmpv6 from "../../../src/wire/icmpv6.ts";
import * as ipv6 from "../../../src/wire/ipv6.ts";
import * as extension from "../../../src/wire/ipv6-extension.ts";
import { multicastV6 } from "../../../src/wire/mac-address.ts";
import * as mld from "../../../src/wire/mld.ts";
import * as nd from "../../../src/wire/nd.ts";
import type { Option } from "../../../src/wire/nd-option.ts";
import * as udp from "../../../src/wire/udp.ts";
import { random } from "../mutate.ts";
import type { Row } from "../row.ts";
import { HOST_MAC, PEER_MAC, type Subject } from "../subject.ts";

const ME = "2001:db8::1";
/** What eth0 has of HOST_MAC. */
const MY_LINK_LOCAL = "fe80::ff:fe00:a";
const GROUP = "ff02::1:2345";
const SOURCES = [
  "2001:db8::2",
  "2001:db8::3",
  "fe80::2",
  "fe80::3",
  "2001:db8:1::9",
  ME,
  "::",
  "::1",
  "10.0.0.2",
  GROUP,
];
const DESTINATIONS = [
  ME,
  ME,
  ME,
  MY_LINK_LOCAL,
  "ff02::1",
  "ff02::1:ff00:1",
  GROUP,
  "2001:db8:1::7",
  "2001:db8:9::9",
  "::1",
];
const TYPES = [extension.HOP_BY_HOP, extension.ROUTING, extension.FRAGMENT, extension.DESTINATION_OPTIONS, 51];

/** Headers that may stand in front, the first one's type, and what the last one announces. */
function chain(chance: Prng, last: number): { readonly first: number; readonly bytes: Uint8Array } {
  const types = Array.from({ length: chance.pick([0, 0, 0, 1, 1, 2, 3, 9]) }, () => chance.pick(TYPES));
  const bytes = types.flatMap((type, index) => {
    const next = types[index + 1] ?? last;
    const options = [...random(chance, 6 + 8 * chance.pick([0, 0, 1]))];
    if (chance.chance(0.5)) options.splice(0, 6, 1, 4, 0, 0, 0, 0);
    return [next, type === extension.FRAGMENT ? 0 : (options.length - 6) / 8, ...options];
  });
  return { first: types[0] ?? last, bytes: Uint8Array.from(bytes) };
}

function ipFrame(chance: Prng, protocol: number, payload: Uint8Array, fields: Partial<ipv6.Header> = {}): Uint8Array {
  const [from, to] = [chance.pick(SOURCES), chance.pick(DESTINATIONS)];
  const { first, bytes } = chain(chance, protocol);
  const hopLimit = chance.pick([64, 64, 255, 1, 0]);
  const packet = packet6({ from, to, nextHeader: first, hopLimit, ...fields }, Uint8Array.of(...bytes, ...payload));
  const address = fields.destination ?? ip(to);
  const destination = address.isMulticast ? multicastV6(address.w3) : HOST_MAC;
  const header = { destination, source: PEER_MAC, etherType: ethernet.ETHERTYPE_IPV6 };
  ethernet.emit(packet.view, packet.prepend(ethernet.HEADER_LENGTH), header);
  const frame = packet.copyBytes();
  repair(frame);
  return frame;
}

function udpPayload(chance: Prng): Uint8Array {
  const data = random(chance, chance.pick([0, 1, 5, 100, 1300]));
  const bytes = Uint8Array.of(...new Uint8Array(udp.HEADER_LENGTH), ...data);
  const ports = { sourcePort: chance.pick([7, 8, 9]), destinationPort: chance.pick([17, 18, 53]) };
  udp.emit(new DataView(bytes.buffer), 0, { ...ports, length: bytes.length, checksum: 1 });
  return bytes;
}

function icmpPayload(chance: Prng): Uint8Array {
  const quoted = packet6(
    { from: ME, to: chance.pick(SOURCES), nextHeader: chance.pick([17, 6, 58, 44, 200]) },
    udpPayload(chance),
  );
  const code = chance.below(9);
  const message = chance.pick<icmpv6.Message>([
    { kind: "echo-request", identifier: 1, sequence: 1 },
    { kind: "echo-reply", identifier: 1, sequence: 1 },
    { kind: "destination-unreachable", code },
    { kind: "packet-too-big", code, mtu: chance.pick([0, 68, 1280, 1400, 0xffff_ffff]) },
    { kind: "time-exceeded", code },
    { kind: "parameter-problem", code, pointer: chance.nextU32() },
    { kind: "other", type: chance.below(256), code, rest: chance.nextU32() },
  ]);
  const bytes = Uint8Array.of(...new Uint8Array(icmpv6.HEADER_LENGTH), ...quoted.copyBytes().subarray(0, 80));
  icmpv6.emit(new DataView(bytes.buffer), 0, message);
  return bytes;
}

function ndOptions(chance: Prng): readonly Option[] {
  const macAddress = chance.pick([PEER_MAC, HOST_MAC, 0, 0x02_00_00_00_00_00 + chance.below(0x1_0000)]);
  const prefix = ip(`2001:db8:${chance.below(200).toString(16)}::`);
  const seconds = (): number => chance.pick([0, 1, 30, 7200, 0xffff_ffff]);
  const all: readonly Option[] = [
    { kind: "source-link-address", macAddress },
    { kind: "target-link-address", macAddress },
    { kind: "mtu", mtu: chance.pick([0, 1280, 1400, 9000]) },
    {
      kind: "prefix",
      prefix,
      prefixLength: chance.pick([64, 64, 64, 48, 200]),
      isOnLink: chance.chance(0.5),
      isAutonomous: chance.chance(0.5),
      validSeconds: seconds(),
      preferredSeconds: seconds(),
    },
    { kind: "dns-servers", lifetimeSeconds: seconds(), servers: [prefix] },
    { kind: "other", type: chance.below(256), data: random(chance, 6) },
  ];
  return all.filter(() => chance.chance(0.3));
}

function ndPayload(chance: Prng): Uint8Array {
  const target = ip(
    chance.chance(0.5) ? chance.pick([...SOURCES, MY_LINK_LOCAL]) : `fe80::${chance.below(0x1_0000).toString(16)}`,
  );
  const options = ndOptions(chance);
  const flag = (): boolean => chance.chance(0.5);
  const message = chance.pick<nd.Message>([
    { kind: "router-solicitation", options },
    {
      kind: "router-advertisement",
      hopLimit: chance.below(256),
      isManaged: flag(),
      hasOtherConfiguration: flag(),
      preference: chance.pick(["low", "medium", "high"]),
      lifetimeSeconds: chance.pick([0, 1, 1800, 65_535]),
      reachableMs: 0,
      retransmitMs: 0,
      options,
    },
    { kind: "neighbour-solicitation", target, options },
    { kind: "neighbour-advertisement", isRouter: flag(), isSolicited: flag(), overrides: flag(), target, options },
    { kind: "redirect", target, destination: ip(`2001:db8:9::${chance.below(0x1_0000).toString(16)}`), options },
  ]);
  const bytes = new Uint8Array(nd.lengthOf(message));
  nd.emit(new DataView(bytes.buffer), 0, message);
  return bytes;
}

function mldPayload(chance: Prng): Uint8Array {
  const group = ip(chance.pick([GROUP, "::", "ff02::1", ME]));
  const message = chance.pick<mld.Message>([
    { kind: "query", maxResponseMs: chance.below(0x1_0000), group },
    { kind: "report", group },
    { kind: "done", group },
    { kind: "report-2", records: [{ type: chance.below(9), group, sources: [] }] },
  ]);
  const bytes = new Uint8Array(mld.lengthOf(message) + chance.pick([0, 0, 4]));
  mld.emit(new DataView(bytes.buffer), 0, message);
  return bytes;
}

/** A piece of one of few packets, so that pieces meet. */
function fragmentFrame(chance: Prng): Uint8Array {
  const header = new Uint8Array(extension.FRAGMENT_LENGTH);
  extension.emitFragment(new DataView(header.buffer), 0, {
    nextHeader: chance.pick([IPPROTO_UDP, IPPROTO_ICMPV6, 60]),
    fragmentOffset: 8 * chance.below(chance.pick([4, 4, 8192])),
    moreFragments: chance.chance(0.6),
    identification: chance.below(4),
  });
  const payload = Uint8Array.of(...header, ...random(chance, 8 * chance.below(6) + chance.below(2)));
  const source = ip(chance.pick(["2001:db8::2", "2001:db8::2", "fe80::2"]));
  return ipFrame(chance, 0, payload, { nextHeader: extension.FRAGMENT, source, destination: ip(ME) });
}

/** The checksum behind whatever headers there are. */
function repair(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const start = ethernet.HEADER_LENGTH;
  if (frame.length < start + ipv6.HEADER_LENGTH || ethernet.etherType(view, 0) !== ethernet.ETHERTYPE_IPV6) return;
  const first = start + ipv6.HEADER_LENGTH;
  const end = Math.min(frame.length, first + ipv6.payloadLength(view, start));
  const walk = extension.walk(view, first, end - first, ipv6.nextHeader(view, start));
  const addresses = { source: ipv6.source(view, start), destination: ipv6.destination(view, start) };
  const length = end - walk.offset;
  if (walk.isCut || length < 8) return;
  if (walk.protocol === IPPROTO_ICMPV6) icmpv6.fillChecksum(view, walk.offset, length, addresses);
  if (walk.protocol !== IPPROTO_UDP || udp.datagramLength(view, walk.offset) > length) return;
  udp.fillChecksum(view, walk.offset, addresses);
}

function prepare(subject: Subject): void {
  const { host, eth0, eth1 } = subject;
  host.inet.addAddress(eth0, `${ME}/64`, true);
  // The other link is too narrow for IPv6.
  host.inet.addAddress(eth1, "2001:db8:1::1/64", true);
  host.inet.addRoute({ to: "2001:db8:9::/48", via: "2001:db8::3" });
  host.inet.ip.v6.settings.setForwarding(true);
  // It listens to routers nevertheless.
  host.machine.sysctl.write("net.ipv6.conf.eth0.accept_ra", "2");
  for (const port of [17, 18]) {
    const socket = subject.open(subject.protocol("udp6"));
    socket.requests.bind(ROOT, { family: AF_INET6, address: ip("::"), port });
    for (const option of [IPV6_RECVERR, IPV6_RECVPKTINFO]) socket.requests.setsockopt?.(ROOT, IPPROTO_IPV6, option, 1);
    const group = { ipv6mr_multiaddr: GROUP, ipv6mr_interface: eth0.index };
    socket.requests.setsockopt?.(ROOT, IPPROTO_IPV6, IPV6_JOIN_GROUP, group);
  }
}

const row = (name: string, weight: number, frame: Row["frame"], more: Partial<Row> = {}): Row => ({
  name: `ipv6 ${name}`,
  weight,
  frame,
  repair,
  ...more,
});

export const ipv6Rows: readonly Row[] = [
  row("udp", 3, (chance) => ipFrame(chance, IPPROTO_UDP, udpPayload(chance)), {
    prepare,
    bounds: ({ host }) => {
      const { reassembly } = host.inet.v6;
      return [
        { what: "ipv6 fragments", value: reassembly.trueBytes, max: 4_194_304 + 70_000 },
        { what: "ipv6 groups", value: host.inet.ip.groups.snapshot().length, max: 100 },
      ];
    },
  }),
  row("icmp", 3, (chance) => ipFrame(chance, IPPROTO_ICMPV6, icmpPayload(chance))),
  row("discovery", 4, (chance) => ipFrame(chance, IPPROTO_ICMPV6, ndPayload(chance), { hopLimit: 255 })),
  row("listeners", 1, (chance) => ipFrame(chance, IPPROTO_ICMPV6, mldPayload(chance), { hopLimit: 1 })),
  row("other protocols", 1, (chance) => {
    return ipFrame(chance, chance.pick([IPPROTO_TCP, chance.below(256)]), random(chance, chance.below(40)));
  }),
  row("fragments", 3, fragmentFrame),
];
