/**
 * RFC 9293 §3.10.7.4, each step in each state: what a connection that is known to both ends does with a segment.
 *
 * The first test of each kind names the step; what differs between the states is in the table.
 */
import { describe, expect, test } from "vitest";
import { POLLPRI } from "../../abi/poll.ts";
import {
  accepted,
  ack,
  closeWait,
  closing,
  type Dialogue,
  data,
  established,
  fin,
  finWait1,
  finWait2,
  lastAck,
  rst,
  type Setting,
  segment,
  syn,
  synReceivedActive,
  timeWait,
} from "./dialogue.fixture.ts";
import type { State } from "./state.ts";

interface Row {
  readonly name: string;
  readonly state: State;
  readonly make: (setting?: Setting) => Dialogue;
  /** RCV.NXT and SND.NXT, and what of ours is acknowledged. */
  readonly rcv: number;
  readonly snd: number;
  readonly una: number;
  /** Are data taken? */
  readonly takes: boolean;
  /** Where the peer's FIN leads, and where an ACK of all that we have sent does. */
  readonly afterFin: State;
  readonly afterAck: State;
}

const open = { rcv: 2001, snd: 1001, una: 1001, takes: true };
const ended = { rcv: 2002, snd: 1002, una: 1001, takes: false };

const ROWS: readonly Row[] = [
  {
    ...open,
    name: "SYN_RECEIVED",
    state: "SYN_RECEIVED",
    make: synReceivedActive,
    una: 1000,
    afterFin: "CLOSE_WAIT",
    afterAck: "ESTABLISHED",
  },
  {
    ...open,
    name: "ESTABLISHED",
    state: "ESTABLISHED",
    make: established,
    afterFin: "CLOSE_WAIT",
    afterAck: "ESTABLISHED",
  },
  {
    ...open,
    name: "ESTABLISHED, passive",
    state: "ESTABLISHED",
    make: accepted,
    afterFin: "CLOSE_WAIT",
    afterAck: "ESTABLISHED",
  },
  {
    ...open,
    name: "FIN_WAIT_1",
    state: "FIN_WAIT_1",
    make: finWait1,
    snd: 1002,
    afterFin: "CLOSING",
    afterAck: "FIN_WAIT_2",
  },
  {
    ...open,
    name: "FIN_WAIT_2",
    state: "FIN_WAIT_2",
    make: finWait2,
    snd: 1002,
    una: 1002,
    afterFin: "TIME_WAIT",
    afterAck: "FIN_WAIT_2",
  },
  {
    ...ended,
    name: "CLOSE_WAIT",
    state: "CLOSE_WAIT",
    make: closeWait,
    snd: 1001,
    afterFin: "CLOSE_WAIT",
    afterAck: "CLOSE_WAIT",
  },
  { ...ended, name: "CLOSING", state: "CLOSING", make: closing, afterFin: "CLOSING", afterAck: "TIME_WAIT" },
  { ...ended, name: "LAST_ACK", state: "LAST_ACK", make: lastAck, afterFin: "LAST_ACK", afterAck: "CLOSED" },
  {
    ...ended,
    name: "TIME_WAIT",
    state: "TIME_WAIT",
    make: timeWait,
    una: 1002,
    afterFin: "TIME_WAIT",
    afterAck: "TIME_WAIT",
  },
];

const SYNCHRONISED = ROWS.filter(({ state }) => state !== "SYN_RECEIVED");
const FAR = 1_000_000;

