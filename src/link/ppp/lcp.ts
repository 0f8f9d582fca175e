/**
 * The Link Control Protocol: what the two ends agree on before anything else, and whether the other end is still there.
 *
 * Read first: RFC 1661 §6 (options), RFC 1662 §7.1 (the map of control characters), RFC 1994 §3. A Negotiator of control-protocol.ts.
 * What we ask for says how the peer may send to us; what the peer asks for says how we may send to it.
 */
import type { Machine } from "../../base/machine.ts";
import type { Prng } from "../../base/prng.ts";
import { ACCM_ALL } from "../../wire/hdlc.ts";
import * as ppp from "../../wire/ppp.ts";
import * as control from "../../wire/ppp-control.ts";
import { bytesOf, type ControlOption, type ControlPacket, wordOf } from "../../wire/ppp-control.ts";
import type { Negotiator } from "./control-protocol.ts";

const MRU = 1;
const ACCM = 2;
const AUTHENTICATION = 3;
const MAGIC_NUMBER = 5;
const PROTOCOL_COMPRESSION = 7;
const ADDRESS_COMPRESSION = 8;

/** RFC 1661 §6.1: what every end can receive. */
export const MRU_DEFAULT = 1500;
const MRU_MIN = 128;
/** RFC 1994 §3: CHAP with MD5. */
const CHAP_MD5 = 5;
/** So many requests with our own magic number, one after the other, are our own requests: the line is looped back. */
const LOOPS_MAX = 4;

export type AuthProtocol = "pap" | "chap";

export interface LcpSettings {
  /** The largest packet that we take. */
  readonly mru: number;
  /** The control characters that the peer shall escape. */
  readonly asyncMap: number;
  /** May headers be shortened? */
  readonly compress: boolean;
  /** What the peer shall authenticate itself with. */
  readonly require: AuthProtocol | null;
  /** What we can authenticate ourselves with. */
  readonly offer: readonly AuthProtocol[];
}

/** How we may send, as the peer has asked for, and as whom we have to show ourselves. */
export interface Permission {
  readonly mru: number;
  readonly accm: number;
  readonly compressProtocol: boolean;
  readonly compressAddress: boolean;
  readonly authenticate: AuthProtocol | null;
}

const NOTHING_AGREED: Permission = {
  mru: MRU_DEFAULT,
  accm: ACCM_ALL,
  compressProtocol: false,
  compressAddress: false,
  authenticate: null,
};

export interface LcpClient {
  up(): void;
  down(): void;
  finished(): void;
  /** The line leads back to us. */
  looped(): void;
  /** The peer will not authenticate itself. */
  refused(): void;
  protocolRejected(protocol: number): void;
  reply(packet: ControlPacket): void;
}

export class Lcp implements Negotiator {
  readonly #settings: LcpSettings;
  readonly #client: LcpClient;
  readonly #random: Prng;
  /** Options that the peer has refused to know. */
  readonly #refused: Set<number> = new Set<number>();
  #mru: number;
  #accm: number;
  #require: AuthProtocol | null;
  #magic = 0;
  #loops = 0;
  permission: Permission = NOTHING_AGREED;
  isUp = false;
  /** Echo requests since the last sign of life. */
  unansweredEchoes = 0;
  #echoIdentifier = 0;

  constructor(machine: Machine, label: string, settings: LcpSettings, client: LcpClient) {
    this.#settings = settings;
    this.#client = client;
    this.#random = machine.random(`${label} magic number`);
    this.#mru = settings.mru;
    this.#accm = settings.asyncMap;
    this.#require = settings.require;
  }

  /** What the peer has to authenticate itself with. */
  get required(): AuthProtocol | null {
    return this.#require;
  }

  reset(): void {
    const { mru, asyncMap, require } = this.#settings;
    this.#refused.clear();
    this.#mru = mru;
    this.#accm = asyncMap;
    this.#require = require;
    this.#magic = this.#newMagic();
    this.#loops = 0;
    this.permission = NOTHING_AGREED;
  }

