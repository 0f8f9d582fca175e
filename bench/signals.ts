/**
 * Signals: sending one to oneself with a handler, between two processes that answer each other, and in a queue.
 */
import { type Program, SIG_BLOCK, SIGRTMIN, SIGUSR1, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const SIGNALS = 20_000;

async function run(program: Program): Promise<void> {
  const world = new World();
  world.host("alice").spawn("bench", program);
  const { crashes } = await world.run();
  if (crashes[0] !== undefined) throw crashes[0].error;
}

const toOneself: Program = async (sys) => {
  let handled = 0;
  sys.signal(SIGUSR1, () => void handled++);
  for (let i = 0; i < SIGNALS; i++) await sys.raise(SIGUSR1);
  if (handled !== SIGNALS) throw new Error(`${handled} of ${SIGNALS} signals were handled`);
};

const pingPong: Program = async (sys) => {
  const parent = sys.getpid();
  sys.sigprocmask(SIG_BLOCK, [SIGUSR1]);
  const child = sys.fork(async (own) => {
    for (let i = 0; i < SIGNALS; i++) {
      await own.sigwait([SIGUSR1]);
      await own.kill(parent, SIGUSR1);
    }
  });
  for (let i = 0; i < SIGNALS; i++) {
    await sys.kill(child, SIGUSR1);
    await sys.sigwait([SIGUSR1]);
  }
  await sys.wait();
};

const queued: Program = async (sys) => {
  sys.sigprocmask(SIG_BLOCK, [SIGRTMIN]);
  for (let i = 0; i < SIGNALS; i++) {
    await sys.sigqueue(sys.getpid(), SIGRTMIN, i);
    await sys.sigwaitinfo([SIGRTMIN]);
  }
};

rate({ name: "raise() with a handler", operations: SIGNALS }, () => run(toOneself));
rate({ name: "kill() and sigwait() of two processes, round trip", operations: SIGNALS }, () => run(pingPong));
rate({ name: "sigqueue() and sigwaitinfo()", operations: SIGNALS }, () => run(queued));

await report();
