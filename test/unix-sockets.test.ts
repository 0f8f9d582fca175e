/** Unix-domain sockets through the system calls: names, connections, datagrams, ends and errors, as Linux has them. */
import {
  AF_UNIX,
  AF_UNSPEC,
  formatNetstat,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  SA_RESTART,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SIGUSR1,
  SO_ACCEPTCONN,
  SO_ERROR,
  SO_PEERCRED,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The result of a call, or the name of its error. */
async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Calls of one process, short: send and receive text, without waiting, errors by name. */
function short(sys: Sys) {
  return {
    send: (fd: number, data: string) => outcome(() => sys.send(fd, data, MSG_DONTWAIT)),
    sendto: (fd: number, data: string, path: string) => outcome(() => sys.sendto(fd, data, { path }, MSG_DONTWAIT)),
    recv: async (fd: number, length = 100, flags = MSG_DONTWAIT) => {
      const buffer = new Uint8Array(length);
      return outcome(async () => text(buffer.subarray(0, await sys.recv(fd, buffer, flags))));
    },
    connect: (fd: number, path: string) => outcome(() => sys.connect(fd, { path })),
    ready: async (fd: number) => {
      const watched = { fd, events: POLLIN | POLLOUT | POLLRDHUP, revents: 0 };
      await sys.poll([watched], 0);
      return watched.revents;
    },
    pair: (type: number) => sys.socketpair(AF_UNIX, type),
    open: (type: number) => sys.socket(AF_UNIX, type),
    listener: (path: string, backlog = 10, type: number = SOCK_STREAM) => {
      const fd = sys.socket(AF_UNIX, type);
      sys.bind(fd, { path });
      sys.listen(fd, backlog);
      return fd;
    },
  };
}

/** Runs a program with the short calls. */
const run = (program: (calls: ReturnType<typeof short> & { sys: Sys }) => Promise<void>) =>
  runProgram((sys) => program({ ...short(sys), sys }));

describe("names", () => {
  test("path, abstract, none, and chosen by the kernel", async () => {
    await run(async ({ sys, open }) => {
      const [a, b, c] = [open(SOCK_STREAM), open(SOCK_DGRAM), open(SOCK_DGRAM)];
      expect(sys.getsockname(a)).toEqual({ family: AF_UNIX, path: "" });
      sys.bind(a, { path: "/tmp/s" });
      sys.bind(b, { path: "\0abstract" });
      sys.bind(c, { path: "" });
      expect(sys.getsockname(a)).toEqual({ family: AF_UNIX, path: "/tmp/s" });
      expect(sys.getsockname(b)).toEqual({ family: AF_UNIX, path: "\0abstract" });
      expect(sys.getsockname(c).path).toMatch(/^\0[0-9a-f]{5}$/);
      sys.bind(c, { path: "" });
    });
  });

  test("an abstract name is free when its socket is closed, a path is not", async () => {
    await run(async ({ sys, open }) => {
      for (const [path, again] of [
        ["\0name", undefined],
        ["/tmp/name", "EADDRINUSE"],
      ] as const) {
        const first = open(SOCK_STREAM);
        sys.bind(first, { path });
        expect(await outcome(() => sys.bind(open(SOCK_STREAM), { path }))).toBe("EADDRINUSE");
        expect(await outcome(() => sys.bind(first, { path: `${path}2` }))).toBe("EINVAL");
        sys.close(first);
        expect(await outcome(() => sys.bind(open(SOCK_STREAM), { path }))).toBe(again);
      }
    });
  });

  test("a path has at most 108 bytes; other endpoints are refused", async () => {
    await run(async ({ sys, open, connect }) => {
      const s = open(SOCK_STREAM);
      expect(await outcome(() => sys.bind(s, { path: "x".repeat(109) }))).toBe("EINVAL");
      expect(await outcome(() => sys.bind(s, { path: "é".repeat(55) }))).toBe("EINVAL");
      expect(await outcome(() => sys.bind(s, { address: "10.0.0.1", port: 1 }))).toBe("EINVAL");
      expect(await outcome(() => sys.bind(s, {} as never))).toBe("EINVAL");
      expect(await outcome(() => sys.bind(s, { path: 5 } as never))).toBe("EINVAL");
      sys.bind(s, { path: "x".repeat(108) });
      expect(await connect(s, "")).toBe("EINVAL");
      await expect(sys.connect(s, { path: "/tmp/nobody" })).rejects.toThrow(
        "ENOENT: no such file or directory, connect (3, /tmp/nobody)",
      );
    });
  });

  test("what is not there, is closed, does not listen or is of another type", async () => {
    await run(async ({ sys, open, connect, sendto, listener }) => {
      const [stream, datagram] = [open(SOCK_STREAM), open(SOCK_DGRAM)];
      expect(await sendto(datagram, "x", "/nowhere")).toBe("ENOENT");
      expect(await sendto(datagram, "x", "\0nowhere")).toBe("ECONNREFUSED");
      const deaf = open(SOCK_STREAM);
      sys.bind(deaf, { path: "deaf" });
      expect(await connect(stream, "deaf")).toBe("ECONNREFUSED");
      const l = listener("l");
      expect(await connect(datagram, "l")).toBe("EPROTOTYPE");
      expect(await connect(l, "l")).toBe("EINVAL");
      sys.close(l);
      expect(await connect(stream, "l")).toBe("ECONNREFUSED");
    });
  });
});

describe("a connection", () => {
  test("is made, names both ends, and carries bytes both ways", async () => {
    await run(async ({ sys, open, listener, send, recv }) => {
      const l = listener("/tmp/l");
      expect(sys.getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN)).toBe(1);
      const client = open(SOCK_STREAM);
      await sys.connect(client, { path: "/tmp/l" });
      expect(await send(client, "before accept")).toBe(13);
      const { fd: server, address } = await sys.accept(l);
      expect(address).toEqual({ family: AF_UNIX, path: "" });
      expect(sys.getpeername(client)).toEqual({ family: AF_UNIX, path: "/tmp/l" });
      expect(sys.getsockname(server)).toEqual({ family: AF_UNIX, path: "/tmp/l" });
      expect(sys.getpeername(server)).toEqual({ family: AF_UNIX, path: "" });
      expect(await recv(server)).toBe("before accept");
      expect(await send(server, "answer")).toBe(6);
      expect(await recv(client)).toBe("answer");
      expect(await outcome(() => sys.connect(client, { path: "/tmp/l" }))).toBe("EISCONN");
    });
  });

  test("accept waits for a client, connect for room in the queue", async () => {
    await run(async ({ sys, listener }) => {
      const l = listener("\0l", 0);
      const order: string[] = [];
      sys.fork(async (child) => {
        await child.sleep(1);
        for (const name of ["first", "second"]) {
          await child.connect(child.socket(AF_UNIX, SOCK_STREAM), { path: "\0l" });
          order.push(`${name} at ${child.clockGettime("CLOCK_MONOTONIC").seconds}`);
        }
      });
      await sys.sleep(5);
      await sys.accept(l);
      await sys.accept(l);
      await sys.wait();
      expect(order).toEqual(["first at 1", "second at 5"]);
    });
  });

  test("a queue holds its backlog and one more; then connect is EAGAIN without waiting", async () => {
    await run(async ({ sys, listener, connect }) => {
      const l = listener("l", 2);
      const open = () => sys.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
      expect(await Promise.all([1, 2, 3, 4].map(() => connect(open(), "l")))).toEqual([
        undefined,
        undefined,
        undefined,
        "EAGAIN",
      ]);
      sys.listen(l, 3);
      expect(await connect(open(), "l")).toBe(undefined);
      const timed = sys.socket(AF_UNIX, SOCK_STREAM);
      sys.setsockopt(timed, SOL_SOCKET, SO_SNDTIMEO, 2.5);
      expect(await connect(timed, "l")).toBe("EAGAIN");
      expect(sys.clockGettime("CLOCK_MONOTONIC")).toEqual({ seconds: 2, nanoseconds: 500_000_000 });
    });
  });

  test("accept4 marks the descriptor; errors are those of accept(2) and listen(2)", async () => {
    await run(async ({ sys, open, listener, connect }) => {
      const l = listener("l");
      expect(await connect(open(SOCK_STREAM), "l")).toBe(undefined);
      const { fd } = await sys.accept4(l, SOCK_NONBLOCK | SOCK_CLOEXEC);
      expect([sys.fcntl(fd, 1), sys.fcntl(fd, 3) & 0o4000]).toEqual([1, 0o4000]);
      expect(await outcome(() => sys.accept4(l, 1))).toBe("EINVAL");
      expect(await outcome(() => sys.accept(open(SOCK_STREAM)))).toBe("EINVAL");
      expect(await outcome(() => sys.accept(open(SOCK_DGRAM)))).toBe("EOPNOTSUPP");
      expect(await outcome(() => sys.listen(open(SOCK_DGRAM), 1))).toBe("EOPNOTSUPP");
      expect(await outcome(() => sys.listen(open(SOCK_STREAM), 1))).toBe("EINVAL");
      sys.setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, 1);
      expect(await outcome(() => sys.accept(l))).toBe("EAGAIN");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(1);
    });
  });

  test("a listener that is closed resets who waits in its queue; one that is shut down ends accept", async () => {
    await run(async ({ sys, open, listener, connect, send, recv }) => {
      const l = listener("l");
      const client = open(SOCK_STREAM);
      await connect(client, "l");
      sys.close(l);
      expect(await send(client, "x")).toBe("EPIPE");
      expect([await recv(client), await recv(client)]).toEqual(["ECONNRESET", ""]);
      const other = listener("other");
      const accepting = outcome(() => sys.accept(other));
      sys.shutdown(other, SHUT_RD);
      expect(await accepting).toBe("EINVAL");
    });
  });

  test("knows who was at the other end", async () => {
    await run(async ({ sys, open, listener }) => {
      const l = listener("l");
      sys.chmod("l", 0o777);
      const nobody = { pid: 0, uid: -1, gid: -1 };
      expect(sys.getsockopt(open(SOCK_STREAM), SOL_SOCKET, SO_PEERCRED)).toEqual(nobody);
      const spawned = sys.spawn(
        async (client) => {
          const s = client.socket(AF_UNIX, SOCK_STREAM);
          await client.connect(s, { path: "l" });
          expect(client.getsockopt(s, SOL_SOCKET, SO_PEERCRED)).toEqual({ pid: sys.getpid(), uid: 0, gid: 0 });
        },
        { uid: 7, gid: 8 },
      );
      const { fd } = await sys.accept(l);
      expect(sys.getsockopt(fd, SOL_SOCKET, SO_PEERCRED)).toEqual({ pid: spawned, uid: 7, gid: 8 });
    });
  });
});

