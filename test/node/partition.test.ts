/** The first example of the README: a client that survives a partition. */
import "netloom/register"; // Node's own modules lead to virtual hosts, for code that runs on one
import fastify from "fastify";
import { World } from "netloom";
import { Agent, RetryAgent, request } from "undici";
import { expect, test } from "vitest";

const app = fastify().get("/", async () => "hello");

test("undici brings an answer through a minute without network", async () => {
  const world = new World();
  const wire = world.cable({ delayMs: 20, lossRate: 0.01 });
  const [client, server] = [world.host("client"), world.host("server")];
  client.attach(wire, "10.0.0.1/24");
  server.attach(wire, "10.0.0.2/24");
  server.start({ main: () => app.listen({ port: 80, host: "::" }) });
  const answer = client.run(async () => {
    const outage = wire.cut();
    setTimeout(() => outage[Symbol.dispose](), 60_000);
    const dispatcher = new RetryAgent(new Agent(), { maxRetries: 20 });
    return await (await request("http://server/", { dispatcher })).body.text();
  });
  expect(await answer).toBe("hello");
  expect(world.nowNs).toBeGreaterThan(60e9);
});
