/**
 * Rows of TCP: segments near the numbers of connections in every state that hostile peers and a busy user lead to.
 *
 * The user accepts, sends, shuts down and closes by chance, between one frame and the next. What must hold in each state is
 * in src/inet/tcp/hostile.test.ts; here it is what all of them together may hold.
 */
import { IPPROTO_TCP } from "../../../src/abi/socket.ts";
import type { Prng } from "../../../src/base/prng.ts";
import { at, ROOT } from "../../../src/inet/inet.fixture.ts";
import type { Tcp } from "../../../src/inet/tcp/tcp.ts";
import type { Socket } from "../../../src/socket/socket.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import { IpAddress } from "../../../src/wire/ip-address.ts";
import * as ipv4 from "../../../src/wire/ipv4.ts";
import * as wire from "../../../src/wire/tcp.ts";
import * as tcpOptions from "../../../src/wire/tcp-options.ts";
import { random } from "../mutate.ts";
import type { Bound, Row } from "../row.ts";
import type { Subject } from "../subject.ts";
import { ipFrame, repair } from "./ipv4.ts";

const LOCAL = "10.0.0.1";
const PEERS = ["10.0.0.2", "10.0.0.3"];
const PORT = 80;
/** Connections that the user opens himself, at a time. */
const ACTIVE_MAX = 8;
const FLAGS = [
  wire.ACK,
  wire.ACK,
  wire.ACK,
  wire.ACK | wire.FIN,
  wire.ACK | wire.PSH,
  wire.RST,
  wire.SYN,
  wire.SYN | wire.ACK,
];

/** The host that is fuzzed now, and what its user has open. */
interface Scene {
  readonly subject: Subject;
  readonly tcp: Tcp;
  readonly listener: Socket;
  readonly open: Socket[];
}

let scene: Scene | null = null;

function prepare(subject: Subject): void {
  const listener = subject.open(subject.protocol("tcp"));
  listener.requests.bind(ROOT, at(`0.0.0.0:${PORT}`));
  listener.listen(ROOT, 8);
  scene = { subject, tcp: subject.host.inet.tcp, listener, open: [] };
}

/** What programs do meanwhile. */
function act({ subject, listener, open }: Scene, chance: Prng): void {
  const accepted = chance.chance(0.5) ? listener.accept(true) : "EAGAIN";
  if (typeof accepted !== "string") open.push(accepted);
  if (open.length < ACTIVE_MAX && chance.chance(0.1)) {
    const active = new (listener.constructor as typeof Socket)(listener.machine, subject.protocol("tcp"), 1000);
    active.requests.connect(ROOT, at(`${chance.pick(PEERS)}:9`));
    open.push(active);
  }
  const socket = open.length === 0 ? undefined : chance.pick(open);
  if (socket === undefined) return;
  switch (chance.below(12)) {
    case 0:
      open.splice(open.indexOf(socket), 1);
      socket.release();
      return;
    case 1:
      socket.requests.shutdown?.(1 + chance.below(3));
      return;
    case 2:
    case 3:
      socket.receive(new Uint8Array(chance.below(4000)), 0);
      return;
    case 4:
    case 5:
      socket.send(ROOT, new Uint8Array(chance.below(5000)), null, null, chance.chance(0.1) ? 1 : 0);
  }
}

/** Numbers that a connection would take for its own, or nearly. */
function numbers(chance: Prng): { from: string; ports: readonly [number, number]; seq: number; ack: number } {
  const all = scene === null ? [] : [...scene.tcp.demux.all()];
  const newcomer = { from: chance.pick(PEERS), ports: [1024 + chance.below(32), PORT] as const };
  if (all.length === 0 || chance.chance(0.2)) return { ...newcomer, seq: chance.nextU32(), ack: chance.nextU32() };
  const each = chance.pick(all);
  const place = { from: each.remoteAddress.toString(), ports: [each.remotePort, each.localPort] as const };
  const near = chance.pick([0, 0, 0, 1, -1, chance.below(5000), -chance.below(5000), 0x7fff_ffff, 0x8000_0000]);
  const nearAck = chance.pick([0, 0, 0, 0, 1, -1, -chance.below(5000), 0x7fff_ffff]);
  if (each.kind === "request") return { ...place, seq: each.irs + 1 + near, ack: each.iss + 1 + nearAck };
  if (each.kind === "time-wait") return { ...place, seq: each.rcvNxt + near, ack: each.sndNxt + nearAck };
  const { rcv, snd } = each;
  return { ...place, seq: rcv.nxt + near, ack: (chance.chance(0.5) ? snd.nxt : snd.una) + nearAck };
}

