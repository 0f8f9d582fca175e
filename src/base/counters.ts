/**
 * Named counters of one host: what `netstat -s` prints. No packet or message is discarded without bumping one.
 *
 * Names are those of Linux's nstat(8) where it has one (IpInReceives, UdpNoPorts, UdpRcvbufErrors, …).
 */

/** One of them, for who bumps it with each packet: its name is looked up once. */
export class Counter {
  value = 0;

  bump(by: number = 1): void {
    this.value += by;
  }
}

export class Counters {
  readonly #counters: Map<string, Counter> = new Map<string, Counter>();

  of(name: string): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new Counter();
      this.#counters.set(name, counter);
    }
    return counter;
  }

  bump(name: string, by: number = 1): void {
    this.of(name).value += by;
  }

  get(name: string): number {
    return this.#counters.get(name)?.value ?? 0;
  }

  /** All counters that ever moved, in alphabetical order. */
  snapshot(): Readonly<Record<string, number>> {
    const moved = [...this.#counters.keys()].filter((name) => this.get(name) !== 0).sort();
    return Object.fromEntries(moved.map((name) => [name, this.get(name)]));
  }
}
