import { describe, expect, test } from "vitest";
import { NS_PER_SECOND, watch } from "../../netif/netif.fixture.ts";
import * as icmpv6 from "../../wire/icmpv6.ts";
import { multicastV6 } from "../../wire/mac-address.ts";
import * as mld from "../../wire/mld.ts";
import { Packet } from "../../wire/packet.ts";
import { ip } from "../inet.fixture.ts";
import { arrives, Lan, packet6 } from "../inet6.fixture.ts";

const GROUP = "ff05::1234";
const OTHER = "ff05::5678";
const QUERIER = "fe80::99";
const REPORT_1 = `> IP6 fe80::ff:fe00:1 > ${GROUP}: HBH ICMP6, multicast listener report max resp delay: 0 addr: ${GROUP}, length 24`;
const DONE = `> IP6 fe80::ff:fe00:1 > ff02::2: HBH ICMP6, multicast listener done max resp delay: 0 addr: ${GROUP}, length 24`;
const REPORT_2 =
  "> IP6 fe80::ff:fe00:1 > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28";

/** A host that is a member of its solicited-node group alone, and what it sends from now on. */
function listener() {
  const lan = new Lan(1).start();
  lan.world.run(20 * NS_PER_SECOND);
  const [host, eth0] = [lan.host(1), lan.on(1)];
  const lines = watch(eth0);
  /** The types of the records of version 2 for the group, as they are sent. */
  const records: number[] = [];
  eth0.tap((direction, frame) => {
    const bytes = frame.copyBytes();
    // Ethernet, IPv6, and the router alert of eight bytes.
    const at = 14 + 40 + 8;
    if (direction === "in" || bytes[at] !== mld.REPORT_2) return;
    const message = mld.parse(new DataView(bytes.buffer), at, bytes.length - at);
    if (message.kind !== "report-2") return;
    for (const { type, group } of message.records) if (group.equals(ip(GROUP))) records.push(type);
  });
  const hears = (message: mld.Message, fields: { from?: string; hopLimit?: number; longer?: number } = {}): void => {
    const { from = QUERIER, hopLimit = 1, longer = 0 } = fields;
    const group = message.kind === "report-2" ? ip("ff02::16") : message.group;
    const to = group.isUnspecified ? ip("ff02::1") : group;
    const bytes = new Uint8Array(mld.lengthOf(message) + longer);
    const view = new DataView(bytes.buffer);
    mld.emit(view, 0, message);
    icmpv6.fillChecksum(view, 0, bytes.length, { source: ip(from), destination: to });
    arrives(lan, 1, packet6({ from, to: `${to}`, hopLimit }, bytes), multicastV6(to.w3));
  };
  return {
    host,
    lines,
    records,
    hears,
    join: (group: string = GROUP) => host.inet.ip.groups.join(eth0, ip(group)),
    leave: (group: string = GROUP) => host.inet.ip.groups.leave(eth0, ip(group)),
    run: (seconds: number) => lan.world.run(seconds * NS_PER_SECOND),
    ownLines: () => lines.splice(0).filter((line) => line.startsWith(">")),
  };
}

const query = (group: string, maxResponseMs: number = 10_000): mld.Message => {
  return { kind: "query", maxResponseMs, group: ip(group) };
};

describe("version 2", () => {
  test("a join and a leave are each reported twice within a second of one another", () => {
    const { join, leave, run, records, ownLines } = listener();
    join();
    run(0);
    expect([records.splice(0), ownLines()]).toEqual([[4], [REPORT_2]]);
    run(1);
    expect(records.splice(0)).toEqual([4]);
    run(100);
    expect(records).toEqual([]);
    leave();
    run(1);
    expect(records.splice(0)).toEqual([3, 3]);
    run(100);
    expect(records).toEqual([]);
  });

  test("who leaves and joins again at once is not reported as gone", () => {
    const { join, leave, run, records } = listener();
    join();
    leave();
    join();
    run(100);
    expect(records).toEqual([4, 4]);
  });

  test("a query is answered at some time within what it allows, by each host, whatever others report", () => {
    const { join, run, hears, records, ownLines } = listener();
    join();
    join(OTHER);
    run(20);
    ownLines();
    records.length = 0;
    hears(query("::", 5000), { longer: 4 });
    hears({ kind: "report", group: ip(GROUP) }, { from: "fe80::77" });
    run(5);
    // The two groups, and that of the link-local address.
    expect([records, ownLines().length]).toEqual([[2], 3]);
    hears(query(GROUP, 1000), { longer: 4 });
    run(1);
    expect([records, ownLines()]).toEqual([[2, 2], [REPORT_2]]);
  });

  test("all nodes, and groups that stay within the host, are never reported", () => {
    const { join, leave, run, hears, ownLines } = listener();
    join("ff01::5");
    join("ff02::1");
    hears(query("::", 100), { longer: 4 });
    run(20);
    leave("ff01::5");
    run(20);
    expect(ownLines()).toEqual([REPORT_2]);
  });
});

describe("version 1, once a querier speaks it", () => {
  test("reports go to the group itself, and Done to all routers", () => {
    const { join, leave, run, hears, ownLines } = listener();
    join();
    run(20);
    ownLines();
    hears(query(GROUP, 1000));
    run(1);
    expect(ownLines()).toEqual([REPORT_1]);
    leave();
    run(20);
    expect(ownLines()).toEqual([DONE]);
  });

  test("another's report makes ours superfluous, and then Done is not ours to say", () => {
    const { join, leave, run, hears, ownLines } = listener();
    join();
    run(20);
    ownLines();
    hears(query(GROUP));
    hears({ kind: "report", group: ip(GROUP) }, { from: "fe80::77" });
    run(20);
    leave();
    run(20);
    expect(ownLines()).toEqual([]);
  });

  test("until it has not been heard of for 260 seconds", () => {
    const { join, run, hears, records, ownLines } = listener();
    hears(query("::", 1));
    run(259);
    ownLines();
    join();
    run(0);
    expect(ownLines()).toEqual([REPORT_1]);
    run(20);
    ownLines();
    records.length = 0;
    hears(query(GROUP, 1), { longer: 4 });
    run(1);
    expect([records, ownLines()]).toEqual([[2], [REPORT_2]]);
  });

  test("or for ever, or never, as force_mld_version says", () => {
    const { host, join, run, hears, ownLines } = listener();
    host.machine.sysctl.write("net.ipv6.conf.eth0.force_mld_version", "1");
    join();
    run(0);
    expect(ownLines()).toEqual([REPORT_1]);
    host.machine.sysctl.write("net.ipv6.conf.eth0.force_mld_version", "2");
    run(20);
    ownLines();
    hears(query(GROUP, 1));
    run(1);
    expect(ownLines()).toEqual([REPORT_2]);
  });
});

test("what has come from beyond the link, or is cut off, is no query", () => {
  const { host, join, run, hears, ownLines } = listener();
  join();
  run(20);
  ownLines();
  hears(query("::", 1), { hopLimit: 2 });
  hears(query("::", 1), { from: "2001:db8::1" });
  const cut = Packet.from(Uint8Array.of(mld.QUERY, 0, 0, 0, 0, 1, 0, 0));
  expect(mld.check(cut.view, cut.start, cut.length)).toBe("truncated");
  run(20);
  expect([host.count("Icmp6InErrors"), ownLines()]).toEqual([2, []]);
});
