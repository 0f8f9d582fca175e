import { expect, test } from "vitest";
import { TestDevice } from "../../netif/netif.fixture.ts";
import { ip, WiredHost } from "../inet.fixture.ts";

const path = (host: WiredHost, to: string): string => {
  const found = host.inet.ip.paths.to(ip(to));
  if (typeof found === "string") return found;
  return `${found.kind} ${found.destination} via ${found.nextHop} ${found.through.name} src ${found.source}`;
};

test("neighbours, gateways, ourselves, everybody, nobody", () => {
  const host = new WiredHost();
  expect(path(host, "192.0.2.1")).toBe("ENETUNREACH");
  host.inet.addRoute({ to: "default", via: "10.0.0.9" });
  expect(path(host, "10.0.0.2")).toBe("unicast 10.0.0.2 via 10.0.0.2 eth0 src 10.0.0.1");
  expect(path(host, "192.0.2.1")).toBe("unicast 192.0.2.1 via 10.0.0.9 eth0 src 10.0.0.1");
  expect(path(host, "10.0.0.1")).toBe("local 10.0.0.1 via 10.0.0.1 lo src 10.0.0.1");
  expect(path(host, "127.3.2.1")).toBe("local 127.3.2.1 via 127.3.2.1 lo src 127.0.0.1");
  expect(path(host, "0.0.0.0")).toBe("local 127.0.0.1 via 127.0.0.1 lo src 127.0.0.1");
  expect(path(host, "10.0.0.255")).toBe("broadcast 10.0.0.255 via 10.0.0.255 eth0 src 10.0.0.1");
  expect(path(host, "255.255.255.255")).toBe("broadcast 255.255.255.255 via 10.0.0.9 eth0 src 10.0.0.1");
  expect(path(host, "224.0.0.1")).toBe("multicast 224.0.0.1 via 10.0.0.9 eth0 src 10.0.0.1");
  expect(path(host, "2001:db8::1")).toBe("ENETUNREACH");
});

test("a decision is remembered, and made again after each kind of change", () => {
  const host = new WiredHost();
  const { inet, netif } = host;
  const decide = (): unknown => inet.ip.paths.to(ip("192.0.2.1"));
  inet.addRoute({ to: "default", via: "10.0.0.9" });
  const first = decide();
  expect(decide()).toBe(first);
  inet.addRoute({ to: "192.0.2.0/24", via: "10.0.0.8" });
  expect(path(host, "192.0.2.1")).toBe("unicast 192.0.2.1 via 10.0.0.8 eth0 src 10.0.0.1");
  inet.deleteRoute({ to: "192.0.2.0/24" });
  expect(path(host, "192.0.2.1")).toBe("unicast 192.0.2.1 via 10.0.0.9 eth0 src 10.0.0.1");
  inet.addAddress(host.lo, "192.0.2.1/32");
  expect(path(host, "192.0.2.1")).toBe("local 192.0.2.1 via 192.0.2.1 lo src 192.0.2.1");
  netif.interfaces.setUp(host.lo, false);
  expect(path(host, "192.0.2.1")).toBe("ENETUNREACH");
  netif.interfaces.setUp(host.eth0, false);
  expect(path(host, "10.0.0.2")).toBe("ENETUNREACH");
  expect(path(host, "10.0.0.255")).toBe("ENETUNREACH");
});

test("addresses that fall into one place of the memory do not take each other's path", () => {
  const host = new WiredHost();
  const wrong = Array.from({ length: 1000 }, (_, index) => `10.0.${index >> 8}.${index & 0xff}`)
    .filter((text) => text.startsWith("10.0.0.") && !/\.(1|255)$/.test(text))
    .filter((text) => path(host, text) !== `unicast ${text} via ${text} eth0 src 10.0.0.1`);
  expect(wrong).toEqual([]);
});

test("errors of adding a route as a person writes it", () => {
  const { inet, lo } = new WiredHost();
  expect(inet.addRoute({ to: "nowhere" })).toBe("EINVAL");
  expect(inet.addRoute({ to: "10.1.0.1/16", through: lo })).toBe("EINVAL");
  expect(inet.addRoute({ to: "default", via: "nobody" })).toBe("EINVAL");
  expect(inet.addRoute({ to: "default", via: "10.0.0.1" })).toBe("EINVAL");
  expect(inet.addRoute({ to: "default", via: "10.0.0.255" })).toBe("EINVAL");
  expect(inet.addRoute({ to: "default" })).toBe("ENODEV");
  expect(inet.addRoute({ to: "default", via: "10.9.0.1" })).toBe("ENETUNREACH");
  expect(inet.addRoute({ to: "10.9.0.0/16", through: lo })).toBe(0);
  expect(inet.deleteRoute({ to: "10.9.0.1/16" })).toBe("EINVAL");
  expect(inet.deleteRoute({ to: "10.8.0.0/16" })).toBe("ESRCH");
});

test("an interface without an address borrows one", () => {
  const host = new WiredHost();
  const ppp0 = host.netif.interfaces.attach(new TestDevice("raw-ip", "ppp"), 0);
  host.inet.addRoute({ to: "172.16.0.0/12", through: ppp0 });
  expect(path(host, "172.16.0.1")).toBe("unicast 172.16.0.1 via 172.16.0.1 ppp0 src 10.0.0.1");
});
