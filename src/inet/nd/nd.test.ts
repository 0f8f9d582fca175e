import { describe, expect, test } from "vitest";
import { NS_PER_MS, NS_PER_SECOND, watch } from "../../netif/netif.fixture.ts";
import type { RouterAdvertisement } from "../../wire/nd.ts";
import type { PrefixOption } from "../../wire/nd-option.ts";
import { ip } from "../inet.fixture.ts";
import { addressesOf, arrives, Lan, ndPacket, ping, routesOf } from "../inet6.fixture.ts";

const HOUR_SECONDS = 3600;
const ADVERTISEMENT: RouterAdvertisement = {
  kind: "router-advertisement",
  hopLimit: 64,
  isManaged: false,
  hasOtherConfiguration: false,
  preference: "medium",
  lifetimeSeconds: 1800,
  reachableMs: 0,
  retransmitMs: 0,
  options: [],
};
const PREFIX: PrefixOption = {
  kind: "prefix",
  prefix: ip("2001:db8:1::"),
  prefixLength: 64,
  isOnLink: true,
  isAutonomous: true,
  validSeconds: 86_400,
  preferredSeconds: 14_400,
};

/** A router that is not there advertises to host 1. */
function advertise(lan: Lan, fields: Partial<RouterAdvertisement>, from: string = "fe80::99"): void {
  arrives(lan, 1, ndPacket({ from, to: "ff02::1" }, { ...ADVERTISEMENT, ...fields }), 0x3333_0000_0001);
}

describe("an interface begins IPv6", () => {
  test("with a link-local address from its link address, once nobody has answered for it", () => {
    const lan = new Lan(1);
    const lines = watch(lan.on(1));
    lan.host(1).inet.startIpv6(lan.on(1));
    expect(addressesOf(lan.host(1))).toEqual(["fe80::ff:fe00:1/64 tentative"]);
    expect(lan.host(1).inet.ip.addresses.kindOf(ip("fe80::ff:fe00:1"))).toBe("unicast");
    lan.world.run(20 * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))).toEqual(["fe80::ff:fe00:1/64 preferred"]);
    expect(lines).toEqual([
      "> IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28",
      "> IP6 :: > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has fe80::ff:fe00:1, length 24",
      "> IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
    ]);
  });

  test("and ends it while the MTU is below 1280", () => {
    const lan = new Lan(2).start();
    const [host, eth0] = [lan.host(1), lan.on(1)];
    host.inet.addAddress(eth0, "2001:db8::1/64");
    lan.world.run(20 * NS_PER_SECOND);
    host.netif.interfaces.setMtu(eth0, 1279);
    expect([addressesOf(host), routesOf(host)]).toEqual([[], []]);
    expect(host.inet.ip.groups.on(eth0).filter(({ family }) => family === 6)).toEqual([]);
    expect(ping(host, "fe80::ff:fe00:2", 8, eth0)).toBe("ENETUNREACH");
    host.netif.interfaces.setMtu(eth0, 1278);
    host.netif.interfaces.setMtu(eth0, 1280);
    lan.world.run(20 * NS_PER_SECOND);
    expect(addressesOf(host)).toEqual(["fe80::ff:fe00:1/64 preferred"]);
    expect(ping(host, "fe80::ff:fe00:2", 1232, eth0)).toBe(0);
  });

  test("never with an MTU below 1280, and not before it is asked", () => {
    const lan = new Lan(2);
    (lan.devices[0] as { mtu: number }).mtu = 1279;
    expect(lan.host(1).inet.startIpv6(lan.on(1))).toBe("EINVAL");
    expect(lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64")).toBe("EINVAL");
    expect(addressesOf(lan.host(2))).toEqual([]);
    lan.host(2).machine.sysctl.write("net.ipv6.conf.eth0.disable_ipv6", "0");
    expect(addressesOf(lan.host(2))).toEqual(["fe80::ff:fe00:2/64 tentative"]);
    lan.host(2).machine.sysctl.write("net.ipv6.conf.all.disable_ipv6", "1");
    expect(addressesOf(lan.host(2))).toEqual([]);
    expect(
      lan
        .host(2)
        .inet.ip.groups.on(lan.on(2))
        .filter(({ family }) => family === 6),
    ).toEqual([]);
  });

  test("a stable identifier does not show the link address, and is the same again", () => {
    const made = [1, 2].map(() => {
      const lan = new Lan(1);
      lan.host(1).machine.sysctl.write("net.ipv6.conf.eth0.addr_gen_mode", "3");
      lan.start();
      return addressesOf(lan.host(1))[0] ?? "";
    });
    expect(made[0]).toMatch(/^fe80::.*\/64 preferred$/);
    expect(made[0]).not.toContain("ff:fe00");
    expect(made[0]).toBe(made[1]);
  });
});

