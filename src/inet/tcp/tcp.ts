/**
 * TCP of one host, put together: its connections and ports, its place between IP and the socket layer.
 *
 * Read first: RFC 9293, tcp(7). Down: usrreq.ts → output.ts → transmit.ts → emit.ts → ip. Up: ip → input.ts →
 * arrives.ts → text.ts → socket. Time: timers.ts → timeouts.ts. tcpProtocols() are the rows for the host's table.
 */
import { AF_INET, AF_INET6, IPPROTO_TCP, SOCK_STREAM } from "../../abi/socket.ts";
import type { Counter } from "../../base/counters.ts";
import type { Machine } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import type { Protocol } from "../../socket/protocol.ts";
import type { Socket } from "../../socket/socket.ts";
import type { Ip } from "../ip/ip.ts";
import { ChallengeLimit } from "./challenge.ts";
import { Demultiplexer } from "./demux.ts";
import { error } from "./error.ts";
import { FastOpenHost } from "./fast-open-host.ts";
import { abort, done, enter } from "./finish.ts";
import { input } from "./input.ts";
import { Secrets } from "./isn.ts";
import { HostMemory } from "./memory.ts";
import { Ports } from "./ports.ts";
import { Segment } from "./segment.ts";
import type { SeriesRecorder } from "./series.ts";
import { TcpSettings } from "./settings.ts";
import { type ConnectionSnapshot, snapshot } from "./snapshot.ts";
import type { SynRequest } from "./syn-queue.ts";
import { Tcb } from "./tcb.ts";
import { TIME_WAIT_NS, TimeWait, TimeWaitQueue } from "./time-wait.ts";
import { expire } from "./timeouts.ts";
import { FIN_WAIT_2 } from "./timers.ts";
import { TcpRequests } from "./usrreq.ts";

const NS_PER_SECOND = 1_000_000_000;

export class Tcp {
  readonly machine: Machine;
  readonly ip: Ip;
  readonly settings: TcpSettings;
  readonly demux: Demultiplexer<Tcb | SynRequest | TimeWait> = new Demultiplexer<Tcb | SynRequest | TimeWait>();
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly memory: HostMemory;
  readonly fastOpen: FastOpenHost;
  readonly challenges: ChallengeLimit = new ChallengeLimit();
  readonly timeWaits: TimeWaitQueue;
  /** For algorithms of congestion control. */
  readonly random: Prng;
  /** Written anew for each segment that is taken in. */
  readonly segment: Segment = new Segment();
  /** What connections are called in the event queue. */
  readonly timerLabel: string;
  /** Who records how connections go. */
  readonly recorders: Set<SeriesRecorder> = new Set<SeriesRecorder>();
  readonly inSegs: Counter;
  readonly outSegs: Counter;
  /** Connections that nobody has open. */
  orphans = 0;
  /** The host fills it in: numbers for the sockets that connections bring. */
  nextInode: () => number = () => 0;

  constructor(machine: Machine, ip: Ip) {
    this.machine = machine;
    this.ip = ip;
    this.timerLabel = `${machine.name} tcp`;
    this.inSegs = machine.counters.of("TcpInSegs");
    this.outSegs = machine.counters.of("TcpOutSegs");
    this.settings = new TcpSettings(machine.sysctl);
    this.memory = new HostMemory(this.settings);
    const { localPortRange, reservedPorts } = ip.settings;
    this.ports = new Ports(
      machine.random("tcp ports"),
      () => localPortRange.values,
      (port) => reservedPorts.has(port),
    );
    this.secrets = new Secrets(machine.random("tcp secrets"));
    this.fastOpen = new FastOpenHost(this.settings, machine.random("tcp fast open key"));
    this.random = machine.random("tcp congestion control");
    this.timeWaits = new TimeWaitQueue(this);
    ip.register(IPPROTO_TCP, (packet, arrival) => input(this, packet, arrival));
    ip.registerError(IPPROTO_TCP, (news) => error(this, news));
  }

  /** The block of one of its sockets. */
  tcbOf(socket: Socket): Tcb | null {
    return socket.requests instanceof TcpRequests ? socket.requests.tcb : null;
  }

  /** How many requests wait in the SYN queues of the host. */
  get requestCount(): number {
    let count = 0;
    for (const { requests } of this.demux.listeners()) count += requests.size;
    return count;
  }

  /** A connection has its four-tuple. */
  join(tcb: Tcb): void {
    this.demux.add(tcb);
    tcb.binding ??= this.ports.add(tcb.localPort, tcb, tcb.holdsPort);
  }

  /** A connection gives its four-tuple back, and its port unless it was bound to it. */
  leave(tcb: Tcb): void {
    this.demux.remove(tcb);
    if (tcb.socket === null) this.orphans--;
    if (tcb.socket === null || !tcb.hasBoundPort) this.releasePort(tcb);
  }

  releasePort(tcb: Tcb): void {
    if (tcb.binding !== null) this.ports.remove(tcb.binding, tcb, tcb.holdsPort);
    tcb.binding = null;
    tcb.holdsPort = false;
  }

  /** Both sides have closed, and ours was first: the four-tuple waits. */
  timeWait(tcb: Tcb, cause: string): void {
    if (this.timeWaits.count >= this.settings.maxTwBuckets.value) {
      this.machine.counters.bump("TcpExtTCPTimeWaitOverflow");
      done(tcb, cause);
      return;
    }
    enter(tcb, "TIME_WAIT", cause);
    const entry = new TimeWait(tcb);
    done(tcb, null);
    this.demux.add(entry);
    entry.binding = this.ports.add(entry.localPort, entry, false);
    this.timeWaits.add(entry);
    this.machine.counters.bump("TcpExtTW");
  }

  /** Both sides have closed, and the peer waits. */
  finished(tcb: Tcb, cause: string): void {
    done(tcb, cause);
  }

  /** RFC 9293 has no limit for FIN_WAIT_2; that of one which nobody has open lasts for tcp_fin_timeout, or TCP_LINGER2. */
  orphanWaits(tcb: Tcb): void {
    if (tcb.state !== "FIN_WAIT_2" || tcb.socket !== null) return;
    const limitNs = tcb.options.linger2Ns ?? this.settings.finTimeout.value * NS_PER_SECOND;
    if (limitNs < 0) {
      this.machine.counters.bump("TcpExtTCPAbortOnLinger");
      abort(tcb, null, "TCP_LINGER2");
      return;
    }
    tcb.timers.set(FIN_WAIT_2, Math.min(limitNs, 2 * TIME_WAIT_NS));
  }

  /** A timer of the connection is due. */
  expire(tcb: Tcb): void {
    expire(tcb);
  }

  /** Every socket and connection: a line of netstat -t each. */
  snapshot(): readonly ConnectionSnapshot[] {
    return snapshot(this);
  }
}

/** The rows that make socket(AF_INET, SOCK_STREAM, 0) and socket(AF_INET6, SOCK_STREAM, 0) work. */
export function tcpProtocols(tcp: Tcp): readonly Protocol[] {
  return [AF_INET, AF_INET6].map((domain) => ({
    domain,
    type: SOCK_STREAM,
    protocol: IPPROTO_TCP,
    name: domain === AF_INET ? "tcp" : "tcp6",
    // sk_stream_min_wspace on Linux: writable while a third is free.
    writableShare: 1.5,
    tellsRoomOnDemand: true,
    attach: (socket) => new TcpRequests(tcp, new Tcb(tcp, socket)),
  }));
}
