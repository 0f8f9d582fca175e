/** A day: an http poller every 10 s and a WebSocket heartbeat every 30 s, on full TCP. */
import "netloom/register";
import crypto from "node:crypto";
import http from "node:http";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { twoHosts } from "./two-hosts.ts";

const HOUR_MS = 3_600_000;
/** `npm test` lives a quarter of an hour; NETLOOM_DAY=24 the whole. */
const HOURS = Number(process.env.NETLOOM_DAY ?? 0.25);

async function live(hours: number) {
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
  return { ...counted, hash: world.hash, crashes: world.result().crashes.length };
}

test("passes in no time, and twice the same", { timeout: 120_000 }, async () => {
  const started = performance.now();
  const first = await live(HOURS);
  const tookMs = performance.now() - started;
  expect(first).toMatchObject({ polls: HOURS * 360, beats: HOURS * 120, crashes: 0 });
  if (HOURS > 1) console.log(`${HOURS} hours in ${Math.round(tookMs)} ms`);
  expect(await live(HOURS)).toEqual(first);
});
