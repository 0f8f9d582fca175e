/**
 * Timers in virtual time: setTimeout, setInterval, setImmediate and their promises, for code of virtual processes. Other
 * code keeps Node's own.
 *
 * Read first: lib/timers.js of Node, whose classes these look like; world/run-loop.ts. A timer is an operation that sleeps,
 * so a process with a timer waits for the kernel, and the clock may move to it. Its callback has a turn of its own.
 */
import { AsyncResource } from "node:async_hooks";
import { Operation } from "../../kernel/operation.ts";
import { current, enter, forAll, isForAll } from "./context.ts";
import { neverReady } from "./never-ready.ts";
import type { NodeProcess, Owned } from "./node-process.ts";
import { originals } from "./originals.ts";
import { heirOf, isTick, keepTick } from "./shared-ticks.ts";
import { inScope } from "./uncaught.ts";

type Callback = (...args: unknown[]) => unknown;

/** As Node: a longer or an impossible delay is a millisecond. */
export const DELAY_MAX_MS = 0x7fff_ffff;

const NEVER_READY = neverReady("timer", "a timer");

const newScope = (): AsyncResource => new AsyncResource("Timeout");

/** Programs and util.inspect() know the class by Node's name. */
function named(timer: object, name: string): void {
  Object.defineProperty(timer, "name", { value: name });
}

let lastId = 0;
/** By number, as clearTimeout() may be given one. */
const byId: Map<number, VirtualTimeout> = new Map<number, VirtualTimeout>();

export class VirtualTimeout implements Owned {
  #owner: NodeProcess;
  readonly #callback: Callback;
  readonly #args: readonly unknown[];
  /** In milliseconds. What a delay is before Node rounds it, programs may read. */
  #delayMs: number;
  readonly #repeats: boolean;
  #scope: AsyncResource;
  #operation: Operation<0>;
  /** When it fires, in its owner's time; null while it is not set. */
  #dueNs: number | null = null;
  readonly #isShared: boolean;
  readonly #id: number = ++lastId;
  /** Somebody was told its number. */
  #isNumbered = false;
  #isReferenced = true;
  #isHeld = false;
  #isCleared = false;
  #isLazy = false;

  static {
    named(VirtualTimeout, "Timeout");
  }

