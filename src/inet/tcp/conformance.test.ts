/** What RFC 9293 and RFC 1122 ask for that no other dialogue shows. docs/CONFORMANCE.md has the whole list. */
import { describe, expect, test } from "vitest";
import { SIOCATMARK } from "../../abi/ioctl.ts";
import { IP_TOS, IP_TTL } from "../../abi/ip.ts";
import { POLLPRI } from "../../abi/poll.ts";
import { IPPROTO_IP, IPPROTO_TCP } from "../../abi/socket.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as wire from "../../wire/tcp.ts";
import { at, datagram, ip, ROOT } from "../inet.fixture.ts";
import {
  accepted,
  ack,
  closed,
  Dialogue,
  data,
  established,
  listening,
  rst,
  segment,
  syn,
  synAck,
  synSent,
} from "./dialogue.fixture.ts";
import { LOCAL, LOCAL_PORT, PEER, PEER_PORT } from "./script.fixture.ts";

/** A segment whose options are these bytes, from the peer, or between others. */
function raw(
  {
    seq,
    ack: acknowledgment,
    flags = wire.ACK,
    text = "",
  }: { seq: number; ack: number; flags?: number; text?: string },
  options: readonly number[],
  { from = PEER, to = LOCAL, ipOptions = [] as readonly number[] } = {},
) {
  const headerLength = wire.HEADER_LENGTH + options.length;
  const bytes = Uint8Array.of(...new Uint8Array(wire.HEADER_LENGTH), ...options, ...new TextEncoder().encode(text));
  const view = new DataView(bytes.buffer);
  const header = {
    sourcePort: PEER_PORT,
    destinationPort: LOCAL_PORT,
    sequence: seq,
    acknowledgment,
    headerLength,
    flags,
  };
  wire.emit(view, 0, { ...header, window: 10_000, checksum: 0, urgentPointer: 0 });
  wire.fillChecksum(view, 0, bytes.length, { source: ip(from), destination: ip(to) });
  return datagram({ from, to, protocol: IPPROTO_TCP, options: Uint8Array.from(ipOptions) }, bytes);
}

function take(t: Dialogue, packet: ReturnType<typeof raw>): Dialogue {
  t.device.client?.receive(packet);
  t.world.run(0);
  return t;
}

describe("options", () => {
  // @rfc 9293 3.1 MUST-5, MUST-6, MUST-64
  test("one that is not known is passed over, wherever it stands, and so are those of a SYN elsewhere", () => {
    const t = established();
    const unknown = [1, 253, 5, 9, 9, 9, 2, 4, 0, 48, 0, 0];
    take(t, raw({ seq: 2001, ack: 1001, text: "abc" }, unknown)).sends(ack({ ack: 2004 }));
    expect(t.read()).toBe("abc");
    expect(t.tcb.snd.mss).toBe(1000);
  });

  // @rfc 9293 3.1 MUST-4, MUST-64, MUST-69
  test("MSS at an odd place, and what lies behind the end of options", () => {
    const t = listening();
    take(t, raw({ seq: 2000, ack: 0, flags: wire.SYN }, [1, 2, 4, 2, 88, 0, 2, 4]));
    t.sends(synAck({})).receives(ack({ seq: 2001, ack: 1001 }));
    expect(t.tcb.snd.mss).toBe(600);
  });

  // @rfc 9293 3.1 MUST-7, MUST-68
  test.each([[[253, 0, 0, 0]], [[253, 1, 0, 0]], [[1, 1, 1, 253]], [[8, 200, 0, 0]], [[2, 3, 9, 1]]])(
    "an illegal length harms nothing: %j",
    (options) => {
      const t = established();
      take(t, raw({ seq: 2001, ack: 1001, text: "abc" }, options)).sends(ack({ ack: 2004 }));
      expect(t.read()).toBe("abc");
    },
  );

  // @rfc 9293 3.7.1 MUST-14, MUST-65, MUST-67, SHLD-5, SHLD-6, MAY-3
  test("the MSS is that of the interface, in SYN alone", () => {
    const t = synSent({ mtu: 1400 });
    t.at(1000).sends(syn({ mss: 1360 }));
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 536 })).sends(ack({ mss: 0 }));
    t.send("x").sends(data({ data: "x", mss: 0 }));
    listening({ mtu: 1500 })
      .receives(syn({ seq: 2000 }))
      .sends(synAck({ mss: 1460 }));
    synSent({ mtu: 576 })
      .at(1000)
      .sends(syn({ mss: 536 }));
  });
});

