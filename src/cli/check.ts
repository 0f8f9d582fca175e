/**
 * --check: runs an experiment twice, from fresh modules and in fresh worlds, and compares the journals step by step.
 *
 * Read first: ARCHITECTURE.md, "Determinism". The journal holds what goes into the hash: events of the
 * queue, and calls with their results. Frames go into the hash without a step of their own, so a hash that differs
 * where the step is the same means a frame that differed before it.
 * Order: the first run is recorded; the second is compared as it goes and stopped at the first step that differs.
 */

import type { Journal } from "../entry-kernel.ts";
import { ERRNO, formatSeconds } from "../entry-node.ts";
import type { Recording, Step } from "./recording.ts";

/** The first step that differs. A run that had no such step has ended before it. */
export interface Divergence {
  readonly index: number;
  readonly first: Step | undefined;
  readonly second: Step | undefined;
  /** When it happened in each run. */
  readonly firstNs: number;
  readonly secondNs: number;
}

const EVENT_QUEUE = "the event queue";
const WORD = 0x1_0000_0000;
const ERRNO_MAX = 4095;
const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(ERRNO).map(([name, value]) => [value, name]));

/** Compares a second run with a recorded first one. */
export class Comparison {
  readonly #first: Recording;
  readonly #onDivergence: () => void;
  #index = 0;
  #nowNs = 0;
  divergence: Divergence | null = null;

  /** `onDivergence` is called from within a step of the second run. */
  constructor(first: Recording, onDivergence: () => void) {
    this.#first = first;
    this.#onDivergence = onDivergence;
  }

  /** The journal of the second run. */
  readonly journal: Journal = (subject, what, value, hash) => {
    if (this.divergence !== null) return;
    if (subject.title === EVENT_QUEUE) this.#nowNs = value;
    if (this.#first.matches(this.#index, subject, what, value, hash)) this.#index++;
    else this.#diverge({ subject: subject.title, what, value, hash: hash >>> 0 });
  };

  /** The second run has ended. */
  end(): void {
    if (this.divergence === null && this.#index < this.#first.length) this.#diverge(undefined);
  }

  #diverge(second: Step | undefined): void {
    const index = this.#index;
    const first = this.#first.at(index);
    this.divergence = { index, first, second, firstNs: this.#firstTime(index), secondNs: this.#nowNs };
    this.#onDivergence();
  }

  /** The time of a recorded step is that of the last event before it. */
  #firstTime(index: number): number {
    for (let position = index; position >= 0; position--) {
      const step = this.#first.at(position);
      if (step?.subject === EVENT_QUEUE) return step.value;
    }
    return 0;
  }
}

export function formatDivergence({ index, first, second, firstNs, secondNs }: Divergence): string {
  const lines = [
    `the two runs differ at step ${index + 1}:`,
    `  first run   ${formatStep(first, firstNs)}`,
    `  second run  ${formatStep(second, secondNs)}`,
  ];
  const isSameStep =
    first?.what === second?.what && first?.subject === second?.subject && first?.value === second?.value;
  if (isSameStep) lines.push("  The step is the same, but a frame that was sent before it differs.");
  lines.push(
    "Something in the scenario differs from run to run: Math.random, Date, the order of outside results, or state outside " +
      "of its modules. Take time from sys.clockGettime(), and chance from the world's seed.",
  );
  return lines.join("\n");
}

function formatStep(step: Step | undefined, timeNs: number): string {
  if (step === undefined) return "has ended before it";
  const { subject, what, value } = step;
  const time = formatSeconds(timeNs);
  return subject === EVENT_QUEUE ? `${time}  ${what}` : `${time}  ${subject}: ${what}() = ${formatDigest(value)}`;
}

/** The result of a call as it goes into the hash: 32 bits of it, below the number of the process. */
function formatDigest(value: number): string {
  const low = value % WORD;
  const errno = WORD - low <= ERRNO_MAX ? ERRNO_NAMES.get(WORD - low) : undefined;
  return errno === undefined ? String(low) : `-1 ${errno}`;
}
