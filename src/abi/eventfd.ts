/**
 * Flags of eventfd(2), as Linux has them on x86-64.
 */

/** read() takes one from the counter, not all of it. */
export const EFD_SEMAPHORE = 1;
/** The new description is non-blocking. */
export const EFD_NONBLOCK = 0o4000;
/** The new descriptor is closed by exec. */
export const EFD_CLOEXEC = 0o2000000;
