/** tcpdump: what it prints, its filters, its files; and every header that passes, taken apart. */
import fc from "fast-check";
import { dissect, type Layer, LINKTYPE_ETHERNET } from "netloom";
import { expect, test } from "vitest";
import * as pcapng from "../src/wire/pcapng.ts";
import { type FilterNames, parseFilter } from "../src/world/programs/net/filter.ts";
import { factsOf } from "../src/world/programs/net/packet-facts.ts";
import { smallNet } from "./support/shell.ts";

test("a line for each packet, with the link header, the IP header and the bytes if one asks", async () => {
  const { shell, alice } = smallNet();
  const dump = (options: string) =>
    `tcpdump ${options} & sleep 0.1; ping -q -c 1 10.0.0.2 > out; ping -q -c 1 2001:db8::2 > out; wait`;
  expect(await shell(alice, dump("-n -c 4 arp or icmp"))).toMatchInlineSnapshot(`
    "tcpdump: verbose output suppressed, use -v for full protocol decode
    listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
    00:00:00.100000 ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28
    00:00:00.100011 ARP, Reply 10.0.0.2 is-at 02:00:00:00:00:02, length 28
    00:00:00.100011 IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 5, seq 1, length 64
    00:00:00.100024 IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 5, seq 1, length 64
    4 packets captured
    10 packets received by filter
    0 packets dropped by kernel
    "
  `);
  expect(await shell(alice, dump("-t -e -v -c 2 icmp or icmp6"))).toMatchInlineSnapshot(`
    "listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
    02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 98: (tos 0x0, ttl 64, id 16334, offset 0, flags [DF], proto ICMP (1), length 84)
        10.0.0.1 > 10.0.0.2: ICMP echo request, id 10, seq 1, length 64
    02:00:00:00:00:02 > 02:00:00:00:00:01, ethertype IPv4 (0x0800), length 98: (tos 0x0, ttl 64, id 29010, offset 0, flags [none], proto ICMP (1), length 84)
        10.0.0.2 > 10.0.0.1: ICMP echo reply, id 10, seq 1, length 64
    2 packets captured
    2 packets received by filter
    0 packets dropped by kernel
    "
  `);
  expect(await shell(alice, dump("-t -X -c 1 -i eth0 src host bob and icmp"))).toMatchInlineSnapshot(`
    "tcpdump: verbose output suppressed, use -v for full protocol decode
    listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
    IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id 15, seq 1, length 64
    	0x0000:  4500 0054 7153 0000 4001 f553 0a00 0002  E..TqS..@..S....
    	0x0010:  0a00 0001 0000 08dd 000f 0001 0001 0203  ................
    	0x0020:  0405 0607 0809 0a0b 0c0d 0e0f 1011 1213  ................
    	0x0030:  1415 1617 1819 1a1b 1c1d 1e1f 2021 2223  .............!"#
    	0x0040:  2425 2627 2829 2a2b 2c2d 2e2f 3031 3233  $%&'()*+,-./0123
    	0x0050:  3435 3637                                4567
    1 packets captured
    2 packets received by filter
    0 packets dropped by kernel
    "
  `);
  expect(await shell(alice, dump("-t -i any -c 1 icmp"))).toMatchInlineSnapshot(`
    "tcpdump: verbose output suppressed, use -v for full protocol decode
    listening on any, link-type of each interface, snapshot length 262144 bytes
    eth0  Out IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 20, seq 1, length 64
    1 packets captured
    1 packets received by filter
    0 packets dropped by kernel
    "
  `);
});

