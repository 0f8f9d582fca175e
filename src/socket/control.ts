/**
 * ioctl(2) on a socket, what signal-driven I/O is told of one, and what pictures show: the parts that all protocols share.
 *
 * Read first: socket(7), "Ioctls"; unix(7), udp(7), tcp(7). A protocol's own requests come first.
 */
import type { Errno } from "../abi/errno.ts";
import { FIONREAD, SIOCATMARK, SIOCOUTQ } from "../abi/ioctl.ts";
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLPRI, POLLRDHUP } from "../abi/poll.ts";
import { AF_INET6, AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../abi/socket.ts";
import type { FileDescription, ObjectDetails } from "../file/open-file.ts";
import type { AcceptQueue } from "./accept-queue.ts";
import { formatAddress } from "./address.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import type { RecordBuffer } from "./record-buffer.ts";
import { BOTH_SHUT, RECEIVE_SHUT } from "./shut.ts";
import type { Socket } from "./socket.ts";
import type { StreamBuffer } from "./stream-buffer.ts";

/** Is a socket of that type one that makes connections? */
function hasConnections(type: number): boolean {
  return type === SOCK_STREAM || type === SOCK_SEQPACKET;
}

/** FIONREAD, SIOCOUTQ, SIOCATMARK. ENOTTY: it has no such request; EINVAL: a listening socket has no bytes. */
export function ioctl(on: Socket, request: number, buffer: StreamBuffer | RecordBuffer): number | Errno {
  switch (request) {
    case FIONREAD:
      if (on.state === "listening") return "EINVAL";
      return "isAtMark" in buffer
        ? buffer.bytesToMark(on.options.oobInline)
        : buffer.dataBytes(on.type === SOCK_DGRAM ? "first" : "all");
    case SIOCOUTQ:
      return on.state === "listening" ? "EINVAL" : on.sendQueueBytes;
    // @rfc 9293 3.8.5 MUST-33
    case SIOCATMARK:
      if ("isAtMark" in buffer) return Number(buffer.isAtMark);
      return on.domain === AF_UNIX ? "EOPNOTSUPP" : "ENOTTY";
    default:
      return "ENOTTY";
  }
}

/** As lsof shows a socket of the Internet families, unless its protocol has its own way. */
export function describe({ requests, domain, protocol }: Socket): FileDescription {
  const remote = requests.remoteAddress();
  const local = formatAddress(requests.localAddress());
  const name = typeof remote === "string" ? local : `${local}->${formatAddress(remote)}`;
  const type = domain === AF_INET6 ? "IPv6" : "IPv4";
  return { type, node: protocol.name.replace(/6$/, "").toUpperCase(), name };
}

/** The readiness bits that follow from the buffers and the state of the connection. */
export function readiness(on: Socket, buffer: ReceiveBuffer): number {
  const { acceptQueue, state, shut, type } = on;
  let events = 0;
  if (!buffer.isEmpty || (acceptQueue !== null && acceptQueue.length > 0)) events |= POLLIN;
  if (state !== "listening" && on.isWritable) events |= POLLOUT;
  if (on.hasUrgent) events |= POLLPRI;
  if (on.hasError) events |= POLLERR;
  if (shut !== 0) {
    if ((shut & RECEIVE_SHUT) !== 0) events |= POLLIN | POLLRDHUP;
    if (shut === BOTH_SHUT) events |= POLLHUP;
  }
  if (hasConnections(type) && state === "unconnected") events |= POLLHUP;
  return events;
}

/** For pictures: the receive queue, or of a listening socket the connections that wait; and the socket at the other end. */
export function inspect(on: Socket): ObjectDetails {
  const { acceptQueue } = on;
  const peer = on.requests.peer?.() ?? null;
  return {
    ...(acceptQueue === null ? { bytes: { held: on.receiveQueueBytes, max: on.receiveLimitBytes } } : {}),
    ...(acceptQueue === null ? {} : { queue: requests(acceptQueue) }),
    ...(peer === null ? {} : { peer }),
  };
}

/** Who has connected: by the name of his socket, or by the process when it has none. */
function requests(queue: AcceptQueue): NonNullable<ObjectDetails["queue"]> {
  const entries = [...queue].map(({ requests: connection, peerCredentials }) => {
    const from = connection.remoteAddress();
    const name = typeof from === "string" ? "" : formatAddress(from);
    const who = peerCredentials === null ? "" : `process ${peerCredentials.pid}`;
    return `from ${[who, name].filter((part) => part !== "").join(", ")}`;
  });
  return { title: "connection requests", entries, max: queue.backlogMax + 1 };
}

/** Which of the events is news. */
export function band(on: Socket, events: number): number {
  if ((events & POLLPRI) !== 0) return POLLPRI;
  if ((events & POLLHUP) !== 0) {
    if (on.shut === BOTH_SHUT) return POLLHUP;
    return (on.shut & RECEIVE_SHUT) === 0 ? 0 : POLLIN;
  }
  if ((events & POLLERR) !== 0) return POLLERR;
  if ((events & POLLIN) !== 0) return POLLIN;
  // As sock_wake_async on Linux: room is news to who has asked for some.
  if (!on.isRoomNews || (events & POLLOUT) === 0) return 0;
  on.isRoomNews = false;
  return POLLOUT;
}
