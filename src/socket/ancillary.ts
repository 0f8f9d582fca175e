/**
 * What a message carries beside its bytes: the credentials of its sender, open files, and control messages.
 *
 * Read first: unix(7), "Ancillary messages"; cmsg(3). Rights hold one reference to each file. Whoever has a Rights
 * either takes the files, and their references with them, or discards them.
 */
import type { OpenFile } from "../file/open-file.ts";
import type { ControlMessage } from "./option.ts";

/** struct ucred. */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who keeps account of files that are in flight: sent, and not yet received. */
export interface Flight {
  /** These have landed, or were discarded. */
  leave(rights: Rights): void;
}

/** SCM_RIGHTS: open files on their way from one process to another. */
export class Rights {
  #files: readonly OpenFile[];
  #flight: Flight | null = null;

  /** Takes a reference to each file. */
  constructor(files: readonly OpenFile[]) {
    this.#files = files.map((file) => file.reference());
  }

  get files(): readonly OpenFile[] {
    return this.#files;
  }

  /** They have been sent: this one is told when they are in flight no more. */
  depart(flight: Flight): void {
    this.#flight = flight;
  }

  /** Received: the files, whose references are the caller's from now on. */
  take(): readonly OpenFile[] {
    const files = this.#files;
    this.#flight?.leave(this);
    this.#flight = null;
    this.#files = [];
    return files;
  }

  /** MSG_PEEK: the same files once more, with references of their own. */
  duplicate(): Rights {
    return new Rights(this.#files);
  }

  /** Nobody will receive them. Does nothing when they have been taken. */
  discard(): void {
    for (const file of this.take()) file.unreference();
  }
}

/** What goes with a message. */
export interface Ancillary {
  /** Null when the message was sent while nobody asked for them. */
  readonly credentials: Credentials | null;
  readonly rights: Rights | null;
  /** The control messages of protocols. */
  readonly control?: readonly ControlMessage[];
  /** When it was sent, where the receiver asks for that (SO_TIMESTAMP). */
  readonly timeNs?: number;
}
