/**
 * PPP's frames on a serial line: what goes out is shortened, stuffed and queued, what comes in is found and expanded.
 *
 * Read first: wire/hdlc.ts, header.ts. Control packets go before those of the interface, and wait here when the line is
 * busy; the interface has a queue of its own, and waits with the next packet until writable().
 */
import { countDrop, type Machine } from "../../base/machine.ts";
import { Ring } from "../../base/ring.ts";
import { ACCM_ALL, Deframer, type DeframerClient, encode, type FramingFault } from "../../wire/hdlc.ts";
import type { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";
import type { SerialClient, SerialEnd } from "../serial.ts";
import { compress, expand } from "./header.ts";
import type { Permission } from "./lcp.ts";

/** So many control packets wait for the line; a peer that asks for more gets no answer. */
const CONTROLS_MAX = 64;

const FAULT_COUNTERS: Readonly<Record<FramingFault, string>> = {
  "bad-fcs": "PppFcsErrors",
  "too-short": "PppShortFrames",
  "too-long": "PppLongFrames",
  aborted: "PppAbortedFrames",
};

export interface PppLineClient {
  /** A frame has arrived; it has its whole header. */
  arrived(packet: Packet): void;
  /** Bytes have arrived that are no frame. */
  error(counter: string, bytes: number): void;
  /** The line can take a packet of the interface. */
  writable(): void;
  carrierChanged(carrier: boolean): void;
}

export class PppLine implements SerialClient, DeframerClient {
  readonly #machine: Machine;
  readonly #end: SerialEnd;
  readonly #client: PppLineClient;
  readonly #deframer: Deframer;
  readonly #controls: Ring<Uint8Array> = new Ring<Uint8Array>(CONTROLS_MAX);
  /** The interface's packet whose bytes are leaving. */
  #sending: Packet | null = null;
  #hadCarrier = false;

  constructor(machine: Machine, end: SerialEnd, mru: number, client: PppLineClient) {
    this.#machine = machine;
    this.#end = end;
    this.#client = client;
    this.#deframer = new Deframer(this, mru + ppp.HEADER_LENGTH);
  }

  open(label: string): void {
    this.#end.open(this, label);
    this.carrierChanged();
  }

  get ready(): boolean {
    return this.#end.ready && this.#controls.length === 0;
  }

  /** Takes a packet of the interface, while ready. */
  send(packet: Packet, permission: Permission): void {
    this.#sending = packet;
    this.#end.write(onLine(packet, permission));
  }

  /** Takes a control packet at any time. */
  sendControl(packet: Packet, permission: Permission): void {
    const bytes = onLine(packet, permission);
    if (this.#end.ready) this.#end.write(bytes);
    else if (!this.#controls.push(bytes)) countDrop(this.#machine, "PppControlsFull", bytes.length);
  }

  // ---- SerialClient ----

  receive(bytes: Uint8Array): void {
    this.#deframer.input(bytes);
  }

  writable(): void {
    this.#sending?.release();
    this.#sending = null;
    const control = this.#controls.shift();
    if (control !== undefined) this.#end.write(control);
    if (this.ready) this.#client.writable();
  }

  carrierChanged(): void {
    const { carrier } = this.#end;
    if (carrier === this.#hadCarrier) return;
    this.#hadCarrier = carrier;
    this.#deframer.reset();
    this.#controls.clear();
    this.#client.carrierChanged(carrier);
  }

  // ---- DeframerClient ----

  frame(bytes: Uint8Array): void {
    const packet = expand(bytes);
    if (packet === undefined) this.#client.error("PppBadFrames", bytes.length);
    else this.#client.arrived(packet);
  }

  fault(fault: FramingFault, bytes: number): void {
    this.#client.error(FAULT_COUNTERS[fault], bytes);
  }
}

function onLine(packet: Packet, permission: Permission): Uint8Array {
  // RFC 1662 §7: LCP's packets are sent as if nothing had been agreed.
  const isLcp = ppp.protocol(packet.view, packet.start) === ppp.PROTOCOL_LCP;
  return encode(compress(packet.copyBytes(), permission), isLcp ? ACCM_ALL : permission.accm);
}
