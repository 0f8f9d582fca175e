/**
 * TCP over lo beside Node's own sockets on the loopback of the machine, in the same run: bulk, round trips, connections, and the
 * memory of a connection that does nothing. Bars: bulk 1.5 times Node's, a round trip a fifth of Node's time, connections ten
 * times Node's, 6 KiB for each end of an idle connection.
 */
import * as net from "node:net";
import { AF_INET, type Program, RLIMIT_NOFILE, SOCK_STREAM, type Sys, World } from "netloom";

const BULK_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 65_536;
const ROUND_TRIPS = 20_000;
const CONNECTIONS = 3000;
const IDLE = 2000;
const TARGET = { address: "127.0.0.1", port: 7 };

/** Seconds of wall time that it takes. */
async function seconds(run: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await run();
  return (performance.now() - before) / 1000;
}

async function world(server: Program, client: Program): Promise<void> {
  const one = new World();
  const host = one.host("alice");
  host.spawn("server", server);
  host.spawn("client", client);
  const { crashes } = await one.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

function listen(sys: Sys): number {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  sys.bind(fd, TARGET);
  sys.listen(fd, 4096);
  return fd;
}

async function connect(sys: Sys): Promise<number> {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  await sys.connect(fd, TARGET);
  return fd;
}

const bulk = () =>
  world(
    async (sys) => {
      const { fd } = await sys.accept(listen(sys));
      const buffer = new Uint8Array(PIECE_BYTES);
      while ((await sys.read(fd, buffer)) > 0);
    },
    async (sys) => {
      const fd = await connect(sys);
      const piece = new Uint8Array(PIECE_BYTES);
      for (let sent = 0; sent < BULK_BYTES; sent += piece.length) await sys.write(fd, piece);
      sys.close(fd);
    },
  );

const roundTrips = () =>
  world(
    async (sys) => {
      const { fd } = await sys.accept(listen(sys));
      const buffer = new Uint8Array(64);
      while ((await sys.read(fd, buffer)) > 0) await sys.write(fd, buffer);
    },
    async (sys) => {
      const fd = await connect(sys);
      const buffer = new Uint8Array(64);
      for (let count = 0; count < ROUND_TRIPS; count++) {
        await sys.write(fd, buffer);
        await sys.read(fd, buffer);
      }
      sys.close(fd);
    },
  );

const connections = () =>
  world(
    async (sys) => {
      const listener = listen(sys);
      for (let count = 0; count < CONNECTIONS; count++) sys.close((await sys.accept(listener)).fd);
    },
    async (sys) => {
      const buffer = new Uint8Array(1);
      for (let count = 0; count < CONNECTIONS; count++) {
        const fd = await connect(sys);
        await sys.read(fd, buffer);
        sys.close(fd);
      }
    },
  );

/** Bytes of heap for each end of a connection that is open and does nothing. */
async function idle(): Promise<number> {
  let bytes = 0;
  await world(
    async (sys) => {
      sys.setrlimit(RLIMIT_NOFILE, { soft: 10_000, hard: 10_000 });
      const listener = listen(sys);
      for (let count = 0; count < IDLE; count++) await sys.accept(listener);
    },
    async (sys) => {
      sys.setrlimit(RLIMIT_NOFILE, { soft: 10_000, hard: 10_000 });
      await sys.sleep(0.001);
      const before = heap();
      for (let count = 0; count < IDLE; count++) await connect(sys);
      await sys.sleep(1);
      bytes = (heap() - before) / (2 * IDLE);
    },
  );
  return bytes;
}

function heap(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  collect?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

// ---- Node's own ----

function node(onServer: (socket: net.Socket) => void, client: (port: number) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ noDelay: true }, onServer);
    server.listen(0, "127.0.0.1", () => {
      client((server.address() as net.AddressInfo).port)
        .then(() => server.close(() => resolve()))
        .catch(reject);
    });
  });
}

const nodeBulk = () =>
  node(
    (socket) => socket.on("data", () => {}),
    (port) =>
      new Promise((resolve) => {
        const socket = net.connect(port, "127.0.0.1");
        const piece = Buffer.alloc(PIECE_BYTES);
        let sent = 0;
        const send = (): void => {
          while (sent < BULK_BYTES) {
            sent += PIECE_BYTES;
            if (!socket.write(piece)) {
              socket.once("drain", send);
              return;
            }
          }
          socket.end();
        };
        socket.on("connect", send);
        socket.on("close", () => resolve());
        socket.resume();
      }),
  );

const nodeRoundTrips = () =>
  node(
    (socket) => socket.on("data", (data) => socket.write(data)),
    (port) =>
      new Promise((resolve) => {
        const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
        const piece = Buffer.alloc(64);
        let count = 0;
        socket.on("connect", () => socket.write(piece));
        socket.on("data", () => {
          if (++count < ROUND_TRIPS) socket.write(piece);
          else socket.end();
        });
        socket.on("close", () => resolve());
      }),
  );

const nodeConnections = () =>
  node(
    (socket) => socket.end(),
    async (port) => {
      for (let count = 0; count < CONNECTIONS; count++) {
        await new Promise<void>((resolve) => {
          const socket = net.connect(port, "127.0.0.1");
          socket.resume();
          socket.on("close", () => resolve());
        });
      }
    },
  );

/** So many times each: the first ones are for the compiler, which sees code of ours and of Node's for the first time. */
const ROUNDS = 7;

/** The best of all rounds, ours and Node's in turn. */
async function both(ours: () => Promise<void>, theirs: () => Promise<void>): Promise<readonly [number, number]> {
  const times: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    times[0] = Math.min(times[0], await seconds(ours));
    times[1] = Math.min(times[1], await seconds(theirs));
  }
  return times;
}

function print(name: string, ours: string, theirs: string, ratio: number, bar: string): void {
  console.log(`${name.padEnd(28)} ${ours.padStart(16)} ${theirs.padStart(16)} ${ratio.toFixed(2).padStart(8)} ${bar}`);
}

console.log(`${"".padEnd(28)} ${"netloom".padStart(16)} ${"node:net".padStart(16)} ${"ratio".padStart(8)} bar`);
const [bulkOurs, bulkTheirs] = await both(bulk, nodeBulk);
const gigabits = (time: number): string => `${((BULK_BYTES * 8) / time / 1e9).toFixed(2)} Gbit/s`;
print("bulk, 64 KiB writes", gigabits(bulkOurs), gigabits(bulkTheirs), bulkTheirs / bulkOurs, "≥ 1.5");
const [tripOurs, tripTheirs] = await both(roundTrips, nodeRoundTrips);
const micros = (time: number): string => `${((time * 1e6) / ROUND_TRIPS).toFixed(2)} µs`;
print("64-byte round trip", micros(tripOurs), micros(tripTheirs), tripTheirs / tripOurs, "≥ 5");
const [openOurs, openTheirs] = await both(connections, nodeConnections);
const perSecond = (time: number): string => `${Math.round(CONNECTIONS / time)} a second`;
print("connect and close", perSecond(openOurs), perSecond(openTheirs), openTheirs / openOurs, "≥ 10");
print("idle connection, each end", `${Math.round(await idle())} bytes`, "", 0, "≤ 6144 bytes");
