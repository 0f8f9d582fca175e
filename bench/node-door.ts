/**
 * Node's own net and http on the real loopback and on a virtual host, both ends in one process, in the same run.
 *
 * The two take turns, and the ratio is taken within a round, so that the machine's noise falls on both. Shown are medians, and
 * the bar that the project keeps for the ratio.
 */
import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { World } from "netloom";

const ROUNDS = 5;
/** Rounds before those, until the compiler has seen both. */
const WARM_UPS = 3;
const REQUESTS = 1000;
const CONNECTIONS = 500;
const BULK_BYTES = 64 << 20;
const TRIPS = 2000;
// Taken before the door is put in: within a virtual process the clock is virtual.
const now = performance.now.bind(performance);
const { register, unregister } = await import("netloom/register");
register();

async function listening(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Each answers how many per second. */
const MEASURES: Record<string, () => Promise<number>> = {
  "http requests/s": async () => {
    const server = http.createServer((_request, response) => response.end("hello"));
    const port = await listening(server);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    const ask = () =>
      new Promise<void>((resolve, reject) => {
        http
          .get({ port, host: "127.0.0.1", agent }, (response) => response.resume().on("end", resolve))
          .on("error", reject);
      });
    const started = now();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let i = 0; i < REQUESTS / 16; i++) await ask();
      }),
    );
    const tookMs = now() - started;
    agent.destroy();
    server.close();
    return (REQUESTS / tookMs) * 1000;
  },
  "connections/s": async () => {
    const server = net.createServer((socket) => socket.end());
    const port = await listening(server);
    const started = now();
    for (let i = 0; i < CONNECTIONS; i++) await once(net.connect(port, "127.0.0.1").resume(), "close");
    const tookMs = now() - started;
    server.close();
    return (CONNECTIONS / tookMs) * 1000;
  },
  "bulk MB/s": async () => {
    const server = net.createServer((socket) => {
      const chunk = Buffer.alloc(65_536);
      let left = BULK_BYTES;
      const write = (): void => {
        while (left > 0) {
          left -= chunk.length;
          if (!socket.write(chunk)) return void socket.once("drain", write);
        }
        socket.end();
      };
      write();
    });
    const port = await listening(server);
    const started = now();
    await once(net.connect(port, "127.0.0.1").resume(), "close");
    const tookMs = now() - started;
    server.close();
    return (BULK_BYTES / 1e6 / tookMs) * 1000;
  },
  "round trips/s": async () => {
    const server = net.createServer((socket) => socket.pipe(socket));
    const client = net.connect(await listening(server), "127.0.0.1").setNoDelay(true);
    await once(client, "connect");
    const started = now();
    await new Promise<void>((resolve) => {
      let left = TRIPS;
      client.on("data", () => (--left === 0 ? resolve() : client.write("x")));
      client.write("x");
    });
    const tookMs = now() - started;
    client.destroy();
    server.close();
    return (TRIPS / tookMs) * 1000;
  },
};

const BARS: Record<string, number> = { "http requests/s": 1, "connections/s": 3, "bulk MB/s": 1, "round trips/s": 2 };
const median = (values: number[]): number => values.sort((one, other) => one - other)[values.length >> 1] as number;

const rows: Record<string, Record<string, number>> = {};
for (const [name, measure] of Object.entries(MEASURES)) {
  const reals: number[] = [];
  const virtuals: number[] = [];
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const real = await measure();
    const virtual = await new World().host("a").run(measure);
    if (round < 0) continue;
    reals.push(real);
    virtuals.push(virtual);
  }
  const ratios = virtuals.map((virtual, round) => virtual / (reals[round] as number));
  rows[name] = {
    "real loopback": Math.round(median([...reals])),
    "virtual host": Math.round(median([...virtuals])),
    ratio: Number(median(ratios).toFixed(2)),
    bar: BARS[name] as number,
  };
}
console.table(rows);

/** Code outside of virtual processes, on the real loopback: with the door put in, and taken out, by turns. */
const outside: Record<string, Record<string, number>> = {};
for (const [name, measure] of Object.entries(MEASURES)) {
  const ratios: number[] = [];
  const [withDoor, without]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS * 2; round++) {
    unregister();
    const plain = await measure();
    register();
    const patched = await measure();
    without.push(plain);
    withDoor.push(patched);
    ratios.push(patched / plain);
  }
  outside[name] = {
    "without the door": Math.round(median(without)),
    "with it": Math.round(median(withDoor)),
    ratio: Number(median(ratios).toFixed(2)),
    bar: 1,
  };
}
console.table(outside);
