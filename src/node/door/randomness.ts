/**
 * Chance in virtual processes: Math.random() and what node:crypto and Web Crypto draw, from a stream of the process's host.
 *
 * OpenSSL's own draws, inside TLS and for keys, can't be seeded: hashes take sizes and times of TLS records, not their bytes.
 */
import crypto from "node:crypto";
import type { Prng } from "../../base/prng.ts";
import { current } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Patches } from "./patch.ts";
import { stateOf } from "./process-state.ts";

type Fill = (buffer: NodeJS.ArrayBufferView, ...rest: unknown[]) => unknown;
type Done = (error: Error | null, value: unknown) => void;
type Functions = Record<string, (...args: never[]) => unknown>;

const UUID_BYTES = 16;

export function patchRandomness(patches: Patches): void {
  patches.replace(Math, "random", (original) => () => {
    const owner = current();
    return owner === undefined ? original() : randomOf(owner).nextFloat();
  });
  for (const [name, draw] of Object.entries(DRAWS)) {
    // The module's own leads to that of Web Crypto, and can't be replaced.
    if (name === "getRandomValues") continue;
    patches.replace(crypto as unknown as Functions, name, (original) => {
      return ((...args: unknown[]) => {
        const owner = current();
        if (owner === undefined) return (original as (...args: unknown[]) => unknown).apply(crypto, args);
        return draw(owner, original as (...args: unknown[]) => unknown, ...args);
      }) as Functions[string];
    });
  }
  // Its class can't be changed: the one object that there is gets properties of its own.
  const web = crypto.webcrypto as unknown as Functions;
  for (const name of ["getRandomValues", "randomUUID"]) {
    patches.replace(web, name, (original) => {
      return ((...args: unknown[]) => {
        const outside = (...own: unknown[]): unknown => (original as (...own: unknown[]) => unknown).apply(web, own);
        const owner = current();
        return owner === undefined ? outside(...args) : DRAWS[name]?.(owner, outside, ...args);
      }) as Functions[string];
    });
  }
}

/** A process that is started anew goes on in the stream of its host. */
function randomOf(owner: NodeProcess): Prng {
  return stateOf(owner, "random", () => {
    const known = ofHost.get(owner.host);
    if (known !== undefined) return known;
    const made = owner.process.kernel.machine.random("node/random");
    ofHost.set(owner.host, made);
    return made;
  });
}

const ofHost: WeakMap<object, Prng> = new WeakMap<object, Prng>();

type Draw = (owner: NodeProcess, original: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown;

/** The original is called first, for its checks of the arguments; its bytes are then written over. */
const DRAWS: Readonly<Record<string, Draw>> = {
  randomBytes: (owner, original, size, done) => {
    const bytes = original(size) as Buffer;
    randomOf(owner).fill(bytes);
    return done === undefined ? bytes : answer(done as Done, bytes);
  },
  pseudoRandomBytes: (owner, original, size, done) => {
    const bytes = original(size) as Buffer;
    randomOf(owner).fill(bytes);
    return done === undefined ? bytes : answer(done as Done, bytes);
  },
  randomFillSync: (owner, original, buffer, ...rest) => {
    (original as unknown as Fill)(buffer as NodeJS.ArrayBufferView, ...rest);
    fill(owner, buffer as NodeJS.ArrayBufferView, rest);
    return buffer;
  },
  randomFill: (_owner, _original, buffer, ...rest) => {
    const done = rest.pop();
    crypto.randomFillSync(buffer as NodeJS.ArrayBufferView, ...(rest as number[]));
    return answer(done as Done, buffer);
  },
  randomInt: (owner, original, first, second, third) => {
    const [low, high] = typeof second === "number" ? [first as number, second] : [0, first as number];
    const done = typeof second === "function" ? second : third;
    original(first, ...(typeof second === "number" ? [second] : []));
    const drawn = low + Math.floor(randomOf(owner).nextFloat() * (high - low));
    return done === undefined ? drawn : answer(done as Done, drawn);
  },
  randomUUID: (owner, original, options) => {
    if (options !== undefined) original(options);
    const bytes = Buffer.alloc(UUID_BYTES);
    randomOf(owner).fill(bytes);
    // RFC 9562 §5.4: version 4, variant 10.
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  },
  getRandomValues: (owner, original, ...args) => {
    const array = original(...args);
    fill(owner, array as NodeJS.ArrayBufferView, []);
    return array;
  },
};

function fill(owner: NodeProcess, buffer: NodeJS.ArrayBufferView, [offset, size]: readonly unknown[]): void {
  const unit = (buffer as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const from = Number(offset ?? 0) * unit;
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  randomOf(owner).fill(size === undefined ? bytes.subarray(from) : bytes.subarray(from, from + Number(size) * unit));
}

/** The callback comes in a turn of its own. */
function answer(done: Done, value: unknown): undefined {
  setImmediate(() => done(null, value));
}
