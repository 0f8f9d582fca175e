/** Rows of the socket calls on Unix-domain sockets of one type. The words are in sockets.ts and messages.ts. */
import fc from "fast-check";
import * as netloom from "netloom";
import { choice, type Row, row, rowOn } from "../row.ts";
import { socket as aSocket, type Wish } from "../view.ts";
import { unix } from "./address.ts";
import { unlink } from "./files.ts";
import { recvmsg, sendmsg } from "./messages.ts";
import {
  accept4,
  bind,
  connect,
  getpeername,
  getsockname,
  getsockopt,
  listen,
  recv,
  recvfrom,
  send,
  sendto,
  setsockopt,
  shutdown,
  socket,
  socketpair,
} from "./sockets.ts";

const { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_SEQPACKET, SOCK_STREAM } = netloom;
const { MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_CMSG_CLOEXEC } = netloom;
const { SO_ACCEPTCONN, SO_DOMAIN, SO_ERROR, SO_PASSCRED, SO_PROTOCOL, SO_TYPE } = netloom;

const name = fc
  .oneof(
    { weight: 12, arbitrary: fc.constantFrom("s", "s", "\0x", "t") },
    { weight: 2, arbitrary: fc.constantFrom("none/s", "\0y", "p".repeat(108)) },
  )
  .map(unix);
const ownName = fc.oneof({ weight: 9, arbitrary: name }, { weight: 1, arbitrary: fc.constant(unix("")) });

/** Up to what fills a send buffer, and what does not fit. */
const lengths = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 1, 7, 100, 1400, 4096) },
  { weight: 2, arbitrary: fc.constantFrom(32_768, 65_536, 100_000, 212_992) },
);
const counts = fc.constantFrom(0, 1, 5, 50, 2000, 70_000);

const PEEK = MSG_PEEK | MSG_DONTWAIT;
const receiveFlags = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 0, MSG_DONTWAIT) },
  // MSG_PEEK only where it does not wait: COMPATIBILITY, "A reader that only looks wakes the next".
  { weight: 3, arbitrary: fc.constantFrom(PEEK, MSG_TRUNC, PEEK | MSG_TRUNC, MSG_WAITALL) },
);
const sendFlags = fc.constantFrom(0, 0, MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL);

/** Not sockets: the collector of those in flight runs at other times, COMPATIBILITY. They have scenes of their own. */
const passable: Wish = (file) => !aSocket(file);

/** A listening socket, or one that could be. */
const listening: Wish = ({ ops }) => ops instanceof Object && "acceptQueue" in ops && ops.acceptQueue !== null;

export interface UnixRows {
  /** A socket, and a pair of them. */
  readonly make: Row;
  readonly pair: Row;
  readonly bind: Row;
  readonly listen: Row;
  readonly all: readonly Row[];
}

/** Rows about sockets of that type, and a few others. */
export function unixRows(type: number): UnixRows {
  const types = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(type, type, type | SOCK_NONBLOCK, type | SOCK_CLOEXEC) },
    { weight: 1, arbitrary: fc.constantFrom(SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, 9) },
  );
  const connects = type !== SOCK_DGRAM;
  const make = row("socket", 3, types, (drawn) => socket(AF_UNIX, drawn));
  const pair = row("socketpair", 2, types, (drawn) => socketpair(AF_UNIX, drawn));
  const bindRow = rowOn(aSocket, "bind", 3, fc.tuple(choice, ownName), ([fd, to], view) =>
    bind(view.fd(fd, aSocket), to),
  );
  const listenRow = rowOn(
    aSocket,
    "listen",
    connects ? 3 : 1,
    fc.tuple(choice, fc.constantFrom(0, 1, 5)),
    ([fd, n], view) => listen(view.fd(fd, aSocket), n),
  );
  const all: Row[] = [
    make,
    pair,
    bindRow,
    listenRow,
    rowOn(aSocket, "connect", connects ? 8 : 4, fc.tuple(choice, name), ([fd, to], view) =>
      connect(view.fd(fd, aSocket), to),
    ),
    rowOn(
      aSocket,
      "accept4",
      connects ? 6 : 1,
      fc.tuple(choice, fc.constantFrom(0, 0, SOCK_NONBLOCK, 1)),
      ([fd, flags], view) => accept4(view.fd(fd, view.has(listening) ? listening : aSocket), flags),
    ),
    rowOn(aSocket, "shutdown", 2, fc.tuple(choice, fc.constantFrom(0, 1, 1, 2, 3)), ([fd, how], view) =>
      shutdown(view.fd(fd, aSocket), how),
    ),
    rowOn(aSocket, "send", 8, fc.tuple(choice, lengths, sendFlags), ([fd, length, flags], view) =>
      send(view.fd(fd, aSocket), { length, seed: view.step }, flags),
    ),
    rowOn(
      aSocket,
      "sendto",
      connects ? 1 : 8,
      fc.tuple(choice, lengths, name, sendFlags),
      ([fd, length, to, flags], view) => sendto(view.fd(fd, aSocket), { length, seed: view.step }, to, flags),
    ),
    rowOn(
      aSocket,
      "sendmsg",
      4,
      fc.tuple(choice, lengths, fc.array(choice, { maxLength: 2 }), sendFlags),
      (args, view) => {
        const [fd, length, fds, flags] = args;
        const rights = fds
          .map((chosen) => view.fd(chosen, passable))
          .filter((each) => view.file(each)?.ops !== undefined);
        if (rights.some((each) => aSocket(view.file(each) as never))) return undefined;
        return sendmsg(view.fd(fd, aSocket), { length, seed: view.step }, rights.length === 0 ? {} : { rights }, flags);
      },
    ),
    rowOn(aSocket, "recv", 6, fc.tuple(choice, counts, receiveFlags), ([fd, count, flags], view) =>
      recv(view.fd(fd, aSocket), count, flags),
    ),
    rowOn(aSocket, "recvfrom", 4, fc.tuple(choice, counts, receiveFlags), ([fd, count, flags], view) =>
      recvfrom(view.fd(fd, aSocket), count, flags),
    ),
    rowOn(
      aSocket,
      "recvmsg",
      6,
      fc.tuple(choice, counts, receiveFlags, fc.constantFrom(64, 64, 64, 0), fc.constantFrom(0, 0, MSG_CMSG_CLOEXEC)),
      ([fd, count, flags, controlBytes, more], view) =>
        recvmsg(view.fd(fd, aSocket), count, flags | more, controlBytes),
    ),
    rowOn(aSocket, "getsockname", 2, choice, (fd, view) => getsockname(view.fd(fd, aSocket))),
    rowOn(aSocket, "getpeername", 2, choice, (fd, view) => getpeername(view.fd(fd, aSocket))),
    rowOn(
      aSocket,
      "getsockopt",
      3,
      fc.tuple(
        choice,
        fc.constantFrom(SO_ACCEPTCONN, SO_DOMAIN, SO_ERROR, SO_ERROR, SO_PASSCRED, SO_PROTOCOL, SO_TYPE),
      ),
      ([fd, option], view) => getsockopt(view.fd(fd, aSocket), option),
    ),
    rowOn(aSocket, "setsockopt", 1, fc.tuple(choice, fc.nat({ max: 1 })), ([fd, value], view) =>
      setsockopt(view.fd(fd, aSocket), SO_PASSCRED, value),
    ),
    row("unlink", 1, fc.constantFrom("s", "t"), unlink),
  ];
  return { make, pair, bind: bindRow, listen: listenRow, all };
}
