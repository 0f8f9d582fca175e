/** Calls on process groups and sessions: setpgid(2), setsid(2), and kill(2) and waitpid(2) of groups. Words, then rows. */
import fc from "fast-check";
import { type Call, choice, plainRow, type Row, row } from "../row.ts";
import type { View } from "../view.ts";
import { SYS } from "./numbers.ts";
import { nameOf, type Whom, waitpid } from "./processes.ts";
import { kill } from "./signals.ts";

export const setpgid = (whom: Whom, group: Whom): Call => ({
  text: `setpgid(${whom}, ${group})`,
  linux: [SYS.setpgid, whom, group],
  netloom: (sys, oracle) => sys.setpgid(oracle.pidOf(whom), oracle.pidOf(group)),
});

/** A call that gives the number of a group or a session: that of its leader. */
const leader = (name: "getpgid" | "getsid", whom: Whom): Call => ({
  text: `${name}(${whom})`,
  linux: [SYS[name], whom],
  netloom: (sys, oracle) => nameOf(oracle.workerOf(sys[name](oracle.pidOf(whom)))),
  outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
});

export const getpgid = (whom: Whom): Call => leader("getpgid", whom);
export const getsid = (whom: Whom): Call => leader("getsid", whom);

export const setsid = (): Call => ({
  text: "setsid()",
  linux: [SYS.setsid],
  netloom: (sys, oracle) => nameOf(oracle.workerOf(sys.setsid())),
  outcome: ({ result }, workerOf) => nameOf(workerOf(result)),
});

// ---- rows ----

const orSelf = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: choice.map((each) => each + 1) },
);
const [HUP, USR1, TERM, CONT, STOP, TSTP, TTIN] = [1, 10, 15, 18, 19, 20, 21];
const signal = fc.constantFrom(0, USR1, USR1, CONT, CONT, STOP, TSTP, TTIN, HUP, TERM);
const options = fc.constantFrom(1, 1, 3, 9, 11, 0, 2, 8, 10);

/** COMPATIBILITY, "A parent whose last matching child leaves the group hears of it": nobody moves while a parent waits. */
const isWaitedFor = ({ netloom: { workers } }: View): boolean =>
  workers.some(({ isBlocked, process }) => isBlocked && process.operations.some(({ call }) => call === "waitpid"));

export const jobRows: readonly Row[] = [
  row("setpgid", 10, fc.tuple(orSelf, orSelf), ([whom, group], view) =>
    isWaitedFor(view) ? undefined : setpgid(whom && view.someone(whom).name, group && view.someone(group).name),
  ),
  row("getpgid", 3, orSelf, (whom, view) => getpgid(whom && view.someone(whom).name)),
  row("getsid", 2, orSelf, (whom, view) => getsid(whom && view.someone(whom).name)),
  plainRow("setsid", 3, (view) => (isWaitedFor(view) ? undefined : setsid())),
  row("kill group", 10, fc.tuple(orSelf, signal), ([group, signo], view) =>
    kill(group === 0 ? 0 : `-${view.someone(group).name}`, signo),
  ),
  row("kill", 4, fc.tuple(choice, signal), ([whom, signo], view) => kill(view.someone(whom).name, signo)),
  row("waitpid group", 8, fc.tuple(orSelf, options), ([group, option], view) =>
    waitpid(group === 0 ? 0 : `-${view.someone(group).name}`, option),
  ),
];
