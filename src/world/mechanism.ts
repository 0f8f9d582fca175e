/**
 * Mechanism: what is known of one mechanism of interprocess communication, as data.
 *
 * The table itself is world/mechanisms.ts, which a script writes from experiments (`npm run mechanisms`): a cell stands only
 * where one has come to its end.
 */

/** A question that is asked of each mechanism. */
export type Property =
  | "addressing"
  | "directionality"
  | "boundaries"
  | "connection"
  | "capacity"
  | "loss"
  | "reordering"
  | "damage"
  | "parties";

/** Kinds of mechanisms, by what goes through them, as the table has them. */
export type MechanismGroup = "streams" | "messages" | "memory" | "signals";

/** A row of the table of properties. */
export interface Mechanism {
  /** As `netloom explain NAME` has it. */
  readonly name: string;
  readonly title: string;
  readonly group: MechanismGroup;
  /** Manual pages and RFCs. */
  readonly manual: string;
  readonly summary: string;
  readonly properties: Readonly<Partial<Record<Property, { readonly value: string; readonly detail?: string }>>>;
  /** Which calls may wait, and when; none: no call waits. */
  readonly blocking: readonly { readonly call: string; readonly when: string }[];
  /** What it looks like, in a few lines. */
  readonly drawing: string;
}
