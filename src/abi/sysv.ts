/**
 * Numbers of System V interprocess communication, as Linux has them on x86-64. Read first: sysvipc(7).
 */

/** A key that belongs to nobody: each get makes a new object. */
export const IPC_PRIVATE = 0;
/** Make the object if there is none with that key. */
export const IPC_CREAT = 0o1000;
/** With IPC_CREAT: EEXIST if there is one. */
export const IPC_EXCL = 0o2000;
/** Don't wait. */
export const IPC_NOWAIT = 0o4000;

/** msgctl, semctl, shmctl: remove the object. */
export const IPC_RMID = 0;
/** Change owner and mode. */
export const IPC_SET = 1;
/** Tell its state. */
export const IPC_STAT = 2;

/** msgctl, semctl, shmctl: tell the limits. */
export const IPC_INFO = 3;

/** msgctl(2): the queue in a place of the table. */
export const MSG_STAT = 11;
/** msgctl(2): what is used. */
export const MSG_INFO = 12;
/** msgctl(2): as MSG_STAT, whoever may read it. */
export const MSG_STAT_ANY = 13;
/** semctl(2): the array in a place of the table. */
export const SEM_STAT = 18;
/** semctl(2): what is used. */
export const SEM_INFO = 19;
/** semctl(2): as SEM_STAT, whoever may read it. */
export const SEM_STAT_ANY = 20;
/** shmctl(2): the segment in a place of the table. */
export const SHM_STAT = 13;
/** shmctl(2): what is used. */
export const SHM_INFO = 14;
/** shmctl(2): as SHM_STAT, whoever may read it. */
export const SHM_STAT_ANY = 15;

/** msgrcv(2): a message that is too long is cut. */
export const MSG_NOERROR = 0o10000;
/** msgrcv(2): the first message that is not of that type. */
export const MSG_EXCEPT = 0o20000;
/** msgrcv(2): a copy of the message with that place in the queue. */
export const MSG_COPY = 0o40000;

/** semop(2): what the operation did is undone when the process ends. */
export const SEM_UNDO = 0x1000;
/** semctl(2): the process that changed the semaphore last. */
export const GETPID = 11;
/** semctl(2): the value of one semaphore. */
export const GETVAL = 12;
/** semctl(2): the values of all. */
export const GETALL = 13;
/** semctl(2): how many wait for a larger value. */
export const GETNCNT = 14;
/** semctl(2): how many wait for zero. */
export const GETZCNT = 15;
/** semctl(2): sets one value. */
export const SETVAL = 16;
/** semctl(2): sets all values. */
export const SETALL = 17;

/** shmat(2): for reading only. */
export const SHM_RDONLY = 0o10000;
/** In the mode of a segment: it goes at the last detach. */
export const SHM_DEST = 0o1000;
