/**
 * A transport's packet goes down: the family of the path decides who writes the header.
 *
 * Read first: ip/ip.ts. Order: output() → ip4/output.ts or ip6/output.ts → the interface. `output` consumes its packet.
 */
import type { Errno } from "../../abi/errno.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import * as ipv4 from "../../wire/ipv4.ts";
import * as ipv6 from "../../wire/ipv6.ts";
import type { Packet } from "../../wire/packet.ts";
import { output as output4 } from "../ip4/output.ts";
import { output as output6 } from "../ip6/output.ts";
import { type Ip, NO_OPTIONS, type SendOptions } from "./ip.ts";
import type { Path } from "./path.ts";

/** Sends a transport's packet. EMSGSIZE: it does not fit into one frame. */
export function output(
  ip: Ip,
  packet: Packet,
  path: Path,
  source: IpAddress,
  protocol: number,
  options: SendOptions = NO_OPTIONS,
): 0 | Errno {
  const write = path.destination.family === 4 ? output4 : output6;
  return write(ip, packet, path, source, protocol, options);
}

/** Bytes that IP puts in front of what goes to this address, without options. */
export function headerLength(destination: IpAddress): number {
  return destination.family === 4 ? ipv4.HEADER_LENGTH : ipv6.HEADER_LENGTH;
}
