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
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_STREAM,
  SOL_SOCKET,
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
}

export const LINK_MBPS = 1000;
export const MSS = 1448;
const MTU = 1500;
/** Preamble and gap are not modelled: a frame has its Ethernet header. */
const FRAME = MTU + 14;
const BITS = 8;

/** Bits a second that each flow delivers. */
export async function goodput(flows: Flows): Promise<readonly number[]> {
  const { link, algorithms, bufferBytes, warmUpSeconds, seconds, seed = 1 } = flows;
  const world = new World({ console: () => {}, seed });
  const a = world.host("a");
  const b = world.host("b");
  const cable = world.cable({ lossRate: 0, ...link });
  a.attach(cable, "10.0.0.1/24");
  b.attach(cable, "10.0.0.2/24");
  const counted = algorithms.map(() => 0);
  const endNs = (warmUpSeconds + seconds) * 1e9;
  algorithms.forEach((algorithm, index) => {
    const port = 5000 + index;
    b.spawn(`sink ${index}`, async (sys) => {
      const listener = open(sys, bufferBytes);
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
      const fd = open(sys, bufferBytes);
      sys.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, algorithm);
      // Not all at the same instant.
      await sys.sleep(0.001 * index);
      await connect(sys, fd, port);
      const data = new Uint8Array(1 << 16);
      while (world.nowNs < endNs) await sys.write(fd, data);
    });
  });
  const { crashes } = await world.run({ untilMs: endNs / 1e6 });
  if (crashes[0] !== undefined) throw crashes[0].error;
  return counted.map((bytes) => (bytes * BITS) / seconds);
}

function open(sys: Sys, bufferBytes: number | undefined): number {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  if (bufferBytes === undefined) return fd;
  sys.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, bufferBytes);
  // The kernel doubles it, and half of that is for data.
  sys.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, bufferBytes);
  return fd;
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
export function bottleneck({ rttMs, lossRate }: Pick<Cell, "rttMs" | "lossRate">, rateMbps: number = LINK_MBPS): LinkOptions {
  const bdpPackets = Math.ceil((rateMbps * 1e6 * (rttMs / 1000)) / BITS / FRAME);
  return { rateMbps, delayMs: rttMs / 2, lossRate, queuePackets: Math.max(10, bdpPackets) };
}

/** The least of link, buffer per round trip and model, in bits a second; which of them it is. */
export function bound({ lossRate, rttMs, bufferBytes }: Cell): { readonly bps: number; readonly by: string } {
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
    const slow = rto * Math.min(1, 3 * Math.sqrt((3 * lossRate) / 8)) * lossRate * (1 + 32 * lossRate * lossRate);
    return { bps: segment / (fast + slow), by: "Padhye" };
  }
  const cubic = 1.054 * (rttSeconds / lossRate) ** 0.75;
  const reno = Math.sqrt(1.5 / lossRate);
  return { bps: (Math.max(cubic, reno) * segment) / rttSeconds, by: cubic > reno ? "CUBIC" : "Reno" };
}

/** (Σx)² / (n·Σx²): 1 when all have the same. */
export function jain(rates: readonly number[]): number {
  const sum = rates.reduce((total, each) => total + each, 0);
  const squares = rates.reduce((total, each) => total + each * each, 0);
  return (sum * sum) / (rates.length * squares);
}
