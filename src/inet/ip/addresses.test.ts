import { expect, test } from "vitest";
import { TestDevice } from "../../netif/netif.fixture.ts";
import { ip, WiredHost } from "../inet.fixture.ts";

const kinds = (host: WiredHost, ...texts: string[]): string[] =>
  texts.map((text) => `${text} ${host.inet.ip.addresses.kindOf(ip(text))}`);

test("what addresses are to a host with 10.0.0.1/24 and the loopback", () => {
  const host = new WiredHost();
  const all = ["10.0.0.1", "10.0.0.255", "10.0.0.0", "10.0.0.2", "127.0.0.1", "127.255.255.255", "128.0.0.0"];
  expect(kinds(host, ...all, "255.255.255.255", "224.0.0.1", "0.0.0.0")).toEqual([
    "10.0.0.1 local",
    "10.0.0.255 broadcast",
    "10.0.0.0 unicast",
    "10.0.0.2 unicast",
    "127.0.0.1 local",
    "127.255.255.255 broadcast",
    "128.0.0.0 unicast",
    "255.255.255.255 broadcast",
    "224.0.0.1 multicast",
    "0.0.0.0 unspecified",
  ]);
});

test("an IPv6 address is not mistaken for the IPv4 address in its last word", () => {
  expect(kinds(new WiredHost(), "2001:db8::a00:1")).toEqual(["2001:db8::a00:1 unicast"]);
});

test("an address brings the route to its network and takes it along", () => {
  const { inet, eth0 } = new WiredHost();
  const routes = (): string[] =>
    inet.ip.routes.snapshot().map((route) => `${route.destination} ${route.interface} ${route.source}`);
  expect(routes()).toEqual(["10.0.0.0/24 eth0 10.0.0.1"]);
  inet.addAddress(eth0, "10.0.0.9/24");
  inet.addAddress(eth0, "192.168.1.1/32");
  expect(routes()).toEqual(["10.0.0.0/24 eth0 10.0.0.1"]);
  expect(inet.ip.addresses.delete(eth0, ip("10.0.0.1"))).toBe(0);
  expect(routes()).toEqual(["10.0.0.0/24 eth0 10.0.0.9"]);
  expect(inet.ip.addresses.delete(eth0, ip("10.0.0.9"))).toBe(0);
  expect(routes()).toEqual([]);
  expect(inet.ip.addresses.delete(eth0, ip("10.0.0.9"))).toBe("EADDRNOTAVAIL");
});

test("what no host can have, or the interface has, is refused", () => {
  const { inet, eth0 } = new WiredHost();
  const answers = ["224.0.0.1/24", "255.255.255.255/32", "0.0.0.0/0", "10.0.0.1", "10.0.0.1/24", "2001:db8::1/64"];
  expect(answers.map((text) => inet.addAddress(eth0, text))).toEqual([
    "EINVAL",
    "EINVAL",
    "EINVAL",
    "EINVAL",
    "EEXIST",
    0,
  ]);
});

test("the address to send from: in the neighbour's network, else the first, else another interface's", () => {
  const host = new WiredHost();
  const { addresses } = host.inet.ip;
  host.inet.addAddress(host.eth0, "192.168.7.1/24");
  expect(`${addresses.select(host.eth0, ip("192.168.7.9"))}`).toBe("192.168.7.1");
  expect(`${addresses.select(host.eth0, ip("172.16.0.1"))}`).toBe("10.0.0.1");
  const bare = host.netif.interfaces.attach(new TestDevice(), 5);
  expect(`${addresses.select(bare, ip("172.16.0.1"))}`).toBe("10.0.0.1");
});

test("addresses go with their interface", () => {
  const host = new WiredHost();
  host.netif.interfaces.detach(host.eth0);
  expect(kinds(host, "10.0.0.1")).toEqual(["10.0.0.1 unicast"]);
  expect(host.inet.ip.addresses.snapshot()).toMatchObject([
    { interface: "lo", address: "127.0.0.1", prefixLength: 8, broadcast: null, scope: "host" },
  ]);
  expect(host.inet.ip.routes.snapshot()).toEqual([]);
});
