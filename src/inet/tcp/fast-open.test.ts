/** Fast open: RFC 7413. The client's side, then the server's. */
import { describe, expect, test } from "vitest";
import type { Errno } from "../../abi/errno.ts";
import { POLLOUT } from "../../abi/poll.ts";
import { AF_UNSPEC, IPPROTO_TCP, MSG_FASTOPEN } from "../../abi/socket.ts";
import {
  TCP_FASTOPEN,
  TCP_FASTOPEN_CONNECT,
  TCP_FASTOPEN_KEY,
  TCP_FASTOPEN_NO_COOKIE,
  TCP_INFO,
  type TcpInfo,
} from "../../abi/tcp.ts";
import { at, ip, ROOT } from "../inet.fixture.ts";
import {
  ack,
  closed,
  type Dialogue,
  data,
  fin,
  listening,
  rst,
  type Setting,
  syn,
  synAck,
} from "./dialogue.fixture.ts";

const PEER_NAME = at("10.0.0.2:9");
const COOKIE = "0123456789abcdef";
const SYN_DATA = 32;
const CHILD = 128;

function option(t: Dialogue, name: number, value: number | object): 0 | Errno | undefined {
  return t.socket.requests.setsockopt?.(ROOT, IPPROTO_TCP, name, value);
}

const infoOf = (t: Dialogue): TcpInfo => t.socket.requests.getsockopt?.(IPPROTO_TCP, TCP_INFO) as TcpInfo;

/** sendto(2) with MSG_FASTOPEN. */
function sendTo(t: Dialogue, text: string): number | Errno {
  const sent = t.socket.send(ROOT, new TextEncoder().encode(text), PEER_NAME, null, MSG_FASTOPEN);
  t.world.run(0);
  return sent;
}

