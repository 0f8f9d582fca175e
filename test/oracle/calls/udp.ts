/** Rows of the socket calls, on UDP over loopback: socket(2), bind(2), connect(2), sendto(2), recvfrom(2) and kin. */
import fc from "fast-check";
import * as netloom from "netloom";
import { Socket } from "netloom/kernel";
import { choice, hashOf, hex, pattern, type Row, row, unhex } from "../row.ts";
import { SYS } from "./numbers.ts";

const { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC } = netloom;

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const PORTS = [7001, 7002, 7003];
const EPHEMERAL_FIRST = 32_768;
const MISSING = "10.9.9.9";

const endpoint = (address: fc.Arbitrary<string>, port: fc.Arbitrary<number>): fc.Arbitrary<Endpoint> =>
  fc.record({ address, port });

const local = endpoint(
  fc.oneof(
    { weight: 9, arbitrary: fc.constant("127.0.0.1") },
    { weight: 2, arbitrary: fc.constantFrom("0.0.0.0", "127.0.0.2") },
    { weight: 1, arbitrary: fc.constant(MISSING) },
  ),
  fc.constantFrom(...PORTS, ...PORTS, 0),
);
const remoteAddress = fc.oneof(
  { weight: 8, arbitrary: fc.constant("127.0.0.1") },
  { weight: 1, arbitrary: fc.constantFrom("127.0.0.2", "0.0.0.0", MISSING) },
);
const destination = endpoint(
  remoteAddress,
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PORTS) }, { weight: 1, arbitrary: fc.constant(0) }),
);
// Without port 0: COMPATIBILITY, "A peer with port 0".
const peer = endpoint(remoteAddress, fc.constantFrom(...PORTS));

/** struct sockaddr_in. The port and the address are in network byte order. */
function sockaddr({ address, port }: Endpoint): string {
  const bytes = [...hexBytes(port), ...address.split(".").map(Number)];
  return hex([2, ...bytes.map(() => 1), 8], [AF_INET, ...bytes, 0]);
}

const hexBytes = (port: number): number[] => [port >> 8, port & 0xff];
const ROOM = hex([8, 8], []);
const ROOM_LENGTH = hex([4], [16]);

/** What the kernel chooses differs from kernel to kernel: only that it has chosen is compared. */
function endpointText({ address, port }: Endpoint): string {
  return `${address}:${port >= EPHEMERAL_FIRST ? "ephemeral" : port}`;
}

function parseSockaddr(text: string | undefined): Endpoint {
  const bytes = unhex(text);
  return { address: bytes.subarray(4, 8).join("."), port: bytes.readUInt16BE(2) };
}

const cText = ({ address, port }: Endpoint): string => `address("${address}", ${port})`;
const sysText = ({ address, port }: Endpoint): string => `{ address: "${address}", port: ${port} }`;

const kinds = fc.oneof(
  { weight: 12, arbitrary: fc.constant([AF_INET, SOCK_DGRAM, 0] as const) },
  { weight: 2, arbitrary: fc.constantFrom([AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 17] as const) },
  { weight: 1, arbitrary: fc.constantFrom([AF_INET, SOCK_DGRAM, 6] as const, [99, SOCK_DGRAM, 0] as const) },
);

/** A row of a call on a socket: where there is none it is seldom drawn, as then nothing but ENOTSOCK comes of it. */
const onSocket: typeof row = (name, weight, args, call) =>
  row(name, weight, args, (drawn, view) => (view.has("socket") || view.step % 8 === 0 ? call(drawn, view) : undefined));

/** Makes a socket. */
export const socket: Row = row("socket", 4, kinds, ([domain, type, protocol]) => ({
  text: `socket(${domain}, ${type}, ${protocol})`,
  linux: [SYS.socket, domain, type, protocol],
  netloom: (sys) => sys.socket(domain, type, protocol),
}));

/** Gives a socket its address. */
export const bind: Row = onSocket("bind", 5, fc.tuple(choice, local), ([chosen, name], view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `bind(${fd}, ${cText(name)}, 16)`,
    sysText: `bind(${fd}, ${sysText(name)})`,
    linux: [SYS.bind, fd, sockaddr(name), 16],
    netloom: (sys) => {
      sys.bind(fd, name);
      return 0;
    },
  };
});

/** Gives a socket its peer. */
export const connect: Row = onSocket("connect", 3, fc.tuple(choice, peer), ([chosen, drawn], view) => {
  const fd = view.fd(chosen, "socket");
  const file = view.worker.process.descriptors.get(fd);
  const isConnected = file?.ops instanceof Socket && typeof file.ops.requests.remoteAddress() !== "string";
  // COMPATIBILITY, "A connected socket whose next connect() fails".
  const to = isConnected ? { address: "127.0.0.1", port: drawn.port } : drawn;
  return {
    text: `connect(${fd}, ${cText(to)}, 16)`,
    sysText: `connect(${fd}, ${sysText(to)})`,
    linux: [SYS.connect, fd, sockaddr(to), 16],
    netloom: async (sys) => {
      await sys.connect(fd, to);
      return 0;
    },
  };
});

