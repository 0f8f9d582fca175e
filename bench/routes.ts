/**
 * The routing table with 100,000 routes: a look-up of an address, of both families; adding and deleting a route.
 * Beside them the look-up in a table of ten, which is what a host has.
 */
import { Network } from "../src/inet/ip/network.ts";
import { type Route, RouteTable } from "../src/inet/ip/route.ts";
import type { Interface } from "../src/netif/interface.ts";
import { IpAddress } from "../src/wire/ip-address.ts";
import { rate, report } from "./lib/rates.ts";

const ROUTES = 100_000;
const LOOKUPS = 20_000;

/** A generator of its own, so that every run has the same table. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
}

const through = { up: true } as Interface;

function routeTo(address: IpAddress, prefixLength: number): Route {
  const network = new Network({ address, prefixLength });
  return { network, gateway: null, through, source: null, metric: 0, protocol: "static" };
}

function filled(count: number, family: 4 | 6): { table: RouteTable; addresses: IpAddress[]; routes: Route[] } {
  const table = new RouteTable();
  const random = generator(count + family);
  const addresses: IpAddress[] = [];
  const routes: Route[] = [];
  while (routes.length < count) {
    const address =
      family === 4 ? IpAddress.v4(random()) : IpAddress.v6(0x2000_0000 | (random() >>> 4), random(), random(), 1);
    // As in the tables of the Internet, half of the prefixes are the longest that are let through.
    const prefixLength = (family === 4 ? [24, 24, 22, 20, 16] : [48, 48, 44, 40, 32])[random() % 5] as number;
    const route = routeTo(address, prefixLength);
    if (table.add(route) !== 0) continue;
    routes.push(route);
    addresses.push(address);
  }
  return { table, addresses, routes };
}

for (const [count, family] of [
  [10, 4],
  [ROUTES, 4],
  [ROUTES, 6],
] as const) {
  const { table, addresses } = filled(count, family);
  const name = `look-up among ${count.toLocaleString("en-US")} routes of IPv${family}`;
  rate({ name, operations: LOOKUPS }, () => {
    let found = 0;
    for (let index = 0; index < LOOKUPS; index++) {
      if (typeof table.lookup(addresses[(index * 7919) % addresses.length] as IpAddress) !== "string") found++;
    }
    return found;
  });
}

const { table, routes } = filled(ROUTES, 4);
rate({ name: "delete and add a route among 100,000", operations: 10_000 }, () => {
  for (let index = 0; index < 10_000; index++) {
    const route = routes[index * 9] as Route;
    table.delete(route.network);
    table.add(route);
  }
});
await report();
