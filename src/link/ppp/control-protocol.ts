/**
 * A control protocol of PPP: the automaton, and the packets that are its events and actions.
 *
 * Read first: RFC 1661 §5; fsm.ts. LCP, IPCP and IPV6CP are this with a Negotiator each, who knows the options.
 * Order: input() → which event is it? → automaton.happen() → #act() → packets, or the negotiator's up() and down().
 */
import type { Machine } from "../../base/machine.ts";
import type { ControlOption, ControlPacket } from "../../wire/ppp-control.ts";
import * as control from "../../wire/ppp-control.ts";
import { Automaton, type PppAction, type PppState } from "./fsm.ts";

/** RFC 1661 §4.6: so many Naks without getting nearer, then Rejects. */
const MAX_FAILURE = 5;
const NAKS_TAKEN_MAX = 10;

/** What is answered to the options of a peer. */
export interface Judgement {
  readonly code: typeof control.CONFIGURE_ACK | typeof control.CONFIGURE_NAK | typeof control.CONFIGURE_REJECT;
  readonly options: readonly ControlOption[];
}

/** What one protocol knows of its options. */
export interface Negotiator {
  /** A negotiation begins: everything is as before the first one. */
  reset(): void;
  /** The options of the next request. */
  request(): readonly ControlOption[];
  /** Judges one option of the peer: true, or a better value for it, or "reject" when it is not negotiated at all. */
  judge(option: ControlOption): true | "reject" | Uint8Array;
  /** Options that the peer has left out, and shall not. */
  missing(options: readonly ControlOption[]): readonly ControlOption[];
  /** The peer's options were acknowledged: they are in force. */
  accepted(options: readonly ControlOption[]): void;
  /** The peer wants other values, or knows nothing of these options. */
  naked(options: readonly ControlOption[]): void;
  rejected(options: readonly ControlOption[]): void;
  up(): void;
  down(): void;
  finished(): void;
  /** Packets with codes that are this protocol's own; false for those that are nobody's. */
  extra(packet: ControlPacket): boolean;
}

export class ControlProtocol {
  readonly automaton: Automaton;
  readonly #negotiator: Negotiator;
  readonly #send: (bytes: Uint8Array) => void;
  #identifier = 0;
  /** Of the request that has not been answered yet. */
  #requestId = -1;
  #requested: readonly ControlOption[] = [];
  #answer: { readonly identifier: number; readonly judgement: Judgement } | null = null;
  #naks = 0;
  #naksTaken = 0;
  /** Of the packet at hand: what "sta", "scj" and "ser" answer. */
  #received: ControlPacket | null = null;

  /** `send` takes a packet without its protocol number. */
  constructor(label: string, machine: Machine, negotiator: Negotiator, send: (bytes: Uint8Array) => void) {
    this.#negotiator = negotiator;
    this.#send = send;
    this.automaton = new Automaton(label, machine.scheduler, (action) => this.#act(action));
  }

  get state(): PppState {
    return this.automaton.state;
  }

  /** The protocol may be used, or no longer: an administrator says so. */
  open(): void {
    if (this.state === "Closed") this.#begin();
    this.automaton.happen("Open");
  }

  close(): void {
    this.automaton.happen("Close");
  }

  /** The layer below is ready, or no longer. */
  lowerUp(): void {
    if (this.state === "Starting") this.#begin();
    this.automaton.happen("Up");
  }

  lowerDown(): void {
    this.automaton.happen("Down");
  }

  /** The peer does not know this protocol at all. */
  protocolRejected(): void {
    this.automaton.happen("RXJ-");
  }

  /** A packet without its protocol number; false when it is none. */
  input(bytes: Uint8Array): boolean {
    const packet = control.parseControl(bytes);
    if (packet === undefined) return false;
    // RFC 1661 §4.1: in Initial and Starting nothing can come; what does is from before.
    if (this.state === "Initial" || this.state === "Starting") return true;
    this.#received = packet;
    return this.#sort(packet);
  }

  #sort(packet: ControlPacket): boolean {
    switch (packet.code) {
      case control.CONFIGURE_REQUEST:
        return this.#requestArrives(packet);
      case control.CONFIGURE_ACK:
      case control.CONFIGURE_NAK:
      case control.CONFIGURE_REJECT:
        return this.#answerArrives(packet);
      case control.TERMINATE_REQUEST:
        this.automaton.happen("RTR");
        return true;
      case control.TERMINATE_ACK:
        this.automaton.happen("RTA");
        return true;
      case control.CODE_REJECT: {
        // RFC 1661 §5.6: that of a code without which nothing works is catastrophic.
        const code = packet.data[0] ?? 0;
        this.automaton.happen(code >= control.CONFIGURE_REQUEST && code <= control.CODE_REJECT ? "RXJ-" : "RXJ+");
        return true;
      }
    }
    if (!this.#negotiator.extra(packet)) this.automaton.happen("RUC");
    return true;
  }

  #requestArrives({ identifier, data }: ControlPacket): boolean {
    const options = control.parseOptions(data);
    if (options === undefined) return false;
    const { state } = this;
    // RFC 1661 §4.3 (tld) and §4.4: a request in Opened or Stopped begins everything anew.
    if (state === "Stopped") this.#begin();
    const judgement = this.#judge(options);
    this.#answer = { identifier, judgement };
    this.automaton.happen(judgement.code === control.CONFIGURE_ACK ? "RCR+" : "RCR-");
    return true;
  }

