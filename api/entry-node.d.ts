// The public types of dist/entry-node.d.ts, without comments. Written by `npm run api`.

export declare const AF_INET = 2;

export declare const AF_INET6 = 10;

export declare const AF_NETLINK = 16;

export declare const AF_PACKET = 17;

export declare const AF_UNIX = 1;

export declare const AF_UNSPEC = 0;

export declare const AI_ADDRCONFIG = 32;

export declare const AI_ALL = 16;

export declare const AI_CANONNAME = 2;

export declare const AI_NUMERICHOST = 4;

export declare const AI_NUMERICSERV = 1024;

export declare const AI_PASSIVE = 1;

export declare const AI_V4MAPPED = 8;

export interface AcceptedConnection {
    readonly fd: number;
    readonly address: SocketName;
}

export interface AddressRequest {
    readonly dev: string;
    readonly address: string;
    readonly peer?: string;
}

export interface Addrinfo {
    readonly family: typeof AF_INET | typeof AF_INET6;
    readonly socktype: number;
    readonly protocol: number;
    readonly address: InetEndpoint;
    readonly canonname?: string;
}

export interface AddrinfoHints {
    readonly flags?: number;
    readonly family?: number;
    readonly socktype?: number;
    readonly protocol?: number;
}

export interface AdvertiseSpec {
    readonly prefix?: string | readonly string[];
    readonly lifetimeSeconds?: number;
    readonly validSeconds?: number;
    readonly preferredSeconds?: number;
    readonly onLink?: boolean;
    readonly autonomous?: boolean;
    readonly mtu?: number;
    readonly hopLimit?: number;
    readonly preference?: Preference;
    readonly dnsServers?: readonly string[];
    readonly minIntervalSeconds?: number;
    readonly maxIntervalSeconds?: number;
}

export interface Attachable {
    port(): Device;
}

export declare const B38400 = 15;

export declare const BUS_ADRERR = 2;

export declare const CLD_CONTINUED = 6;

export declare const CLD_DUMPED = 3;

export declare const CLD_EXITED = 1;

export declare const CLD_KILLED = 2;

export declare const CLD_STOPPED = 5;

export declare const CREAD = 128;

export declare const CS8 = 48;

export declare class Cable extends Link implements Exchange {
    port(): Device;
    signals(to: Port): boolean;
    opened(port: Port): void;
    input(from: Port, packet: Packet): void;
}

export declare class Capture {
    constructor(machine: Machine, interfaces: InterfaceTable, epochMs: number, sink?: (block: Uint8Array) => void);
    get packets(): number;
    toBytes(): Uint8Array;
    [Symbol.dispose](): void;
}

export type ClockName = "CLOCK_MONOTONIC" | "CLOCK_REALTIME" | "CLOCK_PROCESS_CPUTIME_ID";

export interface ClockOptions {
    readonly skewMs?: number;
    readonly driftPpm?: number;
}

export interface ConnectionSeries {
    readonly host: string;
    readonly local: string;
    readonly remote: string;
    readonly points: readonly SeriesPoint[];
}

export interface ConnectionSnapshot {
    readonly protocol: "tcp" | "tcp6";
    readonly receiveQueueBytes: number;
    readonly sendQueueBytes: number;
    readonly localAddress: string;
    readonly localPort: number;
    readonly remoteAddress: string | null;
    readonly remotePort: number | null;
    readonly state: string;
    readonly stateNumber: number;
    readonly inode: number;
    readonly uid: number;
    readonly congestion: string;
    readonly info: TcpInfo | null;
}

export interface ConsoleOutput {
    readonly timeNs: number;
    readonly host: string;
    readonly pid: number;
    readonly process: string;
    readonly text: string;
}

export interface ControlMessage {
    readonly level: number;
    readonly type: number;
    readonly value: OptionValue;
}

export interface Crash {
    readonly timeNs: number;
    readonly host: string;
    readonly pid: number;
    readonly process: string;
    readonly error: unknown;
}

export interface Credentials {
    readonly pid: number;
    readonly uid: number;
    readonly gid: number;
}

export declare class DeadlockError extends Error {
    constructor(nowNs: number, processes: readonly Process[], crashes: readonly Crash[]);
}

export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

export type DnsRecord = {
    readonly type: "A" | "AAAA";
    readonly address: string;
    readonly ttl?: number;
} | {
    readonly type: "CNAME" | "NS" | "PTR";
    readonly value: string;
} | {
    readonly type: "MX";
    readonly exchange: string;
    readonly priority: number;
} | {
    readonly type: "TXT";
    readonly entries: readonly string[];
} | {
    readonly type: "SRV";
    readonly name: string;
    readonly port: number;
    readonly priority: number;
    readonly weight: number;
} | {
    readonly type: "SOA";
    readonly nsname: string;
    readonly hostmaster: string;
    readonly serial: number;
    readonly refresh: number;
    readonly retry: number;
    readonly expire: number;
    readonly minttl: number;
} | {
    readonly type: "NAPTR";
    readonly flags: string;
    readonly service: string;
    readonly regexp: string;
    readonly replacement: string;
    readonly order: number;
    readonly preference: number;
} | {
    readonly type: "TLSA";
    readonly certUsage: number;
    readonly selector: number;
    readonly match: number;
    readonly data: ArrayBuffer;
}
 | {
    readonly type: "CAA";
    readonly critical: number;
    readonly [property: string]: string | number;
};

export declare const EAI: {
    readonly EAI_BADFLAGS: -1;
    readonly EAI_NONAME: -2;
    readonly EAI_AGAIN: -3;
    readonly EAI_FAIL: -4;
    readonly EAI_FAMILY: -6;
    readonly EAI_SOCKTYPE: -7;
    readonly EAI_SERVICE: -8;
    readonly EAI_OVERFLOW: -12;
};

export declare const ECHO = 8;

export declare const ECHOCTL = 512;

export declare const ECHOE = 16;

export declare const ECHOK = 32;

export declare const ECHOKE = 2048;

export declare const ECHONL = 64;

export declare const EFD_CLOEXEC = 524288;

export declare const EFD_NONBLOCK = 2048;

export declare const EFD_SEMAPHORE = 1;

export declare const EPOLLERR = 8;

export declare const EPOLLET = 2147483648;

export declare const EPOLLEXCLUSIVE = 268435456;

export declare const EPOLLHUP = 16;

export declare const EPOLLIN = 1;

export declare const EPOLLONESHOT = 1073741824;

export declare const EPOLLOUT = 4;

export declare const EPOLLPRI = 2;

export declare const EPOLLRDHUP = 8192;

export declare const EPOLLRDNORM = 64;

export declare const EPOLLWAKEUP = 536870912;

export declare const EPOLLWRNORM = 256;

export declare const EPOLL_CLOEXEC = 524288;

export declare const EPOLL_CTL_ADD = 1;

export declare const EPOLL_CTL_DEL = 2;

export declare const EPOLL_CTL_MOD = 3;

export declare const ERRNO: {
    readonly EPERM: 1;
    readonly ENOENT: 2;
    readonly ESRCH: 3;
    readonly EINTR: 4;
    readonly EIO: 5;
    readonly ENXIO: 6;
    readonly E2BIG: 7;
    readonly ENOEXEC: 8;
    readonly EBADF: 9;
    readonly ECHILD: 10;
    readonly EAGAIN: 11;
    readonly ENOMEM: 12;
    readonly EACCES: 13;
    readonly EFAULT: 14;
    readonly EBUSY: 16;
    readonly EEXIST: 17;
    readonly EXDEV: 18;
    readonly ENODEV: 19;
    readonly ENOTDIR: 20;
    readonly EISDIR: 21;
    readonly EINVAL: 22;
    readonly ENFILE: 23;
    readonly EMFILE: 24;
    readonly ENOTTY: 25;
    readonly ETXTBSY: 26;
    readonly EFBIG: 27;
    readonly ENOSPC: 28;
    readonly ESPIPE: 29;
    readonly EROFS: 30;
    readonly EMLINK: 31;
    readonly EPIPE: 32;
    readonly EDOM: 33;
    readonly ERANGE: 34;
    readonly EDEADLK: 35;
    readonly ENAMETOOLONG: 36;
    readonly ENOLCK: 37;
    readonly ENOSYS: 38;
    readonly ENOTEMPTY: 39;
    readonly ELOOP: 40;
    readonly ENOMSG: 42;
    readonly EIDRM: 43;
    readonly ENONET: 64;
    readonly EPROTO: 71;
    readonly EBADMSG: 74;
    readonly EOVERFLOW: 75;
    readonly ENOTSOCK: 88;
    readonly EDESTADDRREQ: 89;
    readonly EMSGSIZE: 90;
    readonly EPROTOTYPE: 91;
    readonly ENOPROTOOPT: 92;
    readonly EPROTONOSUPPORT: 93;
    readonly ESOCKTNOSUPPORT: 94;
    readonly EOPNOTSUPP: 95;
    readonly EPFNOSUPPORT: 96;
    readonly EAFNOSUPPORT: 97;
    readonly EADDRINUSE: 98;
    readonly EADDRNOTAVAIL: 99;
    readonly ENETDOWN: 100;
    readonly ENETUNREACH: 101;
    readonly ENETRESET: 102;
    readonly ECONNABORTED: 103;
    readonly ECONNRESET: 104;
    readonly ENOBUFS: 105;
    readonly EISCONN: 106;
    readonly ENOTCONN: 107;
    readonly ESHUTDOWN: 108;
    readonly ETOOMANYREFS: 109;
    readonly ETIMEDOUT: 110;
    readonly ECONNREFUSED: 111;
    readonly EHOSTDOWN: 112;
    readonly EHOSTUNREACH: 113;
    readonly EALREADY: 114;
    readonly EINPROGRESS: 115;
    readonly ESTALE: 116;
    readonly ECANCELED: 125;
    readonly EOWNERDEAD: 130;
    readonly ENOTRECOVERABLE: 131;
};

export declare const ERRNO_TEXT: Readonly<Record<Errno, string>>;

export declare const ETH_P_ALL = 3;

export declare const ETH_P_ARP = 2054;

export declare const ETH_P_IP = 2048;

export declare const ETH_P_IPV6 = 34525;

export type EaiCode = keyof typeof EAI;

export declare class EndOfTimeError extends Error {
    constructor(label: string);
}

export type Endpoint = InetEndpoint | UnixEndpoint | LinkEndpoint | NoEndpoint;

export interface EpollEvent {
    readonly events: number;
    readonly data: number;
}

export type EpollInterest = Pick<EpollEvent, "events"> & Partial<EpollEvent>;

export type Errno = keyof typeof ERRNO;

export interface ExtendedError {
    readonly ee_errno: number;
    readonly ee_origin: number;
    readonly ee_type: number;
    readonly ee_code: number;
    readonly ee_info: number;
    readonly ee_data: number;
    readonly offender: NamedAddress | null;
}

export declare const FD_CLOEXEC = 1;

export declare const FIOASYNC = 21586;

export declare const FIOCLEX = 21585;

export declare const FIOGETOWN = 35075;

export declare const FIONBIO = 21537;

export declare const FIONCLEX = 21584;

export declare const FIONREAD = 21531;

export declare const FIOSETOWN = 35073;

export declare const F_DUPFD = 0;

export declare const F_DUPFD_CLOEXEC = 1030;

export declare const F_GETFD = 1;

export declare const F_GETFL = 3;

export declare const F_GETLK = 5;

export declare const F_GETOWN = 9;

export declare const F_GETOWN_EX = 16;

export declare const F_GETPIPE_SZ = 1032;

export declare const F_GETSIG = 11;

export declare const F_OK = 0;

export declare const F_OWNER_PGRP = 2;

export declare const F_OWNER_PID = 1;

export declare const F_OWNER_TID = 0;

export declare const F_RDLCK = 0;

export declare const F_SETFD = 2;

export declare const F_SETFL = 4;

export declare const F_SETLK = 6;

export declare const F_SETLKW = 7;

export declare const F_SETOWN = 8;

export declare const F_SETOWN_EX = 15;

export declare const F_SETPIPE_SZ = 1031;

export declare const F_SETSIG = 10;

export declare const F_UNLCK = 2;

export declare const F_WRLCK = 1;

export type Futex = Semaphore;

export declare const GETALL = 13;

export declare const GETNCNT = 14;

export declare const GETPID = 11;

export declare const GETVAL = 12;

export declare const GETZCNT = 15;

export declare class GaiError extends Error {
    readonly code: EaiCode;
    readonly errno: number;
    constructor(code: EaiCode, subject: string);
}

export interface GroupRequest {
    readonly gr_interface: number;
    readonly gr_group: string;
}

export interface GroupSourceRequest {
    readonly gsr_interface: number;
    readonly gsr_group: string;
    readonly gsr_source: string;
}

export declare class HeldClockError extends Error {
    constructor(message: string);
}

export declare class Host {
    readonly kernel: Kernel;
    readonly netif: Netif;
    readonly inet: Inet;
    readonly unix: UnixDomain;
    readonly protocols: ProtocolTable;
    readonly programs: ProgramTable;
    get records(): NameRecords;
    constructor(parts: HostParts);
    get addresses(): readonly string[];
    get name(): string;
    get forwarding(): boolean;
    set forwarding(forwarding: boolean);
    sysctl(name: string): string;
    sysctl(name: string, value: number | string): void;
    attach(link: Attachable | Device, ...addresses: readonly (string | undefined)[]): Interface;
    ppp(line: Serial, options?: PppOptions): PppConnection;
    interface(name: string): Interface;
    configure(named: string | Interface, options: InterfaceOptions): void;
    addAddress(named: string | Interface, address: string, { verified }?: {
        readonly verified?: boolean;
    }): void;
    advertise(named: string | Interface, spec?: AdvertiseSpec): Disposable;
    deleteAddress(named: string | Interface, address: string): void;
    route(destination: string, spec: Omit<RouteSpec, "to">): void;
    deleteRoute(destination: string, spec?: Omit<RouteSpec, "to">): void;
    routes(): readonly RouteSnapshot[];
    spawn(name: string, program: Program, options?: SpawnOptions): SpawnedProcess;
    spawn(name: string, program: unknown, options?: SpawnOptions): SpawnedProcess;
    openTerminal(): HostTerminal;
    run<T>(main: () => T | Promise<T>, options?: MainOptions): Promise<T>;
    start(spec: MainOptions & {
        readonly main: () => unknown;
    }): SpawnedProcess;
    netstat(): Netstat;
    ps(): PsRow[];
    ipcs(): Ipcs;
    lsof(): LsofRow[];
    lsofTree(): LsofTree;
    capture(sink?: (piece: Uint8Array) => void): Capture;
}

export interface HostOptions {
    readonly clock?: ClockOptions;
}

export declare class HostTerminal implements Disposable {
    onActivity: (() => void) | null;
    constructor(kernel: Kernel);
    get name(): string;
    get terminal(): Terminal;
    get isWritable(): boolean;
    type(keys: string | Uint8Array): number;
    read(): Uint8Array;
    resize(rows: number, columns: number): void;
    [Symbol.dispose](): void;
}

export declare const ICANON = 2;

export declare const ICMPV6_FILTER = 1;

export declare const ICMP_FILTER = 1;

export declare const ICRNL = 256;

export declare const IEXTEN = 32768;

export declare const IGNCR = 128;

export declare const INLCR = 64;

export declare const IPC_CREAT = 512;

export declare const IPC_EXCL = 1024;

export declare const IPC_INFO = 3;

export declare const IPC_NOWAIT = 2048;

export declare const IPC_PRIVATE = 0;

export declare const IPC_RMID = 0;

export declare const IPC_SET = 1;

export declare const IPC_STAT = 2;

export declare const IPPROTO_ICMP = 1;

export declare const IPPROTO_ICMPV6 = 58;

export declare const IPPROTO_IGMP = 2;

export declare const IPPROTO_IP = 0;

export declare const IPPROTO_IPV6 = 41;

export declare const IPPROTO_RAW = 255;

export declare const IPPROTO_TCP = 6;

export declare const IPPROTO_UDP = 17;

export declare const IPV6_CHECKSUM = 7;

export declare const IPV6_DONTFRAG = 62;

export declare const IPV6_FREEBIND = 78;

export declare const IPV6_HOPLIMIT = 52;

export declare const IPV6_JOIN_GROUP = 20;

export declare const IPV6_LEAVE_GROUP = 21;

export declare const IPV6_MTU = 24;

export declare const IPV6_MTU_DISCOVER = 23;

export declare const IPV6_MULTICAST_ALL = 29;

export declare const IPV6_MULTICAST_HOPS = 18;

export declare const IPV6_MULTICAST_IF = 17;

export declare const IPV6_MULTICAST_LOOP = 19;

export declare const IPV6_PKTINFO = 50;

export declare const IPV6_RECVERR = 25;

export declare const IPV6_RECVHOPLIMIT = 51;

export declare const IPV6_RECVPKTINFO = 49;

export declare const IPV6_RECVTCLASS = 66;

export declare const IPV6_TCLASS = 67;

export declare const IPV6_UNICAST_HOPS = 16;

export declare const IPV6_V6ONLY = 26;

export declare const IP_ADD_MEMBERSHIP = 35;

export declare const IP_ADD_SOURCE_MEMBERSHIP = 39;

export declare const IP_BIND_ADDRESS_NO_PORT = 24;

export declare const IP_BLOCK_SOURCE = 38;

export declare const IP_DROP_MEMBERSHIP = 36;

export declare const IP_DROP_SOURCE_MEMBERSHIP = 40;

export declare const IP_FREEBIND = 15;

export declare const IP_HDRINCL = 3;

export declare const IP_MINTTL = 21;

export declare const IP_MTU = 14;

export declare const IP_MTU_DISCOVER = 10;

export declare const IP_MULTICAST_ALL = 49;

export declare const IP_MULTICAST_IF = 32;

export declare const IP_MULTICAST_LOOP = 34;

export declare const IP_MULTICAST_TTL = 33;

export declare const IP_OPTIONS = 4;

export declare const IP_PKTINFO = 8;

export declare const IP_PMTUDISC_DO = 2;

export declare const IP_PMTUDISC_DONT = 0;

export declare const IP_PMTUDISC_INTERFACE = 4;

export declare const IP_PMTUDISC_OMIT = 5;

export declare const IP_PMTUDISC_PROBE = 3;

export declare const IP_PMTUDISC_WANT = 1;

export declare const IP_RECVERR = 11;

export declare const IP_RECVOPTS = 6;

export declare const IP_RECVORIGDSTADDR = 20;

export declare const IP_RECVTOS = 13;

export declare const IP_RECVTTL = 12;

export declare const IP_RETOPTS = 7;

export declare const IP_TOS = 1;

export declare const IP_TTL = 2;

export declare const IP_UNBLOCK_SOURCE = 37;

export declare const ISIG = 1;

export declare const ISTRIP = 32;

export declare const ITIMER_PROF = 2;

export declare const ITIMER_REAL = 0;

export declare const ITIMER_VIRTUAL = 1;

export declare const IUTF8 = 16384;

export declare const IXANY = 2048;

export declare const IXON = 1024;

export interface IcmpFilter {
    readonly data: number;
}

export interface Icmpv6Filter {
    readonly data: readonly number[];
}

export interface IdTriple {
    readonly real: number;
    readonly effective: number;
    readonly saved: number;
}

export interface InetEndpoint {
    readonly address: string;
    readonly port: number;
    readonly scopeId?: number;
}

export interface InetName extends InetEndpoint {
    readonly family: typeof AF_INET | typeof AF_INET6;
    readonly path?: undefined;
}

export interface InterfaceOptions {
    readonly up?: boolean;
    readonly mtu?: number;
    readonly qdisc?: QdiscOptions;
    readonly offload?: boolean;
}

export interface IntervalTimer {
    readonly valueNs: number;
    readonly intervalNs: number;
}

export interface Ipcs {
    readonly messages: readonly (MessageQueueStatus & {
        readonly id: number;
    })[];
    readonly segments: readonly (SegmentStatus & {
        readonly id: number;
    })[];
    readonly semaphores: readonly (SemaphoreStatus & {
        readonly id: number;
    })[];
}

export interface Ipv6MulticastRequest {
    readonly ipv6mr_multiaddr: string;
    readonly ipv6mr_interface?: number;
}

export declare const LINKTYPE_ETHERNET = 1;

export declare const LINKTYPE_PPP = 9;

export declare const LINKTYPE_RAW = 101;

export declare const LOCK_EX = 2;

export declare const LOCK_NB = 4;

export declare const LOCK_SH = 1;

export declare const LOCK_UN = 8;

