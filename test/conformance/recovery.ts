/**
 * What the RFCs of recovery, congestion control, timestamps, ECN and fast open require, in our words. Where they ask for something
 * without capital letters, its number is REC.
 */
import { type Requirement, type Row, requirements } from "./requirement.ts";

const ROWS: Readonly<Record<number, readonly Row[]>> = {
  2018: [
    ["2", "MUST", "SACK-permitted comes in SYN alone"],
    ["4", "SHOULD-1", "while something waits, each ACK says so"],
    ["4", "MUST", "the first block is the one that has changed last"],
    ["4", "SHOULD-2", "as many blocks as there is room for, with those that were told last"],
    ["5", "REC", "what the peer has is not sent again"],
    [
      "5",
      "SHOULD",
      "after a timeout nothing that was selectively acknowledged counts",
      "RFC 6675 §5.1 turned this round: it counts, unless the first segment shows that the peer has given up what it had.",
    ],
    ["5", "MUST", "after a timeout the first segment goes again, whatever was said of it"],
    ["8", "MUST", "what was selectively acknowledged is kept until it is acknowledged"],
  ],
  2883: [
    ["4", "REC-1", "the first block tells of what came twice, once for each segment"],
    ["4", "REC-2", "the block around it follows, where it waits"],
    ["4.2", "REC", "of a segment that has come in part, that part is told; of two parts the first"],
    ["5", "REC", "the sender knows it by its place: below the acknowledgment, or within the second block"],
  ],
  3168: [
    ["6.1.1", "REC", "SYN asks with ECE and CWR, SYN-ACK agrees with ECE alone"],
    ["6.1.2", "MUST-1", "an echo of a mark reduces the window as a loss does"],
    ["6.1.2", "SHOULD", "once in a window of data"],
    ["6.1.2", "MUST-2", "CWR goes with the next new data"],
    ["6.1.3", "REC", "the receiver echoes a mark in each ACK until CWR comes"],
    ["6.1.4", "MUST", "ACKs without data are not ECT"],
    ["6.1.5", "MUST", "what is sent again is not ECT"],
  ],
  3042: [
    ["2", "SHOULD", "each of the first two duplicate ACKs lets a new segment go"],
    ["2", "MUST-1", "the window does not grow by that"],
    ["2", "MUST-2", "with SACK only those that tell of something new"],
  ],
  3522: [
    ["3.2", "REC-1", "an echo that is older than the retransmission: what was sent first has arrived"],
    ["3.2", "REC-2", "one that is not: it was needed"],
  ],
  4015: [
    ["3", "REC-1", "after a timeout that was not needed the window and ssthresh are what they were"],
    ["3", "REC-2", "and nothing of what is in flight goes again"],
    [
      "3",
      "REC-3",
      "the timer begins anew with the round trip that was too long for it",
      "As on Linux that round trip is a sample like any other, and the back-off is undone.",
    ],
  ],
  5681: [
    ["3.1", "MUST-1", "slow start and congestion avoidance"],
    ["3.1", "MUST-2", "the initial window is at most four segments", "Ten, as RFC 6928 and Linux have it."],
    ["3.1", "SHOULD", "ssthresh begins as high as it may"],
    ["3.1", "MUST-3", "a loss sets ssthresh to at most half of what is in flight, and at least two segments"],
    ["3.1", "MUST-4", "a timeout leaves a window of one segment"],
    ["3.2", "SHOULD-1", "the third duplicate ACK sends again at once"],
    ["3.2", "SHOULD-2", "the first two let a new segment go (RFC 3042)"],
    ["4.1", "SHOULD", "after a pause longer than the RTO the window is at most that of the beginning"],
    ["4.2", "MUST", "an ACK waits for at most half a second"],
    ["4.2", "SHOULD-1", "every second full segment is acknowledged"],
    ["4.2", "SHOULD-2", "what comes out of order, and what fills a hole, is acknowledged at once"],
  ],
  5682: [
    ["2.1", "REC-1", "the first ACK after a timeout: two new segments go, and nothing again"],
    ["2.1", "REC-2", "a duplicate ACK then: the losses are real"],
    ["2.1", "REC-3", "new data acknowledged then: the timeout was spurious, and is undone"],
    ["3.1", "REC", "with SACK: whatever was sent once, before the timeout, and arrives says so too"],
  ],
  6298: [
    ["2", "SHOULD-1", "RTO is a second before anything is measured"],
    ["2", "MUST", "SRTT and RTTVAR with gains of 1/8 and 1/4, RTTVAR first"],
    ["2", "SHOULD-2", "RTO is at least a second", "200 ms above the round trip, as on Linux."],
    ["2", "MAY", "RTO is at most so long, if that is 60 s or more"],
    ["3", "MUST", "nothing is measured of what was sent twice, unless timestamps tell"],
    ["5", "MUST-1", "the timer doubles"],
    ["5", "REC", "it starts again on an ACK of new data, and stops when all is acknowledged"],
    ["5", "MUST-2", "where SYN was sent again and nothing is measured, data begin with 3 s"],
  ],
  6582: [
    [
      "3.2",
      "REC-1",
      "duplicates of what was in flight at the last loss begin no recovery: one reduction for each window",
    ],
    [
      "3.2",
      "REC-2",
      "a partial ACK: the next segment goes again at once, and the window shrinks by what was acknowledged",
    ],
    ["3.2", "REC-3", "the full acknowledgment leaves a window of at most ssthresh, and makes no burst"],
    ["3.2", "REC-4", "a timeout ends fast recovery"],
    [
      "3.2",
      "REC-5",
      "the first partial ACK starts the timer again, the others do not",
      "As on Linux each does: its slow but steady variant (§4).",
    ],
  ],
  6675: [
    ["4", "REC-1", "IsLost: three segments above, or more than two segments' worth of bytes"],
    ["4", "REC-2", "NextSeg: what is lost, then new data, then what may be lost"],
    ["4", "SHOULD", "NextSeg: once in a recovery the end of the flight"],
    ["5", "MUST", "recovery ends with the acknowledgment of all that was in flight"],
    ["5", "SHOULD", "as long as the pipe is smaller than the window, segments leave"],
    ["5.1", "SHOULD", "after a timeout what the peer has is not sent again"],
  ],
  6937: [
    ["3", "REC-1", "in recovery segments leave in proportion to those that arrive"],
    [
      "3",
      "REC-2",
      "where the pipe is below ssthresh, one for each that arrives, and slow start while the front moves (SSRB)",
    ],
  ],
  7323: [
    ["2.2", "MUST-1", "the window of SYN is not scaled"],
    ["2.2", "MUST-2", "scaling needs both sides"],
    ["2.3", "MUST", "a shift of more than 14 is taken for 14"],
    ["2.4", "MUST", "a window that shrinks is no fault, and is heeded"],
    ["3.2", "MUST", "once agreed on, each segment has timestamps"],
    ["3.2", "SHOULD", "one without them is dropped", "As on Linux it is taken: H22."],
    ["3.2", "MUST-2", "a reset needs none"],
    ["4.3", "MUST", "TS.Recent moves only with a segment that covers what was acknowledged last"],
    ["5.3", "MUST", "PAWS: what is older is answered and not taken"],
    ["5.5", "SHOULD", "after 24 idle days nothing is too old"],
  ],
  7413: [
    ["4.1.2", "REC-1", "a cookie is a keyed function of the client's address, and always the same"],
    ["4.1.2", "REC-2", "keys can be changed; a cookie of the old one is taken, and replaced"],
    ["4.1.3", "REC", "the client asks for a cookie, and keeps it with the MSS"],
    ["4.2.1", "REC", "a SYN that is sent again has neither cookie nor data"],
    [
      "4.2.2",
      "REC-1",
      "a wrong cookie: the data are not taken, a good one is given, and the handshake goes on as ever",
    ],
    ["4.2.2", "REC-2", "with a good one the data are given to the user at once, who may answer"],
    ["5.1", "REC", "no more than so many at a time; who was reset keeps his place for a while"],
    ["7.1", "REC", "a path that loses such SYNs is not tried for a while"],
  ],
  7661: [
    ["4.3", "REC", "a window that is not used does not grow"],
    [
      "4.4",
      "REC",
      "and is kept for five minutes",
      "As on Linux (RFC 2861) it comes half the way down to what is used with each RTO.",
    ],
  ],
  8985: [
    [
      "4",
      "MUST",
      "SACK, and the time of the last transmission of each segment, finer than a quarter of the round trip",
    ],
    ["6.2", "REC-1", "what comes too soon for a retransmission is the original's"],
    [
      "6.2",
      "REC-2",
      "the reordering window is nothing before reordering is seen and three segments have arrived, then a quarter of the least round trip",
    ],
    ["6.2", "REC-3", "it grows with each round trip in which a D-SACK comes, up to SRTT"],
    ["6.2", "REC-4", "what was sent that long before something that has arrived is lost, a retransmission too"],
    ["6.3", "MUST", "after a timeout only the first segment and what is overdue is lost"],
    ["7.2", "REC", "a probe after two round trips, later where one segment alone may wait for its ACK"],
    ["7.3", "REC", "new data are the probe, else the highest segment"],
    ["7.4", "MUST", "a loss that the probe has mended reduces the window"],
  ],
  9406: [
    [
      "4.2",
      "REC-1",
      "slow start ends when the least round trip of a round is longer by an eighth, between 4 and 16 ms",
    ],
    ["4.2", "REC-2", "eight samples in a round at least"],
    ["4.2", "REC-3", "conservative slow start: a quarter of the pace for five rounds, then congestion avoidance"],
    ["4.2", "REC-4", "a round trip that shrinks again: slow start goes on"],
    [
      "4.3",
      "SHOULD",
      "only the first slow start",
      "As with Linux's Hystart the later ones too: after a timeout ssthresh mostly ends them before.",
    ],
  ],
  9438: [
    ["4.2", "REC", "the window is a cubic function of time around the window of the last loss"],
    ["4.2", "REC-2", "by no more than half of it in a round trip"],
    ["4.3", "REC", "where Reno would be faster, it is followed"],
    ["4.6", "REC", "0.7 of the window is left after a loss, and at least two segments"],
    ["4.7", "REC", "fast convergence"],
    ["4.8", "REC", "after a timeout a new epoch begins behind slow start"],
    ["4.9", "REC", "a loss that was none is undone"],
    ["5.8", "REC", "time in which nothing is sent does not count"],
    ["4.10", "REC", "slow start by HyStart++"],
  ],
};

export const RECOVERY: readonly Requirement[] = Object.entries(ROWS).flatMap(([rfc, rows]) =>
  requirements(Number(rfc), rows),
);
