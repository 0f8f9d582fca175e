/** Calls on signals: kill(2), sigaction(2), sigprocmask(2), sigpending(2), sigtimedwait(2), pause(2). Words, then rows. */
import fc from "fast-check";
import * as netloom from "netloom";
import { hex, unhex } from "../memory.ts";
import { type Call, choice, plainRow, type Row, row } from "../row.ts";
import type { View } from "../view.ts";
import { SYS } from "./numbers.ts";
import type { Whom } from "./processes.ts";

const { SA_NOCLDSTOP, SA_NODEFER, SA_RESTART } = netloom;
/** The kernel's own flag, which the C library sets: there is a function to return to. */
const SA_RESTORER = 0x0400_0000;

/** The kernel's sigset_t: 64 bits. */
function sigset(signals: readonly number[]): string {
  const bytes = Array<number>(8).fill(0);
  for (const signo of signals) bytes[(signo - 1) >> 3] = (bytes[(signo - 1) >> 3] as number) | (1 << ((signo - 1) & 7));
  return hex(Array<number>(8).fill(1), bytes);
}

/** Which signals are in a set that was reported. */
function membersOf(memory: string | undefined): string {
  const bytes = unhex(memory);
  const all = Array.from({ length: 64 }, (_, index) => index + 1);
  return `{${all.filter((signo) => ((bytes[(signo - 1) >> 3] as number) >> ((signo - 1) & 7)) & 1).join(", ")}}`;
}

const setText = (signals: readonly number[]): string => `{${signals.join(", ")}}`;
const NO_SET = hex([8], [0]);

export const kill = (whom: Whom, signo: number): Call => ({
  text: `kill(${whom}, ${signo})`,
  linux: [SYS.kill, whom, signo],
  netloom: (sys, oracle) => sys.kill(oracle.pidOf(whom), signo),
});

const HANDLERS = { SIG_DFL: 0, SIG_IGN: 1 } as const;
export type Disposition = keyof typeof HANDLERS | "handler";

/** Says what a process does on a signal; the handler does nothing. */
export const sigaction = (signo: number, name: Disposition, flags: number = 0): Call => {
  const handler = name === "handler" ? () => {} : HANDLERS[name];
  const fields = hex([8, 8, 8, 8], [name === "handler" ? 0 : HANDLERS[name], flags + SA_RESTORER, 0, 0]);
  const action = name === "handler" ? `${fields}@0=h@16=r` : `${fields}@16=r`;
  return {
    text: `sigaction(${signo}, { .sa_handler = ${name}, .sa_flags = 0x${flags.toString(16)} }, NULL)`,
    sysText: `sigaction(${signo}, { handler: ${name}, flags: 0x${flags.toString(16)} })`,
    linux: [SYS.rt_sigaction, signo, action, 0, 8],
    netloom: (sys) => {
      sys.sigaction(signo, { handler, flags });
    },
  };
};

/** Blocks and unblocks signals; the outcome is the set as it was. */
export const sigprocmask = (how: number, signals: readonly number[]): Call => ({
  text: `sigprocmask(${how}, ${setText(signals)}, &old)`,
  sysText: `sigprocmask(${how}, [${signals.join(", ")}])`,
  linux: [SYS.rt_sigprocmask, how, sigset(signals), NO_SET, 8],
  netloom: (sys) => setText(sys.sigprocmask(how, signals).toSorted((a, b) => a - b)),
  outcome: ({ memory }) => membersOf(memory[1]),
});

export const sigpending = (): Call => ({
  text: "sigpending(&set)",
  sysText: "sigpending()",
  linux: [SYS.rt_sigpending, NO_SET, 8],
  netloom: (sys) => setText(sys.sigpending().toSorted((a, b) => a - b)),
  outcome: ({ memory }) => membersOf(memory[0]),
});

/** Does not wait. */
export const sigtimedwait = (signals: readonly number[]): Call => ({
  text: `sigtimedwait(${setText(signals)}, NULL, { 0, 0 })`,
  sysText: `sigtimedwait([${signals.join(", ")}], 0)`,
  linux: [SYS.rt_sigtimedwait, sigset(signals), 0, hex([8, 8], [0, 0]), 8],
  netloom: async (sys) => (await sys.sigtimedwait(signals, 0)).signo,
});

