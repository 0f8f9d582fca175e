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
}

export interface Device {
  /** How frames look: with an Ethernet header, or a bare IP packet. */
  readonly linkType: "ethernet" | "raw-ip";
  /** First letters of the interface's name: "eth", "lo". */
  readonly namePrefix: string;
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
  /** Takes the packet. Calls `packet.release()` when its last bit has left, then transmitDone() if it was not ready. */
  transmit(packet: Packet): void;
}
