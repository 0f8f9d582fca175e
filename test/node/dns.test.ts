/** node:dns: records that a world's names were given, and resolvers that ask a server of the virtual network. */
import "netloom/register";
import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";
import dns2 from "dns2";
import { expect, test } from "vitest";
import { type TwoHosts, twoHosts } from "./two-hosts.ts";

const { Packet } = dns2;
const { CLASS, TYPE } = Packet;

const SOA = {
  nsname: "b",
  hostmaster: "root.b",
  serial: 1,
  refresh: 7200,
  retry: 3600,
  expire: 86_400,
  minttl: 60,
} as const;
const NAPTR = {
  flags: "s",
  service: "SIP+D2U",
  regexp: "",
  replacement: "_sip._udp.example.test",
  order: 30,
  preference: 100,
} as const;

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    ({ code, syscall, hostname, message }) => ({ code, syscall, hostname, message }),
  );

test("each type of record, by callback and by promise", async () => {
  const { world, a } = twoHosts();
  const { records } = world;
  records.add("Example.test", { type: "MX", exchange: "b", priority: 10 });
  records.add("example.test.", { type: "TXT", entries: ["v=spf1", " -all"] });
  records.add("example.test", { type: "NS", value: "b" });
  records.add("example.test", { type: "SOA", ...SOA });
  records.add("example.test", { type: "CAA", critical: 0, issue: "ca.test" });
  records.add("example.test", { type: "NAPTR", ...NAPTR });
  records.add("example.test", { type: "A", address: "10.0.0.9", ttl: 30 });
  records.add("_http._tcp.example.test", { type: "SRV", name: "b", port: 80, priority: 1, weight: 2 });
  records.add("www.example.test", { type: "CNAME", value: "b" });
  const told = await a.run(async () => {
    const { promises } = dns;
    return {
      mx: await promises.resolveMx("example.test"),
      txt: await promises.resolveTxt("EXAMPLE.test"),
      ns: await promises.resolveNs("example.test"),
      soa: await promises.resolveSoa("example.test"),
      caa: await promises.resolveCaa("example.test"),
      naptr: await promises.resolveNaptr("example.test"),
      srv: await promises.resolveSrv("_http._tcp.example.test"),
      cname: await promises.resolveCname("www.example.test"),
      alias: await promises.resolve4("www.example.test"),
      ttl: await promises.resolve4("example.test", { ttl: true }),
      lookup: await promises.lookup("www.example.test"),
      any: (await promises.resolveAny("example.test")).map(({ type }) => type),
      callback: await new Promise((resolve) => dns.resolve("example.test", "MX", (_error, found) => resolve(found))),
      none: await failureOf(promises.resolveSrv("example.test")),
      nobody: await failureOf(promises.resolveMx("nobody.test")),
      reverse: await promises.reverse("10.0.0.2"),
    };
  });
  // From Node 24 on, some records say their type, too.
  expect(told).toMatchObject({
    mx: [{ exchange: "b", priority: 10 }],
    txt: [["v=spf1", " -all"]],
    ns: ["b"],
    soa: SOA,
    caa: [{ critical: 0, issue: "ca.test" }],
    naptr: [NAPTR],
    srv: [{ name: "b", port: 80, priority: 1, weight: 2 }],
    cname: ["b"],
    alias: ["10.0.0.2"],
    ttl: [{ address: "10.0.0.9", ttl: 30 }],
    lookup: { address: "10.0.0.2", family: 4 },
    any: ["A", "MX", "NS", "TXT", "NAPTR", "SOA", "CAA"],
    callback: [{ exchange: "b", priority: 10 }],
    none: { code: "ENODATA", syscall: "querySrv", hostname: "example.test", message: "querySrv ENODATA example.test" },
    nobody: {
      code: "ENOTFOUND",
      syscall: "queryMx",
      hostname: "nobody.test",
      message: "queryMx ENOTFOUND nobody.test",
    },
    reverse: ["b"],
  });
});

