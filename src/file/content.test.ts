/** The content of a file, against a plain array, while parts of it are mapped. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Content, type MappedPages } from "./content.ts";
import { Volume } from "./volume.ts";

const PAGE = 4096;

function volumeOf(bytesMax: number): Volume {
  let inode = 0;
  return new Volume(
    () => ++inode,
    () => 0,
    { bytesMax, namesMax: 10 },
  );
}

const step = fc.oneof(
  fc.record({ do: fc.constant("write" as const), at: fc.nat(6 * PAGE), length: fc.nat(2 * PAGE) }),
  fc.record({ do: fc.constant("resize" as const), at: fc.nat(7 * PAGE), length: fc.constant(0) }),
  fc.record({ do: fc.constant("map" as const), at: fc.nat(4), length: fc.integer({ min: 1, max: 3 * PAGE }) }),
  fc.record({ do: fc.constant("unmap" as const), at: fc.nat(9), length: fc.constant(0) }),
  fc.record({ do: fc.constant("store" as const), at: fc.nat(9), length: fc.nat(3 * PAGE) }),
);

test("read() and every mapping see what was written and stored, whatever the order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const volume = volumeOf(100 * PAGE);
      const content = new Content(volume);
      let model = new Uint8Array(0);
      const mapped: { offset: number; pages: MappedPages }[] = [];
      const grow = (size: number): void => {
        const longer = new Uint8Array(Math.max(size, model.length));
        longer.set(model);
        model = longer;
      };
      for (const [index, { do: what, at, length }] of steps.entries()) {
        const value = (index % 255) + 1;
        if (what === "write") {
          expect(content.write(at, new Uint8Array(length).fill(value))).toBe(length);
          if (length > 0) grow(at + length);
          model.fill(value, at, at + length);
        } else if (what === "resize") {
          content.resize(at);
          model = model.slice(0, at);
          grow(at);
        } else if (what === "map") {
          const pages = content.map(at * PAGE, length);
          if (pages !== "ENOMEM") mapped.push({ offset: at * PAGE, pages });
        } else if (what === "unmap") {
          const [one] = mapped.splice(at % Math.max(mapped.length, 1), 1);
          if (one !== undefined) content.unmap(one.pages);
        } else {
          const one = mapped[at % Math.max(mapped.length, 1)];
          const place = (one?.offset ?? 0) + length;
          // What is stored on the last page past the end may come to light, as on Linux's tmpfs: not here.
          if (one === undefined || length >= one.pages.bytes.length) continue;
          if (place >= model.length && place < Math.ceil(model.length / PAGE) * PAGE) continue;
          one.pages.bytes[length] = value;
          if (place < model.length) model[place] = value;
        }
        const all = new Uint8Array(model.length + 1);
        expect(content.read(0, all)).toBe(model.length);
        expect(Buffer.compare(all.subarray(0, model.length), model)).toBe(0);
        for (const { offset, pages } of mapped) {
          const end = Math.min(pages.bytes.length, Math.max(0, model.length - offset));
          expect(Buffer.compare(pages.bytes.subarray(0, end), model.subarray(offset, offset + end))).toBe(0);
        }
      }
      for (const { pages } of mapped) content.unmap(pages);
      content.resize(0);
      expect(volume.bytes).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test("two that map the same pages have the same memory, also when one has mapped more", () => {
  const content = new Content(volumeOf(100 * PAGE));
  const small = content.map(0, 10) as MappedPages;
  const large = content.map(0, 3 * PAGE) as MappedPages;
  const middle = content.map(PAGE, 5) as MappedPages;
  small.bytes[3] = 7;
  large.bytes[PAGE] = 8;
  expect([large.bytes[3], middle.bytes[0]]).toEqual([7, 8]);
});

test("pages that are mapped are charged; without space there is no mapping", () => {
  const volume = volumeOf(4 * PAGE);
  const content = new Content(volume);
  expect(content.map(0, 5 * PAGE) === "ENOMEM").toBe(true);
  const pages = content.map(0, 3 * PAGE) as MappedPages;
  expect(volume.bytes).toBe(3 * PAGE);
  expect(content.write(3 * PAGE, new Uint8Array(2 * PAGE))).toBe(PAGE);
  content.resize(1);
  expect(volume.bytes).toBe(3 * PAGE);
  content.unmap(pages);
  expect(volume.bytes).toBe(PAGE);
});

test("growing far beyond a mapping takes no time, and parts that somebody uses are not moved", () => {
  const content = new Content(volumeOf(100 * PAGE));
  content.map(0, 1);
  content.resize(2 ** 43);
  expect(content.size).toBe(2 ** 43);
  expect(content.map(15 * PAGE, 2 * PAGE) === "ENOMEM").toBe(true);
  expect(content.map(2 ** 40, 2 * PAGE) === "ENOMEM").toBe(false);
});