export interface Layer {
    readonly protocol: string;
    readonly offset: number;
    readonly length: number;
    readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface Linger {
    readonly onoff: number;
    readonly linger: number;
}

export interface LinkEndpoint {
    readonly ifindex: number;
    readonly protocol?: number;
    readonly addr?: string;
}

export interface LinkName extends LinkEndpoint {
    readonly family: typeof AF_PACKET;
    readonly protocol: number;
    readonly hatype: number;
    readonly pkttype: number;
    readonly addr: string;
    readonly address?: undefined;
    readonly port?: undefined;
    readonly path?: undefined;
}

export interface LinkOptions {
    readonly delayMs?: number;
    readonly jitterMs?: number;
    readonly lossRate?: number;
    readonly duplicateRate?: number;
    readonly corruptRate?: number;
    readonly reorderRate?: number;
    readonly reorderPackets?: number;
    readonly rateMbps?: number;
    readonly queuePackets?: number;
    readonly mtu?: number;
}

export interface LinkRequest {
    readonly dev: string;
    readonly up?: boolean;
    readonly mtu?: number;
}

export declare class LivelockError extends Error {
    constructor(process: Process, call: string, calls: number, timeText: string);
}

export interface LsofRow {
    readonly process: string;
    readonly pid: number;
    readonly uid: number;
    readonly fd: number;
    readonly access: "r" | "w" | "u";
    readonly type: string;
    readonly node: string;
    readonly name: string;
}

export interface LsofTree {
    readonly host: string;
    readonly processes: readonly TreeProcess[];
    readonly objects: readonly TreeObject[];
}

export declare const MAP_ANONYMOUS = 32;

export declare const MAP_PRIVATE = 2;

export declare const MAP_SHARED = 1;

export declare const MCAST_BLOCK_SOURCE = 43;

export declare const MCAST_JOIN_GROUP = 42;

export declare const MCAST_JOIN_SOURCE_GROUP = 46;

export declare const MCAST_LEAVE_GROUP = 45;

export declare const MCAST_LEAVE_SOURCE_GROUP = 47;

export declare const MCAST_UNBLOCK_SOURCE = 44;

export declare const MECHANISMS: readonly Mechanism[];

export declare const MQ_PRIO_MAX = 32768;

export declare const MSG_CMSG_CLOEXEC = 1073741824;

export declare const MSG_CONFIRM = 2048;

export declare const MSG_COPY = 16384;

export declare const MSG_CTRUNC = 8;

export declare const MSG_DONTROUTE = 4;

export declare const MSG_DONTWAIT = 64;

export declare const MSG_ERRQUEUE = 8192;

export declare const MSG_EXCEPT = 8192;

export declare const MSG_FASTOPEN = 536870912;

export declare const MSG_INFO = 12;

export declare const MSG_MORE = 32768;

export declare const MSG_NOERROR = 4096;

export declare const MSG_NOSIGNAL = 16384;

export declare const MSG_OOB = 1;

export declare const MSG_PEEK = 2;

export declare const MSG_STAT = 11;

export declare const MSG_STAT_ANY = 13;

export declare const MSG_TRUNC = 32;

export declare const MSG_WAITALL = 256;

export declare const MS_ASYNC = 1;

export declare const MS_INVALIDATE = 2;

export declare const MS_SYNC = 4;

export interface MainOptions extends SpawnOptions {
    readonly name?: string;
    readonly argv?: readonly string[];
    readonly allow?: readonly string[];
}

export interface Mapping {
    readonly address: number;
    readonly length: number;
    readonly protection: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
    load(offset: number, count: number): Uint8Array;
    store(offset: number, data: Uint8Array | string): void;
}

export interface Mechanism {
    readonly name: string;
    readonly title: string;
    readonly group: MechanismGroup;
    readonly manual: string;
    readonly summary: string;
    readonly properties: Readonly<Partial<Record<Property, {
        readonly value: string;
        readonly detail?: string;
    }>>>;
    readonly blocking: readonly {
        readonly call: string;
        readonly when: string;
    }[];
    readonly drawing: string;
}

export type MechanismGroup = "streams" | "messages" | "memory" | "signals";

export interface Message {
    readonly bytes: number;
    readonly source: SocketName;
}

export interface MessageInfo extends TableInfo {
    readonly msgpool: number;
    readonly msgmap: number;
    readonly msgmax: number;
    readonly msgmnb: number;
    readonly msgmni: number;
    readonly msgssz: number;
    readonly msgtql: number;
    readonly msgseg: number;
}

export interface MessageQueueStatus {
    readonly perm: SysvPermission;
    readonly stime: number;
    readonly rtime: number;
    readonly ctime: number;
    readonly cbytes: number;
    readonly qnum: number;
    readonly qbytes: number;
    readonly lspid: number;
    readonly lrpid: number;
}

export interface MessageToSend {
    readonly data: Uint8Array | string | readonly (Uint8Array | string)[];
    readonly address?: Endpoint;
    readonly rights?: readonly number[];
    readonly credentials?: Credentials;
    readonly control?: readonly ControlMessage[];
}

export interface MulticastInterface {
    readonly imr_address?: string;
    readonly imr_ifindex?: number;
}

export interface MulticastRequest {
    readonly imr_multiaddr: string;
    readonly imr_address?: string;
    readonly imr_ifindex?: number;
}

export interface MulticastSourceRequest {
    readonly imr_multiaddr: string;
    readonly imr_interface: string;
    readonly imr_sourceaddr: string;
}

export declare const NCCS = 19;

export declare const NETLINK_ROUTE = 0;

export declare const NETLINK_SOCK_DIAG = 4;

export declare const NI_DGRAM = 16;

export declare const NI_NAMEREQD = 8;

export declare const NI_NUMERICHOST = 1;

export declare const NI_NUMERICSERV = 2;

export declare const NOFLSH = 128;

export declare class NameRecords {
    add(name: string, record: DnsRecord): Disposable;
    of(name: string): readonly DnsRecord[];
}

export interface NamedAddress {
    readonly family: number;
    readonly address: string;
    readonly port: number;
}

export interface NeighbourRequest {
    readonly dev: string;
    readonly address: string;
    readonly lladdr?: string;
    readonly state?: "PERMANENT" | "STALE";
}

export interface NetlinkRecords {
    [RTM_GETLINK]: readonly InterfaceSnapshot[];
    [RTM_GETADDR]: readonly AddressSnapshot[];
    [RTM_GETROUTE]: readonly RouteSnapshot[];
    [RTM_GETNEIGH]: readonly NeighbourSnapshot[];
}

export interface Netstat {
    readonly host: string;
    readonly interfaces: readonly InterfaceSnapshot[];
    readonly addresses: readonly AddressSnapshot[];
    readonly sockets: readonly UdpSnapshot[];
    readonly connections: readonly ConnectionSnapshot[];
    readonly rawSockets: readonly RawSnapshot[];
    readonly packetSockets: readonly PacketSnapshot[];
    readonly unixSockets: readonly UnixSnapshot[];
    readonly groups: readonly GroupSnapshot[];
    readonly routes: readonly RouteSnapshot[];
    readonly neighbours: readonly NeighbourSnapshot[];
    readonly forwarding: boolean;
    readonly defaultTtl: number;
    readonly counters: Readonly<Record<string, number>>;
}

export interface NoEndpoint {
    readonly family: typeof AF_UNSPEC;
}

export interface NoName extends NoEndpoint {
    readonly address?: undefined;
    readonly port?: undefined;
    readonly path?: undefined;
}

export declare const OCRNL = 8;

export declare const ONLCR = 4;

export declare const ONLRET = 32;

export declare const ONOCR = 16;

export declare const OPOST = 1;

export declare const O_ACCMODE = 3;

export declare const O_APPEND = 1024;

export declare const O_ASYNC = 8192;

export declare const O_CLOEXEC = 524288;

export declare const O_CREAT = 64;

export declare const O_DIRECT = 16384;

export declare const O_DIRECTORY = 65536;

export declare const O_EXCL = 128;

export declare const O_NOCTTY = 256;

export declare const O_NOFOLLOW = 131072;

export declare const O_NONBLOCK = 2048;

export declare const O_RDONLY = 0;

export declare const O_RDWR = 2;

export declare const O_TRUNC = 512;

export declare const O_WRONLY = 1;

export type OptionValue = number | object;

export interface OptionValues {
    readonly [SOL_SOCKET]: {
        readonly [SO_LINGER]: Linger;
        readonly [SO_PEERCRED]: Credentials;
        readonly [SO_BINDTODEVICE]: string;
    };
    readonly [SOL_PACKET]: {
        readonly [PACKET_ADD_MEMBERSHIP]: PacketMembership;
        readonly [PACKET_DROP_MEMBERSHIP]: PacketMembership;
        readonly [PACKET_STATISTICS]: PacketStatistics;
    };
    readonly [IPPROTO_TCP]: {
        readonly [TCP_CONGESTION]: string;
        readonly [TCP_FASTOPEN_KEY]: Uint8Array;
        readonly [TCP_INFO]: TcpInfo;
    };
    readonly [SOL_RAW]: {
        readonly [ICMP_FILTER]: IcmpFilter;
    };
    readonly [IPPROTO_ICMPV6]: {
        readonly [ICMPV6_FILTER]: Icmpv6Filter;
    };
    readonly [IPPROTO_IPV6]: MulticastOptionValues & {
        readonly [IPV6_JOIN_GROUP]: Ipv6MulticastRequest;
        readonly [IPV6_LEAVE_GROUP]: Ipv6MulticastRequest;
    };
    readonly [IPPROTO_IP]: MulticastOptionValues & {
        readonly [IP_OPTIONS]: Uint8Array;
        readonly [IP_MULTICAST_IF]: MulticastInterface;
        readonly [IP_ADD_MEMBERSHIP]: MulticastRequest;
        readonly [IP_DROP_MEMBERSHIP]: MulticastRequest;
        readonly [IP_ADD_SOURCE_MEMBERSHIP]: MulticastSourceRequest;
        readonly [IP_DROP_SOURCE_MEMBERSHIP]: MulticastSourceRequest;
        readonly [IP_BLOCK_SOURCE]: MulticastSourceRequest;
        readonly [IP_UNBLOCK_SOURCE]: MulticastSourceRequest;
    };
}

export type OtherArchitecture = "alpha" | "sparc" | "mips" | "parisc";

export interface OutsideSource extends Disposable {
    raise(): void;
}

export declare const PACKET_ADD_MEMBERSHIP = 1;

export declare const PACKET_BROADCAST = 1;

export declare const PACKET_DROP_MEMBERSHIP = 2;

export declare const PACKET_HOST = 0;

export declare const PACKET_MR_ALLMULTI = 2;

export declare const PACKET_MR_MULTICAST = 0;

export declare const PACKET_MR_PROMISC = 1;

export declare const PACKET_MULTICAST = 2;

export declare const PACKET_OTHERHOST = 3;

export declare const PACKET_OUTGOING = 4;

export declare const PACKET_STATISTICS = 6;

export declare const POLLERR = 8;

export declare const POLLHUP = 16;

export declare const POLLIN = 1;

export declare const POLLNVAL = 32;

export declare const POLLOUT = 4;

export declare const POLLPRI = 2;

export declare const POLLRDHUP = 8192;

export declare const POLLRDNORM = 64;

export declare const POLLWRNORM = 256;

export declare const POLL_ERR = 4;

export declare const POLL_HUP = 6;

export declare const POLL_IN = 1;

export declare const POLL_OUT = 2;

export declare const POLL_PRI = 5;

export declare const PROT_EXEC = 4;

export declare const PROT_NONE = 0;

export declare const PROT_READ = 1;

export declare const PROT_WRITE = 2;

export interface PacketMembership {
    readonly mr_ifindex: number;
    readonly mr_type: number;
    readonly mr_address?: string;
}

export interface PacketStatistics {
    readonly tp_packets: number;
    readonly tp_drops: number;
}

export declare class PacketView {
    readonly from: string;
    readonly timeNs: number;
    readonly length: number;
    constructor(packet: Packet, from: string, timeNs: number);
    get bytes(): Uint8Array;
    get ethernet(): ethernet.Header | undefined;
    get arp(): arp.Message | undefined;
    get ipv4(): ipv4.Header | undefined;
    get ipv6(): ipv6.Header | undefined;
    get icmp(): icmpv4.Message | undefined;
    get icmp6(): icmpv6.Message | undefined;
    get udp(): udp.Header | undefined;
    get tcp(): tcp.Header | undefined;
}

export interface PollFd {
    readonly fd: number;
    readonly events: number;
    revents?: number;
}

export declare class PppConnection {
    readonly interface: Interface;
    constructor(attached: Interface, device: PppDevice);
    get up(): boolean;
    close(): void;
    open(): void;
    snapshot(): PppSnapshot;
}

export interface PppOptions {
    readonly local?: string;
    readonly remote?: string;
    readonly ipv6?: boolean;
    readonly defaultRoute?: boolean;
    readonly name?: string;
    readonly secret?: string;
    readonly require?: AuthProtocol;
    readonly peers?: Readonly<Record<string, string>>;
    readonly mru?: number;
    readonly asyncMap?: number;
    readonly compress?: boolean;
    readonly echoIntervalMs?: number;
    readonly echoFailures?: number;
    readonly holdoffMs?: number;
}

export type PppPhase = "dead" | "establish" | "authenticate" | "network" | "terminate";

export interface PppSnapshot {
    readonly phase: PppPhase;
    readonly lcp: PppState;
    readonly ipcp: PppState;
    readonly ipv6cp: PppState;
    readonly peerName: string;
    readonly networks: readonly {
        readonly family: 4 | 6;
        readonly local: string;
        readonly remote: string;
    }[];
    readonly mtu: number;
}

export declare class ProcessGoneError extends Error {
    constructor(title: string, call: string);
}

export type Program = (sys: Sys, ...args: string[]) => number | void | Promise<number | void>;

export interface Progress {
    readonly nowNs: number;
    readonly untilNs: number | undefined;
    readonly events: number;
}

export type Property = "addressing" | "directionality" | "boundaries" | "connection" | "capacity" | "loss" | "reordering" | "damage" | "parties";

export interface ProtocolEntry {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly number: number;
}

export interface PsRow {
    readonly pid: number;
    readonly ppid: number;
    readonly uid: number;
    readonly pgid: number;
    readonly sid: number;
    readonly tty: string;
    readonly state: "R" | "S" | "T" | "Z";
    readonly name: string;
    readonly waits: readonly {
        readonly call: string;
        readonly on: string;
    }[];
}

export interface PtyPair {
    readonly master: number;
    readonly slave: number;
    readonly name: string;
}

export type QdiscOptions =
{
    readonly kind: "pfifo";
    readonly limitPackets?: number;
} | {
    readonly kind: "bfifo";
    readonly limitBytes: number;
}
 | {
    readonly kind: "prio";
} | {
    readonly kind: "fq_codel";
    readonly limitPackets?: number;
    readonly memoryLimitBytes?: number;
    readonly flows?: number;
    readonly quantumBytes?: number;
    readonly targetMs?: number;
    readonly intervalMs?: number;
    readonly ecn?: boolean;
} | {
    readonly kind: "tbf";
    readonly rateMbps: number;
    readonly burstBytes: number;
    readonly latencyMs?: number;
    readonly limitBytes?: number;
};

export interface QdiscSnapshot {
    readonly kind: string;
    readonly parameters: Readonly<Record<string, string>>;
    readonly sentPackets: number;
    readonly sentBytes: number;
    readonly droppedPackets: number;
    readonly overlimits: number;
    readonly backlogPackets: number;
    readonly backlogBytes: number;
    readonly more: Readonly<Record<string, number>>;
}

export interface QueueAttributes extends QueueShape {
    readonly flags: number;
    readonly curmsgs: number;
}

export interface QueueReceipt {
    readonly bytes: number;
    readonly priority: number;
}

export declare const RLIMIT_CPU = 0;

export declare const RLIMIT_FSIZE = 1;

export declare const RLIMIT_MSGQUEUE = 12;

export declare const RLIMIT_NOFILE = 7;

export declare const RLIMIT_NPROC = 6;

export declare const RLIMIT_SIGPENDING = 11;

export declare const RLIM_INFINITY: number;

export declare const RTM_DELADDR = 21;

export declare const RTM_DELNEIGH = 29;

export declare const RTM_DELROUTE = 25;

export declare const RTM_GETADDR = 22;

export declare const RTM_GETLINK = 18;

export declare const RTM_GETNEIGH = 30;

export declare const RTM_GETROUTE = 26;

export declare const RTM_NEWADDR = 20;

export declare const RTM_NEWNEIGH = 28;

export declare const RTM_NEWROUTE = 24;

export declare const RTM_SETLINK = 19;

export declare const R_OK = 4;

export interface ReceivedMessage extends Message {
    readonly flags: number;
    readonly rights: readonly number[];
    readonly credentials: Credentials | null;
    readonly control: readonly ControlMessage[];
}

export interface RecordLock {
    type: number;
    whence?: number;
    start?: number;
    length?: number;
    pid?: number;
}

export interface Recording extends Disposable {
    readonly connections: readonly ConnectionSeries[];
}

export type RefusalKind = "blackhole" | "unreachable" | "prohibit";

export interface RemainingTime {
    nanoseconds: number;
}

export interface Reply {
    readonly bytes: number;
    readonly data: Uint8Array;
}

export interface Request {
    readonly pid: number;
    readonly bytes: number;
    readonly data: Uint8Array;
}

export interface ResourceLimit {
    readonly soft: number;
    readonly hard: number;
}

export interface RouteNRow {
    readonly destination: string;
    readonly gateway: string | null;
    readonly metric: number;
    readonly interface: string;
    readonly refuses: boolean;
}

export type RouteProtocol = "kernel" | "static" | "redirect" | "ra" | "ospf";

export interface RouteRequest {
    readonly to: string;
    readonly via?: string;
    readonly dev?: string;
    readonly source?: string;
    readonly metric?: number;
    readonly kind?: "unicast" | RefusalKind;
    readonly protocol?: string;
    readonly replace?: boolean;
}

export interface RouteSnapshot {
    readonly destination: string;
    readonly kind: "unicast" | RefusalKind;
    readonly gateway: string | null;
    readonly interface: string;
    readonly source: string | null;
    readonly metric: number;
    readonly protocol: RouteProtocol;
    readonly usable: boolean;
    readonly linkDown: boolean;
}

export interface RouteSpec {
    readonly to: string;
    readonly via?: string | undefined;
    readonly through?: Interface | undefined;
    readonly metric?: number | undefined;
    readonly source?: string | undefined;
    readonly kind?: "unicast" | RefusalKind | undefined;
    readonly protocol?: RouteProtocol | undefined;
}

export interface RouteText {
    readonly to: string;
    readonly kind?: "unicast" | RefusalKind;
    readonly via?: string;
    readonly dev?: string;
    readonly protocol?: RouteProtocol;
    readonly source?: string;
    readonly metric?: number;
}

export type Rule = (packet: PacketView) => Verdict;

export interface RunOptions {
    readonly until?: string | number;
    readonly onProgress?: (progress: Progress) => void;
}

export interface RunResult {
    readonly nowNs: number;
    readonly hash: string;
    readonly crashes: readonly Crash[];
    readonly events: number;
    readonly calls: number;
    readonly barriers: number;
}

export declare const SA_NOCLDSTOP = 1;

export declare const SA_NOCLDWAIT = 2;

export declare const SA_NODEFER = 1073741824;

export declare const SA_RESETHAND = 2147483648;

export declare const SA_RESTART = 268435456;

export declare const SA_SIGINFO = 4;

export declare const SEEK_CUR = 1;

export declare const SEEK_END = 2;

export declare const SEEK_SET = 0;

export declare const SEGV_ACCERR = 2;

export declare const SEGV_MAPERR = 1;

export declare const SEM_INFO = 19;

export declare const SEM_STAT = 18;

export declare const SEM_STAT_ANY = 20;

export declare const SEM_UNDO = 4096;

export declare const SEM_VALUE_MAX = 2147483647;

export declare const SETALL = 17;

export declare const SETVAL = 16;

export declare const SFD_CLOEXEC = 524288;

export declare const SFD_NONBLOCK = 2048;

export declare const SHM_DEST = 512;

export declare const SHM_INFO = 14;

export declare const SHM_RDONLY = 4096;

export declare const SHM_STAT = 13;

export declare const SHM_STAT_ANY = 15;

export declare const SHUT_RD = 0;

export declare const SHUT_RDWR = 2;

export declare const SHUT_WR = 1;

export declare const SIGABRT = 6;

export declare const SIGALRM = 14;

export declare const SIGBUS = 7;

export declare const SIGCHLD = 17;

export declare const SIGCONT = 18;

export declare const SIGEV_NONE = 1;

export declare const SIGEV_SIGNAL = 0;

export declare const SIGFPE = 8;

export declare const SIGHUP = 1;

export declare const SIGILL = 4;

export declare const SIGINT = 2;

export declare const SIGIO = 29;

export declare const SIGKILL = 9;

export declare const SIGNALFD_SIGINFO_BYTES = 128;

export declare const SIGNALS: readonly SignalRow[];

export declare const SIGNALS_ELSEWHERE: readonly Omit<SignalRow, "number">[];

export declare const SIGPIPE = 13;

export declare const SIGPROF = 27;

export declare const SIGPWR = 30;

export declare const SIGQUIT = 3;

export declare const SIGRTMAX = 64;

export declare const SIGRTMIN = 34;

export declare const SIGSEGV = 11;

export declare const SIGSTKFLT = 16;

export declare const SIGSTOP = 19;

export declare const SIGSYS = 31;

export declare const SIGTERM = 15;

export declare const SIGTRAP = 5;

export declare const SIGTSTP = 20;

export declare const SIGTTIN = 21;

export declare const SIGTTOU = 22;

export declare const SIGURG = 23;

export declare const SIGUSR1 = 10;

export declare const SIGUSR2 = 12;

export declare const SIGVTALRM = 26;

export declare const SIGWINCH = 28;

export declare const SIGXCPU = 24;

export declare const SIGXFSZ = 25;

export declare const SIG_BLOCK = 0;

export declare const SIG_DFL = 0;

export declare const SIG_IGN = 1;

export declare const SIG_SETMASK = 2;

export declare const SIG_UNBLOCK = 1;

export declare const SIOCATMARK = 35077;

export declare const SIOCGPGRP = 35076;

export declare const SIOCOUTQ = 21521;

export declare const SIOCOUTQNSD = 35147;

export declare const SIOCSPGRP = 35074;

export declare const SI_KERNEL = 128;

export declare const SI_MESGQ = -3;

export declare const SI_QUEUE = -1;

export declare const SI_TKILL = -6;

export declare const SI_USER = 0;

export declare const SOCK_CLOEXEC = 524288;

export declare const SOCK_DGRAM = 2;

export declare const SOCK_DIAG_BY_FAMILY = 20;

export declare const SOCK_NONBLOCK = 2048;

export declare const SOCK_RAW = 3;

export declare const SOCK_SEQPACKET = 5;

export declare const SOCK_STREAM = 1;

export declare const SOL_PACKET = 263;

export declare const SOL_RAW = 255;

export declare const SOL_SOCKET = 1;

export declare const SOMAXCONN = 4096;

export declare const SO_ACCEPTCONN = 30;

export declare const SO_BINDTODEVICE = 25;

export declare const SO_BROADCAST = 6;

export declare const SO_DEBUG = 1;

export declare const SO_DOMAIN = 39;

export declare const SO_DONTROUTE = 5;

export declare const SO_ERROR = 4;

export declare const SO_KEEPALIVE = 9;

export declare const SO_LINGER = 13;

export declare const SO_MARK = 36;

export declare const SO_MAX_PACING_RATE = 47;

export declare const SO_NO_CHECK = 11;

export declare const SO_OOBINLINE = 10;

export declare const SO_PASSCRED = 16;

export declare const SO_PEERCRED = 17;

export declare const SO_PRIORITY = 12;

export declare const SO_PROTOCOL = 38;

export declare const SO_RCVBUF = 8;

export declare const SO_RCVBUFFORCE = 33;

export declare const SO_RCVLOWAT = 18;

export declare const SO_RCVTIMEO = 20;

export declare const SO_REUSEADDR = 2;

export declare const SO_REUSEPORT = 15;

export declare const SO_SNDBUF = 7;

export declare const SO_SNDBUFFORCE = 32;

export declare const SO_SNDLOWAT = 19;

export declare const SO_SNDTIMEO = 21;

export declare const SO_TIMESTAMP = 29;

export declare const SO_TIMESTAMPNS = 35;

export declare const SO_TYPE = 3;

export declare const S_IFCHR = 8192;

export declare const S_IFDIR = 16384;

export declare const S_IFIFO = 4096;

export declare const S_IFLNK = 40960;

export declare const S_IFMT = 61440;

export declare const S_IFREG = 32768;

export declare const S_IFSOCK = 49152;

export declare function S_ISCHR(mode: number): boolean;

export declare function S_ISDIR(mode: number): boolean;

export declare function S_ISFIFO(mode: number): boolean;

export declare const S_ISGID = 1024;

export declare function S_ISLNK(mode: number): boolean;

export declare function S_ISREG(mode: number): boolean;

export declare function S_ISSOCK(mode: number): boolean;

export declare const S_ISUID = 2048;

export declare const S_ISVTX = 512;

export declare class Segment extends Link implements Exchange {
    port(): Device;
    disconnect(device: Device): Disposable;
    partition(...groups: readonly (readonly Device[])[]): Disposable;
    signals(): boolean;
    opened(): void;
    input(from: Port, packet: Packet): void;
    protected inFlight(port: Port): number;
}

export interface SegmentLimits extends TableInfo {
    readonly shmmax: number;
    readonly shmmin: number;
    readonly shmmni: number;
    readonly shmseg: number;
    readonly shmall: number;
}

export interface SegmentStatus {
    readonly perm: SysvPermission;
    readonly segsz: number;
    readonly atime: number;
    readonly dtime: number;
    readonly ctime: number;
    readonly cpid: number;
    readonly lpid: number;
    readonly nattch: number;
}

export interface SegmentUse extends TableInfo {
    readonly usedIds: number;
    readonly shmTot: number;
    readonly shmRss: number;
    readonly shmSwp: number;
}

export interface SelectResult {
    readonly count: number;
    readonly read: number[];
    readonly write: number[];
    readonly except: number[];
}

export interface SelectSets {
    readonly read?: Iterable<number>;
    readonly write?: Iterable<number>;
    readonly except?: Iterable<number>;
}

export interface Semaphore {
    readonly mapping: Pick<Mapping, "address">;
    readonly offset: number;
}

export interface SemaphoreInfo extends TableInfo {
    readonly semmap: number;
    readonly semmni: number;
    readonly semmns: number;
    readonly semmnu: number;
    readonly semmsl: number;
    readonly semopm: number;
    readonly semume: number;
    readonly semusz: number;
    readonly semvmx: number;
    readonly semaem: number;
}

export interface SemaphoreOperation {
    readonly num: number;
    readonly op: number;
    readonly flags?: number;
}

export interface SemaphoreStatus {
    readonly perm: SysvPermission;
    readonly nsems: number;
    readonly otime: number;
    readonly ctime: number;
}

export declare class Serial {
    readonly machine: Machine;
    constructor(machine: Machine, options?: SerialOptions);
    get name(): string;
    get options(): Required<SerialOptions>;
    get up(): boolean;
    end(): SerialEnd;
    set(options: SerialOptions): void;
    cut(): Disposable;
    snapshot(): SerialSnapshot;
    otherEnd(end: SerialEnd): SerialEnd | undefined;
    tellCarrier(): void;
}

export interface SerialOptions {
    readonly rateBps?: number;
    readonly bitsPerByte?: number;
    readonly delayMs?: number;
    readonly bitErrorRate?: number;
}

export interface SeriesFilter {
    readonly host?: string;
    readonly port?: number;
    readonly intervalMs?: number;
}

export interface SeriesPoint {
    readonly timeNs: number;
    readonly cwndBytes: number;
    readonly ssthreshBytes: number | null;
    readonly srttNs: number;
    readonly rttvarNs: number;
    readonly inFlightBytes: number;
    readonly retransmissions: number;
    readonly deliveryRateBps: number;
}

export interface Service {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly port: number;
    readonly protocol: string;
}

export interface SigInfo {
    readonly signo: number;
    readonly code: number;
    readonly pid: number;
    readonly uid: number;
    readonly value: number;
    readonly status: number;
    readonly band?: number;
    readonly fd?: number;
}

export interface Sigaction {
    readonly handler: SignalDisposition;
    readonly mask?: Iterable<number>;
    readonly flags?: number;
}

export type SignalDisposition = SignalHandler | 0 | 1;

export interface SignalEvent {
    readonly notify: number;
    readonly signo?: number;
    readonly value?: number;
}

export type SignalHandler = (signo: number, info: SigInfo, sys: Sys) => void | Promise<void>;

export interface SignalRow {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly number: number;
    readonly action: DefaultAction;
    readonly description: string;
    readonly elsewhere: Readonly<Partial<Record<OtherArchitecture, number | null>>>;
}

export type SocketName = InetName | UnixName | LinkName | NoName;

export interface SpawnAttributes {
    readonly name?: string;
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly uid?: number;
    readonly gid?: number;
    readonly cwd?: string;
    readonly daemon?: boolean;
}

export interface SpawnOptions {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly uid?: number;
    readonly gid?: number;
    readonly cwd?: string;
    readonly daemon?: boolean;
    readonly terminal?: HostTerminal;
}

export interface SpawnedProcess {
    readonly pid: number;
    readonly name: string;
    readonly state: "running" | "zombie" | "reaped";
    readonly status: number;
    kill(signal?: string | number): void;
}

export interface Stat {
    readonly mode: number;
    readonly ino: number;
    readonly nlink: number;
    readonly uid: number;
    readonly gid: number;
    readonly size: number;
    readonly atime: Timespec;
    readonly mtime: Timespec;
    readonly ctime: Timespec;
}

export interface Sys extends ProcessCalls, TimeCalls, DescriptorCalls, SocketCalls, FileCalls, EventCalls, UserCalls, SignalCalls, SessionCalls, QueueCalls, TerminalCalls, SysvCalls, MemoryCalls, RendezvousCalls {
}

export declare class SystemError extends Error {
    readonly code: Errno;
    readonly errno: number;
    readonly syscall: string;
    readonly process: string;
    constructor(code: Errno, syscall: string, subject?: string, process?: string);
}

export interface SysvChange {
    readonly uid?: number;
    readonly gid?: number;
    readonly mode?: number;
}

export interface SysvPermission {
    readonly key: number;
    readonly uid: number;
    readonly gid: number;
    readonly cuid: number;
    readonly cgid: number;
    readonly mode: number;
}

export declare const TCIFLUSH = 0;

export declare const TCIOFF = 2;

export declare const TCIOFLUSH = 2;

export declare const TCION = 3;

export declare const TCOFLUSH = 1;

export declare const TCOOFF = 0;

export declare const TCOON = 1;

export declare const TCP_CONGESTION = 13;

export declare const TCP_CORK = 3;

export declare const TCP_DEFER_ACCEPT = 9;

export declare const TCP_FASTOPEN = 23;

export declare const TCP_FASTOPEN_CONNECT = 30;

export declare const TCP_FASTOPEN_KEY = 33;

export declare const TCP_FASTOPEN_NO_COOKIE = 34;

export declare const TCP_INFO = 11;

export declare const TCP_KEEPCNT = 6;

export declare const TCP_KEEPIDLE = 4;

export declare const TCP_KEEPINTVL = 5;

export declare const TCP_LINGER2 = 8;

export declare const TCP_MAXSEG = 2;

export declare const TCP_NODELAY = 1;

export declare const TCP_NOTSENT_LOWAT = 25;

export declare const TCP_QUICKACK = 12;

export declare const TCP_SYNCNT = 7;

export declare const TCP_TIMESTAMP = 24;

export declare const TCP_USER_TIMEOUT = 18;

export declare const TCP_WINDOW_CLAMP = 10;

export declare const TCSADRAIN = 1;

export declare const TCSAFLUSH = 2;

export declare const TCSANOW = 0;

export declare const TFD_CLOEXEC = 524288;

export declare const TFD_NONBLOCK = 2048;

export declare const TFD_TIMER_ABSTIME = 1;

export declare const TFD_TIMER_CANCEL_ON_SET = 2;

export declare const TIOCGWINSZ = 21523;

export declare const TIOCOUTQ = 21521;

export declare const TIOCSWINSZ = 21524;

export declare const TOSTOP = 256;

export interface TcpInfo {
    readonly state: number;
    readonly ca_state: number;
    readonly retransmits: number;
    readonly probes: number;
    readonly backoff: number;
    readonly options: number;
    readonly delivery_rate_app_limited: number;
    readonly snd_wscale: number;
    readonly rcv_wscale: number;
    readonly rto: number;
    readonly ato: number;
    readonly snd_mss: number;
    readonly rcv_mss: number;
    readonly unacked: number;
    readonly sacked: number;
    readonly lost: number;
    readonly retrans: number;
    readonly last_data_sent: number;
    readonly last_ack_sent: number;
    readonly last_data_recv: number;
    readonly last_ack_recv: number;
    readonly pmtu: number;
    readonly rcv_ssthresh: number;
    readonly rtt: number;
    readonly rttvar: number;
    readonly snd_ssthresh: number;
    readonly snd_cwnd: number;
    readonly advmss: number;
    readonly reordering: number;
    readonly rcv_rtt: number;
    readonly rcv_space: number;
    readonly total_retrans: number;
    readonly pacing_rate: number;
    readonly max_pacing_rate: number;
    readonly bytes_acked: number;
    readonly bytes_received: number;
    readonly bytes_sent: number;
    readonly bytes_retrans: number;
    readonly segs_out: number;
    readonly segs_in: number;
    readonly data_segs_out: number;
    readonly data_segs_in: number;
    readonly delivery_rate: number;
    readonly busy_time: number;
    readonly delivered: number;
    readonly delivered_ce: number;
    readonly dsack_dups: number;
    readonly notsent_bytes: number;
    readonly min_rtt: number;
    readonly fastopen_client_fail: number;
    readonly reord_seen: number;
    readonly rcv_ooopack: number;
    readonly snd_wnd: number;
    readonly rcv_wnd: number;
}

export interface Termios {
    readonly iflag: number;
    readonly oflag: number;
    readonly cflag: number;
    readonly lflag: number;
    readonly cc: readonly number[];
}

export interface TimerSetting {
    readonly value: Partial<Timespec>;
    readonly interval?: Partial<Timespec>;
}

export interface TimerSpec {
    readonly value: Timespec;
    readonly interval: Timespec;
}

export interface Timespec {
    readonly seconds: number;
    readonly nanoseconds: number;
}

export type TraceDetail = {
    readonly step: "kernel/call";
    readonly pid: number;
    readonly process: string;
    readonly call: string;
    readonly args: readonly unknown[];
    readonly result: unknown;
} | {
    readonly step: "kernel/process";
    readonly pid: number;
    readonly process: string;
    readonly what: "spawn" | "fork" | "exec" | "exit" | "crash" | "kill" | "stop" | "continue" | "signal" | "reap";
    readonly text: string;
}
 | {
    readonly step: "kernel/operation";
    readonly pid: number;
    readonly process: string;
    readonly call: string;
    readonly what: "sleep" | "wake";
    readonly on: string;
}
 | {
    readonly step: "host/console";
    readonly pid: number;
    readonly process: string;
    readonly text: string;
} | {
    readonly step: "socket/send" | "socket/receive";
    readonly socket: string;
    readonly bytes: number;
    readonly queuedBytes: number;
} | {
    readonly step: "inet/tcp/output" | "inet/tcp/input" | "inet/udp/output" | "inet/udp/input" | "inet/ip/output" | "inet/ip/input" | "inet/ip/forward";
    readonly source: string;
    readonly destination: string;
    readonly bytes: number;
}
 | {
    readonly step: "inet/nd/address";
    readonly interface: string;
    readonly address: string;
    readonly state: string;
}
 | {
    readonly step: "inet/tcp/state";
    readonly connection: string;
    readonly from: string;
    readonly to: string;
    readonly cause: string;
}
 | {
    readonly step: "inet/tcp/retransmit";
    readonly connection: string;
    readonly seq: number;
    readonly bytes: number;
    readonly cause: string;
} | {
    readonly step: "netif/output" | "netif/input";
    readonly interface: string;
    readonly linkType: "ethernet" | "raw-ip" | "ppp";
    readonly frame: TracedFrame;
} | {
    readonly step: "link";
    readonly link: string;
    readonly what: "send" | "deliver" | "lose" | "duplicate" | "corrupt" | "reorder" | "rule";
    readonly bytes: number;
}
 | {
    readonly step: "drop";
    readonly counter: string;
    readonly bytes: number;
};

export type TraceEvent = TraceDetail & {
    readonly timeNs: number;
    readonly host: string;
};

export type TraceListener = (event: TraceEvent) => void;

export interface TracedFrame {
    readonly length: number;
    copyBytes(): Uint8Array;
}

export interface TreeDescriptor {
    readonly fd: number;
    readonly access: "r" | "w" | "u";
    readonly closeOnExec: boolean;
    readonly object: number;
}

export interface TreeObject {
    readonly type: string;
    readonly label: string;
    readonly bytes?: {
        readonly held: number;
        readonly max: number;
    };
    readonly queue?: {
        readonly title: string;
        readonly entries: readonly string[];
        readonly max: number;
    };
    readonly peer?: number;
}

export interface TreeProcess {
    readonly pid: number;
    readonly ppid: number;
    readonly name: string;
    readonly uid: number;
    readonly descriptors: readonly TreeDescriptor[];
}

export interface TypedReceipt {
    readonly bytes: number;
    readonly type: number;
}

export declare const UDP_CORK = 1;

export interface UnixEndpoint {
    readonly path: string;
}

export interface UnixName extends UnixEndpoint {
    readonly family: typeof AF_UNIX;
    readonly address?: undefined;
    readonly port?: undefined;
}

export declare const VDISCARD = 13;

export declare const VEOF = 4;

export declare const VEOL = 11;

export declare const VEOL2 = 16;

export declare const VERASE = 2;

export declare const VINTR = 0;

export declare const VKILL = 3;

export declare const VLNEXT = 15;

export declare const VMIN = 6;

export declare const VQUIT = 1;

export declare const VREPRINT = 12;

export declare const VSTART = 8;

export declare const VSTOP = 9;

export declare const VSUSP = 10;

export declare const VTIME = 5;

export declare const VWERASE = 14;

export type ValueOf<Level extends number, Option extends number> = Level extends keyof OptionValues ? Option extends keyof OptionValues[Level] ? OptionValues[Level][Option] : number : number;

export type Verdict = "pass" | "drop"
 | "corrupt"
 | {
    readonly delayMs: number;
}
 | {
    readonly duplicate: number;
}
 | {
    readonly replace: Uint8Array;
};

export declare const WCONTINUED = 8;

export declare function WCOREDUMP(status: number): boolean;

export declare function WEXITSTATUS(status: number): number;

export declare function WIFCONTINUED(status: number): boolean;

export declare function WIFEXITED(status: number): boolean;

export declare function WIFSIGNALED(status: number): boolean;

export declare function WIFSTOPPED(status: number): boolean;

export declare const WNOHANG = 1;

export declare function WSTOPSIG(status: number): number;

export declare function WTERMSIG(status: number): number;

export declare const WUNTRACED = 2;

export declare const W_OK = 2;

export interface WaitResult {
    readonly pid: number;
    readonly status: number;
}

export interface WindowSize {
    readonly rows: number;
    readonly columns: number;
}

export declare class World extends CoreWorld {
    constructor(options?: WorldOptions);
}

export interface WorldOptions {
    readonly seed?: number | string;
    readonly epoch?: number;
    readonly time?: "virtual" | "real";
    readonly cpu?: {
        readonly perCallNs?: number;
    };
    readonly watchdogMs?: number;
    readonly livelockCalls?: number;
    readonly console?: (output: ConsoleOutput) => void;
}

export declare const XTABS = 6144;

export declare const X_OK = 1;

export declare const _POSIX_VDISABLE = 0;

export declare function cfmakeraw(termios: Termios): Termios;

export declare function describe(value: unknown): string;

// as describePacket
export declare function describe(linkType: number, view: DataView, offset: number, length: number): string;

export declare function dissect(linkType: number, frame: Uint8Array): Layer[];

export declare function formatIpAddress({ interfaces, addresses }: Pick<Netstat, "interfaces" | "addresses">): string;

export declare function formatIpLink({ interfaces }: Pick<Netstat, "interfaces">, withStatistics?: boolean): string;

export declare function formatIpRoute(routes: readonly RouteSnapshot[], family?: 4 | 6): string;

export declare function formatIpcs({ messages, segments, semaphores }: Ipcs): string;

export declare function formatLsof(rows: readonly LsofRow[]): string;

export declare function formatLsofTree(tree: LsofTree): string;

export declare function formatNetstat(snapshot: Netstat): string;

export declare function formatPs(rows: readonly PsRow[]): string;

export declare function formatQdisc(name: string, snapshot: QdiscSnapshot): string;

export declare function formatRouteN(routes: readonly RouteSnapshot[]): string;

export declare function formatSeconds(timeNs: number): string;

export declare function formatSs(connections: readonly ConnectionSnapshot[]): string;

export declare function getaddrinfo(sys: Sys, node: string | null, service?: string | null, hints?: AddrinfoHints): Promise<Addrinfo[]>;

export declare function getnameinfo(sys: Sys, { address: text, port, scopeId }: InetEndpoint, flags?: number): Promise<{
    readonly host: string;
    readonly service: string;
}>;

export declare function getprotobyname(sys: Sys, name: string): Promise<ProtocolEntry | undefined>;

export declare function getprotobynumber(sys: Sys, number: number): Promise<ProtocolEntry | undefined>;

export declare function getservbyname(sys: Sys, name: string, protocol?: string): Promise<Service | undefined>;

export declare function getservbyport(sys: Sys, port: number, protocol?: string): Promise<Service | undefined>;

export declare function parseDuration(option: string, duration: string | number): number;

export declare function parseRoute(line: string): RouteText | string;

export declare function parseRouteN(text: string): readonly RouteNRow[];

export declare function parseSiginfo(from: Uint8Array): SigInfo[];

export declare function signalName(signo: number): string;

export declare function signalNumber(signal: string | number): number | undefined;

export declare function strsignal(signo: number): string;

export declare function svgLsofTree(tree: LsofTree, caption?: string): string;

export declare function svgSeries({ host, local, remote, points }: ConnectionSeries): string;

// ---- Not exported, but reached from the above. ----

// base/counters.d.ts
declare class Counter {
    value: number;
    bump(by?: number): void;
}

// base/counters.d.ts
declare class Counters {
    of(name: string): Counter;
    bump(name: string, by?: number): void;
    get(name: string): number;
    snapshot(): Readonly<Record<string, number>>;
}

// base/event-queue.d.ts
declare class EventQueue {
    constructor();
    get size(): number;
    get foreground(): number;
    get nextTimeNs(): number;
    schedule(event: TimedEvent, timeNs: number): void;
    reschedule(event: TimedEvent, timeNs: number): void;
    cancel(event: TimedEvent): boolean;
    idle(event: TimedEvent): void;
    revive(event: TimedEvent): void;
    pop(): TimedEvent | undefined;
}

// base/event-queue.d.ts
declare class TimedEvent {
    readonly label: string;
    readonly background: boolean;
    readonly action: () => void;
    timeNs: number;
    id: number;
    isIdle: boolean;
    constructor(label: string, action: () => void, background?: boolean);
    get queued(): boolean;
}

// base/hash.d.ts
declare class RollingHash {
    mix(word: number): void;
    static ofString(text: string): number;
    mixStep(subject: number, what: number, value: number): void;
    mixNumber(value: number): void;
    mixString(text: string): void;
    mixBytes(view: DataView, offset: number, length: number): void;
    mixArray(bytes: Uint8Array, length: number): void;
    get value32(): number;
    digest(): string;
}

// base/host-clock.d.ts
declare class HostClock {
    readonly epochMs: number;
    readonly driftPpm: number;
    constructor(epochMs: number, { skewMs, driftPpm }?: ClockOptions);
    localNs(worldNs: number): number;
    worldNs(localNs: number): number;
    after(nowNs: number, delayNs: number): number;
}

// base/machine.d.ts
interface Machine {
    readonly name: string;
    readonly scheduler: Scheduler;
    readonly clock: HostClock;
    readonly tracer: Tracer;
    readonly counters: Counters;
    readonly sysctl: Sysctl;
    random(purpose: string): Prng;
}

// base/platform.d.ts
interface Platform {
    readonly name: string;
    macrotask(task: () => void): void;
    drained(task: () => void): void;
    monotonicNs(): number;
    wallMs(): number;
    timer(delayMs: number, task: () => void, weak?: boolean): Disposable;
    onExhausted(task: () => void): Disposable;
    outside<T>(run: () => T): T;
    print(text: string): void;
    warn(text: string): void;
}

// base/prng.d.ts
declare class Prng {
    private constructor();
    static stream(seed: number | string, name: string): Prng;
    nextU32(): number;
    nextFloat(): number;
    below(bound: number): number;
    chance(rate: number): boolean;
    uniform(low: number, high: number): number;
    exponential(mean: number): number;
    pick<T>(values: readonly T[]): T;
    shuffle<T>(values: T[]): void;
    fill(bytes: Uint8Array): void;
}

// base/scheduler.d.ts
type Journal = (subject: Named, what: string, value: number, hash: number) => void;

// base/scheduler.d.ts
interface Named {
    readonly title: string;
    readonly titleHash: number;
}

// base/scheduler.d.ts
interface Runnable {
    run(): void;
}

// base/scheduler.d.ts
declare class Scheduler {
    nowNs: number;
    readonly events: EventQueue;
    readonly hash: RollingHash;
    journal: Journal | null;
    programsResumed: boolean;
    note(subject: Named, what: string, value: number): void;
    after(event: TimedEvent, delayNs: number): void;
    at(event: TimedEvent, timeNs: number): void;
    get hasReady(): boolean;
    raise(runnable: Runnable): void;
    runReady(budget: number): number;
}

// base/sysctl.d.ts
interface IntegerBounds {
    readonly min?: number;
    readonly max?: number;
    readonly accepts?: (value: number) => boolean;
    readonly changed?: () => void;
}

// base/sysctl.d.ts
declare class IntegerSetting extends NumbersSetting {
    constructor(initial: number, bounds: IntegerBounds);
    get value(): number;
    set value(value: number);
    protected accepts(numbers: readonly number[]): boolean;
}

// base/sysctl.d.ts
declare class IntegersSetting extends NumbersSetting {
    constructor(initial: readonly number[], bounds: IntegerBounds, isSound: (values: readonly number[]) => boolean);
    get values(): readonly number[];
    protected accepts(numbers: readonly number[]): boolean;
}

// base/sysctl.d.ts
declare class NumbersSetting implements Setting {
    protected numbers: readonly number[];
    constructor(initial: readonly number[], bounds: IntegerBounds);
    get text(): string;
    write(text: string): 0 | Errno;
    protected accepts(_numbers: readonly number[]): boolean;
}

// base/sysctl.d.ts
interface Setting {
    readonly text: string;
    write(text: string): 0 | Errno;
}

// base/sysctl.d.ts
declare abstract class SettingDirectory {
    abstract get(name: string): Setting | SettingDirectory | undefined;
    abstract names(): readonly string[];
}

// base/sysctl.d.ts
declare class Sysctl {
    get root(): SettingDirectory;
    integer(name: string, initial: number, bounds?: IntegerBounds): IntegerSetting;
    integers(name: string, initial: readonly number[], bounds?: IntegerBounds, isSound?: (values: readonly number[]) => boolean): IntegersSetting;
    word(name: string, initial: string, accepts: (word: string) => boolean, refusal?: Errno): WordSetting;
    other<Kind extends Setting>(name: string, setting: Kind): Kind;
    directory(name: string, directory: SettingDirectory): void;
    read(name: string): string | undefined;
    write(name: string, text: string): 0 | Errno;
    remove(name: string): void;
}

// base/sysctl.d.ts
declare class WordSetting implements Setting {
    value: string;
    constructor(initial: string, accepts: (word: string) => boolean, refusal: Errno);
    get text(): string;
    write(text: string): 0 | Errno;
}

// base/trace.d.ts
declare class Tracer {
    on: boolean;
    constructor(now: () => number);
    subscribe(listener: TraceListener): Disposable;
    emit(host: string, detail: TraceDetail): void;
}

// base/wait-queue.d.ts
declare class WaitEntry {
    readonly waiter: Waiter;
    readonly events: number;
    queue: WaitQueue | null;
    previous: WaitEntry | null;
    next: WaitEntry | null;
    constructor(waiter: Waiter, events: number);
}

// base/wait-queue.d.ts
declare class WaitQueue {
    get isEmpty(): boolean;
    enlist(entry: WaitEntry): void;
    static delist(entry: WaitEntry): void;
    static goToEnd(entry: WaitEntry): void;
    turnAway(events: number): void;
    wake(events: number): void;
}

// base/wait-queue.d.ts
interface Waiter {
    wake(events: number): void;
}

// file/flock.d.ts
interface Flock {
    readonly owner: object;
    readonly kind: FlockKind;
}

// file/flock.d.ts
type FlockKind = typeof LOCK_SH | typeof LOCK_EX | typeof LOCK_UN;

// file/flock.d.ts
declare class FlockTable {
    set(inode: Inode, owner: object, kind: FlockKind): Flock | null;
    conflict(owner: object, kind: FlockKind): Flock | null;
    isHeld(lock: Flock): boolean;
    release(inode: Inode, owner: object): void;
}

// file/inode.d.ts
declare class Directory extends Inode {
    parent: Directory;
    name: string;
    constructor(volume: Volume, ownership: Ownership, parent: Directory | null, name: string, generated?: GeneratedEntries | null, number?: number);
    get isGenerated(): boolean;
    get isRemoved(): boolean;
    get isEmpty(): boolean;
    accepts(_type: number): boolean;
    makeFile(_task: Task, ownership: Ownership): Inode | Errno;
    get(name: string, task: Task): Inode | undefined;
    names(task: Task): readonly string[];
    add(name: string, inode: Inode): void;
    remove(name: string): void;
    isWithin(other: Directory): boolean;
    get path(): string;
}

// file/inode.d.ts
interface GeneratedEntries {
    get(name: string, task: Task): Inode | undefined;
    names(task: Task): readonly string[];
}

// file/inode.d.ts
declare abstract class Inode {
    readonly volume: Volume;
    readonly number: number;
    mode: number;
    uid: number;
    gid: number;
    links: number;
    accessedNs: number;
    modifiedNs: number;
    changedNs: number;
    readonly lockWaiters: WaitQueue;
    flocks: FlockTable | null;
    recordLocks: RecordLockTable | null;
    constructor(volume: Volume, type: number, { uid, gid, permissions }: Ownership, number?: number);
    get type(): number;
    get size(): number;
    touchAccess(): void;
    touchContent(): void;
    touchState(): void;
    opened(): void;
    closed(): void;
    unlinked(): void;
    openAs?(path: string): FileOps;
    protected free(): void;
}

// file/inode.d.ts
type OpenDevice = (task: Task) => FileOps | Errno;

// file/inode.d.ts
interface Ownership {
    readonly uid: number;
    readonly gid: number;
    readonly permissions: number;
}

// file/inode.d.ts
declare class SocketNode extends Inode {
    socket: object | null;
    constructor(volume: Volume, ownership: Ownership, socket: object | null);
}

// file/open-file.d.ts
interface FileDescription {
    readonly type: string;
    readonly node: string;
    readonly name: string;
}

// file/open-file.d.ts
interface FileOps {
    readonly waiters: WaitQueue;
    read(task: Task, into: Uint8Array): number | Errno;
    write(task: Task, from: Uint8Array, isRest?: boolean): number | Errno;
    readonly pollable?: boolean;
    poll(): number;
    readonly isPlain?: boolean;
    release(): void;
    describe(): FileDescription;
    readonly named?: Inode;
    readonly device?: FileOps;
    opened?(file: OpenFile): void;
    flush?(table: object): void;
    seek?(offset: number, whence: number): number | Errno;
    readAt?(task: Task, into: Uint8Array, offset: number): number | Errno;
    writeAt?(task: Task, from: Uint8Array, offset: number): number | Errno;
    ioctl?(task: Task, request: number, argument: unknown): number | object | Errno;
    band?(events: number): number;
    asyncOwner?(): number;
    inspect?(): ObjectDetails;
}

// file/open-file.d.ts
interface ObjectDetails {
    readonly shared?: object;
    readonly bytes?: {
        readonly held: number;
        readonly max: number;
    };
    readonly queue?: {
        readonly title: string;
        readonly entries: readonly string[];
        readonly max: number;
    };
    readonly peer?: object;
}

// file/open-file.d.ts
declare class OpenFile {
    readonly ops: FileOps;
    flags: number;
    releaseListeners: Set<ReleaseListener> | null;
    owner: ReleaseListener | null;
    isSealed: boolean;
    constructor(ops: FileOps, flags: number);
    get nonBlocking(): boolean;
    get readable(): boolean;
    get writable(): boolean;
    get references(): number;
    reference(): this;
    unreference(): void;
}

// file/open-file.d.ts
interface ReleaseListener {
    released(file: OpenFile): void;
}

// file/permission.d.ts
interface Credentials {
    readonly uid: number;
    readonly gid: number;
    readonly groups?: readonly number[];
}

// file/permission.d.ts
interface NamingTask extends Task {
    readonly groups?: readonly number[];
    readonly cwd: Directory;
    readonly umask: number;
}

// file/record-locks.d.ts
interface LockRange {
    readonly type: number;
    readonly start: number;
    readonly end: number;
    readonly pid: number;
}

// file/record-locks.d.ts
interface LockWait {
    readonly owner: object;
    readonly blocker: object;
}

// file/record-locks.d.ts
declare class LockWaits {
    isCircle(owner: object, blocker: object): boolean;
    add(wait: LockWait): void;
    remove(wait: LockWait): void;
}

// file/record-locks.d.ts
declare class RecordLockTable {
    conflict(owner: object, wanted: LockRange): {
        readonly owner: object;
        readonly range: LockRange;
    } | null;
    set(inode: Inode, owner: object, wanted: LockRange): boolean;
    release(inode: Inode, owner: object): void;
}

// file/task.d.ts
interface Task {
    readonly pid: number;
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly fileSizeMaxBytes?: number;
    exceededFileSize?(): void;
}

// file/tree.d.ts
declare class FileTree {
    readonly volume: Volume;
    readonly root: Directory;
    constructor(volume: Volume);
    walk(task: NamingTask, path: string, follow: Follow, creates?: boolean): Place | Errno;
    lookup(task: NamingTask, path: string, follow?: boolean): Inode | Errno;
    directory(task: NamingTask, path: string): Directory | Errno;
    mkdir(task: NamingTask, path: string, mode: number): 0 | Errno;
    mknod(task: NamingTask, path: string, mode: number): 0 | Errno;
    mkfifo(task: NamingTask, path: string, mode: number): 0 | Errno;
    makeSocketNode(task: NamingTask, path: string, socket: object): SocketNode | Errno;
    mayMakeSocketNode(task: NamingTask, path: string): 0 | Errno;
    findSocket(task: NamingTask, path: string): {
        readonly node: SocketNode;
        readonly socket: object;
    } | Errno;
    symlink(task: NamingTask, target: string, path: string): 0 | Errno;
    link(task: NamingTask, existing: string, path: string): 0 | Errno;
    unlink(task: NamingTask, path: string): 0 | Errno;
    rmdir(task: NamingTask, path: string): 0 | Errno;
    makeAt<T extends Inode>(task: NamingTask, { directory, name }: Place, mode: number, make: (ownership: Ownership) => T | Errno, type?: number): T | Errno;
    removeName(directory: Directory, name: string, inode: Inode): void;
    addDirectory(parent: Directory, name: string, permissions: number, generated?: GeneratedEntries | null): Directory;
    mount(directory: Directory): void;
    addFile(parent: Directory, name: string, permissions: number, text: string): void;
    addDevice(parent: Directory, name: string, permissions: number, open: OpenDevice): void;
}

// file/volume.d.ts
declare class Volume {
    constructor(nextInode: () => number, nowNs: () => number, limits?: VolumeLimits);
    get bytes(): number;
    get names(): number;
    get nowNs(): number;
    nextInode(): number;
    takeName(bytes?: number): boolean;
    returnName(): void;
    takeBytes(bytes: number): boolean;
    returnBytes(bytes: number): void;
}

// file/volume.d.ts
interface VolumeLimits {
    readonly bytesMax: number;
    readonly namesMax: number;
}

// file/walk.d.ts
type Follow = "always" | "before-slash" | "never";

// file/walk.d.ts
interface Place {
    readonly directory: Directory;
    readonly name: string;
    readonly inode: Inode | null;
    readonly mustBeDirectory: boolean;
    readonly isTooLong?: boolean;
}

// host/host.d.ts
interface HostParts {
    readonly machine: Machine;
    readonly runState: RunState;
    readonly runtimes: readonly ProgramRuntime[];
    readonly programs: ReadonlyMap<string, Program>;
    readonly epochMs: number;
    readonly nextMacAddress: () => mac.MacAddress;
    readonly drive: (fail: (error: unknown) => void) => () => void;
    readonly worldHosts: () => string;
    readonly records: NameRecords;
    readonly console: (output: ConsoleOutput) => void;
    readonly onCrash: (crash: Crash) => void;
}

// host/netstat.d.ts
interface GroupSnapshot {
    readonly interface: string;
    readonly group: string;
    readonly users: number;
}

// host/programs.d.ts
declare class ProgramTable {
    constructor(kernel: Kernel, shipped: ReadonlyMap<string, Program>);
    get names(): readonly string[];
    get(name: string): unknown;
    resolve(program: unknown): unknown;
    add(name: string, program: Program): void;
    add(name: string, program: unknown): void;
}

// inet/inet.d.ts
declare class Inet {
    readonly netif: Netif;
    readonly ip: Ip;
    readonly udp: Udp;
    readonly raw: Raw;
    readonly raw6: Raw6;
    readonly packets: PacketSockets;
    readonly v6: Inet6;
    readonly tcp: Tcp;
    readonly protocols: readonly Protocol[];
    constructor(machine: Machine, netif: Netif);
    addAddress(to: Interface, text: string, verified?: boolean): 0 | Errno;
    addPeerAddress(to: Interface, local: IpAddress, peer: IpAddress): 0 | Errno;
    deleteAddress(from: Interface, text: string): 0 | Errno;
    startIpv6(on: Interface): 0 | Errno;
    addRoute(spec: RouteSpec): 0 | Errno;
    deleteRoute(spec: RouteSpec): 0 | Errno;
}

// inet/inet6.d.ts
interface Inet6 {
    readonly discovery: NeighbourDiscovery;
    readonly reassembly: Reassembly6;
}

// inet/ip/addresses.d.ts
type AddressKind = "unspecified" | "local" | "broadcast" | "multicast" | "unicast";

// inet/ip/addresses.d.ts
interface AddressOptions {
    readonly state?: AddressState;
    readonly origin?: AddressOrigin;
    readonly preferredUntilNs?: number;
    readonly validUntilNs?: number;
    readonly withRoute?: boolean;
    readonly peer?: IpAddress | null;
}

// inet/ip/addresses.d.ts
type AddressOrigin = "static" | "kernel_ll" | "kernel_ra" | "kernel_lo";

// inet/ip/addresses.d.ts
interface AddressSnapshot {
    readonly interface: string;
    readonly address: string;
    readonly peer: string | null;
    readonly prefixLength: number;
    readonly broadcast: string | null;
    readonly scope: "host" | "link" | "global";
    readonly state: AddressState;
    readonly origin: AddressOrigin;
    readonly preferredUntilNs: number | null;
    readonly validUntilNs: number | null;
}

// inet/ip/addresses.d.ts
type AddressState = "preferred" | "deprecated" | "tentative" | "dadfailed";

// inet/ip/addresses.d.ts
declare class AddressTable {
    constructor(routes: RouteTable);
    get generation(): number;
    add(through: Interface, prefix: Prefix, options?: AddressOptions): 0 | Errno;
    delete(through: Interface, address: IpAddress): 0 | Errno;
    deleteThrough(gone: Interface): void;
    setState(address: InterfaceAddress, state: AddressState): void;
    find(through: Interface, address: IpAddress): InterfaceAddress | undefined;
    list(): readonly InterfaceAddress[];
    kindOf(address: IpAddress): AddressKind;
    known4(bits: number): KnownAddress;
    select(through: Interface, neighbour: IpAddress, destination?: IpAddress): IpAddress | undefined;
    broadcastInterface(broadcast: IpAddress): InterfaceAddress | undefined;
    snapshot(): readonly AddressSnapshot[];
}

// inet/ip/addresses.d.ts
interface InterfaceAddress extends Candidate {
    readonly through: Interface;
    readonly address: IpAddress;
    readonly peer: IpAddress | null;
    readonly network: Network;
    state: AddressState;
    readonly origin: AddressOrigin;
    readonly bringsRoute: boolean;
    preferredUntilNs: number;
    validUntilNs: number;
}

// inet/ip/addresses.d.ts
interface KnownAddress {
    readonly bits: number;
    readonly address: IpAddress;
    readonly kind: AddressKind;
}

// inet/ip/groups.d.ts
type GroupListener = (through: Interface, group: IpAddress, change: "join" | "leave") => void;

// inet/ip/groups.d.ts
declare class GroupTable {
    listen(family: 4 | 6, listener: GroupListener): void;
    join(through: Interface, group: IpAddress): void;
    leave(through: Interface, group: IpAddress): void;
    has(through: Interface, group: IpAddress): boolean;
    on(through: Interface): readonly IpAddress[];
    deleteThrough(gone: Interface): void;
    snapshot(): readonly Membership[];
}

// inet/ip/groups.d.ts
interface Membership {
    readonly through: Interface;
    readonly group: IpAddress;
    readonly users: number;
}

// inet/ip/ip.d.ts
interface Arrival extends AddressPair {
    headerLength: number;
    source: IpAddress;
    destination: IpAddress;
    kind: AddressKind;
    frameKind: FrameKind;
    through: Interface | null;
    timeToLive: number;
    trafficClass: number;
    flowLabel: number;
}

// inet/ip/ip.d.ts
type ErrorSender = (packet: Packet, frameKind: FrameKind, message: Message) => void;

// inet/ip/ip.d.ts
interface IcmpError {
    readonly kind: "unreachable" | "packet-too-big" | "time-exceeded" | "parameter-problem";
    readonly errno: Errno;
    readonly isHard: boolean;
    readonly mtu: number;
    readonly type: number;
    readonly code: number;
    readonly reporter: IpAddress;
    readonly source: IpAddress;
    readonly destination: IpAddress;
    readonly view: DataView;
    readonly offset: number;
    readonly length: number;
}

// inet/ip/ip.d.ts
declare class Ip {
    readonly machine: Machine;
    readonly netif: Netif;
    readonly routes: RouteTable;
    readonly addresses: AddressTable;
    readonly paths: PathTable;
    readonly groups: GroupTable;
    readonly v6: Ipv6;
    readonly settings: Ipv4Settings;
    sendError: ErrorSender;
    portUnreachable: PortUnreachable;
    rawInput: (packet: Packet, arrival: Arrival) => boolean;
    rawError: (protocol: number, error: IcmpError) => boolean;
    pingInput: (packet: Packet, arrival: Arrival, headerOptions: Uint8Array) => boolean;
    nextIdentification: number;
    readonly inReceives: Counter;
    readonly inDelivers: Counter;
    readonly outRequests: Counter;
    readonly forwarded: Counter;
    readonly reassembly: Reassembly;
    readonly arrival: Arrival;
    readonly way: Way;
    constructor(machine: Machine, netif: Netif);
    get timeOfDayMs(): number;
    get forwarding(): boolean;
    set forwarding(forwarding: boolean);
    register(protocol: number, input: TransportInput, family?: 4 | 6 | null): void;
    registerError(protocol: number, handler: TransportError): void;
    inputFor(protocol: number, family: 4 | 6): TransportInput | undefined;
    errorHandlerFor(protocol: number): TransportError | undefined;
}

// inet/ip/ip.d.ts
type PortUnreachable = (packet: Packet, arrival: Arrival) => void;

// inet/ip/ip.d.ts
interface SendOptions {
    readonly timeToLive?: number;
    readonly trafficClass?: number;
    readonly flowLabel?: number;
    readonly mtuDiscovery?: number;
    readonly ipOptions?: Uint8Array;
    readonly hopByHop?: Uint8Array;
    readonly dontFragment?: boolean;
    readonly multicastLoop?: boolean;
}

// inet/ip/ip.d.ts
type TransportError = (error: IcmpError) => boolean;

// inet/ip/ip.d.ts
type TransportInput = (packet: Packet, arrival: Arrival) => void;

// inet/ip/ip.d.ts
interface Way {
    source: IpAddress;
    destination: IpAddress;
    through: Interface | null;
    frameKind: FrameKind;
    kind: AddressKind;
    generation: number;
}

// inet/ip/memberships.d.ts
interface Change {
    readonly mode: "exclude" | "include";
    readonly adds: boolean;
}

// inet/ip/memberships.d.ts
interface MembershipLimits {
    readonly groups: () => number;
    readonly full: Errno;
    readonly sources: number;
}

// inet/ip/memberships.d.ts
declare class Memberships {
    constructor(groups: GroupTable, family: 4 | 6, limits: MembershipLimits);
    join(group: IpAddress, through: Interface | undefined): 0 | Errno;
    leave(group: IpAddress, through: Interface | null | undefined): 0 | Errno;
    change(group: IpAddress, through: Interface | undefined, source: IpAddress, { mode, adds }: Change): 0 | Errno;
    set(option: number, value: OptionValue, interfaceFor: (group: IpAddress, index: number) => Interface | undefined): 0 | Errno;
    allows(group: IpAddress, source: IpAddress, through: Interface | null, others: boolean): boolean;
    leaveAll(): void;
}

// inet/ip/network.d.ts
declare class Network {
    readonly address: IpAddress;
    readonly prefixLength: number;
    readonly bits: number;
    constructor({ address, prefixLength }: Prefix);
    contains(address: IpAddress): boolean;
    equals(other: Network): boolean;
    get broadcast(): IpAddress | null;
    toString(): string;
}

// inet/ip/path-mtu.d.ts
interface PathMtuLimits {
    readonly mtuMin4: number;
    readonly expiresNs: number;
}

// inet/ip/path.d.ts
interface Path {
    readonly destination: IpAddress;
    readonly kind: "local" | "broadcast" | "multicast" | "unicast";
    readonly through: Interface;
    readonly nextHop: IpAddress;
    readonly source: IpAddress;
    readonly demanded: Interface | null;
    readonly generation: number;
}

// inet/ip/path.d.ts
declare class PathTable {
    constructor(scheduler: Scheduler, interfaces: InterfaceTable, addresses: AddressTable, routes: RouteTable, mtuLimits?: PathMtuLimits);
    to(destination: IpAddress, demanded?: Interface | null): Path | Errno;
    groupFrom(source: IpAddress, destination: IpAddress): Path | Errno;
    mtu(path: Path): number;
    linkMtu({ destination, through }: Path): number;
    setLinkMtu(through: Interface, mtu: number): void;
    isNarrow(path: Path): boolean;
    learnMtu(destination: IpAddress, mtu: number): void;
    redirect(destination: IpAddress, gateway: IpAddress, through: Interface): void;
}

// inet/ip/reserved-ports.d.ts
declare class ReservedPorts implements Setting {
    has(port: number): boolean;
    get text(): string;
    write(text: string): 0 | Errno;
}

// inet/ip/route.d.ts
interface Refusal {
    readonly network: Network;
    readonly refuses: RefusalKind;
    readonly metric: number;
    readonly protocol: RouteProtocol;
}

// inet/ip/route.d.ts
interface Route {
    readonly network: Network;
    readonly gateway: IpAddress | null;
    readonly through: Interface;
    readonly source: IpAddress | null;
    readonly metric: number;
    readonly protocol: RouteProtocol;
}

// inet/ip/route.d.ts
type RouteChange = "add" | "delete";

// inet/ip/route.d.ts
interface RouteFilter {
    readonly metric?: number | undefined;
    readonly through?: Interface | undefined;
    readonly gateway?: IpAddress | undefined;
    readonly protocol?: RouteProtocol | undefined;
    readonly refuses?: RefusalKind | undefined;
}

// inet/ip/route.d.ts
type RouteListener = (changed: Route | Refusal, change: RouteChange) => void;

// inet/ip/route.d.ts
declare class RouteTable {
    get generation(): number;
    lookup(destination: IpAddress, demanded?: Interface | null): Route | Errno;
    add(route: Route | Refusal): 0 | Errno;
    delete(network: Network, filter?: RouteFilter): 0 | Errno;
    deleteThrough(gone: Interface, filter?: RouteFilter): void;
    list(): readonly (Route | Refusal)[];
    subscribe(listener: RouteListener): Disposable;
    snapshot(): readonly RouteSnapshot[];
}

// inet/ip4/reassembly.d.ts
declare class Reassembly {
    constructor(ip: Ip);
    get trueBytes(): number;
    get size(): number;
    add(packet: Packet, arrival: Arrival): Packet | null;
}

// inet/ip4/settings.d.ts
declare const INITIAL: {
    readonly forwarding: 0;
    readonly accept_redirects: 1;
    readonly secure_redirects: 1;
    readonly send_redirects: 1;
    readonly shared_media: 1;
    readonly rp_filter: 0;
    readonly accept_local: 0;
    readonly arp_ignore: 0;
    readonly force_igmp_version: 0;
};

// inet/ip4/settings.d.ts
type Ipv4InterfaceSetting = keyof typeof INITIAL;

// inet/ip4/settings.d.ts
declare class Ipv4Settings implements PathMtuLimits {
    readonly forward: IntegerSetting;
    readonly defaultTtl: IntegerSetting;
    readonly noPmtuDiscovery: IntegerSetting;
    readonly minPmtu: IntegerSetting;
    readonly mtuExpires: IntegerSetting;
    readonly ipfragHighThreshold: IntegerSetting;
    readonly ipfragTime: IntegerSetting;
    readonly ipfragMaxDistance: IntegerSetting;
    readonly localPortRange: IntegersSetting;
    readonly reservedPorts: ReservedPorts;
    readonly unprivilegedPortStart: IntegerSetting;
    readonly nonlocalBind: IntegerSetting;
    readonly icmpEchoIgnoreAll: IntegerSetting;
    readonly icmpEchoIgnoreBroadcasts: IntegerSetting;
    readonly icmpRateLimit: IntegerSetting;
    readonly icmpRateMask: IntegerSetting;
    readonly icmpMessagesPerSecond: IntegerSetting;
    readonly icmpMessagesBurst: IntegerSetting;
    readonly pingGroupRange: IntegersSetting;
    readonly igmpMaxMemberships: IntegerSetting;
    readonly interfaces: InterfaceSettings<Ipv4InterfaceSetting>;
    constructor(sysctl: Sysctl, interfaces: InterfaceTable);
    forwardsOn(from: Interface): boolean;
    reversePathFilter(from: Interface): number;
    setForwarding(forwarding: boolean): void;
    get mtuDiscovery(): number;
    get ipfragTimeNs(): number;
    get mtuMin4(): number;
    get expiresNs(): number;
    get icmpRateLimitNs(): number;
}

// inet/ip4/socket-options.d.ts
declare class IpSocketOptions {
    readonly ip: Ip;
    readonly socket: Socket;
    readonly errors: ErrorQueue;
    readonly memberships: Memberships;
    timeToLive: number;
    tos: number;
    minTimeToLive: number;
    multicastTimeToLive: number;
    multicastInterface: Interface | null;
    multicastAddress: IpAddress;
    mtuDiscovery: number;
    headerOptions: Uint8Array;
    constructor(ip: Ip, socket: Socket);
    has(flag: number): boolean;
    turnOn(flag: number): void;
    get wantsControl(): boolean;
    get(option: number, peer: IpAddress | null): OptionValue | Errno;
    set(option: number, value: OptionValue): 0 | Errno;
    detach(): void;
}

// inet/ip6/ip6.d.ts
type ErrorSender6 = (packet: Packet, frameKind: FrameKind, message: ErrorMessage, from: Interface | null) => void;

// inet/ip6/ip6.d.ts
declare class Ipv6 {
    readonly settings: Ipv6Settings;
    sendError: ErrorSender6;
    sendRedirect: RedirectSender;
    rawInput: (packet: Packet, arrival: Arrival, protocol: number) => boolean;
    rawError: (protocol: number, error: IcmpError) => boolean;
    nextIdentification: number;
    constructor(machine: Machine, netif: Netif);
    takeIdentification(): number;
}

// inet/ip6/ip6.d.ts
type RedirectSender = (packet: Packet, through: Interface, nextHop: IpAddress) => void;

// inet/ip6/reassembly.d.ts
declare class Reassembly6 {
    constructor(ip: Ip);
    get trueBytes(): number;
    get size(): number;
    add(packet: Packet, arrival: Arrival, at: number, field: number): Packet | null;
}

// inet/ip6/settings.d.ts
declare const INITIAL: {
    readonly disable_ipv6: 1;
    readonly forwarding: 0;
    readonly hop_limit: 64;
    readonly accept_ra: 1;
    readonly accept_ra_defrtr: 1;
    readonly accept_ra_pinfo: 1;
    readonly accept_ra_mtu: 1;
    readonly accept_ra_rtr_pref: 1;
    readonly accept_ra_min_hop_limit: 1;
    readonly accept_redirects: 1;
    readonly autoconf: 1;
    readonly max_addresses: 16;
    readonly addr_gen_mode: 0;
    readonly accept_dad: 1;
    readonly dad_transmits: 1;
    readonly router_solicitations: 3;
    readonly router_solicitation_interval: 4;
    readonly router_solicitation_delay: 1;
    readonly force_mld_version: 0;
};

// inet/ip6/settings.d.ts
type Ipv6InterfaceSetting = keyof typeof INITIAL;

// inet/ip6/settings.d.ts
declare class Ipv6Settings {
    readonly bindV6Only: IntegerSetting;
    readonly ip6fragHighThreshold: IntegerSetting;
    readonly ip6fragTime: IntegerSetting;
    readonly icmpRateLimit: IntegerSetting;
    readonly icmpEchoIgnoreAll: IntegerSetting;
    readonly icmpEchoIgnoreMulticast: IntegerSetting;
    readonly interfaces: InterfaceSettings<Ipv6InterfaceSetting>;
    onDisable: (through: Interface, disabled: boolean) => void;
    onForwarding: () => void;
    constructor(sysctl: Sysctl, interfaces: InterfaceTable);
    isEnabled(through: Interface): boolean;
    isForwarding(through: Interface): boolean;
    setForwarding(forwarding: boolean): void;
}

// inet/ip6/socket-options.d.ts
declare class Ipv6SocketOptions {
    readonly ip: Ip;
    readonly socket: Socket;
    v6Only: boolean;
    hopLimit: number;
    multicastHopLimit: number;
    trafficClass: number;
    mtuDiscovery: number;
    multicastInterface: Interface | null;
    constructor(ip: Ip, socket: Socket);
    has(flag: number): boolean;
    get(option: number, peer: IpAddress | null): OptionValue | Errno;
    set(option: number, value: OptionValue, isBound: boolean): 0 | Errno;
    hears(group: IpAddress, source: IpAddress, through: Interface | null): boolean;
    detach(): void;
}

// inet/ip6/source.d.ts
interface Candidate {
    readonly address: IpAddress;
    readonly through: Interface;
    readonly state: "preferred" | "deprecated" | "tentative" | "dadfailed";
}

// inet/nd/advertise.d.ts
declare class Advertisers {
    constructor(ip: Ip);
    start(through: Interface, spec: AdvertiseSpec): Disposable | "EINVAL";
    solicited(through: Interface): void;
    ready(through: Interface): void;
}

// inet/nd/dad.d.ts
declare class DuplicateDetection {
    onEnd: (address: InterfaceAddress, isOurs: boolean) => void;
    constructor(ip: Ip);
    begin(address: InterfaceAddress): void;
    cancel(address: InterfaceAddress): void;
    duplicate(address: InterfaceAddress): void;
}

// inet/nd/nd.d.ts
declare class NeighbourDiscovery {
    readonly ip: Ip;
    readonly dad: DuplicateDetection;
    readonly routers: DefaultRouters;
    readonly prefixes: Prefixes;
    readonly redirects: Redirects;
    readonly advertisers: Advertisers;
    constructor(ip: Ip);
    start(through: Interface): 0 | Errno;
    stop(through: Interface): void;
    addAddress(through: Interface, prefix: Prefix, verified: boolean, options?: AddressOptions): 0 | Errno;
    deleteAddress(through: Interface, address: IpAddress): 0 | Errno;
    get dnsServers(): readonly IpAddress[];
    setDnsServers(through: Interface, servers: readonly IpAddress[]): void;
    advertised(through: Interface): void;
    acceptsAdvertisements(through: Interface): boolean;
}

// inet/nd/prefixes.d.ts
interface Lifetimes {
    readonly preferredNs: number;
    readonly validNs: number;
}

// inet/nd/prefixes.d.ts
declare class Prefixes {
    constructor(ip: Ip, makeAddress: (through: Interface, option: PrefixOption, untilNs: Lifetimes) => void);
    take(through: Interface, option: PrefixOption): void;
    get nextExpiryNs(): number;
    expire(nowNs: number): void;
    flush(through: Interface): void;
}

// inet/nd/redirect.d.ts
type RedirectMessage = Extract<nd.Message, {
    readonly kind: "redirect";
}>;

// inet/nd/redirect.d.ts
declare class Redirects {
    constructor(ip: Ip);
    take(arrival: Arrival, through: Interface, message: RedirectMessage): boolean;
    failed(through: Interface, target: IpAddress): void;
    flush(through: Interface): void;
}

// inet/nd/routers.d.ts
declare class DefaultRouters {
    constructor(ip: Ip);
    take(through: Interface, address: IpAddress, { lifetimeSeconds, preference }: RouterAdvertisement): void;
    remove(through: Interface, address: IpAddress): void;
    get nextExpiryNs(): number;
    expire(nowNs: number): void;
    flush(through: Interface): void;
    choose(): void;
    snapshot(): readonly RouterSnapshot[];
}

// inet/nd/routers.d.ts
interface RouterSnapshot {
    readonly interface: string;
    readonly address: string;
    readonly preference: Preference;
    readonly untilNs: number;
    readonly isChosen: boolean;
}

// inet/packet/packet.d.ts
declare class PacketPcb {
    readonly socket: Socket;
    protocol: number;
    through: Interface | null;
    packets: number;
    dropsBefore: number;
    constructor(socket: Socket);
    wants(through: Interface, direction: Direction, etherType: number): boolean;
}

// inet/packet/packet.d.ts
interface PacketSnapshot {
    readonly type: number;
    readonly protocol: number;
    readonly interfaceIndex: number;
    readonly receiveQueueBytes: number;
    readonly inode: number;
}

// inet/packet/packet.d.ts
declare class PacketSockets {
    readonly netif: Netif;
    constructor(netif: Netif);
    add(pcb: PacketPcb): void;
    remove(pcb: PacketPcb): void;
    snapshot(): readonly PacketSnapshot[];
}

// inet/raw/raw.d.ts
declare class Raw {
    readonly ip: Ip;
    readonly sockets: RawTable<RawPcb>;
    constructor(ip: Ip);
}

// inet/raw/raw.d.ts
declare class RawPcb extends RawControlBlock {
    readonly options: IpSocketOptions;
    icmpFilter: number;
    constructor(socket: Socket, options: IpSocketOptions);
}

// inet/raw/raw6.d.ts
declare class Raw6 {
    readonly ip: Ip;
    readonly sockets: RawTable<Raw6Pcb>;
    constructor(ip: Ip);
}

// inet/raw/raw6.d.ts
declare class Raw6Pcb extends RawControlBlock {
    readonly options6: Ipv6SocketOptions;
    readonly errors: ErrorQueue;
    icmpFilter: Uint32Array;
    checksumOffset: number;
    constructor(ip: Ip, socket: Socket);
}

// inet/raw/snapshot.d.ts
interface RawSnapshot {
    readonly protocol: number;
    readonly localAddress: string;
    readonly remoteAddress: string | null;
    readonly receiveQueueBytes: number;
    readonly sendQueueBytes: number;
    readonly inode: number;
    readonly uid: number;
    readonly drops: number;
}

// inet/raw/table.d.ts
declare abstract class RawControlBlock {
    readonly socket: Socket;
    localAddress: IpAddress;
    remote: IpAddress | null;
    device: Interface | null;
    constructor(socket: Socket, wildcard: IpAddress);
    get protocol(): number;
    matches(protocol: number, local: IpAddress, remote: IpAddress, through: Interface | null): boolean;
}

// inet/raw/table.d.ts
declare class RawTable<Pcb extends RawControlBlock> {
    get isEmpty(): boolean;
    add(pcb: Pcb): void;
    remove(pcb: Pcb): void;
    matching(protocol: number, local: IpAddress, remote: IpAddress, through: Interface | null): readonly Pcb[];
    snapshot(): readonly RawSnapshot[];
}

// inet/tcp/ack-news.d.ts
declare class AckNews {
    ackedBytes: number;
    newlyAckedBytes: number;
    sackedBytes: number;
    lostBytes: number;
    flightBytes: number;
    pipeBytes: number;
    rttNs: number;
    oldestRttNs: number;
    isDuplicateSack: boolean;
    hasOriginal: boolean;
    isDuplicate: boolean;
    isMarked: boolean;
    echo: number | null;
    get deliveredBytes(): number;
    begin(flightBytes: number, pipeBytes: number): void;
}

// inet/tcp/challenge.d.ts
declare class ChallengeLimit {
    take({ machine, settings }: Tcp): boolean;
}

// inet/tcp/congestion/congestion.d.ts
interface CongestionControl {
    readonly name: string;
    start(window: Window): void;
    acknowledged(window: Window, news: AckNews): void;
    thresholdAfterLoss(window: Window, flight: number): number;
    timedOut(window: Window): void;
    lost?(window: Window, packet: LostPacket): void;
    undone?(window: Window): void;
    control?(window: Window, sample: Sample): void;
    measured?(window: Window, rttNs: number): void;
    idle?(window: Window, idleNs: number): void;
}

// inet/tcp/congestion/congestion.d.ts
interface LostPacket {
    readonly bytes: number;
    readonly txInFlightBytes: number;
    readonly lostSinceBytes: number;
    readonly isAppLimited: boolean;
    readonly isNewRange: boolean;
    readonly deliveredTotalBytes: number;
}

// inet/tcp/congestion/congestion.d.ts
interface Sample {
    readonly bytesPerSecond: number;
    readonly sampleBytes: number;
    readonly sampleLostBytes: number;
    readonly txInFlightBytes: number;
    readonly isAppLimited: boolean;
    readonly priorDeliveredBytes: number;
    readonly deliveredTotalBytes: number;
    readonly deliveredBytes: number;
    readonly lostBytes: number;
    readonly pipeBytes: number;
    readonly rttNs: number;
    readonly isMarked: boolean;
    readonly isCwndLimited: boolean;
    readonly isRecovering: boolean;
    readonly isFastRecovery: boolean;
}

// inet/tcp/congestion/congestion.d.ts
interface Window {
    cwnd: number;
    ssthresh: number;
    readonly mss: number;
    readonly srttNs: number;
    readonly nowNs: number;
    readonly snd: {
        readonly una: number;
        readonly nxt: number;
    };
    pacingRate: number;
    readonly initialCwnd: number;
    readonly isAppLimited: boolean;
    noteAppLimited(): void;
    below(bound: number): number;
    memory: unknown;
}

// inet/tcp/connection-options.d.ts
interface ConnectionOptions {
    readonly noDelay: boolean;
    readonly cork: boolean;
    readonly maxSegment: number;
    readonly keepIdleNs: number | null;
    readonly keepIntervalNs: number | null;
    readonly keepCount: number | null;
    readonly synCount: number | null;
    readonly linger2Ns: number | null;
    readonly deferAccept: number;
    readonly windowClamp: number;
    readonly userTimeoutNs: number;
    readonly notSentLowWaterBytes: number;
    readonly maxPacingRate: number;
    readonly isReceiveBufferFixed: boolean;
    readonly isSendBufferFixed: boolean;
    readonly fastOpenMax: number;
    readonly fastOpenConnect: boolean;
    readonly fastOpenNoCookie: boolean;
    readonly fastOpenKeys: CookieKeys | null;
}

// inet/tcp/demux.d.ts
declare class Demultiplexer<E extends Endpoint> {
    find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): E | null;
    add(endpoint: E): void;
    remove(gone: E): void;
    all(): Generator<E>;
    findListener(local: IpAddress, port: number, spread: number): Listener | null;
    addListener(listener: Listener): void;
    removeListener(gone: Listener): void;
    listeners(): Generator<Listener>;
}

