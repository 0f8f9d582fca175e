/** MessageChannel and BroadcastChannel in virtual processes: messages are there before the clock moves, in an order that is no chance. */
import "netloom/register";
import { once } from "node:events";
import { BroadcastChannel, MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const tickingMs = 1;
const openPorts = (): number => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length;

test("a message and its answer take no virtual time, while a timer waits", async () => {
  const { world, a } = twoHosts();
  const told = await a.run(async () => {
    const ticking = setInterval(() => {}, tickingMs);
    const { port1, port2 } = new MessageChannel();
    port2.on("message", (text) => port2.postMessage(`${text}!`));
    const before = world.nowNs;
    port1.postMessage("hello");
    const [text] = await once(port1, "message");
    port1.close();
    await once(port2, "close");
    clearInterval(ticking);
    return [text, world.nowNs - before];
  });
  expect(told).toEqual(["hello!", 0]);
});

test("each message has a turn of its own, in the order of the ports' age, whichever was posted to first", async () => {
  const { a } = twoHosts();
  const order = await a.run(async () => {
    const order: string[] = [];
    const channels = [new MessageChannel(), new MessageChannel()];
    const last = new Promise((resolve) => {
      for (const [index, { port2 }] of channels.entries()) {
        port2.on("message", (text) => {
          order.push(`${index} ${text}`);
          queueMicrotask(() => order.push("microtask"));
          if (order.length === 7) queueMicrotask(() => resolve(null));
        });
      }
    });
    for (const [index, text] of [
      [1, "x"],
      [0, "x"],
      [1, "y"],
      [0, "y"],
    ] as const)
      channels[index]?.port1.postMessage(text);
    await last;
    for (const { port1 } of channels) port1.close();
    return order;
  });
  expect(order).toEqual(["0 x", "0 y", "1 x", "1 y"].flatMap((text) => [text, "microtask"]));
});

test("what is sent through a port that came in a message, with its event", async () => {
  const { world, a } = twoHosts();
  const told = await a.run(async () => {
    const ticking = setInterval(() => {}, tickingMs);
    const [outer, inner] = [new MessageChannel(), new MessageChannel()];
    const answered = new Promise((resolve) => {
      const listen = (event: unknown): void => {
        const [port] = (event as { ports: MessagePort[] }).ports;
        port?.on("message", (text) => resolve([text, world.nowNs]));
      };
      Object.assign(outer.port2, { onmessage: listen });
    });
    outer.port1.postMessage("take it", [inner.port2]);
    inner.port1.postMessage("through it");
    const told = await answered;
    clearInterval(ticking);
    for (const { port1 } of [outer, inner]) port1.close();
    return told;
  });
  expect(told).toEqual(["through it", 0]);
});

test("a process lives while a port of it listens, and leaves none behind; an error in a listener ends it alone", async () => {
  const { world, a } = twoHosts();
  // Those of earlier tests are closed by the event loop.
  while (openPorts() > 0) await new Promise((resolve) => setImmediate(resolve));
  const listening = a.start({
    main: () => {
      const { port1 } = new MessageChannel();
      port1.on("message", () => {});
    },
  });
  const unreferenced = a.start({ main: () => new MessageChannel().port1.on("message", () => {}).unref() });
  const failing = a.start({
    main: () => {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", () => {
        throw new Error("no such message");
      });
      port2.postMessage(1);
    },
  });
  await world.run({ until: "1s" });
  expect([listening.state, unreferenced.state, failing.state]).toEqual(["running", "reaped", "reaped"]);
  expect(world.result().crashes.map(({ error }) => (error as Error).message)).toEqual(["no such message"]);
  expect(openPorts()).toBeGreaterThan(0);
  listening.kill("SIGKILL");
  await world.run({ until: "2s" });
  while (openPorts() > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("a BroadcastChannel reaches those of the same process only", async () => {
  const { world, a, b } = twoHosts();
  const told: string[] = [];
  const listen = (name: string) => () => {
    const channel = new BroadcastChannel("news");
    channel.onmessage = (event) => {
      told.push(`${name} ${channel.name} ${(event as unknown as { data: string }).data} ${world.nowNs}`);
      channel.close();
    };
  };
  b.start({ main: listen("b") });
  await a.run(async () => {
    const ticking = setInterval(() => {}, tickingMs);
    listen("a")();
    const channel = new BroadcastChannel("news");
    channel.postMessage("hello");
    await new Promise((resolve) => setTimeout(resolve, 10));
    channel.close();
    clearInterval(ticking);
  });
  expect(told).toEqual(["a news hello 0"]);
});

test("code outside has Node's own", async () => {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage("hello");
  expect(await once(port2, "message")).toEqual(["hello"]);
  port1.close();
});
