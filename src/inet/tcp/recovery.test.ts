/** Scenarios of loss recovery that the RFCs name, as dialogues: RFC 3042, 3522, 5681, 5682, 6582, 6675, 6937, 7661, 8985. */
import { describe, expect, test } from "vitest";
import { ack, data, type Setting } from "./dialogue.fixture.ts";
import { at, BARE, flight, range, sacked, WITH_SACK } from "./flight.fixture.ts";

/** A duplicate ACK of a peer without SACK. */
const again = (n: number) => ack({ seq: 2001, ack: at(n), wnd: 60_000 });
const COUNTING: Setting = { ...WITH_SACK, sysctl: { sack: 1, recovery: 0 } };
const WITHOUT_PROBES: Setting = { ...WITH_SACK, sysctl: { sack: 1, early_retrans: 0 } };

describe("without SACK", () => {
  // @rfc 5681 3.2 SHOULD-2
  // @rfc 3042 2 SHOULD, MUST-1
  test("RFC 3042 §2: each of the first two duplicate ACKs lets a new segment go, the third sends again", () => {
    const t = flight(10, BARE).send(5000).at(100);
    t.receives(again(0)).sends(data({ seq: at(10) }));
    t.receives(again(0)).sends(data({ seq: at(11) }));
    expect(t.tcb.cwnd).toBe(10_000);
    t.receives(again(0)).sends(data({ seq: at(0) }));
    // RFC 5681 §3.2, step 2: neither of the two counts as in flight.
    expect(t.tcb.ssthresh).toBe(5000);
  });

  // @rfc 3042 2 MUST-2
  test("RFC 3042 §2: with SACK a duplicate ACK that tells nothing new lets nothing go", () => {
    const t = flight(10).send(5000).at(100);
    t.receives(sacked({ ack: at(0) })).silent();
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] })).sends(data({ seq: at(10) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] })).silent();
  });

  // @rfc 6582 3.2 REC-2, REC-3
  test("RFC 6582 §3.2: two losses: a partial ACK sends the second at once, the full one ends it", () => {
    const t = flight(10, BARE).at(100);
    for (let n = 0; n < 3; n++) t.receives(again(0));
    t.sends(data({ seq: at(0) }));
    t.at(200)
      .receives(again(4))
      .sends(data({ seq: at(4) }));
    // Eight: ssthresh and three; three of the four that are acknowledged are gone.
    expect(t.tcb.cwnd).toBe(5000);
    t.at(300).receives(again(10)).silent();
    expect(t.tcb).toMatchObject({ phase: "open", ssthresh: 5000, cwnd: 2000 });
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });

  // @rfc 6582 3.2 REC-1, REC-4
  test("RFC 6582 §3.2, step 1: duplicates of what was sent again after a timeout begin no recovery of their own", () => {
    const t = flight(4, BARE).at(400);
    t.sends(data({ seq: at(0) }));
    const { ssthresh } = t.tcb;
    for (let n = 0; n < 3; n++) t.receives(again(0));
    expect(t.tcb).toMatchObject({ phase: "loss", ssthresh });
  });
});

describe("RFC 6675: tcp_recovery 0", () => {
  // @rfc 6675 4 REC-1
  test("§5, (4): DupThresh segments above it have arrived: all holes below are lost at once", () => {
    const t = flight(10, COUNTING).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] })).silent();
    t.receives(sacked({ ack: at(0), sack: [range(3, 4), range(1, 2)] })).silent();
    t.receives(sacked({ ack: at(0), sack: [range(5, 6), range(3, 4), range(1, 2)] })).sends(data({ seq: at(0) }));
    expect(t.tcb).toMatchObject({ phase: "recovery", ssthresh: 5000 });
    expect(t.tcb.sent.lostBytes).toBe(0);
  });

  // @rfc 6675 4 REC-1
  test("§4, IsLost: one block with more than two segments' worth of bytes says as much", () => {
    const t = flight(10, COUNTING).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
  });

  // @rfc 6675 5.1 SHOULD
  test("§5.1: a retransmission that is lost too waits for the timer", () => {
    const t = flight(10, COUNTING).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 10)] })).at(290);
    t.silent();
    // What has arrived does not go again.
    t.at(450).sends(data({ seq: at(0) }));
    expect(t.count("TcpExtTCPTimeouts")).toBe(1);
  });
});

