/**
 * Opening: connect(2) and listen(2).
 *
 * Read first: RFC 9293 §3.10.1 (OPEN, active and passive), Linux's tcp_v4_connect, tcp_connect_init, inet_csk_listen_start.
 */
import type { Errno } from "../../abi/errno.ts";
import { add } from "../../base/seq32.ts";
import type { InetAddress } from "../../socket/address.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as wire from "../../wire/tcp.ts";
import type { Path } from "../ip/path.ts";
import { beginFastOpen } from "./fast-open.ts";
import { enter } from "./finish.ts";
import { Listener } from "./listener.ts";
import { advertisedMss } from "./mss.ts";
import { overlaps } from "./ports.ts";
import { rtoNs } from "./retransmission-timeout.ts";
import { SentSegment } from "./sent.ts";
import { type Tcb, Timestamps } from "./tcb.ts";
import { endTimeWait, sequenceAfter, type TimeWait } from "./time-wait.ts";
import { RETRANSMIT } from "./timers.ts";
import { sendSyn } from "./transmit.ts";
import { bufferMaxBytes, scaleFor } from "./window.ts";

const NS_PER_MS = 1_000_000;

// @rfc 9293 3.9.1.1 MUST-44, MUST-46
/** Sends SYN. ENETUNREACH, EADDRNOTAVAIL: no port is left; "EINPROGRESS": the user will hear. */
export function activeOpen(tcb: Tcb, { address, port }: InetAddress): Errno {
  const { tcp } = tcb;
  const path = tcp.ip.paths.to(address, tcb.device);
  if (typeof path === "string") {
    tcp.machine.counters.bump("IpOutNoRoutes");
    return path;
  }
  // RFC 9293 §3.9.2.3, MUST-46: no connection with many.
  if (path.kind === "broadcast" || path.kind === "multicast") return "ENETUNREACH";
  const boundTo = tcb.localAddress;
  if (!isSource(tcb)) tcb.localAddress = path.source;
  else if (isLeftAtHome(tcb.localAddress, path)) return "EINVAL";
  tcb.remoteAddress = path.destination;
  tcb.remotePort = port;
  const predecessor = takeTuple(tcb);
  if (typeof predecessor === "string") {
    tcb.localAddress = boundTo;
    return forgetPeer(tcb, predecessor);
  }
  begin(tcb, predecessor);
  tcp.machine.counters.bump("TcpActiveOpens");
  return "EINPROGRESS";
}

// @rfc 9293 3.9.1.1 MUST-41, MUST-42
/** EADDRINUSE: somebody else listens there. */
export function passiveOpen(tcb: Tcb): 0 | Errno {
  const { tcp, socket, localAddress, localPort, sharing } = tcb;
  if (socket === null) return "EINVAL";
  for (const owner of tcp.ports.ownersOf(localPort)) {
    if (owner === tcb || !owner.isListening) continue;
    if (!overlaps(owner.localAddress, owner.sharing.v6Only, localAddress, sharing.v6Only)) continue;
    const isShared = sharing.reusePort && owner.sharing.reusePort && sharing.uid === owner.sharing.uid;
    if (!isShared) return "EADDRINUSE";
  }
  enter(tcb, "LISTEN", "listen");
  tcb.listener = new Listener(tcb, socket);
  tcp.demux.addListener(tcb.listener);
  return 0;
}

/** Is it bound to an address that segments can come from? Linux takes none of many for it (inet_bind: "Use device"). */
function isSource({ tcp, localAddress, hasBoundAddress }: Tcb): boolean {
  if (!hasBoundAddress) return !localAddress.isUnspecified;
  const kind = tcp.ip.addresses.kindOf(localAddress);
  return kind !== "broadcast" && kind !== "multicast";
}

/** RFC 1122 §3.2.1.3 (g): nothing from 127/8 leaves the host. As on Linux ::1 may, and nobody answers it. */
function isLeftAtHome(source: IpAddress, { kind, through }: Path): boolean {
  return source.family === 4 && source.isLoopback && kind !== "local" && !through.isLoopback;
}

