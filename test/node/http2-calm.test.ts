/** What HTTP/2 puts off until the event loop turns happens before the clock moves, however long it takes. */
import "netloom/register";
import { once } from "node:events";
import http2 from "node:http2";
import net from "node:net";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const LETTERS = 12;
/** The first letter, the others and the end of the stream have a frame each, which has a head. */
const BYTES = LETTERS + 3 * 9;

/** When and how much the client wrote to the network while it sent the letters one by one, and the hash. */
async function sendLetters(connect: () => http2.ClientHttp2Session) {
  const { world, a, b } = twoHosts();
  b.start({
    main: () => {
      const server = http2.createServer();
      server.on("stream", (stream) => {
        stream.respond();
        stream.pipe(stream);
      });
      server.listen(80);
    },
  });
  const writes: { timeNs: number; bytes: number }[] = [];
  await a.run(async () => {
    const session = connect();
    await once(session, "connect");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    world.journal = ({ title }, what, bytes) => {
      if (title.endsWith("on a") && what === "write") writes.push({ timeNs: world.nowNs, bytes });
    };
    const stream = session.request({ ":method": "POST" });
    for (let i = 0; i < LETTERS; i++) stream.write("x");
    stream.end();
    let text = "";
    for await (const part of stream.setEncoding("utf8")) text += part;
    expect(text).toBe("x".repeat(LETTERS));
    session.destroy();
  });
  return { writes, hash: world.hash };
}

test.each([
  ["", () => http2.connect("http://b")],
  [" over a socket of one's own", () => http2.connect("http://b", { createConnection: () => net.connect(80, "b") })],
])("letters%s", async (_how, connect) => {
  const first = await sendLetters(connect);
  const atOnce = first.writes.filter(({ timeNs }) => timeNs === first.writes[0]?.timeNs);
  expect(atOnce.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThanOrEqual(BYTES);
  expect(await sendLetters(connect)).toEqual(first);
});
