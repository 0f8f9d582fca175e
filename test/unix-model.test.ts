/**
 * Models of Unix-domain sockets under random sends, receives, shutdowns and closes: on streams no byte is lost, invented
 * or moved; datagrams and seqpackets keep their boundaries.
 */

import fc from "fast-check";
import { AF_UNIX, MSG_DONTWAIT, SHUT_WR, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, type Sys } from "netloom";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const code = (error: unknown): string => (error as { code: string }).code;
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom("send", "send", "receive", "receive", "shut", "close"),
    end: fc.nat(1),
    bytes: fc.oneof(fc.nat(10), fc.nat(5000), fc.nat(120_000)),
  }),
  { maxLength: 40 },
);

/** Distinct enough that a byte out of place is seen. */
const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => ((from + i) * 31) >> 3);

/** What one end has sent and the other not received, the ends of either being open or not. */
interface Direction {
  readonly queue: Uint8Array[];
  sent: number;
  shut: boolean;
}

async function follow(sys: Sys, type: number, actions: Iterable<{ kind: string; end: number; bytes: number }>) {
  const ends = sys.socketpair(AF_UNIX, type);
  const open = [true, true];
  const directions: [Direction, Direction] = [
    { queue: [], sent: 0, shut: false },
    { queue: [], sent: 0, shut: false },
  ];
  for (const { kind, end, bytes } of actions) {
    const fd = ends[end] as number;
    if (!open[end]) continue;
    const [out, into] = [directions[end] as Direction, directions[1 - end] as Direction];
    if (kind === "send") {
      const data = numbered(out.sent, bytes);
      const sent = await sys.send(fd, data, MSG_DONTWAIT).catch(code);
      if (out.shut || !open[1 - end]) {
        // ECONNRESET and ECONNREFUSED come once, and ENOTCONN from then on.
        expect(["EPIPE", "ECONNRESET", "ECONNREFUSED", "ENOTCONN", 0]).toContain(sent);
        // A datagram socket that finds its peer gone forgets it, with what it had sent.
        if (sent === "ECONNREFUSED") into.queue.splice(0);
      } else if (sent !== "EAGAIN") {
        expect(type === SOCK_STREAM ? (sent as number) <= bytes : sent === bytes).toBe(true);
        if (type !== SOCK_STREAM || (sent as number) > 0) out.queue.push(data.subarray(0, sent as number));
        out.sent += sent as number;
      }
    }
    if (kind === "receive") {
      const buffer = new Uint8Array(bytes + 1);
      const received = await sys.recv(fd, buffer, MSG_DONTWAIT).catch(code);
      if (received === "ECONNRESET") continue;
      const expected =
        type === SOCK_STREAM ? takeBytes(into.queue, bytes + 1) : into.queue.shift()?.subarray(0, bytes + 1);
      if (expected === undefined) {
        const isAtEnd = type !== SOCK_DGRAM && (into.shut || !open[1 - end]);
        expect(received).toBe(isAtEnd ? 0 : "EAGAIN");
      } else {
        expect(received).toBe(expected.length);
        expect(Buffer.from(buffer.subarray(0, received as number)).equals(expected)).toBe(true);
      }
    }
    if (kind === "shut" && type !== SOCK_DGRAM) {
      sys.shutdown(fd, SHUT_WR);
      out.shut = true;
    }
    if (kind === "close") {
      sys.close(fd);
      open[end] = false;
    }
  }
}

/** The first bytes of a queue of pieces; undefined when it is empty. */
function takeBytes(queue: Uint8Array[], countMax: number): Uint8Array | undefined {
  if (queue.length === 0) return undefined;
  const all = Buffer.concat(queue);
  queue.splice(0, queue.length);
  if (all.length > countMax) queue.push(all.subarray(countMax));
  return all.subarray(0, countMax);
}

describe("one process, both ends, call by call", () => {
  test.each([
    ["a stream", SOCK_STREAM],
    ["datagrams", SOCK_DGRAM],
    ["seqpackets", SOCK_SEQPACKET],
  ])("%s", async (_, type) => {
    await fc.assert(
      fc.asyncProperty(steps, async (actions) => {
        await runProgram((sys) => follow(sys, type, actions));
      }),
      { numRuns: 25 },
    );
  });
});

test("two processes that wait: every byte of a stream arrives, in order, whatever the pieces", async () => {
  const sizes = (min: number, max: number) => fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes(1, 80_000), sizes(500, 100_000), async (writes, reads) => {
      await runProgram(async (sys) => {
        const [ours, theirs] = sys.socketpair(AF_UNIX, SOCK_STREAM);
        sys.fork(async (child) => {
          child.close(ours);
          let sent = 0;
          for (const length of writes) {
            expect(await child.write(theirs, numbered(sent, length))).toBe(length);
            sent += length;
          }
        });
        sys.close(theirs);
        const total = writes.reduce((sum, length) => sum + length, 0);
        let received = 0;
        for (let i = 0; ; i++) {
          const buffer = new Uint8Array(reads[i % reads.length] as number);
          const bytes = await sys.read(ours, buffer);
          if (bytes === 0) break;
          expect(Buffer.from(buffer.subarray(0, bytes)).equals(numbered(received, bytes))).toBe(true);
          received += bytes;
        }
        expect(received).toBe(total);
      });
    }),
    { numRuns: 15 },
  );
});

test("many processes send datagrams to one: each arrives once, whole, in its sender's order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }), async (counts) => {
      await runProgram(async (sys) => {
        const receiver = sys.socket(AF_UNIX, SOCK_DGRAM);
        sys.bind(receiver, { path: "/tmp/r" });
        for (const [sender, count] of counts.entries()) {
          sys.fork(async (child) => {
            const s = child.socket(AF_UNIX, SOCK_DGRAM);
            for (let i = 0; i < count; i++) {
              await child.sendto(s, Uint8Array.of(sender, i, ...new Uint8Array(i)), { path: "/tmp/r" });
            }
          });
        }
        const next = counts.map(() => 0);
        const buffer = new Uint8Array(100);
        for (let left = counts.reduce((sum, count) => sum + count, 0); left > 0; left--) {
          const bytes = await sys.recv(receiver, buffer);
          const [sender, i] = buffer as unknown as [number, number];
          expect([i, bytes]).toEqual([next[sender], 2 + i]);
          next[sender] = i + 1;
        }
        expect(next).toEqual(counts);
      });
    }),
    { numRuns: 15 },
  );
});
