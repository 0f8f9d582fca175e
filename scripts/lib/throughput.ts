/**
 * Goodput of one or several connections over a bottleneck, measured in virtual time, and what theory allows.
 *
 * Read first: RFC 9438 §5.1 and Padhye, Firoiu, Towsley, Kurose, "Modeling TCP Throughput" (1998), equation 32, for the
 * models. scripts/throughput.ts makes docs/THROUGHPUT.md of it, test/throughput.test.ts looks at a share.
 */
import {
  AF_INET,
  IPPROTO_TCP,
  type LinkOptions,
  type QdiscOptions,
  SOCK_STREAM,
  type Sys,
  TCP_CONGESTION,
  World,
} from "netloom";

/** One cell of the table. */
export interface Cell {
  readonly lossRate: number;
  readonly rttMs: number;
  readonly bufferBytes: number;
}

export interface Flows {
  readonly link: LinkOptions;
  /** The algorithm of each. */
  readonly algorithms: readonly string[];
  /** Socket buffers; undefined: auto-tuned. */
  readonly bufferBytes?: number;
  /** What passes before counting begins, and how long is counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly seed?: number;
  /** How the sender's interface queues. Default: first in, first out. */
  readonly qdisc?: QdiscOptions;
}

/** What came of it. */
interface Outcome {
  /** Bits a second that each flow delivers. */
  readonly rates: readonly number[];
  /** Segments sent again, and retransmission timers that expired. */
  readonly retransmissions: number;
  readonly timeouts: number;
}

const LINK_MBPS = 1000;
const MSS = 1448;
const MTU = 1500;
/** Preamble and gap are not modelled: a frame has its Ethernet header. */
const FRAME = MTU + 14;
const BITS = 8;

/** Bits a second that each flow delivers. */
export async function goodput(flows: Flows): Promise<readonly number[]> {
  return (await measure(flows)).rates;
}

async function measure(flows: Flows): Promise<Outcome> {
  const { link, algorithms, bufferBytes, warmUpSeconds, seconds, seed = 1, qdisc } = flows;
  const world = new World({ console: () => {}, seed });
  const a = world.host("a");
  const b = world.host("b");
  const cable = world.cable({ lossRate: 0, ...link });
  a.attach(cable, "10.0.0.1/24");
  b.attach(cable, "10.0.0.2/24");
  if (qdisc !== undefined) {
    a.configure("eth0", { qdisc });
    const isMarking = qdisc.kind === "fq_codel" && qdisc.ecn === true;
    for (const host of [a, b]) host.sysctl("net.ipv4.tcp_ecn", isMarking ? 1 : 0);
  }
  if (bufferBytes !== undefined) {
    for (const host of [a, b]) {
      // Half of a receive buffer is for data; a send buffer lets its writer go on when a third of it is free.
      host.sysctl("net.ipv4.tcp_wmem", `4096 ${2 * bufferBytes} ${2 * bufferBytes}`);
      host.sysctl("net.ipv4.tcp_rmem", `4096 ${2 * bufferBytes} ${2 * bufferBytes}`);
    }
  }
  const counted = algorithms.map(() => 0);
  const endNs = Math.round((warmUpSeconds + seconds) * 1e9);
  algorithms.forEach((algorithm, index) => {
    const port = 5000 + index;
    b.spawn(`sink ${index}`, async (sys) => {
      const listener = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(listener, { address: "0.0.0.0", port });
      sys.listen(listener, 1);
      const { fd } = await sys.accept(listener);
      const buffer = new Uint8Array(1 << 18);
      for (;;) {
        const count = await sys.read(fd, buffer);
        if (count === 0 || world.nowNs >= endNs) break;
        if (world.nowNs >= warmUpSeconds * 1e9) counted[index] = (counted[index] as number) + count;
      }
    });
    a.spawn(`source ${index}`, async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      sys.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, algorithm);
      // Not all at the same instant.
      await sys.sleep(0.001 * index);
      await connect(sys, fd, port);
      const data = new Uint8Array(1 << 16);
      while (world.nowNs < endNs) await sys.write(fd, data);
    });
  });
  const { crashes } = await world.run({ until: endNs });
  if (crashes[0] !== undefined) throw crashes[0].error;
  const { counters } = a.netstat();
  return {
    rates: counted.map((bytes) => (bytes * BITS) / seconds),
    retransmissions: counters.TcpRetransSegs ?? 0,
    timeouts: counters.TcpExtTCPTimeouts ?? 0,
  };
}

/** Again while packets of the handshake are lost. */
async function connect(sys: Sys, fd: number, port: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await sys.connect(fd, { address: "10.0.0.2", port });
      return;
    } catch (error) {
      if (attempt === 10) throw error;
      await sys.sleep(0.1);
    }
  }
}

/** A queue of one bandwidth-delay product, at least so that a burst of the initial window fits. */
export function bottleneck(
  { rttMs, lossRate }: Pick<Cell, "rttMs" | "lossRate">,
  rateMbps: number = LINK_MBPS,
): LinkOptions {
  const bdpPackets = Math.ceil((rateMbps * 1e6 * (rttMs / 1000)) / BITS / FRAME);
  return { rateMbps, delayMs: rttMs / 2, lossRate, queuePackets: Math.max(10, bdpPackets) };
}

