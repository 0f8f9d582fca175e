/**
 * What the System V calls have in common: ftok(3), and the arguments of IPC_SET.
 */
import type { Errno } from "../../abi/errno.ts";
import type { SysvChange } from "../../ipc/sysv.ts";
import { isId } from "../credentials.ts";
import type { Process } from "../process.ts";

/** The number of the device that the file tree is on, as ftok(3) mixes it in: there is one. */
const DEVICE = 1;

/** ftok(3): a key of a file and a number, by the formula of Linux's C library. What stat(2) says. */
export function ftok(process: Process, path: string, project: number): { readonly key: number } | Errno {
  const inode = process.kernel.files.lookup(process, path);
  if (typeof inode === "string") return inode;
  return { key: ((project & 0xff) << 24) | ((DEVICE & 0xff) << 16) | (inode.number & 0xffff) };
}

/** Is it a record whose users and groups are some? */
export function isSysvChange(change: SysvChange): boolean {
  if (typeof change !== "object" || change === null) return false;
  const { uid = 0, gid = 0, mode = 0 } = change;
  return isId(uid) && isId(gid) && Number.isInteger(mode);
}
