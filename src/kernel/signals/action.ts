/**
 * What a process has said it does on a signal: sigaction(2).
 */
import { defaultAction, SIG_DFL, SIG_IGN } from "../../abi/signal.ts";
import type { SigInfo } from "./siginfo.ts";
import { SignalSet } from "./signal-set.ts";

/** A handler as the kernel calls it; `context` is what the program's runtime hands to handlers. */
export type KernelHandler = (signo: number, info: SigInfo, context: unknown) => unknown;

/** SIG_DFL, SIG_IGN, or a handler with what else sigaction(2) sets. */
export interface SignalAction {
  readonly handler: KernelHandler | typeof SIG_DFL | typeof SIG_IGN;
  /** SA_* */
  readonly flags: number;
  /** Blocked, too, while the handler runs. */
  readonly mask: SignalSet;
}

export const DEFAULT_ACTION: SignalAction = { handler: SIG_DFL, flags: 0, mask: new SignalSet() };

/** What comes of a signal that is delivered. "disturb": nothing, but calls that wait are interrupted as by a stop. */
export type Effect = "handle" | "ignore" | "terminate" | "core" | "stop" | "disturb";

export function effectOf(action: SignalAction, signo: number): Effect {
  if (action.handler === SIG_IGN) return "ignore";
  if (action.handler !== SIG_DFL) return "handle";
  const effect = defaultAction(signo);
  // A continue has had its effect when the signal was sent.
  return effect === "continue" ? "ignore" : effect;
}
