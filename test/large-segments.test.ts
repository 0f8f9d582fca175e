/**
 * Large segments: whole where nobody could tell, one by one everywhere else, and the same bytes in any case.
 *
 * Read first: ARCHITECTURE.md, "Large segments".
 */
import fc from "fast-check";
import {
  AF_INET,
  AF_INET6,
  type Host,
  IPPROTO_TCP,
  type LinkOptions,
  SO_RCVBUF,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_INFO,
  TCP_MAXSEG,
  TCP_NODELAY,
  type TcpInfo,
  World,
} from "netloom";
import { describe, expect, test } from "vitest";
import { pattern, readAll, writeAll } from "./support/tcp.ts";
import { COMPLAINT, hasTshark, readCapture } from "./support/tshark.ts";

const IDEAL: LinkOptions = { rateMbps: Number.POSITIVE_INFINITY, delayMs: 0 };
const ETHERNET_MAX_BYTES = 1514;

interface Outcome {
  readonly info: TcpInfo;
  readonly hash: string;
  /** The longest frame that each host has seen. */
  readonly longest: Readonly<Record<string, number>>;
}

interface Transfer {
  readonly bytes?: number;
  readonly pieceBytes?: number;
  readonly family?: 4 | 6;
  readonly server?: Host;
  readonly client?: Host;
  readonly address?: string;
  readonly before?: (sys: Sys, fd: number) => void;
}

/** Two hosts, a and b, on a segment. */
function onSegment(options: LinkOptions = IDEAL, seed = 1) {
  const world = new World({ console: () => {}, seed });
  const lan = world.segment("lan", options);
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(lan, "10.0.0.1/24", "fd00::1/64");
  b.attach(lan, "10.0.0.2/24", "fd00::2/64");
  return { world, lan, a, b };
}

function watchLengths(host: Host, longest: Record<string, number>): void {
  longest[host.name] = 0;
  for (const one of host.netif.interfaces.list()) {
    one.tap((_direction, { length }) => {
      longest[host.name] = Math.max(longest[host.name] ?? 0, length);
    });
  }
}

/** Sends bytes from one host to the other, and checks that they are what has come. */
async function transfer(world: World, hosts: readonly Host[], options: Transfer = {}): Promise<Outcome> {
  const { bytes = 1_000_000, pieceBytes = 65_536, family = 4, before } = options;
  const [client, server] = [options.client ?? (hosts[0] as Host), options.server ?? (hosts[1] as Host)];
  const address = options.address ?? (family === 4 ? "10.0.0.2" : "fd00::2");
  const longest: Record<string, number> = {};
  for (const host of hosts) watchLengths(host, longest);
  const data = pattern(bytes);
  const domain = family === 4 ? AF_INET : AF_INET6;
  let got: Uint8Array | null = null;
  let info: TcpInfo | null = null;
  server.spawn("server", async (sys) => {
    const s = sys.socket(domain, SOCK_STREAM);
    sys.bind(s, { address: family === 4 ? "0.0.0.0" : "::", port: 7 });
    sys.listen(s, 1);
    const { fd } = await sys.accept(s);
    before?.(sys, fd);
    got = await readAll(sys, fd);
    sys.close(fd);
  });
  client.spawn("client", async (sys) => {
    const fd = sys.socket(domain, SOCK_STREAM);
    before?.(sys, fd);
    await sys.connect(fd, { address, port: 7 });
    await writeAll(sys, fd, data, pieceBytes);
    await sys.read(fd, new Uint8Array(1));
    info = sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO) as TcpInfo;
    sys.close(fd);
  });
  const { crashes, hash } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  expect(Buffer.compare(got ?? new Uint8Array(0), data)).toBe(0);
  return { info: info as unknown as TcpInfo, hash, longest };
}

