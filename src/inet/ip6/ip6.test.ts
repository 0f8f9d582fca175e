/** IPv6 packets in, out and on: extension headers, fragments, forwarding, and what ICMPv6 says of them. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NS_PER_SECOND, TestWorld, watch } from "../../netif/netif.fixture.ts";
import { Socket } from "../../socket/socket.ts";
import * as extension from "../../wire/ipv6-extension.ts";
import type { Packet } from "../../wire/packet.ts";
import { ip, ROOT, TestHost } from "../inet.fixture.ts";
import { arrives, icmp6Packet, Lan, packet6, ping } from "../inet6.fixture.ts";
import { udp6Protocol } from "../udp/udp.ts";

const ECHO = { kind: "echo-request", identifier: 1, sequence: 1 } as const;
const ME = "2001:db8::1";
const PEER = "2001:db8::99";

/** A host that knows where PEER is. */
function wired(): { lan: Lan; lines: string[] } {
  const lan = new Lan(1).start();
  lan.host(1).inet.addAddress(lan.on(1), `${ME}/64`, true);
  const lesson = { create: true, confirmed: true, etherType: 0x86dd };
  lan.host(1).netif.neighbours.learn(lan.on(1), ip(PEER), 0x99, lesson);
  lan.world.run(20 * NS_PER_SECOND);
  lan.host(1).netif.neighbours.learn(lan.on(1), ip(PEER), 0x99, lesson);
  return { lan, lines: watch(lan.on(1)) };
}

/** The answers to a packet. */
function answers(packet: Packet, destination?: number): { said: string[]; counters: Record<string, number> } {
  const { lan, lines } = wired();
  const before = lan.host(1).machine.counters.snapshot();
  arrives(lan, 1, packet, destination);
  lan.world.run(NS_PER_SECOND / 100);
  const after = lan.host(1).machine.counters.snapshot();
  const moved = Object.entries(after).filter(([name, value]) => value !== (before[name] ?? 0) && !name.includes("Out"));
  const said = lines.filter((line) => line.startsWith("> ")).map((line) => line.slice(2));
  return { said, counters: Object.fromEntries(moved.map(([name, value]) => [name, value - (before[name] ?? 0)])) };
}

/** Extension headers, by their types and bodies, and then an echo request. */
function chained(headers: readonly (readonly [type: number, body: number[]])[], last: number = 58): Packet {
  const echo = icmp6Packet({ from: PEER, to: ME }, ECHO).copyBytes().subarray(40);
  const types = [...headers.map(([type]) => type), last];
  const bytes = headers.flatMap(([type, body], index) => {
    const next = types[index + 1] as number;
    return type === extension.FRAGMENT ? [next, 0, ...body] : [next, (body.length + 2) / 8 - 1, ...body];
  });
  return packet6({ from: PEER, to: ME, nextHeader: types[0] as number }, Uint8Array.of(...bytes, ...echo));
}

const PADS = [1, 4, 0, 0, 0, 0];
const REPLY = `IP6 ${ME} > ${PEER}: ICMP6, echo reply, id 1, seq 1, length 8`;
const problem = (text: string, length: number): string =>
  `IP6 ${ME} > ${PEER}: ICMP6, parameter problem, ${text}, length ${length}`;

describe("extension headers, RFC 8200 §4", () => {
  test.each<[string, Packet, string[]]>([
    [
      "options that mean nothing",
      chained([
        [0, PADS],
        [60, PADS],
      ]),
      [REPLY],
    ],
    ["router alert", chained([[0, [5, 2, 0, 0, 1, 0]]]), [REPLY]],
    ["a routing header that has been followed", chained([[43, [0, 0, 0, 0, 0, 0]]]), [REPLY]],
    ["an atomic fragment", chained([[44, [0, 0, 0, 0, 0, 7]]]), [REPLY]],
    ["an unknown option to be skipped", chained([[60, [0x3e, 4, 0, 0, 0, 0]]]), [REPLY]],
    ["an unknown option to be dropped", chained([[60, [0x7e, 4, 0, 0, 0, 0]]]), []],
    ["an unknown option to be refused", chained([[60, [0xbe, 4, 0, 0, 0, 0]]]), [problem("option - octet 42", 64)]],
    [
      "the same in hop-by-hop, and a jumbogram",
      chained([[0, [0xc2, 4, 0, 1, 0, 0]]]),
      [problem("option - octet 42", 64)],
    ],
    ["routing type 0, RFC 5095", chained([[43, [0, 1, 0, 0, 0, 0]]]), [problem("erroneous - octet 42", 64)]],
    [
      "hop-by-hop that is not the first",
      chained([
        [60, PADS],
        [0, PADS],
      ]),
      [problem("next header - octet 40", 72)],
    ],
    ["a header that nobody knows", chained([[60, PADS]], 200), [problem("next header - octet 40", 64)]],
    ["no next header", chained([], 59), []],
    ["more headers than anybody needs", chained(new Array(9).fill([60, PADS])), []],
    ["a header that is cut short", packet6({ from: PEER, to: ME, nextHeader: 60 }, Uint8Array.of(58, 5, 0, 0)), []],
    ["an option that reaches beyond its header", chained([[60, [1, 9, 0, 0, 0, 0]]]), []],
  ])("%s", (_, packet, expected) => {
    const { said, counters } = answers(packet);
    expect(said).toEqual(expected);
    // Whatever is not answered was counted.
    if (expected[0] !== REPLY) expect(Object.keys(counters).length).toBeGreaterThan(1);
  });
});

