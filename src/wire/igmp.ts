/**
 * IGMP, versions 1 and 2.
 *
 * Read first: RFC 2236 §2, RFC 1112 appendix I. The checksum covers the whole message, which may be longer than this: what
 * version 3 writes behind it is passed over.
 *
 *      0      1          2          4
 *     ┌──────┬──────────┬──────────┬───────┐   the response time is in tenths of a second, 0 in version 1
 *     │ type │ response │ checksum │ group │
 *     └──────┴──────────┴──────────┴───────┘
 */
import * as checksum from "./checksum.ts";
import { IpAddress } from "./ip-address.ts";

const TYPE = 0;
const RESPONSE_TIME = 1;
const CHECKSUM = 2;
const GROUP = 4;

export const MESSAGE_LENGTH = 8;

export const QUERY = 0x11;
export const REPORT_V1 = 0x12;
export const REPORT_V2 = 0x16;
export const LEAVE = 0x17;
/** Version 3's report, which a host of version 2 passes over. */
export const REPORT_V3 = 0x22;

export interface Message {
  readonly type: number;
  /** In tenths of a second: how long an answer may take. */
  readonly responseTime: number;
  /** Unspecified in a general query. */
  readonly group: IpAddress;
}

export function check(view: DataView, offset: number, length: number): true | "truncated" | "bad-checksum" {
  if (length < MESSAGE_LENGTH) return "truncated";
  return checksum.fold(checksum.sum(view, offset, length, 0)) === 0xffff ? true : "bad-checksum";
}

export function parse(view: DataView, offset: number): Message {
  return {
    type: view.getUint8(offset + TYPE),
    responseTime: view.getUint8(offset + RESPONSE_TIME),
    group: IpAddress.v4(view.getUint32(offset + GROUP)),
  };
}

/** In the words of tcpdump; undefined when it ends too early. */
export function text(view: DataView, offset: number, captured: number): string | undefined {
  if (captured < MESSAGE_LENGTH) return undefined;
  const { type, responseTime, group } = parse(view, offset);
  switch (type) {
    case QUERY: {
      const about = group.isUnspecified ? "" : ` [gaddr ${group}]`;
      const within = responseTime === 0 || responseTime === 100 ? "" : ` [max resp time ${responseTime / 10}s]`;
      return `igmp query v${responseTime === 0 ? 1 : 2}${within}${about}`;
    }
    case REPORT_V1:
      return `igmp v1 report ${group}`;
    case REPORT_V2:
      return `igmp v2 report ${group}`;
    case LEAVE:
      return `igmp leave ${group}`;
    default:
      return `igmp-${type}`;
  }
}

/** Writes MESSAGE_LENGTH bytes, checksum included. */
export function emit(view: DataView, offset: number, { type, responseTime, group }: Message): void {
  view.setUint8(offset + TYPE, type);
  view.setUint8(offset + RESPONSE_TIME, responseTime);
  view.setUint16(offset + CHECKSUM, 0);
  view.setUint32(offset + GROUP, group.v4);
  view.setUint16(offset + CHECKSUM, checksum.finish(checksum.sum(view, offset, MESSAGE_LENGTH, 0)));
}
