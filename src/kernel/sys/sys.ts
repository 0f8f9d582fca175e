/**
 * Sys: the system-call interface that a TypeScript program is given.
 *
 * Names are POSIX's in camelCase; the manual page of each call is its specification. A call that can't block returns at
 * once; one that can returns a promise. Errors are SystemError, with `code`, `errno` and `syscall`. Descriptors are
 * small integers. Each family of calls has an interface in this folder and its implementation in kernel/door/.
 */
import type { DescriptorCalls } from "./descriptors.ts";
import type { EventCalls } from "./events.ts";
import type { FileCalls } from "./files.ts";
import type { MemoryCalls } from "./memory.ts";
import type { ProcessCalls } from "./processes.ts";
import type { QueueCalls } from "./queues.ts";
import type { RendezvousCalls } from "./rendezvous.ts";
import type { SessionCalls } from "./sessions.ts";
import type { SignalCalls } from "./signals.ts";
import type { SocketCalls } from "./sockets.ts";
import type { SysvCalls } from "./sysv.ts";
import type { TerminalCalls } from "./terminals.ts";
import type { TimeCalls } from "./time.ts";
import type { UserCalls } from "./users.ts";

/** A program: runs as a process and gives its exit status (0 when it returns nothing). */
export type Program = (sys: Sys, ...args: string[]) => number | void | Promise<number | void>;

/** The system calls of one process. */
export interface Sys
  extends ProcessCalls,
    TimeCalls,
    DescriptorCalls,
    SocketCalls,
    FileCalls,
    EventCalls,
    UserCalls,
    SignalCalls,
    SessionCalls,
    QueueCalls,
    TerminalCalls,
    SysvCalls,
    MemoryCalls,
    RendezvousCalls {}
