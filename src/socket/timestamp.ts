/**
 * The control message of SO_TIMESTAMP and SO_TIMESTAMPNS: when a message came. Read first: socket(7).
 */
import { SO_TIMESTAMP, SO_TIMESTAMPNS, SOL_SOCKET } from "../abi/socket.ts";
import type { HostClock } from "../base/host-clock.ts";
import type { ControlMessage } from "./option.ts";

const MILLISECOND_NS = 1_000_000;

/** `worldNs` is when it came. */
export function timestampMessage(clock: HostClock, worldNs: number, inNanoseconds: boolean): ControlMessage {
  const timeNs = clock.localNs(worldNs);
  const ms = clock.epochMs + Math.floor(timeNs / MILLISECOND_NS);
  const seconds = Math.floor(ms / 1000);
  const nanoseconds = (ms % 1000) * MILLISECOND_NS + (timeNs % MILLISECOND_NS);
  return inNanoseconds
    ? { level: SOL_SOCKET, type: SO_TIMESTAMPNS, value: { seconds, nanoseconds } }
    : { level: SOL_SOCKET, type: SO_TIMESTAMP, value: { seconds, microseconds: Math.floor(nanoseconds / 1000) } };
}
