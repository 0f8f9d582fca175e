/**
 * Calls on terminals, for TypeScript programs. Read first: kernel/sys/terminals.ts, kernel/calls/terminals.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import type { Termios, WindowSize } from "../../tty/termios.ts";
import * as sessions from "../calls/sessions.ts";
import * as terminals from "../calls/terminals.ts";
import type { Attempt } from "../operation.ts";
import { NO_DEADLINE, never } from "./caller.ts";
import { QueueDoor } from "./queue-door.ts";

export abstract class TerminalDoor extends QueueDoor {
  posixOpenpt(flags: number): number {
    return this.now("posix_openpt", [flags], () => terminals.openpt(this.process, flags));
  }

  grantpt(fd: number): void {
    this.now("grantpt", [fd], () => terminals.grantpt(this.process, fd));
  }

  unlockpt(fd: number): void {
    this.now("unlockpt", [fd], () => terminals.unlockpt(this.process, fd));
  }

  ptsname(fd: number): string {
    return this.now("ptsname", [fd], () => terminals.ptsname(this.process, fd)).text;
  }

  openpty(termios?: Termios, window?: WindowSize): terminals.PtyPair {
    return this.now("openpty", [], () => terminals.openpty(this.process, termios, window));
  }

  loginTty(fd: number): void {
    this.now("login_tty", [fd], (): 0 | Errno => {
      const { process } = this;
      if (!terminals.isTerminal(process, fd)) return terminals.isOpen(process, fd) ? "ENOTTY" : "EBADF";
      // As the C library does it: a caller that leads its group already keeps its session.
      sessions.setsid(process);
      const set = terminals.setControlling(process, fd, false);
      if (set !== 0) return set;
      for (const standard of [0, 1, 2]) process.descriptors.duplicateTo(fd, standard);
      if (fd > 2) process.descriptors.close(fd);
      return 0;
    });
  }

  isatty(fd: number): boolean {
    return this.now("isatty", [fd], () => (terminals.isTerminal(this.process, fd) ? 1 : 0)) === 1;
  }

  ttyname(fd: number): string {
    return this.now("ttyname", [fd], () => terminals.ttyname(this.process, fd)).text;
  }

  ctermid(): string {
    return "/dev/tty";
  }

  tcgetattr(fd: number): Termios {
    return this.now("tcgetattr", [fd], () => terminals.tcgetattr(this.process, fd));
  }

  tcsetattr(fd: number, action: number, termios: Termios): Promise<void> {
    return this.#change("tcsetattr", [fd, action], () =>
      terminals.settingAttributes(this.process, fd, action, termios),
    );
  }

  tcgetwinsize(fd: number): WindowSize {
    return this.now("tcgetwinsize", [fd], () => terminals.tcgetwinsize(this.process, fd));
  }

  tcsetwinsize(fd: number, window: WindowSize): void {
    this.now("tcsetwinsize", [fd, window], () => terminals.tcsetwinsize(this.process, fd, window));
  }

  tcgetpgrp(fd: number): number {
    return this.now("tcgetpgrp", [fd], () => terminals.tcgetpgrp(this.process, fd));
  }

  tcsetpgrp(fd: number, pgid: number): Promise<void> {
    return this.#change("tcsetpgrp", [fd, pgid], () => terminals.settingForeground(this.process, fd, pgid));
  }

  tcgetsid(fd: number): number {
    return this.now("tcgetsid", [fd], () => terminals.tcgetsid(this.process, fd));
  }

  tcdrain(fd: number): Promise<void> {
    return this.#change("tcdrain", [fd], () => terminals.draining(this.process, fd));
  }

  tcflush(fd: number, queue: number): Promise<void> {
    return this.#change("tcflush", [fd, queue], () => terminals.flushing(this.process, fd, queue));
  }

  tcflow(fd: number, action: number): Promise<void> {
    return this.#change("tcflow", [fd, action], () => terminals.flowing(this.process, fd, action));
  }

  tiocsctty(fd: number, steals: boolean = false): void {
    this.now("tiocsctty", [fd], () => terminals.setControlling(this.process, fd, steals));
  }

  tiocnotty(fd: number): void {
    this.now("tiocnotty", [fd], () => terminals.giveUpControlling(this.process, fd));
  }

  /** A call that changes a terminal: from the background it waits until the process goes on. */
  #change(call: string, args: readonly unknown[], make: () => Attempt<0> | Errno): Promise<void> {
    if (!this.enter(call)) return never();
    return this.later<0, void>(call, args, make(), NO_DEADLINE, () => undefined);
  }
}