describe("duplicate address detection, RFC 4862 §5.4", () => {
  test("an address that another host has fails, and is not ours", () => {
    const lan = new Lan(2).start();
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64");
    lan.world.run(5 * NS_PER_SECOND);
    const steps: string[] = [];
    using _ = lan.world.tracer.subscribe((event) => {
      if (event.step === "inet/nd/address") steps.push(`${event.host} ${event.address} ${event.state}`);
    });
    lan.host(2).inet.addAddress(lan.on(2), "2001:db8::1/64");
    lan.world.run(5 * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))[1]).toBe("2001:db8::1/64 preferred");
    expect(addressesOf(lan.host(2))[1]).toBe("2001:db8::1/64 dadfailed");
    expect(steps).toEqual(["h2 2001:db8::1 tentative", "h2 2001:db8::1 dadfailed"]);
    expect(lan.host(2).inet.ip.addresses.kindOf(ip("2001:db8::1"))).toBe("unicast");
  });

  test("of two who ask at the same time neither gets it", () => {
    const lan = new Lan(2).start();
    for (const number of [1, 2]) {
      lan.host(number).machine.sysctl.write("net.ipv6.conf.eth0.router_solicitation_delay", "0");
      lan.host(number).inet.addAddress(lan.on(number), "2001:db8::1/64");
    }
    lan.world.run(5 * NS_PER_SECOND);
    const states = [1, 2].map((number) => addressesOf(lan.host(number))[1]);
    expect(states).toEqual(["2001:db8::1/64 dadfailed", "2001:db8::1/64 dadfailed"]);
  });

  test("a verified address, and one where dad_transmits is 0, is ours at once", () => {
    const lan = new Lan(1).start();
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64", true);
    lan.host(1).machine.sysctl.write("net.ipv6.conf.eth0.dad_transmits", "0");
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::2/64");
    expect(addressesOf(lan.host(1)).slice(1)).toEqual(["2001:db8::1/64 preferred", "2001:db8::2/64 preferred"]);
  });

  test("goes on anew when the interface comes up again; what is removed meanwhile stays away", () => {
    const lan = new Lan(1).start();
    lan.host(1).netif.interfaces.setUp(lan.on(1), false);
    lan.host(1).netif.interfaces.setUp(lan.on(1), true);
    expect(addressesOf(lan.host(1))).toEqual(["fe80::ff:fe00:1/64 tentative"]);
    lan.host(1).inet.deleteAddress(lan.on(1), "fe80::ff:fe00:1");
    lan.world.run(5 * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))).toEqual([]);
  });
});

