/**
 * What the package's door offers on every platform, name by name. The entry files add World with their platform.
 */
export { ERRNO, ERRNO_TEXT, type Errno } from "../abi/errno.ts";
export {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_ACCMODE,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "../abi/fcntl.ts";
export { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLRDHUP } from "../abi/poll.ts";
export { SIGKILL } from "../abi/signal.ts";
export {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_ICMP,
  IPPROTO_IP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_DOMAIN,
  SO_ERROR,
  SO_PASSCRED,
  SO_PEERCRED,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
} from "../abi/socket.ts";
export { WEXITSTATUS, WIFEXITED, WIFSIGNALED, WNOHANG, WTERMSIG } from "../abi/wait.ts";
export type { TraceDetail, TracedFrame, TraceEvent, TraceListener } from "../base/trace.ts";
export type { Capture } from "../host/capture.ts";
export type { ConsoleOutput } from "../host/console.ts";
export type { Attachable, Host, SpawnedProcess, SpawnOptions } from "../host/host.ts";
export { formatLsof, type LsofRow } from "../host/lsof.ts";
export { formatNetstat, type Netstat } from "../host/netstat.ts";
export { formatPs, type PsRow } from "../host/ps.ts";
export type { PollFd } from "../kernel/calls/poll.ts";
export type { WaitResult } from "../kernel/calls/processes.ts";
export type { ClockName, Timespec } from "../kernel/calls/time.ts";
export type { Crash } from "../kernel/kernel.ts";
export { formatSeconds, LivelockError } from "../kernel/run-state.ts";
export type { SpawnAttributes } from "../kernel/sys/processes.ts";
export type {
  AcceptedConnection,
  Endpoint,
  InetEndpoint,
  InetName,
  Message,
  MessageToSend,
  NoEndpoint,
  NoName,
  ReceivedMessage,
  SocketName,
  UnixEndpoint,
  UnixName,
} from "../kernel/sys/sockets.ts";
export type { Program, Sys } from "../kernel/sys/sys.ts";
export { ProcessGoneError, SystemError } from "../kernel/system-error.ts";
export type { Cable } from "../link/cable.ts";
export type { LinkOptions } from "../link/options.ts";
export type { PacketView } from "../link/packet-view.ts";
export type { Rule, Verdict } from "../link/rules.ts";
export type { Segment } from "../link/segment.ts";
export type { Credentials } from "../socket/ancillary.ts";
export { LINKTYPE_ETHERNET, LINKTYPE_RAW } from "../wire/pcapng.ts";
export { describe as describePacket } from "../wire/tcpdump.ts";
export { parseDuration } from "./duration.ts";
export { DeadlockError, EndOfTimeError, HeldClockError } from "./errors.ts";
export type { Progress } from "./run-loop.ts";
export type { RunOptions, RunResult, WorldOptions } from "./world.ts";
