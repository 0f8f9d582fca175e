/**
 * A datagram that is made in several calls: MSG_MORE and UDP_CORK hold it back until a call without them.
 *
 * Read first: udp(7), UDP_CORK; send(2), MSG_MORE; Linux's udp_sendmsg (do_append_data). The first call decides where to, the
 * later ones only bring bytes.
 */
import type { IpAddress } from "../../wire/ip-address.ts";
import type { SendOptions } from "../ip/ip.ts";
import type { Path } from "../ip/path.ts";

/** Where a datagram goes, and how. */
export interface Way {
  readonly path: Path;
  readonly source: IpAddress;
  readonly port: number;
  readonly options: SendOptions;
}

export class Corked {
  readonly way: Way;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(way: Way) {
    this.way = way;
  }

  get length(): number {
    return this.#length;
  }

  /** Copies the bytes. */
  append(data: Uint8Array): void {
    this.#pieces.push(new Uint8Array(data));
    this.#length += data.length;
  }

  /** All of it in one piece. */
  join(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