describe("RFC 6937: proportional rate reduction", () => {
  // @rfc 6937 3 REC-1
  test("§4, one loss in a flight of twenty: one segment for each two that arrive, and half of the window is left", () => {
    const t = flight(20).send(20_000).at(100);
    const sent: number[] = [];
    for (let n = 2; n <= 20; n++) {
      t.receives(sacked({ ack: at(0), sack: [range(1, n)] }));
      sent.push(t.sent().length);
    }
    // Two of limited transmit, the retransmission, then every second time.
    expect(sent.slice(0, 3)).toEqual([1, 1, 1]);
    const rest = sent.slice(3);
    expect(rest.every((count) => count <= 1)).toBe(true);
    // The two are made up for.
    expect(rest.filter((count) => count === 1)).toHaveLength(7);
    t.receives(sacked({ ack: t.tcb.snd.nxt }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 10_000 });
  });

  // @rfc 6937 3 REC-2
  test("§4, fifteen losses in a row: no burst and no pause: one for each that arrives, and two when the front moves", () => {
    const t = flight(20).at(100);
    const sent: number[] = [];
    for (let n = 16; n <= 20; n++) {
      t.receives(sacked({ ack: at(0), sack: [range(15, n)] }));
      sent.push(t.sent().length);
    }
    expect(Math.max(...sent)).toBeLessThanOrEqual(4);
    const begun = sent.reduce((sum, each) => sum + each, 0);
    // The third that arrives shows it.
    expect(begun).toBe(3);
    // A round trip later the first of them arrive: slow start up to ssthresh.
    t.at(200);
    for (let n = 1; n <= begun; n++) {
      t.receives(sacked({ ack: at(n), sack: [range(15, 20)] }));
      expect(t.sent().length).toBeLessThanOrEqual(2);
    }
    t.at(300);
    for (let n = begun + 1; n <= 15; n++)
      t.receives(sacked({ ack: n === 15 ? at(20) : at(n), sack: n === 15 ? [] : [range(15, 20)] }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 10_000, ssthresh: 10_000 });
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });
});

describe("RFC 8985: RACK-TLP", () => {
  // @rfc 8985 6.2 REC-1
  test("§6.2, step 2: an ACK that comes too soon for the retransmission measures nothing", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
    const { rttNs, xmitNs } = t.tcb.loss.rack;
    t.at(101).receives(sacked({ ack: at(4) }));
    expect(t.tcb.loss.rack).toMatchObject({ rttNs, xmitNs });
  });

  // @rfc 8985 7.3 REC
  test("§3.4: of four segments the last three are lost: the probe of the fourth finds the others", () => {
    const t = flight(4)
      .at(100)
      .receives(sacked({ ack: at(1) }))
      .at(290)
      .silent();
    // Two round trips later.
    t.at(310).sends(data({ seq: at(3) }));
    t.at(410).receives(sacked({ ack: at(1), sack: [range(3, 4)] }));
    // A quarter of a round trip later they are not only late.
    t.at(440).sends(data({ seq: at(1) }));
    // One for the one that has arrived, the next for its ACK.
    t.at(540).receives(sacked({ ack: at(2), sack: [range(3, 4)] }));
    t.sends(data({ seq: at(2) }));
    t.at(640)
      .receives(sacked({ ack: at(4) }))
      .silent();
    expect(t.tcb.phase).toBe("open");
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });

  // @rfc 8985 6.3 MUST
  test("§3.5: a timeout takes only for lost what has had the time to arrive", () => {
    const t = flight(1, WITHOUT_PROBES).at(250);
    t.send(3000).sent();
    // The timer of the first; the others left 50 ms ago.
    t.at(310).sends(data({ seq: at(0) }));
    expect(t.tcb.sent.lostBytes).toBe(0);
    t.at(410).receives(sacked({ ack: at(1), sack: [range(2, 4)] }));
    t.at(440).sends(data({ seq: at(1) }));
    t.at(540).receives(sacked({ ack: at(4) }));
    expect(t.tcb.phase).toBe("open");
  });

  // @rfc 8985 7.4 MUST
  test("§7.4: a probe for which a D-SACK comes was not needed, and costs nothing", () => {
    const t = flight(10)
      .at(100)
      .receives(sacked({ ack: at(9) }))
      .at(600);
    t.sends(data({ seq: at(9) }));
    const { cwnd } = t.tcb;
    t.receives(sacked({ ack: at(10) })).receives(sacked({ ack: at(10), sack: [range(9, 10)] }));
    expect(t.count("TcpExtTCPLossProbeRecovery")).toBe(0);
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(cwnd);
  });

  // @rfc 8985 7.3 REC
  test("§7.3: new data are the probe, where there are any", () => {
    const t = flight(10).send(1000).at(100);
    t.receives(sacked({ ack: at(0) })).silent();
    t.at(220).sends(data({ seq: at(10) }));
    t.at(320).receives(sacked({ ack: at(0), sack: [range(10, 11)] }));
    t.at(350);
    expect(t.sent()[0]).toMatchObject({ seq: at(0) });
  });

  // @rfc 8985 6.2 REC-3
  test("§6.2, step 4: each round trip with a D-SACK widens the window of reordering by a quarter", () => {
    const t = flight(10).at(100);
    expect(t.tcb.loss.rack.reoWndMult).toBe(1);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
    t.receives(sacked({ ack: at(4) })).receives(sacked({ ack: at(4), sack: [range(0, 1)] }));
    // Again in the same round trip: once is enough.
    t.receives(sacked({ ack: at(4), sack: [range(1, 2)] }));
    expect(t.tcb.loss.rack).toMatchObject({ reoWndMult: 2, reoWndPersist: 16 });
  });
});

