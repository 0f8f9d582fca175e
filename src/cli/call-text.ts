/**
 * System calls as strace(1) writes them: `bind(3, 10.0.0.1:7) = -1 EADDRINUSE (address already in use)`.
 *
 * Order: formatCall() → arguments by the call's row in ARGUMENTS, results by the row in RESULTS; a call without a row is
 * written by the shape of its values, so that a new call needs nothing here to be readable.
 */
import {
  type EpollEvent,
  ERRNO_TEXT,
  type Errno,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  F_SETOWN_EX,
  F_SETPIPE_SZ,
  formatSeconds,
  type TimerSpec,
  type TraceEvent,
} from "../entry-node.ts";
import {
  domainName,
  epollEventNames,
  epollOperationName,
  fcntlCommandName,
  levelName,
  resourceName,
  socketOptionName,
  socketTypeName,
  statusFlagNames,
} from "./constant-names.ts";
import { FILE_ARGUMENTS, formatRecordLock, octal } from "./file-call-text.ts";
import { escapeText, quote } from "./quote.ts";
import * as signals from "./signal-text.ts";

/** What the trace says of a call that has its result. */
export type CallEvent = Extract<TraceEvent, { step: "kernel/call" }>;

type FormatArguments = (args: readonly unknown[]) => readonly string[];
type FormatResult = (result: unknown, args: readonly unknown[]) => string;

/** Calls that fill the buffer that is their second argument. */
const FILLING: ReadonlySet<string> = new Set(["read", "pread", "recv", "recvfrom", "recvmsg"]);
/** Calls that never come back to tell. */
const ENDLESS: ReadonlySet<string> = new Set(["exec", "exit"]);

const buffer: FormatArguments = ([fd, bytes]) => [value(fd), "…", length(bytes)];
const data: FormatArguments = ([fd, bytes, address]) => [
  value(fd),
  value(bytes),
  length(bytes),
  ...(address === undefined ? [] : [value(address)]),
];

const socket: FormatArguments = ([domain, type, protocol]) => [
  domainName(domain as number),
  socketTypeName(type as number),
  ...(protocol === 0 ? [] : [value(protocol)]),
];

const socketOption = (level: unknown, option: unknown): readonly string[] => [
  levelName(level as number),
  socketOptionName(level as number, option as number),
];

const ARGUMENTS: Readonly<Record<string, FormatArguments>> = {
  ...FILE_ARGUMENTS,
  read: buffer,
  recv: buffer,
  recvfrom: buffer,
  pread: (args) => [...buffer(args), value(args[2])],
  recvmsg: buffer,
  write: data,
  send: data,
  sendto: data,
  socket,
  socketpair: socket,
  getsockopt: ([fd, level, option]) => [value(fd), ...socketOption(level, option)],
  setsockopt: ([fd, level, option, set]) => [value(fd), ...socketOption(level, option), value(set)],
  fcntl: ([fd, command, argument]) => [
    value(fd),
    fcntlCommandName(command as number),
    ...fcntlArgument(command as number, argument),
  ],
  poll: ([count, timeoutMs]) => [count === 1 ? "1 descriptor" : `${count} descriptors`, timeout(timeoutMs)],
  select: ([timeoutMs]) => [timeout(timeoutMs)],
  epoll_ctl: ([epfd, operation, fd, events]) => [
    value(epfd),
    epollOperationName(operation as number),
    value(fd),
    ...(events === undefined ? [] : [epollEventNames(events as number)]),
  ],
  epoll_wait: ([epfd, eventsMax, timeoutMs]) => [value(epfd), value(eventsMax), timeout(timeoutMs)],
  timerfd_create: ([clock, flags]) => [String(clock), value(flags)],
  getrlimit: ([resource]) => [resourceName(resource as number)],
  setrlimit: ([resource, limit]) => [resourceName(resource as number), value(limit)],
  nanosleep: ([delayNs]) => [formatSeconds(delayNs as number)],
  waitpid: ([pid, options]) => [value(pid), ...signals.waitOptions(options)],
  kill: signals.sent,
  killpg: signals.sent,
  sigqueue: signals.sent,
  raise: signals.signalOnly,
  sigaction: signals.signalOnly,
  signal: signals.signalOnly,
  clock_gettime: ([clock]) => [String(clock)],
};

