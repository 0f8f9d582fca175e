/**
 * ICMP messages come up: echo requests are answered, errors handed to the protocol whose packet they quote.
 *
 * Read first: RFC 792, RFC 1122 §3.2.2, Linux's icmp_rcv. Order: input() → echo() or error().
 */
import { countDrop } from "../../base/machine.ts";
import * as icmpv4 from "../../wire/icmpv4.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, Ip } from "../ip/ip.ts";
import { type ErrorMessage, meaning } from "./error.ts";
import * as icmpOutput from "./output.ts";

const IN_COUNTERS: Readonly<Record<icmpv4.Message["kind"], string>> = {
  "echo-request": "IcmpInEchos",
  "echo-reply": "IcmpInEchoReps",
  "destination-unreachable": "IcmpInDestUnreachs",
  "time-exceeded": "IcmpInTimeExcds",
  "parameter-problem": "IcmpInParmProbs",
  other: "IcmpInErrors",
};

export function input(ip: Ip, packet: Packet, arrival: Arrival): void {
  ip.machine.counters.bump("IcmpInMsgs");
  packet.pullUp(packet.length);
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
      echo(ip, packet, arrival);
      return;
    case "destination-unreachable":
    case "time-exceeded":
    case "parameter-problem":
      error(ip, packet, arrival, message);
      return;
    case "echo-reply":
    case "other":
      // RFC 1122 §3.2.2: what nobody here has asked for or knows is discarded; the counter is bumped above.
      packet.release();
      return;
  }
}

function echo(ip: Ip, packet: Packet, arrival: Arrival): void {
  const path = ip.paths.to(arrival.source);
  // RFC 1122 §3.2.2.6 leaves echo to a broadcast address open; Linux ignores it (icmp_echo_ignore_broadcasts).
  if (arrival.kind !== "local" || typeof path === "string") discard(ip, packet, "IcmpInErrors");
  else icmpOutput.echoReply(ip, packet, path, arrival.destination);
}

function error(ip: Ip, packet: Packet, arrival: Arrival, message: ErrorMessage): void {
  const { view } = packet;
  const quote = icmpv4.quote(packet.start, packet.length);
  const headerLength = ipv4.headerLength(view, quote.offset);
  const handler = ip.errorHandlerFor(ipv4.protocol(view, quote.offset));
  const news = meaning(message);
  const destination = ipv4.destination(view, quote.offset);
  if (news.mtu > 0) ip.paths.learnMtu(destination, news.mtu);
  const isHandled =
    ipv4.fragmentOffset(view, quote.offset) === 0 &&
    handler?.({
      ...news,
      reporter: arrival.source,
      source: ipv4.source(view, quote.offset),
      destination,
      view,
      offset: quote.offset + headerLength,
      length: quote.length - headerLength,
    });
  if (isHandled === true) packet.release();
  else discard(ip, packet, "IcmpInErrors");
}

function discard(ip: Ip, packet: Packet, counter: string): void {
  countDrop(ip.machine, counter, packet.length);
  packet.release();
}