describe("RFC 4443 §2.4: no error is sent about", () => {
  const unknown = (from: string, to: string): Packet => packet6({ from, to, nextHeader: 200 }, new Uint8Array(8));
  test.each<[string, Packet, number | undefined]>([
    ["an error", packet6({ from: PEER, to: ME, nextHeader: 58 }, Uint8Array.of(1, 4, 0, 0, 0, 0, 0, 0)), undefined],
    ["what was sent to a group", unknown(PEER, "ff02::1"), 0x3333_0000_0001],
    ["what came in a frame for many", unknown(PEER, ME), 0x3333_0000_0001],
    ["nobody", unknown("::", "ff02::1"), 0x3333_0000_0001],
  ])("%s", (_, packet, destination) => {
    expect(answers(packet, destination).said).toEqual([]);
  });

  test("but an option may ask for it", () => {
    const options = Uint8Array.of(58, 0, 0xbe, 4, 0, 0, 0, 0);
    const { said } = answers(packet6({ from: PEER, to: "ff02::1", nextHeader: 60 }, options), 0x3333_0000_0001);
    expect(said).toEqual([problem("option - octet 42", 56)]);
  });
});

describe("what cannot have come this way", () => {
  test.each<[string, Packet, string]>([
    ["from a group", icmp6Packet({ from: "ff02::1", to: ME }, ECHO), "Ip6InAddrErrors"],
    ["from the loopback address", icmp6Packet({ from: "::1", to: ME }, ECHO), "Ip6InAddrErrors"],
    ["from ourselves", icmp6Packet({ from: ME, to: ME }, ECHO), "Ip6InAddrErrors"],
    ["from a mapped address", packet6({ from: "10.0.0.1", to: ME }, new Uint8Array(8)), "Ip6InAddrErrors"],
    ["to somebody else", icmp6Packet({ from: PEER, to: "2001:db8::5" }, ECHO), "Ip6InAddrErrors"],
    ["cut short", packet6({ from: PEER, to: ME, payloadLength: 99 }, new Uint8Array(8)), "Ip6InTruncatedPkts"],
    ["a wrong checksum", packet6({ from: PEER, to: ME }, Uint8Array.of(128, 0, 1, 2, 0, 0, 0, 0)), "Icmp6InCsumErrors"],
  ])("%s", (_, packet, counter) => {
    const { said, counters } = answers(packet);
    expect([said, counters[counter]]).toEqual([[], 1]);
  });

  test("to a group that nobody here has joined", () => {
    const { said, counters } = answers(icmp6Packet({ from: PEER, to: "ff02::77" }, ECHO), 0x3333_0000_0077);
    expect([said, counters.Ip6InReceives ?? 0]).toEqual([[], 0]);
  });
});

