/**
 * Named counters of one host: what `netstat -s` prints. No packet or message is discarded without bumping one.
 *
 * Names are those of Linux's nstat(8) where it has one (IpInReceives, UdpNoPorts, UdpRcvbufErrors, …).
 */

export class Counters {
  readonly #values: Map<string, number> = new Map<string, number>();

  bump(name: string, by: number = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.#values.get(name) ?? 0;
  }

  /** All counters that ever moved, in alphabetical order. */
  snapshot(): Readonly<Record<string, number>> {
    const names = [...this.#values.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.get(name)]));
  }
}
