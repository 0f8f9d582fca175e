/** Signals for programs that are called back, and what random signals must not do to a stream of bytes. */

import fc from "fast-check";
import { SA_RESTART, SIGCONT, SIGSTOP, SIGUSR1, type Sys, World } from "netloom";
import { descriptorCalls, type Image, ioCalls, Operation, type Runnable, signalCalls } from "netloom/kernel";
import { describe, expect, test } from "vitest";

describe("a runtime of one's own", () => {
  test("lets handlers run in its own time, and operations hear of the interruption", async () => {
    const delivered: string[] = [];
    const seen: unknown[] = [];
    const world = new World();
    world.runtimes.add({
      name: "callbacks",
      accepts: (program) => typeof program === "object",
      start(image, program) {
        (program as { main: (image: Image) => void }).main(image);
        return { stop: () => {} };
      },
      schedule: (_image: Image, turn: Runnable) => void setImmediate(() => turn.run()),
      signal(_image, deliver) {
        delivered.push("asked");
        queueMicrotask(deliver);
      },
    });
    const alice = world.host("alice");
    const spawned = alice.spawn("program", {
      main(image: Image) {
        const { process } = image;
        image.handlerContext = "mine";
        const [readFd] = descriptorCalls.pipe(process) as readonly [number, number];
        const attempt = ioCalls.reading(process, readFd, new Uint8Array(1));
        if (typeof attempt === "string") throw new Error(attempt);
        const handler = (signo: number, _info: unknown, context: unknown) => void seen.push(signo, context);
        const { mask } = process.signals.actionOf(SIGUSR1);
        signalCalls.sigaction(process, SIGUSR1, { handler, flags: 0, mask });
        const reading = new Operation(process, attempt, (result) => {
          seen.push(result, reading.pending);
          image.exit(0);
        });
        seen.push(reading.start());
      },
    });
    alice.spawn("sender", async (sys) => {
      await sys.sleep(1);
      await sys.kill(spawned.pid, SIGUSR1);
    });
    expect((await world.run()).crashes).toEqual([]);
    expect([delivered, seen]).toEqual([["asked"], ["EAGAIN", SIGUSR1, "mine", "EINTR", false]]);
  });
});

describe("a stream under random signals", () => {
  /** A call that is made again until no signal interrupts it; a write answers how much went in. */
  async function insist(call: () => Promise<number>): Promise<number> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if ((error as { code: string }).code !== "EINTR") throw error;
      }
    }
  }

  async function transfer(signals: readonly { afterUs: number; to: 0 | 1; what: number }[], flags: number) {
    const world = new World();
    const alice = world.host("alice");
    const sent = Uint8Array.from({ length: 150_000 }, (_, i) => (i * 31) >> 3);
    const got = new Uint8Array(sent.length + 1);
    let length = 0;
    let handled = 0;
    const nap = (sys: Sys, ns: number) => insist(() => sys.nanosleep(ns).then(() => 0));
    alice.spawn("parent", async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const prepare = (own: Sys) => own.sigaction(SIGUSR1, { handler: () => void handled++, flags });
      const writer = sys.fork(async (own) => {
        prepare(own);
        own.close(readEnd);
        for (let at = 0; at < sent.length; ) {
          at += await insist(() => own.write(writeEnd, sent.subarray(at, at + 100_000)));
          await nap(own, 2000);
        }
      });
      const reader = sys.fork(async (own) => {
        prepare(own);
        own.close(writeEnd);
        const buffer = new Uint8Array(7000);
        for (;;) {
          const bytes = await insist(() => own.read(readEnd, buffer));
          if (bytes === 0) return;
          got.set(buffer.subarray(0, Math.min(bytes, got.length - length)), Math.min(length, got.length));
          length += bytes;
          await nap(own, 1000);
        }
      });
      sys.close(readEnd);
      sys.close(writeEnd);
      for (const { afterUs, to, what } of signals) {
        await sys.nanosleep(afterUs * 1000);
        await sys.kill([writer, reader][to] as number, what);
      }
      for (const pid of [writer, reader]) await sys.kill(pid, SIGCONT);
      await sys.wait();
      await sys.wait();
    });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
    return { same: length === sent.length && sent.every((byte, i) => byte === got[i]), handled };
  }

  test("loses nothing, invents nothing and keeps the order", async () => {
    let handled = 0;
    const signal = fc.record({
      afterUs: fc.integer({ min: 0, max: 10 }),
      to: fc.constantFrom(0 as const, 1 as const),
      what: fc.constantFrom(SIGUSR1, SIGUSR1, SIGSTOP, SIGCONT, SIGCONT),
    });
    const property = fc.asyncProperty(
      fc.array(signal, { maxLength: 20 }),
      fc.constantFrom(0, SA_RESTART),
      async (signals, flags) => {
        // A handler before the program has set it would be the default action; one moment lets both begin.
        const outcome = await transfer([{ afterUs: 1, to: 0, what: SIGCONT }, ...signals], flags);
        handled += outcome.handled;
        expect(outcome.same).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 25, seed: 7 });
    expect(handled).toBeGreaterThan(20);
  });
});
