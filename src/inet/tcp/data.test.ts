/** Data, windows and acknowledgments: RFC 9293 §3.8.6 and §3.10.7.4, "fifth" to "seventh". */
import { describe, expect, test } from "vitest";
import { POLLIN, POLLOUT, POLLPRI } from "../../abi/poll.ts";
import { MSG_MORE, MSG_OOB, MSG_TRUNC } from "../../abi/socket.ts";
import { accepted, ack, data, established, fin, rst, segment } from "./dialogue.fixture.ts";

describe("receiving", () => {
  test("in order, and the user reads it", () => {
    const t = established()
      .receives(data({ seq: 2001, ack: 1001, data: "abc" }))
      .sends(ack({ seq: 1001, ack: 2004 }));
    expect(t.events).toBe(POLLIN | POLLOUT);
    expect([t.read(2), t.read(), t.read()]).toEqual(["ab", "c", "[EAGAIN]"]);
  });

  // @rfc 9293 3.10.7.4 SHLD-31, MAY-13, MUST-59
  // @rfc 5681 4.2 SHOULD-2
  test("H28: out of order: at once on a gap, and on its filling", () => {
    const t = accepted();
    t.receives(data({ seq: 2004, ack: 1001, data: "def" })).sends(ack({ ack: 2001 }));
    t.receives(data({ seq: 2010, ack: 1001, data: "jkl" })).sends(ack({ ack: 2001 }));
    t.receives(data({ seq: 2007, ack: 1001, data: "ghi" })).sends(ack({ ack: 2001 }));
    t.receives(data({ seq: 2001, ack: 1001, data: "abc" })).sends(ack({ ack: 2013 }));
    expect(t.read()).toBe("abcdefghijkl");
  });

  test("overlapping segments give each byte once", () => {
    const t = established();
    t.receives(data({ seq: 2003, ack: 1001, data: "cdef" }), data({ seq: 2005, ack: 1001, data: "efgh" }));
    t.receives(data({ seq: 2002, ack: 1001, data: "b" }), data({ seq: 1999, ack: 1001, data: "zzabcd" }));
    expect(t.read()).toBe("abcdefgh");
  });

  test("H6: an ACK below SND.UNA is ignored, but the data in that segment are not", () => {
    const t = established().send("abc").sends(data({}));
    t.receives(ack({ seq: 2001, ack: 1004 })).silent();
    t.receives(data({ seq: 2001, ack: 1001, data: "old ACK" })).sends(ack({ seq: 1004, ack: 2008 }));
    expect(t.read()).toBe("old ACK");
    expect(t.tcb.snd.una).toBe(1004);
  });

  // @rfc 9293 3.8.6 MUST-66
  test("H5: a closed window takes no data, but answers, and takes ACKs and resets", () => {
    const t = established({ receiveBuffer: 8 });
    t.receives(data({ seq: 2001, ack: 1001, data: "full" })).sends(ack({ ack: 2005, wnd: 0 }));
    t.send("x").sends(data({ seq: 1001 }));
    t.receives(data({ seq: 2005, ack: 1001, data: "more" })).sends(ack({ seq: 1002, ack: 2005, wnd: 0 }));
    // A probe, one before what is next.
    t.receives(ack({ seq: 2004, ack: 1001 })).sends(ack({ seq: 1002, ack: 2005, wnd: 0 }));
    t.receives(ack({ seq: 2005, ack: 1002 })).silent();
    expect(t.tcb.snd.una).toBe(1002);
    t.receives(rst({ seq: 2005 }));
    expect(t.state).toBe("CLOSED");
  });

  test("H5: two closed windows do not acknowledge each other for ever", () => {
    const t = established({ receiveBuffer: 8 });
    t.receives(data({ seq: 2001, ack: 1001, data: "full", wnd: 0 })).sends(ack({ ack: 2005, wnd: 0 }));
    t.receives(ack({ seq: 2005, ack: 1001, wnd: 0 }), ack({ seq: 2005, ack: 1001, wnd: 0 })).silent();
  });

  // @rfc 9293 3.8.6.3 SHLD-18, MUST-40, SHLD-19; @rfc 9293 3.10.7.4 MUST-58
  // @rfc 5681 4.2 MUST, SHOULD-1
  test("H28: an ACK waits for at most half a second, and for the second full segment", () => {
    const t = accepted();
    t.tcb.acknowledgment.quick = 0;
    t.receives(data({ seq: 2001, ack: 1001, len: 1000 })).silent();
    t.at(39)
      .silent()
      .at(40)
      .sends(ack({ ack: 3001 }));
    t.receives(data({ seq: 3001, ack: 1001, len: 1000 })).silent();
    t.receives(data({ seq: 4001, ack: 1001, len: 1000 })).sends(ack({ ack: 5001 }));
  });

  test("an ACK rides on data that are sent meanwhile", () => {
    const t = accepted();
    t.tcb.acknowledgment.quick = 0;
    t.receives(data({ seq: 2001, ack: 1001, data: "question" })).silent();
    t.at(10)
      .send("answer")
      .sends(data({ seq: 1001, ack: 2009, data: "answer" }));
  });

  // @rfc 9293 3.8.6 SHLD-14; @rfc 9293 3.8.6.2.2 MUST-39
  test("H29: the window opens by a full segment or not at all, and its right edge never moves left", () => {
    const t = established({ receiveBuffer: 8000, peer: { mss: 1000 } });
    t.receives(data({ seq: 2001, ack: 1001, len: 1000 })).sends(ack({ ack: 3001, wnd: 3000 }));
    t.receives(data({ seq: 3001, ack: 1001, len: 1000 })).sends(ack({ ack: 4001, wnd: 2000 }));
    t.receives(data({ seq: 4001, ack: 1001, len: 1000 })).sends(ack({ ack: 5001, wnd: 1000 }));
    t.receives(data({ seq: 5001, ack: 1001, len: 1000 })).sends(ack({ ack: 6001, wnd: 0 }));
    t.read(100);
    t.silent();
    t.read(800);
    t.silent();
    t.read(100);
    t.sends(ack({ ack: 6001, wnd: 1000 }));
  });

  test("small segments that wait are put together, and come out in order", () => {
    const t = established();
    const text = "abcdefghij".repeat(30);
    for (let at = 0; at < text.length; at++) t.receives(data({ seq: 2001 + at, ack: 1001, data: text.charAt(at) }));
    expect((t.socket.receiveBuffer as { length?: number }).length).toBeLessThan(5);
    expect(t.read(7) + t.peek()).toBe(text);
    t.receives(data({ seq: 2301, ack: 1001, data: "!" }));
    expect(t.read()).toBe(`${text.slice(7)}!`);
    expect(t.read()).toBe("[EAGAIN]");
  });

  test("a bounded queue of what came early", () => {
    const t = established({ receiveBuffer: 20_000 });
    for (let at = 0; at < 100; at++) t.receives(data({ seq: 2002 + 90 * at, ack: 1001, len: 80 }));
    expect(t.tcb.heldBytes).toBeLessThanOrEqual(20_000);
    expect(t.count("TcpExtTCPOFODrop")).toBeGreaterThan(0);
  });
});

