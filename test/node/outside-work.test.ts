/** Work of the outer machine holds the clock, also while its process waits for the kernel. */

import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { external } from "netloom/register";
import { expect, test } from "vitest";
import { key } from "./certificate.ts";
import { twoHosts } from "./two-hosts.ts";

interface Compiler {
  compile(bytes: Uint8Array): Promise<object>;
}
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const FILE = new URL(import.meta.url).pathname;

const WORKS: Record<string, () => Promise<unknown>> = {
  "fs.promises.readFile": () => fs.promises.readFile(FILE),
  "fs.readFile": () => new Promise((resolve) => fs.readFile(FILE, resolve)),
  "fs.stat, promisified": () => promisify(fs.stat)(FILE),
  "zlib.gzip": () => promisify(zlib.gzip)(Buffer.alloc(1 << 20)),
  "zlib.deflate of Brotli": () => promisify(zlib.brotliCompress)(Buffer.alloc(1 << 18)),
  "a stream of zlib": async () => {
    const stream = zlib.createGzip();
    stream.end(crypto.randomBytes(1 << 19));
    for await (const _ of stream.pipe(zlib.createGunzip()));
  },
  "a stream of zlib that fails": async () => {
    const stream = zlib.createGunzip();
    stream.end("no such thing");
    await once(stream, "error");
  },
  "streams of files": () => pipeline(fs.createReadStream(FILE, { highWaterMark: 64 }), new PassThrough().resume()),
  "a FileHandle": async () => {
    const handle = await fs.promises.open(FILE);
    await handle.read(Buffer.alloc(10), 0, 10, 0);
    await handle.readFile();
    await handle.close();
  },
  "fs.promises.readdir": () => fs.promises.readdir("."),
  "crypto.scrypt": () => promisify(crypto.scrypt)("password", "salt", 32),
  "crypto.generateKeyPair": () => promisify(crypto.generateKeyPair)("ed25519", {}),
  "crypto.sign": () => promisify(crypto.sign)(null, Buffer.from("text"), key),
  "subtle.digest": () => crypto.webcrypto.subtle.digest("SHA-256", Buffer.alloc(1 << 20)),
  "subtle.deriveBits": async () => {
    const { subtle } = crypto.webcrypto;
    const password = await subtle.importKey("raw", Buffer.from("password"), "PBKDF2", false, ["deriveBits"]);
    await subtle.deriveBits(
      { name: "PBKDF2", salt: Buffer.from("s"), iterations: 20_000, hash: "SHA-256" },
      password,
      256,
    );
  },
  "WebAssembly.compile": () => (globalThis as unknown as { WebAssembly: Compiler }).WebAssembly.compile(EMPTY_MODULE),
  "import(), given to external()": () => external(import("./slow-module.ts")),
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

test("a program that is imported as it starts holds the clock until it is there", async () => {
  const { world, a } = twoHosts();
  a.start({ main: () => net.createServer().listen(1) });
  let startedNs = -1;
  const started = a.start({
    main: async () => {
      const again = "./slow-module.ts?again";
      await import(/* @vite-ignore */ again);
      startedNs = world.nowNs;
    },
  });
  a.start({ main: () => void setTimeout(() => {}, 1) });
  await world.run({ until: "1s" });
  expect([startedNs, started.state]).toEqual([0, "reaped"]);
});

test.skipIf(!("glob" in fs.promises))("the clock stands still while a pattern is searched for", async () => {
  const { a } = twoHosts();
  const told = await a.run(async () => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    const found: string[] = [];
    for await (const name of (fs.promises as unknown as { glob(pattern: string): AsyncIterable<string> }).glob(
      "src/node/door/n*t.ts",
    )) {
      found.push(name);
    }
    clearInterval(ticking);
    return [found, ticks];
  });
  expect(told).toEqual([["src/node/door/net.ts"], 0]);
});