describe("fragments", () => {
  const whole = icmp6Packet({ from: PEER, to: ME }, ECHO, new Uint8Array(40).fill(7)).copyBytes().subarray(40);
  const piece = (offset: number, end: number, more: boolean, identification: number = 7): Packet => {
    const header = new Uint8Array(8);
    const fields = { nextHeader: 58, fragmentOffset: offset, moreFragments: more, identification };
    extension.emitFragment(new DataView(header.buffer), 0, fields);
    return packet6({ from: PEER, to: ME, nextHeader: 44 }, Uint8Array.of(...header, ...whole.subarray(offset, end)));
  };
  const gather = (
    ...pieces: Packet[]
  ): { said: string[]; waiting: number; count: (name: string) => number; lan: Lan } => {
    const { lan, lines } = wired();
    for (const one of pieces) arrives(lan, 1, one);
    lan.world.run(NS_PER_SECOND / 100);
    const { size } = lan.host(1).inet.v6.reassembly;
    return {
      said: lines.filter((line) => line.startsWith("> ")),
      waiting: size,
      count: (name) => lan.host(1).count(name),
      lan,
    };
  };
  const ANSWER = `> IP6 ${ME} > ${PEER}: ICMP6, echo reply, id 1, seq 1, length 48`;

  test("in any order, with pieces that come twice", () => {
    const pieces = [piece(0, 16, true), piece(16, 32, true), piece(32, 48, false)] as const;
    const [a, b, c] = pieces;
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [a, a, b, b, c],
    ]) {
      expect(gather(...order)).toMatchObject({ said: [ANSWER], waiting: 0 });
    }
  });

  test("H37, RFC 5722: an overlap spoils the packet, and what comes of it later", () => {
    const spoilt = gather(piece(0, 24, true), piece(16, 32, true), piece(0, 16, true), piece(16, 48, false));
    expect(spoilt).toMatchObject({ said: [], waiting: 1 });
    expect(spoilt.count("Ip6ReasmFails")).toBe(3);
    spoilt.lan.world.run(61 * NS_PER_SECOND);
    expect(spoilt.lan.host(1).inet.v6.reassembly.size).toBe(0);
    expect(spoilt.lan.host(1).inet.v6.reassembly.trueBytes).toBe(0);
  });

  test("a piece that is no multiple of eight, one that reaches too far, one without the headers", () => {
    expect(gather(piece(0, 15, true)).said).toEqual([`> ${problem("erroneous - octet 4", 71)}`]);
    expect(gather(piece(65_528, 65_544, true)).said).toEqual([]);
    const cut = packet6(
      { from: PEER, to: ME, nextHeader: 44 },
      Uint8Array.of(60, 0, 0, 1, 0, 0, 0, 7, 58, 3, 0, 0, 0, 0, 0, 0),
    );
    expect(gather(cut).said).toEqual([`> ${problem("incomplete header chain - octet 0", 64)}`]);
  });

  test("what does not become whole in a minute is forgotten, and its sender told", () => {
    const { lan, waiting } = gather(piece(0, 16, true));
    expect(waiting).toBe(1);
    const lines = watch(lan.on(1));
    lan.world.run(61 * NS_PER_SECOND);
    expect(lines.filter((line) => line.includes("reassembly time exceeded"))).toHaveLength(1);
    expect(lan.host(1).inet.v6.reassembly.size).toBe(0);
    expect(lan.host(1).count("Ip6ReasmTimeout")).toBe(1);
  });

  test("the memory for them is bounded", () => {
    const { lan } = wired();
    lan.host(1).machine.sysctl.write("net.ipv6.ip6frag_high_thresh", "10000");
    for (let identification = 0; identification < 500; identification++)
      arrives(lan, 1, piece(16, 32, true, identification));
    expect(lan.host(1).inet.v6.reassembly.trueBytes).toBeLessThan(11_000);
    expect(lan.host(1).count("Ip6ReasmFails")).toBeGreaterThan(400);
  });
});

/** Hosts in a row, with a wire of its own MTU between each two; all but the ends forward. */
function chain(mtus: readonly number[]): {
  world: TestWorld;
  first: TestHost;
  last: TestHost;
  to: string;
  lans: Lan[];
} {
  const world = new TestWorld();
  const hosts = Array.from({ length: mtus.length + 1 }, (_, index) => new TestHost(world, `h${index}`));
  const lans = mtus.map((mtu, index) => {
    const lan = new Lan(2, world, [hosts[index] as TestHost, hosts[index + 1] as TestHost]);
    for (const device of lan.devices) device.mtu = mtu;
    for (const end of [1, 2]) lan.host(end).inet.addAddress(lan.on(end), `2001:db8:${index}::${end}/64`, true);
    return lan;
  });
  for (const [index, host] of hosts.entries()) {
    host.machine.sysctl.write("net.ipv6.conf.all.forwarding", "1");
    for (const network of mtus.keys()) {
      const via = network > index ? `2001:db8:${index}::2` : `2001:db8:${index - 1}::1`;
      if (network !== index && network !== index - 1) host.inet.addRoute({ to: `2001:db8:${network}::/64`, via });
    }
  }
  world.run(5 * NS_PER_SECOND);
  const last = mtus.length - 1;
  return { world, first: hosts[0] as TestHost, last: hosts[last + 1] as TestHost, to: `2001:db8:${last}::2`, lans };
}