describe("windows", () => {
  // @rfc 9293 3.1 MUST-1, REC-1
  test("a window is unsigned, and has more than 16 bits where it is scaled", () => {
    const t = established({ peer: { wnd: 0xffff } });
    expect(t.tcb.snd.wnd).toBe(65_535);
    const scaled = established({ sysctl: { window_scaling: 1 }, peer: { scale: 14 } });
    scaled.receives(ack({ seq: 2001, ack: 1001, wnd: 0xffff }));
    expect(scaled.tcb.snd.wnd).toBe(65_535 * 16_384);
  });

  // @rfc 9293 3.8.6 MUST-66
  test("with a closed window the urgent pointer and a reset are heeded", () => {
    const t = established({ receiveBuffer: 8 }).receives(data({ seq: 2001, ack: 1001, data: "full" }));
    t.sends(ack({ ack: 2005, wnd: 0 })).receives(segment("ACK", { seq: 2005, ack: 1001, urg: 1 }));
    expect(t.readUrgent()).toBe("[EAGAIN]");
    t.receives(rst({ seq: 2005 }));
    expect(t.state).toBe("CLOSED");
  });

  // @rfc 9293 3.8.6.1 MAY-8
  test("a user who never reads keeps the window closed", () => {
    const t = established({ receiveBuffer: 8 }).receives(data({ seq: 2001, ack: 1001, data: "full" }));
    t.sent();
    for (let minute = 1; minute < 100; minute++) {
      t.at(60_000 * minute)
        .receives(data({ seq: 2005, ack: 1001, data: "m" }))
        .sends(ack({ ack: 2005, wnd: 0 }));
    }
    expect(t.state).toBe("ESTABLISHED");
  });

  test("the probes of a window that closes again begin anew", () => {
    const t = established({ peer: { wnd: 0 } })
      .send("abcdef")
      .silent();
    for (const ms of [200, 600, 1400]) {
      t.at(ms).sends(ack({ seq: 1000 }));
      t.receives(ack({ seq: 2001, ack: 1001, wnd: 0 }));
    }
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 3 }))
      .at(1600)
      .sends(data({ seq: 1001, data: "abc" }));
    t.receives(ack({ seq: 2001, ack: 1004, wnd: 0 })).fromHere();
    const waitMs = t.tcb.rtt.rtoNs / 1e6;
    t.at(waitMs)
      .sends(ack({ seq: 1003 }))
      .at(3 * waitMs - 1)
      .silent();
    t.at(3 * waitMs).sends(ack({ seq: 1003 }));
  });
});

// @rfc 9293 3.8.5 MUST-33
test("where the urgent data are, and whether there are any left, can be asked", () => {
  const t = accepted().receives(segment("ACK", { seq: 2001, ack: 1001, data: "ab!cd", urg: 3 }));
  const ask = (request: number) => t.socket.ioctl(ROOT, request, 0);
  expect([ask(SIOCATMARK), t.events & POLLPRI]).toEqual([0, POLLPRI]);
  expect([t.read(), ask(SIOCATMARK)]).toEqual(["ab", 1]);
  expect([t.readUrgent(), t.events & POLLPRI]).toEqual(["!", 0]);
});

describe("PSH", () => {
  // @rfc 9293 3.9.1.2 SHLD-27, MUST-60, MUST-61, MAY-16
  test("writes that wait go together, and the last segment has PSH", () => {
    const t = established({ peer: { wnd: 0 } })
      .send("ab")
      .send("cd")
      .send(1500);
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 10_000 }));
    const flags = t.device.sent.map((packet) => {
      const bytes = packet.copyBytes();
      const view = new DataView(bytes.buffer);
      return wire.flags(view, ipv4.headerLength(view, 0)) & wire.PSH;
    });
    expect(flags).toEqual([0, wire.PSH]);
    expect(t.sent().map(({ len }) => len)).toEqual([1000, 504]);
  });
});

