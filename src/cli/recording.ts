/**
 * A run's journal, kept in little memory: 20 bytes a step, in typed arrays, with each text held once.
 *
 *     step      subject        what             value    hash after it
 *     #17    → "sender[3]…"  → "sendto"         …        0x9e3779b9
 */
import type { Named } from "../entry-kernel.ts";

/** A step of the journal. */
export interface Step {
  readonly subject: string;
  readonly what: string;
  readonly value: number;
  readonly hash: number;
}

const CHUNK_STEPS = 16_384;

/** So many steps, field by field. */
class Chunk {
  readonly subjects: Uint32Array = new Uint32Array(CHUNK_STEPS);
  readonly whats: Uint32Array = new Uint32Array(CHUNK_STEPS);
  readonly values: Float64Array = new Float64Array(CHUNK_STEPS);
  readonly hashes: Uint32Array = new Uint32Array(CHUNK_STEPS);
}

export class Recording {
  readonly #chunks: Chunk[] = [];
  readonly #texts: string[] = [];
  readonly #numbers: Map<string, number> = new Map<string, number>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A Journal: appends the step. */
  readonly add = (subject: Named, what: string, value: number, hash: number): void => {
    const index = this.#length % CHUNK_STEPS;
    if (index === 0) this.#chunks.push(new Chunk());
    const chunk = this.#chunks.at(-1) as Chunk;
    chunk.subjects[index] = this.#number(subject.title);
    chunk.whats[index] = this.#number(what);
    chunk.values[index] = value;
    chunk.hashes[index] = hash;
    this.#length++;
  };

  /** Undefined behind the last step. */
  at(position: number): Step | undefined {
    if (position < 0 || position >= this.#length) return undefined;
    const chunk = this.#chunks[Math.floor(position / CHUNK_STEPS)] as Chunk;
    const index = position % CHUNK_STEPS;
    return {
      subject: this.#texts[chunk.subjects[index] as number] as string,
      what: this.#texts[chunk.whats[index] as number] as string,
      value: chunk.values[index] as number,
      hash: chunk.hashes[index] as number,
    };
  }

  /** Is the step at that position this one? */
  matches(position: number, subject: Named, what: string, value: number, hash: number): boolean {
    if (position >= this.#length) return false;
    const chunk = this.#chunks[Math.floor(position / CHUNK_STEPS)] as Chunk;
    const index = position % CHUNK_STEPS;
    return (
      chunk.hashes[index] === hash >>> 0 &&
      chunk.values[index] === value &&
      this.#texts[chunk.whats[index] as number] === what &&
      this.#texts[chunk.subjects[index] as number] === subject.title
    );
  }

  #number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#texts.push(text);
    this.#numbers.set(text, this.#texts.length - 1);
    return this.#texts.length - 1;
  }
}
