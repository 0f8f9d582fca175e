/**
 * Signals: the table of Linux on x86-64, and the numbers that go with them.
 *
 * Read first: signal(7), sigaction(2). SIGNALS has a row for each standard signal and knows where other architectures
 * number it differently; real-time signals have numbers only.
 */

/** What a signal does to a process that has not said otherwise. */
export type DefaultAction = "terminate" | "core" | "ignore" | "stop" | "continue";

/** The families of architectures whose numbers differ from those of x86 and ARM. */
export type OtherArchitecture = "alpha" | "sparc" | "mips" | "parisc";

/** One signal, as signal(7) lists it. */
export interface SignalRow {
  readonly name: string;
  /** Other names of the same signal. */
  readonly aliases: readonly string[];
  /** Its number on x86, ARM and most others: the one that this kernel uses. */
  readonly number: number;
  readonly action: DefaultAction;
  readonly description: string;
  /** Its number elsewhere, where that differs; null where there is no such signal. */
  readonly elsewhere: Readonly<Partial<Record<OtherArchitecture, number | null>>>;
}

/** Hangup of the controlling terminal, or the group has lost it. */
export const SIGHUP = 1;
/** Interrupt from the keyboard (Ctrl-C). */
export const SIGINT = 2;
/** Quit from the keyboard. */
export const SIGQUIT = 3;
/** Illegal instruction. */
export const SIGILL = 4;
/** Trace or breakpoint trap. */
export const SIGTRAP = 5;
/** Abort, from abort(3). */
export const SIGABRT = 6;
/** Bus error: bad memory access. */
export const SIGBUS = 7;
/** Erroneous arithmetic operation. */
export const SIGFPE = 8;
/** Terminate at once; can't be caught, blocked or ignored. */
export const SIGKILL = 9;
/** For the program's own use. */
export const SIGUSR1 = 10;
/** Invalid memory reference. */
export const SIGSEGV = 11;
/** For the program's own use. */
export const SIGUSR2 = 12;
/** Write to a pipe or socket that nobody reads any more. */
export const SIGPIPE = 13;
/** The timer of alarm(2) or ITIMER_REAL. */
export const SIGALRM = 14;
/** Please end. */
export const SIGTERM = 15;
/** Stack fault on a coprocessor (unused). */
export const SIGSTKFLT = 16;
/** A child has ended, stopped or been continued. */
export const SIGCHLD = 17;
/** Go on, if stopped. */
export const SIGCONT = 18;
/** Stop; can't be caught, blocked or ignored. */
export const SIGSTOP = 19;
/** Stop, typed at a terminal (Ctrl-Z). */
export const SIGTSTP = 20;
/** A background process reads from its terminal. */
export const SIGTTIN = 21;
/** A background process writes to its terminal. */
export const SIGTTOU = 22;
/** Urgent data on a socket. */
export const SIGURG = 23;
/** The limit of processor time is exceeded. */
export const SIGXCPU = 24;
/** The limit of file size is exceeded. */
export const SIGXFSZ = 25;
/** The timer ITIMER_VIRTUAL. */
export const SIGVTALRM = 26;
/** The timer ITIMER_PROF. */
export const SIGPROF = 27;
/** The window has another size. */
export const SIGWINCH = 28;
/** Input or output has become possible. */
export const SIGIO = 29;
/** Power failure. */
export const SIGPWR = 30;
/** Bad system call. */
export const SIGSYS = 31;
/** The first real-time signal that programs may use; the C library keeps 32 and 33 for itself. */
export const SIGRTMIN = 34;
/** The last signal. */
export const SIGRTMAX = 64;

/** Disposition: what the table says. */
export const SIG_DFL = 0;
/** Disposition: nothing. */
export const SIG_IGN = 1;

/** sigprocmask(2): block these, too. */
export const SIG_BLOCK = 0;
/** sigprocmask(2): block these no longer. */
export const SIG_UNBLOCK = 1;
/** sigprocmask(2): block these and no others. */
export const SIG_SETMASK = 2;

/** No SIGCHLD when a child stops or goes on. */
export const SA_NOCLDSTOP = 0x1;
/** Children leave no zombies. */
export const SA_NOCLDWAIT = 0x2;
/** The handler wants a siginfo. It gets one in any case. */
export const SA_SIGINFO = 0x4;
/** Calls that the handler interrupts are restarted, where signal(7) says that they can be. */
export const SA_RESTART = 0x1000_0000;
/** The signal is not blocked while its handler runs. */
export const SA_NODEFER = 0x4000_0000;
/** The disposition is SIG_DFL again when the handler is called. */
export const SA_RESETHAND = 0x8000_0000;

