/**
 * Hostile segments against every state: whatever comes, nothing is thrown, nothing grows, no byte is delivered that was not
 * in the stream, and no connection ends unless RFC 9293 and RFC 5961 let the segment end it.
 */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { add, geq, leq } from "../../base/seq32.ts";
import { ip, ROOT } from "../inet.fixture.ts";
import {
  accepted,
  closed,
  closeWait,
  closing,
  type Dialogue,
  established,
  finWait1,
  finWait2,
  lastAck,
  listening,
  type Setting,
  synReceived,
  synReceivedActive,
  synSent,
  timeWait,
} from "./dialogue.fixture.ts";
import { IRS, ISS, LOCAL, LOCAL_PORT, PEER, PEER_PORT, type Script } from "./script.fixture.ts";
import type { State } from "./state.ts";
import { offeredWindow } from "./window.ts";

const STATES: Readonly<Record<string, (setting?: Setting) => Dialogue>> = {
  CLOSED: closed,
  LISTEN: listening,
  SYN_SENT: synSent,
  "SYN_RECEIVED, a request": synReceived,
  "SYN_RECEIVED, active": synReceivedActive,
  "ESTABLISHED, active": established,
  "ESTABLISHED, passive": accepted,
  FIN_WAIT_1: finWait1,
  "FIN_WAIT_1, nobody has it open": (setting) => {
    const t = established(setting).close();
    t.sent();
    return t;
  },
  FIN_WAIT_2: finWait2,
  CLOSE_WAIT: closeWait,
  CLOSING: closing,
  LAST_ACK: lastAck,
  TIME_WAIT: timeWait,
};

/** Where a number is counted from. */
type Base = "rcv.nxt" | "rcv.edge" | "irs" | "snd.una" | "snd.nxt" | "iss" | "zero";

interface Number32 {
  readonly base: Base;
  readonly offset: number;
}

interface Attack {
  readonly flags: string;
  readonly seq: Number32;
  readonly ack: Number32;
  readonly len: number;
  readonly wnd: number;
  readonly urg: number | undefined;
  readonly ts: readonly [number, number] | undefined;
  readonly sack: readonly (readonly [Number32, Number32])[];
  readonly ecn: number;
  /** What the user does first. */
  readonly user: "nothing" | "sends" | "reads" | "shuts" | "closes";
  readonly waitMs: number;
}

const offsets = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 2, arbitrary: fc.integer({ min: -5000, max: 20_000 }) },
  fc.constantFrom(0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, -1_000_000),
);

const numberFrom = (...bases: Base[]): fc.Arbitrary<Number32> =>
  fc.record({ base: fc.constantFrom(...bases), offset: offsets });

const attacks: fc.Arbitrary<Attack> = fc.record({
  flags: fc.oneof(
    fc.constantFrom("ACK", "ACK", "RST", "RST ACK", "SYN", "SYN ACK", "FIN ACK", "FIN"),
    fc.subarray(["FIN", "SYN", "RST", "ACK", "URG", "ECE", "CWR"]).map((flags) => flags.join(" ")),
  ),
  seq: numberFrom("rcv.nxt", "rcv.nxt", "rcv.edge", "irs", "zero"),
  ack: numberFrom("snd.nxt", "snd.nxt", "snd.una", "iss", "zero"),
  len: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3000 })),
  wnd: fc.oneof(fc.constantFrom(0, 1, 0xffff), fc.integer({ min: 0, max: 20_000 })),
  urg: fc.option(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 0xffff })), {
    nil: undefined,
    freq: 8,
  }),
  ts: fc.option(fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)), { nil: undefined }),
  sack: fc.array(fc.tuple(numberFrom("snd.una", "snd.nxt", "zero"), numberFrom("snd.una", "snd.nxt")), {
    maxLength: 3,
  }),
  ecn: fc.nat(3),
  user: fc.constantFrom(
    "nothing",
    "nothing",
    "nothing",
    "nothing",
    "sends",
    "sends",
    "reads",
    "reads",
    "shuts",
    "closes",
  ),
  waitMs: fc.constantFrom(0, 0, 0, 0, 1, 50, 600, 5000),
});

const TUPLE = [ip(LOCAL), LOCAL_PORT, ip(PEER), PEER_PORT] as const;

/** What the segment is judged by: the numbers before it came. */
interface Before {
  readonly state: State;
  readonly numbers: Readonly<Record<Base, number>>;
  readonly isOrphan: boolean;
}

function look(t: Dialogue): Before {
  const found = t.tcp.demux.find(...TUPLE);
  const base = { zero: 0, irs: IRS, iss: ISS };
  if (found?.kind === "connection") {
    const { rcv, snd, state, irs, iss } = found;
    const numbers = {
      zero: 0,
      irs: state === "SYN_SENT" ? IRS : irs,
      iss,
      "rcv.nxt": state === "SYN_SENT" ? IRS : rcv.nxt,
      "rcv.edge": add(rcv.nxt, offeredWindow(found)),
      "snd.una": snd.una,
      "snd.nxt": snd.nxt,
    };
    return { state, numbers, isOrphan: found.socket === null };
  }
  let [rcvNxt, sndNxt] = [IRS + 1, ISS + 1];
  if (found?.kind === "time-wait") [rcvNxt, sndNxt] = [found.rcvNxt, found.sndNxt];
  else if (found?.kind === "request") [rcvNxt, sndNxt] = [add(found.irs, 1), add(found.iss, 1)];
  const numbers = { ...base, "rcv.nxt": rcvNxt, "rcv.edge": rcvNxt + 1000, "snd.una": sndNxt, "snd.nxt": sndNxt };
  return { state: t.state, numbers, isOrphan: true };
}

