/** Mailboxes: message queues with their capacity, which may be 0. */
import {
  O_CREAT,
  O_NONBLOCK,
  O_RDWR,
  POLLIN,
  POLLOUT,
  SA_RESTART,
  SIGEV_SIGNAL,
  SIGUSR1,
  type Sys,
  SystemError,
  World,
} from "netloom";
import { expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const NAME = "/box";

async function take(sys: Sys, box: number): Promise<string> {
  const buffer = new Uint8Array(8192);
  const { bytes } = await sys.mqReceive(box, buffer);
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

async function errnoOf(call: () => unknown): Promise<string> {
  try {
    await call();
    return "fine";
  } catch (error) {
    if (error instanceof SystemError) return error.code;
    throw error;
  }
}

async function readiness(sys: Sys, fd: number): Promise<number> {
  const entry = { fd, events: POLLIN | POLLOUT, revents: 0 };
  await sys.poll([entry], 0);
  return entry.revents;
}

const seconds = (sys: Sys): number => sys.clockGettime("CLOCK_MONOTONIC").seconds;

test.each([
  [0, [10, 11, 12]],
  [1, [0, 10, 11]],
  [2, [0, 0, 10]],
])("with capacity %i the sender goes on at %j", async (capacity, expected) => {
  await runProgram(async (sys) => {
    const box = sys.mailbox(NAME, capacity);
    sys.fork(async (receiver) => {
      await receiver.sleep(10);
      for (const text of ["a", "b", "c"]) {
        expect(await take(receiver, box)).toBe(text);
        await receiver.sleep(1);
      }
    });
    const times: number[] = [];
    for (const text of ["a", "b", "c"]) {
      await sys.mqSend(box, text);
      times.push(seconds(sys));
    }
    expect(times).toEqual(expected);
    await sys.wait();
  });
});

test("with capacity 0 a receiver waits for a sender, which does not wait then; nothing is ever in it", async () => {
  await runProgram(async (sys) => {
    const box = sys.mailbox(NAME, 0, 16);
    const child = sys.fork(async (receiver) => {
      expect(await take(receiver, box)).toBe("hello");
      expect(seconds(receiver)).toBe(1);
    });
    await sys.sleep(1);
    expect(sys.mqGetattr(box)).toEqual({ flags: 0, maxmsg: 0, msgsize: 16, curmsgs: 0 });
    await sys.mqSend(box, "hello");
    expect(seconds(sys)).toBe(1);
    await sys.waitpid(child);
  });
});

test("with capacity 0 poll tells of a partner that waits, and O_NONBLOCK wants one", async () => {
  await runProgram(async (sys) => {
    const box = sys.mailbox(NAME, 0);
    const other = sys.mqOpen(NAME, O_RDWR | O_NONBLOCK);
    expect(await readiness(sys, box)).toBe(0);
    expect(await errnoOf(() => sys.mqSend(other, "x"))).toBe("EAGAIN");
    expect(await errnoOf(() => take(sys, other))).toBe("EAGAIN");
    const receiver = sys.fork(async (child) => void (await take(child, box)));
    const entry = { fd: box, events: POLLOUT, revents: 0 };
    expect(await sys.poll([entry], 1000)).toBe(1);
    await sys.mqSend(other, "x");
    await sys.waitpid(receiver);
    const sender = sys.fork((child) => child.mqSend(box, "y"));
    const incoming = { fd: box, events: POLLIN, revents: 0 };
    expect(await sys.poll([incoming], 1000)).toBe(1);
    expect(await take(sys, other)).toBe("y");
    await sys.waitpid(sender);
    expect(await readiness(sys, box)).toBe(0);
  });
});

test("with capacity 0 mq_notify tells of the first sender that waits", async () => {
  await runProgram(async (sys) => {
    const box = sys.mailbox(NAME, 0);
    let told = 0;
    sys.sigaction(SIGUSR1, { handler: () => void told++ });
    sys.mqNotify(box, { notify: SIGEV_SIGNAL, signo: SIGUSR1 });
    for (const text of ["a", "b"]) sys.fork((child) => child.mqSend(box, text));
    expect(await errnoOf(() => sys.sleep(1))).toBe("EINTR");
    expect(told).toBe(1);
    expect((await take(sys, box)) + (await take(sys, box))).toBe("ab");
    expect(told).toBe(1);
  });
});

test("with capacity 0 a sender that is killed, late or interrupted has sent nothing", async () => {
  await runProgram(async (sys) => {
    const box = sys.mailbox(NAME, 0);
    const killed = sys.fork((child) => child.mqSend(box, "killed"));
    const late = sys.fork(async (child) => {
      const deadline = { seconds: child.clockGettime("CLOCK_REALTIME").seconds + 1, nanoseconds: 0 };
      expect(await errnoOf(() => child.mqTimedsend(box, "late", 0, deadline))).toBe("ETIMEDOUT");
    });
    const interrupted = sys.fork(async (child) => {
      child.sigaction(SIGUSR1, { handler: () => {} });
      expect(await errnoOf(() => child.mqSend(box, "interrupted"))).toBe("EINTR");
    });
    const restarted = sys.fork(async (child) => {
      child.sigaction(SIGUSR1, { handler: () => {}, flags: SA_RESTART });
      await child.mqSend(box, "restarted");
    });
    await sys.sleep(0.5);
    await sys.kill(killed, 9);
    await sys.kill(interrupted, SIGUSR1);
    await sys.kill(restarted, SIGUSR1);
    await sys.sleep(1);
    for (const pid of [killed, late, interrupted]) await sys.waitpid(pid);
    expect(await take(sys, box)).toBe("restarted");
    await sys.waitpid(restarted);
  });
});

test("mq_open(3) makes none of capacity 0, as on Linux; odd capacities are EINVAL, and one that is there is opened", async () => {
  await runProgram(async (sys) => {
    const shape = { maxmsg: 0, msgsize: 8 };
    expect(await errnoOf(() => sys.mqOpen(NAME, O_CREAT | O_RDWR, 0o600, shape))).toBe("EINVAL");
    for (const capacity of [-1, 0.5, Number.NaN, 2 ** 40]) {
      expect(await errnoOf(() => sys.mailbox(NAME, capacity))).toBe("EINVAL");
    }
    expect(await errnoOf(() => sys.mailbox(NAME, 1, 0))).toBe("EINVAL");
    expect(await errnoOf(() => sys.mailbox("box", 1))).toBe("EINVAL");
    sys.mailbox(NAME, 3, 8);
    expect(sys.mqGetattr(sys.mailbox(NAME, 0)).maxmsg).toBe(3);
  });
});

test("a sender to a mailbox of capacity 0 that nobody reads is reported with the mailbox", async () => {
  const world = new World();
  world.host("alice").spawn("sender", (sys) => sys.mqSend(sys.mailbox(NAME, 0), "x"));
  await expect(world.run()).rejects.toThrow(/sender.*mq_send.*box/s);
});
