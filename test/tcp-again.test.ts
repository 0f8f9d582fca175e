/** A TCP socket is used again: after a refusal, after connect(2) to AF_UNSPEC, after shutdown(2); and what becomes of its port. */
import {
  AF_INET,
  AF_UNSPEC,
  IPPROTO_TCP,
  MSG_NOSIGNAL,
  type Program,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_BROADCAST,
  SO_ERROR,
  SO_PRIORITY,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_LINGER2,
} from "netloom";
import { describe, expect, test } from "vitest";
import { listenOn, readAll, twoHosts } from "./support/tcp.ts";
import { runProgram } from "./support/world.ts";

const LOCAL = { address: "127.0.0.1", port: 7 };
const NOBODY = { family: AF_UNSPEC } as const;

const stream = (sys: Sys, flags = 0): number => sys.socket(AF_INET, SOCK_STREAM | flags);
const failureOf = (call: () => unknown): string => {
  try {
    call();
    return "";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

async function connection(sys: Sys): Promise<{ client: number; server: number; listener: number }> {
  const listener = listenOn(sys, 7);
  const client = stream(sys);
  await sys.connect(client, LOCAL);
  return { client, server: (await sys.accept(listener)).fd, listener };
}

// The answers are Linux's.
describe("connect", () => {
  test("after AF_UNSPEC: the error of the connection that was dissolved is not told of the next one", () =>
    runProgram(async (sys) => {
      const { client, listener } = await connection(sys);
      await sys.connect(client, NOBODY);
      await sys.connect(client, LOCAL);
      expect(sys.getsockopt(client, SOL_SOCKET, SO_ERROR)).toBe(0);
      const { fd } = await sys.accept(listener);
      await sys.write(client, "x");
      sys.shutdown(client, SHUT_WR);
      expect(await readAll(sys, fd)).toEqual(new TextEncoder().encode("x"));
    }));

  test("after a refusal and shutdown(2) the socket can only be dissolved", () =>
    runProgram(async (sys) => {
      const fd = stream(sys, SOCK_NONBLOCK);
      await sys.connect(fd, LOCAL).catch(() => {});
      await sys.sleep(0.001);
      expect(failureOf(() => sys.shutdown(fd, SHUT_RDWR))).toBe("ENOTCONN");
      await expect(sys.connect(fd, LOCAL)).rejects.toThrow("EINVAL");
      await sys.connect(fd, NOBODY);
      await expect(sys.connect(fd, LOCAL)).rejects.toThrow("EINPROGRESS");
    }));

  // @rfc 9293 3.9.1.1 MUST-46
  test("a default route leads to no group, and nothing leaves 127/8", () =>
    onCable(async (sys, sent) => {
      const fd = stream(sys);
      await expect(sys.connect(fd, { address: "224.0.0.5", port: 7 })).rejects.toThrow("ENETUNREACH");
      const home = stream(sys);
      sys.bind(home, { address: "127.0.0.1", port: 0 });
      await expect(sys.connect(home, { address: "10.0.0.2", port: 7 })).rejects.toThrow("EINVAL");
      await sys.sleep(1);
      expect(sent()).toBe(0);
    }));
});

describe("a port", () => {
  test("that nobody named is given back when the connection fails, or nobody listens any more", () =>
    runProgram(async (sys) => {
      const refused = stream(sys, SOCK_NONBLOCK);
      await sys.connect(refused, LOCAL).catch(() => {});
      await sys.sleep(0.001);
      sys.bind(refused, { address: "127.0.0.1", port: 5555 });
      const listener = stream(sys);
      sys.listen(listener, 5);
      sys.shutdown(listener, SHUT_RDWR);
      sys.bind(listener, { address: "127.0.0.1", port: 5556 });
      expect(sys.getsockname(listener)).toMatchObject({ address: "127.0.0.1", port: 5556 });
    }));

  test("that bind(2) has named stays", () =>
    runProgram(async (sys) => {
      const fd = stream(sys);
      sys.bind(fd, { address: "127.0.0.1", port: 5555 });
      await expect(sys.connect(fd, LOCAL)).rejects.toThrow("ECONNREFUSED");
      expect(failureOf(() => sys.bind(fd, { address: "127.0.0.1", port: 5556 }))).toBe("EINVAL");
      expect(failureOf(() => sys.bind(stream(sys), { address: "127.0.0.1", port: 5555 }))).toBe("EADDRINUSE");
    }));
});

describe("an accepted socket", () => {
  test("keeps the address of its listener when it is dissolved", () =>
    runProgram(async (sys) => {
      const listener = stream(sys);
      sys.bind(listener, LOCAL);
      sys.listen(listener, 5);
      const client = stream(sys);
      await sys.connect(client, LOCAL);
      const { fd } = await sys.accept(listener);
      await sys.connect(fd, NOBODY);
      expect(sys.getsockname(fd)).toMatchObject(LOCAL);
    }));

  test("may broadcast if its listener may, and has no priority of it", () =>
    runProgram(async (sys) => {
      const listener = listenOn(sys, 7);
      sys.setsockopt(listener, SOL_SOCKET, SO_BROADCAST, 1);
      sys.setsockopt(listener, SOL_SOCKET, SO_PRIORITY, 3);
      const client = stream(sys);
      await sys.connect(client, LOCAL);
      const { fd } = await sys.accept(listener);
      expect(sys.getsockopt(fd, SOL_SOCKET, SO_BROADCAST)).toBe(1);
      expect(sys.getsockopt(fd, SOL_SOCKET, SO_PRIORITY)).toBe(0);
      expect(sys.getsockopt(listener, SOL_SOCKET, SO_PRIORITY)).toBe(3);
    }));
});

describe("nobody reads any more", () => {
  test.each([[[SHUT_RDWR]], [[SHUT_WR, SHUT_RD]], [[SHUT_RD, SHUT_WR]]])(
    "H12: data that come after shutdown(2) of both directions, %j, are answered by a reset",
    async (order) => {
      await runProgram(async (sys) => {
        const { client, server } = await connection(sys);
        for (const how of order) sys.shutdown(server, how);
        await sys.write(client, "hello");
        await sys.sleep(0.1);
        expect(sys.getsockopt(server, SOL_SOCKET, SO_ERROR)).toBe(104);
        await expect(sys.send(client, "x", MSG_NOSIGNAL)).rejects.toThrow("EPIPE");
      });
    },
  );

  test("SHUT_RD alone takes them still", () =>
    runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      sys.shutdown(server, SHUT_RD);
      await sys.write(client, "hello");
      await sys.sleep(0.1);
      const into = new Uint8Array(9);
      expect(await sys.read(server, into)).toBe(5);
    }));

  test("TCP_LINGER2 of less than nothing: who has closed resets when its FIN is acknowledged", () =>
    runProgram(async (sys) => {
      const { client, server } = await connection(sys);
      sys.setsockopt(client, IPPROTO_TCP, TCP_LINGER2, -1);
      sys.close(client);
      await sys.sleep(1);
      await expect(sys.send(server, "x", MSG_NOSIGNAL)).rejects.toThrow("EPIPE");
    }));
});

/** On one of two hosts, whose default route leads to the other; `sent` counts what it has sent by TCP. */
async function onCable(program: (sys: Sys, sent: () => number) => Promise<void>): Promise<void> {
  const { world, a } = twoHosts({});
  a.route("default", { via: "10.0.0.2" });
  const run: Program = (sys) => program(sys, () => a.netstat().counters.TcpOutSegs ?? 0);
  a.spawn("client", run);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}
