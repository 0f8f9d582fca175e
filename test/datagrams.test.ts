/** Datagram sockets through the system calls: addressing, boundaries, errors, and buffers that are bounded both ways. */
import {
  AF_INET,
  AF_UNIX,
  type LinkOptions,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  POLLIN,
  POLLOUT,
  type Program,
  SO_BROADCAST,
  SO_ERROR,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
  type Sys,
  World,
} from "netloom";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const ANY = "0.0.0.0";
const ALICE = "10.0.0.1";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const open = (sys: Sys) => sys.socket(AF_INET, SOCK_DGRAM);

/** Alice (10.0.0.1) and bob (10.0.0.2) on a segment; a crash of either program is thrown. */
async function twoHosts(alice: Program, bob: Program, options: LinkOptions = {}) {
  const world = new World();
  const lan = world.segment("lan", options);
  const hosts = { alice: world.host("alice"), bob: world.host("bob") };
  hosts.alice.attach(lan, "10.0.0.1/24");
  hosts.bob.attach(lan, "10.0.0.2/24");
  hosts.alice.spawn("alice", alice);
  hosts.bob.spawn("bob", bob);
  const result = await world.run();
  if (result.crashes[0] !== undefined) throw result.crashes[0].error;
  return { ...hosts, ...result };
}

describe("a datagram", () => {
  test("comes with its boundaries and its sender's address", async () => {
    await twoHosts(
      async (sys) => {
        const s = open(sys);
        sys.bind(s, { address: ANY, port: 7 });
        const buffer = new Uint8Array(100);
        for (const expected of ["one", "", "three"]) {
          const { bytes, source } = await sys.recvfrom(s, buffer);
          expect(text(buffer.subarray(0, bytes))).toBe(expected);
          expect(source).toEqual({ family: AF_INET, address: "10.0.0.2", port: 5000 });
        }
      },
      async (sys) => {
        const s = open(sys);
        sys.bind(s, { address: "10.0.0.2", port: 5000 });
        for (const message of ["one", "", "three"]) await sys.sendto(s, message, { address: ALICE, port: 7 });
      },
    );
  });

  test("is cut to the buffer; MSG_TRUNC tells its length, MSG_PEEK leaves it there", async () => {
    await runProgram(async (sys) => {
      const s = open(sys);
      sys.bind(s, { address: "127.0.0.1", port: 7 });
      await sys.sendto(s, "a long message", { address: "127.0.0.1", port: 7 });
      await sys.sendto(s, "next", { address: "127.0.0.1", port: 7 });
      const buffer = new Uint8Array(6);
      expect(await sys.recv(s, buffer, MSG_PEEK)).toBe(6);
      expect(await sys.recv(s, buffer, MSG_TRUNC)).toBe(14);
      expect(text(buffer)).toBe("a long");
      expect(await sys.recv(s, buffer)).toBe(4);
    });
  });

  test("of 65507 bytes crosses the loopback interface, one more is EMSGSIZE", async () => {
    await runProgram(async (sys) => {
      const s = open(sys);
      sys.bind(s, { address: "127.0.0.1", port: 7 });
      const sent = Uint8Array.from({ length: 65_507 }, (_, i) => i * 7);
      const received = new Uint8Array(70_000);
      await sys.sendto(s, sent, { address: "127.0.0.1", port: 7 });
      expect(await sys.recv(s, received)).toBe(65_507);
      expect(Buffer.from(received.subarray(0, 65_507)).equals(sent)).toBe(true);
      const tooLong = sys.sendto(s, new Uint8Array(65_508), { address: "127.0.0.1", port: 7 });
      await expect(tooLong).rejects.toMatchObject({ code: "EMSGSIZE", syscall: "sendto" });
    });
  });
});

