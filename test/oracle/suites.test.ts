/** The hand-written scenes on netloom, and on Linux where there is one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileHelper, Linux } from "./linux.ts";
import { expected, onLinuxToo, onNetloom } from "./scene.ts";
import { SUITES } from "./suites.ts";

const helper = compileHelper();
const reason = "reason" in helper ? helper.reason : undefined;
let linux: Linux | undefined;

beforeAll(async () => {
  if (!("reason" in helper)) linux = await Linux.start(helper, 0);
});

afterAll(() => {
  linux?.[Symbol.dispose]();
  if (!("reason" in helper)) helper[Symbol.dispose]();
});

describe.each(SUITES)("$subject", ({ scenes, needs = [] }) => {
  test.each(scenes)("$title", async (scene) => {
    expect(await onNetloom(scene)).toEqual(expected(scene));
  });

  test.skipIf(reason)(`the same on Linux${reason === undefined ? "" : ` (skipped: ${reason})`}`, async (context) => {
    const missing = needs.find((feature) => linux?.features.has(feature) !== true);
    if (missing !== undefined) context.skip(`the helper may not have: ${missing}`);
    for (const scene of scenes) expect(await onLinuxToo(scene, linux as Linux), scene.title).toEqual(expected(scene));
  });
});
