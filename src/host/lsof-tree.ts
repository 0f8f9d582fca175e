/**
 * Who has what open: the processes of a host, their descriptor tables and the pipes, sockets and queues behind them, as
 * data and as a drawing in text. host/lsof-tree-svg.ts draws the same data as SVG.
 *
 * Read first: host/lsof.ts. lsofTree() walks the descriptor tables; descriptors that lead to one object, such as the two
 * ends of a pipe, get the same object number. What more there is to show of an object it says itself (FileOps.inspect).
 */
import type { FileOps, ObjectDetails } from "../file/open-file.ts";
import type { Process } from "../kernel/process.ts";

/** One line of a descriptor table. */
export interface TreeDescriptor {
  readonly fd: number;
  readonly access: "r" | "w" | "u";
  readonly closeOnExec: boolean;
  /** The object behind it: its place in `objects`. */
  readonly object: number;
}

/** A process and its descriptor table. */
export interface TreeProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly uid: number;
  readonly descriptors: readonly TreeDescriptor[];
}

/** A pipe, a socket, a device, … */
export interface TreeObject {
  /** lsof's TYPE: "FIFO", "IPv4", "unix", "CHR". */
  readonly type: string;
  /** For people: "pipe 7", "UDP 10.0.0.1:7", "/dev/console". */
  readonly label: string;
  /** What it holds now, and the most it can hold. */
  readonly bytes?: { readonly held: number; readonly max: number };
  /** What waits in it, oldest first. */
  readonly queue?: { readonly title: string; readonly entries: readonly string[]; readonly max: number };
  /** The object at its other end: its place in `objects`, when somebody has it open. */
  readonly peer?: number;
}

/** A host's descriptors at one moment. */
export interface LsofTree {
  readonly host: string;
  readonly processes: readonly TreeProcess[];
  readonly objects: readonly TreeObject[];
}

/** An object with all that it says of itself. */
interface Found {
  readonly ops: FileOps;
  readonly details: ObjectDetails;
}

export function lsofTree(host: string, processes: Iterable<Process>): LsofTree {
  const numbers = new Map<object, number>();
  const found: Found[] = [];
  const numberOf = (ops: FileOps): number => {
    const details = ops.inspect?.() ?? {};
    const identity = details.shared ?? ops;
    const known = numbers.get(identity);
    if (known !== undefined) return known;
    numbers.set(identity, found.length);
    return found.push({ ops, details }) - 1;
  };
  // Process 1 has no descriptors, and an ended process has no more.
  const living = [...processes].filter(({ pid, state }) => pid !== 1 && state === "running");
  const drawn = living.map((process) => ({
    pid: process.pid,
    ppid: process.parent?.pid ?? 0,
    name: process.name,
    uid: process.uid,
    descriptors: [...process.descriptors.entries()].map(({ fd, file, closeOnExec }) => {
      const access: TreeDescriptor["access"] = !file.writable ? "r" : file.readable ? "u" : "w";
      return { fd, access, closeOnExec, object: numberOf(file.ops) };
    }),
  }));
  return { host, processes: drawn, objects: found.map((each) => toTreeObject(each, numbers)) };
}

function toTreeObject({ ops, details }: Found, numbers: ReadonlyMap<object, number>): TreeObject {
  const { type, node, name } = ops.describe();
  const peer = details.peer === undefined ? undefined : numbers.get(details.peer);
  return {
    type,
    label: labelOf(type, node, name),
    ...(details.bytes === undefined ? {} : { bytes: details.bytes }),
    ...(details.queue === undefined ? {} : { queue: details.queue }),
    ...(peer === undefined ? {} : { peer }),
  };
}

/** lsof's name of a Unix-domain socket: `/tmp/s type=STREAM (LISTEN)`. */
const UNIX_NAME = /^(.*) type=(\w+)/;

function labelOf(type: string, node: string, name: string): string {
  if (/^IPv[46]$/.test(type)) return `${node} ${name}`;
  const [, address, kind] = type === "unix" ? (UNIX_NAME.exec(name) ?? []) : [];
  if (address !== undefined) return address === "socket" ? `unix ${kind?.toLowerCase()} ${node}` : address;
  return name.startsWith("/") ? name : `${name} ${node}`;
}

