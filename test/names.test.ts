/** Names: services, protocols, hosts, getaddrinfo() and getnameinfo(), and the forms of addresses. */
import { isIP } from "node:net";
import fc from "fast-check";
import {
  AF_INET,
  AF_INET6,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  getaddrinfo,
  getnameinfo,
  getprotobyname,
  getprotobynumber,
  getservbyname,
  getservbyport,
  NI_NAMEREQD,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
  O_APPEND,
  O_WRONLY,
  SOCK_DGRAM,
  SOCK_STREAM,
  type Sys,
  World,
} from "netloom";
import { describe, expect, test } from "vitest";
import { parseNumeric } from "../src/world/names/dotted.ts";

/** Runs a program on alice, who shares a link with bob; bob has two addresses. */
async function onAlice<T>(program: (sys: Sys) => Promise<T>): Promise<T> {
  const world = new World({ console: () => {} });
  const lan = world.segment("lan");
  const [alice, bob] = [world.host("alice"), world.host("bob")];
  alice.attach(lan, "10.0.0.1/24");
  bob.attach(lan, "10.0.0.2/24");
  bob.attach(world.cable(), "192.168.7.2/24");
  let found: { value: T } | undefined;
  alice.spawn("program", async (sys) => {
    found = { value: await program(sys) };
  });
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
  if (found === undefined) throw new Error("the program did not end");
  return found.value;
}

test("a link-local address has an interface behind it, by name or index, and only one that there is", async () => {
  const world = new World({ console: () => {} });
  const alice = world.host("alice");
  alice.attach(world.segment("lan"), "auto");
  alice.spawn("program", async (sys) => {
    await sys.sleep(3);
    for (const zone of ["eth0", "2"]) {
      const found = await getaddrinfo(sys, `FE80::ff:fe00:1%${zone}`, "7", { socktype: SOCK_DGRAM });
      expect(found.map(({ address }) => address)).toEqual([{ address: `fe80::ff:fe00:1%${zone}`, port: 7 }]);
      const s = sys.socket(AF_INET6, SOCK_DGRAM);
      await sys.connect(s, found[0]?.address as { address: string; port: number });
      const peer = sys.getpeername(s) as { address: string; port: number };
      expect(await getnameinfo(sys, peer, NI_NUMERICHOST)).toEqual({ host: "fe80::ff:fe00:1%2", service: "echo" });
    }
    for (const node of ["fe80::1%eth9", "2001:db8::1%eth0", "10.0.0.1%eth0", "fe80::1%"]) {
      await expect(getaddrinfo(sys, node, "7")).rejects.toMatchObject({ code: "EAI_NONAME" });
    }
  });
  expect((await world.run()).crashes).toEqual([]);
});

describe("services", () => {
  test.each([
    ["echo", "udp", 7],
    ["discard", "tcp", 9],
    ["systat", "tcp", 11],
    ["daytime", "udp", 13],
    ["netstat", "tcp", 15],
    ["chargen", "udp", 19],
    ["ftp", "tcp", 21],
    ["ssh", "tcp", 22],
    ["telnet", "tcp", 23],
    ["smtp", "tcp", 25],
    ["time", "udp", 37],
    ["domain", "udp", 53],
    ["gopher", "tcp", 70],
    ["finger", "tcp", 79],
    ["www", "tcp", 80],
    ["pop2", "tcp", 109],
    ["pop3", "tcp", 110],
    ["sunrpc", "udp", 111],
    ["imap2", "tcp", 143],
    ["https", "tcp", 443],
  ])("%s/%s is port %d, both ways", async (name, protocol, port) => {
    const [byName, byPort] = await onAlice(async (sys) => [
      await getservbyname(sys, name, protocol),
      await getservbyport(sys, port, protocol),
    ]);
    expect(byName).toMatchObject({ name, protocol, port });
    expect(byPort).toEqual(byName);
  });

  test("by an alias, of any protocol, and none", async () => {
    const found = await onAlice(async (sys) => [
      (await getservbyname(sys, "http"))?.port,
      (await getservbyname(sys, "sink", "udp"))?.name,
      await getservbyname(sys, "echo", "sctp"),
      await getservbyname(sys, "no-such-service"),
      await getservbyport(sys, 4),
    ]);
    expect(found).toEqual([80, "discard", undefined, undefined, undefined]);
  });

  test("what root adds to /etc/services counts", async () => {
    const port = await onAlice(async (sys) => {
      const fd = await sys.open("/etc/services", O_WRONLY | O_APPEND);
      await sys.write(fd, "mine 4711/udp # a service of our own\n");
      return (await getservbyname(sys, "mine"))?.port;
    });
    expect(port).toBe(4711);
  });

  test("protocols", async () => {
    const found = await onAlice(async (sys) => [
      (await getprotobyname(sys, "udp"))?.number,
      (await getprotobyname(sys, "TCP"))?.number,
      (await getprotobynumber(sys, 1))?.name,
      await getprotobynumber(sys, 200),
    ]);
    expect(found).toEqual([17, 6, "icmp", undefined]);
  });
});

