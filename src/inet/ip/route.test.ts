import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import type { Interface } from "../../netif/interface.ts";
import { TestDevice } from "../../netif/netif.fixture.ts";
import { IpAddress, parsePrefix } from "../../wire/ip-address.ts";
import { ip, WiredHost } from "../inet.fixture.ts";
import { Network } from "./network.ts";
import { type Route, RouteTable } from "./route.ts";

const host = new WiredHost();
const eth0: Interface = host.eth0;
const eth1: Interface = host.attach(new TestDevice(), 1, "10.1.0.1/16");
let table: RouteTable;

const network = (text: string): Network =>
  new Network(parsePrefix(text) as NonNullable<ReturnType<typeof parsePrefix>>);

function add(
  to: string,
  rest: Partial<Omit<Route, "gateway">> & { gateway?: string } = {},
): ReturnType<RouteTable["add"]> {
  const { gateway, ...fields } = rest;
  const via = gateway === undefined ? null : ip(gateway);
  return table.add({
    network: network(to),
    through: eth0,
    source: null,
    metric: 0,
    protocol: "static",
    ...fields,
    gateway: via,
  });
}

const found = (to: string): string | undefined => {
  const route = table.lookup(ip(to));
  return route && `${route.network} ${route.gateway ?? "direct"} ${route.through.name} ${route.metric}`;
};

beforeEach(() => {
  table = new RouteTable();
  host.netif.interfaces.setUp(eth1, true);
});

test("the longest prefix wins, whatever the order of coming", () => {
  add("10.0.0.0/8");
  add("10.2.3.4/32");
  add("0.0.0.0/0");
  add("10.2.0.0/16", { through: eth1 });
  expect(found("10.2.3.4")).toBe("10.2.3.4/32 direct eth0 0");
  expect(found("10.2.3.5")).toBe("10.2.0.0/16 direct eth1 0");
  expect(found("10.3.3.5")).toBe("10.0.0.0/8 direct eth0 0");
  expect(found("192.168.0.1")).toBe("0.0.0.0/0 direct eth0 0");
});

test("among equals the lowest metric wins, and the next one takes over while its interface is down", () => {
  add("10.2.0.0/16", { metric: 20 });
  add("10.2.0.0/16", { metric: 10, through: eth1 });
  expect(found("10.2.0.1")).toBe("10.2.0.0/16 direct eth1 10");
  host.netif.interfaces.setUp(eth1, false);
  expect(found("10.2.0.1")).toBe("10.2.0.0/16 direct eth0 20");
  expect(table.snapshot().map(({ usable }) => usable)).toEqual([false, true]);
});

test("an IPv4 default route does not catch IPv6", () => {
  add("0.0.0.0/0");
  add("2001:db8::/32", { through: eth1 });
  expect(found("2001:db9::1")).toBeUndefined();
  expect(found("2001:db8::1")).toBe("2001:db8::/32 direct eth1 0");
});

test("EEXIST: a second route to the same network with the same metric", () => {
  expect(add("10.2.0.0/16")).toBe(0);
  expect(add("10.2.0.0/16", { through: eth1 })).toBe("EEXIST");
  expect(add("10.2.0.0/16", { metric: 1 })).toBe(0);
});

test("ENETUNREACH: a gateway that is not on a link of ours, or not on this one", () => {
  add("10.0.0.0/24");
  expect(add("0.0.0.0/0", { gateway: "10.9.0.1" })).toBe("ENETUNREACH");
  expect(add("0.0.0.0/0", { gateway: "10.0.0.9", through: eth1 })).toBe("ENETUNREACH");
  expect(add("0.0.0.0/0", { gateway: "10.0.0.9" })).toBe(0);
  expect(add("10.7.0.0/16", { gateway: "10.8.0.1" })).toBe("ENETUNREACH");
});

test("ENETDOWN: a route through an interface that is down", () => {
  host.netif.interfaces.setUp(eth1, false);
  expect(add("10.2.0.0/16", { through: eth1 })).toBe("ENETDOWN");
});

test("ESRCH: there is no such route to take away", () => {
  add("10.2.0.0/16", { metric: 5 });
  expect(table.delete(network("10.2.0.0/17"))).toBe("ESRCH");
  expect(table.delete(network("10.2.0.0/16"), 4)).toBe("ESRCH");
  expect(table.delete(network("10.2.0.0/16"))).toBe(0);
  expect(table.delete(network("10.2.0.0/16"))).toBe("ESRCH");
});

test("the generation moves with each change and no other call", () => {
  const generations = [table.generation];
  for (const step of [() => add("10.0.0.0/8"), () => add("10.0.0.0/8"), () => table.delete(network("10.0.0.0/8"))]) {
    step();
    generations.push(table.generation);
  }
  expect(generations).toEqual([0, 1, 1, 2]);
});

test("a lookup finds the longest of the prefixes that contain the address", () => {
  const bits = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.constantFrom(0, 0x0a00_0000, 0xffff_ffff, 0x8000_0000),
  );
  const prefixes = fc.array(fc.tuple(bits, fc.integer({ min: 0, max: 32 })), { maxLength: 20 });
  const property = fc.property(prefixes, bits, (specs, wanted) => {
    table = new RouteTable();
    for (const [address, length] of specs) add(`${IpAddress.v4(address)}/${length}`);
    // BigInt arithmetic, so that the model shares no shift with the code.
    const contains = ([address, length]: [number, number]): boolean =>
      (BigInt(address) ^ BigInt(wanted)) >> BigInt(32 - length) === 0n;
    const longest = Math.max(-1, ...specs.filter(contains).map(([, length]) => length));
    expect(table.lookup(IpAddress.v4(wanted))?.network.prefixLength ?? -1).toBe(longest);
  });
  fc.assert(property);
});
