/** TCP as programs see it: the calls of tcp(7), their errors, and what poll(2) says. */
import {
  AF_INET,
  AF_INET6,
  formatNetstat,
  formatSs,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  O_WRONLY,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  type Program,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SIG_IGN,
  SIGPIPE,
  SIOCOUTQ,
  SIOCOUTQNSD,
  SO_ERROR,
  SO_LINGER,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDTIMEO,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_CONGESTION,
  TCP_DEFER_ACCEPT,
  TCP_INFO,
  TCP_KEEPIDLE,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_TIMESTAMP,
} from "netloom";
import { describe, expect, test } from "vitest";
import { connectTo, listenOn, readAll, SERVER, twoHosts } from "./support/tcp.ts";
import { runProgram } from "./support/world.ts";

const LOCAL = { address: "127.0.0.1", port: 7 };

/** A client on host a and a server on host b. */
async function pair(client: Program, server: Program, link = {}) {
  const printed: string[] = [];
  const { world, a, b } = twoHosts(link, { console: ({ text }) => printed.push(text) });
  b.spawn("server", server);
  a.spawn("client", client);
  const result = await world.run();
  const crash = result.crashes[0];
  if (crash !== undefined) throw crash.error;
  return { world, a, b, printed };
}

/** Both ends of a connection over lo, in one process. */
async function connection(sys: Sys): Promise<{ client: number; server: number; listener: number }> {
  const listener = listenOn(sys, 7);
  const client = await connectTo(sys, LOCAL);
  const { fd: server } = await sys.accept(listener);
  return { client, server, listener };
}

const errorOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: { code: string }) => error.code,
  );

describe("connect", () => {
  test("ECONNREFUSED, and the same socket may try again", async () => {
    await runProgram(async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      expect(await errorOf(sys.connect(fd, LOCAL))).toBe("ECONNREFUSED");
      const listener = listenOn(sys, 7);
      await sys.connect(fd, LOCAL);
      expect(await errorOf(sys.connect(fd, LOCAL))).toBe("EISCONN");
      sys.close(listener);
    });
  });

  test("a non-blocking one: EINPROGRESS, EALREADY, SO_ERROR, and 0 once", async () => {
    await pair(
      async (sys) => {
        const fd = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        expect(await errorOf(sys.connect(fd, SERVER))).toBe("EINPROGRESS");
        expect(await errorOf(sys.connect(fd, SERVER))).toBe("EALREADY");
        const watched = { fd, events: POLLIN | POLLOUT, revents: 0 };
        await sys.poll([watched]);
        expect(watched.revents).toBe(POLLOUT);
        expect(sys.getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(0);
        await sys.connect(fd, SERVER);
        expect(await errorOf(sys.connect(fd, SERVER))).toBe("EISCONN");
      },
      async (sys) => {
        await sys.accept(listenOn(sys, 7));
      },
      { delayMs: 10 },
    );
  });

  test("SO_SNDTIMEO bounds it: EINPROGRESS", async () => {
    await pair(
      async (sys) => {
        const fd = sys.socket(AF_INET, SOCK_STREAM);
        sys.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, 0.01);
        expect(await errorOf(sys.connect(fd, SERVER))).toBe("EINPROGRESS");
      },
      async () => {},
      { delayMs: 100 },
    );
  });

  test("to oneself: a socket may be its own peer", async () => {
    await runProgram(async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(fd, LOCAL);
      await sys.connect(fd, LOCAL);
      await sys.write(fd, "me");
      const buffer = new Uint8Array(10);
      expect(await sys.read(fd, buffer)).toBe(2);
      expect(sys.getpeername(fd)).toEqual(sys.getsockname(fd));
    });
  });

  test("ENETUNREACH, and EHOSTUNREACH when ARP finds nobody", async () => {
    await pair(
      async (sys) => {
        const fd = sys.socket(AF_INET, SOCK_STREAM);
        expect(await errorOf(sys.connect(fd, { address: "192.0.2.1", port: 7 }))).toBe("ENETUNREACH");
        expect(await errorOf(sys.connect(fd, { address: "10.0.0.99", port: 7 }))).toBe("EHOSTUNREACH");
      },
      async () => {},
    );
  });
});

