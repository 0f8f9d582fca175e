import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../wire/hdlc.ts";
import * as ppp from "../../wire/ppp.ts";
import * as control from "../../wire/ppp-control.ts";
import { TestWorld } from "../link.fixture.ts";
import { Serial } from "../serial.ts";
import { resolvePpp } from "./options.ts";
import { NS_PER_SECOND, PppHost, Script, twoHosts } from "./ppp.fixture.ts";

const ADDRESSES = { local: "10.9.0.1", remote: "10.9.0.2" };

test("two ends agree, one gets its address from the other, and packets pass with short headers", () => {
  const { a, b, seconds, line } = twoHosts(ADDRESSES);
  seconds(1);
  expect([a, b].map(({ device }) => device.snapshot())).toMatchObject([
    { phase: "network", lcp: "Opened", ipcp: "Opened", ipv6cp: "Opened" },
    { phase: "network", lcp: "Opened", ipcp: "Opened", ipv6cp: "Opened" },
  ]);
  expect(a.told).toContain("up 4 10.9.0.1 10.9.0.2");
  expect(b.told).toContain("up 4 10.9.0.2 10.9.0.1");
  expect([a.device.carrier, a.interface.carriers.at(-1)]).toEqual([true, true]);
  const before = line.snapshot().ends[0]?.txBytes ?? 0;
  a.send(0x45, 1, 2);
  b.send(0x45, 3);
  seconds(1);
  expect([b.received, a.received]).toEqual([[[0x45, 1, 2]], [[0x45, 3]]]);
  // A flag at each end, a byte of protocol, three of payload, two of FCS; at most one of them is escaped.
  expect((line.snapshot().ends[0]?.txBytes ?? 0) - before).toBeLessThanOrEqual(9);
});

test("interface identifiers make two link-local addresses", () => {
  const { a, seconds } = twoHosts(ADDRESSES);
  seconds(1);
  const [network] = a.device.snapshot().networks.filter(({ family }) => family === 6);
  expect(network?.local).toMatch(/^fe80::/);
  expect(network?.remote).not.toBe(network?.local);
});

test("without addresses on either side there is no IPv4, and IPv6 all the same", () => {
  const { a, seconds } = twoHosts();
  seconds(40);
  expect(a.device.snapshot()).toMatchObject({ phase: "network", ipv6cp: "Opened" });
  expect(a.told.filter((line) => line.startsWith("up 4"))).toEqual([]);
});

describe("authentication", () => {
  test.each(["pap", "chap"] as const)("%s: the right secret", (require) => {
    const { a, b, seconds } = twoHosts(
      { ...ADDRESSES, require, peers: { bob: "s3cret" } },
      { name: "bob", secret: "s3cret" },
    );
    seconds(2);
    expect(a.device.snapshot()).toMatchObject({ phase: "network", peerName: "bob" });
    expect(b.device.snapshot()).toMatchObject({ phase: "network", peerName: "" });
  });

  test.each([
    ["pap", { name: "bob", secret: "wrong" }],
    ["chap", { name: "bob", secret: "wrong" }],
    ["chap", { name: "eve", secret: "s3cret" }],
    ["pap", {}],
  ] as const)("%s: %j does not come in, and tries again later", (require, who) => {
    const { a, b, seconds } = twoHosts({ ...ADDRESSES, require, peers: { bob: "s3cret" }, holdoffMs: 1000 }, who);
    seconds(30);
    expect([a.told, b.told]).toEqual([[], []]);
    const { counters } = a.machine;
    expect(counters.get("PppAuthFailures") + counters.get("PppAuthRefused")).toBeGreaterThan(1);
  });

  test("both ends show themselves, each in its way", () => {
    const { a, b, seconds } = twoHosts(
      { ...ADDRESSES, require: "pap", peers: { bob: "1" }, name: "alice", secret: "2" },
      { require: "chap", peers: { alice: "2" }, name: "bob", secret: "1" },
    );
    seconds(2);
    expect([a, b].map(({ device }) => device.snapshot().peerName)).toEqual(["bob", "alice"]);
  });
});

