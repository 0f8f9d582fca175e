/** What HTTP/2 says of the time: the date of a response, the duration of PING and SETTINGS. */
import "netloom/register";
import { once } from "node:events";
import http2 from "node:http2";
import tls from "node:tls";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cert, key } from "./certificate.ts";
import { twoHosts } from "./two-hosts.ts";

const HOUR_MS = 3_600_000;

async function connected<T>(server: () => http2.Http2Server, ask: (session: http2.ClientHttp2Session) => Promise<T>) {
  const { world, a, b } = twoHosts({ delayMs: 50 });
  b.start({ main: () => void server().listen(80) });
  const answer = await a.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, HOUR_MS));
    const session = http2.connect("http://b");
    await once(session, "connect");
    const found = await ask(session);
    session.destroy();
    return found;
  });
  return { answer, epochMs: world.epochMs, hash: world.hash };
}

const datesOf = async (session: http2.ClientHttp2Session): Promise<unknown[]> => {
  const dates: unknown[] = [];
  for (const path of ["/", "/list", "/own", "/none", "/request"]) {
    const stream = session.request({ ":path": path });
    stream.resume();
    dates.push((await once(stream, "response"))[0].date);
  }
  return dates;
};

test("the date of a response", async () => {
  const { answer, epochMs } = await connected(() => {
    const server = http2.createServer();
    server.on("stream", (stream, { ":path": path }) => {
      if (path === "/") stream.respond({ ":status": 200 });
      if (path === "/list") stream.respond();
      if (path === "/own") stream.respond({ date: "today" });
      if (path === "/none") stream.respond({}, { sendDate: false } as object);
      if (path !== "/request") stream.end();
    });
    return server.on("request", ({ url }, response) => url === "/request" && response.end());
  }, datesOf);
  const [first, second, own, none, compatible] = answer;
  expect([own, none]).toEqual(["today", undefined]);
  for (const date of [first, second, compatible]) {
    expect(Math.abs(Date.parse(String(date)) - (epochMs + HOUR_MS))).toBeLessThan(2000);
  }
});

test("how long PING and SETTINGS took, and nothing of the real clock on the wire", async () => {
  const measure = () =>
    connected(
      () => http2.createServer(),
      async (session) => {
        const ping = promisify((done: (error: Error | null, tookMs: number) => void) => void session.ping(done));
        const settings = promisify((done: (error: Error | null, tookMs: number) => void) =>
          session.settings({ enablePush: false }, (error, _settings, tookMs) => done(error, tookMs)),
        );
        return [await ping(), await settings()].map(Math.round);
      },
    );
  const first = await measure();
  expect(first.answer).toEqual([100, 100]);
  expect(await measure()).toEqual(first);
});

test.each([
  ["after the time that was given", HOUR_MS, HOUR_MS],
  ["after ten seconds", undefined, 10_000],
])("a client that speaks something else is sent away %s", async (_when, unknownProtocolTimeout, expectedMs) => {
  const { world, a, b } = twoHosts();
  let closedNs = Number.NaN;
  b.start({
    main: () => {
      const options = unknownProtocolTimeout === undefined ? {} : { unknownProtocolTimeout };
      const server = http2.createSecureServer({ cert, key, ...options });
      server.on("secureConnection", (socket) => {
        // Node ends its side; the other side has not ended its own.
        const startedNs = world.nowNs;
        socket.on("close", () => {
          closedNs = world.nowNs - startedNs;
        });
      });
      server.listen(8443);
    },
  });
  await a.run(async () => {
    const socket = tls.connect({ host: "b", port: 8443, ca: cert, allowHalfOpen: true } as tls.ConnectionOptions);
    socket.on("error", () => {});
    socket.resume();
    // It ends nothing by itself.
    await new Promise((resolve) => setTimeout(resolve, 2 * HOUR_MS));
    socket.destroy();
  });
  expect(Math.round(closedNs / 1e6)).toBe(expectedMs);
});
