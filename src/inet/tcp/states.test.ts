/** RFC 9293 §3.10.7 in the states that lead to a connection: CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED. */
import { describe, expect, test } from "vitest";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../abi/poll.ts";
import {
  ack,
  closed,
  data,
  established,
  fin,
  listening,
  rst,
  segment,
  syn,
  synAck,
  synReceived,
  synReceivedActive,
  synSent,
} from "./dialogue.fixture.ts";

describe("CLOSED", () => {
  test("H19: a SYN is answered with a reset that acknowledges it, with SEQ 0", () => {
    closed()
      .receives(syn({ seq: 5000 }))
      .sends(rst({ seq: 0, ack: 5001 }));
  });

  test("H19: data without ACK are acknowledged whole", () => {
    closed()
      .receives(segment("FIN", { seq: 5000, data: "abc" }))
      .sends(rst({ seq: 0, ack: 5004 }));
  });

  test("H19: a segment with ACK is answered with a reset at that number", () => {
    closed()
      .receives(ack({ seq: 5000, ack: 777 }))
      .sends(segment("RST", { seq: 777 }));
  });

  test("H19: a reset is never answered", () => {
    closed()
      .receives(rst({ seq: 5000 }), rst({ seq: 5000, ack: 7 }))
      .silent();
  });
});

describe("LISTEN", () => {
  test("SYN → SYN_RECEIVED, ACK → ESTABLISHED, and the user hears of it", () => {
    const t = listening();
    expect(t.state).toBe("LISTEN");
    t.receives(syn({ seq: 2000, mss: 1000 })).sends(synAck({ seq: 1000, ack: 2001, mss: 1460 }));
    expect(t.state).toBe("SYN_RECEIVED");
    expect(t.events & POLLIN).toBe(0);
    t.receives(ack({ seq: 2001, ack: 1001 })).silent();
    expect(t.state).toBe("ESTABLISHED");
    expect(t.events & POLLIN).toBe(POLLIN);
  });

  test("a reset is ignored", () => {
    expect(
      listening()
        .receives(rst({ seq: 2000 }))
        .silent().state,
    ).toBe("LISTEN");
  });

  test("an ACK is reset at its own number", () => {
    listening()
      .receives(ack({ seq: 2000, ack: 55 }))
      .sends(segment("RST", { seq: 55 }));
  });

  test("what is neither is dropped", () => {
    listening()
      .receives(segment("", { seq: 2000, data: "x" }), segment("FIN", { seq: 2000 }))
      .silent();
  });

  test("a SYN with FIN is dropped", () => {
    expect(
      listening()
        .receives(segment("SYN FIN", { seq: 2000 }))
        .silent().state,
    ).toBe("LISTEN");
  });

  test("data on a SYN are not taken, and come again", () => {
    const t = listening()
      .receives(syn({ seq: 2000, data: "early" }))
      .sends(synAck({ seq: 1000, ack: 2001 }));
    t.receives(data({ seq: 2001, ack: 1001, data: "early" }))
      .sends(ack({ seq: 1001, ack: 2006 }))
      .accept();
    expect(t.read()).toBe("early");
  });

  test("H32: ECN bits in a SYN make it no other", () => {
    listening()
      .receives(segment("SYN ECE", { seq: 2000 }))
      .sends(synAck({ seq: 1000, ack: 2001 }));
  });

  test("H39: sequence numbers near 2³² wrap", () => {
    const t = listening()
      .receives(syn({ seq: 0xffff_ffff }))
      .sends(synAck({ seq: 1000, ack: 0 }));
    t.receives(data({ seq: 0, ack: 1001, data: "round" }))
      .sends(ack({ seq: 1001, ack: 5 }))
      .accept();
    expect(t.read()).toBe("round");
  });

  test("H31: a full accept queue drops the SYN", () => {
    const t = listening({ backlog: 1 });
    t.listener?.enqueue(t.listener);
    t.listener?.enqueue(t.listener);
    t.receives(syn({ seq: 2000 })).silent();
    expect(t.count("TcpExtListenOverflows")).toBe(1);
    expect(t.state).toBe("LISTEN");
  });
});