/** A four-tuple that nobody has. Null, or the one in TIME_WAIT whose place it takes; EADDRNOTAVAIL. */
function takeTuple(tcb: Tcb): TimeWait | null | Errno {
  const { tcp } = tcb;
  if (tcb.localPort === 0) {
    const port = tcp.ports.chooseFor(
      tcp.secrets.portStart(tcb),
      (candidate) => typeof occupant(tcb, candidate) !== "string",
    );
    if (port === null) return "EADDRNOTAVAIL";
    tcb.localPort = port;
  }
  return occupant(tcb, tcb.localPort);
}

function occupant(tcb: Tcb, localPort: number): TimeWait | null | Errno {
  const { tcp, localAddress, remoteAddress, remotePort } = tcb;
  const found = tcp.demux.find(localAddress, localPort, remoteAddress, remotePort);
  if (found === null) return null;
  return found.kind === "time-wait" && mayReplace(found) ? found : "EADDRNOTAVAIL";
}

// @rfc 9293 3.6.1 SHLD-4
/** net.ipv4.tcp_tw_reuse: timestamps tell old segments from new ones. 2: only on one machine. */
function mayReplace({ tcp, hasTimestamps, timestampRecentAtNs, remoteAddress, localAddress }: TimeWait): boolean {
  const { twReuse } = tcp.settings;
  if (!hasTimestamps || twReuse.value === 0) return false;
  if (twReuse.value === 2 && !remoteAddress.isLoopback && !remoteAddress.equals(localAddress)) return false;
  return tcp.machine.scheduler.nowNs - timestampRecentAtNs > tcp.settings.twReuseDelay.value * NS_PER_MS;
}

function forgetPeer(tcb: Tcb, errno: Errno): Errno {
  if (!tcb.hasBoundPort) {
    tcb.tcp.releasePort(tcb);
    tcb.localPort = 0;
  }
  tcb.remotePort = 0;
  return errno;
}

function begin(tcb: Tcb, predecessor: TimeWait | null): void {
  const { tcp, snd, rcv, sent, timers, nowNs, socket } = tcb;
  const { settings } = tcp;
  // As tcp_connect_init: what has become of an earlier connection is not told of this one.
  socket?.takeError();
  tcb.iss = predecessor === null ? tcp.secrets.initialSequence(tcb, nowNs) : sequenceAfter(predecessor);
  if (predecessor !== null) endTimeWait(predecessor, "tcp_tw_reuse");
  snd.una = tcb.iss;
  snd.nxt = add(tcb.iss, 1);
  snd.up = tcb.iss;
  snd.sml = snd.nxt;
  tcb.sendQueue.start(snd.nxt);
  rcv.mss = advertisedMss(tcp, tcb.remoteAddress, tcb.device, tcb.options.maxSegment);
  rcv.scale = settings.windowScaling.value === 0 ? 0 : scaleFor(bufferMaxBytes(tcb));
  tcb.sackPermitted = settings.sack.value !== 0;
  if (settings.timestamps.value !== 0) {
    tcb.timestamps = new Timestamps();
    // As on Linux 2 stands for timestamps that begin where the clock does.
    if (settings.timestamps.value === 1) tcb.timestamps.offset = tcp.secrets.timestampOffset(tcb);
  }
  tcb.isActive = true;
  tcb.lastHeardNs = nowNs;
  enter(tcb, "SYN_SENT", "connect");
  tcp.join(tcb);
  if (socket !== null) socket.state = "connecting";
  if (tcb.fastOpen !== null) {
    beginFastOpen(tcb, tcb.fastOpen);
    return;
  }
  sent.push(new SentSegment(snd.una, snd.nxt, wire.SYN, nowNs));
  timers.set(RETRANSMIT, rtoNs(tcb));
  sendSyn(tcb);
}
