/**
 * How much more arrives at once than the bandwidth says: wireless links, busy receivers and jitter let ACKs come in clumps.
 *
 * Read first: draft-ietf-ccwg-bbr (version 3), §5.5.9. Who aims at one bandwidth–delay product adds it, or the pipe runs dry between clumps.
 */

const NS_PER_SECOND = 1_000_000_000;
/** The most of so many rounds counts, once the bandwidth is known. */
const ROUNDS = 10;

export class Aggregation {
  /** Of the older and the newer half of the rounds. */
  #most: [number, number] = [0, 0];
  #turnRound = 0;
  #sinceNs = 0;
  #deliveredBytes = 0;

  get bytes(): number {
    return Math.max(this.#most[0], this.#most[1]);
  }

  /** An ACK has delivered so many bytes, at a connection that has found that bandwidth. */
  note(nowNs: number, deliveredBytes: number, bytesPerSecond: number, cwnd: number): void {
    let expectedBytes = (bytesPerSecond * (nowNs - this.#sinceNs)) / NS_PER_SECOND;
    if (this.#deliveredBytes <= expectedBytes) {
      // No faster than expected: a clump may begin here.
      this.#deliveredBytes = 0;
      this.#sinceNs = nowNs;
      expectedBytes = 0;
    }
    this.#deliveredBytes += deliveredBytes;
    const extra = Math.min(this.#deliveredBytes - expectedBytes, cwnd);
    this.#most[1] = Math.max(this.#most[1], extra);
  }

  /** A round has begun. In Startup the bandwidth grows, and only the last round counts. */
  beginRound(rounds: number, isStartup: boolean): void {
    if (rounds - this.#turnRound < (isStartup ? 1 : ROUNDS / 2)) return;
    this.#turnRound = rounds;
    this.#most = [isStartup ? 0 : this.#most[1], 0];
  }
}
