/**
 * How large the buffers of a new socket are, and how the send buffer follows the congestion window.
 *
 * Read first: tcp(7), tcp_wmem and tcp_rmem; Linux's tcp_sndbuf_expand.
 */
import type { Socket } from "../../socket/socket.ts";
import { nth } from "./settings.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

/** What a segment costs beside its data, roughly as Linux counts it. */
const SEGMENT_OVERHEAD_BYTES = 640;
const OBJECT_BYTES = 256;

export function initialBuffers({ settings }: Tcp, socket: Socket): void {
  socket.sendLimitBytes = nth(settings.wmem, 1);
  socket.receiveLimitBytes = nth(settings.rmem, 1);
}

/** Room for twice the congestion window: while one is acknowledged, the user fills the next. */
export function growSendBuffer({ options, cwnd, mss, socket, tcp }: Tcb): void {
  if (socket === null || options.isSendBufferFixed) return;
  const segments = Math.max(10, Math.ceil(cwnd / mss));
  const perSegment = (1 << (32 - Math.clz32(mss + SEGMENT_OVERHEAD_BYTES - 1))) + OBJECT_BYTES;
  const wanted = Math.min(2 * segments * perSegment, nth(tcp.settings.wmem, 2));
  if (wanted > socket.sendLimitBytes) socket.sendLimitBytes = wanted;
}
