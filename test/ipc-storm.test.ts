/**
 * Models of channels between processes under random signals, stops, continues, closes and kills: on streams no byte is lost, invented
 * or moved; messages keep their boundaries and their order. Unix-domain stream, datagram and seqpacket sockets, FIFOs and pipes.
 *
 * The writers number what they send, and the reader finds what is missing. What a call has answered has been sent; a call that a
 * kill has cut off may have sent a part of its bytes, or its message.
 */
import fc from "fast-check";
import {
  AF_UNIX,
  MSG_WAITALL,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
  SA_RESTART,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGUSR1,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Sys,
  World,
} from "netloom";
import { describe, expect, test } from "vitest";

/** "filled": a stream, by send(2) and by recv(2) with MSG_WAITALL. */
type Kind = "stream" | "filled" | "datagram" | "seqpacket" | "fifo" | "pipe";

interface Blow {
  readonly afterUs: number;
  readonly to: 0 | 1;
  readonly what: number;
}

interface Storm {
  readonly blows: readonly Blow[];
  readonly flags: number;
  readonly sizes: readonly number[];
  readonly readBytes: number;
  /** The writer closes after so many, and is killed (or not) by the last blow. */
  readonly isKilled: boolean;
}

const byteAt = (position: number): number => (position * 31 + (position >> 8)) & 0xff;
const numbered = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => byteAt(from + i));

/** A call that is made again until no signal interrupts it. */
async function insist<R>(call: () => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as { code?: string }).code !== "EINTR") throw error;
    }
  }
}

/** What the writer and the reader open, in their own processes. */
function channel(kind: Kind, sys: Sys): { write: (own: Sys) => Promise<number>; read: (own: Sys) => Promise<number> } {
  if (kind === "fifo") {
    sys.mkfifo("/tmp/fifo", 0o600);
    return {
      write: (own) => insist(() => own.open("/tmp/fifo", O_WRONLY)),
      read: (own) => insist(() => own.open("/tmp/fifo", O_RDONLY)),
    };
  }
  const types = { stream: SOCK_STREAM, filled: SOCK_STREAM, datagram: SOCK_DGRAM, seqpacket: SOCK_SEQPACKET };
  const [read, write] = kind === "pipe" ? sys.pipe() : sys.socketpair(AF_UNIX, types[kind]);
  const own = (mine: number, theirs: number) => async (process: Sys) => {
    process.close(theirs);
    return mine;
  };
  return { write: own(write, read), read: own(read, write) };
}

/** What has gone wrong, in words; nothing when all is well. */
async function weather(kind: Kind, storm: Storm): Promise<string[]> {
  const world = new World();
  const alice = world.host("alice");
  const keepsBoundaries = kind === "datagram" || kind === "seqpacket";
  const wrong: string[] = [];
  let [tried, answered, received] = [0, 0, 0];
  let isEnded = false;
  alice.spawn("parent", async (sys) => {
    const ends = channel(kind, sys);
    const prepare = (own: Sys) => own.sigaction(SIGUSR1, { handler: () => {}, flags: storm.flags });
    const writer = sys.fork(async (own) => {
      prepare(own);
      const fd = await ends.write(own);
      for (const size of storm.sizes) {
        const data = numbered(keepsBoundaries ? size : answered, size);
        for (let done = 0; done < size; ) {
          tried = answered + (size - done);
          const sent = await insist(() =>
            kind === "filled" ? own.send(fd, data.subarray(done)) : own.write(fd, data.subarray(done)),
          );
          if (keepsBoundaries && sent !== size) wrong.push(`a message of ${size} was sent as ${sent}`);
          done += sent;
          answered += sent;
        }
        await insist(() => own.nanosleep(1500));
      }
      // There is no end of file on a datagram socket: an empty message says so.
      if (kind === "datagram") await insist(() => own.write(fd, ""));
      isEnded = true;
    });
    const reader = sys.fork(async (own) => {
      prepare(own);
      const fd = await ends.read(own);
      const buffer = new Uint8Array(keepsBoundaries ? 200_000 : storm.readBytes);
      for (let message = 0; ; message++) {
        const bytes = await insist(() =>
          kind === "filled" ? own.recv(fd, buffer, MSG_WAITALL) : own.read(fd, buffer),
        );
        if (bytes === 0) return;
        const first = keepsBoundaries ? bytes : received;
        if (keepsBoundaries && bytes !== storm.sizes[message]) {
          wrong.push(`message ${message} of ${storm.sizes[message]} came as ${bytes}`);
        }
        const at = buffer.subarray(0, bytes).findIndex((byte, i) => byte !== byteAt(first + i));
        if (at !== -1) wrong.push(`byte ${received + at} is another one`);
        received += bytes;
        await insist(() => own.nanosleep(1000));
      }
    });
    if (kind !== "fifo") for (const fd of [3, 4]) sys.close(fd);
    for (const { afterUs, to, what } of storm.blows) {
      await sys.nanosleep(afterUs * 1000);
      await sys.kill([writer, reader][to] as number, what);
    }
    if (storm.isKilled) await sys.kill(writer, SIGKILL);
    for (const pid of [writer, reader]) await sys.kill(pid, SIGCONT);
    await sys.waitpid(writer);
    // Nobody tells a datagram reader that the writer was killed, nor one of a FIFO that nobody ever opened.
    if (storm.isKilled && (kind === "datagram" || kind === "fifo")) {
      await sys.sleep(1);
      await sys.kill(reader, SIGKILL);
    }
    await sys.waitpid(reader);
  });
  const { crashes } = await world.run();
  wrong.push(...crashes.map(({ error }) => String(error)));
  if (received < answered) wrong.push(`${answered - received} bytes are lost`);
  if (received > tried) wrong.push(`${received - tried} bytes are invented`);
  if (!storm.isKilled && (!isEnded || received !== answered)) wrong.push(`${answered} sent, ${received} received`);
  return wrong;
}