describe("a stream", () => {
  test("blocks its writer when the buffer is full, after as many bytes as on Linux", async () => {
    await run(async ({ sys, pair }) => {
      const fill = async (pieceBytes: number) => {
        const [a] = pair(SOCK_STREAM);
        const piece = new Uint8Array(pieceBytes);
        let total = 0;
        for (;;) {
          const sent = await outcome(() => sys.send(a, piece, MSG_DONTWAIT));
          if (typeof sent === "string") return total;
          total += sent;
        }
      };
      expect([await fill(1), await fill(65_536)]).toEqual([278, 233_152]);
      const [a, b] = pair(SOCK_STREAM);
      const writing = sys.write(a, new Uint8Array(1_000_000));
      let received = 0;
      const buffer = new Uint8Array(50_000);
      while (received < 1_000_000) received += await sys.read(b, buffer);
      expect([await writing, received]).toEqual([1_000_000, 1_000_000]);
    });
  });

  test("has no boundaries; MSG_PEEK leaves bytes, MSG_WAITALL waits for all", async () => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_STREAM);
      for (const piece of ["ab", "", "cde", "f"]) await send(a, piece);
      expect(await recv(b, 4, MSG_PEEK)).toBe("abcd");
      expect(await recv(b, 3)).toBe("abc");
      const all = recv(b, 6, MSG_WAITALL);
      sys.fork(async (child) => {
        for (const piece of ["g", "hi", "jk"]) {
          await child.sleep(1);
          await child.send(a, piece);
        }
      });
      expect(await all).toBe("defghi");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(2);
      await send(a, "l");
      const [c, d] = pair(SOCK_STREAM);
      await send(c, "last");
      sys.close(c);
      expect(await recv(d, 100, MSG_WAITALL)).toBe("last");
      const end = recv(b, 100, MSG_WAITALL);
      await sys.wait();
      sys.close(a);
      expect(await end).toBe("ljk");
    });
  });

  test.each([
    ["without SA_RESTART", 0],
    ["with SA_RESTART", SA_RESTART],
  ])("loses and invents no bytes when a handler interrupts a call that has done a part, %s", async (_name, flags) => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_STREAM);
      sys.sigaction(SIGUSR1, { handler: () => {}, flags });
      const interrupter = () =>
        sys.fork(async (child) => {
          await child.sleep(1);
          await child.kill(child.getppid(), SIGUSR1);
        });
      await send(a, "ab");
      interrupter();
      expect(await recv(b, 6, MSG_WAITALL)).toBe("ab");
      interrupter();
      const sent = await sys.send(a, new Uint8Array(1_000_000));
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(1_000_000);
      sys.shutdown(a, SHUT_WR);
      let received = 0;
      for (let bytes = -1; bytes !== 0; received += bytes) bytes = await sys.read(b, new Uint8Array(100_000));
      expect(received).toBe(sent);
    });
  });

  test("SO_RCVLOWAT: a call waits for so many bytes, to its timeout or the end; poll and who only looks don't", async () => {
    await run(async ({ sys, pair, send, recv, ready }) => {
      const [a, b] = pair(SOCK_STREAM);
      sys.setsockopt(b, SOL_SOCKET, SO_RCVLOWAT, 4);
      sys.setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, 10);
      const buffer = new Uint8Array(100);
      const seconds = () => sys.clockGettime("CLOCK_MONOTONIC").seconds;
      await send(a, "ab");
      expect(await ready(b)).toBe(POLLIN | POLLOUT);
      expect(await recv(b, 100, MSG_PEEK)).toBe("ab");
      expect([await sys.read(b, buffer), seconds()]).toEqual([2, 10]);
      await send(a, "ab");
      expect(await sys.read(b, buffer.subarray(0, 1))).toBe(1);
      expect(await recv(b)).toBe("b");
      sys.fork(async (child) => {
        for (const piece of ["ab", "cde", "f"]) {
          await child.sleep(1);
          await child.send(a, piece);
        }
        child.shutdown(a, SHUT_WR);
      });
      expect([await sys.read(b, buffer), seconds()]).toEqual([5, 12]);
      expect([await recv(b, 100, 0), seconds()]).toEqual(["f", 13]);
      const [c, d] = pair(SOCK_SEQPACKET);
      sys.setsockopt(d, SOL_SOCKET, SO_RCVLOWAT, 4);
      await send(c, "x");
      expect(await sys.read(d, buffer)).toBe(1);
    });
  });

  test.each([SOCK_DGRAM, SOCK_SEQPACKET])(
    "SO_TIMESTAMP tells when a message of type %i was sent, or received if nobody asked before",
    async (type) => {
      await run(async ({ sys, pair, send }) => {
        const [a, b] = pair(type);
        const { seconds: epoch } = sys.clockGettime("CLOCK_REALTIME");
        await send(a, "before");
        sys.setsockopt(b, SOL_SOCKET, SO_TIMESTAMP, 1);
        await sys.sleep(1);
        await send(a, "after");
        await sys.sleep(2);
        const stamp = (option: number, value: object) => [{ level: SOL_SOCKET, type: option, value }];
        const get = (controlBytes?: number) => sys.recvmsg(b, new Uint8Array(10), 0, controlBytes);
        expect((await get()).control).toEqual(stamp(SO_TIMESTAMP, { seconds: epoch + 3, microseconds: 0 }));
        expect((await get()).control).toEqual(stamp(SO_TIMESTAMP, { seconds: epoch + 1, microseconds: 0 }));
        await send(a, "no room");
        expect(await get(16)).toMatchObject({ control: [], flags: MSG_CTRUNC });
        sys.setsockopt(b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
        await send(a, "ns");
        expect((await get()).control).toEqual(stamp(SO_TIMESTAMPNS, { seconds: epoch + 3, nanoseconds: 0 }));
        sys.setsockopt(b, SOL_SOCKET, SO_TIMESTAMPNS, 0);
        await send(a, "none");
        expect((await get()).control).toEqual([]);
      });
    },
  );

  test("ends when its peer is closed; what was never read is a reset, once", async () => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_STREAM);
      await send(b, "abc");
      sys.close(b);
      expect([await recv(a), await recv(a), await send(a, "x")]).toEqual(["abc", "", "EPIPE"]);
      const [c, d] = pair(SOCK_STREAM);
      await send(d, "abc");
      await send(c, "lost");
      sys.close(d);
      expect([await send(c, "x"), await recv(c), await recv(c), await recv(c)]).toEqual([
        "EPIPE",
        "abc",
        "ECONNRESET",
        "",
      ]);
      expect(await send(c, "")).toBe("EPIPE");
    });
  });

  test("is shut down each way", async () => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_STREAM);
      await send(a, "last");
      sys.shutdown(a, SHUT_WR);
      expect([await send(a, "x"), await recv(b), await recv(b)]).toEqual(["EPIPE", "last", ""]);
      expect([await send(b, "other way"), await recv(a)]).toEqual([9, "other way"]);
      sys.shutdown(a, SHUT_RD);
      expect(await send(b, "x")).toBe("EPIPE");
      expect(await outcome(() => sys.shutdown(a, 3))).toBe("EINVAL");
      sys.shutdown(sys.socket(AF_UNIX, SOCK_STREAM), SHUT_RDWR);
    });
  });

  test("that is not connected sends ENOTCONN and receives EINVAL; one that is takes no address", async () => {
    await run(async ({ sys, pair, open, send, recv, sendto }) => {
      const s = open(SOCK_STREAM);
      expect([await send(s, "x"), await recv(s), await sendto(s, "x", "p")]).toEqual([
        "ENOTCONN",
        "EINVAL",
        "EOPNOTSUPP",
      ]);
      expect(await outcome(() => sys.getpeername(s))).toBe("ENOTCONN");
      expect(await sendto(pair(SOCK_STREAM)[0], "x", "p")).toBe("EISCONN");
    });
  });

  test("a receiver that waits no longer than SO_RCVTIMEO is told EAGAIN", async () => {
    await run(async ({ sys, pair }) => {
      const [a, b] = pair(SOCK_STREAM);
      sys.setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, 0.25);
      expect(sys.getsockopt(a, SOL_SOCKET, SO_RCVTIMEO)).toBe(0.25);
      expect(await outcome(() => sys.read(a, new Uint8Array(1)))).toBe("EAGAIN");
      sys.setsockopt(b, SOL_SOCKET, SO_SNDTIMEO, 0.25);
      expect(await outcome(() => sys.write(b, new Uint8Array(1_000_000)))).toBe(219_264);
      expect(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds).toBe(500_000_000);
    });
  });
});

