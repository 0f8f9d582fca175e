/**
 * The status that wait(2) gives, packed as Linux packs it: exit status in bits 8 to 15, terminating signal in bits 0
 * to 6 with the core flag in bit 7; 0x7f and the signal for a stop. And the functions that take it apart, named after the macros of the manual page.
 */

/** Answer at once when no child has changed state. */
export const WNOHANG = 1;
/** Tell of children that have stopped, too. */
export const WUNTRACED = 2;
/** Tell of stopped children that go on, too. */
export const WCONTINUED = 8;

/** The bit that says that the signal has dumped core. */
const CORE = 0x80;
/** The status word of a child that goes on after a stop. */
export const CONTINUED_STATUS = 0xffff;

/** The status word of a process that called exit(status). Only the low eight bits of it are kept. */
export function exitedStatus(status: number): number {
  return (status & 0xff) << 8;
}

/** The status word of a process that a signal has terminated. */
export function signaledStatus(signal: number, hasDumpedCore: boolean = false): number {
  return (signal & 0x7f) | (hasDumpedCore ? CORE : 0);
}

/** The status word of a process that a signal has stopped. */
export function stoppedStatus(signal: number): number {
  return (signal << 8) | 0x7f;
}

/** Did the child end by exit, or by returning from its program? */
export function WIFEXITED(status: number): boolean {
  return (status & 0x7f) === 0;
}

/** The exit status, 0 to 255, when WIFEXITED. */
export function WEXITSTATUS(status: number): number {
  return (status >> 8) & 0xff;
}

/** Did a signal terminate the child? */
export function WIFSIGNALED(status: number): boolean {
  return (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
}

/** The signal that terminated the child, when WIFSIGNALED. */
export function WTERMSIG(status: number): number {
  return status & 0x7f;
}

/** Did the signal that terminated the child dump core? */
export function WCOREDUMP(status: number): boolean {
  return WIFSIGNALED(status) && (status & CORE) !== 0;
}

/** Has the child stopped? Only with WUNTRACED. */
export function WIFSTOPPED(status: number): boolean {
  return (status & 0xff) === 0x7f;
}

/** The signal that stopped the child, when WIFSTOPPED. */
export function WSTOPSIG(status: number): number {
  return (status >> 8) & 0xff;
}

/** Does the child go on after a stop? Only with WCONTINUED. */
export function WIFCONTINUED(status: number): boolean {
  return status === CONTINUED_STATUS;
}
