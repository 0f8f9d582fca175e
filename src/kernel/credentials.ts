/**
 * Who a process is: its real, effective and saved user and group, and its supplementary groups.
 *
 * Read first: credentials(7), setuid(2), setreuid(2), setresuid(2). Users and groups follow the same rules, so one
 * class has them, and the process is privileged while its effective user is 0. The calls are in kernel/calls/users.ts.
 */
import type { Errno } from "../abi/errno.ts";

/** The largest id; the one beyond is (uid_t) -1, "leave it as it is". */
const ID_MAX = 0xffff_fffe;

/** The real, effective and saved id, as getresuid(2) gives them. */
export interface IdTriple {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

/** Is it a user or a group at all? */
export function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= ID_MAX;
}

/** Three ids, of users or of groups, and the rules by which a process may change them. */
export class Ids implements IdTriple {
  real: number;
  effective: number;
  saved: number;

  constructor(real: number, effective: number, saved: number) {
    this.real = real;
    this.effective = effective;
    this.saved = saved;
  }

  copy(): Ids {
    return new Ids(this.real, this.effective, this.saved);
  }

  /** setuid(2): a privileged process takes on all three for good; another chooses between its real and its saved id. */
  set(id: number, isPrivileged: boolean): 0 | Errno {
    if (!isId(id)) return "EINVAL";
    if (isPrivileged) {
      this.real = id;
      this.saved = id;
    } else if (id !== this.real && id !== this.saved) {
      return "EPERM";
    }
    this.effective = id;
    return 0;
  }

  /** seteuid(2). */
  setEffective(effective: number, isPrivileged: boolean): 0 | Errno {
    return isId(effective) ? this.setAll(-1, effective, -1, isPrivileged) : "EINVAL";
  }

  /** setreuid(2); -1 leaves an id as it is. */
  setRealEffective(real: number, effective: number, isPrivileged: boolean): 0 | Errno {
    if (!isIdOrKept(real) || !isIdOrKept(effective)) return "EINVAL";
    if (!isPrivileged) {
      if (real !== -1 && real !== this.real && real !== this.effective) return "EPERM";
      if (effective !== -1 && !this.has(effective)) return "EPERM";
    }
    // setreuid(2): the saved id follows when the real one is set, or the effective one to something but the old real one.
    const savedFollows = real !== -1 || (effective !== -1 && effective !== this.real);
    if (real !== -1) this.real = real;
    if (effective !== -1) this.effective = effective;
    if (savedFollows) this.saved = this.effective;
    return 0;
  }

  /** setresuid(2); -1 leaves an id as it is. */
  setAll(real: number, effective: number, saved: number, isPrivileged: boolean): 0 | Errno {
    for (const id of [real, effective, saved]) {
      if (!isIdOrKept(id)) return "EINVAL";
      if (id !== -1 && !isPrivileged && !this.has(id)) return "EPERM";
    }
    if (real !== -1) this.real = real;
    if (effective !== -1) this.effective = effective;
    if (saved !== -1) this.saved = saved;
    return 0;
  }

  /** Is it one of the three? */
  has(id: number): boolean {
    return id === this.real || id === this.effective || id === this.saved;
  }
}

export class Credentials {
  readonly user: Ids;
  readonly group: Ids;
  /** Supplementary groups, in ascending order. */
  groups: readonly number[];

  constructor(user: Ids, group: Ids, groups: readonly number[] = []) {
    this.user = user;
    this.group = group;
    this.groups = groups;
  }

  /** Of a process that is this user and nobody else, as login(1) makes it. */
  static of(uid: number, gid: number): Credentials {
    return new Credentials(new Ids(uid, uid, uid), new Ids(gid, gid, gid));
  }

  /** fork(2): the child is who its parent is. */
  copy(): Credentials {
    return new Credentials(this.user.copy(), this.group.copy(), this.groups);
  }

  /** capabilities(7): what Linux divides into CAP_SETUID, CAP_SETGID, CAP_SYS_RESOURCE and others. */
  get isPrivileged(): boolean {
    return this.user.effective === 0;
  }

  /** execve(2): the effective ids are saved. */
  afterExec(): void {
    this.user.saved = this.user.effective;
    this.group.saved = this.group.effective;
  }
}

function isIdOrKept(id: number): boolean {
  return id === -1 || isId(id);
}
