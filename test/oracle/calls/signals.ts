/** Rows of the calls on signals: kill(2), sigaction(2), sigprocmask(2), sigpending(2), sigtimedwait(2), pause(2). */
import fc from "fast-check";
import * as netloom from "netloom";
import { type Call, choice, hex, type Row, row, unhex, type View } from "../row.ts";
import { SYS } from "./numbers.ts";

const { SA_NOCLDSTOP, SA_NODEFER, SA_RESTART } = netloom;
/** The kernel's own flag, which the C library sets: there is a function to return to. */
const SA_RESTORER = 0x0400_0000;

/**
 * Of each default action some, and two real-time signals, which are queued. Not SIGTSTP: it stops nobody in an orphaned group,
 * and whether a group is orphaned depends on who adopts, here the helper and not process 1.
 */
const [HUP, KILL, USR1, PIPE, TERM, CHLD, CONT, STOP, URG, RT, RT_NEXT] = [1, 9, 10, 13, 15, 17, 18, 19, 23, 34, 35];
const catchable = fc.oneof(
  // One signal is drawn more than the others, so that it meets its handler and somebody who waits.
  { weight: 3, arbitrary: fc.constant(USR1) },
  { weight: 4, arbitrary: fc.constantFrom(HUP, PIPE, TERM, CHLD, CONT, URG, RT, RT_NEXT) },
);
const anySignal = fc.oneof(
  { weight: 10, arbitrary: catchable },
  { weight: 2, arbitrary: fc.constantFrom(KILL, STOP, CONT, CONT) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 65) },
);
const sets = fc.uniqueArray(fc.oneof({ weight: 8, arbitrary: catchable }, fc.constantFrom(KILL, STOP)), {
  maxLength: 4,
});

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

const kill = row("kill", 12, fc.tuple(choice, anySignal), ([chosen, signo], view) => {
  const to = view.someone(chosen);
  return {
    text: `kill(p${to.index}, ${signo})`,
    linux: [SYS.kill, `p${to.index}`, signo],
    netloom: async (sys) => {
      await sys.kill(to.process.pid, signo);
      return 0;
    },
  };
});

const HANDLERS = { SIG_DFL: 0, SIG_IGN: 1 } as const;
const disposition = fc.oneof(fc.constantFrom("SIG_DFL", "SIG_IGN"), {
  weight: 3,
  arbitrary: fc.constant("handler"),
}) as fc.Arbitrary<"SIG_DFL" | "SIG_IGN" | "handler">;
// Not SA_RESETHAND: a worker that makes no call runs its handler at the next one, on Linux at once.
const actionFlags = fc.constantFrom(0, 0, SA_RESTART, SA_RESTART, SA_NODEFER, SA_NOCLDSTOP);
const actionArgs = fc.tuple(anySignal, disposition, actionFlags);

/** Says what a process does on a signal. */
export const sigaction: Row = row("sigaction", 8, actionArgs, (args) => actionCall(...args));

function actionCall(signo: number, name: "SIG_DFL" | "SIG_IGN" | "handler", flags: number): Call {
  const handler = name === "handler" ? () => {} : HANDLERS[name];
  const fields = hex([8, 8, 8, 8], [name === "handler" ? 0 : HANDLERS[name], flags + SA_RESTORER, 0, 0]);
  const action = name === "handler" ? `${fields}@0=h@16=r` : `${fields}@16=r`;
  return {
    text: `sigaction(${signo}, { .sa_handler = ${name}, .sa_flags = 0x${flags.toString(16)} }, NULL)`,
    sysText: `sigaction(${signo}, { handler: ${name}, flags: 0x${flags.toString(16)} })`,
    linux: [SYS.rt_sigaction, signo, action, 0, 8],
    netloom: (sys) => {
      sys.sigaction(signo, { handler, flags });
      return 0;
    },
  };
}

const how = fc.constantFrom(0, 0, 1, 1, 2, 7);

/** A handler for the signal that is drawn most. */
export const handled: Row = row("sigaction", 1, actionFlags, (flags) => actionCall(USR1, "handler", flags));

/** Blocks and unblocks signals. */
const sigprocmask: Row = row("sigprocmask", 6, fc.tuple(how, sets), ([what, signals]) => ({
  text: `sigprocmask(${what}, ${setText(signals)}, &old)`,
  sysText: `sigprocmask(${what}, [${signals.join(", ")}])`,
  linux: [SYS.rt_sigprocmask, what, sigset(signals), NO_SET, 8],
  netloom: (sys) => setText(sys.sigprocmask(what, signals).toSorted((a, b) => a - b)),
  outcome: ({ memory }) => membersOf(memory[1]),
}));

const sigpending = row("sigpending", 3, fc.constant(undefined), () => ({
  text: "sigpending(&set)",
  sysText: "sigpending()",
  linux: [SYS.rt_sigpending, NO_SET, 8],
  netloom: (sys) => setText(sys.sigpending().toSorted((a, b) => a - b)),
  outcome: ({ memory }) => membersOf(memory[0]),
}));

/** sigwaitinfo(2) asks for signals that are blocked; what becomes of others, it leaves open. */
function blockedOf(signals: readonly number[], { worker }: View): readonly number[] {
  const mask = worker.sys.sigprocmask(netloom.SIG_BLOCK, []);
  return signals.filter((signo) => mask.includes(signo));
}

const waits = (name: string, weight: number, call: (signals: readonly number[]) => Call): Row =>
  row(name, weight, sets, (signals, view) => call(blockedOf(signals, view)));

const sigtimedwait = waits("sigtimedwait", 3, (signals) => ({
  text: `sigtimedwait(${setText(signals)}, NULL, { 0, 0 })`,
  sysText: `sigtimedwait([${signals.join(", ")}], 0)`,
  linux: [SYS.rt_sigtimedwait, sigset(signals), 0, hex([8, 8], [0, 0]), 8],
  netloom: async (sys) => (await sys.sigtimedwait(signals, 0)).signo,
}));

const sigwaitinfo = waits("sigwaitinfo", 2, (signals) => ({
  text: `sigwaitinfo(${setText(signals)}, NULL)`,
  sysText: `sigwaitinfo([${signals.join(", ")}])`,
  linux: [SYS.rt_sigtimedwait, sigset(signals), 0, 0, 8],
  netloom: async (sys) => (await sys.sigwaitinfo(signals)).signo,
}));

const sigsuspend = row("sigsuspend", 2, sets, (signals) => ({
  text: `sigsuspend(${setText(signals)})`,
  sysText: `sigsuspend([${signals.join(", ")}])`,
  linux: [SYS.rt_sigsuspend, sigset(signals), 8],
  netloom: (sys) => sys.sigsuspend(signals),
}));

const pause = row("pause", 2, fc.constant(undefined), () => ({
  text: "pause()",
  linux: [SYS.pause],
  netloom: (sys) => sys.pause(),
}));

export const signalRows: readonly Row[] = [
  kill,
  sigaction,
  sigprocmask,
  sigpending,
  sigtimedwait,
  sigwaitinfo,
  sigsuspend,
  pause,
];
