/**
 * Numbers that others must not guess: initial sequence numbers, the offsets of timestamps, and where ports begin.
 *
 * Read first: RFC 6528 §3, RFC 7323 §5.4, RFC 6056 §3.3.3; Linux's secure_tcp_seq.
 * They are functions of the four-tuple, or of a part of it, and of a secret, which comes from the world's seed: the same in
 * each run, and no help to a host that has seen the numbers of other connections.
 */
import type { Prng } from "../../base/prng.ts";
import { sipEnd, sipPrefix, sipStart } from "../../base/siphash.ts";
import type { Interface } from "../../netif/interface.ts";
import { ANY_V6, type IpAddress } from "../../wire/ip-address.ts";

/** ISN moves on by one each 64 ns, as on Linux; RFC 9293 §3.4.1 asks for about 4 µs. */
const NS_PER_STEP = 64;
/** Of both addresses. */
const ADDRESS_WORDS = 8;

/** What a hash is for: each purpose has other numbers. */
const SEQUENCE = 0;
const OFFSET = 1;
export const COOKIE_FIRST = 2;
export const COOKIE_SECOND = 3;
const PORT = 4;
const PURPOSE_SHIFT = 24;
export type Purpose = typeof SEQUENCE | typeof COOKIE_FIRST | typeof COOKIE_SECOND;

export interface FourTuple {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** The interface that all has to go through: that of a link-local peer, or SO_BINDTODEVICE. */
  readonly device?: Interface | null;
}

export class Secrets {
  readonly #key: Int32Array;
  readonly #words: Int32Array = new Int32Array(10);
  /** Two ends of one connection, and the next one: a host asks for the same addresses again. These are taken in already. */
  #local: IpAddress = ANY_V6;
  #remote: IpAddress = ANY_V6;
  readonly #start: Int32Array;
  readonly #prefix: Int32Array;
  /** What depends on these addresses alone, or on the peer's port beside them; null: nobody has asked yet. */
  #offset: number | null = null;
  #portStart: number | null = null;
  #portPeer = 0;

  constructor(random: Prng) {
    this.#key = Int32Array.from([0, 0, 0, 0], () => random.nextU32() | 0);
    this.#start = sipStart(this.#key);
    this.#prefix = sipStart(this.#key);
    this.#begin(ANY_V6, ANY_V6);
  }

  // @rfc 9293 3.4.1 MUST-8, SHLD-1, MUST-9
  /** RFC 6528 §3: ISN = M + F(four-tuple, secret). */
  initialSequence(tuple: FourTuple, nowNs: number): number {
    return (this.hash(tuple, SEQUENCE) + (Math.floor(nowNs / NS_PER_STEP) >>> 0)) >>> 0;
  }

  /**
   * RFC 7323 §5.4: what is added to the clock, so that it does not tell since when the host runs. One for each pair of
   * addresses, as on Linux (secure_tcp_ts_off): the clock that a peer sees goes on from one connection to the next.
   */
  timestampOffset({ localAddress, remoteAddress }: FourTuple): number {
    this.#take(localAddress, remoteAddress);
    this.#offset ??= this.#end(0, OFFSET << PURPOSE_SHIFT);
    return this.#offset;
  }

  /** RFC 6056 §3.3.4: where the search for a local port begins, for each address and port of the peer. */
  portStart({ localAddress, remoteAddress, remotePort }: FourTuple): number {
    this.#take(localAddress, remoteAddress);
    if (this.#portStart === null || this.#portPeer !== remotePort) {
      this.#portPeer = remotePort;
      this.#portStart = this.#end(remotePort, PORT << PURPOSE_SHIFT);
    }
    return this.#portStart;
  }

  /** 32 bits of the four-tuple, others for each purpose. */
  hash({ localAddress, localPort, remoteAddress, remotePort }: FourTuple, purpose: Purpose, more: number = 0): number {
    this.#take(localAddress, remoteAddress);
    return this.#end((localPort << 16) | remotePort, (purpose << PURPOSE_SHIFT) ^ more);
  }

  #end(ports: number, rest: number): number {
    const words = this.#words;
    words[ADDRESS_WORDS] = ports;
    words[ADDRESS_WORDS + 1] = rest;
    return sipEnd(this.#key, words, ADDRESS_WORDS, this.#prefix);
  }

  #take(a: IpAddress, b: IpAddress): void {
    if (!a.equals(this.#local) || !b.equals(this.#remote)) this.#begin(a, b);
  }

  /** The state of a hash that has the addresses behind it. */
  #begin(a: IpAddress, b: IpAddress): void {
    const words = this.#words;
    this.#local = a;
    this.#remote = b;
    this.#offset = null;
    this.#portStart = null;
    words[0] = a.w0;
    words[1] = a.w1;
    words[2] = a.w2;
    words[3] = a.w3;
    words[4] = b.w0;
    words[5] = b.w1;
    words[6] = b.w2;
    words[7] = b.w3;
    this.#prefix.set(this.#start);
    sipPrefix(words, ADDRESS_WORDS, this.#prefix);
  }
}
