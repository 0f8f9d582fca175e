/** A day: an http poller every 10 s and a WebSocket heartbeat every 30 s, on full TCP. For its test and its bench. */
import crypto from "node:crypto";
import http from "node:http";
import { Worker } from "node:worker_threads";
import { WebSocket, WebSocketServer } from "ws";
import { twoHosts } from "./two-hosts.ts";

const HOUR_MS = 3_600_000;

export interface Day {
  readonly polls: number;
  readonly beats: number;
  readonly crashes: number;
  readonly hash: string;
}

/** Lives for so many hours. */
export async function live(hours: number): Promise<Day> {
  const { world, a, b } = twoHosts({ delayMs: 5 });
  b.start({
    main: () => {
      const server = http.createServer((_request, response) => response.end("fine")).listen(80);
      new WebSocketServer({ server }).on(
        "connection",
        (socket: { on(event: string, listener: () => void): void; send(text: string): void }) =>
          socket.on("message", () => socket.send("alive")),
      );
    },
  });
  const counted = await a.run(async () => {
    let [polls, beats] = [0, 0];
    // Else ws draws masks from a pool that outlives the first run.
    const generateMask = (mask: Buffer) => crypto.randomFillSync(mask);
    const socket = new WebSocket("ws://b/", { generateMask });
    socket.on("message", () => beats++);
    await new Promise((resolve) => socket.once("open", resolve));
    const heart = setInterval(() => socket.send("?"), 30_000);
    const agent = new http.Agent({ keepAlive: false });
    const poller = setInterval(() => {
      http.get({ host: "b", agent }, (response) => response.resume().on("end", () => polls++));
    }, 10_000);
    await new Promise((resolve) => setTimeout(resolve, hours * HOUR_MS + 1000));
    for (const timer of [heart, poller]) clearInterval(timer);
    socket.terminate();
    return { polls, beats };
  });
  return { ...counted, crashes: world.result().crashes.length, hash: world.hash };
}

/** What a day of so many hours has. */
export function expected(hours: number): Omit<Day, "hash"> {
  return { polls: hours * 360, beats: hours * 120, crashes: 0 };
}

/** The same while other threads want the processor, too. */
export async function underLoad<T>(run: () => Promise<T>, threads: number): Promise<T> {
  const workers = Array.from({ length: threads }, () => new Worker("for (;;);", { eval: true }));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once("online", resolve))));
  try {
    return await run();
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