// inet/tcp/demux.d.ts
interface Endpoint {
    readonly kind: "connection" | "request" | "time-wait";
    readonly localAddress: IpAddress;
    readonly localPort: number;
    readonly remoteAddress: IpAddress;
    readonly remotePort: number;
    nextInChain: Endpoint | null;
}

// inet/tcp/ecn.d.ts
declare class Ecn {
    isEchoing: boolean;
    isCwrDue: boolean;
    capable(plain: SendOptions): SendOptions;
}

// inet/tcp/fast-open-cookie.d.ts
declare class CookieKeys {
    constructor(keys: readonly Int32Array[]);
    static fromBytes(bytes: Uint8Array): CookieKeys | null;
    static fromText(text: string): CookieKeys | null;
    get text(): string;
    get bytes(): Uint8Array;
    cookie(ends: Ends): Uint8Array;
    whose(ends: Ends, cookie: Uint8Array): "current" | "old" | "none";
}

// inet/tcp/fast-open-cookie.d.ts
interface Ends {
    readonly localAddress: IpAddress;
    readonly remoteAddress: IpAddress;
}

// inet/tcp/fast-open-host.d.ts
declare class FastOpenHost {
    constructor(settings: TcpSettings, random: Prng);
    get keys(): CookieKeys;
    known(local: IpAddress, server: IpAddress): KnownServer | undefined;
    learn(local: IpAddress, server: IpAddress, cookie: Uint8Array | null, mss: number): void;
    pause(nowNs: number): void;
    isPaused(nowNs: number): boolean;
    get isOnTrial(): boolean;
    passed(): void;
}

