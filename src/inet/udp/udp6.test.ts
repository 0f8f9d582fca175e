/** UDP sockets of AF_INET6, and the two families on one port. */
import { describe, expect, test } from "vitest";
import type { Errno } from "../../abi/errno.ts";
import {
  IP_PMTUDISC_DO,
  MCAST_BLOCK_SOURCE,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
  MCAST_UNBLOCK_SOURCE,
} from "../../abi/ip.ts";
import * as v6 from "../../abi/ipv6.ts";
import { AF_INET6, IPPROTO_IPV6 } from "../../abi/socket.ts";
import { NS_PER_SECOND } from "../../netif/netif.fixture.ts";
import type { InetAddress } from "../../socket/address.ts";
import { Socket } from "../../socket/socket.ts";
import { ip, ROOT, type TestHost, USER } from "../inet.fixture.ts";
import { Lan } from "../inet6.fixture.ts";
import { udp6Protocol, udpProtocol } from "./udp.ts";

let inodes = 100;

/** "::1/7", "fe80::1%eth0/7", "10.0.0.1/7": with colons it is an address of AF_INET6. */
function at(text: string): InetAddress {
  const [, address = "", zone, port = "0"] = /^([^%]+)(?:%(.*))?\/(\d+)$/.exec(text) ?? [];
  const endpoint = { family: address.includes(":") ? AF_INET6 : 2, address: ip(address), port: Number(port) } as const;
  return zone === undefined ? endpoint : { ...endpoint, zone };
}

class TestSocket6 {
  readonly socket: Socket;

  constructor(host: TestHost, family: 4 | 6 = 6) {
    const { udp } = host.inet;
    this.socket = new Socket(host.machine, family === 6 ? udp6Protocol(udp) : udpProtocol(udp), ++inodes);
  }

  bind(address: string, task = ROOT): 0 | Errno {
    return this.socket.requests.bind(task, at(address));
  }

  connect(address: string): 0 | Errno {
    return this.socket.requests.connect(ROOT, at(address));
  }

  send(text: string | Uint8Array, to: string | null = null): number | Errno {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return this.socket.send(ROOT, bytes, to === null ? null : at(to));
  }

  set(option: number, value: number | object): 0 | Errno {
    return this.socket.requests.setsockopt?.(ROOT, IPPROTO_IPV6, option, value) ?? "ENOPROTOOPT";
  }

  get(option: number): unknown {
    return this.socket.requests.getsockopt?.(IPPROTO_IPV6, option);
  }

  receive(): string {
    const into = new Uint8Array(65_536);
    const received = this.socket.receive(into, 0);
    if (typeof received === "string") return received;
    const { address, port, family, scopeId } = received.source as InetAddress;
    const scope = scopeId === undefined ? "" : `%${scopeId}`;
    const control = received.ancillary?.control?.map(({ type, value }) => ` ${type}=${JSON.stringify(value)}`) ?? [];
    const text = new TextDecoder().decode(into.subarray(0, Math.min(received.bytes, 20)));
    return `${family === AF_INET6 ? "6" : "4"} ${address}${scope}/${port} ${text}${control.join("")}`;
  }

  get local(): string {
    const { address, port, scopeId } = this.socket.requests.localAddress() as InetAddress;
    return `${address}${scopeId === undefined ? "" : `%${scopeId}`}/${port}`;
  }
}

/** Two hosts with addresses of both families: 2001:db8::1 and 10.0.0.1, 2001:db8::2 and 10.0.0.2. */
function pair(): Lan {
  const lan = new Lan(2);
  for (const number of [1, 2]) {
    const { inet, lo } = lan.host(number);
    inet.addAddress(lo, "::1/128");
    inet.addAddress(lan.on(number), `10.0.0.${number}/24`);
    inet.addAddress(lan.on(number), `2001:db8::${number}/64`, true);
  }
  return lan.start();
}

const wait = (lan: Lan): void => lan.world.run(NS_PER_SECOND / 10);

