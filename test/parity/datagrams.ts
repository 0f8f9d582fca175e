/** Scenarios of node:dgram and node:dns. */
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { multicast } from "./multicast.ts";
import { resolvers } from "./resolvers.ts";
import { event, type Facet, failureOf, pause, type Scenario, type Stage } from "./stage.ts";

const EVENTS = ["listening", "connect", "error", "close"];

function socketOf(stage: Stage, name: string, options: dgram.SocketOptions | dgram.SocketType = "udp4"): dgram.Socket {
  const socket = stage.watch(name, dgram.createSocket(options as dgram.SocketOptions), ...EVENTS);
  stage.after(() => {
    try {
      socket.close();
    } catch {
      // It was closed by the scenario.
    }
  });
  return socket;
}

async function bound(
  stage: Stage,
  name: string,
  options?: dgram.SocketOptions | dgram.SocketType,
): Promise<dgram.Socket> {
  const socket = socketOf(stage, name, options);
  socket.bind(
    0,
    socket.address === undefined
      ? undefined
      : (options as { type?: string })?.type === "udp6" || options === "udp6"
        ? "::1"
        : "127.0.0.1",
  );
  await once(socket, "listening");
  return socket;
}

/** What comes of a datagram of that size. */
const sent =
  (bytes: number, type: dgram.SocketType = "udp4"): Scenario =>
  async (stage) => {
    const receiver = await bound(stage, "receiver", type);
    const sender = socketOf(stage, "sender", type);
    const result = new Promise((resolve) =>
      sender.send(Buffer.alloc(bytes, "x"), receiver.address().port, receiver.address().address, (error, count) =>
        resolve([(error as NodeJS.ErrnoException)?.code ?? null, count]),
      ),
    );
    const got = bytes > 65_507 ? null : await once(receiver, "message");
    return [await result, got === null ? null : [got[0].length, got[1].address, got[1].family, got[1].size]];
  };

const optionOf =
  (set: (socket: dgram.Socket) => unknown, isBound = true): Scenario =>
  async (stage) => {
    const socket = isBound ? await bound(stage, "socket") : socketOf(stage, "socket");
    return [await failureOf(async () => set(socket)), socket.listenerCount("error")];
  };

/** What comes of addresses of one family on a socket of another. */
const ofFamily =
  (type: dgram.SocketType, address: string, act: (socket: dgram.Socket, address: string) => void): Scenario =>
  async (stage) => {
    const socket = socketOf(stage, "socket", type);
    act(socket, address);
    const [error] = await event(socket, "error");
    return await failureOf(Promise.reject(error));
  };
const sendTo = (socket: dgram.Socket, address: string): void =>
  socket.send("x", 9, address, (error) => void socket.emit(error === null ? "sent" : "error", error));
const strangers: [dgram.SocketType, string][] = [
  ["udp4", "::1"],
  ["udp6", "127.0.0.1"],
];

/** What each of these answers, or fails with, on a socket of its own. */
const answersOf =
  (isBound: boolean, calls: Record<string, (socket: dgram.Socket) => unknown>): Scenario =>
  async (stage) => {
    const answers: Record<string, unknown> = {};
    for (const type of ["udp4", "udp6"] as const) {
      for (const [name, call] of Object.entries(calls)) {
        const socket = isBound ? await bound(stage, "socket", type) : socketOf(stage, "socket", type);
        let answer: unknown = null;
        const failed = await failureOf(() => {
          answer = call(socket) ?? null;
        });
        answers[`${type} ${name}`] = [failed, answer];
      }
    }
    return answers;
  };
const lives: Record<string, (socket: dgram.Socket) => unknown> = {
  ...Object.fromEntries(
    [-1, 0, 1, 255, 256].flatMap((ttl) => [
      [`setTTL(${ttl})`, (socket: dgram.Socket) => socket.setTTL(ttl)],
      [`setMulticastTTL(${ttl})`, (socket: dgram.Socket) => socket.setMulticastTTL(ttl)],
    ]),
  ),
  "setMulticastLoopback(2)": (socket) => socket.setMulticastLoopback(2 as unknown as boolean),
};

