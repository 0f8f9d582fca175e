import { expect, test } from "vitest";
import { HostClock } from "../../base/host-clock.ts";
import { TestDevice } from "../../netif/netif.fixture.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as options from "../../wire/ipv4-options.ts";
import { udpDatagram, WiredHost } from "../inet.fixture.ts";

const RECORD = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);

/** A host that is a gateway to 10.1.0.0/24. */
function gateway() {
  const host = new WiredHost();
  const behind = new TestDevice();
  const eth1 = host.attach(behind, 0x02_00_00_00_01_0a, "10.1.0.1/24");
  host.learn(eth1, "10.1.0.2", 0x02_00_00_00_01_0b);
  host.inet.ip.forwarding = true;
  return { host, behind };
}

test("a gateway writes down the address by which a datagram leaves", () => {
  const { host, behind } = gateway();
  host.arrives(udpDatagram("10.0.0.2:9", "10.1.0.2:7", "x", { options: RECORD }));
  const bytes = behind.sent[0]?.copyBytes() ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, 14);
  expect(ipv4.check(view, 0, bytes.length - 14)).toBe(true);
  expect(options.text(view, 20, 8)).toBe("RR 10.1.0.1^,EOL");
});

test("a host writes down its own when it takes a datagram in", () => {
  const { host } = gateway();
  const seen: string[] = [];
  host.inet.ip.register(17, ({ view, start }) => seen.push(options.text(view, start + 20, 12)));
  Object.assign(host.inet.ip.machine, { clock: new HostClock(86_400_000 + 1234) });
  host.arrives(
    udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x", { options: Uint8Array.of(68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0) }),
  );
  expect(seen).toEqual(["TS{TS+ADDR 1234@10.0.0.1}"]);
});

test("a malformed option draws a parameter problem that points at the octet", () => {
  const { host } = gateway();
  host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x", { options: Uint8Array.of(7, 7, 3, 0, 0, 0, 0, 0) }));
  expect(host.sent()).toEqual(["IP 10.0.0.1 > 10.0.0.2: ICMP parameter problem - octet 22, length 45"]);
  expect(host.count("IpInHdrErrors")).toBe(1);
});

test.each([options.LOOSE_SOURCE_ROUTE, options.STRICT_SOURCE_ROUTE])("a source route (%i) is refused", (type) => {
  const { host, behind } = gateway();
  const route = Uint8Array.of(type, 7, 4, 10, 1, 0, 2, 0);
  host.arrives(udpDatagram("10.0.0.2:9", "10.1.0.2:7", "x", { options: route }));
  host.arrives(udpDatagram("10.0.0.2:9", "10.0.0.1:7", "x", { options: route }));
  expect([behind.sent, host.sent()]).toEqual([[], []]);
  expect(host.count("IpInSourceRoutes")).toBe(2);
});
