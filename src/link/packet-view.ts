/**
 * A frame as a rule sees it: where it came from, its bytes, and the headers that can be read in it.
 *
 * Nothing is copied or parsed before it is asked for. A header is there when it can be read, whatever its checksum: a
 * rule may want to see the broken ones too. Transport headers are only in the first fragment of a datagram.
 */
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP } from "../abi/socket.ts";
import * as arp from "../wire/arp.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as icmpv4 from "../wire/icmpv4.ts";
import * as icmpv6 from "../wire/icmpv6.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as ipv6 from "../wire/ipv6.ts";
import * as extension from "../wire/ipv6-extension.ts";
import type { Packet } from "../wire/packet.ts";
import * as tcp from "../wire/tcp.ts";
import * as udp from "../wire/udp.ts";

export class PacketView {
  /** The port that the frame came from: "port 1", or the name that its interface gave when it opened the port. */
  readonly from: string;
  /** Nanoseconds since the world's start. */
  readonly timeNs: number;
  /** Bytes, Ethernet header included. */
  readonly length: number;
  readonly #packet: Packet;
  #bytes: Uint8Array | null = null;
  #view: DataView | null = null;

  constructor(packet: Packet, from: string, timeNs: number) {
    this.#packet = packet;
    this.from = from;
    this.timeNs = timeNs;
    this.length = packet.length;
  }

  /** The whole frame with all checksums filled in. It is a copy: changing it does not change the frame. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.#packet.copyBytes();
    return this.#bytes;
  }

  get ethernet(): ethernet.Header | undefined {
    if (ethernet.check(this.#read(), 0, this.length) !== true) return undefined;
    return ethernet.parse(this.#read(), 0);
  }

  get arp(): arp.Message | undefined {
    const length = this.#payloadLength(ethernet.ETHERTYPE_ARP);
    if (arp.check(this.#read(), ethernet.HEADER_LENGTH, length) !== true) return undefined;
    return arp.parse(this.#read(), ethernet.HEADER_LENGTH);
  }

  get ipv4(): ipv4.Header | undefined {
    const length = this.#payloadLength(ethernet.ETHERTYPE_IPV4);
    if (ipv4.checkHeader(this.#read(), ethernet.HEADER_LENGTH, length) !== true) return undefined;
    return ipv4.parse(this.#read(), ethernet.HEADER_LENGTH);
  }

  get ipv6(): ipv6.Header | undefined {
    const length = this.#payloadLength(ethernet.ETHERTYPE_IPV6);
    if (ipv6.checkHeader(this.#read(), ethernet.HEADER_LENGTH, length) !== true) return undefined;
    return ipv6.parse(this.#read(), ethernet.HEADER_LENGTH);
  }

  get icmp(): icmpv4.Message | undefined {
    const offset = this.#transportOffset(IPPROTO_ICMP, icmpv4.HEADER_LENGTH);
    return offset === undefined ? undefined : icmpv4.parse(this.#read(), offset);
  }

  get icmp6(): icmpv6.Message | undefined {
    const offset = this.#transportOffset(IPPROTO_ICMPV6, icmpv6.HEADER_LENGTH);
    return offset === undefined ? undefined : icmpv6.parse(this.#read(), offset);
  }

  /** Over IPv4 or IPv6. */
  get udp(): udp.Header | undefined {
    const offset = this.#transportOffset(IPPROTO_UDP, udp.HEADER_LENGTH);
    return offset === undefined ? undefined : udp.parse(this.#read(), offset);
  }

  /** Over IPv4 or IPv6. */
  get tcp(): tcp.Header | undefined {
    const transport = this.#transport();
    if (transport?.protocol !== IPPROTO_TCP) return undefined;
    const { start, end } = transport;
    return tcp.checkHeader(this.#read(), start, end - start) === true ? tcp.parse(this.#read(), start) : undefined;
  }

  #read(): DataView {
    const { bytes } = this;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }

  /** Bytes behind the Ethernet header, if it is of that type; else none. */
  #payloadLength(etherType: number): number {
    return this.ethernet?.etherType === etherType ? this.length - ethernet.HEADER_LENGTH : 0;
  }

  /** Where the header of that protocol starts, if all of it is there. */
  #transportOffset(protocol: number, headerLength: number): number | undefined {
    const transport = this.#transport();
    if (transport?.protocol !== protocol) return undefined;
    return transport.end - transport.start < headerLength ? undefined : transport.start;
  }

  #transport(): Transport | undefined {
    return this.#transport4() ?? this.#transport6();
  }

  #transport4(): Transport | undefined {
    const { ipv4: header } = this;
    if (header === undefined || header.fragmentOffset > 0) return undefined;
    const start = ethernet.HEADER_LENGTH + ipv4.headerLength(this.#read(), ethernet.HEADER_LENGTH);
    return { protocol: header.protocol, start, end: this.#endOf(header.totalLength) };
  }

  #transport6(): Transport | undefined {
    const { ipv6: header } = this;
    if (header === undefined) return undefined;
    const first = ethernet.HEADER_LENGTH + ipv6.HEADER_LENGTH;
    const end = this.#endOf(ipv6.HEADER_LENGTH + header.payloadLength);
    const { fragment, isCut, offset, protocol } = extension.walk(this.#read(), first, end - first, header.nextHeader);
    if (isCut || (fragment !== null && fragment.fragmentOffset > 0)) return undefined;
    return { protocol, start: offset, end };
  }

  /** Where a datagram of that length ends, or the frame. */
  #endOf(datagramLength: number): number {
    return Math.min(this.length, ethernet.HEADER_LENGTH + datagramLength);
  }
}

/** What a datagram carries, and where. */
interface Transport {
  readonly protocol: number;
  readonly start: number;
  readonly end: number;
}
