/** Captures of fragments, options, groups and every kind of ICMP message that a host sends, as tshark reads them. */
import {
  AF_INET,
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MTU_DISCOVER,
  IP_OPTIONS,
  IP_PMTUDISC_DO,
  IP_TOS,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_IP,
  SOCK_DGRAM,
  SOCK_RAW,
  type Sys,
  World,
} from "netloom";
import { beforeAll, describe, expect, test } from "vitest";
import * as icmpv4 from "../src/wire/icmpv4.ts";
import { COMPLAINT, hasTshark, readCapture } from "./support/tshark.ts";

const GROUP = "239.1.2.3";

function icmp(message: icmpv4.Message, dataBytes: number): Uint8Array {
  const bytes = new Uint8Array(icmpv4.HEADER_LENGTH + dataBytes);
  icmpv4.emit(new DataView(bytes.buffer), 0, message);
  icmpv4.fillChecksum(new DataView(bytes.buffer), 0, bytes.length);
  return bytes;
}

const ping = async (sys: Sys, address: string, options: Uint8Array, dataBytes: number, ttl = 64) => {
  const s = sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  sys.setsockopt(s, IPPROTO_IP, IP_TTL, ttl);
  sys.setsockopt(s, IPPROTO_IP, IP_OPTIONS, options);
  await sys.sendto(s, icmp({ kind: "echo-request", identifier: 1, sequence: 1 }, dataBytes), { address, port: 0 });
  sys.close(s);
};

/** 10.0.0.0/24 with a, a gateway and another one; behind the gateway a narrow segment with b. */
async function capture(): Promise<Uint8Array> {
  const world = new World();
  const [near, far] = [world.segment("near"), world.segment("far", { mtu: 576 })];
  const [a, gateway, b, other] = [world.host("a"), world.host("gateway"), world.host("b"), world.host("other")];
  a.attach(near, "10.0.0.1/24");
  gateway.attach(near, "10.0.0.254/24");
  gateway.attach(far, "10.1.0.254/24");
  b.attach(far, "10.1.0.1/24");
  other.attach(near, "10.0.0.253/24");
  for (const host of [gateway, other]) host.sysctl("net.ipv4.ip_forward", 1);
  a.route("default", { via: "10.0.0.253" });
  a.route("10.1.0.0/24", { via: "10.0.0.254" });
  other.route("default", { via: "10.0.0.254" });
  b.route("default", { via: "10.1.0.254" });
  const captured = a.capture();
  a.spawn("speaker", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    const send = (address: string, bytes: number) => sys.sendto(s, new Uint8Array(bytes), { address, port: 9 });
    sys.setsockopt(s, IPPROTO_IP, IP_TOS, 0x2e << 2);
    // Port unreachable, about fragments that were cut again on the way.
    await send("10.1.0.1", 4000);
    await sys.sleep(1);
    // Fragmentation needed.
    sys.setsockopt(s, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    await send("10.1.0.1", 1000);
    await sys.sleep(1);
    // A redirect by the other gateway, and net unreachable by the first.
    await send("192.0.2.1", 10);
    await sys.sleep(1);
    // Host unreachable, from ARP that nobody answers.
    await send("10.1.0.77", 10);
    await sys.sleep(5);
    await ping(sys, "10.1.0.1", Uint8Array.of(7, 39, 4, ...new Array(36).fill(0)), 56);
    await ping(sys, "10.1.0.1", Uint8Array.of(68, 36, 5, 1, ...new Array(32).fill(0)), 3000);
    await ping(sys, "10.1.0.1", Uint8Array.of(148, 4, 0, 0), 0, 1);
    const raw = sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    await sys.sendto(raw, icmp({ kind: "timestamp-request", identifier: 2, sequence: 1 }, 12), {
      address: "10.1.0.1",
      port: 0,
    });
    // Protocol unreachable.
    await sys.sendto(sys.socket(AF_INET, SOCK_RAW, 200), "nobody", { address: "10.1.0.1", port: 0 });
    const member = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(member, { address: "0.0.0.0", port: 7 });
    sys.setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, { imr_multiaddr: GROUP });
    await sys.sendto(member, "to the group", { address: GROUP, port: 7 });
    await sys.sleep(11);
    sys.setsockopt(member, IPPROTO_IP, IP_DROP_MEMBERSHIP, { imr_multiaddr: GROUP });
    await sys.sleep(1);
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  return captured.toBytes();
}

describe.skipIf(!hasTshark)(`tshark${hasTshark ? "" : " (skipped: it is not installed)"}`, { timeout: 60_000 }, () => {
  let bytes: Uint8Array = new Uint8Array(0);
  beforeAll(async () => {
    bytes = await capture();
  });
  const fields = (filter: string, ...names: string[]) =>
    readCapture(bytes, "-Y", filter, "-T", "fields", ...names.flatMap((name) => ["-e", name]));

  test("finds nothing malformed and no bad checksum", () => {
    expect(readCapture(bytes, "-Y", COMPLAINT)).toEqual([]);
  });

  test("puts the fragments together", () => {
    expect(fields("udp && ip.reassembled_in || udp.length > 1480", "ip.fragment.count", "udp.length")).toContain(
      "3\t4008",
    );
    expect(fields("ip.flags.mf == 1 && ip.src == 10.0.0.1 && ip.proto == 17", "ip.len", "ip.frag_offset")).toEqual([
      "1500\t0",
      "1500\t185",
    ]);
  });

  test("sees every kind of ICMP message", () => {
    // Of an error tshark lists the quoted message's type as well.
    const messages = fields("icmp && ip.dst == 10.0.0.1", "icmp.type", "icmp.code", "icmp.mtu", "icmp.redir_gw");
    const kinds = messages.map((line) =>
      line
        .split("\t")
        .map((field) => field.split(",")[0])
        .join(" ")
        .trim(),
    );
    expect(new Set(kinds)).toEqual(
      new Set(["0 0", "3 0", "3 1", "3 2", "3 3", "3 4 576", "5 1  10.0.0.254", "11 0", "14 0"]),
    );
  });

  test("reads the options: where an echo has come by, and when", () => {
    const routes = fields("icmp.type == 0 && ip.opt.type.number == 7", "ip.rec_rt");
    expect(routes).toEqual(["10.0.0.1,10.1.0.254,10.1.0.1,10.1.0.1,10.0.0.254"]);
    const times = fields("ip.src == 10.1.0.1 && ip.opt.type.number == 4", "ip.opt.time_stamp_addr", "ip.opt.overflow");
    expect(times).toEqual(["10.0.0.1,10.1.0.254,10.1.0.1,10.1.0.1\t1"]);
  });

  test("sees the host join the group, and leave it", () => {
    expect(fields("igmp && ip.src == 10.0.0.1", "igmp.type", "igmp.maddr", "ip.ttl")).toEqual([
      `0x16\t${GROUP}\t1`,
      `0x16\t${GROUP}\t1`,
      `0x17\t${GROUP}\t1`,
    ]);
    expect(fields(`udp && ip.dst == ${GROUP}`, "eth.dst", "ip.ttl")).toEqual(["01:00:5e:01:02:03\t1"]);
  });
});