test("an outage of the line takes the link down, and it comes up again", () => {
  const { a, line, seconds } = twoHosts(ADDRESSES);
  seconds(1);
  const cut = line.cut();
  expect(a.device.snapshot()).toMatchObject({ phase: "dead", networks: [] });
  expect(a.told.at(-1)).toMatch(/^down/);
  a.send(0x45);
  expect(a.machine.counters.get("PppNotOpen")).toBe(1);
  seconds(100);
  cut[Symbol.dispose]();
  seconds(1);
  expect(a.device.snapshot()).toMatchObject({ phase: "network", ipcp: "Opened" });
});

test("a peer that says nothing any more is found out, and the link comes up when it can be heard again", () => {
  const { a, b, line, seconds } = twoHosts({ ...ADDRESSES, echoIntervalMs: 1000, echoFailures: 3 });
  seconds(5);
  expect(a.device.snapshot().phase).toBe("network");
  line.set({ bitErrorRate: 0.4 });
  seconds(6);
  expect(a.device.carrier).toBe(false);
  expect(a.machine.counters.get("PppEchoFailures")).toBeGreaterThan(0);
  line.set({ bitErrorRate: 0 });
  seconds(60);
  expect([a.device.carrier, b.device.carrier]).toEqual([true, true]);
});

test("bit errors meet the FCS and are counted; no damaged packet comes through", () => {
  const { a, b, line, seconds } = twoHosts(ADDRESSES, {}, { rateBps: 10_000_000 });
  seconds(1);
  line.set({ bitErrorRate: 0.002 });
  for (let count = 0; count < 300; count++) a.send(0x45, count & 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  seconds(1);
  const errors = b.interface.errors.filter((counter) => counter === "PppFcsErrors").length;
  expect(errors).toBeGreaterThan(20);
  expect(b.received.length).toBeGreaterThan(100);
  expect(b.received.every((bytes) => bytes.length === 12 && bytes.slice(2).join() === "1,2,3,4,5,6,7,8,9,10")).toBe(
    true,
  );
});

test("a link that is closed says so to its peer, and comes up again when it is opened", () => {
  const { a, b, seconds } = twoHosts(ADDRESSES);
  seconds(1);
  a.device.setWanted(false);
  seconds(30);
  expect([a.device.snapshot(), b.device.snapshot()]).toMatchObject([{ lcp: "Closed" }, { networks: [] }]);
  a.device.setWanted(true);
  seconds(30);
  expect([a.device.carrier, b.device.carrier]).toEqual([true, true]);
});

test("MRU: the interface's mtu is what the peer takes", () => {
  const { a, b, seconds } = twoHosts({ ...ADDRESSES, mru: 600 });
  seconds(1);
  expect([a.device.mtu, b.device.mtu]).toEqual([1500, 600]);
});

test("the map of control characters: what the peer wants escaped is", () => {
  const { a, b, line, seconds } = twoHosts(ADDRESSES, { asyncMap: 1 << 0x11 });
  seconds(1);
  const before = line.snapshot().ends.map(({ txBytes }) => txBytes);
  a.send(0x45, 0x11, 0x11, 0x11);
  b.send(0x45, 0x11, 0x11, 0x11);
  seconds(1);
  const sent = line.snapshot().ends.map(({ txBytes }, index) => txBytes - (before[index] as number));
  expect(sent[0]).toBe((sent[1] as number) + 3);
  expect(b.received).toEqual([[0x45, 0x11, 0x11, 0x11]]);
});

/** A host, and a script in its peer's place. */
function scripted(options = {}) {
  const world = new TestWorld();
  const line = new Serial(world.machine("line"), { rateBps: 10_000_000 });
  const script = new Script(line);
  const a = new PppHost(world, "a", line, { ...ADDRESSES, ...options });
  const ms = (count: number): void => {
    world.run(world.scheduler.nowNs + count * 1_000_000);
  };
  ms(10);
  return { world, a, script, ms };
}

test("a protocol that nobody knows is rejected, once LCP is open", () => {
  const { a, script, ms } = scripted();
  script.control(0x8029, control.CONFIGURE_REQUEST, 9, []);
  ms(10);
  expect(script.heard.some(({ packet }) => packet?.code === control.PROTOCOL_REJECT)).toBe(false);
  script.agree(ppp.PROTOCOL_LCP);
  ms(10);
  script.control(0x8029, control.CONFIGURE_REQUEST, 9, []);
  ms(10);
  const reject = script.heard.find(({ packet }) => packet?.code === control.PROTOCOL_REJECT);
  expect([...(reject?.packet?.data ?? [])]).toEqual([0x80, 0x29, 1, 9, 0, 4]);
  expect(a.machine.counters.get("PppUnknownProtocols")).toBe(1);
});

test("a peer without IPV6CP is asked no more", () => {
  const { a, script, ms } = scripted();
  script.agree(ppp.PROTOCOL_LCP);
  ms(10);
  script.control(ppp.PROTOCOL_LCP, control.PROTOCOL_REJECT, 3, [0x80, 0x57, 1, 1, 0, 4]);
  ms(20_000);
  const asked = script.heard.filter(({ protocol }) => protocol === ppp.PROTOCOL_IPV6CP);
  expect([asked.length, a.device.snapshot().ipv6cp]).toEqual([1, "Closed"]);
});

test("an echo is answered with our magic number and its data", () => {
  const { script, ms } = scripted();
  script.agree(ppp.PROTOCOL_LCP);
  ms(10);
  script.control(ppp.PROTOCOL_LCP, control.ECHO_REQUEST, 8, [0, 0, 0, 0, 1, 2, 3]);
  ms(10);
  const reply = script.heard.find(({ packet }) => packet?.code === control.ECHO_REPLY)?.packet;
  expect(reply?.identifier).toBe(8);
  expect([...(reply?.data ?? [])].slice(4)).toEqual([1, 2, 3]);
  expect(control.wordOf(reply?.data ?? new Uint8Array(4))).not.toBe(0);
});

test("a line that leads back is found out by the magic number", () => {
  const world = new TestWorld();
  const line = new Serial(world.machine("line"), { rateBps: 1_000_000 });
  new Script(line, (bytes, script) => script.raw(bytes));
  const a = new PppHost(world, "a", line, ADDRESSES);
  world.run(5 * NS_PER_SECOND);
  expect(a.machine.counters.get("PppLoops")).toBeGreaterThan(0);
  expect(a.told).toEqual([]);
});

test("whatever a hostile peer sends, nothing throws, hangs or grows", () => {
  const protocol = fc.constantFrom(0xc021, 0xc021, 0x8021, 0x8057, 0xc023, 0xc223, 0x0021, 0x1234);
  const packet = fc.tuple(
    protocol,
    fc.integer({ min: 0, max: 13 }),
    fc.nat({ max: 4 }),
    fc.uint8Array({ maxLength: 24 }),
  );
  const frame = packet.map(([number, code, identifier, data]) => {
    const information = control.emitControl({ code, identifier, data });
    return encode(Uint8Array.of(0xff, 3, number >>> 8, number & 0xff, ...information), 0);
  });
  const step = fc.oneof(
    { weight: 4, arbitrary: frame },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constant("agree" as const) },
  );
  const property = fc.property(
    fc.array(step, { maxLength: 40 }),
    fc.constantFrom({}, { require: "chap", peers: { a: "b" } }, { name: "a", secret: "b" }),
    (steps, options) => {
      const { world, a, script, ms } = scripted({ ...options, echoIntervalMs: 0, holdoffMs: 86_400_000 });
      for (const what of steps) {
        if (what === "agree") for (const number of [0xc021, 0x8021, 0x8057]) script.agree(number);
        else script.raw(what);
        ms(5);
      }
      // Everything comes to rest, or to a link that is up; the queue of events does not grow.
      expect(world.scheduler.events.size).toBeLessThan(12);
      expect(script.heard.length).toBeLessThan(60 + 20 * steps.length);
      expect(["dead", "establish", "authenticate", "network", "terminate"]).toContain(a.device.snapshot().phase);
    },
  );
  fc.assert(property, { numRuns: 150 });
});

test("options that are none are refused by name", () => {
  expect(() => resolvePpp({ local: "10.9" })).toThrow('local is "10.9"; allowed is an IPv4 address');
  expect(() => resolvePpp({ mru: 100 })).toThrow("mru is 100; allowed is a whole number from 128 to 16384");
  expect(() => resolvePpp({ require: "eap" as "pap" })).toThrow('require is "eap"');
});
