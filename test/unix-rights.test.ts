/** What goes with a message: descriptors, credentials; and the collector of sockets that only messages refer to. */

import fc from "fast-check";
import {
  AF_INET,
  AF_UNIX,
  F_GETFD,
  FD_CLOEXEC,
  type Host,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_PEEK,
  SO_PASSCRED,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const pair = (sys: Sys, type: number = SOCK_STREAM) => sys.socketpair(AF_UNIX, type);
const pass = (sys: Sys, fd: number, rights: readonly number[], data = "x") => sys.sendmsg(fd, { data, rights });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Runs a program; the host stays to be looked at. */
async function run(program: (sys: Sys, alice: Host) => Promise<void>): Promise<Host> {
  const { world, alice } = oneHost();
  alice.spawn("program", (sys) => program(sys, alice));
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  return alice;
}

describe("descriptor passing", () => {
  test("gives another process the same open file", async () => {
    await runProgram(async (sys) => {
      const [ours, theirs] = pair(sys);
      sys.fork(async (child) => {
        const [readEnd, writeEnd] = child.pipe();
        await pass(child, theirs, [readEnd, writeEnd], "a pipe");
        await child.write(writeEnd, "through the pipe");
      });
      await sys.wait();
      const buffer = new Uint8Array(100);
      const { bytes, rights, flags } = await sys.recvmsg(ours, buffer);
      expect([text(buffer.subarray(0, bytes)), rights.length, flags]).toEqual(["a pipe", 2, 0]);
      expect(await sys.read(rights[0] as number, buffer)).toBe(16);
      // The sender is gone: this is the last write end.
      sys.close(rights[1] as number);
      expect(await sys.read(rights[0] as number, buffer)).toBe(0);
    });
  });

  test("ends a read on a stream, and goes with its first byte", async () => {
    await runProgram(async (sys) => {
      const [a, b] = pair(sys);
      await sys.send(a, "ab");
      await pass(sys, a, [0], "cd");
      await sys.send(a, "ef");
      const buffer = new Uint8Array(100);
      expect(await sys.recvmsg(b, buffer)).toMatchObject({ bytes: 4, rights: [5] });
      expect(await sys.recvmsg(b, buffer)).toMatchObject({ bytes: 2, rights: [] });
      await pass(sys, a, [0], "cd");
      expect(await sys.recvmsg(b, new Uint8Array(1), MSG_PEEK)).toMatchObject({ bytes: 1, rights: [6] });
      expect(await sys.recvmsg(b, new Uint8Array(1))).toMatchObject({ bytes: 1, rights: [7] });
      expect(await sys.recvmsg(b, new Uint8Array(1))).toMatchObject({ bytes: 1, rights: [] });
    });
  });

  test("is cut to the control buffer and to the descriptor table, and says so", async () => {
    await runProgram(async (sys) => {
      const [a, b] = pair(sys);
      const buffer = new Uint8Array(100);
      await pass(sys, a, [0, 1]);
      expect(await sys.recvmsg(b, buffer, MSG_CMSG_CLOEXEC, 20)).toMatchObject({
        rights: [5],
        flags: MSG_CTRUNC | MSG_CMSG_CLOEXEC,
      });
      expect(sys.fcntl(5, F_GETFD)).toBe(FD_CLOEXEC);
      await pass(sys, a, [0]);
      expect(await sys.recvmsg(b, buffer, 0, 0)).toMatchObject({ rights: [], flags: MSG_CTRUNC });
      while (sys.dup(0) < 1023);
      await pass(sys, a, [0]);
      expect(await sys.recvmsg(b, buffer)).toMatchObject({ rights: [], flags: MSG_CTRUNC });
    });
  });

  test("closes what a receiver without recvmsg gets, or nobody receives", async () => {
    const alice = await run(async (sys) => {
      const [a, b] = pair(sys);
      const [readEnd, writeEnd] = sys.pipe();
      await pass(sys, a, [writeEnd]);
      sys.close(writeEnd);
      await sys.recv(b, new Uint8Array(10));
      expect(await sys.read(readEnd, new Uint8Array(1))).toBe(0);
      const [otherRead, otherWrite] = sys.pipe();
      await pass(sys, a, [otherWrite]);
      sys.close(otherWrite);
      sys.close(b);
      expect(await sys.read(otherRead, new Uint8Array(1))).toBe(0);
    });
    expect(alice.unix.inFlight.total).toBe(0);
  });

  test("refuses what is not there, too many at a time, and other kinds of sockets", async () => {
    await runProgram(async (sys) => {
      const [a] = pair(sys);
      await expect(pass(sys, a, [99])).rejects.toThrow("EBADF");
      await expect(pass(sys, a, new Array<number>(254).fill(0))).rejects.toThrow("EINVAL");
      await expect(pass(sys, sys.socket(AF_INET, SOCK_DGRAM), [0])).rejects.toThrow("EINVAL");
      await expect(pass(sys, 0, [0])).rejects.toThrow("ENOTSOCK");
      await expect(sys.sendmsg(a, { data: 5 as never })).rejects.toThrow("EFAULT");
      await expect(sys.sendmsg(a, undefined as never)).rejects.toThrow("EFAULT");
      await expect(sys.recvmsg(a, 5 as never)).rejects.toThrow("EFAULT");
    });
  });

  test("ETOOMANYREFS: a user has no more than a process may have open; nothing is kept of what was refused", async () => {
    const { world, alice } = oneHost();
    alice.spawn(
      "user",
      async (sys) => {
        const hundred = new Array<number>(100).fill(0);
        for (let i = 0; i < 11; i++) await pass(sys, pair(sys)[0], hundred);
        await expect(pass(sys, pair(sys)[0], [0])).rejects.toThrow("ETOOMANYREFS");
        expect(alice.unix.inFlight.total).toBe(1100);
      },
      { uid: 1000 },
    );
    expect((await world.run()).crashes).toEqual([]);
    expect(alice.unix.inFlight.total).toBe(0);
  });

  test("a blocked sender holds what it sends; a message of pieces arrives as one", async () => {
    await runProgram(async (sys) => {
      const [a, b] = pair(sys, SOCK_DGRAM);
      const [readEnd, writeEnd] = sys.pipe();
      const big = new Uint8Array(200_000);
      while (await sys.send(a, big, MSG_DONTWAIT).catch(() => 0));
      const sending = sys.sendmsg(a, { data: ["one, ", new Uint8Array([50])], rights: [writeEnd] });
      sys.close(writeEnd);
      sys.fork(async (child) => {
        child.close(readEnd);
        await child.sleep(1);
        while ((await child.recv(b, big)) === big.length);
      });
      expect(await sending).toBe(6);
      await sys.wait();
      // The child's recv() has closed the last write end.
      expect(await sys.read(readEnd, new Uint8Array(1))).toBe(0);
      await sys.send(a, "scattered");
      const pieces = [new Uint8Array(4), new Uint8Array(10)] as const;
      expect((await sys.recvmsg(b, pieces)).bytes).toBe(9);
      expect(pieces.map(text)).toEqual(["scat", "tered\0\0\0\0\0"]);
    });
  });
});

describe("credentials", () => {
  test("come with messages that were sent while somebody asked", async () => {
    await runProgram(async (sys) => {
      const [a, b] = pair(sys, SOCK_DGRAM);
      const receive = async () => (await sys.recvmsg(b, new Uint8Array(10))).credentials;
      await sys.send(a, "1");
      expect(await receive()).toBe(null);
      await sys.send(a, "2");
      sys.setsockopt(b, SOL_SOCKET, SO_PASSCRED, 1);
      expect(await receive()).toEqual({ pid: 0, uid: 65_534, gid: 65_534 });
      const pid = sys.spawn(
        async (child) => {
          await child.send(a, "3");
          const self = child.getpid();
          await child.sendmsg(a, { data: "4", credentials: { pid: self, uid: 7, gid: 8 } });
          for (const credentials of [
            { pid: 1, uid: 7, gid: 8 },
            { pid: self, uid: 0, gid: 8 },
            { pid: self, uid: 7, gid: 0 },
          ]) {
            await expect(child.sendmsg(a, { data: "x", credentials })).rejects.toThrow("EPERM");
          }
        },
        { uid: 7, gid: 8 },
      );
      for (let i = 0; i < 2; i++) expect(await receive()).toEqual({ pid, uid: 7, gid: 8 });
      await sys.sendmsg(a, { data: "5", credentials: { pid: 1, uid: 5, gid: 6 } });
      expect(await receive()).toEqual({ pid: 1, uid: 5, gid: 6 });
      await expect(sys.sendmsg(a, { data: "x", credentials: { pid: 999, uid: 0, gid: 0 } })).rejects.toThrow("ESRCH");
      await sys.send(a, "6");
      expect(await sys.recvmsg(b, new Uint8Array(10), 0, 0)).toMatchObject({ flags: MSG_CTRUNC, credentials: null });
    });
  });

  test("bytes of different writers are not put together", async () => {
    await runProgram(async (sys) => {
      const [a, b] = pair(sys);
      sys.setsockopt(b, SOL_SOCKET, SO_PASSCRED, 1);
      await sys.send(a, "ours");
      const pid = sys.fork(async (child) => {
        await child.send(a, "the ");
        await child.send(a, "child's");
      });
      await sys.wait();
      const buffer = new Uint8Array(100);
      expect(await sys.recvmsg(b, buffer)).toMatchObject({ bytes: 4, credentials: { pid: sys.getpid() } });
      expect(await sys.recvmsg(b, buffer)).toMatchObject({ bytes: 11, credentials: { pid } });
    });
  });
});

describe("the collector", () => {
  /** Two sockets, each in the other's queue, and nowhere else. */
  async function cycle(sys: Sys): Promise<void> {
    const [a, b] = pair(sys);
    await pass(sys, a, [a]);
    await pass(sys, b, [b]);
    sys.close(a);
    sys.close(b);
  }

  test("takes a socket that is in its own queue, and a cycle of two, when another is closed", async () => {
    const host = await run(async (sys, alice) => {
      const [a, b] = pair(sys, SOCK_DGRAM);
      await pass(sys, a, [b]);
      sys.close(b);
      sys.close(a);
      await cycle(sys);
      sys.close(sys.socket(AF_UNIX, SOCK_STREAM));
      expect(alice.netstat().unixSockets).toEqual([]);
      expect(alice.unix.inFlight.total).toBe(0);
    });
    expect(host.unix.inFlight.total).toBe(0);
  });

  test("closes what a collected socket had in its queue", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const [a, b] = pair(sys);
      await pass(sys, a, [a, writeEnd]);
      await pass(sys, b, [b]);
      for (const fd of [a, b, writeEnd]) sys.close(fd);
      sys.close(sys.socket(AF_UNIX, SOCK_STREAM));
      expect(await sys.read(readEnd, new Uint8Array(1))).toBe(0);
    });
  });

  test("takes a listener that waits in a connection which it has not accepted", async () => {
    const host = await run(async (sys, alice) => {
      const listener = sys.socket(AF_UNIX, SOCK_STREAM);
      sys.bind(listener, { path: "\0l" });
      sys.listen(listener, 1);
      const client = sys.socket(AF_UNIX, SOCK_STREAM);
      await sys.connect(client, { path: "\0l" });
      await pass(sys, client, [listener, client]);
      sys.close(listener);
      sys.close(client);
      sys.close(sys.socket(AF_UNIX, SOCK_STREAM));
      expect(alice.netstat().unixSockets).toEqual([]);
    });
    expect(host.unix.inFlight.total).toBe(0);
  });

  test("leaves alone what somebody can still receive", async () => {
    await run(async (sys) => {
      const [a, b] = pair(sys);
      const [c, d] = pair(sys);
      // c and d are in each other's queues, but d is in b's too, and b is open.
      await pass(sys, c, [c]);
      await pass(sys, d, [d]);
      await pass(sys, a, [d]);
      for (const fd of [c, d]) sys.close(fd);
      await cycle(sys);
      sys.close(sys.socket(AF_UNIX, SOCK_STREAM));
      const buffer = new Uint8Array(10);
      const [again] = (await sys.recvmsg(b, buffer)).rights;
      const [other] = (await sys.recvmsg(again as number, buffer)).rights;
      expect(await sys.send(other as number, "hello")).toBe(5);
    });
  });

  test("model: after random passing and closing, exactly what can be reached is left", async () => {
    const step = fc.record({
      kind: fc.constantFrom("pair", "pass", "close", "receive"),
      a: fc.nat(7),
      b: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await run(async (sys, alice) => {
          const held: number[] = [];
          for (const { kind, a, b } of steps) {
            if (kind === "pair") held.push(...pair(sys, SOCK_DGRAM));
            if (held.length === 0) continue;
            const [from, what] = [held[a % held.length] as number, held[b % held.length] as number];
            if (kind === "pass") await sys.sendmsg(from, { data: "x", rights: [what] }, MSG_DONTWAIT).catch(() => {});
            if (kind === "receive") {
              const received = await sys.recvmsg(from, new Uint8Array(1), MSG_DONTWAIT).catch(() => null);
              held.push(...(received?.rights ?? []));
            }
            if (kind === "close") {
              sys.close(what);
              held.splice(held.indexOf(what), 1);
            }
          }
          // Everything that is left is received, from wherever it can be reached; then it is all closed.
          for (let fd = held.pop(); fd !== undefined; fd = held.pop()) {
            for (;;) {
              const received = await sys.recvmsg(fd, new Uint8Array(1), MSG_DONTWAIT).catch(() => null);
              if (received === null) break;
              held.unshift(...received.rights);
            }
            sys.close(fd);
          }
          sys.close(sys.socket(AF_UNIX, SOCK_STREAM));
          expect(alice.netstat().unixSockets).toEqual([]);
          expect(alice.unix.inFlight.total).toBe(0);
        });
      }),
      { numRuns: 60 },
    );
  });
});
