/** The examples with stream sockets print what they promise. */
import { World } from "netloom";
import { expect, test } from "vitest";
import congestionWindows from "../examples/congestion-windows.ts";
import connectionRequests from "../examples/connection-requests.ts";
import streamSockets from "../examples/stream-sockets.ts";
import thousandClients from "../examples/thousand-clients.ts";

/** What a scenario's programs print, and what it answers. */
async function play<R>(scenario: (world: World) => Promise<R>): Promise<{ printed: string; result: R }> {
  let printed = "";
  const world = new World({
    console: ({ text }) => {
      printed += text;
    },
  });
  const result = await scenario(world);
  return { printed, result };
}

test("stream-sockets", async () => {
  const { printed } = await play(streamSockets);
  expect(printed).toBe(`passive: connected with 10.0.0.2\nactive: the answer is "HELLO, STREAM"\n`);
});

test("connection-requests: both wait in the queue before anybody accepts", async () => {
  const { printed, result } = await play(connectionRequests);
  expect(printed).toBe("answer to process 3\nanswer to process 4\n");
  expect(result).toMatch(/TCP 127\.0\.0\.1:7/);
  expect(result).toMatch(/2 of /);
});

test("thousand-clients", async () => {
  const { printed } = await play(thousandClients);
  expect(printed).toBe("served 1000 clients, 1000 of them at once\n");
}, 20_000);

test("congestion-windows: both take about as long as the path does", async () => {
  const { printed } = await play(async (world) => {
    congestionWindows(world);
    return world.run();
  });
  expect(printed).toMatch(/^bbr: 16 MB in 14\.\d s\ncubic: 16 MB in 14\.\d s\n$/);
}, 20_000);
