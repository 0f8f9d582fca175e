/**
 * Calls on terminals, as programs see them. Read first: pty(7), tty(4), termios(3).
 *
 * Those that change a terminal answer promises: called from the background they send SIGTTOU to the caller's group, which stops it.
 */

import type { Termios, WindowSize } from "../../tty/termios.ts";
import type { PtyPair } from "../calls/terminals.ts";

export interface TerminalCalls {
  /** posix_openpt(3): the master of a new pseudo-terminal. Errors: EINVAL, ENOSPC, EMFILE. */
  posixOpenpt(flags: number): number;
  /** grantpt(3): nothing has to be done. Errors: EBADF, ENOTTY. */
  grantpt(fd: number): void;
  /** unlockpt(3): lets the slave be opened. Errors: EBADF, ENOTTY. */
  unlockpt(fd: number): void;
  /** ptsname(3): the path of the slave. Errors: EBADF, ENOTTY. */
  ptsname(fd: number): string;
  /** openpty(3): both ends of a new pseudo-terminal, and the slave's path. Errors: ENOSPC, EMFILE. */
  openpty(termios?: Termios, window?: WindowSize): PtyPair;
  /** login_tty(3): a new session with this terminal, which is also descriptors 0, 1 and 2. Errors: EBADF, ENOTTY, EPERM. */
  loginTty(fd: number): void;
  /** isatty(3). */
  isatty(fd: number): boolean;
  /** ttyname(3). Errors: EBADF, ENOTTY. */
  ttyname(fd: number): string;
  /** ctermid(3): where the controlling terminal is found, if there is one. */
  ctermid(): string;
  /** tcgetattr(3). Errors: EBADF, ENOTTY, EIO. */
  tcgetattr(fd: number): Termios;
  /** tcsetattr(3): TCSANOW, TCSADRAIN or TCSAFLUSH. Errors: EBADF, ENOTTY, EINVAL, EIO, EINTR. */
  tcsetattr(fd: number, action: number, termios: Termios): Promise<void>;
  /** tcgetwinsize(3). Errors: EBADF, ENOTTY, EIO. */
  tcgetwinsize(fd: number): WindowSize;
  /** tcsetwinsize(3): SIGWINCH for the foreground group. Errors: EBADF, ENOTTY, EINVAL, EIO. */
  tcsetwinsize(fd: number, window: WindowSize): void;
  /** tcgetpgrp(3): the foreground group, 0 when there is none. Errors: EBADF, ENOTTY. */
  tcgetpgrp(fd: number): number;
  /** tcsetpgrp(3). Errors: EBADF, ENOTTY, EINVAL, ESRCH, EPERM, EINTR. */
  tcsetpgrp(fd: number, pgid: number): Promise<void>;
  /** tcgetsid(3): the session that the terminal controls. Errors: EBADF, ENOTTY. */
  tcgetsid(fd: number): number;
  /** tcdrain(3). Errors: EBADF, ENOTTY, EIO, EINTR. */
  tcdrain(fd: number): Promise<void>;
  /** tcflush(3): TCIFLUSH, TCOFLUSH or TCIOFLUSH. Errors: EBADF, ENOTTY, EINVAL, EIO, EINTR. */
  tcflush(fd: number, queue: number): Promise<void>;
  /** tcflow(3): TCOOFF, TCOON, TCIOFF or TCION. Errors: EBADF, ENOTTY, EINVAL, EIO, EINTR. */
  tcflow(fd: number, action: number): Promise<void>;
  /** ioctl(TIOCSCTTY): makes it the session's controlling terminal; root may take it from another. Errors: EBADF, ENOTTY, EPERM. */
  tiocsctty(fd: number, steals?: boolean): void;
  /** ioctl(TIOCNOTTY): gives up the controlling terminal. Errors: EBADF, ENOTTY. */
  tiocnotty(fd: number): void;
}