test.skipIf(!("resolveTlsa" in dns.promises))("a record of a certificate", async () => {
  const { world, a } = twoHosts();
  const tlsa = { certUsage: 3, selector: 1, match: 1, data: Uint8Array.of(1, 2, 3).buffer };
  world.records.add("_443._tcp.b", { type: "TLSA", ...tlsa });
  const { resolveTlsa } = dns.promises as unknown as { resolveTlsa(name: string): Promise<unknown> };
  expect(await a.run(() => resolveTlsa("_443._tcp.b"))).toEqual([tlsa]);
});

test("a record is taken away by disposing of it", async () => {
  const { world, a } = twoHosts();
  world.records.add("b", { type: "TXT", entries: ["kept"] });
  const record = world.records.add("b", { type: "TXT", entries: ["taken away"] });
  record[Symbol.dispose]();
  expect(await a.run(() => dns.promises.resolveTxt("b"))).toEqual([["kept"]]);
});

/** A server of names on host "b", which tells whom it was asked for; it truncates by UDP what is called big. */
function serveNames({ b }: TwoHosts, asked: string[]): void {
  b.start({
    main: () => {
      const server = dns2.createServer({
        udp: true,
        tcp: true,
        handle: (request, send) => {
          const response = Packet.createResponseFromRequest(request);
          const [{ name, type } = { name: "", type: 0 }] = request.questions;
          asked.push(name);
          const head = { name, type, class: CLASS.IN, ttl: 5 };
          const answers: object[] = response.answers;
          const texts = name === "big.test" ? ["x".repeat(200), "y".repeat(200), "z".repeat(200)] : ["of the server"];
          if (type === TYPE.TXT) for (const data of texts) answers.push({ ...head, data });
          if (type === TYPE.A) answers.push({ ...head, address: "10.9.9.9" });
          if (type === TYPE.MX) answers.push({ ...head, exchange: `mail.${name}`, priority: 5 });
          if (name === "nobody.test") Object.assign(response.header, { rcode: 3 });
          send(response);
        },
      });
      void server.listen({ udp: 53, tcp: 53 });
    },
  });
}

test("a resolver asks the server that it was told of, by UDP, and by TCP what does not fit", async () => {
  const hosts = twoHosts();
  const asked: string[] = [];
  serveNames(hosts, asked);
  const told = await hosts.a.run(async () => {
    const resolver = new dns.promises.Resolver();
    const before = resolver.getServers();
    resolver.setServers(["10.0.0.2"]);
    return {
      servers: [before, resolver.getServers()],
      txt: await resolver.resolveTxt("example.test"),
      mx: await resolver.resolveMx("example.test"),
      a: await resolver.resolve4("example.test", { ttl: true }),
      big: (await resolver.resolveTxt("big.test")).map(([text = ""]) => text.length),
      nobody: await failureOf(resolver.resolveTxt("nobody.test")),
      none: await failureOf(resolver.resolveSrv("example.test")),
      lookup: await dns.promises.lookup("b"),
    };
  });
  expect(told).toMatchObject({
    servers: [["127.0.0.1"], ["10.0.0.2"]],
    txt: [["of the server"]],
    mx: [{ exchange: "mail.example.test", priority: 5 }],
    a: [{ address: "10.9.9.9", ttl: 5 }],
    big: [200, 200, 200],
    nobody: expect.objectContaining({ code: "ENOTFOUND" }),
    none: expect.objectContaining({ code: "ENODATA" }),
    lookup: { address: "10.0.0.2", family: 4 },
  });
  // By UDP, and again by TCP.
  expect(asked.filter((name) => name === "big.test")).toHaveLength(2);
});

test("dns.setServers() is of the process: neither another one nor code outside is told", async () => {
  const hosts = twoHosts();
  serveNames(hosts, []);
  const outside = dns.getServers();
  const ask = async (servers: string[]) => {
    if (servers.length > 0) dns.setServers(servers);
    return [dns.getServers(), await dns.promises.resolve4("b")];
  };
  expect(await hosts.a.run(() => ask(["10.0.0.2:53"]))).toEqual([["10.0.0.2"], ["10.9.9.9"]]);
  expect(await hosts.a.run(() => ask([]))).toEqual([["127.0.0.1"], ["10.0.0.2"]]);
  expect(dns.getServers()).toEqual(outside);
});