// inet/tcp/fast-open-host.d.ts
interface KnownServer {
    readonly cookie: Uint8Array | null;
    readonly mss: number;
}

// inet/tcp/fast-open-queue.d.ts
declare class FastOpenQueue {
    hasPlace(max: number, nowNs: number): boolean;
    enter(): void;
    leave(isReset: boolean, nowNs: number): void;
}

// inet/tcp/fast-open.d.ts
declare class FastOpen {
    isDeferred: boolean;
    isAsked: boolean;
    synBytes: number;
    isAcknowledged: boolean;
    clientFailure: number;
    isTrial: boolean;
    listener: Listener | null;
    constructor(isDeferred: boolean);
}

// inet/tcp/isn.d.ts
declare const COOKIE_FIRST = 2;

// inet/tcp/isn.d.ts
declare const COOKIE_SECOND = 3;

// inet/tcp/isn.d.ts
interface FourTuple {
    readonly localAddress: IpAddress;
    readonly localPort: number;
    readonly remoteAddress: IpAddress;
    readonly remotePort: number;
    readonly device?: Interface | null;
}

// inet/tcp/isn.d.ts
type Purpose = typeof SEQUENCE | typeof COOKIE_FIRST | typeof COOKIE_SECOND;

// inet/tcp/isn.d.ts
declare const SEQUENCE = 0;