  request(): readonly ControlOption[] {
    const { compress } = this.#settings;
    const wanted: (ControlOption | false)[] = [
      this.#mru !== MRU_DEFAULT && { type: MRU, data: Uint8Array.of(this.#mru >>> 8, this.#mru & 0xff) },
      this.#accm !== ACCM_ALL && { type: ACCM, data: bytesOf(this.#accm) },
      this.#require !== null && { type: AUTHENTICATION, data: authOption(this.#require) },
      { type: MAGIC_NUMBER, data: bytesOf(this.#magic) },
      compress && { type: PROTOCOL_COMPRESSION, data: NO_DATA },
      compress && { type: ADDRESS_COMPRESSION, data: NO_DATA },
    ];
    return wanted.filter((option): option is ControlOption => option !== false && !this.#refused.has(option.type));
  }

  judge({ type, data }: ControlOption): true | "reject" | Uint8Array {
    if (data.length !== optionBytes(type, data)) return "reject";
    switch (type) {
      case MRU:
        return (data[0] as number) * 256 + (data[1] as number) >= MRU_MIN ? true : Uint8Array.of(0, MRU_MIN);
      case AUTHENTICATION:
        return this.#judgeAuthentication(data);
      case MAGIC_NUMBER:
        return this.#judgeMagic(wordOf(data));
      default:
        return true;
    }
  }

  missing(): readonly ControlOption[] {
    return [];
  }

  accepted(options: readonly ControlOption[]): void {
    let permission = NOTHING_AGREED;
    for (const { type, data } of options) {
      if (type === MRU) permission = { ...permission, mru: (data[0] as number) * 256 + (data[1] as number) };
      else if (type === ACCM) permission = { ...permission, accm: wordOf(data) };
      else if (type === AUTHENTICATION) permission = { ...permission, authenticate: authProtocol(data) ?? null };
      else if (type === PROTOCOL_COMPRESSION) permission = { ...permission, compressProtocol: true };
      else if (type === ADDRESS_COMPRESSION) permission = { ...permission, compressAddress: true };
    }
    this.permission = permission;
  }

  naked(options: readonly ControlOption[]): void {
    for (const { type, data } of options) {
      if (data.length !== optionBytes(type, data)) continue;
      if (type === MRU) this.#mru = Math.max(MRU_MIN, (data[0] as number) * 256 + (data[1] as number));
      // What the peer wants to escape anyhow, it shall.
      else if (type === ACCM) this.#accm = (this.#accm | wordOf(data)) >>> 0;
      else if (type === MAGIC_NUMBER) this.#magic = this.#newMagic();
      // RFC 1661 §6.2: it offers another protocol. We insist on what we were told to ask for: the peer may give in.
    }
  }

  rejected(options: readonly ControlOption[]): void {
    for (const { type } of options) {
      this.#refused.add(type);
      if (type === MAGIC_NUMBER) this.#magic = 0;
      if (type === AUTHENTICATION) this.#client.refused();
    }
  }

  up(): void {
    this.isUp = true;
    this.unansweredEchoes = 0;
    this.#client.up();
  }

  down(): void {
    this.isUp = false;
    this.#client.down();
  }

  finished(): void {
    this.#client.finished();
  }

  extra({ code, identifier, data }: ControlPacket): boolean {
    if (code === control.PROTOCOL_REJECT) {
      if (this.isUp && data.length >= 2) this.#client.protocolRejected((data[0] as number) * 256 + (data[1] as number));
      return true;
    }
    if (code !== control.ECHO_REQUEST && code !== control.ECHO_REPLY && code !== control.DISCARD_REQUEST) return false;
    // RFC 1661 §5.8: outside of Opened they are silently discarded; and so is what is too short for a magic number.
    if (!this.isUp || data.length < 4) return true;
    if (this.#magic !== 0 && wordOf(data) === this.#magic) {
      this.#client.looped();
    } else if (code === control.ECHO_REQUEST) {
      const answer = data.slice();
      answer.set(bytesOf(this.#magic));
      this.#client.reply({ code: control.ECHO_REPLY, identifier, data: answer });
    } else if (code === control.ECHO_REPLY) {
      this.unansweredEchoes = 0;
    }
    return true;
  }

  /** One more request for a sign of life. */
  echoRequest(): ControlPacket {
    this.unansweredEchoes++;
    this.#echoIdentifier = (this.#echoIdentifier + 1) & 0xff;
    return { code: control.ECHO_REQUEST, identifier: this.#echoIdentifier, data: bytesOf(this.#magic) };
  }

  #judgeAuthentication(data: Uint8Array): true | "reject" | Uint8Array {
    const { offer } = this.#settings;
    const [best] = offer;
    // RFC 1661 §6.2: what can't be done at all is rejected; else another way is proposed.
    if (best === undefined) return "reject";
    const asked = authProtocol(data);
    return asked !== undefined && offer.includes(asked) ? true : authOption(best);
  }

  /** RFC 1661 §6.4: our own number is a sign of a line that leads back to us; a new one decides. */
  #judgeMagic(magic: number): true | Uint8Array {
    if (magic !== 0 && magic !== this.#magic) {
      this.#loops = 0;
      return true;
    }
    if (++this.#loops >= LOOPS_MAX) this.#client.looped();
    return bytesOf(this.#newMagic());
  }

  #newMagic(): number {
    return this.#random.nextU32() || 1;
  }
}

const NO_DATA = new Uint8Array(0);

/** How long the data of an option are; -1 for options that we know nothing of. */
function optionBytes(type: number, data: Uint8Array): number {
  switch (type) {
    case MRU:
      return 2;
    case ACCM:
    case MAGIC_NUMBER:
      return 4;
    case AUTHENTICATION:
      return Math.max(2, data.length);
    case PROTOCOL_COMPRESSION:
    case ADDRESS_COMPRESSION:
      return 0;
    default:
      return -1;
  }
}

function authOption(protocol: AuthProtocol): Uint8Array {
  return protocol === "pap"
    ? Uint8Array.of(ppp.PROTOCOL_PAP >>> 8, ppp.PROTOCOL_PAP & 0xff)
    : Uint8Array.of(ppp.PROTOCOL_CHAP >>> 8, ppp.PROTOCOL_CHAP & 0xff, CHAP_MD5);
}

function authProtocol(data: Uint8Array): AuthProtocol | undefined {
  const number = (data[0] as number) * 256 + (data[1] as number);
  if (number === ppp.PROTOCOL_PAP && data.length === 2) return "pap";
  return number === ppp.PROTOCOL_CHAP && data.length === 3 && data[2] === CHAP_MD5 ? "chap" : undefined;
}
