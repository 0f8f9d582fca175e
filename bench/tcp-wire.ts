/**
 * TCP between two hosts in one process over an Ethernet segment with frames of 1500 bytes and no limit of rate, without capture: bulk by
 * 64 KiB writes. Segment by segment (bar: 3.5 Gbit/s); beside it as large segments, over a link that takes no time.
 */
import { AF_INET, type LinkOptions, SOCK_STREAM, World } from "netloom";

const BULK_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 65_536;
const ROUNDS = 5;
const TARGET = { address: "10.0.0.1", port: 7 };

/** Gbit/s of wall time. */
async function bulk(link: LinkOptions, offload: boolean): Promise<number> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  const lan = world.segment("lan", link);
  const [alice, bob] = [world.host("alice"), world.host("bob")];
  alice.attach(lan, "10.0.0.1/24");
  bob.attach(lan, "10.0.0.2/24");
  for (const host of [alice, bob]) host.configure("eth0", { offload });
  alice.spawn("server", async (sys) => {
    const listener = sys.socket(AF_INET, SOCK_STREAM);
    sys.bind(listener, TARGET);
    sys.listen(listener, 1);
    const { fd } = await sys.accept(listener);
    const buffer = new Uint8Array(PIECE_BYTES);
    while ((await sys.read(fd, buffer)) > 0);
  });
  bob.spawn("client", async (sys) => {
    const fd = sys.socket(AF_INET, SOCK_STREAM);
    await sys.connect(fd, TARGET);
    const piece = new Uint8Array(PIECE_BYTES);
    for (let sent = 0; sent < BULK_BYTES; sent += piece.length) await sys.write(fd, piece);
    sys.close(fd);
  });
  const before = performance.now();
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  return (BULK_BYTES * 8) / (performance.now() - before) / 1e6;
}

async function print(name: string, link: LinkOptions, offload: boolean, bar: string): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await bulk(link, offload));
  rates.sort((a, b) => a - b);
  const [median, best] = [rates[ROUNDS >> 1] as number, rates[ROUNDS - 1] as number];
  const gigabits = (rate: number): string => `${rate.toFixed(2)} Gbit/s`.padStart(14);
  console.log(`${name.padEnd(44)} ${gigabits(median)} ${gigabits(best)}   ${bar}`);
}

console.log(`${"".padEnd(44)} ${"median".padStart(14)} ${"best".padStart(14)}   bar`);
const unlimited = { rateMbps: Number.POSITIVE_INFINITY };
await print("bulk, segments of 1448 bytes one by one", unlimited, false, "≥ 3.5 Gbit/s");
await print("bulk, large segments on an ideal link", { ...unlimited, delayMs: 0 }, true, "");
