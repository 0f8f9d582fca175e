/** Series of TCP connections: as data, and as pictures. */
import fc from "fast-check";
import { svgSeries } from "netloom";
import { expect, test } from "vitest";
import { stepFor, thinned, ticks, tickText } from "../src/world/plot-scale.ts";
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
  const picture = svgSeries(series);
  expect(picture).toMatch(/^<svg .*<\/svg>\n$/s);
  const words = [...picture.matchAll(/<text [^>]*>([^<]*)/g)].map(([, text]) => text);
  for (const name of ["Window", "in flight", "ssthresh", "cwnd", "sent again", "Round trip", "srtt", "rttvar"]) {
    expect(words).toContain(name);
  }
  for (const name of ["Delivery rate", "Retransmissions"]) expect(words).toContain(name);
  for (const unit of ["KiB", "ms", "Mbit/s", "segments"]) expect(picture).toContain(`>, ${unit}</tspan>`);
  expect(picture.match(/<path class="curve /g)).toHaveLength(7 + 6);
  // Nothing lies outside of the picture.
  for (const [, x] of picture.matchAll(/[MH]([\d.-]+)/g)) expect(Number(x)).toBeLessThanOrEqual(960);
  senders[Symbol.dispose]();
});

test("a picture of a connection that has hardly begun, and of one without losses", async () => {
  const point = {
    timeNs: 5,
    cwndBytes: 14_480,
    ssthreshBytes: null,
    srttNs: 0,
    rttvarNs: 0,
    inFlightBytes: 0,
    retransmissions: 0,
    deliveryRateBps: 0,
  };
  const series = { host: "a", local: "10.0.0.1:1", remote: "10.0.0.2:2", points: [point] };
  for (const points of [[], [point], [point, { ...point, timeNs: 6 }]]) {
    const picture = svgSeries({ ...series, points });
    expect(picture).not.toMatch(/NaN|Infinity|undefined|ssthresh<|sent again/);
  }
});

test.each([
  [{ prot: 7 }, 'TypeError: world.record(): there is no option "prot"; did you mean "port"?'],
  [{ interval: 5 }, 'TypeError: world.record(): there is no option "interval"; did you mean "intervalMs"?'],
  [{ zzzzzz: 5 }, 'TypeError: world.record(): there is no option "zzzzzz"; there are host, port, intervalMs'],
  [{ port: -3 }, "RangeError: world.record(): port is -3; allowed is a whole number from 1 to 65535"],
  [{ port: 80.5 }, "RangeError: world.record(): port is 80.5; allowed is a whole number from 1 to 65535"],
  [{ port: "80" }, 'TypeError: world.record(): port is "80"; allowed is a whole number from 1 to 65535'],
  [{ intervalMs: -1 }, "RangeError: world.record(): intervalMs is -1; allowed is a number from 0 to 86400000"],
  [{ intervalMs: Number.NaN }, "RangeError: world.record(): intervalMs is NaN; allowed is a number from 0 to 86400000"],
  [{ intervalMs: "x" }, 'TypeError: world.record(): intervalMs is "x"; allowed is a number from 0 to 86400000'],
  [{ host: 5 }, "TypeError: world.record(): host is 5; allowed is the name of a host"],
  [{ host: "" }, 'RangeError: world.record(): host is ""; allowed is the name of a host'],
  [null, "TypeError: world.record(): the filter is null; allowed is a record, { port: 80 }"],
  [7, "TypeError: world.record(): the filter is 7; allowed is a record, { port: 80 }"],
])("world.record(%o) is refused", (filter, message) => {
  const { world } = twoHosts();
  let refusal: unknown;
  try {
    world.record(filter as never);
  } catch (error) {
    refusal = error;
  }
  expect(String(refusal)).toBe(message);
});

test("world.record() may name a host that is yet to be made, and leave anything out", () => {
  const { world } = twoHosts();
  const series = world.record({ host: "later", port: undefined } as never);
  expect(series.connections).toEqual([]);
  world.host("later");
});

test("what has no end is left out of a picture", () => {
  const point = {
    timeNs: 5,
    cwndBytes: Number.POSITIVE_INFINITY,
    ssthreshBytes: Number.POSITIVE_INFINITY,
    srttNs: 1e6,
    rttvarNs: Number.NaN,
    inFlightBytes: 1000,
    retransmissions: 0,
    deliveryRateBps: Number.POSITIVE_INFINITY,
  };
  const points = [point, { ...point, timeNs: 1e9, cwndBytes: 5000 }];
  const picture = svgSeries({ host: "a", local: "10.0.0.1:1", remote: "10.0.0.2:2", points });
  expect(picture).not.toMatch(/NaN|Infinity|ssthresh<|rttvar</);
  expect(picture).toContain(">cwnd<");
  for (const span of [Number.POSITIVE_INFINITY, Number.NaN, 0, -1]) expect(stepFor(span, 5)).toBe(1);
  expect(ticks(0, Number.POSITIVE_INFINITY, 1)).toEqual([]);
});

test("ticks are round numbers, and few", () => {
  expect(ticks(0, 9.7, stepFor(9.7, 5))).toEqual([0, 2, 4, 6, 8]);
  expect(ticks(0.122, 0.6, stepFor(0.478, 10)).map((each) => tickText(each, 0.05))).toEqual([
    "0.15",
    "0.20",
    "0.25",
    "0.30",
    "0.35",
    "0.40",
    "0.45",
    "0.50",
    "0.55",
    "0.60",
  ]);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), fc.integer({ min: 2, max: 12 }), (span, count) => {
      const step = stepFor(span, count);
      expect(span / step).toBeLessThanOrEqual(count);
      expect(span / step).toBeGreaterThan(count / 2.6);
    }),
  );
});

test("a curve with many points keeps what can be seen of it", () => {
  const dots = Array.from({ length: 10_000 }, (_, n) => ({ x: n / 100, y: n % 97 }));
  const kept = thinned(dots);
  expect(kept.length).toBeLessThanOrEqual(400);
  expect([kept[0], kept.at(-1)]).toEqual([dots[0], dots.at(-1)]);
  for (let column = 0; column < 100; column++) {
    const of = (all: readonly { x: number; y: number }[]) =>
      all.filter(({ x }) => Math.floor(x) === column).map(({ y }) => y);
    expect([Math.max(...of(kept)), Math.min(...of(kept))]).toEqual([Math.max(...of(dots)), Math.min(...of(dots))]);
  }
});
