import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RouteSnapshot } from "../inet/ip/route.ts";
import { IpAddress } from "../wire/ip-address.ts";
import { formatIpRoute, formatRoute, formatRouteN, parseRoute, parseRouteN } from "./route-text.ts";

const ROUTE: RouteSnapshot = {
  destination: "10.1.0.0/16",
  kind: "unicast",
  gateway: "10.0.0.1",
  interface: "eth0",
  source: null,
  metric: 0,
  protocol: "static",
  usable: true,
  linkDown: false,
};

describe("as `ip route` prints it", () => {
  test.each<[Partial<RouteSnapshot>, string]>([
    [{}, "10.1.0.0/16 via 10.0.0.1 dev eth0 proto static"],
    [{ destination: "0.0.0.0/0", metric: 20, protocol: "ospf" }, "default via 10.0.0.1 dev eth0 proto ospf metric 20"],
    [
      { destination: "10.0.0.0/24", gateway: null, source: "10.0.0.2", protocol: "kernel", linkDown: true },
      "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.2 linkdown",
    ],
    [
      { destination: "10.2.0.1/32", kind: "unreachable", gateway: null, interface: "" },
      "unreachable 10.2.0.1 proto static",
    ],
    [
      { destination: "::/0", gateway: "fe80::1", metric: 1024 },
      "default via fe80::1 dev eth0 proto static metric 1024",
    ],
    [
      { destination: "fe80::/64", gateway: null, protocol: "kernel", metric: 256 },
      "fe80::/64 dev eth0 proto kernel metric 256",
    ],
  ])("%j: %s", (fields, line) => expect(formatRoute({ ...ROUTE, ...fields })).toBe(line));

  test("one family at a time, without what is down", () => {
    const routes = [ROUTE, { ...ROUTE, usable: false }, { ...ROUTE, destination: "2001:db8::/32", gateway: "fe80::1" }];
    expect(formatIpRoute(routes)).toBe("10.1.0.0/16 via 10.0.0.1 dev eth0 proto static");
    expect(formatIpRoute(routes, 6)).toBe("2001:db8::/32 via fe80::1 dev eth0 proto static");
  });
});

const v4 = fc.integer({ min: 0, max: 0xffff_ffff }).map((bits) => IpAddress.v4(bits).toString());
const word = fc.integer({ min: 0, max: 0xffff_ffff });
// Neither a mapped address, which is one of IPv4, nor a text that is cut as a default route.
const v6 = fc.tuple(word, word, word).map(([w1, w2, w3]) => IpAddress.v6(0x2001_0db8, w1, w2, w3).toString());

const snapshot = fc
  .constantFrom<4 | 6>(4, 6)
  .chain((family) =>
    fc.record<RouteSnapshot>({
      destination: fc
        .tuple(family === 4 ? v4 : v6, fc.integer({ min: 1, max: family === 4 ? 32 : 128 }))
        .map(([address, length]) => `${address}/${length}`),
      kind: fc.constantFrom("unicast", "blackhole", "unreachable", "prohibit"),
      gateway: fc.option(family === 4 ? v4 : v6),
      interface: fc.constantFrom("eth0", "ppp12"),
      source: fc.option(family === 4 ? v4 : v6),
      metric: fc.oneof(fc.constant(0), word),
      protocol: fc.constantFrom("kernel", "static", "redirect", "ra", "ospf"),
      usable: fc.constant(true),
      linkDown: fc.boolean(),
    }),
  )
  .map((route) => {
    // What refuses leads nowhere.
    return route.kind === "unicast" ? route : { ...route, gateway: null, interface: "", source: null, linkDown: false };
  });

test("what is printed is read as it was", () => {
  const property = fc.property(snapshot, (route) => {
    const read = parseRoute(formatRoute(route));
    if (typeof read === "string") throw new Error(read);
    const length = route.destination.includes(":") ? 128 : 32;
    expect({
      destination: read.to.includes("/") ? read.to : `${read.to}/${length}`,
      kind: read.kind ?? "unicast",
      gateway: read.via ?? null,
      interface: read.dev ?? "",
      source: read.source ?? null,
      metric: read.metric ?? 0,
      protocol: read.protocol,
    }).toEqual({ ...route, usable: undefined, linkDown: undefined });
  });
  fc.assert(property);
});

test("the same of `route -n`", () => {
  const property = fc.property(fc.array(snapshot, { maxLength: 5 }), (routes) => {
    const v4Only = routes.filter(({ destination }) => !destination.includes(":"));
    expect(parseRouteN(formatRouteN(routes))).toEqual(
      v4Only.map(({ destination, gateway, metric, interface: name, kind }) => ({
        destination,
        gateway,
        metric,
        interface: kind === "unicast" ? name : "",
        refuses: kind !== "unicast",
      })),
    );
  });
  fc.assert(property);
});

test.each([
  ["", "Command line is not complete"],
  ["10.0.0.0/8 via", "Command line is not complete"],
  ["somewhere via 10.0.0.1", 'any valid prefix is expected rather than "somewhere"'],
  ["default metric many", 'argument "many" is wrong'],
  ["default proto bgp9", 'argument "bgp9" is wrong'],
  ["default vai 10.0.0.1", '"vai" is a garbage'],
])("%j: %s", (line, complaint) => expect(parseRoute(line)).toContain(complaint));

test("the table of `route -n`", () => {
  const routes = [
    { ...ROUTE, destination: "0.0.0.0/0" },
    { ...ROUTE, gateway: null },
  ];
  expect(formatRouteN(routes).split("\n")).toEqual([
    "Kernel IP routing table",
    "Destination  Gateway   Genmask      Flags  Metric  Ref  Use  Iface",
    "0.0.0.0      10.0.0.1  0.0.0.0      UG     0       0    0    eth0",
    "10.1.0.0     0.0.0.0   255.255.0.0  U      0       0    0    eth0",
  ]);
});