describe("a client", () => {
  /** Closed, and the server's cookie is known. */
  function knowing(setting: Setting = {}): Dialogue {
    const t = closed(setting);
    t.tcp.fastOpen.learn(ip("10.0.0.1"), ip("10.0.0.2"), Uint8Array.from([1, 35, 69, 103, 137, 171, 205, 239]), 1000);
    return t;
  }

  // @rfc 7413 4.1.3 REC
  test("RFC 7413 §4.1.3: asks for a cookie the first time, and sends the data behind the handshake", () => {
    const t = closed();
    expect(sendTo(t, "hello")).toBe("EINPROGRESS");
    t.sends(syn({ seq: 1000, cookie: "", len: 0 }));
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 1000, cookie: COOKIE })).sends(ack({ seq: 1001, ack: 2001 }));
    expect(infoOf(t)).toMatchObject({ fastopen_client_fail: 1 });
    expect(t.tcp.fastOpen.known(ip("10.0.0.1"), ip("10.0.0.2"))).toMatchObject({ mss: 1000 });
    t.send("hello").sends(data({ seq: 1001, data: "hello" }));
  });

  test("with a cookie the data go with the SYN, and their ACK with the SYN-ACK", () => {
    const t = knowing();
    expect(sendTo(t, "hello")).toBe(5);
    t.sends(syn({ seq: 1000, cookie: COOKIE, data: "hello" }));
    t.receives(synAck({ seq: 2000, ack: 1006, mss: 1000 })).sends(ack({ seq: 1006, ack: 2001 }));
    expect(t.count("TcpExtTCPFastOpenActive")).toBe(1);
    expect(infoOf(t).options & SYN_DATA).toBe(SYN_DATA);
    expect(t.tcb.sent.isEmpty).toBe(true);
    expect(t.socket.sendQueueBytes).toBe(0);
    t.send("again").sends(data({ seq: 1006, data: "again" }));
  });

  // @rfc 7413 4.1.3 REC
  test("as much as the server's MSS and 40 bytes of options leave; the rest is for the next call", () => {
    const t = knowing();
    expect(sendTo(t, "x".repeat(3000))).toBe(960);
    t.sends(syn({ seq: 1000, len: 960 }));
  });

  test("data that the server does not take go again at once, and no window shrinks", () => {
    const t = knowing();
    sendTo(t, "hello");
    t.sent();
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 1000, cookie: "aabbccdd" }));
    t.sends(data({ seq: 1001, ack: 2001, data: "hello" }));
    expect(t.tcb).toMatchObject({ phase: "open", cwnd: 10_000, ssthresh: Number.POSITIVE_INFINITY });
    expect(t.count("TcpExtTCPFastOpenActiveFail")).toBe(1);
    expect(infoOf(t)).toMatchObject({ fastopen_client_fail: 2 });
    // The next one comes with the cookie that is good.
    expect(t.tcp.fastOpen.known(ip("10.0.0.1"), ip("10.0.0.2"))?.cookie).toEqual(Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd));
  });

  test("the server has taken a part of them", () => {
    const t = knowing();
    sendTo(t, "hello");
    t.sent();
    t.receives(synAck({ seq: 2000, ack: 1003, mss: 1000 })).sends(data({ seq: 1003, data: "llo" }));
  });

  // @rfc 7413 4.2.1 REC
  test("a SYN that is sent again has neither cookie nor data", () => {
    const t = knowing();
    sendTo(t, "hello");
    t.sent();
    t.at(1000).sends(syn({ seq: 1000, cookie: null, len: 0 }));
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 1000 })).sends(data({ seq: 1001, data: "hello" }));
    expect(infoOf(t)).toMatchObject({ fastopen_client_fail: 3 });
  });

  test("the answer may come with, or right behind, the SYN-ACK", () => {
    const t = knowing();
    sendTo(t, "hello");
    t.sent();
    t.receives(synAck({ seq: 2000, ack: 1006, mss: 1000, data: "wor" }), data({ seq: 2004, ack: 1006, data: "ld" }));
    expect(t.read()).toBe("world");
  });

  test("a refusal is one", () => {
    const t = knowing();
    sendTo(t, "hello");
    t.receives(rst({ seq: 0, ack: 1006 }));
    expect([t.error, t.state, t.socket.sendQueueBytes]).toEqual(["ECONNREFUSED", "CLOSED", 0]);
  });

  test("RFC 7413 appendix A, TCP_FASTOPEN_CONNECT: connect(2) answers at once, and the first data take the SYN along", () => {
    const t = knowing();
    expect(option(t, TCP_FASTOPEN_CONNECT, 1)).toBe(0);
    expect(t.connect()).toBe(0);
    t.silent();
    expect([t.state, t.events & POLLOUT, t.connect()]).toEqual(["SYN_SENT", POLLOUT, "EISCONN"]);
    expect(t.read()).toBe("[EAGAIN]");
    expect(t.socket.send(ROOT, new TextEncoder().encode("hello"), null)).toBe(5);
    t.world.run(0);
    t.sends(syn({ seq: 1000, cookie: COOKIE, data: "hello" }));
    // Without a cookie there is nothing to wait for.
    const u = closed();
    option(u, TCP_FASTOPEN_CONNECT, 1);
    expect(u.connect()).toBe("EINPROGRESS");
    u.sends(syn({ seq: 1000, cookie: "", len: 0 }));
  });

  test("a connection that waits for its first data can be closed, and shut down", () => {
    const t = knowing();
    option(t, TCP_FASTOPEN_CONNECT, 1);
    t.connect();
    t.close().silent();
    expect(t.state).toBe("CLOSED");
    const u = knowing();
    option(u, TCP_FASTOPEN_CONNECT, 1);
    u.connect();
    u.shutdown(2).silent();
    expect([u.state, u.socket.send(ROOT, new Uint8Array(1), null)]).toEqual(["CLOSED", "ECONNRESET"]);
  });

  test("without cookies: tcp_fastopen 4, TCP_FASTOPEN_NO_COOKIE", () => {
    const t = closed({ sysctl: { fastopen: 5 } });
    expect(sendTo(t, "hello")).toBe(5);
    t.sends(syn({ seq: 1000, cookie: null, data: "hello" }));
    const u = closed();
    expect(option(u, TCP_FASTOPEN_NO_COOKIE, 1)).toBe(0);
    expect(sendTo(u, "hello")).toBe(5);
    u.sends(syn({ seq: 1000, cookie: null, data: "hello" }));
  });

  test("the errors of Linux", () => {
    const off = closed({ sysctl: { fastopen: 2 } });
    expect([sendTo(off, "x"), option(off, TCP_FASTOPEN_CONNECT, 1)]).toEqual(["EOPNOTSUPP", "EOPNOTSUPP"]);
    const t = closed();
    const send = (to: Parameters<typeof t.socket.send>[2]) =>
      t.socket.send(ROOT, new Uint8Array(1), to, null, MSG_FASTOPEN);
    expect([send(null), send({ family: AF_UNSPEC })]).toEqual(["EINVAL", "EOPNOTSUPP"]);
    expect([option(t, TCP_FASTOPEN_CONNECT, 2), option(t, TCP_FASTOPEN_NO_COOKIE, 2)]).toEqual(["EINVAL", "EINVAL"]);
    expect([option(t, TCP_FASTOPEN, -1), option(t, TCP_FASTOPEN_KEY, new Uint8Array(15))]).toEqual([
      "EINVAL",
      "EINVAL",
    ]);
    sendTo(t, "x");
    expect(sendTo(t, "x")).toBe("EALREADY");
    t.receives(synAck({ seq: 2000, ack: 1001, mss: 1000 }));
    expect([sendTo(t, "x"), option(t, TCP_FASTOPEN, 1)]).toEqual([1, "EINVAL"]);
    expect(sendTo(t, "x")).toBe("EISCONN");
  });

  // @rfc 7413 7.1 REC
  test("RFC 7413 §7.1: a path that loses three SYNs in a row is not tried for a while, the next time for longer", () => {
    const t = knowing({ sysctl: { fastopen_blackhole_timeout_sec: 10 } });
    sendTo(t, "hello");
    t.at(5000).sent();
    expect(t.count("TcpExtTCPFastOpenBlackhole")).toBe(1);
    const { fastOpen } = t.tcp;
    const { nowNs } = t.world.scheduler;
    expect([fastOpen.isPaused(nowNs), fastOpen.isPaused(nowNs + 10e9)]).toEqual([true, false]);
    fastOpen.pause(nowNs);
    expect([fastOpen.isPaused(nowNs + 19e9), fastOpen.isPaused(nowNs + 20e9)]).toEqual([true, false]);
    fastOpen.passed();
    expect(fastOpen.isPaused(nowNs)).toBe(false);
  });

  test("all that came was a FIN out of its turn: the path is suspected; data that come clear it", () => {
    const t = knowing({ sysctl: { fastopen_blackhole_timeout_sec: 10 } });
    sendTo(t, "hello");
    t.receives(synAck({ seq: 2000, ack: 1006, mss: 1000 }), fin({ seq: 2101, ack: 1006 }), rst({ seq: 2001 }));
    expect(t.state).toBe("CLOSED");
    expect(t.count("TcpExtTCPFastOpenBlackhole")).toBe(1);
  });

  test("so many servers are remembered, those that were heard of last", () => {
    const { fastOpen } = closed().tcp;
    const server = (n: number) => ip(`10.1.${n >> 8}.${n & 255}`);
    for (let n = 0; n < 1100; n++) fastOpen.learn(ip("10.0.0.1"), server(n), Uint8Array.of(1, 2, 3, 4), 1000);
    expect([fastOpen.known(ip("10.0.0.1"), server(75)), fastOpen.known(ip("10.0.0.1"), server(76))?.mss]).toEqual([
      undefined,
      1000,
    ]);
    // One that gives no cookie leaves the one that there was.
    fastOpen.learn(ip("10.0.0.1"), server(76), null, 900);
    expect(fastOpen.known(ip("10.0.0.1"), server(76))).toEqual({ cookie: Uint8Array.of(1, 2, 3, 4), mss: 900 });
  });
});

