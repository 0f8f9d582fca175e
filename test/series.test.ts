/** Series of TCP connections: as data, and as pictures. */
import { svgSeries } from "netloom";
import { expect, test } from "vitest";
import { connectTo, listenOn, pattern, readAll, twoHosts, writeAll } from "./support/tcp.ts";

test("world.record() tells how each connection went, and svgSeries() draws it", async () => {
  const { world, a, b } = twoHosts({ delayMs: 5, rateMbps: 10, lossRate: 0.01 });
  const all = world.record();
  const senders = world.record({ host: "a", port: 7, intervalMs: 50 });
  b.spawn("server", async (sys) => {
    const { fd } = await sys.accept(listenOn(sys, 7));
    await readAll(sys, fd);
    sys.close(fd);
  });
  a.spawn("client", async (sys) => {
    const fd = await connectTo(sys);
    await writeAll(sys, fd, pattern(500_000), 10_000);
    sys.close(fd);
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  expect(all.connections.map(({ host }) => host).sort()).toEqual(["a", "b"]);
  expect(senders.connections).toHaveLength(1);
  const series = senders.connections[0];
  if (series === undefined) throw new Error("nothing was recorded");
  expect(series.remote).toBe("10.0.0.2:7");
  const { points } = series;
  expect(points.every((point, index) => index === 0 || point.timeNs - (points[index - 1]?.timeNs ?? 0) >= 50e6)).toBe(
    true,
  );
  const last = points.at(-1);
  expect(last?.retransmissions).toBeGreaterThan(0);
  expect(last?.srttNs).toBeGreaterThan(10e6);
  expect(Math.max(...points.map(({ deliveryRateBps }) => deliveryRateBps))).toBeLessThan(11e6);
  expect(svgSeries(series)).toMatch(/^<svg .*<polyline .*<\/svg>\n$/s);
  senders[Symbol.dispose]();
});
