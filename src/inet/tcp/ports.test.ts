import { expect, test } from "vitest";
import { Prng } from "../../base/prng.ts";
import { ANY_V4 } from "../../wire/ip-address.ts";
import { type PortOwner, Ports } from "./ports.ts";

const owner = {
  localAddress: ANY_V4,
  sharing: { reuseAddress: false, reusePort: false, uid: 0, v6Only: false },
  isListening: false,
} as unknown as PortOwner;

test("connect(2) finds a port at once, also when all even ones are in use: it goes on where it was", () => {
  const ports = new Ports(
    Prng.stream(1, "ports"),
    () => [32_768, 60_999],
    () => false,
  );
  const taken = new Set<number>();
  let looks = 0;
  for (let count = 0; count < 20_000; count++) {
    const port = ports.chooseFor(0x1234_5678, (candidate) => {
      looks++;
      return !taken.has(candidate);
    });
    expect(port).not.toBeNull();
    taken.add(port as number);
    ports.add(port as number, owner, false);
    // The even ones first: bind(2) finds the odd ones free.
    if (count === 1000) expect([...taken].every((used) => used % 2 === 0)).toBe(true);
  }
  expect(taken.size).toBe(20_000);
  // One look each, but for the one search that finds no even port left.
  expect(looks).toBeLessThan(40_000);
});