describe("bind and listen", () => {
  test("a group of IPv4 is a name as another, one of IPv6 is none", async () => {
    await runProgram(async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(fd, { address: "224.0.0.1", port: 7 });
      expect(sys.getsockname(fd)).toMatchObject({ address: "224.0.0.1", port: 7 });
      const v6 = sys.socket(AF_INET6, SOCK_STREAM);
      expect(() => sys.bind(v6, { address: "ff02::1", port: 7, scopeId: 1 })).toThrow("EINVAL");
    });
  });

  test("EADDRINUSE, SO_REUSEADDR, SO_REUSEPORT", async () => {
    await runProgram(async (sys) => {
      const first = listenOn(sys, 7);
      const second = sys.socket(AF_INET, SOCK_STREAM);
      expect(() => sys.bind(second, LOCAL)).toThrow("EADDRINUSE");
      sys.setsockopt(second, SOL_SOCKET, SO_REUSEADDR, 1);
      // Not even then while the other listens.
      expect(() => sys.bind(second, LOCAL)).toThrow("EADDRINUSE");
      sys.close(first);
      const sharing = [1, 2].map(() => {
        const fd = sys.socket(AF_INET, SOCK_STREAM);
        sys.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        sys.bind(fd, LOCAL);
        sys.listen(fd, 1);
        return fd;
      });
      expect(sharing).toHaveLength(2);
      expect(() => sys.bind(second, LOCAL)).toThrow("EADDRINUSE");
    });
  });

  // @rfc 9293 3.9.1.1 MUST-41
  test("two that both allow it may be bound; only one may listen", async () => {
    await runProgram(async (sys) => {
      const [a, b] = [1, 2].map(() => {
        const fd = sys.socket(AF_INET, SOCK_STREAM);
        sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
        sys.bind(fd, LOCAL);
        return fd;
      }) as [number, number];
      sys.listen(a, 1);
      expect(() => sys.listen(b, 1)).toThrow("EADDRINUSE");
    });
  });

  // @rfc 9293 3.9.1.1 MUST-42
  test("a server that restarts while its connections are in TIME_WAIT needs SO_REUSEADDR", async () => {
    await runProgram(async (sys) => {
      const { client, server, listener } = await connection(sys);
      sys.close(server);
      sys.close(client);
      sys.close(listener);
      await sys.sleep(0.1);
      const plain = sys.socket(AF_INET, SOCK_STREAM);
      expect(() => sys.bind(plain, LOCAL)).toThrow("EADDRINUSE");
    });
  });

  test("SO_REUSEPORT spreads connections over the listeners", async () => {
    await runProgram(async (sys) => {
      const listeners = [1, 2, 3].map(() => {
        const fd = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
        sys.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
        sys.bind(fd, LOCAL);
        sys.listen(fd, 64);
        return fd;
      });
      for (let count = 0; count < 48; count++) await connectTo(sys, LOCAL);
      const accepted = [];
      for (const fd of listeners) {
        let count = 0;
        while ((await errorOf(sys.accept(fd))) === "") count++;
        accepted.push(count);
      }
      expect(accepted.reduce((sum, count) => sum + count)).toBe(48);
      for (const count of accepted) expect(count).toBeGreaterThan(4);
    });
  });
});

