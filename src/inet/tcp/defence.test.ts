/** What attackers try, and what ICMP says: SYN cookies, guessed numbers, RFC 5927, and options that change timers. */
import { describe, expect, test } from "vitest";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import * as abi from "../../abi/tcp.ts";
import { Prng } from "../../base/prng.ts";
import type { Socket } from "../../socket/socket.ts";
import { ip } from "../inet.fixture.ts";
import {
  accepted,
  ack,
  data,
  established,
  fin,
  listening,
  rst,
  segment,
  syn,
  synAck,
  synReceived,
  synSent,
} from "./dialogue.fixture.ts";
import { Secrets } from "./isn.ts";
import type { Tcp } from "./tcp.ts";

/** Sets an option of IPPROTO_TCP before the dialogue begins. */
const option =
  (name: number, value: number) =>
  (socket: Socket, _tcp: Tcp): void => {
    expect(socket.requests.setsockopt?.({ pid: 1, name: "", uid: 0, gid: 0 }, IPPROTO_TCP, name, value)).toBe(0);
  };

describe("SYN cookies", () => {
  test("with a full queue a SYN is answered and not remembered; its ACK makes a connection", () => {
    const t = listening({ sysctl: { syncookies: 2 } });
    t.receives(syn({ seq: 2000, mss: 1460 }));
    const [answer] = t.sent();
    expect(answer).toMatchObject({ flags: "SYN ACK", ack: 2001 });
    expect(t.state).toBe("LISTEN");
    const cookie = answer?.seq ?? 0;
    t.receives(data({ seq: 2001, ack: cookie + 1, data: "hello" })).accept();
    expect(t.read()).toBe("hello");
    expect(t.tcb.snd.mss).toBe(1460);
    expect(t.count("TcpExtSyncookiesRecv")).toBe(1);
  });

  test("timestamps bring window scale and SACK back", () => {
    const t = listening({ sysctl: { syncookies: 2, timestamps: 1, window_scaling: 1 } }).at(5000);
    t.receives(syn({ seq: 2000, mss: 1300, scale: 6, ts: [77, 0] }));
    const [answer] = t.sent();
    const [value = 0] = answer?.ts ?? [];
    expect(value).toBeLessThanOrEqual(5000);
    t.receives(ack({ seq: 2001, ack: (answer?.seq ?? 0) + 1, ts: [78, value], wnd: 10 }));
    expect(t.tcb.snd).toMatchObject({ mss: 1300, scale: 6, wnd: 640 });
  });

  test("a guessed one, and one that is too old, are reset", () => {
    const t = listening({ sysctl: { syncookies: 2 } });
    t.receives(syn({ seq: 2000 }));
    const cookie = t.sent()[0]?.seq ?? 0;
    t.receives(ack({ seq: 2001, ack: 12_345 })).sends(segment("RST", { seq: 12_345 }));
    expect(t.count("TcpExtSyncookiesFailed")).toBe(1);
    t.at(130_000)
      .receives(ack({ seq: 2001, ack: cookie + 1 }))
      .sends(segment("RST", { seq: cookie + 1 }));
  });

  test("a late segment that begins behind the handshake makes no connection of a cookie", () => {
    const t = listening({ sysctl: { syncookies: 2 } }).receives(syn({ seq: 2000, mss: 536 }));
    const cookie = t.sent()[0]?.seq ?? 0;
    for (const seq of [2002, 2003, 2004, 2000, 1999]) {
      t.receives(data({ seq, ack: cookie + 1, data: "late" })).sends(segment("RST", { seq: cookie + 1 }));
    }
    expect(t.state).toBe("LISTEN");
  });

  test("who has sent no cookie for long takes none", () => {
    const t = listening().receives(ack({ seq: 2001, ack: 12_345 }));
    t.sends(segment("RST", { seq: 12_345 }));
    expect(t.count("TcpExtSyncookiesFailed")).toBe(0);
  });

  test("a bounded SYN queue: without cookies what comes beyond it is dropped", () => {
    const t = synReceived({ backlog: 0, sysctl: { syncookies: 0 } });
    t.tcp.demux.findListener(ip("10.0.0.1"), 7, 0);
    expect(t.count("TcpExtTCPReqQFullDrop")).toBe(0);
    expect(t.tcp.requestCount).toBe(1);
  });
});

