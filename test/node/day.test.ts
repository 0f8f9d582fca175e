/** Some minutes of the day that `npm run bench -- day` lives: in no time, and the same each time. */
import "netloom/register";
import { expect, test } from "vitest";
import { expected, live, underLoad } from "./day.ts";

const HOURS = 0.1;

test("some minutes pass in no time, and are the same again, also on a busy machine", async () => {
  const first = await live(HOURS);
  expect(first).toMatchObject(expected(HOURS));
  expect(await underLoad(() => live(HOURS), 1)).toEqual(first);
});
