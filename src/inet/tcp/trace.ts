/**
 * What the trace shows of connections: changes of state, and retransmissions with their cause. Nothing is made unless
 * somebody listens.
 */
import type { FourTuple } from "./isn.ts";
import type { State } from "./state.ts";
import type { Tcb } from "./tcb.ts";
import type { Tcp } from "./tcp.ts";

/** Why a segment is sent again. */
export type RetransmissionCause = "timeout" | "fast" | "partial-ack" | "probe" | "go-back" | "path-mtu";

/** "10.0.0.1:80 10.0.0.2:40000": local, then remote. */
function connectionText({ localAddress, localPort, remoteAddress, remotePort }: FourTuple): string {
  return `${localAddress}:${localPort} ${remoteAddress}:${remotePort}`;
}

export function state(tcb: Tcb, to: State, cause: string): void {
  stateOf(tcb.tcp, tcb, tcb.state, to, cause);
}

export function stateOf({ machine }: Tcp, tuple: FourTuple, from: State, to: State, cause: string): void {
  if (!machine.tracer.on) return;
  machine.tracer.emit(machine.name, { step: "inet/tcp/state", connection: connectionText(tuple), from, to, cause });
}

export function retransmission(tcb: Tcb, seq: number, bytes: number, cause: RetransmissionCause): void {
  const { machine } = tcb.tcp;
  machine.counters.bump("TcpRetransSegs");
  tcb.retransmissions++;
  if (!machine.tracer.on) return;
  const connection = connectionText(tcb);
  machine.tracer.emit(machine.name, { step: "inet/tcp/retransmit", connection, seq, bytes, cause });
}
