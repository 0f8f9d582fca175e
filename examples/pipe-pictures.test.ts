/** The example prints what it says it does. */
import { World } from "netloom";
import { expect, test } from "vitest";
import pipePictures from "./pipe-pictures.ts";

test("prints the pipe after pipe(), after fork() and after close()", async () => {
  const printed: string[] = [];
  await pipePictures(new World({ console: ({ text }) => printed.push(text) }));
  expect(printed.map((picture) => [picture.split("\n")[0], picture.trimEnd().split("\n").at(-1)?.trim()])).toEqual([
    ["after pipe()", "└─ pipe 1: parent[2] 4w ══▶ 0 of 65,536 bytes ══▶ parent[2] 3r"],
    ["after fork()", "└─ pipe 1: parent[2] 4w + parent[4] 4w ══▶ 0 of 65,536 bytes ══▶ parent[2] 3r + parent[4] 3r"],
    ["after close()", "└─ pipe 1: parent[4] 4w ══▶ 18 of 65,536 bytes ══▶ parent[2] 3r"],
  ]);
});