describe("on a link that takes no time and loses nothing", () => {
  test.each([4, 6] as const)("segments of many frames arrive whole over IPv%d", async (family) => {
    const { world, a, b } = onSegment();
    const { longest, info } = await transfer(world, [a, b], { family });
    expect(longest.b).toBeGreaterThan(60_000);
    expect(longest.b).toBeLessThan(65_536 + 14);
    expect(info.total_retrans).toBe(0);
  });

  test("what counts segments counts those of the wire", async () => {
    const count = async (offload: boolean) => {
      const { world, a, b } = onSegment();
      for (const host of [a, b]) host.configure("eth0", { offload });
      const { info, longest } = await transfer(world, [a, b], { bytes: 1448 * 600, pieceBytes: 1448 * 20 });
      expect((longest.b ?? 0) > ETHERNET_MAX_BYTES).toBe(offload);
      const { interfaces, counters } = a.netstat();
      const eth = interfaces.find(({ name }) => name === "eth0");
      return { out: info.segs_out, counter: counters.TcpOutSegs, tx: eth?.txPackets, bytes: eth?.txBytes };
    };
    const [whole, single] = [await count(true), await count(false)];
    expect(whole).toEqual(single);
    expect(whole.out).toBeGreaterThanOrEqual(600);
  });

  test("the receiver acknowledges a large segment once", async () => {
    const { world, a, b } = onSegment();
    await transfer(world, [a, b]);
    const sent = b.netstat().counters.TcpOutSegs ?? 0;
    expect(sent).toBeLessThan((a.netstat().counters.TcpOutSegs ?? 0) / 5);
  });

  test.skipIf(!hasTshark)("a capture shows them as Linux's would, and nothing is wrong with them", async () => {
    const { world, a, b } = onSegment();
    const capture = b.capture();
    await transfer(world, [a, b], { bytes: 300_000 });
    const bytes = capture.toBytes();
    expect(readCapture(bytes, "-Y", COMPLAINT)).toEqual([]);
    expect(readCapture(bytes, "-Y", "frame.len > 20000").length).toBeGreaterThan(3);
  });

  test("an interface without offload sends and gets them one by one", async () => {
    for (const side of ["a", "b"] as const) {
      const { world, a, b } = onSegment();
      (side === "a" ? a : b).configure("eth0", { offload: false });
      const { longest } = await transfer(world, [a, b], { bytes: 200_000 });
      expect(longest[side]).toBeLessThanOrEqual(ETHERNET_MAX_BYTES);
    }
  });
});

describe("one by one, although they leave together", () => {
  const RATED: readonly (readonly [string, LinkOptions])[] = [
    ["a rate", { delayMs: 0 }],
    ["a delay", { ...IDEAL, delayMs: 0.005 }],
    ["jitter", { ...IDEAL, jitterMs: 0.001 }],
    ["losses", { ...IDEAL, lossRate: 0.01 }],
    ["duplicates", { ...IDEAL, duplicateRate: 0.01 }],
    ["corruption", { ...IDEAL, corruptRate: 0.01 }],
    ["reordering", { ...IDEAL, reorderRate: 0.01 }],
  ];

  test.each(RATED)("on a link with %s", async (_name, link) => {
    const { world, a, b } = onSegment(link);
    const { longest } = await transfer(world, [a, b], { bytes: 200_000 });
    expect(Math.max(...Object.values(longest))).toBeLessThanOrEqual(ETHERNET_MAX_BYTES);
  });

  test("on a link with a rule, which sees single segments from then on", async () => {
    const { world, lan, a, b } = onSegment();
    let longest = 0;
    let frames = 0;
    lan.rule((packet) => {
      longest = Math.max(longest, packet.length);
      return ++frames % 50 === 0 ? "drop" : "pass";
    });
    const { info } = await transfer(world, [a, b]);
    expect(longest).toBeLessThanOrEqual(ETHERNET_MAX_BYTES);
    expect(info.total_retrans).toBeGreaterThan(0);
  });

  test("in a queue discipline that judges single packets", async () => {
    const { world, a, b } = onSegment();
    a.configure("eth0", { qdisc: { kind: "tbf", rateMbps: 100, burstBytes: 3000, limitBytes: 30_000 } });
    const { longest } = await transfer(world, [a, b], { bytes: 200_000 });
    expect(longest.b).toBeLessThanOrEqual(ETHERNET_MAX_BYTES);
  });

  test("the same run, with and without offload, where the link has a rate", async () => {
    const run = async (offload: boolean) => {
      const { world, a, b } = onSegment({ rateMbps: 100, delayMs: 2, lossRate: 0.002 }, 7);
      for (const host of [a, b]) host.configure("eth0", { offload });
      return (await transfer(world, [a, b])).hash;
    };
    expect(await run(true)).toBe(await run(false));
  });
});

