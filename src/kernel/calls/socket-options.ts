/**
 * getsockopt(2) and setsockopt(2). Read first: socket(7), unix(7).
 *
 * The options of SOL_SOCKET that the socket layer knows are handled here, the others, and all other levels, by the protocol.
 */
import { ERRNO, type Errno } from "../../abi/errno.ts";
import { POLLOUT } from "../../abi/poll.ts";
import * as abi from "../../abi/socket.ts";
import type { Credentials } from "../../socket/ancillary.ts";
import type { GenericOptions } from "../../socket/generic-options.ts";
import { type Linger, type OptionValue, type Text, text } from "../../socket/option.ts";
import { RECEIVE_BUFFER_MIN_BYTES, SEND_BUFFER_MIN_BYTES } from "../../socket/settings.ts";
import type { Socket } from "../../socket/socket.ts";
import type { Process } from "../process.ts";
import { socketOf } from "./sockets.ts";

/** What SO_PEERCRED tells of a socket without a peer: nobody. */
const NOBODY: Credentials = { pid: 0, uid: -1, gid: -1 };
/** The highest priority that is not only root's: TC_PRIO_INTERACTIVE. */
const PRIORITY_MAX = 6;
const INT_MAX = 0x7fff_ffff;
/** IFNAMSIZ less the NUL. */
const DEVICE_MAX_CHARACTERS = 15;

/** getsockopt(2). ENOPROTOOPT; EOPNOTSUPP: no such level. */
export function getsockopt(process: Process, fd: number, level: number, option: number): OptionValue | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  const known = level === abi.SOL_SOCKET ? get(found, option) : undefined;
  const value = known ?? found.requests.getsockopt?.(level, option) ?? "ENOPROTOOPT";
  return value === "ENOPROTOOPT" && !hasLevel(found, level, true) ? "EOPNOTSUPP" : value;
}

/**
 * setsockopt(2). ENOPROTOOPT; EOPNOTSUPP: no such level; EINVAL: the value is not of the option's type; EPERM. Buffer sizes are doubled and clamped
 * (socket(7)). Timeouts are in seconds, with a fraction.
 */
export function setsockopt(process: Process, fd: number, level: number, option: number, value: OptionValue): 0 | Errno {
  const found = socketOf(process, fd);
  if (typeof found === "string") return found;
  if (!isOptionValue(value)) return "EINVAL";
  const known = level === abi.SOL_SOCKET ? set(process, found, option, value) : undefined;
  const result = known ?? found.requests.setsockopt?.(process, level, option, value) ?? "ENOPROTOOPT";
  return result === "ENOPROTOOPT" && !hasLevel(found, level, false) ? "EOPNOTSUPP" : result;
}

/**
 * Does Linux know the level, though not the option? Unix-domain sockets have that of sockets alone (sock_no_setsockopt); of IPv4 only
 * who asks is told that there is no such level (do_ip_getsockopt), and of other families nobody is.
 */
function hasLevel({ domain, type, protocol }: Socket, level: number, isAsked: boolean): boolean {
  if (level === abi.SOL_SOCKET) return true;
  if (domain !== abi.AF_INET) return domain !== abi.AF_UNIX;
  if (!isAsked || level === abi.IPPROTO_IP) return true;
  return level === (type === abi.SOCK_RAW ? abi.SOL_RAW : protocol.protocol);
}

/** Is it of a type that an option can have? A number is an int of C; that of a time may have a fraction. */
export function isOptionValue(value: unknown): value is OptionValue {
  return typeof value === "number" ? !Number.isNaN(value) : typeof value === "object" && value !== null;
}

function get(on: Socket, option: number): OptionValue | undefined {
  switch (option) {
    case abi.SO_TYPE:
      return on.type;
    case abi.SO_DOMAIN:
      return on.domain;
    case abi.SO_PROTOCOL:
      return on.protocol.protocol;
    case abi.SO_ERROR: {
      const error = on.takeError();
      return error === null ? 0 : ERRNO[error];
    }
    case abi.SO_SNDBUF:
      return on.sendLimitBytes;
    case abi.SO_RCVBUF:
      return on.receiveLimitBytes;
    case abi.SO_RCVTIMEO:
      return seconds(on.receiveTimeoutNs);
    case abi.SO_SNDTIMEO:
      return seconds(on.sendTimeoutNs);
    case abi.SO_ACCEPTCONN:
      return Number(on.state === "listening");
    case abi.SO_PEERCRED:
      return { ...(on.peerCredentials ?? NOBODY) };
    case abi.SO_PASSCRED:
      return Number(on.passCredentials);
    case abi.SO_BROADCAST:
      return Number(on.broadcast);
    case abi.SO_REUSEADDR:
      return Number(on.reuseAddress);
    default:
      return getShared(on, option);
  }
}

