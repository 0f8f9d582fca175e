/** Pipes beneath the system calls: capacity, atomic writes, end-of-file, broken pipe, readiness; and a model of POSIX. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { createPipe, PIPE_BUF, PIPE_CAPACITY_BYTES } from "./pipe.ts";

const task = { pid: 2, name: "test", uid: 0, gid: 0 };

function pipe() {
  const { readEnd, writeEnd } = createPipe(1);
  return {
    readEnd,
    writeEnd,
    write: (length: number, fill = 1) => writeEnd.write(task, new Uint8Array(length).fill(fill)),
    read: (length: number) => readEnd.read(task, new Uint8Array(length)),
  };
}

describe("a pipe", () => {
  test("holds 64 KiB, then takes no more until something is read", () => {
    const p = pipe();
    expect(p.write(PIPE_CAPACITY_BYTES + 1)).toBe(PIPE_CAPACITY_BYTES);
    expect(p.write(1)).toBe("EAGAIN");
    expect(p.read(1)).toBe(1);
    expect(p.write(1)).toBe(1);
  });

  test("takes a write of up to PIPE_BUF bytes as a whole or not at all", () => {
    const p = pipe();
    p.write(PIPE_CAPACITY_BYTES - 100);
    expect(p.write(101)).toBe("EAGAIN");
    expect(p.write(100)).toBe(100);
    p.read(4000);
    expect(p.write(PIPE_BUF)).toBe("EAGAIN");
    expect(p.write(PIPE_BUF + 1)).toBe(4000);
  });

  test("gives what is left after its writer has gone, then end-of-file", () => {
    const p = pipe();
    expect(p.read(10)).toBe("EAGAIN");
    p.write(3);
    p.writeEnd.release();
    expect(p.read(10)).toBe(3);
    expect(p.read(10)).toBe(0);
    expect(p.readEnd.poll() & POLLHUP).toBe(POLLHUP);
  });

  test("is broken when its reader has gone, but takes a write of nothing", () => {
    const p = pipe();
    p.readEnd.release();
    expect(p.write(1)).toBe("EPIPE");
    expect(p.write(0)).toBe(0);
    expect(p.writeEnd.poll() & POLLERR).toBe(POLLERR);
  });

  test("says when it can be read and written", () => {
    const p = pipe();
    expect([p.readEnd.poll(), p.writeEnd.poll()]).toEqual([0, POLLOUT]);
    p.write(PIPE_CAPACITY_BYTES);
    expect([p.readEnd.poll(), p.writeEnd.poll()]).toEqual([POLLIN, 0]);
  });

  test("behaves as the model: a queue of bytes with a limit", () => {
    const step = fc.oneof(
      fc.record({ write: fc.integer({ min: 0, max: 70_000 }) }),
      fc.record({ read: fc.integer({ min: 0, max: 70_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const p = createPipe(1);
        const model: number[] = [];
        let next = 0;
        for (const action of steps) {
          if ("write" in action) {
            const bytes = Uint8Array.from({ length: action.write }, (_, i) => (next + i) & 0xff);
            const space = PIPE_CAPACITY_BYTES - model.length;
            const fits = action.write <= PIPE_BUF ? action.write <= space : space > 0;
            const expected = action.write === 0 ? 0 : fits ? Math.min(action.write, space) : "EAGAIN";
            expect(p.writeEnd.write(task, bytes)).toBe(expected);
            const taken = expected === "EAGAIN" ? 0 : expected;
            for (let i = 0; i < taken; i++) model.push(bytes[i] as number);
            next += taken;
          } else {
            const into = new Uint8Array(action.read);
            const expected =
              action.read === 0 ? 0 : model.length === 0 ? "EAGAIN" : Math.min(action.read, model.length);
            expect(p.readEnd.read(task, into)).toBe(expected);
            const count = expected === "EAGAIN" ? 0 : expected;
            expect(Buffer.from(into.subarray(0, count)).equals(Buffer.from(model.splice(0, count)))).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