export const dgramSocket: Facet = {
  name: "dgram.Socket",
  scenarios: {
    "is made with a signal that is aborted already": async (stage) => {
      const socket = socketOf(stage, "socket", { type: "udp4", signal: AbortSignal.abort() });
      await once(socket, "close");
      return await failureOf(() => socket.bind(0));
    },
    ...Object.fromEntries(
      strangers.flatMap(([type, address]) => [
        [`${type} can't send to ${address}`, ofFamily(type, address, sendTo)],
        [`${type} can't connect to ${address}`, ofFamily(type, address, (socket) => socket.connect(9, address))],
        [`${type} can't be bound to ${address}`, ofFamily(type, address, (socket) => socket.bind(0, address))],
      ]),
    ),
    "sends to a mapped address": async (stage) => {
      const receiver = await bound(stage, "receiver");
      socketOf(stage, "sender", "udp6").send("hello", receiver.address().port, "::ffff:127.0.0.1");
      return String((await once(receiver, "message"))[0]);
    },
    "joins groups": answersOf(true, multicast),
    "joins groups before it is bound": answersOf(false, multicast),
    "is bound by a group, of its family": answersOf(false, {
      "224.0.0.9": (socket) => {
        socket.addMembership("224.0.0.9", "127.0.0.1");
        return [socket.address().address, socket.address().family, socket.address().port > 0];
      },
      "ff02::9": (socket) => {
        socket.addMembership("ff02::9", "::%lo");
        return [socket.address().address, socket.address().family, socket.address().port > 0];
      },
    }),
    "takes what may be a TTL": answersOf(true, lives),
    "takes what may be a TTL before it is bound": answersOf(false, lives),
    "refuses buffer sizes before it is bound": answersOf(false, {
      "of receiving": (socket) => socket.getRecvBufferSize(),
      "of sending": (socket) => socket.getSendBufferSize(),
      "to be set": (socket) => socket.setSendBufferSize(10_000),
      "too large": (socket) => socket.setSendBufferSize(2 ** 31),
    }),
    "refuses buffer sizes that are none": answersOf(true, {
      "too large": (socket) => socket.setRecvBufferSize(2 ** 31),
      negative: (socket) => socket.setRecvBufferSize(-1),
    }),
    "sends nothing": sent(0),
    "sends a byte": sent(1),
    "sends what needs fragments": sent(9000),
    "sends the largest datagram": sent(65_507),
    "can't send a larger one": sent(65_508),
    "sends over IPv6": sent(100, "udp6"),
    "sends a list of buffers": async (stage) => {
      const receiver = await bound(stage, "receiver");
      socketOf(stage, "sender").send(["a", Buffer.from("b"), "c"], receiver.address().port, "127.0.0.1");
      return String((await once(receiver, "message"))[0]);
    },
    "sends a part of a buffer": async (stage) => {
      const receiver = await bound(stage, "receiver");
      socketOf(stage, "sender").send(Buffer.from("abcdef"), 2, 3, receiver.address().port, "127.0.0.1");
      return String((await once(receiver, "message"))[0]);
    },
    "answers who has sent": async (stage) => {
      const server = await bound(stage, "server");
      server.on("message", (message, { port, address }) => server.send(`re: ${message}`, port, address));
      const client = socketOf(stage, "client");
      client.send("hello", server.address().port, "127.0.0.1");
      return String((await once(client, "message"))[0]);
    },
    "is connected": async (stage) => {
      const server = await bound(stage, "server");
      const client = socketOf(stage, "client");
      client.connect(server.address().port, "127.0.0.1");
      await once(client, "connect");
      client.send("hello");
      const [message] = await once(server, "message");
      return [String(message), client.remoteAddress().address, client.address().address];
    },
    "is connected and disconnected": async (stage) => {
      const server = await bound(stage, "server");
      const client = socketOf(stage, "client");
      client.connect(server.address().port, "127.0.0.1");
      await once(client, "connect");
      client.disconnect();
      return await failureOf(() => client.remoteAddress());
    },
    "can't connect twice": async (stage) => {
      const client = socketOf(stage, "client");
      client.connect(9, "127.0.0.1");
      await once(client, "connect");
      return await failureOf(() => client.connect(10, "127.0.0.1"));
    },
    "hears that nobody listens, when connected": async (stage) => {
      const server = await bound(stage, "server");
      const { port } = server.address();
      server.close();
      const client = socketOf(stage, "client");
      client.connect(port, "127.0.0.1");
      await once(client, "connect");
      client.send("hello");
      const [error] = await event(client, "error");
      return await failureOf(Promise.reject(error));
    },
    "finds its port taken": async (stage) => {
      const first = await bound(stage, "first");
      const second = socketOf(stage, "second");
      second.bind(first.address().port, "127.0.0.1");
      const [error] = await event(second, "error");
      return await failureOf(Promise.reject(error));
    },
    "shares a port with reuseAddr": async (stage) => {
      const first = await bound(stage, "first", { type: "udp4", reuseAddr: true });
      const second = socketOf(stage, "second", { type: "udp4", reuseAddr: true });
      second.bind(first.address().port, "127.0.0.1");
      await once(second, "listening");
      return second.address().port === first.address().port;
    },
    "shares a port with reusePort": async (stage) => {
      const first = await bound(stage, "first", { type: "udp4", reusePort: true } as dgram.SocketOptions);
      const second = socketOf(stage, "second", { type: "udp4", reusePort: true } as dgram.SocketOptions);
      second.bind(first.address().port, "127.0.0.1");
      // Node 20 does not know the option.
      return await Promise.race([event(second, "listening"), event(second, "error")]).then(
        ([error]) => (error as NodeJS.ErrnoException | undefined)?.code ?? "shared",
      );
    },
    "can't bind to an address of others": async (stage) => {
      const socket = socketOf(stage, "socket");
      socket.bind(0, "192.0.2.1");
      const [error] = await event(socket, "error");
      return await failureOf(Promise.reject(error));
    },
    "can't be closed twice": async (stage) => {
      const socket = await bound(stage, "socket");
      socket.close();
      return await failureOf(() => socket.close());
    },
    "can't be bound twice": async (stage) => {
      const socket = await bound(stage, "socket");
      return await failureOf(() => socket.bind(0));
    },
    "tells its address": async (stage) => {
      const { address, family } = (await bound(stage, "socket")).address();
      return [address, family];
    },
    "tells its buffer sizes": async (stage) => {
      const socket = await bound(stage, "socket", { type: "udp4", recvBufferSize: 20_000, sendBufferSize: 30_000 });
      return [
        socket.getRecvBufferSize(),
        socket.getSendBufferSize(),
        socket.getSendQueueSize(),
        socket.getSendQueueCount(),
      ];
    },
    "needs SO_BROADCAST for the broadcast address of loopback": async (stage) => {
      const socket = await bound(stage, "socket");
      const send = () => new Promise((resolve) => socket.send("x", 9, "127.255.255.255", resolve));
      const refused = await send();
      socket.setBroadcast(true);
      return [await failureOf(Promise.reject(refused)), await send()];
    },
    "can't connect to a broadcast address without it": ofFamily("udp4", "127.255.255.255", (socket, address) =>
      socket.connect(9, address),
    ),
    "broadcasts to each socket that listens for it": async (stage) => {
      const sender = await bound(stage, "sender");
      sender.setBroadcast(true);
      const { port } = await bound(stage, "on one address").then((socket) => socket.address());
      for (const address of ["0.0.0.0", "127.255.255.255", "127.0.0.1"]) {
        const socket = socketOf(stage, address, { type: "udp4", reuseAddr: true });
        socket.on("message", (message, { address: from }) => stage.note(address, `${message} from ${from}`));
        socket.bind(port + 1, address);
        await once(socket, "listening");
      }
      sender.send("x", port + 1, "127.255.255.255");
      await pause(10);
    },
    "sends to a group on loopback": async (stage) => {
      const [receiver, sender] = [socketOf(stage, "receiver"), await bound(stage, "sender")];
      receiver.bind(0, "0.0.0.0");
      await once(receiver, "listening");
      receiver.addMembership("224.0.0.9", "127.0.0.1");
      receiver.on("message", (message) => stage.note("receiver", String(message)));
      sender.setMulticastInterface("127.0.0.1");
      const send = (text: string) => sender.send(text, receiver.address().port, "224.0.0.9");
      send("heard");
      sender.setMulticastLoopback(false);
      send("heard without loop");
      sender.setMulticastTTL(0);
      send("heard without time to live");
      await pause(10);
    },
    "takes broadcast": optionOf((socket) => socket.setBroadcast(true)),
    "takes a TTL": optionOf((socket) => socket.setTTL(12)),
    "refuses a TTL that is none": optionOf((socket) => socket.setTTL(1000)),
    "takes a multicast TTL": optionOf((socket) => socket.setMulticastTTL(12)),
    "takes multicast loopback": optionOf((socket) => socket.setMulticastLoopback(false)),
    "refuses options before it is bound": optionOf((socket) => socket.setTTL(12), false),
    "refuses a group that is none": optionOf((socket) => socket.addMembership("10.0.0.1")),
    "is aborted by a signal": async (stage) => {
      const controller = new AbortController();
      const socket = await bound(stage, "socket", { type: "udp4", signal: controller.signal } as never);
      controller.abort();
      await event(socket, "close");
    },
    "closes while it sends": async (stage) => {
      const receiver = await bound(stage, "receiver");
      const sender = socketOf(stage, "sender");
      sender.send("hello", receiver.address().port, "127.0.0.1", () => sender.close());
      const [message] = await once(receiver, "message");
      await pause(2);
      return String(message);
    },
  },
};

