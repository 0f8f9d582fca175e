/**
 * Device: the table of what a link gives an interface. To add a kind of link, implement it; `host.attach(device, …)`
 * puts an interface on it.
 *
 * Down: the interface hands one packet at a time to transmit() while `ready` is true, and takes the next from its queue
 * when the device calls transmitDone(). Up: the device calls receive() with each frame that arrives, from an event of
 * the event queue, never from within transmit().
 */
import type { MacAddress } from "../wire/mac-address.ts";
import type { Packet } from "../wire/packet.ts";

/** What a device calls: the interface above it. */
export interface DeviceClient {
  /** A frame has arrived. The packet belongs to the interface now. */
  receive(packet: Packet): void;
  /** The device can take another packet. */
  transmitDone(): void;
  /** `carrier` has changed. These last three may be left out by whoever has no use for them. */
  carrierChanged?(): void;
  /** Something arrived that was no frame; the counter says why not. */
  receiveError?(counter: string, bytes: number): void;
  /**
   * It takes large segments (wire/segmentation.ts) as they are, as after GRO on Linux. Left out: a device cuts them before.
   */
  readonly takesLargeSegments?: boolean;
  /** A frame of the device's own protocols passes, which never comes to the interface: for captures. */
  observe?(direction: "in" | "out", packet: Packet): void;
}

/** How frames look: with an Ethernet header, a bare IP packet, or with a PPP header (wire/ppp.ts). */
export type LinkType = "ethernet" | "raw-ip" | "ppp";

export interface Device {
  readonly linkType: LinkType;
  /** First letters of the interface's name: "eth", "lo". */
  readonly namePrefix: string;
  /** Is there a signal from the far end? Left out: always. */
  readonly carrier?: boolean;
  /** Largest payload of a frame in bytes, link header not counted. */
  readonly mtu: number;
  /** The interface's queue holds at most this many packets. */
  readonly queuePackets: number;
  /** The link's name, for messages and captures. */
  readonly linkName: string;
  /**
   * The interface is attached, once. The label tells ends of a link apart, for rules and statistics: "alice:eth0". The
   * address is for devices that filter by it.
   */
  open(client: DeviceClient, macAddress: MacAddress, label?: string): void;
  /** May transmit() be called now? */
  readonly ready: boolean;
  /** May a packet be a large segment (NETIF_F_TSO on Linux)? Left out: never. It may change with the link's options. */
  readonly takesLargeSegments?: boolean;
  /** Takes the packet. Calls `packet.release()` when its last bit has left, then transmitDone() if it was not ready. */
  transmit(packet: Packet): void;
}
