/** Two hosts on a wire, as tcpdump sees them; and what no frame may do to a host. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP } from "../abi/socket.ts";
import { NS_PER_SECOND, TestDevice, TestWorld, watch } from "../netif/netif.fixture.ts";
import * as checksum from "../wire/checksum.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as icmpv4 from "../wire/icmpv4.ts";
import * as ipv4 from "../wire/ipv4.ts";
import { BROADCAST } from "../wire/mac-address.ts";
import { Packet } from "../wire/packet.ts";
import { icmpDatagram, PORT_UNREACHABLE, TestHost, twoHosts, udpDatagram } from "./inet.fixture.ts";

test("the first datagram to a neighbour waits for ARP; the answer needs none", () => {
  const { world, a, b, eth } = twoHosts();
  const wire = watch(eth.a);
  const [client, server] = [a.socket(), b.socket()];
  server.bind("0.0.0.0:7");
  client.bind("0.0.0.0:5000");
  expect(client.send("ping", "10.0.0.2:7")).toBe(4);
  world.run();
  expect(server.receive()).toBe("10.0.0.1:5000 ping");
  server.send("pong", "10.0.0.1:5000");
  world.run();
  expect(client.receive()).toBe("10.0.0.2:7 pong");
  expect(wire).toEqual([
    "> ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
    "< ARP, Reply 10.0.0.2 is-at 02:00:00:00:00:0b, length 28",
    "> IP 10.0.0.1.5000 > 10.0.0.2.7: UDP, length 4",
    "< IP 10.0.0.2.7 > 10.0.0.1.5000: UDP, length 4",
  ]);
  expect(a.machine.counters.snapshot()).toEqual({
    ArpInReplies: 1,
    IpInDelivers: 1,
    IpInReceives: 1,
    IpOutRequests: 1,
    UdpInDatagrams: 1,
    UdpOutDatagrams: 1,
  });
});

test("a closed port: the connected socket is refused, at the call after next", () => {
  const { world, a, eth } = twoHosts();
  const wire = watch(eth.a);
  const client = a.socket();
  client.bind("0.0.0.0:5000");
  client.connect("10.0.0.2:7");
  client.send("ping");
  world.run();
  expect(wire.slice(2)).toEqual([
    "> IP 10.0.0.1.5000 > 10.0.0.2.7: UDP, length 4",
    "< IP 10.0.0.2 > 10.0.0.1: ICMP 10.0.0.2 udp port 7 unreachable, length 40",
  ]);
  expect(client.receive()).toBe("ECONNREFUSED");
  expect(client.receive()).toBe("EAGAIN");
});

test("nobody at that address: the packet is accounted for, and the socket is told by ICMP from its own host", () => {
  const { world, a, eth } = twoHosts();
  const lo = watch(a.lo);
  const client = a.socket();
  client.bind("0.0.0.0:5000");
  client.connect("10.0.0.3:7");
  client.send("ping");
  expect(client.socket.sendQueueBytes).toBeGreaterThan(0);
  world.run(3 * NS_PER_SECOND);
  expect(lo).toEqual([
    "> IP 10.0.0.1 > 10.0.0.1: ICMP host 10.0.0.3 unreachable, length 40",
    "< IP 10.0.0.1 > 10.0.0.1: ICMP host 10.0.0.3 unreachable, length 40",
  ]);
  expect(client.socket.sendQueueBytes).toBe(0);
  expect(a.count("NeighUnresolvedDiscards")).toBe(1);
  expect(eth.a.counters.txDrops).toBe(1);
  // A soft error: udp(7) reports it only to sockets with IP_RECVERR.
  expect(client.receive()).toBe("EAGAIN");
});

test("an address of this host is reached through lo, whatever interface has it", () => {
  const { world, a, eth } = twoHosts();
  const [wire, lo] = [watch(eth.a), watch(a.lo)];
  const server = a.socket();
  server.bind("0.0.0.0:7");
  const client = a.socket();
  client.bind("0.0.0.0:5000");
  client.send("1", "10.0.0.1:7");
  client.send("2", "127.0.0.1:7");
  client.send("3", "127.9.9.9:7");
  client.send("4", "0.0.0.0:7");
  expect(server.receive()).toBe("EAGAIN");
  world.run();
  expect([1, 2, 3, 4].map(() => server.receive())).toEqual([
    "10.0.0.1:5000 1",
    "127.0.0.1:5000 2",
    "127.0.0.1:5000 3",
    "127.0.0.1:5000 4",
  ]);
  expect(wire).toEqual([]);
  expect(lo.filter((line) => line.startsWith(">"))).toEqual([
    "> IP 10.0.0.1.5000 > 10.0.0.1.7: UDP, length 1",
    "> IP 127.0.0.1.5000 > 127.0.0.1.7: UDP, length 1",
    "> IP 127.0.0.1.5000 > 127.9.9.9.7: UDP, length 1",
    "> IP 127.0.0.1.5000 > 127.0.0.1.7: UDP, length 1",
  ]);
});

test("a broadcast reaches all hosts of the link, the sender's included, without ARP", () => {
  const { world, a, b, eth } = twoHosts();
  const wire = watch(eth.a);
  const [here, there] = [a.socket(), b.socket()];
  here.bind("0.0.0.0:7");
  there.bind("0.0.0.0:7");
  const client = a.socket();
  client.bind("10.0.0.1:5000");
  expect(client.send("x", "10.0.0.255:7")).toBe("EACCES");
  client.socket.broadcast = true;
  client.send("all", "10.0.0.255:7");
  client.send("limited", "255.255.255.255:7");
  world.run();
  for (const listener of [here, there]) {
    expect(listener.receive()).toBe("10.0.0.1:5000 all");
    expect(listener.receive()).toBe("10.0.0.1:5000 limited");
  }
  expect(wire).toEqual([
    "> IP 10.0.0.1.5000 > 10.0.0.255.7: UDP, length 3",
    "> IP 10.0.0.1.5000 > 255.255.255.255.7: UDP, length 7",
  ]);
});

test("a limited broadcast needs a default route or an address to come from", () => {
  const { a } = twoHosts();
  const client = a.socket();
  client.socket.broadcast = true;
  expect(client.send("x", "255.255.255.255:7")).toBe("ENETUNREACH");
  a.inet.addRoute({ to: "default", via: "10.0.0.2" });
  expect(client.send("x", "255.255.255.255:7")).toBe(1);
});

test("UDP payloads of every size arrive over lo as they were sent, and EMSGSIZE ends them", () => {
  const world = new TestWorld();
  const a = new TestHost(world, "a");
  const [client, server] = [a.socket(), a.socket()];
  server.bind("127.0.0.1:7");
  client.bind("127.0.0.1:5000");
  const into = new Uint8Array(65_536);
  const property = fc.property(fc.integer({ min: 0, max: 65_507 }), fc.integer(), (size, salt) => {
    const data = Uint8Array.from({ length: size }, (_, index) => Math.imul(index + salt, 0x9e37_79b1) >>> 24);
    const sent = data.slice();
    expect(client.send(data, "127.0.0.1:7")).toBe(size);
    data.fill(0);
    world.run();
    expect(server.socket.receive(into, 0)).toMatchObject({ bytes: size });
    expect(Buffer.compare(into.subarray(0, size), sent)).toBe(0);
  });
  fc.assert(property, {
    examples: [
      [0, 1],
      [1, 1],
      [2047, 1],
      [2048, 1],
      [2049, 1],
      [65_507, 1],
    ],
    numRuns: 50,
  });
  expect(client.send(new Uint8Array(65_508), "127.0.0.1:7")).toBe("EMSGSIZE");
  expect(client.socket.sendQueueBytes).toBe(0);
});

describe("whatever a host receives", () => {
  const MAC_A = 0x02_00_00_00_00_0a;
  const wire = (etherType: number, payload: Packet, destination: number = MAC_A): Uint8Array => {
    ethernet.emit(payload.view, payload.prepend(ethernet.HEADER_LENGTH), { destination, source: 0x0b, etherType });
    return payload.copyBytes();
  };
  const arpRequest = Uint8Array.from([
    0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 0xb, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1,
  ]);
  const valid = [
    wire(ethernet.ETHERTYPE_IPV4, udpDatagram("10.0.0.2:9", "10.0.0.1:7", "hello")),
    wire(ethernet.ETHERTYPE_IPV4, udpDatagram("10.0.0.2:9", "10.0.0.1:8", "hello")),
    wire(ethernet.ETHERTYPE_IPV4, udpDatagram("10.0.0.2:9", "10.0.0.255:7", "hello"), BROADCAST),
    wire(ethernet.ETHERTYPE_IPV4, udpDatagram("10.0.0.2:9", "10.0.9.1:7", "hello")),
    wire(ethernet.ETHERTYPE_ARP, Packet.from(arpRequest), BROADCAST),
    wire(
      ethernet.ETHERTYPE_IPV4,
      icmpDatagram("10.0.0.2", "10.0.0.1", { kind: "echo-request", identifier: 1, sequence: 1 }),
    ),
    wire(
      ethernet.ETHERTYPE_IPV4,
      icmpDatagram("10.0.0.2", "10.0.0.1", PORT_UNREACHABLE, udpDatagram("10.0.0.1:7", "10.0.0.2:9", "")),
    ),
  ];
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  /** Makes the checksums right again, so that what was changed gets past them. */
  const repair = (bytes: Uint8Array): void => {
    const view = new DataView(bytes.buffer);
    const headerLength = Math.min(ipv4.headerLength(view, 14), bytes.length - 14);
    view.setUint16(24, 0);
    view.setUint16(24, checksum.finish(checksum.sum(view, 14, headerLength, 0)));
    const rest = bytes.length - 14 - headerLength;
    if (ipv4.protocol(view, 14) === IPPROTO_ICMP && rest >= icmpv4.HEADER_LENGTH) {
      icmpv4.fillChecksum(view, 14 + headerLength, rest);
    }
  };
  const mutated = fc
    .tuple(fc.constantFrom(...valid), changes, fc.integer({ min: 0, max: 10 }), fc.boolean(), fc.boolean())
    .map(([bytes, pokes, cut, isSplit, isRepaired]) => {
      const copy = bytes.slice(0, bytes.length - cut);
      for (const [place, value] of pokes) copy[place % copy.length] = value;
      if (isRepaired) repair(copy);
      return { octets: Buffer.from(copy).toString("hex"), isSplit };
    });
  /** The packet; when it is split, its head ends in the middle of a header. */
  const packetOf = ({ octets, isSplit }: { octets: string; isSplit: boolean }): Packet => {
    const bytes = Uint8Array.from(Buffer.from(octets, "hex"));
    const packet = Packet.from(isSplit ? bytes.subarray(0, 20) : bytes);
    if (isSplit) packet.tail = bytes.slice(20);
    return packet;
  };

  /** Counters of the ways in which a frame may end: taken by somebody, or dropped for a reason. */
  const ENDS = new RegExp(
    [
      "^IfIn|^ArpIn",
      "^IpIn(HdrErrors|AddrErrors|UnknownProtos)|^IpReasmReqds|^IpForwDatagrams|^IpFragFails|^IpExtIn",
      "^Udp(InDatagrams|NoPorts|IgnoredMulti|InErrors)|^IcmpIn(Errors|Echo|DestUnreachs|TimeExcds|ParmProbs|Redirects|Timestamp|Ignored)",
      "^IgmpIn|^TcpIn(Segs|Errs|CsumErrors)",
    ].join("|"),
  );

  test("nothing is thrown, and every frame is taken or counted", () => {
    const property = fc.property(fc.array(mutated, { minLength: 1 }), fc.boolean(), (frames, forwarding) => {
      const world = new TestWorld();
      const a = new TestHost(world, "a");
      const device = new TestDevice();
      a.attach(device, MAC_A, "10.0.0.1/24");
      a.inet.ip.forwarding = forwarding;
      a.socket().bind("0.0.0.0:7");
      let ended = 0;
      for (const frame of frames) {
        device.client?.receive(packetOf(frame));
        world.run(0);
        const counters = Object.entries(a.machine.counters.snapshot());
        const sum = counters.filter(([name]) => ENDS.test(name)).reduce((total, [, count]) => total + count, 0);
        expect(sum).toBeGreaterThan(ended);
        ended = sum;
      }
    });
    /** An error of ICMP that claims to be of another protocol. */
    const claiming = (protocol: number) => {
      const bytes = (valid.at(-1) as Uint8Array).slice();
      bytes[14 + 9] = protocol;
      repair(bytes);
      return { octets: Buffer.from(bytes).toString("hex"), isSplit: false };
    };
    const examples: [[ReturnType<typeof claiming>[], boolean]] = [[[IPPROTO_TCP, IPPROTO_IGMP].map(claiming), false]];
    fc.assert(property, { numRuns: 500, examples });
  });
});