describe("getaddrinfo", () => {
  const addresses = (...args: Parameters<typeof getaddrinfo> extends [Sys, ...infer R] ? R : never) =>
    onAlice(async (sys) =>
      (await getaddrinfo(sys, ...args)).map(({ address }) => `${address.address}:${address.port}`),
    );

  test("a host of the world, with several addresses and a service by name", async () => {
    expect(await addresses("bob", "echo", { socktype: SOCK_DGRAM })).toEqual(["10.0.0.2:7", "192.168.7.2:7"]);
    expect(await addresses("BOB", "7", { socktype: SOCK_DGRAM })).toEqual(["10.0.0.2:7", "192.168.7.2:7"]);
  });

  test("/etc/hosts comes before the world", async () => {
    const found = await onAlice(async (sys) => {
      const fd = await sys.open("/etc/hosts", O_WRONLY | O_APPEND);
      await sys.write(fd, "10.0.0.99 bob\n10.0.0.98 bob.example bob\n");
      return (await getaddrinfo(sys, "bob", null, { socktype: SOCK_STREAM })).map(({ address }) => address.address);
    });
    expect(found).toEqual(["10.0.0.99", "10.0.0.98"]);
  });

  test("localhost has an address of each family, and the family chooses", async () => {
    expect(await addresses("localhost", "80", { socktype: SOCK_STREAM, family: AF_INET })).toEqual(["127.0.0.1:80"]);
    expect(await addresses("localhost", "80", { socktype: SOCK_STREAM, family: AF_INET6 })).toEqual(["::1:80"]);
    expect((await addresses("localhost", "80", { socktype: SOCK_STREAM })).sort()).toEqual(["127.0.0.1:80", "::1:80"]);
  });

  test("without a name: loopback, or the wildcard for a server", async () => {
    const wanted = { socktype: SOCK_STREAM, family: AF_INET };
    expect(await addresses(null, "www", wanted)).toEqual(["127.0.0.1:80"]);
    expect(await addresses(null, "www", { ...wanted, flags: AI_PASSIVE })).toEqual(["0.0.0.0:80"]);
  });

  test("numbers need no table, and mapped addresses are asked for", async () => {
    expect(await addresses("10.9", "9", { socktype: SOCK_DGRAM, flags: AI_NUMERICHOST })).toEqual(["10.0.0.9:9"]);
    const mapped = { socktype: SOCK_DGRAM, family: AF_INET6, flags: AI_V4MAPPED };
    expect(await addresses("10.0.0.2", null, mapped)).toEqual(["::ffff:10.0.0.2:0"]);
  });

  test("a result for each type of socket, and the canonical name", async () => {
    const found = await onAlice((sys) => getaddrinfo(sys, "bob", "echo", { flags: AI_CANONNAME }));
    expect(found.map(({ socktype }) => socktype)).toEqual([SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM, SOCK_DGRAM]);
    expect([found[0]?.canonname, found[1]?.canonname]).toEqual(["bob", undefined]);
  });

  test.each([
    ["nobody", "echo", {}, "EAI_NONAME"],
    ["bob", "no-such-service", {}, "EAI_SERVICE"],
    ["bob", "echo", { flags: AI_NUMERICHOST }, "EAI_NONAME"],
    ["bob", "echo", { flags: AI_NUMERICSERV }, "EAI_NONAME"],
    ["bob", "70000", {}, "EAI_SERVICE"],
    ["bob", null, { family: 99 }, "EAI_FAMILY"],
    ["bob", null, { family: AF_INET6 }, "EAI_NONAME"],
    ["bob", null, { socktype: 99 }, "EAI_SOCKTYPE"],
    ["bob", null, { socktype: SOCK_STREAM, protocol: 17 }, "EAI_SOCKTYPE"],
    ["bob", null, { flags: 0x8000 }, "EAI_BADFLAGS"],
    [null, "echo", { flags: AI_CANONNAME }, "EAI_BADFLAGS"],
    [null, null, {}, "EAI_NONAME"],
  ])("%s, %s with %j is %s", async (node, service, hints, code) => {
    const refusal = await onAlice((sys) => getaddrinfo(sys, node, service, hints).catch((error: unknown) => error));
    expect(refusal).toMatchObject({ name: "GaiError", code });
  });
});

describe("getnameinfo", () => {
  test("names, numbers, and what has none", async () => {
    const found = await onAlice(async (sys) => [
      await getnameinfo(sys, { address: "10.0.0.2", port: 7 }),
      await getnameinfo(sys, { address: "10.0.0.2", port: 7 }, NI_NUMERICHOST | NI_NUMERICSERV),
      await getnameinfo(sys, { address: "10.0.0.77", port: 4 }),
      await getnameinfo(sys, { address: "10.0.0.77", port: 4 }, NI_NAMEREQD).catch((error: unknown) => error),
    ]);
    expect(found).toMatchObject([
      { host: "bob", service: "echo" },
      { host: "10.0.0.2", service: "7" },
      { host: "10.0.0.77", service: "4" },
      { code: "EAI_NONAME" },
    ]);
  });
});

describe("addresses in numbers", () => {
  test.each([
    ["127.1", "127.0.0.1"],
    ["0x7f.0.0.1", "127.0.0.1"],
    ["017.1", "15.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["10.1.258", "10.1.1.2"],
    ["0", "0.0.0.0"],
    ["256.1", undefined],
    ["10.0.0.256", undefined],
    ["08", undefined],
    ["1.2.3.4.5", undefined],
    ["4294967296", undefined],
    ["", undefined],
    ["1..2", undefined],
  ])("%j is %s", (text, address) => {
    expect(parseNumeric(text)?.toString()).toBe(address);
  });

  test("whatever Node takes for an address is the same here, and printed it reads as itself", () => {
    const texts = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(texts, (text) => {
        expect(isIP(text)).not.toBe(0);
        const address = parseNumeric(text);
        const url = new URL(`http://${text.includes(":") ? `[${text}]` : text}/`).hostname.replace(/[[\]]/g, "");
        if (address?.family === 6 || !text.includes(":")) expect(address?.toString()).toBe(url);
        expect(parseNumeric(String(address))?.equals(address as never)).toBe(true);
      }),
    );
  });
});
