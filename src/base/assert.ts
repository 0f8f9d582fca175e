/**
 * Assertions for broken invariants: states that no input from a program, a packet or a file may bring about, so that
 * reaching one is a bug in this code. They stay in production, because a simulation that goes on after a broken
 * invariant gives results nobody should trust. Conditions that input can bring about are errors (errno), not asserts.
 *
 * The message is built by the caller on every call, so hot paths pass a constant string and name the details only
 * once the condition has failed.
 */

export class AssertionError extends Error {
  override readonly name: string = "AssertionError";
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) {
    throw new AssertionError(message);
  }
}

/** Marks a branch that the types exclude: the compiler refuses the call when a case of the union was forgotten. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${String(value)}`);
}