// inet/tcp/isn.d.ts
declare class Secrets {
    constructor(random: Prng);
    initialSequence(tuple: FourTuple, nowNs: number): number;
    timestampOffset({ localAddress, remoteAddress }: FourTuple): number;
    portStart({ localAddress, remoteAddress, remotePort }: FourTuple): number;
    hash({ localAddress, localPort, remoteAddress, remotePort }: FourTuple, purpose: Purpose, more?: number): number;
}

// inet/tcp/listener.d.ts
declare class Listener {
    readonly tcp: Tcp;
    readonly tcb: Tcb;
    readonly socket: Socket;
    nextInChain: Listener | null;
    readonly requests: Set<SynRequest>;
    readonly fastOpen: FastOpenQueue;
    cookieSentNs: number;
    constructor(tcb: Tcb, socket: Socket);
    get localAddress(): IpAddress;
    get localPort(): number;
    get sharesPort(): boolean;
    accepts(local: IpAddress): boolean;
    get isSynQueueFull(): boolean;
    get isAcceptQueueFull(): boolean;
}

// inet/tcp/loss-state.d.ts
declare class LossState {
    readonly rack: Rack;
    readonly probe: TailProbe;
    readonly prr: ProportionalRate;
    readonly undo: Undo;
    isRescued: boolean;
    blocks: readonly SackBlock[];
}

// inet/tcp/loss-state.d.ts
declare class ProportionalRate {
    priorBytes: number;
    deliveredBytes: number;
    outBytes: number;
}

// inet/tcp/loss-state.d.ts
declare class Rack {
    xmitNs: number;
    endSeq: number;
    rttNs: number;
    fack: number;
    isReorderingSeen: boolean;
    reorderings: number;
    reordering: number;
    reoWndMult: number;
    reoWndPersist: number;
    dsackRound: number | null;
}

// inet/tcp/loss-state.d.ts
declare class TailProbe {
    endSeq: number | null;
    isRetransmission: boolean;
}

// inet/tcp/loss-state.d.ts
declare class Undo {
    marker: number | null;
    pending: number;
    stamp: number | null;
    priorCwnd: number;
    priorSsthresh: number;
    isFrto: boolean;
    wantsNewData: boolean;
}

// inet/tcp/memory.d.ts
declare class HostMemory {
    bytes: number;
    constructor(settings: TcpSettings);
    get isUnderPressure(): boolean;
    maySend(queuedBytes: number): boolean;
    mayReceive(queuedBytes: number): boolean;
}

// inet/tcp/ports.d.ts
declare class PortBinding {
    readonly port: number;
    bound: number;
    constructor(port: number);
    get isFree(): boolean;
    owners(): Generator<PortOwner>;
    add(owner: PortOwner): void;
    remove({ earlierOwner, laterOwner }: PortOwner): void;
}

// inet/tcp/ports.d.ts
interface PortOwner {
    readonly localAddress: IpAddress;
    readonly sharing: Sharing;
    readonly isListening: boolean;
    earlierOwner: PortOwner | null;
    laterOwner: PortOwner | null;
}

// inet/tcp/ports.d.ts
declare class Ports {
    constructor(random: Prng, range: () => readonly number[], isReserved: (port: number) => boolean);
    isTaken(port: number, address: IpAddress, sharing: Sharing): boolean;
    choose(address: IpAddress, sharing: Sharing): number | null;
    chooseFor(peerHash: number, isFree: (port: number) => boolean): number | null;
    add(port: number, owner: PortOwner, isBound: boolean): PortBinding;
    remove(binding: PortBinding, owner: PortOwner, isBound: boolean): void;
    ownersOf(port: number): Iterable<PortOwner>;
    get size(): number;
}

// inet/tcp/ports.d.ts
interface Sharing {
    readonly reuseAddress: boolean;
    readonly reusePort: boolean;
    readonly uid: number;
    readonly v6Only: boolean;
}

// inet/tcp/rate.d.ts
declare class DeliveryRate {
    deliveredSegments: number;
    markedSegments: number;
    deliveredBytes: number;
    deliveredNs: number;
    lostBytes: number;
    flightStartNs: number;
    appLimitedUntil: number;
    latest: SentSegment | null;
    bytesPerSecond: number;
    isRateAppLimited: boolean;
    limit(pipeBytes: number): void;
}

// inet/tcp/reassembly.d.ts
interface HeldSegment {
    readonly packet: Packet;
    readonly seq: number;
    readonly end: number;
    readonly fin: boolean;
}

// inet/tcp/reassembly.d.ts
declare class Reassembly {
    bytes: number;
    get isEmpty(): boolean;
    get segments(): readonly HeldSegment[];
    insert(packet: Packet, seq: number, end: number, fin: boolean): boolean;
    overlap(seq: number, end: number): SackBlock | null;
    shift(nxt: number): HeldSegment | undefined;
    dropLast(): HeldSegment | undefined;
    clear(): void;
}

// inet/tcp/rtt.d.ts
declare class RoundTrip {
    srttNs: number;
    isMeasured: boolean;
    rttvarNs: number;
    rtoNs: number;
    minNs: number;
    latestNs: number;
    sample(measuredNs: number, { rtoMinNs, rtoMaxNs }: RtoBounds): void;
    fallBack(): void;
    noteLeast(measuredNs: number): void;
}

// inet/tcp/rtt.d.ts
interface RtoBounds {
    readonly rtoMinNs: number;
    readonly rtoMaxNs: number;
}

// inet/tcp/sack.d.ts
declare class SackReceiver {
    add(start: number, end: number): void;
    advance(nxt: number): void;
    duplicate(start: number, end: number): void;
    blocks(blocksMax: number): readonly SackBlock[];
    sent(): void;
    get count(): number;
}

// inet/tcp/segment.d.ts
declare class Segment {
    source: IpAddress;
    destination: IpAddress;
    sourcePort: number;
    destinationPort: number;
    seq: number;
    ack: number;
    flags: number;
    wnd: number;
    urgentPointer: number;
    dataLength: number;
    count: number;
    segmentBytes: number;
    dataOffset: number;
    through: Interface | null;
    ecn: number;
    readonly options: tcpOptions.Options;
    packet: Packet | null;
    get len(): number;
    get end(): number;
    get dataSeq(): number;
    has(flag: number): boolean;
    read(packet: Packet, headerOffset: number, source: IpAddress, destination: IpAddress): void;
    discard(): void;
}

// inet/tcp/send-queue.d.ts
interface ChargedPayer extends Payer {
    charge(bytes: number): void;
}

// inet/tcp/send-queue.d.ts
declare class SendQueue {
    get end(): number;
    start(seq: number): void;
    get length(): number;
    append(data: Uint8Array, from: number, length: number, payer: ChargedPayer): void;
    acknowledge(una: number, payer: Payer): void;
    clear(payer: Payer): void;
    packet(seq: number, length: number, segmentBytes?: number): Packet;
}

// inet/tcp/sent.d.ts
declare class SentQueue {
    first: SentSegment | null;
    last: SentSegment | null;
    oldest: SentSegment | null;
    newest: SentSegment | null;
    pipeBytes: number;
    sackedBytes: number;
    sackedCount: number;
    lostBytes: number;
    get isEmpty(): boolean;
    make(seq: number, end: number, flags: number, sentNs: number, segmentBytes: number): SentSegment;
    push(segment: SentSegment): void;
    shiftAcknowledged(una: number): SentSegment | null;
    trimAcknowledged(una: number): number;
    markLost(segment: SentSegment): void;
    markFound(segment: SentSegment): void;
    markSacked(segment: SentSegment): void;
    markSent(segment: SentSegment, nowNs: number): void;
    firstLost(): SentSegment | null;
    find(seq: number): SentSegment | null;
    lastOnWire(segment: SentSegment): SentSegment;
    split(segment: SentSegment, at: number, frontFlags: number): void;
    clear(): void;
}

// inet/tcp/sent.d.ts
declare class SentSegment {
    seq: number;
    end: number;
    flags: number;
    sentNs: number;
    segmentBytes: number;
    transmissions: number;
    isLost: boolean;
    isSacked: boolean;
    previous: SentSegment | null;
    next: SentSegment | null;
    earlier: SentSegment | null;
    later: SentSegment | null;
    deliveredBytes: number;
    deliveredNs: number;
    flightStartNs: number;
    isAppLimited: boolean;
    txInFlightBytes: number;
    priorLostBytes: number;
    constructor(seq: number, end: number, flags: number, sentNs: number, segmentBytes?: number);
    begin(seq: number, end: number, flags: number, sentNs: number, segmentBytes: number): void;
    get count(): number;
    get length(): number;
    get isInPipe(): boolean;
}

// inet/tcp/series.d.ts
declare class SeriesRecorder {
    constructor(filter: SeriesFilter);
    get connections(): readonly ConnectionSeries[];
    note(tcb: Tcb): void;
}

// inet/tcp/settings.d.ts
declare class TcpSettings implements RtoBounds {
    readonly rmem: IntegersSetting;
    readonly wmem: IntegersSetting;
    readonly mem: IntegersSetting;
    readonly moderateRcvbuf: IntegerSetting;
    readonly windowScaling: IntegerSetting;
    readonly timestamps: IntegerSetting;
    readonly sack: IntegerSetting;
    readonly dsack: IntegerSetting;
    readonly recovery: IntegerSetting;
    readonly reordering: IntegerSetting;
    readonly maxReordering: IntegerSetting;
    readonly stdurg: IntegerSetting;
    readonly earlyRetrans: IntegerSetting;
    readonly frto: IntegerSetting;
    readonly syncookies: IntegerSetting;
    readonly abortOnOverflow: IntegerSetting;
    readonly maxSynBacklog: IntegerSetting;
    readonly synRetries: IntegerSetting;
    readonly synLinearTimeouts: IntegerSetting;
    readonly synackRetries: IntegerSetting;
    readonly retries1: IntegerSetting;
    readonly retries2: IntegerSetting;
    readonly orphanRetries: IntegerSetting;
    readonly maxOrphans: IntegerSetting;
    readonly maxTwBuckets: IntegerSetting;
    readonly twReuse: IntegerSetting;
    readonly twReuseDelay: IntegerSetting;
    readonly rfc1337: IntegerSetting;
    readonly finTimeout: IntegerSetting;
    readonly keepaliveTime: IntegerSetting;
    readonly keepaliveProbes: IntegerSetting;
    readonly keepaliveIntvl: IntegerSetting;
    readonly notsentLowat: IntegerSetting;
    readonly slowStartAfterIdle: IntegerSetting;
    readonly challengeAckLimit: IntegerSetting;
    readonly invalidRatelimit: IntegerSetting;
    readonly minSndMss: IntegerSetting;
    readonly rtoMinUs: IntegerSetting;
    readonly rtoMaxMs: IntegerSetting;
    rtoMinNs: number;
    rtoMaxNs: number;
    readonly ecn: IntegerSetting;
    readonly ecnFallback: IntegerSetting;
    readonly fastopen: IntegerSetting;
    readonly fastopenBlackholeTimeoutSec: IntegerSetting;
    readonly fastopenKey: WordSetting;
    readonly congestionControl: WordSetting;
    constructor(sysctl: Sysctl);
}

// inet/tcp/state.d.ts
type State = "CLOSED" | "LISTEN" | "SYN_SENT" | "SYN_RECEIVED" | "ESTABLISHED" | "FIN_WAIT_1" | "FIN_WAIT_2" | "CLOSE_WAIT" | "CLOSING" | "LAST_ACK" | "TIME_WAIT";

// inet/tcp/syn-queue.d.ts
declare class SynRequest implements Endpoint {
    readonly kind = "request";
    readonly listener: Listener;
    readonly localAddress: IpAddress;
    readonly localPort: number;
    readonly remoteAddress: IpAddress;
    readonly remotePort: number;
    readonly device: Interface | null;
    readonly timer: TimedEvent;
    nextInChain: Endpoint | null;
    irs: number;
    iss: number;
    peerMss: number;
    peerScale: number;
    scale: number;
    sackPermitted: boolean;
    fastOpenCookie: Uint8Array | null;
    hasTimestamps: boolean;
    isEcn: boolean;
    timestampRecent: number;
    timestampOffset: number;
    sentNs: number;
    window: number;
    retransmissions: number;
    isAcknowledged: boolean;
    lastChallengeNs: number;
    constructor(listener: Listener, tuple: FourTuple);
}

// inet/tcp/tcb.d.ts
declare class Acknowledgment {
    isPending: boolean;
    isNow: boolean;
    quick: number;
    isInteractive: boolean;
    segmentBytes: number;
    lastReceivedNs: number;
}

// inet/tcp/tcb.d.ts
type Phase = "open" | "recovery" | "cwr" | "loss";

// inet/tcp/tcb.d.ts
declare class ReceiveVariables {
    nxt: number;
    wnd: number;
    wup: number;
    up: number;
    scale: number;
    mss: number;
}

// inet/tcp/tcb.d.ts
declare class SendVariables {
    una: number;
    nxt: number;
    wnd: number;
    up: number;
    wl1: number;
    wl2: number;
    maxWnd: number;
    scale: number;
    mss: number;
    sml: number;
}

// inet/tcp/tcb.d.ts
declare class Tcb implements TimerOwner, Endpoint, PortOwner, Window, ChargedPayer {
    readonly kind = "connection";
    readonly tcp: Tcp;
    socket: Socket | null;
    lingerer: Socket | null;
    state: State;
    localAddress: IpAddress;
    localPort: number;
    remoteAddress: IpAddress;
    remotePort: number;
    nextInChain: Endpoint | null;
    binding: PortBinding | null;
    earlierOwner: PortOwner | null;
    laterOwner: PortOwner | null;
    hasBoundAddress: boolean;
    hasBoundPort: boolean;
    holdsPort: boolean;
    device: Interface | null;
    sendOptions: SendOptions;
    sharing: Sharing;
    listener: Listener | null;
    isActive: boolean;
    readonly snd: SendVariables;
    readonly rcv: ReceiveVariables;
    iss: number;
    irs: number;
    readonly sendQueue: SendQueue;
    readonly sent: SentQueue;
    readonly timers: Timers;
    readonly rtt: RoundTrip;
    readonly acknowledgment: Acknowledgment;
    timestamps: Timestamps | null;
    sackPermitted: boolean;
    ecn: Ecn | null;
    sack: SackReceiver | null;
    options: ConnectionOptions;
    urgent: Urgent | null;
    fastOpen: FastOpen | null;
    mss: number;
    congestion: CongestionControl;
    cwnd: number;
    pacingRate: number;
    paceNs: number;
    ssthresh: number;
    memory: unknown;
    phase: Phase;
    recover: number;
    duplicateAcks: number;
    arrivedBytes: number;
    readonly loss: LossState;
    readonly rate: DeliveryRate;
    isEndQueued: boolean;
    isMoreComing: boolean;
    isWindowLimited: boolean;
    usedBytes: number;
    usedSinceNs: number;
    lastSentNs: number;
    backoff: number;
    retransmitsSinceNs: number;
    probes: number;
    probeBackoff: number;
    lastHeardNs: number;
    tuning: {
        copied: number;
        space: number;
        sinceNs: number;
        rttNs: number;
        lastEcho: number;
    } | null;
    softError: Errno | null;
    lastChallengeNs: number;
    retransmissions: number;
    bytesSent: number;
    bytesReceived: number;
    unreadBytes: number;
    bytesAcked: number;
    segmentsOut: number;
    segmentsIn: number;
    dataSegmentsOut: number;
    dataSegmentsIn: number;
    earlySegments: number;
    bytesRetransmitted: number;
    duplicateSegments: number;
    busyNs: number;
    busySinceNs: number;
    constructor(tcp: Tcp, socket: Socket | null);
    get reassembly(): Reassembly;
    get hasHole(): boolean;
    get heldBytes(): number;
    get isListening(): boolean;
    get isOpenEarly(): boolean;
    get initialCwnd(): number;
    get isAppLimited(): boolean;
    noteAppLimited(): void;
    below(bound: number): number;
    get nowNs(): number;
    get srttNs(): number;
    get flight(): number;
    get pipeBytes(): number;
    charge(bytes: number): void;
    uncharge(bytes: number): void;
    chargeUnread(bytes: number): void;
    expire(): void;
}

// inet/tcp/tcb.d.ts
declare class Timestamps {
    offset: number;
    recent: number;
    recentAtNs: number;
    lastAckSent: number;
}

// inet/tcp/tcb.d.ts
interface Urgent {
    isSending: boolean;
    isAwaited: boolean;
}

// inet/tcp/tcp.d.ts
declare class Tcp {
    readonly machine: Machine;
    readonly ip: Ip;
    readonly settings: TcpSettings;
    readonly demux: Demultiplexer<Tcb | SynRequest | TimeWait>;
    readonly ports: Ports;
    readonly secrets: Secrets;
    readonly memory: HostMemory;
    readonly fastOpen: FastOpenHost;
    readonly challenges: ChallengeLimit;
    readonly timeWaits: TimeWaitQueue;
    readonly random: Prng;
    readonly segment: Segment;
    readonly timerLabel: string;
    readonly recorders: Set<SeriesRecorder>;
    readonly inSegs: Counter;
    readonly outSegs: Counter;
    orphans: number;
    nextInode: () => number;
    constructor(machine: Machine, ip: Ip);
    tcbOf(socket: Socket): Tcb | null;
    get requestCount(): number;
    join(tcb: Tcb): void;
    leave(tcb: Tcb): void;
    releasePort(tcb: Tcb): void;
    timeWait(tcb: Tcb, cause: string): void;
    finished(tcb: Tcb, cause: string): void;
    orphanWaits(tcb: Tcb): void;
    expire(tcb: Tcb): void;
    snapshot(): readonly ConnectionSnapshot[];
}

// inet/tcp/time-wait.d.ts
declare class TimeWait implements Endpoint, PortOwner {
    readonly kind = "time-wait";
    readonly tcp: Tcp;
    readonly localAddress: IpAddress;
    readonly localPort: number;
    readonly remoteAddress: IpAddress;
    readonly remotePort: number;
    readonly device: Interface | null;
    readonly sharing: Sharing;
    readonly isListening = false;
    readonly sndNxt: number;
    readonly rcvNxt: number;
    readonly rcvWnd: number;
    readonly rcvScale: number;
    readonly hasTimestamps: boolean;
    readonly timestampOffset: number;
    timestampRecent: number;
    timestampRecentAtNs: number;
    nextInChain: Endpoint | null;
    binding: PortBinding | null;
    earlierOwner: PortOwner | null;
    laterOwner: PortOwner | null;
    dueNs: number;
    older: TimeWait | null;
    newer: TimeWait | null;
    lastChallengeNs: number;
    constructor(tcb: Tcb);
}

// inet/tcp/time-wait.d.ts
declare class TimeWaitQueue {
    count: number;
    constructor(tcp: Tcp);
    add(entry: TimeWait): void;
    remove(entry: TimeWait): void;
}

// inet/tcp/timers.d.ts
declare const DELAYED_ACK = 2;

// inet/tcp/timers.d.ts
declare const FIN_WAIT_2 = 4;

// inet/tcp/timers.d.ts
declare const KEEPALIVE = 3;

// inet/tcp/timers.d.ts
declare const PACING = 7;

// inet/tcp/timers.d.ts
declare const PERSIST = 1;

// inet/tcp/timers.d.ts
declare const REORDERING = 5;

// inet/tcp/timers.d.ts
declare const RETRANSMIT = 0;

// inet/tcp/timers.d.ts
declare const TAIL_PROBE = 6;

// inet/tcp/timers.d.ts
type TimerKind = typeof RETRANSMIT | typeof PERSIST | typeof DELAYED_ACK | typeof KEEPALIVE | typeof FIN_WAIT_2 | typeof REORDERING | typeof TAIL_PROBE | typeof PACING;

// inet/tcp/timers.d.ts
interface TimerOwner {
    expire(): void;
}

// inet/tcp/timers.d.ts
declare class Timers {
    constructor(label: string, scheduler: Scheduler, owner: TimerOwner);
    get isQueued(): boolean;
    dueNs(kind: TimerKind): number;
    isSet(kind: TimerKind): boolean;
    set(kind: TimerKind, delayNs: number): void;
    clear(kind: TimerKind): void;
    clearAll(): void;
    next(): number;
    takeDue(kind: TimerKind): boolean;
}

// inet/udp/cork.d.ts
declare class Corked {
    readonly way: Way;
    constructor(way: Way);
    get length(): number;
    append(data: Uint8Array): void;
    join(): Uint8Array;
}

// inet/udp/cork.d.ts
interface Way {
    readonly path: Path;
    readonly source: IpAddress;
    readonly port: number;
    readonly options: SendOptions;
}

// inet/udp/pcb.d.ts
declare class UdpPcb {
    readonly socket: Socket;
    readonly options: IpSocketOptions;
    readonly options6: Ipv6SocketOptions | null;
    localAddress: IpAddress;
    localPort: number;
    remote: InetAddress | null;
    device: Interface | null;
    hasOwnAddress: boolean;
    hasOwnPort: boolean;
    reusesPort: boolean;
    uid: number;
    noChecksum: boolean;
    isCorked: boolean;
    corked: Corked | null;
    lastSource: InetAddress | null;
    next: UdpPcb | null;
    constructor(socket: Socket, options: IpSocketOptions, options6?: Ipv6SocketOptions | null);
    get anyAddress(): IpAddress;
    covers(address: IpAddress): boolean;
    accepts(destination: IpAddress, source: IpAddress, sourcePort: number, through: Interface | null): boolean;
}

// inet/udp/pcb.d.ts
declare class UdpTable {
    constructor(key?: number);
    lookup(destination: IpAddress, port: number, source: IpAddress, sourcePort: number, through?: Interface | null): UdpPcb | null;
    onPort(port: number): readonly UdpPcb[];
    all(): readonly UdpPcb[];
    add(pcb: UdpPcb): void;
    remove(pcb: UdpPcb): void;
}

// inet/udp/udp.d.ts
declare class Udp {
    readonly machine: Machine;
    readonly ip: Ip;
    readonly table: UdpTable;
    readonly ports: Prng;
    constructor(machine: Machine, ip: Ip);
    snapshot(): readonly UdpSnapshot[];
}

// inet/udp/udp.d.ts
interface UdpSnapshot {
    readonly protocol: "udp" | "udp6";
    readonly receiveQueueBytes: number;
    readonly sendQueueBytes: number;
    readonly localAddress: string;
    readonly localPort: number;
    readonly remoteAddress: string | null;
    readonly remotePort: number | null;
    readonly state: "" | "ESTABLISHED";
    readonly inode: number;
    readonly uid: number;
    readonly drops: number;
}

// ipc/address-space.d.ts
declare class AddressSpace {
    get isFull(): boolean;
    all(): Mapping[];
    at(address: number): Mapping | undefined;
    around(address: number): Mapping | undefined;
    isFree(address: number, length: number): boolean;
    add(mapping: Mapping, address?: number): void;
    remove(mapping: Mapping, pid: number): void;
    removeAll(pid: number): void;
    fork(parentPid: number): AddressSpace;
}

// ipc/claim.d.ts
declare class Claim<R> {
    readonly waiters: WaitQueue;
    outcome: R | undefined;
    isListed: boolean;
    settle(outcome: R): void;
    retry(): void;
}

// ipc/claim.d.ts
declare class ClaimList<C extends Claim<unknown>> {
    get isEmpty(): boolean;
    get length(): number;
    all(): readonly C[];
    add(claim: C): void;
    shift(): C | undefined;
    remove(claim: C): void;
    takeAll(): C[];
    prepend(claims: readonly C[]): void;
}

// ipc/futex.d.ts
declare class FutexClaim extends Claim<0 | Errno> {
    key: FutexKey;
    readonly bits: number;
    constructor(key: FutexKey, bits?: number);
    woken(): void;
}

// ipc/futex.d.ts
interface FutexKey {
    readonly memory: object;
    readonly offset: number;
}

// ipc/futex.d.ts
declare class FutexTable {
    wait(claim: FutexClaim): void;
    leave(claim: FutexClaim): void;
    wake(key: FutexKey, count: number, bits?: number): number;
    requeue(from: FutexKey, to: FutexKey, wakeCount: number, moveCount: number): number;
}

// ipc/ipc.d.ts
declare class Ipc {
    readonly queues: QueueSpace;
    readonly messages: SysvTable<SysvQueue>;
    readonly semaphores: SysvTable<SemaphoreArray>;
    readonly segments: SysvTable<Segment>;
    readonly memory: MemoryBudget;
    readonly futexes: FutexTable;
    readonly channels: Channels;
    readonly nowSeconds: () => number;
    constructor(nowSeconds: () => number);
}

// ipc/mapping.d.ts
type Fault = "SEGV_MAPERR" | "SEGV_ACCERR" | "BUS_ADRERR";

// ipc/mapping.d.ts
declare abstract class Mapping {
    readonly length: number;
    readonly protection: number;
    readonly isShared: boolean;
    address: number;
    isMapped: boolean;
    constructor(length: number, protection: number, isShared: boolean);
    abstract readonly bytes: Uint8Array<ArrayBuffer>;
    abstract readonly memory: object;
    abstract readonly memoryOffset: number;
    abstract readonly name: string;
    get inode(): number;
    abstract fork(parentPid: number): Mapping | null;
    abstract release(pid: number): void;
    get present(): number;
    fault(offset: number, count: number, writes: boolean): Fault | null;
}

// ipc/memory-budget.d.ts
declare class MemoryBudget {
    take(bytes: number): boolean;
    giveBack(bytes: number): void;
}

// ipc/mqueue-space.d.ts
interface QueueMaker {
    readonly uid: number;
    readonly isPrivileged: boolean;
    readonly bytesMax: number;
}

// ipc/mqueue-space.d.ts
declare class QueueSpace {
    bytesOf(uid: number): number;
    make(volume: Volume, ownership: Ownership, maker: QueueMaker, shape?: QueueShape, messagesMin?: number): MessageQueue | Errno;
}

