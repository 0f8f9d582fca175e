/**
 * Cookies of fast open: what a server gives a client, and knows again.
 *
 * Read first: RFC 7413 §4.1.2; Linux's __tcp_fastopen_cookie_gen_cipher and tcp_fastopen_cookie_gen_check. A cookie is a hash
 * of both addresses under a key of the host, or of one listener (TCP_FASTOPEN_KEY), so nothing is remembered of it. An old
 * key may stay beside the new one: what it has made is still taken, and replaced.
 */
import { siphash } from "../../base/siphash.ts";
import type { IpAddress } from "../../wire/ip-address.ts";

const COOKIE_BYTES = 8;
const KEY_BYTES = 16;
const WORD_BYTES = 4;
const WORDS: number = KEY_BYTES / WORD_BYTES;

/** Whom a cookie is for, and who gives it. */
interface Ends {
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
}

// @rfc 7413 4.1.2 REC-1, REC-2
export class CookieKeys {
  /** The one that makes cookies, and perhaps one that made them before. */
  readonly #keys: readonly Int32Array[];

  constructor(keys: readonly Int32Array[]) {
    this.#keys = keys;
  }

  /** Sixteen bytes, or thirty-two; null: so many make no key. */
  static fromBytes(bytes: Uint8Array): CookieKeys | null {
    if (bytes.length !== KEY_BYTES && bytes.length !== 2 * KEY_BYTES) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const words = Array.from({ length: bytes.length / WORD_BYTES }, (_, at) => view.getInt32(at * WORD_BYTES, true));
    return new CookieKeys(inKeys(words));
  }

  /** As in net.ipv4.tcp_fastopen_key: four words in hexadecimal digits, and after a comma four more. Null: it is not. */
  static fromText(text: string): CookieKeys | null {
    const parts = text.split(",");
    if (parts.length > 2 || !parts.every((part) => /^[0-9a-f]{1,8}(-[0-9a-f]{1,8}){3}$/i.test(part))) return null;
    const words = parts.flatMap((part) => part.split("-").map((word) => Number.parseInt(word, 16)));
    return new CookieKeys(inKeys(words));
  }

  get text(): string {
    const wordText = (word: number) => (word >>> 0).toString(16).padStart(2 * WORD_BYTES, "0");
    return this.#keys.map((key) => Array.from(key, wordText).join("-")).join(",");
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#keys.length * KEY_BYTES);
    const view = new DataView(bytes.buffer);
    this.#keys.forEach((key, index) => {
      key.forEach((word, at) => {
        view.setInt32(index * KEY_BYTES + at * WORD_BYTES, word, true);
      });
    });
    return bytes;
  }

  cookie(ends: Ends): Uint8Array {
    return cookieOf(this.#keys[0] as Int32Array, ends);
  }

  /** Was it made with the key of now, with an old one, or with none of ours? */
  whose(ends: Ends, cookie: Uint8Array): "current" | "old" | "none" {
    const index = this.#keys.findIndex((key) => isSame(cookieOf(key, ends), cookie));
    return index < 0 ? "none" : index === 0 ? "current" : "old";
  }
}

function inKeys(words: readonly number[]): readonly Int32Array[] {
  const keys: Int32Array[] = [];
  for (let at = 0; at < words.length; at += WORDS) keys.push(Int32Array.from(words.slice(at, at + WORDS)));
  return keys;
}

/** The client's address first: for all clients it is another. */
function cookieOf(key: Int32Array, { remoteAddress: a, localAddress: b }: Ends): Uint8Array {
  const cookie = new Uint8Array(COOKIE_BYTES);
  const view = new DataView(cookie.buffer);
  for (let half = 0; half < 2; half++) {
    const words = Int32Array.of(a.w0, a.w1, a.w2, a.w3, b.w0, b.w1, b.w2, b.w3, half);
    view.setUint32(half * WORD_BYTES, siphash(key, words));
  }
  return cookie;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
