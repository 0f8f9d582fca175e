/**
 * ICMP messages come up: requests are answered, errors handed to the protocol whose packet they quote, redirects obeyed.
 *
 * Read first: RFC 792, RFC 1122 §3.2.2, Linux's icmp_rcv. Order: input() → request(), error() or redirect().
 */
import { countDrop } from "../../base/machine.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { type ErrorMessage, meaning } from "./error.ts";
import * as icmpOutput from "./output.ts";
import { redirect } from "./redirect.ts";

const IN_COUNTERS: Readonly<Record<icmpv4.Message["kind"], string>> = {
  "echo-request": "IcmpInEchos",
  "echo-reply": "IcmpInEchoReps",
  "destination-unreachable": "IcmpInDestUnreachs",
  "time-exceeded": "IcmpInTimeExcds",
  "parameter-problem": "IcmpInParmProbs",
  redirect: "IcmpInRedirects",
  "timestamp-request": "IcmpInTimestamps",
  "timestamp-reply": "IcmpInTimestampReps",
  other: "IcmpInErrors",
};

export function input(ip: Ip, packet: Packet, arrival: Arrival): void {
  ip.machine.counters.bump("IcmpInMsgs");
  packet.pullUp(packet.length);
  const ipOptions = packet.bytes.slice(packet.start + ipv4.HEADER_LENGTH, packet.start + arrival.headerLength);
  packet.trimStart(arrival.headerLength);
  const verdict = icmpv4.check(packet.view, packet.start, packet.length);
  if (verdict !== true) {
    if (verdict === "bad-checksum") ip.machine.counters.bump("IcmpInCsumErrors");
    discard(ip, packet, "IcmpInErrors");
    return;
  }
  const message = icmpv4.parse(packet.view, packet.start);
  ip.machine.counters.bump(IN_COUNTERS[message.kind]);
  switch (message.kind) {
    case "echo-request":
    case "timestamp-request":
      request(ip, packet, arrival, ipOptions, message.kind);
      return;
    case "destination-unreachable":
    case "time-exceeded":
    case "parameter-problem":
      error(ip, packet, arrival, message);
      return;
    case "redirect":
      if (redirect(ip, packet, arrival, message)) packet.release();
      else discard(ip, packet, "IcmpInErrors");
      return;
    case "echo-reply":
      if (!ip.pingInput(packet, arrival, ipOptions)) packet.release();
      return;
    case "timestamp-reply":
      // Whoever has asked has a socket that sees it: inet/raw.
      packet.release();
      return;
    case "other":
      // RFC 1122 §3.2.2: what nobody here knows is discarded; the counter is bumped above.
      packet.release();
      return;
  }
}

function request(
  ip: Ip,
  packet: Packet,
  { source, destination, kind, through, trafficClass }: Arrival,
  ipOptions: Uint8Array,
  what: "echo-request" | "timestamp-request",
): void {
  const { icmpEchoIgnoreAll, icmpEchoIgnoreBroadcasts } = ip.settings;
  // RFC 1122 §3.2.2.6 and §3.2.2.8 leave open what is done about a broadcast.
  if (what === "echo-request" && icmpEchoIgnoreAll.value !== 0) {
    discard(ip, packet, "IcmpInIgnored");
    return;
  }
  const isIgnored =
    (kind !== "local" && icmpEchoIgnoreBroadcasts.value !== 0) ||
    (what === "timestamp-request" && packet.length < icmpv4.HEADER_LENGTH + icmpv4.TIMES_LENGTH);
  const path = isIgnored ? "EACCES" : ip.paths.to(source);
  // RFC 1122 §3.2.1.3: a group is nobody's source.
  const from = kind === "local" || through === null ? destination : ip.addresses.select(through, source);
  if (typeof path === "string" || from === undefined) {
    discard(ip, packet, "IcmpInErrors");
    return;
  }
  const answer = { path, source: from, trafficClass, ipOptions };
  if (what === "echo-request") icmpOutput.echoReply(ip, packet, answer);
  else icmpOutput.timestampReply(ip, packet, answer);
}

function error(ip: Ip, packet: Packet, arrival: Arrival, message: ErrorMessage): void {
  const { view } = packet;
  const quote = icmpv4.quote(packet.start, packet.length);
  const headerLength = ipv4.headerLength(view, quote.offset);
  const handler = ip.errorHandlerFor(ipv4.protocol(view, quote.offset));
  const news = meaning(message);
  const destination = ipv4.destination(view, quote.offset);
  // As net.ipv4.ip_no_pmtu_disc asks, the news is passed over. A router that does not say what fits counts as the worst.
  if (news.kind === "packet-too-big" && ip.settings.noPmtuDiscovery.value === 0)
    ip.paths.learnMtu(destination, news.mtu);
  const isFirst = ipv4.fragmentOffset(view, quote.offset) === 0;
  const told = {
    ...news,
    reporter: arrival.source,
    source: ipv4.source(view, quote.offset),
    destination,
    view,
    offset: quote.offset + headerLength,
    length: quote.length - headerLength,
  };
  const isRaw = isFirst && ip.rawError(ipv4.protocol(view, quote.offset), told);
  const isHandled = isFirst && handler?.(told) === true;
  if (isHandled || isRaw) packet.release();
  else discard(ip, packet, "IcmpInErrors");
}

function discard(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
