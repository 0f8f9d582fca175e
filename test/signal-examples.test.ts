/** The examples on signals do what their heads say. */
import { World } from "netloom";
import { expect, test } from "vitest";
import groupKill from "../examples/group-kill.ts";
import signalHandler from "../examples/signal-handler.ts";
import stopAndContinue from "../examples/stop-and-continue.ts";

/** What the programs of a scenario print; a crash makes this throw. */
async function printedBy(scenario: (world: World) => void): Promise<string[]> {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text.trimEnd()) });
  scenario(world);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  return printed;
}

test("signal-handler", async () => {
  expect(await printedBy(signalHandler)).toEqual([
    "SIGINT number 1, from process 2",
    "SIGINT number 2, from process 2",
    "SIGINT number 3, from process 2",
    "the next one ends me",
    "the child was ended by SIGINT",
  ]);
});

test("stop-and-continue", async () => {
  expect(await printedBy(stopAndContinue)).toEqual([
    "count 1 at 1 s",
    "count 2 at 2 s",
    "stopped by SIGSTOP",
    "count 3 at 12 s",
    "continued",
    "count 4 at 13 s",
    "count 5 at 14 s",
    "ended by SIGTERM",
  ]);
});

test("group-kill", async () => {
  expect(await printedBy(groupKill)).toEqual([
    "ending group 3",
    "at 5 s: worker 3 was ended by SIGTERM",
    "at 5 s: worker 5 was ended by SIGTERM",
    "at 7 s: worker 4 exited with 0",
  ]);
});
