/**
 * Row: the table of what is thrown at a host. To add a protocol, add a file in rows/ and its row in fuzz.ts.
 *
 * A row makes frames that mean something, of which mutate.ts makes others that nearly do; `repair` sets the checksums of
 * its protocol right again, so that what was changed gets past them.
 */
import type { Prng } from "../../src/base/prng.ts";
import type { Subject } from "./subject.ts";

export interface Row {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** A whole frame for the host, link header included. */
  frame(chance: Prng): Uint8Array;
  /** Sets right what a change of the frame has made wrong. The frame may be cut short. */
  repair?(frame: Uint8Array): void;
  /** What is open on the host, so that frames find somebody. Called once. */
  prepare?(subject: Subject): void;
  /** What may not grow: each value with its bound. */
  bounds?(subject: Subject): readonly Bound[];
}

export interface Bound {
  readonly what: string;
  readonly value: number;
  readonly max: number;
}
