/**
 * The text of /proc/net/tcp and /proc/net/tcp6. Read first: proc(5); Linux's get_tcp4_sock and get_tcp6_sock.
 *
 * Addresses are written as Linux writes them: each four bytes as one little-endian number in hexadecimal.
 */
import type { ConnectionSnapshot } from "../inet/tcp/snapshot.ts";
import { IpAddress } from "../wire/ip-address.ts";

const HEAD_V4 = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const HEAD_V6 =
  "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
/** Linux fills each line of tcp with blanks up to so many characters. */
const LINE_WIDTH_V4 = 149;

export function tcpText(connections: readonly ConnectionSnapshot[], protocol: "tcp" | "tcp6"): string {
  const isV4 = protocol === "tcp";
  const lines = connections.filter((each) => each.protocol === protocol).map((each, index) => line(each, index));
  return [isV4 ? HEAD_V4 : HEAD_V6, ...lines].map((text) => `${isV4 ? text.padEnd(LINE_WIDTH_V4) : text}\n`).join("");
}

function line(each: ConnectionSnapshot, index: number): string {
  const local = endpoint(each.localAddress, each.localPort, each.protocol);
  const remote = endpoint(each.remoteAddress, each.remotePort ?? 0, each.protocol);
  const queues = `${hex(each.sendQueueBytes, 8)}:${hex(each.receiveQueueBytes, 8)}`;
  const retransmits = hex(each.info?.retransmits ?? 0, 8);
  const uid = String(each.uid).padStart(5);
  const rest = `00:00000000 ${retransmits} ${uid}        0 ${each.inode} 1 0000000000000000`;
  const numbers = each.info === null ? "" : ` ${each.info.snd_cwnd} -1`;
  return `${String(index).padStart(4)}: ${local} ${remote} ${hex(each.stateNumber, 2)} ${queues} ${rest}${numbers}`;
}

function endpoint(address: string | null, port: number, protocol: "tcp" | "tcp6"): string {
  const parsed = IpAddress.parse(address ?? (protocol === "tcp" ? "0.0.0.0" : "::"));
  const { w0 = 0, w1 = 0, w2 = 0, w3 = 0 } = parsed ?? {};
  const words = protocol === "tcp" ? [w3] : [w0, w1, w2, w3];
  return `${words.map(littleEndian).join("")}:${hex(port, 4)}`;
}

function littleEndian(word: number): string {
  return hex(((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24), 8);
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).toUpperCase().padStart(digits, "0");
}
