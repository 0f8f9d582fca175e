/** When the collector runs is the machine's chance: in a virtual process it takes nothing that a WeakRef leads to. */
import "netloom/register";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { World } from "netloom";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const later = () => new Promise((resolve) => setTimeout(resolve, 1));

async function isThere(): Promise<boolean> {
  const reference = new WeakRef({ some: "thing" });
  await later();
  collect();
  await later();
  return reference.deref() !== undefined;
}

test("a WeakRef of a virtual process keeps what it was made of, one of code outside does not", async () => {
  expect(await new World().host("a").run(isThere)).toBe(true);
  expect(await isThere()).toBe(false);
  expect(new WeakRef({})).toBeInstanceOf(WeakRef);
});
