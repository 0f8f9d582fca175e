/** Work of the outer machine holds the clock, also while its process waits for the kernel. */
import "netloom/register";
import crypto from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const FILE = new URL(import.meta.url).pathname;

const WORKS: Record<string, () => Promise<unknown>> = {
  "fs.promises.readFile": () => fs.promises.readFile(FILE),
  "fs.readFile": () => new Promise((resolve) => fs.readFile(FILE, resolve)),
  "fs.stat, promisified": () => promisify(fs.stat)(FILE),
  "zlib.gzip": () => promisify(zlib.gzip)(Buffer.alloc(1 << 20)),
  "crypto.pbkdf2": () => promisify(crypto.pbkdf2)("password", "salt", 20_000, 32, "sha256"),
};

test.each(Object.entries(WORKS))("%s", async (_name, work) => {
  const { world, a } = twoHosts();
  const passedNs = await a.run(async () => {
    // Something else would move the clock meanwhile.
    const ticking = setInterval(() => {}, 1);
    const server = net.createServer().listen(1);
    const before = world.nowNs;
    await work();
    const after = world.nowNs;
    clearInterval(ticking);
    server.close();
    return after - before;
  });
  expect(passedNs).toBe(0);
});