  /** RFC 1661 §5.3 and §5.4: rejects first, alone; then Naks, alone; else everything is acknowledged as it is. */
  #judge(options: readonly ControlOption[]): Judgement {
    const verdicts = options.map((option) => ({ option, verdict: this.#negotiator.judge(option) }));
    const rejected = verdicts.filter(({ verdict }) => verdict === "reject").map(({ option }) => option);
    if (rejected.length > 0) return { code: control.CONFIGURE_REJECT, options: rejected };
    const better = verdicts.flatMap(({ option: { type }, verdict }) =>
      typeof verdict === "object" ? [{ type, data: verdict }] : [],
    );
    const wanted = [...better, ...this.#negotiator.missing(options)];
    if (wanted.length === 0) return { code: control.CONFIGURE_ACK, options };
    if (++this.#naks <= MAX_FAILURE) return { code: control.CONFIGURE_NAK, options: wanted };
    // RFC 1661 §4.6: it does not converge. What the peer has not offered can't be rejected.
    const offered = options.filter(({ type }) => better.some((other) => other.type === type));
    return offered.length === 0
      ? { code: control.CONFIGURE_ACK, options }
      : { code: control.CONFIGURE_REJECT, options: offered };
  }

  #answerArrives({ code, identifier, data }: ControlPacket): boolean {
    const options = control.parseOptions(data);
    // RFC 1661 §5.2 to §5.4: an answer to another request is silently discarded.
    if (options === undefined || identifier !== this.#requestId) return false;
    if (code === control.CONFIGURE_ACK) {
      const isSame = sameBytes(data, control.emitOptions(this.#requested));
      if (isSame) this.#answered("RCA");
      return isSame;
    }
    const known = options.filter(({ type }) => this.#requested.some((requested) => requested.type === type));
    // A peer that is never content would keep the two of us talking for ever: pppd's rnakloops.
    const isTaken = code === control.CONFIGURE_NAK && ++this.#naksTaken <= NAKS_TAKEN_MAX;
    if (isTaken) this.#negotiator.naked(options);
    else this.#negotiator.rejected(known);
    this.#answered("RCN");
    return true;
  }

  #answered(event: "RCA" | "RCN"): void {
    // In Opened a second answer to one request would end the session: it is not awaited any more.
    this.#requestId = -1;
    this.automaton.happen(event);
  }

  #act(action: PppAction): void {
    switch (action) {
      case "scr":
        this.#requested = this.#negotiator.request();
        this.#requestId = this.#nextIdentifier();
        this.#emit(control.CONFIGURE_REQUEST, this.#requestId, control.emitOptions(this.#requested));
        return;
      case "sca":
      case "scn":
        this.#sendAnswer();
        return;
      case "str":
        this.#emit(control.TERMINATE_REQUEST, this.#nextIdentifier(), NO_DATA);
        return;
      case "sta":
        this.#emit(control.TERMINATE_ACK, this.#received?.identifier ?? 0, NO_DATA);
        return;
      case "scj":
        if (this.#received !== null) {
          const rejected = control.emitControl(this.#received).subarray(0, REJECTED_MAX_BYTES);
          this.#emit(control.CODE_REJECT, this.#nextIdentifier(), rejected);
        }
        return;
      case "ser":
        return;
      case "tlu":
        this.#forget();
        this.#negotiator.up();
        return;
      case "tld":
        this.#negotiator.down();
        this.#negotiator.reset();
        return;
      case "tls":
        return;
      case "tlf":
        this.#negotiator.finished();
        return;
    }
  }

  /** What an earlier negotiation has come to, what the peer has refused above all, is no longer true. */
  #begin(): void {
    this.#forget();
    this.#negotiator.reset();
  }

  #forget(): void {
    this.#naks = 0;
    this.#naksTaken = 0;
  }

  #sendAnswer(): void {
    if (this.#answer === null) return;
    const { identifier, judgement } = this.#answer;
    if (judgement.code === control.CONFIGURE_ACK) this.#negotiator.accepted(judgement.options);
    this.#emit(judgement.code, identifier, control.emitOptions(judgement.options));
  }

  #nextIdentifier(): number {
    this.#identifier = (this.#identifier + 1) & 0xff;
    return this.#identifier;
  }

  #emit(code: number, identifier: number, data: Uint8Array): void {
    this.#send(control.emitControl({ code, identifier, data }));
  }
}

const NO_DATA = new Uint8Array(0);
/** RFC 1661 §5.6: the rejected packet is cut to what the peer can receive; every peer can receive this. */
const REJECTED_MAX_BYTES = 1400;

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
