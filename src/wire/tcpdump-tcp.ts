/**
 * A TCP segment in the words of `tcpdump -n -t -S`: sequence numbers are absolute, as one line knows no other.
 *
 * Read first: tcpdump(8), "TCP Packets".
 */
import * as tcp from "./tcp.ts";
import * as tcpOptions from "./tcp-options.ts";

/** In tcpdump's order. */
const FLAG_LETTERS: readonly (readonly [number, string])[] = [
  [tcp.FIN, "F"],
  [tcp.SYN, "S"],
  [tcp.RST, "R"],
  [tcp.PSH, "P"],
  [tcp.ACK, "."],
  [tcp.URG, "U"],
  [tcp.ECE, "E"],
  [tcp.CWR, "W"],
];

const PORTS_BYTES = 4;

/** What the IP header says of the segment. */
export interface SegmentPayload {
  readonly source: string;
  readonly destination: string;
  /** Bytes that the IP header promises. */
  readonly length: number;
  /** Bytes that were captured; never more. */
  readonly captured: number;
}

export function describeTcp(view: DataView, offset: number, payload: SegmentPayload): string {
  const { source, destination, length, captured } = payload;
  if (captured < PORTS_BYTES) return `${source} > ${destination}: [|tcp]`;
  const from = `${source}.${tcp.sourcePort(view, offset)}`;
  const ends = `${from} > ${destination}.${tcp.destinationPort(view, offset)}:`;
  if (captured < tcp.HEADER_LENGTH) return `${ends} [|tcp]`;
  const header = tcp.parse(view, offset);
  if (header.headerLength < tcp.HEADER_LENGTH) return `${ends} tcp ${header.headerLength} [bad hdr length]`;
  if (header.headerLength > length)
    return `${ends} tcp ${header.headerLength} [bad hdr length - too long, > ${length}]`;
  const dataLength = length - header.headerLength;
  const parts = [
    `Flags [${flagLetters(header.flags)}]`,
    sequenceText(header, dataLength),
    (header.flags & tcp.ACK) === 0 ? "" : `ack ${header.acknowledgment}`,
    `win ${header.window}`,
    (header.flags & tcp.URG) === 0 ? "" : `urg ${header.urgentPointer}`,
    optionsText(view, offset, Math.min(header.headerLength, captured)),
    `length ${dataLength}`,
  ];
  return `${ends} ${parts.filter((part) => part !== "").join(", ")}`;
}

export function flagLetters(flags: number): string {
  const letters = FLAG_LETTERS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  return letters.length === 0 ? "none" : letters.join("");
}

function sequenceText({ sequence, flags }: tcp.Header, dataLength: number): string {
  if (dataLength > 0) return `seq ${sequence}:${(sequence + dataLength) >>> 0}`;
  return (flags & (tcp.SYN | tcp.FIN | tcp.RST)) === 0 ? "" : `seq ${sequence}`;
}

/** The options that mean something; padding is not shown. */
function optionsText(view: DataView, offset: number, headerLength: number): string {
  if (headerLength <= tcp.HEADER_LENGTH) return "";
  const options = tcpOptions.noOptions();
  const isSound = tcpOptions.parse(view, offset + tcp.HEADER_LENGTH, headerLength - tcp.HEADER_LENGTH, options);
  const { mss, sackPermitted, hasTimestamps, timestampValue, timestampEcho, windowScale, sackBlocks, fastOpenCookie } =
    options;
  const blocks = sackBlocks.map(({ start, end }) => `{${start}:${end}}`).join("");
  const texts = [
    mss > 0 ? `mss ${mss}` : "",
    sackPermitted ? "sackOK" : "",
    hasTimestamps ? `TS val ${timestampValue} ecr ${timestampEcho}` : "",
    windowScale >= 0 ? `wscale ${windowScale}` : "",
    fastOpenCookie === null ? "" : `tfo  ${cookieWords(fastOpenCookie)}`,
    sackBlocks.length > 0 ? `sack ${sackBlocks.length} ${blocks}` : "",
    isSound ? "" : "[bad opt]",
  ];
  return `options [${texts.filter((text) => text !== "").join(",")}]`;
}

function cookieWords(cookie: Uint8Array): string {
  return cookie.length === 0 ? "cookiereq" : `cookie ${tcpOptions.cookieText(cookie)}`;
}
