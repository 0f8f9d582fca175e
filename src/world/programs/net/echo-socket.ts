/**
 * A raw socket that sends ICMP echo requests and understands what comes back, in both families, for ping(8) and traceroute(8).
 *
 * Read first: RFC 792, RFC 4443; raw(7): an IPv4 socket gets the header of the packet, an IPv6 socket does not, and a control
 * message tells the hop limit. Whatever is not about a request with our identifier is passed over.
 */
import { IP_TTL } from "../../../abi/ip.ts";
import { IPV6_HOPLIMIT, IPV6_RECVHOPLIMIT, IPV6_UNICAST_HOPS } from "../../../abi/ipv6.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  SO_RCVBUF,
  SOCK_RAW,
  SOL_SOCKET,
} from "../../../abi/socket.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import * as icmpv4 from "../../../wire/icmpv4.ts";
import * as icmpv6 from "../../../wire/icmpv6.ts";
import * as ipv4 from "../../../wire/ipv4.ts";
import * as ipv6 from "../../../wire/ipv6.ts";

/** What has come about one of our requests. */
export interface EchoEvent {
  readonly from: string;
  readonly sequence: number;
  /** Null: the answer itself. */
  readonly error: { readonly type: number; readonly code: number; readonly info: number } | null;
  /** Of an answer: time to live, and bytes of the ICMP message. */
  readonly ttl: number;
  readonly bytes: number;
}

/** The largest IPv4 packet. */
const BUFFER_BYTES = 65_536;
const RECEIVE_BYTES = 324_000;

export class EchoSocket {
  readonly fd: number;
  readonly #sys: Sys;
  readonly #isV6: boolean;
  readonly #identifier: number;
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);

  /** EPERM for who is not root. */
  constructor(sys: Sys, family: number) {
    this.#sys = sys;
    this.#isV6 = family === AF_INET6;
    this.#identifier = sys.getpid() & 0xffff;
    this.fd = sys.socket(this.#isV6 ? AF_INET6 : AF_INET, SOCK_RAW, this.#isV6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    sys.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BYTES);
    if (this.#isV6) sys.setsockopt(this.fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  }

  setTtl(ttl: number): void {
    if (this.#isV6) this.#sys.setsockopt(this.fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
    else this.#sys.setsockopt(this.fd, IPPROTO_IP, IP_TTL, ttl);
  }

  /** Sends a request with so many bytes of data. */
  async send(address: string, sequence: number, dataBytes: number): Promise<void> {
    const message = new Uint8Array(icmpv4.HEADER_LENGTH + dataBytes);
    for (let at = 0; at < dataBytes; at++) message[icmpv4.HEADER_LENGTH + at] = at & 0xff;
    const view = new DataView(message.buffer);
    const request = { kind: "echo-request", identifier: this.#identifier, sequence: sequence & 0xffff } as const;
    if (this.#isV6) icmpv6.emit(view, 0, request);
    else {
      icmpv4.emit(view, 0, request);
      icmpv4.fillChecksum(view, 0, message.length);
    }
    await this.#sys.sendto(this.fd, message, { address, port: 0 });
  }

  /** The next message, which must have come; undefined when it is not about us. */
  async receive(): Promise<EchoEvent | undefined> {
    const { bytes, source, control } = await this.#sys.recvmsg(this.fd, this.#buffer);
    const view = new DataView(this.#buffer.buffer, 0, Math.min(bytes, BUFFER_BYTES));
    const from = source.address ?? "";
    if (!this.#isV6) return this.#readV4(view, from);
    const limit = control.find(({ level, type }) => level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT);
    return this.#readV6(view, from, typeof limit?.value === "number" ? limit.value : 0);
  }

  #readV4(view: DataView, from: string): EchoEvent | undefined {
    if (ipv4.checkHeader(view, 0, view.byteLength) !== true) return undefined;
    const start = ipv4.headerLength(view, 0);
    const bytes = view.byteLength - start;
    if (icmpv4.check(view, start, bytes) !== true) return undefined;
    const message = icmpv4.parse(view, start);
    if (message.kind === "echo-reply") {
      return message.identifier === this.#identifier
        ? { from, sequence: message.sequence, error: null, ttl: ipv4.timeToLive(view, 0), bytes }
        : undefined;
    }
    const type = icmpv4.type(view, start);
    if (!icmpv4.isError(type)) return undefined;
    const { offset } = icmpv4.quote(start, bytes);
    if (ipv4.protocol(view, offset) !== IPPROTO_ICMP) return undefined;
    const info = message.kind === "destination-unreachable" ? message.nextHopMtu : 0;
    const code = view.getUint8(start + 1);
    return this.#about(view, offset + ipv4.headerLength(view, offset), from, { type, code, info });
  }

  #readV6(view: DataView, from: string, ttl: number): EchoEvent | undefined {
    const bytes = view.byteLength;
    if (bytes < icmpv6.HEADER_LENGTH) return undefined;
    const message = icmpv6.parse(view, 0);
    if (message.kind === "echo-reply") {
      return message.identifier === this.#identifier
        ? { from, sequence: message.sequence, error: null, ttl, bytes }
        : undefined;
    }
    const type = icmpv6.type(view, 0);
    if (!icmpv6.isError(type) || bytes < icmpv6.HEADER_LENGTH + ipv6.HEADER_LENGTH) return undefined;
    const offset = icmpv6.HEADER_LENGTH;
    if (ipv6.nextHeader(view, offset) !== IPPROTO_ICMPV6) return undefined;
    const info = message.kind === "packet-too-big" ? message.mtu : 0;
    return this.#about(view, offset + ipv6.HEADER_LENGTH, from, { type, code: view.getUint8(1), info });
  }

  /** An error about the message at `offset`, which may be of another program. */
  #about(view: DataView, offset: number, from: string, error: EchoEvent["error"]): EchoEvent | undefined {
    if (view.byteLength < offset + icmpv4.HEADER_LENGTH) return undefined;
    const type = view.getUint8(offset);
    const isRequest = type === (this.#isV6 ? icmpv6.ECHO_REQUEST : icmpv4.ECHO_REQUEST);
    if (!isRequest || view.getUint16(offset + 4) !== this.#identifier) return undefined;
    return { from, sequence: view.getUint16(offset + 6), error, ttl: 0, bytes: 0 };
  }
}
