/** Scenarios of resolvers that ask a server: c-ares on the real loopback, the door's own client on a virtual host. */
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { failureOf, type Scenario, type Stage } from "./stage.ts";

const word = (value: number): number[] => [value >> 8, value & 0xff];
const long = (value: number): number[] => [...word(value >>> 16), ...word(value & 0xffff)];
const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const name = (value: string): number[] => [...value.split(".").flatMap(text), 0];
/** To the name that was asked for. RFC 1035 §4.1.4. */
const ASKED = [0xc0, 12];

/** Data of records of that type, by number. */
const DATA: Readonly<Record<number, readonly number[][]>> = {
  1: [
    [10, 1, 2, 3],
    [10, 1, 2, 4],
  ],
  2: [name("ns.example.test"), [...text("ns2"), ...ASKED]],
  5: [name("other.test")],
  6: [[...name("ns.test"), ...name("root.test"), ...[1, 7200, 3600, 86_400, 60].flatMap(long)]],
  12: [name("host.test")],
  15: [
    [...word(10), ...text("mail"), ...ASKED],
    [...word(20), ...name("mail.test")],
  ],
  16: [[...text("one"), ...text("two")], text("")],
  28: [[0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), 1]],
  33: [[...word(1), ...word(2), ...word(8080), ...name("server.test")]],
  35: [[...word(1), ...word(2), ...text("s"), ...text("SIP+D2U"), ...text(""), ...name("sip.test")]],
  52: [[3, 1, 1, 0xde, 0xad, 0xbe, 0xef]],
  257: [
    [0, ...text("issue"), ...Buffer.from("ca.test")],
    [128, ...text("iodef"), ...Buffer.from("mailto:a@b")],
  ],
};

/** What a server says to a question: the flags that it answers with, and the records. */
function reply(question: Buffer, rcode: number, data: readonly number[][]): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const type = question.readUInt16BE(end - 4);
  const records = data.flatMap((bytes) => [
    ...ASKED,
    ...word(type),
    ...word(1),
    ...long(77),
    ...word(bytes.length),
    ...bytes,
  ]);
  const counts = [1, data.length, 0, 0].flatMap(word);
  return Buffer.from([
    ...question.subarray(0, 2),
    0x81,
    0x80 | rcode,
    ...counts,
    ...question.subarray(12, end),
    ...records,
  ]);
}

/** A resolver of a server that answers so. */
async function resolverOf(stage: Stage, answer: (question: Buffer) => Buffer): Promise<dns.promises.Resolver> {
  const server = dgram.createSocket("udp4");
  stage.after(() => void server.close());
  server.on("message", (question, { port, address }) => server.send(answer(question), port, address));
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const resolver = new dns.promises.Resolver({ timeout: 300, tries: 2 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
}

type Method = "resolve4" | "resolve6" | "resolveCaa" | "resolveCname" | "resolveMx" | "resolveNaptr" | "resolveNs";
type Methods = Method | "resolvePtr" | "resolveSoa" | "resolveSrv" | "resolveTlsa" | "resolveTxt";
type Ask = (name: string, options?: object) => Promise<unknown>;

const asks =
  (method: Methods, rcode = 0, isEmpty = false, options?: object): Scenario =>
  async (stage) => {
    const resolver = await resolverOf(stage, (question) => {
      const type = question.readUInt16BE(question.indexOf(0, 12) + 1);
      return reply(question, rcode, isEmpty ? [] : (DATA[type] ?? []));
    });
    const ask = (resolver as unknown as Partial<Record<Methods, Ask>>)[method];
    if (ask === undefined) return "not in this Node";
    const work = ask.call(resolver, "example.test", options);
    return [await failureOf(work), await work.catch(() => null)];
  };

export const resolvers: Readonly<Record<string, Scenario>> = {
  "asks for addresses": asks("resolve4"),
  "asks for addresses, and how long they hold": asks("resolve4", 0, false, { ttl: true }),
  "asks for addresses of IPv6": asks("resolve6"),
  "asks who may sign": asks("resolveCaa"),
  "asks for an alias": asks("resolveCname"),
  "asks who takes mail": asks("resolveMx"),
  "asks for rules of names": asks("resolveNaptr"),
  "asks for servers of names": asks("resolveNs"),
  "asks for a pointer": asks("resolvePtr"),
  "asks for an authority": asks("resolveSoa"),
  "asks for a service": asks("resolveSrv"),
  "asks which certificate": async (stage) => {
    const outcome = await asks("resolveTlsa")(stage);
    const found = typeof outcome === "string" ? null : ((outcome as unknown[])[1] as { data: ArrayBuffer }[] | null);
    return [outcome, found?.map(({ data }) => [data.constructor.name, ...new Uint8Array(data)])];
  },
  "asks for texts": asks("resolveTxt"),
  "is told that there is no such record": asks("resolveTxt", 0, true),
  "is told that there is no such name": asks("resolveMx", 3, true),
  "is told that the server failed": asks("resolveMx", 2, true),
  "is told that the server refuses": asks("resolveMx", 5, true),
  "is told that the question is wrong": asks("resolve4", 1, true),
  "gives up on a server that says nothing": async (stage) => {
    const server = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    stage.after(() => void server.close());
    await once(server, "listening");
    const resolver = new dns.promises.Resolver({ timeout: 30, tries: 2 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    return await failureOf(resolver.resolveTxt("example.test"));
  },
  "is cancelled": async (stage) => {
    const server = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    stage.after(() => void server.close());
    await once(server, "listening");
    const resolver = new dns.promises.Resolver();
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    const work = failureOf(resolver.resolveTxt("example.test"));
    resolver.cancel();
    return await work;
  },
  "tells of its servers": async () => {
    const resolver = new dns.promises.Resolver();
    resolver.setServers(["10.0.0.1", "10.0.0.2:54", "[2001:db8::1]:55"]);
    return resolver.getServers();
  },
};
