/**
 * What IPv6 has for itself on one host: settings, fragments that wait, and who is told of what.
 *
 * Read first: ip/ip.ts. Down: ip/output.ts → output.ts → fragment.ts. Up: input.ts → extension.ts, reassembly.ts → a transport,
 * or forward.ts. What the fields named `send…` and `on…` do, icmp6/ and nd/ say, which IP can't import: inet.ts fills them in.
 */
import type { Machine } from "../../base/machine.ts";
import type { Interface } from "../../netif/interface.ts";
import type { Netif } from "../../netif/netif.ts";
import type { FrameKind } from "../../netif/protocol-queue.ts";
import type { ErrorMessage } from "../../wire/icmpv6.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import type { Packet } from "../../wire/packet.ts";
import type { Arrival, IcmpError } from "../ip/ip.ts";
import { Ipv6Settings } from "./settings.ts";

/** Sends an ICMPv6 error about a packet that starts with its IPv6 header and came through `from`; the packet stays the caller's. */
export type ErrorSender6 = (
  packet: Packet,
  frameKind: FrameKind,
  message: ErrorMessage,
  from: Interface | null,
) => void;

/** Tells the sender of a packet that is forwarded out of the interface that it came in that `nextHop` is the better first hop. */
export type RedirectSender = (packet: Packet, through: Interface, nextHop: IpAddress) => void;

export class Ipv6 {
  readonly settings: Ipv6Settings;
  sendError: ErrorSender6 = () => {};
  sendRedirect: RedirectSender = () => {};
  /** Shows a datagram of that protocol to raw sockets; true when it was for any. */
  rawInput: (packet: Packet, arrival: Arrival, protocol: number) => boolean = () => false;
  /** Shows them the news of a datagram. */
  rawError: (protocol: number, error: IcmpError) => boolean = () => false;
  /** The identification of the next datagram that is cut. RFC 7739 §3: not to be guessed from outside. */
  nextIdentification: number;

  constructor(machine: Machine, netif: Netif) {
    this.settings = new Ipv6Settings(machine.sysctl, netif.interfaces);
    this.nextIdentification = machine.random("ipv6 fragments").below(0x1_0000_0000);
  }

  /** The identification for one datagram. */
  takeIdentification(): number {
    const taken = this.nextIdentification;
    this.nextIdentification = (taken + 1) >>> 0;
    return taken;
  }
}