describe("sending", () => {
  // @rfc 9293 3.9.1.2 SHLD-28; @rfc 9293 3.8.6.2.1 MUST-38
  test("in segments of the MSS, as far as the window goes", () => {
    const t = established({ peer: { wnd: 2500 } }).send(3000);
    t.sends(data({ seq: 1001, len: 1000 }), data({ seq: 2001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 2001, wnd: 2500 })).sends(data({ seq: 3001, len: 1000 }));
  });

  test("MSG_MORE holds for its own push: the next segment that arrives lets the data go, as on Linux", () => {
    const t = established().send("abc", MSG_MORE).silent();
    t.at(20)
      .receives(data({ seq: 2001, ack: 1001, data: "x" }))
      .sends(data({ seq: 1001, ack: 2002, data: "abc" }));
    t.receives(ack({ seq: 2002, ack: 1004 }));
    t.send("de", MSG_MORE).silent();
    t.send("f").sends(data({ seq: 1004, ack: 2002, data: "def" }));
  });

  test("MSG_MORE with nothing behind it: 200 ms, or the end of what is sent", () => {
    const t = established().send("abc", MSG_MORE);
    t.at(199)
      .silent()
      .at(201)
      .sends(data({ seq: 1001, data: "abc" }));
    t.receives(ack({ seq: 2001, ack: 1004 }));
    t.send("de", MSG_MORE).silent().close();
    t.sends(fin({ seq: 1004, data: "de" }));
  });

  // @rfc 9293 3.7.4 SHLD-7
  test("Nagle with Minshall: a small segment waits for a small one, not for a full one", () => {
    const t = established()
      .send(1500)
      .sends(data({ len: 1000 }), data({ len: 500 }));
    t.send(10).silent();
    t.receives(ack({ seq: 2001, ack: 2001 })).silent();
    t.receives(ack({ seq: 2001, ack: 2501 })).sends(data({ len: 10 }));
  });

  test("H1: only a segment that is newer than the last update moves the window", () => {
    const t = established();
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 5000 }));
    expect(t.tcb.snd.wnd).toBe(5000);
    t.receives(data({ seq: 2001, ack: 1001, data: "x", wnd: 4000 }));
    t.receives(ack({ seq: 2002, ack: 1001, wnd: 3000 }));
    // Older, though it may look like news.
    t.receives(data({ seq: 2001, ack: 1001, data: "x", wnd: 60_000 }));
    expect(t.tcb.snd.wnd).toBe(3000);
  });

  // @rfc 9293 3.8.6 MUST-34, SHLD-15, SHLD-16, MAY-7, SHLD-17; @rfc 9293 3.8.6.1 MUST-35
  // @rfc 7323 2.4 MUST
  test("H2: a window that shrinks: no more than the first segment beyond its edge is sent again, and nothing new", () => {
    const t = established().send(5000);
    expect(t.sent()).toHaveLength(5);
    t.receives(ack({ seq: 2001, ack: 2001, wnd: 500 }))
      .send(1000)
      .silent();
    t.at(200).sends(data({ seq: 2001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 3001, wnd: 500 })).sends(data({ seq: 3001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 3001, wnd: 0 })).silent();
    expect(t.tcb.snd).toMatchObject({ una: 3001, nxt: 6001, wnd: 0 });
    t.receives(ack({ seq: 2001, ack: 3001, wnd: 10_000 })).sends(data({ seq: 4001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 6001 })).sends(data({ seq: 6001, len: 1000 }));
  });

  // @rfc 9293 3.8.6.1 MUST-36, SHLD-29, SHLD-30, MUST-37; @rfc 9293 3.8.6 SHLD-17
  test("H3: probes of a closed window have a number, back off, and never end while they are answered", () => {
    const t = established({ peer: { wnd: 0 } })
      .send("wait")
      .silent();
    let waitMs = 200;
    let ms = 0;
    for (let probe = 0; probe < 40; probe++) {
      ms += waitMs;
      t.at(ms - 1)
        .silent()
        .at(ms)
        .sends(ack({ seq: 1000, ack: 2001 }));
      t.receives(ack({ seq: 2001, ack: 1001, wnd: 0 }));
      waitMs = Math.min(waitMs * 2, 120_000);
    }
    expect(t.state).toBe("ESTABLISHED");
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 1000 })).sends(data({ seq: 1001, data: "wait" }));
  });

  test("H3: probes that nobody answers end it", () => {
    const t = established({ peer: { wnd: 0 }, sysctl: { retries2: 3 } })
      .send("wait")
      .at(1_000_000);
    t.sends(ack({ seq: 1000 }), ack({ seq: 1000 }), ack({ seq: 1000 }));
    expect(t.error).toBe("ETIMEDOUT");
  });

  // @rfc 9293 3.8.6.2.1 MUST-38
  test("H4: a probe of a small window sends what fits, whatever Nagle says", () => {
    const t = established({ peer: { wnd: 3 } })
      .send("abcdef")
      .silent();
    t.at(200).sends(data({ seq: 1001, data: "abc" }));
    t.receives(ack({ seq: 2001, ack: 1004, wnd: 100 })).sends(data({ seq: 1004, data: "def" }));
  });

  // @rfc 5681 3.1 MUST-4
  test("H25: after a timeout all is sent again from SND.UNA, but not what is acknowledged meanwhile", () => {
    const t = established({ sysctl: { frto: 0 } })
      .send(3000)
      .sends(data({ seq: 1001, len: 1000 }), data({ seq: 2001, len: 1000 }), data({ seq: 3001, len: 1000 }));
    t.at(200).sends(data({ seq: 1001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 3001 })).sends(data({ seq: 3001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 4001 })).silent();
    expect(t.tcb.snd).toMatchObject({ una: 4001, nxt: 4001 });
    t.send("new").sends(data({ seq: 4001, data: "new" }));
  });

  // @rfc 9293 3.8.1 MUST-18; @rfc 9293 3.8.2 MUST-19
  // @rfc 6298 2 SHOULD-1; @rfc 6298 3 MUST; @rfc 6298 5 MUST-1, REC
  test("H24: the timer doubles, starts again on an ACK of new data, and stops when all is acknowledged", () => {
    const t = established()
      .send(2000)
      .sends(data({ len: 1000 }), data({ len: 1000 }));
    t.at(100).receives(ack({ seq: 2001, ack: 2001 }));
    // RTT was 100 ms: SRTT and RTTVAR have moved, and the timer has started at 100.
    const { rtoNs } = t.tcb.rtt;
    t.at(100 + rtoNs / 1e6 - 1)
      .silent()
      .at(100 + rtoNs / 1e6)
      .sends(data({ seq: 2001, len: 1000 }));
    t.at(100 + (3 * rtoNs) / 1e6).sends(data({ seq: 2001, len: 1000 }));
    t.receives(ack({ seq: 2001, ack: 3001 }));
    t.at(1_000_000).silent();
    // Karn: nothing was learnt from what was sent twice, and the back-off stays.
    expect(t.tcb.rtt.rtoNs).toBe(rtoNs);
    expect(t.tcb.backoff).toBe(2);
    t.send("x")
      .at(1_000_010)
      .receives(ack({ seq: 2001, ack: 3002 }));
    expect(t.tcb.backoff).toBe(0);
  });

  // @rfc 5681 3.2 SHOULD-1
  test("H26: the third duplicate ACK sends the first segment again; ACKs with data or another window do not count", () => {
    const t = established().send(5000);
    t.sent();
    const again = ack({ seq: 2001, ack: 1001 });
    t.receives(again, data({ seq: 2001, ack: 1001, data: "x" })).sends(ack({ ack: 2002 }));
    t.receives(ack({ seq: 2002, ack: 1001 })).silent();
    t.receives(ack({ seq: 2002, ack: 1001, wnd: 9000 }), ack({ seq: 2002, ack: 1001, wnd: 9500 })).silent();
    expect(t.tcb.duplicateAcks).toBe(2);
    t.receives(ack({ seq: 2002, ack: 1001, wnd: 9500 })).sends(data({ seq: 1001, len: 1000 }));
    expect(t.tcb.phase).toBe("recovery");
  });

  // @rfc 9293 3.8.2 MUST-19
  // @rfc 5681 3.1 MUST-3
  test("H27: NewReno: ssthresh once for each episode, partial ACKs, and the end of it", () => {
    const t = established({ peer: { wnd: 60_000 } }).send(10_000);
    expect(t.sent()).toHaveLength(10);
    const again = ack({ seq: 2001, ack: 1001, wnd: 60_000 });
    t.receives(again, again, again).sends(data({ seq: 1001, len: 1000 }));
    expect(t.tcb).toMatchObject({ ssthresh: 5000, cwnd: 8000, phase: "recovery", recover: 11_001 });
    t.receives(ack({ seq: 2001, ack: 4001, wnd: 60_000 })).sends(data({ seq: 4001, len: 1000 }));
    expect(t.tcb.ssthresh).toBe(5000);
    t.receives(ack({ seq: 2001, ack: 11_001, wnd: 60_000 }));
    expect(t.tcb).toMatchObject({ phase: "open", ssthresh: 5000, duplicateAcks: 0 });
    expect(t.tcb.cwnd).toBeLessThanOrEqual(5000);
  });

  // @rfc 9293 3.8.2 MUST-19
  // @rfc 5681 3.1 MUST-1
  test("H27: the congestion window limits what is in flight", () => {
    const t = established({ peer: { wnd: 60_000 } }).send(20_000);
    expect(t.sent()).toHaveLength(10);
    t.receives(ack({ seq: 2001, ack: 3001, wnd: 60_000 }));
    expect(t.sent()).toHaveLength(4);
  });

  // @rfc 9293 3.8.3 MUST-20, MUST-21
  // @rfc 6298 2 MAY
  test("nobody acknowledges: ETIMEDOUT after tcp_retries2", () => {
    const t = established({ sysctl: { retries2: 3 } })
      .send("x")
      .at(100_000);
    expect(t.error).toBe("ETIMEDOUT");
    expect(t.state).toBe("CLOSED");
  });
});