const lookup =
  (name: string, options: dns.LookupOptions = {}): Scenario =>
  async () => [
    await failureOf(dns.promises.lookup(name, options)),
    await dns.promises.lookup(name, options).catch(() => null),
    await new Promise((resolve) =>
      dns.lookup(name, options as dns.LookupAllOptions, (error, address) =>
        resolve([error?.code ?? null, address ?? null]),
      ),
    ),
  ];

const invalid =
  (call: () => unknown): Scenario =>
  () =>
    failureOf(call);

export const dnsFacet: Facet = {
  name: "dns",
  scenarios: {
    ...resolvers,
    "looks up localhost over IPv4": lookup("localhost", { family: 4 }),
    "looks up an address": lookup("127.0.0.1"),
    "looks up an address of IPv6": lookup("::1"),
    "looks up all addresses of an address": lookup("127.0.0.1", { all: true }),
    "looks up all of localhost over IPv4": lookup("localhost", { all: true, family: 4 }),
    "looks up a name that is none": lookup("nobody.invalid"),
    "looks up a name that is none, all": lookup("nobody.invalid", { all: true }),
    "looks up a name that is too long": lookup(`${"x".repeat(70)}.invalid`),
    "answers later": async (stage) => {
      const answered = new Promise<void>((resolve) => {
        dns.lookup("127.0.0.1", () => {
          stage.note("order", "answer");
          resolve();
        });
      });
      stage.note("order", "asked");
      await answered;
    },
    "refuses a family that is none": invalid(() => dns.lookup("localhost", { family: 5 as never }, () => {})),
    "refuses hints that are none": invalid(() => dns.lookup("localhost", { hints: 1 << 20 }, () => {})),
    "refuses a name that is no text": invalid(() => dns.lookup(1 as never, () => {})),
    "refuses to look up without a callback": invalid(() =>
      (dns.lookup as unknown as (name: string) => void)("localhost"),
    ),
    "refuses a service without a port": invalid(() => dns.lookupService("127.0.0.1", -1, () => {})),
    "refuses a service of no address": invalid(() => dns.lookupService("nobody", 80, () => {})),
    "names a service": async () => (await dns.promises.lookupService("127.0.0.1", 22)).service,
    "names the host of a service": async () => (await dns.promises.lookupService("127.0.0.1", 22)).hostname,
    "refuses a record that is none": invalid(() => dns.resolve("localhost", "NONE" as never, () => {})),
    "refuses to reverse what is no address": invalid(() => dns.reverse("nobody", () => {})),
    "refuses servers that are none": invalid(() => dns.setServers(["nobody"])),
    "keeps the servers of a resolver": () => {
      const resolver = new dns.Resolver();
      resolver.setServers(["127.0.0.1", "[::1]:1053"]);
      return resolver.getServers();
    },
    "resolves names that are none": async () => {
      const names = ["bad..name", ".bad", "..", `${"x".repeat(64)}.invalid`, "x".repeat(300), `${"x.".repeat(130)}y`];
      const failures: unknown[] = [];
      for (const name of names)
        failures.push(await failureOf(dns.promises.resolve4(name)), await failureOf(dns.promises.resolveMx(name)));
      return failures;
    },
    "looks up a name that nobody has room for": lookup("x".repeat(300)),
  },
};
