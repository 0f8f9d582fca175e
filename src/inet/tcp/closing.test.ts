/** RFC 9293 §3.10.7.4 in the states that end a connection, and §3.10.4: CLOSE. */
import { describe, expect, test } from "vitest";
import { POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from "../../abi/poll.ts";
import {
  ack,
  closeWait,
  closing,
  data,
  established,
  fin,
  finWait1,
  finWait2,
  lastAck,
  rst,
  syn,
  timeWait,
} from "./dialogue.fixture.ts";

describe("ESTABLISHED", () => {
  // @rfc 9293 3.6 MUST-12
  test("FIN → CLOSE_WAIT, and the user reads the end", () => {
    const t = established()
      .receives(fin({ seq: 2001, ack: 1001 }))
      .silent()
      .at(1)
      .sends(ack({ seq: 1001, ack: 2002 }));
    expect(t.state).toBe("CLOSE_WAIT");
    expect(t.events).toBe(POLLIN | POLLOUT | POLLRDHUP);
    expect(t.read()).toBe("");
  });

  test("FIN long after the last data: its ACK waits for an answer as that of data does", () => {
    const t = established().receives(data({ seq: 2001, ack: 1001, data: "last" }));
    t.sends(ack({ ack: 2005 }));
    t.at(200)
      .receives(fin({ seq: 2005, ack: 1001 }))
      .at(239)
      .silent();
    t.at(240).sends(ack({ ack: 2006 }));
  });

  test("FIN, and ours carries its ACK", () => {
    const t = established().receives(fin({ seq: 2001, ack: 1001 }));
    t.close().sends(fin({ seq: 1001, ack: 2002 }));
    t.at(100).silent();
    expect(t.state).toBe("LAST_ACK");
  });

  test("FIN behind data, in one segment", () => {
    const t = established()
      .receives(fin({ seq: 2001, ack: 1001, data: "last" }))
      .silent()
      .at(40)
      .sends(ack({ ack: 2006 }));
    expect([t.read(), t.read()]).toEqual(["last", ""]);
  });

  test("H10: FIN ahead of missing data waits", () => {
    const t = established()
      .receives(fin({ seq: 2004, ack: 1001, data: "def" }))
      .sends(ack({ ack: 2001 }));
    expect(t.state).toBe("ESTABLISHED");
    t.receives(data({ seq: 2001, ack: 1001, data: "abc" })).sends(ack({ ack: 2008 }));
    expect(t.state).toBe("CLOSE_WAIT");
    expect([t.read(), t.read()]).toEqual(["abcdef", ""]);
  });

  test("H10: a bare FIN ahead of missing data waits", () => {
    const t = established()
      .receives(fin({ seq: 2004, ack: 1001 }))
      .sends(ack({ ack: 2001 }));
    t.receives(data({ seq: 2001, ack: 1001, data: "abc" })).sends(ack({ ack: 2005 }));
    expect([t.read(), t.read()]).toEqual(["abc", ""]);
  });

  test("H10: FIN on a segment partly outside the window comes again with its data, and is not lost", () => {
    const t = established({ receiveBuffer: 8 });
    t.receives(fin({ seq: 2001, ack: 1001, data: "abcdefg" })).sends(ack({ ack: 2005 }));
    expect(t.state).toBe("ESTABLISHED");
    expect(t.read()).toBe("abcd");
    t.sent();
    t.receives(fin({ seq: 2005, ack: 1001, data: "efg" })).silent();
    t.at(40).sends(ack({ ack: 2009 }));
    expect([t.read(), t.read()]).toEqual(["efg", ""]);
  });

  test("close() → FIN_WAIT_1, its ACK → FIN_WAIT_2", () => {
    const t = established()
      .close()
      .sends(fin({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("FIN_WAIT_1");
    t.receives(ack({ seq: 2001, ack: 1002 })).silent();
    expect(t.state).toBe("FIN_WAIT_2");
  });

  test("H9: the state changes when FIN is queued, not when it is sent", () => {
    const t = established({ peer: { wnd: 4 } })
      .send("abcdef")
      .sends();
    t.close();
    expect(t.state).toBe("FIN_WAIT_1");
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 100 })).sends(fin({ seq: 1001, data: "abcdef" }));
  });

  // @rfc 9293 3.6.1 SHLD-3
  test("H12: close() with unread data sends a reset", () => {
    const t = established()
      .receives(data({ seq: 2001, ack: 1001, data: "unread" }))
      .sends(ack({ ack: 2007 }));
    t.close().sends(rst({ seq: 1001, ack: 2007 }));
    expect(t.state).toBe("CLOSED");
    expect(t.tcp.ports.size).toBe(0);
  });

  test("H12: close() without lingering sends a reset", () => {
    const t = established({
      before: (socket) => {
        socket.options = { ...socket.options, linger: { onoff: 1, linger: 0 } };
      },
    });
    t.send("lost")
      .sends(data({ data: "lost" }))
      .close()
      .sends(rst({ seq: 1005, ack: 2001 }));
    expect(t.state).toBe("CLOSED");
  });

  // @rfc 9293 3.6 MUST-12
  test("a reset ends it, and what was not read stays readable", () => {
    const t = established()
      .receives(data({ seq: 2001, ack: 1001, data: "kept" }))
      .sends(ack({}));
    t.receives(rst({ seq: 2005 })).silent();
    expect(t.state).toBe("CLOSED");
    expect(t.events & POLLHUP).toBe(POLLHUP);
    expect([t.read(), t.read(), t.read()]).toEqual(["kept", "[ECONNRESET]", ""]);
  });
});

describe("FIN_WAIT_1", () => {
  test("FIN without ACK of ours → CLOSING, whose ACK → TIME_WAIT", () => {
    const t = finWait1()
      .receives(fin({ seq: 2001, ack: 1001 }))
      .sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.state).toBe("CLOSING");
    t.receives(ack({ seq: 2002, ack: 1002 })).silent();
    expect(t.state).toBe("TIME_WAIT");
  });

  test("FIN with ACK of ours → TIME_WAIT", () => {
    const t = established()
      .close()
      .sends(fin({ seq: 1001, ack: 2001 }));
    t.at(10)
      .receives(fin({ seq: 2001, ack: 1002 }))
      .sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.state).toBe("TIME_WAIT");
  });

  test("H8: FIN takes a number, and is sent again like data", () => {
    const t = finWait1();
    t.at(200)
      .sends(fin({ seq: 1001, ack: 2001 }))
      .at(600)
      .sends(fin({ seq: 1001 }))
      .at(1400)
      .sends(fin({ seq: 1001 }));
    t.receives(ack({ seq: 2001, ack: 1002 }));
    expect(t.at(100_000).silent().state).toBe("FIN_WAIT_2");
  });

  test("H11: data that come after our FIN are delivered", () => {
    const t = finWait1()
      .receives(data({ seq: 2001, ack: 1001, data: "late" }))
      .sends(ack({ seq: 1002, ack: 2005 }));
    expect(t.read()).toBe("late");
  });

  // @rfc 9293 3.6.1 MAY-1, SHLD-3
  test("H12: data for a connection that is closed altogether are answered with a reset", () => {
    const t = established().close().sends(fin({}));
    t.receives(data({ seq: 2001, ack: 1002, data: "nobody" })).sends(rst({ seq: 1002, ack: 2001 }));
    expect(t.state).toBe("CLOSED");
  });

  test("a reset → CLOSED", () => {
    expect(
      finWait1()
        .receives(rst({ seq: 2001 }))
        .silent().state,
    ).toBe("CLOSED");
  });
});

