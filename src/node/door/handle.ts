/**
 * What the handles of streams and datagrams have in common: whose they are, in which context they call back, and whether they
 * keep their process alive.
 */
import { AsyncResource } from "node:async_hooks";
import { useNative } from "../turns.ts";
import { enter } from "./context.ts";
import type { NodeProcess, Owned } from "./node-process.ts";

const newScope = (): AsyncResource => new AsyncResource("NETLOOM_HANDLE");

export abstract class Handle implements Owned {
  readonly owner: NodeProcess;
  #scope: AsyncResource;
  #isHeld = false;
  #isReferenced = true;
  #isClosed = false;
  #endNativeUse: (() => void) | null = null;

  constructor(owner: NodeProcess) {
    this.owner = owner;
    this.#scope = enter(owner, newScope);
    owner.owned.add(this);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Does it wait for something that will be called back? */
  protected abstract get isActive(): boolean;

  // ---- what handles of Node have ----

  /** A kept-alive socket that the http Agent hands to the next request changes its context here. */
  asyncReset(): void {
    this.#scope = enter(this.owner, newScope);
  }

  getAsyncId(): number {
    return this.#scope.asyncId();
  }

  getProviderType(): number {
    return 0;
  }

  ref(): void {
    this.owner.assertNotForeign();
    this.#isReferenced = true;
    this.updateHold();
  }

  unref(): void {
    this.owner.assertNotForeign();
    this.#isReferenced = false;
    this.updateHold();
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  /** The process has ended: the kernel closes the descriptor, and nothing is called back. */
  abandon(): void {
    this.#isClosed = true;
    this.#endNativeUse?.();
  }

  /** Native code stands on it, until it is closed. */
  usedByNative(): void {
    this.#endNativeUse ??= useNative();
  }

  // ---- for the kinds of handles ----

  /** No more is called back of it, but `last`, in a turn of its own, for which the process stays alive. */
  protected closeWith(last: () => void): void {
    this.#isClosed = true;
    this.#endNativeUse?.();
    this.owner.owned.delete(this);
    this.owner.reference();
    this.updateHold();
    this.owner.turn(() => {
      this.owner.unreference();
      this.inContext(last);
    });
  }

  /** Runs in a turn of its own, in the order in which it was asked for, in the context of who asks. */
  protected later(run: () => void): void {
    const scope = new AsyncResource("NETLOOM_REQUEST");
    this.owner.turn(() => scope.runInAsyncScope(() => enter(this.owner, run)));
  }

  inContext<R>(run: () => R): R;
  inContext<A>(run: (this: this, argument: A) => void, argument: A): void;
  inContext<R>(run: (this: this, argument: unknown) => R, argument?: unknown): R {
    return this.#scope.runInAsyncScope(run, this, argument);
  }

  /** The process lives while a referenced handle is active. */
  protected updateHold(): void {
    const isHeld = this.isActive && this.#isReferenced && !this.#isClosed;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.owner.reference();
    else this.owner.unreference();
  }
}
