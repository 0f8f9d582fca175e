/**
 * What one ACK has brought: filled in by ack.ts and scoreboard.ts, read by loss recovery and congestion control.
 *
 * There is one record for all ACKs of a process: it is good until the ACK has been taken in.
 */
export class AckNews {
  /** By the acknowledgment number. */
  ackedBytes = 0;
  /** Of these, what no SACK block had told of. */
  newlyAckedBytes = 0;
  /** By SACK blocks, for the first time, or by a duplicate ACK without them. */
  sackedBytes = 0;
  /** Marked as lost upon this ACK. */
  lostBytes = 0;
  /** FlightSize and pipe before it. */
  flightBytes = 0;
  pipeBytes = 0;
  /** Since the latest of what it acknowledges was sent, if that was sent once; -1: unknown. */
  rttNs = -1;
  /** Since the first of what was newly acknowledged was sent, in which a delayed ACK counts; -1: unknown. */
  oldestRttNs = -1;
  /** RFC 2883: the first block tells of something that came twice. */
  isDuplicateSack = false;
  /** RFC 5682: it covers data that were in flight at the timeout, and were sent only once. */
  hasOriginal = false;
  /** RFC 5681 §2: a duplicate ACK. */
  isDuplicate = false;
  /** RFC 3168: the peer echoes a mark. */
  isMarked = false;
  /** TSecr; null: there is none. */
  echo: number | null = null;

  get deliveredBytes(): number {
    return this.newlyAckedBytes + this.sackedBytes;
  }

  begin(flightBytes: number, pipeBytes: number): void {
    this.ackedBytes = 0;
    this.newlyAckedBytes = 0;
    this.sackedBytes = 0;
    this.lostBytes = 0;
    this.flightBytes = flightBytes;
    this.pipeBytes = pipeBytes;
    this.rttNs = -1;
    this.oldestRttNs = -1;
    this.isDuplicateSack = false;
    this.hasOriginal = false;
    this.isDuplicate = false;
    this.isMarked = false;
    this.echo = null;
  }
}
