/**
 * Socket options of the level IPPROTO_TCP, and what those of SOL_SOCKET mean to a connection.
 *
 * Read first: tcp(7); Linux's do_tcp_setsockopt and do_tcp_getsockopt, whose bounds and errors are kept.
 */
import type { Errno } from "../../abi/errno.ts";
import { POLLOUT } from "../../abi/poll.ts";
import {
  IPPROTO_TCP,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  SO_MAX_PACING_RATE,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SOL_SOCKET,
} from "../../abi/socket.ts";
import * as abi from "../../abi/tcp.ts";
import { type OptionValue, type Text, text } from "../../socket/option.ts";
import { bindToDevice } from "../ip/device.ts";
import { congestionControl } from "./congestion/congestion.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { getFastOpen, setFastOpen } from "./fast-open-sockopt.ts";
import { info } from "./info.ts";
import { keepCount, keepIdleNs, keepIntervalNs } from "./keepalive.ts";
import { updateMss, withoutTimestamps } from "./mss.ts";
import { output } from "./output.ts";
import { isSynchronised } from "./state.ts";
import { takeUp } from "./take-up.ts";
import type { Tcb } from "./tcb.ts";
import { KEEPALIVE } from "./timers.ts";
import { timestampNow } from "./timestamps.ts";
import { sendAck } from "./transmit.ts";
import { windowOf } from "./window.ts";

const NS_PER_SECOND = 1_000_000_000;
const NS_PER_MS = 1_000_000;
/** Linux's MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT and MAX_TCP_SYNCNT. */
const KEEP_SECONDS_MAX = 32_767;
const COUNT_MAX = 127;
/** TCP_MIN_MSS and MAX_TCP_WINDOW. */
const MSS_MIN = 88;
const MSS_MAX = 32_767;
/** TCP_FIN_TIMEOUT_MAX, in seconds. */
const LINGER2_MAX = 120;
/** Half of the least receive buffer. */
const CLAMP_MIN = 1152;
const RTO_MAX_SECONDS = 120;
/** SO_MAX_PACING_RATE. */
const UNLIMITED = 0xffff_ffff;
const INT_MIN = -0x8000_0000;

export function get(tcb: Tcb, level: number, option: number): OptionValue | Errno {
  if (level === SOL_SOCKET && option === SO_MAX_PACING_RATE) return maxPacingRate(tcb);
  if (level !== IPPROTO_TCP) return "ENOPROTOOPT";
  const { options, tcp, state } = tcb;
  switch (option) {
    case abi.TCP_NODELAY:
      return Number(options.noDelay);
    case abi.TCP_MAXSEG:
      if ((state === "CLOSED" || state === "LISTEN") && options.maxSegment > 0) return options.maxSegment;
      return withoutTimestamps(tcb, tcb.mss);
    case abi.TCP_CORK:
      return Number(options.cork);
    case abi.TCP_KEEPIDLE:
      return keepIdleNs(tcb) / NS_PER_SECOND;
    case abi.TCP_KEEPINTVL:
      return keepIntervalNs(tcb) / NS_PER_SECOND;
    case abi.TCP_KEEPCNT:
      return keepCount(tcb);
    case abi.TCP_SYNCNT:
      return options.synCount ?? tcp.settings.synRetries.value;
    case abi.TCP_LINGER2:
      return linger2Seconds(tcb);
    case abi.TCP_DEFER_ACCEPT:
      return secondsOf(options.deferAccept);
    case abi.TCP_WINDOW_CLAMP:
      // As on Linux what the buffer has room for, where nothing was set.
      return options.windowClamp || !isSynchronised(state) ? options.windowClamp : windowOf(tcb);
    case abi.TCP_INFO:
      return info(tcb);
    case abi.TCP_QUICKACK:
      return Number(!tcb.acknowledgment.isInteractive);
    case abi.TCP_CONGESTION:
      return text(tcb.congestion.name);
    case abi.TCP_USER_TIMEOUT:
      return options.userTimeoutNs / NS_PER_MS;
    case abi.TCP_NOTSENT_LOWAT:
      return options.notSentLowWaterBytes | 0;
    case abi.TCP_TIMESTAMP:
      return timestampNow(tcp, tcb.timestamps?.offset ?? 0);
    default:
      return getFastOpen(tcb, option);
  }
}

