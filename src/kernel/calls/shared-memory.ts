/**
 * Shared memory by name and by key: shm_open(3), shm_unlink(3), shmget(2), shmat(2), shmdt(2), shmctl(2).
 *
 * A POSIX object is a file in /dev/shm, which mmap(2) maps; a System V segment is ipc/sysv-shm.ts's.
 */
import type { Errno } from "../../abi/errno.ts";
import { O_ACCMODE, O_NOFOLLOW } from "../../abi/fcntl.ts";
import { PAGE_BYTES, PROT_READ, PROT_WRITE } from "../../abi/mman.ts";
import { NAME_MAX } from "../../abi/stat.ts";
import { IPC_INFO, IPC_RMID, IPC_SET, IPC_STAT, SHM_INFO, SHM_RDONLY, SHM_STAT, SHM_STAT_ANY } from "../../abi/sysv.ts";
import { Directory } from "../../file/inode.ts";
import { openPath } from "../../file/open.ts";
import { openInode } from "../../file/opened.ts";
import type { Mapping } from "../../ipc/mapping.ts";
import { READ, type SysvChange, WRITE } from "../../ipc/sysv.ts";
import { Segment, SegmentMapping, type SegmentStatus } from "../../ipc/sysv-shm.ts";
import type { Process } from "../process.ts";
import { isSysvChange } from "./sysv.ts";
import { atPlace, type SegmentLimits, type SegmentUse, segmentLimits, segmentUse } from "./sysv-info.ts";

/** kernel.shmmax: there is no such segment. */
const SEGMENT_MAX = 2 ** 53 - PAGE_BYTES;

/**
 * The path in /dev/shm of what has the name "/name", for shm_open(3) and, with a prefix, sem_open(3). EINVAL: slashes within,
 * nothing, or too long.
 */
export function shmPath(name: string, prefix: string = ""): { readonly path: string } | "EINVAL" {
  if (typeof name !== "string") return "EINVAL";
  const bare = name.replace(/^\/+/, "");
  const isName = bare !== "" && !bare.includes("/") && bare.length + prefix.length < NAME_MAX;
  return isName ? { path: `/dev/shm/${prefix}${bare}` } : "EINVAL";
}

/** shm_open(3). EACCES, EEXIST, EINVAL, EMFILE, ENOENT. */
export function shmOpen(process: Process, name: string, flags: number, mode: number): number | Errno {
  const place = shmPath(name);
  if (place === "EINVAL") return place;
  if (process.descriptors.isFull) return "EMFILE";
  const inode = openPath(process.kernel.files, process, place.path, flags | O_NOFOLLOW, mode);
  if (inode instanceof Directory || inode === "EISDIR") return "EINVAL";
  if (typeof inode === "string") return inode;
  const ops = openInode(inode, place.path, process);
  return typeof ops === "string" ? ops : process.kernel.install(process, ops, flags & O_ACCMODE, true);
}

/** shm_unlink(3), and with a prefix sem_unlink(3). EACCES, ENOENT. */
export function shmUnlink(process: Process, name: string, prefix: string = ""): 0 | Errno {
  const place = shmPath(name, prefix);
  if (place === "EINVAL") return "ENOENT";
  const result = process.kernel.files.unlink(process, place.path);
  // The sticky bit of the directory: the C library says EACCES, as POSIX wants it.
  return result === "EPERM" ? "EACCES" : result;
}

/** shmget(2). EACCES, EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC. */
export function shmget(process: Process, key: number, size: number, flags: number): number | Errno {
  const { segments, memory, nowSeconds } = process.kernel.ipc;
  if (!Number.isSafeInteger(size) || size < 0) return "EINVAL";
  const make = (): Segment | Errno => {
    if (size < 1 || size > SEGMENT_MAX) return "EINVAL";
    if (!memory.take(size)) return "ENOMEM";
    return new Segment(key | 0, flags, process, nowSeconds, { size, table: segments, budget: memory });
  };
  const found = segments.get(process, key | 0, flags, make, (segment) => (size > segment.size ? "EINVAL" : null));
  if (found === "ENOSPC") memory.giveBack(size);
  return typeof found === "string" ? found : found.id;
}

/** shmat(2). EACCES, EINVAL, ENOMEM. */
export function shmat(process: Process, id: number, flags: number, address: number): Mapping | Errno {
  const segment = process.kernel.ipc.segments.object(id);
  if (segment === "EINVAL") return segment;
  const isReadOnly = (flags & SHM_RDONLY) !== 0;
  if (!segment.allows(process, isReadOnly ? READ : READ | WRITE)) return "EACCES";
  const { memory } = process.ipc;
  if (address !== 0 && !memory.isFree(address, segment.size)) return "EINVAL";
  if (memory.isFull) return "ENOMEM";
  const mapping = new SegmentMapping(segment, isReadOnly ? PROT_READ : PROT_READ | PROT_WRITE, process.pid);
  memory.add(mapping, address);
  return mapping;
}

/** shmdt(2). EINVAL: no segment is attached at that address. */
export function shmdt(process: Process, address: number): 0 | Errno {
  const { memory } = process.ipc;
  const mapping = memory.at(address);
  if (!(mapping instanceof SegmentMapping)) return "EINVAL";
  memory.remove(mapping, process.pid);
  return 0;
}

/** shmctl(2). EACCES, EINVAL, EPERM. */
export function shmctl(
  process: Process,
  id: number,
  command: number,
  change: SysvChange | undefined,
): SegmentStatus | SegmentLimits | SegmentUse | 0 | Errno {
  const { segments } = process.kernel.ipc;
  if (command === IPC_INFO || command === SHM_INFO) {
    if (id < 0) return "EINVAL";
    return command === SHM_INFO ? segmentUse(segments) : segmentLimits(segments, SEGMENT_MAX);
  }
  if (command === SHM_STAT || command === SHM_STAT_ANY) {
    return atPlace<SegmentStatus>(process, segments, id, command === SHM_STAT_ANY);
  }
  const segment = segments.object(id);
  if (segment === "EINVAL") return segment;
  if (command === IPC_STAT) return segment.allows(process, READ) ? segment.status : "EACCES";
  if (command !== IPC_SET && command !== IPC_RMID) return "EINVAL";
  if (command === IPC_SET && (change === undefined || !isSysvChange(change))) return "EINVAL";
  if (!segment.isOwnedBy(process)) return "EPERM";
  if (command === IPC_SET) segment.change(change as SysvChange);
  else segment.remove();
  return 0;
}
