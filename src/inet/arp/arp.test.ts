import { describe, expect, test } from "vitest";
import { frame, NS_PER_SECOND, TestDevice } from "../../netif/netif.fixture.ts";
import * as arp from "../../wire/arp.ts";
import { ETHERTYPE_ARP } from "../../wire/ethernet.ts";
import { BROADCAST } from "../../wire/mac-address.ts";
import { ip, WiredHost } from "../inet.fixture.ts";

const MAC_A = 0x02_00_00_00_00_0a;
const MAC_C = 0x02_00_00_00_00_0c;

/** A message from 10.0.0.3, which is :0c, to 10.0.0.1, except for what is said. */
interface Said {
  op?: number;
  sha?: number;
  spa?: string;
  tpa?: string;
  frameDestination?: number;
  change?: (bytes: Uint8Array) => void;
}

class Dialogue extends WiredHost {
  hears({ op = arp.REQUEST, sha = MAC_C, spa = "10.0.0.3", tpa = "10.0.0.1", frameDestination, change }: Said): this {
    const bytes = new Uint8Array(arp.MESSAGE_LENGTH);
    arp.emit(new DataView(bytes.buffer), 0, { op, sha, spa: ip(spa), tha: 0, tpa: ip(tpa) });
    change?.(bytes);
    const destination = frameDestination ?? (op === arp.REPLY ? MAC_A : BROADCAST);
    this.device.client?.receive(frame({ destination, source: MAC_C, etherType: ETHERTYPE_ARP }, bytes));
    this.world.run(0);
    return this;
  }

  says(...lines: string[]): this {
    expect(this.sent()).toEqual(lines);
    return this;
  }

  /** The neighbours, except 10.0.0.2. */
  knows(...lines: string[]): this {
    const known = this.netif.neighbours.snapshot().filter(({ address }) => address !== "10.0.0.2");
    expect(known.map(({ address, macAddress, state }) => `${address} ${macAddress.slice(-2)} ${state}`)).toEqual(lines);
    return this;
  }
}

describe("RFC 826, reception", () => {
  test("a request for our address is answered to who asked, and the asker is learnt", () => {
    const a = new Dialogue().hears({});
    expect([...(a.device.sent[0]?.copyBytes().subarray(0, 6) ?? [])]).toEqual([2, 0, 0, 0, 0, 0x0c]);
    a.says("ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:0a, length 28").knows("10.0.0.3 0c STALE");
  });

  test("a request for somebody else teaches nothing, but corrects what is known", () => {
    const a = new Dialogue().hears({ tpa: "10.0.0.9" }).says().knows();
    a.learn(a.eth0, "10.0.0.3", 0x02_00_00_00_00_33);
    a.knows("10.0.0.3 33 REACHABLE").hears({ tpa: "10.0.0.9" }).says().knows("10.0.0.3 0c STALE");
  });

  test("a reply to us confirms", () => {
    new Dialogue().hears({ op: arp.REPLY }).says().knows("10.0.0.3 0c REACHABLE");
  });

  test("a reply to everybody does not", () => {
    new Dialogue().hears({ op: arp.REPLY, frameDestination: BROADCAST }).says().knows("10.0.0.3 0c STALE");
  });

  test("the opcode is looked at last: one that nobody knows still teaches", () => {
    new Dialogue().hears({ op: 9 }).says().knows("10.0.0.3 0c STALE");
  });

  test("a gratuitous announcement corrects an entry and makes none", () => {
    const announcement = { spa: "10.0.0.3", tpa: "10.0.0.3" };
    const a = new Dialogue().hears(announcement).says().knows();
    a.learn(a.eth0, "10.0.0.3", 0x02_00_00_00_00_33);
    a.hears(announcement).knows("10.0.0.3 0c STALE");
  });

  test("a probe (RFC 5227) is answered and teaches nothing", () => {
    new Dialogue().hears({ spa: "0.0.0.0" }).says("ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:0a, length 28").knows();
  });

  test.each([
    ["0", "10.9.0.1", "10.0.0.3", true],
    ["1", "10.9.0.1", "10.0.0.3", false],
    ["1", "10.0.0.1", "192.0.2.3", true],
    ["2", "10.0.0.1", "192.0.2.3", false],
    ["2", "10.0.0.1", "10.0.0.3", true],
    ["8", "10.0.0.1", "10.0.0.3", false],
  ])("arp_ignore %s: who asks for %s from %s is answered: %s", (mode, tpa, spa, isAnswered) => {
    const host = new Dialogue();
    host.attach(new TestDevice(), 0x02_00_00_00_09_0a, "10.9.0.1/24");
    host.machine.sysctl.write("net.ipv4.conf.eth0.arp_ignore", mode);
    host.hears({ spa, tpa });
    expect(host.sent()).toHaveLength(Number(isAnswered));
  });

  test("every address of the host is answered for, as on Linux, but for the loopback ones", () => {
    const a = new Dialogue();
    a.inet.addAddress(a.lo, "192.0.2.1/32");
    a.hears({ tpa: "192.0.2.1" }).says("ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:0a, length 28");
    a.hears({ tpa: "127.0.0.1" }).says();
    expect(a.count("ArpInMartians")).toBe(1);
  });
});

