/**
 * The list of Node's clocks: each of them goes by virtual time. A Node that keeps one of them elsewhere fails here.
 */
import "netloom/register";
import events from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import tls from "node:tls";
import { expect, test } from "vitest";
import { cert, key } from "./certificate.ts";
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

test.each(Object.entries(CLOCKS))("on a host whose clock runs a tenth too fast: %s", async (_name, [seconds, wait]) => {
  const { world, a } = twoHosts({ clock: { driftPpm: 100_000 } });
  await a.run(async () => await wait());
  expect(world.nowNs / 1e9).toBeCloseTo(seconds / 1.1, 1);
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

const YEAR_MS = 365 * 86_400_000;

/** What tells the time of day, in ms since 1970. */
const TIMES_OF_DAY: Record<string, () => unknown> = {
  "Date.now": () => Date.now(),
  // biome-ignore lint/complexity/useDateNow: another way to the time.
  "new Date": () => new Date().getTime(),
  Date: () => Date.parse(Date()),
  "performance.timeOrigin": () => performance.timeOrigin + performance.now(),
  "Intl.DateTimeFormat": () => Date.parse(new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format()),
  "formatToParts of Intl.DateTimeFormat": () =>
    Date.parse(
      new Intl.DateTimeFormat("en", { timeZone: "UTC" })
        .formatToParts()
        .map(({ value }) => value)
        .join(""),
    ),
  "a file of a form": () => new File(["x"], "x").lastModified,
  "the Date header": async () => {
    const server = http.createServer((_request, response) => response.end()).listen(0);
    const { headers } = await fetch(`http://localhost:${(server.address() as AddressInfo).port}`);
    server.close();
    return Date.parse(String(headers.get("date")));
  },
  "the date of HTTP/2": async () => {
    const server = http2.createServer((_request, response) => response.end()).listen(0);
    const session = http2.connect(`http://localhost:${(server.address() as AddressInfo).port}`);
    const [headers] = (await events.once(session.request(), "response")) as [http2.IncomingHttpHeaders];
    session.close();
    server.close();
    return Date.parse(String(headers.date));
  },
  ...("Temporal" in globalThis ? temporal() : {}),
};

function temporal(): Record<string, () => unknown> {
  // biome-ignore lint/suspicious/noExplicitAny: the types of Node 20 do not know it.
  const { Now } = (globalThis as any).Temporal;
  return {
    "Temporal.Now.instant": () => Now.instant().epochMilliseconds,
    "Temporal.Now.zonedDateTimeISO": () => Now.zonedDateTimeISO().epochMilliseconds,
    "Temporal.Now.plainDateTimeISO": () => Date.parse(`${Now.plainDateTimeISO("UTC")}Z`),
    "Temporal.Now.plainDateISO": () => Date.parse(`${Now.plainDateISO("UTC")}`),
  };
}

test.each(Object.entries(TIMES_OF_DAY))("the time of day, a year ahead: %s", async (_name, read) => {
  const { a } = twoHosts({ clock: { skewMs: YEAR_MS } });
  const told = await a.run(async () => {
    await timersPromises.setTimeout(3000);
    return await read();
  });
  // Some tell the day alone.
  const exact = Date.UTC(2027, 0, 1) + 3000;
  expect([exact, exact - 3000]).toContain(Math.floor(Number(told) / 1000) * 1000);
});

/** What tells the time since the process began, in ms. */
const TIMES_SINCE_START: Record<string, () => unknown> = {
  "performance.now": () => performance.now(),
  "performance.mark": () => performance.mark("m").startTime,
  "performance.measure": () => performance.measure("m").duration,
  "process.uptime": () => process.uptime() * 1000,
  "timeStamp of an event": () => new Event("x").timeStamp,
  "timeStamp of an event of Node's": () => {
    const controller = new AbortController();
    const seen: number[] = [];
    controller.signal.addEventListener("abort", (event) => seen.push(event.timeStamp));
    controller.abort();
    return seen[0];
  },
  "timeStamp of an old event": async () => {
    const event = new CustomEvent("x");
    await timersPromises.setTimeout(1000);
    return event.timeStamp;
  },
};

test.each(Object.entries(TIMES_SINCE_START))("the time since the start: %s", async (_name, read) => {
  const { a } = twoHosts({ clock: { driftPpm: -50_000 } });
  const told = await a.run(async () => {
    await timersPromises.setTimeout(60_000);
    return await read();
  });
  expect(told).toBeCloseTo(60_000, 3);
});

test("the kernel and Node tell one time", async () => {
  const { a } = twoHosts({ clock: { skewMs: -7000, driftPpm: 200 } });
  const ofKernel: number[] = [];
  a.spawn("p", async (sys) => {
    await sys.sleep(100);
    const [wall, monotonic] = [sys.clockGettime("CLOCK_REALTIME"), sys.clockGettime("CLOCK_MONOTONIC")];
    ofKernel.push(wall.seconds * 1000 + wall.nanoseconds / 1e6, monotonic.seconds * 1e9 + monotonic.nanoseconds);
    return 0;
  });
  const ofNode = await a.run(async () => {
    await timersPromises.setTimeout(100_000);
    return [Date.now(), Number(process.hrtime.bigint())];
  });
  expect(ofNode.map(Math.round)).toEqual(ofKernel.map(Math.round));
});

test("a certificate whose time is over by the host's clock", async () => {
  const { a, b } = twoHosts({ clock: { skewMs: 100 * YEAR_MS } });
  b.start({ main: () => tls.createServer({ cert, key }, (socket) => socket.end()).listen(443) });
  const connect = async () => {
    const socket = tls.connect({ host: "b", port: 443, ca: cert });
    await events.once(socket, "secureConnect");
  };
  await expect(a.run(connect)).rejects.toThrow("certificate has expired");
  await b.run(connect);
});
