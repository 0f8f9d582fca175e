/** Interfaces while the world runs: what `ip link` and `ip address` show, and what can be set. */
import { formatIpAddress, formatIpLink, World } from "netloom";
import { expect, test } from "vitest";

function twoHosts() {
  const world = new World({ console: () => {} });
  const cable = world.cable({ mtu: 1500 });
  const [a, b] = [world.host("a"), world.host("b")];
  const eth0 = a.attach(cable, "10.0.0.1/24");
  b.attach(cable, "10.0.0.2/24");
  return { world, cable, a, b, eth0 };
}

test("as ip shows them", () => {
  const { a, cable } = twoHosts();
  a.addAddress("eth0", "10.0.1.1/24");
  a.configure("eth0", { mtu: 1400, qdisc: { kind: "fq_codel" } });
  cable.cut();
  expect(
    formatIpAddress(a.netstat())
      .split("\n")
      .filter((line) => !line.includes("inet6") && !line.includes("lft")),
  ).toEqual([
    "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc pfifo state UNKNOWN",
    "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00",
    "    inet 127.0.0.1/8 scope host lo",
    "2: eth0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1400 qdisc fq_codel state DOWN",
    "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff",
    "    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0",
    "    inet 10.0.1.1/24 brd 10.0.1.255 scope global eth0",
  ]);
  expect(formatIpLink(a.netstat(), true).split("\n").slice(8)).toEqual([
    "    RX:  bytes packets errors dropped mcast",
    "             0       0      0       0     0",
    "    TX:  bytes packets errors dropped",
    "             0       0      0       0",
  ]);
});

test("addresses come and go with their routes", () => {
  const { a } = twoHosts();
  const networks = () =>
    a
      .routes()
      .filter(({ destination }) => !destination.includes(":"))
      .map(({ destination }) => destination);
  a.addAddress("eth0", "10.0.1.1/24");
  expect(networks()).toEqual(["10.0.0.0/24", "10.0.1.0/24"]);
  a.deleteAddress("eth0", "10.0.0.1");
  expect(networks()).toEqual(["10.0.1.0/24"]);
  expect(() => a.deleteAddress("eth0", "10.0.0.1")).toThrow("a: eth0 has no address 10.0.0.1: EADDRNOTAVAIL");
});

test("what can't be is refused by name", () => {
  const { a } = twoHosts();
  expect(() => a.configure("eth9", { up: false })).toThrow('a: there is no interface "eth9"; there are lo, eth0');
  expect(() => a.configure("eth0", { mtu: 9000 })).toThrow("eth0 can't have the mtu 9000");
  expect(() => a.configure("eth0", { qdisc: { kind: "tbf", rateMbps: 0, burstBytes: 1 } })).toThrow(RangeError);
  expect(() => a.route("10.9.0.0/16", {})).toThrow("a route needs a gateway (via) or an interface (through)");
  expect(() => a.deleteRoute("10.9.0.0/16")).toThrow("there is no such route");
});

test.each(["224.0.0.1/24", "0.0.0.0/0", "ff02::1/64", "10.0.0.1/24"])(
  "attaching with %s leaves no interface behind",
  (bad) => {
    const world = new World();
    const alice = world.host("alice");
    expect(() => alice.attach(world.cable(), "10.0.0.1/24", bad)).toThrow(`eth0 can't have the address "${bad}"`);
    expect(alice.netif.interfaces.list().map(({ name }) => name)).toEqual(["lo"]);
    expect(alice.attach(world.cable(), "10.0.0.1/24").name).toBe("eth0");
  },
);
