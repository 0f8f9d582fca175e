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

const found = (to: string): string => {
  const route = table.lookup(ip(to));
  return typeof route === "string"
    ? route
    : `${route.network} ${route.gateway ?? "direct"} ${route.through.name} ${route.metric}`;
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
  expect(found("2001:db9::1")).toBe("ENETUNREACH");
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
  expect(table.delete(network("10.2.0.0/16"), { metric: 4 })).toBe("ESRCH");
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

test("routes that came with the addresses of two interfaces stand side by side", () => {
  expect(add("10.2.0.0/16", { protocol: "kernel" })).toBe(0);
  expect(add("10.2.0.0/16", { protocol: "kernel", through: eth1 })).toBe(0);
  expect(add("10.2.0.0/16", { protocol: "kernel", through: eth1 })).toBe("EEXIST");
  expect(found("10.2.0.1")).toBe("10.2.0.0/16 direct eth0 0");
  expect(table.delete(network("10.2.0.0/16"), { through: eth0 })).toBe(0);
  expect(found("10.2.0.1")).toBe("10.2.0.0/16 direct eth1 0");
});

test.each([
  ["blackhole", "EINVAL"],
  ["unreachable", "EHOSTUNREACH"],
  ["prohibit", "EACCES"],
] as const)("%s answers %s, and hides the shorter prefix", (refuses, errno) => {
  add("0.0.0.0/0");
  table.add({ network: network("10.2.0.0/16"), refuses, metric: 0, protocol: "static" });
  expect(found("10.2.0.1")).toBe(errno);
  expect(found("10.3.0.1")).toBe("0.0.0.0/0 direct eth0 0");
  expect(table.delete(network("10.2.0.0/16"), { refuses })).toBe(0);
  expect(found("10.2.0.1")).toBe("0.0.0.0/0 direct eth0 0");
});

test("a lookup through one interface passes over the others", () => {
  add("10.2.0.0/16");
  add("0.0.0.0/0", { through: eth1 });
  expect(table.lookup(ip("10.2.0.1"), eth1)).toMatchObject({ network: network("0.0.0.0/0") });
  expect(table.lookup(ip("2001:db8::1"), eth1)).toBe("ENETUNREACH");
});

test("a listener hears of each change until it is disposed of", () => {
  const heard: string[] = [];
  const subscription = table.subscribe((changed, change) => heard.push(`${change} ${changed.network}`));
  add("10.0.0.0/8");
  add("10.0.0.0/8");
  table.delete(network("10.0.0.0/8"));
  subscription[Symbol.dispose]();
  add("10.0.0.0/8");
  expect(heard).toEqual(["add 10.0.0.0/8", "delete 10.0.0.0/8"]);
});

test("under adds and deletes of both families it agrees with a list that is searched from end to end", () => {
  // Few different bits, so that prefixes lie within one another; BigInt, so that the model shares no shift with the code.
  const bits = (family: 4 | 6): fc.Arbitrary<bigint> => {
    const width = family === 4 ? 32n : 128n;
    const corner = fc.constantFrom(0n, (1n << width) - 1n, 1n << (width - 1n), 0x0an << (width - 8n));
    return fc.oneof(fc.bigInt({ min: 0n, max: (1n << width) - 1n }), corner);
  };
  const spec = fc.constantFrom<4 | 6>(4, 6).chain((family) =>
    fc.record({
      family: fc.constant(family),
      bits: bits(family),
      length: fc.integer({ min: 0, max: family === 4 ? 32 : 128 }),
      metric: fc.integer({ min: 0, max: 2 }),
      isDelete: fc.boolean(),
    }),
  );
  const addressOf = (family: 4 | 6, value: bigint): IpAddress =>
    family === 4
      ? IpAddress.v4(Number(value))
      : IpAddress.v6(
          ...([96n, 64n, 32n, 0n].map((by) => Number((value >> by) & 0xffff_ffffn)) as [
            number,
            number,
            number,
            number,
          ]),
        );
  const property = fc.property(fc.array(spec, { maxLength: 40 }), (steps) => {
    table = new RouteTable();
    let model: { family: 4 | 6; first: bigint; length: number; metric: number }[] = [];
    for (const { family, bits: value, length, metric, isDelete } of steps) {
      const behind = BigInt((family === 4 ? 32 : 128) - length);
      const first = (value >> behind) << behind;
      const isSame = (other: (typeof model)[number]): boolean =>
        other.family === family && other.first === first && other.length === length && other.metric === metric;
      const known = model.some(isSame);
      const to = new Network({ address: addressOf(family, first), prefixLength: length });
      if (isDelete) {
        expect(table.delete(to, { metric })).toBe(known ? 0 : "ESRCH");
        model = model.filter((other) => !isSame(other));
      } else {
        const route = { network: to, gateway: null, through: eth0, source: null, metric, protocol: "static" } as const;
        expect(table.add(route)).toBe(known ? "EEXIST" : 0);
        if (!known) model.push({ family, first, length, metric });
      }
    }
    expect(table.list()).toHaveLength(model.length);
    // Every address that a step has named, and its neighbours one bit away.
    for (const { family, bits: value } of steps) {
      for (const wanted of [value, value ^ 1n, value ^ (1n << 20n)]) {
        const [best] = model
          .filter(({ family: of, first, length }) => {
            return of === family && (first ^ wanted) >> BigInt((family === 4 ? 32 : 128) - length) === 0n;
          })
          .sort((one, other) => other.length - one.length || one.metric - other.metric);
        const route = table.lookup(addressOf(family, wanted));
        const got =
          typeof route === "string" ? undefined : { length: route.network.prefixLength, metric: route.metric };
        expect(got).toEqual(best && { length: best.length, metric: best.metric });
      }
    }
  });
  fc.assert(property);
});