describe("FIN_WAIT_2", () => {
  test("FIN → TIME_WAIT", () => {
    const t = finWait2()
      .receives(fin({ seq: 2001, ack: 1002 }))
      .sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.state).toBe("TIME_WAIT");
    expect(t.read()).toBe("");
    expect(t.events).toBe(POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
  });

  test("H11: data are delivered", () => {
    const t = finWait2()
      .receives(data({ seq: 2001, ack: 1002, data: "late" }))
      .sends(ack({ ack: 2005 }));
    expect(t.read()).toBe("late");
  });

  test("a user who has it open may wait for ever; one that nobody has open ends after tcp_fin_timeout", () => {
    expect(finWait2().at(1_000_000).silent().state).toBe("FIN_WAIT_2");
    const t = finWait2({ sysctl: { fin_timeout: 30 } })
      .close()
      .silent();
    expect(t.at(29_999).state).toBe("FIN_WAIT_2");
    expect(t.at(30_000).state).toBe("CLOSED");
    expect(t.tcp.ports.size).toBe(0);
  });
});

describe("CLOSE_WAIT", () => {
  test("the user may still send, and his FIN → LAST_ACK, whose ACK → CLOSED", () => {
    const t = closeWait()
      .send("more")
      .sends(data({ seq: 1001, ack: 2002, data: "more" }));
    t.receives(ack({ seq: 2002, ack: 1005 }))
      .close()
      .sends(fin({ seq: 1005, ack: 2002 }));
    expect(t.state).toBe("LAST_ACK");
    t.receives(ack({ seq: 2002, ack: 1006 })).silent();
    expect(t.state).toBe("CLOSED");
    expect(t.tcp.ports.size).toBe(0);
  });

  test("FIN again is acknowledged again", () => {
    closeWait()
      .at(1000)
      .receives(fin({ seq: 2001, ack: 1001 }))
      .sends(ack({ seq: 1001, ack: 2002 }));
  });

  test("a reset: whoever sends is told EPIPE, and reading goes on to be the end", () => {
    const t = closeWait()
      .receives(rst({ seq: 2002 }))
      .silent();
    expect(t.read()).toBe("");
    expect(t.error).toBe("EPIPE");
    expect(t.state).toBe("CLOSED");
  });

  test("data behind FIN are not delivered", () => {
    const t = closeWait().receives(data({ seq: 2002, ack: 1001, data: "bogus" }));
    expect(t.read()).toBe("");
  });
});

