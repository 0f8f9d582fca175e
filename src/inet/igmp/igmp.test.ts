import { expect, test } from "vitest";
import { IPPROTO_IGMP } from "../../abi/socket.ts";
import { NS_PER_SECOND } from "../../netif/netif.fixture.ts";
import * as igmp from "../../wire/igmp.ts";
import { multicastV4 } from "../../wire/mac-address.ts";
import { datagram, ip, WiredHost } from "../inet.fixture.ts";

const GROUP = "239.1.2.3";
const REPORT = `IP 10.0.0.1 > ${GROUP}: igmp v2 report ${GROUP}, options (RA)`;

function message(type: number, group: string, responseTime = 100) {
  const bytes = new Uint8Array(igmp.MESSAGE_LENGTH);
  igmp.emit(new DataView(bytes.buffer), 0, { type, responseTime, group: ip(group) });
  const to = type === igmp.QUERY && group === "0.0.0.0" ? "224.0.0.1" : group;
  const packet = datagram({ from: "10.0.0.2", to, protocol: IPPROTO_IGMP, timeToLive: 1 }, bytes);
  return { packet, frame: multicastV4(ip(to).v4) };
}

/** A host that has joined the group and has said so twice. */
function member() {
  const host = new WiredHost();
  host.inet.addRoute({ to: "default", via: "10.0.0.2" });
  host.inet.ip.groups.join(host.eth0, ip(GROUP));
  const hears = (type: number, group: string, responseTime?: number) => {
    const { packet, frame } = message(type, group, responseTime);
    host.arrives(packet, frame);
  };
  return { host, hears, run: (seconds: number) => host.world.run(seconds * NS_PER_SECOND) };
}

test("a join is reported at once, and once more within ten seconds; 224.0.0.1 never is", () => {
  const { host, run } = member();
  expect(host.sent()).toEqual([REPORT]);
  run(10);
  expect(host.sent()).toEqual([REPORT]);
  run(100);
  expect(host.sent()).toEqual([]);
});

test("a query is answered at some time within what it allows, a general one for all groups", () => {
  const { host, hears, run } = member();
  host.inet.ip.groups.join(host.eth0, ip("239.9.9.9"));
  run(20);
  host.sent();
  hears(igmp.QUERY, "0.0.0.0", 50);
  expect(host.sent()).toEqual([]);
  run(5);
  expect(host.sent().sort()).toEqual([REPORT, REPORT.replaceAll(GROUP, "239.9.9.9")]);
  hears(igmp.QUERY, GROUP, 10);
  run(1);
  expect(host.sent()).toEqual([REPORT]);
});

test("another's report makes ours superfluous, and then a leave is not ours to tell", () => {
  const { host, hears, run } = member();
  run(20);
  hears(igmp.QUERY, "0.0.0.0");
  hears(igmp.REPORT_V2, GROUP);
  host.sent();
  run(20);
  expect(host.sent()).toEqual([]);
  host.inet.ip.groups.leave(host.eth0, ip(GROUP));
  expect(host.sent()).toEqual([]);
});

test("who has reported last tells all routers that it leaves", () => {
  const { host, run } = member();
  run(20);
  host.sent();
  host.inet.ip.groups.leave(host.eth0, ip(GROUP));
  expect(host.sent()).toEqual([`IP 10.0.0.1 > 224.0.0.2: igmp leave ${GROUP}, options (RA)`]);
});

test("while a querier of version 1 is there, reports are of version 1 and nobody leaves aloud", () => {
  const { host, hears, run } = member();
  run(20);
  hears(igmp.QUERY, "0.0.0.0", 0);
  host.sent();
  run(10);
  expect(host.sent()).toEqual([REPORT.replace("v2", "v1")]);
  host.inet.ip.groups.leave(host.eth0, ip(GROUP));
  expect(host.sent()).toEqual([]);
  run(400);
  host.inet.ip.groups.join(host.eth0, ip(GROUP));
  expect(host.sent()).toEqual([REPORT]);
});

test("a damaged message is counted and passed over", () => {
  const { host, run } = member();
  run(20);
  host.sent();
  const { packet, frame } = message(igmp.QUERY, "0.0.0.0");
  const bytes = packet.copyBytes();
  bytes[bytes.length - 1] = 1;
  host.arrives(datagram({ from: "10.0.0.2", to: "224.0.0.1", protocol: IPPROTO_IGMP }, bytes.subarray(20)), frame);
  run(20);
  expect(host.sent()).toEqual([]);
  expect(host.count("IgmpInErrors")).toBe(1);
});