const RESULTS: Readonly<Record<string, FormatResult>> = {
  nanosleep: () => "0",
  umask: (mask) => octal(mask),
  sigaction: signals.disposition,
  signal: signals.disposition,
  sigprocmask: signals.signalSet,
  sigpending: signals.signalSet,
  sigwait: signals.signalInfo,
  sigwaitinfo: signals.signalInfo,
  sigtimedwait: signals.signalInfo,
  read: (result, args) => `${result}${filled(result as number, args)}`,
  pread: (result, args) => `${result}${filled(result as number, args)}`,
  recv: (result, args) => received(result, args),
  recvfrom: (result, args) => `${received(result, args)} from ${value((result as { source: unknown }).source)}`,
  recvmsg: (result, args) => {
    const { source, rights } = result as { source: unknown; rights: readonly number[] };
    const from = source === null ? "" : ` from ${value(source)}`;
    return `${received(result, args)}${from}${rights.length === 0 ? "" : ` with descriptors ${value(rights)}`}`;
  },
  accept: (result) => accepted(result),
  accept4: (result) => accepted(result),
  wait: (result) => waited(result as { pid: number; status: number }),
  waitpid: (result) => waited(result as { pid: number; status: number }),
  epoll_wait: (result) => `[${(result as EpollEvent[]).map(epollEvent).join(", ")}]`,
  timerfd_settime: (result) => timerSpec(result as TimerSpec),
  timerfd_gettime: (result) => timerSpec(result as TimerSpec),
  fcntl: (result, args) => (args[1] === F_GETFL ? statusFlagNames((result as number) & ~3) : value(result)),
};

/** The call with its arguments and result, in one line. */
export function formatCall({ call, args, result }: CallEvent): string {
  const format = ARGUMENTS[call];
  const text = `${call}(${(format === undefined ? args.map(value) : format(args)).join(", ")})`;
  if (isErrno(result)) return `${text} = -1 ${result} (${ERRNO_TEXT[result]})`;
  if (ENDLESS.has(call)) return text;
  return `${text} = ${(RESULTS[call] ?? value)(result, args)}`;
}

/** Has the call failed? An errno is the only result that is a bare string. */
export function isErrno(result: unknown): result is Errno {
  return typeof result === "string" && Object.hasOwn(ERRNO_TEXT, result);
}

/** The bytes that the call has moved, if it has moved any. */
export function movedBytes({ call, args, result }: CallEvent): Uint8Array | undefined {
  const bytes = args[1];
  if (!(bytes instanceof Uint8Array) || isErrno(result)) return undefined;
  if (!FILLING.has(call)) return bytes;
  const count = typeof result === "number" ? result : (result as { bytes: number }).bytes;
  return bytes.subarray(0, count);
}

/** `10.0.0.1:7`, of an endpoint or of a socket's address. */
export function formatEndpoint({ address, port }: { readonly address: unknown; readonly port: unknown }): string {
  const text = String(address);
  return text.includes(":") ? `[${text}]:${port}` : `${text}:${port}`;
}

function accepted(result: unknown): string {
  const { fd, address } = result as { fd: number; address: unknown };
  return `${fd} from ${value(address)}`;
}

function received(result: unknown, args: readonly unknown[]): string {
  const { bytes } = result as { bytes: number };
  return `${bytes}${filled(bytes, args)}`;
}

function filled(count: number, [, bytes]: readonly unknown[]): string {
  return count > 0 && bytes instanceof Uint8Array ? ` ${quote(bytes.subarray(0, count))}` : "";
}

function waited({ pid, status }: { pid: number; status: number }): string {
  if (pid === 0) return "0";
  return `${pid} (${signals.childStatus(status)})`;
}

function fcntlArgument(command: number, argument: unknown): string[] {
  if (command === F_SETOWN_EX) return [value(argument)];
  if (typeof argument !== "number") return [formatRecordLock(argument)];
  if (command === F_SETFL) return [statusFlagNames(argument)];
  const takesNumber: readonly number[] = [F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC, F_SETPIPE_SZ];
  return takesNumber.includes(command) ? [String(argument)] : [];
}

function timeout(timeoutMs: unknown): string {
  return (timeoutMs as number) < 0 ? "no limit" : `${timeoutMs} ms`;
}

/** `4: EPOLLIN|EPOLLHUP`, where the number is what the program gave for the descriptor. */
function epollEvent({ events, data }: EpollEvent): string {
  return `${data}: ${epollEventNames(events)}`;
}

function timerSpec({ value: remaining, interval }: TimerSpec): string {
  return `${value(remaining)}, every ${value(interval)}`;
}

function length(bytes: unknown): string {
  return bytes instanceof Uint8Array ? String(bytes.length) : "?";
}

/** A Unix-domain address: `"/tmp/s"`, `@abstract`, or that there is none. */
function formatPath(path: unknown): string {
  const text = String(path);
  if (text === "") return "unnamed";
  return text.startsWith("\0") ? `@${escapeText(text.slice(1))}` : `"${escapeText(text)}"`;
}

/** Any value by its shape. */
function value(any: unknown): string {
  if (any instanceof Uint8Array) return quote(any);
  if (typeof any === "string") return `"${escapeText(any)}"`;
  if (Array.isArray(any)) return `[${any.map(value).join(", ")}]`;
  if (typeof any !== "object" || any === null) return escapeText(String(any));
  if ("address" in any && "port" in any) return formatEndpoint(any);
  if ("path" in any && Object.keys(any).every((key) => key === "family" || key === "path")) return formatPath(any.path);
  if ("nanoseconds" in any && "seconds" in any) {
    return formatSeconds((any.seconds as number) * 1e9 + (any.nanoseconds as number));
  }
  if ("text" in any) return value(any.text);
  return JSON.stringify(any);
}
