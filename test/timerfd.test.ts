/** timerfd_create(2) in virtual time. What Linux 6.18 answered to the same calls stands beside the expectations. */
import {
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  POLLIN,
  type Sys,
  TFD_CLOEXEC,
  TFD_NONBLOCK,
  TFD_TIMER_ABSTIME,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

const MS = 1e6;

async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Expirations read. */
async function expirations(sys: Sys, fd: number): Promise<number | string> {
  const buffer = new Uint8Array(8);
  const result = await outcome(() => sys.read(fd, buffer));
  return typeof result === "string" ? result : Number(new DataView(buffer.buffer).getBigUint64(0, true));
}

const ms = (milliseconds: number) => ({ seconds: 0, nanoseconds: milliseconds * MS });
const nowMs = (sys: Sys) => {
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return seconds * 1000 + nanoseconds / MS;
};

test("a one-shot timer expires once, at its time", async () => {
  await runProgram(async (sys) => {
    const fd = sys.timerfdCreate("CLOCK_MONOTONIC");
    sys.timerfdSettime(fd, 0, { value: ms(5) });
    expect(sys.timerfdGettime(fd)).toEqual({ value: ms(5), interval: ms(0) });
    const entry = { fd, events: POLLIN, revents: 0 };
    expect(await sys.poll([entry], 4.9)).toBe(0);
    expect([await sys.poll([entry]), nowMs(sys)]).toEqual([1, 5]);
    expect([await expirations(sys, fd), nowMs(sys)]).toEqual([1, 5]);
    expect(sys.timerfdGettime(fd).value).toEqual(ms(0));
    expect(await sys.poll([entry], 1000)).toBe(0);
  });
});

test("an interval timer counts what nobody has read, and keeps its beat", async () => {
  await runProgram(async (sys) => {
    const fd = sys.timerfdCreate("CLOCK_MONOTONIC", TFD_NONBLOCK);
    sys.timerfdSettime(fd, 0, { value: ms(10), interval: ms(10) });
    await sys.nanosleep(35 * MS);
    expect([await expirations(sys, fd), await expirations(sys, fd)]).toEqual([3, "EAGAIN"]);
    await sys.nanosleep(25 * MS);
    // At 60 ms: the one of this very moment has come. gettime() reckons and takes nothing.
    expect(sys.timerfdGettime(fd)).toEqual({ value: ms(10), interval: ms(10) });
    expect(await expirations(sys, fd)).toBe(3);
    await sys.nanosleep(4 * MS);
    expect(sys.timerfdSettime(fd, 0, { value: ms(5) })).toEqual({ value: ms(6), interval: ms(10) });
    await sys.nanosleep(100 * MS);
    expect(await expirations(sys, fd)).toBe(1);
  });
});

test("setting a timer forgets what it had counted, and zero disarms it", async () => {
  await runProgram(async (sys) => {
    const fd = sys.timerfdCreate("CLOCK_MONOTONIC", TFD_NONBLOCK);
    sys.timerfdSettime(fd, 0, { value: ms(1), interval: ms(1) });
    await sys.nanosleep(5 * MS);
    sys.timerfdSettime(fd, 0, { value: {} });
    expect(await expirations(sys, fd)).toBe("EAGAIN");
    await sys.nanosleep(5 * MS);
    expect([await expirations(sys, fd), sys.timerfdGettime(fd).value]).toEqual(["EAGAIN", ms(0)]);
  });
});

describe("TFD_TIMER_ABSTIME", () => {
  test("takes a moment of the clock; one that has passed expires at once, with all since", async () => {
    await runProgram(async (sys) => {
      const fd = sys.timerfdCreate("CLOCK_MONOTONIC");
      await sys.sleep(3);
      sys.timerfdSettime(fd, TFD_TIMER_ABSTIME, { value: { seconds: 4 } });
      expect([await expirations(sys, fd), nowMs(sys)]).toEqual([1, 4000]);
      sys.timerfdSettime(fd, TFD_TIMER_ABSTIME, { value: { seconds: 2 }, interval: { seconds: 1 } });
      expect([await expirations(sys, fd), nowMs(sys)]).toEqual([3, 4000]);
      expect([await expirations(sys, fd), nowMs(sys)]).toEqual([1, 5000]);
    });
  });

  test("means real time on CLOCK_REALTIME, to the nanosecond", async () => {
    await runProgram(
      async (sys) => {
        const fd = sys.timerfdCreate("CLOCK_REALTIME");
        const { seconds, nanoseconds } = sys.clockGettime("CLOCK_REALTIME");
        expect(nanoseconds).toBe(250 * MS);
        sys.timerfdSettime(fd, TFD_TIMER_ABSTIME, { value: { seconds: seconds + 1, nanoseconds: nanoseconds + 1 } });
        expect([await expirations(sys, fd), nowMs(sys)]).toEqual([1, 1000.000001]);
        sys.timerfdSettime(fd, 0, { value: ms(7) });
        expect([await expirations(sys, fd), nowMs(sys)]).toEqual([1, 1007.000001]);
      },
      { epoch: 1_767_225_600_250 },
    );
  });
});

describe("a world", () => {
  test("is not kept running by a daemon's timer", async () => {
    const { world, alice } = oneHost();
    alice.spawn(
      "ticker",
      async (sys) => {
        const fd = sys.timerfdCreate("CLOCK_MONOTONIC");
        sys.timerfdSettime(fd, 0, { value: { seconds: 1 }, interval: { seconds: 1 } });
        for (;;) await expirations(sys, fd);
      },
      { daemon: true },
    );
    alice.spawn("program", (sys) => sys.sleep(2.5));
    expect((await world.run()).nowNs).toBe(2.5e9);
  });

  test("does not go on for a timer that nobody reads, or whose descriptor is closed", async () => {
    const { world, alice } = oneHost();
    alice.spawn("program", async (sys) => {
      sys.timerfdSettime(sys.timerfdCreate("CLOCK_MONOTONIC"), 0, { value: ms(1), interval: ms(1) });
      const closed = sys.timerfdCreate("CLOCK_MONOTONIC");
      sys.timerfdSettime(closed, 0, { value: { seconds: 60 } });
      sys.close(closed);
      await sys.sleep(1);
    });
    const { nowNs, events } = await world.run();
    expect(nowNs).toBe(1e9);
    expect(events).toBeLessThan(10);
  });

  test("with a reader of a disarmed timer is a deadlock", async () => {
    await expect(
      runProgram((sys) => sys.read(sys.timerfdCreate("CLOCK_MONOTONIC"), new Uint8Array(8))),
    ).rejects.toThrow("read() waits on a_inode [timerfd]");
  });
});

test("flags are heeded, and what is wrong is refused as on Linux", async () => {
  await runProgram(async (sys) => {
    const fd = sys.timerfdCreate("CLOCK_MONOTONIC", TFD_CLOEXEC | TFD_NONBLOCK);
    expect([sys.fcntl(fd, F_GETFD), sys.fcntl(fd, F_GETFL)]).toEqual([FD_CLOEXEC, O_RDWR | O_NONBLOCK]);
    const set = (setting: object, flags = 0, on = fd) => outcome(() => sys.timerfdSettime(on, flags, setting as never));
    expect(await outcome(() => sys.timerfdCreate("CLOCK_PROCESS_CPUTIME_ID"))).toBe("EINVAL");
    expect(await outcome(() => sys.timerfdCreate("CLOCK_MONOTONIC", 1))).toBe("EINVAL");
    expect(await set({ value: { nanoseconds: 1e9 } })).toBe("EINVAL");
    expect(await set({ value: { seconds: -1 } })).toBe("EINVAL");
    expect(await set({ value: { seconds: Number.NaN } })).toBe("EINVAL");
    expect(await set({ value: {}, interval: { nanoseconds: -1 } })).toBe("EINVAL");
    expect(await set({ value: ms(1) }, 8)).toBe("EINVAL");
    expect(await set({ value: ms(1) }, 0, 0)).toBe("EINVAL");
    expect(await set({ value: ms(1) }, 0, 99)).toBe("EBADF");
    expect(await set({})).toBe("EFAULT");
    expect(await outcome(() => sys.timerfdGettime(0))).toBe("EINVAL");
    expect(await outcome(() => sys.timerfdGettime(99))).toBe("EBADF");
    expect(await outcome(() => sys.write(fd, new Uint8Array(8)))).toBe("EINVAL");
    expect(await outcome(() => sys.read(fd, new Uint8Array(7)))).toBe("EINVAL");
    expect(await set({ value: { seconds: 1e12 }, interval: { seconds: 1e12 } })).toMatchObject({ value: ms(0) });
    sys.close(fd);
  });
});
