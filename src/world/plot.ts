/**
 * The series of a connection as a picture: windows, round trip, delivery rate and retransmissions, one above the other over the
 * same time.
 *
 * Read first: inet/tcp/series.ts for the series; plot-scale.ts for axes and units. It is light on light pages and dark on dark ones.
 */
import type { ConnectionSeries, SeriesPoint } from "../inet/tcp/series.ts";
import {
  BITS_PER_SECOND,
  BYTES,
  type Dot,
  NANOSECONDS,
  SEGMENTS,
  stepFor,
  thinned,
  ticks,
  tickText,
  type Unit,
  unitFor,
} from "./plot-scale.ts";

const WIDTH = 960;
const LEFT = 78;
const RIGHT = 24;
const HEAD = 70;
const PANEL_HEIGHT = 150;
const GAP = 46;
const FOOT = 44;
const NS_PER_SECOND = 1e9;
/** Room above the highest point. */
const MARGIN = 1.06;
const Y_TICKS_MAX = 5;
const X_TICKS_MAX = 10;
const LEGEND_WIDTH = 116;

interface Curve {
  readonly name: string;
  /** Its class in STYLE. */
  readonly look: string;
  readonly value: (point: SeriesPoint) => number | null;
}

interface Panel {
  readonly title: string;
  readonly units: readonly Unit[];
  readonly curves: readonly Curve[];
  /** Each retransmission has a mark at the foot. */
  readonly hasMarks?: boolean;
}

const PANELS: readonly Panel[] = [
  {
    title: "Window",
    units: BYTES,
    curves: [
      { name: "in flight", look: "flight", value: ({ inFlightBytes }) => inFlightBytes },
      { name: "ssthresh", look: "threshold", value: ({ ssthreshBytes }) => ssthreshBytes },
      { name: "cwnd", look: "window", value: ({ cwndBytes }) => cwndBytes },
    ],
    hasMarks: true,
  },
  {
    title: "Round trip",
    units: NANOSECONDS,
    curves: [
      { name: "srtt", look: "trip", value: ({ srttNs }) => srttNs },
      { name: "rttvar", look: "variance", value: ({ rttvarNs }) => rttvarNs },
    ],
  },
  {
    title: "Delivery rate",
    units: BITS_PER_SECOND,
    curves: [{ name: "delivery rate", look: "rate", value: ({ deliveryRateBps }) => deliveryRateBps }],
  },
  {
    title: "Retransmissions",
    units: SEGMENTS,
    curves: [{ name: "in all", look: "again", value: ({ retransmissions }) => retransmissions }],
  },
];

/** What is painted with each colour, on white and on black: colours that are told apart by who sees few of them. */
const COLOURS: readonly (readonly [string, "fill" | "stroke", string, string])[] = [
  [".paper", "fill", "#ffffff", "#14181d"],
  ["text", "fill", "#1f2933", "#e6eaee"],
  [".soft, .tick", "fill", "#5f6b76", "#9aa7b3"],
  [".grid", "stroke", "#e4e8ec", "#2a313a"],
  [".axis", "stroke", "#9aa5b1", "#5c6874"],
  [".window", "stroke", "#0b62a4", "#5ab0f2"],
  [".flight", "stroke", "#a9bccb", "#4d6273"],
  [".threshold", "stroke", "#c0392b", "#ff7a6b"],
  [".trip", "stroke", "#1e7d4f", "#55c68c"],
  [".variance", "stroke", "#8fbf5a", "#a8c96f"],
  [".rate", "stroke", "#6a3d9a", "#b794f4"],
  [".again, .mark", "stroke", "#d35400", "#ff9f50"],
];
/** Without variables: few viewers beside browsers know them. */
const STYLE = `
svg { color-scheme: light dark; }
text { font: 12px system-ui, "Segoe UI", Roboto, sans-serif; } .name { font-size: 16px; font-weight: 600; }
.title { font-size: 13px; font-weight: 600; } .tick { font-size: 11px; font-variant-numeric: tabular-nums; }
.curve { fill: none; stroke-width: 1.6; stroke-linejoin: round; } .threshold { stroke-dasharray: 6 4; } .mark { stroke-width: 1.2; }
${COLOURS.map(([what, property, light]) => `${what} { ${property}: ${light}; }`).join("\n")}
@media (prefers-color-scheme: dark) {
${COLOURS.map(([what, property, , dark]) => `${what} { ${property}: ${dark}; }`).join("\n")}
}`;

/** The place of the picture that a panel has, and the time that all of them show. */
interface Frame {
  readonly top: number;
  readonly startNs: number;
  readonly spanNs: number;
}

