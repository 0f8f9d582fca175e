/**
 * Requirement: one thing that a specification asks for, in our words, and what is to be said of it.
 *
 * Read first: CONTRIBUTING.md, "Conformance". Marks beside code and tests say where it is met: mark.ts finds them.
 */
export interface Requirement {
  readonly rfc: number;
  readonly section: string;
  /** MUST-38, SHLD-7, MAY-2; where the specification has no numbers: MUST, SHOULD, or MUST-2 for the second of a section. */
  readonly id: string;
  readonly text: string;
  /** The requirement of RFC 9293 that took its place, whose marks count for it. */
  readonly like?: string;
  /** Why it is not met, or met in another way, or why no test shows it. */
  readonly reason?: string;
}

/** Section, number, text; and perhaps why not. */
export type Row = readonly [section: string, id: string, text: string, reason?: string];

export function requirements(rfc: number, rows: readonly Row[]): readonly Requirement[] {
  return rows.map(([section, id, text, reason]) =>
    reason === undefined ? { rfc, section, id, text } : { rfc, section, id, text, reason },
  );
}
