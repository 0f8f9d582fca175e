/**
 * Packet captures: what tcpdump on a host would write, as a pcapng file that Wireshark opens.
 *
 * Each frame that passes an interface of the host is copied, with checksums filled in, from the moment the capture
 * begins until it is disposed of. Interfaces carry their names, the section the host's name, times count nanoseconds.
 */
import type { Machine } from "../base/machine.ts";
import type { LinkType } from "../link/device.ts";
import type { Direction, Interface } from "../netif/interface.ts";
import type { InterfaceTable } from "../netif/interface-table.ts";
import type { Packet } from "../wire/packet.ts";
import * as pcapng from "../wire/pcapng.ts";

const LINKTYPES: Readonly<Record<LinkType, number>> = {
  ethernet: pcapng.LINKTYPE_ETHERNET,
  "raw-ip": pcapng.LINKTYPE_RAW,
  ppp: pcapng.LINKTYPE_PPP,
};

export class Capture {
  readonly #machine: Machine;
  readonly #epochNs: bigint;
  readonly #blocks: Uint8Array[] = [];
  readonly #sink: ((block: Uint8Array) => void) | undefined;
  /** What ends with the capture. */
  readonly #taps: Disposable[] = [];
  #bytes = 0;
  #packets = 0;
  #interfaces = 0;

  constructor(machine: Machine, interfaces: InterfaceTable, epochMs: number, sink?: (block: Uint8Array) => void) {
    this.#sink = sink;
    this.#machine = machine;
    this.#epochNs = BigInt(epochMs) * 1_000_000n;
    this.#append({ type: "section-header", application: "netloom", comment: `host ${machine.name}` });
    for (const present of interfaces.list()) this.#watch(present);
    const subscription = interfaces.subscribe((changed, change) => {
      if (change === "attach") this.#watch(changed);
    });
    this.#taps.push(subscription);
  }

  /** How many packets were captured. */
  get packets(): number {
    return this.#packets;
  }

  /** The file so far; empty when a sink gets it. */
  toBytes(): Uint8Array {
    const file = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const block of this.#blocks) {
      file.set(block, offset);
      offset += block.length;
    }
    return file;
  }

  /** Ends the capture; what was captured stays. */
  [Symbol.dispose](): void {
    for (const tap of this.#taps) tap[Symbol.dispose]();
    this.#taps.length = 0;
  }

  #watch(watched: Interface): void {
    const interfaceId = this.#interfaces++;
    this.#append({
      type: "interface-description",
      linkType: LINKTYPES[watched.linkType],
      snapLength: 0,
      name: watched.name,
      description: `link ${watched.device.linkName}`,
      comment: `host ${this.#machine.name}`,
    });
    this.#taps.push(watched.tap((direction, packet) => this.#record(interfaceId, direction, packet)));
  }

  #record(interfaceId: number, direction: Direction, packet: Packet): void {
    this.#packets++;
    this.#append({
      type: "enhanced-packet",
      interfaceId,
      timeNs: this.#epochNs + BigInt(this.#machine.scheduler.nowNs),
      captured: packet.copyBytes(),
      originalLength: packet.length,
      direction: direction === "in" ? "inbound" : "outbound",
    });
  }

  #append(block: pcapng.Block): void {
    const bytes = pcapng.emit(block);
    if (this.#sink !== undefined) {
      this.#sink(bytes);
      return;
    }
    this.#blocks.push(bytes);
    this.#bytes += bytes.length;
  }
}