describe("what is not believed", () => {
  test("messages that are short, or about other kinds of addresses", () => {
    const a = new Dialogue();
    for (const offset of [1, 3, 4, 5]) a.hears({ change: (bytes) => void bytes.fill(99, offset, offset + 1) });
    a.says().knows();
    expect(a.count("ArpInErrors")).toBe(4);
  });

  test("senders that are groups, nobody, or this very interface", () => {
    const a = new Dialogue();
    for (const sha of [0, BROADCAST, 0x01_00_5e_00_00_01, MAC_A]) a.hears({ sha });
    for (const spa of ["224.0.0.1", "10.0.0.255", "255.255.255.255", "127.0.0.1"]) a.hears({ spa });
    a.says().knows();
    expect(a.count("ArpInMartians")).toBe(8);
  });

  test("somebody else with our address is a conflict, counted and not learnt", () => {
    const a = new Dialogue().hears({ spa: "10.0.0.1" }).hears({ spa: "10.0.0.1", op: arp.REPLY }).says().knows();
    expect(a.count("ArpInConflicts")).toBe(2);
  });
});

describe("H38: solicitation", () => {
  test("requests come from the address in the target's network, to everybody", () => {
    const a = new Dialogue();
    a.inet.addAddress(a.eth0, "192.168.1.1/24");
    const socket = a.socket();
    socket.send("x", "192.168.1.2:7");
    socket.send("y", "192.168.1.2:7");
    a.says("ARP, Request who-has 192.168.1.2 tell 192.168.1.1, length 28");
  });

  test("verification asks the link address that is known", () => {
    const a = new Dialogue();
    a.world.run(30 * NS_PER_SECOND);
    a.socket().send("x", "10.0.0.2:7");
    a.sent();
    a.world.run(5 * NS_PER_SECOND);
    expect([...(a.device.sent[0]?.copyBytes().subarray(0, 6) ?? [])]).toEqual([2, 0, 0, 0, 0, 0x0b]);
    a.says("ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28");
  });

  test("the network's broadcast address is never asked for", () => {
    const a = new Dialogue();
    const socket = a.socket();
    socket.socket.broadcast = true;
    socket.bind("10.0.0.1:5");
    socket.send("x", "10.0.0.255:7");
    socket.send("x", "255.255.255.255:7");
    a.says("IP 10.0.0.1.5 > 10.0.0.255.7: UDP, length 1", "IP 10.0.0.1.5 > 255.255.255.255.7: UDP, length 1");
  });

  test("without an address left to ask from nobody is asked", () => {
    const a = new Dialogue();
    a.socket().send("x", "10.0.0.5:7");
    a.says("ARP, Request who-has 10.0.0.5 tell 10.0.0.1, length 28");
    a.inet.ip.addresses.delete(a.eth0, ip("10.0.0.1"));
    a.world.run(2 * NS_PER_SECOND);
    a.says();
  });
});
