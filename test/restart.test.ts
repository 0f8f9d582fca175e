/**
 * signal(7), "Interruption of system calls and library functions by signal handlers" and "… by stop signals", call by call: the calls
 * that are not in signals.test.ts.
 */
import {
  AF_UNIX,
  EPOLL_CTL_ADD,
  EPOLLIN,
  F_SETLKW,
  F_WRLCK,
  LOCK_EX,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  POLLIN,
  SA_RESTART,
  SIGCONT,
  SIGSTOP,
  SIGUSR1,
  SO_RCVTIMEO,
  SO_SNDTIMEO,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { describe, expect, test } from "vitest";
import { oneHost } from "./support/world.ts";

/** "restart": goes on with SA_RESTART; "never": EINTR even so; "breaks": EINTR after a stop and a continue, too. */
type Kind = "restart" | "never" | "breaks";
type Fds = readonly [number, number];

/** A call that waits, and what another process does at 4 s so that it ends. */
interface Row {
  readonly call: string;
  readonly kind: Kind;
  readonly start: (sys: Sys, fds: Fds) => Promise<unknown>;
  readonly finish: (sys: Sys, fds: Fds) => unknown;
}

const buffer = new Uint8Array(10);
const say = (sys: Sys, fds: Fds) => sys.write(fds[1], "x");
const record = { type: F_WRLCK, whence: 0, start: 0, length: 0 };

async function fill(sys: Sys, fd: number): Promise<void> {
  for (;;) {
    try {
      await sys.send(fd, new Uint8Array(50_000), 0x40);
    } catch {
      return;
    }
  }
}

async function drain(sys: Sys, fd: number): Promise<void> {
  for (let i = 0; i < 20; i++) await sys.recv(fd, new Uint8Array(50_000), 0x40).catch(() => {});
}

/** A listening socket whose queue is full. */
async function fullListener(sys: Sys): Promise<number> {
  const listener = sys.socket(AF_UNIX, SOCK_STREAM);
  sys.bind(listener, { path: "\0full" });
  sys.listen(listener, 0);
  await sys.connect(sys.socket(AF_UNIX, SOCK_STREAM), { path: "\0full" });
  return listener;
}

const ROWS: readonly Row[] = [
  { call: "recv", kind: "restart", start: (sys, [a]) => sys.recv(a, buffer), finish: say },
  { call: "recvmsg", kind: "restart", start: (sys, [a]) => sys.recvmsg(a, buffer), finish: say },
  {
    call: "recv with SO_RCVTIMEO",
    kind: "breaks",
    start: (sys, [a]) => {
      sys.setsockopt(a, SOL_SOCKET, SO_RCVTIMEO, 60);
      return sys.recv(a, buffer);
    },
    finish: say,
  },
  {
    call: "send",
    kind: "restart",
    start: async (sys, [a]) => {
      await fill(sys, a);
      return sys.send(a, "x");
    },
    finish: (sys, [, b]) => drain(sys, b),
  },
  {
    call: "send with SO_SNDTIMEO",
    kind: "breaks",
    start: async (sys, [a]) => {
      await fill(sys, a);
      sys.setsockopt(a, SOL_SOCKET, SO_SNDTIMEO, 60);
      return sys.send(a, "x");
    },
    finish: (sys, [, b]) => drain(sys, b),
  },
  {
    call: "accept",
    kind: "restart",
    start: (sys) => {
      const listener = sys.socket(AF_UNIX, SOCK_STREAM);
      sys.bind(listener, { path: "\0here" });
      sys.listen(listener, 1);
      return sys.accept(listener);
    },
    finish: (sys) => sys.connect(sys.socket(AF_UNIX, SOCK_STREAM), { path: "\0here" }).catch(() => {}),
  },
  {
    call: "connect",
    kind: "restart",
    start: async (sys) => {
      const listener = await fullListener(sys);
      sys.fork(async (child) => {
        await child.sleep(4);
        await child.accept(listener);
      });
      return sys.connect(sys.socket(AF_UNIX, SOCK_STREAM), { path: "\0full" });
    },
    finish: () => {},
  },
  {
    call: "open of a FIFO",
    kind: "restart",
    start: (sys) => {
      sys.mkfifo("/tmp/fifo", 0o600);
      return sys.open("/tmp/fifo", O_RDONLY);
    },
    finish: (sys) => sys.open("/tmp/fifo", O_RDWR),
  },
  {
    call: "flock",
    kind: "restart",
    start: async (sys) => {
      const [held, wanted] = [await sys.open("/tmp/l", O_CREAT | O_RDWR), await sys.open("/tmp/l", O_CREAT | O_RDWR)];
      await sys.flock(held, LOCK_EX);
      sys.fork(async (child) => {
        await child.sleep(4);
        await child.flock(held, 8);
      });
      return sys.flock(wanted, LOCK_EX);
    },
    finish: () => {},
  },
  {
    call: "fcntl(F_SETLKW)",
    kind: "restart",
    start: async (sys) => {
      const fd = await sys.open("/tmp/l", O_CREAT | O_RDWR);
      sys.fork(async (child) => {
        await child.fcntl(fd, F_SETLKW, record);
        await child.sleep(4);
      });
      await sys.sleep(0.5);
      return sys.fcntl(fd, F_SETLKW, record);
    },
    finish: () => {},
  },
  { call: "select", kind: "never", start: (sys, [a]) => sys.select({ read: [a] }, 60_000), finish: say },
  { call: "pselect", kind: "never", start: (sys, [a]) => sys.pselect({ read: [a] }, 60_000, []), finish: say },
  {
    call: "ppoll",
    kind: "never",
    start: (sys, [a]) => sys.ppoll([{ fd: a, events: POLLIN }], 60_000, []),
    finish: say,
  },
  { call: "epoll_wait", kind: "breaks", start: (sys, [a]) => sys.epollWait(watching(sys, a), 1, 60_000), finish: say },
  {
    call: "epoll_pwait",
    kind: "breaks",
    start: (sys, [a]) => sys.epollPwait(watching(sys, a), 1, 60_000, []),
    finish: say,
  },
];

function watching(sys: Sys, fd: number): number {
  const ep = sys.epollCreate1();
  sys.epollCtl(ep, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
  return ep;
}

/** What becomes of it when these signals come at 1 s and 2 s: "EINTR", or "goes on". */
async function outcome(row: Row, signals: readonly number[], flags: number): Promise<string> {
  const { world, alice } = oneHost();
  let result = "";
  alice.spawn("waiter", async (sys) => {
    const fds = sys.socketpair(AF_UNIX, SOCK_STREAM);
    const me = sys.getpid();
    sys.sigaction(SIGUSR1, { handler: () => {}, flags });
    sys.fork(async (child) => {
      for (const signo of signals) {
        await child.sleep(1);
        await child.kill(me, signo);
      }
      await child.sleep(4 - signals.length);
      await row.finish(child, fds);
      await child.sleep(1);
    });
    result = await row.start(sys, fds).then(
      () => (sys.clockGettime("CLOCK_MONOTONIC").seconds >= 4 ? "goes on" : "came early"),
      (error: { code: string }) => error.code,
    );
  });
  expect((await world.run()).crashes).toEqual([]);
  return result;
}

describe.each(ROWS)("$call", (row) => {
  test("after a handler without SA_RESTART: EINTR", async () => {
    expect(await outcome(row, [SIGUSR1], 0)).toBe("EINTR");
  });

  test(`after a handler with SA_RESTART: ${row.kind === "restart" ? "goes on" : "EINTR"}`, async () => {
    expect(await outcome(row, [SIGUSR1], SA_RESTART)).toBe(row.kind === "restart" ? "goes on" : "EINTR");
  });

  test(`after SIGSTOP and SIGCONT: ${row.kind === "breaks" ? "EINTR" : "goes on"}`, async () => {
    expect(await outcome(row, [SIGSTOP, SIGCONT], 0)).toBe(row.kind === "breaks" ? "EINTR" : "goes on");
  });
});

describe("ppoll, pselect and epoll_pwait hold another signal mask while they wait", () => {
  const calls: Readonly<Record<string, (sys: Sys, fd: number) => Promise<unknown>>> = {
    ppoll: (sys, fd) => sys.ppoll([{ fd, events: POLLIN }], 60_000, []),
    pselect: (sys, fd) => sys.pselect({ read: [fd] }, 60_000, []),
    epoll_pwait: (sys, fd) => sys.epollPwait(watching(sys, fd), 1, 60_000, []),
  };

  test.each(Object.entries(calls))("%s", async (_name, call) => {
    const { world, alice } = oneHost();
    const seen: unknown[] = [];
    alice.spawn("waiter", async (sys) => {
      const [a] = sys.socketpair(AF_UNIX, SOCK_STREAM);
      sys.signal(SIGUSR1, () => void seen.push("handler"));
      sys.sigprocmask(0, [SIGUSR1]);
      await sys.raise(SIGUSR1);
      seen.push("blocked");
      seen.push(await call(sys, a).catch((error: { code: string }) => error.code));
      await sys.raise(SIGUSR1);
      seen.push([...sys.sigpending()]);
    });
    expect((await world.run()).crashes).toEqual([]);
    expect(seen).toEqual(["blocked", "handler", "EINTR", [SIGUSR1]]);
  });
});
