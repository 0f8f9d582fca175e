/** Sequence numbers that pass 2³² and 2³¹ in the middle of a connection. */
import { describe, expect, test } from "vitest";
import { listening } from "./dialogue.fixture.ts";
import { ack, data, rst, syn, synAck } from "./script.fixture.ts";

describe.each([
  ["2³²", 0xffff_fff0],
  ["2³¹", 0x7fff_fff0],
])("H39: the peer's numbers pass %s", (_where, irs) => {
  const at = (bytes: number): number => (irs + 1 + bytes) >>> 0;
  const accepted = () =>
    listening()
      .receives(syn({ seq: irs }))
      .sends(synAck({ seq: 1000, ack: at(0) }))
      .receives(ack({ seq: at(0), ack: 1001 }))
      .accept();

  test("data across it, in order and out of order", () => {
    const t = accepted();
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ seq: 1001, ack: at(40) }));
    t.receives(data({ seq: at(60), ack: 1001, data: "later" })).sends(ack({ ack: at(40) }));
    t.receives(data({ seq: at(40), ack: 1001, len: 20 })).sends(ack({ ack: at(65) }));
    expect(t.read()).toHaveLength(65);
  });

  test("what is old is old: a segment that came before", () => {
    const t = accepted();
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ ack: at(40) }));
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ ack: at(40) }));
    expect(t.read()).toHaveLength(40);
  });

  test("a request: what lies before its window, and a reset at its edge", () => {
    const t = listening({ sysctl: { invalid_ratelimit: 0 } }).receives(syn({ seq: irs }));
    t.sends(synAck({ seq: 1000, ack: at(0) })).receives(ack({ seq: at(-20), ack: 1001 }));
    t.sends(ack({ seq: 1001, ack: at(0) })).receives(rst({ seq: at(-1) }), rst({ seq: at(0x8000_0000) }));
    expect(t.silent().state).toBe("SYN_RECEIVED");
    t.receives(rst({ seq: at(30) })).sends(ack({ seq: 1001, ack: at(0) }));
    expect(t.receives(rst({ seq: at(0) })).silent().state).toBe("LISTEN");
  });

  test("a reset: before RCV.NXT, in the window beyond the seam, and at it", () => {
    const t = accepted();
    t.receives(rst({ seq: at(-1) }), rst({ seq: at(0x7fff_ffff) }), rst({ seq: at(0x8000_0000) })).silent();
    t.receives(rst({ seq: at(30) })).sends(ack({ seq: 1001, ack: at(0) }));
    t.receives(data({ seq: at(0), ack: 1001, len: 40 })).sends(ack({ ack: at(40) }));
    t.receives(rst({ seq: at(0) })).silent();
    expect(t.state).toBe("ESTABLISHED");
    t.receives(rst({ seq: at(40) })).silent();
    expect(t.state).toBe("LISTEN");
  });

  test("the window: only news that are newer move it", () => {
    const t = accepted();
    t.receives(data({ seq: at(0), ack: 1001, len: 40, wnd: 5000 }), ack({ seq: at(40), ack: 1001, wnd: 4000 }));
    t.receives(data({ seq: at(0), ack: 1001, len: 40, wnd: 60_000 }));
    expect(t.tcb.snd.wnd).toBe(4000);
  });
});

describe.each([
  ["2³²", 0xffff_fff0],
  ["2³¹", 0x7fff_fff0],
])("H39: our numbers pass %s", (_where, iss) => {
  const at = (bytes: number): number => (iss + 1 + bytes) >>> 0;
  const accepted = (wnd: number) =>
    listening({
      before: (_socket, { secrets }) => {
        secrets.initialSequence = () => iss;
      },
    })
      .receives(syn({ seq: 2000, mss: 1000, wnd }))
      .sends(synAck({ seq: iss, ack: 2001 }))
      .receives(ack({ seq: 2001, ack: at(0), wnd }))
      .accept();

  test("data, their ACKs, and the edge of the peer's window", () => {
    const t = accepted(2500).send(4000);
    t.sends(data({ seq: at(0), len: 1000 }), data({ seq: at(1000), len: 1000 }));
    t.receives(ack({ seq: 2001, ack: at(1000), wnd: 2500 })).sends(data({ seq: at(2000), len: 1000 }));
    // Older ones, and one of what was never sent.
    t.receives(ack({ seq: 2001, ack: at(0), wnd: 2500 }), ack({ seq: 2001, ack: at(-1), wnd: 2500 })).silent();
    t.receives(ack({ seq: 2001, ack: at(9000), wnd: 2500 })).sends(ack({ seq: at(3000) }));
    t.receives(ack({ seq: 2001, ack: at(3000), wnd: 2500 })).sends(data({ seq: at(3000), len: 1000 }));
    expect(t.tcb.snd.una).toBe(at(3000));
  });

  test("a closed window beyond the seam is probed, and what is lost goes again", () => {
    const t = accepted(10).send("0123456789");
    t.sends(data({ seq: at(0), len: 10 })).at(t.nowMs + 300);
    expect(t.sent()[0]).toMatchObject({ seq: at(0), len: 10 });
    t.receives(ack({ seq: 2001, ack: at(10), wnd: 0 }))
      .send("abcdefghij")
      .silent();
    t.at(t.nowMs + 2000);
    expect(t.sent()[0]).toMatchObject({ flags: "ACK", seq: at(9), len: 0 });
    t.receives(ack({ seq: 2001, ack: at(10), wnd: 100 })).sends(data({ seq: at(10), data: "abcdefghij" }));
  });
});
