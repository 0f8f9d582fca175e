/**
 * Who is at the other end: PAP, which says the password, and CHAP, which proves to know it.
 *
 * Read first: RFC 1334 §2 (PAP), RFC 1994 (CHAP). Of each there is the side that shows itself (a client) and the side
 * that asks (a server). All four are AuthRoles: start() when LCP is up, input() for each packet, stop() when it goes down; they
 * repeat what got no answer, and tell the end once.
 */
import { TimedEvent } from "../../base/event-queue.ts";
import type { Machine } from "../../base/machine.ts";
import { md5 } from "../../base/md5.ts";
import type { Prng } from "../../base/prng.ts";
import { type ControlPacket, emitControl, parseControl } from "../../wire/ppp-control.ts";
import type { AuthProtocol } from "./lcp.ts";

/** PAP's codes. */
const AUTHENTICATE_REQUEST = 1;
const AUTHENTICATE_ACK = 2;
const AUTHENTICATE_NAK = 3;
/** CHAP's codes. */
const CHALLENGE = 1;
const RESPONSE = 2;
const SUCCESS = 3;
const FAILURE = 4;

const REPEAT_NS = 3_000_000_000;
const REPEATS_MAX = 10;
const CHALLENGE_BYTES = 16;
const DIGEST_BYTES = 16;

export interface Credentials {
  readonly name: string;
  readonly secret: string;
}

export interface AuthParts {
  readonly machine: Machine;
  readonly label: string;
  readonly send: (bytes: Uint8Array) => void;
  /** Called once: may the peer come in, or may we? The name is the peer's, where we have asked. */
  readonly done: (isSuccess: boolean, peerName: string) => void;
}

export interface AuthRole {
  start(): void;
  stop(): void;
  /** False when the packet is none. */
  input(bytes: Uint8Array): boolean;
}

/** The side that shows itself. */
export function makeClient(protocol: AuthProtocol, own: Credentials, parts: AuthParts): AuthRole {
  return protocol === "pap" ? new PapClient(own, parts) : new ChapClient(own, parts);
}

/** The side that asks. `ownName` is whom a challenge names; `secretOf` knows the peers. */
export function makeServer(
  protocol: AuthProtocol,
  ownName: string,
  secretOf: (name: string) => string | undefined,
  parts: AuthParts,
): AuthRole {
  return protocol === "pap" ? new PapServer(secretOf, parts) : new ChapServer(ownName, secretOf, parts);
}

abstract class Role implements AuthRole {
  protected readonly parts: AuthParts;
  readonly #timer: TimedEvent;
  #repeats = 0;
  #isDone = true;

  constructor(parts: AuthParts) {
    this.parts = parts;
    this.#timer = new TimedEvent(`${parts.label} authentication`, () => this.#again());
  }

  start(): void {
    this.#isDone = false;
    this.#repeats = 0;
    this.#again();
  }

