/** Sockets: Unix-domain and Internet, streams and datagrams. */
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  type Endpoint,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Sys,
} from "netloom";
import {
  type Channel,
  type End,
  errnoOf,
  type Finding,
  observe,
  play,
  type Role,
  type Scene,
  scene,
  unlessFull,
  type Waiting,
} from "./channel.ts";

const PATH = { path: "/tmp/channel" } as const;

/** The end that a connected socket is. */
function socketEnd(sys: Sys, fd: number): End {
  return {
    sys,
    send: (data) => sys.send(fd, data),
    receive: async (room) => {
      const buffer = new Uint8Array(room);
      return buffer.subarray(0, await sys.recv(fd, buffer));
    },
    trySend: (data) => unlessFull(() => sys.send(fd, data, MSG_DONTWAIT)),
  };
}

/** The first process connects to the second one, which listens. */
function connected(stage: Scene, domain: number, type: number, server: Endpoint, first: Role, second: Role): void {
  const passive = async (sys: Sys): Promise<void> => {
    const s = sys.socket(domain, type);
    sys.bind(s, server);
    sys.listen(s, 5);
    const { fd } = await sys.accept(s);
    await second(socketEnd(sys, fd));
  };
  const active = async (sys: Sys): Promise<void> => {
    await sys.sleep(0.001);
    const s = sys.socket(domain, type);
    await sys.connect(s, server);
    await first(socketEnd(sys, s));
  };
  stage.second.spawn("passive", passive, { daemon: true });
  stage.first.spawn("active", active, { daemon: true });
}

/** Both bind; each sends to the other by its address. */
function addressed(stage: Scene, domain: number, one: Endpoint, other: Endpoint, first: Role, second: Role): void {
  const endpoint = (own: Endpoint, peer: Endpoint, act: Role) => {
    return async (sys: Sys): Promise<void> => {
      const s = sys.socket(domain, SOCK_DGRAM);
      sys.bind(s, own);
      await sys.sleep(0.001);
      await act({
        ...socketEnd(sys, s),
        send: (data) => sys.sendto(s, data, peer),
        trySend: (data) => unlessFull(() => sys.sendto(s, data, peer, MSG_DONTWAIT)),
      });
    };
  };
  stage.first.spawn("first", endpoint(one, other, first), { daemon: true });
  stage.second.spawn("second", endpoint(other, one, second), { daemon: true });
}

/** Binds and waits for whoever comes. */
const listening = (domain: number, type: number, address: Endpoint) => {
  return async (sys: Sys): Promise<void> => {
    const s = sys.socket(domain, type);
    sys.bind(s, address);
    if (type !== SOCK_DGRAM) sys.listen(s, 5);
  };
};
const connecting = (domain: number, type: number, address: Endpoint) => (sys: Sys) =>
  sys.connect(sys.socket(domain, type), address);

/** What a send answers on a socket that is not connected. */
async function unconnected(domain: number, type: number): Promise<Finding> {
  const code = await observe(async (sys) => errnoOf(() => sys.send(sys.socket(domain, type), "x", MSG_NOSIGNAL)));
  return { value: "connection-oriented", detail: `sending before connect() is ${code}` };
}

/** One socket sends to two others, naming each. */
async function namesEach(domain: number, from: Endpoint, to: readonly [Endpoint, Endpoint]): Promise<Finding> {
  const stage = scene();
  const got: string[] = [];
  for (const address of to) {
    const receiver = async (sys: Sys): Promise<void> => {
      const s = sys.socket(domain, SOCK_DGRAM);
      sys.bind(s, address);
      const buffer = new Uint8Array(10);
      const { bytes } = await sys.recvfrom(s, buffer);
      got.push(new TextDecoder().decode(buffer.subarray(0, bytes)));
    };
    stage.first.spawn("receiver", receiver);
  }
  stage.first.spawn("sender", async (sys) => {
    const s = sys.socket(domain, SOCK_DGRAM);
    sys.bind(s, from);
    await sys.sleep(0.01);
    for (const [index, address] of to.entries()) await sys.sendto(s, `to ${index}`, address);
  });
  await play(stage);
  if (got.sort().join() !== "to 0,to 1") throw new Error(`of two addressees these got something: ${got.join()}`);
  return { value: "connectionless", detail: "each message names its recipient" };
}

/** accept() and connect() of a listening socket. */
function acceptWaits(domain: number, type: number, address: Endpoint): readonly Waiting[] {
  return [
    {
      call: "accept",
      when: "no connection request is in the queue",
      scene: ({ first }) => {
        const lonely = async (sys: Sys): Promise<void> => {
          const s = sys.socket(domain, type);
          sys.bind(s, address);
          sys.listen(s, 1);
          await sys.accept(s);
        };
        first.spawn("passive", lonely, { daemon: true });
      },
    },
  ];
}

