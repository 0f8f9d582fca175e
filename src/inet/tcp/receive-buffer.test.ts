/** The receive buffer follows what the user reads in a round trip: Linux's dynamic right-sizing, as dialogues. */
import { expect, test } from "vitest";
import { type Dialogue, data, synAck, synSent } from "./dialogue.fixture.ts";

const MSS = 1460;
const NS_PER_MS = 1_000_000;
const WHOLE = 1 << 22;

/** A connection whose handshake took so long. The peer stamps its segments, and a window may be as large as it needs. */
function connected(handshakeMs: number): Dialogue {
  const t = synSent({ sysctl: { timestamps: 1, window_scaling: 1 } }).at(handshakeMs);
  t.receives(synAck({ seq: 2000, ack: 1001, mss: MSS, ts: [500, 0], scale: 7 }));
  t.sent();
  return t.fromHere();
}

/** Bursts in slow start, ten segments and then twice as many each time, that the user reads whole. What came last, in bytes. */
function slowStart(t: Dialogue, rounds: number, roundTripMs: number, firstEchoMs: number): number {
  let seq = 2001;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const nowMs = Math.floor(t.world.scheduler.nowNs / NS_PER_MS);
    const echo = round === 0 ? firstEchoMs : nowMs - roundTripMs;
    bytes = 10 * MSS * 2 ** round;
    for (const end = seq + bytes; seq < end; seq += MSS) {
      t.receives(data({ seq, ack: 1001, data: "x".repeat(MSS), ts: [500 + nowMs, echo] }));
    }
    expect(t.read(WHOLE)).toHaveLength(bytes);
    t.at(t.nowMs + roundTripMs).sent();
  }
  return bytes;
}

/** Half of the buffer is for data. */
const windowOf = (t: Dialogue): number => t.socket.receiveLimitBytes / 2;

test("a peer that doubles its window each round trip finds room for what it sends a round trip later", () => {
  const t = connected(20).at(20);
  const bytes = slowStart(t, 4, 20, 20);
  expect(windowOf(t)).toBeGreaterThan(4 * bytes);
});

test("a handshake that took long does not slow it down: echoes tell the round trip", () => {
  const t = connected(300).at(10);
  const bytes = slowStart(t, 4, 10, 300);
  expect(windowOf(t)).toBeGreaterThan(2 * bytes);
});

test("nor does a peer that was idle, whose first echo is old", () => {
  const t = connected(10).at(5000);
  const bytes = slowStart(t, 4, 10, 10);
  expect(windowOf(t)).toBeGreaterThan(4 * bytes);
});