describe("a timeout that was not needed", () => {
  // @rfc 5682 2.1 REC-1, REC-3
  test("RFC 5682 §2.1: the ACK of what was sent first, then new data, then their ACK: the window is back", () => {
    const t = flight(10, { ...BARE, sysctl: { early_retrans: 0 } })
      .send(5000)
      .at(350);
    t.sends(data({ seq: at(0) }));
    // Step 2b: instead of sending more again it tries new data.
    t.receives(again(1)).sends(data({ seq: at(10) }), data({ seq: at(11) }));
    // Step 3b: what comes next acknowledges data that were not sent again.
    t.receives(again(2));
    expect(t.tcb).toMatchObject({ phase: "open", ssthresh: Number.POSITIVE_INFINITY });
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
    expect(t.count("TcpExtTCPSpuriousRTOs")).toBe(1);
  });

  // @rfc 5682 2.1 REC-2
  test("RFC 5682 §2.1, step 3a: a duplicate ACK instead: the losses are real", () => {
    const t = flight(10, { ...BARE, sysctl: { early_retrans: 0 } })
      .send(5000)
      .at(350);
    t.sends(data({ seq: at(0) }));
    t.receives(again(1)).sends(data({ seq: at(10) }), data({ seq: at(11) }));
    t.receives(again(1));
    expect(t.tcb.phase).toBe("loss");
    expect(t.tcb.loss.undo.isFrto).toBe(false);
    expect(t.count("TcpExtTCPSpuriousRTOs")).toBe(0);
  });

  // @rfc 3522 3.2 REC-1
  // @rfc 4015 3 REC-1, REC-2
  test("RFC 3522 §3.2: an echo that is older than the retransmission; RFC 4015 §3: the window is back", () => {
    const t = flight(10, {
      sysctl: { sack: 1, timestamps: 1, early_retrans: 0, frto: 0 },
      peer: { sackOk: true, wnd: 60_000, ts: [500, 0], mss: 1012 },
    });
    t.at(350);
    expect(t.sent()).not.toHaveLength(0);
    expect(t.tcb.phase).toBe("loss");
    t.receives(ack({ seq: 2001, ack: at(1), wnd: 60_000, ts: [501, 100] })).silent();
    expect(t.tcb).toMatchObject({ phase: "open", ssthresh: Number.POSITIVE_INFINITY });
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
    expect(t.count("TcpExtTCPLossUndo")).toBe(1);
  });

  // @rfc 3522 3.2 REC-2
  test("RFC 3522 §3.2: an echo of the retransmission: the timeout was right", () => {
    const t = flight(10, {
      sysctl: { sack: 1, timestamps: 1, early_retrans: 0, frto: 0 },
      peer: { sackOk: true, wnd: 60_000, ts: [500, 0], mss: 1012 },
    });
    t.at(350);
    const [resent] = t.sent();
    t.at(450).receives(ack({ seq: 2001, ack: at(1), wnd: 60_000, ts: [501, resent?.ts?.[0] ?? 0] }));
    expect(t.tcb.phase).toBe("loss");
  });
});

describe("a window that is not used", () => {
  // @rfc 5681 4.1 SHOULD
  test("RFC 2861 §3.2: half of it is gone for each RTO without sending, down to what a connection begins with", () => {
    const t = flight(40).at(100);
    t.receives(sacked({ ack: at(40) }));
    const { cwnd } = t.tcb;
    expect(cwnd).toBeGreaterThanOrEqual(40_000);
    t.at(1000).send(1000);
    // An RTO of 0.3 s: three of them.
    expect(t.tcb.cwnd).toBeLessThan(cwnd / 3);
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
    // Slow start leads back to most of it.
    expect(t.tcb.ssthresh).toBeGreaterThanOrEqual((3 * cwnd) / 4);
    t.sent();
    t.receives(sacked({ ack: at(41) }))
      .at(60_000)
      .send(1000);
    expect(t.tcb.cwnd).toBe(10_000);
  });

  test("tcp_slow_start_after_idle 0: it stays", () => {
    const t = flight(40, { ...WITH_SACK, sysctl: { sack: 1, slow_start_after_idle: 0 } }).at(100);
    t.receives(sacked({ ack: at(40) }));
    const { cwnd } = t.tcb;
    t.at(60_000).send(1000);
    expect(t.tcb.cwnd).toBe(cwnd);
  });

  // @rfc 7661 4.3 REC
  test("RFC 7661 §4.3: a user who sends little: the window does not grow, and comes down to what is used", () => {
    const t = flight(40).at(100);
    t.receives(sacked({ ack: at(40) }));
    const { cwnd } = t.tcb;
    for (let n = 0; n < 20; n++) {
      t.at(200 + 100 * n)
        .send(2000)
        .at(290 + 100 * n)
        .receives(sacked({ ack: at(42 + 2 * n) }));
    }
    expect(t.tcb.cwnd).toBeLessThan(cwnd / 2);
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
  });
});