const unixStreamDrawing = `
  active                          passive
  socket                          socket, bind, listen
  connect ──▶ [ requests … ] ──▶ accept: a new socket
  send    ──▶ [ bytes …    ] ──▶ recv
  recv    ◀── [ bytes …    ] ◀── send`;

const unixStream: Channel = {
  name: "unix-stream",
  title: "Unix-domain stream socket",
  group: "streams",
  manual: "unix(7)",
  summary: "a connection between two processes of one host",
  drawing: unixStreamDrawing,
  open: (stage, first, second) => connected(stage, AF_UNIX, SOCK_STREAM, PATH, first, second),
  addressing: {
    text: "a path, or an abstract name",
    make: listening(AF_UNIX, SOCK_STREAM, PATH),
    join: connecting(AF_UNIX, SOCK_STREAM, PATH),
  },
  connection: () => unconnected(AF_UNIX, SOCK_STREAM),
  capacity: { unitBytes: 4096, of: "" },
  waits: acceptWaits(AF_UNIX, SOCK_STREAM, PATH),
};

const unixSeqpacket: Channel = {
  name: "unix-seqpacket",
  title: "Unix-domain sequenced packets",
  group: "messages",
  manual: "unix(7)",
  summary: "a connection that keeps the boundaries of messages",
  drawing: `
  active                          passive
  connect ──▶ [ requests … ] ──▶ accept
  send    ──▶ [ ▭ ▭ ▭      ] ──▶ recv
  recv    ◀── [ ▭ ▭        ] ◀── send`,
  open: (stage, first, second) => connected(stage, AF_UNIX, SOCK_SEQPACKET, PATH, first, second),
  addressing: {
    text: "a path, or an abstract name",
    make: listening(AF_UNIX, SOCK_SEQPACKET, PATH),
    join: connecting(AF_UNIX, SOCK_SEQPACKET, PATH),
  },
  connection: () => unconnected(AF_UNIX, SOCK_SEQPACKET),
  capacity: { unitBytes: 1000, of: "messages of 1,000 bytes" },
  waits: acceptWaits(AF_UNIX, SOCK_SEQPACKET, PATH),
};

const unixDatagram: Channel = {
  name: "unix-dgram",
  title: "Unix-domain datagram socket",
  group: "messages",
  manual: "unix(7)",
  summary: "messages between processes of one host; a sender waits rather than that one is lost",
  drawing: `
  process                    process
  socket                     socket, bind(path)
  sendto(path) ──▶ [ ▭ ▭ ] ──▶ recvfrom`,
  open: (stage, first, second) => addressed(stage, AF_UNIX, { path: "/tmp/first" }, PATH, first, second),
  addressing: {
    text: "a path, or an abstract name",
    make: listening(AF_UNIX, SOCK_DGRAM, PATH),
    join: connecting(AF_UNIX, SOCK_DGRAM, PATH),
  },
  connection: () => namesEach(AF_UNIX, { path: "/tmp/from" }, [PATH, { path: "/tmp/other" }]),
  capacity: { unitBytes: 1000, of: "messages of 1,000 bytes" },
};

const at = (address: string, port: number): Endpoint => ({ address, port });

const udp: Channel = {
  name: "udp",
  title: "Internet datagram socket (UDP)",
  group: "messages",
  manual: "udp(7), RFC 768",
  summary: "messages between processes of any two hosts, as well as the network can",
  drawing: `
  process                      network                       process
  sendto(address, port) ──▶ [ ▭ ] ╌ ▭ ╌ ▭ ╌ [ ▭ ▭ ] ──▶ recvfrom
                       send buffer           receive buffer`,
  isNetwork: true,
  capacity: { unitBytes: 1000, of: "messages of 1,000 bytes in the receive buffer", isLossy: true },
  open: (stage, first, second) => addressed(stage, AF_INET, at("10.0.0.1", 5000), at("10.0.0.2", 5000), first, second),
  addressing: {
    text: "an Internet address and a port",
    make: listening(AF_INET, SOCK_DGRAM, at("0.0.0.0", 5000)),
    join: async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      await sys.connect(s, at("10.0.0.2", 5000));
      await sys.send(s, "x");
    },
  },
  connection: () => namesEach(AF_INET, at("127.0.0.1", 4000), [at("127.0.0.1", 5000), at("127.0.0.1", 6000)]),
};

