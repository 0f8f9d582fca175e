/**
 * Segments as the dialogues of TCP write them, and the packets that they stand for.
 *
 * Read first: dialogue.fixture.ts.
 */
import { expect } from "vitest";
import { IPPROTO_TCP } from "../../abi/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import type { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import * as tcpOptions from "../../wire/tcp-options.ts";
import { datagram, ip } from "../inet.fixture.ts";

export const LOCAL = "10.0.0.1";
export const PEER = "10.0.0.2";
export const LOCAL_PORT = 7;
export const PEER_PORT = 9;
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
  /** The cookie of fast open in hexadecimal digits; "": one is asked for; null, of what we send: there is none. */
  readonly cookie?: string | null;
  /** ECN of the IP header. */
  readonly ecn?: number;
}

export type Fields = Omit<Script, "flags">;

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

/** A script as a packet from the peer, or (when it is to be quoted) from us. */
export function packetOf(script: Script, isOurs: boolean = false): Packet {
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
    fastOpenCookie: bytesOf(script.cookie ?? null),
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
export function scriptOf(packet: Packet): Script {
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
    cookie: options.fastOpenCookie === null ? null : textOfCookie(options.fastOpenCookie),
    ecn: ipv4.parse(view, 0).ecn,
  };
}

function bytesOf(cookie: string | null): Uint8Array | null {
  if (cookie === null) return null;
  return Uint8Array.from({ length: cookie.length / 2 }, (_, at) =>
    Number.parseInt(cookie.slice(2 * at, 2 * at + 2), 16),
  );
}

function textOfCookie(cookie: Uint8Array): string {
  return Array.from(cookie, (byte) => byte.toString(16).padStart(2, "0")).join("");
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

/** A script as what was sent is shown. */
export function normal(script: Script): Script {
  return { ...script, flags: textOf(flagsOf(script.flags) | (script.urg ? wire.URG : 0)) };
}

/** Of what was sent, what the test has named; all that matters when the test expected nothing. */
export function pick(sent: Script, expected: Script | undefined): Script {
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