describe("numbers that nobody can guess", () => {
  const tuple = { localAddress: ip("10.0.0.1"), localPort: 7, remoteAddress: ip("10.0.0.2"), remotePort: 9 };

  // @rfc 9293 3.4.1 MUST-8, SHLD-1, MUST-9
  test("H30: they differ by tuple and by secret, rise with time, and are the same in each run", () => {
    const secrets = new Secrets(Prng.stream(1, "a"));
    const first = secrets.initialSequence(tuple, 0);
    expect(secrets.initialSequence({ ...tuple, remotePort: 10 }, 0)).not.toBe(first);
    expect(new Secrets(Prng.stream(2, "a")).initialSequence(tuple, 0)).not.toBe(first);
    expect(new Secrets(Prng.stream(1, "a")).initialSequence(tuple, 0)).toBe(first);
    expect((secrets.initialSequence(tuple, 64_000) - first) >>> 0).toBe(1000);
  });
});

describe("ICMP", () => {
  const unreachable = { kind: "destination-unreachable", code: 1, nextHopMtu: 0 } as const;
  const tooBig = { kind: "destination-unreachable", code: 4, nextHopMtu: 600 } as const;

  // @rfc 9293 3.9.1.8 MUST-47; @rfc 9293 3.9.2.2 MUST-54, MUST-56, SHLD-25
  test("H34: an established connection is not ended by it, and is told of it when it fails", () => {
    const t = established({ sysctl: { retries2: 3 } })
      .send("x")
      .sends(data({}));
    t.receivesIcmp(unreachable, 1001);
    expect(t.state).toBe("ESTABLISHED");
    t.at(100_000);
    expect(t.error).toBe("EHOSTUNREACH");
  });

  test("a connection that is being made is: EHOSTUNREACH", () => {
    const t = synSent().receivesIcmp(unreachable, 1000);
    expect(t.state).toBe("CLOSED");
    expect(t.error).toBe("EHOSTUNREACH");
  });

  test("H34: what quotes a number that is not in flight is passed over", () => {
    const t = synSent().receivesIcmp(unreachable, 5000);
    expect(t.state).toBe("SYN_SENT");
    expect(t.count("TcpExtOutOfWindowIcmps")).toBe(1);
    const big = established().send(1000).sends(data({})).receivesIcmp(tooBig, 9_999_999).silent();
    expect(big.tcb.mss).toBe(1000);
  });

  // @rfc 9293 3.7.1 MUST-16
  test("packet too big: what is in flight goes again in smaller pieces", () => {
    const t = established()
      .send(1000)
      .sends(data({ len: 1000 }))
      .receivesIcmp(tooBig, 1001);
    expect(t.tcb.mss).toBe(560);
    t.sends(data({ seq: 1001, len: 560 }), data({ seq: 1561, len: 440 }));
  });
});

