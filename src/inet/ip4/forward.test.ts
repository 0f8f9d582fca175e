import { describe, expect, test } from "vitest";
import { describeFrame, frame, NS_PER_SECOND, TestDevice } from "../../netif/netif.fixture.ts";
import { ETHERTYPE_IPV4 } from "../../wire/ethernet.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import { icmpDatagram, PORT_UNREACHABLE, udpDatagram, WiredHost } from "../inet.fixture.ts";

/** A gateway between 10.0.0.0/24 (eth0) and 10.1.0.0/24 (eth1), behind which 10.1.0.2 is known. */
class Gateway extends WiredHost {
  readonly behind: TestDevice = new TestDevice();

  constructor() {
    super();
    const eth1 = this.attach(this.behind, 0x02_00_00_00_01_0a, "10.1.0.1/24");
    this.learn(eth1, "10.1.0.2", 0x02_00_00_00_01_0b);
    this.inet.ip.forwarding = true;
  }

  forwarded(): string[] {
    return this.behind.sent.map(describeFrame);
  }
}

const through = (fields: Partial<ipv4.Header> = {}, text: string = "x"): Packet =>
  udpDatagram("10.0.0.2:9", "10.1.0.2:7", text, fields);

test("a datagram goes on with a lower time to live and a right checksum", () => {
  const gateway = new Gateway();
  gateway.arrives(through());
  expect(gateway.forwarded()).toEqual(["IP 10.0.0.2.9 > 10.1.0.2.7: UDP, length 1"]);
  const bytes = gateway.behind.sent[0]?.copyBytes().subarray(14) ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect(ipv4.check(view, 0, bytes.length)).toBe(true);
  expect(ipv4.timeToLive(view, 0)).toBe(63);
  expect(gateway.count("IpForwDatagrams")).toBe(1);
});

test("the bytes of a packet that others hold too are left alone", () => {
  const gateway = new Gateway();
  const header = { destination: gateway.eth0.macAddress, source: 0x0b, etherType: ETHERTYPE_IPV4 };
  const flooded = frame(header, through().copyBytes());
  const before = flooded.copyBytes();
  gateway.device.client?.receive(flooded.clone());
  gateway.world.run(0);
  expect(gateway.forwarded()).toHaveLength(1);
  expect(flooded.copyBytes()).toEqual(before);
});

describe("what a gateway answers instead", () => {
  test("the time to live is over", () => {
    const gateway = new Gateway();
    gateway.arrives(through({ timeToLive: 1 }));
    expect(gateway.forwarded()).toEqual([]);
    expect(gateway.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, length 37"]);
    expect(gateway.count("IpInHdrErrors")).toBe(1);
  });

  test.each([
    ["unreachable", ["IP 10.0.0.1 > 10.0.0.2: ICMP host 192.0.2.1 unreachable, length 37"]],
    ["prohibit", ["IP 10.0.0.1 > 10.0.0.2: ICMP host 192.0.2.1 unreachable - admin prohibited filter, length 37"]],
    ["blackhole", []],
  ] as const)("a route of kind %s", (kind, answers) => {
    const gateway = new Gateway();
    expect(gateway.inet.addRoute({ to: "192.0.2.0/24", kind })).toBe(0);
    gateway.arrives(udpDatagram("10.0.0.2:9", "192.0.2.1:7", "x"));
    expect(gateway.sent()).toEqual(answers);
    expect(gateway.count("IpExtInNoRoutes")).toBe(1);
  });

  test("no route", () => {
    const gateway = new Gateway();
    gateway.arrives(udpDatagram("10.0.0.2:9", "192.0.2.1:7", "x"));
    expect(gateway.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP net 192.0.2.1 unreachable, length 37"]);
    expect(gateway.count("IpExtInNoRoutes")).toBe(1);
  });

  test("nobody there, after three seconds", () => {
    const gateway = new Gateway();
    gateway.arrives(udpDatagram("10.0.0.2:9", "10.1.0.3:7", "x"));
    expect(gateway.sent()).toEqual([]);
    gateway.world.run(3 * NS_PER_SECOND);
    expect(gateway.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP host 10.1.0.3 unreachable, length 37"]);
    expect(gateway.count("NeighUnresolvedDiscards")).toBe(1);
  });

  test("too big, with the size that would do", () => {
    const gateway = new Gateway();
    gateway.behind.mtu = 576;
    gateway.arrives(through({}, "x".repeat(549)));
    expect(gateway.forwarded()).toEqual([]);
    expect(gateway.sent()).toEqual([
      "IP 10.0.0.1 > 10.0.0.2: ICMP 10.1.0.2 unreachable - need to frag (mtu 576), length 556",
    ]);
    expect(gateway.count("IpFragFails")).toBe(1);
    gateway.arrives(through({}, "x".repeat(548)));
    expect(gateway.forwarded()).toHaveLength(1);
  });

  test("nothing, where the sender has allowed fragments: it cuts", () => {
    const gateway = new Gateway();
    gateway.behind.mtu = 576;
    gateway.arrives(through({ dontFragment: false }, "x".repeat(549)));
    expect(gateway.sent()).toEqual([]);
    expect(gateway.forwarded()).toEqual([
      "IP 10.0.0.2.9 > 10.1.0.2.7: UDP, length 549",
      "IP 10.0.0.2 > 10.1.0.2: ip-proto-17",
    ]);
    expect([gateway.count("IpFragOKs"), gateway.count("IpFragCreates"), gateway.count("IpFragFails")]).toEqual([
      1, 2, 0,
    ]);
  });

  test("nothing about an ICMP error", () => {
    const gateway = new Gateway();
    gateway.arrives(icmpDatagram("10.0.0.2", "192.0.2.1", PORT_UNREACHABLE, through()));
    expect(gateway.sent()).toEqual([]);
    expect(gateway.count("IpExtInNoRoutes")).toBe(1);
  });
});

test("a broadcast of a network of ours is not passed on", () => {
  const gateway = new Gateway();
  gateway.arrives(udpDatagram("10.0.0.2:9", "10.1.0.255:7", "x"));
  expect(gateway.forwarded()).toEqual([]);
  expect(gateway.count("UdpIgnoredMulti")).toBe(1);
});
