/** UDP sockets and their options: control messages, errors that come back, groups, sharing, corking. */
import {
  AF_INET,
  AF_UNSPEC,
  ERRNO,
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_BLOCK_SOURCE,
  IP_DROP_MEMBERSHIP,
  IP_FREEBIND,
  IP_MTU,
  IP_MTU_DISCOVER,
  IP_MULTICAST_ALL,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_OPTIONS,
  IP_PKTINFO,
  IP_PMTUDISC_DO,
  IP_RECVERR,
  IP_RECVOPTS,
  IP_RECVORIGDSTADDR,
  IP_RECVTOS,
  IP_RECVTTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_UDP,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_MORE,
  type Program,
  SO_BINDTODEVICE,
  SO_BROADCAST,
  SO_NO_CHECK,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TIMESTAMPNS,
  SOCK_DGRAM,
  SOL_SOCKET,
  type Sys,
  UDP_CORK,
  World,
} from "netloom";
import { describe, expect, test } from "vitest";

const GROUP = "239.1.2.3";

/** Hosts a, b and c on one segment: 10.0.0.1, .2 and .3. */
function lan(mtu = 1500) {
  const world = new World();
  const segment = world.segment("lan", { delayMs: 1, mtu });
  const [a, b, c] = ["a", "b", "c"].map((name, index) => {
    const host = world.host(name);
    host.attach(segment, `10.0.0.${index + 1}/24`);
    host.route("default", { via: `10.0.0.${index === 0 ? 2 : 1}` });
    return host;
  }) as [ReturnType<World["host"]>, ReturnType<World["host"]>, ReturnType<World["host"]>];
  const run = async () => {
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  };
  return { world, segment, a, b, c, run };
}

function bound(sys: Sys, port: number, address = "0.0.0.0"): number {
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  sys.bind(s, { address, port });
  return s;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What comes within that many seconds. */
async function heard(sys: Sys, s: number, seconds: number): Promise<string[]> {
  await sys.sleep(seconds);
  const messages: string[] = [];
  const buffer = new Uint8Array(100);
  for (;;) {
    const bytes = await sys.recv(s, buffer, MSG_DONTWAIT).catch(() => -1);
    if (bytes < 0) return messages;
    messages.push(text(buffer.subarray(0, bytes)));
  }
}

describe("control messages", () => {
  test("tell of the interface, the addresses, TTL, type of service, options and time", async () => {
    const { a, b, run } = lan();
    b.spawn("receiver", async (sys) => {
      const s = bound(sys, 7);
      for (const option of [IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_RECVOPTS, IP_RECVORIGDSTADDR]) {
        sys.setsockopt(s, IPPROTO_IP, option, 1);
      }
      sys.setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, 1);
      const { control } = await sys.recvmsg(s, new Uint8Array(10));
      const [time, ...rest] = control;
      expect(time).toMatchObject({ level: SOL_SOCKET, type: SO_TIMESTAMPNS, value: { seconds: 1_767_225_600 } });
      expect(rest).toEqual([
        {
          level: IPPROTO_IP,
          type: IP_PKTINFO,
          value: { ipi_ifindex: 2, ipi_spec_dst: "10.0.0.2", ipi_addr: "10.0.0.2" },
        },
        { level: IPPROTO_IP, type: IP_TTL, value: 9 },
        { level: IPPROTO_IP, type: IP_TOS, value: 0x2e << 2 },
        { level: IPPROTO_IP, type: IP_RECVOPTS, value: Uint8Array.of(148, 4, 0, 0) },
        { level: IPPROTO_IP, type: IP_RECVORIGDSTADDR, value: { family: AF_INET, address: "10.0.0.2", port: 7 } },
      ]);
    });
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.setsockopt(s, IPPROTO_IP, IP_TTL, 9);
      sys.setsockopt(s, IPPROTO_IP, IP_TOS, 0x2e << 2);
      sys.setsockopt(s, IPPROTO_IP, IP_OPTIONS, Uint8Array.of(148, 4, 0, 0));
      await sys.sendto(s, "x", { address: "10.0.0.2", port: 7 });
    });
    await run();
  });

  test("of a sender choose source, TTL and type of service of one message", async () => {
    const { a, b, run } = lan();
    a.attach({ port: () => new World().cable().port() }, "10.0.0.9/24");
    b.spawn("receiver", async (sys) => {
      const s = bound(sys, 7);
      sys.setsockopt(s, IPPROTO_IP, IP_RECVTTL, 1);
      const { source, control } = await sys.recvmsg(s, new Uint8Array(10));
      expect([source.address, control[0]?.value]).toEqual(["10.0.0.9", 3]);
    });
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      const send = (control: { type: number; value: number | object }) =>
        sys.sendmsg(s, {
          data: "x",
          address: { address: "10.0.0.2", port: 7 },
          control: [{ level: IPPROTO_IP, ...control }],
        });
      await expect(send({ type: IP_TTL, value: 0 })).rejects.toThrow("EINVAL");
      await expect(send({ type: 77, value: 1 })).rejects.toThrow("EINVAL");
      await expect(send({ type: IP_PKTINFO, value: { ipi_ifindex: 99 } })).rejects.toThrow("ENODEV");
      await expect(send({ type: IP_PKTINFO, value: { ipi_spec_dst: "10.0.0.77" } })).rejects.toThrow("EINVAL");
      await sys.sendmsg(s, {
        data: "x",
        address: { address: "10.0.0.2", port: 7 },
        control: [
          { level: IPPROTO_IP, type: IP_TTL, value: 3 },
          { level: IPPROTO_IP, type: IP_PKTINFO, value: { ipi_ifindex: 2, ipi_spec_dst: "10.0.0.9" } },
        ],
      });
    });
    await run();
  });
});

