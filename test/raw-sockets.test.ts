/** Raw and packet sockets: for root, a copy of everything, and whole datagrams and frames to send. */
import {
  AF_INET,
  AF_PACKET,
  ERRNO,
  ETH_P_ALL,
  ETH_P_ARP,
  ETH_P_IP,
  ICMP_FILTER,
  IP_HDRINCL,
  IP_RECVERR,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_RAW,
  IPPROTO_UDP,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  PACKET_ADD_MEMBERSHIP,
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MR_PROMISC,
  PACKET_OTHERHOST,
  PACKET_OUTGOING,
  PACKET_STATISTICS,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_PACKET,
  SOL_RAW,
  type Sys,
  World,
} from "netloom";
import { expect, test } from "vitest";
import * as icmpv4 from "../src/wire/icmpv4.ts";
import { IpAddress } from "../src/wire/ip-address.ts";
import * as ipv4 from "../src/wire/ipv4.ts";

function lan() {
  const world = new World();
  const segment = world.segment("lan", { delayMs: 1 });
  const [a, b, c] = [world.host("a"), world.host("b"), world.host("c")];
  for (const [index, host] of [a, b, c].entries()) host.attach(segment, `10.0.0.${index + 1}/24`);
  const run = async () => {
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  };
  return { world, a, b, c, run };
}

/** An echo request with these data. */
function echo(identifier: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(icmpv4.HEADER_LENGTH + 4);
  const view = new DataView(bytes.buffer);
  icmpv4.emit(view, 0, { kind: "echo-request", identifier, sequence });
  icmpv4.fillChecksum(view, 0, bytes.length);
  return bytes;
}

async function received(sys: Sys, s: number): Promise<{ view: DataView; bytes: number; address: string }> {
  const buffer = new Uint8Array(2000);
  const { bytes, source } = await sys.recvfrom(s, buffer);
  return { view: new DataView(buffer.buffer), bytes, address: source.address ?? "" };
}

test("a ping by hand: the reply comes with its IP header, to each raw socket of ICMP that wants it", async () => {
  const { a, run } = lan();
  a.spawn("ping", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    const other = sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    const filtered = sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    sys.setsockopt(filtered, SOL_RAW, ICMP_FILTER, { data: 1 << icmpv4.ECHO_REPLY });
    expect(sys.getsockopt(filtered, SOL_RAW, ICMP_FILTER)).toEqual({ data: 1 });
    await sys.connect(other, { address: "10.0.0.3", port: 0 });
    await sys.sendto(s, echo(7, 1), { address: "10.0.0.2", port: 0 });
    const { view, bytes, address } = await received(sys, s);
    expect([bytes, address]).toEqual([32, "10.0.0.2"]);
    expect(ipv4.check(view, 0, bytes)).toBe(true);
    expect([ipv4.timeToLive(view, 0), ipv4.dontFragment(view, 0)]).toEqual([64, false]);
    expect(icmpv4.parse(view, 20)).toEqual({ kind: "echo-reply", identifier: 7, sequence: 1 });
    for (const none of [other, filtered])
      await expect(sys.recv(none, new Uint8Array(9), MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
  });
  await run();
});

test("only root has one, of any protocol but 0", async () => {
  const { a, run } = lan();
  a.spawn(
    "user",
    (sys) => {
      expect(() => sys.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)).toThrow("EPERM");
      expect(() => sys.socket(AF_PACKET, SOCK_RAW, ETH_P_ALL)).toThrow("EPERM");
      expect(() => sys.socket(AF_INET, SOCK_RAW, 0)).toThrow("EPROTONOSUPPORT");
      return 0;
    },
    { uid: 1000 },
  );
  await run();
});

test("a protocol that nobody else knows is taken, and then draws no ICMP error", async () => {
  const { a, b, run } = lan();
  b.spawn("receiver", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_RAW, 200);
    sys.bind(s, { address: "10.0.0.2", port: 0 });
    expect(sys.getsockname(s)).toMatchObject({ address: "10.0.0.2", port: 200 });
    const { bytes } = await received(sys, s);
    expect(bytes).toBe(23);
  });
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_RAW, 200);
    sys.setsockopt(s, IPPROTO_IP, IP_RECVERR, 1);
    await sys.connect(s, { address: "10.0.0.2", port: 0 });
    await sys.sleep(0.1);
    await sys.send(s, "abc");
    await sys.sleep(0.1);
    // Nobody is there any more: now there is an error.
    await sys.send(s, "def");
    await expect(sys.recv(s, new Uint8Array(9))).rejects.toThrow("ENOPROTOOPT");
    const buffer = new Uint8Array(9);
    const { bytes, control } = await sys.recvmsg(s, buffer, MSG_ERRQUEUE);
    expect([bytes, control[0]?.value]).toMatchObject([3, { ee_errno: ERRNO.ENOPROTOOPT, ee_type: 3, ee_code: 2 }]);
  });
  await run();
  expect(b.netstat().counters.IpInUnknownProtos).toBe(1);
});

