/** TCP_INFO in the states of a connection, with what Linux says there: tcp_get_info. */
import { describe, expect, test } from "vitest";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import { TCP_INFO, TCP_MAXSEG, TCP_NOTSENT_LOWAT, type TcpInfo } from "../../abi/tcp.ts";
import {
  accepted,
  ack,
  closed,
  type Dialogue,
  data,
  established,
  fin,
  listening,
  segment,
  synAck,
  synSent,
} from "./dialogue.fixture.ts";
import { at, flight, range, sacked } from "./flight.fixture.ts";

const infoOf = (t: Dialogue): TcpInfo => t.socket.requests.getsockopt?.(IPPROTO_TCP, TCP_INFO) as TcpInfo;
/** What is not zero. */
const told = (t: Dialogue) => Object.fromEntries(Object.entries(infoOf(t)).filter(([, value]) => value !== 0));

test("a new socket", () => {
  expect(told(closed())).toEqual({
    state: 7,
    delivery_rate_app_limited: 1,
    rto: 1_000_000,
    snd_mss: 536,
    rttvar: 250_000,
    snd_ssthresh: 0x7fff_ffff,
    snd_cwnd: 10,
    reordering: 3,
    pacing_rate: Number.POSITIVE_INFINITY,
    max_pacing_rate: Number.POSITIVE_INFINITY,
    min_rtt: 0xffff_ffff,
  });
});

test("a listening socket: its queue, and hardly more", () => {
  expect(told(listening({ backlog: 4 }))).toEqual({
    state: 10,
    sacked: 4,
    snd_cwnd: 10,
    reordering: 3,
    pacing_rate: Number.POSITIVE_INFINITY,
    max_pacing_rate: Number.POSITIVE_INFINITY,
  });
});

test("the handshake: SYN counts for the one who connects alone, and is a segment for both", () => {
  expect(infoOf(established())).toMatchObject({ bytes_acked: 1, segs_in: 1, segs_out: 2, delivered: 1, ato: 0 });
  expect(infoOf(accepted())).toMatchObject({ bytes_acked: 0, segs_in: 2, segs_out: 0, delivered: 1, ato: 0 });
});

test("what comes: segments with data, those before their turn, and a FIN, which takes a number", () => {
  const t = accepted();
  t.receives(data({ seq: 2004, ack: 1001, data: "def" }), data({ seq: 2001, ack: 1001, data: "abc" }));
  t.receives(ack({ seq: 2007, ack: 1001 }));
  expect(infoOf(t)).toMatchObject({ segs_in: 5, data_segs_in: 2, rcv_ooopack: 1, bytes_received: 6, ato: 40_000 });
  t.receives(fin({ seq: 2007, ack: 1001 }));
  expect(infoOf(t)).toMatchObject({ segs_in: 6, data_segs_in: 2, bytes_received: 7 });
});

describe("what is sent", () => {
  test("segments, what of them has arrived, and how long that took", () => {
    const t = flight(10).at(100);
    expect(infoOf(t)).toMatchObject({ data_segs_out: 10, busy_time: 100_000, delivered: 1, delivery_rate: 0 });
    t.receives(sacked({ ack: at(4), sack: [range(6, 8)] }));
    expect(infoOf(t)).toMatchObject({ delivered: 7, busy_time: 100_000, delivery_rate: 60_000 });
    t.at(120).receives(sacked({ ack: at(10) }));
    t.at(1000);
    expect(infoOf(t)).toMatchObject({ delivered: 11, busy_time: 120_000, bytes_retrans: 0 });
  });

  test("a large segment counts as those that it is on the wire, also in part", () => {
    const t = accepted({ peer: { wnd: 60_000 } });
    t.send(6000).sent();
    t.receives(ack({ seq: 2001, ack: 3001, wnd: 60_000 }));
    expect(infoOf(t)).toMatchObject({ data_segs_out: 6, delivered: 3 });
    t.receives(ack({ seq: 2001, ack: 7001, wnd: 60_000 }));
    expect(infoOf(t)).toMatchObject({ delivered: 7 });
  });

  test("what was sent again, and what of that was for nothing", () => {
    const t = flight(4).at(100);
    t.receives(sacked({ ack: at(0), sack: [range(1, 4)] }));
    t.at(120).sent();
    t.receives(sacked({ ack: at(4) })).receives(sacked({ ack: at(4), sack: [range(0, 1)] }));
    expect(infoOf(t)).toMatchObject({ total_retrans: 1, bytes_retrans: 1000, bytes_sent: 5000, dsack_dups: 1 });
  });

  test("pacing_rate: as tcp_update_pacing_rate, where no algorithm has one", () => {
    // Ten segments of 1000 bytes in 100 ms, and twice that in slow start.
    expect(infoOf(flight(1))).toMatchObject({ pacing_rate: 200_000, max_pacing_rate: Number.POSITIVE_INFINITY });
  });
});

test("delivered_ce: what ACKs with ECE have told of", () => {
  const t = closed({ sysctl: { ecn: 1 } });
  t.connect();
  t.receives(segment("SYN ACK ECE", { seq: 2000, ack: 1001, mss: 1000, wnd: 60_000 })).fromHere();
  t.send(3000).sent();
  t.receives(segment("ACK ECE", { seq: 2001, wnd: 60_000, ack: 3001 }));
  t.receives(ack({ seq: 2001, wnd: 60_000, ack: 4001 }));
  expect(infoOf(t)).toMatchObject({ delivered: 4, delivered_ce: 2 });
});

test("TCP_MAXSEG in SYN_SENT: less the timestamps that are asked for", () => {
  const maxSegment = (t: Dialogue) => t.socket.requests.getsockopt?.(IPPROTO_TCP, TCP_MAXSEG);
  expect(maxSegment(closed({ sysctl: { timestamps: 1 } }))).toBe(536);
  expect(maxSegment(synSent({ sysctl: { timestamps: 1 } }))).toBe(524);
  expect(maxSegment(synSent().receives(synAck({ seq: 2000, ack: 1001, mss: 1000 })))).toBe(1000);
});

test("TCP_NOTSENT_LOWAT: 0 until it is set, and an int", () => {
  const { requests } = closed().socket;
  const get = () => requests.getsockopt?.(IPPROTO_TCP, TCP_NOTSENT_LOWAT);
  expect(get()).toBe(0);
  requests.setsockopt?.({ uid: 0 } as never, IPPROTO_TCP, TCP_NOTSENT_LOWAT, -1);
  expect(get()).toBe(-1);
});
