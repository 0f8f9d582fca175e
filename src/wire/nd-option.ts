/**
 * Options of neighbour discovery.
 *
 * Read first: RFC 4861 §4.6, RFC 8106 §5.1.
 *
 *      0      1            2
 *     ┌──────┬────────────┬──────────────────────────────────────────────┐
 *     │ type │ length / 8 │ a link address, a prefix, a packet, an MTU … │
 *     └──────┴────────────┴──────────────────────────────────────────────┘
 *
 * What is not known here is kept as "other": RFC 4861 §4.6 wants it ignored.
 */
import type { IpAddress } from "./ip-address.ts";
import { readAddress, writeAddress } from "./ipv6.ts";
import * as mac from "./mac-address.ts";

const SOURCE_LINK_ADDRESS = 1;
const TARGET_LINK_ADDRESS = 2;
const PREFIX = 3;
const REDIRECTED = 4;
const MTU = 5;
const DNS_SERVERS = 25;

const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;
/** Lifetimes in prefixes: this one never ends. */
export const FOREVER_SECONDS = 0xffff_ffff;

export type Option =
  | { readonly kind: "source-link-address"; readonly macAddress: mac.MacAddress }
  | { readonly kind: "target-link-address"; readonly macAddress: mac.MacAddress }
  | PrefixOption
  /** The beginning of the packet that a redirect is about; its length is a multiple of eight. */
  | { readonly kind: "redirected"; readonly packet: Uint8Array }
  | { readonly kind: "mtu"; readonly mtu: number }
  | { readonly kind: "dns-servers"; readonly lifetimeSeconds: number; readonly servers: readonly IpAddress[] }
  /** The data are all that follows type and length. */
  | { readonly kind: "other"; readonly type: number; readonly data: Uint8Array };

export interface PrefixOption {
  readonly kind: "prefix";
  readonly prefix: IpAddress;
  readonly prefixLength: number;
  readonly isOnLink: boolean;
  /** Addresses may be made of it: SLAAC. */
  readonly isAutonomous: boolean;
  readonly validSeconds: number;
  readonly preferredSeconds: number;
}

/** RFC 4861 §4.6: does each option fit, and none have length zero? */
export function hasSoundOptions(view: DataView, offset: number, length: number): boolean {
  const end = offset + length;
  let at = offset;
  while (at + 2 <= end) {
    const bytes = view.getUint8(at + 1) * 8;
    if (bytes === 0) return false;
    at += bytes;
  }
  return at === end;
}

export function parseOptions(view: DataView, offset: number, length: number): readonly Option[] {
  const options: Option[] = [];
  for (let at = offset; at < offset + length; at += view.getUint8(at + 1) * 8) options.push(parseOption(view, at));
  return options;
}

function parseOption(view: DataView, at: number): Option {
  const type = view.getUint8(at);
  const bytes = view.getUint8(at + 1) * 8;
  if (type === SOURCE_LINK_ADDRESS && bytes === 8) {
    return { kind: "source-link-address", macAddress: mac.read(view, at + 2) };
  }
  if (type === TARGET_LINK_ADDRESS && bytes === 8) {
    return { kind: "target-link-address", macAddress: mac.read(view, at + 2) };
  }
  if (type === PREFIX && bytes === 32) return parsePrefixOption(view, at);
  if (type === REDIRECTED) return { kind: "redirected", packet: copy(view, at + 8, bytes - 8) };
  if (type === MTU && bytes === 8) return { kind: "mtu", mtu: view.getUint32(at + 4) };
  if (type === DNS_SERVERS && bytes >= 24 && bytes % 16 === 8) {
    const servers: IpAddress[] = [];
    for (let server = at + 8; server < at + bytes; server += 16) servers.push(readAddress(view, server));
    return { kind: "dns-servers", lifetimeSeconds: view.getUint32(at + 4), servers };
  }
  return { kind: "other", type, data: copy(view, at + 2, bytes - 2) };
}

function parsePrefixOption(view: DataView, at: number): PrefixOption {
  const flags = view.getUint8(at + 3);
  return {
    kind: "prefix",
    prefix: readAddress(view, at + 16),
    prefixLength: view.getUint8(at + 2),
    isOnLink: (flags & ON_LINK) !== 0,
    isAutonomous: (flags & AUTONOMOUS) !== 0,
    validSeconds: view.getUint32(at + 4),
    preferredSeconds: view.getUint32(at + 8),
  };
}

export function lengthOfOptions(options: readonly Option[]): number {
  return options.reduce((total, option) => total + lengthOf(option), 0);
}

function lengthOf(option: Option): number {
  switch (option.kind) {
    case "source-link-address":
    case "target-link-address":
    case "mtu":
      return 8;
    case "prefix":
      return 32;
    case "redirected":
      return 8 + option.packet.length;
    case "dns-servers":
      return 8 + 16 * option.servers.length;
    case "other":
      return 2 + option.data.length;
  }
}

export function emitOptions(view: DataView, offset: number, options: readonly Option[]): void {
  let at = offset;
  for (const option of options) {
    const bytes = lengthOf(option);
    new Uint8Array(view.buffer, view.byteOffset + at, bytes).fill(0);
    view.setUint8(at + 1, bytes / 8);
    emitOption(view, at, option);
    at += bytes;
  }
}

function emitOption(view: DataView, at: number, option: Option): void {
  switch (option.kind) {
    case "source-link-address":
    case "target-link-address":
      view.setUint8(at, option.kind === "source-link-address" ? SOURCE_LINK_ADDRESS : TARGET_LINK_ADDRESS);
      mac.write(view, at + 2, option.macAddress);
      return;
    case "prefix":
      view.setUint8(at, PREFIX);
      view.setUint8(at + 2, option.prefixLength);
      view.setUint8(at + 3, (option.isOnLink ? ON_LINK : 0) | (option.isAutonomous ? AUTONOMOUS : 0));
      view.setUint32(at + 4, option.validSeconds);
      view.setUint32(at + 8, option.preferredSeconds);
      writeAddress(view, at + 16, option.prefix);
      return;
    case "redirected":
      view.setUint8(at, REDIRECTED);
      new Uint8Array(view.buffer, view.byteOffset + at + 8).set(option.packet);
      return;
    case "mtu":
      view.setUint8(at, MTU);
      view.setUint32(at + 4, option.mtu);
      return;
    case "dns-servers":
      view.setUint8(at, DNS_SERVERS);
      view.setUint32(at + 4, option.lifetimeSeconds);
      for (const [index, server] of option.servers.entries()) writeAddress(view, at + 8 + 16 * index, server);
      return;
    case "other":
      view.setUint8(at, option.type);
      new Uint8Array(view.buffer, view.byteOffset + at + 2).set(option.data);
      return;
  }
}

function copy(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
}
