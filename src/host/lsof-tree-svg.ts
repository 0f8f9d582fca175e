/**
 * The tree of host/lsof-tree.ts as an SVG picture: processes with their descriptor tables on the left, the objects behind
 * them on the right, and an arrow for each descriptor, in the direction in which bytes flow.
 *
 *     ┌ parent[2] ───────┐
 *     │ 3 r  pipe 1      │◀────────╮  ╭───────────────────╮
 *     │ 4 w  pipe 1      │─────────┼─▶│ pipe 1  ▓▓░░░░░░░ │
 *     └──────────────────┘         ╰──╰───────────────────╯
 *
 * The picture needs nothing else: no style sheet, no font, no script. Order: place processes → place objects beside
 * those who hold them → route arrows → write elements.
 */
import { groupDigits, isPlain, type LsofTree, relation, type TreeDescriptor, type TreeObject } from "./lsof-tree.ts";

const MARGIN = 24;
const HEAD = 46;
const PROCESS_WIDTH = 250;
const GAP = 170;
const OBJECT_WIDTH = 250;
const ROW = 22;
const TITLE = 30;
const SPACE = 22;
const FOOT = 34;
/** Widths of a letter of the two sizes. */
const LETTER = 7.3;
const NOTE_LETTER = 6.4;
/** How far the lines between objects swing out. */
const JOINT = 76;
/** How far from one another arrows end at an object. */
const PORT = 13;

const COLOURS: Readonly<Record<TreeDescriptor["access"], string>> = { r: "#1d5fbf", w: "#c2510c", u: "#5b4a9e" };
/** The colour of lines between objects. */
const QUEUED = "#7a8594";

interface ProcessBox {
  readonly title: string;
  readonly note: string;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly { readonly y: number; readonly descriptor: TreeDescriptor; readonly object: TreeObject }[];
}

interface ObjectBox {
  readonly object: TreeObject;
  readonly y: number;
  readonly height: number;
  /** Where each of its arrows ends, in the order of the descriptors. */
  readonly ports: number[];
}

/** Draws the tree; the text is a whole SVG document. `caption` says which moment it shows. */
export function svgLsofTree(tree: LsofTree, caption: string = ""): string {
  const processes = placeProcesses(tree);
  const objects = placeObjects(tree, processes);
  const bottoms = [...processes, ...objects.values()].map(({ y, height }) => y + height);
  const hasJoints = tree.objects.some(({ peer }) => peer !== undefined);
  const width = 2 * MARGIN + PROCESS_WIDTH + GAP + OBJECT_WIDTH + (hasJoints ? JOINT / 2 : 0);
  const height = Math.max(HEAD + ROW, ...bottoms) + SPACE + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `role="img" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="12">`,
    `<title>${toXml(`Descriptors of ${tree.host}`)}</title>`,
    markers(),
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(MARGIN, 30, tree.host, 'font-size="17" font-weight="bold" fill="#1b2430"'),
    text(MARGIN + PROCESS_WIDTH + GAP, 30, caption, 'font-size="13" fill="#55606f"'),
    ...arrows(processes, objects),
    ...joints(objects, tree),
    ...processes.flatMap((box) => [...drawProcess(box)]),
    ...[...objects.values()].flatMap((box) => [...drawObject(box, tree)]),
    legend(height),
    ...(hasJoints ? [jointLegend(height)] : []),
    "</svg>",
    "",
  ].join("\n");
}

function placeProcesses({ processes, objects }: LsofTree): ProcessBox[] {
  let y = HEAD;
  return processes.map(({ pid, ppid, name, uid, descriptors }) => {
    const top = y;
    const height = TITLE + Math.max(descriptors.length, 1) * ROW + 6;
    y += height + SPACE;
    const rows = descriptors.flatMap((descriptor, index) => {
      const object = objects[descriptor.object];
      return object === undefined ? [] : [{ y: top + TITLE + index * ROW + ROW / 2, descriptor, object }];
    });
    return { title: `${name}[${pid}]`, note: `uid ${uid}, parent ${ppid}`, y: top, height, rows };
  });
}

/** Each object stands at the height of those who hold it, and below the one before. */
function placeObjects({ objects }: LsofTree, processes: readonly ProcessBox[]): Map<number, ObjectBox> {
  const rows = processes.flatMap((process) => process.rows);
  const wanted = objects.flatMap((object, number) => {
    if (isPlain(object)) return [];
    const held = rows.filter(({ descriptor }) => descriptor.object === number).map((row) => row.y);
    const middle = held.reduce((sum, each) => sum + each, 0) / Math.max(held.length, 1);
    return [{ number, object, middle, count: held.length }];
  });
  wanted.sort((a, b) => a.middle - b.middle || a.number - b.number);
  const placed = new Map<number, ObjectBox>();
  let below = HEAD;
  for (const { number, object, middle, count } of wanted) {
    const height = Math.max(objectHeight(object), count * PORT + 14);
    const y = Math.max(below, Math.round(middle - height / 2));
    const first = y + height / 2 - ((count - 1) * PORT) / 2;
    const ports = Array.from({ length: count }, (_, index) => first + index * PORT);
    placed.set(number, { object, y, height, ports });
    below = y + height + SPACE;
  }
  return placed;
}

