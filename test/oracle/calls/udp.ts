/** Rows of the socket calls on UDP over loopback. The words are those of every socket: sockets.ts. */
import fc from "fast-check";
import * as netloom from "netloom";
import { Socket } from "netloom/kernel";
import { choice, type Row, row, rowOn } from "../row.ts";
import { socket as aSocket } from "../view.ts";
import { inet } from "./address.ts";
import {
  bind,
  connect,
  getpeername,
  getsockname,
  getsockopt,
  recvfrom,
  send,
  sendto,
  setsockopt,
  socket,
} from "./sockets.ts";

const { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC } = netloom;

const PORTS = [7001, 7002, 7003];
const MISSING = "10.9.9.9";

const endpoint = (address: fc.Arbitrary<string>, port: fc.Arbitrary<number>): fc.Arbitrary<netloom.InetEndpoint> =>
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

type Kind = readonly [domain: number, type: number, protocol: number];
const kinds = fc.oneof<fc.MaybeWeightedArbitrary<Kind>[]>(
  { weight: 12, arbitrary: fc.constant([AF_INET, SOCK_DGRAM, 0] as const) },
  { weight: 2, arbitrary: fc.constantFrom([AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 17] as const) },
  { weight: 1, arbitrary: fc.constantFrom([AF_INET, SOCK_DGRAM, 6] as const, [99, SOCK_DGRAM, 0] as const) },
);

/** Makes a socket. */
export const socketRow: Row = row("socket", 4, kinds, (kind) => socket(...kind));

/** Gives a socket its address. */
export const bindRow: Row = rowOn(aSocket, "bind", 5, fc.tuple(choice, local), ([fd, name], view) =>
  bind(view.fd(fd, aSocket), name),
);

/** Gives a socket its peer. */
export const connectRow: Row = rowOn(aSocket, "connect", 3, fc.tuple(choice, peer), ([chosen, drawn], view) => {
  const fd = view.fd(chosen, aSocket);
  const ops = view.file(fd)?.ops;
  const isConnected = ops instanceof Socket && typeof ops.requests.remoteAddress() !== "string";
  // COMPATIBILITY, "A connected socket whose next connect() fails".
  return connect(fd, isConnected ? inet("127.0.0.1", drawn.port) : drawn);
});

// Small ones, since a packet's true size is another in Linux: COMPATIBILITY, "Sockets", SO_SNDBUF and SO_RCVBUF.
/**
 * Not 65,508: with IP_PMTUDISC_PROBE Linux lets that through to lo, whose MTU of 65,536 no length in an IPv4 header can reach, and tells
 * itself by ICMP.
 */
const lengths = fc.constantFrom(0, 1, 7, 100, 1400, 65_509);

// MSG_PEEK only where it does not wait: COMPATIBILITY, "A reader that only looks wakes the next".
const PEEK = MSG_DONTWAIT | MSG_PEEK;
const flags = fc.constantFrom(0, 0, MSG_DONTWAIT, PEEK, MSG_TRUNC, PEEK | MSG_TRUNC);

const { SO_BROADCAST, SO_DOMAIN, SO_ERROR, SO_PROTOCOL, SO_REUSEADDR, SO_TYPE } = netloom;
const option = fc.constantFrom(SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ERROR, SO_BROADCAST, SO_REUSEADDR);
const settable = fc.tuple(fc.constantFrom(SO_BROADCAST, SO_REUSEADDR), fc.nat({ max: 1 }));

// SO_REUSEPORT is not among them: which of several sockets a datagram comes to is chance.
const IP_OPTIONS_OF_NUMBERS = [
  netloom.IP_TOS,
  netloom.IP_TTL,
  netloom.IP_HDRINCL,
  netloom.IP_RECVOPTS,
  netloom.IP_RETOPTS,
  netloom.IP_PKTINFO,
  netloom.IP_MTU_DISCOVER,
  netloom.IP_RECVERR,
  netloom.IP_RECVERR,
  netloom.IP_RECVTTL,
  netloom.IP_RECVTOS,
  netloom.IP_MTU,
  netloom.IP_FREEBIND,
  netloom.IP_RECVORIGDSTADDR,
  netloom.IP_MINTTL,
  netloom.IP_BIND_ADDRESS_NO_PORT,
  netloom.IP_MULTICAST_TTL,
  netloom.IP_MULTICAST_LOOP,
  netloom.IP_MULTICAST_ALL,
  60,
];
const ipOption = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant(netloom.IPPROTO_IP), fc.constantFrom(...IP_OPTIONS_OF_NUMBERS)) },
  { weight: 2, arbitrary: fc.constant([netloom.IPPROTO_UDP, netloom.UDP_CORK] as const) },
  { weight: 1, arbitrary: fc.constant([netloom.SOL_SOCKET, netloom.SO_NO_CHECK] as const) },
);
const ipValue = fc.constantFrom(-2, -1, 0, 0, 1, 1, 2, 3, 5, 6, 64, 255, 256, 1000);

export const udpRows: readonly Row[] = [
  socketRow,
  bindRow,
  connectRow,
  rowOn(aSocket, "sendto", 8, fc.tuple(choice, lengths, destination), ([fd, length, to], view) =>
    sendto(view.fd(fd, aSocket), { length, seed: view.step }, to),
  ),
  rowOn(aSocket, "send", 4, fc.tuple(choice, lengths), ([fd, length], view) =>
    send(view.fd(fd, aSocket), { length, seed: view.step }),
  ),
  rowOn(aSocket, "recvfrom", 10, fc.tuple(choice, fc.constantFrom(0, 5, 2000), flags), ([fd, count, flag], view) =>
    recvfrom(view.fd(fd, aSocket), count, flag),
  ),
  rowOn(aSocket, "getsockname", 3, choice, (fd, view) => getsockname(view.fd(fd, aSocket))),
  rowOn(aSocket, "getpeername", 2, choice, (fd, view) => getpeername(view.fd(fd, aSocket))),
  rowOn(aSocket, "getsockopt", 2, fc.tuple(choice, option), ([fd, name], view) =>
    getsockopt(view.fd(fd, aSocket), name),
  ),
  rowOn(aSocket, "getsockopt (ip)", 2, fc.tuple(choice, ipOption), ([fd, [level, name]], view) =>
    getsockopt(view.fd(fd, aSocket), name, level),
  ),
  rowOn(aSocket, "setsockopt (ip)", 3, fc.tuple(choice, ipOption, ipValue), ([fd, [level, name], value], view) =>
    setsockopt(view.fd(fd, aSocket), name, value, level),
  ),
  rowOn(aSocket, "setsockopt", 2, fc.tuple(choice, settable), ([fd, [name, value]], view) =>
    setsockopt(view.fd(fd, aSocket), name, value),
  ),
];