describe("addresses", () => {
  // @rfc 9293 3.9.2.3 MUST-57, MUST-63
  test("a SYN to many, or from an address that nobody has, is dropped in silence", () => {
    const t = listening();
    for (const to of ["10.0.0.255", "255.255.255.255", "224.0.0.1"]) {
      take(t, raw({ seq: 2000, ack: 0, flags: wire.SYN }, [], { to }));
    }
    for (const from of ["10.0.0.255", "255.255.255.255", "224.0.0.1", "127.0.0.1"]) {
      take(t, raw({ seq: 2000, ack: 0, flags: wire.SYN }, [], { from }));
    }
    expect(t.silent().state).toBe("LISTEN");
  });

  // @rfc 9293 3.9.1.1 MUST-46
  test("no connection with many", () => {
    for (const many of ["255.255.255.255:9", "10.0.0.255:9", "224.0.0.1:9"]) {
      expect(closed().socket.requests.connect(ROOT, at(many))).toBe("ENETUNREACH");
    }
  });

  // @rfc 9293 3.9.1.1 MUST-43, MUST-44, MUST-45
  test("IP is asked for the address of one that has none, and it stays", () => {
    const t = new Dialogue();
    expect(t.connect()).toBe("EINPROGRESS");
    const { localAddress, localPort } = t.tcp.tcbOf(t.socket) ?? {};
    expect(localAddress?.toString()).toBe(LOCAL);
    expect(localPort).toBeGreaterThan(1023);
    t.device.sent.length = 0;
    t.at(1000);
    const [again] = t.device.sent;
    expect(ipv4.parse(again?.view as DataView, again?.start ?? 0).source.toString()).toBe(LOCAL);
    expect(closed().tcp.ports.size).toBe(1);
  });
});

describe("IP", () => {
  // @rfc 9293 3.9.1.9 MUST-48, SHLD-21, SHLD-22; @rfc 9293 3.9.2 MUST-49
  test("time to live and type of service are the user's, also while the connection stands", () => {
    const t = established();
    expect(t.socket.requests.setsockopt?.(ROOT, IPPROTO_IP, IP_TTL, 5)).toBe(0);
    expect(t.socket.requests.setsockopt?.(ROOT, IPPROTO_IP, IP_TOS, 0xb8)).toBe(0);
    t.send("x");
    const packet = t.device.sent[0];
    expect(ipv4.parse(packet?.view as DataView, packet?.start ?? 0)).toMatchObject({ timeToLive: 5, dscp: 0xb8 >> 2 });
  });

  // @rfc 9293 3.9.2.1 MUST-50
  test("options of IP are passed over", () => {
    const t = established();
    take(t, raw({ seq: 2001, ack: 1001, text: "abc" }, [], { ipOptions: [148, 4, 0, 0] })).sends(ack({ ack: 2004 }));
    expect(t.read()).toBe("abc");
  });

  // @rfc 9293 3.9.2.2 MUST-55
  test("source quench is passed over", () => {
    const t = established().send(2000);
    t.sent();
    const before = t.tcb.cwnd;
    t.receivesIcmp({ kind: "other", type: 4, code: 0, rest: 0 }, 1001).silent();
    expect([t.state, t.tcb.cwnd]).toEqual(["ESTABLISHED", before]);
  });
});

describe("the end", () => {
  // @rfc 9293 3.5.3 SHLD-2
  test("a reset may have data", () => {
    const t = established();
    t.receives({ ...rst({ seq: 2001 }), data: "why" }).silent();
    expect([t.state, t.error]).toEqual(["CLOSED", "ECONNRESET"]);
  });

  // @rfc 9293 3.8.3 MUST-21, SHLD-10, SHLD-11
  test("R2 is more than 100 s, is tcp_retries2, and begins after three retransmissions", () => {
    const t = established().send("x").at(100_000);
    expect(t.state).toBe("ESTABLISHED");
    expect(t.sent().length).toBeGreaterThan(4);
    const sooner = established({ sysctl: { retries2: 4 } })
      .send("x")
      .at(100_000);
    expect([sooner.state, sooner.error]).toEqual(["CLOSED", "ETIMEDOUT"]);
  });

  // @rfc 9293 3.8.4 MUST-25
  test("without being asked for, keepalive is silent", () => {
    expect(established().at(30_000_000).silent().state).toBe("ESTABLISHED");
  });

  // @rfc 9293 3.8.4 MUST-26, MUST-28
  test("when it is asked for, the first probe goes after two hours of silence", () => {
    const t = accepted({
      before: (socket) => {
        socket.options = { ...socket.options, keepAlive: true };
      },
    });
    t.at(3_600_000)
      .receives(data({ seq: 2001, ack: 1001, data: "x" }))
      .sends(ack({ ack: 2002 }));
    t.at(10_799_000)
      .silent()
      .at(10_800_001)
      .sends(ack({ seq: 1000, ack: 2002 }));
  });
});

test("a segment that is larger by one than the path has become goes again in two", () => {
  const t = established()
    .send(1000)
    .sends(data({ len: 1000 }));
  t.tcb.snd.mss = 999;
  t.at(200).sends(data({ seq: 1001, len: 999 }));
  t.receives(ack({ seq: 2001, ack: 2000 })).sends(data({ seq: 2000, len: 1 }));
});