/** A picture of one connection. */
export function svgSeries({ host, local, remote, points }: ConnectionSeries): string {
  const height = HEAD + PANELS.length * (PANEL_HEIGHT + GAP) - GAP + FOOT;
  const startNs = points[0]?.timeNs ?? 0;
  const spanNs = Math.max(1, (points.at(-1)?.timeNs ?? 1) - startNs);
  const panels = PANELS.map((panel, index) => {
    return draw(panel, points, { top: HEAD + index * (PANEL_HEIGHT + GAP), startNs, spanNs });
  });
  const seconds = (ns: number) => (ns / NS_PER_SECOND).toFixed(3);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>TCP connection of ${host}, ${local} to ${remote}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    `<text class="name" x="${LEFT}" y="26">${host}: ${local} → ${remote}</text>`,
    `<text class="soft" x="${WIDTH - RIGHT}" y="26" text-anchor="end">${seconds(startNs)} s to ${seconds(startNs + spanNs)} s, ${points.length} points</text>`,
    ...panels,
    `<text class="soft" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 8}" text-anchor="middle">time since the world’s start, s</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function draw(panel: Panel, points: readonly SeriesPoint[], frame: Frame): string {
  const { title, units, curves } = panel;
  const { top } = frame;
  const largest = curves.reduce((most, curve) => {
    return points.reduce((higher, point) => Math.max(higher, heightOf(curve, point) ?? 0), most);
  }, 0);
  const unit = unitFor(units, largest);
  const step =
    units === SEGMENTS
      ? Math.max(1, stepFor((largest || 1) * MARGIN, Y_TICKS_MAX))
      : stepFor(((largest || unit.size) * MARGIN) / unit.size, Y_TICKS_MAX);
  const full = Math.max(largest * MARGIN, step * unit.size);
  const y = (value: number): number => top + PANEL_HEIGHT * (1 - value / full);
  return [
    `<text class="title" x="${LEFT}" y="${top - 12}">${title}<tspan class="soft" font-weight="400">, ${unit.name}</tspan></text>`,
    ...legend(legendOf(panel, points), top),
    ...rows(full / unit.size, step, (value) => y(value * unit.size)),
    ...columns(frame),
    ...curves.map((curve) => line(curve, points, frame, y)),
    ...(panel.hasMarks === true ? [marks(points, frame)] : []),
    `<path class="axis" d="M${LEFT} ${top}V${top + PANEL_HEIGHT}H${WIDTH - RIGHT}" fill="none"/>`,
  ].join("\n");
}

/** What there is to see: a name and its look. */
function legendOf({ curves, hasMarks }: Panel, points: readonly SeriesPoint[]): readonly (readonly [string, string])[] {
  const seen = curves.filter((curve) => points.some((point) => heightOf(curve, point) !== null));
  const names = seen.map(({ name, look }) => [name, look] as const);
  const hasAny = hasMarks === true && (points.at(-1)?.retransmissions ?? 0) > (points[0]?.retransmissions ?? 0);
  return hasAny ? [...names, ["sent again", "mark"]] : names;
}

function legend(names: readonly (readonly [string, string])[], top: number): readonly string[] {
  if (names.length === 1) return [];
  const from = WIDTH - RIGHT - names.length * LEGEND_WIDTH;
  return names.map(([name, look], index) => {
    const x = from + index * LEGEND_WIDTH + 20;
    const swatch = look === "mark" ? `M${x + 11} ${top - 20}v8` : `M${x} ${top - 16}h22`;
    return `<path class="curve ${look}" d="${swatch}"/><text x="${x + 28}" y="${top - 12}">${name}</text>`;
  });
}

/** Horizontal lines, and their numbers. */
function rows(to: number, step: number, y: (value: number) => number): readonly string[] {
  return ticks(0, to, step).map((value) => {
    const at = y(value).toFixed(1);
    const text = `<text class="tick" x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${tickText(value, step)}</text>`;
    return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/>${text}`;
  });
}

/** Vertical ones. */
function columns(frame: Frame): readonly string[] {
  const { top, startNs, spanNs } = frame;
  const step = stepFor(spanNs / NS_PER_SECOND, X_TICKS_MAX);
  return ticks(startNs / NS_PER_SECOND, (startNs + spanNs) / NS_PER_SECOND, step).map((seconds) => {
    const x = xOf(frame, seconds * NS_PER_SECOND).toFixed(1);
    const text = `<text class="tick" x="${x}" y="${top + PANEL_HEIGHT + 16}" text-anchor="middle">${tickText(seconds, step)}</text>`;
    return `<path class="grid" d="M${x} ${top}V${top + PANEL_HEIGHT}"/>${text}`;
  });
}

/** Null: there is nothing to draw, as of what has no bound. */
function heightOf({ value }: Curve, point: SeriesPoint): number | null {
  const at = value(point);
  return at !== null && Number.isFinite(at) ? at : null;
}

function line(curve: Curve, points: readonly SeriesPoint[], frame: Frame, y: (value: number) => number): string {
  const dots: Dot[] = [];
  for (const point of points) {
    const at = heightOf(curve, point);
    if (at !== null) dots.push({ x: xOf(frame, point.timeNs), y: y(at) });
  }
  return dots.length === 0 ? "" : `<path class="curve ${curve.look}" d="${steps(thinned(dots))}"/>`;
}

/** A value stays as it is until the next point; what does not change needs no words. */
function steps(dots: readonly Dot[]): string {
  const [first, ...rest] = dots as [Dot, ...Dot[]];
  let level = first.y.toFixed(1);
  let path = `M${first.x.toFixed(1)} ${level}`;
  for (const { x, y } of rest) {
    const next = y.toFixed(1);
    if (next !== level) path += `H${x.toFixed(1)}V${next}`;
    level = next;
  }
  return `${path}H${(dots.at(-1) as Dot).x.toFixed(1)}`;
}

/** A stroke wherever something was sent again since the point before. */
function marks(points: readonly SeriesPoint[], frame: Frame): string {
  const places = new Set<number>();
  points.forEach(({ timeNs, retransmissions }, index) => {
    if (index > 0 && retransmissions > (points[index - 1] as SeriesPoint).retransmissions)
      places.add(Math.round(xOf(frame, timeNs)));
  });
  const foot = frame.top + PANEL_HEIGHT;
  const strokes = [...places].map((x) => `M${x} ${foot}v-8`).join("");
  return strokes === "" ? "" : `<path class="mark" d="${strokes}"><title>retransmissions</title></path>`;
}

function xOf({ startNs, spanNs }: Frame, timeNs: number): number {
  return LEFT + ((timeNs - startNs) / spanNs) * (WIDTH - LEFT - RIGHT);
}