describe("IP_RECVERR", () => {
  test("queues what ICMP says, with the bytes and the offender", async () => {
    const { a, run } = lan();
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.setsockopt(s, IPPROTO_IP, IP_RECVERR, 1);
      const buffer = new Uint8Array(10);
      await expect(sys.recvmsg(s, buffer, MSG_ERRQUEUE)).rejects.toThrow("EAGAIN");
      await sys.sendto(s, "hello", { address: "10.0.0.2", port: 9 });
      // POLLERR comes unasked.
      await sys.poll([{ fd: s, events: 0 }], -1);
      const { bytes, source, flags, control } = await sys.recvmsg(s, buffer, MSG_ERRQUEUE);
      expect(text(buffer.subarray(0, bytes))).toBe("hello");
      expect([source.address, source.port, flags & MSG_ERRQUEUE]).toEqual(["10.0.0.2", 9, MSG_ERRQUEUE]);
      const offender = { family: AF_INET, address: "10.0.0.2", port: 0 };
      const value = {
        ee_errno: ERRNO.ECONNREFUSED,
        ee_origin: 2,
        ee_type: 3,
        ee_code: 3,
        ee_info: 0,
        ee_data: 0,
        offender,
      };
      expect(control).toEqual([{ level: IPPROTO_IP, type: IP_RECVERR, value }]);
      // Reading it has taken the pending error as well.
      await expect(sys.recv(s, buffer, MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
    });
    await run();
  });

  test("a dead neighbour is told of", async () => {
    const { a, run } = lan();
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.setsockopt(s, IPPROTO_IP, IP_RECVERR, 1);
      await sys.connect(s, { address: "10.0.0.77", port: 9 });
      await sys.send(s, "anybody?");
      await expect(sys.recv(s, new Uint8Array(10))).rejects.toThrow("EHOSTUNREACH");
    });
    await run();
  });

  test("with IP_PMTUDISC_DO what does not fit is EMSGSIZE, and the MTU is in the queue", async () => {
    const { a, run } = lan(1000);
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.setsockopt(s, IPPROTO_IP, IP_RECVERR, 1);
      sys.setsockopt(s, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
      expect(() => sys.getsockopt(s, IPPROTO_IP, IP_MTU)).toThrow("ENOTCONN");
      await sys.connect(s, { address: "10.0.0.2", port: 9 });
      expect(sys.getsockopt(s, IPPROTO_IP, IP_MTU)).toBe(1000);
      await expect(sys.send(s, new Uint8Array(973))).rejects.toThrow("EMSGSIZE");
      const { bytes, control } = await sys.recvmsg(s, new Uint8Array(10), MSG_ERRQUEUE);
      expect([bytes, control[0]?.value]).toMatchObject([0, { ee_errno: ERRNO.EMSGSIZE, ee_origin: 1, ee_info: 1000 }]);
      expect(await sys.send(s, new Uint8Array(972))).toBe(972);
    });
    await run();
  });
});

