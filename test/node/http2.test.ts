/** HTTP/2 between two hosts: sockets of one's own, over a bad network, and its clocks. */
import "netloom/register";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import tls from "node:tls";
import { expect, test } from "vitest";
import { cert, key } from "./certificate.ts";
import { underLoad } from "./day.ts";
import { type TwoHosts, twoHosts } from "./two-hosts.ts";

const SIZES = [50_000, 400_000, 1_000_000];

/** Each way to a session, over a socket that may be one's own. */
const WAYS: Record<string, (() => net.Socket | Promise<net.Socket>) | undefined> = {
  "in clear": undefined,
  "over TLS": undefined,
  "in clear, over a socket of one's own": () => net.connect(8443, "b"),
  "in clear, over a connected socket of one's own": async () => {
    const socket = net.connect(8443, "b");
    await once(socket, "connect");
    return socket;
  },
  "over TLS of one's own": () => tls.connect({ host: "b", port: 8443, ca: cert, ALPNProtocols: ["h2"] }),
  "over a secure socket of one's own": async () => {
    const socket = tls.connect({ host: "b", port: 8443, ca: cert, ALPNProtocols: ["h2"] });
    await once(socket, "secureConnect");
    return socket;
  },
};

function serve(host: TwoHosts["b"], isSecure: boolean, answer: (stream: http2.ServerHttp2Stream) => void): void {
  host.start({
    main: () => {
      const server = isSecure ? http2.createSecureServer({ cert, key }) : http2.createServer();
      server.on("stream", answer).listen(8443);
    },
  });
}

test.each(Object.keys(WAYS))("large bodies there and back, on a bad network, %s", async (way) => {
  const connect = WAYS[way];
  const { a, b } = twoHosts({ lossRate: 0.02 });
  const isSecure = !way.includes("clear");
  serve(b, isSecure, (stream) => {
    stream.respond();
    stream.pipe(stream);
  });
  const lengths = await a.run(async () => {
    const socket = await connect?.();
    const own = socket === undefined ? {} : { createConnection: () => socket };
    const session = http2.connect(`${isSecure ? "https" : "http"}://b:8443`, { ca: cert, ...own });
    const echo = async (bytes: number): Promise<number> => {
      const stream = session.request({ ":path": "/", ":method": "POST" });
      stream.end("x".repeat(bytes));
      let length = 0;
      for await (const piece of stream) length += piece.length;
      return length;
    };
    const lengths = await Promise.all(SIZES.map(echo));
    session.close();
    return lengths;
  });
  expect(lengths).toEqual(SIZES);
});

test("the date header and the time of a ping are virtual", async () => {
  const { a, b } = twoHosts({ delayMs: 50 });
  serve(b, false, (stream) => {
    stream.respond({ ":status": 204 }, { endStream: true });
  });
  const told = await a.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    const session = http2.connect("http://b:8443");
    const [headers] = await once(session.request({ ":path": "/" }), "response");
    const ms = await new Promise((resolve) => session.ping((_error, took) => resolve(took)));
    session.close();
    return [headers.date, ms];
  });
  expect(told).toEqual(["Thu, 01 Jan 2026 01:00:00 GMT", expect.closeTo(100, 0)]);
});

test("a server without net: performServerHandshake()", async () => {
  const { a, b } = twoHosts();
  b.start({
    main: () =>
      net
        .createServer((socket) => {
          http2.performServerHandshake(socket).on("stream", (stream) => {
            stream.respond();
            stream.end("hello");
          });
        })
        .listen(8443),
  });
  const text = await a.run(async () => {
    const session = http2.connect("http://b:8443");
    let text = "";
    for await (const piece of session.request({ ":path": "/" })) text += piece;
    session.close();
    return text;
  });
  expect(text).toBe("hello");
});

/** What clients do with one session: bodies, a stream that is reset, trailers, a ping. */
async function manyStreams(isSecure: boolean): Promise<unknown> {
  const { world, a, b } = twoHosts({ lossRate: 0.02 });
  serve(b, isSecure, (stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ sum: "1" }));
    stream.pipe(stream);
  });
  const told = await a.run(async () => {
    const session = http2.connect(`${isSecure ? "https" : "http"}://b:8443`, { ca: cert });
    const one = async (bytes: number): Promise<unknown> => {
      const stream = session.request({ ":path": "/", ":method": "POST" });
      for (let part = 0; part < 5; part++) stream.write("x".repeat(bytes / 5));
      if (bytes > 60_000) stream.close(http2.constants.NGHTTP2_CANCEL);
      else stream.end();
      let length = 0;
      for await (const piece of stream) length += piece.length;
      return [length, world.nowNs];
    };
    const all: Promise<unknown>[] = [50_000, 100, 70_000, 20_000].map(one);
    all.push(new Promise((resolve) => session.ping((_error, took) => resolve(took))));
    for (let i = 0; i < 6; i++) {
      await new Promise((resolve) => setTimeout(resolve, i));
      all.push(one(1000 * i));
    }
    const told = await Promise.all(all);
    session.close();
    await once(session, "close");
    return told;
  });
  return { told, hash: world.hash };
}

test.each([
  ["in clear", false],
  ["over TLS, whose bytes are chance", true],
] as const)("the same hash each time, also under load, %s", async (_way, isSecure) => {
  const first = await manyStreams(isSecure);
  expect(await manyStreams(isSecure)).toEqual(first);
  expect(await underLoad(() => manyStreams(isSecure), 3)).toEqual(first);
});
