/**
 * Address resolution messages for IPv4 over Ethernet.
 *
 * Read first: RFC 826 ("Packet format"), RFC 5227 §1.1 (probes and announcements).
 *
 *      0      2      4     5     6    8                 14          18                24          28
 *     ┌──────┬──────┬─────┬─────┬────┬─────────────────┬───────────┬─────────────────┬───────────┐
 *     │ hrd  │ pro  │ hln │ pln │ op │ sha             │ spa       │ tha             │ tpa       │
 *     └──────┴──────┴─────┴─────┴────┴─────────────────┴───────────┴─────────────────┴───────────┘
 *
 * The names are those of RFC 826 without `ar$`. The first four say what kind of addresses follow; there is one kind here,
 * so they are checked and are not part of the record.
 */
import { ETHERTYPE_IPV4 } from "./ethernet.ts";
import { IpAddress } from "./ip-address.ts";
import * as mac from "./mac-address.ts";

const HRD = 0;
const PRO = 2;
const HLN = 4;
const PLN = 5;
const OP = 6;
const SHA = 8;
const SPA = 14;
const THA = 18;
const TPA = 24;
export const MESSAGE_LENGTH = 28;

const HRD_ETHERNET = 1;
const PLN_IPV4 = 4;

export const REQUEST = 1;
export const REPLY = 2;

export interface Message {
  /** REQUEST or REPLY; others exist, and a receiver looks at it last (RFC 826, "Packet Reception"). */
  readonly op: number;
  /** Sender's hardware address. */
  readonly sha: mac.MacAddress;
  /** Sender's protocol address. */
  readonly spa: IpAddress;
  /** Target's hardware address: what a request asks for, so it means nothing there. */
  readonly tha: mac.MacAddress;
  /** Target's protocol address. */
  readonly tpa: IpAddress;
}

export type Reason = "truncated" | "bad-hardware-type" | "bad-protocol-type" | "bad-address-length";

export function check(view: DataView, offset: number, length: number): true | Reason {
  if (length < MESSAGE_LENGTH) return "truncated";
  if (view.getUint16(offset + HRD) !== HRD_ETHERNET) return "bad-hardware-type";
  if (view.getUint16(offset + PRO) !== ETHERTYPE_IPV4) return "bad-protocol-type";
  if (view.getUint8(offset + HLN) !== mac.LENGTH) return "bad-address-length";
  return view.getUint8(offset + PLN) === PLN_IPV4 ? true : "bad-address-length";
}

export function parse(view: DataView, offset: number): Message {
  return {
    op: view.getUint16(offset + OP),
    sha: mac.read(view, offset + SHA),
    spa: IpAddress.v4(view.getUint32(offset + SPA)),
    tha: mac.read(view, offset + THA),
    tpa: IpAddress.v4(view.getUint32(offset + TPA)),
  };
}

export function emit(view: DataView, offset: number, message: Message): void {
  view.setUint16(offset + HRD, HRD_ETHERNET);
  view.setUint16(offset + PRO, ETHERTYPE_IPV4);
  view.setUint8(offset + HLN, mac.LENGTH);
  view.setUint8(offset + PLN, PLN_IPV4);
  view.setUint16(offset + OP, message.op);
  mac.write(view, offset + SHA, message.sha);
  view.setUint32(offset + SPA, message.spa.v4);
  mac.write(view, offset + THA, message.tha);
  view.setUint32(offset + TPA, message.tpa.v4);
}
