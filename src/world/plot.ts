/**
 * The series of a connection as a picture: windows, round trip, delivery rate and retransmissions, one above the other.
 */
import type { ConnectionSeries, SeriesPoint } from "../inet/tcp/series.ts";

const WIDTH = 900;
const PANEL_HEIGHT = 150;
const LEFT = 90;
const RIGHT = 20;
const GAP = 40;
const NS_PER_SECOND = 1e9;

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly value: (point: SeriesPoint) => number | null;
}

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
}

const PANELS: readonly Panel[] = [
  {
    title: "window",
    unit: "KiB",
    curves: [
      { name: "cwnd", colour: "#0b62a4", value: ({ cwndBytes }) => cwndBytes / 1024 },
      { name: "in flight", colour: "#7a92a3", value: ({ inFlightBytes }) => inFlightBytes / 1024 },
      { name: "ssthresh", colour: "#c0504d", value: ({ ssthreshBytes }) => ssthreshBytes && ssthreshBytes / 1024 },
    ],
  },
  {
    title: "round trip",
    unit: "ms",
    curves: [
      { name: "srtt", colour: "#2e7d32", value: ({ srttNs }) => srttNs / 1e6 },
      { name: "rttvar", colour: "#9ccc65", value: ({ rttvarNs }) => rttvarNs / 1e6 },
    ],
  },
  {
    title: "delivery",
    unit: "Mbit/s",
    curves: [{ name: "delivery rate", colour: "#6a1b9a", value: ({ deliveryRateBps }) => deliveryRateBps / 1e6 }],
  },
  {
    title: "sent again",
    unit: "segments",
    curves: [{ name: "retransmissions", colour: "#e65100", value: ({ retransmissions }) => retransmissions }],
  },
];

/** A picture of one connection. */
export function svgSeries({ host, local, remote, points }: ConnectionSeries): string {
  const height = PANELS.length * (PANEL_HEIGHT + GAP) + GAP;
  const startNs = points[0]?.timeNs ?? 0;
  const spanNs = Math.max(1, (points.at(-1)?.timeNs ?? 1) - startNs);
  const panels = PANELS.map((panel, index) => draw(panel, GAP + index * (PANEL_HEIGHT + GAP), points, startNs, spanNs));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="${LEFT}" y="18">${host}: ${local} to ${remote}, ${(startNs / NS_PER_SECOND).toFixed(3)} s to ${((startNs + spanNs) / NS_PER_SECOND).toFixed(3)} s</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function draw(
  { title, unit, curves }: Panel,
  top: number,
  points: readonly SeriesPoint[],
  startNs: number,
  spanNs: number,
) {
  const bottom = top + PANEL_HEIGHT;
  const largest = Math.max(
    1e-9,
    ...curves.map(({ value }) => points.reduce((most, each) => Math.max(most, value(each) ?? 0), 0)),
  );
  const x = (timeNs: number): string => (LEFT + ((timeNs - startNs) / spanNs) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (bottom - (value / largest) * PANEL_HEIGHT).toFixed(1);
  const lines = curves.map(({ colour, value }) => {
    const path = points.flatMap((point) => {
      const at = value(point);
      return at === null ? [] : [`${x(point.timeNs)},${y(at)}`];
    });
    return `<polyline fill="none" stroke="${colour}" points="${path.join(" ")}"/>`;
  });
  const legend = curves.map(
    ({ name, colour }, index) => `<text x="${LEFT + 110 + index * 110}" y="${top - 6}" fill="${colour}">${name}</text>`,
  );
  return [
    `<text x="${LEFT}" y="${top - 6}">${title}, ${unit}</text>`,
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${largest.toPrecision(3)}</text>`,
    `<text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>`,
    `<path d="M${LEFT} ${top}V${bottom}H${WIDTH - RIGHT}" fill="none" stroke="#888"/>`,
    ...legend,
    ...lines,
  ].join("\n");
}