describe("the end of a stream", () => {
  test("half-close: the other direction goes on", async () => {
    await pair(
      async (sys) => {
        const fd = await connectTo(sys);
        await sys.write(fd, "question");
        sys.shutdown(fd, SHUT_WR);
        expect(await errorOf(sys.send(fd, "x", MSG_NOSIGNAL))).toBe("EPIPE");
        expect(new TextDecoder().decode(await readAll(sys, fd))).toBe("answer");
      },
      async (sys) => {
        const { fd } = await sys.accept(listenOn(sys, 7));
        expect(new TextDecoder().decode(await readAll(sys, fd))).toBe("question");
        await sys.write(fd, "answer");
        sys.close(fd);
      },
    );
  });

  test("poll: POLLIN and POLLRDHUP on FIN, POLLHUP when both are shut", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      const events = async () => {
        const watched = { fd: client, events: POLLIN | POLLOUT | POLLRDHUP, revents: 0 };
        await sys.poll([watched], 0);
        return watched.revents;
      };
      expect(await events()).toBe(POLLOUT);
      sys.shutdown(server, SHUT_WR);
      expect(await events()).toBe(POLLIN | POLLOUT | POLLRDHUP);
      sys.shutdown(client, SHUT_WR);
      expect(await events()).toBe(POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    });
  });

  test("a peer that has gone: ECONNRESET, then EPIPE and SIGPIPE", async () => {
    await runProgram(async (sys) => {
      sys.signal(SIGPIPE, SIG_IGN);
      const { client, server } = await connection(sys);
      await sys.write(client, "unread");
      sys.close(server);
      expect(await errorOf(sys.write(client, "x"))).toBe("ECONNRESET");
      expect(await errorOf(sys.write(client, "x"))).toBe("EPIPE");
      expect(await sys.read(client, new Uint8Array(5))).toBe(0);
    });
  });

  test("shutdown: of what is not connected ENOTCONN; SHUT_RD leaves what is there", async () => {
    await runProgram(async (sys) => {
      const fresh = sys.socket(AF_INET, SOCK_STREAM);
      expect(() => sys.shutdown(fresh, SHUT_RDWR)).toThrow("ENOTCONN");
      expect(await errorOf(sys.recv(sys.socket(AF_INET, SOCK_STREAM), new Uint8Array(1)))).toBe("ENOTCONN");
      const { client, server } = await connection(sys);
      await sys.write(client, "abc");
      sys.shutdown(server, SHUT_RD);
      const buffer = new Uint8Array(5);
      expect(await sys.read(server, buffer)).toBe(3);
      expect(await sys.read(server, buffer)).toBe(0);
    });
  });

  test("a listener that is shut down wakes who accepts: EINVAL", async () => {
    await runProgram(async (sys) => {
      const listener = listenOn(sys, 7);
      const accepting = errorOf(sys.accept(listener));
      sys.shutdown(listener, SHUT_RD);
      expect(await accepting).toBe("EINVAL");
    });
  });
});

describe("buffers", () => {
  test("a writer waits for the reader, and no byte is lost", async () => {
    const total = 3_000_000;
    await pair(
      async (sys) => {
        const fd = await connectTo(sys);
        const piece = new Uint8Array(100_000).fill(7);
        for (let sent = 0; sent < total; sent += piece.length) await sys.write(fd, piece);
        sys.close(fd);
      },
      async (sys) => {
        const { fd } = await sys.accept(listenOn(sys, 7));
        await sys.sleep(1);
        expect((await readAll(sys, fd)).length).toBe(total);
      },
      { rateMbps: 100 },
    );
  });

  test("MSG_DONTWAIT takes a part, then EAGAIN; POLLOUT comes when a third is free", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      let sent = 0;
      for (;;) {
        const result = await sys.send(client, new Uint8Array(65_536), MSG_DONTWAIT).catch(() => -1);
        if (result < 0) break;
        sent += result;
      }
      expect(sent).toBeGreaterThan(100_000);
      const watched = { fd: client, events: POLLOUT, revents: 0 };
      expect(await sys.poll([watched], 0)).toBe(0);
      const reading = (async () => {
        const buffer = new Uint8Array(65_536);
        for (let got = 0; got < sent; ) got += await sys.read(server, buffer);
      })();
      expect(await sys.poll([watched], 10_000)).toBe(1);
      await reading;
    });
  });

  test.each(["TCP_NOTSENT_LOWAT", "tcp_notsent_lowat"])(
    "%s: no more waits to be sent, though there is room",
    async (how) => {
      await runProgram(async (sys) => {
        const { client, server } = await connection(sys);
        const fill = async () => {
          while ((await sys.send(client, new Uint8Array(4096), MSG_DONTWAIT).catch(() => -1)) > 0);
          return sys.ioctl(client, SIOCOUTQNSD) as number;
        };
        // The window closes, and more waits than will be allowed.
        expect(await fill()).toBeGreaterThan(20_000);
        const watched = { fd: client, events: POLLOUT, revents: 0 };
        if (how === "TCP_NOTSENT_LOWAT") sys.setsockopt(client, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16_384);
        else sys.close(await writeSetting(sys, "/proc/sys/net/ipv4/tcp_notsent_lowat", "16384"));
        expect(await sys.poll([watched], 0)).toBe(0);
        const buffer = new Uint8Array(8192);
        while ((await sys.poll([watched], 20)) === 0) await sys.read(server, buffer);
        expect(sys.ioctl(client, SIOCOUTQNSD)).toBeLessThan(8192);
        // What the window takes has gone, and behind that there is no more than was allowed.
        const unsent = await fill();
        expect(unsent).toBeGreaterThanOrEqual(16_384);
        expect(unsent).toBeLessThan(16_384 + 4096);
        expect(await sys.poll([watched], 0)).toBe(0);
        // Whoever waits goes on when it is sent.
        const written = sys.write(client, new Uint8Array(100_000));
        const readAway = (async () => {
          for (;;) if ((await sys.read(server, buffer)) === 0) return;
        })();
        expect(await written).toBe(100_000);
        sys.shutdown(client, SHUT_WR);
        await readAway;
      });
    },
  );

  test("a small SO_RCVBUF closes the window, and it opens again", async () => {
    await pair(
      async (sys) => {
        const fd = await connectTo(sys);
        await sys.write(fd, new Uint8Array(50_000));
        sys.close(fd);
      },
      async (sys) => {
        const listener = sys.socket(AF_INET, SOCK_STREAM);
        sys.setsockopt(listener, SOL_SOCKET, SO_RCVBUF, 4096);
        sys.bind(listener, { address: "0.0.0.0", port: 7 });
        sys.listen(listener, 5);
        const { fd } = await sys.accept(listener);
        expect(sys.getsockopt(fd, SOL_SOCKET, SO_RCVBUF)).toBe(8192);
        await sys.sleep(3);
        expect((await readAll(sys, fd)).length).toBe(50_000);
      },
    );
  });
});