  constructor(owner: NodeProcess, callback: Callback, delayMs: unknown, args: readonly unknown[], repeats: boolean) {
    this.#owner = owner;
    this.#scope = enter(owner, newScope);
    this.#callback = callback;
    this.#args = args;
    this.#delayMs = milliseconds(delayMs);
    this.#repeats = repeats;
    this.#operation = this.#sleeper();
    this.#isShared = isTick(callback, delayMs);
    if (this.#isShared) keepTick(this);
    this.#start();
  }

  get owner(): NodeProcess {
    return this.#owner;
  }

  ref(): this {
    this.#isReferenced = true;
    this.#updateHold();
    return this;
  }

  unref(): this {
    this.#isReferenced = false;
    this.#updateHold();
    return this;
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  /** Begins anew with the same delay. */
  refresh(): this {
    if (this.#isCleared) return this;
    if (!this.#owner.isAlive) this.#adopt(current());
    this.#start();
    return this;
  }

  /**
   * Begins anew with that delay, in the context of who asks, even when it was cleared. From now on it is one that is put off
   * again and again, as those of sockets are at each byte: it sleeps on until it was due before, and looks only then.
   */
  restart(delayMs: number): this {
    this.#isLazy = true;
    this.#delayMs = milliseconds(delayMs);
    this.#scope = enter(this.#owner, newScope);
    this.#isCleared = false;
    return this.refresh();
  }

  /** As Node's own code sees a timer: clearTimeout() of its inside, of which it keeps a reference, writes null here. */
  get _onTimeout(): Callback {
    return this.#callback;
  }

  set _onTimeout(value: Callback | null) {
    if (value === null) this.clear();
  }

  /** Has it been cleared, or fired for good? */
  get _destroyed(): boolean {
    return this.#isCleared || (this.#dueNs === null && !this.#repeats);
  }

  set _destroyed(isDestroyed: boolean) {
    if (isDestroyed) this.clear();
  }

  /** The delay in milliseconds; -1 when it is cleared. */
  get _idleTimeout(): number {
    return this.#isCleared ? -1 : this.#delayMs;
  }

  /** The same of an interval; null of what fires once. */
  get _repeat(): number | null {
    return this.#repeats ? this.#delayMs : null;
  }

  close(): this {
    this.clear();
    return this;
  }

  clear(): void {
    this.#isCleared = true;
    this.#dueNs = null;
    this.#operation.cancel();
    this.#forget();
  }

  abandon(): void {
    if (this.#isNumbered) byId.delete(this.#id);
    const heir = this.#isShared ? heirOf(this.#owner) : undefined;
    if (heir !== undefined) this.moveTo(heir);
  }

  /** A shared timer goes over to another process, perhaps of another world, for the time that is left. */
  moveTo(owner: NodeProcess): void {
    if (this.#dueNs === null) return;
    const leftNs = Math.max(0, this.#dueNs - this.#owner.nowNs);
    this.#operation.cancel();
    this.#owner.owned.delete(this);
    this.#adopt(owner);
    this.#start(leftNs);
  }

  [Symbol.toPrimitive](): number {
    this.#isNumbered = true;
    byId.set(this.#id, this);
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #sleeper(): Operation<0> {
    return new Operation<0>(this.#owner.process, NEVER_READY, () => this.#woken());
  }

  #woken(): void {
    if (this.#isPutOff()) this.#operation.sleep(this.#owner.worldNs(this.#dueNs as number));
    else this.#owner.turn(() => this.#fire());
  }

  #isPutOff(): boolean {
    return this.#dueNs !== null && this.#dueNs > this.#owner.nowNs;
  }

  /** A timer that a library made once for all, of a process that has ended, goes on in the one that uses it. */
  #adopt(owner: NodeProcess | undefined): void {
    if (owner === undefined) return;
    this.#owner = owner;
    this.#isHeld = false;
    this.#scope = enter(owner, newScope);
    this.#operation = this.#sleeper();
  }

  #start(delayNs: number = Math.trunc(this.#delayMs) * 1e6): void {
    if (!this.#owner.isAlive) return;
    const before = this.#dueNs;
    this.#dueNs = this.#owner.nowNs + delayNs;
    if (this.#isLazy && this.#operation.pending && before !== null && before <= this.#dueNs) return;
    this.#owner.owned.add(this);
    this.#operation.cancel();
    this.#operation.sleep(this.#owner.worldNs(this.#dueNs));
    this.#updateHold();
  }

  #fire(): void {
    if (this.#isCleared || this.#isPutOff()) return;
    this.#dueNs = null;
    if (this.#repeats) this.#start();
    else this.#forget();
    if (this.#isShared) forAll(() => this.#call());
    else this.#call();
  }

  #call(): void {
    inScope(this.#owner, this.#scope, this.#callback, this, this.#args);
  }

  #forget(): void {
    this.#owner.owned.delete(this);
    if (this.#isNumbered) byId.delete(this.#id);
    this.#updateHold();
  }

  #updateHold(): void {
    const isHeld = this.#isReferenced && !this.#isCleared && (this.#operation.pending || this.#repeats);
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#owner.reference();
    else this.#owner.unreference();
  }
}

/** setImmediate of a virtual process: a turn of its own. One without a reference has it only if something else holds the process. */
export class VirtualImmediate {
  readonly #owner: NodeProcess;
  /** Neither has it run, nor was it cleared. */
  #isPending = true;
  #isReferenced = true;

  static {
    named(VirtualImmediate, "Immediate");
  }

  constructor(owner: NodeProcess, callback: Callback, args: readonly unknown[]) {
    this.#owner = owner;
    const scope = enter(owner, () => new AsyncResource("Immediate"));
    const call = (): void => inScope(owner, scope, callback, this, args);
    // undici closes what could not connect in an immediate of its shared timer.
    const wasForAll = isForAll();
    owner.reference();
    owner.turn(() => {
      const isRun = this.#isPending && (this.#isReferenced || !owner.isIdle);
      this.clear();
      if (!isRun) return;
      if (wasForAll) forAll(call);
      else call();
    });
  }

  ref(): this {
    if (this.#isPending && !this.#isReferenced) this.#owner.reference();
    this.#isReferenced ||= this.#isPending;
    return this;
  }

  unref(): this {
    if (this.#isReferenced) this.#owner.unreference();
    this.#isReferenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  get _destroyed(): boolean {
    return !this.#isPending;
  }

  set _destroyed(isDestroyed: boolean) {
    if (isDestroyed) this.clear();
  }

  clear(): void {
    this.#isPending = false;
    this.unref();
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** The timer that a call to clearTimeout() means, if it is one of ours. */
export function timerOf(value: unknown): VirtualTimeout | undefined {
  if (value instanceof VirtualTimeout) return value;
  return typeof value === "number" || typeof value === "string" ? byId.get(Number(value)) : undefined;
}

/** As Node reads a delay. */
function milliseconds(delay: unknown): number {
  const number = Number(delay);
  if (number >= 1 && number <= DELAY_MAX_MS) return number;
  const isOdd = delay !== undefined && !(number >= 0 && number <= DELAY_MAX_MS);
  if (isOdd) warn(delay);
  return 1;
}

/** What is to be said of such a delay Node says itself, and each version something else: of a timer that never fires. */
function warn(delay: unknown): void {
  originals.clearTimeout(originals.setTimeout(() => {}, delay as number));
}
