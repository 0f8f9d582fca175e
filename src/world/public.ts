/**
 * What the package's door offers on every platform, name by name. The entry files add World with their platform.
 */
export {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  EPOLLRDNORM,
  EPOLLWAKEUP,
  EPOLLWRNORM,
} from "../abi/epoll.ts";
export { ERRNO, ERRNO_TEXT, type Errno } from "../abi/errno.ts";
export { EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE } from "../abi/eventfd.ts";
export {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLK,
  F_GETOWN,
  F_GETOWN_EX,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_OWNER_PGRP,
  F_OWNER_PID,
  F_OWNER_TID,
  F_RDLCK,
  F_SETFD,
  F_SETFL,
  F_SETLK,
  F_SETLKW,
  F_SETOWN,
  F_SETOWN_EX,
  F_SETPIPE_SZ,
  F_SETSIG,
  F_UNLCK,
  F_WRLCK,
  FD_CLOEXEC,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  O_ACCMODE,
  O_APPEND,
  O_ASYNC,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from "../abi/fcntl.ts";
export {
  FIOASYNC,
  FIOCLEX,
  FIOGETOWN,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  FIOSETOWN,
  SIOCATMARK,
  SIOCGPGRP,
  SIOCOUTQ,
  SIOCOUTQNSD,
  SIOCSPGRP,
} from "../abi/ioctl.ts";
export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRNORM,
} from "../abi/poll.ts";
export {
  RLIM_INFINITY,
  RLIMIT_CPU,
  RLIMIT_FSIZE,
  RLIMIT_MSGQUEUE,
  RLIMIT_NOFILE,
  RLIMIT_NPROC,
  RLIMIT_SIGPENDING,
} from "../abi/resource.ts";
export {
  CLD_CONTINUED,
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  type DefaultAction,
  ITIMER_PROF,
  ITIMER_REAL,
  ITIMER_VIRTUAL,
  type OtherArchitecture,
  POLL_ERR,
  POLL_HUP,
  POLL_IN,
  POLL_OUT,
  POLL_PRI,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SA_SIGINFO,
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SI_KERNEL,
  SI_QUEUE,
  SI_TKILL,
  SI_USER,
  SIG_BLOCK,
  SIG_DFL,
  SIG_IGN,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGABRT,
  SIGALRM,
  SIGBUS,
  SIGCHLD,
  SIGCONT,
  SIGFPE,
  SIGHUP,
  SIGILL,
  SIGINT,
  SIGIO,
  SIGKILL,
  SIGNALS,
  SIGNALS_ELSEWHERE,
  SIGPIPE,
  SIGPROF,
  SIGPWR,
  SIGQUIT,
  SIGRTMAX,
  SIGRTMIN,
  SIGSEGV,
  SIGSTKFLT,
  SIGSTOP,
  SIGSYS,
  SIGTERM,
  SIGTRAP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGUSR1,
  SIGUSR2,
  SIGVTALRM,
  SIGWINCH,
  SIGXCPU,
  SIGXFSZ,
  type SignalRow,
  signalName,
  signalNumber,
  strsignal,
} from "../abi/signal.ts";
export {
  F_OK,
  R_OK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISCHR,
  S_ISDIR,
  S_ISFIFO,
  S_ISGID,
  S_ISLNK,
  S_ISREG,
  S_ISSOCK,
  S_ISUID,
  S_ISVTX,
  SEEK_CUR,
  SEEK_END,
  SEEK_SET,
  W_OK,
  X_OK,
} from "../abi/stat.ts";
export {
  _POSIX_VDISABLE,
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUTF8,
  IXANY,
  IXON,
  NCCS,
  NOFLSH,
  OCRNL,
  ONLCR,
  ONLRET,
  ONOCR,
  OPOST,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSADRAIN,
  TCSAFLUSH,
  TCSANOW,
  TIOCGWINSZ,
  TIOCOUTQ,
  TIOCSWINSZ,
  TOSTOP,
  VDISCARD,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VTIME,
  VWERASE,
  XTABS,
} from "../abi/termios.ts";
export { TFD_CLOEXEC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET } from "../abi/timerfd.ts";
export {
  WCONTINUED,
  WCOREDUMP,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSIGNALED,
  WIFSTOPPED,
  WNOHANG,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "../abi/wait.ts";
export { describe } from "../base/describe.ts";
export type { ClockOptions } from "../base/host-clock.ts";
export type { TraceDetail, TracedFrame, TraceEvent, TraceListener } from "../base/trace.ts";
export type { Capture } from "../host/capture.ts";
export type { InterfaceOptions } from "../host/configure.ts";
export type { ConsoleOutput } from "../host/console.ts";
export type { Attachable, Host, SpawnedProcess, SpawnOptions } from "../host/host.ts";
export { formatIpAddress, formatIpLink } from "../host/ip-text.ts";
export { formatLsof, type LsofRow } from "../host/lsof.ts";
export {
  formatLsofTree,
  type LsofTree,
  type TreeDescriptor,
  type TreeObject,
  type TreeProcess,
} from "../host/lsof-tree.ts";
export { svgLsofTree } from "../host/lsof-tree-svg.ts";
export type { NameRecords } from "../host/name-records.ts";
export { formatNetstat, type Netstat } from "../host/netstat.ts";
export type { PppConnection } from "../host/ppp.ts";
export { formatPs, type PsRow } from "../host/ps.ts";
export {
  formatIpRoute,
  formatRouteN,
  parseRoute,
  parseRouteN,
  type RouteNRow,
  type RouteText,
} from "../host/route-text.ts";
export type { MainOptions } from "../host/run-main.ts";
export { formatSs } from "../host/ss.ts";
export type { HostTerminal } from "../host/terminal.ts";
export type { RefusalKind, RouteProtocol, RouteSnapshot } from "../inet/ip/route.ts";
export type { RouteSpec } from "../inet/ip/route-spec.ts";
export type { AdvertiseSpec } from "../inet/nd/advertise.ts";
export type { ConnectionSeries, SeriesFilter, SeriesPoint } from "../inet/tcp/series.ts";
export type { ConnectionSnapshot } from "../inet/tcp/snapshot.ts";
export type { Stat } from "../kernel/calls/files.ts";
export type { RecordLock } from "../kernel/calls/locks.ts";
export type { PollFd } from "../kernel/calls/poll.ts";
export type { WaitResult } from "../kernel/calls/processes.ts";
export type { SelectResult, SelectSets } from "../kernel/calls/select.ts";
export type { PtyPair } from "../kernel/calls/terminals.ts";
export type { ClockName, RemainingTime, Timespec } from "../kernel/calls/time.ts";
export type { TimerSetting, TimerSpec } from "../kernel/calls/timerfd.ts";
export type { IdTriple } from "../kernel/credentials.ts";
export type { EpollEvent } from "../kernel/epoll.ts";
export type { Crash } from "../kernel/kernel.ts";
export type { ResourceLimit } from "../kernel/limits.ts";
export { formatSeconds, LivelockError } from "../kernel/run-state.ts";
export type { SigInfo } from "../kernel/signals/siginfo.ts";
export { parseSiginfo, SIGNALFD_SIGINFO_BYTES } from "../kernel/signals/signalfd.ts";
export type { IntervalTimer } from "../kernel/signals/timers.ts";
export type { EpollInterest } from "../kernel/sys/events.ts";
export type { SpawnAttributes } from "../kernel/sys/processes.ts";
export type { Sigaction, SignalDisposition, SignalHandler } from "../kernel/sys/signals.ts";
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
export type { PppOptions } from "../link/ppp/options.ts";
export type { PppPhase, PppSnapshot } from "../link/ppp/ppp.ts";
export type { Rule, Verdict } from "../link/rules.ts";
export type { Segment } from "../link/segment.ts";
export type { Serial, SerialOptions } from "../link/serial.ts";
export { formatQdisc, type QdiscOptions } from "../netif/qdisc/options.ts";
export type { QdiscSnapshot } from "../netif/qdisc/qdisc.ts";
export type { Credentials } from "../socket/ancillary.ts";
export type { ExtendedError, NamedAddress } from "../socket/error-queue.ts";
export type {
  ControlMessage,
  GroupRequest,
  GroupSourceRequest,
  Icmpv6Filter,
  Ipv6MulticastRequest,
  Linger,
  MulticastInterface,
  MulticastRequest,
  MulticastSourceRequest,
  OptionValue,
  OptionValues,
  ValueOf,
} from "../socket/option.ts";
export { cfmakeraw, type Termios, type WindowSize } from "../tty/termios.ts";
export { dissect, type Layer } from "../wire/dissect.ts";
export type { DnsRecord } from "../wire/dns.ts";
export { LINKTYPE_ETHERNET, LINKTYPE_PPP, LINKTYPE_RAW } from "../wire/pcapng.ts";
export { describe as describePacket } from "../wire/tcpdump.ts";
export { parseDuration } from "./duration.ts";
export { DeadlockError, EndOfTimeError, HeldClockError } from "./errors.ts";
export type { Mechanism, MechanismGroup, Property } from "./mechanism.ts";
export { MECHANISMS } from "./mechanisms.ts";
export type { OutsideSource } from "./outside.ts";
export { svgSeries } from "./plot.ts";
export * from "./public-sockets.ts";
export type { Progress } from "./run-loop.ts";
export type { HostOptions, Recording, RunOptions, RunResult, WorldOptions } from "./world.ts";
