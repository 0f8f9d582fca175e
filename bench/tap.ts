/**
 * TCP between a netloom host and the Linux kernel over a TAP device with frames of 1500 bytes: bulk each way with the header for offload
 * (bar: 3 Gbit/s) and without it (bar: 0.5 Gbit/s), and a round trip of 64 bytes, beside the same between two network namespaces of
 * Linux over veth (bar: three times its time). The peer is bench/tap.c, with Reno. Needs root, /dev/net/tun, iproute2 and a compiler.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { AF_INET, type Program, SHUT_WR, SOCK_STREAM, type Sys } from "netloom";
import { Namespace } from "../test/linux/support/namespace.ts";
import { LINUX, NETLOOM, Wire, whyNot } from "../test/linux/support/wire.ts";

const BYTES = { with: 512 * 1024 * 1024, without: 128 * 1024 * 1024 };
const PIECE_BYTES = 65_536;
const ROUND_TRIPS = 20_000;
const ROUNDS = 5;
const PORT = 5001;

const folder = mkdtempSync(join(tmpdir(), "netloom-bench-"));
const peer = join(folder, "tap");

function reasonToSkip(): string | undefined {
  const reason = whyNot();
  if (reason !== undefined) return reason;
  const source = fileURLToPath(new URL("tap.c", import.meta.url));
  const { status, error } = spawnSync("cc", ["-O2", "-o", peer, source], { stdio: "inherit" });
  return status === 0 ? undefined : `bench/tap.c can't be compiled: ${error?.message ?? `cc ended with ${status}`}`;
}

/** Starts a role of the peer that serves, and waits until it listens. */
async function serve(wire: Wire, ...words: string[]): Promise<void> {
  const child = wire.background(peer, ...words);
  if (child.stdout === null) throw new Error("the peer has no output");
  for await (const line of createInterface(child.stdout)) if (line === "ready") break;
}

/** Runs a program on the netloom host to its end. */
async function onNetloom(wire: Wire, program: Program): Promise<void> {
  const spawned = wire.host.spawn("program", program);
  while (spawned.state === "running") await new Promise((resolve) => setImmediate(resolve));
}

async function connect(sys: Sys): Promise<number> {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  await sys.connect(fd, { address: LINUX.address, port: PORT });
  return fd;
}

/** Gbit/s to Linux: until it has read everything. */
async function toLinux(wire: Wire, bytes: number): Promise<number> {
  await serve(wire, "sink", String(PORT));
  const before = performance.now();
  await onNetloom(wire, async (sys) => {
    const fd = await connect(sys);
    const piece = new Uint8Array(PIECE_BYTES);
    for (let sent = 0; sent < bytes; sent += piece.length) await sys.write(fd, piece);
    sys.shutdown(fd, SHUT_WR);
    await sys.read(fd, piece);
  });
  return (bytes * 8) / (performance.now() - before) / 1e6;
}

/** Gbit/s from Linux. */
async function fromLinux(wire: Wire, bytes: number): Promise<number> {
  await serve(wire, "source", String(PORT), String(bytes));
  let got = 0;
  const before = performance.now();
  await onNetloom(wire, async (sys) => {
    const fd = await connect(sys);
    const buffer = new Uint8Array(4 * PIECE_BYTES);
    for (let count = await sys.read(fd, buffer); count > 0; count = await sys.read(fd, buffer)) got += count;
  });
  if (got !== bytes) throw new Error(`${got} of ${bytes} bytes have come`);
  return (bytes * 8) / (performance.now() - before) / 1e6;
}

/** Nanoseconds of a round trip between Linux and an echo server on the netloom host. */
async function roundTrip(wire: Wire): Promise<number> {
  wire.host.spawn("echo", async (sys) => {
    const listener = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(listener, { address: NETLOOM.address, port: PORT });
    sys.listen(listener, 1);
    const { fd } = await sys.accept(listener);
    const buffer = new Uint8Array(64);
    for (let got = await sys.read(fd, buffer); got > 0; got = await sys.read(fd, buffer)) await sys.write(fd, buffer);
  });
  const { stdout } = await wire.linux(peer, "ping", NETLOOM.address, String(PORT), String(ROUND_TRIPS));
  return Number(stdout);
}

/** The same between the wire's namespace and another one of Linux. */
async function roundTripOfLinux(wire: Wire): Promise<number> {
  using other = new Namespace();
  const near = wire.namespace.name;
  for (const command of [
    `-n ${near} link add veth0 type veth peer name veth0 netns ${other.name}`,
    `-n ${near} address add 10.8.0.1/24 dev veth0`,
    `-n ${other.name} address add 10.8.0.2/24 dev veth0`,
    `-n ${near} link set veth0 up`,
    `-n ${other.name} link set veth0 up`,
  ]) {
    execFileSync("ip", command.split(" "));
  }
  await serve(wire, "echo", String(PORT));
  const { stdout } = await other.linux(peer, "ping", "10.8.0.1", String(PORT), String(ROUND_TRIPS));
  return Number(stdout);
}

/** Runs each measurement on a wire of its own, and answers the median and the best. */
async function measure(
  offload: boolean,
  run: (wire: Wire) => Promise<number>,
  isBetter: (a: number, b: number) => boolean,
): Promise<readonly [number, number]> {
  const results: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await using wire = new Wire({ offload }).start();
    results.push(await run(wire));
  }
  results.sort((a, b) => (isBetter(a, b) ? 1 : -1));
  return [results[ROUNDS >> 1] as number, results[ROUNDS - 1] as number];
}

function print(name: string, median: string, best: string, bar: string): void {
  console.log(`${name.padEnd(44)} ${median.padStart(14)} ${best.padStart(14)}   ${bar}`);
}

async function printBulk(name: string, offload: boolean, run: typeof toLinux, bar: string): Promise<void> {
  const bytes = offload ? BYTES.with : BYTES.without;
  const [median, best] = await measure(
    offload,
    (wire) => run(wire, bytes),
    (a, b) => a > b,
  );
  print(name, `${median.toFixed(2)} Gbit/s`, `${best.toFixed(2)} Gbit/s`, bar);
}

const reason = reasonToSkip();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
} else {
  print("", "median", "best", "bar");
  await printBulk("bulk to Linux, with offload", true, toLinux, "≥ 3 Gbit/s");
  await printBulk("bulk from Linux, with offload", true, fromLinux, "≥ 3 Gbit/s");
  await printBulk("bulk to Linux, frame by frame", false, toLinux, "≥ 0.5 Gbit/s");
  await printBulk("bulk from Linux, frame by frame", false, fromLinux, "≥ 0.5 Gbit/s");
  const [ours, oursBest] = await measure(true, roundTrip, (a, b) => a < b);
  const [theirs, theirsBest] = await measure(true, roundTripOfLinux, (a, b) => a < b);
  const micros = (ns: number): string => `${(ns / 1000).toFixed(2)} µs`;
  print(
    "64-byte round trip, Linux and netloom",
    micros(ours),
    micros(oursBest),
    `${(ours / theirs).toFixed(2)} times, ≤ 3`,
  );
  print("64-byte round trip, Linux and Linux by veth", micros(theirs), micros(theirsBest), "");
}
rmSync(folder, { recursive: true });