/** si_code of the signal that F_SETSIG has set: there is something to read. */
export const POLL_IN = 1;
/** si_code: there is room to write. */
export const POLL_OUT = 2;
/** si_code: an error. */
export const POLL_ERR = 4;
/** si_code: urgent data. */
export const POLL_PRI = 5;
/** si_code: the other end is gone. */
export const POLL_HUP = 6;

/** si_code: by kill(2). */
export const SI_USER = 0;
/** si_code: by the kernel. */
export const SI_KERNEL = 0x80;
/** si_code: by sigqueue(3). */
export const SI_QUEUE = -1;
/** si_code: by a message queue, see mq_notify(3). */
export const SI_MESGQ = -3;
/** si_code: by raise(3). */
export const SI_TKILL = -6;
/** si_code of SIGSEGV: nothing is mapped there. */
export const SEGV_MAPERR = 1;
/** si_code of SIGSEGV: it is mapped, but not for that. */
export const SEGV_ACCERR = 2;
/** si_code of SIGBUS: the file has no such byte. */
export const BUS_ADRERR = 2;
/** si_code of SIGCHLD: the child has ended by exit. */
export const CLD_EXITED = 1;
/** si_code of SIGCHLD: a signal has ended it. */
export const CLD_KILLED = 2;
/** si_code of SIGCHLD: a signal has ended it, with a core dump. */
export const CLD_DUMPED = 3;
/** si_code of SIGCHLD: it was stopped. */
export const CLD_STOPPED = 5;
/** si_code of SIGCHLD: it goes on. */
export const CLD_CONTINUED = 6;

/** setitimer(2): real (here: virtual world) time; SIGALRM. */
export const ITIMER_REAL = 0;
/** setitimer(2): processor time in the program; SIGVTALRM. */
export const ITIMER_VIRTUAL = 1;
/** setitimer(2): processor time in the program and in the kernel; SIGPROF. */
export const ITIMER_PROF = 2;

/** signalfd(2): reading does not wait. */
export const SFD_NONBLOCK = 0o4000;
/** signalfd(2): the descriptor is closed by exec. */
export const SFD_CLOEXEC = 0o2000000;

type Elsewhere = SignalRow["elsewhere"];

/** Numbers of Alpha and SPARC, MIPS and PA-RISC. */
function elsewhere(alphaAndSparc: number | null, mips: number | null, parisc: number | null): Elsewhere {
  return { alpha: alphaAndSparc, sparc: alphaAndSparc, mips, parisc };
}

function row(
  number: number,
  name: string,
  action: DefaultAction,
  description: string,
  others: Elsewhere = {},
  aliases: readonly string[] = [],
): SignalRow {
  return { name, aliases, number, action, description, elsewhere: others };
}