describe("urgent data", () => {
  test("tcp_stdurg: the urgent pointer points to the byte, not behind it", () => {
    const t = accepted({ sysctl: { stdurg: 1 } });
    t.receives(segment("ACK", { seq: 2001, ack: 1001, data: "ab!c", urg: 2 }));
    expect(t.readUrgent()).toBe("!");
    expect([t.read(), t.read()]).toEqual(["ab", "c"]);
  });

  test("as on Linux a buffer without room takes the byte away, and gives nothing", () => {
    const t = accepted().receives(segment("ACK", { seq: 2001, ack: 1001, data: "!", urg: 1 }));
    const received = t.socket.receive(new Uint8Array(0), MSG_OOB);
    expect(received).toMatchObject({ bytes: 0, flags: MSG_OOB | MSG_TRUNC });
    expect(t.readUrgent()).toBe("[EINVAL]");
  });

  // @rfc 9293 3.8.5 MUST-30, MUST-62
  test("one byte is read out of its turn, and the stream goes on", () => {
    const t = accepted();
    t.receives(segment("ACK", { seq: 2001, ack: 1001, data: "abc!", urg: 4 }));
    expect(t.events & POLLPRI).toBe(POLLPRI);
    expect(t.readUrgent()).toBe("!");
    expect(t.readUrgent()).toBe("[EINVAL]");
    t.receives(data({ seq: 2005, ack: 1001, data: "def" }));
    expect([t.read(), t.read()]).toEqual(["abc", "def"]);
  });

  test("one that is next and unread gives up its place to another, as on Linux", () => {
    const t = accepted().receives(segment("ACK", { seq: 2001, ack: 1001, data: "a", urg: 1 }));
    t.receives(segment("ACK", { seq: 2002, ack: 1001, data: "bc", urg: 2 }));
    expect([t.readUrgent(), t.read(), t.read()]).toEqual(["c", "b", "[EAGAIN]"]);
    t.socket.options = { ...t.socket.options, oobInline: true };
    t.receives(segment("ACK", { seq: 2004, ack: 1001, data: "d", urg: 1 }));
    t.receives(segment("ACK", { seq: 2005, ack: 1001, data: "ef", urg: 2 }));
    expect([t.read(), t.read()]).toEqual(["de", "f"]);
  });

  test("one that is read, passed over or lost is given back to the host's memory", () => {
    const t = accepted().receives(segment("ACK", { seq: 2001, ack: 1001, data: "a", urg: 1 }));
    t.readUrgent();
    t.receives(segment("ACK", { seq: 2002, ack: 1001, data: "b", urg: 1 }));
    t.receives(segment("ACK", { seq: 2003, ack: 1001, data: "cd", urg: 1 }));
    expect(t.read()).toBe("d");
    expect(t.tcp.memory.bytes).toBe(0);
  });

  test("without a connection there is none: EINVAL, as on Linux", () => {
    const t = established().receives(segment("RST|ACK", { seq: 2001, ack: 1001 }));
    expect(t.readUrgent()).toBe("[EINVAL]");
  });

  // @rfc 9293 3.8.5 MUST-32
  test("it is announced before it comes", () => {
    const t = accepted().receives(segment("ACK", { seq: 2001, ack: 1001, data: "ab", urg: 5 }));
    expect(t.readUrgent()).toBe("[EAGAIN]");
    // As on Linux poll(2) tells when it is there.
    expect(t.events & POLLPRI).toBe(0);
    t.receives(segment("ACK", { seq: 2003, ack: 1001, data: "cd!ef", urg: 3 }));
    expect(t.events & POLLPRI).toBe(POLLPRI);
    expect(t.readUrgent()).toBe("!");
    expect([t.read(), t.read()]).toEqual(["abcd", "ef"]);
  });

  // @rfc 9293 3.8.5 MUST-30, MUST-31, MUST-62
  test("ours has URG and a pointer behind it, until it is acknowledged", () => {
    const t = established()
      .send("abc!", MSG_OOB)
      .sends(data({ seq: 1001, data: "abc!", urg: 4 }));
    t.at(200).sends(data({ data: "abc!", urg: 4 }));
    t.receives(ack({ seq: 2001, ack: 1005 }))
      .send("x")
      .sends(data({ data: "x", urg: 0 }));
  });
});