/** Is its name all there is to say of it? Then the descriptor's line says it, and nothing is drawn behind it. */
export function isPlain({ type, bytes, queue }: TreeObject): boolean {
  return (type === "CHR" || type === "REG" || type === "DIR") && bytes === undefined && queue === undefined;
}

/** Integers for people: 65,536. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * Draws the tree with lines:
 *
 *     alice
 *     ├─ parent[2]
 *     │  ├─ 3r ◀── pipe 1
 *     │  └─ 4w ──▶ pipe 1
 *     └─ behind the descriptors
 *        └─ pipe 1: parent[2] 4w ══▶ 5 of 65,536 bytes ══▶ parent[2] 3r
 */
export function formatLsofTree(tree: LsofTree): string {
  const branches: Branch[] = tree.processes.map((process) => ({
    text: titleOf(tree, process),
    branches: process.descriptors.map((descriptor) => ({ text: descriptorLine(tree, descriptor), branches: [] })),
  }));
  const behind = tree.objects.flatMap((object, number) => (isPlain(object) ? [] : [objectBranch(tree, number)]));
  if (behind.length > 0) branches.push({ text: "behind the descriptors", branches: behind });
  return [tree.host, ...draw(branches, "")].join("\n");
}

interface Branch {
  readonly text: string;
  readonly branches: readonly Branch[];
}

function draw(branches: readonly Branch[], indent: string): string[] {
  return branches.flatMap(({ text, branches: inner }, index) => {
    const isLast = index === branches.length - 1;
    return [`${indent}${isLast ? "└─" : "├─"} ${text}`, ...draw(inner, `${indent}${isLast ? "   " : "│  "}`)];
  });
}

function titleOf({ processes }: LsofTree, { pid, ppid, name }: TreeProcess): string {
  const parent = processes.find((process) => process.pid === ppid);
  return parent === undefined ? `${name}[${pid}]` : `${name}[${pid}], child of ${parent.name}[${ppid}]`;
}

const ARROWS: Readonly<Record<TreeDescriptor["access"], string>> = { r: "◀──", w: "──▶", u: "◀─▶" };

function descriptorLine({ objects }: LsofTree, { fd, access, closeOnExec, object }: TreeDescriptor): string {
  const behind = objects[object];
  if (behind === undefined) return `${fd}${access}`;
  const arrow = isPlain(behind) ? "" : `${ARROWS[access]} `;
  return `${fd}${access} ${arrow}${behind.label}${closeOnExec ? " (FD_CLOEXEC)" : ""}`;
}

/** One object: who writes to it, what it holds, who reads from it. */
function objectBranch(tree: LsofTree, number: number): Branch {
  const object = tree.objects[number] as TreeObject;
  const { type, label, bytes, queue, peer } = object;
  const holds = bytes === undefined ? "" : `${groupDigits(bytes.held)} of ${groupDigits(bytes.max)} bytes`;
  const branches: Branch[] = [];
  const other = peer === undefined ? undefined : tree.objects[peer];
  if (other !== undefined) branches.push({ text: `${relation(other)} ${other.label}`, branches: [] });
  if (queue !== undefined) branches.push(queueBranch(queue));
  if (type === "FIFO") {
    const flow = `${holders(tree, number, "wu")} ══▶ ${holds} ══▶ ${holders(tree, number, "ru")}`;
    return { text: `${label}: ${flow}`, branches };
  }
  const parts = [holders(tree, number, "rwu"), holds].filter((part) => part !== "");
  return { text: `${label}: ${parts.join(", ")}`, branches };
}

/** What it is to the object at its other end: a request in the queue of one that has a queue. */
export function relation(other: TreeObject): "waits in the queue of" | "connected with" {
  return other.queue === undefined ? "connected with" : "waits in the queue of";
}

function queueBranch({ title, entries, max }: NonNullable<TreeObject["queue"]>): Branch {
  return {
    text: `${title}, ${entries.length} of ${max}`,
    branches: entries.map((text) => ({ text, branches: [] })),
  };
}

function holders({ processes }: LsofTree, number: number, access: string): string {
  const all = processes.flatMap(({ name, pid, descriptors }) => {
    const own = descriptors.filter((each) => each.object === number && access.includes(each.access));
    return own.length === 0 ? [] : [`${name}[${pid}] ${own.map((each) => `${each.fd}${each.access}`).join(" ")}`];
  });
  return all.length === 0 ? "nobody" : all.join(" + ");
}
