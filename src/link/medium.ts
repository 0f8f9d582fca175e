/**
 * What the ports and channels of one link have in common: whose link it is, how it behaves, which rules are laid on it,
 * whether it is cut, and whom to tell of a rule that fails.
 */
import type { Machine } from "../base/machine.ts";
import type { TraceDetail } from "../base/trace.ts";
import { FrameHash } from "./frame-hash.ts";
import { convert, type LinkOptions, type LinkSettings, type ResolvedOptions, resolve } from "./options.ts";
import type { Rule } from "./rules.ts";

/** An Ethernet header with an 802.1Q tag: what a frame may have beside its payload of `mtu` bytes. */
const FRAME_HEADER_MAX_BYTES = 18;

/** The step of the trace that a link emits. */
export type LinkStep = Extract<TraceDetail, { step: "link" }>["what"];

export class Medium {
  readonly machine: Machine;
  options: ResolvedOptions;
  settings: LinkSettings;
  /** In order of installation. Replaced, not changed, so that a rule may add or lift one while it runs. */
  rules: readonly Rule[] = [];
  /** How many cuts are in force. */
  cuts = 0;
  /** Told of every rule that fails, from the ready queue. Until a world sets it, the error ends the run. */
  onError: (error: Error) => void = (error) => {
    throw error;
  };
  readonly frameHash: FrameHash;

  constructor(machine: Machine, options: LinkOptions) {
    this.machine = machine;
    this.options = resolve(machine.name, options);
    this.settings = convert(this.options);
    this.frameHash = new FrameHash(machine, `link ${machine.name}`);
  }

  /** The longest frame that passes. */
  get frameMaxBytes(): number {
    return this.settings.mtu + FRAME_HEADER_MAX_BYTES;
  }

  /** Nobody could tell whether segments pass one by one or many as one: no time passes, and there is no fault and no rule. */
  get isIdeal(): boolean {
    return this.settings.isIdeal && this.rules.length === 0;
  }

  set(options: LinkOptions): void {
    this.options = resolve(this.machine.name, options, this.options);
    this.settings = convert(this.options);
  }

  /** One step of the trace. Ask `machine.tracer.on` first. */
  trace(what: LinkStep, bytes: number): void {
    const { name, tracer } = this.machine;
    tracer.emit(name, { step: "link", link: name, what, bytes });
  }

  /** Tells of a failure, but not from here: the frame that brought it up is still in somebody's hands. */
  report(error: Error): void {
    this.machine.scheduler.raise({ run: () => this.onError(error) });
  }
}
