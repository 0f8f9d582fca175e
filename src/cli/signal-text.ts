/**
 * Calls on signals in the transcript: names for numbers, as strace(1) has them.
 */
import {
  SIG_DFL,
  SIG_IGN,
  signalName,
  WCONTINUED,
  WEXITSTATUS,
  WIFCONTINUED,
  WIFEXITED,
  WIFSTOPPED,
  WNOHANG,
  WSTOPSIG,
  WTERMSIG,
  WUNTRACED,
} from "../entry-node.ts";

/** `2, SIGTERM` of kill() and its kin; what is no signal stays a number. */
export const sent = ([pid, signo, ...rest]: readonly unknown[]): readonly string[] => [
  String(pid),
  signal(signo),
  ...rest.map(String),
];

/** `SIGTERM` of raise(), sigaction(), signal(). */
export const signalOnly = ([signo]: readonly unknown[]): readonly string[] => [signal(signo)];

/** The disposition that was, of sigaction() and signal(). */
export function disposition(action: unknown): string {
  const { handler } = action as { readonly handler: unknown };
  if (handler === SIG_DFL) return "SIG_DFL";
  return handler === SIG_IGN ? "SIG_IGN" : "a handler";
}

/** A set of signals, of sigprocmask() and sigpending(). */
export const signalSet = (set: unknown): string => `[${[...(set as Iterable<number>)].map(signal).join(" ")}]`;

/** What signal came, of sigwaitinfo() and its kin. */
export const signalInfo = (info: unknown): string => signal((info as { readonly signo: unknown }).signo);

/** What has become of a child. */
export function childStatus(status: number): string {
  if (WIFEXITED(status)) return `exit status ${WEXITSTATUS(status)}`;
  if (WIFSTOPPED(status)) return `stopped by ${signal(WSTOPSIG(status))}`;
  return WIFCONTINUED(status) ? "continued" : signal(WTERMSIG(status));
}

/** `WNOHANG|WUNTRACED` */
export function waitOptions(options: unknown): readonly string[] {
  const names = [
    [WNOHANG, "WNOHANG"],
    [WUNTRACED, "WUNTRACED"],
    [WCONTINUED, "WCONTINUED"],
  ] as const;
  const set = names.filter(([bit]) => ((options as number) & bit) !== 0).map(([, name]) => name);
  return set.length === 0 ? [] : [set.join("|")];
}

function signal(signo: unknown): string {
  return signo === 0 || typeof signo !== "number" ? String(signo) : signalName(signo);
}
