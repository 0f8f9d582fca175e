import { describe, expect, test } from "vitest";
import { NS_PER_SECOND } from "../../netif/netif.fixture.ts";
import type * as icmpv4 from "../../wire/icmpv4.ts";
import { icmpDatagram, ip, udpDatagram, WiredHost } from "../inet.fixture.ts";

const redirectTo = (gateway: string): icmpv4.Message => ({ kind: "redirect", code: 1, gateway: ip(gateway) });

/** A host whose default gateway is 10.0.0.2. */
function host() {
  const made = new WiredHost();
  made.inet.addRoute({ to: "default", via: "10.0.0.2" });
  return made;
}

const hop = (made: WiredHost, to = "192.0.2.1"): string => {
  const path = made.inet.ip.paths.to(ip(to));
  return typeof path === "string" ? path : `${path.nextHop}`;
};

const about = (to = "192.0.2.1") => udpDatagram("10.0.0.1:7", `${to}:9`, "");

describe("a redirect", () => {
  test("from the gateway in use is obeyed for that destination, for five minutes", () => {
    const made = host();
    made.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", redirectTo("10.0.0.3"), about()));
    expect([hop(made), hop(made, "192.0.2.2")]).toEqual(["10.0.0.3", "10.0.0.2"]);
    expect(made.count("IcmpInRedirects")).toBe(1);
    made.world.run(300 * NS_PER_SECOND);
    expect(hop(made)).toBe("10.0.0.2");
  });

  test.each([
    ["from another host", "10.0.0.9", "10.0.0.3"],
    ["to the gateway itself", "10.0.0.2", "10.0.0.2"],
    ["to ourselves", "10.0.0.2", "10.0.0.1"],
    ["to everybody", "10.0.0.2", "10.0.0.255"],
    ["to a group", "10.0.0.2", "224.0.0.1"],
  ])("%s is not believed", (_name, from, gateway) => {
    const made = host();
    made.arrives(icmpDatagram(from, "10.0.0.1", redirectTo(gateway), about()));
    expect([hop(made), made.count("IcmpInErrors")]).toEqual(["10.0.0.2", 1]);
  });

  test("is passed over where accept_redirects is off, and on a gateway where it is off for one", () => {
    const made = host();
    const { sysctl } = made.machine;
    sysctl.write("net.ipv4.conf.all.accept_redirects", "0");
    made.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", redirectTo("10.0.0.3"), about()));
    expect(hop(made)).toBe("10.0.0.3");
    sysctl.write("net.ipv4.conf.eth0.accept_redirects", "0");
    made.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", redirectTo("10.0.0.3"), about("192.0.2.7")));
    expect(hop(made, "192.0.2.7")).toBe("10.0.0.2");
  });

  test("without shared_media names a default gateway of ours, on the same link", () => {
    const made = host();
    const { sysctl } = made.machine;
    for (const who of ["all", "eth0"]) sysctl.write(`net.ipv4.conf.${who}.shared_media`, "0");
    made.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", redirectTo("10.0.0.3"), about()));
    expect(hop(made)).toBe("10.0.0.2");
    for (const who of ["all", "eth0"]) sysctl.write(`net.ipv4.conf.${who}.secure_redirects`, "0");
    made.arrives(icmpDatagram("10.0.0.2", "10.0.0.1", redirectTo("10.0.0.3"), about()));
    expect(hop(made)).toBe("10.0.0.3");
    made.arrives(icmpDatagram("10.0.0.3", "10.0.0.1", redirectTo("10.9.9.9"), about()));
    expect(hop(made)).toBe("10.0.0.3");
  });
});

describe("a gateway on whose link the sender could go on by itself", () => {
  const detour = () => {
    const made = host();
    made.inet.ip.forwarding = true;
    made.learn(made.eth0, "10.0.0.9", 0x02_00_00_00_00_09);
    return made;
  };
  const passes = (made: WiredHost) => made.arrives(udpDatagram("10.0.0.9:7", "192.0.2.1:9", "x"));
  const redirects = (made: WiredHost) => made.sent().filter((line) => line.includes("redirect"));

  test("passes the datagram on, and says so", () => {
    const made = detour();
    passes(made);
    expect(made.sent()).toEqual([
      "IP 10.0.0.1 > 10.0.0.9: ICMP redirect 192.0.2.1 to host 10.0.0.2, length 37",
      "IP 10.0.0.9.7 > 192.0.2.1.9: UDP, length 1",
    ]);
  });

  test("says it less and less often, nine times, and begins anew after a silence", () => {
    const made = detour();
    let count = 0;
    for (let step = 0; step < 1000; step++) {
      passes(made);
      count += redirects(made).length;
      made.world.run(0.02 * NS_PER_SECOND);
    }
    expect(count).toBe(9);
    made.world.run(30 * NS_PER_SECOND);
    passes(made);
    expect(redirects(made)).toHaveLength(1);
  });

  test("says nothing where send_redirects is off", () => {
    const made = detour();
    for (const who of ["all", "eth0"]) made.machine.sysctl.write(`net.ipv4.conf.${who}.send_redirects`, "0");
    passes(made);
    expect(redirects(made)).toEqual([]);
  });
});
