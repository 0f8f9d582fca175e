/**
 * Messages by priority: the highest first, and of one priority the oldest.
 *
 *     levels, ascending   | 0: a b |  7: c  | 31: d e f |        shift() gives d
 */

interface Level<T> {
  readonly priority: number;
  readonly messages: T[];
  /** How many of `messages` are gone. */
  gone: number;
}

/** So many shifted messages a level carries along before it is cut. */
const GONE_MAX = 64;

export class PriorityList<T> {
  readonly #levels: Level<T>[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(priority: number, message: T): void {
    this.#level(priority).messages.push(message);
    this.#length++;
  }

  /** The oldest message of the highest priority. */
  shift(): { readonly priority: number; readonly message: T } | undefined {
    const level = this.#levels.at(-1);
    if (level === undefined) return undefined;
    const message = level.messages[level.gone++] as T;
    if (level.gone === level.messages.length) {
      this.#levels.pop();
    } else if (level.gone >= GONE_MAX) {
      level.messages.splice(0, level.gone);
      level.gone = 0;
    }
    this.#length--;
    return { priority: level.priority, message };
  }

  /** All, in the order in which they would be given. */
  *[Symbol.iterator](): Generator<{ readonly priority: number; readonly message: T }> {
    for (const { priority, messages, gone } of [...this.#levels].reverse()) {
      for (const message of messages.slice(gone)) yield { priority, message };
    }
  }

  #level(priority: number): Level<T> {
    const levels = this.#levels;
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((levels[middle] as Level<T>).priority < priority) low = middle + 1;
      else high = middle;
    }
    const found = levels[low];
    if (found?.priority === priority) return found;
    const made = { priority, messages: [], gone: 0 };
    levels.splice(low, 0, made);
    return made;
  }
}