async function writeSetting(sys: Sys, path: string, text: string): Promise<number> {
  const fd = await sys.open(path, O_WRONLY);
  await sys.write(fd, text);
  return fd;
}

describe("options", () => {
  test("SO_RCVLOWAT beyond the buffer: poll() tells of a closed window", async () => {
    await runProgram(async (sys) => {
      const listener = sys.socket(AF_INET, SOCK_STREAM);
      sys.setsockopt(listener, SOL_SOCKET, SO_RCVBUF, 20_000);
      sys.bind(listener, LOCAL);
      sys.listen(listener, 5);
      const client = await connectTo(sys, LOCAL);
      const { fd: server } = await sys.accept(listener);
      sys.setsockopt(server, SOL_SOCKET, SO_RCVLOWAT, 1_000_000);
      const watched = [{ fd: server, events: POLLIN, revents: 0 }];
      await sys.send(client, "few");
      expect(await sys.poll(watched, 1000)).toBe(0);
      await sys.send(client, new Uint8Array(100_000), MSG_DONTWAIT);
      expect(await sys.poll(watched, 1000)).toBe(1);
    });
  });

  test("TCP_INFO of a listening socket: its accept queue and its backlog", async () => {
    await runProgram(async (sys) => {
      const listener = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(listener, LOCAL);
      sys.listen(listener, 5);
      await connectTo(sys, LOCAL);
      expect(sys.getsockopt(listener, IPPROTO_TCP, TCP_INFO)).toMatchObject({ unacked: 1, sacked: 5 });
    });
  });

  // @rfc 9293 3.8.2 MAY-18
  test("TCP_*: values, bounds, and what a connection takes over", async () => {
    await runProgram(async (sys) => {
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      expect(sys.getsockopt(fd, IPPROTO_TCP, TCP_NODELAY)).toBe(0);
      sys.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
      sys.setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, 1000);
      expect(sys.getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG)).toBe(1000);
      expect(() => sys.setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, 87)).toThrow("EINVAL");
      expect(() => sys.setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 0)).toThrow("EINVAL");
      expect(() => sys.setsockopt(fd, IPPROTO_TCP, TCP_TIMESTAMP, 1)).toThrow("EPERM");
      expect(() => sys.setsockopt(fd, IPPROTO_TCP, 999, 0)).toThrow("ENOPROTOOPT");
      sys.setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
      expect(sys.getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT)).toBe(7);
      sys.setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 0);
      expect(sys.getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION)).toBe("cubic");
      expect(() => sys.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "none such")).toThrow("ENOENT");
      sys.bind(fd, LOCAL);
      sys.listen(fd, 5);
      const client = await connectTo(sys, LOCAL);
      const { fd: server } = await sys.accept(fd);
      expect(sys.getsockopt(server, IPPROTO_TCP, TCP_NODELAY)).toBe(1);
      const shown = sys.getsockopt(client, IPPROTO_TCP, TCP_TIMESTAMP);
      await sys.sleep(0.02);
      expect((sys.getsockopt(client, IPPROTO_TCP, TCP_TIMESTAMP) - shown) >>> 0).toBe(20);
      // As on Linux less the timestamps.
      expect(sys.getsockopt(client, IPPROTO_TCP, TCP_MAXSEG)).toBe(988);
    });
  });

  test("TCP_INFO, netstat, ss and /proc/net/tcp show a connection", async () => {
    const { world, a, b } = twoHosts({ delayMs: 5 });
    let info: ReturnType<typeof Object> = {};
    b.spawn("server", async (sys) => {
      const { fd } = await sys.accept(listenOn(sys, 7));
      await readAll(sys, fd);
    });
    a.spawn("client", async (sys) => {
      const fd = await connectTo(sys);
      await sys.write(fd, "x".repeat(3000));
      await sys.sleep(1);
      info = sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO);
      const proc = sys.open("/proc/net/tcp", 0);
      const buffer = new Uint8Array(1000);
      const text = new TextDecoder().decode(buffer.subarray(0, await sys.read(await proc, buffer)));
      expect(text).toContain(": 0100000A:");
      expect(text).toContain(" 0200000A:0007 01 ");
      expect(formatNetstat(a.netstat())).toMatch(/tcp +0 +0 +10\.0\.0\.1:\d+ +10\.0\.0\.2:7 +ESTABLISHED/);
      expect(formatNetstat(b.netstat())).toMatch(/tcp +0 +16 +0\.0\.0\.0:7 +0\.0\.0\.0:\* +LISTEN/);
      expect(formatSs(a.netstat().connections)).toMatch(
        /ESTAB .*\n\t ts sack cubic wscale:10,10 rto:\d+.* mss:1448 .*bytes_sent:3000/,
      );
      // The order is that of ss; what is zero is left out.
      const words = formatSs(a.netstat().connections)
        .trimEnd()
        .split(" ")
        .map((word) => word.split(":")[0]);
      expect(
        words
          .slice(words.indexOf("bytes_sent"))
          .join(" ")
          .replace(/ \d+bps/g, ""),
      ).toBe(
        "bytes_sent bytes_acked segs_out segs_in data_segs_out send lastsnd lastrcv lastack pacing_rate delivery_rate " +
          "delivered busy rcv_space rcv_ssthresh minrtt snd_wnd",
      );
      sys.close(fd);
    });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
    expect(info).toMatchObject({ state: 1, snd_mss: 1448, bytes_sent: 3000, bytes_acked: 3001, unacked: 0 });
    // What Linux begins with.
    expect(info).toMatchObject({ rcv_mss: 536, reordering: 3, reord_seen: 0 });
  });
});