function objectHeight({ bytes, queue, peer }: TreeObject): number {
  const lines = (peer === undefined ? 0 : 1) + (queue === undefined ? 0 : 1 + Math.max(queue.entries.length, 1));
  return 34 + (bytes === undefined ? 0 : 26) + lines * 18 + (lines === 0 ? 0 : 8);
}

function* arrows(processes: readonly ProcessBox[], objects: ReadonlyMap<number, ObjectBox>): Generator<string> {
  const used = new Map<number, number>();
  const left = MARGIN + PROCESS_WIDTH;
  const right = left + GAP;
  for (const { y, descriptor } of processes.flatMap((process) => process.rows)) {
    const box = objects.get(descriptor.object);
    if (box === undefined) continue;
    const port = used.get(descriptor.object) ?? 0;
    used.set(descriptor.object, port + 1);
    const end = box.ports[port] ?? box.y;
    const { access } = descriptor;
    const heads = `${access === "w" ? "" : ` marker-start="url(#to-${access})"`}${access === "r" ? "" : ` marker-end="url(#to-${access})"`}`;
    yield `<path d="M ${left + 4} ${y} C ${left + GAP / 2} ${y}, ${right - GAP / 2} ${end}, ${right - 4} ${end}" ` +
      `fill="none" stroke="${COLOURS[access]}" stroke-width="1.8"${heads}/>`;
  }
}

/** Dashed lines on the right: between two that are connected, and with a head from a request to the queue in which it waits. */
function* joints(objects: ReadonlyMap<number, ObjectBox>, { objects: all }: LsofTree): Generator<string> {
  const x = MARGIN + PROCESS_WIDTH + GAP + OBJECT_WIDTH;
  let count = 0;
  for (const [number, { y, height }] of objects) {
    const peer = all[number]?.peer;
    const other = peer === undefined ? undefined : objects.get(peer);
    // Two that are each other's peers are joined once.
    if (peer === undefined || other === undefined || (all[peer]?.peer === number && peer < number)) continue;
    const [from, to] = [y + height / 2, other.y + other.height / 2 + (count % 3) * 7];
    const bulge = x + JOINT * (0.55 + 0.2 * (count++ % 3));
    const head = other.object.queue === undefined ? "" : ' marker-end="url(#to-q)"';
    yield `<path d="M ${x} ${from} C ${round(bulge)} ${from}, ${round(bulge)} ${to}, ${x + (head === "" ? 0 : 4)} ${to}" fill="none" ` +
      `stroke="${QUEUED}" stroke-width="1.6" stroke-dasharray="5 3"${head}/>`;
  }
}

function* drawProcess({ title, note, y, height, rows }: ProcessBox): Generator<string> {
  const x = MARGIN;
  // The note is whole, the title gets what is left of the line.
  const titleMax = Math.floor((PROCESS_WIDTH - 30 - note.length * NOTE_LETTER) / LETTER);
  yield `<rect x="${x}" y="${y}" width="${PROCESS_WIDTH}" height="${height}" rx="6" fill="#f7f9fc" stroke="#33415a" stroke-width="1.3"/>`;
  yield `<path d="M ${x} ${y + TITLE - 4} v ${10 - TITLE} q 0 -6 6 -6 h ${PROCESS_WIDTH - 12} q 6 0 6 6 v ${TITLE - 10} z" fill="#33415a"/>`;
  yield text(x + 10, y + 18, cut(title, titleMax), 'font-weight="bold" fill="#ffffff"');
  yield text(x + PROCESS_WIDTH - 10, y + 18, note, 'font-size="10.5" text-anchor="end" fill="#cdd6e4"');
  for (const { y: middle, descriptor, object } of rows) {
    const { fd, access, closeOnExec } = descriptor;
    const colour = isPlain(object) ? "#7a8594" : COLOURS[access];
    yield text(x + 34, middle + 4, String(fd), 'text-anchor="end" font-weight="bold" fill="#1b2430"');
    yield text(x + 44, middle + 4, access, `fill="${colour}" font-weight="bold"`);
    yield text(
      x + 64,
      middle + 4,
      cut(`${object.label}${closeOnExec ? " ·cloexec" : ""}`, 25),
      `fill="${isPlain(object) ? "#7a8594" : "#1b2430"}"`,
    );
  }
}

