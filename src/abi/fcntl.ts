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
/** Whoever owns the description is sent SIGIO when it becomes readable or writable. Not for open(2): set it with F_SETFL. */
export const O_ASYNC = 0o20000;
/** pipe2(2): packet mode: each write is a packet, and a read gives one of them. */
export const O_DIRECT = 0o40000;
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
/** Set who is sent SIGIO and SIGURG: a process, or with a negative number a group; 0: nobody. */
export const F_SETOWN = 8;
/** Get who is sent SIGIO and SIGURG. */
export const F_GETOWN = 9;
/** Set the signal that is sent instead of SIGIO; 0: SIGIO. */
export const F_SETSIG = 10;
/** Get the signal that is sent instead of SIGIO. */
export const F_GETSIG = 11;
/** Set who is sent SIGIO and SIGURG: a record of F_OWNER_PID or its kin and a number; 0: nobody. */
export const F_SETOWN_EX = 15;
/** Get who is sent SIGIO and SIGURG, as F_SETOWN_EX sets it. */
export const F_GETOWN_EX = 16;
/** F_SETOWN_EX: a thread, which here is a process. */
export const F_OWNER_TID = 0;
/** F_SETOWN_EX: a process. */
export const F_OWNER_PID = 1;
/** F_SETOWN_EX: a process group. */
export const F_OWNER_PGRP = 2;
/** As F_DUPFD, with FD_CLOEXEC set on the new descriptor. */
export const F_DUPFD_CLOEXEC = 1030;

/** The descriptor is closed by exec. */
export const FD_CLOEXEC = 1;

/** Make the file if it is not there. */
export const O_CREAT = 0o100;
/** With O_CREAT: fail if it is there (EEXIST). */
export const O_EXCL = 0o200;
/** Opening a terminal does not make it the controlling one. */
export const O_NOCTTY = 0o400;
/** Cut a regular file to nothing. */
export const O_TRUNC = 0o1000;
/** Each write goes to the end of the file, in one step with finding it. */
export const O_APPEND = 0o2000;
/** Fail unless it is a directory (ENOTDIR). */
export const O_DIRECTORY = 0o200000;
/** Fail if the last component is a symbolic link (ELOOP). */
export const O_NOFOLLOW = 0o400000;

/** Which record lock would be in the way of this one? */
export const F_GETLK = 5;
/** Set or clear a record lock; EAGAIN when another is in the way. */
export const F_SETLK = 6;
/** As F_SETLK, and wait. */
export const F_SETLKW = 7;
/** Record lock: shared, for reading. */
export const F_RDLCK = 0;
/** Record lock: exclusive, for writing. */
export const F_WRLCK = 1;
/** Record lock: none. */
export const F_UNLCK = 2;
/** Set the capacity of a pipe, in bytes. */
export const F_SETPIPE_SZ = 1031;
/** Get the capacity of a pipe. */
export const F_GETPIPE_SZ = 1032;

/** flock(2): shared. */
export const LOCK_SH = 1;
/** flock(2): exclusive. */
export const LOCK_EX = 2;
/** flock(2): don't wait. */
export const LOCK_NB = 4;
/** flock(2): give it back. */
export const LOCK_UN = 8;
