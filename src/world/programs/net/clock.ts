/**
 * Time, waiting, and Ctrl-C, for the programs of the network.
 */
import { POLLERR, POLLIN } from "../../../abi/poll.ts";
import { SA_RESETHAND, SIGINT } from "../../../abi/signal.ts";
import type { Sys } from "../../../kernel/sys/sys.ts";
import { SystemError } from "../../../kernel/system-error.ts";

const NS_PER_SECOND = 1e9;
const NS_PER_MS = 1e6;

/** Since the world's start, in nanoseconds. */
export function nowNs(sys: Sys): number {
  const { seconds, nanoseconds } = sys.clockGettime("CLOCK_MONOTONIC");
  return seconds * NS_PER_SECOND + nanoseconds;
}

/** Has the person had enough? The first SIGINT is noted, and interrupts the call that waits; the second one ends the process. */
export class Interrupt {
  happened: boolean = false;

  constructor(sys: Sys) {
    const handler = (): void => {
      this.happened = true;
    };
    sys.sigaction(SIGINT, { handler, flags: SA_RESETHAND });
  }
}

/** Waits until there is something to read, or an error; false at the deadline, and when a signal has come. */
export async function readable(sys: Sys, fd: number, deadlineNs: number): Promise<boolean> {
  const leftMs = Math.max(0, (deadlineNs - nowNs(sys)) / NS_PER_MS);
  const watched = { fd, events: POLLIN | POLLERR, revents: 0 };
  try {
    return (await sys.poll([watched], Number.isFinite(leftMs) ? leftMs : -1)) > 0;
  } catch (error) {
    if (error instanceof SystemError && error.code === "EINTR") return false;
    throw error;
  }
}

/** A time between two packets, as ping(8) and its like print it: three figures and more, "0.045", "1.23", "12.3", "123". */
export function roundTripText(ns: number): string {
  const us = Math.floor(ns / 1000);
  if (us >= 99_950) return String(Math.floor((us + 500) / 1000));
  const digits = us >= 9995 ? 1 : us >= 1000 ? 2 : 3;
  return (us / 1000).toFixed(digits);
}
