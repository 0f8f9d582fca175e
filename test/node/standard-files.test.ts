/** Loggers write to descriptors 1 and 2 by fs: these are the virtual process's. */
import "netloom/register";
import fs from "node:fs";
import fastify from "fastify";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

function printing() {
  const printed: string[] = [];
  const { a } = twoHosts({ console: ({ text }) => printed.push(text) });
  return { a, printed };
}

test("fs.writeSync and fs.write, in each of their forms", async () => {
  const { a, printed } = printing();
  const written = await a.run(async () => {
    const bytes = Buffer.from("0123456789");
    const later = new Promise((resolve) =>
      fs.write(1, bytes, 8, 2, null, (error, length, buffer) => resolve([error, length, buffer === bytes])),
    );
    return [
      fs.writeSync(1, "text"),
      fs.writeSync(2, "ff", null, "hex"),
      fs.writeSync(1, bytes, 1, 3),
      fs.writeSync(1, bytes, { offset: 4, length: 2 } as never),
      fs.writevSync(1, [bytes.subarray(6, 7), bytes.subarray(7, 8)]),
      await later,
    ];
  });
  expect(written).toEqual([4, 1, 3, 2, 2, [null, 2, true]]);
  expect(printed.join("")).toContain("text");
  for (const part of ["89", "123", "45", "67"]) expect(printed.join("")).toContain(part);
});

test("pino, as fastify sets it up", async () => {
  const { a, printed } = printing();
  await a.run(async () => {
    fastify({ logger: true }).log.info("hello");
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
  expect(JSON.parse(printed.join(""))).toMatchObject({ level: 30, msg: "hello" });
});