describe("seqpacket", () => {
  test("keeps boundaries, empty messages too, and says when one was cut", async () => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_SEQPACKET);
      for (const message of ["one", "", "three"]) await send(a, message);
      expect([await recv(b), await recv(b)]).toEqual(["one", ""]);
      expect(await sys.recv(b, new Uint8Array(2), MSG_TRUNC | MSG_PEEK)).toBe(5);
      expect((await sys.recvmsg(b, new Uint8Array(2))).flags).toBe(MSG_TRUNC);
      expect(await recv(b)).toBe("EAGAIN");
    });
  });

  test("is connected and accepted as a stream, and ends as Linux ends it", async () => {
    await run(async ({ sys, open, listener, connect, send, recv, pair }) => {
      const l = listener("l", 1, SOCK_SEQPACKET);
      const client = open(SOCK_SEQPACKET);
      expect([await send(client, "x"), await recv(client)]).toEqual(["ENOTCONN", "ENOTCONN"]);
      expect(await connect(open(SOCK_STREAM), "l")).toBe("EPROTOTYPE");
      expect(await connect(client, "l")).toBe(undefined);
      const { fd } = await sys.accept(l);
      // An address is passed over.
      expect(await sys.sendto(client, "hello", { path: "whatever" })).toBe(5);
      expect(await recv(fd)).toBe("hello");
      const [a, b] = pair(SOCK_SEQPACKET);
      await send(b, "abc");
      await send(a, "lost");
      sys.close(b);
      expect([await recv(a), await recv(a), await recv(a), await send(a, "x")]).toEqual([
        "ECONNRESET",
        "abc",
        "",
        "EPIPE",
      ]);
    });
  });
});