describe("both families", () => {
  test("over IPv6: ::1, and between hosts", async () => {
    const { world, a, b } = twoHosts();
    a.addAddress("eth0", "2001:db8::1/64");
    b.addAddress("eth0", "2001:db8::2/64");
    b.spawn("server", async (sys) => {
      const listener = sys.socket(AF_INET6, SOCK_STREAM);
      sys.bind(listener, { address: "::", port: 7 });
      sys.listen(listener, 5);
      for (const client of ["2001:db8::1", "::ffff:10.0.0.1"]) {
        const { fd, address } = await sys.accept(listener);
        expect(address).toMatchObject({ family: AF_INET6, address: client });
        await sys.write(fd, await readAll(sys, fd));
        sys.close(fd);
      }
    });
    a.spawn("client", async (sys) => {
      await sys.sleep(3);
      for (const address of ["2001:db8::2", "10.0.0.2"]) {
        const fd = sys.socket(address.includes(":") ? AF_INET6 : AF_INET, SOCK_STREAM);
        await sys.connect(fd, { address, port: 7 });
        await sys.write(fd, "x".repeat(5000));
        sys.shutdown(fd, SHUT_WR);
        expect((await readAll(sys, fd)).length).toBe(5000);
      }
    });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
  });
});

describe("SO_LINGER", () => {
  const lingering = (seconds: number, delayMs: number) =>
    pair(
      async (sys) => {
        const fd = await connectTo(sys);
        sys.setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: seconds });
        await sys.write(fd, "last words");
        const before = sys.clockGettime("CLOCK_MONOTONIC");
        await sys.close(fd);
        const after = sys.clockGettime("CLOCK_MONOTONIC");
        const ms = (after.seconds - before.seconds) * 1000 + (after.nanoseconds - before.nanoseconds) / 1e6;
        await sys.write(1, `${Math.round(ms)}`);
      },
      async (sys) => {
        const { fd } = await sys.accept(listenOn(sys, 7));
        await sys.sleep(0.001);
        const ended = await readAll(sys, fd).then(
          (bytes) => bytes.length,
          (error: { code: string }) => error.code,
        );
        await sys.write(1, `${ended}`);
      },
      { delayMs },
    );

  test("close waits until all is acknowledged", async () => {
    // A millisecond after it has come the peer ends, and his FIN brings the ACK.
    expect((await lingering(10, 50)).printed.sort()).toEqual(["10", "101"]);
  });

  test("but not for longer than it was told", async () => {
    expect((await lingering(1, 600)).printed.sort()).toEqual(["10", "1000"]);
  });

  test("with no time at all it throws away what was not sent, and resets", async () => {
    expect((await lingering(0, 50)).printed.sort()).toEqual(["0", "ECONNRESET"]);
  });
});

