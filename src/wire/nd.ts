/**
 * Messages of neighbour discovery, which are ICMPv6 messages with options.
 *
 * Read first: RFC 4861 §4 (messages and options), RFC 8106 §5.1 (DNS servers), RFC 4191 §2.2 (router preference).
 *
 *      0      1      2          4                           8          24              24 or 40
 *     ┌──────┬──────┬──────────┬───────────────────────────┬──────────┬───────────────┬──────────────────────────────────┐
 *     │ type │ code │ checksum │ flags, hop limit, times   │ target   │ destination   │ options: type, length / 8, data  │
 *     └──────┴──────┴──────────┴───────────────────────────┴──────────┴───────────────┴──────────────────────────────────┘
 *
 * check() follows icmpv6.check(), which looks at the checksum; emit() leaves that to icmpv6.fillChecksum(). A message says with
 * lengthOf() how much it takes.
 */
import type { IpAddress } from "./ip-address.ts";
import { readAddress, writeAddress } from "./ipv6.ts";
import { emitOptions, hasSoundOptions, lengthOfOptions, type Option, parseOptions } from "./nd-option.ts";

export const ROUTER_SOLICITATION = 133;
export const ROUTER_ADVERTISEMENT = 134;
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const REDIRECT = 137;

/** RFC 4191 §2.1; "reserved" is taken as "medium". */
export type Preference = "low" | "medium" | "high";

export type Message =
  | { readonly kind: "router-solicitation"; readonly options: readonly Option[] }
  | RouterAdvertisement
  | { readonly kind: "neighbour-solicitation"; readonly target: IpAddress; readonly options: readonly Option[] }
  | NeighbourAdvertisement
  | {
      readonly kind: "redirect";
      /** The better first hop; the same as `destination` when that is on the link. */
      readonly target: IpAddress;
      readonly destination: IpAddress;
      readonly options: readonly Option[];
    };

export interface NeighbourAdvertisement {
  readonly kind: "neighbour-advertisement";
  readonly isRouter: boolean;
  readonly isSolicited: boolean;
  readonly overrides: boolean;
  readonly target: IpAddress;
  readonly options: readonly Option[];
}

export interface RouterAdvertisement {
  readonly kind: "router-advertisement";
  /** 0: the router does not say. */
  readonly hopLimit: number;
  readonly isManaged: boolean;
  readonly hasOtherConfiguration: boolean;
  readonly preference: Preference;
  /** So long it is a default router; 0: it is none. */
  readonly lifetimeSeconds: number;
  /** 0: the router does not say. */
  readonly reachableMs: number;
  readonly retransmitMs: number;
  readonly options: readonly Option[];
}

export type Reason = "truncated" | "bad-code" | "bad-option";

/** Bytes before the options, by type. */
const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map([
  [ROUTER_SOLICITATION, 8],
  [ROUTER_ADVERTISEMENT, 16],
  [NEIGHBOUR_SOLICITATION, 24],
  [NEIGHBOUR_ADVERTISEMENT, 24],
  [REDIRECT, 40],
]);

const TYPES: Readonly<Record<Message["kind"], number>> = {
  "router-solicitation": ROUTER_SOLICITATION,
  "router-advertisement": ROUTER_ADVERTISEMENT,
  "neighbour-solicitation": NEIGHBOUR_SOLICITATION,
  "neighbour-advertisement": NEIGHBOUR_ADVERTISEMENT,
  redirect: REDIRECT,
};

const PREFERENCES: readonly Preference[] = ["medium", "high", "medium", "low"];
const PREFERENCE_BITS: Readonly<Record<Preference, number>> = { medium: 0, high: 1, low: 3 };

export function isNeighbourDiscovery(type: number): boolean {
  return FIXED_LENGTHS.has(type);
}

