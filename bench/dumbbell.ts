/**
 * Simulated packets per second of wall time: 1, 10 and 50 CUBIC connections through two gateways with 100 Mbit/s and 10 ms in between,
 * beside ns-3 with the same topology (dumbbell.cc, built here where Debian's libns3-dev is installed).
 *
 *     source 0 ──1 Gbit/s, 1 ms──┐                                          ┌── sink 0
 *     source 1 ──────────────────┤ left ──100 Mbit/s, 10 ms, 200 packets── right ├── sink 1
 *     …                                                                        …
 *
 * A packet is one that an interface has put on a link: a segment counts three times on its way. Each case has a process of its own, so
 * that none warms up another's code and each has its own peak of memory. Bar: 3 times ns-3; goal: 10 times.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AF_INET, type Host, type LinkOptions, SOCK_STREAM, World } from "netloom";
import { jain } from "../scripts/lib/throughput.ts";

const FLOWS = [1, 10, 50];
const SECONDS = 20;
const PORT = 5000;
const ACCESS: LinkOptions = { rateMbps: 1000, delayMs: 1 };
const BOTTLENECK: LinkOptions = { rateMbps: 100, delayMs: 10, queuePackets: 200 };
const NS3_LIBRARIES = ["applications", "point-to-point", "internet", "traffic-control", "network", "core"];

/** What a run of either simulator came to. */
interface Outcome {
  readonly packets: number;
  readonly wallSeconds: number;
  readonly processorSeconds: number;
  readonly peakKiB: number;
  /** Of each flow, in the second half of the run. */
  readonly bitsPerSecond: readonly number[];
}

async function simulate(flows: number, seconds: number): Promise<Outcome> {
  const world = new World({ console: () => {} });
  const hosts: Host[] = [];
  const added = (name: string): Host => {
    const host = world.host(name);
    hosts.push(host);
    return host;
  };
  const [left, right] = [added("left"), added("right")];
  const middle = world.cable(BOTTLENECK);
  left.attach(middle, "10.255.0.1/24");
  right.attach(middle, "10.255.0.2/24");
  for (const gateway of [left, right]) gateway.forwarding = true;
  const counted: number[] = [];
  const endNs = seconds * 1e9;
  for (let flow = 0; flow < flows; flow++) {
    const [source, sink] = [added(`source${flow}`), added(`sink${flow}`)];
    const [near, far] = [world.cable(ACCESS), world.cable(ACCESS)];
    source.attach(near, `10.1.${flow}.2/24`);
    left.attach(near, `10.1.${flow}.1/24`);
    right.attach(far, `10.2.${flow}.1/24`);
    sink.attach(far, `10.2.${flow}.2/24`);
    counted.push(0);
    sink.spawn("sink", async (sys) => {
      const listener = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(listener, { address: "0.0.0.0", port: PORT });
      sys.listen(listener, 1);
      const { fd } = await sys.accept(listener);
      const buffer = new Uint8Array(65_536);
      for (;;) {
        const bytes = await sys.read(fd, buffer);
        if (bytes === 0) break;
        if (world.nowNs >= endNs / 2) counted[flow] = (counted[flow] as number) + bytes;
      }
    });
    source.spawn("source", async (sys) => {
      await sys.sleep(flow / 1000);
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      await sys.connect(fd, { address: `10.2.${flow}.2`, port: PORT });
      const piece = new Uint8Array(65_536);
      for (;;) await sys.write(fd, piece);
    });
  }
  world.autoroute();
  const processorBefore = process.cpuUsage();
  const begunMs = performance.now();
  const { crashes } = await world.run({ until: endNs });
  const wallSeconds = (performance.now() - begunMs) / 1000;
  const { user, system } = process.cpuUsage(processorBefore);
  if (crashes[0] !== undefined) throw crashes[0].error;
  const interfaces = hosts.flatMap((host) => host.netstat().interfaces.filter(({ name }) => name !== "lo"));
  return {
    packets: interfaces.reduce((sum, { txPackets }) => sum + txPackets, 0),
    wallSeconds,
    processorSeconds: (user + system) / 1e6,
    peakKiB: process.resourceUsage().maxRSS,
    bitsPerSecond: counted.map((bytes) => (bytes * 8) / (seconds / 2)),
  };
}

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
  try {
    const ns3 = buildNs3(folder);
    if (ns3.reason !== undefined) console.log(`ns-3 is left out: ${ns3.reason}`);
    printRow(["flows", "simulator", "packets", "a second", "by CPU", "peak MiB", "Mbit/s", "Jain", "ratio", "by CPU"]);
    for (const flows of FLOWS) {
      const ours = netloom(flows);
      const theirs = ns3.program === undefined ? undefined : run(ns3.program, [String(flows), String(SECONDS)]);
      const ratios = theirs === undefined ? [] : rates(ours).map((rate, index) => rate / (rates(theirs)[index] ?? 0));
      printOutcome(flows, "netloom", ours, ratios);
      if (theirs !== undefined) printOutcome(flows, "ns-3", theirs);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function netloom(flows: number): Outcome {
  return run(process.execPath, [...process.execArgv, process.argv[1] as string], { NETLOOM_DUMBBELL: String(flows) });
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Outcome {
  return JSON.parse(execFileSync(program, args, { encoding: "utf8", env: { ...process.env, ...env } }));
}

function buildNs3(folder: string): { readonly program?: string; readonly reason?: string } {
  const compiler = ["c++", "g++", "clang++"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined) return { reason: "there is no C++ compiler" };
  const program = join(folder, "dumbbell");
  const source = fileURLToPath(new URL("./dumbbell.cc", import.meta.url));
  const libraries = NS3_LIBRARIES.map((name) => `-lns3-${name}`);
  const { status, stderr } = spawnSync(compiler, ["-O2", "-std=c++17", "-o", program, source, ...libraries], {
    encoding: "utf8",
  });
  if (status === 0) return { program };
  return { reason: `it can't be built (Debian: apt-get install libns3-dev): ${stderr.trim().split("\n")[0]}` };
}

/** Packets for each second of the wall, and of the processor: on a machine that has other things to do the latter says more. */
function rates({ packets, wallSeconds, processorSeconds }: Outcome): readonly number[] {
  return [packets / wallSeconds, packets / processorSeconds];
}

function printOutcome(flows: number, simulator: string, outcome: Outcome, ratios: readonly number[] = []): void {
  const { packets, peakKiB, bitsPerSecond } = outcome;
  printRow([
    String(flows),
    simulator,
    packets.toLocaleString("en-US"),
    ...rates(outcome).map((rate) => Math.round(rate).toLocaleString("en-US")),
    (peakKiB / 1024).toFixed(0),
    (bitsPerSecond.reduce((sum, each) => sum + each, 0) / 1e6).toFixed(2),
    jain(bitsPerSecond).toFixed(3),
    ...ratios.map((ratio) => ratio.toFixed(2)),
  ]);
}

function printRow(cells: readonly string[]): void {
  console.log(cells.map((cell, column) => (column === 1 ? cell.padEnd(10) : cell.padStart(10))).join("  "));
}

/** Set in the process of a case. */
const CASE = process.env.NETLOOM_DUMBBELL;
if (CASE === undefined) compare();
else console.log(JSON.stringify(await simulate(Number(CASE), SECONDS)));