test("65,507 bytes cross Ethernet, and a path MTU is learnt on the way", async () => {
  const world = new World();
  const [near, far] = [world.segment("near"), world.segment("far", { mtu: 600 })];
  const [a, gateway, b] = ["a", "gateway", "b"].map((name) => world.host(name)) as [never, never, never] as ReturnType<
    World["host"]
  >[];
  if (a === undefined || gateway === undefined || b === undefined) throw new Error("no hosts");
  a.attach(near, "10.0.0.1/24");
  gateway.attach(near, "10.0.0.254/24");
  gateway.attach(far, "10.1.0.254/24");
  b.attach(far, "10.1.0.1/24");
  gateway.sysctl("net.ipv4.ip_forward", 1);
  a.route("default", { via: "10.0.0.254" });
  b.route("default", { via: "10.1.0.254" });
  const sizes: number[] = [];
  b.spawn("receiver", async (sys) => {
    const s = bound(sys, 7);
    for (let count = 0; count < 2; count++) sizes.push(await sys.recv(s, new Uint8Array(65_536)));
  });
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.connect(s, { address: "10.1.0.1", port: 7 });
    await sys.send(s, new Uint8Array(65_507));
    await sys.sleep(1);
    expect(sys.getsockopt(s, IPPROTO_IP, IP_MTU)).toBe(1500);
    await sys.send(s, new Uint8Array(1000));
    // It carried "don't fragment": the gateway has said how much fits.
    await expect(sys.recv(s, new Uint8Array(1))).rejects.toThrow("EMSGSIZE");
    expect(sys.getsockopt(s, IPPROTO_IP, IP_MTU)).toBe(600);
    await sys.send(s, new Uint8Array(1000));
    await sys.sleep(601);
    expect(sys.getsockopt(s, IPPROTO_IP, IP_MTU)).toBe(1500);
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  expect(sizes).toEqual([65_507, 1000]);
  expect(gateway.netstat().counters.IpFragOKs).toBe(44);
});

describe("groups", () => {
  const member =
    (said: string[], setUp: (sys: Sys, s: number) => void, address = "0.0.0.0"): Program =>
    async (sys) => {
      const s = bound(sys, 7, address);
      sys.setsockopt(s, SOL_SOCKET, SO_REUSEADDR, 1);
      setUp(sys, s);
      said.push(...(await heard(sys, s, 1)));
    };
  const join = (sys: Sys, s: number) => sys.setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, { imr_multiaddr: GROUP });
  const speak: Program = async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sleep(0.5);
    await sys.sendto(s, "hear", { address: GROUP, port: 7 });
  };

  test("who has joined hears, on this host too; who has not does not", async () => {
    const { a, b, c, run } = lan();
    const said = { a: [] as string[], b: [] as string[], c: [] as string[], left: [] as string[] };
    a.spawn("member", member(said.a, join));
    b.spawn("member", member(said.b, join, GROUP));
    c.spawn(
      "stranger",
      member(said.c, () => {}),
    );
    a.spawn("speaker", speak);
    await run();
    expect(said).toEqual({ a: ["hear"], b: ["hear"], c: [], left: [] });
    expect(c.netstat().counters.IfInOtherGroup).toBeGreaterThan(0);
  });

  test("a socket that has left, or blocks the source, or hears only others, hears nothing", async () => {
    const { a, b, run } = lan();
    const said: string[] = [];
    const source = (address: string) => ({ imr_multiaddr: GROUP, imr_interface: "10.0.0.2", imr_sourceaddr: address });
    b.spawn("listener", async (sys) => {
      const sockets = Array.from({ length: 5 }, () => {
        const s = sys.socket(AF_INET, SOCK_DGRAM);
        sys.setsockopt(s, SOL_SOCKET, SO_REUSEADDR, 1);
        sys.setsockopt(s, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        sys.bind(s, { address: "0.0.0.0", port: 7 });
        return s;
      });
      const [left = -1, blocks = -1, others = -1, listed = -1] = sockets;
      join(sys, left);
      expect(() => join(sys, left)).toThrow("EADDRINUSE");
      sys.setsockopt(left, IPPROTO_IP, IP_DROP_MEMBERSHIP, { imr_multiaddr: GROUP });
      expect(() => sys.setsockopt(left, IPPROTO_IP, IP_DROP_MEMBERSHIP, { imr_multiaddr: GROUP })).toThrow(
        "EADDRNOTAVAIL",
      );
      join(sys, blocks);
      sys.setsockopt(blocks, IPPROTO_IP, IP_BLOCK_SOURCE, source("10.0.0.1"));
      sys.setsockopt(others, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.3"));
      sys.setsockopt(listed, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, source("10.0.0.1"));
      expect(() => sys.setsockopt(left, IPPROTO_IP, IP_ADD_MEMBERSHIP, { imr_multiaddr: "10.0.0.1" })).toThrow(
        "EINVAL",
      );
      for (const [index, s] of sockets.entries())
        said.push(...(await heard(sys, s, index === 0 ? 1 : 0)).map((x) => `${index} ${x}`));
    });
    a.spawn("speaker", speak);
    await run();
    expect(said).toEqual(["3 hear"]);
  });

  test("TTL is 1 unless set, loop can be turned off, and the interface chosen", async () => {
    const { world, a, b, run } = lan();
    const other = world.segment("other");
    a.attach(other, "10.9.0.1/24");
    const d = world.host("d");
    d.attach(other, "10.9.0.2/24");
    const said: string[] = [];
    const ttl: unknown[] = [];
    d.spawn("member", async (sys) => {
      const s = bound(sys, 7);
      sys.setsockopt(s, IPPROTO_IP, IP_RECVTTL, 1);
      sys.setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, { imr_multiaddr: GROUP, imr_ifindex: 2 });
      for (let count = 0; count < 2; count++) ttl.push((await sys.recvmsg(s, new Uint8Array(9))).control[0]?.value);
    });
    a.spawn(
      "member",
      member(said, (sys, s) =>
        sys.setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, { imr_multiaddr: GROUP, imr_address: "10.9.0.1" }),
      ),
    );
    b.spawn("member", member(said, join));
    a.spawn("speaker", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, { imr_address: "10.9.0.1" });
      sys.setsockopt(s, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
      await sys.sleep(0.5);
      await sys.sendto(s, "one", { address: GROUP, port: 7 });
      sys.setsockopt(s, IPPROTO_IP, IP_MULTICAST_TTL, 5);
      await sys.sendto(s, "two", { address: GROUP, port: 7 });
    });
    await run();
    expect([ttl, said]).toEqual([[1, 5], []]);
  });
});

