/**
 * The clock of one host: how its time of day and the rate of its oscillator differ from the world's.
 *
 * Read first: clock_gettime(2), adjtimex(8). World time is true; what programs of the host are told, and what they wait for, is
 * local time, both in ns since the world's start. Protocols keep true time: what a drift would do to their timers is lost in
 * their tolerances.
 */
import { assert } from "./assert.ts";
import { END_OF_TIME_NS } from "./scheduler.ts";

export interface ClockOptions {
  /** How far the time of day is ahead of the world's, in whole ms; negative: behind. Default 0. */
  readonly skewMs?: number;
  /** How much faster the clock runs, in millionths; negative: slower. Within ±100,000. Default 0. */
  readonly driftPpm?: number;
}

const DRIFT_PPM_MAX = 100_000;

export class HostClock {
  /** Its time of day at the world's start, in ms since 1970. */
  readonly epochMs: number;
  readonly driftPpm: number;

  constructor(epochMs: number, { skewMs = 0, driftPpm = 0 }: ClockOptions = {}) {
    if (!Number.isSafeInteger(skewMs) || epochMs + skewMs < 0) {
      throw new RangeError(`skewMs is a whole number of ms that leaves the time of day after 1970, not ${skewMs}`);
    }
    if (!(Math.abs(driftPpm) <= DRIFT_PPM_MAX)) {
      throw new RangeError(`driftPpm is a number within ±${DRIFT_PPM_MAX}, not ${driftPpm}`);
    }
    this.epochMs = epochMs + skewMs;
    this.driftPpm = driftPpm;
  }

  /** What the clock has counted at that time of the world. */
  localNs(worldNs: number): number {
    return this.driftPpm === 0 ? worldNs : worldNs + Math.floor((worldNs * this.driftPpm) / 1e6);
  }

  /** The first time of the world at which the clock has counted so much. */
  worldNs(localNs: number): number {
    if (this.driftPpm === 0 || !Number.isFinite(localNs)) return localNs;
    let worldNs = Math.ceil(localNs / (1 + this.driftPpm / 1e6));
    // Beyond the end of virtual time nothing is exact, nor has to be.
    if (Math.max(worldNs, localNs) > END_OF_TIME_NS) return worldNs;
    while (this.localNs(worldNs) < localNs) worldNs++;
    while (worldNs > 0 && this.localNs(worldNs - 1) >= localNs) worldNs--;
    assert(this.localNs(worldNs) >= localNs, "a clock never goes back");
    return worldNs;
  }

  /** When, in the world's time, the clock will have counted so much more than now. */
  after(nowNs: number, delayNs: number): number {
    return this.driftPpm === 0 ? nowNs + delayNs : this.worldNs(this.localNs(nowNs) + delayNs);
  }
}
