/** TCP_CONGESTION on a connection that stands: what the algorithm before has left. */
import { describe, expect, test } from "vitest";
import { IPPROTO_TCP, SO_MAX_PACING_RATE, SOL_SOCKET } from "../../abi/socket.ts";
import { TCP_CONGESTION } from "../../abi/tcp.ts";
import { ack, type Dialogue } from "./dialogue.fixture.ts";
import { at, BARE, flight, range, sacked, WITH_SACK } from "./flight.fixture.ts";

const again = (n: number) => ack({ seq: 2001, ack: at(n), wnd: 60_000 });
const ALGORITHMS = ["reno", "cubic", "bbr"];

function use(t: Dialogue, name: string): Dialogue {
  expect(t.socket.requests.setsockopt?.({ uid: 0 } as never, IPPROTO_TCP, TCP_CONGESTION, { text: name })).toBe(0);
  return t;
}

test("the one that is in use goes on, as on Linux", () => {
  const t = use(flight(2), "bbr").at(100);
  t.receives(sacked({ ack: at(2) }));
  const { memory, pacingRate } = t.tcb;
  use(t, "bbr");
  expect(t.tcb.memory).toBe(memory);
  expect(t.tcb.pacingRate).toBe(pacingRate);
});

test.each(["reno", "cubic"])("%s after bbr is not paced, but for SO_MAX_PACING_RATE", (name) => {
  const t = use(flight(2), "bbr").at(100);
  t.receives(sacked({ ack: at(2) }));
  expect(t.tcb.pacingRate).toBeLessThan(Number.POSITIVE_INFINITY);
  use(t, name);
  expect(t.tcb.pacingRate).toBe(Number.POSITIVE_INFINITY);
  t.at(200).send(4000);
  expect(t.sent()).toHaveLength(4);
  t.socket.requests.setsockopt?.({ uid: 0 } as never, SOL_SOCKET, SO_MAX_PACING_RATE, 100_000);
  t.at(250).receives(sacked({ ack: at(6) }));
  t.send(4000);
  expect(t.sent()).toHaveLength(1);
});

describe.each([
  ["with SACK", WITH_SACK],
  ["without", BARE],
])("in the middle of a recovery, %s", (_, setting) => {
  test.each(ALGORITHMS.flatMap((from) => ALGORITHMS.map((to) => [from, to] as const)))("%s → %s", (from, to) => {
    const t = use(flight(10, setting), from).send(20_000).at(100);
    const heard = (n: number, last: number): void => {
      t.receives(setting === BARE ? again(n) : sacked({ ack: at(n), sack: last > n + 1 ? [range(n + 1, last)] : [] }));
      const { cwnd, pipeBytes } = t.tcb;
      expect(cwnd).toBeGreaterThan(0);
      expect(cwnd).toBeLessThan(30_000);
      expect(pipeBytes).toBeLessThanOrEqual(30_000);
    };
    for (let last = 2; last <= 5; last++) heard(0, last);
    expect(t.tcb.phase).toBe("recovery");
    use(t, to);
    for (let last = 6; last <= 9; last++) heard(0, last);
    t.at(200);
    heard(5, 10);
    t.at(300);
    heard(10, 10);
    expect(t.tcb.congestion.name).toBe(to);
    // All that was sent arrives from now on.
    for (let time = 400; time < 4000; time += 100) {
      t.at(time).receives(ack({ seq: 2001, ack: t.tcb.snd.nxt, wnd: 60_000 }));
    }
    expect(t.tcb).toMatchObject({ phase: "open", flight: 0, arrivedBytes: 0 });
    expect(t.tcb.sendQueue.length).toBe(0);
    expect(t.tcb.cwnd).toBeGreaterThanOrEqual(2000);
    expect(Number.isFinite(t.tcb.cwnd)).toBe(true);
  });
});
