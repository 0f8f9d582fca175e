/**
 * Fake timers, as of vi.useFakeTimers(), replace the door's own: a virtual process would wait for a clock that nobody moves.
 */

/** Throws an Error where globalThis.setTimeout is that of @sinonjs/fake-timers, which Vitest, Jest and Sinon use. */
export function refuseFakeTimers(): void {
  if (!("clock" in globalThis.setTimeout)) return;
  throw new Error(
    "globalThis.setTimeout is that of fake timers, which don't move with virtual time: call vi.useRealTimers() (in Jest " +
      "jest.useRealTimers(), in Sinon clock.restore()) before a virtual process starts. It has virtual time without them.",
  );
}
