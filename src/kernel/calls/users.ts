/**
 * Calls on users and groups: setuid(2), setreuid(2), setresuid(2), setgroups(2) and their kin. Read first: credentials(7).
 */
import type { Errno } from "../../abi/errno.ts";
import { type Ids, isId } from "../credentials.ts";
import type { Process } from "../process.ts";

/** NGROUPS_MAX on Linux. */
const GROUPS_MAX = 65_536;

/** Which ids of the process a call is about. */
export type IdKind = "user" | "group";

/** setuid(2), setgid(2). EINVAL, EPERM. */
export function setId(process: Process, kind: IdKind, id: number): 0 | Errno {
  return idsOf(process, kind).set(id, process.credentials.isPrivileged);
}

/** seteuid(2), setegid(2). EINVAL, EPERM. */
export function setEffectiveId(process: Process, kind: IdKind, effective: number): 0 | Errno {
  return idsOf(process, kind).setEffective(effective, process.credentials.isPrivileged);
}

/** setreuid(2), setregid(2). EINVAL, EPERM. */
export function setRealEffectiveIds(process: Process, kind: IdKind, real: number, effective: number): 0 | Errno {
  return idsOf(process, kind).setRealEffective(real, effective, process.credentials.isPrivileged);
}

/** setresuid(2), setresgid(2). EINVAL, EPERM. */
export function setAllIds(process: Process, kind: IdKind, real: number, effective: number, saved: number): 0 | Errno {
  return idsOf(process, kind).setAll(real, effective, saved, process.credentials.isPrivileged);
}

/** setgroups(2): the kernel keeps them sorted. EPERM, EINVAL: too many, or no groups. */
export function setgroups(process: Process, groups: readonly number[]): 0 | Errno {
  if (!process.credentials.isPrivileged) return "EPERM";
  if (!Array.isArray(groups) || groups.length > GROUPS_MAX || !groups.every(isId)) return "EINVAL";
  process.credentials.groups = [...groups].sort((a, b) => a - b);
  return 0;
}

function idsOf(process: Process, kind: IdKind): Ids {
  return process.credentials[kind];
}