function scriptOf(attack: Attack, { numbers }: Before): Script {
  const at = ({ base, offset }: Number32): number => add(numbers[base], offset);
  const seq = at(attack.seq);
  const dataSeq = attack.flags.includes("SYN") ? add(seq, 1) : seq;
  return {
    flags: attack.flags,
    seq,
    ack: at(attack.ack),
    wnd: attack.wnd,
    data: textAt(dataSeq, attack.len),
    ecn: attack.ecn,
    ...(attack.urg === undefined ? {} : { urg: attack.urg }),
    ...(attack.ts === undefined ? {} : { ts: attack.ts }),
    ...(attack.sack.length === 0 ? {} : { sack: attack.sack.map(([start, end]) => [at(start), at(end)] as const) }),
  };
}

/** The peer's stream: each byte tells its sequence number. */
function textAt(seq: number, length: number): string {
  return Array.from({ length }, (_, index) => String.fromCharCode(97 + (add(seq, index) & 15))).join("");
}

/** May this segment end a connection, or put another one in its place? */
function mayEnd({ state, numbers, isOrphan }: Before, { flags, seq = 0, ack = 0, data = "" }: Script): boolean {
  const has = (flag: string): boolean => flags.split(" ").includes(flag);
  const isNext = seq === numbers["rcv.nxt"];
  switch (state) {
    case "SYN_SENT":
      return has("RST") && has("ACK") && ack === numbers["snd.nxt"];
    case "TIME_WAIT":
      return has("SYN") && !has("RST") && !has("ACK");
    default:
      if (has("RST")) return isNext;
      // A SYN in the window sends a passive open back to LISTEN.
      if (has("SYN")) return state === "SYN_RECEIVED" && isOrphan;
      if (state === "LAST_ACK" && has("ACK") && ack === numbers["snd.nxt"]) return true;
      // Data for which there is nobody any more.
      return isOrphan && data.length > 0 && has("ACK");
  }
}

function bounds(t: Dialogue): void {
  const found = t.tcp.demux.find(...TUPLE);
  if (found?.kind !== "connection") return;
  const { snd, rcv, sent, socket, heldBytes } = found;
  expect(leq(snd.una, snd.nxt)).toBe(true);
  let covered = snd.una;
  for (let each = sent.first; each !== null; each = each.next) {
    expect(each.seq).toBe(covered);
    covered = each.end;
  }
  expect(covered).toBe(snd.nxt);
  expect(geq(rcv.nxt, rcv.wup)).toBe(true);
  if (socket === null) return;
  expect(heldBytes + socket.receiveQueueBytes).toBeLessThanOrEqual(socket.receiveLimitBytes);
}

/** Does what the user does, and checks what he reads. */
function act(t: Dialogue, { user }: Attack, stream: { next: number; isUrgent: boolean }): void {
  const tcb = t.tcp.tcbOf(t.socket);
  if (tcb === null || tcb.socket === null || t.socket.isReleased) return;
  if (user === "sends") t.socket.send(ROOT, new Uint8Array(1500), null, null, 0);
  else if (user === "shuts" && tcb.state === "ESTABLISHED") t.shutdown(2);
  else if (user === "closes" && tcb.state !== "LISTEN" && tcb.state !== "CLOSED") t.close();
  else if (user === "reads" && t.listener !== t.socket) {
    const text = t.read();
    if (text.startsWith("[")) return;
    // What was urgent is not in the stream.
    if (!stream.isUrgent) expect(text).toBe(textAt(stream.next, text.length));
    stream.next = add(stream.next, text.length);
  }
}

test.each(Object.keys(STATES))("long: hostile segments in %s", { timeout: 600_000 }, (name) => {
  const make = STATES[name] as (setting?: Setting) => Dialogue;
  fc.assert(
    fc.property(fc.array(attacks, { minLength: 1, maxLength: 12 }), fc.boolean(), (list, isSmall) => {
      const t = make({
        sysctl: { timestamps: 0, sack: 1, invalid_ratelimit: 0 },
        ...(isSmall ? { receiveBuffer: 8000 } : {}),
      });
      const stream = {
        next: IRS + 1,
        isUrgent: list.some(({ urg, flags }) => urg !== undefined || flags.includes("URG")),
      };
      for (const attack of list) {
        act(t, attack, stream);
        t.at(t.nowMs + attack.waitMs);
        t.sent();
        const before = look(t);
        const script = scriptOf(attack, before);
        t.receives(script);
        const { state } = t;
        const isOver = state === "CLOSED" || state === "LISTEN";
        const wasOpen = before.state !== "CLOSED" && before.state !== "LISTEN";
        if (wasOpen && isOver && !mayEnd(before, script)) {
          throw new Error(
            `${before.state} was ended by ${JSON.stringify(script)}, with ${JSON.stringify(before.numbers)}`,
          );
        }
        bounds(t);
        expect(t.sent().length).toBeLessThan(50);
      }
    }),
    { numRuns: 2500 },
  );
});
