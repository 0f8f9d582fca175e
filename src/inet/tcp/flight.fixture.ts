/**
 * Dialogues that begin with a flight: `count` segments of 1000 bytes are out, and the round trip is 100 ms.
 *
 * Read first: dialogue.fixture.ts.
 */
import { expect } from "vitest";
import { ack, type Dialogue, type Setting, synAck, synSent } from "./dialogue.fixture.ts";
import type { Script } from "./script.fixture.ts";

export const WITH_SACK: Setting = { sysctl: { sack: 1 }, peer: { sackOk: true, wnd: 60_000 } };
/** A peer without SACK. */
export const BARE: Setting = { peer: { wnd: 60_000 } };

/** The first byte of segment n. */
export const at = (n: number): number => 1001 + 1000 * n;
export const range = (from: number, to: number): readonly [number, number] => [at(from), at(to)];

export function flight(count: number, setting: Setting = WITH_SACK): Dialogue {
  const t = synSent(setting).at(100);
  t.receives(synAck({ seq: 2000, ack: 1001, mss: 1000, ...setting.peer })).fromHere();
  t.sent();
  t.tcb.cwnd = Math.max(t.tcb.cwnd, count * 1000);
  t.send(count * 1000);
  expect(t.sent()).toHaveLength(count);
  return t;
}

/** An ACK of the peer with blocks. */
export function sacked({
  ack: number,
  sack = [],
}: {
  ack: number;
  sack?: readonly (readonly [number, number])[];
}): Script {
  return ack({ seq: 2001, ack: number, wnd: 60_000, sack });
}
