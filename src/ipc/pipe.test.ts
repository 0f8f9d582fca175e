/** Pipes beneath the system calls: capacity, atomic writes, end-of-file, broken pipe, readiness; and a model of POSIX. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from "../abi/poll.ts";
import { createPipe } from "./pipe.ts";

const PAGE = 4096;
const PAGES = 16;
const CAPACITY = PAGES * PAGE;

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
    expect(p.write(CAPACITY + 1)).toBe(CAPACITY);
    expect(p.write(1)).toBe("EAGAIN");
    expect(p.read(PAGE - 1)).toBe(PAGE - 1);
    expect(p.write(1)).toBe("EAGAIN");
    expect(p.read(1)).toBe(1);
    expect(p.write(1)).toBe(1);
  });

  test("takes a write of up to PIPE_BUF bytes as a whole or not at all", () => {
    const p = pipe();
    p.write(CAPACITY - 100);
    expect(p.write(101)).toBe("EAGAIN");
    expect(p.write(100)).toBe(100);
    p.read(PAGE);
    expect(p.write(PAGE + 1)).toBe(PAGE);
    expect(p.write(PAGE)).toBe("EAGAIN");
  });

  test("is full when its pages are, which small writes that don't fit together fill sooner", () => {
    const p = pipe();
    for (let page = 0; page < PAGES; page++) expect(p.write(PAGE / 2 + 1)).toBe(PAGE / 2 + 1);
    expect(p.writeEnd.poll() & POLLOUT).toBe(0);
    expect(p.write(PAGE / 2)).toBe("EAGAIN");
    // The last page has room for a little more, though poll(2) doesn't promise it.
    expect(p.write(PAGE / 2 - 1)).toBe(PAGE / 2 - 1);
    expect(p.write(1)).toBe("EAGAIN");
    p.read(PAGE / 2 + 1);
    expect(p.writeEnd.poll() & POLLOUT).toBe(POLLOUT);
    expect(p.write(PAGE)).toBe(PAGE);
  });

  test("does not put the rest of a write that has waited into a page that is in use", () => {
    const p = pipe();
    p.write(1);
    expect(p.writeEnd.write(task, new Uint8Array(1), true)).toBe(1);
    expect(p.write(PAGE * (PAGES - 2))).toBe(PAGE * (PAGES - 2));
    expect(p.writeEnd.poll() & POLLOUT).toBe(0);
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
    p.write(CAPACITY);
    expect([p.readEnd.poll(), p.writeEnd.poll()]).toEqual([POLLIN, 0]);
  });

  test("behaves as the model: a list of pages, each with its bytes", () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 2 * PAGE }));
    const step = fc.oneof(fc.record({ write: size }), fc.record({ read: size }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const p = createPipe(1);
        /** The bytes of each page that are not read yet, and where they end in it. */
        const pages: { bytes: Uint8Array; end: number }[] = [];
        let next = 0;
        for (const action of steps) {
          if ("write" in action) {
            const bytes = Uint8Array.from({ length: action.write }, (_, i) => (next + i) & 0xff);
            let rest = bytes;
            const last = pages.at(-1);
            const odd = rest.length % PAGE;
            if (last !== undefined && last.end + odd <= PAGE) {
              last.bytes = Buffer.concat([last.bytes, rest.subarray(0, odd)]);
              last.end += odd;
              rest = rest.subarray(odd);
            }
            while (rest.length > 0 && pages.length < PAGES) {
              const content = rest.subarray(0, PAGE);
              pages.push({ bytes: content, end: content.length });
              rest = rest.subarray(PAGE);
            }
            const taken = action.write - rest.length;
            expect(p.writeEnd.write(task, bytes)).toBe(taken === 0 && action.write > 0 ? "EAGAIN" : taken);
            next += taken;
          } else {
            const into = new Uint8Array(action.read);
            const held = Buffer.concat(pages.map(({ bytes }) => bytes));
            const count = Math.min(action.read, held.length);
            expect(p.readEnd.read(task, into)).toBe(count === 0 && action.read > 0 ? "EAGAIN" : count);
            expect(held.subarray(0, count).equals(into.subarray(0, count))).toBe(true);
            for (let left = count; left > 0; ) {
              const first = pages[0] as { bytes: Uint8Array };
              const gone = Math.min(left, first.bytes.length);
              left -= gone;
              first.bytes = first.bytes.subarray(gone);
              if (first.bytes.length === 0) pages.shift();
            }
          }
          expect(p.writeEnd.poll() & POLLOUT).toBe(pages.length < PAGES ? POLLOUT : 0);
        }
      }),
      { numRuns: 25 },
    );
  });
});
