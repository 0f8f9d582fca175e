/** Unmodified Node code on virtual hosts: net, http, fetch, timers and Date, in virtual time. */
import "netloom/register";
import http from "node:http";
import net from "node:net";
import { World } from "netloom";
import { expect, test } from "vitest";

function twoHosts() {
  const world = new World();
  const wire = world.cable({ delayMs: 10 });
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(wire, "10.0.0.1/24");
  b.attach(wire, "10.0.0.2/24");
  return { world, a, b };
}

test("a connection to an echo server on another host, by its name", async () => {
  const { world, a, b } = twoHosts();
  b.start({ main: () => net.createServer((socket) => socket.pipe(socket)).listen(7000) });
  const talk = () =>
    new Promise<string>((resolve, reject) => {
      const socket = net.connect(7000, "b", () => socket.end("hello"));
      let text = "";
      socket.setEncoding("utf8");
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
    });
  expect(await a.run(talk)).toBe("hello");
  // ARP, the handshake, and the word there and back.
  expect(Math.round(world.nowNs / 1e6)).toBe(60);
});

test("an hour passes in no time", async () => {
  const { world, a } = twoHosts();
  const passed = await a.run(async () => {
    const before = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    return Date.now() - before;
  });
  expect([passed, world.nowNs]).toEqual([3_600_000, 3600e9]);
});

test("http.get and global fetch", async () => {
  const { a, b } = twoHosts();
  b.start({
    main: () => http.createServer((request, response) => response.end(`you asked ${request.url}`)).listen(80),
  });
  const get = () =>
    new Promise<string>((resolve, reject) => {
      const request = http.get("http://b/page", async (response) => {
        let text = "";
        for await (const piece of response) text += piece;
        resolve(text);
      });
      request.on("error", reject);
    });
  expect(await a.run(get)).toBe("you asked /page");
  expect(await a.run(async () => (await fetch("http://b/fetched")).text())).toBe("you asked /fetched");
});

test("a port where nobody listens: the error of Node", async () => {
  const { a } = twoHosts();
  const refused = () => new Promise<Error>((resolve) => net.connect(81, "10.0.0.2").on("error", resolve));
  const error = await a.run(refused);
  expect(error).toMatchObject({ code: "ECONNREFUSED", errno: -111, syscall: "connect", address: "10.0.0.2", port: 81 });
  expect(error.message).toBe("connect ECONNREFUSED 10.0.0.2:81");
});
