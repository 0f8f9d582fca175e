/** Signals as messages: ordinary ones by kill(2), real-time ones with a value by sigqueue(3). */
import { RLIMIT_SIGPENDING, SIG_BLOCK, SIGRTMIN, SIGUSR1, SIGUSR2, type Sys } from "netloom";
import { type Channel, errnoOf, type Finding, observe, type Role } from "./channel.ts";

const SENT = 100;
const SET = [SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMIN + 1];

/** Sends a signal, with a number where it carries one. */
type Send = (sys: Sys, pid: number, signo: number, value: number) => Promise<void>;
const kills: Send = (sys, pid, signo) => sys.kill(pid, signo);
const queues: Send = (sys, pid, signo, value) => sys.sigqueue(pid, signo, value);

/** Each process knows the other's number; signals are blocked, and waited for. */
function exchanging(send: Send, signo: number): Channel["open"] {
  return (scene, first, second) => {
    const pids: number[] = [0, 0];
    const party = (own: 0 | 1, role: Role) => {
      return async (sys: Sys): Promise<void> => {
        sys.sigprocmask(SIG_BLOCK, SET);
        pids[own] = sys.getpid();
        await sys.sleep(0.001);
        const partner = pids[1 - own] as number;
        await role({
          sys,
          send: () => send(sys, partner, signo, 1),
          receive: async () => {
            const { value } = await sys.sigwaitinfo([signo]);
            return Uint8Array.of(value);
          },
          trySend: async () => (await errnoOf(() => send(sys, partner, signo, 1))) === "",
        });
      };
    };
    scene.first.spawn("first", party(0, first), { daemon: true });
    scene.first.spawn("second", party(1, second), { daemon: true });
  };
}

/** What a process takes, of signals that a child of its has sent it while they were blocked: numbers and values. */
async function taken(send: (sys: Sys, parent: number) => Promise<unknown>): Promise<readonly (readonly number[])[]> {
  return observe(async (sys) => {
    sys.sigprocmask(SIG_BLOCK, SET);
    const parent = sys.getpid();
    sys.fork((child) => send(child, parent).then(() => {}));
    await sys.wait();
    const got: (readonly number[])[] = [];
    for (;;) {
      try {
        const { signo, value } = await sys.sigtimedwait(SET, 0);
        got.push([signo, value]);
      } catch {
        return got;
      }
    }
  });
}

/** Sends this signal many times; how many come? */
async function counts(send: Send, signo: number): Promise<number> {
  const got = await taken(async (sys, parent) => {
    for (let i = 0; i < SENT; i++) await send(sys, parent, signo, i);
  });
  return got.length;
}

/** Which of two that wait comes first: the one sent first, or the one with the lower number? */
async function ofTwo(send: Send, low: number, high: number): Promise<string> {
  const got = await taken(async (sys, parent) => {
    await send(sys, parent, high, 1);
    await send(sys, parent, low, 2);
  });
  const [first] = got.map(([signo]) => signo);
  if (got.length !== 2 || first !== low) throw new Error(`of signals ${high} and ${low}, ${first} came first`);
  return "the lower number comes first";
}

/** Who may: the process is found by its number. */
function addressing(send: Send, signo: number): Channel["addressing"] {
  let pid = 0;
  return {
    text: "a process id",
    make: async (sys) => {
      sys.sigprocmask(SIG_BLOCK, SET);
      pid = sys.getpid();
    },
    join: (sys) => send(sys, pid, signo, 1),
  };
}

async function nobody(send: Send, signo: number): Promise<Finding> {
  const code = await observe(async (sys) => {
    const gone = sys.fork(async () => {});
    await sys.wait();
    return errnoOf(() => send(sys, gone, signo, 1));
  });
  return { value: "connectionless", detail: `each names its recipient; one that has ended is ${code}` };
}

