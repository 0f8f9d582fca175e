/**
 * Numbers of mmap(2), as Linux has them on x86-64.
 */

/** Memory comes in pages of so many bytes. */
export const PAGE_BYTES = 4096;

/** The memory can't be touched. */
export const PROT_NONE = 0;
/** It may be read. */
export const PROT_READ = 1;
/** It may be written. */
export const PROT_WRITE = 2;
/** It may be executed; there is nothing to execute. */
export const PROT_EXEC = 4;

/** Everybody who maps the object sees the same bytes. */
export const MAP_SHARED = 1;
/** A copy of one's own. */
export const MAP_PRIVATE = 2;
/** No file: zeros. */
export const MAP_ANONYMOUS = 0x20;

/** msync(2): later. */
export const MS_ASYNC = 1;
/** msync(2): forget what others have cached. */
export const MS_INVALIDATE = 2;
/** msync(2): now. */
export const MS_SYNC = 4;

/** The largest value of a POSIX semaphore. */
export const SEM_VALUE_MAX = 0x7fff_ffff;
