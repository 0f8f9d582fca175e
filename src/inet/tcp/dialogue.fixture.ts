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
import { MSG_OOB, MSG_PEEK } from "../../abi/socket.ts";
import { TestDevice as Device, type TestDevice, TestWorld } from "../../netif/netif.fixture.ts";
import { Socket } from "../../socket/socket.ts";
import { at, icmpDatagram, ip, ROOT, TestHost } from "../inet.fixture.ts";
import {
  ack,
  type Fields,
  fin,
  IRS,
  ISS,
  LOCAL,
  LOCAL_PORT,
  normal,
  PEER,
  PEER_PORT,
  packetOf,
  pick,
  type Script,
  scriptOf,
  syn,
  synAck,
} from "./script.fixture.ts";
import type { State } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import { type Tcp, tcpProtocols } from "./tcp.ts";

export { ack, data, fin, rst, segment, syn, synAck } from "./script.fixture.ts";

const NS_PER_MS = 1_000_000;

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
    const sysctl = { timestamps: 0, window_scaling: 0, sack: 0, congestion_control: "reno", ...setting.sysctl };
    for (const [name, value] of Object.entries(sysctl)) {
      const result = this.host.machine.sysctl.write(`net.ipv4.tcp_${name}`, String(value));
      expect(result).toBe(0);
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

/** The peer's FIN has come, and was acknowledged, after a while as no answer carried the ACK. */
export function closeWait(setting: Setting = {}): Dialogue {
  const t = established(setting)
    .receives(fin({ seq: IRS + 1, ack: ISS + 1 }))
    .silent()
    .at(40);
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

function withoutSyn(fields: Fields = {}): Fields {
  const { mss: _mss, scale: _scale, sackOk: _sackOk, ...rest } = fields;
  return rest;
}