function segment(chance: Prng): Uint8Array {
  if (scene !== null) act(scene, chance);
  const { from, ports, seq, ack } = numbers(chance);
  const options = optionBytes(chance);
  const headerLength = wire.HEADER_LENGTH + options.length;
  const payload = random(chance, chance.pick([0, 0, 0, 1, 10, chance.below(1400)]));
  const bytes = Uint8Array.of(...new Uint8Array(wire.HEADER_LENGTH), ...options, ...payload);
  const flags = chance.chance(0.8) ? chance.pick(FLAGS) : chance.below(256);
  wire.emit(new DataView(bytes.buffer), 0, {
    sourcePort: ports[0],
    destinationPort: ports[1],
    sequence: seq >>> 0,
    acknowledgment: ack >>> 0,
    headerLength,
    flags,
    window: chance.pick([0, 1, 1000, 0xffff]),
    checksum: 0,
    urgentPointer: chance.chance(0.9) ? 0 : chance.below(0x1_0000),
  });
  return ipFrame(chance, IPPROTO_TCP, bytes, { timeToLive: 64, options: new Uint8Array(0) }, from, LOCAL);
}

/** Options as they should be, or any bytes at all. */
function optionBytes(chance: Prng): Uint8Array {
  if (chance.chance(0.3)) return new Uint8Array(0);
  if (chance.chance(0.3)) return random(chance, 4 * chance.below(11));
  const options: tcpOptions.Options = {
    ...tcpOptions.noOptions(),
    mss: chance.pick([0, 1, 48, 536, 1460, 0xffff]),
    windowScale: chance.pick([-1, 0, 7, 14, 15, 255]),
    sackPermitted: chance.chance(0.5),
    hasTimestamps: chance.chance(0.5),
    timestampValue: chance.nextU32(),
    timestampEcho: chance.nextU32(),
    fastOpenCookie: chance.chance(0.3) ? random(chance, chance.pick([0, 4, 8, 16])) : null,
  };
  const bytes = new Uint8Array(tcpOptions.lengthOf(options));
  tcpOptions.emit(new DataView(bytes.buffer), 0, options);
  return bytes;
}

function repairSegment(frame: Uint8Array): void {
  repair(frame);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const start = ethernet.HEADER_LENGTH;
  if (frame.length < start + ipv4.HEADER_LENGTH || ethernet.etherType(view, 0) !== ethernet.ETHERTYPE_IPV4) return;
  if (ipv4.protocol(view, start) !== IPPROTO_TCP) return;
  const headerLength = Math.max(ipv4.HEADER_LENGTH, ipv4.headerLength(view, start));
  const length = Math.min(frame.length - start, ipv4.totalLength(view, start)) - headerLength;
  if (length < wire.HEADER_LENGTH) return;
  const source = IpAddress.v4(view.getUint32(start + 12));
  const destination = IpAddress.v4(view.getUint32(start + 16));
  wire.fillChecksum(view, start + headerLength, length, { source, destination });
}

/** All together, and each connection by itself. */
function bounds({ host }: Subject): readonly Bound[] {
  const { tcp } = host.inet;
  const result: Bound[] = [
    { what: "connection requests", value: tcp.requestCount, max: 9 },
    { what: "connections that wait for accept(2)", value: scene?.listener.acceptQueue?.length ?? 0, max: 9 },
    { what: "TIME_WAIT", value: tcp.timeWaits.count, max: 2 * 65_536 },
  ];
  for (const each of tcp.demux.all()) {
    if (each.kind !== "connection") continue;
    const held = each.heldBytes + (each.socket?.receiveQueueBytes ?? 0);
    result.push({ what: "held by a connection", value: held, max: (each.socket?.receiveLimitBytes ?? 0) + 70_000 });
    let segments = 0;
    for (let sent = each.sent.first; sent !== null; sent = sent.next) segments++;
    result.push({ what: "segments of a connection", value: segments, max: 70_000 });
  }
  return result;
}

export const tcpRows: readonly Row[] = [
  { name: "tcp", weight: 6, frame: segment, repair: repairSegment, prepare, bounds },
];