describe("address resolution and NUD, RFC 4861 §7", () => {
  test("asks, answers, delivers; and who was asked knows who has asked", () => {
    const lan = new Lan(2).start();
    const lines = watch(lan.on(1));
    expect(ping(lan.host(1), "fe80::ff:fe00:2", 8, lan.on(1))).toBe(0);
    lan.world.run(NS_PER_MS);
    expect(lines).toEqual([
      "> IP6 fe80::ff:fe00:1 > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has fe80::ff:fe00:2, length 32",
      "< IP6 fe80::ff:fe00:2 > fe80::ff:fe00:1: ICMP6, neighbor advertisement, tgt is fe80::ff:fe00:2, length 32",
      "> IP6 fe80::ff:fe00:1 > fe80::ff:fe00:2: ICMP6, echo request, id 1, seq 1, length 16",
      "< IP6 fe80::ff:fe00:2 > fe80::ff:fe00:1: ICMP6, echo reply, id 1, seq 1, length 16",
    ]);
    const states = [1, 2].map((number) =>
      lan
        .host(number)
        .netif.neighbours.snapshot()
        .map(({ state }) => state),
    );
    expect(states).toEqual([["REACHABLE"], ["DELAY"]]);
    lan.world.run(7 * NS_PER_SECOND);
    // The neighbour that was only heard of is verified by a question to it alone.
    expect(lines.slice(4)).toEqual([
      "< IP6 fe80::ff:fe00:2 > fe80::ff:fe00:1: ICMP6, neighbor solicitation, who has fe80::ff:fe00:1, length 32",
      "> IP6 fe80::ff:fe00:1 > fe80::ff:fe00:2: ICMP6, neighbor advertisement, tgt is fe80::ff:fe00:1, length 32",
    ]);
  });

  test("nobody answers: three questions, then the sender is told", () => {
    const lan = new Lan(1).start();
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64", true);
    expect(ping(lan.host(1), "2001:db8::9")).toBe(0);
    lan.world.run(5 * NS_PER_SECOND);
    expect(lan.host(1).count("Icmp6OutNeighborSolicits")).toBe(1 + 3);
    expect(lan.host(1).count("Icmp6InDestUnreachs")).toBe(1);
  });

  const learn = (lan: Lan, target: string, mac: number, flags: string): void => {
    const message = {
      kind: "neighbour-advertisement",
      isRouter: flags.includes("R"),
      isSolicited: flags.includes("S"),
      overrides: flags.includes("O"),
      target: ip(target),
      options: mac === 0 ? [] : [{ kind: "target-link-address" as const, macAddress: mac }],
    } as const;
    arrives(lan, 1, ndPacket({ from: target, to: "fe80::ff:fe00:1" }, message));
  };

  test("§7.2.5: what an advertisement does to an entry", () => {
    const lan = new Lan(1).start();
    const state = (): string => {
      const [entry] = lan.host(1).netif.neighbours.snapshot();
      return entry === undefined ? "none" : `${entry.state} ${entry.macAddress}`;
    };
    learn(lan, "fe80::2", 0xa, "SO");
    expect(state()).toBe("none");
    ping(lan.host(1), "fe80::2", 8, lan.on(1));
    learn(lan, "fe80::2", 0, "SO");
    expect(state()).toBe("INCOMPLETE ");
    learn(lan, "fe80::2", 0xa, "S");
    expect(state()).toBe("REACHABLE 00:00:00:00:00:0a");
    learn(lan, "fe80::2", 0xb, "S");
    expect(state()).toBe("STALE 00:00:00:00:00:0a");
    learn(lan, "fe80::2", 0xb, "");
    expect(state()).toBe("STALE 00:00:00:00:00:0a");
    learn(lan, "fe80::2", 0, "S");
    expect(state()).toBe("REACHABLE 00:00:00:00:00:0a");
    learn(lan, "fe80::2", 0xb, "O");
    expect(state()).toBe("STALE 00:00:00:00:00:0b");
    learn(lan, "fe80::2", 0xc, "SO");
    expect(state()).toBe("REACHABLE 00:00:00:00:00:0c");
  });

  test.each([
    ["from farther than the link", { hopLimit: 254 }, 0],
    ["a probe with the address of its sender", { from: "::" }, 1],
    ["a probe that is not sent to the group", { from: "::", to: "fe80::ff:fe00:1" }, 0],
  ])("is not believed: %s", (_, fields, links) => {
    const lan = new Lan(1).start();
    const message = {
      kind: "neighbour-solicitation" as const,
      target: ip("fe80::ff:fe00:1"),
      options: links === 0 ? [] : [{ kind: "source-link-address" as const, macAddress: 0xa }],
    };
    const before = lan.devices[0]?.sent.length;
    arrives(lan, 1, ndPacket({ from: "fe80::2", to: "ff02::1:ff00:1", ...fields }, message), 0x3333_ff00_0001);
    expect(lan.devices[0]?.sent.length).toBe(before);
    expect(lan.host(1).machine.counters.snapshot()).toSatisfy((counters: Record<string, number>) => {
      return counters.Icmp6InErrors === 1 || counters.Ip6InAddrErrors === 1;
    });
  });
});

