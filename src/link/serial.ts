/**
 * A serial line: two ends, and a stream of bytes in each direction.
 *
 * Read first: pacer.ts; termios(3) for what such a line is elsewhere. It knows no frames: what is written at one end comes
 * out at the other in the same order, later, in pieces that mean nothing, and with some bits flipped where `bitErrorRate`
 * says so.
 * Order: end.write() → rate: the last bit has left → bit errors → delay → the other end's client.receive().
 */
import { assert } from "../base/assert.ts";
import { TimedEvent } from "../base/event-queue.ts";
import type { Machine } from "../base/machine.ts";
import { log } from "../base/maths.ts";
import { Packet } from "../wire/packet.ts";
import { FrameHash } from "./frame-hash.ts";
import { lifting } from "./link.ts";
import { Pacer } from "./pacer.ts";

/** How a serial line behaves. Everything may be left out, and changed while it runs. */
export interface SerialOptions {
  /** Bits a second in each direction. Default 115200. */
  readonly rateBps?: number;
  /** Bits that a byte takes on the line: 8 on a synchronous one, 10 with a start and a stop bit. Default 10. */
  readonly bitsPerByte?: number;
  /** How long a bit travels, in milliseconds. Default 0.005. */
  readonly delayMs?: number;
  /** Share of the bits that are flipped. Default 0. */
  readonly bitErrorRate?: number;
}

const DEFAULTS: Required<SerialOptions> = { rateBps: 115_200, bitsPerByte: 10, delayMs: 0.005, bitErrorRate: 0 };
const LIMITS: Readonly<Record<keyof SerialOptions, readonly [number, number]>> = {
  rateBps: [1, 1e12],
  bitsPerByte: [8, 16],
  delayMs: [0, 86_400_000],
  bitErrorRate: [0, 0.5],
};
const NS_PER_MS = 1_000_000;

/** What is told of one direction. */
export interface SerialEndSnapshot {
  readonly label: string;
  readonly txBytes: number;
  readonly rxBytes: number;
  /** Of what this end has sent. */
  readonly flippedBits: number;
  /** Sent, and lost because the line was cut. */
  readonly cutBytes: number;
}

export interface SerialSnapshot {
  readonly name: string;
  readonly up: boolean;
  readonly options: Required<SerialOptions>;
  readonly ends: readonly SerialEndSnapshot[];
}

/** Who has opened an end. */
export interface SerialClient {
  receive(bytes: Uint8Array): void;
  /** The line can take more. */
  writable(): void;
  carrierChanged(): void;
}

export class Serial {
  readonly machine: Machine;
  readonly #ends: SerialEnd[] = [];
  #options: Required<SerialOptions>;
  #cuts = 0;

  constructor(machine: Machine, options: SerialOptions = {}) {
    this.machine = machine;
    this.#options = resolve(machine.name, options, DEFAULTS);
  }

  get name(): string {
    return this.machine.name;
  }

  get options(): Required<SerialOptions> {
    return this.#options;
  }

  /** False while the line is cut. */
  get up(): boolean {
    return this.#cuts === 0;
  }

