/**
 * Dialogues with a clock: what the tests of TCP are written in.
 *
 *     const t = established().close();
 *     t.at(0).sends(fin({ seq: 1001, ack: 2001 }));
 *     t.at(10).receives(fin({ seq: 2001, ack: 1002 })).sends(ack({ seq: 1002, ack: 2002 }));
 *     expect(t.state).toBe("TIME_WAIT");
 *
 * We are 10.0.0.1:7, the peer is 10.0.0.2:9, and the test is the peer. Our first sequence number is 1000, the peer's 2000.
 * `at(ms)` counts from the moment in which the fixture was made. `sends()` names every segment that was sent since it was
 * asked last; of each it compares what is named. Unless a test asks for them there are no window scale, timestamps and
 * SACK, the peer's MSS is 1000, and its window 10,000.
 */
import { expect } from "vitest";
import type { Errno } from "../../abi/errno.ts";
import { IPPROTO_TCP, MSG_OOB, MSG_PEEK } from "../../abi/socket.ts";
import { TestDevice as Device, type TestDevice, TestWorld } from "../../netif/netif.fixture.ts";
import { Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import * as tcpOptions from "../../wire/tcp-options.ts";
import { at, datagram, icmpDatagram, ip, ROOT, TestHost } from "../inet.fixture.ts";
import type { State } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { type Tcp, tcpProtocols } from "./tcp.ts";

const NS_PER_MS = 1_000_000;
const LOCAL = "10.0.0.1";
const PEER = "10.0.0.2";
const LOCAL_PORT = 7;
const PEER_PORT = 9;
export const ISS = 1000;
export const IRS = 2000;

/** A segment as a test writes it. What is left out is not looked at, and is as usual in what the peer sends. */
export interface Script {
  readonly flags: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly wnd?: number;
  readonly data?: string;
  /** Bytes of data, where the test does not care which. */
  readonly len?: number;
  /** There are data; never mind which. */
  readonly some?: boolean;
  readonly mss?: number;
  readonly scale?: number;
  readonly sackOk?: boolean;
  /** [TSval, TSecr] */
  readonly ts?: readonly [number, number];
  readonly sack?: readonly (readonly [number, number])[];
  readonly urg?: number;
  /** ECN of the IP header. */
  readonly ecn?: number;
}

type Fields = Omit<Script, "flags">;

export const syn = (fields: Fields): Script => ({ flags: "SYN", ...fields });
export const synAck = (fields: Fields): Script => ({ flags: "SYN ACK", ...fields });
export const ack = (fields: Fields): Script => ({ flags: "ACK", ...fields });
/** PSH is passed over where segments are compared. */
export function data(fields: Fields): Script {
  const isNamed = fields.data !== undefined || fields.len !== undefined;
  return { flags: "ACK", ...fields, ...(isNamed ? {} : { some: true }) };
}
export const fin = (fields: Fields): Script => ({ flags: "FIN ACK", ...fields });
/** A reset without ACK, unless `ack` is given. */
export const rst = (fields: Fields): Script => ({ flags: fields.ack === undefined ? "RST" : "RST ACK", ...fields });
export const segment = (flags: string, fields: Fields): Script => ({ flags, ...fields });

const FLAGS: readonly (readonly [string, number])[] = [
  ["FIN", wire.FIN],
  ["SYN", wire.SYN],
  ["RST", wire.RST],
  ["ACK", wire.ACK],
  ["URG", wire.URG],
  ["ECE", wire.ECE],
  ["CWR", wire.CWR],
];

/** What a test may set before the dialogue begins. */
export interface Setting {
  /** net.ipv4.tcp_*, without the prefix. */
  readonly sysctl?: Readonly<Record<string, number | string>>;
  /** What the peer's SYN says beside its MSS. */
  readonly peer?: Fields;
  readonly mtu?: number;
  /** SO_RCVBUF as the kernel accounts it: the window is half of it. */
  readonly receiveBuffer?: number;
  readonly backlog?: number;
  /** Does something to the socket before it is connected, or listens. */
  readonly before?: (socket: Socket, tcp: Tcp) => void;
}

export class Dialogue {
  readonly world: TestWorld = new TestWorld();
  readonly host: TestHost;
  readonly tcp: Tcp;
  readonly device: TestDevice;
  /** The socket that the user has: of the connection, once there is one. */
  socket: Socket;
  listener: Socket | null = null;
  #startNs = 0;

  constructor(setting: Setting = {}) {
    this.host = new TestHost(this.world, "a");
    this.device = new Device("raw-ip", "ppp");
    this.device.mtu = setting.mtu ?? 1500;
    this.host.attach(this.device, 0, `${LOCAL}/24`);
    this.tcp = this.host.inet.tcp;
    this.tcp.secrets.initialSequence = () => ISS;
    this.tcp.secrets.timestampOffset = () => 0;
    const sysctl = { timestamps: 0, window_scaling: 0, sack: 0, ...setting.sysctl };
    for (const [name, value] of Object.entries(sysctl)) {
      const result = this.host.machine.sysctl.write(`net.ipv4.tcp_${name}`, String(value));
      // A setting of a part that is not there is not set.
      if (name !== "sack") expect(result).toBe(0);
    }
    this.socket = new Socket(this.host.machine, tcpProtocols(this.tcp)[0] as never, 1);
    if (setting.receiveBuffer !== undefined) this.socket.receiveLimitBytes = setting.receiveBuffer;
    setting.before?.(this.socket, this.tcp);
  }

  // ---- the clock ----

  /** Lets everything happen until so many milliseconds after the beginning. */
  at(ms: number): this {
    const untilNs = this.#startNs + Math.round(ms * NS_PER_MS);
    this.world.run(Math.max(0, untilNs - this.world.scheduler.nowNs));
    return this;
  }

  /** Time counts from here. */
  fromHere(): this {
    this.#startNs = this.world.scheduler.nowNs;
    return this;
  }

  /** Milliseconds since the beginning. */
  get nowMs(): number {
    return (this.world.scheduler.nowNs - this.#startNs) / NS_PER_MS;
  }

  // ---- the wire ----

  /** The peer sends these. */
  receives(...scripts: readonly Script[]): this {
    for (const script of scripts) {
      this.device.client?.receive(packetOf(script));
      this.world.run(0);
    }
    return this;
  }

  /** ICMP says this about the segment of ours with that sequence number. */
  receivesIcmp(message: Parameters<typeof icmpDatagram>[2], seq: number): this {
    const quoted = packetOf({ flags: "ACK", seq, ack: 0 }, true);
    this.device.client?.receive(icmpDatagram(PEER, LOCAL, message, quoted));
    this.world.run(0);
    return this;
  }

  /** These were sent since the last question, and no others. */
  sends(...expected: readonly Script[]): this {
    const sent = this.sent();
    const seen = sent.map((each, index) => pick(each, expected[index]));
    expect(seen).toEqual(expected.map((each) => normal(each)));
    return this;
  }

  /** Nothing was sent since the last question. */
  silent(): this {
    return this.sends();
  }

  /** What was sent since the last question, as a test would write it. */
  sent(): Script[] {
    return this.device.sent.splice(0).map(scriptOf);
  }

  // ---- the user ----

  /** The socket has a descriptor no more. */
  close(): this {
    this.socket.release();
    this.world.run(0);
    return this;
  }

  /** 1: receiving, 2: sending, 3: both. */
  shutdown(how: number): this {
    this.socket.requests.shutdown?.(how);
    this.world.run(0);
    return this;
  }

  connect(): 0 | Errno {
    const result = this.socket.requests.connect(ROOT, at(`${PEER}:${PEER_PORT}`));
    this.world.run(0);
    return result;
  }

  /** Sends text, or so many bytes. */
  send(what: string | number, flags: number = 0): this {
    const bytes = typeof what === "string" ? new TextEncoder().encode(what) : new Uint8Array(what).fill(0x78);
    expect(this.socket.send(ROOT, bytes, null, null, flags)).toBe(bytes.length);
    this.world.run(0);
    return this;
  }

  /** What read(2) gives: the text, "" at the end, or the errno in brackets. */
  read(bytes: number = 65_536, flags: number = 0): string {
    const into = new Uint8Array(bytes);
    const received = this.socket.receive(into, flags);
    this.world.run(0);
    if (typeof received === "string") return `[${received}]`;
    return new TextDecoder().decode(into.subarray(0, received.bytes));
  }

  peek(): string {
    return this.read(65_536, MSG_PEEK);
  }

  readUrgent(): string {
    return this.read(1, MSG_OOB);
  }

  /** The connection that accept(2) gives becomes the socket of the dialogue. */
  accept(): this {
    const accepted = (this.listener as Socket).accept(true);
    if (typeof accepted === "string") throw new Error(`accept: ${accepted}`);
    this.socket = accepted;
    return this;
  }

  // ---- what there is to see ----

  /** The state of the connection with the peer; of a socket that listens, LISTEN. */
  get state(): State {
    const found = this.tcp.demux.find(ip(LOCAL), LOCAL_PORT, ip(PEER), PEER_PORT);
    if (found !== null) {
      if (found.kind === "connection") return found.state;
      return found.kind === "request" ? "SYN_RECEIVED" : "TIME_WAIT";
    }
    return this.tcp.tcbOf(this.listener ?? this.socket)?.state ?? "CLOSED";
  }

  /** The control block of the connection with the peer. */
  get tcb(): Tcb {
    const found = this.tcp.demux.find(ip(LOCAL), LOCAL_PORT, ip(PEER), PEER_PORT);
    if (found?.kind !== "connection") throw new Error("there is no connection");
    return found;
  }

  /** poll(2) on the socket. */
  get events(): number {
    return this.socket.poll();
  }

  /** SO_ERROR. */
  get error(): Errno | null {
    return this.socket.takeError();
  }

  count(counter: string): number {
    return this.host.count(counter);
  }
}

// ---- a dialogue in each state ----

/** Nobody has called connect(2) or listen(2); the socket is bound. */
export function closed(setting: Setting = {}): Dialogue {
  const t = new Dialogue(setting);
  expect(t.socket.requests.bind(ROOT, at(`${LOCAL}:${LOCAL_PORT}`))).toBe(0);
  return t;
}

export function listening(setting: Setting = {}): Dialogue {
  const t = closed(setting);
  expect(t.socket.listen(ROOT, setting.backlog ?? 8)).toBe(0);
  t.listener = t.socket;
  return t;
}

/** SYN has been sent, and looked at. */
export function synSent(setting: Setting = {}): Dialogue {
  const t = closed(setting);
  expect(t.connect()).toBe("EINPROGRESS");
  return t.sends(syn({ seq: ISS }));
}

/** A listener has answered a SYN: the connection is a request in its queue. */
export function synReceived(setting: Setting = {}): Dialogue {
  const t = listening(setting);
  return t.receives(syn({ seq: IRS, mss: 1000, ...setting.peer })).sends(synAck({ seq: ISS, ack: IRS + 1 }));
}

/** Both have sent SYN: a simultaneous open. */
export function synReceivedActive(setting: Setting = {}): Dialogue {
  const t = synSent(setting);
  return t.receives(syn({ seq: IRS, mss: 1000, ...setting.peer })).sends(synAck({ seq: ISS, ack: IRS + 1 }));
}

/** Made by connect(2). */
export function established(setting: Setting = {}): Dialogue {
  const t = synSent(setting);
  t.receives(synAck({ seq: IRS, ack: ISS + 1, mss: 1000, ...setting.peer }));
  return t.sends(ack({ seq: ISS + 1, ack: IRS + 1 })).fromHere();
}

/** Made by accept(2). */
export function accepted(setting: Setting = {}): Dialogue {
  const t = synReceived(setting);
  t.receives(ack({ seq: IRS + 1, ack: ISS + 1, ...withoutSyn(setting.peer) })).accept();
  return t.silent().fromHere();
}

/** Our FIN is on its way. */
export function finWait1(setting: Setting = {}): Dialogue {
  const t = established(setting).shutdown(2);
  return t.sends(fin({ seq: ISS + 1, ack: IRS + 1 })).fromHere();
}

/** Our FIN is acknowledged. */
export function finWait2(setting: Setting = {}): Dialogue {
  return finWait1(setting)
    .receives(ack({ seq: IRS + 1, ack: ISS + 2 }))
    .silent()
    .fromHere();
}

/** The peer's FIN has come. */
export function closeWait(setting: Setting = {}): Dialogue {
  const t = established(setting).receives(fin({ seq: IRS + 1, ack: ISS + 1 }));
  return t.sends(ack({ seq: ISS + 1, ack: IRS + 2 })).fromHere();
}

/** Both FINs have crossed; ours is not acknowledged. */
export function closing(setting: Setting = {}): Dialogue {
  const t = finWait1(setting).receives(fin({ seq: IRS + 1, ack: ISS + 1 }));
  return t.sends(ack({ seq: ISS + 2, ack: IRS + 2 })).fromHere();
}

/** The peer's FIN has come, and ours is on its way. */
export function lastAck(setting: Setting = {}): Dialogue {
  return closeWait(setting)
    .close()
    .sends(fin({ seq: ISS + 1, ack: IRS + 2 }))
    .fromHere();
}

/** Both FINs are acknowledged, and ours was first. */
export function timeWait(setting: Setting = {}): Dialogue {
  const t = finWait2(setting).receives(fin({ seq: IRS + 1, ack: ISS + 2 }));
  return t.sends(ack({ seq: ISS + 2, ack: IRS + 2 })).fromHere();
}

// ---- segments and bytes ----

function withoutSyn(fields: Fields = {}): Fields {
  const { mss: _mss, scale: _scale, sackOk: _sackOk, ...rest } = fields;
  return rest;
}

/** A script as a packet from the peer, or (when it is to be quoted) from us. */
function packetOf(script: Script, isOurs: boolean = false): Packet {
  const text = script.data ?? "x".repeat(script.len ?? 0);
  const payload = new TextEncoder().encode(text);
  const options: tcpOptions.Options = {
    ...tcpOptions.noOptions(),
    mss: script.mss ?? 0,
    windowScale: script.scale ?? -1,
    sackPermitted: script.sackOk ?? false,
    hasTimestamps: script.ts !== undefined,
    timestampValue: script.ts?.[0] ?? 0,
    timestampEcho: script.ts?.[1] ?? 0,
    sackBlocks: (script.sack ?? []).map(([start, end]) => ({ start, end })),
  };
  const headerLength = wire.HEADER_LENGTH + tcpOptions.lengthOf(options);
  const bytes = new Uint8Array(headerLength + payload.length);
  bytes.set(payload, headerLength);
  const view = new DataView(bytes.buffer);
  wire.emit(view, 0, {
    sourcePort: isOurs ? LOCAL_PORT : PEER_PORT,
    destinationPort: isOurs ? PEER_PORT : LOCAL_PORT,
    sequence: (script.seq ?? 0) >>> 0,
    acknowledgment: (script.ack ?? 0) >>> 0,
    headerLength,
    flags: flagsOf(script.flags) | (script.urg === undefined ? 0 : wire.URG),
    window: script.wnd ?? 10_000,
    checksum: 0,
    urgentPointer: script.urg ?? 0,
  });
  tcpOptions.emit(view, wire.HEADER_LENGTH, options);
  const [from, to] = isOurs ? [LOCAL, PEER] : [PEER, LOCAL];
  wire.fillChecksum(view, 0, bytes.length, { source: ip(from), destination: ip(to) });
  return datagram({ from, to, protocol: IPPROTO_TCP, ecn: script.ecn ?? 0 }, bytes);
}

/** A packet of ours as a test would write it, with everything named. */
function scriptOf(packet: Packet): Script {
  const bytes = packet.copyBytes();
  const view = new DataView(bytes.buffer);
  const at = ipv4.headerLength(view, 0);
  const header = wire.parse(view, at);
  const addresses: { source: IpAddress; destination: IpAddress } = ipv4.parse(view, 0);
  expect(wire.check(view, at, bytes.length - at, addresses)).toBe(true);
  const options = tcpOptions.noOptions();
  tcpOptions.parse(view, at + wire.HEADER_LENGTH, header.headerLength - wire.HEADER_LENGTH, options);
  const payload = bytes.subarray(at + header.headerLength);
  return {
    flags: textOf(header.flags),
    seq: header.sequence,
    ack: header.acknowledgment,
    wnd: header.window,
    data: new TextDecoder().decode(payload),
    len: payload.length,
    some: payload.length > 0,
    mss: options.mss,
    scale: options.windowScale,
    sackOk: options.sackPermitted,
    ts: options.hasTimestamps ? [options.timestampValue, options.timestampEcho] : [-1, -1],
    sack: options.sackBlocks.map(({ start, end }) => [start, end] as const),
    urg: header.urgentPointer,
    ecn: ipv4.parse(view, 0).ecn,
  };
}

function flagsOf(text: string): number {
  return FLAGS.reduce((flags, [name, bit]) => (text.split(" ").includes(name) ? flags | bit : flags), 0);
}

/** PSH is left out: it tells no more than where a write has ended. */
function textOf(flags: number): string {
  return FLAGS.filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(" ");
}

function normal(script: Script): Script {
  return { ...script, flags: textOf(flagsOf(script.flags) | (script.urg ? wire.URG : 0)) };
}

/** Of what was sent, what the test has named; all that matters when the test expected nothing. */
function pick(sent: Script, expected: Script | undefined): Script {
  const names: readonly (keyof Script)[] =
    expected === undefined ? ["flags", "seq", "ack", "len"] : (Object.keys(expected) as (keyof Script)[]);
  const entries = ["flags" as const, ...names].map((name) => [name, sent[name]] as const);
  // A segment with data that the test has not asked for is not the one that it meant.
  const isNamed = expected === undefined || expected.data !== undefined || expected.len !== undefined || expected.some;
  if (!isNamed && sent.len !== 0) {
    entries.push(["len", sent.len]);
  }
  return Object.fromEntries(entries) as unknown as Script;
}