describe("datagrams", () => {
  test("come whole, in order, with their sender's name", async () => {
    await run(async ({ sys, open }) => {
      const [a, b] = [open(SOCK_DGRAM), open(SOCK_DGRAM)];
      sys.bind(a, { path: "/tmp/a" });
      const buffer = new Uint8Array(100);
      await sys.sendto(b, "from nobody", { path: "/tmp/a" });
      expect(await sys.recvfrom(a, buffer)).toEqual({ bytes: 11, source: { family: AF_UNIX, path: "" } });
      await sys.sendto(b, "named later", { path: "/tmp/a" });
      sys.bind(b, { path: "\0b" });
      await sys.sendto(b, "from b", { path: "/tmp/a" });
      // As on Linux, the name is looked up by the receiver.
      expect(await sys.recvfrom(a, buffer)).toEqual({ bytes: 11, source: { family: AF_UNIX, path: "\0b" } });
      expect(await sys.recvfrom(a, buffer)).toEqual({ bytes: 6, source: { family: AF_UNIX, path: "\0b" } });
    });
  });

  test("a full queue blocks the sender until something is received", async () => {
    await run(async ({ sys, open, sendto, ready }) => {
      const [receiver, sender] = [open(SOCK_DGRAM), open(SOCK_DGRAM)];
      sys.bind(receiver, { path: "r" });
      for (let i = 0; i < 11; i++) expect(await sendto(sender, "x", "r")).toBe(1);
      expect(await sendto(sender, "x", "r")).toBe("EAGAIN");
      await sys.connect(sender, { path: "r" });
      expect(await ready(sender)).toBe(0);
      sys.fork(async (child) => {
        await child.sleep(3);
        await child.recv(receiver, new Uint8Array(1));
      });
      await sys.send(sender, "x");
      expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(3);
      const polled = sys.poll([{ fd: sender, events: POLLOUT }], -1);
      await sys.recv(receiver, new Uint8Array(1));
      expect(await polled).toBe(1);
    });
  });

  test("between two that are each other's peers the sender's buffer is the bound", async () => {
    await run(async ({ sys, pair, send }) => {
      const [a] = pair(SOCK_DGRAM);
      let sent = 0;
      while ((await send(a, "x")) === 1) sent++;
      expect(sent).toBe(278);
      expect(await outcome(() => sys.send(a, new Uint8Array(212_961)))).toBe("EMSGSIZE");
      sys.setsockopt(a, SOL_SOCKET, SO_SNDBUF, 2304);
      expect(await outcome(() => sys.send(a, new Uint8Array(4577)))).toBe("EMSGSIZE");
    });
  });

  test("a connected one hears its peer only, until it is disconnected", async () => {
    await run(async ({ sys, open, sendto, connect }) => {
      const [a, b, stranger] = [open(SOCK_DGRAM), open(SOCK_DGRAM), open(SOCK_DGRAM)];
      sys.bind(a, { path: "a" });
      sys.bind(b, { path: "b" });
      await sys.connect(a, { path: "b" });
      expect([await sendto(stranger, "x", "a"), await connect(stranger, "a")]).toEqual(["EPERM", "EPERM"]);
      expect(await sendto(b, "x", "a")).toBe(1);
      await sys.connect(a, { family: AF_UNSPEC });
      expect(await sendto(stranger, "x", "a")).toBe(1);
    });
  });

  test("to a socket that is closed are refused; one that changes its peer loses what waits", async () => {
    await run(async ({ sys, pair, open, send, recv }) => {
      const [a, b] = pair(SOCK_DGRAM);
      sys.close(b);
      expect([await send(a, "x"), await send(a, "x")]).toEqual(["ECONNREFUSED", "ENOTCONN"]);
      const [c, d] = pair(SOCK_DGRAM);
      const other = open(SOCK_DGRAM);
      sys.bind(other, { path: "other" });
      await send(d, "lost");
      await sys.connect(c, { path: "other" });
      expect(await recv(c)).toBe("EAGAIN");
      expect(sys.getsockopt(d, SOL_SOCKET, SO_ERROR)).toBe(104);
    });
  });

  test("a receiver that is shut down: EPIPE for senders, end-of-file for who would wait", async () => {
    await run(async ({ sys, pair, send, recv }) => {
      const [a, b] = pair(SOCK_DGRAM);
      sys.shutdown(b, SHUT_RD);
      expect([await send(a, "x"), await recv(b), await recv(b, 1, 0)]).toEqual(["EPIPE", "EAGAIN", ""]);
    });
  });
});

