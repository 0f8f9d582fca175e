/**
 * The exceptions that the Sys door throws.
 */
import { ERRNO, ERRNO_TEXT, type Errno } from "../abi/errno.ts";

/** A system call failed: `EADDRINUSE: address already in use, bind (10.0.0.1:7)`. */
export class SystemError extends Error {
  /** The error's name: "EADDRINUSE". */
  readonly code: Errno;
  /** Its number on Linux, positive as in C. */
  readonly errno: number;
  /** The call that failed. */
  readonly syscall: string;

  /** The process that made the call: "sender[2] on bob". */
  readonly process: string;

  constructor(code: Errno, syscall: string, subject: string = "", process: string = "") {
    super(`${code}: ${ERRNO_TEXT[code]}, ${syscall}${subject === "" ? "" : ` (${subject})`}`);
    this.name = "SystemError";
    this.code = code;
    this.errno = ERRNO[code];
    this.syscall = syscall;
    this.process = process;
  }
}

/** Left-over code of a process that has ended, or runs another program now, made a call: it did nothing. */
export class ProcessGoneError extends Error {
  constructor(title: string, call: string) {
    super(`${call}() did nothing: ${title} has ended, or has replaced its program by exec`);
    this.name = "ProcessGoneError";
  }
}
