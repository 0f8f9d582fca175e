import { expect, test } from "vitest";
import { ip, twoHosts } from "../inet.fixture.ts";
import { GroupTable } from "./groups.ts";

test("the first join and the last leave of a group are told to its family, each interface by itself", () => {
  const { eth } = twoHosts();
  const groups = new GroupTable();
  const told: string[] = [];
  groups.listen(6, (through, group, change) => told.push(`${change} ${group} ${through === eth.a ? "a" : "b"}`));
  groups.join(eth.a, ip("ff02::1"));
  groups.join(eth.a, ip("ff02::1"));
  groups.join(eth.b, ip("ff02::1"));
  groups.join(eth.a, ip("224.0.0.1"));
  expect([groups.has(eth.a, ip("ff02::1")), groups.has(eth.a, ip("ff02::2"))]).toEqual([true, false]);
  expect(groups.on(eth.a).map(String)).toEqual(["ff02::1", "224.0.0.1"]);
  expect(groups.snapshot().map(({ users }) => users)).toEqual([2, 1, 1]);
  groups.leave(eth.a, ip("ff02::1"));
  expect(groups.has(eth.a, ip("ff02::1"))).toBe(true);
  groups.leave(eth.a, ip("ff02::1"));
  groups.leave(eth.a, ip("ff02::1"));
  groups.deleteThrough(eth.b);
  expect([groups.has(eth.a, ip("ff02::1")), groups.has(eth.b, ip("ff02::1"))]).toEqual([false, false]);
  expect(told).toEqual(["join ff02::1 a", "join ff02::1 b", "leave ff02::1 a"]);
});
