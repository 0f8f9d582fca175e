/** What the flags of send(2) and recv(2) mean to TCP, and its urgent byte: each dialogue was played on Linux 6.18, with these results. */
import {
  EPOLL_CTL_ADD,
  EPOLLET,
  EPOLLOUT,
  FIONREAD,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  POLLIN,
  POLLOUT,
  POLLPRI,
  SHUT_WR,
  SIOCATMARK,
  SO_ERROR,
  SO_LINGER,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_SNDBUF,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { connectTo, listenOn } from "./support/tcp.ts";
import { runProgram } from "./support/world.ts";

const LOCAL = { address: "127.0.0.1", port: 7 };

/** Both ends of a connection over lo, in one process. */
async function connection(sys: Sys): Promise<{ client: number; server: number }> {
  const listener = listenOn(sys, 7);
  const client = await connectTo(sys, LOCAL);
  return { client, server: (await sys.accept(listener)).fd };
}

const seconds = (sys: Sys): number => {
  const now = sys.clockGettime("CLOCK_MONOTONIC");
  return now.seconds + now.nanoseconds / 1e9;
};

/** What a call with so much room gives: its bytes, or its error. */
async function received(sys: Sys, fd: number, length: number, flags: number): Promise<string> {
  const buffer = new Uint8Array(length);
  return sys.recv(fd, buffer, flags).then(
    (count) => `'${new TextDecoder().decode(buffer.subarray(0, count))}'`,
    (error) => error.code,
  );
}

const HOW = { o: MSG_OOB, p: MSG_PEEK, q: MSG_OOB | MSG_PEEK, e: MSG_ERRQUEUE };

/**
 * "!ab" sends with MSG_OOB; "5" receives up to so many, "5o" with MSG_OOB, "5p" MSG_PEEK, "5q" both, "5e" MSG_ERRQUEUE; "@" tells
 * SIOCATMARK, FIONREAD and what poll() says; "shut" ends what the peer sends, "inline" sets SO_OOBINLINE.
 */
async function play(sys: Sys, steps: string): Promise<string> {
  const { client, server } = await connection(sys);
  const results: string[] = [];
  for (const step of steps.split(" ")) {
    if (step === "@") {
      const watched = [{ fd: server, events: POLLIN | POLLPRI | POLLOUT, revents: 0 }];
      await sys.poll(watched, 0);
      results.push([sys.ioctl(server, SIOCATMARK), sys.ioctl(server, FIONREAD), watched[0]?.revents].join("/"));
    } else if (step === "shut") {
      sys.shutdown(client, SHUT_WR);
    } else if (step === "inline") {
      sys.setsockopt(server, SOL_SOCKET, SO_OOBINLINE, 1);
    } else if (/^\d/.test(step)) {
      const flags = HOW[step.at(-1) as "o"] ?? 0;
      results.push(await received(sys, server, Number.parseInt(step, 10), flags | MSG_DONTWAIT));
    } else {
      const isUrgent = step.startsWith("!");
      await sys.send(client, step.slice(Number(isUrgent)), (isUrgent ? MSG_OOB : 0) | MSG_NOSIGNAL);
    }
    await sys.sleep(0.001);
  }
  return results.join(" ");
}

test.each([
  ["abc !DE fgh @ 10p 1q 10 @ 1o 1o @ 10 @", "0/4/7 'abcD' 'E' 'abcD' 1/0/7 'E' EINVAL 1/0/5 'fgh' 0/0/4"],
  ["!Q @ 10 @", "1/0/6 EAGAIN 0/0/4"],
  ["!Q shut @ 10 @", "1/0/7 '' 0/0/5"],
  ["ab !X 1o @ cd 2 @ 10 @", "'X' 0/2/5 'ab' 1/0/5 'cd' 0/0/4"],
  ["ab !X cd 10 @ 0 0p @ 0o 1o 10", "'ab' 1/0/7 '' '' 1/0/7 '' EINVAL 'cd'"],
  ["ab !X 1o inline 10 10", "'X' 'ab' 'X'"],
  ["!a !b 1o @ 10 @", "'b' 1/0/4 EAGAIN 0/0/4"],
  ["abc !D inline @ 10 @ 10 @", "0/4/7 'abc' 1/1/7 'D' 0/0/4"],
  ["hello 5e @ 5", "EAGAIN 0/5/5 'hello'"],
])("%s", async (steps, results) => {
  await runProgram(async (sys) => {
    expect(await play(sys, steps)).toBe(results);
    return 0;
  });
});

test("an urgent byte that MSG_OOB alone has read is unread data to close(2)", async () => {
  await runProgram(async (sys) => {
    const { client, server } = await connection(sys);
    await sys.send(client, "u", MSG_OOB);
    expect(await received(sys, server, 1, MSG_OOB)).toBe("'u'");
    sys.close(server);
    expect(await received(sys, client, 1, 0)).toBe("ECONNRESET");
    return 0;
  });
});

test("MSG_TRUNC counts bytes and leaves the buffer alone", async () => {
  await runProgram(async (sys) => {
    const { client, server } = await connection(sys);
    await sys.send(client, "hello");
    const buffer = new Uint8Array(3);
    expect(await sys.recv(server, buffer, MSG_TRUNC | MSG_PEEK)).toBe(3);
    expect(await sys.recv(server, buffer, MSG_TRUNC)).toBe(3);
    expect(buffer).toEqual(new Uint8Array(3));
    expect(await received(sys, server, 9, 0)).toBe("'lo'");
    return 0;
  });
});

describe("MSG_PEEK waits as a read does", () => {
  test("with MSG_WAITALL until all have come", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      await sys.send(client, "abc");
      let seen = "";
      const looking = received(sys, server, 10, MSG_PEEK | MSG_WAITALL).then((text) => {
        seen = text;
      });
      await sys.sleep(0.3);
      expect(seen).toBe("");
      await sys.send(client, "defghijkl");
      await looking;
      expect(seen).toBe("'abcdefghij'");
      expect(await received(sys, server, 20, 0)).toBe("'abcdefghijkl'");
      return 0;
    });
  });

  test("for SO_RCVLOWAT, until SO_RCVTIMEO or the end of the stream", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      sys.setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, 0.3);
      sys.setsockopt(server, SOL_SOCKET, SO_RCVLOWAT, 10);
      await sys.send(client, "abc");
      const begun = seconds(sys);
      expect(await received(sys, server, 20, MSG_PEEK)).toBe("'abc'");
      expect(seconds(sys) - begun).toBeCloseTo(0.3);
      sys.close(client);
      await sys.sleep(0.01);
      const ended = seconds(sys);
      expect(await received(sys, server, 20, MSG_PEEK | MSG_WAITALL)).toBe("'abc'");
      expect(seconds(sys)).toBe(ended);
      return 0;
    });
  });

  test("but not over the mark", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      await sys.send(client, "ab");
      await sys.send(client, "X", MSG_OOB);
      await sys.send(client, "cd");
      await sys.sleep(0.01);
      expect(await received(sys, server, 10, MSG_PEEK | MSG_WAITALL)).toBe("'ab'");
      return 0;
    });
  });
});