test("Ctrl-C ends it; what can't be is said", async () => {
  const { shell, alice } = smallNet();
  expect(await shell(alice, "tcpdump -i lo & sleep 1; kill -INT $!; wait; echo $?; tcpdump -D")).toMatchInlineSnapshot(`
    "tcpdump: verbose output suppressed, use -v for full protocol decode
    listening on lo, link-type RAW (Raw IP), snapshot length 262144 bytes
    0 packets captured
    0 packets received by filter
    0 packets dropped by kernel
    0
    1.lo [Up, Running]
    2.eth0 [Up, Running]
    3.any (all interfaces)
    "
  `);
  expect(
    await shell(alice, "tcpdump -i eth9; tcpdump 'port and'; tcpdump host nobody; tcpdump '(tcp'; echo $?"),
  ).toMatchInlineSnapshot(`
    "tcpdump: eth9: No such device exists
    tcpdump: can't parse filter expression: unknown port 'and'
    tcpdump: can't parse filter expression: unknown host "nobody"
    tcpdump: can't parse filter expression: syntax error: ) is missing
    1
    "
  `);
  expect(await shell(alice, "tcpdump -c 1; echo $?", 1000)).toMatchInlineSnapshot(`
    "tcpdump: eth0: You don't have permission to perform this capture on that device (Operation not permitted)
    1
    "
  `);
});

test("-w writes pcapng, with the interfaces and the directions", async () => {
  const { shell, alice } = smallNet();
  await shell(
    alice,
    "tcpdump -i any -w /tmp/f -c 4 icmp or arp 2> out & sleep 0.1; ping -q -c 1 10.0.0.2 > out2; wait",
  );
  const bytes: number[] = [];
  alice.spawn("reader", async (sys) => {
    const fd = await sys.open("/tmp/f", 0);
    const buffer = new Uint8Array(4096);
    for (let n = await sys.read(fd, buffer); n > 0; n = await sys.read(fd, buffer))
      bytes.push(...buffer.subarray(0, n));
  });
  await shell(alice, "true");
  const view = new DataView(Uint8Array.from(bytes).buffer);
  const types: string[] = [];
  for (let at = 0; at < bytes.length; at += pcapng.blockLength(view, at)) {
    expect(pcapng.check(view, at, bytes.length - at)).toBe(true);
    const block = pcapng.parse(view, at);
    types.push(block.type === "enhanced-packet" ? `${block.direction}` : block.type);
  }
  expect(types).toEqual(["section-header", "interface-description", "outbound", "inbound", "outbound", "inbound"]);
});

const NAMES: FilterNames = {
  addresses: () => Promise.resolve([]),
  port: (name) => Promise.resolve(name === "echo" ? 7 : undefined),
};

/** An Ethernet frame with UDP in IPv4, from 10.0.0.1:4000 to 10.0.0.2:7. */
const FRAME = Uint8Array.from([
  2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x0f,
  0xa0, 0, 7, 0, 12, 0, 0, 1, 2, 3, 4,
]);

test.each([
  ["", true],
  ["udp", true],
  ["tcp", false],
  ["ip and not arp", true],
  ["ip6 or icmp", false],
  ["port 7", true],
  ["port echo", true],
  ["src port 7", false],
  ["udp dst port 7", true],
  ["tcp port 7", false],
  ["portrange 1-10", true],
  ["port 9 or 7", true],
  ["host 10.0.0.2", true],
  ["src host 10.0.0.2", false],
  ["src 10.0.0.1 and dst 10.0.0.2", true],
  ["net 10.0.0.0/24", true],
  ["net 10", true],
  ["src net 11.0.0.0/8", false],
  ["ether src 02:00:00:00:00:01", true],
  ["ether dst 02:00:00:00:00:01", false],
  ["ether host 02:00:00:00:00:01 && ether proto 0x0800", true],
  ["ip proto 17", true],
  ["ip proto \\udp", true],
  ["less 46 and greater 46", true],
  ["less 45", false],
  ["broadcast or multicast", false],
  ["!(tcp or arp) && (udp)", true],
  // Equal precedence, from the left: (udp or tcp) and arp.
  ["udp or tcp and arp", false],
])("filter %j: %s", async (text, expected) => {
  const filter = await parseFilter(text, NAMES);
  expect(filter(factsOf(LINKTYPE_ETHERNET, new DataView(FRAME.buffer)))).toBe(expected);
});

