/**
 * The list of Node's clocks: each of them goes by virtual time. A Node that keeps one of them elsewhere fails here.
 */
import "netloom/register";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const once = (emitter: { once(event: string, listener: (value: unknown) => void): unknown }, event: string) =>
  new Promise((resolve) => emitter.once(event, resolve));

/** Each waits for a minute or more, and the clock must have moved by just that when it is done. */
const CLOCKS: Record<string, readonly [seconds: number, wait: () => Promise<unknown> | unknown]> = {
  setTimeout: [60, () => new Promise((resolve) => setTimeout(resolve, 60_000))],
  "timers.setTimeout": [60, () => new Promise((resolve) => timers.setTimeout(resolve, 60_000))],
  "timers/promises": [60, () => timersPromises.setTimeout(60_000)],
  "scheduler.wait": [60, () => timersPromises.scheduler.wait(60_000)],
  "setInterval of timers/promises": [
    60,
    async () => {
      let count = 0;
      for await (const _ of timersPromises.setInterval(20_000)) if (++count === 3) break;
    },
  ],
  "AbortSignal.timeout": [
    60,
    async () => {
      // The signal's timer does not keep a process alive by itself.
      const hold = setInterval(() => {}, 600_000);
      await once2(AbortSignal.timeout(60_000));
      clearInterval(hold);
    },
  ],
  "socket.setTimeout": [
    60.02,
    async () => {
      const server = net.createServer().listen(0);
      const socket = net.connect(9, "10.0.0.2");
      socket.on("error", () => {});
      await once(socket, "close");
      const other = net.connect((server.address() as AddressInfo).port);
      other.setTimeout(60_000);
      await once(other, "timeout");
      other.destroy();
      server.close();
    },
  ],
  "keepAliveTimeout of a server": [
    61,
    async () => {
      const server = http.createServer({ keepAliveTimeout: 60_000 }, (_request, response) => response.end()).listen(0);
      Object.assign(server, { keepAliveTimeoutBuffer: 1000 });
      const socket = net.connect((server.address() as AddressInfo).port);
      socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await once(socket.resume(), "end");
      server.close();
    },
  ],
  "headersTimeout of a server": [
    60,
    async () => {
      const options = { headersTimeout: 55_000, requestTimeout: 55_000, connectionsCheckingInterval: 30_000 };
      const server = http.createServer(options).listen(0);
      const socket = net.connect((server.address() as AddressInfo).port);
      socket.write("GET / HTTP/1.1\r\n");
      expect(String(await once(socket, "data"))).toContain("408 Request Timeout");
      server.close();
    },
  ],
  "the agent's timeout": [
    60,
    async () => {
      const server = http.createServer(() => {}).listen(0);
      const agent = new http.Agent({ keepAlive: true, timeout: 60_000 });
      const request = http.get({ port: (server.address() as AddressInfo).port, agent });
      request.on("error", () => {});
      await once(request, "timeout");
      request.destroy();
      server.close();
    },
  ],
};

const once2 = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve));

test.each(Object.entries(CLOCKS))("%s", async (_name, [seconds, wait]) => {
  const { world, a } = twoHosts();
  const started = performance.now();
  await a.run(async () => await wait());
  expect(world.nowNs / 1e9).toBeCloseTo(seconds, 1);
  expect(performance.now() - started).toBeLessThan(5000);
});

test("clocks that are read: Date, performance, hrtime, uptime, the Date header", async () => {
  const { a } = twoHosts();
  const read = await a.run(async () => {
    const server = http.createServer((_request, response) => response.end()).listen(0);
    const dates: (string | null)[] = [];
    const at = async () => {
      const { headers } = await fetch(`http://localhost:${(server.address() as AddressInfo).port}`);
      dates.push(headers.get("date"));
    };
    await at();
    const before = [performance.now(), process.hrtime()[0], Number(process.hrtime.bigint()) / 1e9, process.uptime()];
    await timersPromises.setTimeout(3_600_000);
    const after = [performance.now(), process.hrtime()[0], Number(process.hrtime.bigint()) / 1e9, process.uptime()];
    await at();
    const passed = after.map((value, index) => Math.round(value - (before[index] ?? 0)));
    server.close();
    return { passed, dates, now: new Date().toISOString(), text: Date(), year: new Date(0).getUTCFullYear() };
  });
  expect(read).toMatchObject({
    passed: [3_600_000, 3600, 3600, 3600],
    dates: ["Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 01:00:00 GMT"],
    now: expect.stringMatching(/^2026-01-01T01:00:0/),
    text: expect.stringMatching(/^Thu Jan 01 2026/),
    year: 1970,
  });
});
