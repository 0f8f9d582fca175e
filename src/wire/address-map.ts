/**
 * A table by Internet address, for what is looked up for each packet: no string is made of an address to find it.
 *
 * Addresses are mixed to one number of 32 bits; those that share one hang behind one another. A stranger can choose addresses
 * that do, so the table's owner bounds how many there are.
 */
import type { IpAddress } from "./ip-address.ts";

interface Entry<T> {
  readonly address: IpAddress;
  value: T;
  next: Entry<T> | null;
}

export class AddressMap<T> {
  readonly #entries: Map<number, Entry<T>> = new Map<number, Entry<T>>();

  get(address: IpAddress): T | undefined {
    return this.#find(address)?.value;
  }

  set(address: IpAddress, value: T): void {
    const known = this.#find(address);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const added = { address, value, next: null };
    let last = this.#entries.get(keyOf(address));
    if (last === undefined) {
      this.#entries.set(keyOf(address), added);
      return;
    }
    while (last.next !== null) last = last.next;
    last.next = added;
  }

  delete(address: IpAddress): void {
    const key = keyOf(address);
    let previous: Entry<T> | null = null;
    for (let entry = this.#entries.get(key) ?? null; entry !== null; entry = entry.next) {
      if (entry.address.equals(address)) {
        if (previous !== null) previous.next = entry.next;
        else if (entry.next !== null) this.#entries.set(key, entry.next);
        else this.#entries.delete(key);
        return;
      }
      previous = entry;
    }
  }

  /** In the order in which they were added, but for those that share a number. */
  values(): T[] {
    const values: T[] = [];
    for (const first of this.#entries.values()) {
      for (let entry: Entry<T> | null = first; entry !== null; entry = entry.next) values.push(entry.value);
    }
    return values;
  }

  #find(address: IpAddress): Entry<T> | undefined {
    let entry = this.#entries.get(keyOf(address)) ?? null;
    while (entry !== null && !entry.address.equals(address)) entry = entry.next;
    return entry ?? undefined;
  }
}

/** A signed integer, which engines hash without an object. */
function keyOf({ w0, w1, w2, w3 }: IpAddress): number {
  return w0 ^ w1 ^ w2 ^ w3;
}