  /** One of the two ends. A third is an Error. */
  end(): SerialEnd {
    if (this.#ends.length === 2) throw new Error(`serial line "${this.name}" has two ends, and both are taken`);
    const end = new SerialEnd(this, this.#ends.length);
    this.#ends.push(end);
    return end;
  }

  /** Changes the options that are given, from now on. Throws, and changes nothing, for a value that is none. */
  set(options: SerialOptions): void {
    this.#options = resolve(this.name, options, this.#options);
  }

  /** Cuts the line: what is on it is lost, both ends lose their carrier. Disposing joins it again. */
  cut(): Disposable {
    this.#cuts++;
    this.tellCarrier();
    return lifting(() => {
      this.#cuts--;
      this.tellCarrier();
    });
  }

  snapshot(): SerialSnapshot {
    const ends = this.#ends.map((end) => end.snapshot());
    return { name: this.name, up: this.up, options: this.options, ends };
  }

  /** Only the ends call these. */
  otherEnd(end: SerialEnd): SerialEnd | undefined {
    return this.#ends[1 - end.number];
  }

  tellCarrier(): void {
    for (const end of this.#ends) end.client?.carrierChanged();
  }
}

/** Bytes on the line. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly arrivalNs: number;
}

export class SerialEnd {
  readonly number: number;
  readonly #line: Serial;
  readonly #pacer: Pacer = new Pacer();
  readonly #lastBit: TimedEvent;
  readonly #arrival: TimedEvent;
  readonly #errors: BitErrors;
  readonly #hash: FrameHash;
  /** In the order of their arrival: a delay that is made smaller lets nothing overtake. */
  readonly #flight: Piece[] = [];
  client: SerialClient | null = null;
  #label: string;
  #sending: Uint8Array | null = null;
  #txBytes = 0;
  #rxBytes = 0;
  #cutBytes = 0;

  constructor(line: Serial, number: number) {
    this.#line = line;
    this.number = number;
    this.#label = `end ${number + 1}`;
    this.#lastBit = new TimedEvent(`${line.name}: last bit`, () => this.#sent());
    this.#arrival = new TimedEvent(`${line.name}: arrival`, () => this.#arrived());
    this.#errors = new BitErrors(line.machine, `bit errors ${number}`);
    this.#hash = new FrameHash(line.machine, `serial ${line.name} ${number}`);
  }

  get lineName(): string {
    return this.#line.name;
  }

  /** Is the line whole, and somebody at its other end? */
  get carrier(): boolean {
    return this.#line.up && this.#line.otherEnd(this)?.client !== null && this.#line.otherEnd(this) !== undefined;
  }

  /** May write() be called now? */
  get ready(): boolean {
    return this.#sending === null;
  }

  open(client: SerialClient, label: string): void {
    assert(this.client === null, "an end is opened once");
    this.client = client;
    this.#label = label;
    this.#line.otherEnd(this)?.client?.carrierChanged();
  }

  /** The bytes leave from now on, and are the line's. */
  write(bytes: Uint8Array): void {
    assert(this.ready, "a line sends one piece at a time");
    const { machine, options } = this.#line;
    const { scheduler } = machine;
    this.#hash.mix(Packet.from(bytes, 0));
    this.#txBytes += bytes.length;
    this.#sending = bytes;
    const octets = (bytes.length * options.bitsPerByte) / 8;
    scheduler.at(this.#lastBit, this.#pacer.finish(scheduler.nowNs, octets, options.rateBps));
  }

  snapshot(): SerialEndSnapshot {
    return {
      label: this.#label,
      txBytes: this.#txBytes,
      rxBytes: this.#rxBytes,
      flippedBits: this.#errors.flipped,
      cutBytes: this.#cutBytes,
    };
  }

  #sent(): void {
    const bytes = this.#sending;
    assert(bytes !== null, "the last bit is that of a piece");
    this.#sending = null;
    if (this.#line.up) this.#fly(bytes);
    else this.#cutBytes += bytes.length;
    this.client?.writable();
  }

  #fly(bytes: Uint8Array): void {
    const { machine, options } = this.#line;
    const { scheduler } = machine;
    const damaged = this.#errors.flip(bytes, options.bitErrorRate);
    const earliestNs = this.#flight.at(-1)?.arrivalNs ?? 0;
    const arrivalNs = Math.max(earliestNs, scheduler.nowNs + Math.round(options.delayMs * NS_PER_MS));
    this.#flight.push({ bytes: damaged, arrivalNs });
    if (this.#flight.length === 1) scheduler.at(this.#arrival, arrivalNs);
  }

  #arrived(): void {
    const piece = this.#flight.shift();
    assert(piece !== undefined, "what arrives was on its way");
    const next = this.#flight[0];
    if (next !== undefined) this.#line.machine.scheduler.at(this.#arrival, next.arrivalNs);
    const other = this.#line.otherEnd(this);
    if (!this.#line.up || other === undefined || other.client === null) this.#cutBytes += piece.bytes.length;
    else other.#take(piece.bytes);
  }

  #take(bytes: Uint8Array): void {
    this.#rxBytes += bytes.length;
    this.client?.receive(bytes);
  }
}

/** Flips single bits, each for itself. It draws how many bits stay whole, which costs a draw for each error, not each bit. */
class BitErrors {
  readonly #machine: Machine;
  readonly #purpose: string;
  #random: ReturnType<Machine["random"]> | null = null;
  #rate = 0;
  #wholeBits = 0;
  flipped = 0;

  constructor(machine: Machine, purpose: string) {
    this.#machine = machine;
    this.#purpose = purpose;
  }

  /** The bytes, or a damaged copy of them. */
  flip(bytes: Uint8Array, rate: number): Uint8Array {
    if (rate === 0) return bytes;
    if (rate !== this.#rate) {
      this.#rate = rate;
      this.#wholeBits = this.#draw();
    }
    const bits = 8 * bytes.length;
    if (this.#wholeBits >= bits) {
      this.#wholeBits -= bits;
      return bytes;
    }
    const damaged = bytes.slice();
    let at = this.#wholeBits;
    for (; at < bits; at += 1 + this.#draw()) {
      damaged[at >>> 3] = (damaged[at >>> 3] as number) ^ (1 << (at & 7));
      this.flipped++;
    }
    this.#wholeBits = at - bits;
    return damaged;
  }

  /** Geometric: the number of whole bits before the next error. */
  #draw(): number {
    this.#random ??= this.#machine.random(this.#purpose);
    return Math.floor(log(1 - this.#random.nextFloat()) / log(1 - this.#rate));
  }
}

function resolve(name: string, given: SerialOptions, current: Required<SerialOptions>): Required<SerialOptions> {
  const resolved = { ...current };
  for (const [key, value] of Object.entries(given) as [keyof SerialOptions, unknown][]) {
    const limits = Object.hasOwn(LIMITS, key) ? LIMITS[key] : undefined;
    if (limits === undefined) {
      throw new TypeError(
        `serial line "${name}": there is no option "${key}"; there are ${Object.keys(LIMITS).join(", ")}`,
      );
    }
    if (value === undefined) continue;
    const [min, max] = limits;
    const mustBeWhole = key === "rateBps" || key === "bitsPerByte";
    if (typeof value !== "number" || !(value >= min && value <= max) || (mustBeWhole && !Number.isInteger(value))) {
      throw new RangeError(`serial line "${name}": ${key} is ${String(value)}; allowed is ${min} to ${max}`);
    }
    resolved[key] = value;
  }
  return resolved;
}
