/** Buffers that follow the connection: Linux's tcp_rcv_space_adjust and tcp_sndbuf_expand, tcp(7). */
import { IPPROTO_TCP, TCP_INFO } from "netloom";
import { describe, expect, test } from "vitest";
import { connectTo, listenOn, twoHosts } from "./support/tcp.ts";

/** Goodput in Gbit/s over 10 Gbit/s and 10 ms, counted from `warmUpSeconds` on; nobody sets an option. */
async function fill(
  settings: Readonly<Record<string, string>>,
  warmUpSeconds: number,
  seconds: number,
): Promise<number> {
  const { world, a, b } = twoHosts({ rateMbps: 10_000, delayMs: 5, queuePackets: 10_000, mtu: 9000 });
  for (const [name, value] of Object.entries(settings)) for (const host of [a, b]) host.sysctl(name, value);
  const endNs = Math.round((warmUpSeconds + seconds) * 1e9);
  let counted = 0;
  b.spawn("sink", async (sys) => {
    const { fd } = await sys.accept(listenOn(sys, 7));
    const buffer = new Uint8Array(1 << 20);
    while (world.nowNs < endNs) {
      const count = await sys.read(fd, buffer);
      if (world.nowNs >= warmUpSeconds * 1e9) counted += count;
    }
  });
  a.spawn("source", async (sys) => {
    const fd = await connectTo(sys);
    const data = new Uint8Array(1 << 18);
    while (world.nowNs < endNs) await sys.write(fd, data);
  });
  const { crashes } = await world.run({ until: endNs });
  expect(crashes).toEqual([]);
  return (counted * 8) / seconds / 1e9;
}

describe("one connection over 10 Gbit/s and 10 ms", () => {
  test("fills it, once slow start is over", async () => {
    expect(await fill({}, 0.2, 0.03)).toBeGreaterThan(9.5);
  });

  test("not with a receive buffer that stays as it is", async () => {
    const fixed = await fill({ "net.ipv4.tcp_moderate_rcvbuf": "0" }, 0.1, 0.05);
    // 64 KiB for each round trip.
    expect(fixed).toBeLessThan(0.06);
  });

  test("not with the send buffer that Linux allows", async () => {
    const linux = await fill({ "net.ipv4.tcp_wmem": "4096 16384 4194304" }, 0.14, 0.03);
    expect(linux).toBeLessThan(4);
    expect(linux).toBeGreaterThan(2);
  });
});

test("the receive buffer follows the round trip of now, which a queue makes longer than that of the handshake", async () => {
  const { world, a, b } = twoHosts({ rateMbps: 10, delayMs: 20, queuePackets: 150 });
  let longestMs = 0;
  b.spawn("sink", async (sys) => {
    const { fd } = await sys.accept(listenOn(sys, 7));
    const buffer = new Uint8Array(1 << 16);
    while ((await sys.read(fd, buffer)) > 0) {
      const info = sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO);
      longestMs = Math.max(longestMs, info.rcv_rtt / 1000);
    }
  });
  a.spawn("source", async (sys) => {
    const fd = await connectTo(sys);
    await sys.write(fd, new Uint8Array(1_000_000));
    sys.close(fd);
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  // 40 ms, and 150 packets of 1.2 ms.
  expect(longestMs).toBeGreaterThan(150);
  expect(longestMs).toBeLessThan(230);
});