test("filters look at whatever there is, and never throw", async () => {
  const filter = await parseFilter(
    "host 10.0.0.1 or port 7 or ether host 02:00:00:00:00:01 or icmp6 or net 2001:db8::/32",
    NAMES,
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 90 }),
      fc.constantFrom(1, 9, 101, 7),
      fc.boolean(),
      (bytes, linkType, isBased) => {
        const frame = isBased ? Uint8Array.from([...FRAME.slice(0, bytes.length % FRAME.length), ...bytes]) : bytes;
        filter(factsOf(linkType, new DataView(frame.buffer)));
        dissect(linkType, frame);
      },
    ),
  );
});

test("every header is taken apart: ND, MLD, ICMP errors with what they quote, IGMP, TCP's options, fragments", async () => {
  const { world, shell, alice, bob } = smallNet();
  const seen = new Map<string, Layer[]>();
  using _ = world.trace((event) => {
    if (event.step !== "netif/output" || event.linkType !== "ethernet") return;
    const layers = dissect(LINKTYPE_ETHERNET, event.frame.copyBytes());
    const key = layers.map(({ protocol }) => protocol).join(" ");
    const last = layers.findLast(({ fields }) => fields.length > 0);
    const what = /ICMP|IGMP/.test(key) ? ` ${last?.fields[0]?.[1]}` : "";
    // Of what an error quotes, the port is another one each time.
    seen.set(`${key}${what}`.replace(/ \d{5}$/, ""), layers);
  });
  bob.spawn("nc", "/bin/nc", { args: ["-l", "-d", "4000"], daemon: true });
  alice.spawn("member", (sys) => {
    const s = sys.socket(2, 2);
    sys.setsockopt(s, 0, 35, { imr_multiaddr: "239.1.1.1" });
  });
  await shell(
    alice,
    "ping -c 1 -6 bob; ping -c 1 -s 3000 -6 bob; ping -c 1 -s 3000 10.0.0.2; echo x | nc -N -4 bob 4000; traceroute -6 carol; traceroute -4 carol",
  );
  expect([...seen.keys()].sort()).toMatchInlineSnapshot(`
    [
      "Ethernet ARP",
      "Ethernet IPv4 ICMP IPv4 UDP payload",
      "Ethernet IPv4 ICMP payload 0 (echo reply)",
      "Ethernet IPv4 ICMP payload 8 (echo request)",
      "Ethernet IPv4 IGMP 0x16 (v2 membership report)",
      "Ethernet IPv4 IGMP 0x17 (leave group)",
      "Ethernet IPv4 TCP",
      "Ethernet IPv4 TCP payload",
      "Ethernet IPv4 UDP payload",
      "Ethernet IPv4 payload",
      "Ethernet IPv6 Fragment ICMPv6 payload 128 (echo request)",
      "Ethernet IPv6 Fragment ICMPv6 payload 129 (echo reply)",
      "Ethernet IPv6 Fragment payload",
      "Ethernet IPv6 Hop-by-Hop ICMPv6 143 (multicast listener report v2)",
      "Ethernet IPv6 ICMPv6 135 (neighbour solicitation)",
      "Ethernet IPv6 ICMPv6 136 (neighbour advertisement)",
      "Ethernet IPv6 ICMPv6 IPv6 UDP payload",
      "Ethernet IPv6 ICMPv6 payload 128 (echo request)",
      "Ethernet IPv6 ICMPv6 payload 129 (echo reply)",
      "Ethernet IPv6 UDP payload",
    ]
  `);
  const syn = [...seen].find(([key]) => key === "Ethernet IPv4 TCP")?.[1].at(-1);
  expect(syn?.fields.map(([name]) => name)).toContain("option: timestamps");
});