test("the trace tells of changes of state, and of retransmissions with their cause", async () => {
  const { world, a, b, cable } = twoHosts({ delayMs: 1 });
  const told: string[] = [];
  world.trace((event) => {
    if (event.step === "inet/tcp/state" && event.host === "a") told.push(`${event.from} ${event.to} ${event.cause}`);
    if (event.step === "inet/tcp/retransmit") told.push(`${event.host} again ${event.bytes} ${event.cause}`);
  });
  b.spawn("server", async (sys) => {
    const { fd } = await sys.accept(listenOn(sys, 7));
    await readAll(sys, fd);
    sys.close(fd);
  });
  a.spawn("client", async (sys) => {
    const fd = await connectTo(sys);
    let isFirst = true;
    world.rule(cable, (packet) => {
      if (!isFirst || packet.length < 100) return "pass";
      isFirst = false;
      return "drop";
    });
    await sys.write(fd, "x".repeat(500));
    await sys.sleep(1);
    sys.close(fd);
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  expect(told).toEqual([
    "CLOSED SYN_SENT connect",
    "SYN_SENT ESTABLISHED SYN, ACK",
    "a again 500 probe",
    "ESTABLISHED FIN_WAIT_1 close",
    "FIN_WAIT_1 FIN_WAIT_2 ACK of FIN",
    "FIN_WAIT_2 TIME_WAIT FIN",
  ]);
});

test("SIOCOUTQ and SIOCOUTQNSD: what is not acknowledged, and what was not even sent", async () => {
  const { world, a, b } = twoHosts({ delayMs: 10 });
  b.spawn("server", async (sys) => {
    const s = listenOn(sys, 7);
    expect(() => sys.ioctl(s, SIOCOUTQ)).toThrow("EINVAL");
    expect(() => sys.ioctl(s, SIOCOUTQNSD)).toThrow("EINVAL");
    // It reads nothing, and its buffer is small.
    sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 4000);
    await sys.accept(s);
    await sys.sleep(5);
  });
  a.spawn("client", async (sys) => {
    const unused = sys.socket(AF_INET, SOCK_STREAM);
    expect([sys.ioctl(unused, SIOCOUTQ), sys.ioctl(unused, SIOCOUTQNSD)]).toEqual([0, 0]);
    const fd = await connectTo(sys);
    await sys.write(fd, "x".repeat(10_000));
    expect([sys.ioctl(fd, SIOCOUTQ)]).toEqual([10_000]);
    await sys.sleep(1);
    // 4000 bytes are in the peer's buffer; the rest has not been sent.
    expect([sys.ioctl(fd, SIOCOUTQ), sys.ioctl(fd, SIOCOUTQNSD)]).toEqual([6000, 6000]);
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
});
