/**
 * getsockopt(2) and setsockopt(2). Read first: socket(7), unix(7).
 */
import { ERRNO, type Errno } from "../../abi/errno.ts";
import { POLLOUT } from "../../abi/poll.ts";
import {
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_PASSCRED,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SO_TYPE,
  SOL_SOCKET,
} from "../../abi/socket.ts";
import type { Credentials } from "../../socket/ancillary.ts";
import { BUFFER_MAX_BYTES, RECEIVE_BUFFER_MIN_BYTES, SEND_BUFFER_MIN_BYTES, type Socket } from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { socketOf } from "./sockets.ts";

/** What SO_PEERCRED tells of a socket without a peer: nobody. */
const NOBODY: Credentials = { pid: 0, uid: -1, gid: -1 };

/** getsockopt(2) for the options of SOL_SOCKET that hold a number. ENOPROTOOPT. */
export function getsockopt(process: Process, fd: number, level: number, option: number): number | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  return level === SOL_SOCKET ? get(found, option) : "ENOPROTOOPT";
}

/** getsockopt(2) for SO_PEERCRED. */
export function peerCredentials(process: Process, fd: number): Credentials | Errno {
  const found = socketOf(process, fd);
  return typeof found === "string" ? found : (found.peerCredentials ?? NOBODY);
}

/**
 * setsockopt(2). ENOPROTOOPT; EINVAL for a value that is no integer. Buffer sizes are doubled and clamped (socket(7)).
 * Timeouts are in seconds, with a fraction.
 */
export function setsockopt(process: Process, fd: number, level: number, option: number, value: number): 0 | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (level !== SOL_SOCKET) return "ENOPROTOOPT";
  if (option === SO_RCVTIMEO || option === SO_SNDTIMEO) return setTimeout(found, option, value);
  return Number.isInteger(value) ? set(found, option, value) : "EINVAL";
}

function get(on: Socket, option: number): number | Errno {
  switch (option) {
    case SO_TYPE:
      return on.type;
    case SO_DOMAIN:
      return on.domain;
    case SO_PROTOCOL:
      return on.protocol.protocol;
    case SO_ERROR: {
      const error = on.takeError();
      return error === null ? 0 : ERRNO[error];
    }
    case SO_SNDBUF:
      return on.sendLimitBytes;
    case SO_RCVBUF:
      return on.receiveLimitBytes;
    case SO_RCVTIMEO:
      return seconds(on.receiveTimeoutNs);
    case SO_SNDTIMEO:
      return seconds(on.sendTimeoutNs);
    case SO_ACCEPTCONN:
      return Number(on.state === "listening");
    case SO_PASSCRED:
      return Number(on.passCredentials);
    case SO_BROADCAST:
      return Number(on.broadcast);
    case SO_REUSEADDR:
      return Number(on.reuseAddress);
    default:
      return "ENOPROTOOPT";
  }
}

function set(on: Socket, option: number, value: number): 0 | Errno {
  switch (option) {
    case SO_SNDBUF:
      on.sendLimitBytes = doubled(value, SEND_BUFFER_MIN_BYTES);
      on.waiters.wake(POLLOUT);
      return 0;
    case SO_RCVBUF:
      on.receiveLimitBytes = doubled(value, RECEIVE_BUFFER_MIN_BYTES);
      return 0;
    case SO_PASSCRED:
      on.passCredentials = value !== 0;
      return 0;
    case SO_BROADCAST:
      on.broadcast = value !== 0;
      return 0;
    case SO_REUSEADDR:
      on.reuseAddress = value !== 0;
      return 0;
    default:
      return "ENOPROTOOPT";
  }
}

/** socket(7): the kernel doubles the value to allow for its own overhead; net.core.[rw]mem_max bounds it. */
function doubled(value: number, minBytes: number): number {
  return Math.max(Math.min(value >>> 0, BUFFER_MAX_BYTES) * 2, minBytes);
}

/** As sock_set_timeout on Linux: 0 waits for ever, and a negative time not at all. */
function setTimeout(on: Socket, option: number, value: number): 0 | Errno {
  if (typeof value !== "number" || Number.isNaN(value)) return "EINVAL";
  const timeoutNs = value === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.round(value * 1e9));
  if (option === SO_RCVTIMEO) on.receiveTimeoutNs = timeoutNs;
  else on.sendTimeoutNs = timeoutNs;
  return 0;
}

function seconds(timeoutNs: number): number {
  return timeoutNs === Number.POSITIVE_INFINITY ? 0 : timeoutNs / 1e9;
}
