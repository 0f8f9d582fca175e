/** Operations driven by callbacks, without promises, as handles use them: start, arm, cancel, turns, death. */
import { O_NONBLOCK, World } from "netloom";
import { descriptorCalls, type Image, ioCalls, Operation, type Runnable } from "netloom/kernel";
import { describe, expect, test } from "vitest";

type CallbackProgram = { readonly main: (image: Image) => void };

/** A world with a runtime for programs that are called back; `turns` decides how turns are taken. */
function callbackWorld(schedule?: (turn: Runnable) => void) {
  const world = new World();
  world.runtimes.add({
    name: "callbacks",
    accepts: (program) => typeof program === "object" && program !== null && "main" in program,
    start(image, program) {
      (program as CallbackProgram).main(image);
      return { stop: () => {} };
    },
    ...(schedule === undefined ? {} : { schedule: (_image: Image, turn: Runnable) => schedule(turn) }),
  });
  const alice = world.host("alice");
  const run = async (main: (image: Image) => void) => {
    const spawned = alice.spawn("program", { main });
    const { crashes } = await world.run();
    if (crashes[0] !== undefined) throw crashes[0].error;
    return spawned;
  };
  return { world, alice, run };
}

/** A pipe with operations that read one byte, and a way to write. */
function pipeOf(image: Image, buffer: Uint8Array, done: (result: number | string) => void) {
  const { process } = image;
  const [readFd, writeFd] = descriptorCalls.pipe(process) as readonly [number, number];
  const attempt = ioCalls.reading(process, readFd, buffer);
  if (typeof attempt === "string") throw new Error(attempt);
  return {
    reading: new Operation(process, attempt, done),
    write: (text: string) => ioCalls.write(process, writeFd, new TextEncoder().encode(text)),
  };
}

describe("an operation", () => {
  test("answers at once what can be done at once, and does not call back", async () => {
    const seen: unknown[] = [];
    await callbackWorld().run((image) => {
      const { reading, write } = pipeOf(image, new Uint8Array(4), (result) => seen.push(result));
      write("ab");
      seen.push(reading.start(), reading.pending);
      image.exit(0);
    });
    expect(seen).toEqual([2, false]);
  });

  test("that is told not to wait is over at once", async () => {
    const seen: unknown[] = [];
    await callbackWorld().run((image) => {
      const { reading } = pipeOf(image, new Uint8Array(4), (result) => seen.push(result));
      seen.push(reading.start(0), reading.pending, O_NONBLOCK > 0);
      image.exit(0);
    });
    expect(seen).toEqual(["EAGAIN", false, true]);
  });

  test("calls back in a turn of its own, never within the call that wakes it", async () => {
    for (const schedule of [undefined, (turn: Runnable) => void setImmediate(() => turn.run())]) {
      const seen: unknown[] = [];
      await callbackWorld(schedule).run((image) => {
        const { reading, write } = pipeOf(image, new Uint8Array(4), (result) => {
          seen.push(`read ${result}`);
          image.exit(0);
        });
        seen.push(reading.start(), reading.pending, write("ab"), write("c"), "written");
      });
      // Two writes are one read: the attempt is made in the turn, not at the wake.
      expect(seen).toEqual(["EAGAIN", true, 2, 1, "written", "read 3"]);
    }
  });

  test("that is armed makes its first try in a turn, also when it is ready", async () => {
    const seen: unknown[] = [];
    await callbackWorld().run((image) => {
      const { reading, write } = pipeOf(image, new Uint8Array(1), (result) => {
        seen.push(`read ${result}`);
        if (seen.length < 5) reading.arm();
        else image.exit(0);
      });
      write("abcd");
      reading.arm();
      reading.arm();
      seen.push("armed");
    });
    expect(seen).toEqual(["armed", "read 1", "read 1", "read 1", "read 1"]);
  });

  test("that is cancelled consumes nothing, even when its turn was owed", async () => {
    const seen: unknown[] = [];
    await callbackWorld().run((image) => {
      const { reading, write } = pipeOf(image, new Uint8Array(4), (result) => seen.push(result));
      reading.start();
      write("ab");
      reading.cancel();
      seen.push(reading.pending, reading.start());
      image.exit(0);
    });
    expect(seen).toEqual([false, 2]);
  });

  test("of a process that has died is never called back", async () => {
    const turns: Runnable[] = [];
    const seen: unknown[] = [];
    const { run, world } = callbackWorld((turn) => turns.push(turn));
    await run((image) => {
      const { reading, write } = pipeOf(image, new Uint8Array(4), (result) => seen.push(result));
      reading.start();
      write("ab");
      image.exit(5);
    });
    for (const turn of turns) turn.run();
    expect([turns.length, seen, world.nowNs]).toEqual([1, [], 0]);
  });
});

describe("turns that a runtime takes itself", () => {
  test("hold the clock until they have been taken", async () => {
    const { world, alice, run } = callbackWorld((turn) => void setTimeout(() => turn.run(), 2));
    let readAtNs = -1;
    alice.spawn("sleeper", (sys) => sys.sleep(1));
    await run((image) => {
      const { reading, write } = pipeOf(image, new Uint8Array(4), () => {
        readAtNs = world.nowNs;
        image.exit(0);
      });
      reading.start();
      write("ab");
    });
    expect([readAtNs, world.nowNs]).toEqual([0, 1e9]);
  });
});