// ipc/mqueue.d.ts
declare class MessageQueue extends Inode {
    readonly shape: QueueShape;
    readonly pollers: WaitQueue;
    readonly senders: ClaimList<SendClaim>;
    readonly receivers: ClaimList<ReceiveClaim>;
    constructor(volume: Volume, ownership: Ownership, shape: QueueShape, { openAs, gone }: {
        readonly openAs: (queue: MessageQueue, path: string) => FileOps;
        readonly gone: () => void;
    });
    get size(): number;
    openAs(path: string): FileOps;
    get length(): number;
    get bytes(): number;
    get isFull(): boolean;
    get isReadable(): boolean;
    get isWritable(): boolean;
    get notification(): Notification | null;
    messages(): Iterable<{
        readonly priority: number;
        readonly message: Uint8Array;
    }>;
    send(message: QueueMessage, sender: Sender): 0 | Errno;
    senderWaits(claim: SendClaim, sender: Sender): void;
    receiverWaits(claim: ReceiveClaim): void;
    receive(): QueueMessage | Errno;
    register(notification: Notification): 0 | Errno;
    unregister(owner: object): void;
    protected free(): void;
}

// ipc/mqueue.d.ts
interface Notification {
    readonly pid: number;
    readonly owner: object;
    readonly signo: number;
    tell(sender: Sender): void;
}

// ipc/mqueue.d.ts
interface QueueMessage {
    readonly data: Uint8Array;
    readonly priority: number;
}

// ipc/mqueue.d.ts
interface QueueShape {
    readonly maxmsg: number;
    readonly msgsize: number;
}

// ipc/mqueue.d.ts
declare class ReceiveClaim extends Claim<QueueMessage> {
}

// ipc/mqueue.d.ts
declare class SendClaim extends Claim<0> {
    readonly message: QueueMessage;
    constructor(message: QueueMessage);
}

// ipc/mqueue.d.ts
interface Sender {
    readonly pid: number;
    readonly uid: number;
}

// ipc/rendezvous.d.ts
declare class Channel {
    readonly senders: ClaimList<RequestClaim>;
    readonly receivers: ClaimList<ReceiverClaim>;
    readonly names: Set<NameNode>;
    send(request: RequestClaim): void;
    receive(receiver: ReceiverClaim): Request | undefined;
    reply(pid: number, data: Uint8Array): boolean;
    withdraw(request: RequestClaim): void;
    close(): void;
    partnerEnded(pid: number): void;
}

// ipc/rendezvous.d.ts
declare class Channels {
    of(pid: number): Channel;
    find(pid: number): Channel | undefined;
    close(pid: number): void;
}

// ipc/rendezvous.d.ts
declare class NameNode extends Inode {
    readonly pid: number;
    constructor(volume: Volume, ownership: Ownership, pid: number, remove: (node: NameNode) => void);
    close(): void;
}

// ipc/rendezvous.d.ts
declare class ReceiverClaim extends Claim<Request | Errno> {
    readonly from: number;
    constructor(from: number);
    wants(pid: number): boolean;
}

// ipc/rendezvous.d.ts
declare class RequestClaim extends Claim<Reply | Errno> {
    readonly pid: number;
    readonly data: Uint8Array;
    state: "SEND" | "REPLY";
    constructor(pid: number, data: Uint8Array);
    take(): Request;
}

// ipc/sysv-messages.d.ts
declare class Choice {
    readonly bytesMax: number;
    constructor(type: number, flags: number, bytesMax: number);
    matches({ type }: TypedMessage): boolean;
    find(messages: readonly TypedMessage[]): number;
    get copies(): boolean;
    fit(message: TypedMessage): TypedMessage | "E2BIG";
}

// ipc/sysv-messages.d.ts
declare class SysvQueue extends SysvObject {
    readonly senders: ClaimList<TypedSendClaim>;
    readonly receivers: ClaimList<TypedReceiveClaim>;
    isRemoved: boolean;
    get status(): MessageQueueStatus;
    hasRoom(bytes: number): boolean;
    send(pid: number, message: TypedMessage): 0 | Errno;
    receive(pid: number, choice: Choice): TypedMessage | "ENOMSG" | "E2BIG";
    set(caller: SysvCaller, change: SysvChange & {
        readonly qbytes?: number;
    }): 0 | Errno;
    remove(): void;
}

// ipc/sysv-messages.d.ts
interface TypedMessage {
    readonly type: number;
    readonly data: Uint8Array;
}

// ipc/sysv-messages.d.ts
declare class TypedReceiveClaim extends Claim<TypedMessage | Errno> {
    readonly pid: number;
    readonly choice: Choice;
    constructor(pid: number, choice: Choice);
}

// ipc/sysv-messages.d.ts
declare class TypedSendClaim extends Claim<0 | Errno> {
    readonly bytes: number;
    constructor(bytes: number);
}

// ipc/sysv-semaphores.d.ts
declare class SemaphoreArray extends SysvObject {
    isRemoved: boolean;
    readonly undos: Set<Undo>;
    constructor(key: number, flags: number, caller: SysvCaller, nowSeconds: () => number, count: number);
    get size(): number;
    get status(): SemaphoreStatus;
    get values(): number[];
    pidOf(num: number): number;
    operate(claim: SemaphoreClaim): 0 | "EAGAIN" | "ERANGE";
    wait(claim: SemaphoreClaim): void;
    leave(claim: SemaphoreClaim): void;
    setValue(num: number, value: number, pid: number): void;
    setValues(values: readonly number[], pid: number): void;
    applyUndo(undo: Undo, pid: number): void;
    waitersOf(num: number, forZero: boolean): number;
    remove(): void;
}

// ipc/sysv-semaphores.d.ts
declare class SemaphoreClaim extends Claim<0 | Errno> {
    readonly pid: number;
    readonly operations: readonly SemaphoreOperation[];
    readonly undo: Undo | null;
    blocking: SemaphoreOperation | null;
    constructor(pid: number, operations: readonly SemaphoreOperation[], undo: Undo | null);
    get changes(): boolean;
}

// ipc/sysv-shm.d.ts
declare class Segment extends SysvObject {
    readonly size: number;
    constructor(key: number, flags: number, caller: SysvCaller, nowSeconds: () => number, { size, table, budget, }: {
        readonly size: number;
        readonly table: SysvTable<Segment>;
        readonly budget: MemoryBudget;
    });
    get bytes(): Uint8Array<ArrayBuffer>;
    get isResident(): boolean;
    get status(): SegmentStatus;
    attached(pid: number): void;
    detached(pid: number): void;
    remove(): void;
}

// ipc/sysv-undo.d.ts
declare class Undo {
    readonly array: SemaphoreArray;
    readonly adjustments: number[];
    constructor(array: SemaphoreArray, owner: UndoList);
    add(num: number, adjustment: number): boolean;
    forget(): void;
}

// ipc/sysv-undo.d.ts
declare class UndoList {
    of(array: SemaphoreArray): Undo;
    forget(undo: Undo): void;
    apply(pid: number): void;
}

// ipc/sysv.d.ts
interface SysvCaller extends Credentials {
    readonly pid: number;
}

// ipc/sysv.d.ts
declare abstract class SysvObject implements SysvPermission {
    key: number;
    id: number;
    uid: number;
    gid: number;
    readonly cuid: number;
    readonly cgid: number;
    mode: number;
    ctime: number;
    readonly nowSeconds: () => number;
    constructor(key: number, flags: number, caller: SysvCaller, nowSeconds: () => number);
    allows(caller: SysvCaller, wanted: number): boolean;
    isOwnedBy({ uid }: SysvCaller): boolean;
    get permission(): SysvPermission;
    change({ uid, gid, mode }: SysvChange): void;
}

// ipc/sysv.d.ts
declare class SysvTable<T extends SysvObject> {
    constructor(max: number);
    get count(): number;
    all(): Generator<T>;
    get(caller: SysvCaller, key: number, flags: number, make: () => T | Errno, fits?: (found: T) => Errno | null): T | Errno;
    object(id: number): T | "EINVAL";
    at(place: number): T | "EINVAL";
    get highest(): number;
    forgetKey(object: T): void;
    remove(object: T): void;
}

// kernel/calls/sysv-info.d.ts
interface TableInfo {
    readonly highest: number;
}

// kernel/credentials.d.ts
declare class Credentials {
    readonly user: Ids;
    readonly group: Ids;
    groups: readonly number[];
    constructor(user: Ids, group: Ids, groups?: readonly number[]);
    static of(uid: number, gid: number): Credentials;
    copy(): Credentials;
    get isPrivileged(): boolean;
    afterExec(): void;
}

// kernel/credentials.d.ts
declare class Ids implements IdTriple {
    real: number;
    effective: number;
    saved: number;
    constructor(real: number, effective: number, saved: number);
    copy(): Ids;
    set(id: number, isPrivileged: boolean): 0 | Errno;
    setEffective(effective: number, isPrivileged: boolean): 0 | Errno;
    setRealEffective(real: number, effective: number, isPrivileged: boolean): 0 | Errno;
    setAll(real: number, effective: number, saved: number, isPrivileged: boolean): 0 | Errno;
    has(id: number): boolean;
}

// kernel/descriptors.d.ts
declare class DescriptorTable {
    limit: number;
    constructor(limit?: number);
    get(fd: number): OpenFile | undefined;
    install(file: OpenFile, closeOnExec?: boolean, from?: number): number | Errno;
    get hasRoom(): boolean;
    duplicateTo(from: number, to: number, closeOnExec?: boolean): number | Errno;
    duplicate(fd: number, from: number, closeOnExec: boolean): number | Errno;
    get isFull(): boolean;
    close(fd: number): 0 | Errno;
    closeOnExec(fd: number): boolean | Errno;
    setCloseOnExec(fd: number, closeOnExec: boolean): 0 | Errno;
    copy(): DescriptorTable;
    closeForExec(): void;
    closeAll(): void;
    entries(): Generator<{
        readonly fd: number;
        readonly file: OpenFile;
        readonly closeOnExec: boolean;
    }>;
}

// kernel/image.d.ts
declare class Image {
    readonly process: Process;
    handlerContext: unknown;
    constructor(process: Process);
    get alive(): boolean;
    start(runtime: ProgramRuntime, program: unknown, args: readonly string[]): void;
    scheduleTurn(operation: Runnable): void;
    deliver(run: () => void): void;
    exit(status: number): void;
    crash(error: unknown, status?: number): void;
    discard(): void;
}

// kernel/image.d.ts
interface ProgramRuntime {
    readonly name: string;
    accepts(program: unknown): boolean;
    start(image: Image, program: unknown, args: readonly string[]): RunningProgram;
    schedule?(image: Image, turn: Runnable): void;
    signal?(image: Image, deliver: () => void): void;
    awaitResult?(): () => void;
}

// kernel/image.d.ts
interface RunningProgram {
    stop(): void;
}

// kernel/kernel.d.ts
declare class Kernel {
    readonly machine: Machine;
    readonly runState: RunState;
    readonly protocols: ProtocolTable;
    readonly sockets: SocketSettings;
    readonly files: FileTree;
    readonly lockWaits: LockWaits;
    readonly signalQuota: SignalQuota;
    readonly ipc: Ipc;
    readonly processes: ProcessTable;
    readonly terminals: Terminals;
    readonly clock: HostClock;
    constructor(parts: KernelParts);
    nextInode(): number;
    spawn(attributes: ProcessAttributes, program: unknown, args: readonly string[], terminal?: Terminal): Process | Errno;
    runtimeFor(program: unknown): ProgramRuntime | "ENOEXEC";
    install(process: Process, ops: FileOps, flags: number, closeOnExec?: boolean): number | Errno;
    reportCrash(process: Process, error: unknown): void;
}

// kernel/kernel.d.ts
interface KernelParts {
    readonly machine: Machine;
    readonly runState: RunState;
    readonly protocols: ProtocolTable;
    readonly runtimes: readonly ProgramRuntime[];
    readonly console: FileOps;
    readonly onCrash: (crash: Crash) => void;
}

// kernel/limits.d.ts
declare class Limits {
    constructor(limits?: ReadonlyMap<number, ResourceLimit>);
    copy(): Limits;
    get(resource: number): ResourceLimit | Errno;
    soft(resource: number): number;
    cpuNs(which: "soft" | "hard"): number;
    set(resource: number, { soft, hard }: ResourceLimit, isPrivileged: boolean): 0 | Errno;
}

// kernel/operation.d.ts
interface Outstanding {
    older: Outstanding | null;
    newer: Outstanding | null;
    readonly call: string;
    readonly on: string;
    cancel(): void;
    readonly isInterruptible: boolean;
    completeNow(): boolean;
    interrupt(): void;
    goOn(restarts: boolean): void;
    atStop(): void;
    afterStop(): void;
}

// kernel/process-ipc.d.ts
declare class ProcessIpc {
    constructor(process: Process);
    get undos(): UndoList;
    get memory(): AddressSpace;
    inherit(parent: ProcessIpc): void;
    exec(): void;
    exit(): void;
}

// kernel/process-table.d.ts
declare class ProcessTable {
    stoppedCount: number;
    constructor(kernel: Kernel);
    get init(): Process;
    get(pid: number): Process | undefined;
    group(pgid: number): Iterable<Process>;
    setGroup(process: Process, pgid: number): void;
    isTaken(id: number): boolean;
    setSession(process: Process): void;
    all(): IterableIterator<Process>;
    create(parent: Process, attributes: ProcessAttributes, descriptors: DescriptorTable, program: unknown, args: readonly string[]): Process | Errno;
    load(process: Process, runtime: ProgramRuntime, program: unknown, args: readonly string[]): void;
    orphan(process: Process): void;
    notifyParent(process: Process): void;
    reap(process: Process): void;
}

// kernel/process.d.ts
declare class Process implements NamingTask {
    readonly kernel: Kernel;
    readonly runState: RunState;
    readonly pid: number;
    parent: Process | null;
    readonly children: Set<Process>;
    readonly childWaiters: WaitQueue;
    readonly titleHash: number;
    readonly credentials: Credentials;
    readonly limits: Limits;
    cwd: Directory;
    umask: number;
    env: Readonly<Record<string, string>>;
    readonly daemon: boolean;
    descriptors: DescriptorTable;
    name: string;
    args: readonly string[];
    state: ProcessState;
    status: number;
    readonly signals: ProcessSignals;
    readonly timers: ProcessTimers;
    readonly ipc: ProcessIpc;
    pgid: number;
    sid: number;
    terminal: Terminal | null;
    lostForeground: number;
    isAdopted: boolean;
    hasExecuted: boolean;
    isStopped: boolean;
    jobStatus: number;
    needsAttention: boolean;
    image: Image | null;
    lastCall: string;
    cpuNs: number;
    owedNs: number;
    cpuAlarmNs: number;
    constructor(kernel: Kernel, pid: number, parent: Process | null, attributes: ProcessAttributes, descriptors: DescriptorTable);
    get title(): string;
    get uid(): number;
    get gid(): number;
    get fileSizeMaxBytes(): number;
    exceededFileSize(): void;
    get groups(): readonly number[];
    get operations(): readonly Outstanding[];
    get isWaiting(): boolean;
    oldestInterruptible(): Outstanding | null;
    addOperation(operation: Outstanding): void;
    removeOperation(operation: Outstanding): void;
    beginWait(): void;
    endWait(): void;
    childChanged(): void;
    scheduleTurn(operation: Runnable): void;
    hold(turn: Runnable): void;
    enterStop(): void;
    leaveStop(): void;
    disturb(): void;
    updateAttention(): void;
    applyLimits(): void;
    chargeCall(costNs: number): void;
    takeOwed(): number;
    terminate(status: number, what: "exit" | "crash" | "kill", text: string): void;
    kill(signal?: string | number): void;
    crash(error: unknown, status?: number): void;
    trace(what: "spawn" | "fork" | "exec" | "exit" | "crash" | "kill" | "stop" | "continue" | "signal" | "reap", text: string): void;
    traceSignal({ signo, pid }: SigInfo): void;
    traceSleep(operation: Outstanding): void;
    cancelOperations(): void;
}

// kernel/process.d.ts
interface ProcessAttributes {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly credentials?: Credentials | undefined;
    readonly cwd: Directory;
    readonly umask: number;
    readonly env: Readonly<Record<string, string>>;
    readonly daemon: boolean;
}

// kernel/process.d.ts
type ProcessState = "running" | "zombie" | "reaped";

// kernel/run-state.d.ts
interface External {
    readonly process: Process;
    deliver: (() => void) | null;
}

// kernel/run-state.d.ts
declare class RunState {
    readonly scheduler: Scheduler;
    readonly perCallNs: number;
    foregroundProcesses: number;
    holders: number;
    owedTurns: number;
    unordered: number;
    readonly externals: External[];
    failure: Error | null;
    calls: number;
    inLoop: boolean;
    onActivity: (() => void) | null;
    constructor(scheduler: Scheduler, options: {
        perCallNs: number;
        livelockCalls: number;
    });
    enter(process: Process, call: string): boolean;
    activity(): void;
    leave(): void;
    get isTurnSpent(): boolean;
    progress(): void;
    instant(): void;
    resume(): void;
    beginTurn(): void;
    endTurn(): void;
    fail(error: Error): void;
}

// kernel/signals/action.d.ts
type KernelHandler = (signo: number, info: SigInfo, context: unknown) => unknown;

// kernel/signals/action.d.ts
interface SignalAction {
    readonly handler: KernelHandler | typeof SIG_DFL | typeof SIG_IGN;
    readonly flags: number;
    readonly mask: SignalSet;
}

// kernel/signals/file-owner.d.ts
interface FileOwnerRecord {
    readonly type: number;
    readonly pid: number;
}

// kernel/signals/pending.d.ts
declare class PendingSignals {
    constructor(quota: SignalQuota);
    has(signo: number): boolean;
    add(info: SigInfo, uid: number, max: number, mayBeRefused: boolean): boolean;
    inOrder(): number[];
    take(signo: number): SigInfo | undefined;
    takeFrom(set: SignalSet): SigInfo | undefined;
    hasAny(set: SignalSet): boolean;
    discard(signo: number): void;
    clear(): void;
}

// kernel/signals/process-signals.d.ts
declare class ProcessSignals {
    readonly pending: PendingSignals;
    readonly waiters: WaitQueue;
    pendingMax: number;
    constructor(process: Process, parent: Process | null);
    get isDue(): boolean;
    get blocked(): SignalSet;
    setBlocked(mask: SignalSet): void;
    disposed(how: "handle" | "ignore"): SignalSet;
    actionOf(signo: number): SignalAction;
    setAction(signo: number, action: SignalAction): void;
    exec(): void;
    post(info: SigInfo, mayBeRefused?: boolean): 0 | Errno;
    force(info: SigInfo): void;
    settle(): void;
    operationBegins(): void;
    atBoundary(): Promise<void> | undefined;
    beforeReturn(done: () => void): boolean;
    takeFrom(set: SignalSet): SigInfo | undefined;
    await(set: SignalSet): void;
    awaitNoLonger(set: SignalSet): void;
    suspend(mask: SignalSet): void;
    endSuspension(): void;
}

// kernel/signals/signal-quota.d.ts
declare class SignalQuota {
    queued(uid: number): number;
    charge(uid: number): void;
    release(uid: number): void;
}

// kernel/signals/signal-set.d.ts
declare class SignalSet {
    static of(...signals: readonly number[]): SignalSet;
    static from(signals: unknown): SignalSet | undefined;
    get isEmpty(): boolean;
    toHex(): string;
    has(signo: number): boolean;
    add(signo: number): void;
    delete(signo: number): void;
    copy(): SignalSet;
    union(other: SignalSet): SignalSet;
    without(other: SignalSet): SignalSet;
    [Symbol.iterator](): Generator<number>;
}

// kernel/signals/timers.d.ts
declare class ProcessTimers {
    constructor(process: Process);
    get(which: number): IntervalTimer | "EINVAL";
    set(which: number, { valueNs, intervalNs }: IntervalTimer): IntervalTimer | "EINVAL";
    limitCpu(softNs: number, hardNs: number): void;
    cpuTimeUsed(): void;
    cancel(): void;
}

// kernel/sys/descriptors.d.ts
interface DescriptorCalls {
    read(fd: number, buffer: Uint8Array): Promise<number>;
    write(fd: number, data: Uint8Array | string): Promise<number>;
    close(fd: number): void | Promise<void>;
    dup(fd: number): number;
    dup2(fd: number, to: number): number;
    dup3(fd: number, to: number, flags: number): number;
    fcntl(fd: number, command: typeof F_SETLKW, lock: RecordLock): Promise<number>;
    fcntl(fd: number, command: typeof F_SETLK | typeof F_GETLK, lock: RecordLock): number;
    fcntl(fd: number, command: typeof F_SETOWN_EX, owner: FileOwnerRecord): number;
    fcntl(fd: number, command: typeof F_GETOWN_EX): FileOwnerRecord;
    fcntl(fd: number, command: number, argument?: number): number;
    ioctl<Request extends number>(fd: number, request: Request, argument?: number | object): IoctlResult<Request>;
    poll(watched: readonly PollFd[], timeoutMs?: number): Promise<number>;
    pipe(): readonly [number, number];
    pipe2(flags: number): readonly [number, number];
}

// kernel/sys/descriptors.d.ts
interface IoctlRecords extends NetlinkRecords {
    [TIOCGWINSZ]: WindowSize;
}

// kernel/sys/descriptors.d.ts
type IoctlResult<Request extends number> = Request extends keyof IoctlRecords ? IoctlRecords[Request] : number;

// kernel/sys/events.d.ts
interface EventCalls {
    select(sets: SelectSets, timeoutMs?: number): Promise<SelectResult>;
    ppoll(watched: readonly PollFd[], timeoutMs?: number, mask?: Iterable<number>): Promise<number>;
    pselect(sets: SelectSets, timeoutMs?: number, mask?: Iterable<number>): Promise<SelectResult>;
    epollCreate1(flags?: number): number;
    epollCtl(epfd: number, operation: number, fd: number, event?: EpollInterest): void;
    epollWait(epfd: number, eventsMax: number, timeoutMs?: number): Promise<EpollEvent[]>;
    epollPwait(epfd: number, eventsMax: number, timeoutMs?: number, mask?: Iterable<number>): Promise<EpollEvent[]>;
    eventfd(initial?: number, flags?: number): number;
    timerfdCreate(clock: ClockName, flags?: number): number;
    timerfdSettime(fd: number, flags: number, setting: TimerSetting): TimerSpec;
    timerfdGettime(fd: number): TimerSpec;
}

// kernel/sys/files.d.ts
interface FileCalls {
    open(path: string, flags: number, mode?: number): Promise<number>;
    lseek(fd: number, offset: number, whence: number): number;
    pread(fd: number, buffer: Uint8Array, offset: number): number;
    pwrite(fd: number, data: Uint8Array | string, offset: number): number;
    stat(path: string): Stat;
    lstat(path: string): Stat;
    fstat(fd: number): Stat;
    access(path: string, wanted: number): void;
    mkdir(path: string, mode?: number): void;
    rmdir(path: string): void;
    mkfifo(path: string, mode?: number): void;
    mknod(path: string, mode: number): void;
    unlink(path: string): void;
    rename(from: string, to: string): void;
    link(existing: string, path: string): void;
    symlink(target: string, path: string): void;
    readlink(path: string): string;
    readdir(directory: string | number): readonly string[];
    chmod(path: string, mode: number): void;
    fchmod(fd: number, mode: number): void;
    chown(path: string, uid: number, gid: number): void;
    lchown(path: string, uid: number, gid: number): void;
    fchown(fd: number, uid: number, gid: number): void;
    truncate(path: string, size: number): void;
    ftruncate(fd: number, size: number): void;
    umask(mask: number): number;
    chdir(path: string): void;
    getcwd(): string;
    flock(fd: number, operation: number): Promise<void>;
}

// kernel/sys/memory.d.ts
interface MemoryCalls {
    mmap(length: number, protection: number, flags: number, fd?: number, offset?: number, address?: number): Mapping;
    munmap(mapping: Pick<Mapping, "address">): void;
    msync(mapping: Pick<Mapping, "address">, flags: number): void;
    mappingAt(address: number): Mapping;
    shmOpen(name: string, flags: number, mode?: number): number;
    shmUnlink(name: string): void;
    shmget(key: number, size: number, flags: number): number;
    shmat(id: number, flags?: number, address?: number): Mapping;
    shmdt(mapping: Pick<Mapping, "address">): void;
    shmctl(id: number, command: typeof IPC_STAT): SegmentStatus;
    shmctl(id: number, command: typeof IPC_INFO): SegmentLimits;
    shmctl(id: number, command: typeof SHM_INFO): SegmentUse;
    shmctl(place: number, command: typeof SHM_STAT | typeof SHM_STAT_ANY): SegmentStatus & {
        readonly id: number;
    };
    shmctl(id: number, command: typeof IPC_SET, change: SysvChange): void;
    shmctl(id: number, command: typeof IPC_RMID): void;
    semOpen(name: string, flags: number, mode?: number, value?: number): Semaphore;
    semInit(semaphore: Semaphore, value: number): void;
    semWait(semaphore: Semaphore): Promise<void>;
    semTimedwait(semaphore: Semaphore, deadline: Timespec): Promise<void>;
    semTrywait(semaphore: Semaphore): void;
    semPost(semaphore: Semaphore): void;
    semGetvalue(semaphore: Semaphore): number;
    semClose(semaphore: Semaphore): void;
    semDestroy(semaphore: Semaphore): void;
    semUnlink(name: string): void;
    futexWait(futex: Futex, expected: number, timeoutNs?: number, bits?: number): Promise<void>;
    futexWake(futex: Futex, count: number, bits?: number): number;
    futexRequeue(from: Futex, to: Futex, wake: number, move: number, expected?: number): number;
}

