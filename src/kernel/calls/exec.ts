/**
 * execve(2) by path: from a name in the file tree to the program behind it.
 *
 * Read first: execve(2), "Interpreter scripts". find() follows `#!` lines until it has a ProgramFile; exec() of processes.ts
 * replaces the program.
 */
import type { Errno } from "../../abi/errno.ts";
import { X_OK } from "../../abi/stat.ts";
import { type Inode, ProgramFile, RegularFile } from "../../file/inode.ts";
import { mayAccess } from "../../file/permission.ts";
import type { Process } from "../process.ts";
import { exec } from "./processes.ts";

/** BINPRM_BUF_SIZE: so much of a script is looked at. */
const LINE_MAX_BYTES = 256;
/** Interpreters that are scripts themselves; ELOOP beyond. */
const SCRIPTS_MAX = 4;

/** A program to run, with all its arguments. */
interface Found {
  readonly program: unknown;
  readonly args: readonly string[];
}

/**
 * execve(2): `args` are those behind the program's name. EACCES: not executable; ENOEXEC: neither a program nor a script;
 * ENOENT, ENOTDIR, ELOOP.
 */
export function execve(
  process: Process,
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): 0 | Errno {
  const found = find(process, path, args, 0);
  if (typeof found === "string") return found;
  const result = exec(process, path.slice(path.lastIndexOf("/") + 1), found.program, found.args);
  if (result === 0) process.env = env;
  return result;
}

function find(process: Process, path: string, args: readonly string[], scripts: number): Found | Errno {
  const inode = process.kernel.files.lookup(process, path);
  if (typeof inode === "string") return inode;
  const isFile = inode instanceof RegularFile || inode instanceof ProgramFile;
  if (!isFile || !mayAccess(process, inode, X_OK)) return "EACCES";
  if (inode instanceof ProgramFile) return { program: inode.program, args };
  const line = interpreterLine(inode);
  if (line === undefined) return "ENOEXEC";
  if (scripts === SCRIPTS_MAX) return "ELOOP";
  const [, interpreter = "", argument] = line;
  const more = argument === undefined ? [] : [argument];
  return find(process, interpreter, [...more, path, ...args], scripts + 1);
}

/** `#! /bin/sh -x`: the interpreter, and what comes after it as one argument. */
function interpreterLine(inode: Inode): RegExpExecArray | undefined {
  if (!(inode instanceof RegularFile)) return undefined;
  const beginning = new Uint8Array(LINE_MAX_BYTES);
  const bytes = inode.content.read(0, beginning);
  const text = new TextDecoder().decode(beginning.subarray(0, bytes));
  return /^#![ \t]*([^\s]+)(?:[ \t]+([^\n]*[^\s]))?[ \t]*(?:\n|$)/.exec(text) ?? undefined;
}
