/**
 * Calls on users, groups and limits, for TypeScript programs. Read first: kernel/sys/, kernel/calls/{users,limits}.ts.
 */
import type { Errno } from "../../abi/errno.ts";
import * as limits from "../calls/limits.ts";
import * as users from "../calls/users.ts";
import type { IdTriple } from "../credentials.ts";
import type { ResourceLimit } from "../limits.ts";
import { EventDoor } from "./event-door.ts";

export abstract class UserDoor extends EventDoor {
  geteuid(): number {
    return this.now("geteuid", [], () => this.process.uid);
  }

  getegid(): number {
    return this.now("getegid", [], () => this.process.gid);
  }

  getresuid(): IdTriple {
    return this.now("getresuid", [], () => idsOf(this.process.credentials.user));
  }

  getresgid(): IdTriple {
    return this.now("getresgid", [], () => idsOf(this.process.credentials.group));
  }

  getgroups(): readonly number[] {
    return this.now("getgroups", [], () => [...this.process.credentials.groups]);
  }

  setgroups(groups: readonly number[]): void {
    this.now("setgroups", [groups], () => users.setgroups(this.process, groups));
  }

  setuid(uid: number): void {
    this.now("setuid", [uid], () => users.setId(this.process, "user", uid));
  }

  seteuid(uid: number): void {
    this.now("seteuid", [uid], () => users.setEffectiveId(this.process, "user", uid));
  }

  setreuid(real: number, effective: number): void {
    this.now("setreuid", [real, effective], () => users.setRealEffectiveIds(this.process, "user", real, effective));
  }

  setresuid(real: number, effective: number, saved: number): void {
    const set = (): 0 | Errno => users.setAllIds(this.process, "user", real, effective, saved);
    this.now("setresuid", [real, effective, saved], set);
  }

  setgid(gid: number): void {
    this.now("setgid", [gid], () => users.setId(this.process, "group", gid));
  }

  setegid(gid: number): void {
    this.now("setegid", [gid], () => users.setEffectiveId(this.process, "group", gid));
  }

  setregid(real: number, effective: number): void {
    this.now("setregid", [real, effective], () => users.setRealEffectiveIds(this.process, "group", real, effective));
  }

  setresgid(real: number, effective: number, saved: number): void {
    const set = (): 0 | Errno => users.setAllIds(this.process, "group", real, effective, saved);
    this.now("setresgid", [real, effective, saved], set);
  }

  getrlimit(resource: number): ResourceLimit {
    return this.now("getrlimit", [resource], () => limits.getrlimit(this.process, resource));
  }

  setrlimit(resource: number, limit: ResourceLimit): void {
    this.now("setrlimit", [resource, limit], () => limits.setrlimit(this.process, resource, limit));
  }
}

/** A record of its own: the program's does not change with the process. */
function idsOf({ real, effective, saved }: IdTriple): IdTriple {
  return { real, effective, saved };
}