/** Is the ICMPv6 message of `length` bytes at `offset`, of one of the five types, sound? RFC 4861 §6.1, §7.1, §8.1. */
export function check(view: DataView, offset: number, length: number): true | Reason {
  const fixed = FIXED_LENGTHS.get(view.getUint8(offset)) ?? Number.POSITIVE_INFINITY;
  if (length < fixed) return "truncated";
  if (view.getUint8(offset + 1) !== 0) return "bad-code";
  return hasSoundOptions(view, offset + fixed, length - fixed) ? true : "bad-option";
}

export function parse(view: DataView, offset: number, length: number): Message {
  const type = view.getUint8(offset);
  const fixed = FIXED_LENGTHS.get(type) ?? length;
  const options = parseOptions(view, offset + fixed, length - fixed);
  switch (type) {
    case ROUTER_ADVERTISEMENT:
      return parseAdvertisement(view, offset, options);
    case NEIGHBOUR_SOLICITATION:
      return { kind: "neighbour-solicitation", target: readAddress(view, offset + 8), options };
    case NEIGHBOUR_ADVERTISEMENT: {
      const flags = view.getUint8(offset + 4);
      return {
        kind: "neighbour-advertisement",
        isRouter: (flags & 0x80) !== 0,
        isSolicited: (flags & 0x40) !== 0,
        overrides: (flags & 0x20) !== 0,
        target: readAddress(view, offset + 8),
        options,
      };
    }
    case REDIRECT: {
      const target = readAddress(view, offset + 8);
      return { kind: "redirect", target, destination: readAddress(view, offset + 24), options };
    }
    default:
      return { kind: "router-solicitation", options };
  }
}

function parseAdvertisement(view: DataView, offset: number, options: readonly Option[]): RouterAdvertisement {
  const flags = view.getUint8(offset + 5);
  return {
    kind: "router-advertisement",
    hopLimit: view.getUint8(offset + 4),
    isManaged: (flags & 0x80) !== 0,
    hasOtherConfiguration: (flags & 0x40) !== 0,
    preference: PREFERENCES[(flags >>> 3) & 3] as Preference,
    lifetimeSeconds: view.getUint16(offset + 6),
    reachableMs: view.getUint32(offset + 8),
    retransmitMs: view.getUint32(offset + 12),
    options,
  };
}

export function lengthOf(message: Message): number {
  return (FIXED_LENGTHS.get(TYPES[message.kind]) as number) + lengthOfOptions(message.options);
}

/** Writes lengthOf(message) bytes, the checksum as zero. */
export function emit(view: DataView, offset: number, message: Message): void {
  const type = TYPES[message.kind];
  view.setUint32(offset, type * 0x100_0000);
  view.setUint32(offset + 4, 0);
  switch (message.kind) {
    case "router-solicitation":
      break;
    case "router-advertisement":
      emitAdvertisement(view, offset, message);
      break;
    case "neighbour-advertisement":
      view.setUint8(offset + 4, neighbourFlags(message));
      writeAddress(view, offset + 8, message.target);
      break;
    case "neighbour-solicitation":
      writeAddress(view, offset + 8, message.target);
      break;
    case "redirect":
      writeAddress(view, offset + 8, message.target);
      writeAddress(view, offset + 24, message.destination);
      break;
  }
  emitOptions(view, offset + (FIXED_LENGTHS.get(type) as number), message.options);
}

function neighbourFlags({ isRouter, isSolicited, overrides }: NeighbourAdvertisement): number {
  return (isRouter ? 0x80 : 0) | (isSolicited ? 0x40 : 0) | (overrides ? 0x20 : 0);
}

function emitAdvertisement(view: DataView, offset: number, message: RouterAdvertisement): void {
  const { isManaged, hasOtherConfiguration, preference } = message;
  const flags = (isManaged ? 0x80 : 0) | (hasOtherConfiguration ? 0x40 : 0) | (PREFERENCE_BITS[preference] << 3);
  view.setUint8(offset + 4, message.hopLimit);
  view.setUint8(offset + 5, flags);
  view.setUint16(offset + 6, message.lifetimeSeconds);
  view.setUint32(offset + 8, message.reachableMs);
  view.setUint32(offset + 12, message.retransmitMs);
}
