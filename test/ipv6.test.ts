/** IPv6 in whole worlds: the example, what programs see, and what tshark makes of every message. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import {
  AF_INET6,
  type Capture,
  ICMPV6_FILTER,
  IPPROTO_ICMPV6,
  IPPROTO_IPV6,
  IPV6_CHECKSUM,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_UNICAST_HOPS,
  SOCK_DGRAM,
  SOCK_RAW,
  type Sys,
  World,
} from "netloom";
import { IpAddress } from "netloom/kernel";
import { afterAll, describe, expect, test } from "vitest";
import scenario from "../examples/ipv6-autoconfiguration.ts";

const folder = mkdtempSync(join(tmpdir(), "netloom-ipv6-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tshark = (() => {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const ROUTING = 43;
const NO_NEXT_HEADER = 59;
const DESTINATION_OPTIONS = 60;

/** The lines that tshark prints of a capture. */
function read(capture: Capture, ...args: string[]): string[] {
  const file = join(folder, "capture.pcapng");
  writeFileSync(file, capture.toBytes());
  const checks = ["-o", "udp.check_checksum:TRUE"];
  const { status, stdout } = spawnSync("tshark", ["-r", file, ...checks, ...args], { encoding: "utf8" });
  expect(status).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

const COMPLAINT =
  "_ws.malformed || _ws.expert.severity >= 0x600000 || icmpv6.checksum.status == 0 || udp.checksum.status == 0";

test("two hosts that nobody has given an address talk over three hops", async () => {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text) });
  scenario(world);
  expect((await world.run()).crashes).toEqual([]);
  expect(printed.join("")).toBe(
    "bert is 2001:db8:2::ff:fe00:2\n" +
      "4000 bytes from 2001:db8:1::ff:fe00:1, 3 hops away: Dear Bert,...\n" +
      '"A letter has come" says fe80::ff:fe00:2\n' +
      '"Thank you, Anna" says 2001:db8:2::ff:fe00:2\n',
  );
});

/** A world in which every kind of message is sent: two links, one of them narrow, and a router. */
async function everything(): Promise<Capture[]> {
  const world = new World({ console: () => {} });
  const [wide, narrow] = [world.segment("wide"), world.segment("narrow", { mtu: 1280 })];
  const [alice, router, bob, other] = ["alice", "router", "bob", "other"].map((name) => world.host(name));
  if (alice === undefined || router === undefined || bob === undefined || other === undefined) throw new Error();
  alice.attach(wide, "auto", "2001:db8:1::a/64", "10.0.0.1/24");
  const toWide = router.attach(wide, "2001:db8:1::1/64");
  other.attach(wide, "2001:db8:1::c/64");
  router.attach(narrow, "2001:db8:2::1/64");
  bob.attach(narrow, "2001:db8:2::b/64");
  router.forwarding = true;
  const advertising = router.advertise(toWide, { mtu: 1500, dnsServers: ["2001:db8:1::53"], preference: "high" });
  bob.route("default", { via: "2001:db8:2::1" });
  // What goes there comes back to the link: a redirect.
  router.route("2001:db8:9::/64", { via: "fe80::ff:fe00:3", through: toWide });
  const captures = [alice, router, bob].map((host) => host.capture());
  alice.spawn("everything", async (sys: Sys) => {
    await sys.sleep(10);
    const s = sys.socket(AF_INET6, SOCK_DGRAM);
    const group = { ipv6mr_multiaddr: "ff02::1:2345", ipv6mr_interface: 2 };
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, group);
    const send = async (address: string, length: number): Promise<void> => {
      await sys.sendto(s, new Uint8Array(length), { address, port: 9 }).catch(() => 0);
      await sys.sleep(1);
    };
    for (const length of [10, 1400, 1400, 5000]) await send("2001:db8:2::b", length);
    for (const address of ["2001:db8:9::1", "2001:db8:8::1", "2001:db8:2::77"]) await send(address, 10);
    await sys.sleep(4);
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1);
    await send("2001:db8:2::b", 10);
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group);
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 64);
    const raw = async (protocol: number, ...bytes: number[]): Promise<void> => {
      const s = sys.socket(AF_INET6, SOCK_RAW, protocol);
      await sys.sendto(s, Uint8Array.from(bytes), { address: "2001:db8:1::1", port: 0 });
      await sys.sleep(1);
      sys.close(s);
    };
    await raw(IPPROTO_ICMPV6, 128, 0, 0, 0, 0, 7, 0, 1, 0x68, 0x69);
    // Destination options: one that is passed over, one that is to be refused; a routing header of type 0; nobody's protocol.
    await raw(DESTINATION_OPTIONS, NO_NEXT_HEADER, 0, 0x1e, 4, 0, 0, 0, 0);
    await raw(DESTINATION_OPTIONS, NO_NEXT_HEADER, 0, 0x9e, 4, 0, 0, 0, 0);
    await raw(ROUTING, NO_NEXT_HEADER, 2, 0, 1, ...new Array<number>(20).fill(0));
    await raw(200, 1, 2, 3, 4);
    // Version 1 of multicast listener discovery.
    alice.sysctl("net.ipv6.conf.eth0.force_mld_version", 1);
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, group);
    await sys.sleep(20);
    sys.setsockopt(s, IPPROTO_IPV6, IPV6_LEAVE_GROUP, group);
    alice.sysctl("net.ipv6.conf.eth0.force_mld_version", 0);
    // Two take the same address.
    other.addAddress("eth0", "2001:db8:1::a/64");
    await sys.sleep(5);
    advertising[Symbol.dispose]();
    await sys.sleep(1);
  });
  expect((await world.run()).crashes).toEqual([]);
  expect(other.netstat().addresses.find(({ address }) => address === "2001:db8:1::a")?.state).toBe("dadfailed");
  // What is another's is not told as its own.
  expect(other.addresses).not.toContain("2001:db8:1::a");
  return captures;
}

