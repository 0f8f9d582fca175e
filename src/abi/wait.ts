/**
 * The status that wait(2) gives, packed as Linux packs it: exit status in bits 8 to 15, terminating signal in bits 0
 * to 6, and the functions that take it apart, named after the macros of the manual page.
 */

/** Answer at once when no child has changed state. */
export const WNOHANG = 1;

/** The status word of a process that called exit(status). Only the low eight bits of it are kept. */
export function exitedStatus(status: number): number {
  return (status & 0xff) << 8;
}

/** The status word of a process that a signal has terminated. */
export function signaledStatus(signal: number): number {
  return signal & 0x7f;
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
