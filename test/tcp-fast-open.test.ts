/** Fast open through the system calls: RFC 7413, tcp(7). */
import {
  AF_INET,
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_FASTOPEN,
  POLLOUT,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type Sys,
  TCP_FASTOPEN,
  TCP_FASTOPEN_CONNECT,
  TCP_INFO,
  type World,
} from "netloom";
import { describe, expect, test } from "vitest";
import { readAll, SERVER, twoHosts } from "./support/tcp.ts";

const SYN_DATA = 32;

/** b answers each connection with what it has read of it first, in capitals; a asks, 50 ms away. */
function echoing(client: (sys: Sys) => Promise<void>, sysctl = "3"): World {
  const { world, a, b } = twoHosts({ delayMs: 25 });
  for (const host of [a, b]) host.sysctl("net.ipv4.tcp_fastopen", sysctl);
  b.spawn(
    "server",
    async (sys) => {
      const s = sys.socket(AF_INET, SOCK_STREAM);
      sys.bind(s, SERVER);
      sys.setsockopt(s, IPPROTO_TCP, TCP_FASTOPEN, 16);
      sys.listen(s, 16);
      for (;;) {
        const { fd } = await sys.accept(s);
        const buffer = new Uint8Array(100_000);
        const count = await sys.read(fd, buffer);
        await sys.write(fd, new TextDecoder().decode(buffer.subarray(0, count)).toUpperCase());
        sys.close(fd);
      }
    },
    { daemon: true },
  );
  a.spawn("client", client);
  return world;
}

function nowMs(sys: Sys): number {
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Asks, and gives the answer and how long it took, in milliseconds. */
async function ask(sys: Sys, send: (fd: number) => Promise<number>): Promise<readonly [string, number]> {
  const startMs = nowMs(sys);
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  await send(fd);
  const answer = new TextDecoder().decode(await readAll(sys, fd));
  sys.close(fd);
  return [answer, Math.round(nowMs(sys) - startMs)];
}

describe("fast open", () => {
  test("saves a round trip from the second connection on", async () => {
    const seen: unknown[] = [];
    const world = echoing(async (sys) => {
      const send = (fd: number) => sys.sendto(fd, "hello", SERVER, MSG_FASTOPEN);
      await ask(sys, send);
      // The first has found the neighbour too.
      seen.push(await ask(sys, (fd) => sys.connect(fd, SERVER).then(() => sys.write(fd, "hello"))));
      seen.push(await ask(sys, send));
      seen.push(
        await ask(sys, async (fd) => {
          sys.setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
          await sys.connect(fd, SERVER);
          expect(await sys.poll([{ fd, events: POLLOUT }], 0)).toBe(1);
          return sys.write(fd, "hello");
        }),
      );
    });
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
    expect(seen).toEqual([
      ["HELLO", 100],
      ["HELLO", 50],
      ["HELLO", 50],
    ]);
  });

  test("a call that waits waits for the handshake, and sends the rest behind it; one that does not says how much went", async () => {
    const world = echoing(async (sys) => {
      // No cookie yet: there is nothing that could go along.
      const first = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
      await expect(sys.sendto(first, "hello", SERVER, MSG_FASTOPEN)).rejects.toThrow("EINPROGRESS");
      await sys.sleep(0.2);
      expect(await sys.send(first, "hello")).toBe(5);
      await sys.sleep(0.2);
      const second = sys.socket(AF_INET, SOCK_STREAM);
      expect(await sys.sendto(second, "x".repeat(50_000), SERVER, MSG_FASTOPEN)).toBe(50_000);
      expect(sys.getsockopt(second, IPPROTO_TCP, TCP_INFO).options & SYN_DATA).toBe(SYN_DATA);
      const third = sys.socket(AF_INET, SOCK_STREAM);
      expect(await sys.sendto(third, "x".repeat(50_000), SERVER, MSG_FASTOPEN | MSG_DONTWAIT)).toBe(1420);
    });
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
  });

  test("nobody listens: a call that waits hears of it, one that does not at the next", async () => {
    const world = echoing(async (sys) => {
      const nowhere = { ...SERVER, port: 9 };
      const fd = sys.socket(AF_INET, SOCK_STREAM);
      await expect(sys.sendto(fd, "hello", nowhere, MSG_FASTOPEN)).rejects.toThrow("ECONNREFUSED");
      const other = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
      expect(await sys.sendto(other, "hello", nowhere, MSG_FASTOPEN)).toBe(5);
      await sys.sleep(0.2);
      await expect(sys.send(other, "hello")).rejects.toThrow("ECONNREFUSED");
    }, "7");
    const { crashes } = await world.run();
    expect(crashes).toEqual([]);
  });
});