/** The standard signals, in the order of their numbers. */
export const SIGNALS: readonly SignalRow[] = [
  row(SIGHUP, "SIGHUP", "terminate", "Hangup"),
  row(SIGINT, "SIGINT", "terminate", "Interrupt"),
  row(SIGQUIT, "SIGQUIT", "core", "Quit"),
  row(SIGILL, "SIGILL", "core", "Illegal instruction"),
  row(SIGTRAP, "SIGTRAP", "core", "Trace/breakpoint trap"),
  row(SIGABRT, "SIGABRT", "core", "Aborted", {}, ["SIGIOT"]),
  row(SIGBUS, "SIGBUS", "core", "Bus error", elsewhere(10, 10, 10)),
  row(SIGFPE, "SIGFPE", "core", "Floating point exception"),
  row(SIGKILL, "SIGKILL", "terminate", "Killed"),
  row(SIGUSR1, "SIGUSR1", "terminate", "User defined signal 1", elsewhere(30, 16, 16)),
  row(SIGSEGV, "SIGSEGV", "core", "Segmentation fault"),
  row(SIGUSR2, "SIGUSR2", "terminate", "User defined signal 2", elsewhere(31, 17, 17)),
  row(SIGPIPE, "SIGPIPE", "terminate", "Broken pipe"),
  row(SIGALRM, "SIGALRM", "terminate", "Alarm clock"),
  row(SIGTERM, "SIGTERM", "terminate", "Terminated"),
  row(SIGSTKFLT, "SIGSTKFLT", "terminate", "Stack fault", elsewhere(null, null, 7)),
  row(SIGCHLD, "SIGCHLD", "ignore", "Child exited", elsewhere(20, 18, 18), ["SIGCLD"]),
  row(SIGCONT, "SIGCONT", "continue", "Continued", elsewhere(19, 25, 26)),
  row(SIGSTOP, "SIGSTOP", "stop", "Stopped (signal)", elsewhere(17, 23, 24)),
  row(SIGTSTP, "SIGTSTP", "stop", "Stopped", elsewhere(18, 24, 25)),
  row(SIGTTIN, "SIGTTIN", "stop", "Stopped (tty input)", { mips: 26, parisc: 27 }),
  row(SIGTTOU, "SIGTTOU", "stop", "Stopped (tty output)", { mips: 27, parisc: 28 }),
  row(SIGURG, "SIGURG", "ignore", "Urgent I/O condition", elsewhere(16, 21, 29)),
  row(SIGXCPU, "SIGXCPU", "core", "CPU time limit exceeded", { mips: 30, parisc: 12 }),
  row(SIGXFSZ, "SIGXFSZ", "core", "File size limit exceeded", { mips: 31, parisc: 30 }),
  row(SIGVTALRM, "SIGVTALRM", "terminate", "Virtual timer expired", { mips: 28, parisc: 20 }),
  row(SIGPROF, "SIGPROF", "terminate", "Profiling timer expired", { mips: 29, parisc: 21 }),
  row(SIGWINCH, "SIGWINCH", "ignore", "Window changed", { mips: 20, parisc: 23 }),
  row(SIGIO, "SIGIO", "terminate", "I/O possible", elsewhere(23, 22, 22), ["SIGPOLL"]),
  // On Alpha 29 is SIGPWR, which is SIGINFO there, too; on SPARC it is SIGLOST.
  row(SIGPWR, "SIGPWR", "terminate", "Power failure", { alpha: 29, sparc: null, mips: 19, parisc: 19 }),
  row(SIGSYS, "SIGSYS", "core", "Bad system call", { alpha: 12, sparc: 12, mips: 12 }, ["SIGUNUSED"]),
];

/** Signals that other architectures have and this one has not. */
export const SIGNALS_ELSEWHERE: readonly Omit<SignalRow, "number">[] = [
  {
    name: "SIGEMT",
    aliases: [],
    action: "terminate",
    description: "EMT trap",
    elsewhere: { alpha: 7, sparc: 7, mips: 7 },
  },
  {
    name: "SIGINFO",
    aliases: ["SIGPWR"],
    action: "terminate",
    description: "Power failure",
    elsewhere: { alpha: 29 },
  },
  {
    name: "SIGLOST",
    aliases: [],
    action: "terminate",
    description: "Resource lost",
    elsewhere: { sparc: 29 },
  },
];

/** Is this a number that kill(2) takes, 0 aside? */
export function isSignal(signo: unknown): signo is number {
  return typeof signo === "number" && Number.isInteger(signo) && signo >= 1 && signo <= SIGRTMAX;
}

/** What the signal does by default: every real-time signal terminates. */
export function defaultAction(signo: number): DefaultAction {
  return SIGNALS[signo - 1]?.action ?? "terminate";
}

/** "SIGINT" for 2, "SIGRTMIN+3" for 37. */
export function signalName(signo: number): string {
  const standard = SIGNALS[signo - 1];
  if (standard !== undefined) return standard.name;
  if (signo === SIGRTMAX) return "SIGRTMAX";
  return signo === SIGRTMIN ? "SIGRTMIN" : signo > SIGRTMIN ? `SIGRTMIN+${signo - SIGRTMIN}` : `signal ${signo}`;
}

/** strsignal(3): what a shell says of a process that the signal has ended. */
export function strsignal(signo: number): string {
  const standard = SIGNALS[signo - 1];
  if (standard !== undefined) return standard.description;
  const isRealTime = signo >= SIGRTMIN && signo <= SIGRTMAX;
  return isRealTime ? `Real-time signal ${signo - SIGRTMIN}` : `Unknown signal ${signo}`;
}

/** 2 for "SIGINT" or 2 itself; undefined for what is no signal. */
export function signalNumber(signal: string | number): number | undefined {
  if (typeof signal === "number") return isSignal(signal) ? signal : undefined;
  const standard = SIGNALS.find(({ name, aliases }) => name === signal || aliases.includes(signal));
  if (standard !== undefined) return standard.number;
  const [, base, sign, offset] = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(signal) ?? [];
  if (base === undefined) return undefined;
  const distance = sign === "-" ? -Number(offset) : Number(offset ?? 0);
  const signo = (base === "MIN" ? SIGRTMIN : SIGRTMAX) + distance;
  return signo >= SIGRTMIN && signo <= SIGRTMAX ? signo : undefined;
}
