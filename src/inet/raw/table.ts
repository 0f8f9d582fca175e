/**
 * The raw sockets of one family on one host, and whose affair a datagram is.
 *
 * Read first: Linux's raw_v4_match and raw_v6_match. raw.ts and raw6.ts say what becomes of the datagram.
 */
import type { Interface } from "../../netif/interface.ts";
import type { Socket } from "../../socket/socket.ts";
import type { IpAddress } from "../../wire/ip-address.ts";
import { type RawSnapshot, rawSnapshot } from "./snapshot.ts";

/** What the control blocks of both families have. */
export abstract class RawControlBlock {
  readonly socket: Socket;
  localAddress: IpAddress;
  remote: IpAddress | null = null;
  device: Interface | null = null;

  constructor(socket: Socket, wildcard: IpAddress) {
    this.socket = socket;
    this.localAddress = wildcard;
  }

  get protocol(): number {
    return this.socket.protocol.protocol;
  }

  /** Is what goes between these two, of ours first, its affair? */
  matches(protocol: number, local: IpAddress, remote: IpAddress, through: Interface | null): boolean {
    if (protocol !== this.protocol || (this.device !== null && this.device !== through)) return false;
    if (!this.localAddress.isUnspecified && !this.localAddress.equals(local)) return false;
    return this.remote === null || this.remote.equals(remote);
  }
}

export class RawTable<Pcb extends RawControlBlock> {
  #sockets: readonly Pcb[] = [];

  get isEmpty(): boolean {
    return this.#sockets.length === 0;
  }

  add(pcb: Pcb): void {
    this.#sockets = [...this.#sockets, pcb];
  }

  remove(pcb: Pcb): void {
    this.#sockets = this.#sockets.filter((other) => other !== pcb);
  }

  matching(protocol: number, local: IpAddress, remote: IpAddress, through: Interface | null): readonly Pcb[] {
    return this.#sockets.filter((pcb) => pcb.matches(protocol, local, remote, through));
  }

  snapshot(): readonly RawSnapshot[] {
    return this.#sockets.map(rawSnapshot);
  }
}
