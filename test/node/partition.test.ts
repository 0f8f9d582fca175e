/** The first example of the README: a client that survives a partition. */
import "netloom/register"; // Node's own modules lead to virtual hosts, for code that runs on one
import http from "node:http";
import { World } from "netloom";
import { expect, test } from "vitest";

test("a client gets its answer although the network was down for ten minutes", async () => {
  const world = new World();
  const wire = world.cable({ delayMs: 20, lossRate: 0.01 });
  const [client, server] = [world.host("client"), world.host("server")];
  client.attach(wire, "10.0.0.1/24");
  server.attach(wire, "10.0.0.2/24");
  server.start({ main: () => http.createServer((_request, response) => response.end("hello")).listen(80) });
  const outage = wire.cut();
  const started = client.run(async () => {
    setTimeout(() => outage[Symbol.dispose](), 600_000);
    for (;;) {
      const answer = await fetch("http://server/").catch(() => undefined);
      if (answer?.ok) return `${await answer.text()} after ${Math.floor(process.uptime() / 60)} minutes`;
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  });
  expect(await started).toBe("hello after 10 minutes");
});