describe("datagrams", () => {
  test("over IPv6 and, mapped, over IPv4, to one socket", () => {
    const lan = pair();
    const server = new TestSocket6(lan.host(1));
    expect([server.bind("::/7"), server.local]).toEqual([0, "::/7"]);
    const [client6, client4] = [new TestSocket6(lan.host(2)), new TestSocket6(lan.host(2), 4)];
    expect([client6.bind("2001:db8::2/9"), client4.bind("10.0.0.2/9")]).toEqual([0, 0]);
    expect([client6.send("six", "2001:db8::1/7"), client4.send("four", "10.0.0.1/7")]).toEqual([3, 4]);
    wait(lan);
    expect([server.receive(), server.receive()].sort()).toEqual(["6 10.0.0.2/9 four", "6 2001:db8::2/9 six"]);
    expect(server.send("back", "::ffff:10.0.0.2/9")).toBe(4);
    expect(server.send("back", "2001:db8::2/9")).toBe(4);
    wait(lan);
    expect([client4.receive(), client6.receive()]).toEqual(["4 10.0.0.1/7 back", "6 2001:db8::1/7 back"]);
    expect(lan.host(1).machine.counters.snapshot()).toMatchObject({ UdpInDatagrams: 1, Udp6InDatagrams: 1 });
  });

  test("on the loopback interface, and to nobody", () => {
    const lan = pair();
    const [server, client] = [new TestSocket6(lan.host(1)), new TestSocket6(lan.host(1))];
    server.bind("::1/7");
    expect(client.connect("::1/7")).toBe(0);
    expect(client.send("x")).toBe(1);
    wait(lan);
    expect(server.receive()).toMatch(/^6 ::1\/\d+ x$/);
    const nobody = new TestSocket6(lan.host(2));
    expect(nobody.connect("2001:db8::1/8")).toBe(0);
    nobody.send("x");
    wait(lan);
    expect(nobody.send("y")).toBe("ECONNREFUSED");
    expect(lan.host(1).count("Udp6NoPorts")).toBe(1);
  });

  test("between link-local addresses, with their zone", () => {
    const lan = pair();
    const server = new TestSocket6(lan.host(1));
    server.bind("::/7");
    const client = new TestSocket6(lan.host(2));
    expect(client.bind("fe80::ff:fe00:2/9")).toBe("EINVAL");
    expect(client.bind("fe80::ff:fe00:2%eth9/9")).toBe("ENODEV");
    expect(client.bind("fe80::ff:fe00:1%eth0/9")).toBe("EADDRNOTAVAIL");
    expect([client.bind("fe80::ff:fe00:2%eth0/9"), client.local]).toEqual([0, "fe80::ff:fe00:2%2/9"]);
    client.send("x", "fe80::ff:fe00:1%eth0/7");
    wait(lan);
    expect(server.receive()).toBe("6 fe80::ff:fe00:2%2/9 x");
    expect(new TestSocket6(lan.host(1)).connect("fe80::ff:fe00:2/9")).toBe("EINVAL");
    const peer = new TestSocket6(lan.host(1));
    expect(peer.connect("fe80::ff:fe00:2%eth0/9")).toBe(0);
    expect(peer.send("y")).toBe(1);
    wait(lan);
    expect(client.receive()).toMatch(/^6 fe80::ff:fe00:1%2\/\d+ y$/);
  });

  test("larger than the MTU are cut, whole again, or refused", () => {
    const lan = pair();
    const server = new TestSocket6(lan.host(1));
    server.bind("::/7");
    const client = new TestSocket6(lan.host(2));
    client.bind("::/9");
    expect(client.send(new Uint8Array(5000).fill(0x61), "2001:db8::1/7")).toBe(5000);
    expect(client.send(new Uint8Array(65_527).fill(0x62), "2001:db8::1/7")).toBe(65_527);
    expect(client.send(new Uint8Array(65_528), "2001:db8::1/7")).toBe("EMSGSIZE");
    wait(lan);
    expect(server.receive()).toBe(`6 2001:db8::2/9 ${"a".repeat(20)}`);
    expect(server.receive()).toBe(`6 2001:db8::2/9 ${"b".repeat(20)}`);
    expect(lan.host(2).machine.counters.snapshot()).toMatchObject({ Ip6FragOKs: 2, Ip6FragCreates: 4 + 46 });
    client.set(v6.IPV6_DONTFRAG, 1);
    expect(client.send(new Uint8Array(1453), "2001:db8::1/7")).toBe("EMSGSIZE");
    expect(client.send(new Uint8Array(1452), "2001:db8::1/7")).toBe(1452);
    client.set(v6.IPV6_DONTFRAG, 0);
    client.set(v6.IPV6_MTU_DISCOVER, IP_PMTUDISC_DO);
    expect(client.send(new Uint8Array(1453), "2001:db8::1/7")).toBe("EMSGSIZE");
    expect(client.socket.sendQueueBytes).toBe(0);
  });
});

