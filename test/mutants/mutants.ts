/**
 * Mutants: for each hazard that concerns TCP, a change of the code that puts the fault back.
 *
 * `npm run mutants` makes one change at a time and runs the tests that have the hazard's number in their names: at least one
 * must fail, or the test shows nothing. A change is a piece of source text that occurs once in its file, and what takes its
 * place; test/mutants.test.ts sees to it that each still fits.
 */

/** The tests of one hazard, put to the test. */
export interface Mutant {
  /** "H16": as in the names of the tests. */
  readonly hazard: string;
  /** What a stack with this fault does. */
  readonly fault: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const TCP = "src/inet/tcp/";

export const MUTANTS: readonly Mutant[] = [
  {
    hazard: "H1",
    fault: "takes the window of any segment, however old",
    file: `${TCP}ack.ts`,
    find: "  if (!isNewer(tcb, seg)) return false;\n",
    replace: "",
  },
  {
    hazard: "H2",
    fault: "takes a window that has shrunk for a very large one",
    file: `${TCP}room.ts`,
    find: "  return diff(add(snd.una, snd.wnd), snd.nxt);",
    replace: "  return diff(add(snd.una, snd.wnd), snd.nxt) >>> 0;",
  },
  {
    hazard: "H3",
    fault: "counts probes that were answered, and gives up",
    file: `${TCP}ack.ts`,
    find: "  tcb.probes = 0;\n",
    replace: "",
  },
  {
    hazard: "H4",
    fault: "never sends into a small window that is open",
    file: `${TCP}timeouts.ts`,
    find: "  if (sendIntoWindow(tcb)) {",
    replace: '  if (tcb.state === "CLOSED" && sendIntoWindow(tcb)) {',
  },
  {
    hazard: "H5",
    fault: "takes nothing at all while its window is closed",
    file: `${TCP}sequence.ts`,
    find: "!gt(seq, add(nxt, offeredWindow(tcb)))",
    replace: "diff(add(nxt, offeredWindow(tcb)), seq) > 0",
  },
  {
    hazard: "H6",
    fault: "drops a segment whose ACK is old, with its data",
    file: `${TCP}ack.ts`,
    find: "  if (lt(seg.ack, add(snd.una, -snd.maxWnd))) return CHALLENGE;",
    replace: "  if (lt(seg.ack, snd.una)) return drop(null);",
  },
  {
    hazard: "H7",
    fault: "probes with a number that needs no answer",
    file: `${TCP}transmit.ts`,
    find: "Packet.allocate(0), add(tcb.snd.una, -1), 0);",
    replace: "Packet.allocate(0), tcb.snd.una, 0);",
  },
  {
    hazard: "H8",
    fault: "sends its FIN once and never again",
    file: `${TCP}output.ts`,
    find: "  sent.push(segment);",
    replace: "  if (bytes > 0) sent.push(segment);",
  },
  {
    hazard: "H9",
    fault: "changes its state only when the FIN has been sent",
    file: `${TCP}close.ts`,
    find: "  enter(tcb, next, cause);\n  output(tcb);",
    replace: "  if (tcb.sendQueue.end === tcb.snd.nxt) enter(tcb, next, cause);\n  output(tcb);",
  },
  {
    hazard: "H10",
    fault: "takes a FIN whose data was cut off",
    file: `${TCP}text.ts`,
    find: "  const fin = seg.has(wire.FIN) && excess === 0;",
    replace: "  const fin = seg.has(wire.FIN);",
  },
  {
    hazard: "H11",
    fault: "delivers nothing after its own FIN",
    file: `${TCP}state.ts`,
    find: 'return state === "ESTABLISHED" || state === "FIN_WAIT_1" || state === "FIN_WAIT_2";',
    replace: 'return state === "ESTABLISHED";',
  },
  {
    hazard: "H12",
    fault: "closes with unread data as if all had been read",
    file: `${TCP}close.ts`,
    find: 'socket.receiveQueueBytes > 0 && tcb.state !== "CLOSED"',
    replace: 'socket.receiveQueueBytes < 0 && tcb.state !== "CLOSED"',
  },
  {
    hazard: "H13",
    fault: "is in TIME-WAIT before its FIN was acknowledged",
    file: `${TCP}fin.ts`,
    find: '      enter(tcb, "CLOSING", "FIN");\n      break;',
    replace: '      tcp.timeWait(tcb, "FIN");\n      return;',
  },
  {
    hazard: "H14",
    fault: "takes the other half of a simultaneous open for an attack",
    file: `${TCP}sequence.ts`,
    find: "  return isCrossed ? null : CHALLENGE;",
    replace: '  return isCrossed && state === "ESTABLISHED" ? null : CHALLENGE;',
  },
  {
    hazard: "H15",
    fault: "lets TIME-WAIT be ended by a reset",
    file: `${TCP}time-wait.ts`,
    find: "      if (tcp.settings.rfc1337.value === 0) endTimeWait",
    replace: "      endTimeWait",
  },
  {
    hazard: "H16",
    fault: "is reset by any reset in the window",
    file: `${TCP}sequence.ts`,
    find: "  if (seg.seq === tcb.rcv.nxt) return RESET_RECEIVED;",
    replace: "  if (geq(seg.seq, tcb.rcv.nxt)) return RESET_RECEIVED;",
  },
  {
    hazard: "H17",
    fault: "is reset by a SYN in the window",
    file: `${TCP}sequence.ts`,
    find: "  return isCrossed ? null : CHALLENGE;",
    replace: "  return isCrossed ? null : RESET_RECEIVED;",
  },
  {
    hazard: "H18",
    fault: "answers every segment that draws a challenge ACK",
    file: `${TCP}challenge.ts`,
    find: "  if (isTooSoon(tcb.tcp, tcb) || !tcb.tcp.challenges.take(tcb.tcp)) {",
    replace: "  if (tcb.lastChallengeNs === Number.NaN) {",
  },
  {
    hazard: "H19",
    fault: "answers a reset with a reset",
    file: `${TCP}closed.ts`,
    find: "  if (seg.has(wire.RST)) return;\n",
    replace: "",
  },
  {
    hazard: "H20",
    fault: "scales the window of a SYN",
    file: `${TCP}establish.ts`,
    find: "seg.has(wire.SYN) ? seg.wnd : seg.wnd << snd.scale",
    replace: "seg.wnd << snd.scale",
  },
  {
    hazard: "H21",
    fault: "takes a peer that names no MSS for one on Ethernet",
    file: `${TCP}mss.ts`,
    find: "const DEFAULT_MSS_V4 = 536;",
    replace: "const DEFAULT_MSS_V4 = 1460;",
  },
  {
    hazard: "H22",
    fault: "drops what comes without the timestamps that were agreed upon",
    file: `${TCP}sequence.ts`,
    find: "  if (isAcceptable(tcb, seg)) return null;",
    replace:
      "  if (timestamps !== null && !options.hasTimestamps) return drop(null);\n  if (isAcceptable(tcb, seg)) return null;",
  },
  {
    hazard: "H23",
    fault: "keeps the timestamp of a segment that came out of order",
    file: `${TCP}timestamps.ts`,
    find: "!leq(seg.seq, timestamps.lastAckSent) || lt(",
    replace: "lt(",
  },
  {
    hazard: "H24",
    fault: "does not start the timer again when something new is acknowledged",
    file: `${TCP}ack.ts`,
    find: "  else timers.set(RETRANSMIT, pacedRtoNs(tcb));",
    replace: "  else if (!timers.isSet(RETRANSMIT)) timers.set(RETRANSMIT, pacedRtoNs(tcb));",
  },
  {
    hazard: "H25",
    fault: "treats what it has sent as unsent after a timeout",
    file: `${TCP}recovery.ts`,
    find: "  markAllLost(tcb);\n",
    replace: "  snd.nxt = snd.una;\n  markAllLost(tcb);\n",
  },
  {
    hazard: "H26",
    fault: "counts window updates and segments with data as duplicate ACKs",
    file: `${TCP}ack.ts`,
    find: "  return !isUpdate && seg.len === 0 && ",
    replace: "  return ",
  },
  {
    hazard: "H27",
    fault: "has a congestion window that limits nothing",
    file: `${TCP}room.ts`,
    find: "  return cwnd + extra - tcb.pipeBytes;",
    replace: "  return cwnd + extra - tcb.pipeBytes + 0x7fff_ffff;",
  },
  {
    hazard: "H28",
    fault: "lets every ACK wait, however many segments have come",
    file: `${TCP}delayed-ack.ts`,
    find: "  if (unacknowledged > acknowledgment.segmentBytes) {",
    replace: "  if (unacknowledged > 100 * acknowledgment.segmentBytes) {",
  },
  {
    hazard: "H29",
    fault: "opens its window byte by byte",
    file: `${TCP}window.ts`,
    find: "    if (free < full / 16 || free < segment) return 0;\n  }\n  return rcv.scale > 0 ? free : unscaled(free, rcv.wnd, segment, full);",
    replace: "  }\n  return free;",
  },
  {
    hazard: "H30",
    fault: "begins every connection with the same number",
    file: `${TCP}isn.ts`,
    find: "    return (this.hash(tuple, SEQUENCE) + (Math.floor(nowNs / NS_PER_STEP) >>> 0)) >>> 0;",
    replace: "    return (tuple.localPort * 0 + nowNs * 0 + 1) >>> 0;",
  },
  {
    hazard: "H31",
    fault: "resets whoever finds the accept queue full",
    file: `${TCP}listen.ts`,
    find: '    counters.bump("TcpExtListenDrops");\n    return;\n  }\n  const isCookie',
    replace: '    counters.bump("TcpExtListenDrops");\n    replyReset(tcp, seg);\n    return;\n  }\n  const isCookie',
  },
  {
    hazard: "H32",
    fault: "takes a SYN with ECN bits for malformed",
    file: `${TCP}listen.ts`,
    find: "  if (!seg.has(wire.SYN) || seg.has(wire.FIN)) return;",
    replace: "  if (seg.flags !== wire.SYN) return;",
  },
  {
    hazard: "H33",
    fault: "leaves a connection behind that is closed while it connects",
    file: `${TCP}close.ts`,
    find: '    done(tcb, "close");\n  } else {',
    replace: "    tcb.isMoreComing = false;\n  } else {",
  },
  {
    hazard: "H34",
    fault: "ends an established connection for a soft ICMP error",
    file: `${TCP}error.ts`,
    find: "    tcb.softError = errno;\n",
    replace: '    fail(tcb, errno, "ICMP");\n',
  },
  {
    hazard: "H35",
    fault: "sends segments without ACK",
    file: `${TCP}transmit.ts`,
    find: "  const control = flags | wire.ACK | urgent",
    replace: "  const control = flags | (urgent > 0 ? wire.ACK : 0) | urgent",
  },
  {
    hazard: "H36",
    fault: "believes every checksum",
    file: `${TCP}input.ts`,
    find: '  const addresses = isOffloaded ? "offloaded" : arrival;',
    replace: '  const addresses = isOffloaded || arrival.headerLength > 0 ? "offloaded" : arrival;',
  },
  {
    hazard: "H39",
    fault: "compares sequence numbers as if they did not wrap",
    file: "src/base/seq32.ts",
    find: "export function gt(a: number, b: number): boolean {\n  return ((a - b) | 0) > 0;",
    replace: "export function gt(a: number, b: number): boolean {\n  return a > b;",
  },
];
