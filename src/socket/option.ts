/**
 * Values of socket options, and control messages: what goes between programs and protocols beside the bytes.
 *
 * Read first: getsockopt(2), cmsg(3). Where C has a struct, a value is a plain record with the names of its members; where C has
 * a string, it is a Text within the kernel, whose calls never answer a bare string, and a string outside. A protocol that
 * adds an option whose value is not a number adds it to OptionValues, so that programs see its type.
 */
import type { SO_BINDTODEVICE, SO_LINGER, SO_PEERCRED, SOL_SOCKET } from "../abi/socket.ts";
import type { Credentials } from "./ancillary.ts";

/** What an option or a control message holds: an int; or a struct, as a plain record of its members; or bytes. */
export type OptionValue = number | object;

/** A string: the name of an interface, of an algorithm. */
export interface Text {
  readonly text: string;
}

/** struct linger: does close(2) wait, and for how many seconds? */
export interface Linger {
  readonly onoff: number;
  readonly linger: number;
}

/** The options whose value is not a number, by level and option. */
export interface OptionValues {
  readonly [SOL_SOCKET]: {
    readonly [SO_LINGER]: Linger;
    readonly [SO_PEERCRED]: Credentials;
    readonly [SO_BINDTODEVICE]: string;
  };
}

/** The type of an option's value. */
export type ValueOf<Level extends number, Option extends number> = Level extends keyof OptionValues
  ? Option extends keyof OptionValues[Level]
    ? OptionValues[Level][Option]
    : number
  : number;

/** One control message: struct cmsghdr and what is behind it. */
export interface ControlMessage {
  /** SOL_SOCKET, IPPROTO_IP, … */
  readonly level: number;
  /** IP_PKTINFO, IP_TTL, … */
  readonly type: number;
  readonly value: OptionValue;
}

export function text(of: string): Text {
  return { text: of };
}
