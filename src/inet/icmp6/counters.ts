/**
 * The names of the counters of ICMPv6 messages, by type: Linux's /proc/net/snmp6, RFC 4293's ancestors.
 */
import * as icmpv6 from "../../wire/icmpv6.ts";
import * as mld from "../../wire/mld.ts";
import * as nd from "../../wire/nd.ts";

const NAMES: ReadonlyMap<number, string> = new Map([
  [icmpv6.DESTINATION_UNREACHABLE, "DestUnreachs"],
  [icmpv6.PACKET_TOO_BIG, "PktTooBigs"],
  [icmpv6.TIME_EXCEEDED, "TimeExcds"],
  [icmpv6.PARAMETER_PROBLEM, "ParmProblems"],
  [icmpv6.ECHO_REQUEST, "Echos"],
  [icmpv6.ECHO_REPLY, "EchoReplies"],
  [mld.QUERY, "GroupMembQueries"],
  [mld.REPORT, "GroupMembResponses"],
  [mld.DONE, "GroupMembReductions"],
  [mld.REPORT_2, "MLDv2Reports"],
  [nd.ROUTER_SOLICITATION, "RouterSolicits"],
  [nd.ROUTER_ADVERTISEMENT, "RouterAdvertisements"],
  [nd.NEIGHBOUR_SOLICITATION, "NeighborSolicits"],
  [nd.NEIGHBOUR_ADVERTISEMENT, "NeighborAdvertisements"],
  [nd.REDIRECT, "Redirects"],
]);

export function counterOf(direction: "In" | "Out", type: number): string {
  return `Icmp6${direction}${NAMES.get(type) ?? `Type${type}`}`;
}
