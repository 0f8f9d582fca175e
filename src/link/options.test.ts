/** What people write as options, and what they are told when it can't be. */
import { describe, expect, test } from "vitest";
import { convert, type LinkOptions, resolve } from "./options.ts";

const refusal = (given: unknown): string => {
  try {
    resolve("wan", given as LinkOptions);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "accepted";
};

describe("resolve", () => {
  test("what is not given has its default", () => {
    expect(resolve("wan", {})).toEqual({
      delayMs: 0.005,
      jitterMs: 0,
      lossRate: 0,
      duplicateRate: 0,
      corruptRate: 0,
      reorderRate: 0,
      reorderPackets: 3,
      rateMbps: 1000,
      queuePackets: 1000,
      mtu: 1500,
    });
  });

  test("a change keeps the rest, and undefined is not given", () => {
    const before = resolve("wan", { delayMs: 20, lossRate: 0.5 });
    const change = { lossRate: 0.1, delayMs: undefined } as unknown as LinkOptions;
    expect(resolve("wan", change, before)).toEqual({ ...before, lossRate: 0.1 });
    expect(before.lossRate).toBe(0.5);
  });

  test.each([
    [{ lossRate: 1.5 }, 'RangeError: link "wan": lossRate is 1.5; allowed is a number from 0 to 1'],
    [{ lossRate: -0.1 }, 'RangeError: link "wan": lossRate is -0.1; allowed is a number from 0 to 1'],
    [{ lossRate: Number.NaN }, 'RangeError: link "wan": lossRate is NaN; allowed is a number from 0 to 1'],
    [{ lossRate: "1%" }, 'TypeError: link "wan": lossRate is "1%"; allowed is a number from 0 to 1'],
    [{ delayMs: null }, 'TypeError: link "wan": delayMs is null; allowed is a number from 0 to 86400000'],
    [
      { delayMs: Number.POSITIVE_INFINITY },
      'RangeError: link "wan": delayMs is Infinity; allowed is a number from 0 to 86400000',
    ],
    [{ mtu: 1500.5 }, 'RangeError: link "wan": mtu is 1500.5; allowed is a whole number from 68 to 65535'],
    [
      { rateMbps: 0 },
      'RangeError: link "wan": rateMbps is 0; allowed is a number from 0.000001 to 1000000000, or Infinity',
    ],
    [{ queuePackets: 0 }, 'RangeError: link "wan": queuePackets is 0; allowed is a whole number from 1 to 1000000'],
    [{ delay: 20 }, 'TypeError: link "wan": there is no option "delay"; did you mean "delayMs"?'],
    [{ lossrate: 0 }, 'TypeError: link "wan": there is no option "lossrate"; did you mean "lossRate"?'],
    [{ queuePacket: 5 }, 'TypeError: link "wan": there is no option "queuePacket"; did you mean "queuePackets"?'],
    [{ constructor: 1 }, /^TypeError: link "wan": there is no option "constructor"; there are delayMs, jitterMs, /],
    [20, 'TypeError: link "wan": the options are 20; allowed is a record, { delayMs: 20 }'],
    [null, 'TypeError: link "wan": the options are null; allowed is a record, { delayMs: 20 }'],
  ])("%o is refused", (given, message) => {
    if (typeof message === "string") expect(refusal(given)).toBe(message);
    else expect(refusal(given)).toMatch(message);
  });

  test("the limits themselves are allowed", () => {
    expect(refusal({ lossRate: 1, duplicateRate: 0, rateMbps: Number.POSITIVE_INFINITY, mtu: 68 })).toBe("accepted");
    expect(refusal({ delayMs: 86_400_000, rateMbps: 1e9, mtu: 65_535, reorderPackets: 1000 })).toBe("accepted");
  });
});

test("convert counts in whole nanoseconds and bits", () => {
  const options = resolve("wan", { delayMs: 0.0000016, jitterMs: 2.5, rateMbps: 0.056 });
  expect(convert(options)).toMatchObject({ delayNs: 2, jitterNs: 2_500_000, rateBitsPerSecond: 56_000 });
  expect(convert(options)).not.toHaveProperty("delayMs");
  expect(convert(resolve("wan", { rateMbps: Number.POSITIVE_INFINITY })).rateBitsPerSecond).toBe(Infinity);
});