describe("CLOSING", () => {
  test("H13: FIN is sent again, and its ACK → TIME_WAIT", () => {
    const t = closing();
    t.at(200).sends(fin({ seq: 1001, ack: 2002 }));
    t.receives(ack({ seq: 2002, ack: 1002 })).silent();
    expect(t.state).toBe("TIME_WAIT");
  });

  test("a reset → CLOSED", () => {
    expect(
      closing()
        .receives(rst({ seq: 2002 }))
        .silent().state,
    ).toBe("CLOSED");
  });
});

describe("LAST_ACK", () => {
  test("H8: FIN is sent again", () => {
    lastAck()
      .at(200)
      .sends(fin({ seq: 1001, ack: 2002 }))
      .at(600)
      .sends(fin({ seq: 1001, ack: 2002 }));
  });

  test("an ACK of what came before the FIN ends nothing", () => {
    expect(
      lastAck()
        .receives(ack({ seq: 2002, ack: 1001 }))
        .silent().state,
    ).toBe("LAST_ACK");
  });

  test("a reset → CLOSED", () => {
    const t = lastAck()
      .receives(rst({ seq: 2002 }))
      .silent();
    expect(t.state).toBe("CLOSED");
    expect(t.tcp.ports.size).toBe(0);
  });

  test("nobody answers: it is given up", () => {
    const t = lastAck().at(300_000);
    t.sent();
    expect(t.state).toBe("CLOSED");
  });
});

describe("TIME_WAIT", () => {
  // @rfc 9293 3.6.1 MUST-13
  test("H15: lasts two MSL", () => {
    const t = timeWait();
    expect(t.at(59_999).state).toBe("TIME_WAIT");
    expect(t.at(60_000).silent().state).toBe("CLOSED");
  });

  test("H15: FIN again is acknowledged, and the time starts again", () => {
    const t = timeWait()
      .at(30_000)
      .receives(fin({ seq: 2001, ack: 1002 }))
      .sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.at(89_999).state).toBe("TIME_WAIT");
    expect(t.at(90_000).state).toBe("CLOSED");
  });

  test("H15: a reset does not end it", () => {
    const t = timeWait()
      .receives(rst({ seq: 2002 }), rst({ seq: 2001 }))
      .silent();
    expect(t.state).toBe("TIME_WAIT");
  });

  test("without tcp_rfc1337 a reset ends it", () => {
    expect(
      timeWait({ sysctl: { rfc1337: 0 } })
        .receives(rst({ seq: 2002 }))
        .silent().state,
    ).toBe("CLOSED");
  });

  test("H15: an old duplicate is answered with an ACK", () => {
    timeWait()
      .at(1000)
      .receives(data({ seq: 2001, ack: 1002, data: "x" }))
      .sends(ack({ seq: 1002, ack: 2002 }));
  });

  // @rfc 9293 3.6.1 MAY-2
  test("H15: a newer SYN makes room for a new connection; an older one does not", () => {
    const t = timeWait();
    t.receives(syn({ seq: 1900 })).sends(ack({ seq: 1002, ack: 2002 }));
    expect(t.state).toBe("TIME_WAIT");
    // Nobody listens: the new connection is refused.
    t.at(1000)
      .receives(syn({ seq: 5000 }))
      .sends(rst({ seq: 0, ack: 5001 }));
    expect(t.state).toBe("CLOSED");
  });

  // @rfc 9293 3.6.1 SHLD-4
  test("connect(2) may take its place when timestamps tell old from new", () => {
    const t = timeWait({ sysctl: { timestamps: 1, tw_reuse: 1 }, peer: { ts: [1, 0] } });
    t.close();
    expect(t.state).toBe("TIME_WAIT");
    expect(t.tcp.timeWaits.count).toBe(1);
  });
});
