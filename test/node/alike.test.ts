/** What the door puts in Node's place looks like what Node has: to util.promisify(), and to who compares classes. */
import child_process from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import http2 from "node:http2";
import { promisify } from "node:util";
import vm from "node:vm";
import worker_threads from "node:worker_threads";
import { World } from "netloom";
import "netloom/register";
import { describe, expect, test } from "vitest";

const FILE = new URL("../../package.json", import.meta.url);
const FD = fs.openSync(FILE, "r");

/** What promisify() makes of each function, and what its promise is for. */
const PROMISES: Record<string, readonly [promise: () => PromiseLike<unknown>, gives: unknown]> = {
  "fs.read": [
    async () => Object.keys(await promisify(fs.read)(FD, Buffer.alloc(3), 0, 3, 0)).sort(),
    ["buffer", "bytesRead"],
  ],
  "fs.readv": [
    async () => Object.keys(await promisify(fs.readv)(FD, [Buffer.alloc(3)], 0)).sort(),
    ["buffers", "bytesRead"],
  ],
  "fs.exists": [() => promisify(fs.exists)(FILE), true],
  "crypto.generateKeyPair": [
    async () => Object.keys(await promisify(crypto.generateKeyPair)("ed25519")).sort(),
    ["privateKey", "publicKey"],
  ],
};
const CHILDREN: typeof PROMISES = {
  "child_process.exec": [
    async () => Object.keys(await promisify(child_process.exec)("node -v")).sort(),
    ["stderr", "stdout"],
  ],
  "child_process.execFile": [
    async () => Object.keys(await promisify(child_process.execFile)(process.execPath, ["-v"])).sort(),
    ["stderr", "stdout"],
  ],
};

describe("util.promisify()", () => {
  test.each(Object.entries({ ...PROMISES, ...CHILDREN }))("of %s, outside", async (_name, [promise, gives]) => {
    expect(await promise()).toEqual(gives);
  });

  test.each(Object.entries(PROMISES))("of %s, inside", async (_name, [promise, gives]) => {
    expect(await new World().host("a").run(promise)).toEqual(gives);
  });

  test.each(Object.entries(CHILDREN))("of %s is refused inside", async (_name, [promise]) => {
    await expect(new World().host("a").run(promise)).rejects.toThrow('allow: ["child_process"]');
  });

  const connect = promisify(http2.connect) as unknown as (authority: string) => Promise<http2.ClientHttp2Session>;
  const session = async (): Promise<unknown> => {
    const server = http2.createServer((_request, response) => response.end()).listen(0);
    const { port } = server.address() as { port: number };
    const client = await connect(`http://127.0.0.1:${port}`);
    const { type, connecting } = client;
    client.close();
    server.close();
    return [type === http2.constants.NGHTTP2_SESSION_CLIENT, connecting];
  };

  test("of http2.connect gives a session", async () => {
    expect([await session(), await new World().host("a").run(session)]).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test("of http2.connect rejects", async () => {
    await expect(new World().host("a").run(() => connect("http://127.0.0.1:9"))).rejects.toThrow("ECONNREFUSED");
  });
});

/** What makes an object of each class that the door replaces. */
const CLASSES: Record<string, () => object> = {
  Date: () => new Date(),
  Event: () => new Event("x"),
  CustomEvent: () => new CustomEvent("x"),
  File: () => new File([], "x"),
  WeakRef: () => new WeakRef({}),
  MessageChannel: () => new MessageChannel(),
  BroadcastChannel: () => {
    const channel = new BroadcastChannel("x");
    channel.close();
    return channel;
  },
};

describe("an object's constructor is its class", () => {
  const classOf = (name: string) => (globalThis as unknown as Record<string, { prototype: object }>)[name];
  const isOfClass = (name: string): unknown[] => {
    const made = CLASSES[name]?.() as object;
    const Class = classOf(name) as unknown as new () => object;
    return [made.constructor === Class, Class.prototype.constructor === Class, made instanceof Class];
  };

  test.each(Object.keys(CLASSES))("%s", async (name) => {
    expect(isOfClass(name)).toEqual([true, true, true]);
    expect(await new World().host("a").run(() => isOfClass(name))).toEqual([true, true, true]);
  });

  test("in a context of node:vm", async () => {
    const code = "[new Date().constructor === Date, new Date() instanceof Date].join()";
    expect(await new World().host("a").run(() => vm.runInNewContext(code))).toBe("true,true");
  });

  test("of a subclass, too", () => {
    class Day extends Date {}
    const day = new Day(5);
    expect([day.constructor, day instanceof Date, structuredClone(day)]).toEqual([Day, true, new Date(5)]);
  });

  test("of the module as of globalThis", () => {
    expect(worker_threads.MessageChannel).toBe(MessageChannel);
  });
});