describe("who may have a port, as on Linux", () => {
  // Each line was compared with Linux 6.
  test.each([
    ["::", "0.0.0.0", "EADDRINUSE"],
    ["0.0.0.0", "::", "EADDRINUSE"],
    ["::", "127.0.0.1", "EADDRINUSE"],
    ["127.0.0.1", "::", "EADDRINUSE"],
    ["::1", "0.0.0.0", 0],
    ["::1", "127.0.0.1", 0],
    ["::1", "::", "EADDRINUSE"],
    [":: only", "0.0.0.0", 0],
    ["0.0.0.0", ":: only", 0],
    [":: only", "127.0.0.1", 0],
    [":: only", ":: only", "EADDRINUSE"],
    [":: only", "::", "EADDRINUSE"],
    ["::ffff:127.0.0.1", "127.0.0.1", "EADDRINUSE"],
    ["::ffff:0.0.0.0", "127.0.0.1", "EADDRINUSE"],
    ["::ffff:0.0.0.0", "::1", 0],
    ["::ffff:0.0.0.0", ":: only", 0],
  ])("%s, then %s", (first, second, expected) => {
    const lan = pair();
    const made = (text: string): { socket: TestSocket6; address: string } => {
      const [address = "", only] = text.split(" ");
      const socket = new TestSocket6(lan.host(1), address.includes(":") ? 6 : 4);
      if (only !== undefined) expect(socket.set(v6.IPV6_V6ONLY, 1)).toBe(0);
      return { socket, address };
    };
    const [one, other] = [made(first), made(second)];
    expect(one.socket.bind(`${one.address}/7`)).toBe(0);
    expect(other.socket.bind(`${other.address}/7`)).toBe(expected);
  });

  test("what bind refuses", () => {
    const lan = pair();
    const bind = (address: string, task = ROOT): 0 | Errno => new TestSocket6(lan.host(1)).bind(address, task);
    expect(bind("10.0.0.1/7")).toBe("EINVAL");
    expect(bind("2001:db8::9/7")).toBe("EADDRNOTAVAIL");
    expect(bind("::/7", USER)).toBe("EACCES");
    const only = new TestSocket6(lan.host(1));
    only.set(v6.IPV6_V6ONLY, 1);
    expect(only.bind("::ffff:10.0.0.1/7")).toBe("EINVAL");
    expect(only.bind("::/7")).toBe(0);
    expect(only.set(v6.IPV6_V6ONLY, 0)).toBe("EINVAL");
    expect(only.send("x", "::ffff:10.0.0.2/7")).toBe("ENETUNREACH");
    expect(only.connect("::ffff:10.0.0.2/7")).toBe("ENETUNREACH");
    const [mapped, own] = [new TestSocket6(lan.host(1)), new TestSocket6(lan.host(1))];
    expect([mapped.bind("::ffff:10.0.0.1/9"), own.bind("2001:db8::1/9")]).toEqual([0, 0]);
    expect(mapped.send("x", "2001:db8::2/7")).toBe("EAFNOSUPPORT");
    expect(own.send("x", "::ffff:10.0.0.2/7")).toBe("ENETUNREACH");
    lan.host(1).inet.addAddress(lan.on(1), "2001:db8::77/64");
    expect(bind("2001:db8::77/7")).toBe("EADDRNOTAVAIL");
  });

  test("a datagram over IPv4 goes to the socket of IPv4 before one of both; with IPV6_V6ONLY to none", () => {
    const lan = pair();
    const [both, own] = [new TestSocket6(lan.host(1)), new TestSocket6(lan.host(1), 4)];
    for (const { socket } of [both, own]) socket.reuseAddress = true;
    both.bind("::/7");
    own.bind("0.0.0.0/7");
    const client = new TestSocket6(lan.host(2), 4);
    client.send("x", "10.0.0.1/7");
    wait(lan);
    expect([both.receive(), own.receive().slice(-1)]).toEqual(["EAGAIN", "x"]);
    const only = new TestSocket6(lan.host(1));
    only.set(v6.IPV6_V6ONLY, 1);
    only.bind("::/8");
    client.send("x", "10.0.0.1/8");
    wait(lan);
    expect(only.receive()).toBe("EAGAIN");
    expect(lan.host(1).count("UdpNoPorts")).toBe(1);
  });
});

