/**
 * Numbers of open(2) and fcntl(2), as Linux has them on x86-64.
 */

/** Reading only. */
export const O_RDONLY = 0;
/** Writing only. */
export const O_WRONLY = 1;
/** Reading and writing. */
export const O_RDWR = 2;
/** The bits of the flags that hold the access mode. */
export const O_ACCMODE = 3;
/** Calls on the open file description never wait: they answer EAGAIN. */
export const O_NONBLOCK = 0o4000;
/** The descriptor is closed by exec. */
export const O_CLOEXEC = 0o2000000;

/** Duplicate to the lowest free descriptor not below the argument. */
export const F_DUPFD = 0;
/** Get the flags of the descriptor (FD_CLOEXEC). */
export const F_GETFD = 1;
/** Set the flags of the descriptor. */
export const F_SETFD = 2;
/** Get the access mode and status flags of the open file description. */
export const F_GETFL = 3;
/** Set the status flags of the open file description. */
export const F_SETFL = 4;
/** As F_DUPFD, with FD_CLOEXEC set on the new descriptor. */
export const F_DUPFD_CLOEXEC = 1030;

/** The descriptor is closed by exec. */
export const FD_CLOEXEC = 1;