describe("room to send is news to who has found none: sk_stream_write_space", () => {
  /** Sends until there is no room, and answers how much went. */
  async function fill(sys: Sys, fd: number): Promise<number> {
    for (let sent = 0; ; ) {
      const result = await sys.send(fd, new Uint8Array(10_000), MSG_DONTWAIT).catch(() => -1);
      if (result < 0) return sent;
      sent += result;
    }
  }

  async function drain(sys: Sys, fd: number, bytes: number): Promise<void> {
    const buffer = new Uint8Array(65_536);
    for (let got = 0; got < bytes; ) got += await sys.read(fd, buffer);
    await sys.sleep(0.1);
  }

  const watch = (sys: Sys, fd: number, events: number): number => {
    const ep = sys.epollCreate1();
    sys.epollCtl(ep, EPOLL_CTL_ADD, fd, { events });
    return ep;
  };

  test("edge-triggered epoll tells of no acknowledgment, and once of a full buffer that has emptied", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      const ep = watch(sys, client, EPOLLOUT | EPOLLET);
      const edges = async () => (await sys.epollWait(ep, 9, 0)).length;
      expect(await edges()).toBe(1);
      for (let count = 0; count < 2; count++) {
        await sys.send(client, "x");
        await sys.sleep(0.1);
        expect(await edges()).toBe(0);
      }
      const sent = await fill(sys, client);
      expect(await edges()).toBe(0);
      await drain(sys, server, 2 + sent);
      expect([await edges(), await edges()]).toEqual([1, 0]);
      return 0;
    });
  });

  test("a poll, a select and a level-triggered epoll that have found none are woken, and so is a writer", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      sys.setsockopt(client, SOL_SOCKET, SO_SNDBUF, 20_000);
      const ep = watch(sys, client, EPOLLOUT);
      expect(await sys.epollWait(ep, 9, 0)).toHaveLength(1);
      for (const wait of [
        () => sys.poll([{ fd: client, events: POLLOUT }], 5000),
        async () => (await sys.select({ write: [client] }, 5000)).count,
        async () => (await sys.epollWait(ep, 9, 5000)).length,
        () => sys.send(client, "x"),
      ]) {
        const sent = await fill(sys, client);
        const waiting = wait();
        await sys.sleep(0.1);
        await drain(sys, server, sent);
        expect(await waiting).toBe(1);
      }
      return 0;
    });
  });

  test("a buffer that is no longer writable, though no send was refused, is one that a poll finds full", async () => {
    await runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      sys.setsockopt(server, SOL_SOCKET, SO_RCVBUF, 4000);
      sys.setsockopt(client, SOL_SOCKET, SO_SNDBUF, 20_000);
      const watched = { fd: client, events: POLLOUT, revents: 0 };
      let sent = 0;
      while ((await sys.poll([watched], 0)) > 0) sent += await sys.send(client, new Uint8Array(3000), MSG_DONTWAIT);
      const waiting = sys.poll([watched], 5000);
      await drain(sys, server, sent);
      expect(await waiting).toBe(1);
      return 0;
    });
  });
});

test("accept(2) names the peer of a connection that was reset meanwhile", async () => {
  await runProgram(async (sys) => {
    const listener = listenOn(sys, 7);
    const client = await connectTo(sys, LOCAL);
    const { port } = sys.getsockname(client) as { port: number };
    await sys.send(client, "abc");
    sys.setsockopt(client, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
    sys.close(client);
    await sys.sleep(0.01);
    const { fd, address } = await sys.accept(listener);
    expect(address).toMatchObject({ address: "127.0.0.1", port });
    expect(() => sys.getpeername(fd)).toThrow("ENOTCONN");
    expect(await received(sys, fd, 10, MSG_ERRQUEUE)).toBe("EAGAIN");
    expect(await received(sys, fd, 10, 0)).toBe("'abc'");
    expect(sys.getsockopt(fd, SOL_SOCKET, SO_ERROR)).toBe(104);
    return 0;
  });
});