describe("router advertisements, RFC 4861 §6.3 and RFC 4862 §5.5", () => {
  test("a router by setting: a route, an address, an MTU, name servers; and its end", () => {
    const lan = new Lan(2);
    lan.host(2).inet.addAddress(lan.on(2), "2001:db8:1::1/64", true);
    lan.host(2).machine.sysctl.write("net.ipv6.conf.all.forwarding", "1");
    const spec = { mtu: 1400, hopLimit: 32, dnsServers: ["2001:db8::53"] };
    const advertising = lan.host(2).inet.v6.discovery.advertisers.start(lan.on(2), spec);
    lan.start();
    const [host] = lan.hosts;
    expect(addressesOf(lan.host(1))).toEqual(["fe80::ff:fe00:1/64 preferred", "2001:db8:1::ff:fe00:1/64 preferred"]);
    expect(routesOf(lan.host(1))).toEqual(["::/0 via fe80::ff:fe00:2 ra", "2001:db8:1::/64 ra", "fe80::/64 kernel"]);
    const path = host?.inet.ip.paths.to(ip("2001:db8:9::1"));
    expect(path).toMatchObject({ nextHop: ip("fe80::ff:fe00:2"), source: ip("2001:db8:1::ff:fe00:1") });
    expect(typeof path === "object" && host?.inet.ip.paths.mtu(path)).toBe(1400);
    expect(lan.host(1).machine.sysctl.read("net.ipv6.conf.eth0.hop_limit")).toBe("32");
    expect(host?.inet.v6.discovery.dnsServers.map(String)).toEqual(["2001:db8::53"]);
    if (advertising !== "EINVAL") advertising[Symbol.dispose]();
    lan.world.run(NS_PER_SECOND);
    expect(routesOf(lan.host(1))).toEqual(["2001:db8:1::/64 ra", "fe80::/64 kernel"]);
  });

  test("lifetimes: deprecated, then gone; the default router too", () => {
    const lan = new Lan(1).start();
    advertise(lan, { options: [{ ...PREFIX, validSeconds: 4 * HOUR_SECONDS, preferredSeconds: HOUR_SECONDS }] });
    lan.world.run(5 * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))[1]).toBe("2001:db8:1::ff:fe00:1/64 preferred");
    lan.world.run(1800 * NS_PER_SECOND);
    expect(routesOf(lan.host(1))).toEqual(["2001:db8:1::/64 ra", "fe80::/64 kernel"]);
    lan.world.run(1800 * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))[1]).toBe("2001:db8:1::ff:fe00:1/64 deprecated");
    lan.world.run(3 * HOUR_SECONDS * NS_PER_SECOND);
    expect(addressesOf(lan.host(1))).toEqual(["fe80::ff:fe00:1/64 preferred"]);
    expect(routesOf(lan.host(1))).toEqual(["fe80::/64 kernel"]);
  });

  test("§5.5.3 (e): nobody takes an address away within two hours", () => {
    const lan = new Lan(1).start();
    const remaining = (): number => {
      const [, address] = lan
        .host(1)
        .inet.ip.addresses.list()
        .filter(({ address }) => address.family === 6 && !address.isLoopback);
      return Math.round(((address?.validUntilNs ?? 0) - lan.world.scheduler.nowNs) / NS_PER_SECOND);
    };
    advertise(lan, { options: [PREFIX] });
    lan.world.run(5 * NS_PER_SECOND);
    advertise(lan, { options: [{ ...PREFIX, validSeconds: 10, preferredSeconds: 0 }] });
    expect(remaining()).toBe(7200);
    expect(addressesOf(lan.host(1))[1]).toContain("2001:db8:1");
    lan.world.run(600 * NS_PER_SECOND);
    advertise(lan, { options: [{ ...PREFIX, validSeconds: 10, preferredSeconds: 0 }] });
    expect(remaining()).toBe(6600);
    advertise(lan, { options: [PREFIX] });
    expect(remaining()).toBe(86_400);
    expect(addressesOf(lan.host(1))[1]).toBe("2001:db8:1::ff:fe00:1/64 preferred");
  });

  test("what is not taken: other lengths, more preferred than valid, link-local prefixes, no autonomy, routers, settings", () => {
    const lan = new Lan(1).start();
    const refused: Partial<PrefixOption>[] = [
      { prefixLength: 63 },
      { preferredSeconds: 90_000 },
      { prefix: ip("fe80::") },
      { isAutonomous: false },
      { validSeconds: 0, preferredSeconds: 0 },
    ];
    advertise(lan, { options: refused.map((fields) => ({ ...PREFIX, isOnLink: false, ...fields })) });
    advertise(lan, { options: [PREFIX] }, "2001:db8::9");
    lan.host(1).machine.sysctl.write("net.ipv6.conf.eth0.accept_ra", "0");
    advertise(lan, { options: [PREFIX] });
    lan.host(1).machine.sysctl.write("net.ipv6.conf.eth0.accept_ra", "1");
    lan.host(1).machine.sysctl.write("net.ipv6.conf.all.forwarding", "1");
    advertise(lan, { options: [PREFIX] });
    expect(addressesOf(lan.host(1))).toHaveLength(1);
    expect(routesOf(lan.host(1))).toEqual(["fe80::/64 kernel"]);
  });

  test("of several routers the most preferred, then the one that answers", () => {
    const lan = new Lan(1).start();
    const link = (macAddress: number) => ({ options: [{ kind: "source-link-address" as const, macAddress }] });
    advertise(lan, { preference: "low", ...link(0x91) }, "fe80::91");
    advertise(lan, { preference: "high", ...link(0x92) }, "fe80::92");
    advertise(lan, { ...link(0x93) }, "fe80::93");
    const chosen = (): string | undefined => routesOf(lan.host(1))[0];
    expect(chosen()).toBe("::/0 via fe80::92 ra");
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64", true);
    // Nobody answers there: DELAY, three probes, and the next one is taken.
    ping(lan.host(1), "2001:db8:9::1");
    lan.world.run(10 * NS_PER_SECOND);
    expect(chosen()).toBe("::/0 via fe80::93 ra");
    advertise(lan, { preference: "high", ...link(0x92) }, "fe80::92");
    expect(chosen()).toBe("::/0 via fe80::92 ra");
    advertise(lan, { lifetimeSeconds: 0 }, "fe80::92");
    expect(chosen()).toBe("::/0 via fe80::93 ra");
  });

  test("a person's own default route is left alone", () => {
    const lan = new Lan(1).start();
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::1/64", true);
    expect(lan.host(1).inet.addRoute({ to: "::/0", via: "2001:db8::9" })).toBe(0);
    advertise(lan, {});
    advertise(lan, { lifetimeSeconds: 0 });
    expect(routesOf(lan.host(1))[0]).toBe("::/0 via 2001:db8::9 static");
  });
});