describe("options", () => {
  test("hop limit, traffic class, and what a receiver is told", () => {
    const lan = pair();
    const server = new TestSocket6(lan.host(1));
    server.bind("::/7");
    for (const option of [v6.IPV6_RECVPKTINFO, v6.IPV6_RECVHOPLIMIT, v6.IPV6_RECVTCLASS]) server.set(option, 1);
    const client = new TestSocket6(lan.host(2));
    client.bind("::/9");
    expect([client.set(v6.IPV6_UNICAST_HOPS, 7), client.set(v6.IPV6_TCLASS, 0xb8)]).toEqual([0, 0]);
    expect(client.set(v6.IPV6_UNICAST_HOPS, 256)).toBe("EINVAL");
    client.send("x", "2001:db8::1/7");
    wait(lan);
    expect(server.receive()).toBe('6 2001:db8::2/9 x 50={"ipi6_addr":"2001:db8::1","ipi6_ifindex":2} 52=7 67=184');
    const control = [
      { level: IPPROTO_IPV6, type: v6.IPV6_HOPLIMIT, value: 9 },
      { level: IPPROTO_IPV6, type: v6.IPV6_PKTINFO, value: { ipi6_addr: "fe80::ff:fe00:2", ipi6_ifindex: 2 } },
    ];
    const ancillary = { credentials: null, rights: null, control };
    expect(client.socket.send(ROOT, Uint8Array.of(0x79), at("2001:db8::1/7"), ancillary)).toBe(1);
    wait(lan);
    expect(server.receive()).toContain("6 fe80::ff:fe00:2%2/9 y 50=");
  });

  // The answers are Linux's.
  test("sources of a group: one list, of whom to hear or of whom not", () => {
    const lan = pair();
    const member = new TestSocket6(lan.host(1));
    const group = { gr_interface: 2, gr_group: "ff02::1234" };
    const of = (source: string, change: object = {}) => ({
      gsr_interface: 2,
      gsr_group: "ff02::1234",
      gsr_source: source,
      ...change,
    });
    const said: unknown[] = [];
    const ask = (option: number, value: object) => said.push(member.set(option, value));
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::1"));
    ask(MCAST_BLOCK_SOURCE, of("fe80::1"));
    expect(said.splice(0)).toEqual(["EINVAL", "EINVAL"]);
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::1"));
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::1"));
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::2"));
    ask(MCAST_BLOCK_SOURCE, of("fe80::3"));
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::3"));
    expect(said.splice(0)).toEqual([0, "EADDRNOTAVAIL", 0, "EINVAL", "EADDRNOTAVAIL"]);
    // With the last source the group is left.
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::1"));
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::2"));
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::2"));
    expect(said.splice(0)).toEqual([0, 0, "EINVAL"]);
    // Without a list the kind may change; with an empty one not.
    ask(MCAST_JOIN_GROUP, group);
    ask(MCAST_LEAVE_SOURCE_GROUP, of("fe80::2"));
    ask(MCAST_BLOCK_SOURCE, of("fe80::2"));
    ask(MCAST_BLOCK_SOURCE, of("fe80::2"));
    ask(MCAST_UNBLOCK_SOURCE, of("fe80::5"));
    ask(MCAST_UNBLOCK_SOURCE, of("fe80::2"));
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::2"));
    expect(said.splice(0)).toEqual([0, "EADDRNOTAVAIL", 0, "EADDRNOTAVAIL", "EADDRNOTAVAIL", 0, "EINVAL"]);
    ask(MCAST_LEAVE_GROUP, group);
    ask(MCAST_LEAVE_GROUP, group);
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::2", { gsr_interface: 99 }));
    ask(MCAST_JOIN_SOURCE_GROUP, of("fe80::2", { gsr_group: "fe80::9" }));
    ask(MCAST_JOIN_SOURCE_GROUP, of("10.0.0.1", { gsr_group: "239.0.0.1" }));
    ask(MCAST_JOIN_GROUP, { ...group, gr_group: "239.0.0.1" });
    ask(MCAST_JOIN_GROUP, {});
    expect(said.splice(0)).toEqual([
      0,
      "EADDRNOTAVAIL",
      "ENODEV",
      "EINVAL",
      "EADDRNOTAVAIL",
      "EADDRNOTAVAIL",
      "EINVAL",
    ]);
    for (let source = 1; source <= 65; source++) ask(MCAST_JOIN_SOURCE_GROUP, of(`fe80::${source}`));
    expect(said.splice(0).slice(-2)).toEqual([0, "ENOBUFS"]);
  });

  test("only the sources that a socket asks for are heard, and none that it blocks", () => {
    const lan = pair();
    const heard = (option: number, source: string): string[] => {
      const member = new TestSocket6(lan.host(1));
      expect(member.bind("::/7")).toBe(0);
      if (option === MCAST_BLOCK_SOURCE) {
        expect(member.set(MCAST_JOIN_GROUP, { gr_interface: 2, gr_group: "ff02::1234" })).toBe(0);
      }
      expect(member.set(option, { gsr_interface: 2, gsr_group: "ff02::1234", gsr_source: source })).toBe(0);
      const sender = new TestSocket6(lan.host(2));
      expect(sender.send("x", "ff02::1234%eth0/7")).toBe(1);
      wait(lan);
      const said = [member.receive().slice(-1)];
      member.socket.release();
      sender.socket.release();
      return said;
    };
    expect(heard(MCAST_JOIN_SOURCE_GROUP, "fe80::ff:fe00:2")).toEqual(["x"]);
    expect(heard(MCAST_JOIN_SOURCE_GROUP, "fe80::9")).toEqual(["N"]);
    expect(heard(MCAST_BLOCK_SOURCE, "fe80::9")).toEqual(["x"]);
    expect(heard(MCAST_BLOCK_SOURCE, "fe80::ff:fe00:2")).toEqual(["N"]);
    // Nobody listens there any more.
    expect(
      JSON.stringify(
        lan
          .host(1)
          .inet.ip.groups.snapshot()
          .map(({ group }) => `${group}`),
      ),
    ).not.toContain("1234");
  });

  test("groups: join, hear, leave; the report, and the interface that they go out of", () => {
    const lan = pair();
    const member = new TestSocket6(lan.host(1));
    member.bind("::/7");
    const request = { ipv6mr_multiaddr: "ff02::1234", ipv6mr_interface: 2 };
    expect(member.set(v6.IPV6_JOIN_GROUP, { ...request, ipv6mr_multiaddr: "2001:db8::1" })).toBe("EINVAL");
    expect(member.set(v6.IPV6_JOIN_GROUP, { ...request, ipv6mr_interface: 9 })).toBe("ENODEV");
    expect(member.set(v6.IPV6_JOIN_GROUP, request)).toBe(0);
    expect(member.set(v6.IPV6_JOIN_GROUP, request)).toBe("EADDRINUSE");
    const sender = new TestSocket6(lan.host(2));
    expect(sender.send("x", "ff02::1234%eth0/7")).toBe(1);
    expect(sender.set(v6.IPV6_MULTICAST_IF, 2)).toBe(0);
    expect(sender.send("y", "ff02::1234/7")).toBe(1);
    wait(lan);
    expect([member.receive(), member.receive()].map((line) => line.slice(-1))).toEqual(["x", "y"]);
    expect(member.set(v6.IPV6_LEAVE_GROUP, request)).toBe(0);
    expect(member.set(v6.IPV6_LEAVE_GROUP, request)).toBe("EADDRNOTAVAIL");
    sender.send("z", "ff02::1234/7");
    wait(lan);
    expect(member.receive()).toBe("EAGAIN");
  });

  test("IPV6_RECVERR queues what went wrong, IPV6_MTU tells the path's", () => {
    const lan = pair();
    const client = new TestSocket6(lan.host(1));
    client.set(v6.IPV6_RECVERR, 1);
    expect(client.get(v6.IPV6_MTU)).toBe("ENOTCONN");
    client.connect("2001:db8::2/7");
    expect(client.get(v6.IPV6_MTU)).toBe(1500);
    client.send("x");
    wait(lan);
    expect(client.send("y")).toBe("ECONNREFUSED");
    const error = client.socket.requests.receiveError?.(new Uint8Array(9), 0);
    expect(error).toMatchObject({ bytes: 1, ancillary: { control: [{ level: IPPROTO_IPV6, type: v6.IPV6_RECVERR }] } });
  });
});