describe.each(ROWS)("$name", ({ make, state, rcv, snd, una, takes, afterFin, afterAck }) => {
  const isWaiting = state === "TIME_WAIT";

  test("first: what lies outside the window is answered with an ACK, a reset there is not", () => {
    const t = make()
      .receives(data({ seq: rcv + FAR, ack: snd, data: "far" }))
      .sends(ack({ seq: snd, ack: rcv }));
    t.receives(rst({ seq: rcv + FAR }), rst({ seq: rcv - 1 })).silent();
    expect(t.state).toBe(state);
  });

  test("second: a reset at RCV.NXT ends it; elsewhere in the window it draws an ACK", () => {
    const t = make().receives(rst({ seq: rcv + 5 }));
    // RFC 1337: TIME_WAIT goes on whatever the reset, and as on Linux says nothing.
    if (isWaiting) t.silent();
    else t.sends(ack({ seq: snd, ack: rcv }));
    t.receives(rst({ seq: rcv })).silent();
    expect(t.state).toBe(isWaiting ? state : t.listener === null ? "CLOSED" : "LISTEN");
  });

  test("fifth: without ACK a segment is dropped", () => {
    const t = make().receives(segment("", { seq: rcv, data: "x" }), segment("FIN", { seq: rcv }));
    if (!isWaiting) t.silent();
    expect(t.state).toBe(state);
  });

  test("fifth: an ACK of all that was sent", () => {
    expect(make().receives(ack({ seq: rcv, ack: snd })).state).toBe(afterAck);
  });

  test("seventh: data", () => {
    const t = make().receives(data({ seq: rcv, ack: una === 1000 ? snd : una, data: "text" }));
    const answers = t.sent();
    if (takes) expect(answers.at(-1)).toMatchObject({ flags: "ACK", ack: rcv + 4 });
    if (takes) expect(t.read()).toBe("text");
    // What comes behind a FIN was never the peer's.
    else for (const each of answers) expect(each.ack).toBe(rcv);
  });

  test("eighth: FIN, and FIN again", () => {
    const seq = takes ? rcv : rcv - 1;
    const t = make()
      .receives(fin({ seq, ack: una === 1000 ? snd : una }))
      .at(40)
      .sends(ack({ seq: snd, ack: seq + 1 }));
    expect(t.state).toBe(afterFin);
    t.at(1000).sent();
    t.receives(fin({ seq, ack: una === 1000 ? snd : una })).sends(ack({ seq: snd, ack: seq + 1 }));
    expect(t.state).toBe(afterFin);
  });
});

describe.each(SYNCHRONISED)("$name", ({ make, state, rcv, snd, una, takes }) => {
  const isWaiting = state === "TIME_WAIT";

  test("fourth: a SYN draws an ACK, unless it is newer than TIME_WAIT", () => {
    const t = make()
      .receives(syn({ seq: rcv - 500 }))
      .sends(ack({ seq: snd, ack: rcv }));
    expect(t.state).toBe(state);
    t.at(1000).sent();
    t.receives(syn({ seq: rcv + 500 }));
    if (!isWaiting) t.sends(ack({ seq: snd, ack: rcv }));
    expect(t.state).toBe(isWaiting ? (t.listener === null ? "CLOSED" : "SYN_RECEIVED") : state);
  });

  test("fifth: an ACK of what was not sent is answered, an old one says nothing", () => {
    const t = make().receives(ack({ seq: rcv, ack: snd + 1 }));
    if (!isWaiting) t.sends(ack({ seq: snd, ack: rcv }));
    t.receives(ack({ seq: rcv, ack: una - 1 }), ack({ seq: rcv, ack: una })).silent();
    expect(t.state).toBe(state);
  });

  test("sixth: an urgent pointer is told to the user while data may come", () => {
    const t = make().receives(segment("ACK", { seq: rcv, ack: una, data: "ab", urg: 2 }));
    expect((t.socket.poll() & POLLPRI) !== 0).toBe(takes);
  });

  test("H39: numbers half the circle away are neither old nor new", () => {
    const t = make({ sysctl: { invalid_ratelimit: 0 } });
    const half = 0x8000_0000;
    t.receives(data({ seq: rcv + half, ack: snd, data: "x" })).sends(ack({ seq: snd, ack: rcv }));
    t.receives(rst({ seq: rcv + half }), rst({ seq: rcv + half - 1 }), rst({ seq: rcv + half + 1 })).silent();
    t.receives(ack({ seq: rcv, ack: snd + half })).sent();
    expect(t.state).toBe(state);
  });
});