describe("options", () => {
  test("TCP_DEFER_ACCEPT: accept waits for data, and not for ever", () => {
    const t = listening({ before: option(abi.TCP_DEFER_ACCEPT, 1) });
    t.receives(syn({ seq: 2000 }))
      .sends(synAck({}))
      .receives(ack({ seq: 2001, ack: 1001 }))
      .silent();
    expect(t.state).toBe("SYN_RECEIVED");
    t.receives(data({ seq: 2001, ack: 1001, data: "now" })).accept();
    expect(t.read()).toBe("now");
  });

  test("TCP_USER_TIMEOUT bounds retransmission: ETIMEDOUT", () => {
    const t = established({ before: option(abi.TCP_USER_TIMEOUT, 1000) }).send("x");
    t.at(1100);
    expect(t.state).toBe("ESTABLISHED");
    t.at(1201);
    expect(t.error).toBe("ETIMEDOUT");
  });

  test("TCP_USER_TIMEOUT bounds probes of a closed window too, though each is answered, until it opens", () => {
    const t = established({ before: option(abi.TCP_USER_TIMEOUT, 5000) });
    const closedWindow = (number: number) => ack({ seq: 2001, ack: number, wnd: 0 });
    const answerProbes = (number: number, untilMs: number) => {
      for (let ms = Math.ceil(t.nowMs / 100) * 100; ms <= untilMs; ms += 100) {
        if (t.at(ms).sent().length > 0) t.receives(closedWindow(number));
      }
    };
    t.receives(closedWindow(1001)).send("hello");
    answerProbes(1001, 4000);
    t.receives(ack({ seq: 2001, ack: 1001, wnd: 1000 })).sends(data({ seq: 1001, data: "hello" }));
    t.receives(closedWindow(1006)).send("again");
    answerProbes(1006, 8000);
    expect(t.state).toBe("ESTABLISHED");
    answerProbes(1006, 11_000);
    expect([t.state, t.error]).toEqual(["CLOSED", "ETIMEDOUT"]);
  });

  // @rfc 9293 3.7.4 MUST-17
  test("TCP_NODELAY: a small segment does not wait", () => {
    const t = established({ before: option(abi.TCP_NODELAY, 1) });
    t.send("a")
      .send("b")
      .sends(data({ data: "a" }), data({ data: "b" }));
  });

  test("TCP_CORK holds back for 200 ms, or until it is taken out", () => {
    const t = established({ before: option(abi.TCP_CORK, 1) })
      .send("abc")
      .silent();
    t.at(199)
      .silent()
      .at(200)
      .sends(data({ data: "abc" }));
    t.receives(ack({ seq: 2001, ack: 1004 }))
      .send("def")
      .silent();
    option(abi.TCP_CORK, 0)(t.socket, t.tcp);
    t.at(210).sends(data({ data: "def" }));
  });

  test("TCP_NODELAY sends what TCP_CORK holds back, once", () => {
    const t = established({ before: option(abi.TCP_CORK, 1) })
      .send("abc")
      .silent();
    option(abi.TCP_NODELAY, 1)(t.socket, t.tcp);
    t.at(0).sends(data({ data: "abc" }));
    t.receives(ack({ seq: 2001, ack: 1004 }))
      .send("def")
      .silent();
  });

  // @rfc 9293 3.8.3 MUST-23
  test("TCP_SYNCNT: SYN is sent so often again, beside the linear ones", () => {
    const t = synSent({ before: option(abi.TCP_SYNCNT, 1), sysctl: { syn_linear_timeouts: 0 } });
    t.at(1000).sends(syn({})).at(3000).silent();
    expect(t.error).toBe("ETIMEDOUT");
  });

  // So it was on Linux 6.18.
  test.each([
    [1, 3000],
    [2, 7000],
    [3, 19_000],
  ])("TCP_SYNCNT %i with the linear ones: ETIMEDOUT after %i ms", (count, afterMs) => {
    const t = synSent({ before: option(abi.TCP_SYNCNT, count) }).at(afterMs - 1);
    expect(t.state).toBe("SYN_SENT");
    expect(t.at(afterMs).error).toBe("ETIMEDOUT");
  });

  test.each([
    [500, 1000],
    [2500, 2500],
    [6000, 6000],
  ])("TCP_USER_TIMEOUT of %i ms bounds SYN: ETIMEDOUT after %i ms", (limitMs, afterMs) => {
    const t = synSent({ before: option(abi.TCP_USER_TIMEOUT, limitMs) }).at(afterMs - 1);
    expect(t.state).toBe("SYN_SENT");
    expect(t.at(afterMs).error).toBe("ETIMEDOUT");
  });

  test("TCP_MAXSEG bounds both directions", () => {
    const t = synSent({ before: option(abi.TCP_MAXSEG, 500) });
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 1460 }))
      .sends(ack({}))
      .send(600)
      .sends(data({ len: 500 }), data({ len: 100 }));
  });

  test("TCP_LINGER2 of less than nothing: no FIN_WAIT_2", () => {
    const t = accepted();
    option(abi.TCP_LINGER2, -1)(t.socket, t.tcp);
    t.shutdown(2)
      .sends(fin({}))
      .receives(ack({ seq: 2001, ack: 1002 }))
      .close()
      .sends(rst({ seq: 1002, ack: 2001 }));
    // What is left is the listener.
    expect(t.state).toBe("LISTEN");
  });

  test("TCP_QUICKACK: what is owed is acknowledged at once", () => {
    const t = accepted();
    t.tcb.acknowledgment.quick = 0;
    t.receives(data({ seq: 2001, ack: 1001, data: "x" })).silent();
    option(abi.TCP_QUICKACK, 1)(t.socket, t.tcp);
    t.at(0).sends(ack({ ack: 2002 }));
  });
});

describe("the memory of a host", () => {
  test("what is sent and received is counted, and given back", () => {
    const t = established()
      .send(1000)
      .receives(data({ seq: 2001, ack: 1001, data: "unread" }));
    expect(t.tcp.memory.bytes).toBe(1006);
    t.receives(ack({ seq: 2007, ack: 2001 }));
    expect(t.tcp.memory.bytes).toBe(6);
    t.read();
    expect(t.tcp.memory.bytes).toBe(0);
    t.send(500)
      .receives(data({ seq: 2007, ack: 2001, data: "more" }))
      .close();
    expect(t.tcp.memory.bytes).toBe(0);
  });

  test("beyond tcp_mem a connection holds no more than the least of the settings, and goes on", () => {
    const t = established({ sysctl: { mem: "1 1 1", rmem: "1000 131072 131072" } });
    for (let at = 0; at < 6000; at += 1000) t.receives(data({ seq: 2001 + at, ack: 1001, len: 1000 }));
    expect(t.socket.receiveQueueBytes).toBe(5000);
    expect(t.count("TcpExtTCPRcvQDrop")).toBe(1);
    t.read();
    t.receives(data({ seq: 7001, ack: 1001, len: 1000 }));
    expect(t.socket.receiveQueueBytes).toBe(1000);
  });
});
