/**
 * What a host's administrator may set of all sockets: net.core.*.
 *
 * Read first: socket(7), "/proc interfaces"; Linux's Documentation/admin-guide/sysctl/net. The kernel reads them when a socket is
 * made, listens, or is given another buffer.
 */
import type { IntegerSetting, Sysctl } from "../base/sysctl.ts";
import { DEFAULT_BUFFER_BYTES } from "./send-account.ts";

/** SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF on Linux. */
export const RECEIVE_BUFFER_MIN_BYTES = 2304;
export const SEND_BUFFER_MIN_BYTES = 4608;

const BACKLOG_MAX = 4096;

export class SocketSettings {
  /** What a socket has whose protocol says nothing else. */
  readonly rmemDefault: IntegerSetting;
  readonly wmemDefault: IntegerSetting;
  /** The largest value that SO_RCVBUF and SO_SNDBUF take, before it is doubled. */
  readonly rmemMax: IntegerSetting;
  readonly wmemMax: IntegerSetting;
  /** The longest queue of connections that listen(2) gives. */
  readonly somaxconn: IntegerSetting;

  constructor(sysctl: Sysctl) {
    const buffer = (name: string, min: number) => sysctl.integer(`net.core.${name}`, DEFAULT_BUFFER_BYTES, { min });
    this.rmemDefault = buffer("rmem_default", RECEIVE_BUFFER_MIN_BYTES);
    this.wmemDefault = buffer("wmem_default", SEND_BUFFER_MIN_BYTES);
    this.rmemMax = buffer("rmem_max", RECEIVE_BUFFER_MIN_BYTES);
    this.wmemMax = buffer("wmem_max", SEND_BUFFER_MIN_BYTES);
    this.somaxconn = sysctl.integer("net.core.somaxconn", BACKLOG_MAX, { min: 0 });
  }
}