// kernel/sys/processes.d.ts
interface ProcessCalls {
    getpid(): number;
    getppid(): number;
    getuid(): number;
    getgid(): number;
    getenv(name: string): string | undefined;
    environ(): Readonly<Record<string, string>>;
    gethostname(): string;
    fork(child: Program, ...args: string[]): number;
    spawn(program: Program, attributes?: SpawnAttributes): number;
    exec(program: Program, ...args: string[]): Promise<never>;
    execve(path: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<never>;
    exit(status: number): Promise<never>;
    wait(): Promise<WaitResult>;
    waitpid(pid: number, options?: number): Promise<WaitResult>;
}

// kernel/sys/queues.d.ts
interface QueueCalls {
    mqOpen(name: string, flags: number, mode?: number, attributes?: Pick<QueueAttributes, "maxmsg" | "msgsize">): number;
    mailbox(name: string, capacity: number, messageBytes?: number, mode?: number): number;
    mqSend(mqd: number, data: Uint8Array | string, priority?: number): Promise<void>;
    mqTimedsend(mqd: number, data: Uint8Array | string, priority: number, deadline: Timespec): Promise<void>;
    mqReceive(mqd: number, buffer: Uint8Array): Promise<QueueReceipt>;
    mqTimedreceive(mqd: number, buffer: Uint8Array, deadline: Timespec): Promise<QueueReceipt>;
    mqNotify(mqd: number, event: SignalEvent | null): void;
    mqGetattr(mqd: number): QueueAttributes;
    mqSetattr(mqd: number, attributes: Pick<QueueAttributes, "flags">): QueueAttributes;
    mqClose(mqd: number): void;
    mqUnlink(name: string): void;
}

// kernel/sys/rendezvous.d.ts
interface RendezvousCalls {
    msgSend(pid: number, request: Uint8Array | string): Promise<Reply>;
    msgReceive(from?: number): Promise<Request>;
    msgReply(pid: number, answer?: Uint8Array | string): void;
    msgAttach(name: string, mode?: number): void;
    msgDetach(name: string): void;
    msgLocate(name: string): number;
}

// kernel/sys/sessions.d.ts
interface SessionCalls {
    setpgid(pid: number, pgid: number): void;
    getpgid(pid: number): number;
    getpgrp(): number;
    setsid(): number;
    getsid(pid: number): number;
}

// kernel/sys/signals.d.ts
interface SignalCalls {
    kill(pid: number, signo: number): Promise<void>;
    killpg(pgid: number, signo: number): Promise<void>;
    raise(signo: number): Promise<void>;
    sigqueue(pid: number, signo: number, value: number): Promise<void>;
    sigaction(signo: number, action?: Sigaction): Required<Sigaction>;
    signal(signo: number, disposition: SignalDisposition): SignalDisposition;
    sigprocmask(how: number, set?: Iterable<number>): number[];
    sigpending(): number[];
    sigsuspend(mask: Iterable<number>): Promise<never>;
    pause(): Promise<never>;
    sigwait(set: Iterable<number>): Promise<number>;
    sigwaitinfo(set: Iterable<number>): Promise<SigInfo>;
    sigtimedwait(set: Iterable<number>, timeoutNs: number): Promise<SigInfo>;
    signalfd(fd: number, set: Iterable<number>, flags?: number): number;
    alarm(seconds: number): number;
    setitimer(which: number, timer: IntervalTimer): IntervalTimer;
    getitimer(which: number): IntervalTimer;
}

// kernel/sys/sockets.d.ts
interface SocketCalls {
    socket(domain: number, type: number, protocol?: number): number;
    socketpair(domain: number, type: number, protocol?: number): readonly [number, number];
    bind(fd: number, address: Endpoint): void;
    connect(fd: number, address: Endpoint): Promise<void>;
    listen(fd: number, backlog: number): void;
    accept(fd: number): Promise<AcceptedConnection>;
    accept4(fd: number, flags: number): Promise<AcceptedConnection>;
    shutdown(fd: number, how: number): void;
    send(fd: number, data: Uint8Array | string, flags?: number): Promise<number>;
    sendto(fd: number, data: Uint8Array | string, address: Endpoint, flags?: number): Promise<number>;
    sendmsg(fd: number, message: MessageToSend, flags?: number): Promise<number>;
    recv(fd: number, buffer: Uint8Array, flags?: number): Promise<number>;
    recvfrom(fd: number, buffer: Uint8Array, flags?: number): Promise<Message>;
    recvmsg(fd: number, buffers: Uint8Array | readonly Uint8Array[], flags?: number, controlBytes?: number): Promise<ReceivedMessage>;
    getsockname(fd: number): SocketName;
    getpeername(fd: number): SocketName;
    getsockopt<Level extends number, Option extends number>(fd: number, level: Level, option: Option): ValueOf<Level, Option>;
    setsockopt<Level extends number, Option extends number>(fd: number, level: Level, option: Option, value: ValueOf<Level, Option>): void;
}

// kernel/sys/sysv.d.ts
interface SysvCalls {
    ftok(path: string, project: number): number;
    msgget(key: number, flags: number): number;
    msgsnd(id: number, type: number, data: Uint8Array | string, flags?: number): Promise<void>;
    msgrcv(id: number, buffer: Uint8Array, type: number, flags?: number): Promise<TypedReceipt>;
    msgctl(id: number, command: typeof IPC_STAT): MessageQueueStatus;
    msgctl(id: number, command: typeof IPC_INFO | typeof MSG_INFO): MessageInfo;
    msgctl(place: number, command: typeof MSG_STAT | typeof MSG_STAT_ANY): MessageQueueStatus & {
        readonly id: number;
    };
    msgctl(id: number, command: typeof IPC_SET, change: SysvChange & {
        readonly qbytes?: number;
    }): void;
    msgctl(id: number, command: typeof IPC_RMID): void;
    semget(key: number, count: number, flags: number): number;
    semop(id: number, operations: readonly SemaphoreOperation[]): Promise<void>;
    semtimedop(id: number, operations: readonly SemaphoreOperation[], timeoutNs: number): Promise<void>;
    semctl(id: number, num: number, command: typeof GETVAL | typeof GETPID | typeof GETNCNT | typeof GETZCNT): number;
    semctl(id: number, num: number, command: typeof SETVAL, value: number): void;
    semctl(id: number, num: number, command: typeof GETALL): number[];
    semctl(id: number, num: number, command: typeof SETALL, values: readonly number[]): void;
    semctl(id: number, num: number, command: typeof IPC_STAT): SemaphoreStatus;
    semctl(id: number, num: number, command: typeof IPC_INFO | typeof SEM_INFO): SemaphoreInfo;
    semctl(place: number, num: number, command: typeof SEM_STAT | typeof SEM_STAT_ANY): SemaphoreStatus & {
        readonly id: number;
    };
    semctl(id: number, num: number, command: typeof IPC_SET, change: SysvChange): void;
    semctl(id: number, num: number, command: typeof IPC_RMID): void;
}

// kernel/sys/terminals.d.ts
interface TerminalCalls {
    posixOpenpt(flags: number): number;
    grantpt(fd: number): void;
    unlockpt(fd: number): void;
    ptsname(fd: number): string;
    openpty(termios?: Termios, window?: WindowSize): PtyPair;
    loginTty(fd: number): void;
    isatty(fd: number): boolean;
    ttyname(fd: number): string;
    ctermid(): string;
    tcgetattr(fd: number): Termios;
    tcsetattr(fd: number, action: number, termios: Termios): Promise<void>;
    tcgetwinsize(fd: number): WindowSize;
    tcsetwinsize(fd: number, window: WindowSize): void;
    tcgetpgrp(fd: number): number;
    tcsetpgrp(fd: number, pgid: number): Promise<void>;
    tcgetsid(fd: number): number;
    tcdrain(fd: number): Promise<void>;
    tcflush(fd: number, queue: number): Promise<void>;
    tcflow(fd: number, action: number): Promise<void>;
    tiocsctty(fd: number, steals?: boolean): void;
    tiocnotty(fd: number): void;
}

// kernel/sys/time.d.ts
interface TimeCalls {
    clockGettime(clock: ClockName): Timespec;
    sleep(seconds: number): Promise<void>;
    nanosleep(nanoseconds: number, remaining?: RemainingTime): Promise<void>;
    external<T>(promise: PromiseLike<T>): Promise<T>;
}

// kernel/sys/users.d.ts
interface UserCalls {
    geteuid(): number;
    getegid(): number;
    getresuid(): IdTriple;
    getresgid(): IdTriple;
    getgroups(): readonly number[];
    setgroups(groups: readonly number[]): void;
    setuid(uid: number): void;
    seteuid(uid: number): void;
    setreuid(real: number, effective: number): void;
    setresuid(real: number, effective: number, saved: number): void;
    setgid(gid: number): void;
    setegid(gid: number): void;
    setregid(real: number, effective: number): void;
    setresgid(real: number, effective: number, saved: number): void;
    getrlimit(resource: number): ResourceLimit;
    setrlimit(resource: number, limit: ResourceLimit): void;
}

// kernel/terminals.d.ts
declare class Terminals implements JobControl {
    constructor(kernel: Kernel, dev: Directory);
    open(task: Task): MasterEnd | Errno;
    inodeOf(terminal: Terminal): Inode | undefined;
    check(task: Task, terminal: Terminal, signo: number): 0 | "EAGAIN" | "EIO";
    signalGroup(pgid: number, signo: number): void;
    hangUp(terminal: Terminal): void;
    acquire(process: Process, terminal: Terminal): void;
    set(process: Process, terminal: Terminal, steals: boolean): 0 | Errno;
    giveUp(process: Process): void;
    leaderEnds(process: Process): void;
}

// link/channel.d.ts
interface ChannelOwner {
    readonly number: number;
    readonly label: string;
    readonly up: boolean;
    readonly statistics: PortStatistics;
    carry(packet: Packet): void;
    sent(): void;
}

// link/device.d.ts
interface Device {
    readonly linkType: LinkType;
    readonly namePrefix: string;
    readonly carrier?: boolean;
    readonly mtu: number;
    readonly queuePackets: number;
    readonly linkName: string;
    open(client: DeviceClient, macAddress: MacAddress, label?: string): void;
    readonly ready: boolean;
    readonly takesLargeSegments?: boolean;
    transmit(packet: Packet): void;
}

// link/device.d.ts
interface DeviceClient {
    receive(packet: Packet): void;
    transmitDone(): void;
    carrierChanged?(): void;
    receiveError?(counter: string, bytes: number): void;
    readonly takesLargeSegments?: boolean;
    observe?(direction: "in" | "out", packet: Packet): void;
}

// link/device.d.ts
type LinkType = "ethernet" | "raw-ip" | "ppp";

// link/frame-hash.d.ts
declare class FrameHash implements Named {
    readonly title: string;
    readonly titleHash: number;
    constructor(machine: Machine, title: string);
    mix(packet: Packet): void;
}

// link/link.d.ts
declare abstract class Link {
    protected readonly medium: Medium;
    protected readonly ports: Port[];
    constructor(machine: Machine, options?: LinkOptions);
    get name(): string;
    get options(): ResolvedOptions;
    get up(): boolean;
    set onError(listener: (error: Error) => void);
    abstract port(): Device;
    set(options: LinkOptions): void;
    rule(rule: Rule): Disposable;
    cut(): Disposable;
    disconnect(device: Device): Disposable;
    snapshot(): LinkSnapshot;
    protected inFlight(port: Port): number;
    protected addPort(exchange: Exchange): Port;
    protected portOf(device: Device): Port;
}

// link/link.d.ts
interface LinkSnapshot {
    readonly name: string;
    readonly up: boolean;
    readonly options: ResolvedOptions;
    readonly ports: readonly PortSnapshot[];
}

// link/medium.d.ts
type LinkStep = Extract<TraceDetail, {
    step: "link";
}>["what"];

// link/medium.d.ts
declare class Medium {
    readonly machine: Machine;
    options: ResolvedOptions;
    settings: LinkSettings;
    rules: readonly Rule[];
    cuts: number;
    onError: (error: Error) => void;
    readonly frameHash: FrameHash;
    constructor(machine: Machine, options: LinkOptions);
    get frameMaxBytes(): number;
    get isIdeal(): boolean;
    set(options: LinkOptions): void;
    trace(what: LinkStep, bytes: number): void;
    report(error: Error): void;
}

// link/options.d.ts
interface LinkSettings {
    readonly delayNs: number;
    readonly jitterNs: number;
    readonly lossRate: number;
    readonly duplicateRate: number;
    readonly corruptRate: number;
    readonly reorderRate: number;
    readonly reorderPackets: number;
    readonly rateBitsPerSecond: number;
    readonly queuePackets: number;
    readonly mtu: number;
    readonly isFaultless: boolean;
    readonly isIdeal: boolean;
}

// link/options.d.ts
type ResolvedOptions = Required<LinkOptions>;

// link/port.d.ts
interface Exchange {
    input(from: Port, packet: Packet): void;
    signals(to: Port): boolean;
    opened(port: Port): void;
}

// link/port.d.ts
declare class Port implements Device, ChannelOwner {
    readonly linkType = "ethernet";
    readonly namePrefix = "eth";
    readonly number: number;
    readonly statistics: PortStatistics;
    disconnections: number;
    constructor(medium: Medium, number: number, exchange: Exchange);
    get mtu(): number;
    get queuePackets(): number;
    get linkName(): string;
    get label(): string;
    get up(): boolean;
    get carrier(): boolean;
    get isOpen(): boolean;
    tellCarrier(): void;
    get listening(): boolean;
    get inFlight(): number;
    open(client: DeviceClient, _macAddress: MacAddress, label?: string): void;
    get ready(): boolean;
    get takesLargeSegments(): boolean;
    transmit(packet: Packet): void;
    carry(packet: Packet): void;
    sent(): void;
    deliver(packet: Packet): void;
}

// link/ppp/auth.d.ts
interface Credentials {
    readonly name: string;
    readonly secret: string;
}

// link/ppp/fsm.d.ts
type PppState = (typeof STATES)[number];

// link/ppp/fsm.d.ts
declare const STATES: readonly ["Initial", "Starting", "Closed", "Stopped", "Closing", "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened"];

// link/ppp/ipcp.d.ts
interface NetworkUp {
    readonly family: 4 | 6;
    readonly local: IpAddress;
    readonly remote: IpAddress;
}

// link/ppp/lcp.d.ts
type AuthProtocol = "pap" | "chap";

// link/ppp/line.d.ts
interface PppLineClient {
    arrived(packet: Packet): void;
    error(counter: string, bytes: number): void;
    writable(): void;
    carrierChanged(carrier: boolean): void;
}

// link/ppp/options.d.ts
interface PppSettings {
    readonly local: IpAddress | null;
    readonly remote: IpAddress | null;
    readonly ipv6: boolean;
    readonly own: Credentials | null;
    readonly require: AuthProtocol | null;
    readonly peers: Readonly<Record<string, string>>;
    readonly mru: number;
    readonly asyncMap: number;
    readonly compress: boolean;
    readonly echoIntervalNs: number;
    readonly echoFailures: number;
    readonly holdoffNs: number;
}

// link/ppp/ppp.d.ts
interface PppClient {
    networkUp(network: NetworkUp): void;
    networkDown(network: NetworkUp): void;
}

// link/ppp/ppp.d.ts
declare class PppDevice implements Device, PppLineClient {
    readonly linkType = "ppp";
    readonly namePrefix = "ppp";
    readonly queuePackets: number;
    constructor(machine: Machine, end: SerialEnd, settings: PppSettings, client: PppClient);
    get mtu(): number;
    get linkName(): string;
    get carrier(): boolean;
    get ready(): boolean;
    open(client: DeviceClient, _macAddress: MacAddress, label?: string): void;
    transmit(packet: Packet): void;
    setWanted(isWanted: boolean): void;
    snapshot(): PppSnapshot;
    arrived(packet: Packet): void;
    error(counter: string, bytes: number): void;
    writable(): void;
    carrierChanged(carrier: boolean): void;
}

// link/serial.d.ts
interface SerialClient {
    receive(bytes: Uint8Array): void;
    writable(): void;
    carrierChanged(): void;
}

// link/serial.d.ts
declare class SerialEnd {
    readonly number: number;
    client: SerialClient | null;
    constructor(line: Serial, number: number);
    get lineName(): string;
    get carrier(): boolean;
    get ready(): boolean;
    open(client: SerialClient, label: string): void;
    write(bytes: Uint8Array): void;
    snapshot(): SerialEndSnapshot;
}

// link/serial.d.ts
interface SerialEndSnapshot {
    readonly label: string;
    readonly txBytes: number;
    readonly rxBytes: number;
    readonly flippedBits: number;
    readonly cutBytes: number;
}

// link/serial.d.ts
interface SerialSnapshot {
    readonly name: string;
    readonly up: boolean;
    readonly options: Required<SerialOptions>;
    readonly ends: readonly SerialEndSnapshot[];
}

// link/statistics.d.ts
declare const DROP_COUNTERS: {
    readonly lost: "LinkLost";
    readonly rule: "LinkRuleDrops";
    readonly ruleFailed: "LinkRuleFailures";
    readonly cut: "LinkCutDrops";
    readonly partition: "LinkPartitionDrops";
    readonly queueFull: "LinkQueueFull";
    readonly tooLong: "LinkTooLong";
    readonly malformed: "LinkMalformed";
    readonly filtered: "LinkFiltered";
    readonly noReceiver: "LinkNoReceiver";
};

// link/statistics.d.ts
type DropCause = keyof typeof DROP_COUNTERS;

// link/statistics.d.ts
interface PortSnapshot {
    readonly label: string;
    readonly txPackets: number;
    readonly txBytes: number;
    readonly rxPackets: number;
    readonly rxBytes: number;
    readonly duplicated: number;
    readonly corrupted: number;
    readonly reordered: number;
    readonly flooded: number;
    readonly drops: Readonly<Partial<Record<DropCause, number>>>;
    readonly inFlight: number;
}

// link/statistics.d.ts
declare class PortStatistics {
    txPackets: number;
    txBytes: number;
    rxPackets: number;
    rxBytes: number;
    duplicated: number;
    corrupted: number;
    reordered: number;
    flooded: number;
    drop(medium: Medium, cause: DropCause, bytes: number): void;
    snapshot(label: string, inFlight: number): PortSnapshot;
}

// netif/interface-settings.d.ts
declare class InterfaceSettings<Name extends string> {
    readonly all: SettingsOf<Name>;
    readonly default: SettingsOf<Name>;
    constructor(sysctl: Sysctl, interfaces: InterfaceTable, directory: string, { names, initial }: SettingNames<Name>, changed?: (who: string, name: Name) => void);
    of(through: Interface): SettingsOf<Name>;
    column(name: Name): SettingColumn;
    every(): readonly SettingsOf<Name>[];
    both(through: Interface, name: Name): boolean;
    either(through: Interface, name: Name): boolean;
    larger(through: Interface, name: Name): number;
}

// netif/interface-settings.d.ts
declare class SettingColumn {
    constructor(all: IntegerSetting, find: (through: Interface) => IntegerSetting);
    larger(through: Interface): number;
}

// netif/interface-settings.d.ts
interface SettingNames<Name extends string> {
    readonly names: readonly Name[];
    readonly initial: readonly number[];
}

// netif/interface-table.d.ts
type InterfaceChange = "attach" | "up" | "down" | "detach" | "carrier" | "mtu";

// netif/interface-table.d.ts
type InterfaceListener = (changed: Interface, change: InterfaceChange) => void;

// netif/interface-table.d.ts
interface InterfaceSnapshot extends Readonly<InterfaceCounters> {
    readonly name: string;
    readonly index: number;
    readonly up: boolean;
    readonly carrier: boolean;
    readonly mtu: number;
    readonly linkType: LinkType;
    readonly macAddress: string;
    readonly linkName: string;
    readonly queueLength: number;
    readonly qdisc: QdiscSnapshot;
    readonly largeSegments: boolean;
}

// netif/interface-table.d.ts
declare class InterfaceTable {
    constructor(machine: Machine, input: (packet: Packet, from: Interface) => void);
    get generation(): number;
    attach(device: Device, macAddress: mac.MacAddress): Interface;
    detach(gone: Interface): void;
    setUp(changed: Interface, up: boolean): void;
    setMtu(changed: Interface, mtu: number): 0 | Errno;
    get(name: string): Interface | undefined;
    list(): readonly Interface[];
    subscribe(listener: InterfaceListener): Disposable;
    snapshot(): readonly InterfaceSnapshot[];
}

// netif/interface.d.ts
type Direction = "in" | "out";

// netif/interface.d.ts
declare class Interface implements DeviceClient {
    readonly machine: Machine;
    readonly name: string;
    readonly index: number;
    readonly macAddress: MacAddress;
    readonly device: Device;
    readonly linkType: LinkType;
    readonly isLoopback: boolean;
    readonly counters: InterfaceCounters;
    readonly filter: ReceiveFilter;
    offload: boolean;
    constructor(machine: Machine, identity: InterfaceIdentity, device: Device, parts: InterfaceParts);
    get mtu(): number;
    get up(): boolean;
    get carrier(): boolean;
    get isPointToPoint(): boolean;
    get sendsLargeSegments(): boolean;
    get takesLargeSegments(): boolean;
    get queueLength(): number;
    get qdisc(): QdiscSnapshot;
    setQdisc(options: QdiscOptions): void;
    enqueue(packet: Packet): void;
    discardOutgoing(packet: Packet, counter: string): void;
    discardIncoming(packet: Packet, counter: string): void;
    tap(listener: TapListener): Disposable;
    setUp(up: boolean): void;
    setMtu(mtu: number | null): void;
    receive(packet: Packet): void;
    transmitDone(): void;
    carrierChanged(): void;
    receiveError(counter: string, bytes: number): void;
    observe(direction: Direction, packet: Packet): void;
}

// netif/interface.d.ts
interface InterfaceCounters {
    rxPackets: number;
    rxBytes: number;
    rxDrops: number;
    rxErrors: number;
    rxMulticast: number;
    txPackets: number;
    txBytes: number;
    txDrops: number;
}

// netif/interface.d.ts
interface InterfaceIdentity {
    readonly name: string;
    readonly index: number;
    readonly macAddress: MacAddress;
}

// netif/interface.d.ts
interface InterfaceParts {
    readonly input: (packet: Packet, from: Interface) => void;
    readonly carrierChanged: (changed: Interface) => void;
}

// netif/interface.d.ts
type TapListener = (direction: Direction, packet: Packet) => void;

// netif/lazy-settings.d.ts
type SettingsOf<Name extends string> = Readonly<Record<Name, IntegerSetting>>;

// netif/neighbour-table.d.ts
interface Advertisement {
    readonly macAddress: mac.MacAddress | null;
    readonly isSolicited: boolean;
    readonly overrides: boolean;
    readonly isRouter: boolean;
}

// netif/neighbour-table.d.ts
type FailureListener = (through: Interface, address: IpAddress) => void;

// netif/neighbour-table.d.ts
interface Lesson {
    readonly create: boolean;
    readonly confirmed: boolean;
    readonly etherType: number;
}

// netif/neighbour-table.d.ts
interface NeighbourSnapshot {
    readonly address: string;
    readonly interface: string;
    readonly macAddress: string;
    readonly state: NeighbourState;
}

// netif/neighbour-table.d.ts
declare class NeighbourTable {
    constructor(machine: Machine);
    get size(): number;
    registerSolicitor(family: 4 | 6, solicitor: Solicitor): void;
    onUnreachable(family: 4 | 6, listener: UnreachableListener): void;
    onFailure(family: 4 | 6, listener: FailureListener): void;
    get(through: Interface, address: IpAddress): Neighbour | undefined;
    resolve(through: Interface, address: IpAddress, packet: Packet, etherType: number): mac.MacAddress;
    learn(through: Interface, address: IpAddress, macAddress: mac.MacAddress, lesson: Lesson): void;
    advise(through: Interface, address: IpAddress, advertisement: Advertisement): boolean;
    confirm(through: Interface, address: IpAddress): void;
    set(through: Interface, address: IpAddress, { macAddress, etherType, isPermanent }: Setting): 0 | Errno;
    delete(through: Interface, address: IpAddress): 0 | Errno;
    flush(through: Interface): void;
    snapshot(): readonly NeighbourSnapshot[];
}

// netif/neighbour-table.d.ts
interface Setting {
    readonly macAddress: mac.MacAddress;
    readonly etherType: number;
    readonly isPermanent: boolean;
}

// netif/neighbour-table.d.ts
type Solicitor = (through: Interface, target: IpAddress, unicastTo?: mac.MacAddress) => void;

// netif/neighbour-table.d.ts
type UnreachableListener = (packet: Packet) => void;

// netif/neighbour.d.ts
declare class Neighbour {
    readonly through: Interface;
    readonly address: IpAddress;
    readonly etherType: number;
    state: NeighbourState;
    macAddress: MacAddress;
    isRouter: boolean;
    confirmedNs: number;
    probes: number;
    lastUse: number;
    readonly resolveTimer: TimedEvent;
    readonly verifyTimer: TimedEvent;
    constructor(through: Interface, address: IpAddress, etherType: number, expire: (neighbour: Neighbour) => void);
    get hasWaiting(): boolean;
    get isFull(): boolean;
    hold(packet: Packet): void;
    takeWaiting(): Packet | undefined;
}

// netif/neighbour.d.ts
type NeighbourState = "INCOMPLETE" | "REACHABLE" | "STALE" | "DELAY" | "PROBE" | "FAILED" | "PERMANENT";

// netif/netif.d.ts
declare class Netif {
    readonly machine: Machine;
    readonly interfaces: InterfaceTable;
    readonly neighbours: NeighbourTable;
    readonly protocolQueue: ProtocolQueue;
    constructor(machine: Machine);
    register(etherType: number, networkInput: NetworkInput): void;
    inputFor(etherType: number): NetworkInput | undefined;
}

// netif/protocol-queue.d.ts
type FrameKind = "host" | "group" | "looped";

// netif/protocol-queue.d.ts
type NetworkInput = (packet: Packet, from: Interface, kind: FrameKind) => void;

// netif/protocol-queue.d.ts
declare class ProtocolQueue implements Runnable {
    constructor(machine: Machine);
    add(packet: Packet, from: Interface, kind: FrameKind, input: NetworkInput): void;
    run(): void;
}

// netif/receive-filter.d.ts
declare class ReceiveFilter {
    promiscuous: number;
    allGroups: number;
    join(group: MacAddress): void;
    leave(group: MacAddress): void;
    hears(group: MacAddress): boolean;
}

// socket/accept-queue.d.ts
declare class AcceptQueue {
    backlogMax: number;
    constructor(backlogMax: number);
    get length(): number;
    get isFull(): boolean;
    push(socket: Socket): void;
    shift(): Socket | undefined;
    [Symbol.iterator](): Iterator<Socket>;
}

// socket/address.d.ts
interface InetAddress {
    readonly family: typeof AF_INET | typeof AF_INET6;
    readonly address: IpAddress;
    readonly port: number;
    readonly scopeId?: number;
    readonly zone?: string;
}

// socket/address.d.ts
interface LinkAddress {
    readonly family: typeof AF_PACKET;
    readonly protocol: number;
    readonly ifindex: number;
    readonly hatype: number;
    readonly pkttype: number;
    readonly addr: string;
}

// socket/address.d.ts
interface NoAddress {
    readonly family: typeof AF_UNSPEC;
}

// socket/address.d.ts
type SocketAddress = InetAddress | UnixAddress | LinkAddress | NoAddress;

// socket/address.d.ts
interface UnixAddress {
    readonly family: typeof AF_UNIX;
    readonly path: string;
}

// socket/ancillary.d.ts
interface Ancillary {
    readonly credentials: Credentials | null;
    readonly rights: Rights | null;
    readonly control?: readonly ControlMessage[];
    readonly timeNs?: number;
}

// socket/ancillary.d.ts
interface Flight {
    leave(rights: Rights): void;
}

// socket/ancillary.d.ts
declare class Rights {
    constructor(files: readonly OpenFile[]);
    get files(): readonly OpenFile[];
    depart(flight: Flight): void;
    take(): readonly OpenFile[];
    duplicate(): Rights;
    discard(): void;
}

// socket/chunk.d.ts
declare class Chunk implements StreamPiece {
    source: SocketAddress | null;
    ancillary: Ancillary | null;
    constructor(bytes: Uint8Array, payer: Payer, chargedBytes: number);
    get length(): number;
    copyTo(target: Uint8Array, at?: number): number;
    consume(count: number): void;
    release(): void;
}

// socket/error-queue.d.ts
declare class ErrorQueue {
    constructor(socket: Socket);
    get isEmpty(): boolean;
    push(error: QueuedError): void;
    receive(into: Uint8Array): Received | Errno;
    clear(): void;
}

// socket/error-queue.d.ts
interface QueuedError {
    readonly errno: Errno;
    readonly origin: number;
    readonly type: number;
    readonly code: number;
    readonly info: number;
    readonly offender: NamedAddress | null;
    readonly payload: Uint8Array;
    readonly destination: SocketAddress;
    readonly level: number;
    readonly option: number;
}

// socket/generic-options.d.ts
interface GenericOptions {
    readonly debug: boolean;
    readonly dontRoute: boolean;
    readonly keepAlive: boolean;
    readonly linger: Linger;
    readonly timestamp: "none" | "microseconds" | "nanoseconds";
    readonly mark: number;
    readonly oobInline: boolean;
    readonly priority: number;
    readonly receiveLowWaterBytes: number;
    readonly reusePort: boolean;
    readonly device: string;
}

// socket/option.d.ts
interface MulticastOptionValues {
    readonly [MCAST_JOIN_GROUP]: GroupRequest;
    readonly [MCAST_LEAVE_GROUP]: GroupRequest;
    readonly [MCAST_JOIN_SOURCE_GROUP]: GroupSourceRequest;
    readonly [MCAST_LEAVE_SOURCE_GROUP]: GroupSourceRequest;
    readonly [MCAST_BLOCK_SOURCE]: GroupSourceRequest;
    readonly [MCAST_UNBLOCK_SOURCE]: GroupSourceRequest;
}

// socket/protocol.d.ts
interface Protocol {
    readonly domain: number;
    readonly type: number;
    readonly protocol: number;
    readonly name: string;
    readonly writableShare?: number;
    readonly tellsRoomOnDemand?: boolean;
    readonly isWild?: boolean;
    permits?(task: Task): 0 | Errno;
    attach(socket: Socket): UserRequests;
}

// socket/protocol.d.ts
declare class ProtocolTable {
    add(row: Protocol): void;
    lookup(domain: number, type: number, protocol: number): Protocol | Errno;
}

// socket/protocol.d.ts
interface UserRequests {
    bind(task: Task, address: SocketAddress): 0 | Errno;
    connect(task: Task, address: SocketAddress): 0 | Errno;
    send(task: Task, data: Uint8Array, destination: SocketAddress | null, ancillary: Ancillary | null, flags: number): number | Errno;
    opensWith?(flags: number): boolean;
    connectFinished?(isMade: boolean): void;
    localAddress(): SocketAddress;
    remoteAddress(): SocketAddress | Errno;
    acceptedFrom?(): SocketAddress;
    detach(): void;
    lingerNs?(): number;
    listen?(task: Task, backlogMax: number): 0 | Errno;
    accepted?(connection: Socket | null): void;
    shutdown?(how: number): 0 | Errno;
    pair?(task: Task, other: UserRequests): 0 | Errno;
    receivable?(flags: number): 0 | Errno;
    received?(bytes: number): void;
    receiveError?(into: Uint8Array, flags: number): Received | Errno;
    getsockopt?(level: number, option: number): OptionValue | Errno;
    setsockopt?(task: Task, level: number, option: number, value: OptionValue): 0 | Errno;
    ioctl?(task: Task, request: number, argument: unknown): number | object | Errno | undefined;
    changing?(task: Task, option: number, value: OptionValue): 0 | Errno;
    poll?(): number;
    peer?(): Socket | null;
    describe?(): FileDescription;
}

// socket/receive-buffer.d.ts
interface ReceiveBuffer {
    readonly isEmpty: boolean;
    readonly bytes: number;
    receive(into: Uint8Array, flags: number, byWriter: boolean, urgentInline: boolean): Received | null;
    drain(): readonly Rights[];
    rights(): Iterable<Rights>;
}

// socket/receive-buffer.d.ts
interface Received {
    readonly bytes: number;
    readonly source: SocketAddress | null;
    readonly flags: number;
    readonly ancillary: Ancillary | null;
    readonly isWhole: boolean;
}

// socket/send-account.d.ts
declare abstract class SendAccount implements Payer {
    readonly waiters: WaitQueue;
    sendLimitBytes: number;
    isRoomNews: boolean;
    constructor(writableShare: number, tellsOnDemand: boolean);
    get sendQueueBytes(): number;
    get isWritable(): boolean;
    wantRoom(): void;
    chargeSend(packet: Packet): void;
    charge(bytes: number): void;
    uncharge(bytes: number): void;
}

// socket/settings.d.ts
declare class SocketSettings {
    readonly rmemDefault: IntegerSetting;
    readonly wmemDefault: IntegerSetting;
    readonly rmemMax: IntegerSetting;
    readonly wmemMax: IntegerSetting;
    readonly somaxconn: IntegerSetting;
    constructor(sysctl: Sysctl);
}

// socket/socket.d.ts
type ConnectionState = "unconnected" | "connecting" | "connected" | "listening";

// socket/socket.d.ts
declare class Socket extends SendAccount implements FileOps {
    readonly machine: Machine;
    readonly domain: number;
    readonly type: number;
    readonly protocol: Protocol;
    readonly requests: UserRequests;
    readonly inode: number;
    uid: number;
    receiveLimitBytes: number;
    receiveTimeoutNs: number;
    sendTimeoutNs: number;
    broadcast: boolean;
    reuseAddress: boolean;
    options: GenericOptions;
    passCredentials: boolean;
    peerCredentials: Credentials | null;
    state: ConnectionState;
    shut: number;
    acceptQueue: AcceptQueue | null;
    drops: number;
    hasEnded: boolean;
    isReleased: boolean;
    constructor(machine: Machine, protocol: Protocol, inode: number);
    get receiveQueueBytes(): number;
    get queuedRecords(): number;
    get receiveBuffer(): ReceiveBuffer;
    send(task: Task, data: Uint8Array, destination: SocketAddress | null, ancillary?: Ancillary | null, flags?: number): number | Errno;
    receive(into: Uint8Array, flags: number): Received | Errno;
    read(_task: Task, into: Uint8Array): number | Errno;
    write(task: Task, from: Uint8Array): number | Errno;
    listen(task: Task, backlogMax: number): 0 | Errno;
    accept(dontWait: boolean): Socket | Errno;
    connectResult(): 0 | Errno;
    ioctl(task: Task, request: number, argument: unknown): number | object | Errno;
    band(events: number): number;
    poll(): number;
    release(): void;
    get hasUrgent(): boolean;
    get canReadUrgent(): boolean;
    get isBeforeUrgent(): boolean;
    get hasError(): boolean;
    takeError(): Errno | null;
    describe(): FileDescription;
    inspect(): ObjectDetails;
    room(): 0 | Errno;
    deliver(packet: Packet, source: SocketAddress, ancillary?: Ancillary | null): boolean;
    append(chunk: Chunk, source: SocketAddress, ancillary: Ancillary | null): void;
    announceUrgent(takesPlace: boolean): void;
    appendUrgent(chunk: StreamPiece, source: SocketAddress | null, ancillary: Ancillary | null): void;
    appendPacket(packet: Packet): void;
    disconnected(): void;
    reset(): void;
    enqueue(connection: Socket): void;
    fail(error: Errno): void;
    connected(): void;
    shutDown(how: number): void;
    discardReceived(): void;
    readiness(): number;
}

// socket/stream-piece.d.ts
interface StreamPiece {
    source: SocketAddress | null;
    ancillary: Ancillary | null;
    readonly length: number;
    copyTo(target: Uint8Array, at?: number): number;
    consume(count: number): void;
    release(): void;
}

// tty/discipline.d.ts
interface DisciplineClient {
    readonly termios: Termios;
    signal(signo: number): void;
    flush(): void;
    stopOutput(): void;
    startOutput(): void;
    lineEnded(): void;
}

// tty/ends.d.ts
declare class MasterEnd extends TerminalEnd {
    readonly isMaster = true;
    constructor(terminal: Terminal, closed: () => void);
    get waiters(): WaitQueue;
    protected get readableBytes(): number;
    get turn(): ReadTurn;
    get writeTurn(): WriteTurn;
    get hasInput(): boolean;
    get ending(): "EIO" | undefined;
    get demand(): ReadSource["demand"];
    mayRead(): 0;
    takeInput(into: Uint8Array): number;
    inputTaken(): void;
    write(_task: Task, from: Uint8Array): number | Errno;
    band(events: number): number;
    asyncOwner(): number;
    poll(): number;
    release(): void;
    describe(): FileDescription;
}

// tty/ends.d.ts
declare abstract class TerminalEnd implements FileOps, ReadSource {
    readonly terminal: Terminal;
    abstract readonly waiters: WaitQueue;
    abstract readonly isMaster: boolean;
    abstract readonly turn: ReadTurn;
    abstract readonly writeTurn: WriteTurn;
    abstract readonly hasInput: boolean;
    abstract readonly ending: 0 | Errno | undefined;
    abstract readonly demand: ReadSource["demand"];
    protected file: OpenFile | null;
    constructor(terminal: Terminal);
    abstract mayRead(task: Task): 0 | Errno;
    abstract takeInput(into: Uint8Array): number;
    abstract inputTaken(): void;
    abstract write(task: Task, from: Uint8Array, isRest?: boolean): number | Errno;
    abstract poll(): number;
    abstract release(): void;
    abstract describe(): FileDescription;
    opened(file: OpenFile): void;
    get isNonBlocking(): boolean;
    read(task: Task, into: Uint8Array): number | Errno;
    abstract band(events: number): number;
    abstract asyncOwner(): number;
    protected wrote(bytes: number, wanted: number): number | Errno;
    protected bandOfRoom(events: number, hasRoom: boolean): number;
    inspect(): ObjectDetails;
    ioctl(_task: Task, request: number, argument: unknown): number | object | Errno;
    protected abstract readonly readableBytes: number;
}

// tty/line-buffer.d.ts
declare class LineBuffer {
    get length(): number;
    get lineBytes(): number;
    get hasLine(): boolean;
    get editable(): number;
    put(byte: number): void;
    endLine(byte: number): void;
    endFile(): void;
    typed(index: number): number;
    erase(count: number): void;
    takeLine(into: Uint8Array): number;
    takeBytes(into: Uint8Array): number;
    clear(): void;
    setCanonical(isCanonical: boolean): void;
}

// tty/output.d.ts
declare class TerminalOutput {
    isStopped: boolean;
    constructor(termios: () => Termios);
    get isWritable(): boolean;
    get arrived(): number;
    get inDriver(): number;
    write(from: Uint8Array): number;
    echo(kind: number, byte: number): void;
    commitBlock(): void;
    commit(): void;
    showEchoes(): void;
    send(byte: number): void;
    take(into: Uint8Array): number;
    flush(): void;
    flushEchoes(): void;
    flushAll(): void;
}

// tty/reading.d.ts
interface ReadSource {
    readonly terminal: Terminal;
    readonly waiters: WaitQueue;
    readonly turn: ReadTurn;
    readonly hasInput: boolean;
    readonly ending: 0 | Errno | undefined;
    readonly isNonBlocking: boolean;
    readonly demand: {
        readonly min: number;
        readonly timeNs: number;
        readonly inLines: boolean;
    };
    mayRead(task: Task): 0 | Errno;
    takeInput(into: Uint8Array): number;
    inputTaken(): void;
}

// tty/reading.d.ts
interface ReadTurn {
    reader: TerminalRead | null;
}

// tty/reading.d.ts
declare class TerminalRead {
    constructor(source: ReadSource, task: Task, into: Uint8Array);
    get taken(): number;
    get isReading(): boolean;
    attempt(): number | Errno;
    withdraw(): void;
    end(): void;
}

// tty/terminal.d.ts
interface JobControl {
    check(task: Task, terminal: Terminal, signo: number): 0 | "EAGAIN" | "EIO";
    signalGroup(pgid: number, signo: number): void;
    hangUp(terminal: Terminal): void;
}

// tty/terminal.d.ts
declare class Terminal implements DisciplineClient {
    readonly index: number;
    readonly jobs: JobControl;
    readonly scheduler: Scheduler;
    readonly buffer: LineBuffer;
    readonly output: TerminalOutput;
    readonly waiters: WaitQueue;
    readonly masterWaiters: WaitQueue;
    readonly turn: ReadTurn;
    readonly masterTurn: ReadTurn;
    readonly writeTurn: WriteTurn;
    readonly masterWriteTurn: WriteTurn;
    termios: Termios;
    window: WindowSize;
    sid: number;
    foreground: number;
    slaves: number;
    isSlaveClosed: boolean;
    isHungUp: boolean;
    isLocked: boolean;
    constructor(index: number, jobs: JobControl, scheduler: Scheduler);
    get name(): string;
    get isCanonical(): boolean;
    get hasInputRoom(): boolean;
    type(bytes: Uint8Array): number;
    feed(): void;
    write(bytes: Uint8Array): number;
    take(into: Uint8Array): number;
    set(action: number, termios: Termios): void;
    lineEnded(): void;
    resize(window: WindowSize): void;
    signal(signo: number): void;
    flush(): void;
    flushInput(): void;
    flushArrived(): void;
    flushTyped(): void;
    stopOutput(): void;
    startOutput(): void;
    flow(action: number): 0 | Errno;
    flowTyping(action: number): 0 | Errno;
    slaveClosed(): void;
    hangUp(): void;
}

// tty/terminal.d.ts
interface WriteTurn {
    writer: object | null;
}

// unix/in-flight.d.ts
declare class InFlight implements Flight {
    readonly sockets: Map<OpenFile, number>;
    total: number;
    check({ uid }: Task): 0 | Errno;
    enter(rights: Rights, { uid }: Task): void;
    leave(rights: Rights): void;
}

// unix/names.d.ts
declare class AbstractNames {
    constructor(random: Prng);
    bind(name: string, socket: Socket): 0 | Errno;
    autobind(socket: Socket): {
        readonly name: string;
    } | Errno;
    find(name: string, type: number): Socket | Errno;
    free(name: string, socket: Socket): void;
}

// unix/names.d.ts
interface SocketNames {
    bind(task: Task, path: string, socket: Socket): 0 | Errno;
    mayBind(task: Task, path: string): 0 | Errno;
    find(task: Task, path: string): Socket | Errno;
    closed(path: string, socket: Socket): void;
}

// unix/pcb.d.ts
declare class UnixPcb {
    readonly domain: UnixDomain;
    readonly socket: Socket;
    readonly name: {
        family: typeof AF_UNIX;
        path: string;
    };
    peer: UnixPcb | null;
    queuedAt: UnixPcb | null;
    constructor(domain: UnixDomain, socket: Socket);
    get isEmbryo(): boolean;
    get address(): UnixAddress | null;
    get isConnectionOriented(): boolean;
    get isFull(): boolean;
    waitForRoom(other: UnixPcb): void;
    wakeBlocked(): void;
    stopWaiting(): void;
    autobind(): 0 | Errno;
}

// unix/unix.d.ts
declare class UnixDomain {
    readonly machine: Machine;
    readonly abstractNames: AbstractNames;
    readonly inFlight: InFlight;
    readonly nextInode: () => number;
    names: SocketNames;
    constructor(machine: Machine, nextInode: () => number);
    attach(socket: Socket): UnixRequests;
    pcbOf(socket: Socket): UnixPcb | undefined;
    forget(socket: Socket): void;
    snapshot(): readonly UnixSnapshot[];
}

// unix/unix.d.ts
interface UnixSnapshot {
    readonly protocol: "unix";
    readonly type: "STREAM" | "DGRAM" | "SEQPACKET";
    readonly state: "" | "LISTENING" | "CONNECTED";
    readonly inode: number;
    readonly peerInode: number | null;
    readonly path: string;
    readonly receiveQueue: number;
    readonly sendQueue: number;
}

// unix/usrreq.d.ts
declare class UnixRequests implements UserRequests {
    readonly pcb: UnixPcb;
    constructor(pcb: UnixPcb);
    bind(task: Task, address: SocketAddress): 0 | Errno;
    connect(task: Task, address: SocketAddress): 0 | Errno;
    pair(task: Task, other: UserRequests): 0 | Errno;
    listen(task: Task): 0 | Errno;
    accepted(connection: Socket | null): void;
    send(task: Task, data: Uint8Array, destination: SocketAddress | null, ancillary: Ancillary | null, flags: number): number | Errno;
    receivable(): 0 | Errno;
    received(): void;
    shutdown(how: number): 0 | Errno;
    poll(): number;
    localAddress(): SocketAddress;
    remoteAddress(): SocketAddress | Errno;
    detach(): void;
    peer(): Socket | null;
    describe(): FileDescription;
}

// wire/arp.d.ts
interface Message {
    readonly op: number;
    readonly sha: mac.MacAddress;
    readonly spa: IpAddress;
    readonly tha: mac.MacAddress;
    readonly tpa: IpAddress;
}

// wire/ethernet.d.ts
interface Header {
    readonly destination: mac.MacAddress;
    readonly source: mac.MacAddress;
    readonly etherType: number;
}

// wire/icmpv4.d.ts
type Message = {
    readonly kind: "echo-request" | "echo-reply";
    readonly identifier: number;
    readonly sequence: number;
}
 | {
    readonly kind: "destination-unreachable";
    readonly code: number;
    readonly nextHopMtu: number;
} | {
    readonly kind: "time-exceeded";
    readonly code: number;
}
 | {
    readonly kind: "parameter-problem";
    readonly code: number;
    readonly pointer: number;
}
 | {
    readonly kind: "redirect";
    readonly code: number;
    readonly gateway: IpAddress;
} | {
    readonly kind: "timestamp-request" | "timestamp-reply";
    readonly identifier: number;
    readonly sequence: number;
} | {
    readonly kind: "other";
    readonly type: number;
    readonly code: number;
    readonly rest: number;
};

// wire/icmpv4.d.ts
declare function type(view: DataView, offset: number): number;

// wire/icmpv6.d.ts
type ErrorMessage = Exclude<Message, {
    readonly kind: "echo-request" | "echo-reply" | "other";
}>;

// wire/icmpv6.d.ts
type Message = {
    readonly kind: "echo-request";
    readonly identifier: number;
    readonly sequence: number;
} | {
    readonly kind: "echo-reply";
    readonly identifier: number;
    readonly sequence: number;
} | {
    readonly kind: "destination-unreachable";
    readonly code: number;
} | {
    readonly kind: "packet-too-big";
    readonly code: number;
    readonly mtu: number;
} | {
    readonly kind: "time-exceeded";
    readonly code: number;
}
 | {
    readonly kind: "parameter-problem";
    readonly code: number;
    readonly pointer: number;
} | {
    readonly kind: "other";
    readonly type: number;
    readonly code: number;
    readonly rest: number;
};

// wire/icmpv6.d.ts
declare function type(view: DataView, offset: number): number;

// wire/ip-address.d.ts
interface AddressPair {
    readonly source: IpAddress;
    readonly destination: IpAddress;
}

// wire/ip-address.d.ts
declare class IpAddress {
    readonly w0: number;
    readonly w1: number;
    readonly w2: number;
    readonly w3: number;
    readonly family: 4 | 6;
    private constructor();
    static v4(bits: number): IpAddress;
    static v6(w0: number, w1: number, w2: number, w3: number): IpAddress;
    static parse(text: string): IpAddress | undefined;
    get v4(): number;
    equals(other: IpAddress): boolean;
    get isUnspecified(): boolean;
    get isLoopback(): boolean;
    get isMulticast(): boolean;
    get isLinkLocal(): boolean;
    get isBroadcast(): boolean;
    toString(): string;
}

// wire/ip-address.d.ts
interface Prefix {
    readonly address: IpAddress;
    readonly prefixLength: number;
}

// wire/ipv4.d.ts
interface Header {
    readonly dscp: number;
    readonly ecn: number;
    readonly totalLength: number;
    readonly identification: number;
    readonly dontFragment: boolean;
    readonly moreFragments: boolean;
    readonly fragmentOffset: number;
    readonly timeToLive: number;
    readonly protocol: number;
    readonly source: IpAddress;
    readonly destination: IpAddress;
    readonly options: Uint8Array;
}

// wire/ipv6.d.ts
interface Header {
    readonly trafficClass: number;
    readonly flowLabel: number;
    readonly payloadLength: number;
    readonly nextHeader: number;
    readonly hopLimit: number;
    readonly source: IpAddress;
    readonly destination: IpAddress;
}

// wire/mac-address.d.ts
type MacAddress = number;

// wire/nd-option.d.ts
type Option = {
    readonly kind: "source-link-address";
    readonly macAddress: mac.MacAddress;
} | {
    readonly kind: "target-link-address";
    readonly macAddress: mac.MacAddress;
} | PrefixOption
 | {
    readonly kind: "redirected";
    readonly packet: Uint8Array;
} | {
    readonly kind: "mtu";
    readonly mtu: number;
} | {
    readonly kind: "dns-servers";
    readonly lifetimeSeconds: number;
    readonly servers: readonly IpAddress[];
}
 | {
    readonly kind: "other";
    readonly type: number;
    readonly data: Uint8Array;
};

// wire/nd-option.d.ts
interface PrefixOption {
    readonly kind: "prefix";
    readonly prefix: IpAddress;
    readonly prefixLength: number;
    readonly isOnLink: boolean;
    readonly isAutonomous: boolean;
    readonly validSeconds: number;
    readonly preferredSeconds: number;
}

// wire/nd.d.ts
type Message = {
    readonly kind: "router-solicitation";
    readonly options: readonly Option[];
} | RouterAdvertisement | {
    readonly kind: "neighbour-solicitation";
    readonly target: IpAddress;
    readonly options: readonly Option[];
} | NeighbourAdvertisement | {
    readonly kind: "redirect";
    readonly target: IpAddress;
    readonly destination: IpAddress;
    readonly options: readonly Option[];
};

// wire/nd.d.ts
interface NeighbourAdvertisement {
    readonly kind: "neighbour-advertisement";
    readonly isRouter: boolean;
    readonly isSolicited: boolean;
    readonly overrides: boolean;
    readonly target: IpAddress;
    readonly options: readonly Option[];
}

// wire/nd.d.ts
type Preference = "low" | "medium" | "high";

// wire/nd.d.ts
interface RouterAdvertisement {
    readonly kind: "router-advertisement";
    readonly hopLimit: number;
    readonly isManaged: boolean;
    readonly hasOtherConfiguration: boolean;
    readonly preference: Preference;
    readonly lifetimeSeconds: number;
    readonly reachableMs: number;
    readonly retransmitMs: number;
    readonly options: readonly Option[];
}

// wire/packet.d.ts
declare class Packet {
    bytes: Uint8Array;
    view: DataView;
    origin: number;
    start: number;
    end: number;
    tail: Uint8Array | null;
    shared: boolean;
    isLent: boolean;
    checksumStart: number;
    checksumField: number;
    segmentBytes: number;
    payloadStart: number;
    private constructor();
    static allocate(length: number, headroomBytes?: number): Packet;
    static from(payload: Uint8Array, headroomBytes?: number): Packet;
    static withTail(tail: Uint8Array, headroomBytes?: number): Packet;
    static over(memory: Slab, length: number): Packet;
    get length(): number;
    get segments(): number;
    get wireBytes(): number;
    get wireLength(): number;
    get headLength(): number;
    get trueSizeBytes(): number;
    prepend(length: number): number;
    trimStart(length: number): void;
    truncate(length: number): void;
    pullUp(length: number): boolean;
    clone(): Packet;
    own(): void;
    ownAll(): void;
    compact(headroomBytes: number): void;
    completeChecksum(): void;
    copyTo(target: Uint8Array, from?: number, at?: number): number;
    copyBytes(): Uint8Array;
    takePart(from: number, length: number): Packet;
    useMemory(memory: Slab | null): void;
    shareHead(): Slab | null;
    giveBackMemory(): void;
    keepMemory(): void;
    charge(payer: Payer): number;
    release(): void;
}

// wire/packet.d.ts
interface Payer {
    uncharge(bytes: number): void;
}

// wire/slab.d.ts
declare class Slab {
    readonly bytes: Uint8Array;
    readonly view: DataView;
    used: number;
    constructor(size: number);
    static borrow(): Slab;
    share(): void;
    giveBack(): void;
    keep(): void;
}

// wire/tcp-options.d.ts
interface Options {
    mss: number;
    windowScale: number;
    sackPermitted: boolean;
    hasTimestamps: boolean;
    timestampValue: number;
    timestampEcho: number;
    sackBlocks: readonly SackBlock[];
    fastOpenCookie: Uint8Array | null;
}

// wire/tcp-options.d.ts
interface SackBlock {
    readonly start: number;
    readonly end: number;
}

// wire/tcp.d.ts
interface Header {
    readonly sourcePort: number;
    readonly destinationPort: number;
    readonly sequence: number;
    readonly acknowledgment: number;
    readonly headerLength: number;
    readonly flags: number;
    readonly window: number;
    readonly checksum: number;
    readonly urgentPointer: number;
}

// wire/udp.d.ts
interface Header {
    readonly sourcePort: number;
    readonly destinationPort: number;
    readonly length: number;
    readonly checksum: number;
}

// world/world.d.ts
declare class World implements AsyncDisposable {
    readonly seed: number | string;
    readonly epochMs: number;
    readonly runtimes: {
        add(runtime: ProgramRuntime): void;
    };
    readonly records: NameRecords;
    constructor(options: WorldOptions, platform: Platform);
    get time(): "virtual" | "real";
    get nowNs(): number;
    get hash(): string;
    get hosts(): ReadonlyMap<string, Host>;
    get links(): ReadonlyMap<string, Cable | Segment>;
    get serials(): ReadonlyMap<string, Serial>;
    host(name: string, { clock }?: HostOptions): Host;
    segment(name: string, options?: LinkOptions): Segment;
    cable(options?: LinkOptions & {
        readonly name?: string;
    }): Cable;
    autoroute({ by }?: {
        readonly by?: "hops" | "delay";
    }): void;
    serial(options?: SerialOptions & {
        readonly name?: string;
    }): Serial;
    rule(link: Cable | Segment, rule: Rule): Disposable;
    outside(name: string, input: () => void): OutsideSource;
    trace(listener: TraceListener): Disposable;
    record(filter?: SeriesFilter): Recording;
    run(options?: RunOptions): Promise<RunResult>;
    result(): RunResult;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
    set journal(journal: Journal | null);
}
