/**
 * CUBIC and BBR on the same path: 10 Mbit/s, 40 ms, a queue of 60 packets, and one packet in a thousand lost.
 *
 *     npm start -- examples/congestion-windows.ts --quiet --plot plots
 *
 * draws how each went: plots/cubic-1.svg has the saw-tooth of who learns by losses, plots/bbr-1.svg the steps of who measures
 * bandwidth and round trip.
 */
import { AF_INET, IPPROTO_TCP, type Program, SHUT_WR, SOCK_STREAM, TCP_CONGESTION, type World } from "netloom";

const PORT = 7;
const BYTES = 16_000_000;
const PIECE_BYTES = 65_536;

/** Takes what one client sends. */
const sink: Program = async (sys) => {
  const s = sys.socket(AF_INET, SOCK_STREAM);
  sys.bind(s, { address: "0.0.0.0", port: PORT });
  sys.listen(s, 1);
  const { fd } = await sys.accept(s);
  const buffer = new Uint8Array(PIECE_BYTES);
  while ((await sys.read(fd, buffer)) > 0);
  sys.close(fd);
};

/** Sends by the rules of an algorithm, and says how long it took. */
const source: Program = async (sys, algorithm: string, address: string) => {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  sys.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, algorithm);
  await sys.connect(fd, { address, port: PORT });
  const piece = new Uint8Array(PIECE_BYTES);
  for (let sent = 0; sent < BYTES; sent += PIECE_BYTES) await sys.write(fd, piece);
  sys.shutdown(fd, SHUT_WR);
  await sys.read(fd, piece);
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  await sys.write(1, `${algorithm}: ${BYTES / 1e6} MB in ${(seconds + nanoseconds / 1e9).toFixed(1)} s\n`);
};

export default function scenario(world: World): void {
  ["cubic", "bbr"].forEach((algorithm, index) => {
    const path = world.cable({ rateMbps: 10, delayMs: 20, queuePackets: 60, lossRate: 0.001 });
    const from = world.host(algorithm);
    const to = world.host(`to-${algorithm}`);
    from.attach(path, `10.0.${index}.1/24`);
    to.attach(path, `10.0.${index}.2/24`);
    to.spawn("sink", sink);
    from.spawn("source", source, { args: [algorithm, `10.0.${index}.2`] });
  });
}