function* drawObject({ object, y, height }: ObjectBox, { objects: all }: LsofTree): Generator<string> {
  const x = MARGIN + PROCESS_WIDTH + GAP;
  const { type, label, bytes, queue, peer } = object;
  const radius = type === "FIFO" ? 16 : 6;
  yield `<rect x="${x}" y="${y}" width="${OBJECT_WIDTH}" height="${height}" rx="${radius}" fill="#fffaf0" stroke="#8a6d2f" stroke-width="1.3"/>`;
  yield text(x + 16, y + 21, cut(label, 24), 'font-weight="bold" fill="#4a3a12"');
  yield text(x + OBJECT_WIDTH - 14, y + 21, type, 'font-size="10.5" text-anchor="end" fill="#8a6d2f"');
  let line = y + 34;
  if (bytes !== undefined) {
    const full = OBJECT_WIDTH - 32;
    const filled = Math.min(full, bytes.held === 0 ? 0 : Math.max(3, (full * bytes.held) / Math.max(bytes.max, 1)));
    yield `<rect x="${x + 16}" y="${line - 3}" width="${full}" height="6" rx="3" fill="#eadfc4"/>`;
    if (filled > 0) {
      yield `<rect x="${x + 16}" y="${line - 3}" width="${round(filled)}" height="6" rx="3" fill="#c2510c"/>`;
    }
    const holds = `${groupDigits(bytes.held)} of ${groupDigits(bytes.max)} bytes`;
    yield text(x + 16, line + 17, holds, 'font-size="10.5" fill="#6b5a2c"');
    line += 26;
  }
  const other = peer === undefined ? undefined : all[peer];
  if (other !== undefined) {
    yield text(x + 16, line + 12, cut(`${relation(other)} ${other.label}`, 34), 'font-size="10.5" fill="#6b5a2c"');
    line += 18;
  }
  if (queue === undefined) return;
  const { title, entries, max } = queue;
  yield text(x + 16, line + 12, `${title}: ${entries.length} of ${max}`, 'font-size="10.5" fill="#6b5a2c"');
  for (const entry of entries) {
    line += 18;
    yield `<rect x="${x + 16}" y="${line}" width="${OBJECT_WIDTH - 32}" height="16" rx="3" fill="#f3e6c3"/>`;
    yield text(x + 22, line + 12, cut(entry, 30), 'font-size="10.5" fill="#4a3a12"');
  }
}

function legend(height: number): string {
  const y = height - 18;
  const entries = [
    ["w", "writes to"],
    ["r", "reads from"],
    ["u", "both"],
  ] as const;
  return entries
    .map(([access, meaning], index) => {
      const x = MARGIN + index * 150;
      const start = access === "w" ? "" : ` marker-start="url(#to-${access})"`;
      const end = access === "r" ? "" : ` marker-end="url(#to-${access})"`;
      const line = `<path d="M ${x + 4} ${y} H ${x + 36}" stroke="${COLOURS[access]}" stroke-width="1.8"${start}${end}/>`;
      return line + text(x + 46, y + 4, meaning, 'font-size="10.5" fill="#55606f"');
    })
    .join("\n");
}

function jointLegend(height: number): string {
  const [x, y] = [MARGIN + 454, height - 18];
  const line = `<path d="M ${x} ${y} h 32" stroke="${QUEUED}" stroke-width="1.6" stroke-dasharray="5 3"/>`;
  return line + text(x + 42, y + 4, "connected, or waiting to be", 'font-size="10.5" fill="#55606f"');
}

/** Arrow heads; drawn with `auto-start-reverse`, one shape does for both ends. */
function markers(): string {
  const all = [...Object.entries(COLOURS), ["q", QUEUED]].map(
    ([access, colour]) =>
      `<marker id="to-${access}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" ` +
      `orient="auto-start-reverse"><path d="M 0 0.8 L 9.5 5 L 0 9.2 z" fill="${colour}"/></marker>`,
  );
  return `<defs>${all.join("")}</defs>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${toXml(content)}</text>`;
}

/** Longer names would run out of their box. */
function cut(content: string, lengthMax: number): string {
  return content.length <= lengthMax ? content : `${content.slice(0, lengthMax - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Names are the programs' own: none of them becomes markup, and what XML has no place for becomes a dot. */
function toXml(content: string): string {
  return [...content].map((character) => ENTITIES[character] ?? (isXml(character) ? character : "·")).join("");
}

/** XML 1.0, production 2: no control characters, no half of a surrogate pair, neither U+FFFE nor U+FFFF. */
function isXml(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