describe("a server", () => {
  const ON: Setting = {
    sysctl: { fastopen: 3 },
    before: (socket) => socket.requests.setsockopt?.(ROOT, IPPROTO_TCP, TCP_FASTOPEN, 2),
  };

  /** Listens, and has given this cookie to the peer. */
  function serving(setting: Setting = ON): { readonly t: Dialogue; readonly cookie: string } {
    const t = listening(setting);
    t.receives(syn({ seq: 5000, mss: 1000, cookie: "" }));
    const cookie = t.sent()[0]?.cookie ?? "";
    t.receives(rst({ seq: 5001 }));
    return { t, cookie: cookie ?? "" };
  }

  const request = (cookie: string | null, text = "hello") =>
    syn({ seq: 2000, mss: 1000, ...(cookie === null ? {} : { cookie }), data: text });

  // @rfc 7413 4.1.2 REC-1
  test("RFC 7413 §4.1.2: a cookie of 8 bytes for who asks, and always the same", () => {
    const { t, cookie } = serving();
    expect(cookie).toMatch(/^[0-9a-f]{16}$/);
    t.receives(syn({ seq: 6000, mss: 1000, cookie: "" })).sends(synAck({ ack: 6001, cookie }));
    expect(t.count("TcpExtTCPFastOpenCookieReqd")).toBe(2);
  });

  // @rfc 7413 4.2.2 REC-2
  test("who comes with it is accepted and read before the handshake is complete", () => {
    const { t, cookie } = serving();
    t.receives(request(cookie)).sends(synAck({ seq: 1000, ack: 2006, mss: 1460, cookie: null }));
    t.accept();
    expect([t.state, t.read()]).toEqual(["SYN_RECEIVED", "hello"]);
    t.send("world").sends(data({ seq: 1001, ack: 2006, data: "world" }));
    t.receives(ack({ seq: 2006, ack: 1006 }));
    expect([t.state, t.tcb.sent.isEmpty]).toEqual(["ESTABLISHED", true]);
    expect(infoOf(t).options & (SYN_DATA | CHILD)).toBe(SYN_DATA | CHILD);
    expect(t.count("TcpExtTCPFastOpenPassive")).toBe(1);
  });

  // @rfc 7413 4.2.2 REC-1
  test("a wrong cookie: the data are not taken, and a good one is given", () => {
    const { t, cookie } = serving();
    t.receives(request("1122334455667788")).sends(synAck({ ack: 2001, cookie }));
    t.receives(data({ seq: 2001, ack: 1001, data: "hello" }));
    t.accept();
    expect([t.read(), t.count("TcpExtTCPFastOpenPassiveFail")]).toEqual(["hello", 1]);
  });

  // @rfc 7413 4.1.2 REC-2
  test("an old key's cookie is taken, and replaced", () => {
    const { t, cookie } = serving();
    const { bytes } = t.tcp.fastOpen.keys;
    expect(option(t, TCP_FASTOPEN_KEY, Uint8Array.from([...new Uint8Array(16).fill(7), ...bytes]))).toBe(0);
    t.receives(request(cookie));
    const [answer] = t.sent();
    expect([answer?.ack, answer?.cookie === cookie, answer?.cookie?.length]).toEqual([2006, false, 16]);
    expect(t.count("TcpExtTCPFastOpenPassiveAltKey")).toBe(1);
    expect(t.listener?.requests.getsockopt?.(IPPROTO_TCP, TCP_FASTOPEN_KEY)).toHaveLength(32);
  });

  test("without the setting, or the option: as ever", () => {
    const { t, cookie } = serving({ sysctl: { fastopen: 1 } });
    expect(cookie).toBe("");
    t.receives(request(COOKIE)).sends(synAck({ ack: 2001, cookie: null }));
    const { t: u, cookie: none } = serving({ sysctl: { fastopen: 3 } });
    expect(none).toBe("");
    u.receives(request(COOKIE)).sends(synAck({ ack: 2001, cookie: null }));
  });

  test("tcp_fastopen 0x600: every listener, and nobody needs a cookie", () => {
    const t = listening({ sysctl: { fastopen: 0x603 }, backlog: 7 });
    expect(t.listener?.requests.getsockopt?.(IPPROTO_TCP, TCP_FASTOPEN)).toBe(7);
    t.receives(request(null)).sends(synAck({ ack: 2006, cookie: null }));
  });

  // @rfc 7413 5.1 REC
  test("RFC 7413 §5.1: no more than TCP_FASTOPEN at a time; who was reset keeps his place for a minute", () => {
    const t = listening({ ...ON, sysctl: { fastopen: 0x203 } });
    option(t, TCP_FASTOPEN, 1);
    t.receives(request(null)).sends(synAck({ ack: 2006 }));
    t.receives(rst({ seq: 2006 }));
    t.receives(syn({ seq: 3000, mss: 1000, data: "hello" })).sends(synAck({ ack: 3001 }));
    expect(t.count("TcpExtTCPFastOpenListenOverflow")).toBe(1);
    t.receives(rst({ seq: 3001 }))
      .at(61_000)
      .sent();
    t.receives(syn({ seq: 4000, mss: 1000, data: "hello" })).sends(synAck({ ack: 4006 }));
    // It is read, though its peer has reset it.
    t.accept();
    expect([t.read(), t.read()]).toEqual(["hello", "[ECONNRESET]"]);
  });

  test("SYN-ACK is sent again with back-off, and given up: ETIMEDOUT", () => {
    const { t, cookie } = serving();
    t.fromHere().receives(request(cookie)).sent();
    t.accept()
      .at(1000)
      .sends(synAck({ seq: 1000, ack: 2006, cookie: null }));
    t.at(3000).sends(synAck({ seq: 1000, ack: 2006 }));
    t.at(200_000);
    expect(t.sent()).toHaveLength(4);
    expect(t.error).toBe("ETIMEDOUT");
  });

  // @rfc 7413 4.2.2 REC-2
  test("it answers and closes before the handshake is complete", () => {
    const { t, cookie } = serving();
    t.receives(request(cookie)).sent();
    t.accept();
    expect(t.read()).toBe("hello");
    t.send("world").close();
    t.sends(data({ seq: 1001, data: "world" }), fin({ seq: 1006, ack: 2006 }));
    expect(t.state).toBe("FIN_WAIT_1");
    // What is sent again begins with the SYN-ACK.
    t.at(1000);
    expect(t.sent()[0]).toMatchObject({ flags: "SYN ACK", seq: 1000, ack: 2006 });
    t.receives(ack({ seq: 2006, ack: 1007 }));
    expect(t.state).toBe("FIN_WAIT_2");
  });

  test("the listener is closed: who waits is reset", () => {
    const { t, cookie } = serving();
    t.receives(request(cookie)).sent();
    t.close().sends(rst({ seq: 1001, ack: 2006 }));
    expect(t.state).toBe("CLOSED");
  });
});
