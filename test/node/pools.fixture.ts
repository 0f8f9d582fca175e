/** Run by install.test.ts in each of Vitest's pools, with "netloom/register" among the setupFiles. */
import http from "node:http";
import { World } from "netloom";
import { expect, test } from "vitest";

test("a server and a client, an hour, and a module that is imported inside", async () => {
  const world = new World();
  const wire = world.cable({ delayMs: 10 });
  const [client, server] = [world.host("client"), world.host("server")];
  client.attach(wire, "10.0.0.1/24");
  server.attach(wire, "10.0.0.2/24");
  server.start({ main: () => http.createServer((_request, response) => response.end("hello")).listen(80) });
  const told = await client.run(async () => {
    const { isThere } = await import("./slow-module.ts");
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    const response = await fetch("http://server/");
    return [
      isThere,
      await response.text(),
      process.pid,
      Math.floor(process.uptime()),
      new Date().toISOString().slice(0, 13),
    ];
  });
  expect(told).toEqual([true, "hello", 2, 3600, "2026-01-01T01"]);
});
