import { describe, expect, test } from "vitest";
import { frame, NS_PER_MS, NS_PER_SECOND } from "../../netif/netif.fixture.ts";
import { ETHERTYPE_IPV4 } from "../../wire/ethernet.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import { BROADCAST } from "../../wire/mac-address.ts";
import type { Packet } from "../../wire/packet.ts";
import { datagram, icmpDatagram, PORT_UNREACHABLE, udpDatagram, WiredHost } from "../inet.fixture.ts";

const ECHO: icmpv4.Message = { kind: "echo-request", identifier: 7, sequence: 3 };

describe("echo", () => {
  test("a request is answered with its own data, from the address that was asked", () => {
    const host = new WiredHost();
    host.inet.addAddress(host.eth0, "10.0.0.77/24");
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.77", ECHO, udpDatagram("1.2.3.4:5", "6.7.8.9:1", "data")));
    const [reply] = host.device.sent;
    expect(host.sent()).toEqual(["IP 10.0.0.77 > 10.0.0.2: ICMP echo reply, id 7, seq 3, length 40"]);
    const bytes = reply?.copyBytes().subarray(34) ?? new Uint8Array(0);
    expect(icmpv4.check(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)).toBe(true);
    expect(new TextDecoder().decode(bytes.subarray(-4))).toBe("data");
  });

  test("link padding is not sent back, and the bytes of a request that others hold too are left alone", () => {
    const host = new WiredHost();
    const request = icmpDatagram("10.0.0.2", "10.0.0.1", ECHO).copyBytes();
    const header = { destination: host.eth0.macAddress, source: 0x0b, etherType: ETHERTYPE_IPV4 };
    const flooded = frame(header, Uint8Array.of(...request, 0, 0, 0, 0));
    const before = flooded.copyBytes();
    host.device.client?.receive(flooded.clone());
    host.world.run(0);
    expect(host.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP echo reply, id 7, seq 3, length 8"]);
    expect(flooded.copyBytes()).toEqual(before);
  });

  test("a request whose data travel apart from its headers is answered as well", () => {
    const host = new WiredHost();
    const about = udpDatagram("1.2.3.4:5", "6.7.8.9:1", "x".repeat(3000));
    const request = icmpDatagram("127.0.0.1", "127.0.0.1", ECHO, about);
    expect(request.tail).not.toBeNull();
    host.lo.device.transmit(request);
    host.world.run();
    expect(host.machine.counters.snapshot()).toMatchObject({ IcmpInEchos: 1, IcmpInEchoReps: 1 });
    expect(host.count("IcmpInErrors")).toBe(0);
  });

  test("a request to everybody is not answered", () => {
    const host = new WiredHost();
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.255", ECHO), BROADCAST);
    expect(host.sent()).toEqual([]);
    expect(host.machine.counters.snapshot()).toMatchObject({ IcmpInEchos: 1, IcmpInErrors: 1 });
  });

  test("a request from where no route leads is dropped", () => {
    const host = new WiredHost();
    host.arrives(icmpDatagram("192.0.2.1", "10.0.0.1", ECHO));
    expect(host.sent()).toEqual([]);
    expect(host.count("IcmpInErrors")).toBe(1);
  });

  test("a reply that nobody waits for is counted", () => {
    const host = new WiredHost();
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", { ...ECHO, kind: "echo-reply" }));
    expect(host.count("IcmpInEchoReps")).toBe(1);
  });

  test("a host may ask itself", () => {
    const host = new WiredHost();
    host.lo.device.transmit(icmpDatagram("127.0.0.1", "127.0.0.1", ECHO));
    host.world.run();
    expect(host.machine.counters.snapshot()).toMatchObject({ IcmpInEchos: 1, IcmpOutEchoReps: 1, IcmpInEchoReps: 1 });
  });
});

describe("H36: checksums are really verified", () => {
  test("ICMP", () => {
    const host = new WiredHost();
    const packet = icmpDatagram("10.0.0.2", "10.0.0.1", ECHO);
    packet.view.setUint8(packet.start + 27, 4);
    host.arrives(packet);
    expect(host.sent()).toEqual([]);
    expect(host.machine.counters.snapshot()).toMatchObject({ IcmpInCsumErrors: 1, IcmpInErrors: 1 });
  });
});

describe("RFC 1122 §3.2.2: no error is sent about", () => {
  const closed = (from: string, to: string, fields: Parameters<typeof udpDatagram>[3] = {}): Packet =>
    udpDatagram(from, to, "x", fields);
  const quiet = (packet: Packet, destination?: number): void => {
    const host = new WiredHost();
    host.arrives(packet, destination);
    expect(host.sent()).toEqual([]);
    expect(host.count("IcmpOutMsgs")).toBe(0);
  };

  test("an ICMP error", () => {
    const packet = icmpDatagram("10.0.0.2", "192.0.2.1", PORT_UNREACHABLE, closed("10.0.0.1:1", "10.0.0.2:2"));
    const host = new WiredHost();
    host.inet.ip.forwarding = true;
    host.arrives(packet);
    expect(host.sent()).toEqual([]);
  });

  test("a broadcast", () => {
    quiet(closed("10.0.0.2:9", "10.0.0.255:7"), BROADCAST);
    quiet(closed("10.0.0.2:9", "10.0.0.255:7"));
    quiet(datagram({ from: "10.0.0.2", to: "255.255.255.255", protocol: 99 }, new Uint8Array(9)), BROADCAST);
  });

  test("a source that is no single host", () => {
    quiet(closed("0.0.0.0:9", "255.255.255.255:7"), BROADCAST);
    quiet(closed("224.0.0.1:9", "10.0.0.1:7"));
  });

  test("a fragment other than the first", () => {
    const host = new WiredHost();
    host.inet.ip.forwarding = true;
    host.arrives(closed("10.0.0.2:9", "192.0.2.1:7", { dontFragment: false, fragmentOffset: 8 }));
    expect(host.sent()).toEqual([]);
    host.arrives(closed("10.0.0.2:9", "192.0.2.1:7", { dontFragment: false, moreFragments: true }));
    expect(host.sent()).toHaveLength(1);
  });
});

test("an error comes from the address that was asked", () => {
  const host = new WiredHost();
  host.inet.addAddress(host.eth0, "10.0.0.77/24");
  host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.77:7", "x"));
  expect(host.sent()).toEqual(["IP 10.0.0.77 > 10.0.0.2: ICMP 10.0.0.77 udp port 7 unreachable, length 37"]);
});

test("an error quotes as much as fits into 576 bytes, with the checksum filled in", () => {
  const host = new WiredHost();
  const client = host.socket();
  client.bind("10.0.0.1:5000");
  const lines: Uint8Array[] = [];
  host.lo.tap((direction, packet) => void (direction === "in" && lines.push(packet.copyBytes())));
  client.send(new Uint8Array(3000).fill(1), "127.0.0.1:7");
  host.world.run();
  const [sent, error] = lines as [Uint8Array, Uint8Array];
  expect(error).toHaveLength(576);
  expect(error.subarray(28)).toEqual(sent.subarray(0, 548));
});

describe("errors are limited", () => {
  const askClosedPort = (host: WiredHost, from: string = "10.0.0.2:9"): void =>
    host.arrives(udpDatagram(from, "10.0.0.1:7", "x"));

  test("to one destination: six at once, then one a second", () => {
    const host = new WiredHost();
    for (let count = 0; count < 10; count++) askClosedPort(host);
    expect(host.sent()).toHaveLength(6);
    expect(host.count("IcmpOutRateLimitHost")).toBe(4);
    expect(host.count("UdpNoPorts")).toBe(10);
    host.world.run(2.5 * NS_PER_SECOND);
    for (let count = 0; count < 10; count++) askClosedPort(host);
    expect(host.sent()).toHaveLength(2);
    host.world.run(1000 * NS_PER_SECOND);
    for (let count = 0; count < 10; count++) askClosedPort(host);
    expect(host.sent()).toHaveLength(6);
  });

  test("to this host itself: never", () => {
    const host = new WiredHost();
    for (let count = 0; count < 100; count++) host.socket().send("x", "127.0.0.1:7");
    host.world.run();
    expect(host.count("IcmpOutDestUnreachs")).toBe(100);
  });

  test("to all: fifty at once, then one a millisecond", () => {
    const host = new WiredHost();
    host.device.queuePackets = 1000;
    const sources = Array.from({ length: 60 }, (_, index) => `10.0.0.${index + 3}`);
    for (const [index, source] of sources.entries()) host.learn(host.eth0, source, index + 3);
    for (const source of sources) askClosedPort(host, `${source}:9`);
    expect(host.sent()).toHaveLength(50);
    expect(host.count("IcmpOutRateLimitGlobal")).toBe(10);
    host.world.run(3 * NS_PER_MS);
    for (const source of sources) askClosedPort(host, `${source}:9`);
    expect(host.sent()).toHaveLength(3);
  });

  test("a new size of packets is news without limit", () => {
    const host = new WiredHost();
    host.inet.ip.forwarding = true;
    host.inet.addRoute({ to: "192.0.2.0/24", via: "10.0.0.2" });
    host.device.mtu = 576;
    for (let count = 0; count < 10; count++) host.arrives(udpDatagram("10.0.0.2:9", "192.0.2.1:7", "x".repeat(600)));
    expect(host.sent()).toHaveLength(10);
  });
});

describe("errors that arrive", () => {
  /** A socket connected to 10.0.0.2:9, and what it answers after the error. */
  function told(message: icmpv4.Message, quoted: Packet = udpDatagram("10.0.0.1:7", "10.0.0.2:9", "")): string {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("10.0.0.1:7");
    socket.connect("10.0.0.2:9");
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", message, quoted));
    return `${socket.receive()} ${host.count("IcmpInErrors")}`;
  }
  const unreachable = (code: number): icmpv4.Message => ({ kind: "destination-unreachable", code, nextHopMtu: 0 });

  test("go to the socket that sent what is quoted, as Linux translates them", () => {
    const answers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16].map((code) => told(unreachable(code)));
    expect(answers).toEqual([
      "EAGAIN 0",
      "EAGAIN 0",
      "ENOPROTOOPT 0",
      "ECONNREFUSED 0",
      "EMSGSIZE 0",
      "EAGAIN 0",
      "ENETUNREACH 0",
      "EHOSTDOWN 0",
      "ENONET 0",
      "ENETUNREACH 0",
      "EHOSTUNREACH 0",
      "EAGAIN 0",
      "EAGAIN 0",
      "EHOSTUNREACH 0",
      "EHOSTUNREACH 0",
      "EHOSTUNREACH 0",
      "EAGAIN 0",
    ]);
    expect(told({ kind: "time-exceeded", code: 0 })).toBe("EAGAIN 0");
    expect(told({ kind: "parameter-problem", code: 0, pointer: 1 })).toBe("EPROTO 0");
  });

  test("about what no socket here has sent are counted and change nothing", () => {
    expect(told(PORT_UNREACHABLE, udpDatagram("10.0.0.1:8", "10.0.0.2:9", ""))).toBe("EAGAIN 1");
    expect(told(PORT_UNREACHABLE, udpDatagram("10.0.0.1:7", "10.0.0.3:9", ""))).toBe("EAGAIN 1");
    expect(told(PORT_UNREACHABLE, udpDatagram("10.0.0.1:7", "10.0.0.2:9", "", { fragmentOffset: 8 }))).toBe("EAGAIN 1");
    expect(told(PORT_UNREACHABLE, udpDatagram("10.0.0.1:7", "10.0.0.2:9", "", { protocol: 99 }))).toBe("EAGAIN 1");
    expect(told(PORT_UNREACHABLE, datagram({ from: "10.0.0.1", to: "10.0.0.2" }, new Uint8Array(7)))).toBe("EAGAIN 1");
  });

  test("do not reach a socket that is not connected", () => {
    const host = new WiredHost();
    const socket = host.socket();
    socket.bind("10.0.0.1:7");
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", PORT_UNREACHABLE, udpDatagram("10.0.0.1:7", "10.0.0.2:9", "")));
    expect(socket.receive()).toBe("EAGAIN");
    expect(host.count("IcmpInDestUnreachs")).toBe(1);
  });

  test("of a kind that nobody knows are counted", () => {
    const host = new WiredHost();
    host.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", { kind: "other", type: 13, code: 0, rest: 0 }));
    expect(host.count("IcmpInErrors")).toBe(1);
  });
});