describe("details that Linux has in another way than one would guess", () => {
  test("each type of socket has abstract names of its own", async () => {
    await run(async ({ sys, open, connect }) => {
      sys.bind(open(SOCK_STREAM), { path: "\0name" });
      sys.bind(open(SOCK_DGRAM), { path: "\0name" });
      expect(await connect(open(SOCK_SEQPACKET), "\0name")).toBe("ECONNREFUSED");
    });
  });

  test("a datagram that is too long, or a socket that is shut down, is found before the missing peer", async () => {
    await run(async ({ sys, open, send }) => {
      const s = open(SOCK_DGRAM);
      expect([await send(s, "x".repeat(212_961)), await send(s, "x")]).toEqual(["EMSGSIZE", "ENOTCONN"]);
      sys.shutdown(s, SHUT_WR);
      expect(await send(s, "x")).toBe("EPIPE");
    });
  });

  test("an empty message that was never read is no reset; accept on a listener that is shut down may be EAGAIN", async () => {
    await run(async ({ sys, pair, send, recv, listener }) => {
      const [a, b] = pair(SOCK_SEQPACKET);
      await send(a, "");
      sys.close(b);
      expect(await recv(a)).toBe("");
      const l = listener("l");
      sys.shutdown(l, SHUT_RD);
      expect(await outcome(() => sys.accept(l))).toBe("EINVAL");
      sys.fcntl(l, 4, SOCK_NONBLOCK);
      expect(await outcome(() => sys.accept(l))).toBe("EAGAIN");
    });
  });
});

