/**
 * What becomes of a call that a signal interrupts: signal(7), "Interruption of system calls and library functions by
 * signal handlers" and "… by stop signals", call by call.
 */

/**
 * "always": goes on after any handler.
 * "restart": goes on after a handler that was set with SA_RESTART, else it is EINTR.
 * "never": EINTR after any handler; goes on after a stop and a continue.
 * "breaks": EINTR after any handler, and after a stop and a continue as well.
 */
type RestartClass = "always" | "restart" | "never" | "breaks";

/** The calls that are not restarted. Those that are not here are: read, write, open, wait, send, recv, flock, … */
const CLASSES: Readonly<Record<string, RestartClass>> = {
  // Waiting for signals.
  // The C library asks again.
  sigwait: "always",
  pause: "never",
  sigsuspend: "never",
  sigtimedwait: "breaks",
  sigwaitinfo: "breaks",
  // Waiting for many descriptors.
  poll: "never",
  ppoll: "never",
  select: "never",
  pselect: "never",
  epoll_wait: "breaks",
  epoll_pwait: "breaks",
  // Sleeping.
  nanosleep: "never",
  clock_nanosleep: "never",
  sleep: "never",
  usleep: "never",
  // A futex with a timeout, and what stands on it: the rest of the time would have to be reckoned.
  futex_timedwait: "never",
  sem_timedwait: "never",
  // A request is not sent twice.
  msg_send: "never",
  // System V IPC.
  msgrcv: "never",
  msgsnd: "never",
  semop: "breaks",
  semtimedop: "breaks",
};

/** Socket interfaces: with a timeout (SO_RCVTIMEO, SO_SNDTIMEO) they are never restarted. */
const ON_SOCKETS: ReadonlySet<string> = new Set(
  "accept accept4 connect read readv recv recvfrom recvmsg send sendmsg sendto write writev".split(" "),
);

function restartClass(call: string, isTimed: boolean): RestartClass {
  if (isTimed && ON_SOCKETS.has(call)) return "breaks";
  return Object.hasOwn(CLASSES, call) ? (CLASSES[call] ?? "restart") : "restart";
}

/** Does the call, with or without a deadline, go on after a handler that was set with SA_RESTART, or without it? */
export function goesOn(call: string, hasRestartFlag: boolean, isTimed: boolean): boolean {
  const kind = restartClass(call, isTimed);
  return kind === "always" || (kind === "restart" && hasRestartFlag);
}

/** Does the call end when the process was stopped and is continued? */
export function breaksAtStop(call: string, isTimed: boolean): boolean {
  return restartClass(call, isTimed) === "breaks";
}
