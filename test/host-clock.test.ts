/** Clocks of hosts that go wrong: what their programs are told, and how long they wait. */
import { ITIMER_REAL, SIGALRM, World } from "netloom";
import { describe, expect, test } from "vitest";

const EPOCH_S = Date.UTC(2026, 0, 1) / 1000;

function ahead() {
  const world = new World();
  return { world, host: world.host("ahead", { clock: { skewMs: 90_000, driftPpm: 1000 } }) };
}

describe("a host whose clock is 90 s ahead, and runs 1000 ppm too fast", () => {
  test("clock_gettime(2) and the times of a file agree", async () => {
    const { world, host } = ahead();
    const told: unknown[] = [];
    host.spawn("p", async (sys) => {
      await sys.sleep(1000);
      const { seconds } = sys.clockGettime("CLOCK_REALTIME");
      const fd = await sys.open("/tmp/new", 0o101);
      told.push(sys.clockGettime("CLOCK_MONOTONIC"), seconds - EPOCH_S, sys.fstat(fd).mtime.seconds - EPOCH_S);
      return 0;
    });
    await world.run();
    expect(told).toEqual([{ seconds: 1000, nanoseconds: 0 }, 1090, 1090]);
    // A thousand of its seconds are over a second earlier.
    expect(world.nowNs).toBe(999_000_999_001);
  });

  test("poll(2), setitimer(2), and timerfd wait by it", async () => {
    const { world, host } = ahead();
    const waits: number[] = [];
    host.spawn("p", async (sys) => {
      const measure = async (wait: () => Promise<unknown>): Promise<void> => {
        const before = world.nowNs;
        await wait().catch(() => {});
        waits.push(Math.round((world.nowNs - before) / 1e6));
      };
      await measure(() => sys.poll([], 1_001_000));
      await measure(async () => {
        sys.setitimer(ITIMER_REAL, { valueNs: 1001e9, intervalNs: 0 });
        await sys.sigwait([SIGALRM]);
      });
      await measure(async () => {
        const fd = sys.timerfdCreate("CLOCK_MONOTONIC", 0);
        sys.timerfdSettime(fd, 0, { value: { seconds: 1001 } });
        await sys.read(fd, new Uint8Array(8));
      });
      await measure(async () => {
        const fd = sys.timerfdCreate("CLOCK_REALTIME", 0);
        const { seconds, nanoseconds } = sys.clockGettime("CLOCK_REALTIME");
        sys.timerfdSettime(fd, 1, { value: { seconds: seconds + 1001, nanoseconds } });
        await sys.read(fd, new Uint8Array(8));
      });
      return 0;
    });
    await world.run();
    expect(waits).toEqual([1_000_000, 1_000_000, 1_000_000, 1_000_000]);
  });
});

test("a clock behind, and one that is none", () => {
  const world = new World();
  world.host("behind", { clock: { skewMs: -5000, driftPpm: -20 } });
  expect(() => world.host("odd", { clock: { driftPpm: 1e6 } })).toThrow(RangeError);
});