describe("timestamps", () => {
  const stamped = { sysctl: { timestamps: 1 }, peer: { ts: [500, 0] as const } };

  // @rfc 7323 3.2 MUST
  test("each segment echoes the peer's", () => {
    const t = established(stamped)
      .at(5)
      .receives(data({ seq: 2001, ack: 1001, data: "x", ts: [501, 0] }));
    t.sends(ack({ ack: 2002, ts: [5, 501] }));
  });

  // @rfc 7323 5.3 MUST
  test("PAWS: a segment that is older is answered and not taken", () => {
    const t = established(stamped).receives(data({ seq: 2001, ack: 1001, data: "old", ts: [400, 0] }));
    t.sends(ack({ ack: 2001 }));
    expect(t.read()).toBe("[EAGAIN]");
    expect(t.count("TcpExtPAWSEstab")).toBe(1);
  });

  // @rfc 7323 3.2 MUST-2
  test("H22: a peer that omits them is tolerated, and a reset does not need any", () => {
    const t = established(stamped)
      .receives(data({ seq: 2001, ack: 1001, data: "bare" }))
      .sends(ack({ ack: 2005 }));
    expect(t.read()).toBe("bare");
    t.receives(rst({ seq: 2005 }));
    expect(t.state).toBe("CLOSED");
  });

  // @rfc 7323 4.3 MUST
  test("H23: TS.Recent moves only with a segment that covers what was acknowledged last", () => {
    const t = established(stamped).receives(data({ seq: 2005, ack: 1001, data: "early", ts: [900, 0] }));
    t.sends(ack({ ack: 2001, ts: [0, 500] }));
    t.receives(data({ seq: 2001, ack: 1001, data: "abcd", ts: [600, 0] })).sends(ack({ ack: 2010, ts: [0, 600] }));
  });

  // @rfc 7323 5.5 SHOULD
  test("H23: after 24 idle days nothing is too old", () => {
    const t = established(stamped);
    const days = 24 * 3600 * 1000;
    t.at(24 * days + 1)
      .receives(data({ seq: 2001, ack: 1001, data: "x", ts: [7, 0] }))
      .sends(ack({ ack: 2002 }));
    const sooner = established(stamped);
    sooner
      .at(23 * days)
      .receives(data({ seq: 2001, ack: 1001, data: "x", ts: [7, 0] }))
      .sends(ack({ ack: 2001 }));
  });
});

test("a FIN that the window has no room for waits, and goes when it opens", () => {
  const t = established({ peer: { wnd: 3 } });
  t.send("abc")
    .sends(data({ data: "abc" }))
    .close()
    .silent();
  t.receives(ack({ seq: 2001, ack: 1004, wnd: 0 })).silent();
  t.receives(ack({ seq: 2001, ack: 1004, wnd: 10 })).sends(fin({ seq: 1004 }));
});