export function set(tcb: Tcb, level: number, option: number, value: OptionValue): 0 | Errno {
  if (level === SOL_SOCKET && option === SO_MAX_PACING_RATE) return setMaxPacingRate(tcb, value);
  if (level !== IPPROTO_TCP) return "ENOPROTOOPT";
  if (option === abi.TCP_CONGESTION) return setCongestion(tcb, value);
  const ofFastOpen = setFastOpen(tcb, option, value);
  if (ofFastOpen !== undefined) return ofFastOpen;
  // As on Linux only a connection that is being restored, which none here is.
  if (option === abi.TCP_TIMESTAMP) return "EPERM";
  if (get(tcb, level, option) === "ENOPROTOOPT" || option === abi.TCP_INFO) return "ENOPROTOOPT";
  if (typeof value !== "number" || !Number.isInteger(value)) return "EINVAL";
  const change = changeFor(tcb, option, value);
  if (typeof change === "string") return change;
  tcb.options = { ...tcb.options, ...change };
  takeEffect(tcb, option, value);
  return 0;
}

/** The options of SOL_SOCKET that the socket layer holds, and that a connection acts upon. */
export function changing(tcb: Tcb, option: number, value: OptionValue): 0 | Errno {
  switch (option) {
    case SO_RCVBUF:
      tcb.options = { ...tcb.options, isReceiveBufferFixed: true };
      break;
    case SO_SNDBUF:
      tcb.options = { ...tcb.options, isSendBufferFixed: true };
      break;
    case SO_REUSEADDR:
      tcb.sharing = { ...tcb.sharing, reuseAddress: value !== 0 };
      break;
    case SO_REUSEPORT:
      tcb.sharing = { ...tcb.sharing, reusePort: value !== 0 };
      break;
    case SO_BINDTODEVICE:
      return bindToDevice(tcb.tcp.ip, tcb, option, value);
    case SO_KEEPALIVE:
      if (value === 0) tcb.timers.clear(KEEPALIVE);
      else if (isSynchronised(tcb.state)) tcb.timers.set(KEEPALIVE, keepIdleNs(tcb));
  }
  return 0;
}

/** What the value means; EINVAL: it is out of bounds. */
function changeFor({ state }: Tcb, option: number, value: number): Partial<ConnectionOptions> | Errno {
  switch (option) {
    case abi.TCP_NODELAY:
      return { noDelay: value !== 0 };
    case abi.TCP_CORK:
      return { cork: value !== 0 };
    case abi.TCP_MAXSEG:
      return value !== 0 && (value < MSS_MIN || value > MSS_MAX) ? "EINVAL" : { maxSegment: value };
    case abi.TCP_KEEPIDLE:
      return isBetween(value, 1, KEEP_SECONDS_MAX) ? { keepIdleNs: value * NS_PER_SECOND } : "EINVAL";
    case abi.TCP_KEEPINTVL:
      return isBetween(value, 1, KEEP_SECONDS_MAX) ? { keepIntervalNs: value * NS_PER_SECOND } : "EINVAL";
    case abi.TCP_KEEPCNT:
      return isBetween(value, 1, COUNT_MAX) ? { keepCount: value } : "EINVAL";
    case abi.TCP_SYNCNT:
      return isBetween(value, 1, COUNT_MAX) ? { synCount: value } : "EINVAL";
    case abi.TCP_LINGER2:
      return { linger2Ns: value < 0 ? -1 : value === 0 ? null : Math.min(value, LINGER2_MAX) * NS_PER_SECOND };
    case abi.TCP_DEFER_ACCEPT:
      return { deferAccept: retransmissionsIn(value) };
    case abi.TCP_WINDOW_CLAMP:
      if (value === 0) return state === "CLOSED" ? { windowClamp: 0 } : "EINVAL";
      return { windowClamp: Math.max(value, CLAMP_MIN) };
    case abi.TCP_USER_TIMEOUT:
      return value < 0 ? "EINVAL" : { userTimeoutNs: value * NS_PER_MS };
    case abi.TCP_NOTSENT_LOWAT:
      return { notSentLowWaterBytes: value };
    default:
      return {};
  }
}