  stop(): void {
    this.#isDone = true;
    this.parts.machine.scheduler.events.cancel(this.#timer);
  }

  input(bytes: Uint8Array): boolean {
    const packet = parseControl(bytes);
    return packet !== undefined && this.take(packet);
  }

  /** Sends what is repeated until an answer comes; nothing on the side that waits to be asked. */
  protected abstract ask(): void;
  protected abstract take(packet: ControlPacket): boolean;

  protected finish(isSuccess: boolean, peerName: string = ""): void {
    if (this.#isDone) return;
    this.stop();
    this.parts.done(isSuccess, peerName);
  }

  protected emit(code: number, identifier: number, data: Uint8Array): void {
    this.parts.send(emitControl({ code, identifier, data }));
  }

  #again(): void {
    if (this.#repeats++ === REPEATS_MAX) {
      this.finish(false);
      return;
    }
    this.parts.machine.scheduler.after(this.#timer, REPEAT_NS);
    this.ask();
  }
}

class PapClient extends Role {
  readonly #own: Credentials;
  #identifier = 0;

  constructor(own: Credentials, parts: AuthParts) {
    super(parts);
    this.#own = own;
  }

  protected override ask(): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    const [name, secret] = [bytesOfText(this.#own.name), bytesOfText(this.#own.secret)];
    this.emit(
      AUTHENTICATE_REQUEST,
      this.#identifier,
      joined([Uint8Array.of(name.length), name, Uint8Array.of(secret.length), secret]),
    );
  }

  protected override take({ code, identifier }: ControlPacket): boolean {
    if (code !== AUTHENTICATE_ACK && code !== AUTHENTICATE_NAK) return false;
    if (identifier === this.#identifier) this.finish(code === AUTHENTICATE_ACK);
    return true;
  }
}

class PapServer extends Role {
  readonly #secretOf: (name: string) => string | undefined;

  constructor(secretOf: (name: string) => string | undefined, parts: AuthParts) {
    super(parts);
    this.#secretOf = secretOf;
  }

  protected override ask(): void {}

  protected override take({ code, identifier, data }: ControlPacket): boolean {
    if (code !== AUTHENTICATE_REQUEST) return false;
    const nameLength = data[0] ?? 0;
    const name = textOf(data.subarray(1, 1 + nameLength));
    const secretLength = data[1 + nameLength] ?? 0;
    const secret = data.subarray(2 + nameLength, 2 + nameLength + secretLength);
    if (secret.length !== secretLength) return false;
    const known = this.#secretOf(name);
    const isRight = known !== undefined && sameBytes(bytesOfText(known), secret);
    // RFC 1334 §2.2.2: the answer may have been lost, so the same question gets it again.
    const text = message(isRight);
    this.emit(isRight ? AUTHENTICATE_ACK : AUTHENTICATE_NAK, identifier, joined([Uint8Array.of(text.length), text]));
    this.finish(isRight, name);
    return true;
  }
}

class ChapClient extends Role {
  readonly #own: Credentials;

  constructor(own: Credentials, parts: AuthParts) {
    super(parts);
    this.#own = own;
  }

  protected override ask(): void {}

  protected override take({ code, identifier, data }: ControlPacket): boolean {
    switch (code) {
      case CHALLENGE: {
        const size = data[0] ?? 0;
        const value = data.subarray(1, 1 + size);
        if (size === 0 || value.length !== size) return false;
        const digest = md5(Uint8Array.of(identifier), bytesOfText(this.#own.secret), value);
        this.emit(RESPONSE, identifier, joined([Uint8Array.of(DIGEST_BYTES), digest, bytesOfText(this.#own.name)]));
        return true;
      }
      case SUCCESS:
      case FAILURE:
        this.finish(code === SUCCESS);
        return true;
      default:
        return false;
    }
  }
}

class ChapServer extends Role {
  readonly #ownName: string;
  readonly #secretOf: (name: string) => string | undefined;
  readonly #random: Prng;
  #identifier = 0;
  #challenge: Uint8Array = new Uint8Array(0);

  constructor(ownName: string, secretOf: (name: string) => string | undefined, parts: AuthParts) {
    super(parts);
    this.#ownName = ownName;
    this.#secretOf = secretOf;
    this.#random = parts.machine.random(`${parts.label} challenge`);
  }

  protected override ask(): void {
    this.#identifier = (this.#identifier + 1) & 0xff;
    // RFC 1994 §2.3: each challenge is new, and nobody can tell the next one.
    this.#challenge = Uint8Array.from({ length: CHALLENGE_BYTES }, () => this.#random.below(256));
    this.emit(
      CHALLENGE,
      this.#identifier,
      joined([Uint8Array.of(CHALLENGE_BYTES), this.#challenge, bytesOfText(this.#ownName)]),
    );
  }

  protected override take({ code, identifier, data }: ControlPacket): boolean {
    if (code !== RESPONSE) return false;
    const size = data[0] ?? 0;
    if (identifier !== this.#identifier || size !== DIGEST_BYTES || data.length < 1 + size) return false;
    const name = textOf(data.subarray(1 + size));
    const secret = this.#secretOf(name);
    const isRight =
      secret !== undefined &&
      sameBytes(md5(Uint8Array.of(identifier), bytesOfText(secret), this.#challenge), data.subarray(1, 1 + size));
    this.emit(isRight ? SUCCESS : FAILURE, identifier, message(isRight));
    this.finish(isRight, name);
    return true;
  }
}

/** Texts of PPP are bytes whose meaning nobody has laid down; what is not ASCII is cut to a byte. */
function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text.slice(0, 255), (character) => character.charCodeAt(0) & 0xff);
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 255));
}

function message(isRight: boolean): Uint8Array {
  return bytesOfText(isRight ? "Welcome" : "Authentication failed");
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