describe.skipIf(!tshark)(`tshark${tshark ? "" : " (skipped: it is not installed)"}`, () => {
  test("takes every message apart without a complaint", { timeout: 60_000 }, async () => {
    const types = new Set<string>();
    for (const capture of await everything()) {
      expect(read(capture, "-Y", COMPLAINT)).toEqual([]);
      for (const type of read(capture, "-Y", "icmpv6", "-T", "fields", "-E", "occurrence=f", "-e", "icmpv6.type"))
        types.add(type);
    }
    // The four errors, echo, reports and the end of version 1, the five of discovery, reports of version 2.
    const sorted = [...types].map(Number).sort((a, b) => a - b);
    expect(sorted).toEqual([1, 2, 3, 4, 128, 129, 131, 132, 133, 134, 135, 136, 137, 143]);
  });
});

describe("what programs see", () => {
  async function run(program: (sys: Sys) => Promise<void> | void): Promise<void> {
    const world = new World();
    const alice = world.host("alice");
    alice.attach(world.segment("lan"), "2001:db8::1/64", "10.0.0.1/24");
    alice.spawn("program", async (sys) => {
      await sys.sleep(3);
      await program(sys);
    });
    expect((await world.run()).crashes).toEqual([]);
  }

  test("names of endpoints: families, mapped addresses, zones", () =>
    run(async (sys) => {
      const s = sys.socket(AF_INET6, SOCK_DGRAM);
      expect(sys.getsockname(s)).toEqual({ family: AF_INET6, address: "::", port: 0 });
      sys.bind(s, { address: "::", port: 7 });
      await sys.sendto(s, "a", { address: "::ffff:10.0.0.1", port: 7 });
      await sys.sendto(s, "b", { address: "2001:db8::1", port: 7 });
      await sys.sendto(s, "c", { address: "10.0.0.1", port: 7 });
      const buf = new Uint8Array(9);
      const from = async (): Promise<unknown> => (await sys.recvfrom(s, buf)).source;
      expect(await from()).toEqual({ family: AF_INET6, address: "::ffff:10.0.0.1", port: 7 });
      expect(await from()).toEqual({ family: AF_INET6, address: "2001:db8::1", port: 7 });
      expect(await from()).toEqual({ family: AF_INET6, address: "::ffff:10.0.0.1", port: 7 });
      const zoned = sys.socket(AF_INET6, SOCK_DGRAM);
      const own = sys.socket(AF_INET6, SOCK_DGRAM);
      sys.bind(zoned, { address: "fe80::ff:fe00:1%eth0", port: 8 });
      sys.bind(own, { address: "fe80::ff:fe00:1", port: 9, scopeId: 2 });
      expect(sys.getsockname(zoned)).toMatchObject({ address: "fe80::ff:fe00:1", scopeId: 2 });
      expect(() => sys.bind(sys.socket(AF_INET6, SOCK_DGRAM), { address: "fe80::1%", port: 8 })).toThrow("EINVAL");
      expect(() => sys.bind(sys.socket(AF_INET6, SOCK_DGRAM), { address: "::1%lo", port: 8 })).toThrow("EINVAL");
    }));

  test("a datagram to the host itself by each of its addresses", () =>
    run(async (sys) => {
      const s = sys.socket(AF_INET6, SOCK_DGRAM);
      sys.bind(s, { address: "::", port: 7 });
      for (const address of ["::1", "::", "2001:db8::1", "fe80::ff:fe00:1%eth0", "ff02::1%eth0"]) {
        await sys.sendto(s, address, { address, port: 7 });
        const buf = new Uint8Array(40);
        expect((await sys.recvfrom(s, buf)).bytes).toBe(address.length);
      }
    }));
});

