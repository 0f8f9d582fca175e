/**
 * Anything that a program has thrown or given, as text: programs throw strange things, and showing them must not throw.
 */

const SHOWN_MAX = 200;

/** A short text; never throws. */
export function describe(value: unknown): string {
  try {
    const text = String(value);
    return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
  } catch {
    return `something that can't be shown (${typeof value})`;
  }
}