function takeEffect(tcb: Tcb, option: number, value: number): void {
  const { acknowledgment, state, timers, socket } = tcb;
  switch (option) {
    case abi.TCP_NODELAY:
      if (value !== 0) flush(tcb);
      return;
    case abi.TCP_CORK:
      output(tcb);
      return;
    case abi.TCP_MAXSEG:
      if (isSynchronised(state)) updateMss(tcb);
      return;
    case abi.TCP_KEEPIDLE:
      if (timers.isSet(KEEPALIVE) && socket !== null) {
        timers.set(KEEPALIVE, Math.max(0, keepIdleNs(tcb) - (tcb.nowNs - tcb.lastHeardNs)));
      }
      return;
    case abi.TCP_NOTSENT_LOWAT:
      socket?.waiters.wake(POLLOUT);
      return;
    case abi.TCP_QUICKACK:
      acknowledgment.isInteractive = value === 0;
      if (value === 0) acknowledgment.quick = 0;
      else if (acknowledgment.isPending) sendAck(tcb);
  }
}

/** tcp(7), TCP_NODELAY: what waits goes now, even if TCP_CORK is set. */
function flush(tcb: Tcb): void {
  const { options } = tcb;
  tcb.options = { ...options, cork: false };
  output(tcb);
  tcb.options = options;
}

function maxPacingRate({ options }: Tcb): number {
  return Number.isFinite(options.maxPacingRate) ? options.maxPacingRate : UNLIMITED;
}

/** socket(7) has no word on it, tc-fq(8) does: an unsigned int, all ones for no bound. As on Linux a long may say more. */
function setMaxPacingRate(tcb: Tcb, value: OptionValue): 0 | Errno {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < INT_MIN) return "EINVAL";
  const rate = value < 0 ? value >>> 0 : value;
  tcb.options = { ...tcb.options, maxPacingRate: rate === UNLIMITED ? Number.POSITIVE_INFINITY : rate };
  return 0;
}

/** TCP_CONGESTION. ENOENT: there is none of that name. */
function setCongestion(tcb: Tcb, value: OptionValue): 0 | Errno {
  const { text: name } = value as Partial<Text>;
  if (typeof name !== "string") return "EINVAL";
  const found = congestionControl(name);
  if (found === undefined) return "ENOENT";
  // As on Linux the one that is in use already goes on.
  if (found === tcb.congestion) return 0;
  tcb.congestion = found;
  if (isSynchronised(tcb.state) || tcb.isOpenEarly) takeUp(tcb);
  return 0;
}

function linger2Seconds({ options, tcp }: Tcb): number {
  const { linger2Ns } = options;
  if (linger2Ns === null) return tcp.settings.finTimeout.value;
  return linger2Ns < 0 ? -1 : linger2Ns / NS_PER_SECOND;
}

/** As secs_to_retrans on Linux: so many retransmissions of SYN-ACK fit into the time. */
function retransmissionsIn(seconds: number): number {
  if (seconds <= 0) return 0;
  let count = 1;
  for (let timeout = 1, period = 1; seconds > period && count < 255; count++) {
    timeout = Math.min(timeout * 2, RTO_MAX_SECONDS);
    period += timeout;
  }
  return count;
}

/** As retrans_to_secs: the time that so many take. */
function secondsOf(retransmissions: number): number {
  let period = 0;
  for (let timeout = 1, count = 0; count < retransmissions; count++) {
    period += timeout;
    timeout = Math.min(timeout * 2, RTO_MAX_SECONDS);
  }
  return period;
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