describe("sharing a port", () => {
  test("SO_REUSEPORT spreads peers, and keeps each with one socket", async () => {
    const { a, b, run } = lan();
    const counts: number[] = [];
    b.spawn("receiver", async (sys) => {
      const sockets = Array.from({ length: 4 }, () => {
        const s = sys.socket(AF_INET, SOCK_DGRAM);
        sys.setsockopt(s, SOL_SOCKET, SO_REUSEPORT, 1);
        sys.bind(s, { address: "0.0.0.0", port: 7 });
        return s;
      });
      const alone = sys.socket(AF_INET, SOCK_DGRAM);
      expect(() => sys.bind(alone, { address: "0.0.0.0", port: 7 })).toThrow("EADDRINUSE");
      const peers = new Map<string, number>();
      for (const [index, s] of sockets.entries()) {
        const said = await heard(sys, s, index === 0 ? 1 : 0);
        counts.push(said.length);
        for (const name of said) {
          expect(peers.get(name) ?? index).toBe(index);
          peers.set(name, index);
        }
      }
    });
    a.spawn("sender", async (sys) => {
      for (let peer = 0; peer < 40; peer++) {
        const s = sys.socket(AF_INET, SOCK_DGRAM);
        for (let count = 0; count < 2; count++) await sys.sendto(s, `peer ${peer}`, { address: "10.0.0.2", port: 7 });
      }
    });
    await run();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(80);
    for (const count of counts) expect(count).toBeGreaterThan(4);
  });

  test("SO_BINDTODEVICE hears one interface, and sends by it", async () => {
    const { world, a, b, c, run } = lan();
    const cable = world.cable();
    a.attach(cable, "10.8.0.1/24");
    b.attach(cable, "10.8.0.2/24");
    const said: string[] = [];
    b.spawn("receiver", async (sys) => {
      const s = bound(sys, 7);
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "eth7")).toThrow("ENODEV");
      sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "eth1");
      said.push(...(await heard(sys, s, 1)));
    });
    a.spawn("sender", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      await sys.sendto(s, "over the segment", { address: "10.0.0.2", port: 7 });
      await sys.sendto(s, "over the cable", { address: "10.8.0.2", port: 7 });
      sys.setsockopt(s, SOL_SOCKET, SO_BROADCAST, 1);
      sys.setsockopt(s, SOL_SOCKET, SO_BINDTODEVICE, "eth1");
      await sys.sendto(s, "to all on the cable", { address: "255.255.255.255", port: 7 });
    });
    await run();
    expect(said.sort()).toEqual(["over the cable", "to all on the cable"]);
    expect(c.netstat().counters.UdpIgnoredMulti).toBeUndefined();
  });
});