describe("through a gateway", () => {
  /** a ── ideal ── gateway ── another link ── b. */
  function chain(second: LinkOptions) {
    const world = new World({ console: () => {} });
    const [a, gateway, b] = [world.host("a"), world.host("gateway"), world.host("b")];
    const [near, far] = [world.segment("near", IDEAL), world.segment("far", second)];
    a.attach(near, "10.0.0.1/24", "fd00::1/64");
    gateway.attach(near, "10.0.0.254/24", "fd00::fe/64");
    gateway.attach(far, "10.0.1.254/24", "fd01::fe/64");
    b.attach(far, "10.0.1.2/24", "fd01::2/64");
    gateway.forwarding = true;
    gateway.sysctl("net.ipv6.conf.all.forwarding", 1);
    for (const [host, via4, via6] of [[a, "10.0.0.254", "fd00::fe"] as const, [b, "10.0.1.254", "fd01::fe"] as const]) {
      host.route("default", { via: via4 });
      host.route("::/0", { via: via6 });
    }
    return { world, a, gateway, b, far };
  }
  const ADDRESSES = { 4: "10.0.1.2", 6: "fd01::2" } as const;

  test.each([4, 6] as const)("they are cut where a link with a rate begins, over IPv%d", async (family) => {
    const { world, a, gateway, b } = chain({ rateMbps: 1000 });
    const { longest } = await transfer(world, [a, b, gateway], { family, address: ADDRESSES[family] });
    expect(longest.gateway).toBeGreaterThan(10_000);
    expect(longest.b).toBeLessThanOrEqual(ETHERNET_MAX_BYTES);
  });

  test("a frame of one is lost, and the peer has no SACK: that frame alone goes again", async () => {
    const { world, a, gateway, b, far } = chain({ rateMbps: 1000, delayMs: 1 });
    b.sysctl("net.ipv4.tcp_sack", 0);
    let frames = 0;
    far.rule(({ from, length }) => (from.startsWith("gateway") && length > 1000 && ++frames === 253 ? "drop" : "pass"));
    const { info, longest } = await transfer(world, [a, b, gateway], { address: ADDRESSES[4] });
    expect(longest.gateway).toBeGreaterThan(10_000);
    expect(info.total_retrans).toBe(1);
  });

  test.each([4, 6] as const)("PMTU discovery finds a narrow link in the middle, over IPv%d", async (family) => {
    const world = new World({ console: () => {} });
    const [a, r1, r2, b] = [world.host("a"), world.host("r1"), world.host("r2"), world.host("b")];
    const [x, y, z] = [
      world.segment("x", IDEAL),
      world.segment("y", { ...IDEAL, mtu: 1300 }),
      world.segment("z", IDEAL),
    ];
    a.attach(x, "10.0.0.1/24", "fd00::1/64");
    r1.attach(x, "10.0.0.254/24", "fd00::fe/64");
    r1.attach(y, "10.0.1.1/24", "fd01::1/64");
    r2.attach(y, "10.0.1.2/24", "fd01::2/64");
    r2.attach(z, "10.0.2.254/24", "fd02::fe/64");
    b.attach(z, "10.0.2.2/24", "fd02::2/64");
    for (const router of [r1, r2]) {
      router.forwarding = true;
      router.sysctl("net.ipv6.conf.all.forwarding", 1);
    }
    world.autoroute();
    const address = { 4: "10.0.2.2", 6: "fd02::2" }[family];
    const { info, longest } = await transfer(world, [a, b, r2], { family, address });
    expect(info.pmtu).toBe(1300);
    expect(info.total_retrans).toBeGreaterThan(0);
    expect(longest.r2).toBeGreaterThan(10_000);
  });
});

test("any sizes, any limits: the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        bytes: fc.integer({ min: 1, max: 300_000 }),
        pieceBytes: fc.integer({ min: 1, max: 70_000 }).map((size) => Math.max(size, 500)),
        family: fc.constantFrom<4 | 6>(4, 6),
        mss: fc.integer({ min: 88, max: 1460 }),
        receiveBytes: fc.integer({ min: 2000, max: 300_000 }),
        noDelay: fc.boolean(),
        dropEach: fc.integer({ min: 0, max: 60 }),
      }),
      async ({ bytes, pieceBytes, family, mss, receiveBytes, noDelay, dropEach }) => {
        const { world, lan, a, b } = onSegment();
        const before = (sys: Sys, fd: number): void => {
          sys.setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, mss);
          sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, receiveBytes);
          sys.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, noDelay ? 1 : 0);
        };
        // Rules come and go: what was sent whole a moment ago may have to be sent again one by one.
        let frames = 0;
        let rule: Disposable | undefined;
        if (dropEach > 5) {
          a.netif.interfaces.list()[1]?.tap(() => {
            if (++frames % 7 === 0) rule ??= lan.rule(() => (frames % dropEach === 0 ? "drop" : "pass"));
            if (frames % 40 === 0) {
              rule?.[Symbol.dispose]();
              rule = undefined;
            }
          });
        }
        await transfer(world, [a, b], { bytes, pieceBytes, family, before });
      },
    ),
    { numRuns: 15 },
  );
}, 30_000);
