/**
 * What the layers below the kernel see of a process.
 */

/** The process on whose behalf a call runs. */
export interface Task {
  readonly pid: number;
  /** Name of the program, for messages. */
  readonly name: string;
  /** Effective user: 0 is root. */
  readonly uid: number;
  /** Effective group. */
  readonly gid: number;
  /** RLIMIT_FSIZE, in bytes; without it there is no limit. */
  readonly fileSizeMaxBytes?: number;
  /** It has tried to make a file larger than that. */
  exceededFileSize?(): void;
}