describe("names of endpoints", () => {
  test("the system chooses a port when the program does not", async () => {
    await runProgram(async (sys) => {
      const s = open(sys);
      expect(sys.getsockname(s)).toEqual({ family: AF_INET, address: ANY, port: 0 });
      await sys.connect(s, { address: "127.0.0.1", port: 9 });
      const { address, port } = sys.getsockname(s);
      expect(address).toBe("127.0.0.1");
      expect(port).toBeGreaterThanOrEqual(32_768);
      expect(port).toBeLessThanOrEqual(60_999);
      expect(sys.getpeername(s)).toEqual({ family: AF_INET, address: "127.0.0.1", port: 9 });
    });
  });

  test("two sockets don't share a port, unless both say SO_REUSEADDR", async () => {
    await runProgram((sys) => {
      const [a, b] = [open(sys), open(sys)];
      sys.bind(a, { address: "127.0.0.1", port: 7 });
      expect(() => sys.bind(b, { address: ANY, port: 7 })).toThrow(
        /^EADDRINUSE: address already in use, bind \(4, 0.0.0.0:7\)$/,
      );
      sys.bind(b, { address: "127.0.0.2", port: 7 });
      const [c, d] = [open(sys), open(sys)];
      for (const s of [c, d]) sys.setsockopt(s, SOL_SOCKET, SO_REUSEADDR, 1);
      sys.bind(c, { address: ANY, port: 8 });
      sys.bind(d, { address: ANY, port: 8 });
    });
  });

  test("a port is free again when its socket is closed", async () => {
    await runProgram((sys) => {
      const s = open(sys);
      sys.bind(s, { address: ANY, port: 7 });
      sys.close(s);
      sys.bind(open(sys), { address: ANY, port: 7 });
    });
  });

  test("errors are those of bind(2), connect(2) and socket(2)", async () => {
    const world = new World();
    const alice = world.host("alice");
    alice.spawn(
      "user",
      async (sys) => {
        const s = open(sys);
        expect(() => sys.bind(s, { address: "10.9.9.9", port: 7000 })).toThrow("EADDRNOTAVAIL");
        expect(() => sys.bind(s, { address: ANY, port: 7 })).toThrow("EACCES");
        expect(() => sys.bind(s, { address: "nowhere", port: 7 })).toThrow(
          "EINVAL: invalid argument, bind (3, nowhere:7)",
        );
        expect(() => sys.bind(s, { address: ANY, port: 70_000 })).toThrow("EINVAL");
        expect(() => sys.bind(s, undefined as never)).toThrow("EINVAL");
        expect(() => sys.bind(99, { address: ANY, port: 7000 })).toThrow("EBADF");
        expect(() => sys.bind(1, { address: ANY, port: 7000 })).toThrow("ENOTSOCK");
        expect(() => sys.getpeername(s)).toThrow("ENOTCONN");
        await expect(sys.connect(s, { address: "10.9.9.9", port: 9 })).rejects.toThrow("ENETUNREACH");
        await expect(sys.send(s, "x")).rejects.toThrow("EDESTADDRREQ");
        await expect(sys.sendto(s, 5 as never, { address: ALICE, port: 9 })).rejects.toThrow("EFAULT");
        await expect(sys.sendto(s, "x", { address: ALICE, port: 0 })).rejects.toThrow("EINVAL");
        expect(() => sys.socket(99, SOCK_DGRAM)).toThrow("EAFNOSUPPORT");
        expect(() => sys.socket(AF_UNIX, SOCK_RAW)).toThrow("ESOCKTNOSUPPORT");
        expect(() => sys.socket(AF_INET, SOCK_DGRAM, 99)).toThrow("EPROTONOSUPPORT");
        expect(() => sys.socket(AF_INET, SOCK_DGRAM | 0x100)).toThrow("EINVAL");
      },
      { uid: 1000 },
    );
    expect((await world.run()).crashes).toEqual([]);
  });

  test("options are kept, doubled and clamped as socket(7) says", async () => {
    await runProgram((sys) => {
      const s = open(sys);
      const get = (option: number) => sys.getsockopt(s, SOL_SOCKET, option);
      expect([get(SO_TYPE), get(SO_SNDBUF), get(SO_RCVBUF), get(SO_BROADCAST)]).toEqual([2, 212_992, 212_992, 0]);
      sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 10_000);
      sys.setsockopt(s, SOL_SOCKET, SO_SNDBUF, 1);
      expect([get(SO_RCVBUF), get(SO_SNDBUF)]).toEqual([20_000, 4608]);
      sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 1e9);
      expect(get(SO_RCVBUF)).toBe(425_984);
      expect(() => sys.setsockopt(s, SOL_SOCKET, 9999, 1)).toThrow("ENOPROTOOPT");
      expect(() => sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 0.5)).toThrow("EINVAL");
    });
  });
});

describe("a connected socket", () => {
  test("learns by ECONNREFUSED that nobody listens", async () => {
    await twoHosts(
      (sys) => sys.sleep(1),
      async (sys) => {
        const s = open(sys);
        await sys.connect(s, { address: ALICE, port: 9 });
        await sys.send(s, "x");
        await expect(sys.recv(s, new Uint8Array(1))).rejects.toMatchObject({ code: "ECONNREFUSED", syscall: "recv" });
        await sys.send(s, "x");
        await sys.sleep(0.1);
        expect(sys.getsockopt(s, SOL_SOCKET, SO_ERROR)).toBe(111);
        expect(sys.getsockopt(s, SOL_SOCKET, SO_ERROR)).toBe(0);
      },
    );
  });

  test("hears its peer only", async () => {
    await runProgram(async (sys) => {
      const [a, b, stranger] = [open(sys), open(sys), open(sys)];
      for (const [s, port] of [
        [a, 1],
        [b, 2],
        [stranger, 3],
      ] as const) {
        sys.bind(s, { address: "127.0.0.1", port });
      }
      await sys.connect(a, { address: "127.0.0.1", port: 2 });
      await sys.sendto(stranger, "no", { address: "127.0.0.1", port: 1 });
      await sys.sendto(b, "yes", { address: "127.0.0.1", port: 1 });
      const buffer = new Uint8Array(10);
      expect(text(buffer.subarray(0, await sys.recv(a, buffer)))).toBe("yes");
      await expect(sys.recv(a, buffer, MSG_DONTWAIT)).rejects.toThrow("EAGAIN");
    });
  });
});

