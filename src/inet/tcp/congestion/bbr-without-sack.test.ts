/** BBR with a peer that has no SACK, as dialogues: duplicate ACKs tell what has left the network, and BBR alone sets the window. */
import { describe, expect, test } from "vitest";
import { ack, type Dialogue, data, type Setting } from "../dialogue.fixture.ts";
import { at, BARE, flight } from "../flight.fixture.ts";

const BBR: Setting = { ...BARE, sysctl: { congestion_control: "bbr" } };
const again = (n: number) => ack({ seq: 2001, ack: at(n), wnd: 60_000 });

/** Segments 1 to `count` have left within a millisecond; the round trip is 100 ms. */
function bbrFlight(count: number): Dialogue {
  const t = flight(1, BBR).at(100);
  t.receives(again(1));
  t.tcb.cwnd = count * 1000;
  t.tcb.pacingRate = 1e9;
  t.send(count * 1000).at(101);
  expect(t.sent()).toHaveLength(count);
  return t.at(200);
}

describe("a loss", () => {
  test("the third duplicate ACK: what has arrived is out of the pipe, and only the first segment goes again", () => {
    const t = bbrFlight(10);
    for (let n = 0; n < 3; n++) t.receives(again(1));
    t.at(201).sends(data({ seq: at(1) }));
    // §5.6.4.4: what is in flight, and what is delivered now.
    expect(t.tcb).toMatchObject({ phase: "recovery", arrivedBytes: 3000, pipeBytes: 7000, cwnd: 7000 });
    expect(t.tcb.ssthresh).toBe(Number.POSITIVE_INFINITY);
    // However many come: one at least has not arrived.
    for (let n = 0; n < 20; n++) t.receives(again(1));
    expect(t.tcb).toMatchObject({ arrivedBytes: 9000, pipeBytes: 1000 });
    expect(t.tcb.rate.deliveredBytes).toBe(10_000);
    t.at(300).receives(again(11));
    // Nothing counts twice, and the window is back.
    expect(t.tcb).toMatchObject({ phase: "open", arrivedBytes: 0, pipeBytes: 0, duplicateAcks: 0 });
    expect(t.tcb.rate.deliveredBytes).toBe(11_000);
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
  });

  test("a partial ACK: the next hole goes again; what has arrived above it is still out of the pipe", () => {
    const t = bbrFlight(10);
    // 1 and 5 are lost.
    for (let n = 0; n < 8; n++) t.receives(again(1));
    t.at(201).sends(data({ seq: at(1) }));
    t.at(300).receives(again(5)).at(301);
    t.sends(data({ seq: at(5) }));
    // 5 is on its way; 6 to 10 have arrived.
    expect(t.tcb).toMatchObject({ phase: "recovery", arrivedBytes: 5000, pipeBytes: 1000 });
    t.at(400).receives(again(11)).silent();
    expect(t.tcb).toMatchObject({ phase: "open", arrivedBytes: 0 });
    expect(t.tcb.rate.deliveredBytes).toBe(11_000);
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });

  test("a duplicate ACK before: what has arrived makes room, and in Startup the window grows with it, as with SACK", () => {
    const t = bbrFlight(10).send(5000).at(201).silent();
    t.receives(again(1)).at(202);
    t.sends(data({ seq: at(11) }), data({ seq: at(12) }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 11_000, pipeBytes: 11_000 });
  });

  test("a timeout: nothing is known of what has arrived", () => {
    const t = bbrFlight(4);
    for (let n = 0; n < 2; n++) t.receives(again(1));
    expect(t.tcb.arrivedBytes).toBe(2000);
    t.at(500);
    expect(t.tcb).toMatchObject({ phase: "loss", arrivedBytes: 0 });
    for (let n = 0; n < 5; n++) t.receives(again(1));
    expect(t.tcb).toMatchObject({ phase: "loss", arrivedBytes: 0 });
    expect(t.tcb.cwnd).toBeLessThanOrEqual(4000);
  });
});