/** The least of link, buffer per round trip and model, in bits a second; which of them it is. */
function bound({ lossRate, rttMs, bufferBytes }: Cell): { readonly bps: number; readonly by: string } {
  const rttSeconds = rttMs / 1000;
  const link = (LINK_MBPS * 1e6 * MSS) / FRAME;
  const candidates = [
    { bps: link, by: "link" },
    { bps: (bufferBytes * BITS) / (rttSeconds + (FRAME * BITS) / (LINK_MBPS * 1e6)), by: "buffer" },
    ...(lossRate === 0 ? [] : [model(lossRate, rttSeconds)]),
  ];
  return candidates.reduce((least, each) => (each.bps < least.bps ? each : least));
}

/** RFC 9438 §5.1, equation 4 and §4.3 (Reno's where that is more); above 3 % Padhye's, for timeouts count then. */
function model(lossRate: number, rttSeconds: number): { readonly bps: number; readonly by: string } {
  const segment = MSS * BITS;
  if (lossRate >= 0.03) {
    const rto = rttSeconds + 0.2;
    const fast = rttSeconds * Math.sqrt((2 * lossRate) / 3);
    const slow = rto * timeoutShare(lossRate) * lossRate * (1 + 32 * lossRate * lossRate);
    return { bps: segment / (fast + slow), by: "Padhye" };
  }
  const cubic = 1.054 * (rttSeconds / lossRate) ** 0.75;
  const reno = Math.sqrt(1.5 / lossRate);
  return { bps: (Math.max(cubic, reno) * segment) / rttSeconds, by: cubic > reno ? "CUBIC" : "Reno" };
}

/** Padhye's Q: of so many losses one is found by the timer, for want of three duplicate ACKs. */
function timeoutShare(lossRate: number): number {
  return Math.min(1, 3 * Math.sqrt((3 * lossRate) / 8));
}

/** What is to be expected where the models of loss are pessimistic: Reno's without timeouts. */
function expected({ lossRate, rttMs, bufferBytes }: Cell): number {
  const reno = Math.sqrt(1.5 / lossRate) * ((MSS * BITS) / (rttMs / 1000));
  return Math.min(reno, bound({ lossRate: 0, rttMs, bufferBytes }).bps);
}

/** (Σx)² / (n·Σx²): 1 when all have the same. */
export function jain(rates: readonly number[]): number {
  const sum = rates.reduce((total, each) => total + each, 0);
  const squares = rates.reduce((total, each) => total + each * each, 0);
  return (sum * sum) / (rates.length * squares);
}

/** The cells of the table, in its order. */
export function cells(): readonly Cell[] {
  const all: Cell[] = [];
  for (const lossRate of [0, 0.0001, 0.001, 0.01, 0.03, 0.1]) {
    for (const rttMs of [0.1, 10, 100]) {
      for (const bufferBytes of [65_536, 1_048_576, 4_194_304]) all.push({ lossRate, rttMs, bufferBytes });
    }
  }
  return all;
}

/** So many packets make a cell, in at least so many round trips. */
const PACKETS = 100_000;
const ROUND_TRIPS_MIN = 100;
const SECONDS_MAX = 300;

/** One line of the table. */
export async function row(cell: Cell): Promise<string> {
  const { bps: limit, by } = bound(cell);
  const wanted = Math.min(SECONDS_MAX, (PACKETS * FRAME * BITS) / expected(cell));
  const seconds = Math.round(Math.max(wanted, (ROUND_TRIPS_MIN * cell.rttMs) / 1000) * 1000) / 1000;
  const warmUpSeconds = seconds / 2;
  const { bufferBytes } = cell;
  const { rates, retransmissions, timeouts } = await measure({
    link: bottleneck(cell),
    algorithms: ["cubic"],
    bufferBytes,
    warmUpSeconds,
    seconds,
  });
  const [bps = 0] = rates;
  const ratio = bps / limit;
  const share = timeouts / Math.max(1, retransmissions);
  const reason = ratio >= 0.7 && ratio <= 1.4 ? "" : reasonFor(by, ratio, cell, share);
  const columns = [
    `${cell.lossRate * 100} %`,
    `${cell.rttMs} ms`,
    bufferBytes < 1 << 20 ? `${bufferBytes >> 10} KiB` : `${bufferBytes >> 20} MiB`,
    megabits(bps),
    megabits(limit),
    by,
    ratio.toFixed(2),
    reason,
  ];
  return `| ${columns.join(" | ")} |`;
}

export function megabits(bps: number): string {
  return (bps / 1e6).toFixed(2);
}

/** Why a cell is far from its bound; `share`: of the losses, so many were found by a timeout. */
function reasonFor(by: string, ratio: number, { lossRate }: Cell, share: number): string {
  const percent = (value: number) => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
  if (by === "Padhye" && ratio > 1) {
    return `a timeout for ${percent(share)} of the losses, where the model has ${percent(timeoutShare(lossRate))}: RACK and the probe of the tail come first`;
  }
  if (ratio > 1) return "the window is a few segments, and never less than two";
  return "the losses of a few round trips decide";
}

/**
 * The utilisation that saw-tooths allow: windows that go from `beta` of what fits to all of it, in a straight line, where `queued` of
 * what fits is queue. `inStep`: all are cut at once; else one at a time.
 */
export function sawTooth(
  beta: number,
  bdpPackets: number,
  queuePackets: number,
  flows: number,
  inStep: boolean,
): number {
  const full = (bdpPackets + queuePackets) / bdpPackets;
  const low = full * (inStep ? beta : 1 - (1 - beta) / flows);
  if (low >= 1) return 1;
  // Below 1 it rises in a straight line; from there on the link is full.
  return ((1 - low) * ((1 + low) / 2) + (full - 1)) / (full - low);
}
