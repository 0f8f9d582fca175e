/** Lines beside those of the real tcpdump, and one line whatever the bytes. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IPPROTO_ICMP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "./arp.ts";
import * as ethernet from "./ethernet.ts";
import * as icmpv4 from "./icmpv4.ts";
import { ANY_V4, IpAddress } from "./ip-address.ts";
import * as ipv4 from "./ipv4.ts";
import * as mac from "./mac-address.ts";
import { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "./pcapng.ts";
import * as tcpdump from "./tcpdump.ts";
import * as udp from "./udp.ts";
import { bytes, emitted, uint8, viewOf } from "./wire.fixture.ts";

const [HOST_1, HOST_2] = [IpAddress.v4(0x0a00_0001), IpAddress.v4(0x0a00_0002)];
const [MAC_1, MAC_2] = [0x02_00_00_00_00_01, 0x02_00_00_00_00_02];

const frame = (etherType: number, payload: Uint8Array): Uint8Array =>
  Uint8Array.of(
    ...emitted(ethernet.emit, { destination: MAC_2, source: MAC_1, etherType }, ethernet.HEADER_LENGTH),
    ...payload,
  );

const arpFrame = (message: Partial<arp.Message>, paddingLength = 0): Uint8Array => {
  const whole = { op: arp.REQUEST, sha: MAC_1, spa: HOST_1, tha: 0, tpa: HOST_2, ...message };
  const data = emitted(arp.emit, whole, arp.MESSAGE_LENGTH);
  return frame(ethernet.ETHERTYPE_ARP, Uint8Array.of(...data, ...new Uint8Array(paddingLength)));
};

const packet = (protocol: number, payload: Uint8Array, fields: Partial<ipv4.Header> = {}): Uint8Array => {
  const header = {
    dscp: 0,
    ecn: 0,
    totalLength: ipv4.HEADER_LENGTH + (fields.options?.length ?? 0) + payload.length,
    identification: 1,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol,
    source: HOST_1,
    destination: HOST_2,
    options: new Uint8Array(0),
    ...fields,
  };
  return Uint8Array.of(...emitted(ipv4.emit, header, ipv4.HEADER_LENGTH + header.options.length), ...payload);
};

const ipFrame = (protocol: number, payload: Uint8Array, fields: Partial<ipv4.Header> = {}): Uint8Array =>
  frame(ethernet.ETHERTYPE_IPV4, packet(protocol, payload, fields));

const datagram = (dataLength: number, fields: Partial<udp.Header> = {}): Uint8Array => {
  const length = udp.HEADER_LENGTH + dataLength;
  const header = { sourcePort: 40000, destinationPort: 7, length, checksum: 0, ...fields };
  return Uint8Array.of(...emitted(udp.emit, header, udp.HEADER_LENGTH), ...new Uint8Array(dataLength));
};

const message = (fields: icmpv4.Message, data: Uint8Array): Uint8Array => {
  const view = viewOf(Uint8Array.of(...emitted(icmpv4.emit, fields, icmpv4.HEADER_LENGTH), ...data));
  icmpv4.fillChecksum(view, 0, view.byteLength);
  return new Uint8Array(view.buffer);
};

/** What an error quotes: 10.0.0.1 sent 18 bytes to UDP port 9 of 10.0.0.2. */
const QUOTE = packet(IPPROTO_UDP, datagram(18, { destinationPort: 9 })).slice(0, 28);

const unreachable = (code: number, nextHopMtu: number = 0, quote: Uint8Array = QUOTE): Uint8Array => {
  const payload = message({ kind: "destination-unreachable", code, nextHopMtu }, quote);
  return ipFrame(IPPROTO_ICMP, payload, { source: HOST_2, destination: HOST_1 });
};

const icmpFrame = (fields: icmpv4.Message, data: Uint8Array = QUOTE): Uint8Array =>
  ipFrame(IPPROTO_ICMP, message(fields, data));

/** The frame with one octet changed. */
const changed = (data: Uint8Array, offset: number, octet: number): Uint8Array => {
  const copy = data.slice();
  copy[offset] = octet;
  return copy;
};

const describeFrame = (data: Uint8Array, linkType: number = LINKTYPE_ETHERNET, offset = 0): string =>
  tcpdump.describe(linkType, viewOf(data, offset), offset, data.length);

