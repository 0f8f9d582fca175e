/** SO_MAX_PACING_RATE, and the timer that paces. */
import { describe, expect, test } from "vitest";
import { SO_MAX_PACING_RATE, SOL_SOCKET } from "../../abi/socket.ts";
import { ack, type Dialogue, data, established, type Setting } from "./dialogue.fixture.ts";
import { sacked, WITH_SACK } from "./flight.fixture.ts";

const UNLIMITED = 0xffff_ffff;

function limit(t: Dialogue, rate: number) {
  return t.socket.requests.setsockopt?.({ uid: 0 } as never, SOL_SOCKET, SO_MAX_PACING_RATE, rate);
}

function limited(rate: number, setting?: Setting): Dialogue {
  const t = established(setting);
  expect(limit(t, rate)).toBe(0);
  return t;
}

describe("the value", () => {
  // Linux's sk_setsockopt: of an int -1 is no bound, and everything else is unsigned; a long is taken as it is.
  test.each([
    [0, 0],
    [1000, 1000],
    [UNLIMITED, UNLIMITED],
    [-1, UNLIMITED],
    [-2, 0xffff_fffe],
    [2 ** 32, 2 ** 32],
    [12_500_000_000, 12_500_000_000],
  ])("%d", (given, got) => {
    expect(limited(given).socket.requests.getsockopt?.(SOL_SOCKET, SO_MAX_PACING_RATE)).toBe(got);
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, -(2 ** 32)])("%d is none", (given) => {
    const t = established();
    expect(limit(t, given)).toBe("EINVAL");
    expect(t.socket.requests.getsockopt?.(SOL_SOCKET, SO_MAX_PACING_RATE)).toBe(UNLIMITED);
  });
});

test("segments leave one by one", () => {
  const t = limited(100_000);
  t.send(3000).sends(data({ seq: 1001, len: 1000 }));
  t.at(9)
    .silent()
    .at(10)
    .sends(data({ seq: 2001, len: 1000 }));
  t.at(20).sends(data({ seq: 3001, len: 1000 }));
});

test("10 kB at 1000 B/s: no timer goes ahead of the rate, though nothing is in flight for most of the time", () => {
  const t = limited(1000, WITH_SACK).send(10_000);
  for (let second = 0; second < 10; second++) {
    t.at(1000 * second).sends(data({ seq: 1001 + 1000 * second, len: 1000 }));
    t.at(1000 * second + 10).receives(sacked({ ack: 2001 + 1000 * second }));
    t.at(1000 * second + 999).silent();
  }
  expect(t.count("TcpExtTCPTimeouts") + t.count("TcpExtTCPLossProbes") + t.count("TcpExtTCPWinProbe")).toBe(0);
});

test("the retransmission timer counts from when the rate lets something leave, and what it sends counts, as on Linux", () => {
  const t = limited(1000, { ...WITH_SACK, sysctl: { sack: 1, early_retrans: 0 } }).send(3000);
  t.sends(data({ seq: 1001 }))
    .at(999)
    .silent();
  t.at(1000).sends(data({ seq: 2001 }));
  // A second, and the RTO of 200 ms.
  t.at(1199).silent();
  t.at(1200).sends(data({ seq: 1001 }));
  t.at(1210).receives(sacked({ ack: 3001 }));
  t.at(2999)
    .silent()
    .at(3000)
    .sends(data({ seq: 3001 }));
});

test("a rate of none is none to keep, as on Linux", () => {
  const t = limited(0).send(5000);
  expect(t.sent()).toHaveLength(5);
  t.receives(ack({ seq: 2001, ack: 6001 }));
  expect(t.tcb.flight).toBe(0);
});
