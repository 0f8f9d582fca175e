/** Selective acknowledgment, RACK and tail loss probes: RFC 2018, 2883, 6675 and 8985. */
import { describe, expect, test } from "vitest";
import { ack, data, established, type Setting, syn, synAck, synReceived } from "./dialogue.fixture.ts";
import { at, flight, range, sacked, WITH_SACK } from "./flight.fixture.ts";
import { info } from "./info.ts";

describe("what the receiver tells", () => {
  const receiving: Setting = { sysctl: { sack: 1 }, peer: { sackOk: true } };
  const lens = (seq: number, len = 500) => data({ seq, ack: 1001, len });

  // @rfc 2018 2 MUST
  test("SACK permitted in SYN, and in SYN-ACK when the SYN had it", () => {
    const t = synReceived(receiving);
    t.receives(syn({ seq: 2000, mss: 1000, sackOk: true })).sends(synAck({ sackOk: true }));
    const bare = synReceived({ sysctl: { sack: 1 } });
    bare.receives(syn({ seq: 2000, mss: 1000 })).sends(synAck({ sackOk: false }));
  });

  test("RFC 2018 §4, case 1: the last four of eight segments are lost: there is nothing to tell", () => {
    const t = established(receiving);
    for (let n = 0; n < 4; n++) t.receives(lens(2001 + 500 * n)).sends(ack({ ack: 2501 + 500 * n, sack: [] }));
    t.at(1000).silent();
  });

  // @rfc 2018 4 SHOULD-1
  test("RFC 2018 §4, case 2: the first of eight segments is lost", () => {
    const t = established(receiving);
    for (let n = 1; n < 8; n++) {
      const end = 2001 + 500 * (n + 1);
      t.receives(lens(2001 + 500 * n)).sends(ack({ ack: 2001, sack: [[2501, end]] }));
    }
    t.receives(lens(2001)).sends(ack({ ack: 6001, sack: [] }));
  });

  // @rfc 2018 4 MUST, SHOULD-2
  test("RFC 2018 §4, case 3: the second, fourth, sixth and eighth are lost: the block that has changed comes first", () => {
    const t = established(receiving).receives(lens(2001));
    t.sends(ack({ ack: 2501 }));
    t.receives(lens(3001)).sends(ack({ ack: 2501, sack: [[3001, 3501]] }));
    const second = [4001, 4501] as const;
    t.receives(lens(4001)).sends(ack({ ack: 2501, sack: [second, [3001, 3501]] }));
    t.receives(lens(5001)).sends(ack({ ack: 2501, sack: [[5001, 5501], second, [3001, 3501]] }));
    // The fourth arrives after all, and then the second.
    t.receives(lens(3501)).sends(
      ack({
        ack: 2501,
        sack: [
          [3001, 4501],
          [5001, 5501],
        ],
      }),
    );
    t.receives(lens(2501)).sends(ack({ ack: 4501, sack: [[5001, 5501]] }));
  });

  // @rfc 2883 4 REC-1
  test("RFC 2883 §4.1, example 1: a segment comes twice", () => {
    const t = established(receiving).receives(lens(2001), lens(2501));
    t.sent();
    t.receives(lens(2001)).sends(ack({ ack: 3001, sack: [[2001, 2501]] }));
    expect(t.count("TcpExtTCPDSACKOldSent")).toBe(1);
    // It is told once.
    t.receives(lens(3501)).sends(ack({ ack: 3001, sack: [[3501, 4001]] }));
  });

  // @rfc 2883 4 REC-1
  test("RFC 2883 §4.1.2: a segment comes twice while another is missing", () => {
    const t = established(receiving).receives(lens(2001), lens(2501), lens(3501));
    t.sent();
    const sack = [
      [2001, 2501],
      [3501, 4001],
    ] as const;
    t.receives(lens(2001)).sends(ack({ ack: 3001, sack }));
  });

  // @rfc 2883 4 REC-2
  test("RFC 2883 §4.1.3: one of two that wait comes twice", () => {
    const t = established(receiving).receives(lens(2001), lens(3001), lens(3501));
    t.sent();
    const sack = [
      [3501, 4001],
      [3001, 4001],
    ] as const;
    t.receives(lens(3501)).sends(ack({ ack: 2501, sack }));
  });

  test("RFC 2883 §4.2: half of a segment has come before", () => {
    const t = established(receiving).receives(lens(2001), lens(2501));
    t.sent();
    t.receives(lens(2501, 1000)).sends(ack({ ack: 3501, sack: [[2501, 3001]] }));
    // Among what waits too.
    t.receives(lens(4501)).sends(ack({ ack: 3501, sack: [[4501, 5001]] }));
    t.receives(lens(4501)).sends(
      ack({
        ack: 3501,
        sack: [
          [4501, 5001],
          [4501, 5001],
        ],
      }),
    );
  });

  // @rfc 2883 4.2 REC
  test("RFC 2883 §4.2.1: a larger segment whose first half has come before fills the hole", () => {
    const t = established(receiving).receives(lens(2001), lens(3501), lens(2501));
    t.sent();
    t.receives(lens(2501, 1000)).sends(ack({ ack: 4001, sack: [[2501, 3001]] }));
  });

  // @rfc 2883 4.2 REC
  test("RFC 2883 §4.2.2: of two parts that have come before, below the acknowledgment, the first is told", () => {
    const t = established(receiving).receives(lens(2001), lens(4501), lens(2501), lens(3501));
    t.sent();
    const sack = [
      [2501, 3001],
      [4501, 5001],
    ] as const;
    t.receives(lens(2501, 1500)).sends(ack({ ack: 4001, sack }));
  });

  // @rfc 2883 4.2 REC
  test("RFC 2883 §4.2.3: of two parts that wait, the first is told, and the block around it follows", () => {
    const t = established(receiving).receives(lens(2001), lens(5001), lens(3001), lens(4001));
    t.sent();
    const sack = [
      [3001, 3501],
      [3001, 4501],
      [5001, 5501],
    ] as const;
    t.receives(lens(3001, 1500)).sends(ack({ ack: 2501, sack }));
    expect(t.count("TcpExtTCPDSACKOfoSent")).toBe(1);
  });

  test("parts that wait side by side are told as one", () => {
    const t = established(receiving).receives(lens(3001), lens(3501));
    t.sent();
    const sack = [
      [3001, 4001],
      [2501, 4501],
    ] as const;
    t.receives(lens(2501, 2000)).sends(ack({ ack: 2001, sack }));
  });

  test("RFC 2883 §4, tcp_dsack 0: nothing is told of it", () => {
    const t = established({ ...receiving, sysctl: { sack: 1, dsack: 0 } }).receives(lens(2001));
    t.sent();
    t.receives(lens(2001)).sends(ack({ ack: 2501, sack: [] }));
  });

  // @rfc 2883 4 REC-2
  test("RFC 2883 §4.2: one that waits comes twice: the block around it follows", () => {
    const t = established(receiving).receives(lens(3001), lens(2501), lens(4001));
    t.sent();
    t.receives(lens(2501)).sends(
      ack({
        ack: 2001,
        sack: [
          [2501, 3001],
          [2501, 3501],
          [4001, 4501],
        ],
      }),
    );
    expect(t.count("TcpExtTCPDSACKOfoSent")).toBe(1);
  });
});

