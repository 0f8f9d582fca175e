/**
 * Redirections: opening files and moving descriptors, for a while or for good.
 *
 * Read first: POSIX, Shell Command Language, 2.7. apply() answers how to take it all back.
 */
import { F_DUPFD_CLOEXEC, O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "../../../abi/fcntl.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";
import { errorText } from "../tool.ts";
import { type Capture, expandText } from "./expand.ts";
import type { ShellState } from "./state.ts";
import type { Redirection } from "./syntax.ts";

/** Descriptors that a shell keeps for itself begin here. */
const PRIVATE_FROM = 10;

const FLAGS: Readonly<Record<string, number>> = {
  "<": O_RDONLY,
  ">": O_WRONLY | O_CREAT | O_TRUNC,
  ">|": O_WRONLY | O_CREAT | O_TRUNC,
  ">>": O_WRONLY | O_CREAT | O_APPEND,
  "<>": O_RDWR | O_CREAT,
};

/** A redirection that can't be: the command does not run. */
export class RedirectionError extends Error {}

/** Carries the redirections out; what is answered undoes them, latest first. */
export async function redirect(state: ShellState, all: readonly Redirection[], capture: Capture): Promise<() => void> {
  const undo: (() => void)[] = [];
  const undoAll = (): void => {
    for (const step of undo.reverse()) step();
  };
  try {
    for (const redirection of all) {
      const text = await expandText(state, redirection.word, capture);
      undo.push(save(state.sys, redirection.fd));
      await one(state.sys, redirection, text);
    }
  } catch (error) {
    undoAll();
    throw error;
  }
  return undoAll;
}

/** Keeps a descriptor, or that there was none. */
function save(sys: Sys, fd: number): () => void {
  let kept: number | null = null;
  try {
    kept = sys.fcntl(fd, F_DUPFD_CLOEXEC, PRIVATE_FROM);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  return () => {
    if (kept === null) closeQuietly(sys, fd);
    else {
      sys.dup2(kept, fd);
      sys.close(kept);
    }
  };
}

async function one(sys: Sys, { fd, operator }: Redirection, text: string): Promise<void> {
  try {
    if (operator === "<<") {
      move(sys, await hereDocument(sys, text), fd);
    } else if (operator === "<&" || operator === ">&") {
      if (text === "-") closeQuietly(sys, fd);
      else if (/^\d+$/.test(text)) sys.dup2(Number(text), fd);
      else throw new RedirectionError(`${text}: no descriptor`);
    } else {
      move(sys, await sys.open(text, FLAGS[operator] as number, 0o666), fd);
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new RedirectionError(`${text}: ${errorText(error)}`);
  }
}

function move(sys: Sys, from: number, to: number): void {
  if (from === to) return;
  sys.dup2(from, to);
  sys.close(from);
}

/** A file without a name: it may be longer than a pipe holds. */
async function hereDocument(sys: Sys, text: string): Promise<number> {
  const path = `/tmp/.sh-${sys.getpid()}`;
  const fd = await sys.open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600);
  sys.unlink(path);
  await sys.write(fd, text);
  sys.lseek(fd, 0, 0);
  return fd;
}

function closeQuietly(sys: Sys, fd: number): void {
  try {
    sys.close(fd);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}