describe("redirects, RFC 4861 §8", () => {
  test("a router that sends back where a packet came from tells its sender the better way", () => {
    const lan = new Lan(3).start();
    for (const number of [1, 2, 3]) lan.host(number).inet.addAddress(lan.on(number), `2001:db8::${number}/64`, true);
    lan.host(2).machine.sysctl.write("net.ipv6.conf.all.forwarding", "1");
    lan.host(2).inet.addRoute({ to: "2001:db8:9::/48", via: "fe80::ff:fe00:3", through: lan.on(2) });
    lan.host(1).inet.addRoute({ to: "::/0", via: "fe80::ff:fe00:2", through: lan.on(1) });
    lan.host(3).inet.addAddress(lan.host(3).lo, "2001:db8:9::1/128", true);
    const lines = watch(lan.on(1));
    ping(lan.host(1), "2001:db8:9::1");
    lan.world.run(NS_PER_SECOND);
    expect(lines).toContain(
      "< IP6 fe80::ff:fe00:2 > 2001:db8::1: ICMP6, redirect, 2001:db8:9::1 to fe80::ff:fe00:3, length 104",
    );
    expect(lines).toContain("< IP6 2001:db8:9::1 > 2001:db8::1: ICMP6, echo reply, id 1, seq 1, length 16");
    expect(routesOf(lan.host(1))).toContain("2001:db8:9::1/128 via fe80::ff:fe00:3 redirect");
    ping(lan.host(1), "2001:db8:9::1");
    lan.world.run(NS_PER_MS);
    expect(lan.host(2).count("Ip6OutForwDatagrams")).toBe(1);
  });

  test("one that does not come from the router in use is not believed", () => {
    const lan = new Lan(1).start();
    advertise(lan, {});
    const message = {
      kind: "redirect",
      target: ip("fe80::66"),
      destination: ip("2001:db8:9::1"),
      options: [],
    } as const;
    arrives(lan, 1, ndPacket({ from: "fe80::66", to: "fe80::ff:fe00:1" }, message));
    expect(lan.host(1).count("Icmp6InErrors")).toBe(1);
    arrives(lan, 1, ndPacket({ from: "fe80::99", to: "fe80::ff:fe00:1" }, message));
    expect(routesOf(lan.host(1))).toContain("2001:db8:9::1/128 via fe80::66 redirect");
  });
});
