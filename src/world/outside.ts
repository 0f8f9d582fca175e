/**
 * Sources outside of a world: a person at a terminal, a network interface of the outer machine.
 *
 * Read first: ARCHITECTURE.md, "When time moves". A source that is open may bring something at any moment, so a world that has
 * one is never over and never deadlocked. What it brings comes in through the run loop: raise() may be called at any time, in
 * any turn of the outer machine; the source's `input` function runs once for however many raises there were, at the world's
 * present time, and takes from the outside what it can place. So nothing has to be queued here.
 */
import { Ring } from "../base/ring.ts";

/** An open source. Disposing closes it; the world may then end. */
export interface OutsideSource extends Disposable {
  /** There is something to take: the run loop calls the source's function when its turn has come. */
  raise(): void;
}

interface Source {
  readonly name: string;
  readonly input: () => void;
  isOpen: boolean;
  isRaised: boolean;
}

export class OutsideSources {
  readonly #raised: Ring<Source> = new Ring<Source>();
  readonly #activity: () => void;
  readonly #open: Set<Source> = new Set();

  /** `activity` wakes the run loop when it sleeps. */
  constructor(activity: () => void) {
    this.#activity = activity;
  }

  /** Does anybody outside hold the world open? */
  get areOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Waits anything to be taken in? */
  get areRaised(): boolean {
    return this.#raised.length > 0;
  }

  open(name: string, input: () => void): OutsideSource {
    const source: Source = { name, input, isOpen: true, isRaised: false };
    this.#open.add(source);
    return {
      raise: () => {
        if (!source.isOpen || source.isRaised) return;
        source.isRaised = true;
        this.#raised.push(source);
        this.#activity();
      },
      [Symbol.dispose]: () => {
        source.isOpen = false;
        this.#open.delete(source);
        this.#activity();
      },
    };
  }

  /** Takes in what the next source has; answers its name, for the journal. */
  takeNext(): string | undefined {
    const source = this.#raised.shift();
    if (source === undefined) return undefined;
    source.isRaised = false;
    if (source.isOpen) source.input();
    return source.name;
  }
}
