/** Segments that don't fit a connection: RFC 9293 §3.10.7.4, "first" to "fifth", and RFC 5961. */
import { describe, expect, test } from "vitest";
import { ack, data, established, rst, segment, syn, synAck } from "./dialogue.fixture.ts";

describe("segments that don't fit", () => {
  // @rfc 9293 3.10.7.4 MAY-12
  test("H16: a reset at RCV.NXT resets; elsewhere in the window it draws a challenge ACK; outside it is dropped", () => {
    const t = established();
    t.receives(rst({ seq: 2002 })).sends(ack({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("ESTABLISHED");
    t.at(1000)
      .receives(rst({ seq: 1999 }), rst({ seq: 2_000_000 }))
      .silent();
    expect(t.state).toBe("ESTABLISHED");
    t.receives(rst({ seq: 2001 })).silent();
    expect(t.state).toBe("CLOSED");
  });

  // @rfc 9293 3.10.7.4 MAY-12
  test("H17: a SYN draws a challenge ACK, wherever it is", () => {
    const t = established()
      .receives(syn({ seq: 2001 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    t.at(1000)
      .receives(syn({ seq: 2005 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    t.at(2000)
      .receives(syn({ seq: 1 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    t.at(3000)
      .receives(synAck({ seq: 2000, ack: 1001 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    expect(t.state).toBe("ESTABLISHED");
  });

  test("H18: challenge ACKs are limited for the connection, and for the host", () => {
    const t = established();
    t.receives(syn({ seq: 2001 }), syn({ seq: 2001 }), syn({ seq: 2001 })).sends(ack({}));
    t.at(499)
      .receives(syn({ seq: 2001 }))
      .silent();
    t.at(500)
      .receives(syn({ seq: 2001 }))
      .sends(ack({}));
    const host = established({ sysctl: { challenge_ack_limit: 0 } });
    host.receives(syn({ seq: 2001 })).silent();
    expect(host.count("TcpExtTCPACKSkippedChallenge")).toBe(1);
  });

  test("H18: ACKs of old data are not throttled", () => {
    const t = established()
      .receives(data({ seq: 2001, ack: 1001, data: "abc" }))
      .sends(ack({ ack: 2004 }));
    const again = data({ seq: 2001, ack: 1001, data: "abc" });
    t.receives(again, again, again).sends(ack({ ack: 2004 }), ack({ ack: 2004 }), ack({ ack: 2004 }));
  });

  test("an ACK of what was not sent is answered, and so is one that is too old: RFC 5961 §5", () => {
    const t = established()
      .receives(ack({ seq: 2001, ack: 1002 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    t.at(1000)
      .receives(ack({ seq: 2001, ack: 1001 - 20_000 }))
      .sends(ack({ seq: 1001, ack: 2001 }));
    t.receives(segment("", { seq: 2001, data: "without ACK" })).silent();
    expect(t.read()).toBe("[EAGAIN]");
  });
});