const UDP_FRAME = ipFrame(IPPROTO_UDP, datagram(18));
const ECHO = { identifier: 1, sequence: 1 };
const TO_1 = "IP 10.0.0.2 > 10.0.0.1: ICMP";
const TO_2 = "IP 10.0.0.1 > 10.0.0.2:";
const PORTS = "IP 10.0.0.1.40000 > 10.0.0.2.7:";

/** The lines are those of tcpdump 4.99.3 (-n -t) for the same frames, with runs of blanks made one. */
const LINES: readonly (readonly [string, Uint8Array])[] = [
  ["ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28", arpFrame({})],
  ["ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 46", arpFrame({}, 18)],
  ["ARP, Request who-has 10.0.0.2 (02:00:00:00:00:02) tell 10.0.0.1, length 28", arpFrame({ tha: MAC_2 })],
  ["ARP, Request who-has 10.0.0.2 (ff:ff:ff:ff:ff:ff) tell 10.0.0.1, length 28", arpFrame({ tha: mac.BROADCAST })],
  ["ARP, Request who-has 10.0.0.2 tell 0.0.0.0, length 28", arpFrame({ spa: ANY_V4 })],
  [
    "ARP, Reply 10.0.0.2 is-at 02:00:00:00:00:02, length 28",
    arpFrame({ op: arp.REPLY, sha: MAC_2, spa: HOST_2, tha: MAC_1, tpa: HOST_1 }),
  ],
  ["[|arp]", arpFrame({}).slice(0, 34)],
  ["[|ether]", arpFrame({}).slice(0, 9)],
  ["[|ip]", UDP_FRAME.slice(0, 14)],
  ["IP [|ip]", UDP_FRAME.slice(0, 26)],
  ["IP5 (invalid)", changed(UDP_FRAME, 14, 0x55)],
  ["IP bad-hlen 12", changed(UDP_FRAME, 14, 0x43)],
  ["IP bad-len 24", changed(ipFrame(253, bytes("61 62 63 64")), 14, 0x4f)],
  ["IP bad-len 10", ipFrame(IPPROTO_UDP, datagram(18), { totalLength: 10 })],
  [`${PORTS} UDP, length 18`, UDP_FRAME],
  [`${PORTS} UDP, length 0`, ipFrame(IPPROTO_UDP, datagram(0))],
  [
    `${PORTS} UDP, length 18, options (NOP,NOP,NOP,EOL)`,
    ipFrame(IPPROTO_UDP, datagram(18), { options: bytes("01 01 01 00") }),
  ],
  [`${PORTS} UDP, length 4`, Uint8Array.of(...ipFrame(IPPROTO_UDP, datagram(4)), ...new Uint8Array(14))],
  [`${PORTS} UDP, length 4`, ipFrame(IPPROTO_UDP, datagram(18, { length: 12 }))],
  [`${PORTS} UDP, bad length 92 > 18`, ipFrame(IPPROTO_UDP, datagram(18, { length: 100 }))],
  [`${PORTS} truncated-udplength 4`, ipFrame(IPPROTO_UDP, datagram(18, { length: 4 }))],
  [`${PORTS} truncated-udp 5`, ipFrame(IPPROTO_UDP, datagram(0).slice(0, 5))],
  [`${TO_2} [|udp]`, ipFrame(IPPROTO_UDP, datagram(0).slice(0, 3))],
  ["IP truncated-ip - 10 bytes missing! 10.0.0.1.40000 > 10.0.0.2.7: UDP, length 18", UDP_FRAME.slice(0, 50)],
  ["IP truncated-ip - 22 bytes missing! 10.0.0.1.40000 > 10.0.0.2.7: [|udp]", UDP_FRAME.slice(0, 38)],
  ["IP truncated-ip - 26 bytes missing! 10.0.0.1 > 10.0.0.2: [|udp]", UDP_FRAME.slice(0, 34)],
  [`${PORTS} UDP, length 1992`, ipFrame(IPPROTO_UDP, datagram(24, { length: 2000 }), { moreFragments: true })],
  [`${TO_2} ip-proto-17`, ipFrame(IPPROTO_UDP, new Uint8Array(24), { moreFragments: true, fragmentOffset: 24 })],
  [`${TO_2} ip-proto-17`, ipFrame(IPPROTO_UDP, new Uint8Array(24), { fragmentOffset: 48 })],
  [`${TO_2} ip-proto-253 20`, ipFrame(253, new Uint8Array(20))],
  [
    `${TO_2} ICMP echo request, id 1, seq 1, length 64`,
    icmpFrame({ kind: "echo-request", ...ECHO }, new Uint8Array(56)),
  ],
  [`${TO_2} ICMP echo reply, id 1, seq 1, length 64`, icmpFrame({ kind: "echo-reply", ...ECHO }, new Uint8Array(56))],
  [`${TO_1} net 10.0.0.2 unreachable, length 36`, unreachable(icmpv4.NET_UNREACHABLE)],
  [`${TO_1} host 10.0.0.2 unreachable, length 36`, unreachable(icmpv4.HOST_UNREACHABLE)],
  [`${TO_1} 10.0.0.2 protocol 17 unreachable, length 36`, unreachable(icmpv4.PROTOCOL_UNREACHABLE)],
  [`${TO_1} 10.0.0.2 udp port 9 unreachable, length 36`, unreachable(icmpv4.PORT_UNREACHABLE)],
  [
    `${TO_1} 10.0.0.2 protocol 253 port 9 unreachable, length 36`,
    unreachable(icmpv4.PORT_UNREACHABLE, 0, packet(253, datagram(0, { destinationPort: 9 }))),
  ],
  [`${TO_1} 10.0.0.2 unreachable - need to frag (mtu 512), length 36`, unreachable(icmpv4.FRAGMENTATION_NEEDED, 512)],
  [`${TO_1} 10.0.0.2 unreachable - need to frag, length 36`, unreachable(icmpv4.FRAGMENTATION_NEEDED)],
  [`${TO_1} 10.0.0.2 unreachable - source route failed, length 36`, unreachable(5)],
  [`${TO_1} net 10.0.0.2 unreachable - unknown, length 36`, unreachable(6)],
  [`${TO_1} host 10.0.0.2 unreachable - unknown, length 36`, unreachable(7)],
  [`${TO_1} 10.0.0.2 unreachable - source host isolated, length 36`, unreachable(8)],
  [`${TO_1} net 10.0.0.2 unreachable - admin prohibited, length 36`, unreachable(9)],
  [`${TO_1} host 10.0.0.2 unreachable - admin prohibited, length 36`, unreachable(10)],
  [`${TO_1} net 10.0.0.2 unreachable - tos prohibited, length 36`, unreachable(11)],
  [`${TO_1} host 10.0.0.2 unreachable - tos prohibited, length 36`, unreachable(12)],
  [`${TO_1} host 10.0.0.2 unreachable - admin prohibited filter, length 36`, unreachable(13)],
  [`${TO_1} host 10.0.0.2 unreachable - host precedence violation, length 36`, unreachable(14)],
  [`${TO_1} host 10.0.0.2 unreachable - precedence cutoff, length 36`, unreachable(15)],
  [`${TO_1} 10.0.0.2 unreachable - #16, length 36`, unreachable(16)],
  ["IP 10.0.0.2 > 10.0.0.1: [|icmp]", unreachable(icmpv4.HOST_UNREACHABLE, 0, QUOTE.slice(0, 10))],
  ["IP 10.0.0.2 > 10.0.0.1: [|icmp]", unreachable(icmpv4.PORT_UNREACHABLE, 0, QUOTE.slice(0, 20))],
  [`${TO_2} ICMP time exceeded in-transit, length 36`, icmpFrame({ kind: "time-exceeded", code: icmpv4.TTL_EXCEEDED })],
  [
    `${TO_2} ICMP ip reassembly time exceeded, length 36`,
    icmpFrame({ kind: "time-exceeded", code: icmpv4.REASSEMBLY_TIME_EXCEEDED }),
  ],
  [`${TO_2} ICMP time exceeded-#2, length 36`, icmpFrame({ kind: "time-exceeded", code: 2 })],
  [
    `${TO_2} ICMP parameter problem - octet 20, length 36`,
    icmpFrame({ kind: "parameter-problem", code: 0, pointer: 20 }),
  ],
  [`${TO_2} ICMP parameter problem - code 1, length 36`, icmpFrame({ kind: "parameter-problem", code: 1, pointer: 0 })],
  [`${TO_2} ICMP type-#99, length 36`, icmpFrame({ kind: "other", type: 99, code: 0, rest: 0 })],
  [`${TO_2} [|icmp]`, ipFrame(IPPROTO_ICMP, message({ kind: "echo-request", ...ECHO }, QUOTE).slice(0, 6))],
  ["02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), length 34", frame(0x88b5, new Uint8Array(20))],
];