const ordinary: Channel = {
  name: "signal",
  title: "Signal",
  group: "signals",
  manual: "signal(7), kill(2)",
  summary: "a number that interrupts a process, wherever it is, or waits until it is unblocked",
  drawing: `
  process                 of the process
  kill(pid, SIGUSR1) ──▶ [ pending: one bit each ] ──▶ a handler, or sigwait
  kill(pid, SIGUSR1) ──▶ [ the bit is set already ]    comes once`,
  open: exchanging(kills, SIGUSR1),
  addressing: addressing(kills, SIGUSR1),
  connection: () => nobody(kills, SIGUSR1),
  own: {
    boundaries: async () => {
      const got = await taken(async (sys, parent) => {
        for (const signo of [SIGUSR1, SIGUSR2]) await sys.kill(parent, signo);
      });
      if (got.length !== 2) throw new Error(`two signals came as ${got.length}`);
      return { value: "messages", detail: "a number each, no data" };
    },
    capacity: async () => ({ value: `${await counts(kills, SIGUSR1)} of each number` }),
    loss: async () => {
      const count = await counts(kills, SIGUSR1);
      if (count === SENT) return { value: "no" };
      return { value: "yes", detail: `of ${SENT} that were sent while it was blocked, ${count} came` };
    },
    reordering: async () => ({ value: "by number", detail: await ofTwo(kills, SIGUSR1, SIGUSR2) }),
    damage: null,
  },
  waitsToReceive: "no signal of the set has come",
};

const realTime: Channel = {
  name: "realtime-signal",
  title: "Real-time signal with a value",
  group: "signals",
  manual: "signal(7), sigqueue(3)",
  summary: "signals that wait in a queue, each with a number of 32 bits",
  drawing: `
  process                          of the process
  sigqueue(pid, SIGRTMIN, 7) ──▶ [ 35 ◂ 34:8 ◂ 34:7 ] ──▶ a handler, or sigwaitinfo
                                 lower number first, then the oldest`,
  open: exchanging(queues, SIGRTMIN),
  addressing: addressing(queues, SIGRTMIN),
  connection: () => nobody(queues, SIGRTMIN),
  own: {
    boundaries: async () => {
      const got = await taken(async (sys, parent) => {
        for (const value of [7, 8]) await sys.sigqueue(parent, SIGRTMIN, value);
      });
      const values = got.map(([, value]) => value).join();
      if (values !== "7,8") throw new Error(`the values 7 and 8 came as ${values}`);
      return { value: "messages", detail: "a number and a value of 32 bits each" };
    },
    capacity: async () => {
      const max = 20;
      const code = await observe(async (sys) => {
        sys.sigprocmask(SIG_BLOCK, SET);
        sys.setrlimit(RLIMIT_SIGPENDING, { soft: max, hard: max });
        for (let i = 0; i < max; i++) await sys.sigqueue(sys.getpid(), SIGRTMIN, i);
        return errnoOf(() => sys.sigqueue(sys.getpid(), SIGRTMIN, max));
      });
      if (code === "") throw new Error("RLIMIT_SIGPENDING does not bound it");
      return { value: "RLIMIT_SIGPENDING", detail: `then ${code}` };
    },
    loss: async () => {
      const count = await counts(queues, SIGRTMIN);
      return count === SENT ? { value: "no" } : { value: "yes", detail: `of ${SENT}, ${count} came` };
    },
    reordering: async () => {
      const got = await taken(async (sys, parent) => {
        for (let i = 0; i < SENT; i++) await sys.sigqueue(parent, SIGRTMIN, i);
      });
      if (got.some(([, value], index) => value !== index)) throw new Error("signals of one number changed places");
      const between = await ofTwo(queues, SIGRTMIN, SIGRTMIN + 1);
      return { value: "by number", detail: `${between}, of one number the oldest` };
    },
    damage: null,
  },
  waitsToReceive: "no signal of the set has come",
};

export const signals: readonly Channel[] = [ordinary, realTime];
