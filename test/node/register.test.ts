/** Putting the door in and taking it out: code outside of virtual processes has what Node gives, and nothing is left. */
import buffer, { File } from "node:buffer";
import child_process from "node:child_process";
import crypto from "node:crypto";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import http, { type Server } from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import tls from "node:tls";
import zlib from "node:zlib";
import { World } from "netloom";
import { register, unregister } from "netloom/register";
import { afterAll, expect, test } from "vitest";

const OBJECTS: Record<string, object> = {
  globalThis,
  process,
  Math,
  AbortSignal,
  Date,
  ...Object.fromEntries(
    [Date, Event, CustomEvent, File, WeakRef, MessageChannel, BroadcastChannel, dgram.Socket, tls.TLSSocket].map(
      ({ name, prototype }) => [`${name}.prototype`, prototype as object],
    ),
  ),
  "Intl.DateTimeFormat.prototype": Intl.DateTimeFormat.prototype,
  ...("Temporal" in globalThis
    ? { "Temporal.Now": (globalThis as unknown as { Temporal: { Now: object } }).Temporal.Now }
    : {}),
  buffer,
  child_process,
  crypto,
  "crypto.webcrypto": crypto.webcrypto,
  dgram,
  dns,
  fs,
  "fs.promises": fs.promises,
  http,
  "http.Agent.prototype": http.Agent.prototype,
  "http.OutgoingMessage.prototype": http.OutgoingMessage.prototype,
  http2,
  https,
  net,
  "net.Socket": net.Socket,
  "net.Socket.prototype": net.Socket.prototype,
  "net.Server.prototype": net.Server.prototype,
  os,
  performance,
  timers,
  timersPromises,
  "timersPromises.scheduler": timersPromises.scheduler,
  tls,
  zlib,
};

function descriptors() {
  const found = new Map<string, PropertyDescriptor>();
  for (const [name, object] of Object.entries(OBJECTS)) {
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      found.set(`${name}.${String(key)}`, descriptor);
    }
  }
  return found;
}

afterAll(() => register());

test("unregister() leaves nothing", () => {
  unregister();
  const before = descriptors();
  register();
  const during = descriptors();
  unregister();
  const after = descriptors();
  const differing = (one: typeof before) =>
    [...before].filter(([name, { value, get, set }]) => {
      const other = one.get(name);
      return !Object.is(other?.value, value) || other?.get !== get || other?.set !== set;
    });
  expect(differing(during).length).toBeGreaterThan(60);
  expect(differing(after).map(([name]) => name)).toEqual([]);
  expect([...after.keys()].filter((name) => !before.has(name))).toEqual([]);
  register();
});

test("code outside of virtual processes has the real network and the real time", async () => {
  const world = new World();
  const virtual = world.host("a");
  const server: Server = http.createServer((_request, response) => response.end("real")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("real");
  expect(process.pid).not.toBe(2);
  expect(new Date().getUTCFullYear()).toBeGreaterThan(2000);
  // Inside, nobody listens there; a name that is the same leads elsewhere.
  await expect(virtual.run(() => fetch(`http://127.0.0.1:${port}`))).rejects.toThrow("fetch failed");
  expect(await virtual.run(() => os.hostname())).toBe("a");
  expect(os.hostname()).not.toBe("a");
  server.close();
  server.closeAllConnections();
});

test("without the door, a host says what to import", () => {
  unregister();
  const world = new World();
  expect(() => world.host("a").start({ main: () => {} })).toThrow('import "netloom/register" before anything else');
  register();
});
