/** world.autoroute(): shortest paths over the hosts that forward, and a world of many hosts in which everybody reaches everybody. */
import { AF_INET, type Host, type Program, SOCK_DGRAM, World } from "netloom";
import { expect, test } from "vitest";

const routesOf = (host: Host): string[] =>
  host
    .routes()
    .filter(({ protocol }) => protocol === "ospf")
    .map(({ destination, gateway, interface: name }) => `${destination} ${gateway ?? "-"} ${name}`);

/** Three gateways in a ring, with a network behind each: r1 ─ r2 ─ r3 ─ r1. */
function ring() {
  const world = new World({ console: () => {} });
  const routers = [1, 2, 3].map((number) => {
    const router = world.host(`r${number}`);
    router.forwarding = true;
    const lan = world.segment(`lan${number}`);
    router.attach(lan, `10.0.${number}.1/24`);
    const host = world.host(`h${number}`);
    host.attach(lan, `10.0.${number}.2/24`);
    return router;
  });
  const [r1, r2, r3] = routers as [Host, Host, Host];
  const join = (a: Host, b: Host, net: string, delayMs: number) => {
    const cable = world.cable({ delayMs, name: `${a.name}-${b.name}` });
    a.attach(cable, `${net}.1/30`);
    b.attach(cable, `${net}.2/30`);
    return cable;
  };
  const cables = [join(r1, r2, "10.9.12", 1), join(r2, r3, "10.9.23", 1), join(r1, r3, "10.9.13", 50)] as const;
  return { world, r1, r2, r3, cables, h1: world.hosts.get("h1") as Host };
}

test("gateways get a route to each network, other hosts a default route", () => {
  const { world, r1, h1 } = ring();
  world.autoroute();
  expect(routesOf(h1)).toEqual(["0.0.0.0/0 10.0.1.1 eth0"]);
  expect(routesOf(r1)).toEqual([
    "10.0.2.0/24 10.9.12.2 eth1",
    "10.0.3.0/24 10.9.13.2 eth2",
    "10.9.23.0/30 10.9.12.2 eth1",
  ]);
});

test("by delay, two quick hops are nearer than a slow one", () => {
  const { world, r1 } = ring();
  world.autoroute({ by: "delay" });
  expect(routesOf(r1)).toContain("10.0.3.0/24 10.9.12.2 eth1");
});

test("a second call sees what has changed", () => {
  const { world, r1, cables } = ring();
  world.autoroute();
  const cut = cables[0].cut();
  world.autoroute();
  expect(routesOf(r1)).toContain("10.0.2.0/24 10.9.13.2 eth2");
  cut[Symbol.dispose]();
  world.autoroute();
  expect(routesOf(r1)).toContain("10.0.2.0/24 10.9.12.2 eth1");
  expect(() => world.autoroute({ by: "luck" as "hops" })).toThrow(TypeError);
});

test("a route of one's own goes before", () => {
  const { world, r1 } = ring();
  r1.route("10.0.2.0/24", { via: "10.9.13.2" });
  world.autoroute();
  const first = r1.routes().find(({ destination }) => destination === "10.0.2.0/24");
  expect(first).toMatchObject({ protocol: "static", gateway: "10.9.13.2" });
});

test("a host on two networks has a route for what is nearer the other way", () => {
  const { world } = ring();
  const two = world.host("two");
  for (const number of [1, 3]) {
    const lan = world.links.get(`lan${number}`);
    if (lan !== undefined) two.attach(lan, `10.0.${number}.9/24`);
  }
  world.autoroute();
  expect(routesOf(two)).toEqual(["0.0.0.0/0 10.0.1.1 eth0", "10.9.23.0/30 10.0.3.1 eth1"]);
});

test("IPv6 has ways of its own, over PPP too", async () => {
  const world = new World({ console: () => {} });
  const [a, r, s, b] = ["a", "r", "s", "b"].map((name) => world.host(name)) as [Host, Host, Host, Host];
  const [left, right] = [world.segment("left"), world.segment("right")];
  for (const router of [r, s]) router.inet.ip.v6.settings.setForwarding(true);
  a.attach(left, "2001:db8:1::2/64");
  r.attach(left, "2001:db8:1::1/64");
  s.attach(right, "2001:db8:2::1/64");
  b.attach(right, "2001:db8:2::2/64");
  const line = world.serial();
  r.ppp(line);
  s.ppp(line);
  world.autoroute();
  expect(routesOf(r)).toEqual(["2001:db8:2::/64 - ppp0"]);
  expect(routesOf(a)).toEqual([expect.stringMatching(/^::\/0 2001:db8:1::1/)]);
  await world.run({ until: "5s" });
});

/** As many segments in a row of gateways, and hosts on each. */
function wide(segments: number, hostsPerSegment: number) {
  const world = new World({ console: () => {} });
  const backbone = world.segment("backbone");
  const hosts: Host[] = [];
  for (let segment = 0; segment < segments; segment++) {
    const lan = world.segment(`lan${segment}`);
    const gateway = world.host(`gateway${segment}`);
    gateway.forwarding = true;
    gateway.attach(backbone, `10.255.0.${segment + 1}/24`);
    gateway.attach(lan, `10.${segment}.0.1/24`);
    for (let number = 0; number < hostsPerSegment; number++) {
      const host = world.host(`host${segment}-${number}`);
      host.attach(lan, `10.${segment}.0.${number + 2}/24`);
      hosts.push(host);
    }
  }
  world.autoroute();
  return { world, hosts };
}

test("in a world of gateways every host reaches every other", async () => {
  const { world, hosts } = wide(6, 4);
  const addresses = hosts.map(
    (host) => host.netstat().addresses.find(({ interface: name }) => name === "eth0")?.address ?? "",
  );
  const receiver: Program = async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(s, { address: "0.0.0.0", port: 7 });
    const seen = new Set<string>();
    const buffer = new Uint8Array(10);
    while (seen.size < hosts.length) seen.add((await sys.recvfrom(s, buffer)).source.address ?? "");
  };
  const sender: Program = async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    for (const address of addresses) await sys.sendto(s, "x", { address, port: 7 });
  };
  for (const host of hosts) host.spawn("receiver", receiver);
  for (const host of hosts) host.spawn("sender", sender);
  const { crashes } = await world.run({ until: "1min" });
  expect(crashes).toEqual([]);
  expect(hosts.flatMap((host) => host.ps()).filter(({ name }) => name === "receiver" || name === "sender")).toEqual([]);
});
