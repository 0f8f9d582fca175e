/**
 * Names of the numbers in system calls: AF_INET for 2.
 *
 * Each record is one name space; flags are split into their bits, and what has no name stays a number.
 */
import * as netloom from "../entry-node.ts";

type Names = ReadonlyMap<number, string>;

const NUMBERS: Readonly<Record<string, unknown>> = netloom;

/** They begin as the commands of fcntl(2) and the options of IP do, and are what goes with these, or with access(2). */
const ARGUMENTS: ReadonlySet<string> = new Set([
  "F_OK",
  "F_RDLCK",
  "F_WRLCK",
  "F_UNLCK",
  "F_OWNER_TID",
  "F_OWNER_PID",
  "F_OWNER_PGRP",
  "IP_PMTUDISC_DO",
  "IP_PMTUDISC_DONT",
  "IP_PMTUDISC_INTERFACE",
  "IP_PMTUDISC_OMIT",
  "IP_PMTUDISC_PROBE",
  "IP_PMTUDISC_WANT",
]);

/** The exported constants with these prefixes, by value. */
function constants(...prefixes: readonly string[]): Names {
  const rows = Object.entries(NUMBERS).filter(
    ([name]) => !ARGUMENTS.has(name) && prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return new Map(rows.flatMap(([name, value]) => (typeof value === "number" ? [[value, name] as const] : [])));
}

const DOMAINS = constants("AF_");
const TYPES: Names = new Map([
  [netloom.SOCK_STREAM, "SOCK_STREAM"],
  [netloom.SOCK_DGRAM, "SOCK_DGRAM"],
  [netloom.SOCK_RAW, "SOCK_RAW"],
  [netloom.SOCK_SEQPACKET, "SOCK_SEQPACKET"],
]);
const TYPE_FLAGS: Names = new Map([
  [netloom.SOCK_NONBLOCK, "SOCK_NONBLOCK"],
  [netloom.SOCK_CLOEXEC, "SOCK_CLOEXEC"],
]);
const RESOURCES = constants("RLIMIT_");
const EPOLL_OPERATIONS = constants("EPOLL_CTL_");
const EPOLL_EVENTS: Names = new Map([
  [netloom.EPOLLIN, "EPOLLIN"],
  [netloom.EPOLLPRI, "EPOLLPRI"],
  [netloom.EPOLLOUT, "EPOLLOUT"],
  [netloom.EPOLLERR, "EPOLLERR"],
  [netloom.EPOLLHUP, "EPOLLHUP"],
  [netloom.EPOLLRDHUP, "EPOLLRDHUP"],
  [netloom.EPOLLRDNORM, "EPOLLRDNORM"],
  [netloom.EPOLLWRNORM, "EPOLLWRNORM"],
  [netloom.EPOLLEXCLUSIVE, "EPOLLEXCLUSIVE"],
  [netloom.EPOLLWAKEUP, "EPOLLWAKEUP"],
  [netloom.EPOLLONESHOT, "EPOLLONESHOT"],
  [netloom.EPOLLET, "EPOLLET"],
]);
/** Where both are the same number, SOL_SOCKET and SOL_RAW come last and count. */
const LEVELS = constants("IPPROTO_", "SOL_");
const PACKET_OPTIONS: Names = new Map([
  [netloom.PACKET_ADD_MEMBERSHIP, "PACKET_ADD_MEMBERSHIP"],
  [netloom.PACKET_DROP_MEMBERSHIP, "PACKET_DROP_MEMBERSHIP"],
  [netloom.PACKET_STATISTICS, "PACKET_STATISTICS"],
]);
/** The options of each level. */
const SOCKET_OPTIONS: ReadonlyMap<number, Names> = new Map([
  [netloom.SOL_SOCKET, constants("SO_")],
  [netloom.IPPROTO_IP, constants("IP_")],
  [netloom.IPPROTO_IPV6, constants("IPV6_")],
  [netloom.IPPROTO_TCP, constants("TCP_")],
  [netloom.IPPROTO_UDP, constants("UDP_")],
  [netloom.IPPROTO_ICMPV6, constants("ICMPV6_")],
  [netloom.SOL_RAW, constants("ICMP_")],
  [netloom.SOL_PACKET, PACKET_OPTIONS],
]);
const COMMANDS = constants("F_");
const STATUS_FLAGS: Names = new Map([
  [netloom.O_APPEND, "O_APPEND"],
  [netloom.O_NONBLOCK, "O_NONBLOCK"],
]);

export const domainName = (value: number): string => nameOf(DOMAINS, value);
export const levelName = (value: number): string => nameOf(LEVELS, value);
export const socketOptionName = (level: number, option: number): string =>
  nameOf(SOCKET_OPTIONS.get(level) ?? new Map(), option);
export const fcntlCommandName = (value: number): string => nameOf(COMMANDS, value);
export const resourceName = (value: number): string => nameOf(RESOURCES, value);
export const epollOperationName = (value: number): string => nameOf(EPOLL_OPERATIONS, value);
export const epollEventNames = (value: number): string => flagNames(EPOLL_EVENTS, value);
export const statusFlagNames = (value: number): string => flagNames(STATUS_FLAGS, value);

/** The type argument of socket(2): a type and flags. */
export function socketTypeName(value: number): string {
  const type = value & 0xf;
  const rest = value - type;
  return rest === 0 ? nameOf(TYPES, type) : `${nameOf(TYPES, type)}|${flagNames(TYPE_FLAGS, rest)}`;
}

function nameOf(names: Names, value: number): string {
  return names.get(value) ?? String(value);
}

function flagNames(names: Names, value: number): string {
  const parts: string[] = [];
  let rest = value;
  for (const [bit, name] of names) {
    if ((rest & bit) === 0) continue;
    parts.push(name);
    rest &= ~bit;
  }
  if (rest !== 0 || parts.length === 0) parts.push(rest === 0 ? "0" : `0x${rest.toString(16)}`);
  return parts.join("|");
}
