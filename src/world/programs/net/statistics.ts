/** `netstat -s`: the counters of the protocols, each in the words of netstat(8) where it has any, else by its name in nstat(8). */
import type { Netstat } from "../../../host/netstat.ts";

/** The protocols, and what the names of their counters begin with; the longest beginning counts. */
const SECTIONS: readonly (readonly [title: string, prefix: string])[] = [
  ["Ip", "Ip"],
  ["Icmp", "Icmp"],
  ["IcmpMsg", "IcmpMsg"],
  ["Tcp", "Tcp"],
  ["Udp", "Udp"],
  ["TcpExt", "TcpExt"],
  ["IpExt", "IpExt"],
  ["Ip6", "Ip6"],
  ["Icmp6", "Icmp6"],
  ["Udp6", "Udp6"],
];
const OTHERS = "Others";

/** In netstat's words; $ is the number. */
const WORDS: Readonly<Record<string, string>> = {
  IpInReceives: "$ total packets received",
  IpInHdrErrors: "$ with invalid headers",
  IpInAddrErrors: "$ with invalid addresses",
  IpForwDatagrams: "$ forwarded",
  IpInUnknownProtos: "$ with unknown protocol",
  IpInDiscards: "$ incoming packets discarded",
  IpInDelivers: "$ incoming packets delivered",
  IpOutRequests: "$ requests sent out",
  IpOutDiscards: "$ outgoing packets dropped",
  IpOutNoRoutes: "$ dropped because of missing route",
  IpReasmTimeout: "$ fragments dropped after timeout",
  IpReasmReqds: "$ reassemblies required",
  IpReasmOKs: "$ packets reassembled ok",
  IpReasmFails: "$ packet reassembles failed",
  IpFragOKs: "$ fragments received ok",
  IpFragFails: "$ fragments failed",
  IpFragCreates: "$ fragments created",
  IcmpInMsgs: "$ ICMP messages received",
  IcmpInErrors: "$ input ICMP message failed",
  IcmpOutMsgs: "$ ICMP messages sent",
  IcmpOutErrors: "$ ICMP messages failed",
  TcpActiveOpens: "$ active connection openings",
  TcpPassiveOpens: "$ passive connection openings",
  TcpAttemptFails: "$ failed connection attempts",
  TcpEstabResets: "$ connection resets received",
  TcpCurrEstab: "$ connections established",
  TcpInSegs: "$ segments received",
  TcpOutSegs: "$ segments sent out",
  TcpRetransSegs: "$ segments retransmitted",
  TcpInErrs: "$ bad segments received",
  TcpOutRsts: "$ resets sent",
  UdpInDatagrams: "$ packets received",
  UdpNoPorts: "$ packets to unknown port received",
  UdpInErrors: "$ packet receive errors",
  UdpOutDatagrams: "$ packets sent",
  UdpRcvbufErrors: "$ receive buffer errors",
  UdpSndbufErrors: "$ send buffer errors",
};

/** All of them, or those of TCP and of UDP. */
export function statisticsText(
  { counters, forwarding, defaultTtl }: Netstat,
  only: { readonly tcp: boolean; readonly udp: boolean },
): string {
  const bySection = new Map<string, string[]>(SECTIONS.map(([title]) => [title, []]));
  bySection.set(OTHERS, []);
  bySection.get("Ip")?.push(`Forwarding: ${forwarding ? 1 : 2}`, `Default TTL is ${defaultTtl}`);
  for (const [name, count] of Object.entries(counters)) {
    const [title, rest] = sectionOf(name);
    const words = WORDS[name];
    bySection.get(title)?.push(words === undefined ? `${rest}: ${count}` : words.replace("$", String(count)));
  }
  const isAll = !only.tcp && !only.udp;
  const wanted = (title: string): boolean =>
    isAll || (only.tcp && title.startsWith("Tcp")) || (only.udp && title.startsWith("Udp"));
  const shown = [...bySection].filter(([title, lines]) => lines.length > 0 && wanted(title));
  return shown.map(([title, lines]) => `${title}:\n${lines.map((line) => `    ${line}\n`).join("")}`).join("");
}

function sectionOf(name: string): readonly [title: string, rest: string] {
  const fitting = SECTIONS.filter(([, prefix]) => name.startsWith(prefix) && /^[A-Z]/.test(name.slice(prefix.length)));
  const best = fitting.reduce((longest, one) => (one[1].length > longest[1].length ? one : longest), [
    OTHERS,
    "",
  ] as readonly [string, string]);
  return [best[0], name.slice(best[1].length)];
}