describe("bounded buffers", () => {
  test("recvfrom blocks while there is nothing to receive", async () => {
    await twoHosts(
      async (sys) => {
        const s = open(sys);
        sys.bind(s, { address: ANY, port: 7 });
        await sys.recv(s, new Uint8Array(1));
        expect(sys.clockGettime("CLOCK_MONOTONIC").seconds).toBe(5);
      },
      async (sys) => {
        await sys.sleep(5);
        await sys.sendto(open(sys), "x", { address: ALICE, port: 7 });
      },
    );
  });

  test("sendto blocks while there is no room, and goes on at the rate of the wire", async () => {
    const datagrams = 2000;
    const payloadBytes = 958; // 1000 with the headers of UDP, IP and Ethernet
    let blockedAtNs = 0;
    const { alice, bob, nowNs } = await twoHosts(
      async (sys) => {
        const s = open(sys);
        sys.bind(s, { address: ANY, port: 7 });
        for (let i = 0; i < datagrams; i++) await sys.recv(s, new Uint8Array(1000));
      },
      async (sys) => {
        const s = open(sys);
        for (let i = 0; i < datagrams; i++) {
          await sys.sendto(s, new Uint8Array(payloadBytes), { address: ALICE, port: 7 });
          if (blockedAtNs === 0) blockedAtNs = sys.clockGettime("CLOCK_MONOTONIC").nanoseconds === 0 ? 0 : i;
        }
      },
      { rateMbps: 8 }, // one datagram takes a millisecond
    );
    // About 200 KiB of true size fit; then the sender waits, and nothing is lost anywhere.
    expect(blockedAtNs).toBeGreaterThan(100);
    expect(blockedAtNs).toBeLessThan(250);
    expect(nowNs).toBeGreaterThan(datagrams * 1e6);
    expect(nowNs).toBeLessThan(datagrams * 1e6 + 10e6);
    expect(alice.netstat().counters).toMatchObject({ UdpInDatagrams: datagrams });
    expect(bob.netstat().interfaces[1]).toMatchObject({ name: "eth0", txDrops: 0 });
  });

  test("a non-blocking sendto that has no room is EAGAIN, and poll says when there is some", async () => {
    await twoHosts(
      (sys) => sys.sleep(1),
      async (sys) => {
        const s = sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
        const send = () => sys.sendto(s, new Uint8Array(1000), { address: ALICE, port: 7 });
        await send();
        await sys.sleep(0.1);
        sys.getsockopt(s, SOL_SOCKET, SO_ERROR);
        let error: unknown;
        for (let i = 0; i < 1000 && error === undefined; i++) {
          await send().catch((thrown: unknown) => {
            error = thrown;
          });
        }
        expect(error).toMatchObject({ code: "EAGAIN" });
        const watched = [{ fd: s, events: POLLOUT, revents: 0 }];
        expect(await sys.poll(watched, 0)).toBe(0);
        expect(await sys.poll(watched, 1000)).toBe(1);
        expect(watched[0]?.revents).toBe(POLLOUT);
        await send();
      },
      { rateMbps: 1 },
    );
  });

  test("a full receive queue drops what comes, and counts it", async () => {
    const sent = 100;
    let received = 0;
    const { alice } = await twoHosts(
      async (sys) => {
        const s = open(sys);
        sys.bind(s, { address: ANY, port: 7 });
        sys.setsockopt(s, SOL_SOCKET, SO_RCVBUF, 5000);
        await sys.sleep(1);
        while ((await sys.poll([{ fd: s, events: POLLIN }], 0)) > 0) {
          const buffer = new Uint8Array(10);
          await sys.recv(s, buffer);
          // The first that came are there, in order: it is the later ones that are dropped.
          expect(buffer[0]).toBe(received++);
        }
      },
      async (sys) => {
        const s = open(sys);
        for (let i = 0; i < sent; i++) await sys.sendto(s, Uint8Array.of(i), { address: ALICE, port: 7 });
      },
    );
    // A limit of 10,000 true bytes, of which a small packet takes some 400.
    expect(received).toBeGreaterThan(15);
    expect(received).toBeLessThan(50);
    expect(alice.netstat().counters).toMatchObject({ UdpRcvbufErrors: sent - received });
  });
});
