/** The scenario of the connection queue, and the pictures that are drawn of it. */
import { formatLsofTree, svgLsofTree, World } from "netloom";
import { expect, test } from "vitest";
import scenario from "./connection-queue.ts";

test("two requests wait in the queue of a busy server; then they are connections", async () => {
  const printed: string[] = [];
  const world = new World({ console: ({ text }) => printed.push(text) });
  scenario(world);
  const alice = world.hosts.get("alice");
  if (alice === undefined) throw new Error("the scenario makes a host");
  await world.run({ until: "500ms" });
  const waiting = alice.lsofTree();
  expect(formatLsofTree(waiting).split("\n").slice(-9)).toEqual([
    "└─ behind the descriptors",
    "   ├─ /tmp/service: server[2] 3u",
    "   │  └─ connection requests, 2 of 4",
    "   │     ├─ from process 3",
    "   │     └─ from process 4",
    expect.stringMatching(/unix stream \d+: client\[3\] 3u, 0 of 212,992 bytes/),
    "   │  └─ waits in the queue of /tmp/service",
    expect.stringMatching(/unix stream \d+: client\[4\] 3u, 0 of 212,992 bytes/),
    "      └─ waits in the queue of /tmp/service",
  ]);
  expect(svgLsofTree(waiting, "two wait").match(/marker-end="url\(#to-q\)"/g)).toHaveLength(2);
  await world.run();
  expect(printed.join("")).toBe("answer to question of process 3\nanswer to question of process 4\n");
});
