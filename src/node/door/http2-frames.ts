/**
 * What an HTTP/2 connection reads, handed in frame by frame, with ticks and microtasks between.
 *
 * Read first: RFC 9113 §3.4 and §4.1. Node's native session calls back for each frame. Over a socket of the machine it does so
 * from the bottom of the stack, and ticks and microtasks run between two callbacks; from JavaScript they would wait for the end of
 * all that was read at once, and "data" would come before "response".
 */
import { afterTicks } from "./after-ticks.ts";
import { outside } from "./context.ts";
import type { NodeProcess } from "./node-process.ts";
import type { Sink } from "./stream-handle.ts";

const HEADER_BYTES = 9;
/** "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", with which clients begin. */
const PREFACE_BYTES = 24;

/** RFC 9113 §6.1. */
const DATA = 0;
const END_STREAM = 1;

/**
 * Finds the ends of frames in what is read, wherever a read has cut them. The last data of a stream comes in two frames: the data, and
 * an empty one that says so. It means the same, and Node calls back for each.
 */
export class FrameEnds {
  /** Of the frame at hand, or the preface; 0 while its header is not complete. */
  #bytesLeft: number;
  #headerBytes = 0;
  #length = 0;
  /** The empty frame that follows the one at hand. */
  #following: Uint8Array | null = null;

  constructor(isServer: boolean) {
    this.#bytesLeft = isServer ? PREFACE_BYTES : 0;
  }

  /** The pieces of it, each of which ends with a frame, except that the last may not. The bytes may be changed. */
  *split(bytes: Uint8Array): Generator<Uint8Array, void> {
    let [start, at] = [0, 0];
    while (at < bytes.length) {
      if (this.#bytesLeft === 0) {
        if (!this.#takeHeader(bytes[at++] as number)) continue;
        // A header that a read has cut is left as it is.
        if (at - start >= HEADER_BYTES) this.#separateEnd(bytes.subarray(at - HEADER_BYTES, at));
      }
      const step = Math.min(this.#bytesLeft, bytes.length - at);
      at += step;
      this.#bytesLeft -= step;
      if (this.#bytesLeft > 0) continue;
      yield bytes.subarray(start, at);
      start = at;
      if (this.#following !== null) yield this.#following;
      this.#following = null;
    }
    if (start < bytes.length) yield bytes.subarray(start);
  }

  #separateEnd(header: Uint8Array): void {
    const [, , , type, flags = 0] = header;
    if (type !== DATA || (flags & END_STREAM) === 0 || this.#bytesLeft === 0) return;
    header[4] = flags & ~END_STREAM;
    this.#following = Uint8Array.of(0, 0, 0, DATA, END_STREAM, ...header.subarray(5));
  }

  /** One more byte of a header: is it complete? Its first three are the length of what follows. */
  #takeHeader(byte: number): boolean {
    if (this.#headerBytes < 3) this.#length = this.#length * 256 + byte;
    if (++this.#headerBytes < HEADER_BYTES) return false;
    this.#bytesLeft = this.#length;
    [this.#headerBytes, this.#length] = [0, 0];
    return true;
  }
}

/** Where the bytes come from. */
interface Source {
  readonly owner: NodeProcess;
  readonly isClosed: boolean;
  readStart(): number;
  readStop(): number;
}

export class FramedReading implements Sink {
  readonly #source: Source;
  readonly #session: Sink;
  readonly #ends: FrameEnds;
  #isWanted = true;
  #isOwed = false;
  /** Frames, and the status at the end. */
  readonly #queue: (Uint8Array | number)[] = [];

  constructor(source: Source, isServer: boolean, session: Sink) {
    this.#source = source;
    this.#session = session;
    this.#ends = new FrameEnds(isServer);
  }

  start(): number {
    this.#isWanted = true;
    return this.#queue.length === 0 ? this.#source.readStart() : 0;
  }

  /** As over a socket of the machine: what has been read is handed in all the same. */
  stop(): number {
    this.#isWanted = false;
    return this.#source.readStop();
  }

  /** The first frame goes on now, the others follow before more is read. */
  data(bytes: Uint8Array): void {
    const frames = [...this.#ends.split(bytes)];
    const first = this.#queue.length === 0 ? frames.shift() : undefined;
    for (const frame of frames) this.#queue.push(frame.slice());
    if (frames.length > 0) {
      this.#source.readStop();
      this.#oweNext();
    }
    if (first !== undefined) this.#session.data(first);
  }

  end(status: number): void {
    if (this.#queue.length === 0) this.#session.end(status);
    else this.#queue.push(status);
  }

  /** The process lives, and the clock stands, until the next one is handed in. */
  #oweNext(): void {
    if (this.#isOwed) return;
    this.#isOwed = true;
    const { owner } = this.#source;
    const { runState } = owner.process;
    runState.owedTurns++;
    owner.reference();
    outside(() => {
      afterTicks(() => {
        this.#isOwed = false;
        try {
          if (owner.isAlive) owner.root.runInAsyncScope(() => this.#giveNext());
        } catch (error) {
          owner.uncaught(error);
        }
        runState.owedTurns--;
        owner.unreference();
        runState.leave();
        runState.activity();
      });
    });
  }

  #giveNext(): void {
    if (this.#source.isClosed) return;
    const next = this.#queue.shift();
    if (this.#queue.length > 0) this.#oweNext();
    if (typeof next === "number") this.#session.end(next);
    else if (next !== undefined) this.#session.data(next);
    if (this.#queue.length === 0 && this.#isWanted && !this.#source.isClosed) this.#source.readStart();
  }
}