/** Where we say more, or less, than tcpdump does. */
const OUR_LINES: readonly (readonly [string, Uint8Array])[] = [
  ["ARP, bad-hardware-type, length 28", changed(arpFrame({}), 15, 6)],
  ["ARP, bad-protocol-type, length 28", changed(arpFrame({}), 16, 0x86)],
  ["ARP, bad-address-length, length 28", changed(arpFrame({}), 18, 8)],
  ["ARP, Unknown (77), length 28", arpFrame({ op: 77 })],
  ["IP6 version error: 0 != 6", frame(ethernet.ETHERTYPE_IPV6, new Uint8Array(40))],
  ["02:00:00:00:00:01 > 02:00:00:00:00:02, 802.3, length 8", frame(8, new Uint8Array(8))],
];

test.each(LINES)("%s", (line, data) => expect(describeFrame(data)).toBe(line));
test.each(OUR_LINES)("%s", (line, data) => expect(describeFrame(data)).toBe(line));

describe("other link types", () => {
  const datagramBytes = packet(IPPROTO_UDP, datagram(18));

  test("a raw packet has no link header", () => {
    expect(describeFrame(datagramBytes, LINKTYPE_RAW)).toBe(`${PORTS} UDP, length 18`);
    expect(describeFrame(new Uint8Array(0), LINKTYPE_RAW)).toBe("[|ip]");
    expect(describeFrame(changed(datagramBytes, 0, 0x50), LINKTYPE_RAW)).toBe("ip version 5, length 46");
  });

  test("an unknown one is named", () => expect(describeFrame(datagramBytes, 147)).toBe("link-type 147, length 46"));
});

