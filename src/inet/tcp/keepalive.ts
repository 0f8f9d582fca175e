/**
 * Is the peer still there? Probes of a connection that has been silent for long.
 *
 * Read first: RFC 9293 §3.8.4, RFC 1122 §4.2.3.6, tcp(7); Linux's tcp_keepalive_timer.
 */
import type { Tcb } from "./tcb.ts";

const NS_PER_SECOND = 1_000_000_000;

// @rfc 9293 3.8.4 MUST-27, MUST-28
export function keepIdleNs({ options, tcp }: Tcb): number {
  return options.keepIdleNs ?? tcp.settings.keepaliveTime.value * NS_PER_SECOND;
}

export function keepIntervalNs({ options, tcp }: Tcb): number {
  return options.keepIntervalNs ?? tcp.settings.keepaliveIntvl.value * NS_PER_SECOND;
}

export function keepCount({ options, tcp }: Tcb): number {
  return options.keepCount ?? tcp.settings.keepaliveProbes.value;
}