test("with IP_HDRINCL the program writes the header, and the kernel what it leaves out", async () => {
  const { a, b, run } = lan();
  b.spawn("receiver", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
    const { view, bytes } = await received(sys, s);
    expect(ipv4.check(view, 0, bytes)).toBe(true);
    const { source, timeToLive, totalLength, identification } = ipv4.parse(view, 0);
    expect([`${source}`, timeToLive, totalLength, identification > 0]).toEqual(["10.0.0.1", 3, 28, true]);
  });
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    expect(sys.getsockopt(s, IPPROTO_IP, IP_HDRINCL)).toBe(1);
    const bytes = new Uint8Array(28);
    const [source, destination] = ["0.0.0.0", "10.0.0.2"].map((text) => IpAddress.parse(text) as IpAddress);
    const header = { source, destination, dscp: 0, ecn: 0, totalLength: 28, identification: 0, dontFragment: false };
    ipv4.emit(new DataView(bytes.buffer), 0, {
      ...(header as { source: IpAddress; destination: IpAddress } & typeof header),
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: 3,
      protocol: IPPROTO_UDP,
      options: new Uint8Array(0),
    });
    const to = { address: "10.0.0.2", port: 0 };
    await expect(sys.sendto(s, new Uint8Array(19), to)).rejects.toThrow("EINVAL");
    await expect(sys.sendto(s, new Uint8Array(1501), to)).rejects.toThrow("EMSGSIZE");
    await expect(
      sys.sendto(
        s,
        Uint8Array.from(bytes, (byte, index) => (index === 0 ? 0x4f : byte)),
        to,
      ),
    ).rejects.toThrow("EINVAL");
    await sys.sendto(s, bytes, to);
  });
  await run();
});

test("a packet socket sees both directions, with what link addresses say", async () => {
  const { a, b, run } = lan();
  const seen: string[] = [];
  b.spawn("sniffer", async (sys) => {
    const s = sys.socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
    sys.bind(s, { ifindex: 2 });
    expect(() => sys.bind(s, { ifindex: 99 })).toThrow("ENODEV");
    const arpOnly = sys.socket(AF_PACKET, SOCK_DGRAM, ETH_P_ARP);
    await sys.sleep(1);
    const buffer = new Uint8Array(2000);
    const names = new Map([
      [PACKET_HOST, "host"],
      [PACKET_BROADCAST, "broadcast"],
      [PACKET_OUTGOING, "outgoing"],
    ]);
    for (;;) {
      const message = await sys.recvfrom(s, buffer, MSG_DONTWAIT).catch(() => null);
      if (message?.source.family !== AF_PACKET) break;
      const { protocol, pkttype, addr, ifindex } = message.source;
      expect(ifindex).toBe(2);
      seen.push(`${names.get(pkttype)} 0x${protocol.toString(16)} ${message.bytes} from ${addr}`);
    }
    expect(sys.getsockopt(s, SOL_PACKET, PACKET_STATISTICS)).toEqual({ tp_packets: 4, tp_drops: 0 });
    expect(sys.getsockopt(s, SOL_PACKET, PACKET_STATISTICS)).toEqual({ tp_packets: 0, tp_drops: 0 });
    // Outgoing frames are for ETH_P_ALL alone.
    expect((await sys.recvfrom(arpOnly, buffer, MSG_DONTWAIT)).bytes).toBe(28);
    await expect(sys.recvfrom(arpOnly, buffer, MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
  });
  a.spawn("sender", async (sys) => {
    await sys.sendto(sys.socket(AF_INET, SOCK_DGRAM), "x", { address: "10.0.0.2", port: 9 });
  });
  await run();
  expect(seen).toEqual([
    "broadcast 0x806 42 from 02:00:00:00:00:01",
    "outgoing 0x806 42 from 02:00:00:00:00:02",
    "host 0x800 43 from 02:00:00:00:00:01",
    "outgoing 0x800 71 from 02:00:00:00:00:02",
  ]);
});

test("frames can be sent, whole or with a header of the kernel's, and seen by a promiscuous third", async () => {
  const { a, b, c, run } = lan();
  const seen: unknown[] = [];
  const listen = (host: typeof b, promiscuous: boolean) =>
    host.spawn("listener", async (sys) => {
      const s = sys.socket(AF_PACKET, SOCK_DGRAM, 0x88b5);
      const membership = { mr_ifindex: 2, mr_type: PACKET_MR_PROMISC };
      if (promiscuous) sys.setsockopt(s, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership);
      await sys.sleep(1);
      const buffer = new Uint8Array(100);
      for (;;) {
        const message = await sys.recvfrom(s, buffer, MSG_DONTWAIT).catch(() => null);
        if (message?.source.family !== AF_PACKET) return;
        seen.push([host.name, message.source.pkttype, new TextDecoder().decode(buffer.subarray(0, message.bytes))]);
      }
    });
  listen(b, false);
  listen(c, true);
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_PACKET, SOCK_DGRAM, 0x88b5);
    await expect(sys.send(s, "nowhere")).rejects.toThrow("ENXIO");
    await sys.sleep(0.5);
    await sys.sendto(s, "to b", { ifindex: 2, addr: "02:00:00:00:00:02" });
    const raw = sys.socket(AF_PACKET, SOCK_RAW, ETH_P_IP);
    sys.bind(raw, { ifindex: 2 });
    await expect(sys.send(raw, new Uint8Array(13))).rejects.toThrow("EINVAL");
    await expect(sys.send(raw, new Uint8Array(1515))).rejects.toThrow("EMSGSIZE");
    const header = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];
    await sys.send(raw, Uint8Array.of(...header, ...new TextEncoder().encode("to all")));
  });
  await run();
  const byHost = seen.map(String).sort();
  expect(byHost).toEqual([
    `b,${PACKET_HOST},to b`,
    `b,${PACKET_BROADCAST},to all`,
    `c,${PACKET_BROADCAST},to all`,
    `c,${PACKET_OTHERHOST},to b`,
  ]);
});
