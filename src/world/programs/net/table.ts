/** The programs of the network, for the table of all (../table.ts). */
import type { Tool } from "../tool.ts";
import { arping } from "./arping.ts";
import { arp, ifconfig, route } from "./classic.ts";
import { inetd } from "./inetd.ts";
import { ip } from "./ip.ts";
import { getent, host } from "./lookup.ts";
import { netcat } from "./netcat.ts";
import { netstat } from "./netstat.ts";
import { ping } from "./ping.ts";
import { ss } from "./ss.ts";
import { sysctl } from "./sysctl.ts";
import { tcpdump } from "./tcpdump.ts";
import { traceroute } from "./traceroute.ts";

export const NETWORK_TOOLS: readonly Tool[] = [
  arp,
  arping,
  getent,
  host,
  ifconfig,
  inetd,
  ip,
  netcat,
  { ...netcat, name: "netcat" },
  netstat,
  ping,
  route,
  ss,
  sysctl,
  tcpdump,
  traceroute,
];