test("MSG_MORE and UDP_CORK make one datagram of several calls; SO_NO_CHECK leaves the checksum out", async () => {
  const { a, b, run } = lan();
  const said: string[] = [];
  b.spawn("receiver", async (sys) => {
    said.push(...(await heard(sys, bound(sys, 7), 1)));
  });
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    sys.setsockopt(s, SOL_SOCKET, SO_NO_CHECK, 1);
    await sys.connect(s, { address: "10.0.0.2", port: 7 });
    await sys.send(s, "one ", MSG_MORE);
    await sys.send(s, "two");
    sys.setsockopt(s, IPPROTO_UDP, UDP_CORK, 1);
    await sys.send(s, "three ");
    await sys.send(s, "four");
    await expect(sys.send(s, new Uint8Array(65_500))).rejects.toThrow("EMSGSIZE");
    await sys.send(s, "five");
    sys.setsockopt(s, IPPROTO_UDP, UDP_CORK, 0);
    expect(sys.getsockopt(s, IPPROTO_UDP, UDP_CORK)).toBe(0);
  });
  await run();
  // What has got too long was thrown away.
  expect(said).toEqual(["one two", "five"]);
});

test("connect() to AF_UNSPEC undoes the peer, and what bind() has not named", async () => {
  const { a, run } = lan();
  a.spawn("program", async (sys) => {
    const auto = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.connect(auto, { address: "10.0.0.2", port: 7 });
    expect(sys.getsockname(auto).address).toBe("10.0.0.1");
    await sys.connect(auto, { family: AF_UNSPEC });
    expect([sys.getsockname(auto).address, sys.getsockname(auto).port]).toEqual(["0.0.0.0", 0]);
    expect(() => sys.getpeername(auto)).toThrow("ENOTCONN");
    const named = bound(sys, 7, "10.0.0.1");
    await sys.connect(named, { address: "10.0.0.2", port: 7 });
    await sys.connect(named, { family: AF_UNSPEC });
    expect([sys.getsockname(named).address, sys.getsockname(named).port]).toEqual(["10.0.0.1", 7]);
    await expect(sys.send(named, "x")).rejects.toThrow("EDESTADDRREQ");
    const home = bound(sys, 8, "127.0.0.1");
    await expect(sys.connect(home, { address: "10.0.0.2", port: 7 })).rejects.toThrow("EINVAL");
  });
  await run();
});

test("IP_FREEBIND and net.ipv4.ip_nonlocal_bind allow addresses that are not here", async () => {
  const { a, run } = lan();
  a.spawn("program", (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    expect(() => sys.bind(s, { address: "192.0.2.1", port: 7 })).toThrow("EADDRNOTAVAIL");
    sys.setsockopt(s, IPPROTO_IP, IP_FREEBIND, 1);
    sys.bind(s, { address: "192.0.2.1", port: 7 });
    a.sysctl("net.ipv4.ip_nonlocal_bind", 1);
    bound(sys, 8, "192.0.2.1");
    a.sysctl("net.ipv4.ip_local_port_range", "7000 7001");
    expect([bound(sys, 0), bound(sys, 0)].map((each) => sys.getsockname(each).port).sort()).toEqual([7000, 7001]);
    expect(() => bound(sys, 0)).toThrow("EADDRINUSE");
    return 0;
  });
  await run();
});

test("options have Linux's bounds", async () => {
  const { a, run } = lan();
  a.spawn("program", (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    const set = (option: number, value: unknown) => () => sys.setsockopt(s, IPPROTO_IP, option, value as never);
    for (const value of [0, 256, -2]) expect(set(IP_TTL, value)).toThrow("EINVAL");
    for (const value of [-1, 6]) expect(set(IP_MTU_DISCOVER, value)).toThrow("EINVAL");
    for (const value of [-2, 256]) expect(set(IP_MULTICAST_TTL, value)).toThrow("EINVAL");
    expect(set(IP_MULTICAST_ALL, 2)).toThrow("EINVAL");
    expect(set(IP_MULTICAST_IF, { imr_address: "10.0.0.99" })).toThrow("EADDRNOTAVAIL");
    expect(set(IP_ADD_MEMBERSHIP, { imr_multiaddr: GROUP, imr_ifindex: 99 })).toThrow("ENODEV");
    expect(set(IP_OPTIONS, new Uint8Array(41))).toThrow("EINVAL");
    expect(set(IP_OPTIONS, Uint8Array.of(131, 7, 4, 10, 0, 0, 1))).toThrow("EINVAL");
    expect(set(999, 1)).toThrow("ENOPROTOOPT");
    expect(set(IP_MTU, 1)).toThrow("ENOPROTOOPT");
    set(IP_TTL, -1)();
    expect(sys.getsockopt(s, IPPROTO_IP, IP_TTL)).toBe(64);
    set(IP_TOS, 0x1ff)();
    expect(sys.getsockopt(s, IPPROTO_IP, IP_TOS)).toBe(0xff);
    return 0;
  });
  await run();
});