// Small ones, since a packet's true size is another in Linux: COMPATIBILITY, "Sockets", SO_SNDBUF and SO_RCVBUF.
const lengths = fc.constantFrom(0, 1, 7, 100, 1400, 65_508);

const sendto = onSocket("sendto", 8, fc.tuple(choice, lengths, destination), ([chosen, count, to], view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `sendto(${fd}, bytes, ${count}, 0, ${cText(to)}, 16)`,
    sysText: `sendto(${fd}, new Uint8Array(${count}), ${sysText(to)})`,
    linux: [SYS.sendto, fd, `w${count}:${view.step}`, count, 0, sockaddr(to), 16],
    netloom: (sys) => sys.sendto(fd, pattern(count, view.step), to),
  };
});

const send = onSocket("send", 4, fc.tuple(choice, lengths), ([chosen, count], view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `send(${fd}, bytes, ${count}, 0)`,
    sysText: `send(${fd}, new Uint8Array(${count}))`,
    linux: [SYS.sendto, fd, `w${count}:${view.step}`, count, 0, 0, 0],
    netloom: (sys) => sys.send(fd, pattern(count, view.step)),
  };
});

// MSG_PEEK only where it does not wait: COMPATIBILITY, "A reader that only looks wakes the next".
const PEEK = MSG_DONTWAIT | MSG_PEEK;
const flags = fc.constantFrom(0, 0, MSG_DONTWAIT, PEEK, MSG_TRUNC, PEEK | MSG_TRUNC);

const recvfrom = onSocket("recvfrom", 10, fc.tuple(choice, fc.constantFrom(0, 5, 2000), flags), (args, view) => {
  const [chosen, count, flag] = args;
  const fd = view.fd(chosen, "socket");
  return {
    text: `recvfrom(${fd}, buffer, ${count}, ${flag}, &address, &length)`,
    sysText: `recvfrom(${fd}, new Uint8Array(${count}), ${flag})`,
    linux: [SYS.recvfrom, fd, `r${count}`, count, flag, ROOM, ROOM_LENGTH],
    netloom: async (sys) => {
      const buffer = new Uint8Array(count);
      const { bytes, source } = await sys.recvfrom(fd, buffer, flag);
      return received(bytes, hashOf(buffer.subarray(0, bytes)), source as Endpoint);
    },
    outcome: ({ result, memory }) => received(result, memory[0] as string, parseSockaddr(memory[1])),
  };
});

function received(count: number, hash: string, source: Endpoint): string {
  return `${count} bytes ${hash} from ${endpointText(source)}`;
}

const getsockname = onSocket("getsockname", 3, choice, (chosen, view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `getsockname(${fd}, &address, &length)`,
    sysText: `getsockname(${fd})`,
    linux: [SYS.getsockname, fd, ROOM, ROOM_LENGTH],
    netloom: (sys) => endpointText(sys.getsockname(fd) as Endpoint),
    outcome: ({ memory }) => endpointText(parseSockaddr(memory[0])),
  };
});

const getpeername = onSocket("getpeername", 2, choice, (chosen, view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `getpeername(${fd}, &address, &length)`,
    sysText: `getpeername(${fd})`,
    linux: [SYS.getpeername, fd, ROOM, ROOM_LENGTH],
    netloom: (sys) => endpointText(sys.getpeername(fd) as Endpoint),
    outcome: ({ memory }) => endpointText(parseSockaddr(memory[0])),
  };
});

const { SOL_SOCKET, SO_BROADCAST, SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_REUSEADDR, SO_TYPE } = netloom;
const option = fc.constantFrom(SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ERROR, SO_BROADCAST, SO_REUSEADDR);

const getsockopt = onSocket("getsockopt", 2, fc.tuple(choice, option), ([chosen, name], view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `getsockopt(${fd}, SOL_SOCKET, ${name}, &value, &length)`,
    sysText: `getsockopt(${fd}, SOL_SOCKET, ${name})`,
    linux: [SYS.getsockopt, fd, SOL_SOCKET, name, hex([4], [0]), hex([4], [4])],
    netloom: (sys) => sys.getsockopt(fd, SOL_SOCKET, name),
    outcome: ({ memory }) => String(unhex(memory[0]).readInt32LE(0)),
  };
});

const settable = fc.tuple(fc.constantFrom(SO_BROADCAST, SO_REUSEADDR), fc.nat({ max: 1 }));

const setsockopt = onSocket("setsockopt", 2, fc.tuple(choice, settable), ([chosen, [name, value]], view) => {
  const fd = view.fd(chosen, "socket");
  return {
    text: `setsockopt(${fd}, SOL_SOCKET, ${name}, &(int){${value}}, 4)`,
    sysText: `setsockopt(${fd}, SOL_SOCKET, ${name}, ${value})`,
    linux: [SYS.setsockopt, fd, SOL_SOCKET, name, hex([4], [value]), 4],
    netloom: (sys) => {
      sys.setsockopt(fd, SOL_SOCKET, name, value);
      return 0;
    },
  };
});

export const udpRows: readonly Row[] = [
  socket,
  bind,
  connect,
  sendto,
  send,
  recvfrom,
  getsockname,
  getpeername,
  getsockopt,
  setsockopt,
];