function getShared({ options }: Socket, option: number): OptionValue | undefined {
  switch (option) {
    case abi.SO_DEBUG:
      return Number(options.debug);
    case abi.SO_DONTROUTE:
      return Number(options.dontRoute);
    case abi.SO_KEEPALIVE:
      return Number(options.keepAlive);
    case abi.SO_LINGER:
      return { ...options.linger };
    case abi.SO_OOBINLINE:
      return Number(options.oobInline);
    case abi.SO_PRIORITY:
      return options.priority;
    case abi.SO_MARK:
      return options.mark;
    case abi.SO_REUSEPORT:
      return Number(options.reusePort);
    case abi.SO_TIMESTAMP:
      return Number(options.timestamp === "microseconds");
    case abi.SO_TIMESTAMPNS:
      return Number(options.timestamp === "nanoseconds");
    case abi.SO_RCVLOWAT:
      return options.receiveLowWaterBytes;
    case abi.SO_SNDLOWAT:
      return 1;
    case abi.SO_BINDTODEVICE:
      return text(options.device);
    default:
      return undefined;
  }
}

/** Undefined: it is an option that the socket layer does not know. */
function set(process: Process, on: Socket, option: number, value: OptionValue): 0 | Errno | undefined {
  if (option === abi.SO_LINGER || option === abi.SO_BINDTODEVICE) return setRecord(process, on, option, value);
  if (option === abi.SO_SNDBUFFORCE || option === abi.SO_RCVBUFFORCE) return forceBuffer(process, on, option, value);
  if (get(on, option) === undefined || READ_ONLY.has(option)) return READ_ONLY.has(option) ? "ENOPROTOOPT" : undefined;
  if (typeof value !== "number") return "EINVAL";
  if (option === abi.SO_RCVTIMEO || option === abi.SO_SNDTIMEO) return setTimeout(on, option, value);
  if (!Number.isInteger(value)) return "EINVAL";
  const refusal = mayChange(process, option, value) || (on.requests.changing?.(process, option, value) ?? 0);
  if (refusal === 0) setNumber(process, on, option, value);
  return refusal;
}

const READ_ONLY: ReadonlySet<number> = new Set([
  abi.SO_TYPE,
  abi.SO_DOMAIN,
  abi.SO_PROTOCOL,
  abi.SO_ERROR,
  abi.SO_ACCEPTCONN,
  abi.SO_PEERCRED,
  abi.SO_SNDLOWAT,
]);

/** EPERM, EACCES: what only root may do. */
function mayChange(process: Process, option: number, value: number): 0 | Errno {
  if (process.uid === 0) return 0;
  if (option === abi.SO_DEBUG) return value === 0 ? 0 : "EACCES";
  if (option === abi.SO_MARK) return "EPERM";
  return option === abi.SO_PRIORITY && (value < 0 || value > PRIORITY_MAX) ? "EPERM" : 0;
}

/** SO_SNDBUFFORCE, SO_RCVBUFFORCE: beyond what the host's limits allow, up to an int. EPERM: not root. */
function forceBuffer(process: Process, on: Socket, option: number, value: OptionValue): 0 | Errno {
  if (typeof value !== "number" || !Number.isInteger(value)) return "EINVAL";
  if (process.uid !== 0) return "EPERM";
  const plain = option === abi.SO_SNDBUFFORCE ? abi.SO_SNDBUF : abi.SO_RCVBUF;
  const refusal = on.requests.changing?.(process, plain, value) ?? 0;
  if (refusal !== 0) return refusal;
  if (plain === abi.SO_SNDBUF) setSendBuffer(on, Math.max(0, value), INT_MAX >>> 1);
  else setReceiveBuffer(on, Math.max(0, value), INT_MAX >>> 1);
  return 0;
}

function setSendBuffer(on: Socket, bytes: number, maxBytes: number): void {
  on.sendLimitBytes = doubled(bytes, SEND_BUFFER_MIN_BYTES, maxBytes);
  on.waiters.wake(POLLOUT);
}

