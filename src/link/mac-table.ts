/**
 * Which port a MAC address is behind, as a switch learns it from the frames that come in.
 *
 * Read first: IEEE 802.1D §7.8 (learning) and §7.9 (the filtering database; ageing time, table 7-5).
 * Addresses are forgotten lazily: an entry that is too old is not believed, and goes when room is needed. The table is
 * bounded: when it is full of young entries a new address is not learned, and frames to it are flooded.
 */
import type { MacAddress } from "../wire/mac-address.ts";
import type { Port } from "./port.ts";

/** IEEE 802.1D table 7-5: 300 s is recommended. */
export const AGEING_NS: number = 300_000_000_000;
/** As many as a mid-sized switch has room for. */
export const ENTRIES_MAX: number = 8192;

interface Entry {
  port: Port;
  seenNs: number;
}

export class MacTable {
  readonly #entries: Map<MacAddress, Entry> = new Map<MacAddress, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** A frame with this source has come from that port. */
  learn(address: MacAddress, port: Port, nowNs: number): void {
    const entry = this.#entries.get(address);
    if (entry !== undefined) {
      entry.port = port;
      entry.seenNs = nowNs;
    } else if (this.#entries.size < ENTRIES_MAX || this.#expire(nowNs)) {
      this.#entries.set(address, { port, seenNs: nowNs });
    }
  }

  /** The port behind which the address was last seen, if that is not too long ago. */
  lookup(address: MacAddress, nowNs: number): Port | undefined {
    const entry = this.#entries.get(address);
    return entry === undefined || isOld(entry, nowNs) ? undefined : entry.port;
  }

  /** Forgets who is behind a port. */
  forget(port: Port): void {
    for (const [address, entry] of this.#entries) {
      if (entry.port === port) this.#entries.delete(address);
    }
  }

  /** Removes what is too old. False when nothing was. */
  #expire(nowNs: number): boolean {
    const { size } = this.#entries;
    for (const [address, entry] of this.#entries) {
      if (isOld(entry, nowNs)) this.#entries.delete(address);
    }
    return this.#entries.size < size;
  }
}

function isOld(entry: Entry, nowNs: number): boolean {
  return nowNs - entry.seenNs >= AGEING_NS;
}