describe("whatever the bytes, it is one line", () => {
  const frames = fc.constantFrom(...LINES.map(([, data]) => data));
  const linkType = fc.constantFrom(LINKTYPE_ETHERNET, LINKTYPE_RAW, LINKTYPE_PPP);

  const expectOneLine = (data: Uint8Array, type: number, offset: number): void => {
    expect(describeFrame(data, type, offset)).toMatch(/^[!-~]+(?: [!-~]+)*$/);
  };

  test("noise", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 90 }), linkType, fc.nat(9), expectOneLine), { numRuns: 1000 });
  });

  test("known frames, each cut short at each octet", () => {
    for (const [, data] of LINES) {
      for (let length = 0; length <= data.length; length++) expectOneLine(data.slice(0, length), LINKTYPE_ETHERNET, 0);
    }
  });

  test("known frames with octets changed", () => {
    const places = fc.array(fc.tuple(fc.nat(), uint8), { minLength: 1, maxLength: 4 });
    const property = fc.property(frames, places, (data, changes) => {
      const damaged = changes.reduce((copy, [place, octet]) => changed(copy, place % copy.length, octet), data);
      expectOneLine(damaged, LINKTYPE_ETHERNET, 0);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

test.each([
  ["ff03c021010100060506", "LCP, Conf-Request (0x01), id 1, length 8"],
  ["ff0380210201000a0306", "IPCP, Conf-Ack (0x02), id 1, length 8"],
  ["ff038057030100040000", "IP6CP, Conf-Nack (0x03), id 1, length 8"],
  ["ff03c0230105000601620173", "PAP, Auth-Req (0x01), id 5, length 10"],
  ["ff03c22304070004", "CHAP, Fail (0x04), id 7, length 6"],
  ["ff03c021630700", "LCP, [|ppp]"],
  ["ff0300fd00", "unknown PPP protocol (0x00fd), length 3"],
  ["ff03", "[|ppp]"],
])("a PPP frame %s: %s", (hex, line) => {
  const octets = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  expect(tcpdump.describe(LINKTYPE_PPP, new DataView(octets.buffer), 0, octets.length)).toBe(line);
});