test("readiness is that of Linux in each state", async () => {
  await run(async ({ sys, pair, open, ready, send }) => {
    expect([await ready(open(SOCK_STREAM)), await ready(open(SOCK_DGRAM)), await ready(open(SOCK_SEQPACKET))]).toEqual([
      POLLOUT | POLLHUP,
      POLLOUT,
      POLLOUT | POLLHUP,
    ]);
    const [a, b] = pair(SOCK_STREAM);
    expect(await ready(a)).toBe(POLLOUT);
    sys.shutdown(b, SHUT_WR);
    expect(await ready(a)).toBe(POLLIN | POLLOUT | POLLRDHUP);
    sys.close(b);
    expect(await ready(a)).toBe(POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    const [c, d] = pair(SOCK_STREAM);
    await send(c, "x");
    sys.close(d);
    expect(await ready(c)).toBe(POLLIN | POLLOUT | POLLRDHUP | POLLHUP | POLLERR);
  });
});

test("lsof and netstat show them", async () => {
  const { world, alice } = oneHost();
  alice.spawn("server", async (sys) => {
    const { listener, open, connect } = short(sys);
    listener("/tmp/l", 5);
    sys.bind(open(SOCK_DGRAM), { path: "\0d" });
    await connect(open(SOCK_STREAM), "/tmp/l");
    const rows = alice.lsof().filter(({ type }) => type === "unix");
    expect(rows.map(({ name }) => name)).toEqual([
      "/tmp/l type=STREAM (LISTEN)",
      "@d type=DGRAM",
      "socket type=STREAM (CONNECTED)",
    ]);
    const sockets = alice.netstat().unixSockets;
    expect(sockets.map(({ type, state, path, receiveQueue }) => [type, state, path, receiveQueue])).toEqual([
      ["STREAM", "LISTENING", "/tmp/l", 1],
      ["DGRAM", "", "@d", 0],
      ["STREAM", "CONNECTED", "", 0],
      ["STREAM", "CONNECTED", "/tmp/l", 0],
    ]);
    expect(sockets[2]?.peerInode).toBe(sockets[3]?.inode);
    expect(formatNetstat(alice.netstat())).toContain("unix   STREAM  LISTENING       1       5");
  });
  expect((await world.run()).crashes).toEqual([]);
  expect(alice.netstat().unixSockets).toEqual([]);
});