/** TCP over one of the two families; the other host's address is what connects. */
const tcpOver = (
  about: Pick<Channel, "name" | "title" | "summary">,
  domain: number,
  any: string,
  peer: string,
  own: string,
): Channel => ({
  ...about,
  group: "streams",
  manual: "tcp(7), RFC 9293",
  drawing: `
  active                        network                        passive
  socket                                                       socket, bind, listen
  connect ──▶ SYN ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ [ requests … ] ──▶ accept: a new socket
  send ──▶ [ bytes … ] ╌ segments ╌ ACKs ╌ [ bytes … ] ──▶ recv
  recv ◀── [ bytes … ] ╌ ACKs ╌ segments ╌ [ bytes … ] ◀── send`,
  isNetwork: true,
  open: (stage, first, second) => connected(stage, domain, SOCK_STREAM, at(peer, 5000), first, second),
  addressing: {
    text: "an Internet address and a port",
    make: listening(domain, SOCK_STREAM, at(any, 5000)),
    join: connecting(domain, SOCK_STREAM, at(peer, 5000)),
  },
  connection: () => unconnected(domain, SOCK_STREAM),
  capacity: { unitBytes: 4096, of: "" },
  waits: [
    ...acceptWaits(domain, SOCK_STREAM, at(own, 5000)),
    {
      call: "connect",
      when: "the request has not been answered",
      scene: ({ first }) => {
        const asks = async (sys: Sys): Promise<void> => {
          // Nobody listens: the answer, when it comes, is a refusal.
          await errnoOf(() => connecting(domain, SOCK_STREAM, at(peer, 5000))(sys));
        };
        first.spawn("active", asks, { daemon: true });
      },
    },
  ],
});

const tcp = tcpOver(
  {
    name: "tcp",
    title: "Internet stream socket (TCP)",
    summary: "a reliable connection between processes of any two hosts",
  },
  AF_INET,
  "0.0.0.0",
  "10.0.0.2",
  "127.0.0.1",
);
const tcp6 = tcpOver(
  {
    name: "tcp6",
    title: "Internet stream socket over IPv6 (TCP)",
    summary: "the same over the other address family; a socket bound to :: serves both",
  },
  AF_INET6,
  "::",
  "fd00::2",
  "::1",
);

const PROTOCOL = 253; // RFC 3692: for experiments
const IP_HEADER_BYTES = 20;

/** An end without ports: every raw socket of the protocol gets a copy, with its IP header. */
function rawEnd(sys: Sys, peer: string): End {
  const s = sys.socket(AF_INET, SOCK_RAW, PROTOCOL);
  return {
    sys,
    send: (data) => sys.sendto(s, data, at(peer, 0)),
    receive: async (room) => {
      const buffer = new Uint8Array(IP_HEADER_BYTES + room);
      return buffer.subarray(IP_HEADER_BYTES, await sys.recv(s, buffer));
    },
    trySend: (data) => unlessFull(() => sys.sendto(s, data, at(peer, 0), MSG_DONTWAIT)),
  };
}

const rawIp: Channel = {
  name: "raw",
  title: "Raw IP socket",
  group: "messages",
  manual: "raw(7)",
  summary: "datagrams of a protocol number, without a transport in between: for root",
  drawing: `
  process                      network                       process
  sendto(address) ──▶ IP header + data ╌ ▭ ╌ ▭ ╌ [ ▭ ▭ ] ──▶ recv: IP header + data
                     protocol 253                 a copy for every socket of protocol 253`,
  isNetwork: true,
  capacity: { unitBytes: 1000, of: "messages of 1,000 bytes in the receive buffer", isLossy: true },
  open(stage, first, second) {
    const party = (peer: string, role: Role) => {
      return async (sys: Sys): Promise<void> => {
        const end = rawEnd(sys, peer);
        await sys.sleep(0.001);
        await role(end);
      };
    };
    stage.first.spawn("first", party("10.0.0.2", first), { daemon: true });
    stage.second.spawn("second", party("10.0.0.1", second), { daemon: true });
  },
  addressing: { text: "an Internet address and a protocol" },
  connection: async () => {
    await observe(async (sys) => {
      const end = rawEnd(sys, "127.0.0.1");
      await end.send(Uint8Array.of(1));
      await end.receive(1);
    });
    return { value: "connectionless", detail: "each message names its recipient" };
  },
  own: {
    parties: async () => {
      const stage = scene();
      let code = "";
      const program = async (sys: Sys): Promise<void> => {
        code = await errnoOf(() => rawEnd(sys, "127.0.0.1"));
      };
      stage.first.spawn("stranger", program, { uid: 1000 });
      await play(stage);
      if (code !== "EPERM") throw new Error(`a raw socket of another than root is ${code}`);
      return { value: "processes of any host", detail: `of root; for others socket() is ${code}` };
    },
  },
};

export const sockets: readonly Channel[] = [unixStream, tcp, tcp6, unixSeqpacket, unixDatagram, udp, rawIp];
