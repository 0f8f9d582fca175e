import { describe, expect, test } from "vitest";
import type { Interface } from "../../netif/interface.ts";
import { joinDevices, NS_PER_SECOND, TestDevice, TestWorld, watch } from "../../netif/netif.fixture.ts";
import { ip, TestHost } from "../inet.fixture.ts";

/** Hosts on one wire, whose link addresses end with 1, 2, … */
function lan(count: number): { world: TestWorld; hosts: TestHost[]; eth: Interface[] } {
  const world = new TestWorld();
  const devices = Array.from({ length: count }, () => new TestDevice());
  joinDevices(world, ...devices);
  const hosts = devices.map((_, index) => new TestHost(world, `h${index + 1}`));
  const eth = hosts.map((host, index) => {
    return host.netif.interfaces.attach(devices[index] as TestDevice, 0x02_00_00_00_00_01 + index);
  });
  return { world, hosts, eth };
}

const addressesOf = (host: TestHost): string[] =>
  host.inet.ip.addresses
    .snapshot()
    .filter(({ interface: name, address }) => name !== "lo" && address.includes(":"))
    .map(({ address, prefixLength, state }) => `${address}/${prefixLength} ${state}`);

describe("an interface begins IPv6", () => {
  test("with a link-local address from its link address, once nobody has answered for it", () => {
    const { world, hosts, eth } = lan(1);
    const [host] = hosts as [TestHost];
    const lines = watch(eth[0] as Interface);
    host.inet.startIpv6(eth[0] as Interface);
    expect(addressesOf(host)).toEqual(["fe80::ff:fe00:1/64 tentative"]);
    expect(host.inet.ip.addresses.kindOf(ip("fe80::ff:fe00:1"))).toBe("unicast");
    world.run(20 * NS_PER_SECOND);
    expect(addressesOf(host)).toEqual(["fe80::ff:fe00:1/64 preferred"]);
    expect(lines).toEqual([
      "> IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28",
      "> IP6 :: > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has fe80::ff:fe00:1, length 24",
      "> IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
      "> IP6 fe80::ff:fe00:1 > ff02::2: ICMP6, router solicitation, length 16",
    ]);
  });
});