test("a server that is not there is refused, one that is silent is asked again and again, and then the next", async () => {
  const { world, a, b } = twoHosts();
  const askedNs: number[] = [];
  b.start({
    main: () => {
      dgram
        .createSocket("udp4")
        .on("message", () => askedNs.push(world.nowNs))
        .bind(54);
    },
  });
  const told = await a.run(async () => {
    const refused = new dns.promises.Resolver();
    refused.setServers(["10.0.0.2:55"]);
    const silent = new dns.promises.Resolver({ timeout: 1000, tries: 3 });
    silent.setServers(["10.0.0.2:54"]);
    const cancelled = new dns.promises.Resolver();
    cancelled.setServers(["10.0.0.2:54"]);
    const codes = [await failureOf(refused.resolve4("b")), await failureOf(silent.resolve4("b"))];
    const cancelling = failureOf(cancelled.resolve4("b"));
    setTimeout(() => cancelled.cancel(), 100);
    return [...codes, await cancelling].map((failure) => (failure as { code: string }).code);
  });
  expect(told).toEqual(["ECONNREFUSED", "ETIMEOUT", "ECANCELLED"]);
  // A second, then two.
  expect(askedNs.slice(1, 3).map((ns) => Math.round((ns - (askedNs[0] as number)) / 1e9))).toEqual([1, 3]);
});

test("net.connect() by an alias", async () => {
  const { world, a, b } = twoHosts();
  world.records.add("service.test", { type: "CNAME", value: "b" });
  b.start({ main: () => net.createServer((socket) => socket.end("hello")).listen(7) });
  const text = await a.run(async () => {
    let text = "";
    for await (const piece of net.connect(7, "service.test")) text += piece;
    return text;
  });
  expect(text).toBe("hello");
});

test("what a process sets as a default of dns and net is its own", async () => {
  const { a, b } = twoHosts();
  const defaults = () => [
    dns.getDefaultResultOrder(),
    dns.promises.getDefaultResultOrder(),
    net.getDefaultAutoSelectFamily(),
    net.getDefaultAutoSelectFamilyAttemptTimeout(),
  ];
  const before = defaults();
  const told = await a.run(async () => {
    dns.setDefaultResultOrder("ipv4first");
    const orders = [await dns.promises.lookup("localhost", { all: true })];
    dns.promises.setDefaultResultOrder("verbatim");
    orders.push(await dns.promises.lookup("localhost", { all: true }));
    orders.push(await dns.promises.lookup("localhost", { all: true, verbatim: false }));
    net.setDefaultAutoSelectFamily(false);
    net.setDefaultAutoSelectFamilyAttemptTimeout(5);
    const lookups: unknown[] = [];
    const socket = net.connect({ port: 1, host: "name", lookup: (_name, { all }) => lookups.push(all) });
    socket.destroy();
    return [orders.map(([first]) => first?.family), defaults(), lookups];
  });
  expect(told).toEqual([[4, 6, 4], ["verbatim", "verbatim", false, 10], [undefined]]);
  expect([defaults(), await b.run(defaults)]).toEqual([before, before]);
  await expect(a.run(() => dns.setDefaultResultOrder("x" as never))).rejects.toThrow("ipv4first");
  await expect(a.run(() => net.setDefaultAutoSelectFamily(1 as never))).rejects.toThrow("boolean");
});

test("a host without addresses finds itself, and nobody else finds it", async () => {
  const { world, a } = twoHosts();
  const lookup = () => dns.promises.lookup("lone");
  expect(await world.host("lone").run(lookup)).toEqual({ address: "127.0.0.1", family: 4 });
  await expect(a.run(lookup)).rejects.toThrow("ENOTFOUND");
});
