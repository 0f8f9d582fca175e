/**
 * What the names of a world have beside the addresses of hosts: mail exchangers, services, texts. Every host of it is answered so.
 *
 * Read first: RFC 1034 §3.6 (records), §3.6.2 (aliases).
 */
import type { DnsRecord } from "../wire/dns.ts";

export class NameRecords {
  readonly #byName: Map<string, DnsRecord[]> = new Map<string, DnsRecord[]>();

  /** Gives the name a record more, in the form of Node's dns.resolveAny(). Disposing of what this answers takes it away. */
  add(name: string, record: DnsRecord): Disposable {
    const key = keyOf(name);
    const records = this.#byName.get(key) ?? [];
    this.#byName.set(key, records);
    records.push(record);
    return {
      [Symbol.dispose]: () => {
        const index = records.indexOf(record);
        if (index >= 0) records.splice(index, 1);
        if (records.length === 0 && this.#byName.get(key) === records) this.#byName.delete(key);
      },
    };
  }

  /** The records of a name, in the order in which they were added. */
  of(name: string): readonly DnsRecord[] {
    return this.#byName.get(keyOf(name)) ?? [];
  }
}

/** RFC 1034 §3.1: without regard to case; a dot at the end says that it is whole. */
const keyOf = (name: string): string => name.toLowerCase().replace(/\.$/, "");
