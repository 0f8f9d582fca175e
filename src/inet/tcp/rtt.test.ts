/** The estimate of the round trip, and the timer that follows from it: RFC 6298. */
import { expect, test } from "vitest";
import { accepted, ack, data, synAck, synReceived, synSent } from "./dialogue.fixture.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import { RoundTrip } from "./rtt.ts";

const MS = 1_000_000;
const BOUNDS = { rtoMinNs: 200 * MS, rtoMaxNs: 120_000 * MS };

// @rfc 6298 2 MUST
test("RFC 6298 §2: the first sample, and gains of 1/8 and 1/4 from then on, RTTVAR with the SRTT before", () => {
  const rtt = new RoundTrip();
  expect(rtt.rtoNs).toBe(1000 * MS);
  rtt.sample(400 * MS, BOUNDS);
  expect([rtt.srttNs, rtt.rttvarNs, rtt.rtoNs]).toEqual([400 * MS, 200 * MS, 1200 * MS]);
  rtt.sample(240 * MS, BOUNDS);
  // |400 - 240|/4 + 3/4·200, 7/8·400 + 240/8.
  expect([rtt.srttNs, rtt.rttvarNs, rtt.rtoNs]).toEqual([380 * MS, 190 * MS, 1140 * MS]);
});

// @rfc 6298 5 MUST-2
test("RFC 6298 §5.7: SYN was sent again and nothing is measured: data wait for three seconds", () => {
  const t = synSent().at(1000);
  t.sent();
  t.at(1100)
    .receives(synAck({ seq: 2000, ack: 1001, mss: 1000 }))
    .fromHere();
  t.sent();
  t.send("x").sends(data({ seq: 1001, len: 1 }));
  t.at(2990).silent();
  t.at(3010).sends(data({ seq: 1001, len: 1 }));
});

test("RFC 6298 §5.7: so it is with a server whose SYN-ACK was sent again", () => {
  const t = synReceived().at(1000);
  t.sent();
  t.receives(ack({ seq: 2001, ack: 1001 })).accept();
  expect(t.tcb.rtt.rtoNs).toBe(3000 * MS);
  expect(accepted().tcb.rtt.rtoNs).toBeLessThan(1000 * MS);
});

test("tcp_rto_min_us and tcp_rto_max_ms: the least timeout, and the longest after back-off", () => {
  const t = accepted({ sysctl: { rto_min_us: 5000, rto_max_ms: 1000 } });
  expect(t.tcb.rtt.rtoNs).toBe(5 * MS);
  t.send("x").sends(data({ data: "x" }));
  t.at(4).silent();
  t.at(5).sends(data({ data: "x" }));
  t.at(15).sends(data({ data: "x" }));
  t.at(10_000).sent();
  expect(rtoNs(t.tcb)).toBe(1000 * MS);
  t.at(11_000);
  expect(t.sent()).toHaveLength(1);
});