test("a raw socket pings: the kernel sums, the filter keeps the rest away", async () => {
  const world = new World();
  const lan = world.segment("lan");
  const [alice, bob] = [world.host("alice"), world.host("bob")];
  alice.attach(lan, "2001:db8::1/64");
  bob.attach(lan, "2001:db8::2/64");
  alice.spawn("ping", async (sys) => {
    await sys.sleep(3);
    const s = sys.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    const data = new Array<number>(8).fill(0xffff_ffff);
    data[4] = 0xffff_fffd; // Echo reply is 129.
    sys.setsockopt(s, IPPROTO_ICMPV6, ICMPV6_FILTER, { data });
    await sys.sendto(s, Uint8Array.of(128, 0, 0, 0, 0, 7, 0, 1, 0x68, 0x69), { address: "2001:db8::2", port: 0 });
    const buf = new Uint8Array(99);
    const { bytes, source } = await sys.recvfrom(s, buf);
    expect([bytes, source.address, buf[0], buf[5], buf[8]]).toEqual([10, "2001:db8::2", 129, 7, 0x68]);
    expect(() => sys.setsockopt(s, IPPROTO_IPV6, IPV6_CHECKSUM, 4)).toThrow("EINVAL");
    const own = sys.socket(AF_INET6, SOCK_RAW, 200);
    sys.setsockopt(own, IPPROTO_IPV6, IPV6_CHECKSUM, 2);
    await sys.sendto(own, Uint8Array.of(1, 2, 0, 0, 5, 6), { address: "2001:db8::1", port: 0 });
    expect((await sys.recvfrom(own, buf)).bytes).toBe(6);
  });
  alice.spawn(
    "user",
    (sys) => {
      expect(() => sys.socket(AF_INET6, SOCK_RAW, 58)).toThrow("EPERM");
    },
    { uid: 1000 },
  );
  expect((await world.run()).crashes).toEqual([]);
});

test("/proc/net, as Linux writes it", async () => {
  const world = new World();
  const alice = world.host("alice");
  alice.attach(world.segment("lan"), "2001:db8::1/64", "10.0.0.1/24");
  alice.route("default", { via: "2001:db8::9" });
  alice.spawn("reader", async (sys) => {
    await sys.sleep(3);
    const s = sys.socket(AF_INET6, SOCK_DGRAM);
    sys.bind(s, { address: "::1", port: 7 });
    const text = async (name: string): Promise<string> => {
      const fd = await sys.open(`/proc/net/${name}`, 0);
      const buf = new Uint8Array(10_000);
      return new TextDecoder().decode(buf.subarray(0, await sys.read(fd, buf)));
    };
    expect(await text("if_inet6")).toBe(
      "00000000000000000000000000000001 01 80 10 80       lo\n" +
        "fe80000000000000000000fffe000001 02 40 20 80     eth0\n" +
        "20010db8000000000000000000000001 02 40 00 80     eth0\n",
    );
    expect((await text("ipv6_route")).split("\n")[0]).toBe(
      `${"0".repeat(32)} 00 ${"0".repeat(32)} 00 20010db8000000000000000000000009 00000400 00000001 00000000 00000003     eth0`,
    );
    expect((await text("udp6")).split("\n")[1]).toMatch(/^ {4}0: 0{24}01000000:0007 0{32}:0000 07 0{8}:0{8} /);
    const raw = sys.socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    sys.bind(raw, { address: "::1", port: 0 });
    expect((await text("raw6")).split("\n")[1]).toMatch(/^ {3}58: 0{24}01000000:003A 0{32}:0000 07 0{8}:0{8} /);
    expect((await text("raw")).split("\n")).toHaveLength(2);
    expect(await text("snmp6")).toMatch(/^Icmp6OutRouterSolicits +\t1$/m);
    expect((await text("route")).split("\n")).toHaveLength(3);
  });
  expect((await world.run()).crashes).toEqual([]);
});

test("addresses are read and written as Node does", () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  const written = fc.property(groups, (parts) => {
    const text = parts.map((part) => part.toString(16)).join(":");
    // The URL parser writes mapped addresses in hexadecimal.
    const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
    const address = IpAddress.parse(text);
    expect(address?.family === 4 ? `::ffff:${hex(address.v4)}` : `${address}`).toBe(canonical);
  });
  fc.assert(written);
  const piece = fc.constantFrom("0", "1", "ff", "abcd", "12345", "", ":", "::", ":", "1.2.3.4", "g", "%", ".", "0001");
  const accepted = fc.property(
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
    (text) => {
      if (text.includes("%") || !text.includes(":")) return;
      expect([text, IpAddress.parse(text) !== undefined]).toEqual([text, isIPv6(text)]);
    },
  );
  fc.assert(accepted, { numRuns: 2000 });
});

function hex(bits: number): string {
  return `${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}`;
}
