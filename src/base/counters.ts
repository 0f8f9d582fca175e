/**
 * Named counters of one host: what `netstat -s` prints. No packet or message is discarded without bumping one.
 *
 * Names are those of Linux's nstat(8) where it has one (IpInReceives, UdpNoPorts, UdpRcvbufErrors, …).
 */

interface Cell {
  value: number;
}

export class Counters {
  readonly #cells: Map<string, Cell> = new Map<string, Cell>();

  bump(name: string, by: number = 1): void {
    const cell = this.#cells.get(name);
    if (cell === undefined) this.#cells.set(name, { value: by });
    else cell.value += by;
  }

  get(name: string): number {
    return this.#cells.get(name)?.value ?? 0;
  }

  /** All counters that ever moved, in alphabetical order. */
  snapshot(): Readonly<Record<string, number>> {
    const names = [...this.#cells.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.get(name)]));
  }
}
