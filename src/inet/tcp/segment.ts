/**
 * A segment that is being taken in, in the words of RFC 9293 §3.3.1: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND, SEG.UP.
 *
 * There is one record for all segments of a host: it is good until input() returns.
 */
import { add } from "../../base/seq32.ts";
import type { Interface } from "../../netif/interface.ts";
import { ANY_V4, type IpAddress } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import * as wire from "../../wire/tcp.ts";
import * as tcpOptions from "../../wire/tcp-options.ts";

export class Segment {
  source: IpAddress = ANY_V4;
  destination: IpAddress = ANY_V4;
  sourcePort = 0;
  destinationPort = 0;
  seq = 0;
  ack = 0;
  flags = 0;
  /** As it stands in the header, not scaled. */
  wnd = 0;
  urgentPointer = 0;
  /** Bytes of data. */
  dataLength = 0;
  /** How many segments it was on the wire, and the data of each but the last. */
  count = 1;
  segmentBytes = 0;
  /** From the packet's start to the data. */
  dataOffset = 0;
  /** The interface that it came through. */
  through: Interface | null = null;
  /** ECN of the IP header: 3 is "congestion experienced". */
  ecn = 0;
  readonly options: tcpOptions.Options = tcpOptions.noOptions();
  /** Where the data are. Null once somebody has taken it. */
  packet: Packet | null = null;

  /** SEG.LEN: data, and one each for SYN and FIN. */
  get len(): number {
    return this.dataLength + (this.flags & wire.SYN ? 1 : 0) + (this.flags & wire.FIN ? 1 : 0);
  }

  /** The first sequence number behind the segment. */
  get end(): number {
    return add(this.seq, this.len);
  }

  /** Where its data begin: behind a SYN. */
  get dataSeq(): number {
    return this.flags & wire.SYN ? add(this.seq, 1) : this.seq;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** Reads the header at `headerOffset` bytes behind the packet's start. */
  read(packet: Packet, headerOffset: number, source: IpAddress, destination: IpAddress): void {
    const { view } = packet;
    const at = packet.start + headerOffset;
    this.packet = packet;
    this.source = source;
    this.destination = destination;
    this.sourcePort = wire.sourcePort(view, at);
    this.destinationPort = wire.destinationPort(view, at);
    this.seq = wire.sequence(view, at);
    this.ack = wire.acknowledgment(view, at);
    this.flags = wire.flags(view, at);
    this.wnd = wire.window(view, at);
    this.urgentPointer = wire.urgentPointer(view, at);
    const headerLength = wire.headerLength(view, at);
    this.dataOffset = headerOffset + headerLength;
    this.dataLength = packet.length - this.dataOffset;
    this.count = packet.segments;
    this.segmentBytes = packet.segmentBytes || this.dataLength;
    tcpOptions.parse(view, at + wire.HEADER_LENGTH, headerLength - wire.HEADER_LENGTH, this.options);
  }

  /** Nobody keeps the packet: whoever paid for it has it back. */
  discard(): void {
    const { packet } = this;
    if (packet === null) return;
    packet.release();
    packet.giveBackMemory();
    this.packet = null;
  }
}
