/**
 * Memory: mmap(2), munmap(2), msync(2), and the loads and stores that are checked as a processor checks them.
 *
 * Mappings are ipc/mapping.ts's; a process keeps them by address (ipc/address-space.ts).
 */
import type { Errno } from "../../abi/errno.ts";
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PAGE_BYTES,
  PROT_WRITE,
} from "../../abi/mman.ts";
import { BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, SIGBUS, SIGSEGV } from "../../abi/signal.ts";
import { RegularFile } from "../../file/inode.ts";
import type { OpenFile } from "../../file/open-file.ts";
import { AnonymousMapping, type Fault, FileMapping, type Mapping } from "../../ipc/mapping.ts";
import type { Process } from "../process.ts";
import { kernelSignal } from "../signals/siginfo.ts";

/** MAP_SHARED or MAP_PRIVATE: one of the two must be given. */
const MAP_TYPE = MAP_SHARED | MAP_PRIVATE;
/** Nobody has so much memory. */
const LENGTH_MAX = 2 ** 47;

/** mmap(2). EACCES, EBADF, EINVAL, ENODEV, ENOMEM. */
export function mmap(
  process: Process,
  length: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
  address: number,
): Mapping | Errno {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset % PAGE_BYTES !== 0) return "EINVAL";
  const isAnonymous = (flags & MAP_ANONYMOUS) !== 0;
  const file = isAnonymous ? null : process.descriptors.get(fd);
  if (file === undefined) return "EBADF";
  const type = flags & MAP_TYPE;
  if (!Number.isSafeInteger(length) || length <= 0 || (type !== MAP_SHARED && type !== MAP_PRIVATE)) return "EINVAL";
  const isShared = type === MAP_SHARED;
  const { memory } = process.ipc;
  if (length > LENGTH_MAX || memory.isFull) return "ENOMEM";
  const mapping =
    file === null
      ? anonymous(process, length, protection, isShared)
      : ofFile(process, file, { length, protection, isShared, offset });
  // An address is a wish, as without MAP_FIXED on Linux.
  if (typeof mapping !== "string") memory.add(mapping, memory.isFree(address, length) ? address : 0);
  return mapping;
}

/** munmap(2) of a whole mapping. EINVAL: nothing is mapped at that address. */
export function munmap(process: Process, address: number): 0 | Errno {
  const { memory } = process.ipc;
  const mapping = memory.at(address);
  if (mapping === undefined) return "EINVAL";
  memory.remove(mapping, process.pid);
  return 0;
}

/** msync(2): there is nothing to do, as nothing is cached. EINVAL: flags that are none; ENOMEM: nothing is mapped there. */
export function msync(process: Process, address: number, flags: number): 0 | Errno {
  const both = MS_ASYNC | MS_SYNC;
  if ((flags & ~(both | MS_INVALIDATE)) !== 0 || (flags & both) === both) return "EINVAL";
  return process.ipc.memory.at(address) === undefined ? "ENOMEM" : 0;
}

/** The mapping that begins at an address. EFAULT: there is none. */
export function mappingAt(process: Process, address: number): Mapping | "EFAULT" {
  return process.ipc.memory.at(address) ?? "EFAULT";
}

/** Reads bytes as a processor does. EFAULT, after SIGSEGV or SIGBUS. */
export function load(process: Process, mapping: Mapping, offset: number, into: Uint8Array): number | Errno {
  const fault = mapping.fault(offset, into.length, false);
  if (fault !== null) return faulted(process, fault);
  into.set(mapping.bytes.subarray(offset, offset + into.length));
  return into.length;
}

/** Writes bytes as a processor does. EFAULT, after SIGSEGV or SIGBUS. */
export function store(process: Process, mapping: Mapping, offset: number, from: Uint8Array): number | Errno {
  const fault = mapping.fault(offset, from.length, true);
  if (fault !== null) return faulted(process, fault);
  mapping.bytes.set(from, offset);
  return from.length;
}

/** The process has touched memory that it can't. */
export function faulted(process: Process, fault: Fault): "EFAULT" {
  const signo = fault === "BUS_ADRERR" ? SIGBUS : SIGSEGV;
  const code = { BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR }[fault];
  process.signals.force({ ...kernelSignal(signo), code });
  return "EFAULT";
}

function anonymous(process: Process, length: number, protection: number, isShared: boolean): Mapping | Errno {
  return AnonymousMapping.make(length, protection, isShared, process.kernel.ipc.memory) ?? "ENOMEM";
}

interface FileRange {
  readonly length: number;
  readonly protection: number;
  readonly isShared: boolean;
  readonly offset: number;
}

function ofFile(
  process: Process,
  file: OpenFile,
  { length, protection, isShared, offset }: FileRange,
): Mapping | Errno {
  if (isShared && (protection & PROT_WRITE) !== 0 && !file.writable) return "EACCES";
  if (!file.readable) return "EACCES";
  const { named } = file.ops;
  if (!(named instanceof RegularFile)) return "ENODEV";
  named.touchAccess();
  if (!isShared) return copyOf(process, named, length, protection, offset);
  return mapFile(named, file.ops.describe().name, length, protection, offset);
}

/** A file's own pages. */
export function mapFile(
  file: RegularFile,
  name: string,
  length: number,
  protection: number,
  offset: number = 0,
): Mapping | Errno {
  const pages = file.content.map(offset, length);
  return pages === "ENOMEM" ? pages : new FileMapping(file, pages, name, length, protection);
}

/** MAP_PRIVATE: what the file has now. */
function copyOf(
  process: Process,
  file: RegularFile,
  length: number,
  protection: number,
  offset: number,
): Mapping | Errno {
  const mapping = anonymous(process, length, protection, false);
  if (typeof mapping !== "string") file.content.read(offset, mapping.bytes);
  return mapping;
}
