/** What can be said of TAP devices without one: refusals that tell what to do, and devices that are joined. */
import { AF_INET, SOCK_DGRAM, World } from "netloom";
import { joinDevices, openTap } from "netloom/tap";
import { expect, test } from "vitest";

test("a world in virtual time is refused", () => {
  expect(() => openTap(new World())).toThrow('a TAP device needs a world made with { time: "real" }');
});

test.each(["", "a name", "tap/0", "sixteen-letters-", "%d"])("the name %j is refused", (name) => {
  expect(() => openTap(new World({ time: "real" }), { name })).toThrow("a TAP device is named with");
});

test.each([0, 67, 65_522, 1500.5, Number.NaN])("an mtu of %d is refused", (mtu) => {
  expect(() => openTap(new World({ time: "real" }), { mtu })).toThrow("the mtu of a TAP device is between");
});

test("two links that are joined carry frames from one to the other, both ways", async () => {
  const world = new World();
  const [left, right] = [world.cable({ delayMs: 1 }), world.cable({ delayMs: 2 })];
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(left, "10.0.0.1/24");
  b.attach(right, "10.0.0.2/24");
  const joint = joinDevices(left.port(), right.port());
  let answeredNs = 0;
  b.spawn(
    "server",
    async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.bind(s, { address: "0.0.0.0", port: 7 });
      const { source } = await sys.recvfrom(s, new Uint8Array(10));
      await sys.sendto(s, "yes", source);
    },
    { daemon: true },
  );
  a.spawn("client", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sendto(s, "there?", { address: "10.0.0.2", port: 7 });
    await sys.recv(s, new Uint8Array(10));
    answeredNs = sys.clockGettime("CLOCK_MONOTONIC").nanoseconds;
  });
  expect((await world.run()).crashes).toEqual([]);
  // ARP and the datagram, each there and back, 3 ms one way.
  expect([Math.floor(answeredNs / 1e6), joint.drops]).toEqual([12, 0]);
});

test("a joint counts what finds the queue of the other side full", async () => {
  const world = new World();
  const [fast, slow] = [world.cable(), world.cable({ rateMbps: 0.1, queuePackets: 2 })];
  const [a, b] = [world.host("a"), world.host("b")];
  a.attach(fast, "10.0.0.1/24");
  b.attach(slow, "10.0.0.2/24");
  const joint = joinDevices(fast.port(), slow.port());
  a.spawn("sender", async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sendto(s, "first, for ARP", { address: "10.0.0.2", port: 7 });
    await sys.sleep(0.1);
    for (let i = 0; i < 10; i++) await sys.sendto(s, new Uint8Array(1000), { address: "10.0.0.2", port: 7 });
  });
  await world.run();
  // One is being sent, two wait.
  expect(joint.drops).toBe(7);
});
