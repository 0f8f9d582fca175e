import { expect, test } from "vitest";
import { SIGTERM, WNOHANG, WUNTRACED } from "../entry-node.ts";
import { type CallEvent, formatCall } from "./call-text.ts";

/** The line for a call. */
function line(call: string, args: readonly unknown[], result: unknown): string {
  return formatCall({ step: "kernel/call", call, args, result } as unknown as CallEvent);
}

test("signals, sets, options and statuses are written by name", () => {
  expect(line("kill", [-3, SIGTERM], 0)).toBe("kill(-3, SIGTERM) = 0");
  expect(line("kill", [3, 0], "ESRCH")).toBe("kill(3, 0) = -1 ESRCH (no such process)");
  expect(line("sigqueue", [3, 36, 7], 0)).toBe("sigqueue(3, SIGRTMIN+2, 7) = 0");
  expect(line("raise", [19], 0)).toBe("raise(SIGSTOP) = 0");
  expect(line("signal", [2], { handler: 1 })).toBe("signal(SIGINT) = SIG_IGN");
  expect(line("sigaction", [2], { handler: () => {} })).toBe("sigaction(SIGINT) = a handler");
  expect(line("sigpending", [], [10, 15])).toBe("sigpending() = [SIGUSR1 SIGTERM]");
  expect(line("sigwaitinfo", [], { signo: 64 })).toBe("sigwaitinfo() = SIGRTMAX");
  const options = WNOHANG | WUNTRACED;
  expect(line("waitpid", [-1, options], { pid: 4, status: 0x137f })).toBe(
    "waitpid(-1, WNOHANG|WUNTRACED) = 4 (stopped by SIGSTOP)",
  );
  expect(line("wait", [], { pid: 4, status: 0xffff })).toBe("wait() = 4 (continued)");
  expect(line("wait", [], { pid: 4, status: 6 | 0x80 })).toBe("wait() = 4 (SIGABRT)");
});