describe("forwarding", () => {
  test("the hop limit ends a packet, and a router says so", () => {
    const { world, first, to, lans } = chain([1500, 1500, 1500]);
    const lines = watch((lans[0] as Lan).on(1));
    const path = first.inet.ip.paths.to(ip(to));
    if (typeof path === "string") throw new Error(path);
    for (const hops of [1, 2, 3]) {
      first.machine.sysctl.write("net.ipv6.conf.eth0.hop_limit", String(hops));
      ping(first, to);
      world.run(NS_PER_SECOND / 10);
    }
    expect(lines.filter((line) => /^< .*(exceeded|reply)/.test(line))).toEqual([
      `< IP6 2001:db8:0::2 > 2001:db8:0::1: ICMP6, time exceeded in-transit for ${to}, length 64`.replaceAll(
        "db8:0::",
        "db8::",
      ),
      `< IP6 2001:db8:1::2 > 2001:db8:0::1: ICMP6, time exceeded in-transit for ${to}, length 64`.replaceAll(
        "db8:0::",
        "db8::",
      ),
      `< IP6 ${to} > 2001:db8::1: ICMP6, echo reply, id 1, seq 1, length 16`,
    ]);
  });

  test("where no route leads, and from a link-local address", () => {
    const { world, first, lans } = chain([1500, 1500]);
    first.inet.addRoute({ to: "2001:db8:9::/48", via: "2001:db8::2" });
    const lines = watch((lans[0] as Lan).on(1));
    ping(first, "2001:db8:9::1");
    world.run(NS_PER_SECOND / 10);
    expect(lines.at(-1)).toBe(
      "< IP6 2001:db8::2 > 2001:db8::1: ICMP6, destination unreachable, unreachable route 2001:db8:9::1, length 64",
    );
    const lan = lans[0] as Lan;
    arrives(lan, 2, icmp6Packet({ from: "fe80::ff:fe00:1", to: "2001:db8:1::2" }, ECHO));
    world.run(NS_PER_SECOND / 10);
    expect(lines.at(-1)).toContain("destination unreachable, beyond scope 2001:db8:1::2");
    expect(lan.host(2).count("Ip6InAddrErrors")).toBe(1);
  });
});

describe("path MTU discovery, RFC 8201", () => {
  test("a router says what fits, the host remembers for ten minutes, and never less than 1280", () => {
    const { world, first, to, lans } = chain([1500, 1400]);
    const path = first.inet.ip.paths.to(ip(to));
    if (typeof path === "string") throw new Error(path);
    ping(first, to, 1400);
    world.run(NS_PER_SECOND / 10);
    expect(first.inet.ip.paths.mtu(path)).toBe(1400);
    expect((lans[0] as Lan).host(2).count("Ip6InTooBigErrors")).toBe(1);
    ping(first, to, 1400);
    world.run(NS_PER_SECOND / 10);
    expect(first.count("Icmp6InEchoReplies")).toBe(1);
    expect(first.count("Ip6FragCreates")).toBe(2);
    const liar = { kind: "packet-too-big", code: 0, mtu: 68 } as const;
    const quoted = icmp6Packet({ from: "2001:db8::1", to }, ECHO).copyBytes();
    arrives(lans[0] as Lan, 1, icmp6Packet({ from: "2001:db8::2", to: "2001:db8::1" }, liar, quoted));
    expect(first.inet.ip.paths.mtu(path)).toBe(1280);
    world.run(601 * NS_PER_SECOND);
    expect(first.inet.ip.paths.mtu(path)).toBe(1500);
  });

  test("any datagram through any chain of MTUs arrives whole, once its size is known", { timeout: 30_000 }, () => {
    const mtu = fc.integer({ min: 1280, max: 2000 });
    const property = fc.property(
      fc.array(mtu, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 9000 }),
      (mtus, length) => {
        const { world, first, last, to } = chain(mtus);
        const server = new Socket(last.machine, udp6Protocol(last.inet.udp), 1);
        const client = new Socket(first.machine, udp6Protocol(first.inet.udp), 2);
        server.requests.bind(ROOT, { family: 10, address: ip("::"), port: 7 });
        const sent = Uint8Array.from({ length }, (_, index) => (index * 31) & 0xff);
        // Each narrower link makes itself known with the loss of one datagram.
        for (let attempt = 0; attempt <= mtus.length && server.queuedRecords === 0; attempt++) {
          expect(client.send(ROOT, sent, { family: 10, address: ip(to), port: 7 })).toBe(length);
          world.run(5 * NS_PER_SECOND);
        }
        const into = new Uint8Array(length + 1);
        const received = server.receive(into, 0);
        expect(received).toMatchObject({ bytes: length });
        expect(into.subarray(0, length)).toEqual(sent);
        expect(client.sendQueueBytes).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 12 });
  });
});