export const sigwaitinfo = (signals: readonly number[]): Call => ({
  text: `sigwaitinfo(${setText(signals)}, NULL)`,
  sysText: `sigwaitinfo([${signals.join(", ")}])`,
  linux: [SYS.rt_sigtimedwait, sigset(signals), 0, 0, 8],
  netloom: async (sys) => (await sys.sigwaitinfo(signals)).signo,
});

export const sigsuspend = (signals: readonly number[]): Call => ({
  text: `sigsuspend(${setText(signals)})`,
  sysText: `sigsuspend([${signals.join(", ")}])`,
  linux: [SYS.rt_sigsuspend, sigset(signals), 8],
  netloom: (sys) => sys.sigsuspend(signals),
});

export const pause = (): Call => ({ text: "pause()", linux: [SYS.pause], netloom: (sys) => sys.pause() });

// ---- rows ----

/** Of each default action some, and two real-time signals, which are queued. */
const [HUP, KILL, USR1, PIPE, TERM, CHLD, CONT, STOP, TSTP, URG, RT, RT_NEXT] = [
  1, 9, 10, 13, 15, 17, 18, 19, 20, 23, 34, 35,
];
const catchable = fc.oneof(
  // One signal is drawn more than the others, so that it meets its handler and somebody who waits.
  { weight: 3, arbitrary: fc.constant(USR1) },
  { weight: 4, arbitrary: fc.constantFrom(HUP, PIPE, TERM, CHLD, CONT, TSTP, URG, RT, RT_NEXT) },
);
const anySignal = fc.oneof(
  { weight: 10, arbitrary: catchable },
  { weight: 2, arbitrary: fc.constantFrom(KILL, STOP, CONT, CONT) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 65) },
);
const sets = fc.uniqueArray(fc.oneof({ weight: 8, arbitrary: catchable }, fc.constantFrom(KILL, STOP)), {
  maxLength: 4,
});

const disposition = fc.oneof(fc.constantFrom("SIG_DFL", "SIG_IGN"), {
  weight: 3,
  arbitrary: fc.constant("handler"),
}) as fc.Arbitrary<Disposition>;
// Not SA_RESETHAND: a worker that makes no call runs its handler at the next one, on Linux at once.
const actionFlags = fc.constantFrom(0, 0, SA_RESTART, SA_RESTART, SA_NODEFER, SA_NOCLDSTOP);

/** Says what a process does on some signal. */
export const sigactionRow: Row = row("sigaction", 8, fc.tuple(anySignal, disposition, actionFlags), (args) =>
  sigaction(...args),
);

/** A handler for the signal that is drawn most. */
export const handledRow: Row = row("sigaction", 1, actionFlags, (flags) => sigaction(USR1, "handler", flags));

const how = fc.constantFrom(0, 0, 1, 1, 2, 7);

/** sigwaitinfo(2) asks for signals that are blocked; what becomes of others, it leaves open. */
function blockedOf(signals: readonly number[], { worker }: View): readonly number[] {
  const mask = worker.sys.sigprocmask(netloom.SIG_BLOCK, []);
  return signals.filter((signo) => mask.includes(signo));
}

/** Interrupts somebody who waits, by a handler or by a stop. */
export const interruptRow: Row = row(
  "kill",
  4,
  fc.tuple(choice, fc.constantFrom(USR1, USR1, USR1, STOP, CONT, CONT, TERM)),
  ([to, signo], view) => kill(view.someone(to).name, signo),
);

const killRow = row("kill", 12, fc.tuple(choice, anySignal), ([to, signo], view) => kill(view.someone(to).name, signo));

export const signalRows: readonly Row[] = [
  killRow,
  sigactionRow,
  row("sigprocmask", 6, fc.tuple(how, sets), (args) => sigprocmask(...args)),
  plainRow("sigpending", 3, sigpending),
  row("sigtimedwait", 3, sets, (signals, view) => sigtimedwait(blockedOf(signals, view))),
  row("sigwaitinfo", 2, sets, (signals, view) => sigwaitinfo(blockedOf(signals, view))),
  row("sigsuspend", 2, sets, sigsuspend),
  plainRow("pause", 2, pause),
];
