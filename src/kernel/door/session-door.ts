/**
 * Calls on process groups and sessions, for TypeScript programs. Read first: kernel/sys/, kernel/calls/sessions.ts.
 */
import * as sessions from "../calls/sessions.ts";
import { SignalDoor } from "./signal-door.ts";

export abstract class SessionDoor extends SignalDoor {
  setpgid(pid: number, pgid: number): void {
    this.now("setpgid", [pid, pgid], () => sessions.setpgid(this.process, pid, pgid));
  }

  getpgid(pid: number): number {
    return this.now("getpgid", [pid], () => sessions.getpgid(this.process, pid));
  }

  getpgrp(): number {
    return this.now("getpgrp", [], () => this.process.pgid);
  }

  setsid(): number {
    return this.now("setsid", [], () => sessions.setsid(this.process));
  }

  getsid(pid: number): number {
    return this.now("getsid", [pid], () => sessions.getsid(this.process, pid));
  }
}
