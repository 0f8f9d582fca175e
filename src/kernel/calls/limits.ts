/**
 * getrlimit(2) and setrlimit(2): what programs may ask of the limits that kernel/limits.ts keeps.
 */
import type { Errno } from "../../abi/errno.ts";
import type { ResourceLimit } from "../limits.ts";
import type { Process } from "../process.ts";

/** getrlimit(2). EINVAL. */
export function getrlimit(process: Process, resource: number): ResourceLimit | Errno {
  return process.limits.get(resource);
}

/** setrlimit(2). EFAULT, EINVAL, EPERM. Descriptors above a lowered limit stay open. */
export function setrlimit(process: Process, resource: number, limit: ResourceLimit): 0 | Errno {
  if (typeof limit !== "object" || limit === null) return "EFAULT";
  const result = process.limits.set(resource, limit, process.credentials.isPrivileged);
  if (result === 0) process.applyLimits();
  return result;
}
