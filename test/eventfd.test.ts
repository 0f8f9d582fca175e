/** eventfd(2), against a model that counts with BigInt; what the errors are was asked of Linux 6.18. */
import fc from "fast-check";
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EFD_SEMAPHORE,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  POLLIN,
  POLLOUT,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const MAX = 2n ** 64n - 2n;

function bytes(value: bigint): Uint8Array {
  const buffer = new Uint8Array(8);
  new DataView(buffer.buffer).setBigUint64(0, value, true);
  return buffer;
}

/** The error's name, or what the call gave. */
async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

async function take(sys: Sys, fd: number): Promise<bigint | string> {
  const buffer = new Uint8Array(8);
  const result = await outcome(() => sys.read(fd, buffer));
  return typeof result === "string" ? result : new DataView(buffer.buffer).getBigUint64(0, true);
}

async function readiness(sys: Sys, fd: number): Promise<number> {
  const entry = { fd, events: POLLIN | POLLOUT, revents: 0 };
  await sys.poll([entry], 0);
  return entry.revents;
}

test("a counter does what a model with BigInt does", async () => {
  const value = fc.oneof(
    fc.bigInt(0n, 5n),
    fc.constantFrom(2n ** 32n - 1n, 2n ** 32n, MAX - 1n, MAX, MAX + 1n),
    fc.bigInt(0n, MAX + 1n),
  );
  const step = fc.oneof(fc.constant("read" as const), value);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(0xffff_ffff),
      fc.boolean(),
      fc.array(step, { maxLength: 30 }),
      async (initial, isSemaphore, steps) => {
        await runProgram(async (sys) => {
          let count = BigInt(initial);
          const fd = sys.eventfd(initial, isSemaphore ? EFD_NONBLOCK | EFD_SEMAPHORE : EFD_NONBLOCK);
          for (const each of steps) {
            if (each === "read") {
              const taken = isSemaphore && count > 0n ? 1n : count;
              expect(await take(sys, fd)).toBe(count === 0n ? "EAGAIN" : taken);
              count -= taken;
            } else {
              const error = each > MAX ? "EINVAL" : count + each > MAX ? "EAGAIN" : undefined;
              expect(await outcome(() => sys.write(fd, bytes(each)))).toBe(error ?? 8);
              if (error === undefined) count += each;
            }
            expect(await readiness(sys, fd)).toBe((count > 0n ? POLLIN : 0) | (count < MAX ? POLLOUT : 0));
          }
        });
      },
    ),
    { numRuns: 60 },
  );
});

describe("waiting", () => {
  test("a reader waits for something to take", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd();
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.write(fd, bytes(3n));
      });
      expect([await take(sys, fd), sys.clockGettime("CLOCK_MONOTONIC").seconds]).toEqual([3n, 1]);
      await sys.wait();
    });
  });

  test("a writer for whom there is no room goes on when somebody has read", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd();
      await sys.write(fd, bytes(MAX));
      sys.fork(async (child) => {
        await child.write(fd, bytes(2n));
        return child.clockGettime("CLOCK_MONOTONIC").seconds;
      });
      await sys.sleep(4);
      expect(await take(sys, fd)).toBe(MAX);
      expect((await sys.wait()).status).toBe(4 << 8);
      expect(await take(sys, fd)).toBe(2n);
    });
  });

  test("a semaphore lets as many through as were posted", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd(0, EFD_SEMAPHORE);
      for (let i = 0; i < 3; i++) sys.fork(async (child) => ((await take(child, fd)) === 1n ? 0 : 1));
      await sys.write(fd, bytes(2n));
      await sys.sleep(1);
      expect([(await sys.wait()).status, (await sys.wait()).status]).toEqual([0, 0]);
      await sys.sleep(1);
      await sys.write(fd, bytes(1n));
      expect((await sys.wait()).status).toBe(0);
    });
  });
});

test("flags are heeded, and what is wrong is refused as on Linux", async () => {
  await runProgram(async (sys) => {
    const fd = sys.eventfd(7, EFD_CLOEXEC | EFD_NONBLOCK);
    expect([sys.fcntl(fd, F_GETFD), sys.fcntl(fd, F_GETFL)]).toEqual([FD_CLOEXEC, O_RDWR | O_NONBLOCK]);
    for (const length of [0, 4, 16]) {
      expect(await outcome(() => sys.write(fd, new Uint8Array(length)))).toBe("EINVAL");
    }
    expect(await outcome(() => sys.read(fd, new Uint8Array(4)))).toBe("EINVAL");
    expect(await outcome(() => sys.read(fd, new Uint8Array(16)))).toBe(8);
    expect(await outcome(() => sys.eventfd(0, 2))).toBe("EINVAL");
    expect(await outcome(() => sys.eventfd(-1))).toBe("EINVAL");
    expect(await outcome(() => sys.eventfd(2 ** 32))).toBe("EINVAL");
  });
});