function setReceiveBuffer(on: Socket, bytes: number, maxBytes: number): void {
  on.receiveLimitBytes = doubled(bytes, RECEIVE_BUFFER_MIN_BYTES, maxBytes);
}

function setNumber({ kernel }: Process, on: Socket, option: number, value: number): void {
  const { wmemMax, rmemMax } = kernel.sockets;
  switch (option) {
    case abi.SO_SNDBUF:
      setSendBuffer(on, value, wmemMax.value);
      return;
    case abi.SO_RCVBUF:
      setReceiveBuffer(on, value, rmemMax.value);
      return;
    case abi.SO_PASSCRED:
      on.passCredentials = value !== 0;
      return;
    case abi.SO_BROADCAST:
      on.broadcast = value !== 0;
      return;
    case abi.SO_REUSEADDR:
      on.reuseAddress = value !== 0;
      return;
    default:
      setShared(on, option, value);
  }
}

function setShared(on: Socket, option: number, value: number): void {
  const change = changeOf(option, value);
  if (change !== null) on.options = { ...on.options, ...change };
}

/** What becomes different; null: the option is none of these. */
function changeOf(option: number, value: number): Partial<GenericOptions> | null {
  const isOn = value !== 0;
  switch (option) {
    case abi.SO_DEBUG:
      return { debug: isOn };
    case abi.SO_DONTROUTE:
      return { dontRoute: isOn };
    case abi.SO_KEEPALIVE:
      return { keepAlive: isOn };
    case abi.SO_OOBINLINE:
      return { oobInline: isOn };
    case abi.SO_PRIORITY:
      return { priority: value };
    case abi.SO_MARK:
      return { mark: value };
    case abi.SO_REUSEPORT:
      return { reusePort: isOn };
    case abi.SO_TIMESTAMP:
      return { timestamp: isOn ? "microseconds" : "none" };
    case abi.SO_TIMESTAMPNS:
      return { timestamp: isOn ? "nanoseconds" : "none" };
    case abi.SO_RCVLOWAT:
      // As sock_setsockopt on Linux: 0 is 1, and less than 0 as much as there can be.
      return { receiveLowWaterBytes: value < 0 ? 0x7fff_ffff : value || 1 };
    default:
      return null;
  }
}

function setRecord(process: Process, on: Socket, option: number, value: OptionValue): 0 | Errno {
  const isSound = option === abi.SO_LINGER ? isLinger(value) : isDeviceName(value);
  if (!isSound) return "EINVAL";
  // As sock_setbindtodevice on Linux: a socket that has been bound to an interface is let go by root only.
  if (option === abi.SO_BINDTODEVICE && on.options.device !== "" && process.uid !== 0) return "EPERM";
  const refusal = on.requests.changing?.(process, option, value) ?? 0;
  if (refusal !== 0) return refusal;
  if (option === abi.SO_LINGER) {
    const { onoff, linger } = value as Linger;
    on.options = { ...on.options, linger: { onoff: Number(onoff !== 0), linger } };
  } else {
    on.options = { ...on.options, device: (value as Text).text };
  }
  return 0;
}

function isLinger(value: OptionValue): boolean {
  const { onoff, linger } = value as Partial<Linger>;
  return Number.isInteger(onoff) && Number.isInteger(linger);
}

function isDeviceName(value: OptionValue): boolean {
  const { text: name } = value as Partial<Text>;
  return typeof name === "string" && name.length <= DEVICE_MAX_CHARACTERS;
}

/** socket(7): the kernel doubles the value to allow for its own overhead; net.core.[rw]mem_max bounds it. */
function doubled(value: number, minBytes: number, maxBytes: number): number {
  return Math.max(Math.min(value >>> 0, maxBytes) * 2, minBytes);
}

/** As sock_set_timeout on Linux: 0 waits for ever, and a negative time not at all. */
function setTimeout(on: Socket, option: number, value: number): 0 {
  const timeoutNs = value === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.round(value * 1e9));
  if (option === abi.SO_RCVTIMEO) on.receiveTimeoutNs = timeoutNs;
  else on.sendTimeoutNs = timeoutNs;
  return 0;
}

function seconds(timeoutNs: number): number {
  return timeoutNs === Number.POSITIVE_INFINITY ? 0 : timeoutNs / 1e9;
}