describe("SYN_SENT", () => {
  test("SYN, ACK → ESTABLISHED", () => {
    const t = synSent();
    expect(t.events).toBe(0);
    t.receives(synAck({ seq: 2000, ack: 1001 })).sends(ack({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("ESTABLISHED");
    expect(t.events).toBe(POLLOUT);
    expect(t.connect()).toBe(0);
    expect(t.connect()).toBe("EISCONN");
  });

  test("data and FIN on the SYN, ACK are taken", () => {
    const t = synSent().receives(segment("SYN ACK FIN", { seq: 2000, ack: 1001, data: "hi" }));
    t.sends(ack({ seq: 1001, ack: 2004 }));
    expect(t.state).toBe("CLOSE_WAIT");
    expect(t.read()).toBe("hi");
    expect(t.read()).toBe("");
  });

  test("an ACK of what was not sent is reset", () => {
    const t = synSent()
      .receives(ack({ seq: 2000, ack: 1000 }))
      .sends(segment("RST", { seq: 1000 }));
    t.receives(synAck({ seq: 2000, ack: 1002 })).sends(segment("RST", { seq: 1002 }));
    expect(t.state).toBe("SYN_SENT");
  });

  // @rfc 9293 3.6 MUST-12
  test("a reset with ACK of our SYN → ECONNREFUSED", () => {
    const t = synSent()
      .receives(rst({ seq: 0, ack: 1001 }))
      .silent();
    expect(t.state).toBe("CLOSED");
    expect(t.events).toBe(POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDHUP);
    expect(t.error).toBe("ECONNREFUSED");
    expect(t.connect()).toBe("ECONNABORTED");
    expect(t.connect()).toBe("EINPROGRESS");
  });

  test("a reset without ACK, or with a wrong one, is ignored", () => {
    const t = synSent()
      .receives(rst({ seq: 2000 }), rst({ seq: 2000, ack: 999 }))
      .silent();
    expect(t.state).toBe("SYN_SENT");
  });

  test("an ACK without SYN is dropped", () => {
    expect(
      synSent()
        .receives(ack({ seq: 2000, ack: 1001 }))
        .silent().state,
    ).toBe("SYN_SENT");
  });

  // @rfc 9293 3.5 MUST-10
  test("H14: simultaneous open", () => {
    const t = synSent()
      .receives(syn({ seq: 2000 }))
      .sends(synAck({ seq: 1000, ack: 2001 }));
    expect(t.state).toBe("SYN_RECEIVED");
    t.receives(synAck({ seq: 2000, ack: 1001 }));
    expect(t.state).toBe("ESTABLISHED");
    t.send("x").at(1000);
    expect(t.sent().some(({ data: sent }) => sent === "x")).toBe(true);
  });

  // @rfc 9293 3.8.3 MUST-22, MUST-23
  test("SYN is sent again after one second, four times, and then with back-off; ETIMEDOUT after 131 s", () => {
    const t = synSent();
    for (const ms of [1000, 2000, 3000, 4000, 5000, 7000, 11_000, 19_000, 35_000, 67_000]) {
      t.at(ms - 1).silent();
      t.at(ms).sends(syn({ seq: 1000 }));
    }
    t.at(130_999).silent();
    expect(t.state).toBe("SYN_SENT");
    t.at(131_000).silent();
    expect(t.state).toBe("CLOSED");
    expect(t.error).toBe("ETIMEDOUT");
  });

  test("H33: close() leaves nothing; a late answer is reset", () => {
    const t = synSent().close().silent();
    expect(t.state).toBe("CLOSED");
    t.receives(synAck({ seq: 2000, ack: 1001 })).sends(segment("RST", { seq: 1001 }));
    expect(t.tcp.ports.size).toBe(0);
  });

  // @rfc 7323 2.2 MUST-1, MUST-2
  test("H20: the window of SYN is not scaled, and scaling needs both sides", () => {
    const both = synSent({ sysctl: { window_scaling: 1 } });
    both.receives(synAck({ seq: 2000, ack: 1001, wnd: 500, scale: 7 })).sends(ack({ wnd: 65_536 >>> 10 }));
    expect(both.tcb.snd).toMatchObject({ wnd: 500, scale: 7 });
    both.receives(ack({ seq: 2001, ack: 1001, wnd: 500 }));
    expect(both.tcb.snd.wnd).toBe(500 << 7);
    const one = synSent({ sysctl: { window_scaling: 1 } });
    one.receives(synAck({ seq: 2000, ack: 1001, wnd: 500 })).receives(ack({ seq: 2001, ack: 1001, wnd: 600 }));
    expect(one.tcb.snd).toMatchObject({ wnd: 600, scale: 0 });
    expect(one.tcb.rcv.scale).toBe(0);
  });

  // @rfc 7323 2.3 MUST
  test("H20: a shift of more than 14 is taken for 14", () => {
    const t = synSent({ sysctl: { window_scaling: 1 } });
    t.receives(synAck({ seq: 2000, ack: 1001, scale: 99 }));
    expect(t.tcb.snd.scale).toBe(14);
  });

  // @rfc 9293 3.7.1 MUST-15, MUST-16
  test("H21: without the option the MSS is 536; options are subtracted for each segment", () => {
    const t = synSent().receives(synAck({ seq: 2000, ack: 1001 }));
    t.sends(ack({}))
      .send(1000)
      .sends(data({ len: 536 }), data({ len: 464 }));
    const stamped = synSent({ sysctl: { timestamps: 1 } });
    stamped.receives(synAck({ seq: 2000, ack: 1001, mss: 1000, ts: [5, 0] }));
    stamped
      .sends(ack({}))
      .send(1000)
      .sends(data({ len: 988 }), data({ len: 12 }));
  });
});

describe("SYN_RECEIVED", () => {
  test("SYN again: SYN, ACK again", () => {
    const t = synReceived();
    t.at(600)
      .receives(syn({ seq: 2000 }))
      .sends(synAck({ seq: 1000, ack: 2001 }));
  });

  test("SYN, ACK is sent again with back-off, and given up after 63 s", () => {
    const t = synReceived();
    for (const ms of [1000, 3000, 7000, 15_000, 31_000]) t.at(ms).sends(synAck({ seq: 1000, ack: 2001 }));
    t.at(62_999).silent();
    expect(t.state).toBe("SYN_RECEIVED");
    expect(t.at(63_000).silent().state).toBe("LISTEN");
  });

  test("a segment outside the window is answered with an ACK, a reset outside it is not", () => {
    const t = synReceived().at(1);
    t.receives(ack({ seq: 1990, ack: 1001 })).sends(ack({ seq: 1001, ack: 2001 }));
    t.receives(rst({ seq: 1000 })).silent();
    expect(t.state).toBe("SYN_RECEIVED");
  });

  // @rfc 9293 3.5 MUST-11
  test("a reset in the window → LISTEN, and nobody hears of it", () => {
    const t = synReceived()
      .receives(rst({ seq: 2001 }))
      .silent();
    expect(t.state).toBe("LISTEN");
    expect(t.events).toBe(0);
  });

  test("an ACK that is not of our SYN is reset", () => {
    const t = synReceived()
      .receives(ack({ seq: 2001, ack: 1000 }))
      .sends(segment("RST", { seq: 1000 }));
    t.receives(ack({ seq: 2001, ack: 1002 })).sends(segment("RST", { seq: 1002 }));
    expect(t.state).toBe("SYN_RECEIVED");
  });

  test("data and FIN with the ACK → CLOSE_WAIT", () => {
    const t = synReceived()
      .receives(fin({ seq: 2001, ack: 1001, data: "all" }))
      .silent()
      .at(40)
      .sends(ack({ ack: 2005 }));
    expect(t.state).toBe("CLOSE_WAIT");
    t.accept();
    expect(t.read()).toBe("all");
    expect(t.read()).toBe("");
  });

  // @rfc 9293 3.5 MUST-11
  test("H14: of an active open, a reset ends it: ECONNREFUSED", () => {
    const t = synReceivedActive()
      .receives(rst({ seq: 2001 }))
      .silent();
    expect(t.state).toBe("CLOSED");
    expect(t.error).toBe("ECONNREFUSED");
  });

  test("of an active open, the ACK → ESTABLISHED", () => {
    const t = synReceivedActive().receives(ack({ seq: 2001, ack: 1001 }));
    expect(t.state).toBe("ESTABLISHED");
    expect(t.events).toBe(POLLOUT);
  });

  test("close() in the middle of a simultaneous open: FIN goes when the connection stands", () => {
    const t = synReceivedActive().close().silent();
    t.receives(ack({ seq: 2001, ack: 1001 })).sends(fin({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("FIN_WAIT_1");
    t.receives(fin({ seq: 2001, ack: 1002 })).sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.state).toBe("TIME_WAIT");
  });

  test("of an active open that is closed and whose peer is silent, nothing is left", () => {
    const t = synReceivedActive().close().at(300_000);
    t.sent();
    expect([t.state, t.tcp.ports.size, t.tcp.orphans]).toEqual(["CLOSED", 0, 0]);
  });

  test("H16: a reset that is not at RCV.NXT draws an ACK, and the request stays", () => {
    const t = synReceived()
      .at(1)
      .receives(rst({ seq: 2002 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("SYN_RECEIVED");
  });

  test("of an active open, SYN, ACK is sent again", () => {
    const t = synReceivedActive();
    t.at(1000).sends(synAck({ seq: 1000, ack: 2001 }));
  });

  test("H31: the ACK that finds the accept queue full is dropped, and SYN, ACK sent again", () => {
    const t = synReceived({ backlog: 1 });
    // Two others have come first.
    t.listener?.enqueue(t.listener);
    t.listener?.enqueue(t.listener);
    t.receives(ack({ seq: 2001, ack: 1001 })).silent();
    expect(t.state).toBe("SYN_RECEIVED");
    expect(t.count("TcpExtListenOverflows")).toBe(1);
    t.at(1000).sends(synAck({ seq: 1000, ack: 2001 }));
  });

  test("H31: with tcp_abort_on_overflow it is reset", () => {
    const t = synReceived({ backlog: 1, sysctl: { abort_on_overflow: 1 } });
    t.listener?.enqueue(t.listener);
    t.listener?.enqueue(t.listener);
    t.receives(ack({ seq: 2001, ack: 1001 })).sends(segment("RST", { seq: 1001 }));
    expect(t.state).toBe("LISTEN");
  });

  test("H31: the listener is closed: the ACK finds nobody", () => {
    const t = synReceived().close().silent();
    t.receives(ack({ seq: 2001, ack: 1001 })).sends(segment("RST", { seq: 1001 }));
  });

  test("H31: the listener is closed: connections that nobody has accepted are reset", () => {
    const t = synReceived()
      .receives(ack({ seq: 2001, ack: 1001 }))
      .silent()
      .close();
    t.sends(rst({ seq: 1001, ack: 2001 }));
    expect(t.tcp.ports.size).toBe(0);
  });
});

test("H35: every segment after the handshake carries ACK and our SEQ", () => {
  const t = established().send("question");
  t.receives(data({ seq: 2001, ack: 1009, data: "answer" }))
    .at(1000)
    .close()
    .at(2000);
  for (const { flags, seq = 0 } of t.sent()) {
    expect(flags).toContain("ACK");
    expect(seq).toBeGreaterThanOrEqual(1001);
  }
});