const blow = fc.record({
  afterUs: fc.integer({ min: 0, max: 12 }),
  to: fc.constantFrom(0 as const, 1 as const),
  what: fc.constantFrom(SIGUSR1, SIGUSR1, SIGUSR1, SIGSTOP, SIGCONT, SIGCONT),
});
const storms = fc.record({
  // A handler is set before the first signal comes.
  blows: fc.array(blow, { maxLength: 20 }).map((blows) => [{ afterUs: 1, to: 0 as const, what: SIGCONT }, ...blows]),
  flags: fc.constantFrom(0, SA_RESTART),
  sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 90_000 })), {
    minLength: 1,
    maxLength: 8,
  }),
  readBytes: fc.constantFrom(1000, 4096, 7000, 65_536),
  isKilled: fc.boolean(),
});

describe("under a storm of signals, nothing is lost, invented or moved", () => {
  test.each<Kind>(["stream", "filled", "datagram", "seqpacket", "fifo", "pipe"])("%s", async (kind) => {
    await fc.assert(
      fc.asyncProperty(storms, async (storm) => {
        expect(await weather(kind, storm)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

test("a stream whose reader is killed: EPIPE or ECONNRESET, and no writer hangs", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<Kind>("stream", "seqpacket", "pipe"), fc.nat(20), async (kind, afterUs) => {
      const world = new World();
      let end = "";
      world.host("alice").spawn("parent", async (sys) => {
        const ends = channel(kind, sys);
        const reader = sys.fork(async (own) => {
          const fd = await ends.read(own);
          for (;;) {
            await own.read(fd, new Uint8Array(5000));
            await own.nanosleep(1000);
          }
        });
        sys.fork(async (own) => {
          own.signal(13, 1);
          const fd = await ends.write(own);
          for (;;) {
            try {
              await own.write(fd, numbered(0, 30_000));
              await own.nanosleep(500);
            } catch (error) {
              end = (error as { code: string }).code;
              return;
            }
          }
        });
        for (const fd of [3, 4]) sys.close(fd);
        await sys.nanosleep(1 + afterUs * 1000);
        await sys.kill(reader, SIGKILL);
        await sys.wait();
        await sys.wait();
      });
      await world.run();
      expect(["EPIPE", "ECONNRESET"]).toContain(end);
    }),
    { numRuns: 10 },
  );
});

const PIECES = 5;

test("a FIFO with several writers: what is written in one piece of up to PIPE_BUF bytes is one piece", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4096 }), { minLength: 2, maxLength: 4 }), async (sizes) => {
      const world = new World();
      const pieces: number[] = [];
      world.host("alice").spawn("reader", async (sys) => {
        sys.mkfifo("/tmp/fifo", 0o600);
        for (const [index, size] of sizes.entries()) {
          sys.fork(async (own) => {
            const fd = await own.open("/tmp/fifo", O_WRONLY | O_CREAT);
            for (let i = 0; i < PIECES; i++) await own.write(fd, new Uint8Array(size).fill(index + 1));
          });
        }
        const fd = await sys.open("/tmp/fifo", O_RDONLY);
        await sys.sleep(1);
        const all = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0) * PIECES);
        let end = 0;
        for (let bytes = -1; bytes !== 0; end += bytes) bytes = await sys.read(fd, all.subarray(end, end + 3000));
        for (let at = 0; at < end; ) {
          const index = (all[at] as number) - 1;
          const size = sizes[index] as number;
          pieces.push(all.slice(at, at + size).every((byte) => byte === index + 1) ? size : -1);
          at += size;
        }
        for (const _ of sizes) await sys.wait();
      });
      expect((await world.run()).crashes).toEqual([]);
      expect(pieces).not.toContain(-1);
      expect(pieces).toHaveLength(sizes.length * PIECES);
    }),
    { numRuns: 8 },
  );
});