describe("what the sender makes of it", () => {
  // @rfc 2018 5 REC; @rfc 6675 5 MUST
  test("a loss: sent again at once after three segments above it have arrived, and once", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] }))
      .receives(sacked({ ack: at(0), sack: [range(1, 3)] }))
      .silent();
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0), len: 1000 }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 10)] })).silent();
    expect(t.tcb).toMatchObject({ phase: "recovery", ssthresh: 5000 });
    t.receives(sacked({ ack: at(10) }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 5000 });
  });

  // @rfc 8985 6.2 REC-2
  test("reordering of three segments: late within a quarter of a round trip, nothing is sent again", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 3)] }))
      .at(110)
      .silent();
    t.receives(sacked({ ack: at(3) }))
      .at(150)
      .silent();
    expect(t.tcb.phase).toBe("open");
    expect(t.tcb.loss.rack.isReorderingSeen).toBe(true);
    expect(info(t.tcb)).toMatchObject({ reordering: 3, reord_seen: 1 });
    // From now on more than three may overtake.
    t.receives(sacked({ ack: at(3), sack: [range(4, 10)] })).silent();
    t.receives(sacked({ ack: at(10) })).silent();
    expect(info(t.tcb)).toMatchObject({ reordering: 7, reord_seen: 2 });
  });

  test("tcp_max_reordering bounds it", () => {
    const t = flight(10, { sysctl: { sack: 1, max_reordering: 5 }, peer: { sackOk: true, wnd: 60_000 } }).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 3)] }));
    t.receives(sacked({ ack: at(3) }));
    t.receives(sacked({ ack: at(3), sack: [range(4, 10)] }));
    t.receives(sacked({ ack: at(10) }));
    expect(info(t.tcb)).toMatchObject({ reordering: 5, reord_seen: 2 });
  });

  // @rfc 8985 4 MUST
  test("RFC 8985 §6.3: the reordering timer", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] }))
      .at(124)
      .silent();
    t.at(126).sends(data({ seq: at(0) }));
  });

  // @rfc 6675 5 SHOULD
  test("a burst of losses: proportional rate reduction sends as segments arrive", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(4, 7)] })).sends(data({ seq: at(0) }), data({ seq: at(1) }));
    t.receives(sacked({ ack: at(0), sack: [range(4, 8)] })).sends(data({ seq: at(2) }));
    t.receives(sacked({ ack: at(0), sack: [range(4, 9)] })).sends(data({ seq: at(3) }));
    t.receives(sacked({ ack: at(0), sack: [range(4, 10)] })).silent();
  });

  // @rfc 8985 6.2 REC-4
  test("a lost retransmission is found by what was sent after it", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
    t.send(3000).receives(sacked({ ack: at(0), sack: [range(1, 10)] }));
    expect(t.sent().map(({ seq }) => seq)).toEqual([at(10), at(11), at(12)]);
    t.at(201).receives(sacked({ ack: at(0), sack: [range(10, 13), range(1, 10)] }));
    t.at(230).sends(data({ seq: at(0) }));
  });

  // @rfc 8985 7.2 REC
  test("a lost tail: a probe after two round trips, and one round trip later it is repaired", () => {
    const t = flight(10)
      .at(100)
      .receives(sacked({ ack: at(8) }))
      .at(290)
      .silent();
    t.at(310).sends(data({ seq: at(9) }));
    t.at(410)
      .receives(sacked({ ack: at(8), sack: [range(9, 10)] }))
      .at(440)
      .sends(data({ seq: at(8) }));
    expect(t.count("TcpExtTCPLossProbes")).toBe(1);
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });

  // @rfc 8985 7.4 MUST
  test("RFC 8985 §7.4: a probe that has mended the loss by itself reduces the window", () => {
    const t = flight(10)
      .at(100)
      .receives(sacked({ ack: at(9) }))
      .at(600);
    t.sends(data({ seq: at(9) }));
    t.send(1000).sent();
    t.receives(sacked({ ack: at(11) }));
    expect(t.count("TcpExtTCPLossProbeRecovery")).toBe(1);
  });

  // @rfc 2883 5 REC; @rfc 5681 3.1 SHOULD
  test("a spurious recovery is undone by D-SACK", () => {
    const t = flight(10).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
    expect(t.tcb.ssthresh).toBe(5000);
    t.receives(sacked({ ack: at(4) })).receives(sacked({ ack: at(4), sack: [range(0, 1)] }));
    expect(t.tcb).toMatchObject({ phase: "open", ssthresh: Number.POSITIVE_INFINITY, cwnd: 10_000 });
    expect(t.count("TcpExtTCPDSACKUndo")).toBe(1);
  });

  // @rfc 5682 3.1 REC
  test("RFC 5682: a spurious timeout is undone when what was sent before it is acknowledged", () => {
    const t = flight(10, { ...WITH_SACK, sysctl: { sack: 1, early_retrans: 0 } }).at(1000);
    t.sends(data({ seq: at(0) }), data({ seq: at(0) }));
    expect(t.tcb.phase).toBe("loss");
    t.receives(sacked({ ack: at(2) })).silent();
    expect(t.tcb.phase).toBe("open");
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(10_000);
  });

  // @rfc 2018 5 MUST; @rfc 2018 8 MUST
  test("a peer that gives up what it had: nothing crashes, all is sent again", () => {
    const t = flight(4)
      .at(100)
      .receives(sacked({ ack: at(0), sack: [range(1, 3)] }));
    t.receives(sacked({ ack: at(1) })).at(400);
    expect(t.sent().map(({ seq }) => seq)).toContain(at(1));
    expect(t.count("TcpExtTCPSACKReneging")).toBe(1);
    t.receives(sacked({ ack: at(4) }));
    expect(t.tcb.sent.isEmpty).toBe(true);
  });

  test("blocks that make no sense are passed over", () => {
    const t = flight(4).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(3, 9), [at(2), at(1)], [at(9), at(10)]] }));
    expect(t.tcb.sent.sackedCount).toBe(0);
    expect(t.count("TcpExtTCPSACKDiscard")).toBe(3);
  });

  // @rfc 8985 6.2 REC-3
  test("reordering of thirty segments: once for nothing, which D-SACK undoes; the next time it waits", () => {
    const t = flight(40).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 31)] })).sends(data({ seq: at(0) }));
    t.receives(sacked({ ack: at(31) })).receives(sacked({ ack: at(31), sack: [range(0, 1)] }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 40_000 });
    expect(t.tcb.loss.rack).toMatchObject({ isReorderingSeen: false, reoWndMult: 2 });
    t.receives(sacked({ ack: at(31), sack: [range(33, 40)] })).sends(data({ seq: at(31) }), data({ seq: at(32) }));
    t.receives(sacked({ ack: at(40) }));
  });

  test("an ACK path that loses half: bytes are counted, and the window grows as if it did not", () => {
    const t = flight(10).send(30_000).at(100);
    for (let n = 2; n <= 10; n += 2) t.receives(sacked({ ack: at(n) }));
    expect(t.tcb.cwnd).toBe(20_000);
  });

  test("RFC 3042: the first duplicate ACKs let new segments go, with SACK and without", () => {
    const t = flight(10).send(5000).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 2)] })).sends(data({ seq: at(10) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 3)] })).sends(data({ seq: at(11) }));
  });

  test("tcp_recovery 0: RFC 6675 counts what has arrived above", () => {
    const t = flight(10, { ...WITH_SACK, sysctl: { sack: 1, recovery: 0 } }).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 3)] }))
      .at(180)
      .silent();
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] })).sends(data({ seq: at(0) }));
  });

  // @rfc 6675 4 REC-2
  test("RFC 6675 §4, NextSeg (3): what may be lost goes again when nothing new may", () => {
    const t = flight(10, { ...WITH_SACK, sysctl: { sack: 1, recovery: 0 } }).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 5)] })).sends(data({ seq: at(0) }));
    // Two segments above it have arrived, one less than makes it lost.
    t.receives(sacked({ ack: at(0), sack: [range(6, 8), range(1, 5)] })).sends(data({ seq: at(5) }));
  });

  // @rfc 6675 4 SHOULD
  test("RFC 6675 §4, NextSeg (4): the end of the flight goes again once in a recovery", () => {
    const t = flight(10, { ...WITH_SACK, sysctl: { sack: 1, recovery: 0 } }).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 6)] })).sends(data({ seq: at(0) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 7)] })).sends(data({ seq: at(9) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 8)] })).silent();
    t.at(200)
      .receives(sacked({ ack: at(9) }))
      .silent();
    t.receives(sacked({ ack: at(10) }));
    expect(t.tcb.phase).toBe("open");
    expect(t.count("TcpExtTCPTimeouts")).toBe(0);
  });

  // @rfc 6675 4 REC-2
  test("the end of the flight waits for its turn while there are new data, and where RACK looks after it", () => {
    const t = flight(10, { ...WITH_SACK, sysctl: { sack: 1, recovery: 0 } })
      .send(1000)
      .at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 6)] })).sends(data({ seq: at(0) }));
    t.receives(sacked({ ack: at(0), sack: [range(1, 7)] })).sends(data({ seq: at(10) }));
    const racked = flight(10).at(100);
    racked.receives(sacked({ ack: at(0), sack: [range(1, 6)] })).sends(data({ seq: at(0) }));
    racked.receives(sacked({ ack: at(0), sack: [range(1, 7)] })).silent();
  });

  test("Eifel: an echo that is older than the retransmission shows that it was not needed", () => {
    const t = flight(10, {
      sysctl: { sack: 1, timestamps: 1 },
      peer: { sackOk: true, wnd: 60_000, ts: [500, 0], mss: 1012 },
    });
    const stamped = (fields: { ack: number; sack?: readonly (readonly [number, number])[] }, echo: number) =>
      ack({ seq: 2001, wnd: 60_000, ts: [501, echo], ...fields });
    t.at(100).receives(stamped({ ack: at(0), sack: [range(1, 4)] }, 100));
    expect(t.tcb.phase).toBe("recovery");
    t.at(101).receives(stamped({ ack: at(4) }, 100));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 10_120 });
    expect(t.count("TcpExtTCPFullUndo")).toBe(1);
  });
});
