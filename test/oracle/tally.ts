/** What the oracle has compared: how many programs, which calls, and what came of them. */
import type { Step } from "./program.ts";

export class Tally {
  /** Hand-written scenes that hold on both sides. */
  scenes = 0;
  sequences = 0;
  calls = 0;
  /** Calls that were blocked first and returned in a later step. */
  released = 0;
  /** Programs on which Linux agreed only when it was looked at later. */
  later = 0;
  /** Programs on which Linux did not agree with itself. */
  undecided = 0;
  /** Programs in which Linux's scheduler has let somebody else go first. */
  races = 0;
  readonly notes: Set<string> = new Set<string>();
  readonly #themes = new Map<string, number>();
  readonly #outcomes = new Map<string, Map<string, number>>();

  note(text: string): void {
    this.notes.add(text);
  }

  add(theme: string, steps: readonly Step[], kind: "agreed" | "agreed-later" | "undecided" | "race"): void {
    if (kind === "undecided") this.undecided++;
    if (kind === "race") this.races++;
    if (kind === "undecided" || kind === "race") return;
    if (kind === "agreed-later") this.later++;
    this.sequences++;
    this.#themes.set(theme, (this.#themes.get(theme) ?? 0) + 1);
    /** The call that each worker has outstanding since an earlier step. */
    const outstanding = new Map<number, string>();
    for (const { name, worker, came } of steps) {
      this.calls++;
      if (!came.returned.has(worker)) this.#count(name, came.dead.has(worker) ? "ended" : "blocked");
      for (const [who, outcome] of came.returned) {
        const isReleased = who !== worker;
        if (isReleased) this.released++;
        this.#count(isReleased ? (outstanding.get(who) ?? name) : name, classOf(outcome));
      }
      outstanding.set(worker, name);
    }
  }

  /** The table: a line for each call. */
  format(): string {
    const lines = [...this.#outcomes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, outcomes]) => {
        const sorted = [...outcomes].sort(([, a], [, b]) => b - a);
        return `  ${name.padEnd(14)} ${sorted.map(([outcome, count]) => `${outcome} ${count}`).join(", ")}`;
      });
    return [
      `${this.scenes} hand-written scenes hold on both sides.`,
      `${this.sequences} sequences and ${this.calls} calls compared with Linux; ${this.released} calls were blocked and released later.`,
      `${this.later} of them agreed only on a second, later look.`,
      `Not counted: ${this.undecided} on which Linux did not agree with itself, ${this.races} in which its scheduler let another one go first.`,
      `Sequences by theme: ${[...this.#themes].map(([theme, count]) => `${theme} ${count}`).join(", ")}.`,
      ...this.notes,
      "What came of each call:",
      ...lines,
    ].join("\n");
  }

  #count(name: string, outcome: string): void {
    const outcomes = this.#outcomes.get(name) ?? new Map<string, number>();
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    this.#outcomes.set(name, outcomes);
  }
}

/** Results of one kind count together; errors by name. */
function classOf(outcome: string): string {
  if (/^E[A-Z0-9]+$/.test(outcome)) return outcome;
  return /^0\b/.test(outcome) ? "zero" : "ok";
}
