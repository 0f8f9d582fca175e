/** Explicit congestion notification: RFC 3168 §6.1. */
import { describe, expect, test } from "vitest";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import { TCP_CONGESTION } from "../../abi/tcp.ts";
import { accepted, ack, closed, type Dialogue, data, listening, type Setting, segment } from "./dialogue.fixture.ts";

/** We have asked. */
function asking(setting: Setting = {}): Dialogue {
  const t = closed({ ...setting, sysctl: { ecn: 1, ...setting.sysctl } });
  t.connect();
  return t.sends(segment("SYN ECE CWR", { seq: 1000, ecn: 0 }));
}

/** And the peer has agreed. */
function agreed(): Dialogue {
  const t = asking();
  t.receives(segment("SYN ACK ECE", { seq: 2000, ack: 1001, mss: 1000, wnd: 60_000 })).sends(
    ack({ ack: 2001, ecn: 0 }),
  );
  return t.fromHere();
}

const again = (fields: { ack: number }) => ack({ seq: 2001, wnd: 60_000, ...fields });
const echo = (fields: { ack: number }) => segment("ACK ECE", { seq: 2001, wnd: 60_000, ...fields });

describe("negotiation", () => {
  // @rfc 3168 6.1.1 REC
  test("a peer that asks is answered with ECE alone, unless tcp_ecn is 0", () => {
    listening()
      .receives(segment("SYN ECE CWR", { seq: 2000, mss: 1000 }))
      .sends(segment("SYN ACK ECE", { seq: 1000, ack: 2001 }));
    listening({ sysctl: { ecn: 0 } })
      .receives(segment("SYN ECE CWR", { seq: 2000, mss: 1000 }))
      .sends(segment("SYN ACK", { seq: 1000, ack: 2001 }));
  });

  // @rfc 3168 6.1.1 REC
  test("a SYN without both bits does not ask, and a SYN-ACK with both does not agree", () => {
    listening()
      .receives(segment("SYN ECE", { seq: 2000, mss: 1000 }))
      .sends(segment("SYN ACK", { seq: 1000 }));
    const t = asking().receives(segment("SYN ACK ECE CWR", { seq: 2000, ack: 1001, mss: 1000 }));
    expect(t.tcb.ecn).toBeNull();
  });

  test("tcp_ecn_fallback: the second SYN does not ask", () => {
    asking()
      .at(1000)
      .sends(segment("SYN", { seq: 1000 }));
  });
});

// @rfc 3168 6.1.4 MUST; @rfc 3168 6.1.5 MUST
test("new data are ECT(0), pure ACKs and retransmissions are not", () => {
  const t = agreed().send(1000);
  t.sends(data({ seq: 1001, ecn: 2 }));
  t.at(300).sends(data({ seq: 1001, ecn: 0 }));
});

// @rfc 9293 3.8.2 SHLD-8
// @rfc 3168 6.1.2 MUST-1, SHOULD, MUST-2
test("an echo reduces the window once in a window of data, and CWR goes with the next new data", () => {
  const t = agreed().send(10_000);
  expect(t.sent()).toHaveLength(10);
  t.receives(echo({ ack: 2001 }), echo({ ack: 3001 }));
  expect(t.tcb).toMatchObject({ phase: "cwr", ssthresh: 4500 });
  t.send(5000);
  for (let acked = 4001; acked <= 9001; acked += 1000) t.receives(echo({ ack: acked }));
  const sent = t.sent();
  expect(sent.filter(({ flags }) => flags.includes("CWR"))).toHaveLength(1);
  expect(sent[0]?.flags).toContain("CWR");
  t.receives(again({ ack: 11_001 }));
  expect(t.tcb).toMatchObject({ phase: "open", cwnd: 4500, ssthresh: 4500 });
});

test.each(["reno", "bbr"])("%s, without SACK: a loss is repaired in the round trip of a mark, too", (name) => {
  const t = agreed();
  t.socket.requests.setsockopt?.({ uid: 0 } as never, IPPROTO_TCP, TCP_CONGESTION, { text: name });
  t.tcb.pacingRate = Number.POSITIVE_INFINITY;
  t.send(10_000);
  expect(t.sent()).toHaveLength(10);
  t.receives(echo({ ack: 2001 }));
  const { ssthresh } = t.tcb;
  expect(t.tcb.phase).toBe("cwr");
  for (let count = 0; count < 3; count++) t.receives(again({ ack: 2001 }));
  t.at(10);
  expect(t.sent()[0]).toMatchObject({ seq: 2001, len: 1000 });
  // It was reduced for the mark.
  expect(t.tcb).toMatchObject({ phase: "recovery", ssthresh });
  expect(Number.isFinite(t.tcb.cwnd)).toBe(true);
  t.receives(again({ ack: 11_001 }));
  expect(t.tcb).toMatchObject({ phase: "open", arrivedBytes: 0 });
  expect(Number.isFinite(t.tcb.cwnd)).toBe(true);
});

// @rfc 3168 6.1.3 REC
test("a mark is echoed at once, in every ACK until CWR comes", () => {
  const t = accepted({ peer: {} });
  expect(t.tcb.ecn).toBeNull();
  const u = agreed();
  u.receives(data({ seq: 2001, ack: 1001, len: 1000, ecn: 3 })).sends(segment("ACK ECE", { ack: 3001 }));
  u.receives(data({ seq: 3001, ack: 1001, len: 1000, ecn: 2 })).sends(segment("ACK ECE", { ack: 4001 }));
  u.receives(segment("ACK CWR", { seq: 4001, ack: 1001, len: 1000, ecn: 2 })).sends(ack({ ack: 5001 }));
});
