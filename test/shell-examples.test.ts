/** The example of a shell does what its head says. */

import { World } from "netloom";
import { expect, test } from "vitest";
import shellJobs, { options } from "../examples/shell-jobs.ts";

test("shell-jobs: a pipeline is stopped, continued in the background, and ended in the foreground", async () => {
  const printed: string[] = [];
  const world = new World({ ...options, console: ({ text }) => printed.push(text) });
  shellJobs(world);
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  const job = "yes line | cat -n > /tmp/lines";
  expect(printed.join("").replaceAll("\r\n", "\n")).toBe(
    [
      `alice:/# ${job}`,
      "^Z",
      `[1]+  Stopped                 ${job}`,
      "alice:/# jobs",
      `[1]+  Stopped                 ${job}`,
      "alice:/# bg",
      `[1]+ ${job} &`,
      "alice:/# jobs",
      `[1]+  Running                 ${job} &`,
      "alice:/# fg",
      job,
      "^C",
      "alice:/# test -s /tmp/lines && echo there are lines",
      "there are lines",
      "alice:/# exit",
      "",
    ].join("\n"),
  );
});
